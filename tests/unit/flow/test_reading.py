"""What an alias makes of its mail: who wrote it, what stands in it, and whether it opens anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.world import ANNA, KARIN, World
from weftmail.core.field import FieldKind
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.store.alias import AliasSettings

OLLE = "Olle Berg <olle@branch.example>"
FORM = "Acme web <web@forms.example>"
PDF = b"%PDF-1.7\nreceipt "


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def people(world: World, label: str) -> list[str | None]:
    return [one.address for one in world.store.records.participants(world.acme, world.record(label).id)]


def opened(world: World, raw: bytes, to: str = "leads@acme.example") -> str:
    row = world.deliver(raw, to)
    assert row.state == "filed", row
    return str(row.record)


# --- who wrote ------------------------------------------------------------------------------------------------------


def by_list(world: World, **more: object) -> bytes:
    headers = [("Reply-To", OLLE), ("X-Original-From", OLLE), ("Precedence", "list")]
    return world.mail('"Olle Berg via Acme" <leads@acme.example>', headers=headers, **more)  # type: ignore[arg-type]


def test_a_list_in_front_of_us_is_taken_off_and_its_author_is_the_customer(world: World) -> None:
    label = opened(world, by_list(world, verified=True))
    (message,) = world.thread(label)
    assert (message.author_name, message.author_address, message.verified) == (
        "Olle Berg",
        "olle@branch.example",
        False,
    )
    assert message.came_by is not None
    assert message.came_by.values == {"from": "Olle Berg via Acme <leads@acme.example>"}
    assert (people(world, label), world.record(label).customer) == (["olle@branch.example"], "Olle Berg")


def test_a_programs_mail_opens_for_whom_it_names_and_they_are_not_verified(world: World) -> None:
    raw = world.mail("Shop <noreply@shop.example>", verified=True, headers=[("Reply-To", OLLE)])
    (message,) = world.thread(label := opened(world, raw))
    assert (message.author_address, message.verified) == ("olle@branch.example", False)
    assert message.came_by is not None and message.came_by.values == {"from": "Shop <noreply@shop.example>"}
    assert people(world, label) == ["olle@branch.example"]


def test_nobody_becomes_a_colleague_so(world: World) -> None:
    for author in ("Shop <noreply@shop.example>", "Anna via Acme <leads@acme.example>"):
        (message,) = world.thread(opened(world, world.mail(author, verified=True, headers=[("Reply-To", ANNA)])))
        assert (message.author_user_id, message.author_address) == (None, author.rpartition("<")[2].rstrip(">"))


def test_a_form_that_the_alias_names_has_its_customer_in_a_labelled_line(world: World) -> None:
    world.store.aliases.set(
        world.leads, AliasSettings("lead", None, None, "everyone", "", "{}", forms="web@forms.example"), 2
    )
    text = "Name: Olle Berg\nEmail: olle@branch.example\n\nTen stools, please.\n"
    label = opened(world, world.mail(FORM, text=text, verified=True))
    assert people(world, label) == ["olle@branch.example"]
    # Unverified, anybody could have written it in the form's name.
    assert people(world, opened(world, world.mail(FORM, text=text))) == ["web@forms.example"]


@pytest.mark.parametrize("accepts", ["known", "participants"])
def test_where_people_must_be_known_they_count_only_behind_a_list_or_a_form_of_ours(world: World, accepts: str) -> None:
    opened(world, world.mail(OLLE, verified=True))
    settings = AliasSettings("lead", None, world.anna, accepts, "", "{}", forms="web@forms.example")
    world.store.aliases.set(world.leads, settings, 2)
    held = world.deliver(
        world.mail("S <noreply@shop.example>", verified=True, headers=[("Reply-To", OLLE)]), "leads@acme.example"
    )
    assert (held.state, held.why and held.why.code) == ("held", "alias.writer")
    assert world.deliver(by_list(world), "leads@acme.example").state == "held"
    assert world.deliver(by_list(world, verified=True), "leads@acme.example").state == "filed"
    form = world.mail(FORM, text="Email: olle@branch.example\n", verified=True)
    assert world.deliver(form, "leads@acme.example").state == "filed"


def test_in_answers_they_count_only_behind_a_list_or_a_form_of_ours(world: World) -> None:
    first = world.mail(OLLE, verified=True, message_id="<first@branch.example>")
    label = opened(world, first)
    answer = {"references": ["<first@branch.example>"], "subject": "Re: chairs"}
    shop = world.mail("S <noreply@shop.example>", verified=True, headers=[("Reply-To", OLLE)], **answer)  # type: ignore[arg-type]
    held = world.deliver(shop, "leads@acme.example")
    assert (held.state, held.why and held.why.code) == ("held", "held.other")
    row = world.deliver(by_list(world, verified=True, **answer), "leads@acme.example")
    assert (row.state, row.record, len(world.thread(label))) == ("filed", label, 2)
    assert world.deliver(by_list(world, text="Forged.", **answer), "leads@acme.example").state == "held"


def test_two_mails_of_one_text_for_two_people_are_two(world: World) -> None:
    made = [
        world.mail("S <noreply@shop.example>", message_id="<x@shop.example>", headers=[("Reply-To", one)])
        for one in (OLLE, KARIN)
    ]
    assert [world.deliver(one, "leads@acme.example").state for one in made] == ["filed", "filed"]


# --- a colleague forwards -------------------------------------------------------------------------------------------

FORWARD = (
    "Can you take this?\n\n---------- Forwarded message ---------\nFrom: Olle Berg <olle@branch.example>\n"
    "Date: Mon, 23 Nov 2026 09:00:00 +0100\nSubject: Ten stools\nTo: <anna@acme.example>\n\nHow much are ten stools?\n"
)


def test_a_colleague_forwards_and_its_first_sender_is_the_customer(world: World) -> None:
    raw = world.mail(ANNA, subject="Fwd: Ten stools", text=FORWARD, login="anna@acme.example")
    label = opened(world, raw, "support@acme.example")
    (message,) = world.thread(label)
    assert (message.author_address, message.author_user_id, message.verified) == ("olle@branch.example", None, False)
    assert message.came_by is not None and message.came_by.values == {"name": "Anna"}
    assert message.sent_on_by_id == world.anna
    record = world.record(label)
    assert (record.title, record.customer, people(world, label)) == ("Ten stools", "Olle Berg", ["olle@branch.example"])
    assert world.anna in [one.user_id for one in world.store.records.followers(world.acme, record.id)]


@pytest.mark.parametrize("author", ["unverified colleague", "outsider"])
def test_who_else_forwards_is_the_author(world: World, author: str) -> None:
    who = ANNA if author == "unverified colleague" else KARIN
    row = world.deliver(world.mail(who, subject="Fwd: Ten stools", text=FORWARD), "support@acme.example")
    (message,) = world.thread(str(row.record))
    assert message.sent_on_by_id is None and message.author_address == who.rpartition("<")[2].rstrip(">")


def test_a_colleagues_mail_forwarded_stays_the_forwarders(world: World) -> None:
    text = FORWARD.replace("olle@branch.example", "bjorn@acme.example")
    label = opened(world, world.mail(ANNA, subject="Fwd: Ten stools", text=text, login="anna@acme.example"))
    assert world.thread(label)[0].author_user_id == world.anna


def test_of_whom_no_address_can_be_read_the_forwarder_stays_the_author(world: World) -> None:
    text = FORWARD.replace("<olle@branch.example>", "<olle@-branch-.example>")
    label = opened(world, world.mail(ANNA, subject="Fwd: Ten stools", text=text, login="anna@acme.example"))
    assert world.thread(label)[0].author_user_id == world.anna


# --- fields, expenses, files ----------------------------------------------------------------------------------------


def expenses(world: World, **more: object) -> None:
    for one in (FieldKind("amount", "amount"), FieldKind("employee", "person")):
        world.store.record_types.put_field(world.acme, "expense", one)
    world.alias("expenses", "expense", reads="expense", **more)


def fields(world: World, label: str) -> dict[str, str]:
    return dict(json.loads(world.record(label).fields))


def test_a_subject_fills_fields(world: World) -> None:
    world.store.record_types.put_field(world.acme, "order", FieldKind("boxes", "number"))
    world.alias(
        "orders",
        "order",
        pattern="Order {order}: {boxes} boxes of {title}",
        defaults='{"order": "none", "via": "mail"}',
    )
    label = opened(world, world.mail(subject="SV: order A-17: 12 boxes of screws"), "orders@acme.example")
    assert fields(world, label) == {"order": "A-17", "boxes": "12", "via": "mail"}
    assert world.record(label).title == "screws"
    other = opened(world, world.mail(subject="Order A-18: many boxes of nails"), "orders@acme.example")
    assert fields(world, other) == {"order": "A-18", "via": "mail"}
    assert fields(world, opened(world, world.mail(subject="Hello"), "orders@acme.example")) == {
        "order": "none",
        "via": "mail",
    }


@pytest.mark.parametrize(
    ("subject", "text", "amount", "reference"),
    [
        ("TAXI-7 Taxi till mässan 1 234,50 kr", "", "1234.50 SEK", "TAXI-7"),
        ("Lunch with Ek", "Receipt no. 4711\nTotal € 1.234,50\n", "1234.50 EUR", "4711"),
        ("Kvitto nr 88/2026", "Att betala: SEK 1,234.50\n", "1234.50 SEK", "88/2026"),
        ("Hotel", "No figures here.", None, None),
    ],
)
def test_an_expense_is_read(world: World, subject: str, text: str, amount: str | None, reference: str | None) -> None:
    expenses(world)
    raw = world.mail(ANNA, "expenses@acme.example", subject, text, login="anna@acme.example")
    found = fields(world, opened(world, raw, "expenses@acme.example"))
    assert (found.get("amount"), found.get("reference"), found["employee"]) == (amount, reference, "anna@acme.example")


def test_an_expense_of_anybody_else_is_held_and_says_so(world: World) -> None:
    expenses(world)
    for author in (KARIN, ANNA):
        row = world.deliver(world.mail(author, subject="Taxi 100 kr"), "expenses@acme.example")
        assert (row.state, row.why and row.why.code) == ("held", "alias.expense")


def test_each_pdf_is_an_expense_of_its_own_where_the_alias_says_so(world: World) -> None:
    expenses(world, each="pdf")
    files = [("a.pdf", PDF + b"a"), ("b.pdf", PDF + b"b"), ("note.txt", b"both of Monday")]
    raw = world.mail(ANNA, "expenses@acme.example", "Receipts", files=files, login="anna@acme.example")
    assert opened(world, raw, "expenses@acme.example") == "EXP-1"
    for label, name in (("EXP-1", "a.pdf"), ("EXP-2", "b.pdf")):
        (message,) = world.thread(label)
        kept = [one.filename for one in world.store.messages.attachments(world.acme, message.id)]
        assert kept == [name, "note.txt"]
    assert world.store.records.by_label("EXP-3") == []
    # One PDF, or an alias that says nothing of it: one record.
    opened(world, world.mail(ANNA, files=files[:1], login="anna@acme.example"), "expenses@acme.example")
    opened(world, world.mail(ANNA, files=files, login="anna@acme.example"), "leads@acme.example")
    assert len(world.store.records.by_label("EXP-4")) == 0 and len(world.store.records.by_label("LEAD-2")) == 0


# --- machines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [[("Auto-Submitted", "auto-generated")], [("Feedback-ID", "1:shop")]])
def test_what_programs_send_opens_unless_the_alias_says_otherwise(world: World, headers: list[tuple[str, str]]) -> None:
    assert world.deliver(world.mail(headers=headers), "leads@acme.example").state == "filed"
    world.store.aliases.set(
        world.leads, AliasSettings("lead", None, world.anna, "everyone", "", "{}", machines="hold"), 2
    )
    row = world.deliver(world.mail(headers=headers), "leads@acme.example")
    assert (row.state, row.why and row.why.code) == ("held", "alias.machines")
    assert world.deliver(world.mail(), "leads@acme.example").state == "filed"
    assert world.deliver(by_list(world, verified=True), "leads@acme.example").state == "filed"


# --- answers to closed records --------------------------------------------------------------------------------------


def closed(world: World, says: str, by: str) -> None:
    if by == "alias":
        settings = AliasSettings("lead", None, world.anna, "everyone", "", "{}", when_closed=says)
        world.store.aliases.set(world.leads, settings, 2)
    else:
        world.store.record_types.set(world.acme, "lead", "lead", "LEAD", says)
    opened(world, world.mail(message_id="<first@customer.example>"))
    world.store.records.follow(world.acme, world.record("LEAD-1").id, world.bjorn, 3)
    world.store.records.set_state(world.acme, world.record("LEAD-1").id, "closed", 3)


def answered(world: World, **more: object) -> str:
    raw = world.mail(text="One more.", references=["<first@customer.example>"], **more)  # type: ignore[arg-type]
    row = world.deliver(raw, "leads@acme.example")
    return f"{row.state} {row.record}"


@pytest.mark.parametrize("by", ["alias", "type"])
def test_an_answer_opens_the_record_again(world: World, by: str) -> None:
    closed(world, "reopen", by)
    assert (answered(world), world.record("LEAD-1").state) == ("filed LEAD-1", "open")


@pytest.mark.parametrize("by", ["alias", "type"])
def test_an_answer_opens_a_new_record_and_both_name_each_other(world: World, by: str) -> None:
    closed(world, "new", by)
    assert (answered(world), world.record("LEAD-1").state) == ("filed LEAD-2", "closed")
    old, new = world.thread("LEAD-1")[-1], world.thread("LEAD-2")[-1]
    assert (old.says and old.says.code, old.says and old.says.values["record"]) == ("event.followed", "LEAD-2")
    assert (new.says and new.says.code, new.says and new.says.values["record"]) == ("event.follows", "LEAD-1")
    record = world.record("LEAD-2")
    assert (record.owner_id, people(world, "LEAD-2")) == (world.anna, ["karin@customer.example"])
    followers = [one.user_id for one in world.store.records.followers(world.acme, record.id)]
    assert followers == [world.anna, world.bjorn]


@pytest.mark.parametrize("by", ["alias", "type"])
def test_an_answer_is_held(world: World, by: str) -> None:
    closed(world, "hold", by)
    assert (answered(world), world.record("LEAD-1").state) == ("held LEAD-1", "closed")


@pytest.mark.parametrize("says", ["reopen", "new", "hold"])
def test_an_automatic_answer_opens_nothing_again(world: World, says: str) -> None:
    closed(world, says, "alias")
    assert answered(world, headers=[("Auto-Submitted", "auto-replied")]) == "filed LEAD-1"
    assert world.record("LEAD-1").state == "closed"


def test_the_alias_comes_before_the_type(world: World) -> None:
    world.store.record_types.set(world.acme, "lead", "lead", "LEAD", "hold")
    closed(world, "reopen", "alias")
    assert answered(world) == "filed LEAD-1"


# --- clocks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("date", ["Tue, 01 Jan 2002 00:10:00 +0000", "Mon, 9 Nov 2026 10:00:00 +0000"])
def test_a_clock_that_is_years_slow_does_not_count(world: World, date: str) -> None:
    raw = world.mail().replace(b"Date: Mon, 23 Nov 2026 10:00:00 +0000", f"Date: {date}".encode())
    (message,) = world.thread(opened(world, raw))
    assert message.written_at > 1_790_000_000_000


def test_a_date_of_some_days_ago_counts(world: World) -> None:
    raw = world.mail().replace(b"Date: Mon, 23 Nov", b"Date: Fri, 20 Nov")
    assert world.thread(opened(world, raw))[0].written_at == 1_795_168_800_000


def test_a_new_record_by_reply_address_goes_on_from_the_closed_one(world: World) -> None:
    closed(world, "new", "alias")
    message = world.thread("LEAD-1")[0]
    token = Token("post", message.id, message.author_contact_id or 0, 0)
    to = reply_token.address(world.installation.keyring, token, "acme.example")
    row = world.deliver(world.mail(text="Once more.", to=to), to)
    assert (row.state, row.record, world.record("LEAD-2").alias_id) == ("filed", "LEAD-2", world.leads)
