"""The mail log: both directions in one list, a stretch at a time, nothing left out and nothing shown twice."""

from __future__ import annotations

import pytest

from tests.unit.faults import raising, store_with
from tests.unit.flow.setup.conftest import Office
from tests.unit.world import World
from weftmail.core.failure import TempFail
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Asked
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.mail_log import Place, as_composed, by_file, differing, log_page, near, queue_id
from weftmail.flow.post import Draft, post
from weftmail.flow.reading import read
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.contact import block
from weftmail.store.alias import AliasSettings
from weftmail.store.errors import Busy
from weftmail.store.inbound import InboundLine
from weftmail.store.log import number
from weftmail.store.remembered import EVERYTHING, Remembered


def fill(world: World, count: int) -> None:
    """Let mail come and answers leave in turns."""
    anna = world.store.users.get(world.anna)
    assert anna is not None
    for place in range(count):
        world.deliver(world.mail(subject=f"Mail {place}"), "leads@acme.example")
        draft = Draft(text="Yes", to=["karin@customer.example"])
        post(world.store, world.installation, world.record(f"LEAD-{place + 1}"), anna, draft)
        world.clock.now += 1000


@pytest.mark.parametrize(("most", "stretch"), [(1, 1), (3, 2), (4, 50), (50, 3)])
@pytest.mark.parametrize("company", [True, False])
def test_every_line_comes_once_newest_first(world: World, most: int, stretch: int, company: bool) -> None:
    fill(world, 6)
    at, seen = Place(), []
    while at.more:
        page = log_page(world.store, world.acme if company else None, EVERYTHING, at, most, stretch)
        assert len(page.lines) <= most
        seen += [(isinstance(one, InboundLine), number(one)) for one in page.lines]
        at = page.older
    came = [one for way, one in seen if way]
    left = [one for way, one in seen if not way]
    assert came == sorted(came, reverse=True) and left == sorted(left, reverse=True)
    assert len(came) == 6 and len(set(came)) == 6
    assert len(left) == len(set(left)) == len(world.store.listings.outbox())


def test_an_empty_log(world: World) -> None:
    page = log_page(world.store, world.acme, EVERYTHING, Place(), 5)
    assert page.lines == () and not page.older.more


def test_a_mail_at_hand_is_looked_for_in_every_stretch(world: World) -> None:
    raw = world.mail(subject="First")
    world.deliver(raw, "support@acme.example")
    fill(world, 3)
    found = by_file(world.store, world.installation, world.acme, read(raw), 5, 1)
    assert [one.subject for one in found.lines if isinstance(one, InboundLine)] == ["First"] and not found.older.more
    sent = world.thread("LEAD-1")[-1].rfc_message_id
    ours = by_file(world.store, world.installation, world.acme, read(f"Message-ID: {sent}\n\n".encode()), 5, 1)
    assert ours.lines and not any(isinstance(one, InboundLine) for one in ours.lines)
    assert by_file(world.store, world.installation, world.acme, read(b"\n"), 5, 1).lines == ()
    unknown = read(b"Message-ID: <x@nowhere.example>\n\n")
    assert by_file(world.store, world.installation, world.acme, unknown, 5, 1).lines == ()


def test_what_is_special_in_a_pattern_is_taken_as_it_is(world: World) -> None:
    world.deliver(world.mail(subject="100% off_now!"), "leads@acme.example")
    for words, count in (("100%", 1), ("off_now", 1), ("!", 1), ("100_", 0), ("of%now", 0), ("OFF", 1)):
        found = log_page(world.store, world.acme, Remembered(words=words), Place(), 5)
        assert len([one for one in found.lines if isinstance(one, InboundLine)]) == count, words


