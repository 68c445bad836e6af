"""Real bounces: a second Postfix that refuses, blocks, puts off and fills up.

Each message to it ends in the state that fits, with that server's words.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.installation import ANNA, LiveInstallation, live
from tests.e2e.machine import MAILBOX_USER
from tests.e2e.postfix import PrivatePostfix

DOMAIN = "customer.example"
TAKEN, FULL, NOBODY = f"root@{DOMAIN}", f"{MAILBOX_USER}@{DOMAIN}", f"nobody-here@{DOMAIN}"
LATE, BLOCKED, BUSY = (f"{name}@{DOMAIN}" for name in ("late", "blocked", "busy"))
ROOM = 60_000
"""Bytes that a mailbox there may have."""
RULES = {
    BLOCKED: "554 5.7.1 Client host blocked, see our list",
    BUSY: "450 4.2.0 Greylisted, come again later",
    LATE: "OK",
}


def table(rules: dict[str, str]) -> str:
    return "inline:{ " + ", ".join(f"{{ {address} = {answer} }}" for address, answer in rules.items()) + " }"


@pytest.fixture(scope="module")
def far(make_postfix: Callable[..., PrivatePostfix], state_dir: Path, postfix: PrivatePostfix) -> PrivatePostfix:
    """The mail server of the customers; what it reports goes home by ours, and ours sends all mail there."""
    one = make_postfix(
        state_dir, with_mailboxes=(DOMAIN,), milter=False, installed=False, myhostname=f"mx.{DOMAIN}",
        relayhost=f"[127.0.0.1]:{postfix.smtp_port}", message_size_limit=str(ROOM - 1000), mailbox_size_limit=str(ROOM),
        smtpd_recipient_restrictions=f"check_recipient_access {table(RULES)} permit_mynetworks reject",
        smtpd_end_of_data_restrictions=f"check_recipient_access {table({LATE: '554 5.6.0 We take no such contents'})}",
        local_recipient_maps=f"inline:{{ {{ {MAILBOX_USER} = x }}, {{ root = x }}, {{ late = x }} }}",
    )  # fmt: skip
    # A mailbox in one file can be full; a Maildir has no such bound.
    one.set(mail_spool_directory=str(one.mail))
    mailbox = one.mail / MAILBOX_USER
    mailbox.write_bytes(b"x" * (ROOM - 10))
    shutil.chown(mailbox, MAILBOX_USER)
    mailbox.chmod(0o600)
    postfix.set(relayhost=f"[127.0.0.1]:{one.smtp_port}")
    return one


@pytest.fixture(scope="module")
def installation(postfix: PrivatePostfix, far: PrivatePostfix, state_dir: Path) -> Iterator[LiveInstallation]:
    """Acme behind its Postfix, with its log followed; LEAD-1 has one message to everybody there."""
    made = live(postfix, state_dir, postfix.milter)
    postfix.log_file.chmod(0o644)
    with made.config.open("a") as settings:
        settings.write(f'mail_log = "{postfix.log_file}"\n')
    made.listener()
    made.sender()
    postfix.deliver(TAKEN, "leads@acme.example", mail())
    made.wait_messages("LEAD-1", 1)
    people = [word for one in (TAKEN, FULL, NOBODY, LATE, BLOCKED, BUSY) for word in ("--to", one)]
    made.admin("post", "LEAD-1", "--as", ANNA, "--text", "Forty chairs are ready.", *people)
    yield made
    made.stop()


def mail() -> bytes:
    return (
        f"From: Root <{TAKEN}>\nTo: leads@acme.example\nSubject: Chairs\nMessage-ID: <c1@{DOMAIN}>\n"
        "Date: Thu, 26 Nov 2026 10:00:00 +0000\n\nForty chairs?\n"
    ).encode()


def fates(installation: LiveInstallation) -> dict[str, dict[str, Any]]:
    """What became of the message, by address."""
    shown = installation.json("record", "show", "LEAD-1")["messages"]
    return {to["address"]: to for one in shown if one["kind"] == "post" for to in one["deliveries"]}


def settled(installation: LiveInstallation, address: str, state: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found = fates(installation).get(address)
        return found if found is not None and found["state"] == state else None

    found: dict[str, Any] = installation.wait(look, f"{address} is not {state}")
    return found


def suppressed(installation: LiveInstallation) -> set[str]:
    return {one["address"] for one in installation.json("suppression", "list")}


def test_each_ends_in_its_state_with_the_words_of_the_far_server(
    installation: LiveInstallation, postfix: PrivatePostfix, far: PrivatePostfix
) -> None:
    taken = settled(installation, TAKEN, "accepted")
    assert "250 2.0.0 Ok: queued as" in taken["reason"]
    # Refused at RCPT: nobody of that name; refused after DATA; the sender's host blocked.
    for address, words in (
        (NOBODY, "550 5.1.1"), (LATE, "554 5.6.0"), (BLOCKED, "554 5.7.1"),
    ):  # fmt: skip
        found = settled(installation, address, "bounced")
        assert words in found["reason"] and address in far.log(), found
    assert "no such contents" in settled(installation, LATE, "bounced")["reason"]
    assert "blocked, see our list" in settled(installation, BLOCKED, "bounced")["reason"]
    # Put off.
    later = settled(installation, BUSY, "delayed")
    assert "Greylisted" in later["reason"] and later["again_at"] > later["changed_at"]


def test_a_full_mailbox_bounces_after_the_far_server_took_the_message(
    installation: LiveInstallation, postfix: PrivatePostfix, far: PrivatePostfix
) -> None:
    found = settled(installation, FULL, "bounced")
    assert "5.2.2" in found["reason"] or "full" in found["reason"].lower() or "too large" in found["reason"]
    assert f"to=<{FULL}>" in postfix.log() and "status=bounced" in far.log()


def test_who_does_not_exist_is_suppressed_and_nobody_else(installation: LiveInstallation) -> None:
    for address in (NOBODY, LATE, BLOCKED, FULL):
        settled(installation, address, "bounced")
    assert suppressed(installation) == {NOBODY}
    refused = installation.run(
        installation.programs / "mail-admin", "post", "LEAD-1", "--as", ANNA, "--text", "Again.", "--to", NOBODY
    )
    assert refused.returncode == 1 and NOBODY in refused.stderr.decode()


def test_what_was_put_off_is_taken_in_the_end_and_nothing_is_left_open(
    installation: LiveInstallation, postfix: PrivatePostfix, far: PrivatePostfix
) -> None:
    settled(installation, BUSY, "delayed")
    far.set(
        smtpd_recipient_restrictions="permit_mynetworks reject", virtual_alias_maps=f"inline:{{ {{ {BUSY} = root }} }}"
    )
    postfix.flush()
    settled(installation, BUSY, "accepted")
    postfix.wait_empty()
    assert {one["state"] for one in fates(installation).values() if one["address"] != ANNA} == {"accepted", "bounced"}
