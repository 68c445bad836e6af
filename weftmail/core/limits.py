"""Time-outs, sizes and counts, named in one place because their order matters.

Seconds, from the inside out: each must be shorter than the next, or an outer program gives up on an inner one that
is about to succeed, and the same mail is handed over twice.  The pipe program repeats two of them, since it imports
nothing; a test compares.
"""

from __future__ import annotations

BUSY = 5
"""How long SQLite waits for another writer."""
ACCEPT = 20
"""After this long without a commit the listener answers 4xx."""
PIPE_READ = 30
"""How long the pipe program waits for an answer of the listener."""
PIPE_WATCHDOG = 60
"""After this long the pipe program ends itself with 75."""
TRANSPORT = 300
"""The mail server's own limit on a run of the pipe program; past it the mail would be bounced."""
LMTP_DATA_DONE = 600
"""How long the mail server's LMTP client waits for the answer after DATA."""

SMTP_TIMEOUT = 30
"""How long the sender waits for one answer of the mail server."""

MESSAGE_SIZE = 64 * 1024 * 1024
"""The largest mail, in bytes, that the listener offers to take (SIZE, RFC 1870)."""
