"""The mail server pipes each mail to ``bin/mail-ingest``, which hands it to the listener."""

from weftmail.cli.entrances._own_server import own_server as policy

__all__ = ["policy"]
