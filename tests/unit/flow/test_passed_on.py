"""Mail that a mailbox, a list or a server in front of us passed on: its conversation is found, and its way is named.

Each mail of ``mails/passed-on`` is what one provider makes of Karin's mail to support@mail.example, which forwards.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.unit.flow.test_forwarded_to_us import FRONT, karins
from tests.unit.world import World
from weftmail.core.envelope import Envelope
from weftmail.flow.explain import explain

FOLDER = Path(__file__).parents[1] / "mails" / "passed-on"
MAILBOX = "support@mail.example"
WAYS = {
    "gmail-filter": [
        ("mailbox", ["Return-Path", "X-Forwarded-To", "X-Forwarded-For", "Delivered-To", "MAIL FROM"], MAILBOX)
    ],
    "google-workspace-routing": [("recipient", ["X-Gm-Original-To"], MAILBOX)],
    "microsoft-365-redirect": [
        ("srs", ["Return-Path", "MAIL FROM"], "tenant.mail.example"),
        ("redirect", ["Resent-From", "X-MS-Exchange-Inbox-Rules-Loop"], MAILBOX),
    ],
    "microsoft-365-mailbox-forwarding": [
        ("srs", ["Return-Path", "MAIL FROM"], "mail.example"),
        ("redirect", ["X-MS-Exchange-ForwardingLoop"], MAILBOX),
    ],
    "fastmail-rule": [
        ("srs", ["Return-Path", "MAIL FROM"], "mail.example"),
        ("recipient", ["X-Resolved-To", "X-Delivered-To", "X-Original-Delivered-To"], MAILBOX),
    ],
    "exchange-distribution-list": [("unmarked", ["To", "Cc"], MAILBOX)],
    "google-group": [
        (
            "list",
            ["Return-Path", "X-BeenThere", "Mailing-List", "List-Id", "X-Google-Group-Id", "MAIL FROM"],
            MAILBOX,
        )
    ],
    "dot-forward-postsrsd": [
        ("srs", ["Return-Path", "MAIL FROM"], "mail.example"),
        ("recipient", ["Delivered-To"], MAILBOX),
    ],
    "sieve-redirect": [("redirect", ["X-Sieve-Redirected-From", "Delivered-To"], MAILBOX)],
    "cpanel-forwarder": [("srs", ["Return-Path", "MAIL FROM"], "mail.example")],
}
"""Which way each of them came: who passed it on, by what that is told, the last one first."""
NAMES_IT = [
    name
    for name, ways in WAYS.items()
    if {"Delivered-To", "X-Forwarded-For", "X-Delivered-To", "X-Gm-Original-To"}
    & {one for way in ways for one in way[1]}
]
"""Those that tell for which address the mail was before, whatever To says."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    """LEAD-1, which Karin opened."""
    world = World(tmp_path)
    assert world.deliver(world.mail(verified=True, message_id="<first@customer.example>"), FRONT).record == "LEAD-1"
    return world


def passed_on(name: str) -> tuple[bytes, str]:
    """Return the mail in the file, and the sender of its envelope."""
    raw = (FOLDER / f"{name}.eml").read_bytes()
    return raw, message_from_bytes(raw)["Return-Path"].strip("<>")


def test_each_file_is_played() -> None:
    assert sorted(WAYS) == sorted(path.stem for path in FOLDER.glob("*.eml"))


@pytest.mark.parametrize("name", WAYS)
def test_the_way_is_named_by_what_tells_of_it(world: World, name: str) -> None:
    raw, sender = passed_on(name)
    found = explain(world.store, world.installation, Envelope(FRONT, sender), raw)["passed_on"]
    assert [(one["way"], one["fields"], one["address"]) for one in found] == WAYS[name]
    for one in found:
        assert one["address"] in one["says"]
        assert one["way"] == "unmarked" or all(field in one["says"] for field in one["fields"])


@pytest.mark.parametrize("name", WAYS)
def test_a_new_mail_opens_a_record_as_a_persons(world: World, name: str) -> None:
    raw, sender = passed_on(name)
    found = explain(world.store, world.installation, Envelope(FRONT, sender), raw)
    assert found["disposition"]["action"] == "open" and found["disposition"]["author"]["as"] == "outsider"
    # A list's mail is written by a program to everybody; the others only hand on what a person wrote.
    assert found["kind"] == ("machine" if name == "google-group" else "mail")
    row = world.deliver(raw, FRONT, sender)
    assert (row.state, row.record) == ("filed", "LEAD-2")


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("shown", ["To", "Cc"])
def test_the_token_is_found(world: World, name: str, shown: str) -> None:
    raw, sender = passed_on(name)
    line = f"To: {karins(world)}" if shown == "To" else f"To: {MAILBOX}\nCc: erik@other.example, {karins(world)}"
    row = world.deliver(re.sub(rb"(?m)^To: .*$", line.encode(), raw), FRONT, sender)
    assert (row.state, row.record) == ("filed", "LEAD-1")


@pytest.mark.parametrize("name", NAMES_IT)
def test_the_token_is_found_where_it_was_in_bcc(world: World, name: str) -> None:
    raw, sender = passed_on(name)
    address = karins(world)
    raw = re.sub(rb"(?m)^To: .*$", b"To: undisclosed-recipients:;", raw).replace(MAILBOX.encode(), address.encode())
    row = world.deliver(raw, FRONT, sender)
    assert (row.state, row.record) == ("filed", "LEAD-1")
    found = explain(world.store, world.installation, Envelope(FRONT, sender), raw)["passed_on"]
    assert address.partition("+")[2].partition("@")[0] not in str(found)


@pytest.mark.parametrize("name", WAYS)
def test_an_answer_is_found_by_what_it_answers(world: World, name: str) -> None:
    raw, sender = passed_on(name)
    answers = b"In-Reply-To: <first@customer.example>\nReferences: <first@customer.example>\n"
    row = world.deliver(raw.replace(b"Subject: ", answers + b"Subject: Re: ", 1), FRONT, sender)
    assert (row.state, row.record) == ("filed", "LEAD-1")


def test_the_token_is_found_before_an_alias_of_our_own_mail_server(world: World) -> None:
    raw = world.mail(to="undisclosed-recipients:;", subject="Another", verified=True)
    envelope = Envelope(FRONT, "karin@customer.example", karins(world), "Q1", "192.0.2.9", "pipe")
    with world.store.transaction():
        (row,) = world.store.inbound.accept([envelope], raw, world.clock())
    world.settle()
    assert (world.row(row).state, world.row(row).record) == ("filed", "LEAD-1")
    (found, *_) = explain(world.store, world.installation, envelope, raw)["passed_on"]
    assert found["way"] == "alias" and found["fields"] == ["RCPT TO"] and "reply+...@acme.example" in found["says"]


def test_a_mail_that_nobody_passed_on_came_straight(world: World) -> None:
    found = explain(world.store, world.installation, Envelope(FRONT, "karin@customer.example"), world.mail())
    assert [one["way"] for one in found["passed_on"]] == ["straight"]
