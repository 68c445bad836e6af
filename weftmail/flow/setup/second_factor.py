"""The second factor of a user: turned on with a first code, and removed; and whether a company demands one."""

from __future__ import annotations

from collections.abc import Sequence

from weftmail.core.tokens import one_time_code
from weftmail.core.tokens.keys import Keyring
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.account import sends_for
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.running import SECOND_FACTOR
from weftmail.flow.second_factor import is_on, plain, uses_app
from weftmail.flow.setup import find, membership
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.store.audit import AuditRow
from weftmail.store.people import User
from weftmail.store.store import Store

DEMANDED = SECOND_FACTOR.name
"""The setting that demands one of everybody; with a dot and a number behind it, it stands where a company does."""


def begin(setup: Setup, keyring: Keyring, random: bytes, address: str) -> bytes | Refusal:
    """Make a new key for the user's app and return it; it counts once ``confirm`` has seen a code of it.

    ``random``: 32 bytes that nobody can guess.  Nothing changes yet, so there is no row in the audit log.
    """
    with setup.store.transaction():
        found = setup.store.users.by_address(address)
        if found is None or is_on(setup.store, found.id):
            name = found.name if found is not None else address
            return Refusal("", "second_factor_there", {"name": name})
        secret, nonce = random[: one_time_code.SECRET], random[-one_time_code.NONCE :]
        sealed = one_time_code.seal(keyring, secret, found.id, nonce)
        setup.store.second_factors.begin(found.id, sealed, setup.clock())
        return secret


@act
def confirm(setup: Setup, keyring: Keyring, address: str, code: str, codes: Sequence[str]) -> Done:
    """Turn the second factor on with a first code of the app; ``codes`` are the user's recovery codes from now on."""
    store, found = setup.store, find.active_user(setup.store, address)
    if is_on(store, found.id):
        raise RefusedAct("", "second_factor_there", name=found.name)
    if store.second_factors.get(found.id) is None:
        raise RefusedAct("", "second_factor_not_begun")
    if not uses_app(store, keyring, found.id, code, setup.clock()):
        raise RefusedAct("code", "code_wrong")
    store.second_factors.confirm(found.id, setup.clock())
    store.second_factors.set_codes(found.id, [plain(one) for one in codes])
    _notify(setup, found, Phrase("notice.second factor on"))
    return _done(setup, "second_factor.add", found, "off", "on")


@act
def renew_codes(setup: Setup, address: str, codes: Sequence[str]) -> Done:
    """Let these recovery codes work, and none of before."""
    found = _with_factor(setup.store, address)
    left = setup.store.second_factors.codes_left(found.id)
    setup.store.second_factors.set_codes(found.id, [plain(one) for one in codes])
    home = membership.home(setup.store, found)
    was: Fields = {"recovery_codes": f"{left} of before"}
    return Done("second_factor.codes", home, found.name, was, {"recovery_codes": f"{len(codes)} new"})


@act
def remove(setup: Setup, address: str) -> Done:
    """Let the user sign in by the password alone: they have lost their app, or do not want it."""
    found = _with_factor(setup.store, address)
    setup.store.second_factors.remove(found.id)
    _notify(setup, found, Phrase("notice.second factor off", {"actor": setup.actor.name}))
    return _done(setup, "second_factor.remove", found, "on", "off")


def _with_factor(store: Store, address: str) -> User:
    found = find.user(store, address)
    if not is_on(store, found.id):
        raise RefusedAct("address", "no_second_factor", name=found.name)
    return found


def _done(setup: Setup, name: str, found: User, was: str, now: str) -> Done:
    home = membership.home(setup.store, found)
    return Done(name, home, found.name, {"second_factor": was}, {"second_factor": now})


def _notify(setup: Setup, found: User, says: Phrase) -> None:
    """Tell the user in the inbox of the first of their companies."""
    companies = setup.store.users.enters(found)
    if companies:
        home = sends_for(setup.store, found) or companies[0].company_id
        setup.store.inbox.notify(home, [found.id], says, setup.clock())


def is_demanded(store: Store, company_id: int) -> bool:
    """Say whether a company demands a second factor of its people, whatever the installation does."""
    return store.settings.get(_setting(company_id)) is not None


@act
def demand(setup: Setup, wanted: bool, company: str | None) -> Done:
    """Demand a second factor of a company's people, or no longer; the setting ``second_factor`` does so of everybody.

    Who has none yet sets one up at the next page that they open.
    """
    store, whose = setup.store, find.company(setup.store, company)
    was = is_demanded(store, whose.id)
    if wanted:
        store.settings.put(_setting(whose.id), "1")
    else:
        store.settings.remove(_setting(whose.id))
    return Done("second_factor.demand", whose.id, whose.name, {"demanded": was}, {"demanded": wanted})


def _setting(company_id: int) -> str:
    return f"{DEMANDED}.{company_id}"


def _as_before(setup: Setup, row: AuditRow) -> Done | Refusal:
    return demand(setup, bool(row.before["demanded"]), row.company)


reverses = {"second_factor.demand": _as_before}
