"""Mail that a carrier brings."""

from weftmail.cli.config import Config
from weftmail.core.routing.authentication import Policy


def policy(config: Config) -> Policy:
    """Believe the carrier's own mail server."""
    return Policy("carrier.example", frozenset({"carrier.example"}))
