"""Looks at a domain over time: keys follow the DNS, what changes is told, and a year later there are new keys."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.setup.test_dkim_key import MemoryKeys, files
from tests.unit.world import HOST, World
from tests.unit.zones import TableZones, good
from weftmail.core.dns.key_life import OVERLAP, YEAR
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.dns_kept import from_stored, rows
from weftmail.flow.dns_watch import SOON, DnsWatch
from weftmail.flow.due.runner import Runner
from weftmail.flow.setup import dkim_key, undo

DOMAIN = "acme.example"


class Scene:
    """A domain with two keys, in a DNS that shows them."""

    def __init__(self, world: World, keys: MemoryKeys) -> None:
        self.office = Office(world)
        self.store, self.clock, self.keys = world.store, world.clock, keys
        self.office.did(dkim_key.create(self.office.setup, DOMAIN, keys))
        self.zones = TableZones(DOMAIN, good(DOMAIN, HOST, {}))
        self.publish()
        self.watch = DnsWatch(self.office.setup, self.zones, HOST, keys)

    def publish(self) -> None:
        """Let every server show every key."""
        for one in self.store.domains.dkim_keys(DOMAIN):
            self.zones.rows[dkim_key.name(one), "TXT"] = (one.record,)

    def states(self) -> dict[str, str]:
        """Return how far each key is."""
        return {one.selector: one.state for one in self.store.domains.dkim_keys(DOMAIN)}

    def notices(self) -> list[str]:
        """Return what admins were told, oldest first."""
        rows = self.store.connection.execute("select phrase from notice order by id").fetchall()
        return [say(Phrase.from_json(row[0])) for row in rows]


@pytest.fixture
def scene(world: World, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The domain."""
    return Scene(world, files(tmp_path_factory.mktemp("keys")))


def test_keys_that_were_made_are_looked_for_at_once_and_sign_when_seen(scene: Scene) -> None:
    assert scene.states() == {"wm27a": "made", "wm27e": "made"}
    scene.watch.run()
    assert scene.states() == {"wm27a": "signing", "wm27e": "signing"}
    (act, *_) = scene.store.audit.all(most=1)
    assert (act.actor, act.act, act.subject) == ("weftmail", "dkim_key.set", DOMAIN)
    assert json.loads(act.became) == {"keys": {"wm27a": "signing", "wm27e": "signing"}}


def test_a_key_that_one_server_lacks_is_looked_for_again_soon(scene: Scene) -> None:
    scene.zones.other["ns2"] = good(DOMAIN, HOST, {})
    scene.watch.run()
    assert scene.states() == {"wm27a": "made", "wm27e": "made"}
    asked = len(scene.zones.asked)
    scene.watch.run()
    assert len(scene.zones.asked) == asked
    scene.zones.other.clear()
    scene.clock.now += SOON
    scene.watch.run()
    assert scene.states() == {"wm27a": "signing", "wm27e": "signing"}


def test_what_was_found_is_kept_and_read_back(scene: Scene) -> None:
    found = scene.watch.look(DOMAIN)
    kept = scene.store.dns.findings(scene.office.world.domain)
    assert tuple(map(from_stored, kept)) == found.findings
    look = scene.store.dns.of([scene.office.world.domain])[scene.office.world.domain]
    assert (look.zone, json.loads(look.servers), look.verdict) == (DOMAIN, ["ns1", "ns2"], "good")


def test_a_wrong_text_stops_its_key_is_told_once_and_the_other_signs_alone(scene: Scene) -> None:
    scene.watch.look(DOMAIN)
    name = ("wm27a._domainkey.acme.example", "TXT")
    right = scene.zones.rows[name]
    scene.zones.rows[name] = (right[0][:-30],)
    scene.watch.look(DOMAIN)
    scene.watch.look(DOMAIN)
    assert scene.states() == {"wm27a": "made", "wm27e": "signing"}
    assert len(scene.notices()) == 1
    assert "is cut in the DNS, after character" in scene.notices()[0]
    kept = {one.name: one for one in scene.store.dns.findings(scene.office.world.domain)}
    assert from_stored(kept[name[0]]).judgement.step is not None
    scene.zones.rows[name] = right
    scene.watch.look(DOMAIN)
    assert scene.states()["wm27a"] == "signing"
    assert scene.notices()[1:] == ["The DNS of acme.example is as it should be again"]


def test_since_when_a_record_stands_as_it_does(scene: Scene) -> None:
    scene.watch.look(DOMAIN)
    first = {one.what: one.changed_at for one in scene.store.dns.findings(scene.office.world.domain)}
    del scene.zones.rows[DOMAIN, "MX"]
    scene.watch.look(DOMAIN)
    second = {one.what: one.changed_at for one in scene.store.dns.findings(scene.office.world.domain)}
    assert second["spf"] == first["spf"] and second["mx"] > first["mx"]


