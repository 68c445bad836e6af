"""What one delivery leaves in the store: record, thread, people, files, deliveries, copies, trace."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.unit.faults import nothing, store_with
from tests.unit.mail import kept
from tests.unit.world import ANNA, BJORN, ERIK, HOST, KARIN, World, beyond_inbox
from weftmail.core.tokens import locator, reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow import review
from weftmail.flow.facts import is_ours
from weftmail.flow.post import Draft, post
from weftmail.flow.refusal import RefusedAct
from weftmail.store.alias import AliasSettings


def reply_address(
    world: World, message_id: int, contact: int = 0, purpose: reply_token.Purpose = "post", epoch: int = 0
) -> str:
    return reply_token.address(world.installation.keyring, Token(purpose, message_id, contact, epoch), "acme.example")


def contact_of(world: World, address: str) -> int:
    found = world.store.contacts.by_address(world.acme, address)
    assert found is not None
    return found.id


def people(world: World, message_id: int) -> list[tuple[str, str, str]]:
    got = beyond_inbox(world.store.messages.deliveries(world.acme, message_id))
    return [(one.name, one.channel, one.state) for one in got]


@pytest.fixture
def opened(world: World) -> World:
    """LEAD-1, opened by Karin, who is not verified; Anna owns it."""
    assert world.deliver(world.mail(), "leads@acme.example").record == "LEAD-1"
    return world


class TestOpen:
    def test_a_record_with_its_first_message(self, world: World):
        raw = world.mail(files=[("plan.pdf", b"%PDF plan")], cc=ERIK)
        row = world.deliver(raw, "leads@acme.example")
        record = world.record("LEAD-1")
        assert (row.state, row.record, record.title) == ("filed", "LEAD-1", "Quote for 40 chairs")
        assert (record.owner, record.customer) == ("Anna", "Karin Ek")
        (message,) = world.thread("LEAD-1")
        assert (message.kind, message.public, message.verified) == ("received", True, False)
        assert message.author_contact_id == record.customer_id
        (attachment,) = world.store.messages.attachments(world.acme, message.id)
        assert (attachment.filename, world.store.blobs.read(attachment.blob_id)) == ("plan.pdf", b"%PDF plan")
        assert world.store.blobs.read(row.blob_id) == raw
        assert people(world, message.id) == [("Anna", "email", "queued")]
        assert [one.row.audience for one in world.store.listings.outbox()] == ["colleagues"]
        assert row.rules[-1].rule == "alias"

    def test_each_of_several_leaves_at_once(self, world: World):
        """Notices are gathered, messages never."""
        assert world.deliver(world.mail(text="First words.\n"), "leads@acme.example").record == "LEAD-1"
        for words in ("Second words.\n", "Third words.\n"):
            world.clock.now += 60_000
            world.deliver(world.mail(text=words), reply_address(world, 1, contact_of(world, "karin@customer.example")))
        rows = [one.row for one in world.store.listings.outbox()]
        assert sorted(row.message_id for row in rows) == sorted(one.id for one in world.thread("LEAD-1"))
        assert len(rows) == 3 and all(row.next_at <= world.clock.now for row in rows)

    def test_an_unverified_mail_makes_nobody_else_a_participant(self, world: World):
        world.deliver(world.mail(cc=ERIK), "leads@acme.example")
        record = world.record("LEAD-1")
        assert [(one.name, one.reason) for one in world.store.records.participants(world.acme, record.id)] == [
            ("Karin Ek", "opened")
        ]
        assert world.store.contacts.by_address(world.acme, "erik@other.example") is None
        assert [one.address for one in world.store.messages.addressed(world.acme, world.thread("LEAD-1")[0].id)] == [
            "erik@other.example"
        ]

    def test_somebody_known_whom_an_unverified_mail_names_stays_out_of_it(self, world: World):
        erik = world.store.contacts.add(world.acme, "Erik Ek", "erik@other.example", 1)
        world.deliver(world.mail(cc=ERIK), "leads@acme.example")
        (message,) = world.thread("LEAD-1")
        assert [one.contact_id for one in world.store.messages.addressed(world.acme, message.id)] == [erik]
        assert not world.store.records.takes_part(world.acme, erik, [message.id])

    def test_whom_a_verified_mail_names_takes_part_in_that_message(self, world: World):
        world.deliver(world.mail(cc=f"{ERIK}, {BJORN}", verified=True), "leads@acme.example")
        (message,) = world.thread("LEAD-1")
        erik = contact_of(world, "erik@other.example")
        assert world.store.records.takes_part(world.acme, erik, [message.id])
        assert not world.store.records.takes_part(world.acme, erik, [message.id + 1])
        assert world.store.contacts.by_address(world.acme, "bjorn@acme.example") is None

    @pytest.mark.parametrize("verified", [False, True])
    def test_a_colleague_whom_somebody_outside_names_in_cc_is_told_all_the_same(self, world: World, verified: bool):
        world.deliver(world.mail(cc=ANNA, verified=verified), "leads@acme.example")
        assert people(world, world.thread("LEAD-1")[0].id) == [("Anna", "email", "queued")]

    def test_who_is_told_finds_it_in_the_inbox_too(self, opened: World):
        (entry,) = opened.store.inbox.entries(opened.acme, opened.anna)
        assert (entry.message_id, entry.state) == (opened.thread("LEAD-1")[0].id, "unread")

    def test_defaults_and_a_mail_without_subject(self, world: World):
        world.alias("invoices", "invoice", owner_id=None, defaults='{"currency": "SEK"}')
        world.deliver(world.mail(subject=""), "invoices+x@acme.example")
        record = world.record("INV-1")
        assert (record.title, record.values, record.owner) == ("(no subject)", {"currency": "SEK"}, None)
        assert people(world, world.thread("INV-1")[0].id) == [("Anna", "email", "queued")]

    def test_a_clock_that_runs_ahead_is_set_right(self, world: World):
        ahead = world.mail().replace(b"Mon, 23 Nov 2026 10:00:00", b"Mon, 23 Nov 2096 10:00:00")
        world.deliver(ahead, "leads@acme.example")
        assert world.thread("LEAD-1")[0].written_at <= world.clock.now

    def test_for_an_inactive_owner_and_one_who_left_the_next_in_line_is_told(self, world: World):
        world.store.users.leave(world.acme, world.anna)
        world.store.users.join(world.acme, world.bjorn, "admin")
        world.deliver(world.mail(), "leads@acme.example")
        assert people(world, world.thread("LEAD-1")[0].id) == [("Björn", "inbox", "unread")]
        world.store.connection.execute("update users set active = false")
        world.deliver(world.mail(), "leads@acme.example")
        assert people(world, world.thread("LEAD-2")[0].id) == []

    def test_an_unverified_colleague_opens_as_nobody(self, world: World):
        world.deliver(world.mail(ANNA), "leads@acme.example")
        (message,) = world.thread("LEAD-1")
        assert (message.author_user_id, message.author_contact_id, message.author_name) == (None, None, "Anna")
        assert world.record("LEAD-1").customer is None

    def test_a_domain_that_cannot_be_written_to_is_no_contact(self, world: World):
        raw = world.mail(verified=True).replace(b"To: leads@acme.example", b"To: leads@acme.example, a@-bad-.example")
        world.deliver(raw, "leads@acme.example")
        assert [one.contact_id for one in world.store.messages.addressed(world.acme, world.thread("LEAD-1")[0].id)] == [
            None
        ]


class TestTheSameMailTwice:
    def test_one_delivery_handed_over_twice_is_one_message(self, world: World):
        raw = world.mail()
        first = world.deliver(raw, "leads@acme.example")
        second = world.deliver(raw.replace(b"\n", b"\r\n"), "LEADS@acme.example")
        assert (first.state, second.state, second.record) == ("filed", "duplicate", "LEAD-1")
        assert second.rules[0].rule == "handed over before"
        assert len(world.store.records.all()) == 1

    def test_two_aliases_open_two_records_with_one_copy_of_the_bytes(self, world: World):
        raw = world.mail(to="leads@acme.example, support@acme.example", files=[("plan.pdf", b"x" * 5000)])
        for recipient in ("leads@acme.example", "support@acme.example"):
            world.deliver(raw, recipient)
        assert {one.label for one in world.store.records.all()} == {"LEAD-1", "TICKET-1"}
        blobs = world.store.connection.execute("select size from blob order by size").fetchall()
        assert [row[0] for row in blobs] == [5000, len(raw)]
        assert [one.flag for one in world.thread("TICKET-1")] == [""]

    def test_the_same_id_with_another_body_is_filed_and_flagged(self, world: World):
        world.deliver(world.mail(message_id="<same@customer.example>"), "leads@acme.example")
        row = world.deliver(world.mail(message_id="<same@customer.example>", text="other\n"), "leads@acme.example")
        assert row.record == "LEAD-2"
        assert world.thread("LEAD-2")[0].flag == "id reused"

    def test_a_reply_to_two_reply_addresses_of_one_thread_is_one_message(self, opened: World):
        message = opened.thread("LEAD-1")[0]
        karin = contact_of(opened, "karin@customer.example")
        raw = opened.mail(text="Yes\n")
        first = opened.deliver(raw, reply_address(opened, message.id, karin))
        second = opened.deliver(raw, reply_address(opened, message.id))
        assert (first.state, second.state) == ("filed", "duplicate")
        assert second.message_id == first.message_id
        assert len(opened.thread("LEAD-1")) == 2
        assert len(people(opened, first.message_id or 0)) == 1

    def test_a_forged_copy_that_came_first_is_verified_by_the_mail_itself(self, opened: World):
        raw = opened.mail(verified=True, text="Then 38.\n")
        address = reply_address(opened, 1, contact_of(opened, "karin@customer.example"))
        forged = raw.partition(b"\n")[2]
        assert opened.deliver(forged, address).state == "filed"
        assert [one.verified for one in opened.thread("LEAD-1")] == [False, False]
        assert opened.deliver(raw, address).state == "duplicate"
        assert [one.verified for one in opened.thread("LEAD-1")] == [False, True]

    def test_a_colleagues_answer_to_two_reply_addresses_goes_out_once(self, opened: World):
        karin = contact_of(opened, "karin@customer.example")
        ours, hers = reply_address(opened, 1), reply_address(opened, 1, karin)
        raw = opened.mail(ANNA, f"{ours}, {hers}", verified=True)
        opened.deliver(raw, ours, "anna@acme.example")
        second = opened.deliver(raw, hers, "anna@acme.example")
        assert (second.state, len(opened.thread("LEAD-1"))) == ("duplicate", 2)
        assert [one.row.audience for one in opened.store.listings.outbox()] == ["outsider", "colleagues"]


class TestAnswers:
    def test_a_customers_answer_by_token(self, opened: World):
        message = opened.thread("LEAD-1")[0]
        row = opened.deliver(
            opened.mail(text="38?\n"), reply_address(opened, message.id, message.author_contact_id or 0)
        )
        assert (row.state, row.record, row.answers_id) == ("filed", "LEAD-1", message.id)
        answer = opened.thread("LEAD-1")[1]
        assert (answer.kind, answer.verified) == ("received", False)
        assert people(opened, answer.id) == [("Anna", "email", "queued")]

    def test_with_only_references_left(self, opened: World):
        ours = locator.mint(opened.installation.keyring, 1, "public", "acme.example")
        row = opened.deliver(opened.mail(references=[ours]), "reply@acme.example")
        assert (row.state, row.record) == ("filed", "LEAD-1")

    def test_an_answer_to_ones_own_first_mail(self, opened: World):
        row = opened.deliver(opened.mail(references=[opened.thread("LEAD-1")[0].rfc_message_id]), "leads@acme.example")
        assert row.record == "LEAD-1"

    @pytest.mark.parametrize("how", [{"verified": True}, {"login": "anna@acme.example"}])
    def test_a_colleagues_answer_goes_to_the_customer_with_the_new_words(self, opened: World, how):
        opened.store.records.follow(opened.acme, opened.record("LEAD-1").id, opened.bjorn, 1)
        attribution = "On Mon, 23 Nov 2026 at 10:00, Karin Ek <karin@customer.example> wrote:"
        text = f"Yes, 38 is fine.\n\n{attribution}\n> Could you do 40 chairs?\n"
        to = reply_address(opened, 1)
        row = opened.deliver(opened.mail(ANNA, to, text=text, **how), to, "anna@acme.example")
        post = opened.thread("LEAD-1")[1]
        assert (row.state, post.kind, post.author_user_id, post.verified) == ("filed", "post", opened.anna, True)
        assert post.reply_text == "Yes, 38 is fine."
        assert "> Could you do 40" in post.text
        assert post.sent_as == "leads@acme.example"
        assert people(opened, post.id) == [("Björn", "inbox", "unread"), ("Karin Ek", "email", "queued")]
        assert [(one.field, one.address) for one in opened.store.messages.addressed(opened.acme, post.id)] == [
            ("to", "karin@customer.example")
        ]
        assert json.loads(post.proof)["login"] == how.get("login", "")

    def test_whom_a_colleague_names_takes_part_from_now_on(self, opened: World):
        to = reply_address(opened, 1)
        opened.deliver(opened.mail(ANNA, to, verified=True, cc=ERIK), to, "anna@acme.example")
        post = opened.thread("LEAD-1")[1]
        erik = contact_of(opened, "erik@other.example")
        assert opened.store.records.takes_part_in(opened.acme, opened.record("LEAD-1").id, erik)
        assert people(opened, post.id) == [("Karin Ek", "email", "queued")]

    def test_unverified_it_is_held_and_she_is_told_in_the_inbox(self, opened: World):
        row = opened.deliver(opened.mail(ANNA), reply_address(opened, 1), "anna@acme.example")
        assert (row.state, row.record, row.answers_id) == ("held", "LEAD-1", 1)
        (notice,) = opened.store.inbox.notices(opened.anna)
        assert notice.says == Phrase("notice.held", {"record": "LEAD-1"})
        assert len(opened.thread("LEAD-1")) == 1
        assert len(opened.store.listings.outbox()) == 1

    def test_a_login_of_somebody_else_proves_nothing(self, opened: World):
        row = opened.deliver(opened.mail(ANNA, login="bjorn@acme.example"), reply_address(opened, 1))
        assert row.state == "held"

    def test_an_answer_to_a_note_stays_inside(self, opened: World):
        to = reply_address(opened, 1, purpose="note")
        row = opened.deliver(opened.mail(ANNA, to, verified=True), to, "anna@acme.example")
        note = opened.thread("LEAD-1")[1]
        assert (row.state, note.kind, note.public) == ("filed", "note", False)
        assert people(opened, note.id) == []
        assert opened.deliver(opened.mail(), reply_address(opened, 1, 1, purpose="note")).state == "held"


class TestStrangers:
    def test_a_leaked_token_lets_nobody_in(self, opened: World):
        karin = contact_of(opened, "karin@customer.example")
        row = opened.deliver(opened.mail(ERIK, verified=True), reply_address(opened, 1, karin))
        assert (row.state, row.why.code) == ("held", "held.other")
        forged = opened.mail(KARIN, cc=ERIK, message_id="<forged@other.example>")
        assert opened.deliver(forged, reply_address(opened, 1, karin)).state == "filed"
        second = opened.mail(ERIK, verified=True, references=["<forged@other.example>"])
        assert opened.deliver(second, "leads@acme.example").state == "held"
        assert opened.store.contacts.by_address(opened.acme, "erik@other.example") is None

    @pytest.mark.parametrize("change", ["epoch", "removed", "archived", "gone", "bad", "other"])
    def test_a_token_that_is_worth_nothing_any_more(self, opened: World, change):
        karin = contact_of(opened, "karin@customer.example")
        record = opened.record("LEAD-1")
        address = reply_address(opened, 1, karin)
        if change == "epoch":
            opened.store.messages.raise_epoch(opened.acme, record.id)
        elif change == "removed":
            opened.store.records.remove_participant(opened.acme, record.id, karin, 2)
        elif change == "archived":
            opened.store.contacts.archive(opened.acme, karin, 2)
        elif change == "gone":
            address = reply_address(opened, 77, karin)
        elif change == "bad":
            address = address.replace(address[8], "a" if address[8] != "a" else "b", 1)
        else:
            address = reply_address(opened, 1, 77)
        row = opened.deliver(opened.mail(), address)
        assert row.state == "unmatched"
        says = {"gone": "token.good", "bad": "token.bad"}
        assert [asked.why.code for asked in row.rules if asked.rule == "reply token"] == [
            says.get(change, "token.revoked")
        ]

    def test_who_was_taken_out_does_not_come_back_by_what_we_sent_them(self, opened: World):
        to = reply_address(opened, 1)
        opened.deliver(opened.mail(ANNA, to, verified=True), to, "anna@acme.example")
        karin = contact_of(opened, "karin@customer.example")
        opened.store.records.remove_participant(opened.acme, opened.record("LEAD-1").id, karin, 2)
        ours = locator.mint(opened.installation.keyring, 2, "public", "acme.example")
        assert opened.deliver(opened.mail(references=[ours]), "reply@acme.example").state == "held"


class TestOpenAgain:
    @pytest.fixture
    def closed(self, opened: World) -> World:
        opened.store.records.set(replace(opened.record("LEAD-1"), state="closed"), 2)
        return opened

    def test_a_customers_answer_opens_a_closed_record_again(self, closed: World):
        closed.deliver(closed.mail(), reply_address(closed, 1, 1))
        assert closed.record("LEAD-1").state == "open"
        assert [say(one.says) for one in closed.thread("LEAD-1") if one.says] == [
            "Karin Ek answered, so the record is open again: closed → open"
        ]
        closed.deliver(closed.mail(), reply_address(closed, 1, 1))
        assert len(closed.thread("LEAD-1")) == 4

    def test_one_of_several_states_of_the_companys_own_is_what_closed_means(self, closed: World):
        closed.store.companies.add_record_state(closed.acme, "lead", "won", "closed")
        closed.store.records.set(replace(closed.record("LEAD-1"), state="won"), 2)
        closed.deliver(closed.mail(), reply_address(closed, 1, 1))
        assert closed.record("LEAD-1").state == "open"

    @pytest.mark.parametrize(
        "headers",
        [[("Auto-Submitted", "auto-replied")], [("Auto-Submitted", "auto-generated")], [("X-Autoreply", "y")]],
    )
    def test_an_automatic_one_does_not(self, closed: World, headers: list[tuple[str, str]]):
        assert closed.deliver(closed.mail(headers=headers), reply_address(closed, 1, 1)).state == "filed"
        assert closed.record("LEAD-1").state == "closed"

    @pytest.mark.parametrize(
        ("then", "state", "record", "left"),
        [
            ("type", "filed", "LEAD-1", "open"),
            ("reopen", "filed", "LEAD-1", "open"),
            ("new", "filed", "LEAD-2", "closed"),
            ("hold", "held", "LEAD-1", "closed"),
        ],
    )
    def test_what_mail_to_an_alias_that_is_pinned_to_it_does_the_alias_says(
        self, closed: World, then: str, state: str, record: str, left: str
    ):
        closed.alias("fair", None, record_id=closed.record("LEAD-1").id, when_closed=then)
        row = closed.deliver(closed.mail(ERIK, "fair@acme.example"), "fair@acme.example")
        assert (row.state, row.record, closed.record("LEAD-1").state) == (state, record, left)

    def test_a_colleagues_does_not_and_one_that_waits_does_not(self, closed: World):
        to = reply_address(closed, 1)
        closed.deliver(closed.mail(ANNA, to, verified=True), to, "anna@acme.example")
        closed.deliver(closed.mail(ERIK), reply_address(closed, 1, 1))
        assert closed.record("LEAD-1").state == "closed"


class TestFollowing:
    def write(self, world: World, text: str = "Yes.") -> None:
        to = reply_address(world, 1)
        raw = world.mail(BJORN, to, text=text, verified=True)
        assert world.deliver(raw, to, "bjorn@acme.example").state == "filed"

    def followers(self, world: World) -> list[str]:
        return [one.name for one in world.store.records.followers(world.acme, world.record("LEAD-1").id)]

    def test_a_verified_colleague_who_writes_follows_and_gets_no_echo(self, opened: World):
        self.write(opened)
        assert self.followers(opened) == ["Anna", "Björn"]
        assert people(opened, opened.thread("LEAD-1")[1].id) == [
            ("Anna", "email", "queued"), ("Karin Ek", "email", "queued"),
        ]  # fmt: skip

    def test_who_was_taken_off_stays_off_until_somebody_adds_them(self, opened: World):
        self.write(opened)
        record = opened.record("LEAD-1")
        assert opened.store.records.unfollow(opened.acme, record.id, opened.bjorn, 2)
        self.write(opened, "And in oak.")
        assert self.followers(opened) == ["Anna"]
        assert opened.store.records.follow(opened.acme, record.id, opened.bjorn, 3)
        assert sorted(self.followers(opened)) == ["Anna", "Björn"]

    def test_an_unverified_one_and_a_program_follow_nothing(self, opened: World):
        to = reply_address(opened, 1)
        opened.deliver(opened.mail(BJORN, to), to, "bjorn@acme.example")
        raw = opened.mail(BJORN, to, verified=True, headers=[("Auto-Submitted", "auto-replied")])
        opened.deliver(raw, to, "bjorn@acme.example")
        assert self.followers(opened) == ["Anna"]

    def test_who_answers_by_email_has_read_it(self, opened: World):
        to = reply_address(opened, 1)
        assert opened.store.inbox.unread(opened.acme, opened.anna) == 1
        opened.deliver(opened.mail(ANNA, to, verified=True), to, "anna@acme.example")
        assert opened.store.inbox.unread(opened.acme, opened.anna) == 0


class TestNames:
    def test_a_contacts_known_name_stands_where_a_mail_has_none(self, world: World):
        world.store.contacts.add(world.acme, "Karin Ek", "karin@customer.example", 1)
        world.deliver(world.mail("karin@customer.example"), "leads@acme.example")
        world.deliver(world.mail("Kajsa <karin@customer.example>"), "leads@acme.example")
        assert [world.thread(f"LEAD-{number}")[0].author_name for number in (1, 2)] == ["Karin Ek", "Kajsa"]


class TestLinesOfOurs:
    FOOT = "Yes: Your reply is filed on LEAD-1. That I read."

    def test_an_answer_with_one_waits_for_its_author_who_is_told(self, opened: World):
        to = reply_address(opened, 1)
        row = opened.deliver(opened.mail(ANNA, to, text=self.FOOT, verified=True), to, "anna@acme.example")
        assert (row.state, row.record, row.why and row.why.code) == ("held", "LEAD-1", "held.ours")
        assert len(opened.thread("LEAD-1")) == 1
        assert opened.store.inbox.notices(opened.anna)[0].says.code == "notice.held.own"
        assert opened.store.inbox.notices(opened.bjorn) == []

    def test_its_author_can_release_it(self, opened: World):
        to = reply_address(opened, 1)
        row = opened.deliver(opened.mail(ANNA, to, text=self.FOOT, verified=True), to, "anna@acme.example")
        done = review.release(opened.store, opened.installation, row.id)
        assert [one.address for one in done.recipients.outsiders] == ["karin@customer.example"]

    def test_a_note_may_hold_one(self, opened: World):
        to = reply_address(opened, 1, purpose="note")
        row = opened.deliver(opened.mail(ANNA, to, text=self.FOOT, verified=True), to, "anna@acme.example")
        assert (row.state, opened.thread("LEAD-1")[1].kind) == ("filed", "note")

    def test_html_between_cite_blocks_goes_out(self, opened: World):
        from email.message import EmailMessage as Mail

        mail = Mail()
        to = reply_address(opened, 1)
        mail["From"], mail["To"], mail["Message-ID"], mail["Subject"] = ANNA, to, "<h@acme.example>", "Re: chairs"
        mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
        mail.set_content(
            "<p>Hello.</p><blockquote>Could you do 40 chairs?</blockquote><p>Yes.</p>"
            "<blockquote>An old offer of ours</blockquote><p>Still holds.</p>", subtype="html",
        )  # fmt: skip
        top = opened.mail(ANNA, to, verified=True).partition(b"From: ")[0]
        assert opened.deliver(top + mail.as_bytes(), to, "anna@acme.example").state == "filed"
        assert opened.thread("LEAD-1")[1].reply_text == "Hello.\nYes.\n> An old offer of ours\nStill holds."


class TestTheRest:
    def test_a_pinned_alias_appends(self, opened: World):
        opened.alias("fair", None, record_id=opened.record("LEAD-1").id)
        row = opened.deliver(opened.mail(ERIK), "fair@acme.example")
        assert (row.record, opened.thread("LEAD-1")[1].author_name) == ("LEAD-1", "Erik Ek")

    def test_policies_of_aliases(self, opened: World):
        opened.alias("friends", "lead", accepts="participants")
        opened.alias("inner", None, record_id=opened.record("LEAD-1").id, accepts="participants")
        assert opened.deliver(opened.mail(KARIN), "friends@acme.example").state == "held"
        assert opened.deliver(opened.mail(KARIN), "inner@acme.example").state == "filed"

    def test_a_report_by_our_return_path_is_an_event(self, opened: World):
        raw = kept("14-report")
        row = opened.deliver(raw, reply_address(opened, 1, purpose="bounce"), sender="")
        event = opened.thread("LEAD-1")[1]
        assert (row.state, event.kind, event.public) == ("filed", "event", False)
        # The delivery that this return path was made for is Anna's, whatever address the report names.
        assert say(event.says).startswith("Anna <anna@acme.example> did not get it")
        assert people(opened, event.id) == [("Anna", "inbox", "unread")]
        assert opened.deliver(raw + b"x", "leads@acme.example", sender="").state == "held"
        assert "report" in opened.store.inbox.notices(opened.anna)[0].phrase

    def test_postmaster_is_told_to_the_admins(self, world: World):
        row = world.deliver(world.mail(to="postmaster@acme.example"), "postmaster@acme.example")
        assert row.state == "unmatched"
        assert "postmaster@acme.example" in world.store.inbox.notices(world.anna)[0].phrase
        assert world.store.inbox.notices(world.bjorn) == []

    def test_postmaster_of_a_shared_domain(self, world: World):
        world.store.domains.add("shared.example", None, True, 1)
        raw = b"Subject: hello\n\nno author\n"
        world.deliver(raw, "abuse@shared.example", sender="somebody@far.example")
        assert "somebody@far.example" in world.store.inbox.notices(world.anna)[0].phrase

    def test_our_own_mail_that_comes_back(self, world: World):
        row = world.deliver(world.mail(headers=[("X-Weftmail-Loop", "this installation")]), "leads@acme.example")
        assert (row.state, world.store.records.all()) == ("discarded", [])

    @pytest.mark.parametrize("recipient", ["nobody@acme.example", "x@elsewhere.example", "odd", "reply+@acme.example"])
    def test_what_fits_nowhere(self, world: World, recipient):
        assert world.deliver(world.mail(), recipient).state == "unmatched"

    def test_a_forged_verdict_below_our_received_proves_nothing(self, opened: World):
        forged = opened.mail(ANNA, headers=[("Authentication-Results", f"{HOST}; dkim=pass header.d=acme.example")])
        assert opened.deliver(forged, reply_address(opened, 1)).state == "held"

    def test_an_alias_of_ours_as_author_is_nobody(self, world: World):
        world.deliver(world.mail("Support <support@acme.example>"), "leads@acme.example")
        assert world.thread("LEAD-1")[0].author_contact_id is None

    def test_two_authors_are_nobody(self, world: World):
        raw = world.mail(verified=True).replace(b"From: Karin Ek <", b"From: Erik <e@x.example>, Karin Ek <")
        world.deliver(raw, "leads@acme.example")
        assert world.thread("LEAD-1")[0].author_contact_id is None

    def test_a_token_of_another_company_is_none_in_our_domain(self, world: World):
        nord = world.store.companies.add("Nord", 1)
        world.store.domains.add("nord.example", nord, True, 1)
        world.deliver(world.mail(), "leads@acme.example")
        address = reply_token.address(world.installation.keyring, Token("post", 1, 1), "nord.example")
        row = world.deliver(world.mail(), address)
        assert row.state == "unmatched"
        ours = locator.mint(world.installation.keyring, 1, "public", "acme.example")
        assert world.deliver(world.mail(references=[ours]), "reply@nord.example").state == "unmatched"
        gone = locator.mint(world.installation.keyring, 99, "public", "acme.example")
        assert world.deliver(world.mail(references=[gone]), "reply@acme.example").state == "unmatched"

    def test_a_record_that_is_gone_makes_its_mail_an_error(self, opened: World):
        (row,) = opened.accept(opened.mail(), reply_address(opened, 1, 1))
        assert opened.settler(store=store_with(opened.store, records_get=nothing)).settle().failed == 1
        assert opened.row(row).state == "error"

    def test_two_companies_have_the_same_bytes_each(self, world: World):
        nord = world.store.companies.add("Nord", 1)
        domain = world.store.domains.add("nord.example", nord, True, 1)
        world.store.aliases.add(nord, domain, "leads", AliasSettings("lead", None, None, "everyone", "", "{}"), 1)
        world.accept(world.mail(), "leads@acme.example", "leads@nord.example")
        world.settle()
        owners = world.store.connection.execute("select company_id from blob order by company_id").fetchall()
        assert [row[0] for row in owners] == [world.acme, nord]


class TestAnswersAs:
    """The address that answers go out as is ours: nobody outside has it, and nothing is sent there."""

    @pytest.fixture
    def answering(self, world: World) -> World:
        world.store.aliases.set(
            world.leads, AliasSettings("lead", None, world.anna, "everyone", "Sales <sales@example>", "{}"), 2
        )
        return world

    def test_it_is_no_author_and_nobody_in_cc(self, answering: World):
        answering.deliver(answering.mail("Sales <sales@example>"), "leads@acme.example")
        assert answering.thread("LEAD-1")[0].author_contact_id is None
        answering.deliver(answering.mail(cc="Sales <sales@example>", verified=True), "leads@acme.example")
        message = answering.thread("LEAD-2")[0]
        assert answering.store.messages.addressed(answering.acme, message.id) == []
        assert answering.store.contacts.by_address(answering.acme, "sales@example") is None

    def test_nothing_is_sent_there_and_others_of_its_domain_are_not_ours(self, answering: World):
        assert is_ours(answering.store, "sales@example")
        assert not is_ours(answering.store, "karin@example")
        assert not is_ours(answering.store, "reply@example")

    def test_no_post_leaves_for_it_however_it_is_named(self, answering: World):
        answering.deliver(answering.mail(cc="Sales <sales@example>", verified=True), "leads@acme.example")
        anna = answering.store.users.get(answering.anna)
        assert anna is not None
        for draft in (
            Draft(text="Yes", to=("karin@customer.example",), cc=("sales@example",)),
            Draft(text="Yes", to=("sales@example",)),
        ):
            with suppress(RefusedAct):
                post(answering.store, answering.installation, answering.record("LEAD-1"), anna, draft)
        sent = [
            address
            for one in answering.store.listings.outbox()
            for address in answering.store.outbox.addresses(answering.acme, one.row.id)
        ]
        assert sent and "sales@example" not in sent
