"""What all tests share: the same examples each time where a run has to be comparable, new ones everywhere else.

No example has to be quick: what else runs on the machine decides that.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("new", deadline=None)
settings.register_profile("comparable", deadline=None, derandomize=True)
settings.load_profile("comparable" if os.environ.get("CI") == "true" else "new")
