"""The address of a mailbox (RFC 5321)."""

from weftmail.core.address import canonical

__all__ = ["canonical"]
