"""The log of the programs: fields in the journal, lines elsewhere, and no word of any email in either."""

from __future__ import annotations

import io
import logging
import socket
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.transport.test_journal_socket import read
from weftmail.cli.logs import JournalHandler, MaskedFormatter
from weftmail.core.redaction import without_words
from weftmail.transport.journal_socket import JournalSocket

TOKEN = "a" * 40
SECRET = "the price is 4711"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[socket.socket]:
    """A socket that takes entries, as the journal's does."""
    there = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    there.bind(str(tmp_path / "journal"))
    there.settimeout(10)
    yield there
    there.close()


@pytest.fixture
def logger(tmp_path: Path, journal: socket.socket) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger that writes there, and where it writes when nobody takes it."""
    lines = io.StringIO()
    otherwise = logging.StreamHandler(lines)
    otherwise.setFormatter(MaskedFormatter("%(name)s: %(message)s"))
    logger = logging.getLogger("weftmail.test-logs")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.handlers = [JournalHandler(JournalSocket(tmp_path / "journal"), "mail-send", otherwise)]
    yield logger, lines
    logger.handlers[0].close()
    logger.handlers = []


def test_an_entry_has_its_fields(logger: tuple[logging.Logger, io.StringIO], journal: socket.socket) -> None:
    log, lines = logger
    fields = {"WEFTMAIL_QUEUE_ID": ["A1", f"reply+{TOKEN}@a.example"]}
    log.warning("to reply+%s@acme.example", TOKEN, extra={"fields": fields})
    found = read(journal.recv(10_000))
    assert [name for name, _ in found] == [
        "MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "LOGGER", "WEFTMAIL_QUEUE_ID", "WEFTMAIL_QUEUE_ID",
    ]  # fmt: skip
    assert dict(found)["PRIORITY"] == "4" and dict(found)["SYSLOG_IDENTIFIER"] == "mail-send"
    assert TOKEN not in str(found) and lines.getvalue() == ""


@pytest.mark.parametrize(
    ("level", "priority"), [("debug", "7"), ("info", "6"), ("warning", "4"), ("error", "3"), ("critical", "2")]
)
def test_each_level_has_its_priority(
    logger: tuple[logging.Logger, io.StringIO], journal: socket.socket, level: str, priority: str
) -> None:
    getattr(logger[0], level)("words")
    assert dict(read(journal.recv(10_000)))["PRIORITY"] == priority


def test_where_nobody_takes_it_it_is_a_line(
    logger: tuple[logging.Logger, io.StringIO], journal: socket.socket, tmp_path: Path
) -> None:
    journal.close()
    (tmp_path / "journal").unlink()
    logger[0].info("words")
    assert logger[1].getvalue() == "weftmail.test-logs: words\n"


def fails(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"invalid literal: {SECRET}"),
        KeyError(SECRET),
        UnicodeDecodeError("ascii", SECRET.encode(), 0, 1, SECRET),
        RuntimeError(f"first\n  {SECRET}\nsecond: {SECRET}"),
    ],
)
def test_a_traceback_says_where_and_not_what(
    logger: tuple[logging.Logger, io.StringIO], journal: socket.socket, error: Exception
) -> None:
    try:
        try:
            fails(error)
        except Exception as first:
            raise LookupError(SECRET) from first
    except LookupError:
        logger[0].exception("our code failed")
    said = dict(read(journal.recv(100_000)))["MESSAGE"]
    assert "our code failed" in said and "in fails" in said and "LookupError" in said
    assert type(error).__name__ in said
    assert SECRET not in said and "4711" not in said


def test_failures_of_several_threads_say_nothing_of_it() -> None:
    said = "".join(traceback.format_exception(ExceptionGroup(SECRET, [ValueError(SECRET)])))
    assert SECRET in said and SECRET not in without_words(said)


def test_what_the_machine_says_stays() -> None:
    try:
        fails(PermissionError(13, "Permission denied", "/var/lib/weftmail/keys"))
    except PermissionError:
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(MaskedFormatter())
        logger = logging.getLogger("weftmail.test-machine")
        logger.propagate = False
        logger.handlers = [handler]
        logger.exception("no")
        logger.handlers = []
    assert "PermissionError: [Errno 13] Permission denied: '/var/lib/weftmail/keys'" in stream.getvalue()
    assert without_words("") == "" and without_words("no traceback") == ""
