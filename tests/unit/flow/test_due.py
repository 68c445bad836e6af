"""Whatever happens at a time: exactly once, late rather than never, and nothing holds anything else up."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.thorough import examples
from tests.unit.world import Clock, World
from weftmail.core.failure import TempFail
from weftmail.flow.due.errand import LONGEST, Errand
from weftmail.flow.due.kinds import KINDS
from weftmail.flow.due.runner import AT_ONCE, FIRST_PAUSE, LEASE, LONGEST_PAUSE, Runner
from weftmail.flow.installation import Installation
from weftmail.store.dns import DnsLook
from weftmail.store.due import Agenda, Due
from weftmail.store.errors import Full
from weftmail.store.store import Store

MINUTE = 60_000


class Killed(BaseException):
    """What a kill leaves: the transaction is rolled back, and nobody catches it."""


class Remind:
    """A kind that leaves one row for each time that it happened; ``between`` stands between its effect and its mark."""

    name = "remind"
    standing = False

    def __init__(self, between: Callable[[Due], None] = lambda due: None) -> None:
        self._between = between

    def farthest(self, store: Store) -> int | None:
        return None

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        store.sessions.failed(due.key, now)
        self._between(due)
        return None


def runner(world: World, kind: Remind, holder: str = "here", store: Store | None = None) -> Runner:
    return Runner(store or world.store, world.installation, holder, kinds={kind.name: kind})


def put(world: World, *keys: str, at: int | None = None) -> int:
    """Let these be due, a minute from now unless told otherwise; return when."""
    due_at = world.clock.now + MINUTE if at is None else at
    for key in keys:
        world.store.due.put("remind", key, due_at, world.clock())
    return due_at


def reminded(world: World) -> list[str]:
    rows = world.store.connection.execute("select subject from sign_in_failure order by subject")
    return [row[0] for row in rows]


class TestAClockThatIsSetBack:
    """For a month it was a month ahead; what was put off meanwhile happens as if it had never been."""

    MONTH = 30 * 24 * 60 * MINUTE

    @pytest.mark.parametrize("name", sorted(KINDS))
    @pytest.mark.parametrize("restarts", [False, True])
    def test_keeps_nothing_waiting_but_what_people_chose(self, world: World, name: str, restarts: bool) -> None:
        """Every kind: what happens by itself is due once the clock is right, and a chosen time stays."""
        store, now = world.store, world.clock.now
        here = Runner(store, world.installation, "here")
        here.round()
        world.clock.now += self.MONTH
        here.round()
        store.connection.execute("delete from due")
        far = KINDS[name].farthest(store)
        at = world.clock.now + (far or MINUTE)
        store.due.put(name, "17", at, world.clock())
        world.clock.now = now + 10 * MINUTE
        again = Runner(store, world.installation, "anew") if restarts else here
        again.round()
        left = [one.due_at for one in store.due.all() if (one.kind, one.key) == (name, "17")]
        assert (at in left) is (far is None)
        # Once is enough, and a clock that goes on changes nothing.
        store.due.put(name, "17", at, world.clock())
        again.round()
        assert at in [one.due_at for one in store.due.all() if (one.kind, one.key) == (name, "17")]

    def test_frees_what_a_program_had_in_hand_that_was_killed(self, world: World) -> None:
        now = world.clock.now
        world.clock.now += self.MONTH
        put(world, "call Karin", at=world.clock.now)
        assert world.store.due.claim("killed", world.clock(), LEASE) is not None
        world.clock.now = now
        put(world, "call Erik", at=now)
        assert runner(world, Remind()).round() == 1
        (left,) = world.store.connection.execute("select leased_until_at from due where key = 'call Karin'").rows
        assert (reminded(world), left) == (["call Erik"], (0,))

    def test_leaves_alone_what_failed_and_waits(self, world: World) -> None:
        store = world.store
        store.due.put("notices", "17", world.clock.now, world.clock())
        due = store.due.claim("here", world.clock(), LEASE)
        assert due is not None
        at = world.clock.now + LONGEST_PAUSE
        store.due.postpone(due, "here", at, "no")
        Runner(store, world.installation, "here").round()
        assert [one.due_at for one in store.due.all() if one.kind == "notices"] == [at]

    def test_lets_notices_leave(self, world: World) -> None:
        from tests.unit.flow.test_told import Box, run

        box, now = Box(), world.clock.now
        world.clock.now += self.MONTH
        for _ in range(2):
            world.deliver(world.mail(), "nobody@acme.example")
            run(world, box)
        world.clock.now = now
        assert len(run(world, box)) == 1


class TestTime:
    def test_at_its_time_and_once(self, world: World) -> None:
        here = runner(world, Remind())
        due_at = put(world, "call Karin")
        assert not here.waits() and here.round() == 0
        world.clock.now = due_at
        assert here.waits() and here.round() == 1
        assert here.round() == 0 and reminded(world) == ["call Karin"]

    def test_late_after_a_stop_and_not_lost(self, world: World) -> None:
        due_at = put(world, "call Karin")
        world.clock.now = due_at + 30 * 24 * 60 * MINUTE
        assert runner(world, Remind(), "started a month later").round() == 1
        assert reminded(world) == ["call Karin"]

    def test_what_died_with_its_runner_is_taken_over(self, world: World) -> None:
        world.clock.now = put(world, "call Karin")

        def die(due: Due) -> None:
            raise Killed

        with pytest.raises(Killed):
            runner(world, Remind(die), "dead").round()
        assert reminded(world) == []
        other = runner(world, Remind(), "alive")
        assert other.round() == 0
        world.clock.now += LEASE
        assert other.round() == 1 and reminded(world) == ["call Karin"]

    def test_a_round_is_bounded_and_ends_when_asked_to(self, world: World) -> None:
        put(world, *(str(number) for number in range(AT_ONCE + 2)), at=1)
        here = runner(world, Remind())
        assert here.round(lambda: True) == 0
        assert [here.round(), here.round(), here.round()] == [AT_ONCE, 2, 0]

    def test_somebody_else_was_quicker_with_the_last_one(self, world: World) -> None:
        put(world, "call Karin", at=1)
        there = runner(world, Remind(), "there", Store.open(world.path))
        late = Store.open(world.path)
        late.due = LateAgenda(late, lambda: there.round() == 1)
        assert runner(world, Remind(), "late", late).round() == 0
        assert reminded(world) == ["call Karin"]

    def test_a_lease_that_passed_on_is_noticed_before_the_effect(self, world: World) -> None:
        put(world, "call Karin", at=1)
        quick = runner(world, Remind(), "quick", Store.open(world.path))
        done: list[int] = []

        def meanwhile() -> None:
            world.clock.now += LEASE
            done.append(quick.round())

        slow = Store.open(world.path)
        slow.due = SlowAgenda(slow, meanwhile)
        assert runner(world, Remind(), "slow", slow).round() == 0
        assert done == [1] and reminded(world) == ["call Karin"]


class TestFailing:
    def test_poison_waits_longer_each_time_and_holds_nothing_up(self, world: World) -> None:
        def poison(due: Due) -> None:
            if due.key == "poison":
                raise ValueError("cannot be done")

        due_at = put(world, "poison")
        put(world, "before", at=due_at + 1)
        world.clock.now = due_at + 1
        here = runner(world, Remind(poison))
        assert here.round() == 1 and reminded(world) == ["before"]
        pauses = []
        for _ in range(10):
            (row,) = world.store.due.all()
            pauses.append(round((row.due_at - world.clock.now) / FIRST_PAUSE))
            assert "ValueError: cannot be done" in row.error
            assert here.round() == 0
            world.clock.now = row.due_at
            put(world, f"beside {row.attempts}", at=world.clock.now)
            assert here.round() == 1, "what is due beside it happens in the same round"
        assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240] and LONGEST_PAUSE == 240 * MINUTE

    def test_poison_that_kills_its_runner_holds_nothing_up(self, world: World) -> None:
        def kill(due: Due) -> None:
            if due.key == "poison":
                raise Killed

        put(world, "poison", at=1)
        put(world, "one", "two", at=2)
        with pytest.raises(Killed):
            runner(world, Remind(kill), "first").round()
        assert runner(world, Remind(kill), "second").round() == 2
        assert reminded(world) == ["one", "two"]

    def test_a_fault_of_the_machine_waits_too_and_says_only_what_it_was(self, world: World) -> None:
        def away(due: Due) -> None:
            raise OSError("the disk is away")

        put(world, "x", at=1)
        assert runner(world, Remind(away)).round() == 0
        assert [one.error for one in world.store.due.all()] == ["the disk is away"]

    def test_a_kind_that_this_version_does_not_know(self, world: World) -> None:
        world.store.due.put("of tomorrow", "x", 1, 1)
        put(world, "known", at=2)
        assert runner(world, Remind()).round() == 1
        (row,) = world.store.due.all()
        assert "knows no kind of tomorrow" in row.error

    @pytest.mark.parametrize(("fault", "raised"), [(Full("disk I/O error"), TempFail), (TypeError("x"), TypeError)])
    def test_a_fault_of_the_store(self, world: World, fault: Exception, raised: type[Exception]) -> None:
        def failing() -> bool:
            raise fault

        with pytest.raises(raised):
            runner(world, Remind()).round(failing)


@settings(max_examples=examples(40))
@given(
    times=st.lists(st.integers(0, 10), min_size=1, max_size=6),
    script=st.lists(
        st.tuples(
            st.sampled_from(["first", "second"]),
            st.sampled_from(["runs", "dies before", "dies after", "is overtaken", "fails"]),
            st.sampled_from([0, 1, MINUTE, LEASE, LEASE + 1, 10 * MINUTE]),
        ),
        max_size=25,
    ),
)
def test_two_runners_whatever_befalls_them(times: list[int], script: list[tuple[str, str, int]]) -> None:
    """Runners on connections of their own, killed before or after the effect, overtaken between claim and effect."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        stores = {"first": Store.open(world.path), "second": Store.open(world.path)}
        begun = world.clock.now
        for number, minute in enumerate(times):
            put(world, str(number), at=begun + minute * MINUTE)
        lives = Counter({"first": 0, "second": 0})

        def work(who: str, fate: str) -> None:
            other = "second" if who == "first" else "first"
            kind = Fated(fate)
            store = stores[who]
            store.due = Agenda(store.connection)
            if fate == "is overtaken":
                store.due = SlowAgenda(store, lambda: overtake(other))
            try:
                holder = f"{who} {lives[who]}"
                Runner(store, world.installation, holder, kinds={kind.name: kind}).round()
            except Killed:
                lives[who] += 1

        def overtake(other: str) -> None:
            world.clock.now += 61 * LEASE
            work(other, "runs")

        for who, fate, later in script:
            work(who, fate)
            done = Counter(reminded(world))
            assert max(done.values(), default=0) <= 1, "never twice"
            early = [key for key in done if begun + times[int(key)] * MINUTE > world.clock.now]
            assert not early, "never before its time"
            world.clock.now += later
        world.clock.now += 30 * 24 * 60 * MINUTE
        work("first", "runs")
        assert reminded(world) == [str(number) for number in range(len(times))], "late, and not lost"
        assert world.store.due.all() == []
        for store in (*stores.values(), world.store):
            store.close()


