"""The way out: SMTP to the local mail server on a kept connection (RFC 5321, RFC 6531, RFC 2920).

MAIL, RCPT and DATA have answers of their own, so that each recipient gets an outcome of its own; a server that offers
to is sent all of them at once.  Until the mail itself is under way a broken connection is harmless: a kept one that has
gone stale is replaced once.  After that nobody knows whether the mail was taken, and the outcome says so.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.core.address import BadAddress
from weftmail.core.composing.fields import sendable_address
from weftmail.core.envelope import clean
from weftmail.core.limits import SMTP_TIMEOUT
from weftmail.core.outgoing_server import ServerFailure
from weftmail.core.ports import Deferred, Outcome, Refused, Sent

_MESSAGE_ID = re.compile(rb"(?im)^message-id:[ \t]*<([\x21-\x7e]{1,200})>")
_LONGEST_ENVID = 100
_LONGEST_ORCPT = 500
_GO_ON = 354
_SIGN_IN = frozenset({530, 534, 535, 538})
"""Answers to a session that is not signed in, or no longer (RFC 4954, 6); they say nothing of a mail."""
_CLOSING = 421
_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class _Reply:
    code: int
    text: str

    @property
    def good(self) -> bool:
        return 200 <= self.code < 300

    def outcome(self, at: Literal["sender", "recipient", "data"] = "recipient") -> Outcome:
        if self.good:
            return Sent(self.text)
        return Refused(self.text, at=at) if 500 <= self.code < 600 else Deferred(self.text)


class _Broken(Exception):
    """The connection is gone, or the server is closing it; nothing of the mail had been sent."""


class _Deferring(_Broken):
    """The server puts off whatever comes by this connection; nothing of the mail had been sent."""


class SmtpSubmitter:
    """A Submitter that speaks SMTP; for use by one thread at a time."""

    def __init__(
        self,
        host: str,
        port: int,
        timeout: float = SMTP_TIMEOUT,
        begin: Callable[[], smtplib.SMTP] | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """``begin`` connects and signs in to another server; it raises ServerFailure where that cannot be.

        ``meanwhile`` is called while the server writes a mail down, before its answer is read; it never raises.
        """
        self._host = host
        self._port = port
        self._timeout = timeout
        self._begin = begin
        self._meanwhile = meanwhile
        self._kept: smtplib.SMTP | None = None

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        """Hand over one copy; return one outcome for each recipient.  An empty return path is the null sender."""
        outcomes: dict[str, Outcome] = {}
        addresses: dict[str, str] = {}
        for recipient in recipients:
            try:
                addresses[recipient] = sendable_address(recipient)
            except BadAddress as error:
                outcomes[recipient] = Refused(f"5.1.3 {error}")
        try:
            sender = sendable_address(return_path) if return_path else ""
        except BadAddress as error:
            return outcomes | dict.fromkeys(addresses, Refused(f"5.1.7 {error}"))
        if not data.count(b"\r\n") == data.count(b"\r") == data.count(b"\n"):
            return outcomes | dict.fromkeys(addresses, Refused("5.6.0 the mail holds a line end that is not CRLF"))
        if addresses:
            outcomes |= self._hand_over(sender, addresses, data)
        return outcomes

    def close(self) -> None:
        """Say goodbye on the kept connection, if there is one; never raises."""
        if self._kept is not None:
            try:
                self._kept.quit()
            except (smtplib.SMTPException, OSError):
                self._kept.close()
            self._kept = None

    def _hand_over(self, sender: str, addresses: dict[str, str], data: bytes) -> dict[str, Outcome]:
        try:
            if self._kept is not None:
                try:
                    return self._transaction(self._kept, sender, addresses, data)
                except _Broken:
                    self._drop()
            return self._transaction(self._connect(), sender, addresses, data)
        except _Deferring as error:
            self._drop()
            return dict.fromkeys(addresses, Deferred(str(error), at_server=True))
        except _Broken as error:
            self._drop()
            return dict.fromkeys(addresses, Deferred(f"4.4.1 {self._host}:{self._port}: {error}", at_server=True))

    def _connect(self) -> smtplib.SMTP:
        if self._begin is not None:
            try:
                self._kept = self._begin()
            except ServerFailure as error:
                raise _Broken(str(error)) from None
            return self._kept
        # Given a name, smtplib does not ask the DNS for ours; the literal is right on the same machine.
        connection = smtplib.SMTP(timeout=self._timeout, local_hostname="[127.0.0.1]")
        try:
            reply = _reply(connection.connect(self._host, self._port))
            if reply.good:
                reply = _reply(connection.ehlo())
        except (smtplib.SMTPException, OSError) as error:
            connection.close()
            raise _Broken(_said(error)) from None
        if not reply.good:
            connection.close()
            raise _Broken(reply.text)
        self._kept = connection
        return connection

    def _drop(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _transaction(
        self, connection: smtplib.SMTP, sender: str, addresses: dict[str, str], data: bytes
    ) -> dict[str, Outcome]:
        options = f" SIZE={len(data)}" if connection.has_extn("size") else ""
        connection.command_encoding = "ascii"
        if _needs_utf8(sender, addresses, data):
            if not connection.has_extn("smtputf8"):
                text = "5.6.7 an address here has letters beyond ASCII, which the mail server does not take"
                return dict.fromkeys(addresses, Refused(text))
            options += " SMTPUTF8"
            connection.command_encoding = "utf-8"
        if connection.has_extn("8bitmime") and not _body_is_ascii(data):
            options += " BODY=8BITMIME"
        reports = connection.has_extn("dsn")
        if reports:
            options += f" RET=HDRS{_envelope_id(data)}"
        commands = [f"MAIL FROM:<{sender}>{options}"]
        commands += [f"RCPT TO:<{to}>{_reported(one) if reports else ''}" for one, to in addresses.items()]
        answers = _Answers(connection, [*commands, "DATA"])
        reply = next(answers)
        if not reply.good:
            if 400 <= reply.code < 500 or reply.code in _SIGN_IN:
                # A kept session may be in a bad state of its own, such as a filter that died under it or a sign-in
                # that ran out; a new one is asked before the mail is put off.
                raise _Deferring(reply.text)
            return self._ended(connection, answers, dict.fromkeys(addresses, reply.outcome("sender")))
        outcomes: dict[str, Outcome] = {}
        taken: list[str] = []
        for recipient, reply in zip(addresses, answers, strict=False):
            if reply.good:
                taken.append(recipient)
            elif reply.code in _SIGN_IN:
                # Nothing of the mail was sent: a new session may take all of them.
                raise _Deferring(reply.text)
            else:
                outcomes[recipient] = reply.outcome()
        if not taken:
            return self._ended(connection, answers, outcomes)
        reply = next(answers)
        if reply.code != _GO_ON:
            # "Good" here is a server out of step: nothing was sent, so nothing was taken.
            outcome = Deferred(reply.text) if reply.good else reply.outcome("data")
            return self._ended(connection, answers, outcomes | dict.fromkeys(taken, outcome))
        return outcomes | dict.fromkeys(taken, self._content(connection, data))

    def _content(self, connection: smtplib.SMTP, data: bytes) -> Outcome:
        try:
            # A dot at the start of a line is doubled (RFC 5321, 4.5.2).
            stuffed = (b"." if data.startswith(b".") else b"") + data.replace(b"\r\n.", b"\r\n..")
            connection.send(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            if self._meanwhile is not None:
                self._meanwhile()
            reply = _reply(connection.getreply())
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Deferred(f"4.4.2 the answer to the mail was lost, it may have been taken: {_said(error)}")
        if reply.code == _CLOSING:
            self._drop()
        return reply.outcome("data")

    def _ended(self, connection: smtplib.SMTP, answers: _Answers, outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
        """Put the server back to where a mail can begin; a server that cannot is left."""
        try:
            if answers.wait_for_a_mail():
                # It waits for a mail that nobody is to get (RFC 2920, 3.1): an empty one, which it refuses.
                _command(connection, ".")
            if not _command(connection, "RSET").good:
                self._drop()
        except _Broken:
            self._drop()
        return outcomes


class _Answers(Iterator[_Reply]):
    """The answers to commands of which the last is DATA: all are sent at once where the server offers it, else each
    when its answer is asked for."""

    def __init__(self, connection: smtplib.SMTP, commands: Sequence[str]) -> None:
        self._connection = connection
        self._left = list(commands)
        self._at_once = connection.has_extn("pipelining")
        if self._at_once:
            _sent(connection, "".join(f"{one}\r\n" for one in commands))

    def __next__(self) -> _Reply:
        if not self._left:
            raise StopIteration
        command = self._left.pop(0)
        return _answer(self._connection) if self._at_once else _command(self._connection, command)

    def wait_for_a_mail(self) -> bool:
        """Read what is still to be answered; say whether the server waits for a mail now."""
        return self._at_once and _GO_ON in [reply.code for reply in self]


def _body_is_ascii(data: bytes) -> bool:
    return data.isascii() or data.partition(b"\r\n\r\n")[2].isascii()


def _envelope_id(data: bytes) -> str:
    """Return ENVID with the mail's own id, by which a report names it even where it returns nothing (RFC 3461, 4.4)."""
    found = _MESSAGE_ID.search(data.partition(b"\r\n\r\n")[0])
    said = _xtext(found[1].decode("ascii")) if found is not None else ""
    return f" ENVID={said}" if 0 < len(said) <= _LONGEST_ENVID else ""


