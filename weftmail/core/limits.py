"""Time-outs, sizes and counts, named in one place because their order matters.

Seconds, from the inside out: each must be shorter than the next, or an outer program gives up on an inner one that
is about to succeed, and the same mail is handed over twice.  The pipe program repeats two of them, since it imports
nothing; a test compares.

Below them stand the ceilings: what one mail may cost.  ``CEILINGS`` names each for ``docs/security.md``; a test
compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass

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

POST_FILES = 25 * 1024 * 1024
"""The files of a message that somebody writes here, in bytes together: many mail servers take no more."""

# --- a reader process, for one mail ------------------------------------------------------------------------------

READER_PROCESSOR = 2.0
"""Seconds of processor time."""
READER_CLOCK = 10.0
"""Seconds by the clock."""
READER_MEMORY = 512 * 1024 * 1024
"""Bytes of address space."""
READER_FAST = 0.2
"""Seconds of processor time after which a mail moves to the slow lane."""
READER_FAST_CLOCK = 1.0
"""Seconds by the clock after which it does."""
READER_LARGE = 4 * 1024 * 1024
"""A mail of more bytes than this begins in the slow lane."""
READER_IDLE = 60.0
"""Seconds without a mail after which a reader ends."""
READER_MAILS = 1000
"""After so many mails a reader is replaced."""
READER_RESIDENT = 100 * 1024 * 1024
"""A reader that holds more memory than this between two mails is replaced."""
READER_ANSWER = 384 * 1024 * 1024
"""The longest answer, in bytes, that is taken from a reader."""
READER_FAULTS = 2
"""After so many ends of a reader for which the mail can be blamed, the second time alone, it is filed unread."""
READER_STOPS = 10
"""After so many ends for which it cannot be blamed (a stop, a signal, the clock), it is filed unread all the same."""

# --- what is read of one mail ------------------------------------------------------------------------------------

HEADER_SIZE = 1024 * 1024
"""Bytes of a header; a mail with a larger one is read as raw text."""
FIELD_SIZE = 64 * 1024
"""Characters of one header field."""
FIELDS = 2000
"""Fields of one header; of the header of a part, those beyond are not read."""
FIELD_ADDRESSES = 1000
"""Addresses of one field name."""
REFERENCES = 50
"""Identifiers of References."""
PARTS = 1000
"""Parts of a mail."""
NESTING = 30
"""Multiparts within each other."""
WORDS_SIZE = 8 * 1024 * 1024
"""Bytes of the text parts of a mail, all together; what is beyond them stays in the original."""
HTML_SIZE = 2 * 1024 * 1024
"""Characters of a page; a larger one is shown as text."""
HTML_NESTING = 2000
"""Open tags within each other."""
REPORT_RECIPIENTS = 200
"""Recipients of one report."""
REPORT_SIZE = 256 * 1024
"""Characters of a report's status part."""
OUTLINE = 256 * 1024
"""Bytes of the header that are looked at where a reader could not read the mail."""

# --- what becomes of one mail ------------------------------------------------------------------------------------

LMTP_RECIPIENTS = 1000
"""Recipients of one hand-over by LMTP; beyond them the mail server is asked to try again."""
MAIL_RECORDS = 20
"""Records that one mail may open; its further deliveries are held."""
MAIL_NAMED = 100
"""People of To and Cc that are kept."""
ANSWER_COPIED = 20
"""People whom somebody outside named, and who are copied on an answer."""
NOTIFICATION_WORDS = 256 * 1024
"""Bytes of a message's words in a notification, in each of its two forms."""
NOTIFICATION_FILES = 7 * 1024 * 1024
"""Bytes of the files that go with a notification; further ones become links."""
BATCH_ROWS = 200
BATCH_BYTES = 8 * 1024 * 1024
"""Bytes of mail that one transaction files; a larger mail has one of its own."""
BATCH_MILLISECONDS = 200
"""After so long a transaction that files mail takes up no further one."""
CONNECTION_IDLE = 300
"""Seconds without a whole command after which an LMTP connection is closed."""
CONNECTION_WHOLE = 3600
"""Seconds after which an LMTP connection is closed, whatever is under way: the mail server comes again."""
CONNECTION_STRETCH = 60
"""Seconds over which the lowest rate of a mail is asked for."""
LOWEST_RATE = 1024
"""Bytes a second, by HTTP and LMTP, while something is to move."""

# --- the site -----------------------------------------------------------------------------------------------------

HTTP_HEAD = 10
"""Seconds in which the head of a request has to come, the first one and each further one."""
HTTP_STRETCH = 10
"""Seconds over which the lowest rate of a request or an answer is asked for."""
HTTP_WHOLE = 900
"""Seconds after which a connection ends."""
HTTP_CONNECTIONS = 500
"""Connections at once; a further one is cut off."""


# --- loops: what goes to and fro by itself ------------------------------------------------------------------------

