"""Ways: how a user likes to work on the pages, such as which page comes after an answer."""

from __future__ import annotations

from dataclasses import replace

from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.people import User

AFTER_SEND = ("keep", "close", "wait")
THEN_SHOW = ("stay", "next", "list")


@act
def change(
    setup: Setup,
    address: str,
    *,
    after_send: str | None = None,
    then_show: str | None = None,
    shortcuts: bool | None = None,
) -> Done:
    """Keep what the user chose; what is not given stays."""
    found = find.user(setup.store, address)
    changed = replace(
        found,
        after_send=found.after_send if after_send is None else find.choice("after_send", after_send, AFTER_SEND),
        then_show=found.then_show if then_show is None else find.choice("then_show", then_show, THEN_SHOW),
        shortcuts=found.shortcuts if shortcuts is None else shortcuts,
    )
    setup.store.users.set_ways(found.id, changed.after_send, changed.then_show, shortcuts=changed.shortcuts)
    return Done("user.ways", None, found.name, _fields(found), _fields(changed))


def _fields(user: User) -> Fields:
    return {"after_send": user.after_send, "then_show": user.then_show, "shortcuts": user.shortcuts}