class Fated(Remind):
    """The same kind, to which something happens the first time that it is asked in a round."""

    def __init__(self, fate: str) -> None:
        super().__init__()
        self._fate = fate

    def run(self, store: Store, installation: Installation, due: Due, now: int) -> int | None:
        fate, self._fate = self._fate, "runs"
        if fate == "dies before":
            raise Killed
        again = super().run(store, installation, due, now)
        if fate == "dies after":
            raise Killed
        if fate == "fails":
            raise ValueError("this time it fails")
        return again


class LateAgenda(Agenda):
    """Looks in time, and claims too late."""

    def __init__(self, store: Store, meanwhile: Callable[[], object]) -> None:
        super().__init__(store.connection)
        self._meanwhile = meanwhile

    def claim(self, holder: str, now: int, lease: int) -> Due | None:
        self._meanwhile()
        return super().claim(holder, now, lease)


class SlowAgenda(Agenda):
    """Stands still between a claim and what follows, for longer than the lease, while something else happens."""

    def __init__(self, store: Store, meanwhile: Callable[[], None]) -> None:
        super().__init__(store.connection)
        self._meanwhile = meanwhile

    def claim(self, holder: str, now: int, lease: int) -> Due | None:
        due = super().claim(holder, now, lease)
        self._meanwhile()
        return due


