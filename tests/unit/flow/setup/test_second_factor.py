"""The second factor: turned on with a first code; each code once; and who demands one."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.tokens.one_time_code import code_at
from weftmail.flow import second_factor as factors
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import company, second_factor, setting, undo, user
from weftmail.store.session import Session

ANNA = "anna@acme.example"
RANDOM = bytes(range(32))


@pytest.fixture
def secret(office: Office) -> bytes:
    """The key that Anna's app shares with us, not confirmed yet."""
    made = second_factor.begin(office.setup, office.world.installation.keyring, RANDOM, ANNA)
    assert isinstance(made, bytes) and len(made) == 20
    return made


def turn_on(office: Office, secret: bytes) -> list[str]:
    codes = factors.recovery_codes(bytes(range(100)))
    keyring = office.world.installation.keyring
    code = code_at(secret, office.world.clock.now)
    office.did(second_factor.confirm(office.setup, keyring, ANNA, code, codes))
    return codes


def accepts(office: Office, text: str) -> bool:
    store, keyring = office.store, office.world.installation.keyring
    return factors.accepts(store, keyring, office.world.anna, text, office.world.clock())


def test_it_counts_once_a_first_code_has_proved_the_app(office: Office, secret: bytes) -> None:
    assert not factors.is_on(office.store, office.world.anna) and not accepts(office, code_at(secret, 0))
    keyring = office.world.installation.keyring
    wrong = second_factor.confirm(office.setup, keyring, ANNA, "000000", [])
    assert office.refused(wrong) == ("code", "code_wrong")
    turn_on(office, secret)
    assert factors.is_on(office.store, office.world.anna)
    (row,) = office.store.audit.all(most=1)
    assert (row.act, row.became) == ("second_factor.add", '{"second_factor": "on"}')
    (notice,) = office.store.inbox.notices(office.world.anna, office.world.acme)
    assert notice.says.code == "notice.second factor on"
    again = second_factor.begin(office.setup, keyring, RANDOM, ANNA)
    assert isinstance(again, Refusal) and again.code == "second_factor_there"
    assert office.refused(second_factor.confirm(office.setup, keyring, ANNA, "1", [])) == ("", "second_factor_there")


def test_neither_key_nor_codes_can_be_read_in_the_store(office: Office, secret: bytes) -> None:
    codes = turn_on(office, secret)
    dump = "\n".join(str(row) for table in ("second_factor", "recovery_code", "audit", "notice")
                     for row in office.store.connection.execute(f"select * from {table}").rows)  # fmt: skip
    assert secret.hex() not in dump
    assert not [one for one in codes if one in dump or one.replace("-", "") in dump]


def test_a_code_works_once_and_in_its_time(office: Office, secret: bytes) -> None:
    clock = office.world.clock
    turn_on(office, secret)
    # The first code was used up by turning it on, and with it all that were shown before.
    assert not accepts(office, code_at(secret, clock.now)) and not accepts(office, code_at(secret, clock.now - 30_000))
    clock.now += 30_000
    code = code_at(secret, clock.now)
    assert accepts(office, f"{code[:3]} {code[3:]}") and not accepts(office, code)
    clock.now += 30_000
    assert not accepts(office, code)
    clock.now += 60_000
    assert not accepts(office, code_at(secret, clock.now - 60_000))
    assert accepts(office, code_at(secret, clock.now - 30_000))


def test_a_recovery_code_works_once_in_any_spelling(office: Office, secret: bytes) -> None:
    codes = turn_on(office, secret)
    assert len(set(codes)) == factors.CODES and len(codes[0]) == 19
    assert accepts(office, codes[0].upper().replace("-", " ")) and not accepts(office, codes[0])
    assert office.store.second_factors.codes_left(office.world.anna) == 9
    new = factors.recovery_codes(bytes(range(100, 200)))
    done = office.did(second_factor.renew_codes(office.setup, ANNA, new))
    assert done.was == {"recovery_codes": "9 of before"}
    assert not accepts(office, codes[1]) and accepts(office, new[1])
    assert not accepts(office, "") and not accepts(office, "what")


def test_it_is_removed(office: Office, secret: bytes) -> None:
    codes = turn_on(office, secret)
    office.did(second_factor.remove(office.setup, ANNA))
    assert not factors.is_on(office.store, office.world.anna) and not accepts(office, codes[0])
    assert office.refused(second_factor.remove(office.setup, ANNA)) == ("address", "no_second_factor")
    assert office.refused(second_factor.renew_codes(office.setup, ANNA, [])) == ("address", "no_second_factor")
    said = office.refused(second_factor.confirm(office.setup, office.world.installation.keyring, ANNA, "1", []))
    assert said == ("", "second_factor_not_begun")
    nobody = second_factor.begin(office.setup, office.world.installation.keyring, RANDOM, "nobody@acme.example")
    assert isinstance(nobody, Refusal)


def session(office: Office) -> Session:
    found = office.store.sessions.visitor("browser", office.world.clock())
    assert found is not None
    return found[0]


def test_who_demands_it(office: Office, secret: bytes) -> None:
    office.store.sessions.add("browser", office.world.anna, "csrf", 1, 10**15)
    assert not session(office).lacks_second_factor
    made = office.did(second_factor.demand(office.setup, True, "Acme"))
    assert made.company_id == office.world.acme and second_factor.is_demanded(office.store, office.world.acme)
    assert session(office).lacks_second_factor
    office.did(undo.undo(office.setup, made.trace))
    assert not session(office).lacks_second_factor
    office.did(company.add(office.setup, "Beta"))
    office.did(second_factor.demand(office.setup, True, "Beta"))
    assert not session(office).lacks_second_factor
    office.did(setting.change(office.setup, "second_factor", "1"))
    assert session(office).lacks_second_factor
    turn_on(office, secret)
    assert not session(office).lacks_second_factor
    office.did(setting.change(office.setup, "second_factor", "0"))


def test_who_belongs_nowhere_is_told_nothing(office: Office, secret: bytes) -> None:
    office.did(user.change(office.setup, "bjorn@acme.example", installation_admin=True, role="admin"))
    turn_on(office, secret)
    office.did(user.remove(office.setup, ANNA, to="bjorn@acme.example"))
    office.store.line.dismiss(office.world.anna)
    office.did(second_factor.remove(office.setup, ANNA))
    assert not factors.is_on(office.store, office.world.anna)
