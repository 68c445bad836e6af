"""What the signatures of a mail claim, with the digests that they have to be held against (RFC 6376, 8463, 8617).

Here the stranger's bytes are gone over, once for each form of the body; whether a claim is true takes a key from the
DNS and nothing of the mail any more (``checking``).  Each pass is linear in the bytes.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from weftmail.core.limits import ARC_SETS, SEAL_SIZE, SEALS
from weftmail.core.parsing import source
from weftmail.core.parsing.block import HeaderBlock
from weftmail.core.parsing.canonical import Bodies, relaxed, selected, without_signature

Fault = Literal["", "syntax", "body", "length", "algorithm", "from", "many"]
Kind = Literal["dkim", "message", "seal"]
Tags = Mapping[bytes, bytes]

_ALGORITHMS: Final = {b"rsa-sha256": "rsa", b"ed25519-sha256": "ed25519"}
_OLD: Final = (b"rsa-sha1",)
_FIELD: Final = re.compile(rb"(?m)^([!-9;-~]+?)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*\n?)")
_TAG_NAME: Final = re.compile(rb"[A-Za-z][A-Za-z0-9_]*")
_WHITE: Final = re.compile(rb"[ \t\r\n]+")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_NUMBER: Final = re.compile(rb"[0-9]{1,12}")
_DOMAIN: Final = re.compile(rb"[A-Za-z0-9._\x80-\xff-]{1,255}")
_ARC: Final = {b"arc-authentication-results": 0, b"arc-message-signature": 1, b"arc-seal": 2}


@dataclass(frozen=True, slots=True)
class Seal:
    """One claim: that ``domain`` signed this, by the key ``selector``.

    ``kind``: a DKIM signature, or of one ARC set the signature of the message or the seal.  ``digest`` is the SHA-256
    of what was signed, in hex, ``signature`` what it has to verify against.  ``fault`` says why it cannot be true
    whatever the key is.  ``made_at`` and ``expires_at`` are in seconds since 1970, or None.  ``instance`` and ``chain``
    (``cv=``) are those of an ARC set.
    """

    kind: Kind
    domain: str
    selector: str
    identity: str = ""
    algorithm: str = ""
    signature: bytes = b""
    digest: str = ""
    fault: Fault = ""
    made_at: int | None = None
    expires_at: int | None = None
    instance: int = 0
    chain: str = ""


Field = tuple[bytes, bytes]
"""Name and value of a header field, as bytes, the value with its line ends as CRLF."""


def read(top: HeaderBlock, raw: bytes | BinaryIO) -> tuple[Seal, ...]:
    """Return the claims of a mail's signatures, topmost first, and those of its ARC sets; never raises."""
    names = {one.name for one in top.fields}
    if not names & {"dkim-signature", "arc-seal", "arc-message-signature"}:
        return ()
    fields = _fields(source.beginning(raw, top.end))
    bodies = Bodies(raw, top.end)
    signed = [one for one in fields if one[0].lower() == b"dkim-signature"][:SEALS]
    claims = [_claim("dkim", one, fields, bodies) for one in signed]
    return (*claims, *_chain(fields, bodies))


