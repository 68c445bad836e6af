"""Records, posts, the logs and the trays from the shell."""

from __future__ import annotations

import fcntl
import io
import json
import re
import subprocess
import threading
import unicodedata
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.flow.setup.test_review import broken
from tests.unit.shell import Shell
from tests.unit.world import ANNA, ERIK, KARIN
from weftmail.cli.terminal import harmless, printable
from weftmail.transport.settle_lock import FileSettleLock


@pytest.fixture
def lead(shell: Shell) -> Shell:
    """An installation in which Karin has opened LEAD-1."""
    world = shell.world
    world.deliver(world.mail(KARIN, files=[("plan.pdf", b"%PDF-1.4")], verified=True), "leads@acme.example")
    return shell


def test_a_record_is_shown_with_its_whole_conversation(lead: Shell) -> None:
    shown = lead.json("record", "show", "lead-1")
    around = {"record", "own_address", "received_at", "followers", "participants", "held", "earlier", "later"}
    assert set(shown) == around | {"messages"}
    assert (shown["record"]["number"], shown["record"]["owner"], shown["record"]["customer"]) == (
        "LEAD-1",
        "Anna",
        "Karin Ek",
    )
    (message,) = shown["messages"]
    assert message["author"] == {"name": "Karin Ek", "address": "karin@customer.example", "as": "outsider"}
    assert message["verified"] is True and message["proof"]["dkim"] == "pass" and message["flag"] == ""
    assert [(one["filename"], one["size"], one["inline"]) for one in message["attachments"]] == [("plan.pdf", 8, False)]
    assert [(one["name"], one["to"], one["channel"], one["state"]) for one in message["deliveries"]] == [
        ("Anna", "colleague", "email", "queued")
    ]
    assert message["written_at"] == "2026-11-23T10:00:00.000Z"
    anna = {"name": "Anna", "address": "anna@acme.example", "prefers": "email"}
    assert shown["followers"] == [{**anna, "kinds": ["messages", "notes"], "muted": False}]
    assert [(one["name"], one["reason"], one["message"]) for one in shown["participants"]] == [
        ("Karin Ek", "opened", None)
    ]
    text = lead.ok("record", "show", "LEAD-1")
    assert (
        "    | Could you do 40 chairs?" in text
        and f"file plan.pdf, 8 bytes, SHA-256 {sha256(b'%PDF-1.4').hexdigest()}" in text
    )
    assert "-> Anna <anna@acme.example>  email: queued" in text


def test_a_name_from_outside_stands_beside_its_address_and_turns_nothing_round(shell: Shell) -> None:
    """Not on the terminal, where marks without width and turning ones go away as on pages."""
    name = "Anna\u200b Be\u2066rg\u200f\u061c"
    words = "4\u202e0\u2067 chairs\u200d\x1b[2J\x9b1m, please\n"
    mail = shell.world.mail(f"{name} <ab@evil.example>", text=words, subject="Cha\u200eirs", verified=True)
    shell.world.deliver(mail, "leads@acme.example")
    texts = [shell.ok("record", "show", "LEAD-1"), shell.ok("record", "list"), shell.ok("contact", "list")]
    texts.append(shell.ok("inbound", "show", "1"))
    for text in texts[:2]:
        assert "Anna Berg <ab@evil.example>" in text
    marks = {letter for text in texts for letter in text if unicodedata.category(letter) in ("Cf", "Cc")}
    assert marks == {"\n"}
    assert shell.json("record", "show", "LEAD-1")["record"]["customer_address"] == "ab@evil.example"
    inbox = "Followers (colleagues notified of what is written here)\n  Anna <anna@acme.example>"
    assert inbox in texts[0]


@given(st.text(max_size=60))
def test_no_text_is_obeyed_by_a_terminal(text: str) -> None:
    assert not any(unicodedata.category(one) in ("Cf", "Cc", "Cs", "Zl", "Zp") for one in harmless(text))
    assert not any(unicodedata.category(one) in ("Cf", "Cs", "Zl") for one in printable(text))
    assert printable("a\tb\nc\x1b[1m\r") == "a\tb\nc [1m "