MAIL_HOPS = 4
"""Installations of weftmail that may have passed a mail on, each because of the one before."""
TURNS = 20
"""In an hour, mails of a sender to one place after which something of ours went back; further ones are held."""
FLOOD = 200
"""In an hour, mails of one sender to one place beyond which admins are told; nothing is held."""
TURNS_WITHIN = 3600
"""Seconds in which both are counted, and that have to pass without a mail before what is held opens again."""
ANSWERED = 200
"""Milliseconds: mail that follows the one before it more quickly than this answers nothing of ours."""
SILENCE = 15 * 60
"""Seconds for which colleagues are told in the inbox alone of so much mail from new senders of one domain: longer than
a program takes to answer."""
FLOOD_AGAIN = 24 * 3600
"""Seconds after which admins are told of the same sender again."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """One line of the table: of what, what is bounded, by how much, and what happens beyond."""

    of: str
    name: str
    value: str
    beyond: str


def _size(count: int) -> str:
    return f"{count // (1024 * 1024)} MB" if count % (1024 * 1024) == 0 else f"{count // 1024} KB"


NOTICES_APART = 15 * 60
"""Between two emails of notices to one person there are so many seconds."""

_READ = "one mail: reading it"
_SAID = "one mail: what is read of it"
_DONE = "one mail: what becomes of it"
_LOOP = "to and fro"
_SITE = "the site"
_OUT = "what leaves"

CEILINGS: tuple[Ceiling, ...] = (
    Ceiling(_READ, "processor time of its reader", f"{READER_PROCESSOR:.0f} s", "the reader is killed; twice: unread"),
    Ceiling(_READ, "time by the clock", f"{READER_CLOCK:.0f} s", "the reader is killed; ten times: filed unread"),
    Ceiling(_READ, "memory of its reader", _size(READER_MEMORY), "the reader is killed; twice: filed unread"),
    Ceiling(_READ, "processor time, not overtaken", f"{READER_FAST * 1000:.0f} ms", "moves to the slow lane"),
    Ceiling(_READ, "size, not overtaken", _size(READER_LARGE), "begins in the slow lane"),
    Ceiling(_SAID, "size of a mail", _size(MESSAGE_SIZE), "refused by LMTP (SIZE)"),
    Ceiling(_SAID, "header", _size(HEADER_SIZE), "shown as raw text"),
    Ceiling(_SAID, "one field", _size(FIELD_SIZE), "cut"),
    Ceiling(_SAID, "fields of a header", str(FIELDS), "read, but nobody's by its signature"),
    Ceiling(_SAID, "addresses of a field", str(FIELD_ADDRESSES), "the rest is not read"),
    Ceiling(_SAID, "identifiers in References", str(REFERENCES), "the last ones are read"),
    Ceiling(_SAID, "parts", str(PARTS), "shown as raw text"),
    Ceiling(_SAID, "multiparts within each other", str(NESTING), "shown as raw text"),
    Ceiling(_SAID, "words of its text parts", _size(WORDS_SIZE), "cut; the original has them"),
    Ceiling(_SAID, "a page of HTML", _size(HTML_SIZE), "shown as text"),
    Ceiling(_SAID, "open tags within each other", str(HTML_NESTING), "shown as text"),
    Ceiling(_SAID, "recipients of one report", str(REPORT_RECIPIENTS), "the rest is not read"),
    Ceiling(_DONE, "recipients of one hand-over", str(LMTP_RECIPIENTS), "the mail server tries again"),
    Ceiling(_DONE, "records that it opens", str(MAIL_RECORDS), "held for review"),
    Ceiling(_DONE, "people of To and Cc", str(MAIL_NAMED), "the rest is not kept"),
    Ceiling(_DONE, "people it names whom an answer copies", str(ANSWER_COPIED), "a colleague adds them: Reply all"),
    Ceiling(_DONE, "mails in one transaction", str(BATCH_ROWS), "the next transaction has them"),
    Ceiling(_DONE, "bytes of mail in one transaction", _size(BATCH_BYTES), "the next transaction has them"),
    Ceiling(_DONE, "time of a transaction that files mail", f"{BATCH_MILLISECONDS} ms", "takes up no further mail"),
    Ceiling(_DONE, "an LMTP connection without a whole command", f"{CONNECTION_IDLE} s", "closed"),
    Ceiling(_DONE, "an LMTP connection", f"{CONNECTION_WHOLE} s", "closed; the mail server comes again"),
    Ceiling(_DONE, f"a mail by LMTP, over {CONNECTION_STRETCH} s", f"{LOWEST_RATE} bytes/s at least", "closed"),
    Ceiling(_LOOP, "installations that passed it on", str(MAIL_HOPS), "held for review"),
    Ceiling(_LOOP, "turns of a sender with one place in an hour", str(TURNS), "held until an hour was quiet"),
    Ceiling(
        _LOOP,
        "mails of new senders of one domain to one alias in an hour, told by mail",
        str(TURNS),
        f"told in the inbox alone for {SILENCE // 60} minutes",
    ),
    Ceiling(_LOOP, "mails of a sender to one place in an hour", str(FLOOD), "admins are told; nothing is held"),
    Ceiling(_SITE, "head of a request", f"{HTTP_HEAD} s", "cut off"),
    Ceiling(_SITE, f"a request, an answer, over {HTTP_STRETCH} s", f"{LOWEST_RATE} bytes/s at least", "cut off"),
    Ceiling(_SITE, "a connection", f"{HTTP_WHOLE} s", "ends; the browser opens another"),
    Ceiling(_SITE, "connections at once", str(HTTP_CONNECTIONS), "cut off"),
    Ceiling(_OUT, "words in a notification", _size(NOTIFICATION_WORDS), "cut, with a link to the record"),
    Ceiling(_OUT, "files with a notification", _size(NOTIFICATION_FILES), "named, with a link to each"),
)
"""The table of ``docs/security.md``; a test compares."""
