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

QUEUE_LIFETIME = 5 * 24 * 3600_000
"""How long a mail server tries to deliver a message, in milliseconds; after that no failure is reported any more."""
BOUNCE_DAYS = 5
"""On so many days a mailbox refuses mail before nothing more is sent to it."""
BOUNCE_ALARM = 3
"""So many addresses of one domain that refuse mail within a day are told to the admins."""

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

# --- a viewer process, for one page of one file --------------------------------------------------------------------

VIEW_SIZE = 25 * 1024 * 1024
"""Bytes of a file; a larger one is a download alone."""
VIEW_PIXELS = 40_000_000
"""Pixels of an image, as it says itself before anything of it is unpacked."""
VIEW_PAGES = 2000
"""Pages of a PDF; further ones are in the download."""
VIEW_PROCESSOR = 5
"""Seconds of processor time."""
VIEW_CLOCK = 15.0
"""Seconds by the clock."""
VIEW_ANSWER = 8 * 1024 * 1024
"""Bytes of a drawn page."""

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

# --- what is read of its containers, texts and signatures -----------------------------------------------------

CALENDAR_SIZE = 32 * 1024
"""Bytes of a calendar; a longer one is a file, and no words."""
CALENDAR_EVENTS = 10
"""Events of a calendar that become words."""
CALENDAR_TEXT = 16 * 1024
"""Characters of the words that a calendar becomes."""
TNEF_FILES = 200
"""Files of one winmail.dat."""
TNEF_NESTING = 5
"""Messages within each other in one winmail.dat."""
TNEF_PROPERTIES = 5000
"""Properties of one list in winmail.dat."""
TNEF_RTF_SIZE = 4 * 1024 * 1024
"""Bytes of a body in RTF, decompressed."""
RTF_SIZE = 1024 * 1024
"""Bytes of RTF that are read."""
RTF_GROUPS = 200
"""Groups of RTF within each other; deeper ones count as one."""
SIGNED_NESTING = 3
"""Signed mails (S/MIME) within each other."""
SIGNED_PIECES = 100_000
"""Pieces of one signed content (CMS)."""
SIGNED_DEPTH = 4
"""Elements of CMS within each other, down to the content."""
UUENCODED_FILES = 50
"""Files of uuencode in one mail."""
UUENCODED_LINE = 120
"""Characters of a line of uuencode."""
BROKEN_LINES = 100
"""Broken lines of base64 after which a part is no longer decoded line by line."""
CHARSET_SAMPLE = 2048
"""Bytes of a text that names no charset which are looked at."""
ENCODED_WORD = 4000
"""Characters of one encoded word (RFC 2047)."""
QUOTED_NAME = 1000
"""Characters of a quoted name in an address field."""
DATA_IMAGES = 50
"""Images that stand in the HTML itself and become files."""
INLINE_SOURCE = 1000
"""Characters of the address of an image."""
STYLE_DECLARATIONS = 60
"""Declarations of one element that are looked at."""
STYLE_FAMILIES = 13
"""Names of fonts of one element."""
HTML_ATTRIBUTES = 1000
"""Attributes of one tag."""
HTML_REFERENCES = 8_000
"""References to characters that are left after ``lighter``."""
BOUNDARY_COMPARISONS = 4_000_000
"""Lines times depth: the parser does about three million such comparisons in a second."""
QUOTE_SIZE = 64 * 1024
"""So much of a text is looked at for quotes; where nothing in it ends the new words, what follows is new as well."""
QUOTE_LINE = 2000
"""Characters of a line that may belong to a quote."""
FORWARD_SIZE = 64 * 1024
"""So much of a text is looked at for a forwarded mail."""
FORWARD_LINE = 400
"""Characters of a line that may begin a forwarded mail."""
DKIM_SIGNATURES = 20
"""Of more signatures nobody knows which ones a verifier looked at."""
SEALS = 20
"""Signatures that are checked here."""
SIGNED_LENGTHS = 4
"""Signatures of parts of a text that are checked, by their lengths."""
ARC_SETS = 50
"""Sets of one chain; a longer one has failed (RFC 8617, 4.2.1)."""
SEAL_SIZE = 16 * 1024
"""Characters of one signature field."""
RESULTS_OF_METHOD = 8
"""Results of one method in Authentication-Results."""
HOP_FIELDS = 20
"""Received fields that are looked at for the hop that counts."""
RECEIVED_FIELDS = 50
"""Received fields of a mail."""
RECEIVED_SIZE = 8192
"""Characters of a Received field; longer ones are no work of a mail server."""
PATH_SERVERS = 50
"""Servers of the path that is shown; more are counted and not read."""
PATH_FIELD = 4096
"""Bytes of one field of the path that are read; real ones have a few hundred."""
PATH_NAME = 200
"""Characters of the name of a server."""
REPORT_LETTER = 32 * 1024
"""Characters of the letter of a bounce; what comes after it is the returned message."""
REPORT_LETTER_RECIPIENTS = 100
"""Recipients that the letter of a bounce names."""
REPORT_DIAGNOSTIC = 1000
"""Characters of what a mail server said."""
PATTERN_FIELDS = 8
"""Fields that the pattern of a subject may name."""
PATTERN_SUBJECT = 400
"""Characters of a subject that a pattern is compared with."""
SEARCH_WORDS = 12
"""Words of one search; the others are left out."""
ARC_KEYS = 10
"""Keys that are asked for to follow one ARC chain."""
DKIM_KEYS = 4
"""Keys that are looked at of one selector."""
DMARC_DOMAINS = 5
"""Domains that are asked for one policy (RFC 9989)."""
SPF_QUESTIONS = 40
"""Questions to the DNS for one SPF record."""

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


