"""Outgoing servers, set up: what fits, what is undone, and a test that says what a server does to a mail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.setup.test_dkim_key import MemoryKeys, files
from weftmail.core.outgoing_server import PRESETS, OutgoingServer, ServerFailure, ServerSecrets
from weftmail.core.ports import Deferred, Outcome, Sent
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import dkim_key, domain, server, server_round, undo
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.server import ServerChanges

GOOD = ServerChanges(host="smtp.relay.example", sign_in="password", login="anna", senders=["acme.example"])
SECRETS = ServerSecrets(password="correct-horse")


class Kept:
    """Secrets in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, ServerSecrets] = {}

    def load(self, name: str) -> ServerSecrets:
        return self.kept.get(name, ServerSecrets())

    def keep(self, name: str, secrets: ServerSecrets) -> None:
        self.kept[name] = secrets

    def remove(self, name: str) -> None:
        self.kept.pop(name, None)

    def names(self) -> list[str]:
        return sorted(self.kept)


SECRET_FILES = Kept()


def add(office: Office, changes: ServerChanges = GOOD, secrets: ServerSecrets = SECRETS) -> Done | Refusal:
    return server.add(office.setup, "relay", changes, secrets, SECRET_FILES)


def change(office: Office, **changes: Any) -> Done | Refusal:
    return server.change(office.setup, "relay", ServerChanges(**changes), SECRET_FILES)


def test_a_server_is_added_changed_removed_and_all_is_undone(office: Office) -> None:
    made = office.did(add(office))
    assert made.now["senders"] == ["acme.example"] and "correct-horse" not in str(made)
    assert [one.name for one in office.store.servers.all()] == ["relay", "local"]
    changed = office.did(change(office, per_day=100, senders=["Acme.example", "sales@other.example"], position=5))
    assert office.store.servers.all()[0].senders == "acme.example sales@other.example"
    office.did(undo.undo(office.setup, changed.trace))
    assert office.store.servers.all()[0].per_day is None
    gone = office.did(server.remove(office.setup, "relay", SECRET_FILES))
    assert [one.name for one in office.store.servers.all()] == ["local"]
    office.did(undo.undo(office.setup, gone.trace))
    # It works as before, with its password.
    assert office.store.servers.all()[0].state == "on" and SECRET_FILES.load("relay") == SECRETS
    office.did(server.remove(office.setup, "relay", SECRET_FILES))
    again = office.did(add(office))
    assert office.refused(add(office)) == ("name", "server_there")
    # What was changed or removed since is not taken back by an older act.
    assert office.refused(undo.undo(office.setup, changed.trace)) == ("", "changed_since")
    assert office.refused(undo.undo(office.setup, gone.trace)) == ("", "changed_since")
    office.did(undo.undo(office.setup, again.trace))
    assert [one.name for one in office.store.servers.all()] == ["local"]
    # The name is free again; one that needs no password comes back as it was.
    open_one = {"sign_in": "none", "login": ""}
    last = office.did(add(office, replace(GOOD, **open_one)))
    gone = office.did(server.remove(office.setup, "relay", SECRET_FILES))
    office.did(undo.undo(office.setup, gone.trace))
    assert office.store.servers.all()[0].state == "on" and last.subject == "relay"


DAY = 24 * 3600_000


def restored(office: Office, gone: Done) -> tuple[str, str]:
    """Undo a removal; return what is said of it, and the state of the server."""
    back = office.did(undo.undo(office.setup, gone.trace))
    return back.act, office.store.servers.all()[0].state


@pytest.mark.parametrize(
    ("sign_in", "secrets"),
    [
        ("password", SECRETS),
        ("certificate", ServerSecrets(certificate="PEM")),
        ("oauth", ServerSecrets(refresh_token="t", client_secret="s")),
    ],
)
@pytest.mark.parametrize(("days", "wanted"), [(0, "on"), (29, "on"), (31, "off"), (400, "off")])
def test_an_undone_removal_gives_back_a_server_that_works_for_thirty_days(
    office: Office, sign_in: str, secrets: ServerSecrets, days: int, wanted: str
) -> None:
    files_, more = Kept(), {"client_id": "x", "token_url": "https://t.example"}
    office.did(server.add(office.setup, "relay", replace(GOOD, sign_in=sign_in, **more), secrets, files_))
    gone = office.did(server.remove(office.setup, "relay", files_))
    office.world.clock.now += days * DAY
    server.forget_removed(office.store, files_, office.world.clock())
    act, state = restored(office, gone)
    # What is said and what is there agree: it is on where its secrets are, and nowhere else.
    assert state == wanted and (files_.load("relay") == secrets) is (wanted == "on")
    assert act == ("server.restore" if wanted == "on" else "server.restore_off")
    server.forget_removed(office.store, files_, office.world.clock() + 400 * DAY)
    assert (files_.load("relay") == secrets) is (wanted == "on")


