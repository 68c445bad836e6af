"""Sessions that somebody ends for themselves."""

from __future__ import annotations

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.setup import session

ANNA = "anna@acme.example"


def test_one_session_ends_or_all_others(office: Office) -> None:
    sessions, anna, clock = office.store.sessions, office.world.anna, office.world.clock
    for token, device in (("one", "Firefox, Linux"), ("two", "Safari, iPhone"), ("three", "")):
        sessions.add(token, anna, "csrf", clock(), 10**15, device)
    sessions.add("another's", office.world.bjorn, "csrf", clock(), 10**15)
    one, two, three = sorted(sessions.of_user(anna, clock()), key=lambda line: line.id)
    done = office.did(session.end(office.setup, ANNA, one.id))
    assert done.was == {"browser": "Firefox, Linux"} and sessions.visitor("one", clock()) is None
    (theirs,) = sessions.of_user(office.world.bjorn, clock())
    for number in (one.id, theirs.id, 99):
        assert office.refused(session.end(office.setup, ANNA, number)) == ("", "no_such_session")
    done = office.did(session.end_others(office.setup, ANNA, three.id))
    assert done.was == {"sessions": 2} and [line.id for line in sessions.of_user(anna, clock())] == [three.id]
    assert two.device == "Safari, iPhone" and sessions.visitor("another's", clock()) is not None