def test_each_word_is_looked_for_by_itself_and_a_phrase_as_one(world: World) -> None:
    for subject in ("Quote for forty oak chairs", "Forty chairs, a quote", "Chairs"):
        world.deliver(world.mail(subject=subject), "leads@acme.example")
    for words, count in (
        ("quote forty", 2), ("FORTY  chairs", 2), ('"forty chairs"', 1), ("forty tables", 0), ("chairs", 3),
        ('chairs "a quote"', 1), ('"forty ch', 1), ('""', 3), ("quote for forty oak chairs", 1),
        ("quote for forty oak tables", 0), ("", 3),
    ):  # fmt: skip
        came = log_page(world.store, world.acme, Remembered(words=words, way="came"), Place(), 9)
        assert len(came.lines) == count, words
        left = log_page(world.store, world.acme, Remembered(words=words, way="left"), Place(), 9)
        assert len(left.lines) == count, words
    for most in (1, 2):
        at, seen = Place(), 0
        while at.more:
            page = log_page(world.store, world.acme, Remembered(words="a e o u c", way="came"), at, most)
            seen, at = seen + len(page.lines), page.older
        assert seen == 2


def found(world: World, **of: str) -> list[int]:
    """Return the numbers of the mails that came and are found by that, in Acme and in all companies alike."""
    both = [log_page(world.store, one, Remembered(way="came", **of), Place(), 9).lines for one in (world.acme, None)]
    assert both[0] == both[1]
    return [number(one) for one in both[0]]


def failing(raw: object) -> Message:
    """A reader that fails on some mails, as code with a fault does."""
    message = read(raw)  # type: ignore[arg-type]
    if "poison" in message.text:
        raise ArithmeticError("a fault of ours")
    return message


def fault(*_: object) -> None:
    """Fail as code with a fault does."""
    raise ArithmeticError("a fault of ours")


LETTER = {"subject": "Forty oak chairs", "text": "With sheepskin, poison green"}


def test_what_filing_fails_on_is_found_by_its_words_its_author_and_its_file(world: World) -> None:
    raw = world.mail(**LETTER)
    (row,) = world.accept(raw, "leads@acme.example", sender="bounces@lists.customer.example")
    assert world.settler(store=store_with(world.store, inbound_settled_before=fault)).settle().failed == 1
    for words in ("sheepskin", "oak chairs", "poison gre", '"sheepskin, poison"', "Karin"):
        assert found(world, words=words) == [row], words
    assert found(world, words="sheepskin walnut") == []
    assert found(world, who="karin@customer.example") == found(world, who="bounces@lists") == [row]
    (line,) = by_file(world.store, world.installation, world.acme, read(raw), 5).lines
    assert isinstance(line, InboundLine) and (line.id, line.state, line.subject) == (row, "error", "Forty oak chairs")
    # Whoever decides on it finds its words; another colleague does not.
    for reader, count in ((world.anna, 1), (world.bjorn, 0)):
        page = log_page(world.store, world.acme, Remembered(words="sheepskin", reader=reader), Place(), 9)
        assert len(page.lines) == count
    # Read once more it is a message, and found once.
    world.store.inbound.again(row)
    world.settle()
    assert world.row(row).state == "filed" and found(world, words="sheepskin") == [row]


def test_what_reading_fails_on_is_found_by_its_header(world: World) -> None:
    raw = world.mail(**LETTER)
    (row,) = world.accept(raw, "leads@acme.example")
    assert world.settler(failing).settle().failed == 1
    assert found(world, words="oak chairs") == found(world, who="karin@") == [row]
    assert found(world, words="sheepskin") == []
    assert [number(one) for one in by_file(world.store, world.installation, None, read(raw), 5).lines] == [row]


def test_what_settlers_died_under_is_safe_before_its_header_is_looked_at(world: World) -> None:
    for acts, words, found_by in (
        ({}, "first", 1), ({"blobs_open": fault}, "second", 0), ({"inbound_describe": fault}, "third", 0),
    ):  # fmt: skip
        (row,) = world.accept(world.mail(subject=f"The {words} one"), "leads@acme.example")
        world.store.connection.execute("update inbound set attempts = 2 where id = :id", {"id": row})
        world.lock.marked = [row]
        assert world.settler(store=store_with(world.store, **acts)).settle().failed == 1
        assert world.row(row).state == "error" and len(found(world, words=words)) == found_by
    for act in ("blobs_open", "inbound_describe"):
        (row,) = world.accept(world.mail(subject="The last one"), "leads@acme.example")
        world.store.connection.execute("update inbound set attempts = 2 where id = :id", {"id": row})
        world.lock.marked = [row]
        with pytest.raises(TempFail):
            world.settler(store=store_with(world.store, **{act: raising(Busy("locked"))})).settle()
        assert world.row(row).state == "error" and world.store.inbox.notices(world.anna)