class TestKinds:
    def test_sessions_links_and_failures_expire_each_hour(self, world: World) -> None:
        sessions, now = world.store.sessions, world.clock.now
        sessions.add("over", world.anna, "csrf", now, now + 5)
        sessions.add("good", world.anna, "csrf", now, now + 10**9)
        sessions.add_link("link", world.anna, now + 5)
        sessions.failed("anna@acme.example", now - 25 * 3600_000)
        sessions.failed("anna@acme.example", now)
        here = Runner(world.store, world.installation, "here")
        world.clock.now += 10
        assert here.round() == 3 and here.round() == 0
        rows = world.store.connection.execute("select count(*) from session").fetchone()[0]
        links = world.store.connection.execute("select count(*) from sign_in_link").fetchone()[0]
        assert (rows, links, sessions.failures("anna@acme.example", 0).failures) == (1, 0, 1)
        assert sessions.visitor("good", world.clock()) is not None
        world.clock.now += 3600_000
        assert here.round() == 2

    def test_a_second_program_finds_what_stands(self, world: World) -> None:
        assert Runner(world.store, world.installation, "one").round() == 3
        assert Runner(world.store, world.installation, "two").round() == 0
        assert [one.kind for one in world.store.due.all()] == ["expiry", "retention", "dns"]

    def test_every_kind_is_registered_under_its_name(self) -> None:
        assert {name: kind.standing for name, kind in KINDS.items()} == {
            "absence": False,
            "activity": False,
            "digest": False,
            "dns": True,
            "expiry": True,
            "notices": False,
            "retention": True,
            "retry": False,
            "send": False,
            "snooze": False,
            "sweep": False,
        }

    def test_every_domain_is_to_be_looked_at_each_day(self, world: World) -> None:
        here = Runner(world.store, world.installation, "here")
        here.round()
        assert world.store.dns.due(world.clock()) == ["acme.example"]
        look = DnsLook(world.domain, None, None, "acme.example", "[]", "good")
        world.store.dns.keep(look, [], world.clock())
        assert world.store.dns.due(world.clock()) == []
        world.clock.now += 24 * 3600_000
        here.round()
        assert world.store.dns.due(world.clock()) == ["acme.example"]