def test_a_conversation_comes_in_pages_and_says_how_many_more_there_are(lead: Shell) -> None:
    for number in range(4):
        lead.ok("post", "LEAD-1", "--as", "anna@acme.example", "--text", f"Message {number}")
    ids = [one["id"] for one in lead.json("record", "show", "LEAD-1")["messages"]]
    newest = lead.ok("record", "show", "LEAD-1", "--limit", "2")
    assert "| Message 3" in newest and "| Message 1" not in newest
    assert newest.endswith(f"\n3 earlier messages; see: mail-admin record show LEAD-1 --before {ids[3]}\n")
    middle = lead.ok("record", "show", "LEAD-1", "--limit", "3", "--before", str(ids[4])).splitlines()
    assert middle[-2:] == [
        f"1 earlier message; see: mail-admin record show LEAD-1 --before {ids[1]}",
        f"1 later message; see: mail-admin record show LEAD-1 --after {ids[3]}",
    ]
    assert "messages; see" not in lead.ok("record", "show", "LEAD-1")
    page = lead.json("record", "show", "LEAD-1", "--after", str(ids[0]), "--limit", "2")
    assert [one["id"] for one in page["messages"]] == ids[1:3] and (page["earlier"], page["later"]) == (1, 2)
    assert "not both" in lead.refused("record", "show", "LEAD-1", "--before", "1", "--after", "1", status=2)


def test_the_json_of_a_conversation_is_one_document_whole_or_in_pages(lead: Shell) -> None:
    whole = lead.ok("record", "show", "LEAD-1", "--json")
    assert json.loads(whole) == lead.json("record", "show", "LEAD-1", "--limit", "9")
    assert whole.startswith('{\n  "record": {\n') and '\n  "messages": [\n    {\n      "id": ' in whole
    lead.ok("record", "add", "task", "--title", "Think")
    empty = lead.json("record", "show", "TASK-1")
    assert empty["messages"] == [] and empty == lead.json("record", "show", "TASK-1", "--limit", "9")


def test_a_record_by_hand_from_beginning_to_end(lead: Shell) -> None:
    said = lead.ok(
        "record", "add", "order", "--title", "Forty chairs", "--owner", "bjorn@acme.example", "--customer",
        "karin@customer.example", "--alias", "leads@acme.example", "--field", "value=23500", "--reference", "4711",
        "--reference-url", "https://shop.acme.example/4711",
    )  # fmt: skip
    assert "Opened ORDER-1: Forty chairs" in said
    lead.ok("record", "set", "ORDER-1", "--title", "38 chairs", "--field", "value=", "--field", "currency=SEK")
    lead.world.store.companies.add_record_state(lead.world.acme, "order", "shipped", "waiting")
    lead.ok("record", "set", "ORDER-1", "--state", "shipped")
    assert lead.json("record", "show", "ORDER-1")["record"]["state"] == "shipped"
    lead.ok("record", "set", "ORDER-1", "--state", "closed", "--owner", "anna@acme.example")
    shown = lead.json("record", "show", "ORDER-1")
    record = shown["record"]
    assert (record["title"], record["state"], record["owner"], record["fields"]) == (
        "38 chairs",
        "closed",
        "Anna",
        {"currency": "SEK"},
    )
    assert (record["customer"], record["reference"]) == ("Karin Ek", "4711")
    assert [one["name"] for one in shown["followers"]] == ["Björn", "Anna"]
    assert "currency=SEK" in (text := lead.ok("record", "show", "ORDER-1")) and "  nobody" not in text
    texts = [one["text"] for one in shown["messages"]]
    assert texts[0] == "root changed the title: Forty chairs → 38 chairs"
    assert texts[-3:] == [
        "root changed the state: open → shipped", "root changed the state: shipped → closed",
        "root changed the owner: Björn → Anna",
    ]  # fmt: skip
    assert {one["number"] for one in lead.json("record", "list")} == {"LEAD-1", "ORDER-1"}
    assert len(lead.json("record", "list", "--limit", "1")) == 1
    assert "Quote for 40 chairs" in lead.ok("record", "list", "--company", "Acme")


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (("show", "LEAD-9"), "there is no record LEAD-9; see: mail-admin record list", 1),
        (("show", "LEAD-1", "--company", "Beta"), "unknown company Beta", 1),
        (("add", "leed", "--title", "T"), "unknown type of record leed", 2),
        (("add", "lead"), "missing: --title", 2),
        (("add", "lead", "--title", "T\r\nBcc: x@customer.example"), "holds a line break", 2),
        (("add", "lead", "--title", "T", "--customer", "nobody@customer.example"), "no contact has", 1),
        (("add", "lead", "--title", "T", "--owner", "karin@customer.example"), "nobody who signs in", 1),
        (("add", "lead", "--title", "T", "--reference-url", "javascript:alert(1)"), "begins with https://", 2),
        (("add", "lead", "--title", "T", "--alias", "none@acme.example"), "unknown alias none@acme.example", 1),
        (("set", "LEAD-1"), "nothing to change", 2),
        (("set", "LEAD-1", "--state", "won"), "state: won cannot be chosen here; there are open, waiting, closed", 2),
        (("set", "LEAD-1", "--field", "x"), "not of the form NAME=VALUE", 2),
    ],
)
def test_records_that_cannot_be(lead: Shell, words: tuple[str, ...], said: str, status: int) -> None:
    assert said in lead.refused("record", *words, status=status)