UNDO_SECONDS = 10
"""For so long what somebody decided to send waits, and can be undone before anybody has it."""
NOTICES_APART = 15 * 60
"""Between two emails of notices to one person there are so many seconds."""

_READ = "one mail: reading it"
_VIEW = "one page of a file: drawing it"
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
    Ceiling(_VIEW, "processor time of its viewer", f"{VIEW_PROCESSOR} s", "the viewer is killed; a download alone"),
    Ceiling(_VIEW, "time by the clock", f"{VIEW_CLOCK:.0f} s", "the viewer is killed; a download alone"),
    Ceiling(_VIEW, "memory of its viewer", _size(READER_MEMORY), "the viewer ends; a download alone"),
    Ceiling(_VIEW, "size of the file", _size(VIEW_SIZE), "a download alone"),
    Ceiling(_VIEW, "pixels of an image", f"{VIEW_PIXELS // 1_000_000} million", "a download alone"),
    Ceiling(_VIEW, "pages of a PDF", str(VIEW_PAGES), "the download has them"),
    Ceiling(_VIEW, "bytes of the picture", _size(VIEW_ANSWER), "a download alone"),
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
    Ceiling(_SAID, "a calendar", _size(CALENDAR_SIZE), "a file, and no words"),
    Ceiling(_SAID, "events of a calendar", str(CALENDAR_EVENTS), "the file has them"),
    Ceiling(_SAID, "words of a calendar", _size(CALENDAR_TEXT), "cut; the file has them"),
    Ceiling(_SAID, "files of a winmail.dat", str(TNEF_FILES), "left out; the original has them"),
    Ceiling(_SAID, "messages within each other in a winmail.dat", str(TNEF_NESTING), "a file"),
    Ceiling(_SAID, "properties of a list in winmail.dat", str(TNEF_PROPERTIES), "the rest is not read"),
    Ceiling(_SAID, "a body in RTF, decompressed", _size(TNEF_RTF_SIZE), "not read"),
    Ceiling(_SAID, "RTF", _size(RTF_SIZE), "cut"),
    Ceiling(_SAID, "groups of RTF within each other", str(RTF_GROUPS), "count as one"),
    Ceiling(_SAID, "signed mails (S/MIME) within each other", str(SIGNED_NESTING), "a file"),
    Ceiling(_SAID, "pieces of a signed content", str(SIGNED_PIECES), "a file"),
    Ceiling(_SAID, "elements of CMS within each other", str(SIGNED_DEPTH), "a file"),
    Ceiling(_SAID, "files of uuencode", str(UUENCODED_FILES), "stay as text"),
    Ceiling(_SAID, "a line of uuencode", f"{UUENCODED_LINE} characters", "no file"),
    Ceiling(_SAID, "broken lines of base64", str(BROKEN_LINES), "decoded as a whole"),
    Ceiling(_SAID, "text whose charset is guessed", _size(CHARSET_SAMPLE), "decided by its beginning"),
    Ceiling(_SAID, "an encoded word", f"{ENCODED_WORD} characters", "stays as written"),
    Ceiling(_SAID, "a quoted name", f"{QUOTED_NAME} characters", "stays as written"),
    Ceiling(_SAID, "images within the HTML", str(DATA_IMAGES), "not shown"),
    Ceiling(_SAID, "address of an image", f"{INLINE_SOURCE} characters", "not shown"),
    Ceiling(_SAID, "style declarations of an element", str(STYLE_DECLARATIONS), "left out"),
    Ceiling(_SAID, "fonts of an element", str(STYLE_FAMILIES), "left out"),
    Ceiling(_SAID, "attributes of a tag", str(HTML_ATTRIBUTES), "shown as text"),
    Ceiling(_SAID, "references to characters", str(HTML_REFERENCES), "shown as text"),
    Ceiling(_SAID, "lines times depth", str(BOUNDARY_COMPARISONS), "shown as raw text"),
    Ceiling(_SAID, "text looked at for quotes", _size(QUOTE_SIZE), "counts as new"),
    Ceiling(_SAID, "a line looked at for quotes", f"{QUOTE_LINE} characters", "counts as new"),
    Ceiling(_SAID, "text looked at for a forwarded mail", _size(FORWARD_SIZE), "counts as new"),
    Ceiling(_SAID, "a line looked at for a forwarded mail", f"{FORWARD_LINE} characters", "counts as new"),
    Ceiling(_SAID, "signatures", str(DKIM_SIGNATURES), "nobody's by its signature"),
    Ceiling(_SAID, "signatures checked here", str(SEALS), "not looked at"),
    Ceiling(_SAID, "signed parts of a text", str(SIGNED_LENGTHS), "not looked at"),
    Ceiling(_SAID, "sets of an ARC chain", str(ARC_SETS), "failed"),
    Ceiling(_SAID, "a signature", _size(SEAL_SIZE), "malformed"),
    Ceiling(_SAID, "results of one method", str(RESULTS_OF_METHOD), "not read"),
    Ceiling(_SAID, "servers of ours before the hop that counts", str(HOP_FIELDS), "nobody is verified"),
    Ceiling(_SAID, "Received fields", str(RECEIVED_FIELDS), "a loop"),
    Ceiling(_SAID, "a Received field", _size(RECEIVED_SIZE), "not read"),
    Ceiling(_SAID, "servers of the path shown", str(PATH_SERVERS), "counted"),
    Ceiling(_SAID, "a field of the path shown", _size(PATH_FIELD), "cut"),
    Ceiling(_SAID, "name of a server", f"{PATH_NAME} characters", "cut"),
    Ceiling(_SAID, "letter of a bounce", _size(REPORT_LETTER), "not read"),
    Ceiling(_SAID, "recipients of a letter", str(REPORT_LETTER_RECIPIENTS), "not read"),
    Ceiling(_SAID, "what a mail server said", f"{REPORT_DIAGNOSTIC} characters", "cut"),
    Ceiling(_SITE, "fields of a subject pattern", str(PATTERN_FIELDS), "refused"),
    Ceiling(_SAID, "a subject with a pattern", f"{PATTERN_SUBJECT} characters", "does not fit"),
    Ceiling(_SITE, "words of a search", str(SEARCH_WORDS), "left out"),
    Ceiling(_SAID, "keys of an ARC chain", str(ARC_KEYS), "unchecked"),
    Ceiling(_SAID, "keys of a selector", str(DKIM_KEYS), "not looked at"),
    Ceiling(_SAID, "domains asked for a policy", str(DMARC_DOMAINS), "not asked"),
    Ceiling(_SAID, "questions of an SPF record", str(SPF_QUESTIONS), "an error of the record"),
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