class TestErrands:
    def test_each_machine_runs_its_own(self, world: World) -> None:
        ran: list[str] = []
        here = Runner(world.store, world.installation, "here", [Errand("map", lambda: ran.append("here"), 1000)])
        there = Runner(world.store, world.installation, "there", [Errand("map", lambda: ran.append("there"), 1000)])
        here.round(), there.round(), here.errands()
        assert ran == ["here", "there"]
        world.clock.now += 1000
        here.errands()
        assert ran == ["here", "there", "here"]

    def test_what_cannot_be_done_now_waits_longer_each_time(self) -> None:
        clock, tried = Clock(), list[int]()

        def act() -> None:
            tried.append(clock.now)
            if len(tried) < 9:
                raise TempFail("the map is away")

        errand = Errand("map", act, 1000)
        while len(tried) < 12:
            clock.now += 1000
            errand.run(clock.now)
        seconds = [(after - before) // 1000 for before, after in pairwise(tried)]
        assert seconds == [2, 4, 8, 16, 32, 60, 60, 60, 1, 1, 1] and LONGEST == MINUTE

    def test_a_clock_that_is_set_back_does_not_stop_it(self) -> None:
        ran: list[int] = []
        errand = Errand("map", lambda: ran.append(1), 1000)
        errand.run(10**9)
        errand.run(5)
        assert len(ran) == 2

    def test_a_fault_of_our_own_is_raised(self) -> None:
        def act() -> None:
            raise TypeError("ours")

        with pytest.raises(TypeError):
            Errand("map", act, 1000).run(1)
