"""While no listener ran, ``bin/mail-ingest`` kept the mail as a file."""

from weftmail.cli.entrances._own_server import own_server as policy

__all__ = ["policy"]
