"""What the mail server of this machine hands over."""

from __future__ import annotations

from weftmail.cli.config import Config
from weftmail.cli.hostname import hostname
from weftmail.core.routing.authentication import Policy


def own_server(config: Config) -> Policy:
    """Believe the mail server of this machine."""
    return Policy(config.authserv_id or None, frozenset({hostname(config)}))
