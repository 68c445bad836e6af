"""DKIM keys: what is missing is made, what is there stays, and no key is made anew for one that was lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.unit.flow.setup.conftest import Office
from weftmail.core.composing.dkim_key import Algorithm, BadKey, SigningKey
from weftmail.flow.setup import dkim_key
from weftmail.flow.setup.dkim_key import Keys
from weftmail.transport import dkim_files


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
