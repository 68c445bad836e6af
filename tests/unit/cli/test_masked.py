"""A reply address is a capability: nothing that is shown holds one whole, on a terminal, in JSON, in a log."""

from __future__ import annotations

import io
import logging
import re
import sys

import pytest

from tests.unit.shell import Shell
from tests.unit.world import World
from weftmail.cli.logs import MaskedFormatter
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token, mask_addresses


def address_of(world: World) -> str:
    """Return the reply address of the first message of LEAD-1."""
    token = Token("post", world.thread("LEAD-1")[0].id)
    return reply_token.address(world.installation.keyring, token, "acme.example")


def answers(world: World) -> str:
    """Let Karin answer to a reply address that she quotes in every place there is; return its token."""
    address = address_of(world)
    words = f"Hello {address} and <a href='mailto:{address}'>{address}</a>"
    received = ("Received", f"from a.example by mx1.acme.example for <{address}>; Mon, 23 Nov 2026 10:00:00 +0000")
    cc = f'"{address}" <{address}>'
    author = "Karin Ek <karin@customer.example>"
    mail = world.mail(author, address, f"Re: {address}", words, cc=cc, headers=[received], verified=True)
    row = world.deliver(mail, address, "karin@customer.example")
    assert row.state == "filed"
    token = address.partition("+")[2].partition("@")[0]
    assert len(token) == 40
    return token


@pytest.mark.parametrize(
    "words",
    [
        ("record", "show", "LEAD-1"),
        ("inbound", "list"),
        ("inbound", "show", "2"),
        ("outbox", "list"),
        ("record", "list"),
    ],
)
def test_no_command_prints_a_token(shell: Shell, words: tuple[str, ...]) -> None:
    world = shell.world
    world.deliver(world.mail(verified=True), "leads@acme.example")
    token = answers(world)
    for said in (shell.ok(*words), shell.ok(*words, "--json")):
        assert token not in said.lower() and not re.search(r"(reply|bounce)\+[a-z2-7]{8}", said)
        # What is no address is untouched: a link to sign in, and a public key.
    link = shell.call("user", "sign-in-link", "anna@acme.example")[1].strip()
    assert re.fullmatch(r"\S+/enter/[0-9a-f]{64}", link)


def test_no_line_of_the_log_holds_a_token(world: World) -> None:
    world.deliver(world.mail(verified=True), "leads@acme.example")
    address = address_of(world)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(MaskedFormatter("%(name)s: %(message)s"))
    try:
        raise ValueError(f"no such recipient: {address}")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "to %s", (address,), sys.exc_info())
    handler.emit(record)
    said = written.getvalue()
    assert "reply+...@acme.example" in said and "Traceback" in said and "ValueError" in said
    assert address not in said


@pytest.mark.parametrize("text", ["a" * 40, "reply@acme.example", "reply+abc@acme.example", "p=" + "abc2" * 10])
def test_what_is_no_reply_address_is_printed_as_it_is(text: str) -> None:
    assert mask_addresses(text) == text
