"""A visitor's second factor: the square for their app, a first code, and recovery codes, which are shown once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup
from starlette.responses import Response

from weftmail.admin.page import SECOND_FACTOR, Hashed, page
from weftmail.admin.pages.account import address_of
from weftmail.admin.proof import with_password
from weftmail.admin.visit import Visit
from weftmail.core.tokens import one_time_code
from weftmail.core.wording.command import Command
from weftmail.flow.refusal import Refusal
from weftmail.flow.second_factor import CODE_BYTES, CODES, is_on, recovery_codes
from weftmail.flow.setup import second_factor
from weftmail.flow.setup.act import Done

RANDOM = 32


def look(visit: Visit) -> Response:
    """Show how it stands: off, begun with the square for the app, or on."""
    return _page(visit)


def begin(visit: Visit) -> Response | Hashed:
    """Make a key for the app, after the password."""
    return _after_password(visit, _begun)


def _begun(visit: Visit) -> Response:
    made = second_factor.begin(
        visit.setup, visit.site.installation.keyring, visit.site.random(RANDOM), address_of(visit)
    )
    return _page(visit, made) if isinstance(made, Refusal) else visit.go(SECOND_FACTOR)


def confirm(visit: Visit) -> Response:
    """Turn it on with a first code; only then are the recovery codes shown."""
    codes = _new_codes(visit)
    done = second_factor.confirm(
        visit.setup, visit.site.installation.keyring, address_of(visit), visit.text("code"), codes
    )
    return _page(visit, done) if isinstance(done, Refusal) else _page(visit, codes=codes)


def renew(visit: Visit) -> Response | Hashed:
    """Make new recovery codes, after the password."""

    def renewed(again: Visit) -> Response:
        codes = _new_codes(again)
        done = second_factor.renew_codes(again.setup, address_of(again), codes)
        return _page(again, done) if isinstance(done, Refusal) else _page(again, codes=codes)

    return _after_password(visit, renewed)


def remove(visit: Visit) -> Response | Hashed:
    """Turn it off, after the password."""

    def removed(again: Visit) -> Response:
        done = second_factor.remove(again.setup, address_of(again))
        return _page(again, done) if isinstance(done, Refusal) else again.go("/account#second-factor", done)

    return _after_password(visit, removed)


def _after_password(visit: Visit, then: Callable[[Visit], Response]) -> Response | Hashed:
    def refused(again: Visit, why: str) -> Response:
        return _page(again, wrong={"current": again.voice.gettext(why)})

    return with_password(visit, visit.text("current"), refused, lambda again, _made: then(again), lambda: True)


def _new_codes(visit: Visit) -> list[str]:
    return recovery_codes(b"".join(visit.site.random(CODE_BYTES) for _ in range(CODES)))


def _page(
    visit: Visit,
    answer: Done | Refusal | None = None,
    *,
    codes: Sequence[str] = (),
    wrong: dict[str, str] | None = None,
) -> Response:
    said = {answer.field or "code": visit.voice.say(answer.phrase)} if isinstance(answer, Refusal) else wrong or {}
    on = is_on(visit.store, visit.user.id)
    secret = None if on else _begun_secret(visit)
    uri = one_time_code.uri(secret, address_of(visit), "weftmail") if secret is not None else ""
    return visit.page(
        "second_factor.html",
        command=Command("mail-admin second-factor show {address}", address=address_of(visit)),
        everywhere=True,
        status=422 if said else 200,
        on=on,
        demanded=visit.visitor.session.lacks_second_factor,
        square=_square(uri) if uri else None,
        typed=one_time_code.typed(secret) if secret is not None else "",
        uri=uri,
        left=visit.store.second_factors.codes_left(visit.user.id),
        codes=codes,
        wrong=said,
    )


def _begun_secret(visit: Visit) -> bytes | None:
    factor = visit.store.second_factors.get(visit.user.id)
    if factor is None:
        return None
    return one_time_code.unseal(visit.site.installation.keyring, factor.sealed, visit.user.id)


def _square(text: str) -> Markup:
    """Return the square that apps read, as SVG: our own, without a style or a script in it."""
    # Imported where it is used: it is slow to import, and few pages draw one.
    import segno

    drawn = segno.make(text, error="m").svg_inline(omitsize=True, dark="#000", light="#fff", svgclass="square")
    return Markup(drawn)  # noqa: S704 - the library draws it of a text of ours


routes = [
    page(SECOND_FACTOR, look),
    page(f"{SECOND_FACTOR}/begin", begin, posts=True),
    page(f"{SECOND_FACTOR}/confirm", confirm, posts=True),
    page(f"{SECOND_FACTOR}/codes", renew, posts=True),
    page(f"{SECOND_FACTOR}/remove", remove, posts=True),
]
