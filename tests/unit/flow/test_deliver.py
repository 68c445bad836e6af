"""Out: claimed, composed, handed over, settled; and what becomes of a copy that is not taken."""

from __future__ import annotations

import email
import email.policy
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.composing.test_dkim import PEM
from tests.unit.faults import nothing, raising, store_with
from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.test_ahead import Ending, settled
from tests.unit.flow.test_filing import contact_of, people, reply_address
from tests.unit.thorough import examples
from tests.unit.world import ANNA, ERIK, World
from weftmail.core.composing.dkim import SigningKey
from weftmail.core.failure import TempFail
from weftmail.core.limits import FILES_SIZE
from weftmail.core.ports import Deferred, Outcome, Refused, Sent
from weftmail.core.tokens import locator, reply_token
from weftmail.core.wording.sentences import say
from weftmail.flow.channels.channel import Means, Meanwhile
from weftmail.flow.channels.email import EmailChannel
from weftmail.flow.deliver import GIVE_UP, LEASE, RECIPIENTS, OutboxSender, Round
from weftmail.flow.due.runner import Runner
from weftmail.flow.post import Draft, DraftFile, post
from weftmail.flow.setup import dns
from weftmail.store.delivery import NewDelivery
from weftmail.store.errors import Full
from weftmail.store.outbox import NewCopy
from weftmail.store.store import Store


