"""A conversation, and all of a person, as an mbox that the standard library's own reader takes apart again."""

from __future__ import annotations

import mailbox
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from tests.unit.shell import Shell
from tests.unit.world import KARIN, World
from weftmail.flow.export import mbox_of_person, mbox_of_record


def opened(folder: Path, pieces: list[bytes]) -> list[EmailMessage]:
    """Return the messages of an mbox, as ``mailbox`` reads it."""
    path = folder / "exported.mbox"
    path.write_bytes(b"".join(pieces))
    box = mailbox.mbox(path)
    found = []
    for key in box.keys():  # noqa: SIM118 (a mailbox goes through its messages)
        raw = box.get_bytes(key)
        one = message_from_bytes(raw, policy=default)
        assert isinstance(one, EmailMessage)
        found.append(one)
    box.close()
    assert len(found) == len(pieces)
    return found


def body(one: EmailMessage) -> str:
    part = one.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_email_stands_as_it_came_and_what_was_written_here_as_email(shell: Shell, world: World, tmp_path: Path) -> None:
    text = "Hello\n\nFrom here on it is quoted.\n>From there, too.\n"
    raw = world.mail(text=text, files=[("plan.pdf", b"%PDF-1"), ("note.eml", b"Subject: x\n\nFrom inside\n")])
    world.deliver(raw, "leads@acme.example")
    attached = tmp_path / "offer.txt"
    attached.write_text("From the offer\n")
    shell.ok(
        "post",
        "LEAD-1",
        "--as",
        "anna@acme.example",
        "--to",
        KARIN,
        "--text",
        "Our offer, Åsa",
        "--attach",
        str(attached),
    )
    shell.ok("post", "LEAD-1", "--as", "anna@acme.example", "--note", "--text", "Give 5 %")
    pieces = list(mbox_of_record(world.store, world.record("LEAD-1")))
    came, answer, note = opened(tmp_path, pieces)
    quoted = (
        raw.replace(b"\nFrom here", b"\n>From here")
        .replace(b"\n>From there", b"\n>>From there")
        .replace(b"\nFrom inside", b"\n>From inside")
    )
    assert quoted.strip() in pieces[0] and came["Subject"] == "Quote for 40 chairs"
    assert "Our offer, Åsa" in body(answer) and answer["X-Weftmail-Record"] == "LEAD-1"
    assert (answer["X-Weftmail-Kind"], note["X-Weftmail-Kind"]) == ("post", "note")
    assert answer["To"] and "karin" in str(answer["To"]).lower() and answer["Message-ID"]
    (file,) = answer.iter_attachments()
    assert file.get_filename() == "offer.txt" and "the offer" in str(file.get_content())
    assert body(note).strip() == "Give 5 %" and note["To"] is None


def test_all_of_a_person_is_what_they_wrote_and_were_written(shell: Shell, world: World, tmp_path: Path) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    world.deliver(world.mail(author="Erik <erik@other.example>", subject="Lamps"), "leads@acme.example")
    shell.ok("post", "LEAD-1", "--as", "anna@acme.example", "--to", KARIN, "--text", "Our offer")
    shell.ok("post", "LEAD-1", "--as", "anna@acme.example", "--note", "--text", "Nothing for her eyes")
    karin = world.store.contacts.by_address(world.acme, "karin@customer.example")
    assert karin is not None
    found = opened(tmp_path, list(mbox_of_person(world.store, world.acme, karin.id)))
    assert [body(one).strip() for one in found] == ["Could you do 40 chairs?", "Our offer"]


def test_the_commands_print_them_byte_for_byte(shell: Shell, world: World, tmp_path: Path) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    assert (
        shell.ok("record", "export", "LEAD-1") == b"".join(mbox_of_record(world.store, world.record("LEAD-1"))).decode()
    )
    assert shell.ok("contact", "export", "karin@customer.example").count("\nSubject: Quote for 40 chairs\n") == 1
    assert "no record" in shell.refused("record", "export", "LEAD-9").lower()


def test_names_and_kinds_of_files_that_fit_no_header_do(shell: Shell, world: World, tmp_path: Path) -> None:
    world.deliver(world.mail(), "leads@acme.example")
    attached = tmp_path / "inside.eml"
    attached.write_text("Subject: inside\n\nx\n")
    shell.ok("post", "LEAD-1", "--as", "anna@acme.example", "--to", KARIN, "--text", "x", "--attach", str(attached))
    connection = world.store.connection
    connection.execute(
        "update message set author_name = 'Anna \"the\" Berg', sent_as = '' where author_user_id is not null"
    )
    connection.execute("update message set author_address = '' where author_user_id is not null")
    connection.execute("update attachment set content_type = 'message/rfc822' where filename = 'inside.eml'")
    connection.execute(
        "update message set html = '<p>x</p>', rfc_message_id = '', subject = '' where author_user_id is not null"
    )
    _, answer = opened(tmp_path, list(mbox_of_record(world.store, world.record("LEAD-1"))))
    assert "Berg" in str(answer["From"]) and answer["Subject"] == "Quote for 40 chairs" and answer["Message-ID"] is None
    assert answer.get_body(("html",)) is not None
    (file,) = answer.iter_attachments()
    assert file.get_content_type() == "application/octet-stream" and b"inside" in file.get_content()


ODD_IDS = [
    "", " ", "<>", "<", "no brackets", "<a@[b>", "<a@b", "<@>", "<a@b@c>", "<a b@c>", "<a@b>\r\nBcc: x@y.example",
    "<a\x0bb@c>", "<a\u2028b@c>", "<\x00@b>", f"<{'a' * 300}@b.example>", "<å@ö.example>", "=?utf-8?q?=3Ca?=",
    '<"a@b>', "<a@b> (c", "<(>", ",;:",
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD_IDS)
def test_what_is_stored_oddly_is_exported_all_the_same(shell: Shell, world: World, tmp_path: Path, odd: str) -> None:
    """Ids, names and subjects come from the mails of others, imports and older versions; none may end an export."""
    world.deliver(world.mail(), "leads@acme.example")
    for text in ("First", "Second"):
        shell.ok("post", "LEAD-1", "--as", "anna@acme.example", "--to", KARIN, "--text", text)
    found = world.thread("LEAD-1")[1]
    for column in ("rfc_message_id", "subject", "author_name"):
        world.store.connection.execute(f"update message set {column} = ? where id = ?", [odd, found.id])
    _, first, second = opened(tmp_path, list(mbox_of_record(world.store, world.record("LEAD-1"))))
    assert (body(first).strip(), body(second).strip()) == ("First", "Second")
    said = first.as_bytes().partition(b"\n\n")[0].decode("utf-8", "surrogateescape").split("\n")
    (id_,) = [one for one in said if one.startswith("Message-ID:")] if odd.split() else [""]
    assert "".join(one for one in odd if one.isprintable() and one != " ")[:60] in id_
    assert first["Bcc"] is None and first["X-Weftmail-Record"] == "LEAD-1" == second["X-Weftmail-Record"]
