"""DKIM keys: what is missing is made, what is there stays, and no key is made anew for one that was lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.composing.dkim_key import Algorithm, BadKey, SigningKey
from weftmail.core.dns.key_life import OVERLAP
from weftmail.flow.setup import dkim_key, find, undo
from weftmail.flow.setup.dkim_key import Keys
from weftmail.transport import dkim_files

DOMAIN = "acme.example"


@dataclass
class MemoryKeys:
    """Private halves in memory; ``pems`` are two keys that were made once."""

    pems: dict[Algorithm, str]
    kept: list[SigningKey] = field(default_factory=list)
    broken: bool = False
    folder: str = "/keys"

    def load(self, domain: str) -> Sequence[SigningKey]:
        if self.broken:
            raise BadKey("/keys/acme.example/wm27a.pem holds no key to sign with")
        return [one for one in self.kept if one.domain == domain]

    def create(self, domain: str, selector: str, algorithm: Algorithm) -> SigningKey:
        self.kept.append(SigningKey(domain, selector, algorithm, self.pems[algorithm]))
        return self.kept[-1]

    def remove(self, domain: str, selector: str) -> bool:
        before = len(self.kept)
        self.kept = [one for one in self.kept if (one.domain, one.selector) != (domain, selector)]
        return len(self.kept) < before


def files(folder: object) -> MemoryKeys:
    """Return a folder that holds no key yet."""
    kinds: tuple[Algorithm, ...] = ("rsa", "ed25519")
    made = {kind: dkim_files.create(str(folder), "acme.example", kind, kind).pem for kind in kinds}
    return MemoryKeys(made)


def test_what_is_missing_is_made_and_what_is_there_stays(office: Office, tmp_path_factory: object) -> None:
    keys = files(tmp_path_factory.mktemp("keys"))  # type: ignore[attr-defined]
    made = office.did(dkim_key.create(office.setup, "acme.example", keys))
    assert isinstance(made, Keys)
    assert made.made == ("wm27a", "wm27e")
    assert [(one.selector, one.algorithm) for one in made.keys] == [("wm27a", "rsa"), ("wm27e", "ed25519")]
    assert [dkim_key.name(one) for one in made.keys] == [
        "wm27a._domainkey.acme.example",
        "wm27e._domainkey.acme.example",
    ]
    assert (made.was, made.now) == ({"keys": []}, {"keys": ["wm27a", "wm27e"]})
    again = office.did(dkim_key.create(office.setup, "acme.example", keys))
    assert isinstance(again, Keys)
    assert (again.made, again.keys, again.changes) == ((), made.keys, ())
    keys.kept.pop()
    assert office.refused(dkim_key.create(office.setup, "acme.example", keys)) == ("domain", "dkim_key_lost")
    assert office.refused(dkim_key.create(office.setup, "other.example", keys)) == ("domain", "no_such_domain")
    keys.broken = True
    assert office.refused(dkim_key.create(office.setup, "acme.example", keys)) == ("domain", "dkim_key_broken")


def test_a_file_that_a_call_cut_short_left_behind_is_taken(office: Office, tmp_path_factory: object) -> None:
    keys = files(tmp_path_factory.mktemp("keys"))  # type: ignore[attr-defined]
    left = keys.create("acme.example", "wm27a", "rsa")
    office.did(dkim_key.create(office.setup, "acme.example", keys))
    assert [one.selector for one in keys.kept] == ["wm27a", "wm27e"] and keys.kept[0] is left


def test_new_keys_wait_beside_the_old_ones_under_names_of_their_own(office: Office, tmp_path_factory: object) -> None:
    keys = files(tmp_path_factory.mktemp("keys"))  # type: ignore[attr-defined]
    office.did(dkim_key.create(office.setup, "acme.example", keys))
    assert office.refused(dkim_key.rotate(office.setup, "acme.example", keys)) == ("domain", "dkim_key_waiting")
    signing = office.did(dkim_key.sign_now(office.setup, "acme.example"))
    assert signing.now == {"keys": {"wm27a": "signing", "wm27e": "signing"}}
    made = office.did(dkim_key.rotate(office.setup, "acme.example", keys))
    assert isinstance(made, Keys)
    assert made.made == ("wm27a2", "wm27e2")
    assert [one.state for one in made.keys] == ["signing", "signing", "made", "made"]
    assert office.store.domains.signing("acme.example") == {"wm27a", "wm27e"}


def test_a_key_is_retired_at_once_or_after_it_has_signed(office: Office, tmp_path_factory: object) -> None:
    keys = files(tmp_path_factory.mktemp("keys"))  # type: ignore[attr-defined]
    office.did(dkim_key.create(office.setup, "acme.example", keys))
    office.did(dkim_key.sign_now(office.setup, "acme.example"))
    office.did(dkim_key.retire(office.setup, "acme.example", "wm27a"))
    gone = office.did(dkim_key.retire(office.setup, "acme.example", "wm27a"))
    assert gone.now == {"keys": {"wm27a": "retired", "wm27e": "signing"}}
    again = dkim_key.retire(office.setup, "acme.example", "wm27a")
    assert office.refused(again) == ("selector", "dkim_key_retired")
    unknown = dkim_key.retire(office.setup, "acme.example", "wm99a")
    assert office.refused(unknown) == ("selector", "no_such_dkim_key")
    made = office.did(dkim_key.create(office.setup, "acme.example", keys))
    assert isinstance(made, Keys) and made.made == ("wm27a2",)


@pytest.fixture
def keys(tmp_path_factory: pytest.TempPathFactory) -> MemoryKeys:
    """A folder that holds no key yet."""
    return files(tmp_path_factory.mktemp("keys"))


def states(office: Office) -> dict[str, str]:
    return {one.selector: one.state for one in office.store.domains.dkim_keys(DOMAIN)}


def test_keys_that_do_not_sign_yet_are_unmade(office: Office, keys: MemoryKeys) -> None:
    made = office.did(dkim_key.create(office.setup, DOMAIN, keys))
    back = office.did(undo.undo(office.setup, made.trace))
    assert back.act == "dkim_key.retire" and states(office) == {"wm27a": "retired", "wm27e": "retired"}
    again = office.did(undo.undo(office.setup, back.trace))
    assert states(office) == {"wm27a": "made", "wm27e": "made"}
    assert office.refused(undo.undo(office.setup, again.trace)) == ("", "not_undoable_but")
    office.did(dkim_key.sign_now(office.setup, DOMAIN))
    more = office.did(dkim_key.rotate(office.setup, DOMAIN, keys))
    assert office.refused(undo.undo(office.setup, made.trace)) == ("", "dkim_keys_sign")
    office.did(undo.undo(office.setup, more.trace))
    assert states(office) == {"wm27a": "signing", "wm27e": "signing", "wm27a2": "retired", "wm27e2": "retired"}


def test_a_key_that_was_retired_signs_again_until_it_is_deleted(office: Office, keys: MemoryKeys) -> None:
    office.did(dkim_key.create(office.setup, DOMAIN, keys))
    signs = office.did(dkim_key.sign_now(office.setup, DOMAIN))
    retired = office.did(dkim_key.retire(office.setup, DOMAIN, "wm27a"))
    assert office.refused(undo.undo(office.setup, signs.trace)) == ("", "changed_since")
    office.did(undo.undo(office.setup, retired.trace))
    assert states(office)["wm27a"] == "signing"
    assert office.refused(undo.undo(office.setup, retired.trace)) == ("", "undone_already")
    once_more = office.did(dkim_key.retire(office.setup, DOMAIN, "wm27a"))
    (key, _) = once_more.keys if isinstance(once_more, Keys) else ()
    office.world.clock.now = dkim_key.gone_at(key)
    assert office.refused(undo.undo(office.setup, once_more.trace)) == ("", "dkim_key_deleted")


def test_private_halves_are_deleted_after_the_overlap_and_not_before(office: Office, keys: MemoryKeys) -> None:
    office.did(dkim_key.create(office.setup, DOMAIN, keys))
    office.did(dkim_key.retire(office.setup, DOMAIN, "wm27a"))
    found = find.domain(office.store, DOMAIN)
    dkim_key.forget(office.setup, found, keys)
    assert [one.selector for one in keys.kept] == ["wm27a", "wm27e"]
    office.world.clock.now += OVERLAP
    dkim_key.forget(office.setup, found, keys, ["wm27e"])
    assert [one.selector for one in keys.kept] == ["wm27e"]