class Postbox:
    """A mail server in memory: keeps what it takes, and answers as it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, tuple[str, ...], bytes]] = []
        self.answers: dict[str, Outcome] = {}
        self.meanwhile = Meanwhile()

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        self.taken.append((return_path, tuple(recipients), data))
        self.meanwhile()
        return {one: self.answers.get(one, Sent("250 2.0.0 Ok")) for one in recipients}

    def close(self) -> None:
        pass

    def mail(self, number: int = -1) -> EmailMessage:
        found = email.message_from_bytes(self.taken[number][2], policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return found

    def text(self, number: int = -1) -> str:
        body = self.mail(number).get_body(("plain",))
        assert body is not None
        return str(body.get_content())


class Narrow(Postbox):
    """One that takes so many recipients of a mail and defers the others, as RFC 5321 has it."""

    def __init__(self, most: int | None) -> None:
        super().__init__()
        self._most = most

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        taken, others = recipients[: self._most], recipients[len(recipients[: self._most]) :]
        found = super().submit(return_path, taken, data)
        return found | dict.fromkeys(others, Deferred("452 4.5.3 Error: too many recipients"))


@pytest.fixture
def box() -> Postbox:
    return Postbox()


@pytest.fixture
def opened(world: World) -> World:
    world.deliver(world.mail(files=[("plan.pdf", b"GIF89a plan")]), "leads@acme.example")
    return world


def sender(world: World, box: Postbox, holder: str = "here", store: Store | None = None) -> OutboxSender:
    store = store or world.store
    email = EmailChannel(Means(store, world.installation, box, lambda domain: []))
    return OutboxSender(store, world.installation, {email.name: email}, holder, lambda: 0.5, box.meanwhile)


def do_what_is_due(world: World) -> None:
    Runner(world.store, world.installation, "here").round()


def anna(world: World):
    user = world.store.users.get(world.anna)
    assert user is not None
    return user


def write(world: World, draft: Draft) -> int:
    return post(world.store, world.installation, world.record("LEAD-1"), anna(world), draft)


def state(world: World, outbox_id: int) -> tuple[str, int, str]:
    row = next(one for one in [one.row for one in world.store.listings.outbox()] if one.id == outbox_id)
    return row.state, row.attempts, row.error


class TestNotification:
    def test_to_a_colleague(self, opened: World, box: Postbox):
        done = sender(opened, box).round()
        assert done == Round(sent=1) and done.worked
        (return_path, recipients, _) = box.taken[0]
        assert recipients == ("anna@acme.example",)
        mail = box.mail()
        assert mail["From"] == "Karin Ek via Acme <leads@acme.example>"
        assert mail["Subject"] == "Quote for 40 chairs"
        notified = reply_token.resolve(
            opened.installation.keyring, str(mail["Reply-To"].addresses[0].username), "acme.example"
        )
        assert notified is not None and (notified.purpose, notified.message, notified.contact) == ("post", 1, 0)
        back = reply_token.resolve(opened.installation.keyring, return_path.partition("@")[0], "acme.example")
        assert back is not None and (back.purpose, back.message) == ("bounce", 1)
        found = locator.verify(opened.installation.keyring, mail["Message-ID"])
        assert found is not None and (found.message, found.visibility) == (1, "public")
        assert mail["X-Weftmail-Loop"] == "this installation"
        assert "Reply to this email and Karin Ek <karin@customer.example> gets it, from Acme." in box.text()
        assert "https://mail.acme.example/records/LEAD-1" in box.text()
        assert [part.get_filename() for part in mail.iter_attachments()] == ["plan.pdf"]
        assert people(opened, 1) == [("Anna", "email", "sent")]
        assert not sender(opened, box).round().worked

    @pytest.mark.parametrize(
        ("author", "name", "shown"),
        [
            ("Anna <ab@evil.example>", "Anna via Acme", "Anna <ab@evil.example>"),
            ("ANNA  Berg <ab@evil.example>", "ANNA Berg via Acme", "ANNA Berg <ab@evil.example>"),
            ("Ann\u0430 <ab@evil.example>", "Ann\u0430 via Acme", "Ann\u0430 <ab@evil.example>"),
            ("ab@evil.example", "ab via Acme", "ab@evil.example"),
            ('"Anna <anna@acme.example>" <ab@evil.example>', "Anna <anna> via Acme",
             "Anna anna@acme.example <ab@evil.example>"),
            ("anna@acme.example <ab@evil.example>", "anna via Acme", "anna@acme.example <ab@evil.example>"),
        ],
    )  # fmt: skip
    def test_somebody_outside_is_never_taken_for_a_colleague(self, world: World, box: Postbox, author, name, shown):
        """The address stands in the first line and in the footer, and never in the name that From shows."""
        mail = world.mail(author, verified=True, headers=[("Cc", "Bo <bo@other.example>")])
        world.deliver(mail.replace(author.encode("unicode_escape"), author.encode()), "leads@acme.example")
        sender(world, box).round()
        assert str(box.mail()["From"].addresses[0].display_name) == name
        assert f"{shown} wrote on LEAD-1, Quote for 40 chairs" in box.text().splitlines()
        assert f"{shown} gets it, from Acme, with Bo <bo@other.example> in Cc." in box.text()

    def test_of_a_note_stays_inside(self, opened: World, box: Postbox):
        opened.store.records.follow(opened.acme, opened.record("LEAD-1").id, opened.bjorn, 1)
        bjorn = opened.store.users.get(opened.bjorn)
        assert bjorn is not None
        sender(opened, box).round()
        post(opened.store, opened.installation, opened.record("LEAD-1"), bjorn, Draft(text="Inside.", note=True))
        sender(opened, box).round()
        assert "it stays internal: Björn, Anna." in box.text(), "whoever of them answers reaches the others"
        notified = reply_token.resolve(
            opened.installation.keyring, str(box.mail()["Reply-To"].addresses[0].username), "acme.example"
        )
        assert notified is not None and notified.purpose == "note"
        found = locator.verify(opened.installation.keyring, box.mail()["Message-ID"])
        assert found is not None and found.visibility == "internal"

    def test_colleagues_of_one_language_share_a_copy(self, opened: World, box: Postbox):
        record = opened.record("LEAD-1")
        eva = opened.store.users.add("Eva", "eva@acme.example", 1)
        mia = opened.store.users.add("Mia", "mia@acme.example", 1, language="sv")
        for one in (eva, mia):
            opened.store.users.join(opened.acme, one, "agent")
            opened.store.records.follow(opened.acme, record.id, one, opened.clock())
        sender(opened, box).round()
        opened.deliver(opened.mail(), reply_address(opened, 1, 1))
        box.taken.clear()
        assert sender(opened, box).round() == Round(sent=3)
        assert [one[1] for one in box.taken] == [("anna@acme.example", "eva@acme.example"), ("mia@acme.example",)]

    @settings(max_examples=examples(12), deadline=None)
    @given(
        languages=st.lists(st.sampled_from(["en", "sv"]), max_size=6), outside=st.integers(1, 12), note=st.booleans()
    )
    def test_copies_composed_and_signed_are_groups_of_colleagues_and_outsiders(
        self, languages: list[str], outside: int, note: bool
    ):
        signing = [SigningKey("acme.example", f"wm26{one}", "ed25519", PEM) for one in "ae"]
        with tempfile.TemporaryDirectory() as folder:
            world, box, asked = World(Path(folder)), Postbox(), list[str]()
            world.deliver(world.mail(), "leads@acme.example")
            sender(world, box).round()
            for number, language in enumerate(languages):
                user = world.store.users.add(f"Eva {number}", f"eva{number}@acme.example", 1, language=language)
                world.store.users.join(world.acme, user, "agent")
                world.store.records.follow(world.acme, world.record("LEAD-1").id, user, world.clock())
            people = [] if note else [f"p{number}@other.example" for number in range(outside)]
            write(world, Draft("Yes.", to=people or None, note=note))
            box.taken.clear()

            def keys(domain: str) -> list[SigningKey]:
                asked.append(domain)
                return signing

            channel = EmailChannel(Means(world.store, world.installation, box, keys))
            ours = OutboxSender(
                world.store, world.installation, {channel.name: channel}, "here", lambda: 0.5, box.meanwhile
            )
            while ours.round().worked:
                pass
            assert len(box.taken) == len(asked) == len(set(languages)) + len(people)
            assert all(one[2].count(b"DKIM-Signature:") == 2 for one in box.taken)
            assert sorted(len(one[1]) for one in box.taken if one[1][0] in people) == [1] * len(people)
            inside = sorted(address for one in box.taken for address in one[1] if address not in people)
            assert inside == sorted(f"eva{number}@acme.example" for number in range(len(languages)))


class TestAhead:
    """The next copy is composed while the mail server writes down the one before."""

    PEOPLE = ("a@other.example", "b@other.example", "c@other.example")

    @pytest.fixture
    def waiting(self, opened: World, box: Postbox) -> World:
        sender(opened, box).round()
        write(opened, Draft("Yes.", to=list(self.PEOPLE)))
        box.taken.clear()
        return opened

    def test_each_is_composed_once_and_in_its_turn(self, waiting: World, box: Postbox):
        composed: list[int] = []

        def keys(_domain: str) -> list[SigningKey]:
            composed.append(len(box.taken))
            return []

        channel = EmailChannel(Means(waiting.store, waiting.installation, box, keys))
        ours = OutboxSender(waiting.store, waiting.installation, {"email": channel}, "here", lambda: 0.5, box.meanwhile)
        assert ours.round() == Round(sent=3)
        assert composed == [0, 1, 2], "the second is composed when the first is under way, and not once more"
        assert [one[1] for one in box.taken] == [(one,) for one in self.PEOPLE]
        assert len({one[0] for one in box.taken}) == 3, "each has the return path of its own"

    def test_what_cannot_be_composed_spoils_its_own_turn_alone(self, waiting: World, box: Postbox):
        get, calls = waiting.store.messages.get, [0]

        def failing(company_id: int, message_id: int):
            calls[0] += 1
            if calls[0] == 2:
                raise Full("database or disk is full")
            return get(company_id, message_id)

        store = store_with(waiting.store, messages_get=failing)
        with pytest.raises(TempFail, match="disk is full"):
            sender(waiting, box, store=store).round()
        assert [one[1] for one in box.taken] == [(self.PEOPLE[0],)]
        states = [one.row.state for one in waiting.store.listings.outbox() if one.row.audience == "outsider"]
        assert sorted(states) == ["sent", "waiting", "waiting"], "the first is settled all the same"
        waiting.store.outbox.release_all(waiting.clock())
        assert sender(waiting, box).round() == Round(sent=2)
        assert sorted(one[1][0] for one in box.taken) == list(self.PEOPLE)

    def test_what_was_composed_for_a_claim_that_ended_is_composed_anew(self, waiting: World, box: Postbox):
        ours = sender(waiting, box)
        assert ours.round(lambda: bool(box.taken)) == Round(sent=1)
        # Its words are changed while it waits, as an act may do that the claim kept away.
        message = waiting.thread("LEAD-1")[-1]
        waiting.store.connection.execute("update message set text = 'No.' where id = ?", (message.id,))
        assert ours.round() == Round(sent=2)
        assert ["Yes." in box.text(number) for number in range(3)] == [True, False, False]

    def test_a_copy_whose_address_turned_out_wrong_meanwhile_does_not_leave(self, waiting: World, box: Postbox):
        """Composed or not: whether it may go there is asked when its turn comes."""

        class Learning(Postbox):
            def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
                outcomes = super().submit(return_path, recipients, data)
                wrong = TestAhead.PEOPLE[1]
                waiting.store.suppressions.add(waiting.acme, wrong, "no such user", "", None, waiting.clock())
                return outcomes

        learning = Learning()
        assert sender(waiting, learning).round() == Round(sent=2, refused=1)
        assert [one[1] for one in learning.taken] == [(self.PEOPLE[0],), (self.PEOPLE[2],)]


class TestToOutsiders:
    def test_a_post_is_personal_and_signed_off(self, opened: World, box: Postbox):
        write(
            opened,
            Draft(text="Yes, 40 is fine.", cc=[ERIK], files=[DraftFile("offer.pdf", "application/pdf", b"%PDF")]),
        )
        sender(opened, box).round()
        mails = {one[1][0]: number for number, one in enumerate(box.taken)}
        karin, erik = box.mail(mails["karin@customer.example"]), box.mail(mails["erik@other.example"])
        assert karin["From"] == "Anna via Acme <leads@acme.example>"
        assert (str(karin["To"]), str(karin["Cc"])) == (
            "Karin Ek <karin@customer.example>",
            "Erik Ek <erik@other.example>",
        )
        assert karin["Message-ID"] == erik["Message-ID"]
        assert karin["Reply-To"] != erik["Reply-To"]
        notified = reply_token.resolve(
            opened.installation.keyring, str(karin["Reply-To"].addresses[0].username), "acme.example"
        )
        assert notified is not None and notified.contact == contact_of(opened, "karin@customer.example")
        assert box.text(mails["karin@customer.example"]).split() == ["Yes,", "40", "is", "fine.", "--", "Anna", "Acme"]

    def test_references_name_only_what_the_reader_may_see(self, opened: World, box: Postbox):
        first = opened.thread("LEAD-1")[0].rfc_message_id
        write(opened, Draft(text="A note.", note=True))
        answer = write(opened, Draft(text="Yes."))
        write(opened, Draft(text="And you, Erik?", to=["erik@other.example"]))
        sender(opened, box).round()
        to_karin = next(n for n, one in enumerate(box.taken) if one[1] == ("karin@customer.example",))
        to_erik = next(n for n, one in enumerate(box.taken) if one[1] == ("erik@other.example",))
        assert (str(box.mail(to_karin)["References"]), str(box.mail(to_karin)["In-Reply-To"])) == (first, first)
        assert box.mail(to_erik)["References"] is None
        opened.deliver(opened.mail(), reply_address(opened, answer, 1))
        sender(opened, box).round()
        ids = [locator.verify(opened.installation.keyring, one) for one in str(box.mail()["References"]).split()]
        assert [one.message for one in ids if one is not None] == [1, 2, 3, 4]
        assert [one.visibility for one in ids if one is not None][1] == "internal"

    def test_an_answer_by_mail_goes_with_its_new_words_alone(self, opened: World, box: Postbox):
        text = "Yes.\n\nOn Mon, 23 Nov 2026 at 10:00, Karin Ek <k@customer.example> wrote:\n> Could you do 40 chairs?\n"
        to = reply_address(opened, 1)
        raw = opened.mail(ANNA, to, text=text, verified=True, files=[("offer.pdf", b"%PDF offer")])
        opened.deliver(raw, to, "anna@acme.example")
        box.taken.clear()
        sender(opened, box).round()
        assert box.taken[-1][1] == ("karin@customer.example",)
        assert box.text().strip() == "Yes."
        assert [part.get_filename() for part in box.mail().iter_attachments()] == ["offer.pdf"]

    def test_an_inline_image_that_was_quoted_does_not_go_back(self, opened: World, box: Postbox):
        from email.message import EmailMessage as Mail

        mail = Mail()
        to = reply_address(opened, 1)
        mail["From"], mail["To"], mail["Message-ID"] = ANNA, to, "<inline@acme.example>"
        mail.set_content("Look.\n")
        mail.add_alternative('<p>Look</p><img src="cid:a"><img src="cid:b">', "html")
        for name, content in (("a", b"GIF89a plan"), ("b", b"GIF89a new")):
            mail.get_payload()[1].add_related(content, "image", "png", cid=f"<{name}>", filename=f"{name}.png")
        received = opened.mail(ANNA, verified=True).split(b"From:")[0]
        opened.deliver(received + mail.as_bytes(), to, "anna@acme.example")
        box.taken.clear()
        sender(opened, box).round()
        assert [part.get_filename() for part in box.mail().iter_attachments()] == ["b.png"]

    def test_what_is_too_large_is_named_and_stays_on_the_record(self, opened: World, box: Postbox):
        big = DraftFile("big.bin", "application/octet-stream", bytes(FILES_SIZE + 1))
        write(opened, Draft(html="<p>Here</p>", files=[big]))
        sender(opened, box).round()
        assert "Too large to send with this email: big.bin." in box.text()
        assert list(box.mail().iter_attachments()) == []

    def test_a_colleague_gets_a_link_for_each_file_that_is_too_large(self, opened: World, box: Postbox):
        opened.store.records.follow(opened.acme, opened.record("LEAD-1").id, opened.bjorn, 1)
        bjorn = opened.store.users.get(opened.bjorn)
        opened.store.users.set(replace(bjorn, prefers="email"))
        half = bytes(FILES_SIZE // 2)
        files = [DraftFile(f"{number}.bin", "application/octet-stream", half + b"%d" % number) for number in range(4)]
        write(opened, Draft(text="Here", files=files))
        sender(opened, box).round()
        texts = {str(box.mail(number)["To"]): box.text(number) for number in range(len(box.taken))}
        (inside,) = [text for text in texts.values() if "Too large" in text and "https://" in text]
        for place in (2, 3, 4):
            link = f"{place - 1}.bin: https://mail.acme.example/records/LEAD-1/2/files/{place}?company={opened.acme}"
            assert link in inside
        assert "/files/1?" not in inside
        (outside,) = [text for text in texts.values() if "Too large" in text and "https://" not in text]
        assert "1.bin, 2.bin, 3.bin" in outside

    def test_what_an_outsider_is_told_beside_it_is_in_the_language_of_the_company(self, opened: World, box: Postbox):
        opened.store.companies.set_language(opened.acme, "sv")
        big = DraftFile("big.bin", "application/octet-stream", bytes(FILES_SIZE + 1))
        write(opened, Draft(html="<p>Here</p>", files=[big]))
        sender(opened, box).round()
        assert "För stort för att skickas med i mejlet: big.bin." in box.text()

    def test_an_event_that_is_sent_says_it_in_the_language_of_its_reader(self, opened: World, box: Postbox):
        write(opened, Draft(text="Yes.", cc=[ERIK]))
        box.answers["erik@other.example"] = Refused("550 5.1.1 no such user")
        sender(opened, box).round()
        event = opened.thread("LEAD-1")[-1]
        (copy_id,) = opened.store.outbox.add(opened.acme, event.id, [NewCopy(language="sv")], 1).values()
        person = NewDelivery("email", "bjorn@acme.example", opened.bjorn, outbox_id=copy_id)
        opened.store.messages.deliver(opened.acme, event.record_id, event.id, [person], 1)  # fmt: skip
        box.taken.clear()
        sender(opened, box).round()
        assert "erik@other.example fick det inte: 550 5.1.1 no such user" in box.text()

    def test_colleagues_are_notified_in_their_own_language(self, world: World, box: Postbox):
        anna = world.store.users.get(world.anna)
        world.store.users.set(replace(anna, language="sv"))
        world.deliver(world.mail(), "leads@acme.example")
        sender(world, box).round()
        assert box.text().startswith("--- Svara ovanför den här raden ---")
        assert "går svaret till Karin Ek <karin@customer.example> från Acme." in box.text()

    def test_as_the_alias_says(self, world: World, box: Postbox):
        world.alias("sales", "lead", answer_as="Acme Sales <sales@acme.example>")
        world.deliver(world.mail(), "sales@acme.example")
        write(world, Draft(html="<p>Hello</p>"))
        sender(world, box).round()
        assert {str(box.mail(n)["From"]) for n in range(2)} == {
            "Karin Ek via Acme Sales <sales@acme.example>", "Anna via Acme Sales <sales@acme.example>",
        }  # fmt: skip


class TestFailures:
    def test_a_deferral_waits_longer_each_time_with_jitter(self, opened: World, box: Postbox):
        box.answers["anna@acme.example"] = Deferred("450 4.2.0 later")
        pauses = []
        for attempt in range(1, 4):
            assert sender(opened, box).round() == Round(deferred=1)
            assert state(opened, 1) == ("delayed", attempt, "450 4.2.0 later")
            (retry,) = [one for one in opened.store.due.all() if one.kind == "retry"]
            pauses.append(round((retry.due_at - opened.clock.now) / 60_000))
            opened.clock.now = retry.due_at - 1000
            do_what_is_due(opened)
            assert sender(opened, box).round() == Round()
            opened.clock.now = retry.due_at
            do_what_is_due(opened)
        assert pauses == [1, 2, 4]
        assert people(opened, 1) == [("Anna", "email", "delayed")]
        box.answers.clear()
        assert sender(opened, box).round() == Round(sent=1)
        assert state(opened, 1)[0] == "sent"

    def test_asked_for_before_its_time_it_leaves_once(self, opened: World, box: Postbox):
        box.answers["anna@acme.example"] = Deferred("450 4.2.0 later")
        sender(opened, box).round()
        assert opened.store.outbox.retry(opened.acme, 1, opened.clock())
        box.answers.clear()
        assert sender(opened, box).round() == Round(sent=1)
        opened.clock.now += 120_000
        do_what_is_due(opened)
        assert sender(opened, box).round() == Round() and state(opened, 1)[0] == "sent"

    def test_whoever_lost_the_lease_delays_nothing(self, opened: World, box: Postbox):
        def slow(return_path, recipients, data):
            opened.clock.now += LEASE
            opened.store.outbox.claim("other", opened.clock(), opened.clock.now + LEASE, 1)
            return {one: Deferred("450 4.2.0 later") for one in recipients}

        box.submit = slow  # type: ignore[method-assign]
        sender(opened, box).round()
        assert state(opened, 1)[0] == "waiting" and opened.store.due.all() == []

    def test_in_the_end_it_has_failed(self, opened: World, box: Postbox):
        box.answers["anna@acme.example"] = Deferred("450 4.2.0 later")
        opened.clock.now += GIVE_UP + 1000
        sender(opened, box).round()
        assert state(opened, 1)[0] == "failed"
        assert "did not get it" in say(opened.thread("LEAD-1")[1].says)

    def test_a_refusal_is_an_event_and_the_author_is_told(self, opened: World, box: Postbox):
        message_id = write(opened, Draft(text="Yes.", cc=[ERIK]))
        box.answers["erik@other.example"] = Refused("550 5.1.1 no such user")
        sender(opened, box).round()
        event = opened.thread("LEAD-1")[-1]
        assert (event.kind, event.public, say(event.says)) == (
            "event", False, "erik@other.example did not get it: 550 5.1.1 no such user",
        )  # fmt: skip
        assert opened.store.inbox.entries(opened.acme, opened.anna)[0].says == event.says
        assert people(opened, message_id) == [
            ("Karin Ek", "email", "sent"), ("Erik Ek", "email", "failed"),
        ]  # fmt: skip

    def test_a_group_is_settled_address_by_address(self, opened: World, box: Postbox):
        eva = opened.store.users.add("Eva", "eva@acme.example", 1)
        opened.store.users.join(opened.acme, eva, "agent")
        opened.store.records.follow(opened.acme, opened.record("LEAD-1").id, eva, opened.clock())
        sender(opened, box).round()
        opened.deliver(opened.mail(), reply_address(opened, 1, 1))
        box.answers = {"eva@acme.example": Deferred("451 4.3.0 later"), "anna@acme.example": Sent("250 Ok")}
        assert sender(opened, box).round() == Round(sent=1, deferred=1)
        assert state(opened, 2)[0] == "delayed"
        box.answers.clear()
        opened.clock.now += 120_000
        do_what_is_due(opened)
        box.taken.clear()
        sender(opened, box).round()
        assert [one[1] for one in box.taken] == [("eva@acme.example",)]
        assert state(opened, 2) == ("sent", 2, "")

    def test_a_large_group_goes_in_turns(self, opened: World, box: Postbox):
        for number in range(RECIPIENTS):
            eva = opened.store.users.add("Eva", f"eva{number}@acme.example", 1)
            opened.store.users.join(opened.acme, eva, "agent")
            opened.store.records.follow(opened.acme, opened.record("LEAD-1").id, eva, opened.clock())
        sender(opened, box).round()
        opened.deliver(opened.mail(), reply_address(opened, 1, 1))
        sender(opened, box).round()
        assert state(opened, 2)[0] == "waiting"
        sender(opened, box).round()
        first, second = (one[1] for one in box.taken[1:])
        assert (len(first), len(second)) == (RECIPIENTS, 1)
        assert {"anna@acme.example", "eva0@acme.example"} < {*first, *second}

    @pytest.mark.parametrize("most", [None, 1, 7, 20, 49, 50, 51])
    @pytest.mark.parametrize(
        "languages", [{"en": 51}, {"sv": 103, "en": 1}, {"en": 150, "sv": 3}, {"en": 49, "sv": 53}]
    )
    def test_each_of_many_gets_it_once_whatever_the_server_takes_at_once(
        self, opened: World, languages: dict[str, int], most: int | None
    ):
        """Beyond 50 in one language, and where a server takes fewer: the others follow at once, in the same mail."""
        box = Narrow(most)
        everybody = set()
        for language, count in languages.items():
            for number in range(count):
                address = f"{language}{number}@acme.example"
                user = opened.store.users.add(f"Eva {number}", address, 1, language=language)
                opened.store.users.join(opened.acme, user, "agent")
                opened.store.records.follow(opened.acme, opened.record("LEAD-1").id, user, opened.clock())
                everybody.add(address)
        sender(opened, Postbox()).round()
        asked: list[str] = []

        def keys(domain: str) -> list[SigningKey]:
            asked.append(domain)
            return [SigningKey("acme.example", f"wm26{one}", "ed25519", PEM) for one in "ae"]

        write(opened, Draft("Yes.", to=["karin@customer.example", "erik@other.example", "p3@other.example"]))
        channel = EmailChannel(Means(opened.store, opened.installation, box, keys))
        ours = OutboxSender(opened.store, opened.installation, {channel.name: channel}, "here", lambda: 0.5)
        while ours.round().worked:
            pass
        got = [one for _, recipients, _ in box.taken for one in recipients]
        assert sorted(got) == sorted(everybody | {"karin@customer.example", "erik@other.example", "p3@other.example"})
        limit = min(RECIPIENTS, most or RECIPIENTS)
        turns = sum(-(-count // limit) for count in languages.values())
        assert len(box.taken) == len(asked) == turns + 3
        # One mail for each language and each person outside, whatever number of turns it took.
        assert len({data for _, recipients, data in box.taken}) == len(languages) + 3
        assert all(data.count(b"DKIM-Signature:") == 2 for _, _, data in box.taken)
        assert {one.row.state for one in opened.store.listings.outbox()} == {"sent"}

    @pytest.mark.parametrize(
        ("answer", "at_once"),
        [
            ("452 4.5.3 Error: too many recipients", True),
            ("452 Too many recipients received", True),
            ("451 4.5.3 too many", True),
            ("452 4.2.2 mailbox full", False),
            ("451 4.7.1 greylisted", False),
            ("4.4.1 no connection", False),
        ],
    )
    def test_only_a_server_that_is_full_is_asked_again_at_once(
        self, opened: World, box: Postbox, answer: str, at_once: bool
    ):
        eva = opened.store.users.add("Eva", "eva@acme.example", 1)
        opened.store.users.join(opened.acme, eva, "agent")
        opened.store.records.follow(opened.acme, opened.record("LEAD-1").id, eva, opened.clock())
        sender(opened, box).round()
        opened.deliver(opened.mail(), reply_address(opened, 1, 1))
        box.answers = {"eva@acme.example": Deferred(answer)}
        sender(opened, box).round()
        assert state(opened, 2)[0] == ("waiting" if at_once else "delayed")
        # Where nobody was taken it is no matter of how many.
        box.answers = {one: Deferred(answer) for one in ("eva@acme.example", "anna@acme.example")}
        sender(opened, box).round()
        assert state(opened, 2)[0] == "delayed"

    def test_a_message_that_cannot_be_composed_fails_for_good(self, opened: World, box: Postbox):
        opened.store.connection.execute("update alias set answer_as = 'nonsense <>'")
        assert sender(opened, box).round() == Round(refused=1)
        assert box.taken == []
        assert state(opened, 1)[0] == "failed"

    def test_a_company_without_a_domain(self, world: World, box: Postbox):
        from weftmail.store.record import NewRecord

        record = world.store.records.open(NewRecord(world.acme, "lead", "By hand"), 1)
        write(world, Draft(text="x", to=["karin@customer.example"]))
        world.store.connection.execute("update domain set state = 'closed'")
        sender(world, box).round()
        assert "no domain to write from" in say(world.thread(record.label)[-1].says)

    def test_of_several_who_did_not_get_it_one_event_says_so(self, opened: World, box: Postbox):
        opened.store.users.set(replace(anna(opened), prefers="inbox"))
        record = opened.record("LEAD-1")
        for name in ("Eva", "Mia"):
            user = opened.store.users.add(name, f"{name.lower()}@acme.example", 1)
            opened.store.users.join(opened.acme, user, "agent")
            opened.store.records.follow(opened.acme, record.id, user, opened.clock())
            box.answers[f"{name.lower()}@acme.example"] = Refused("550 5.1.1 no such user")
        sender(opened, box).round()
        opened.deliver(opened.mail(), reply_address(opened, 1, 1))
        assert sender(opened, box).round() == Round(refused=2)
        text = say(opened.thread("LEAD-1")[-1].says)
        assert "eva@acme.example: 550" in text and "mia@acme.example: 550" in text

    def test_a_link_for_somebody_outside_leaves_once_and_is_tried_again(self, world: World, box: Postbox):
        keyring, setup = world.installation.keyring, Office(world).setup
        dns.send(setup, keyring, b"r" * 16, "acme.example", "hostmaster@provider.example")
        box.answers["hostmaster@provider.example"] = Deferred("451 later")
        assert sender(world, box).round() == Round(deferred=1)
        del box.answers["hostmaster@provider.example"]
        world.clock.now += 10 * 60_000
        Runner(world.store, world.installation, "here").round()
        assert sender(world, box).round() == Round(sent=1)
        assert sender(world, box).round() == Round()
        assert box.taken[-1][1] == ("hostmaster@provider.example",) and "/dns/" in box.text()

    def test_a_message_that_is_gone(self, opened: World, box: Postbox):
        assert sender(opened, box, store=store_with(opened.store, messages_get=nothing)).round() == Round(refused=1)

    def test_a_bounce_that_came_first_is_not_overwritten(self, opened: World, box: Postbox):
        before = box.submit

        def bouncing(return_path, recipients, data):
            opened.store.connection.execute("update delivery set state = 'bounced'")
            return before(return_path, recipients, data)

        box.submit = bouncing  # type: ignore[method-assign]
        sender(opened, box).round()
        assert people(opened, 1) == [("Anna", "email", "bounced")]
        assert state(opened, 1)[0] == "sent"


class TestLeases:
    def test_two_senders_never_have_the_same_copy(self, opened: World, box: Postbox):
        other = Postbox()
        box.submit = lambda *_args: (sender(opened, other, "there").round(), {})[1]  # type: ignore[method-assign]
        sender(opened, box).round()
        assert other.taken == []

    def test_a_lease_that_ran_out_is_taken_over(self, opened: World, box: Postbox):
        opened.store.outbox.claim("dead", opened.clock(), opened.clock.now + LEASE, 5)
        assert sender(opened, box).round() == Round()
        opened.clock.now += LEASE
        assert sender(opened, box).round() == Round(sent=1)

    def test_the_sender_that_starts_takes_over_at_once(self, opened: World, box: Postbox):
        opened.store.outbox.claim("dead", opened.clock(), opened.clock.now + LEASE, 5)
        assert opened.store.outbox.release_all(opened.clock()) == 1
        assert sender(opened, box).round() == Round(sent=1)

    def test_asked_to_stop_it_gives_back_what_it_did_not_try(self, opened: World, box: Postbox):
        assert sender(opened, box).round(lambda: True) == Round()
        assert state(opened, 1) == ("waiting", 0, "")
        assert sender(opened, box).round() == Round(sent=1)

    def test_a_copy_whose_lease_grows_old_is_left_to_the_next_claim(self, opened: World, box: Postbox):
        write(opened, Draft(text="Yes."))
        before = box.submit

        def slow(return_path, recipients, data):
            opened.clock.now += LEASE // 2 + 1
            return before(return_path, recipients, data)

        box.submit = slow  # type: ignore[method-assign]
        assert sender(opened, box).round() == Round(sent=1)
        assert sender(opened, box).round() == Round(sent=1)

    def test_a_copy_that_has_nobody_left_is_done(self, opened: World, box: Postbox):
        opened.store.connection.execute("update delivery set state = 'cancelled'")
        assert sender(opened, box).round() == Round()
        assert state(opened, 1)[0] == "sent"

    @pytest.mark.parametrize(("fault", "raised"), [(Full("disk I/O error"), TempFail), (TypeError("x"), TypeError)])
    def test_a_fault_of_the_store(self, opened: World, box: Postbox, fault, raised):
        failing = store_with(opened.store, outbox_claim=raising(fault))
        with pytest.raises(raised):
            sender(opened, box, store=failing).round()


def test_a_notification_that_cannot_leave_becomes_an_entry_in_the_inbox(world: World, box: Postbox):
    world.deliver(world.mail(), "leads@acme.example")
    box.answers["anna@acme.example"] = Refused("552 5.3.4 message too big")
    assert sender(world, box).round().refused == 1
    (notice,) = world.store.inbox.notices(world.anna, world.acme)
    assert "could not be sent to you; the message is on LEAD-1" in say(notice.says)


def test_words_beyond_256_kb_stay_on_the_record(world: World, box: Postbox):
    world.deliver(world.mail(text="word and word\n" * 60_000), "leads@acme.example")
    sender(world, box).round()
    text = box.text()
    assert len(text) < 300_000 and "This is the beginning of the message" in text
    assert "https://mail.acme.example/records/LEAD-1?company=" in text
    world.deliver(world.mail(text="word\n" * 50_000), "leads@acme.example")
    sender(world, box).round()
    assert "This is the beginning" not in box.text()


def test_a_notification_says_what_could_not_be_displayed(world: World, box: Postbox):
    world.accept(world.mail(text="hostile"), "leads@acme.example")
    settled(world, Ending("fault", "fault"))
    sender(world, box).round()
    assert "could not be displayed; the original can be downloaded" in box.text()
    assert not list(box.mail().iter_attachments())


@pytest.mark.parametrize(
    ("text", "files", "says"),
    [
        ("\n", [("plan.pdf", b"%PDF-1.4")], "This message has no text. It holds: plan.pdf"),
        ("-----BEGIN PGP MESSAGE-----\n\nhQEM\n", [], "This message is encrypted (PGP)."),
    ],
)
def test_a_notification_of_a_message_without_words_says_what_it_holds(
    world: World, box: Postbox, text: str, files: list[tuple[str, bytes]], says: str
) -> None:
    world.deliver(world.mail(text=text, files=files, verified=True), "leads@acme.example")
    sender(world, box).round()
    assert says in box.text()


class TestClock:
    def test_what_a_clock_ahead_put_off_is_tried_once_the_clock_is_right(self, opened: World, box: Postbox):
        right, box.answers = opened.clock.now, {"anna@acme.example": Deferred("450 4.2.0 busy")}
        ours = sender(opened, box)
        opened.clock.now = right + 365 * 24 * 3600_000
        write(opened, Draft("From next year.", to=["karin@customer.example"]))
        ours.round()
        assert state(opened, 1)[0] == "failed", "it was tried for a year, by that clock"
        box.answers = {"karin@customer.example": Deferred("450 4.2.0 busy")}
        write(opened, Draft("Once more.", to=["karin@customer.example"]))
        ours.round()
        waits = [one.row.id for one in opened.store.listings.outbox() if one.row.state == "delayed"]
        assert waits
        box.answers, opened.clock.now = {}, right
        taken = len(box.taken)
        while ours.round().worked:
            pass
        assert all(state(opened, one)[0] == "sent" for one in waits)
        assert len(box.taken) - taken == len(waits), "each leaves once"

    def test_what_another_sender_has_in_hand_is_left_to_it(self, opened: World, box: Postbox):
        opened.clock.now += 24 * 3600_000
        opened.store.outbox.claim("other", opened.clock(), opened.clock.now + LEASE, 5)
        opened.clock.now -= 24 * 3600_000
        assert sender(opened, box).round() == Round()

    @settings(max_examples=examples(30), deadline=None)
    @given(
        st.lists(
            st.tuples(st.integers(-400, 400), st.sampled_from([Sent("250 ok"), Deferred("450 no"), Refused("550 no")])),
            max_size=12,
        )
    )
    def test_every_copy_ends_in_a_final_state_wherever_the_clock_goes(self, steps: list[tuple[int, Outcome]]):
        with tempfile.TemporaryDirectory() as folder:
            world, box = World(Path(folder)), Postbox()
            world.deliver(world.mail(), "leads@acme.example")
            begin, ours = world.clock.now, sender(world, box)
            for number, (days, answer) in enumerate(steps):
                world.clock.now = begin + days * 24 * 3600_000
                box.answers = dict.fromkeys(("anna@acme.example", "karin@customer.example"), answer)
                write(world, Draft(f"Number {number}.", to=["karin@customer.example"]))
                ours.round()
            box.answers, world.clock.now = {}, begin
            for _ in range(60):
                do_what_is_due(world)
                ours.round()
                world.clock.now += 5 * 3600_000
            found = {one.row.state for one in world.store.listings.outbox()}
            assert found <= {"sent", "failed"}
            sent = [(mail["Message-ID"], one[1]) for one in box.taken if (mail := email.message_from_bytes(one[2]))]
            waited = sum(isinstance(answer, Deferred) for _, answer in steps)
            assert waited or len(sent) == len(set(sent)), "what was taken or refused at once is handed over once"