def test_new_keys_after_a_year_take_over_and_the_old_ones_leave_after_seven_days(scene: Scene) -> None:
    scene.watch.look(DOMAIN)
    scene.clock.now += YEAR
    scene.watch.look(DOMAIN)
    assert scene.states() == {"wm27a": "signing", "wm27e": "signing", "wm28a": "made", "wm28e": "made"}
    scene.watch.look(DOMAIN)
    assert len(scene.states()) == 4
    scene.publish()
    scene.watch.look(DOMAIN)
    assert scene.states() == {"wm27a": "retiring", "wm27e": "retiring", "wm28a": "signing", "wm28e": "signing"}
    scene.clock.now += OVERLAP
    scene.watch.look(DOMAIN)
    assert scene.states() == {"wm27a": "retired", "wm27e": "retired", "wm28a": "signing", "wm28e": "signing"}
    # What signs no longer is in nobody's hands any more.
    assert [one.selector for one in scene.keys.kept] == ["wm28a", "wm28e"]


def test_a_record_that_somebody_changed_is_told_once_though_it_is_as_good(scene: Scene) -> None:
    scene.watch.look(DOMAIN)
    scene.zones.rows[DOMAIN, "TXT"] = ("v=spf1 ip4:203.0.113.7 ~all",)
    scene.watch.look(DOMAIN)
    scene.watch.look(DOMAIN)
    assert scene.notices() == [
        "The record at acme.example was changed in the DNS of acme.example. Names this server, with 0 look-ups of 10"
    ]
    # A server that does not answer has changed nothing; it is told for its own sake.
    scene.zones.failed["ns2"] = "timed out"
    scene.watch.look(DOMAIN)
    assert len(scene.notices()) == 2 and "ns2 did not answer" in scene.notices()[1]


def test_what_no_look_has_seen_stands_in_the_table_at_once(scene: Scene) -> None:
    def table() -> list[tuple[str, str, str]]:
        domain = scene.store.domains.by_name(DOMAIN)
        assert domain is not None
        return [
            (one.what, one.name.partition(".")[0], one.judgement.reason.code)
            for one, _ in rows(scene.store, domain, HOST, 0)
        ]

    made = [("dkim", "wm27a", "dns.dkim.not looked"), ("dkim", "wm27e", "dns.dkim.not looked")]
    coming = [(what, DOMAIN.partition(".")[0], "dns.not asked") for what in ("mx", "spf")]
    assert table() == [*coming, *made, ("dmarc", "_dmarc", "dns.not asked")]
    scene.watch.look(DOMAIN)
    (first, *_) = looked = table()
    assert first[0] == "mx" and not set(made) & set(looked)
    office = scene.office
    more = office.did(dkim_key.rotate(office.setup, DOMAIN, scene.keys))
    at = [what for what, *_ in looked].index("dmarc")
    new = [("dkim", "wm27a2", "dns.dkim.not looked"), ("dkim", "wm27e2", "dns.dkim.not looked")]
    assert table() == [*looked[:at], *new, *looked[at:]]
    office.did(undo.undo(office.setup, more.trace))
    assert table() == looked
    for selector in ("wm27a", "wm27e"):
        scene.store.connection.execute("update dkim_key set state = 'retired' where selector = ?", (selector,))
    assert "dkim" not in {what for what, *_ in table()}


def test_what_the_dns_has_to_hold_is_known_before_it_is_asked(scene: Scene) -> None:
    domain = scene.store.domains.by_name(DOMAIN)
    assert domain is not None
    found = {one.what: one for one, _ in rows(scene.store, domain, HOST, 0)}
    assert found["spf"].expected == (f"v=spf1 a:{HOST} ~all",) and found["mx"].expected == (f"10 {HOST}",)
    assert all(one.verdict == "look" and one.judgement.add for one in found.values())
    nameless = {one.what: one for one, _ in rows(scene.store, domain, "localhost", 0)}
    assert not nameless["mx"].judgement.add and not nameless["spf"].judgement.add
    assert rows(scene.store, replace(domain, state="removed"), HOST, 0)[0][0].what == "dkim"


def test_a_domain_without_keys_keeps_the_row_that_says_so(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    office, keys = Office(world), files(tmp_path_factory.mktemp("none"))
    DnsWatch(office.setup, TableZones(DOMAIN, good(DOMAIN, HOST, {})), HOST, keys).look(DOMAIN)
    domain = world.store.domains.by_name(DOMAIN)
    assert domain is not None
    assert "dns.dkim.no keys" in [one.judgement.reason.code for one, _ in rows(world.store, domain, HOST, 0)]


def test_a_shared_domain_is_told_to_who_looks_after_the_installation(scene: Scene) -> None:
    scene.store.connection.execute("update domain set company_id = null")
    scene.store.line.appoint(scene.office.world.bjorn)
    scene.watch.look(DOMAIN)
    del scene.zones.rows[DOMAIN, "MX"]
    scene.watch.look(DOMAIN)
    says = "The DNS of acme.example needs you. acme.example has no MX record, so no email comes here"
    assert set(scene.notices()) == {says}
    people = {row[0] for row in scene.store.connection.execute("select user_id from notice").fetchall()}
    assert people == {one.user_id for one in scene.store.line.installation()}


def test_who_prefers_email_is_told_by_email_without_a_word_from_outside(scene: Scene) -> None:
    scene.watch.look(DOMAIN)
    del scene.zones.rows[DOMAIN, "MX"]
    scene.watch.look(DOMAIN)
    world = scene.office.world
    Runner(scene.store, world.installation, "here").round()
    (says,) = [row[0] for row in scene.store.connection.execute("select says from outbox").fetchall()]
    assert say(Phrase.from_plain(json.loads(says)[0])) == "Acme: the records of a domain in the DNS have changed"