def test_secrets_that_are_erased_or_anothers_are_not_given_back(office: Office) -> None:
    files_ = Kept()
    office.did(server.add(office.setup, "relay", GOOD, SECRETS, files_))
    gone = office.did(server.remove(office.setup, "relay", files_, erase=True))
    assert files_.names() == [] and restored(office, gone) == ("server.restore_off", "off")
    first = office.did(server.remove(office.setup, "relay", files_))
    office.did(server.add(office.setup, "relay", replace(GOOD, login="bo"), ServerSecrets(password="bo's"), files_))
    office.did(server.remove(office.setup, "relay", files_))
    # The password that lies there is that of the second one.
    assert restored(office, first) == ("server.restore_off", "off")


def test_what_no_server_has_is_erased(office: Office) -> None:
    files_ = Kept()
    added = office.did(server.add(office.setup, "relay", GOOD, SECRETS, files_))
    files_.keep("nobody", SECRETS)
    server.forget_removed(office.store, files_, office.world.clock())
    assert files_.names() == ["relay"]
    # An undone addition is a removal, too, which can be undone in its turn.
    back = office.did(undo.undo(office.setup, added.trace))
    server.forget_removed(office.store, files_, office.world.clock() + 29 * DAY)
    assert files_.names() == ["relay"] and restored(office, back) == ("server.restore", "on")
    office.did(server.remove(office.setup, "relay", files_))
    server.forget_removed(office.store, files_, office.world.clock() + 31 * DAY)
    assert files_.names() == []
    # Where the history was thinned out nobody can undo it.
    files_.keep("relay", SECRETS)
    office.store.connection.execute("delete from audit")
    server.forget_removed(office.store, files_, office.world.clock())
    assert files_.names() == []


@pytest.mark.parametrize(
    ("changes", "secrets", "refused"),
    [
        (ServerChanges(host=""), SECRETS, ("host", "server_host_wanted")),
        (ServerChanges(host="no host!"), SECRETS, ("host", "server_host")),
        (ServerChanges(port=0), SECRETS, ("host", "server_host")),
        (ServerChanges(security="magic"), SECRETS, ("security", "server_security")),
        (ServerChanges(sign_in="magic"), SECRETS, ("sign_in", "server_sign_in")),
        (ServerChanges(security="none"), SECRETS, ("security", "server_open")),
        (ServerChanges(senders=[]), SECRETS, ("senders", "server_for_nobody")),
        (ServerChanges(senders=["no domain!"]), SECRETS, ("senders", "")),
        (ServerChanges(per_day=-1), SECRETS, ("per_minute", "server_limit")),
        (ServerChanges(), ServerSecrets(), ("sign_in", "server_password")),
        (ServerChanges(sign_in="certificate"), SECRETS, ("sign_in", "server_certificate")),
        (ServerChanges(sign_in="oauth"), SECRETS, ("sign_in", "server_oauth")),
        (
            ServerChanges(sign_in="oauth", client_id="x", token_url="http://far.example"),
            ServerSecrets(client_secret="s"),
            ("token_url", "server_token_url"),
        ),
    ],
)
def test_what_could_not_work_is_refused(
    office: Office, changes: ServerChanges, secrets: ServerSecrets, refused: tuple[str, str]
) -> None:
    words = {
        name: getattr(GOOD, name) if (given := getattr(changes, name)) is None else given
        for name in ServerChanges.__slots__
    }
    field, code = office.refused(add(office, ServerChanges(**words), secrets))
    assert field == refused[0] and refused[1] in (code, "")
    assert [one.name for one in office.store.servers.all()] == ["local"]


def test_this_machines_own_has_limits_and_nothing_else(office: Office) -> None:
    done = office.did(server.change(office.setup, "local", ServerChanges(per_domain=10), SECRET_FILES))
    assert office.store.servers.all()[0].per_domain == 10
    office.did(undo.undo(office.setup, done.trace))
    assert office.refused(server.change(office.setup, "local", ServerChanges(on=False), SECRET_FILES)) == (
        "name",
        "server_local",
    )
    assert office.refused(server.remove(office.setup, "local", SECRET_FILES)) == ("name", "server_local")
    assert office.refused(server.remove(office.setup, "other", SECRET_FILES)) == ("name", "no_such_server")
    assert office.refused(server.add(office.setup, "No Name", GOOD, SECRETS, SECRET_FILES)) == ("name", "server_name")


def test_a_secret_is_changed_and_named_nowhere(office: Office) -> None:
    office.did(add(office))
    done = server.change(office.setup, "relay", ServerChanges(), SECRET_FILES, ServerSecrets(password="battery-staple"))
    assert "battery" not in str(office.did(done)) and SECRET_FILES.load("relay").password == "battery-staple"
    office.did(undo.undo(office.setup, office.did(done).trace))
    office.did(server.change(office.setup, "relay", ServerChanges(on=False), SECRET_FILES, SECRET_FILES.load("relay")))
    office.did(change(office, on=True))


def test_presets_fill_in_what_a_provider_publishes() -> None:
    found = server.checked_preset("microsoft-365")
    assert isinstance(found, ServerChanges) and (found.per_minute, found.per_day) == (30, 10_000)
    refused = server.checked_preset("nobody")
    assert isinstance(refused, Refusal) and refused.code == "no_such_preset"