def test_people_are_brought_into_a_conversation_and_taken_out_of_it(lead: Shell) -> None:
    lead.ok("contact", "add", "erik@other.example", "--name", "Erik Ek")
    lead.ok("record", "set", "LEAD-1", "--add-participant", "erik@other.example", "--revoke-reply-addresses")
    assert "Erik Ek" in [one["name"] for one in lead.json("record", "show", "LEAD-1")["participants"]]
    lead.ok("record", "set", "LEAD-1", "--remove-participant", "erik@other.example")
    assert "Erik Ek" not in [one["name"] for one in lead.json("record", "show", "LEAD-1")["participants"]]
    said = lead.refused("record", "set", "LEAD-1", "--remove-participant", "erik@other.example")
    assert "does not take part in LEAD-1" in said


def test_one_reference_is_one_record(shell: Shell) -> None:
    shell.ok("record", "add", "order", "--title", "One", "--reference", "4711")
    said = shell.refused("record", "add", "order", "--title", "Two", "--reference", "4711")
    assert "ORDER-1 has the reference 4711 already" in said
    shell.ok("record", "add", "invoice", "--title", "Another type", "--reference", "4711")


def test_a_number_that_two_companies_have(shell: Shell) -> None:
    shell.ok("company", "add", "Beta")
    for company in ("Acme", "Beta"):
        shell.ok("record", "add", "task", "--title", f"Of {company}", "--company", company)
    assert "(Acme, Beta); name one: --company NAME" in shell.refused("record", "show", "TASK-1", status=2)
    assert shell.json("record", "show", "TASK-1", "--company", "Beta")["record"]["title"] == "Of Beta"
    said = shell.refused("record", "add", "task", "--title", "T", "--alias", "leads@acme.example", "--company", "Beta")
    assert "is an alias of Acme" in said


def test_those_listed_before_are_those_who_get_it(lead: Shell) -> None:
    lead.ok("follower", "add", "LEAD-1", "bjorn@acme.example")
    words = (
        "post",
        "LEAD-1",
        "--as",
        "anna@acme.example",
        "--text",
        "Yes, 38.",
        "--cc",
        "Erik Ek <erik@other.example>",
    )
    before = lead.everything()
    dry = lead.ok(*words, "--dry-run")
    assert lead.everything() == before
    head, *listed = dry.splitlines()
    assert head == "Nothing was written. On LEAD-1 this would get:"
    assert listed == [
        "  Subject: Re: Quote for 40 chairs",
        "  To  Karin Ek <karin@customer.example>  by mail: named in To",
        "  Cc  Erik Ek <erik@other.example>  by mail: named in Cc",
        "  inside Björn  in the inbox: follows, prefers the inbox",
        "  not Anna: wrote it",
    ]
    head, *notified = lead.ok(*words).splitlines()
    assert head.startswith("Written on LEAD-1 as message ") and notified == listed
    message = lead.json("record", "show", "LEAD-1")["messages"][-1]
    assert {(one["name"], one["channel"]) for one in message["deliveries"]} == {
        ("Karin Ek", "email"),
        ("Erik Ek", "email"),
        ("Björn", "inbox"),
    }
    assert [(one["field"], one["address"]) for one in message["addressed"]] == [
        ("to", "karin@customer.example"),
        ("cc", "erik@other.example"),
    ]


