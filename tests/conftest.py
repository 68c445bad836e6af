"""What all tests share: the same examples each time where a run has to be comparable, new ones everywhere else."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("comparable", derandomize=True)
if os.environ.get("CI") == "true":
    settings.load_profile("comparable")
