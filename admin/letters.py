"""The mails that the demo caught, as far as a visitor may see them: those that their own company wrote."""

from __future__ import annotations

from collections.abc import Sequence

from weftmail.admin.visit import Visit, nothing_here
from weftmail.core.parsing.message import Message
from weftmail.core.ports import Catcher, Caught
from weftmail.core.tokens import reply_token

MOST = 50


def caught(visit: Visit, most: int = MOST) -> list[Caught]:
    """Return the newest, newest first."""
    return _own(visit, _catcher(visit).caught(MOST))[:most]


def named(visit: Visit, name: str) -> Caught:
    """Return one by its name; raises 404 for none, and for another company's."""
    found = _catcher(visit).get(name)
    if found is None or not _own(visit, [found]):
        raise nothing_here()
    return found


def read(visit: Visit, one: Caught) -> Message:
    """Return what it says."""
    return visit.site.installation.reader(one.data.replace(b"\r\n", b"\n"))


def _catcher(visit: Visit) -> Catcher:
    if visit.site.catcher is None:
        raise nothing_here()
    return visit.site.catcher


def _own(visit: Visit, some: Sequence[Caught]) -> list[Caught]:
    """Return those that carry a message of the visitor's company, which their return path names, or are to a colleague.

    What has no return path tells of an account or gathers notices: for its reader, and the admins of all.
    """
    messages = [_message(visit, one) for one in some]
    own = visit.store.threads.of_company(visit.company_id, [one for one in messages if one is not None])
    return [
        one
        for one, message in zip(some, messages, strict=True)
        if (message in own if one.return_path else _to_colleague(visit, one))
    ]


def _to_colleague(visit: Visit, one: Caught) -> bool:
    user = visit.store.users.by_address(one.recipients[0]) if len(one.recipients) == 1 else None
    return user is not None and (user.id == visit.user.id or visit.owner)


def record_of(visit: Visit, one: Caught) -> str:
    """Return the number of the record whose conversation it is of; "" where it is of none."""
    number = _message(visit, one)
    message = visit.store.messages.get(visit.company_id, number) if number is not None else None
    record = visit.store.records.get(visit.company_id, message.record_id) if message is not None else None
    return record.label if record is not None else ""


def _message(visit: Visit, one: Caught) -> int | None:
    local, _, domain = one.return_path.rpartition("@")
    said = reply_token.resolve(visit.site.installation.keyring, local, domain)
    return said.message if said is not None else None