def test_a_message_is_forwarded_with_its_files_and_a_new_one_answers_none(lead: Shell) -> None:
    world, words = lead.world, ("--as", "anna@acme.example")
    first = world.thread("LEAD-1")[0].rfc_message_id
    world.deliver(
        world.mail(text="See the plan.", files=[("plan.pdf", b"%PDF")], references=[first]), "leads@acme.example"
    )
    number = world.thread("LEAD-1")[-1].number
    forward = ("post", "LEAD-1", *words, "--forward", str(number))
    assert "name somebody to forward it to; name somebody: --to ADDR" in lead.refused(*forward)
    dry = lead.ok(*forward, "--to", "mia@new.example", "--bcc", "erik@other.example", "--dry-run").splitlines()
    assert dry[1:4] == [
        "  Subject: Fwd: Quote for 40 chairs",
        "  To  mia@new.example  by mail: named in To",
        "  Bcc erik@other.example  by mail: named in Bcc",
    ]
    lead.ok(*forward, "--text", "Can you build this?", "--to", "mia@new.example")
    sent = world.thread("LEAD-1")[-1]
    assert sent.text.startswith("Can you build this?\n\n---------- Forwarded message ----------\nFrom: Karin Ek")
    assert "See the plan." in sent.text and sent.forwards_id is not None and sent.answers_id is None
    assert [one.filename for one in world.store.messages.attachments(world.acme, sent.id)] == ["plan.pdf"]
    assert lead.ok("post", "LEAD-1", *words, "--new", "--text", "T", "--subject", "News", "--dry-run").splitlines()[
        1:3
    ] == [
        "  Subject: News",
        "  To  Karin Ek <karin@customer.example>  by mail: named in To",
    ]
    lead.ok("post", "LEAD-1", *words, "--answer", "1", "--text", "Yes", "--note")
    assert world.thread("LEAD-1")[-1].answers_id == world.thread("LEAD-1")[0].id
    note = world.thread("LEAD-1")[-1].number
    assert "is internal; it cannot be forwarded" in lead.refused(
        "post", "LEAD-1", *words, "--forward", str(note), "--to", "mia@new.example"
    )
    assert "there is no message 99 on LEAD-1" in lead.refused("post", "LEAD-1", *words, "--answer", "99", "--text", "T")


def test_a_note_stays_inside(lead: Shell) -> None:
    said = lead.ok("post", "LEAD-1", "--as", "bjorn@acme.example", "--note", "--text", "38 in stock.")
    assert said.startswith("Noted on LEAD-1") and "inside Anna  by mail to anna@acme.example" in said
    message = lead.json("record", "show", "LEAD-1")["messages"][-1]
    assert (message["kind"], message["public"], message["addressed"]) == ("note", False, [])
    assert "internal note" in lead.ok("record", "show", "LEAD-1")
    assert "an internal note has nobody in To or Cc" in lead.refused(
        "post",
        "LEAD-1",
        "--as",
        "anna@acme.example",
        "--note",
        "--text",
        "T",
        "--to",
        "karin@customer.example",
        status=2,
    )


