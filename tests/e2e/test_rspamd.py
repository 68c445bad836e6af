"""What leaves, as a spam filter sees it: nothing of ours raises the score."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.unit.flow.test_filing import reply_address
from tests.unit.world import KARIN, World
from weftmail.flow.copy import Copy, copy_of
from weftmail.flow.post import Draft, post

from .machine import require
from .rspamd import PROGRAM, Rspamd

SURROUNDINGS = {
    "AUTH_NA",
    "HFILTER_HELO_IP_A",
    "HFILTER_HELO_NORES_A_OR_MX",
    "HFILTER_HOSTNAME_UNKNOWN",
    "HFILTER_FROMHOST_NORES_A_OR_MX",
    "FROMHOST_NORES_A_OR_MX",
    "RCVD_COUNT_ZERO",
    "RCVD_NO_TLS_LAST",
    "ARC_NA",
    "DMARC_NA",
}
"""They say that there is no DNS here, and no hop before: nothing of the mail."""
SALES, NORD = "leads@acme.example", "Nord <sales@nord.example>"


@pytest.fixture(scope="module")
def rspamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rspamd]:
    require(Path(PROGRAM).exists(), "rspamd is not installed")
    filter_ = Rspamd(tmp_path_factory.mktemp("rspamd"))
    filter_.start()
    yield filter_
    filter_.stop()


def raised(rspamd: Rspamd, mail: bytes) -> dict[str, float]:
    """Return what raises the score of a mail."""
    return {name: score for name, score in rspamd.symbols(mail).items() if score > 0 and name not in SURROUNDINGS}


def plain(subject: str = "Chairs", **fields: str) -> EmailMessage:
    """Return a mail as the standard library writes it."""
    mail = EmailMessage()
    mail["From"] = "Anna <anna@acme.example>"
    mail["To"] = "Karin Ek <karin@customer.example>"
    mail["Subject"] = subject
    mail["Date"] = formatdate()
    mail["Message-ID"] = "<one@acme.example>"
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("We can have forty of them ready on Monday, in oak or in birch as you like.\n")
    return mail


def test_it_finds_what_is_wrong_and_nothing_where_nothing_is(rspamd: Rspamd) -> None:
    assert raised(rspamd, plain().as_bytes()) == {}
    assert "FAKE_REPLY" in raised(rspamd, plain("Re: Chairs").as_bytes())
    other = plain()
    other.replace_header("Message-ID", "<one@customer.example>")
    assert "MID_RHS_MATCH_TO" in raised(rspamd, other.as_bytes())


@pytest.mark.parametrize("answers_as", ["", NORD])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_nothing_of_ours_raises_the_score(rspamd: Rspamd, tmp_path: Path, answers_as: str, language: str) -> None:
    found = {name: raised(rspamd, mail) for name, mail in sent(tmp_path, answers_as, language).items()}
    assert len(found) == 6
    assert {name: symbols for name, symbols in found.items() if symbols} == {}


def sent(folder: Path, answers_as: str, language: str) -> dict[str, bytes]:
    """Return what leaves for a conversation, by audience and number: answers, notes, new messages, formatted ones."""
    world = World(folder)
    world.clock.now = int(time.time() * 1000)
    store, installation = world.store, world.installation
    store.connection.execute("update users set language = ?", (language,))
    store.domains.add("in.nord.example", world.acme, True, 1)
    store.connection.execute("update alias set answer_as = ?", (answers_as,))
    anna, bjorn = (store.users.get(one) for one in (world.anna, world.bjorn))
    assert anna is not None and bjorn is not None
    files = [("plan.txt", b"forty chairs\n")]
    world.deliver(world.mail(subject="Forty chairs", text="Can you do forty?", verified=True, files=files), SALES)
    record = world.record("LEAD-1")
    store.records.follow(world.acme, record.id, world.bjorn, 1)
    # Two links: of one, whoever writes it, rspamd 3.4 makes URI_COUNT_ODD.
    lists = [f"<a href='https://acme.example/{one}'>{one}</a>" for one in ("chairs", "tables")]
    html = f"<p>We have <b>forty</b>, see {lists[0]} and {lists[1]}.</p><ul><li>oak</li></ul>"
    for author, draft in (
        (anna, Draft("Yes, on Monday.")),
        (bjorn, Draft("Thirty-eight are in stock.", note=True)),
        (anna, Draft("", html=html)),
        (anna, Draft("We have a new list of prices.", to=["Sara <sara@other.example>"], new=True, subject="Prices")),
    ):
        post(store, installation, record, author, draft)
    answer = world.mail(KARIN, subject="Re: Forty chairs", text="That is fine.", verified=True)
    world.deliver(answer, reply_address(world, world.thread("LEAD-1")[1].id, 1))
    left = {}
    for claimed in store.outbox.claim("test", world.clock() + 1, 2**50, 100):
        made = copy_of(store, installation, claimed)
        assert isinstance(made, Copy), made
        left[f"{claimed.audience} {claimed.id}"] = made.data
    return left
