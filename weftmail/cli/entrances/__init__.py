"""The ways by which mail comes in, a module each; a row of the table ``entrance`` goes with it.

``policy`` of each module says, by the settings, whom to believe of the mail that comes in there.  An entrance without a
module believes nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

from weftmail.cli.config import Config
from weftmail.core.members import members
from weftmail.core.routing.authentication import Policy


def policies(config: Config, package: str = __name__) -> Mapping[str, Policy]:
    """Return whom the settings say to believe, for each entrance of that package."""
    return {name: policy(config) for name, policy in members(package, "policy").items()}