def _reported(recipient: str) -> str:
    """Return what is to be reported of a recipient, and as whom: a failure and a delay, never a success."""
    original = f" ORCPT=rfc822;{_xtext(recipient)}" if recipient.isascii() else ""
    return f" NOTIFY=FAILURE,DELAY{original if len(original) <= _LONGEST_ORCPT else ''}"


def _xtext(text: str) -> str:
    """Return the text as it stands in a parameter (RFC 3461, 4)."""
    return "".join(one if "!" <= one <= "~" and one not in "+=" else f"+{ord(one):02X}" for one in text)


def _needs_utf8(sender: str, addresses: dict[str, str], data: bytes) -> bool:
    head = data.partition(b"\r\n\r\n")[0]
    return not (sender.isascii() and head.isascii() and all(address.isascii() for address in addresses.values()))


def _command(connection: smtplib.SMTP, line: str) -> _Reply:
    _sent(connection, f"{line}\r\n")
    return _answer(connection)


def _sent(connection: smtplib.SMTP, lines: str) -> None:
    try:
        connection.send(lines)
    except (smtplib.SMTPException, OSError) as error:
        raise _Broken(_said(error)) from None


def _answer(connection: smtplib.SMTP) -> _Reply:
    try:
        reply = _reply(connection.getreply())
    except (smtplib.SMTPException, OSError) as error:
        raise _Broken(_said(error)) from None
    if reply.code == _CLOSING:
        raise _Broken(reply.text)
    return reply


def _reply(answer: tuple[int, bytes]) -> _Reply:
    code, text = answer
    words = text.decode("utf-8", "replace").replace("\n", " ")
    return _Reply(code, clean(f"{code} {words}")[:_LONGEST_TEXT])


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return clean(str(error)) or type(error).__name__
