"""What the mail server of this machine hands over."""

from __future__ import annotations

from weftmail.cli.config import Config, networks
from weftmail.cli.hostname import hostname
from weftmail.core.routing.authentication import Policy


def own_server(config: Config) -> Policy:
    """Believe the mail server of this machine."""
    milter = config.authserv_id if config.authentication in ("auto", "milter") else ""
    return Policy(
        milter or None, frozenset({hostname(config)}), networks(config.relays), config.own_check, config.spam_field
    )