def test_html_and_files_go_along(lead: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, file = tmp_path / "page.html", tmp_path / "offer 1.tar.gz"
    page.write_text("<p>Yes, <b>38</b>.</p><script>alert(1)</script>")
    file.write_bytes(b"\0" * 10)
    lead.ok(
        "post", "LEAD-1", "--as", "anna@acme.example", "--html", str(page), "--attach", str(file), "--attach", str(page)
    )
    message = lead.json("record", "show", "LEAD-1")["messages"][-1]
    assert "<b>38</b>" in message["html"] and "script" not in message["html"] and "Yes, 38." in message["text"]
    assert [(one["filename"], one["content_type"]) for one in message["attachments"]] == [
        ("offer 1.tar.gz", "application/octet-stream"),
        ("page.html", "text/html"),
    ]
    words = ("post", "LEAD-1", "--as", "anna@acme.example", "--html", "-", "--to", "erik@other.example")
    lead.ok(*words, context=lead.context(stdin=io.StringIO("<p>From a pipe</p>")))
    assert "From a pipe" in lead.json("record", "show", "LEAD-1")["messages"][-1]["html"]
    assert "erik@other.example" in lead.ok("outbox", "list")


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (("LEAD-1", "--text", "T"), "missing: --as", 2),
        (("LEAD-1", "--as", "anna@acme.example"), "there is nothing to send", 1),
        (("LEAD-1", "--as", "anna@acme.example", "--text", "T", "--html", "x"), "not allowed with", 2),
        (("LEAD-9", "--as", "anna@acme.example", "--text", "T"), "there is no record LEAD-9", 1),
        (("LEAD-1", "--as", "karin@customer.example", "--text", "T"), "nobody who signs in", 1),
        (("LEAD-1", "--as", "anna@acme.example", "--html", "/none/at/all"), "/none/at/all cannot be read: No such", 1),
        (("LEAD-1", "--as", "anna@acme.example", "--text", "T", "--attach", "/etc"), "cannot be read: Is a dir", 1),
        (("LEAD-1", "--as", "anna@acme.example", "--text", "T", "--to", "x"), "is not an address", 2),
        (
            ("LEAD-1", "--as", "anna@acme.example", "--text", "T", "--to", "a@x.example\nRCPT TO:<b@x.example>"),
            "line",
            2,
        ),
        (("LEAD-1", "--as", "anna@acme.example", "--text", "T", "--to", "a@x.example> BODY=8BITMIME"), "blank", 2),
        (("LEAD-1", "--as", "anna@acme.example", "--text", "T", "--cc=-x@customer.example"), "with a hyphen", 2),
        (("LEAD-1", "--as", "anna@acme.example", "--text", "T", "--to", "bjorn@acme.example"), "is a colleague", 1),
        (
            ("LEAD-1", "--as", "anna@acme.example", "--text", "T", "--to", "leads@acme.example"),
            "one of your own addresses",
            1,
        ),
        (("LEAD-1", "--as", "anna@acme.example", "--text", "T", "--dry-run", "--to", "x"), "is not an address", 2),
    ],
)
def test_posts_that_cannot_be(lead: Shell, words: tuple[str, ...], said: str, status: int) -> None:
    assert said in lead.refused("post", *words, status=status)


def test_more_posts_that_cannot_be(lead: Shell, tmp_path: Path) -> None:
    lead.ok("record", "add", "task", "--title", "Nobody outside")
    said = lead.refused("post", "TASK-1", "--as", "anna@acme.example", "--text", "T")
    assert "there is no public message to answer yet; name somebody: --to ADDR" in said
    lead.world.deliver(lead.world.mail(ANNA, verified=True, subject="Between us"), "leads@acme.example")
    said = lead.refused("post", "LEAD-2", "--as", "anna@acme.example", "--text", "T")
    assert "nobody outside wrote or got the message that this answers; name somebody: --to ADDR" in said
    latin = tmp_path / "latin.html"
    latin.write_bytes("<p>grön</p>".encode("latin-1"))
    assert "is not UTF-8 text" in lead.refused("post", "LEAD-1", "--as", "anna@acme.example", "--html", str(latin))
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(26 * 1024 * 1024)
    said = lead.refused("post", "LEAD-1", "--as", "anna@acme.example", "--text", "T", "--attach", str(large))
    assert "is too large: 27262976 bytes" in said
    half = tmp_path / "half.bin"
    half.write_bytes(b"x" * (4 * 1024 * 1024))
    words = ("post", "LEAD-1", "--as", "anna@acme.example", "--text", "T", *["--attach", str(half)] * 2)
    assert "bytes together" in lead.refused(*words)
    lead.ok("user", "set", "bjorn@acme.example", "--role", "reader")
    said = lead.refused("post", "LEAD-1", "--as", "bjorn@acme.example", "--text", "T")
    assert "Björn may not write in the records of Acme" in said