def _fields(head: bytes) -> list[Field]:
    items = _FIELD.finditer(head.replace(b"\r\n", b"\n"))
    return [(item[1], item[2].rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n") for item in items]


def tags(value: bytes) -> dict[bytes, bytes] | None:
    """Return the tags of a tag list (RFC 6376, 3.2); None where it is none."""
    found: dict[bytes, bytes] = {}
    parts = value.split(b";")
    if not parts[-1].strip():
        parts.pop()
    for part in parts:
        name, equals, text = part.partition(b"=")
        name = name.strip(b" \t\r\n")
        if not equals or not _TAG_NAME.fullmatch(name) or name in found:
            return None
        found[name] = text.strip(b" \t\r\n")
    return found


def _claim(kind: Kind, field: Field, fields: Sequence[Field], bodies: Bodies) -> Seal:
    """Return the claim of a DKIM-Signature or an ARC-Message-Signature."""
    known = tags(field[1]) if len(field[1]) <= SEAL_SIZE else None
    if known is None:
        return Seal(kind, "", "", fault="syntax")
    listed = [one.strip(b" \t\r\n").lower() for one in known.get(b"h", b"").split(b":")]
    fault = _fault(kind, known, listed)
    head, body = _forms(known.get(b"c", b"relaxed/relaxed" if kind == "message" else b"simple/simple"))
    if not fault and not (head and body):
        fault = "syntax"
    if not fault:
        length = int(known[b"l"]) if b"l" in known else None
        fault = bodies.fault(body, length, _squeezed(known[b"bh"]))
    digest = ""
    if not fault:
        # One From more than is listed: whoever adds another one breaks the signature.
        chosen = selected(fields, [*listed, b"from"])
        digest = _digest(chosen, field, head)
    return _seal(kind, known, fault, digest)


def _fault(kind: Kind, known: Tags, listed: Sequence[bytes]) -> Fault:
    wanted = (b"a", b"b", b"bh", b"d", b"h", b"s", *((b"v",) if kind == "dkim" else (b"i",)))
    if any(not known.get(name) for name in wanted) or (kind == "dkim" and known[b"v"] != b"1"):
        return "syntax"
    if known[b"a"].lower() not in _ALGORITHMS:
        return "algorithm" if known[b"a"].lower() in _OLD else "syntax"
    sound = all(_BASE64.fullmatch(_squeezed(known[name])) for name in (b"b", b"bh")) and all(
        _DOMAIN.fullmatch(known[name]) for name in (b"d", b"s")
    )
    if not sound or any(name in known and not _NUMBER.fullmatch(known[name]) for name in (b"l", b"t", b"x")):
        return "syntax"
    if b"q" in known and b"dns/txt" not in [one.strip().lower() for one in known[b"q"].split(b":")]:
        return "syntax"
    if b"x" in known and b"t" in known and int(known[b"x"]) < int(known[b"t"]):
        return "syntax"
    if kind == "dkim" and b"i" in known and not _within(known[b"i"], known[b"d"]):
        return "syntax"
    return "" if b"from" in listed else "from"


def _within(identity: bytes, domain: bytes) -> bool:
    """Say whether ``i=`` names the domain of ``d=`` or one below it."""
    named = identity.rpartition(b"@")[2].lower()
    return b"@" in identity and (named == domain.lower() or named.endswith(b"." + domain.lower()))


def _forms(value: bytes) -> tuple[str, str]:
    """Return the canonicalisation of header and body; "" for one that does not exist."""
    head, _, body = (one.strip().lower() for one in (value if b"/" in value else value + b"/simple").partition(b"/"))
    known = {b"simple": "simple", b"relaxed": "relaxed"}
    return known.get(head, ""), known.get(body, "")


def _digest(chosen: Iterable[Field], field: Field, form: str) -> str:
    sha = hashlib.sha256()
    for name, value in chosen:
        sha.update(relaxed(name, value) if form == "relaxed" else name + b":" + value)
    bare = without_signature(field[1])
    last = relaxed(field[0], bare) if form == "relaxed" else field[0] + b":" + bare
    sha.update(last.rstrip(b"\r\n"))
    return sha.hexdigest()


def _seal(kind: Kind, known: Tags, fault: Fault, digest: str) -> Seal:
    return Seal(
        kind,
        _text(known.get(b"d", b"")),
        _text(known.get(b"s", b"")),
        _text(known.get(b"i", b"")) if kind == "dkim" else "",
        _ALGORITHMS.get(known.get(b"a", b"").lower(), ""),
        b64decode(_squeezed(known[b"b"]) + b"==") if not fault else b"",
        digest,
        fault,
        int(known[b"t"]) if not fault and b"t" in known else None,
        int(known[b"x"]) if not fault and b"x" in known else None,
        _instance(known) if kind != "dkim" else 0,
        _text(known.get(b"cv", b"")).lower(),
    )


def _chain(fields: Sequence[Field], bodies: Bodies) -> tuple[Seal, ...]:
    """Return of each ARC set the seal, newest first, and of the newest one the signature of the message, before it.

    Where the sets have not their form, one faulty seal.
    """
    sets: dict[int, list[Field | None]] = {}
    for field in fields:
        place = _ARC.get(field[0].lower())
        if place is None:
            continue
        number = _number_of(field[1], place)
        there = sets.setdefault(number, [None, None, None])
        if not 0 < number <= ARC_SETS or there[place] is not None:
            return (Seal("seal", "", "", fault="syntax"),)
        there[place] = field
    if not sets:
        return ()
    if sorted(sets) != list(range(1, len(sets) + 1)) or any(None in one for one in sets.values()):
        return (Seal("seal", "", "", fault="syntax"),)
    seals = list(_seals([[one for one in sets[number] if one is not None] for number in sorted(sets)]))
    newest = sets[len(sets)][1]
    assert newest is not None  # noqa: S101 - none of a set is missing
    # The newest seal and signature were written after this one was made.
    return (_claim("message", newest, [one for one in fields if one is not newest], bodies), *reversed(seals))


def _seals(sets: Sequence[Sequence[Field]]) -> Iterable[Seal]:
    """Yield the seals, oldest first: each is over all sets before it and its own (RFC 8617, 5.1.1)."""
    sha = hashlib.sha256()
    for results, signature, seal in sets:
        sha.update(relaxed(*results) + relaxed(*signature))
        own = sha.copy()
        own.update(relaxed(seal[0], without_signature(seal[1])).rstrip(b"\r\n"))
        sha.update(relaxed(*seal))
        yield _seal_of(seal[1], own.hexdigest())


def _seal_of(value: bytes, digest: str) -> Seal:
    known = tags(value) if len(value) <= SEAL_SIZE else None
    if known is None or b"h" in known or any(not known.get(name) for name in (b"a", b"b", b"d", b"s", b"cv")):
        return Seal("seal", "", "", fault="syntax")
    fault: Fault = ""
    if known[b"a"].lower() not in _ALGORITHMS:
        fault = "algorithm" if known[b"a"].lower() in _OLD else "syntax"
    elif not _BASE64.fullmatch(_squeezed(known[b"b"])) or not all(_DOMAIN.fullmatch(known[n]) for n in (b"d", b"s")):
        fault = "syntax"
    return _seal("seal", {name: text for name, text in known.items() if name not in (b"t", b"x")}, fault, digest)


def _number_of(value: bytes, place: int) -> int:
    """Return the instance of an ARC field; 0 where it has none."""
    if place == 0:
        known: Tags | None = tags(value.partition(b";")[0])
    else:
        known = tags(value) if len(value) <= SEAL_SIZE else None
    return _instance(known or {})


def _instance(known: Tags) -> int:
    text = known.get(b"i", b"")
    return int(text) if re.fullmatch(rb"[0-9]{1,3}", text) else 0


def _squeezed(value: bytes) -> bytes:
    return _WHITE.sub(b"", value)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")[:255]
