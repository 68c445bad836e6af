"""Time-outs, sizes and counts, named in one place because their order matters.

Seconds, from the inside out: each must be shorter than the next, or an outer program gives up on an inner one that
is about to succeed, and the same mail is handed over twice.  The pipe program repeats two of them, since it imports
nothing; a test compares.

Below them stand the ceilings: what one mail may cost.  ``core/ceilings`` names each for ``docs/security.md``.
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

QUEUE_LIFETIME = 5 * 24 * 3600_000
"""How long a mail server tries to deliver a message, in milliseconds; after that no failure is reported any more."""
BOUNCE_DAYS = 5
"""On so many days a mailbox refuses mail before nothing more is sent to it."""
BOUNCE_ALARM = 3
"""So many addresses of one domain that refuse mail within a day are told to the admins."""

MESSAGE_SIZE = 64 * 1024 * 1024
"""The largest mail, in bytes, that the listener offers to take (SIZE, RFC 1870)."""

FILES_SIZE = 7 * 1024 * 1024
"""The files of one message, in bytes together, unless the setting ``files_size`` says otherwise: attached, or sent
along.  Coded they are 10 MB of mail, which is what Postfix takes unless it is told otherwise."""
FORM_PARTS = 2000
"""So many fields, and so many files, are read of one form."""
MESSAGE_FILES = 100
"""So many files go with one message."""
LAYOUT_SIZE = 20_000
"""Letters of the template of a company's layout."""
LAYOUT_FOOTER = 2000
"""Letters of the lines below."""
LAYOUT_LOGO = 100 * 1024
"""Bytes of the logo: it goes with every message to somebody outside."""
IMPORT_FILE = 256 * 1024 * 1024
"""One file of another program's export, in bytes: it is read as a whole."""
IMPORT_FOLDER = 1024 * 1024 * 1024
"""All files of an export that are read as a whole."""
IMPORT_TEXT = 4 * 1024 * 1024
"""Letters of one message of an export."""
IMPORT_FILES = 40 * 1024 * 1024
"""The attachments of one message of an export, in bytes together."""
IMPORT_NAMED = 100
"""So many of the things that an import leaves out are named; the rest are counted."""
FORM_FILE = 25 * 1024 * 1024
"""A file that somebody hands in on a form of its own, in bytes: an email to be looked at, a list of aliases."""

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
FORWARDING_FIELDS = 50
"""Fields of those who passed a mail on."""
FORWARDING_FIELD = 1000
"""Characters of such a field."""
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
DMARC_UNPACKED = 10 * 1024 * 1024
"""Bytes of an aggregate report, unpacked."""
DMARC_MEMBERS = 100
"""Members of a gzipped DMARC report: each takes a look at all that follows."""
DMARC_ROWS = 1000
"""Rows that are kept of one report; further ones are added up."""
DMARC_MAILS = 10**9
"""Mails that one row may count."""
DMARC_TEXT = 255
"""Characters of one word of a report."""
DMARC_DEPTH = 16
"""Elements of a report within each other, and signatures of one of its rows."""
DMARC_KEPT = 1000
"""Reports on one domain that are kept of those who are verified, and as many of all others."""
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
QUOTED_WORDS = 32 * 1024
"""Characters of the message that an answer quotes."""
SAVED_REPLIES = 2000
"""Saved replies that one colleague is offered, all kinds together."""
SAVED_REPLY_TEXT = 20_000
"""Characters of a saved reply."""
SAVED_REPLY_TAGS = 10
"""Tags that a saved reply puts on a record."""
NOTIFICATION_WORDS = 256 * 1024
"""Bytes of a message's words in a notification, in each of its two forms."""
BATCH_ROWS = 200
BATCH_BYTES = 8 * 1024 * 1024
"""Bytes of mail that one transaction files; a larger mail has one of its own."""
BATCH_MILLISECONDS = 200
"""After so long a transaction that files mail takes up no further one."""
BATCH_YIELDS = 20
"""Likewise after so many milliseconds where somebody waits to hand mail over: SQLite has one writer at a time."""
BATCH_BEHIND = 40
"""Unless more mails than these are accepted and not filed: then whoever hands mail over waits for filing."""
STYLE_REMEMBERED = 300
"""Characters of a style of which what stays is remembered, of a few hundred."""
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
NOTIFIED_NOBODY = 10 * 60
"""Seconds without a notification by mail after which mail of a sender answers none: longer than a program takes."""
GOES_ON = 4 * 3600
"""Seconds for which that is believed of a sender, before it is tried again."""
FLOOD_AGAIN = 24 * 3600
"""Seconds after which admins are told of the same sender again."""
NOTICES_APART = 15 * 60
"""Between two emails of notices to one person there are so many seconds."""
UNDO_SECONDS = 10
"""For so long what somebody decided to send waits, and can be undone before anybody has it."""