def test_the_log_tells_a_mails_way(lead: Shell) -> None:
    world = lead.world
    world.deliver(world.mail(to="nobody@acme.example"), "nobody@acme.example")
    assert [(one["id"], one["state"], one["record"]) for one in lead.json("inbound", "list")] == [
        (2, "unmatched", None),
        (1, "filed", "LEAD-1"),
    ]
    assert [one["id"] for one in lead.json("inbound", "list", "--state", "filed", "--company", "Acme")] == [1]
    assert [one["id"] for one in lead.json("inbound", "list", "--to", "Leads@Acme.example")] == [1]
    assert [one["id"] for one in lead.json("inbound", "list", "--from", "karin@customer.example")] == [2, 1]
    assert lead.json("inbound", "list", "--from", "erik@other.example") == []
    assert "is not an address" in lead.refused("inbound", "list", "--from", "karin", status=2)
    assert "more; see" not in lead.ok("inbound", "list", "--limit", "2")
    assert lead.ok("inbound", "list", "--limit", "1").endswith("There are 1 more; see them: --after 2\n")
    assert len(lead.json("inbound", "list", "--limit", "1")) == 1
    assert "Next: mail-admin review release 2, or: mail-admin review discard 2" in lead.ok("inbound", "show", "2")
    filed = lead.ok("inbound", "show", "1")
    assert "Next:" not in filed and "\nWho sent it:\n   Checked by the mail server's own filter" in filed, filed
    shown = lead.json("inbound", "show", "1")
    assert (shown["entrance"], shown["recipient"], shown["queue_id"]) == ("lmtp", "leads@acme.example", "Q00001")
    assert shown["trace"] and set(shown["trace"][0]) == {"rule", "matched", "why", "code", "values"}
    assert shown["accepted_at"].endswith("Z") and shown["size"] > 0
    text = lead.ok("inbound", "show", "1")
    assert "<somebody@customer.example> to <leads@acme.example>" in text and "-> " in text
    assert "LEAD-1" in lead.ok("inbound", "list")
    assert "'lost' cannot be chosen; there are" in lead.refused("inbound", "list", "--state", "lost", status=2)


def test_the_path_of_a_mail_is_a_table_with_a_bar_for_each_delay(shell: Shell) -> None:
    world = shell.world
    late = [
        f"from desk.example by mail.customer.example; Mon, 23 Nov 2026 {at} +0000" for at in ("09:58:00", "10:59:00")
    ]
    for received in late:
        world.deliver(world.mail(headers=[("Received", received)]), "leads@acme.example")
    hops = shell.json("inbound", "show", "1")["path"]["hops"]
    assert [(hop["by"], hop["delay"]) for hop in hops[:2]] == [
        ("mail.customer.example", None),
        ("mx1.acme.example", 121),
    ]
    assert hops[0]["from"] == "desk.example" and hops[0]["at"] == "2026-11-23T09:58:00.000Z"
    assert hops[2]["by"] == "weftmail" and shell.json("inbound", "show", "1")["path"]["unread"] == 0
    text = shell.ok("inbound", "show", "1")
    assert re.search(r"^Path: \d+ d \d+ h in all$", text, re.M)
    assert re.search(
        r"^mx1\.acme\.example +client\.example .* 2026-11-23 \d\d:00:01 [+-]\d\d:\d\d +2 min 1 s +█$", text, re.M
    ), text
    assert re.search(r"^weftmail +mx1\.acme\.example .* d \d+ h +█{20}$", text, re.M), text
    assert "clock" not in text
    assert re.search(r" -58 min 59 s$[^█]*█{20}\n.*clock is wrong", shell.ok("inbound", "show", "2"), re.M)


def test_the_path_says_what_it_does_not_show(shell: Shell) -> None:
    hops = [("Received", f"by mx{number}.example") for number in range(60)]
    shell.world.deliver(shell.world.mail(headers=hops), "leads@acme.example")
    assert "11 older hops are not shown." in shell.ok("inbound", "show", "1")
    shell.world.deliver(b"From: karin@customer.example\nTo: leads@acme.example\n\nHej\n", "leads@acme.example")
    assert "\nweftmail " in shell.ok("inbound", "show", "2")


def test_the_mail_itself_comes_byte_for_byte(shell: Shell) -> None:
    raw = shell.world.mail(text="Grün\n")
    shell.world.deliver(raw, "leads@acme.example")
    assert shell.ok("inbound", "show", "1", "--raw") == raw.decode()


def test_reply_addresses_can_be_revoked(lead: Shell) -> None:
    message = lead.json("record", "show", "LEAD-1")["messages"][0]["id"]
    lead.ok("record", "set", "LEAD-1", "--revoke-reply-addresses")
    assert lead.world.store.messages.facts([message])[message].token_epoch == 1