def test_what_is_kept_in_the_log_alone_is_found_by_its_words(world: World) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    done = block(Office(world).setup, "karin@customer.example", company="Acme")
    assert isinstance(done, Done)
    row = world.deliver(world.mail(**LETTER), "leads@acme.example")
    assert row.state == "discarded" and found(world, words="sheepskin") == [row.id]


def test_one_direction_or_state_alone(world: World) -> None:
    fill(world, 2)
    for of, ways in (
        (Remembered(way="came"), {True}), (Remembered(way="left"), {False}), (Remembered().in_state("filed"), {True}),
        (Remembered().in_state("waiting"), {False}), (Remembered().in_state("failed"), set()),
        (Remembered(way="came").in_state("failed"), set()), (Remembered(), {True, False}),
    ):  # fmt: skip
        found = log_page(world.store, world.acme, of, Place(), 99)
        assert {isinstance(one, InboundLine) for one in found.lines} == ways, of


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("karn@customer.example", ("karin@customer.example",)),
        ("krain@customer.example", ("karin@customer.example",)),
        ("Karin@custmer.example", ("karin@customer.example",)),
        ("karim", ("karin@customer.example",)),
        ("ana@acme.example", ("anna@acme.example",)),
        ("lead@acme.example", ("leads@acme.example",)),
        ("erik", ()),
        ("ka", ()),
        ("karin@customer.example", ()),
        ("orders@other.example", ()),
    ],
)
def test_near_addresses(world: World, typed: str, meant: tuple[str, ...]) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    other = world.store.companies.add("Other", 1)
    domain = world.store.domains.add("other.example", other, True, 1)
    settings = AliasSettings("lead", None, None, "everyone", "", "{}")
    world.store.aliases.add(other, domain, "order", settings, 1)
    assert near(world.store, world.acme, typed) == meant
    assert near(world.store, other, "order@other.example") == ()
    assert near(world.store, other, "orders@other.example") == ("order@other.example",)


def test_a_queue_id_is_found_in_what_the_server_said() -> None:
    assert queue_id("250 2.0.0 Ok: queued as 4bXkZ12") == "4bXkZ12" and queue_id("450 try later") == ""


def test_a_copy_is_composed_once_more_unless_it_holds_a_link_to_sign_in(world: World) -> None:
    fill(world, 1)
    (answer,) = [one.row.id for one in world.store.listings.outbox() if one.row.audience == "outsider"]
    raw = as_composed(world.store, world.installation, answer)
    assert raw is not None and b"Subject: " in raw and b"Yes" in raw
    world.store.outbox.add_words(world.acme, "account", [Phrase("mail.notices.why")], "en", 1, user_id=world.anna)
    (account,) = [one.row.id for one in world.store.listings.outbox() if one.row.audience == "account"]
    assert as_composed(world.store, world.installation, account) is None
    assert as_composed(world.store, world.installation, 99) is None
    world.store.connection.execute("update user_address set address = 'gone' where user_id = :id", {"id": world.anna})
    world.store.outbox.add_words(world.acme, "notices", [Phrase("mail.notices.why")], "en", 1, user_id=world.bjorn)
    world.store.connection.execute("delete from user_address where user_id = :id", {"id": world.bjorn})
    (notices,) = [one.row.id for one in world.store.listings.outbox() if one.row.audience == "notices"]
    assert as_composed(world.store, world.installation, notices) is None


def test_what_would_change_is_said_rule_by_rule() -> None:
    old = [Asked("loop", False, Phrase("loop.none")), Asked("alias", True, Phrase("alias.none"))]
    new = [Asked("loop", False, Phrase("loop.none")), Asked("blocked", True, Phrase("blocked.found"))]
    assert differing(old, old) == ()
    assert [(one.rule, one.then is None, one.now is None) for one in differing(old, new)] == [
        ("blocked", True, False), ("alias", False, True),
    ]  # fmt: skip