def test_the_document_names_each_preset_with_its_limits() -> None:
    page = (Path(__file__).parents[4] / "docs" / "how-mail-leaves.md").read_text("utf-8")
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| ") and line.count("|") == 5]
    said = {title.strip(): row[3].strip() for row in rows for title in row[1].split(",")}
    for one in PRESETS.values():
        limits = ((one.per_minute, "a minute"), (one.per_day, "a day"))
        wanted = ", ".join(f"{count:,} {each}" for count, each in limits if count is not None)
        assert said[one.title] == (wanted or "none"), one.title


class Relay:
    """The way to a server that keeps what it takes, or fails at a step."""

    def __init__(self, step: str = "", answer: Outcome = Sent("250 ok")) -> None:  # noqa: B008 - a frozen value
        self.step, self.answer = step, answer
        self.kept: list[tuple[str, str, bytes]] = []

    def to(self, server: OutgoingServer) -> Relay:
        return self

    def probe(self, server: OutgoingServer) -> None:
        if self.step:
            raise ServerFailure(self.step, "535 no")  # type: ignore[arg-type]

    def submit(self, return_path: str, recipients: Any, data: bytes) -> dict[str, Outcome]:
        self.kept += [(return_path, one, data) for one in recipients]
        return dict.fromkeys(recipients, self.answer)

    def close(self) -> None:
        """Nothing to give back."""

    def bring(self, office: Office, sender: str = "", was: bytes = b"", became: bytes = b"") -> None:
        ((path, recipient, data),) = self.kept
        raw = data.replace(b"\r\n", b"\n").replace(was, became)
        assert office.world.deliver(raw, recipient, sender=sender or path).state == "discarded"


def tried(office: Office, relay: Relay, keys: MemoryKeys) -> server_round.ServerRound:
    office.did(server_round.try_out(office.setup, office.world.installation, relay, keys, "relay"))
    found = server_round.last(office.store, "relay")
    assert found is not None
    return found


def test_a_server_that_leaves_a_mail_alone(office: Office, tmp_path: Path) -> None:
    assert server_round.last(office.store, "relay") is None
    office.did(add(office))
    keys = files(tmp_path)
    office.did(dkim_key.create(office.setup, "acme.example", keys))  # type: ignore[arg-type]
    relay = Relay()
    found = tried(office, relay, keys)
    assert found.back_at is None and not found.late(found.sent_at + 1) and found.late(found.sent_at + 10**9)
    relay.bring(office)
    back = server_round.last(office.store, "relay")
    assert back is not None and back.changed == [] and (back.signed, back.valid) == (2, 2)


def test_a_server_that_rewrites(office: Office, tmp_path: Path) -> None:
    office.did(add(office))
    relay = Relay()
    tried(office, relay, files(tmp_path))
    relay.bring(
        office, "srs@relay.example", b"From: weftmail <notifications@acme.example>", b"From: <relay@relay.example>"
    )
    back = server_round.last(office.store, "relay")
    assert back is not None
    assert {one.what: one.came for one in back.changed} == {
        "from": "relay@relay.example",
        "return_path": "srs@relay.example",
    }
    assert [one.means.code for one in back.changed] == ["server.changed.from", "server.changed.return_path"]
    assert back.changed[0].name.code == "server.what.from"


@pytest.mark.parametrize(
    ("relay", "step"),
    [
        (Relay("sign-in"), "sign-in"),
        (Relay("", Deferred("451 4.3.0 later")), "message"),
        (Relay("", Deferred("550 5.1.1 no such user")), "recipient"),
    ],
)
def test_one_that_fails_says_at_which_step(office: Office, tmp_path: Path, relay: Relay, step: str) -> None:
    office.did(add(office, ServerChanges(**{**_words(GOOD), "senders": ["sales@far.example"]})))
    assert tried(office, relay, files(tmp_path)).step == step
    assert step in server_round.STEPS


def test_a_server_that_is_none_and_one_without_a_domain(office: Office, tmp_path: Path) -> None:
    keys = files(tmp_path)
    gone = server_round.try_out(office.setup, office.world.installation, Relay(), keys, "relay")
    assert office.refused(gone) == ("name", "no_such_server")
    office.did(add(office))
    office.did(domain.remove(office.setup, "acme.example"))
    none = server_round.try_out(office.setup, office.world.installation, Relay(), keys, "relay")
    assert office.refused(none)[1] == "no_mail_leaves"


def _words(changes: ServerChanges) -> dict[str, Any]:
    return {name: getattr(changes, name) for name in ServerChanges.__slots__}


def test_a_server_never_becomes_that_of_this_machine(office: Office) -> None:
    """Nobody could remove it then: a host is wanted when it is added, and when it is changed."""
    without = ServerChanges(senders=["a.example"])
    answer = server.add(office.setup, "other", without, ServerSecrets(), SECRET_FILES)
    assert office.refused(answer) == ("host", "server_host_wanted")
    office.did(add(office))
    assert office.refused(change(office, host="")) == ("host", "server_host_wanted")
    assert [one.is_local for one in office.store.servers.all()] == [False, True]