def test_mail_that_fits_nowhere_is_replayed_once_its_alias_is_there(shell: Shell) -> None:
    world = shell.world
    world.deliver(world.mail(to="sales@acme.example"), "sales@acme.example")
    assert "Number 1: still unmatched" in shell.ok("inbound", "replay", "1")
    shell.ok("alias", "add", "sales@acme.example", "--opens", "order", "--owner", "anna@acme.example")
    assert "Number 1: state unmatched -> filed on ORDER-1" in shell.ok("inbound", "replay", "1")
    assert "number 1 is filed; only email in the review queue" in shell.refused("inbound", "replay", "1")


def test_a_replay_waits_for_whoever_settles(shell: Shell) -> None:
    world = shell.world
    world.deliver(world.mail(to="sales@acme.example"), "sales@acme.example")
    lock = FileSettleLock(shell.folder / "settle.lock")
    assert lock.acquire()
    status, out, err = shell.call("inbound", "replay", "1", context=shell.context(patience=0.3))
    assert (status, out) == (1, "") and "number 1 waits for the listener, which settles now" in err
    later = threading.Timer(0.3, lock.release)
    world.settle()
    later.start()
    assert "Number 1: still unmatched" in shell.ok("inbound", "replay", "1", context=shell.context(patience=1000))
    later.join()


def test_the_review_queue_holds_release_and_discard(lead: Shell) -> None:
    world = lead.world
    locator = lead.json("record", "show", "LEAD-1")["messages"][0]["message_id"]
    world.deliver(world.mail(ERIK, references=[locator]), "leads@acme.example")
    world.deliver(world.mail(to="sales@acme.example"), "sales@acme.example")
    world.deliver(world.mail(to="sales@acme.example", subject="Another"), "sales@acme.example")
    review = lead.json("review", "list", "--company", "Acme")
    assert [(one["review"], one["record"]) for one in review] == [
        ("held", "LEAD-1"),
        ("unmatched", None),
        ("unmatched", None),
    ]
    assert "state held -> filed" in lead.ok("review", "release", str(review[0]["id"]))
    people = lead.json("record", "show", "LEAD-1")["participants"]
    assert {(one["name"], one["reason"]) for one in people} == {("Karin Ek", "opened"), ("Erik Ek", "added")}
    assert "sales@acme.example" in lead.ok("review", "list")
    last = str(review[-1]["id"])
    assert "say where it belongs" in lead.refused("review", "release", last, status=2)
    assert "unknown type of record leed" in lead.refused("review", "release", last, "--opens", "leed", status=2)
    assert "there is no record LEAD-9" in lead.refused("review", "release", last, "--record", "LEAD-9")
    assert "not allowed with" in lead.refused("review", "release", last, "--record", "A-1", "--opens", "x", status=2)
    assert "record none -> ORDER-1" in lead.ok("review", "release", last, "--opens", "order")
    assert "is not in the review queue, it is filed" in lead.refused("review", "release", last, "--opens", "order")
    first = str(review[-2]["id"])
    assert "-> dropped\nThe log keeps it. Undo" in lead.ok("review", "discard", first)
    assert "it is discarded" in lead.refused("review", "discard", first)
    assert "state discarded -> unmatched" in lead.ok("inbound", "replay", first)
    assert "-> filed" in lead.ok("review", "release", first, "--record", "LEAD-1", "--note")
    assert lead.json("record", "show", "LEAD-1")["messages"][-1]["public"] is False


def test_every_decision_of_the_page_is_a_command_and_is_undone(lead: Shell) -> None:
    world = lead.world
    locator = lead.json("record", "show", "LEAD-1")["messages"][0]["message_id"]
    row = str(world.deliver(world.mail(ERIK, references=[locator]), "leads@acme.example").id)
    for verb, said in (("spam", "dropped"), ("block", "blocked no -> yes"), ("release", "state held -> filed")):
        assert said in lead.ok("review", verb, row)
        act = str(lead.json("audit", "list", "--limit", "1")[0]["id"])
        lead.world.store.inbox.read(1, 1, 1, 1)
        back = lead.ok("audit", "undo", act)
        assert "Back in the review queue: Quote for 40 chairs" in back
        assert ("Already notified: " in back) is (verb == "release")
        assert lead.json("contact", "blocked", "--company", "Acme") == []
    assert lead.json("review", "spam", row)["state"] == "discarded"
    assert "marked as spam by a person" in lead.ok("inbound", "show", row)


