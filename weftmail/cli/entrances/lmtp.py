"""The mail server hands mail to the listener by LMTP (RFC 2033)."""

from weftmail.cli.entrances._own_server import own_server as policy

__all__ = ["policy"]
