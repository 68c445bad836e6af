"""The catcher of the demo: every mail that left, as its reader's program would show it, with its signatures checked.

A mail is shown to members of the company that wrote it; whose it is says the token in its return path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from weftmail.admin import letters as kept
from weftmail.admin.files import disposition, framed
from weftmail.admin.headers import FILE
from weftmail.admin.navigation import Item
from weftmail.admin.page import live, page
from weftmail.admin.pages import play as plays
from weftmail.admin.visit import Visit, nothing_here
from weftmail.admin.words import Mark
from weftmail.core.composing.dkim import Signature, verify
from weftmail.core.parsing.message import Message
from weftmail.core.ports import Caught
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase, marked
from weftmail.store.store import Store


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """A caught mail, read."""

    caught: Caught
    message: Message
    signatures: tuple[Signature, ...]

    @property
    def mark(self) -> Mark:
        """Who signed it, in words."""
        return summary(self.signatures)

    @property
    def fields(self) -> str:
        """The header as it stands in the mail."""
        return re.split(rb"\r?\n\r?\n", self.caught.data, maxsplit=1)[0].decode("utf-8", "replace")


def summary(signatures: Sequence[Signature]) -> Mark:
    """Say how many signatures there are, by whom, and whether all of them verify."""
    if not signatures:
        return Mark("▲", Phrase("signed.not"), "look")
    broken = [one for one in signatures if not one.valid]
    if broken:
        return Mark("✕", Phrase("signed.broken", {"broken": len(broken), "count": len(signatures)}), "broken")
    domains = ", ".join(sorted({one.domain for one in signatures}))
    return Mark("●", Phrase("signed", {"domains": domains, "count": len(signatures)}), "good")


def letters(visit: Visit) -> Response:
    """Show what was caught, newest first."""
    records = _records(visit.store)
    found = [_read(visit, one, records) for one in kept.caught(visit)]
    return visit.page(
        "caught.html",
        command=Command("mail-admin outbox list"),
        live=visit.path(f"/live/caught?seen={mark(visit)}"),
        letters=found,
        most=kept.MOST,
        play=plays.shown(visit, None),
    )


def letter(visit: Visit) -> Response:
    """Show one mail: envelope, header, words, signatures."""
    found = _letter(visit)
    play = plays.shown(visit, found.caught)
    return visit.page("letter.html", command=Command("mail-admin outbox list"), letter=found, play=play)


def frame(visit: Visit) -> Response:
    """Show the HTML of a caught mail in its frame."""
    found = _letter(visit).message
    if not found.html:
        raise nothing_here()
    by_id = {(part.content_id or "").strip("<>"): part for part in found.attachments}

    def image(content_id: str) -> bytes:
        part = by_id.get(content_id)
        return part.content if part is not None else b""

    return framed(found.page, image)


def source(visit: Visit) -> Response:
    """Give out a caught mail as it would have left."""
    found = _letter(visit).caught
    headers = {"content-disposition": disposition(f"{found.name}.eml"), "content-security-policy": FILE}
    return Response(found.data, headers=headers, media_type="application/octet-stream")


def mark(visit: Visit) -> str:
    """Return what changes when something is caught."""
    newest = kept.caught(visit, 1)
    return (newest[0].name if newest else "0") + plays.mark(visit)


def _letter(visit: Visit) -> CaughtMail:
    return _read(visit, kept.named(visit, visit.request.path_params["name"]), _records(visit.store))


def _records(store: Store) -> dict[str, str]:
    """What the DNS would say of our keys."""
    return {f"{one.selector}._domainkey.{one.domain}": one.record for one in store.domains.dkim_keys()}


def _read(visit: Visit, caught: Caught, records: Mapping[str, str]) -> CaughtMail:
    return CaughtMail(caught, kept.read(visit, caught), tuple(verify(caught.data, records)))


item = Item(140, "/caught", marked("Sent mail"))
routes = [
    live("/live/caught", mark),
    page("/caught", letters),
    page("/caught/{name}", letter),
    page("/caught/{name}/html", frame),
    page("/caught/{name}/source", source),
]