def test_all_that_the_program_failed_on_is_read_once_more(lead: Shell) -> None:
    world = lead.world
    assert "Nothing is under Error." in lead.ok("review", "again")
    rows = [*world.accept(world.mail(), "leads@acme.example"), *world.accept(world.mail(), "x@elsewhere.example")]
    settler = world.settler(reader=broken)
    while settler.settle().settled:
        pass
    assert lead.json("review", "again", "--company", "Acme") == {"mails": 1, "states": {"filed": 1}, "left": 0}
    status, out, err = lead.call("review", "again")
    assert (status, out) == (0, "Read once more: 1; 1 unmatched.\n")
    assert "0 of 1 read once more\n" in err and "1 of 1 read once more\n" in err
    assert [world.row(one).state for one in rows] == ["filed", "unmatched"]


def test_copies_in_the_outbox_are_tried_again(lead: Shell) -> None:
    (waiting,) = lead.json("outbox", "list")
    assert (waiting["record"], waiting["to"], waiting["state"]) == ("LEAD-1", ["anna@acme.example"], "waiting")
    assert waiting["next_at"].endswith("Z")
    assert "anna@acme.example" in lead.ok("outbox", "list", "--company", "Acme")
    store, now = lead.world.store, lead.world.clock()
    (copy,) = store.outbox.claim("sender", now, now + 1000, 10)
    store.outbox.settle_delivery(copy.company_id, copy.id, "anna@acme.example", "failed", "550 no such user", now)
    store.outbox.settle(copy.id, "sender", "failed", "550 no such user", 0, now)
    assert lead.json("outbox", "list", "--state", "failed")[0]["error"] == "550 no such user"
    said = lead.ok("outbox", "retry", str(copy.id))
    assert "state failed -> waiting, due later -> now; no mail-send runs; start it: mail-send" in said
    assert lead.json("outbox", "list")[0]["error"] == "550 no such user"  # Why it failed is still worth knowing.
    with (lead.folder / "send.lock").open("w") as sender:
        assert "no mail-send runs" in lead.ok("outbox", "retry", str(copy.id))
        fcntl.flock(sender, fcntl.LOCK_EX)
        assert "mail-send takes it within a second" in lead.ok("outbox", "retry", str(copy.id))
    assert "no mail-send runs" in lead.ok("outbox", "retry", str(copy.id))
    assert lead.json("record", "show", "LEAD-1")["messages"][0]["deliveries"][0]["state"] == "queued"
    later = now + 10**12
    (copy,) = store.outbox.claim("sender", later, later + 1000, 10)
    store.outbox.settle(copy.id, "sender", "sent", "", 0, later)
    assert "has left already" in lead.refused("outbox", "retry", str(copy.id))
    assert lead.json("outbox", "list", "--state", "waiting") == []
    assert "Nothing is in the outbox." in lead.ok("outbox", "list", "--state", "waiting")


def test_what_a_mail_says_cannot_move_the_cursor(lead: Shell) -> None:
    world = lead.world
    world.deliver(world.mail(KARIN, subject="Red \x1b[31malert", text="\x1b[2Jgone\n"), "leads@acme.example")
    for words in (("record", "list"), ("record", "show", "LEAD-2"), ("inbound", "list"), ("inbound", "show", "2")):
        assert "\x1b" not in lead.ok(*words)


def test_the_files_that_postfix_reads_are_made_by_a_script(shell: Shell, tmp_path: Path) -> None:
    where = ("--folder", str(tmp_path / "files"))
    subprocess.run(["sh"], input=shell.ok("postfix", "show", "--files", *where), text=True, check=True, umask=0o077)
    files = shell.json("postfix", "show", "--files", *where)
    assert {Path(name).name for name in files} == {
        "recipients.cf",
        "domains.cf",
        "transport.cf",
        "aliases.cf",
        "logins.cf",
    }
    for name, text in files.items():
        assert Path(name).read_text() == text
        assert Path(name).stat().st_mode & 0o777 == 0o644


def test_a_verified_answer_of_a_colleague_is_shown_as_theirs(lead: Shell) -> None:
    world = lead.world
    locator = lead.json("record", "show", "LEAD-1")["messages"][0]["message_id"]
    world.deliver(world.mail(ANNA, references=[locator], verified=True, text="On it.\n"), "leads@acme.example")
    messages = lead.json("record", "show", "LEAD-1")["messages"]
    assert messages[-1]["author"]["as"] == "colleague"
