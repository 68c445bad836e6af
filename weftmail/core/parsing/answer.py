"""A message on its way out of a reader process: in steps, as lines of JSON, each followed by plain bytes.

Nothing but text, numbers and bytes travels, and what does not have the expected form is refused: who reads strangers'
mail may have been taken over by it.  ``written`` and ``Received`` are the two ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

from weftmail.core.address import Mailbox
from weftmail.core.limits import READER_ANSWER
from weftmail.core.parsing.dkim_tags import SignatureField, Signers
from weftmail.core.parsing.dmarc_report import DISPOSITIONS, DmarcReport, DmarcRow
from weftmail.core.parsing.forward import Forwarded
from weftmail.core.parsing.message import Attachment, DeliveryReport, Failure, Kind, Message, Stamp, Step
from weftmail.core.parsing.passed_on import FIELDS
from weftmail.core.parsing.seal import Fault, Seal
from weftmail.core.parsing.seal import Kind as SealKind

STEPS: tuple[Step, ...] = get_args(Step)
_BOXES = ("from_", "sender", "reply_to", "to", "cc", "original_from")
_TEXTS = ("message_id", "subject", "auto_submitted", "content_hash", "signed_hash")
_LISTS = ("in_reply_to", "references", "received", "loop")


class BadAnswer(ValueError):
    """What a reader said has not the form that it should have."""


def written(step: Step, message: Message, before: Message | None) -> Iterator[bytes]:
    """Yield what a step adds to the one before, as it is sent."""
    line: dict[str, Any] = {"step": step, **_judged(message, before)}
    content: list[bytes] = []
    if step == "header":
        line |= _header(message)
    elif step == "files":
        line["files"] = [_file(each) for each in message.attachments]
        content = [each.content for each in message.attachments]
        line["dmarc"] = _dmarc(message.dmarc)
    elif step == "html":
        content = [message.html.encode(), message.page.encode()]
        line["pages"] = [len(one) for one in content]
        line["shown"] = [[at, each.content_id] for at, each in enumerate(message.attachments) if each.inline]
    if before is not None and (message.subject, message.from_) != (before.subject, before.from_):
        # Raw letters of the header take the charset of the body, which is known only now.
        line |= {"subject": message.subject, **{name: _boxes(getattr(message, name)) for name in _BOXES}}
    line["bytes"] = sum(len(one) for one in content)
    yield json.dumps(line, ensure_ascii=False, check_circular=False).encode() + b"\n"
    yield from content


def _judged(message: Message, before: Message | None) -> dict[str, Any]:
    """What each step may say anew: the words, and what is concluded from them."""
    found: dict[str, Any] = {}
    if before is None or message.text != before.text or message.reply_text != before.reply_text:
        found |= {"text": message.text, "reply_text": message.reply_text}
    if before is None or _kind(message) != _kind(before):
        found |= {"kind": message.kind, "report": _report(message.report), "titled": message.titled}
    if before is None or message.defects != before.defects:
        found["defects"] = message.defects
    if before is None or message.forwarded != before.forwarded:
        found["forwarded"] = _forwarded(message.forwarded)
    return found


def _kind(message: Message) -> tuple[Kind, DeliveryReport | None, bool]:
    return message.kind, message.report, message.titled


def _header(message: Message) -> dict[str, Any]:
    return {
        **{name: getattr(message, name) for name in (*_TEXTS, *_LISTS, "date", "hops")},
        **{name: _boxes(getattr(message, name)) for name in _BOXES},
        "signers": _signers(message.signers),
        "stamps": _stamps(message.stamps),
        "passed_on": _stamps(message.passed_on),
        "seals": [_seal(one) for one in message.seals],
    }


def _stamps(stamps: tuple[Stamp, ...]) -> list[list[Any]]:
    return [[one.name, one.above, one.value] for one in stamps]


def _seal(one: Seal) -> list[Any]:
    return [
        one.kind, one.domain, one.selector, one.identity, one.algorithm, one.signature.hex(), one.digest, one.fault,
        one.made_at, one.expires_at, one.instance, one.chain,
    ]  # fmt: skip


def _signers(found: Signers) -> dict[str, Any]:
    signatures = [[one.domain, one.identity, one.leaves_out, one.partial, one.agrees] for one in found.signatures]
    return {"names": found.names, "signatures": signatures, "flaws": found.flaws}


def _boxes(boxes: tuple[Mailbox, ...]) -> list[list[str]]:
    return [[box.name, box.address] for box in boxes]


def _report(about: DeliveryReport | None) -> dict[str, Any] | None:
    if about is None:
        return None
    people = [[one.address, one.status, one.action, one.diagnostic, one.hard, one.reason] for one in about.recipients]
    return {"recipients": people, "original": about.original_message_id}


def _dmarc(found: DmarcReport | None) -> list[Any] | None:
    if found is None:
        return None
    rows = [[one.source, one.selector, one.disposition, one.dkim, one.spf, one.mails] for one in found.rows]
    return [found.organisation, found.report_id, found.domain, found.begin_at, found.end_at, rows]


def _forwarded(found: Forwarded | None) -> list[Any] | None:
    return None if found is None else [found.from_.name, found.from_.address, found.subject, found.date]


def _file(each: Attachment) -> list[Any]:
    return [each.filename, each.content_type, each.size, each.sha256, each.content_id, each.card]


class Received:
    """What a reader has said of one mail so far."""

    def __init__(self) -> None:
        self.end: dict[str, Any] | None = None
        """The last line: that it is done, or why it cannot be; None while there is more to come."""
        self._known: dict[str, Any] = {}
        self._steps = 0
        self._data = bytearray()
        self._size = 0
        self._line: dict[str, Any] | None = None

    @property
    def message(self) -> Message | None:
        """The message as far as it was read; None before the first step."""
        return Message(**self._known, missing=STEPS[self._steps :]) if self._steps else None

    @property
    def whole(self) -> bool:
        """All steps were done."""
        return self._steps == len(STEPS)

    def take(self, data: bytes) -> bytes:
        """Take in what came; return what is left of it behind the end.  Raises BadAnswer."""
        self._data += data
        self._size += len(data)
        if self._size > READER_ANSWER:
            raise BadAnswer("the answer is too long")
        while self.end is None:
            if self._line is None:
                cut = self._data.find(b"\n")
                if cut < 0:
                    return b""
                self._line = _loaded(bytes(self._data[:cut]))
                del self._data[: cut + 1]
            line = self._line
            size = _number(line.get("bytes", 0))
            if len(self._data) < size:
                return b""
            content = bytes(memoryview(self._data)[:size])
            del self._data[:size]
            self._line = None
            if line.get("step") == "end":
                self.end = line
            else:
                self._apply(line, content)
        rest = bytes(self._data)
        self._data.clear()
        return rest

    def _apply(self, line: dict[str, Any], content: bytes) -> None:
        step = line.get("step")
        if self.whole or step != STEPS[self._steps]:
            raise BadAnswer(f"the step {step!r} comes out of turn")
        try:
            self._known.update(_said(step, line, content))
            if step == "html":
                self._known["attachments"] = _shown(self._known["attachments"], line["shown"])
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise BadAnswer(f"the step {step} has not its form: {error}") from error
        self._steps += 1


def _loaded(text: bytes) -> dict[str, Any]:
    try:
        line = json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise BadAnswer("a line is no JSON") from error
    if not isinstance(line, dict):
        raise BadAnswer("a line is no object")
    return line


def _said(step: Any, line: dict[str, Any], content: bytes) -> Iterator[tuple[str, Any]]:
    """Yield the members of the message that one step tells."""
    if step == "header":
        yield from _header_said(line)
    elif step == "files":
        yield "attachments", _files(line["files"], content)
        yield "dmarc", _dmarc_said(line["dmarc"])
    elif step == "html":
        first, second = (_number(one) for one in line["pages"])
        yield "html", content[:first].decode()
        yield "page", content[first : first + second].decode()
    if step != "header" and "from_" in line:
        yield "subject", _text(line["subject"])
        yield from ((name, _mailboxes(line[name])) for name in _BOXES)
    if "text" in line:
        yield "text", _text(line["text"])
        yield "reply_text", _text(line["reply_text"])
    if "kind" in line:
        if line["kind"] not in get_args(Kind):
            raise BadAnswer("there is no such kind of message")
        yield "kind", line["kind"]
        yield "report", _reported(line["report"])
        yield "titled", line["titled"] is True
    if "defects" in line:
        yield "defects", _texts(line["defects"])
    if "forwarded" in line:
        yield "forwarded", _sent_on(line["forwarded"])


def _header_said(line: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((name, _text(line[name])) for name in _TEXTS)
    yield from ((name, _texts(line[name])) for name in _LISTS)
    yield from ((name, _mailboxes(line[name])) for name in _BOXES)
    yield "date", None if line["date"] is None else _number(line["date"])
    yield "hops", _number(line["hops"])
    yield "signers", _signed(line["signers"])
    yield "stamps", _stamped(line["stamps"])
    yield "passed_on", _passed_on(line["passed_on"])
    yield "seals", tuple(_sealed(*one) for one in line["seals"])
    yield from (("html", ""), ("attachments", ()))


def _stamped(value: Any) -> tuple[Stamp, ...]:
    return tuple(Stamp(_text(name), _number(above), _text(said)) for name, above, said in value)


def _passed_on(value: Any) -> tuple[Stamp, ...]:
    found = _stamped(value)
    if any(one.name not in FIELDS for one in found):
        raise BadAnswer("there is no such field")
    return found


def _signed(value: Any) -> Signers:
    signatures = tuple(
        SignatureField(_text(domain), _text(identity), _texts(leaves_out), partial is not False, agrees is True)
        for domain, identity, leaves_out, partial, agrees in value["signatures"]
    )
    return Signers(_texts(value["names"]), signatures, _texts(value["flaws"]))


def _sealed(
    kind: Any, domain: Any, selector: Any, identity: Any, algorithm: Any, signature: Any, digest: Any, fault: Any,
    made_at: Any, expires_at: Any, instance: Any, chain: Any,
) -> Seal:  # fmt: skip
    if kind not in get_args(SealKind) or fault not in get_args(Fault):
        raise BadAnswer("there is no such signature")
    made, expires = (None if one is None else _number(one) for one in (made_at, expires_at))
    return Seal(
        kind, _text(domain), _text(selector), _text(identity), _text(algorithm), bytes.fromhex(signature),
        bytes.fromhex(digest).hex(), fault, made, expires, _number(instance), _text(chain),
    )  # fmt: skip


def _sent_on(value: Any) -> Forwarded | None:
    if value is None:
        return None
    name, address, subject, date = value
    return Forwarded(Mailbox(_text(name), _text(address)), _text(subject), None if date is None else _number(date))


def _reported(value: Any) -> DeliveryReport | None:
    if value is None:
        return None
    original = value["original"]
    return DeliveryReport(
        tuple(
            Failure(_text(address), _text(status), _text(action), _text(diagnostic), hard is True, _text(reason))
            for address, status, action, diagnostic, hard, reason in value["recipients"]
        ),
        None if original is None else _text(original),
    )


def _dmarc_said(value: Any) -> DmarcReport | None:
    if value is None:
        return None
    organisation, report_id, domain, begin_at, end_at, rows = value
    return DmarcReport(
        _text(organisation), _text(report_id), _text(domain), _number(begin_at), _number(end_at),
        tuple(_dmarc_row(*one) for one in rows),
    )  # fmt: skip


def _dmarc_row(source: Any, selector: Any, disposition: Any, dkim: Any, spf: Any, mails: Any) -> DmarcRow:
    if disposition not in DISPOSITIONS:
        raise BadAnswer("there is no such disposition")
    return DmarcRow(_text(source), _text(selector), disposition, dkim is True, spf is True, _number(mails))


def _files(described: Any, content: bytes) -> tuple[Attachment, ...]:
    files = []
    at = 0
    for filename, content_type, size, sha256, content_id, card in described:
        end = at + _number(size)
        if end > len(content):
            raise BadAnswer("a file is longer than what came")
        files.append(
            Attachment(
                _text(filename),
                _text(content_type),
                content[at:end] if (at, end) != (0, len(content)) else content,
                _text(sha256),
                None if content_id is None else _text(content_id),
                inline=False,
                card=_text(card),
            )
        )
        at = end
    return tuple(files)


def _shown(files: tuple[Attachment, ...], said: Any) -> tuple[Attachment, ...]:
    """Mark the files that the HTML shows in their places; which they are is known when it is sanitised."""
    ids = {_number(at): None if content_id is None else _text(content_id) for at, content_id in said}
    if any(at >= len(files) for at in ids):
        raise BadAnswer("a file that is shown is none")
    return tuple(replace(each, inline=True, content_id=ids[at]) if at in ids else each for at, each in enumerate(files))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadAnswer("a text is none")
    # JSON can write a lone surrogate, which no table takes.
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(one) for one in value)


def _mailboxes(value: Any) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(_text(name), _text(address)) for name, address in value)


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 2**53:
        raise BadAnswer("a number is none")
    return value
