"""Whom a mail from outside names in Cc: what a colleague is shown before Send, and who gets something then."""

from __future__ import annotations

import re

import pytest

from tests.admin.conftest import Browser, Site
from weftmail.core.limits import ANSWER_COPIED
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.flow.post import Draft, post
from weftmail.store.record import NewParticipant

LEAD, WRITE = "/records/LEAD-2", "/records/LEAD-2/write"
LIST = [f"p{number}@victim.example" for number in range(99)]


def arrives(site: Site, *, verified: bool, cc: list[str], author: str = "Karin Ek <karin@customer.example>") -> None:
    """Let a mail open LEAD-2 that names people in Cc, a colleague and an alias of ours among them."""
    copied = ", ".join([*cc, "bjorn@acme.example", "support@acme.example"])
    site.world.deliver(
        site.world.mail(author, cc=copied, subject="Other chairs", verified=verified), "leads@acme.example"
    )


def outside(site: Site) -> set[str]:
    """Return everybody outside to whom a mail of ours is on its way, from LEAD-2."""
    thread = site.world.thread("LEAD-2")
    return {
        one.address
        for message in thread
        for one in site.store.messages.deliveries(site.world.acme, message.id)
        if not one.address.endswith("@acme.example") and one.address
    }


def sent(site: Site, anna: Browser) -> set[str]:
    """Press Send on the page as it stands, and return who gets it."""
    assert anna.post(WRITE, {**anna.form(LEAD), "text": "Hello"}).status_code == 303
    return outside(site)


def test_whom_an_unverified_mail_names_gets_nothing(site: Site, anna: Browser) -> None:
    arrives(site, verified=False, cc=LIST)
    page = anna.get(LEAD).text
    assert "The message names 99 more people, who get nothing." in page and "Reply all" in page
    assert "victim.example" not in "".join(re.findall(r"<label class=.chip.*?</label>", page, re.S))
    assert sent(site, anna) == {"karin@customer.example"}


def test_nor_by_a_post_that_names_nobody(site: Site) -> None:
    arrives(site, verified=False, cc=LIST)
    anna = site.store.users.get(site.world.anna)
    assert anna is not None
    post(site.store, site.installation, site.world.record("LEAD-2"), anna, Draft(text="Hello"))
    assert outside(site) == {"karin@customer.example"}


ADDRESSED = ("to_offered", "cc_offered", "to", "cc")


@pytest.mark.parametrize(("verified", "copied"), [(False, 0), (True, ANSWER_COPIED)])
def test_nor_by_a_colleagues_answer_by_mail(site: Site, verified: bool, copied: int) -> None:
    arrives(site, verified=verified, cc=LIST)
    token = Token("post", site.world.thread("LEAD-2")[0].id)
    address = reply_token.address(site.installation.keyring, token, "acme.example")
    answer = site.world.mail("Anna <anna@acme.example>", address, text="Hello", verified=True)
    assert site.world.deliver(answer, address, "anna@acme.example").state == "filed"
    assert outside(site) == {"karin@customer.example", *LIST[:copied]}


@pytest.mark.parametrize(("verified", "gets"), [(False, {"karin@customer.example"}), (True, None)])
def test_who_takes_part_already_is_copied_by_a_verified_mail_alone(
    site: Site, anna: Browser, verified: bool, gets: set[str] | None
) -> None:
    sara = "Sara <sara@other.example>"
    arrives(site, verified=True, cc=[sara])
    record = site.world.record("LEAD-2")
    contact = site.store.contacts.by_address(site.world.acme, "sara@other.example")
    assert contact is not None
    site.store.records.add_participants(record, [NewParticipant(contact.id, "added")], site.world.clock())
    first = site.world.thread("LEAD-2")[0].rfc_message_id
    again = site.world.mail(
        "Karin Ek <karin@customer.example>", cc=sara, subject="Re: Other chairs", verified=verified, references=[first]
    )
    site.world.deliver(again, "leads@acme.example")
    assert len(site.world.thread("LEAD-2")) == 2
    assert sent(site, anna) == (gets or {"karin@customer.example", "sara@other.example"})


@pytest.mark.parametrize("verified", [False, True])
def test_reply_all_shows_them_and_send_then_reaches_them(site: Site, anna: Browser, verified: bool) -> None:
    arrives(site, verified=verified, cc=["Sara <sara@other.example>", *LIST[:30]])
    page = anna.post(WRITE, {**anna.form(LEAD), "kind": "all", "text": "Hello"}).text
    ticked = set(re.findall(r'name="(?:to|cc)" value="([^"]+)" checked', page))
    assert len(ticked) == 32 and any("sara@other.example" in one for one in ticked)
    # Nobody of ours is among them, and nothing left yet.
    assert not [one for one in ticked if "acme.example" in one]
    assert "Hello" in page and "Reply all</button>" not in page and outside(site) == set()
    form = {
        name: re.findall(rf'name="{name}" value="([^"]+)"', page) for name in (*ADDRESSED, "draft", "version", "pen")
    }
    form = {name: [_plain(one) for one in values] for name, values in form.items()}
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    answer = anna.post(WRITE, {**form, "seen": seen, "csrf": anna.csrf(), "kind": "message", "text": "Hello"})
    assert answer.status_code == 303
    assert outside(site) == {"karin@customer.example", "sara@other.example", *LIST[:30]}


def _plain(text: str) -> str:
    return text.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">")


def test_whom_a_verified_mail_names_is_proposed_up_to_twenty(site: Site, anna: Browser) -> None:
    arrives(site, verified=True, cc=LIST)
    page = anna.get(LEAD).text
    assert "The message names 79 more people, who get nothing." in page
    assert sent(site, anna) == {"karin@customer.example", *LIST[:ANSWER_COPIED]}


def test_a_few_people_of_a_verified_mail_are_all_proposed(site: Site, anna: Browser) -> None:
    arrives(site, verified=True, cc=LIST[:3])
    assert "more people" not in anna.get(LEAD).text and "more person" not in anna.get(LEAD).text
    assert sent(site, anna) == {"karin@customer.example", *LIST[:3]}


def test_an_address_that_a_colleague_adds_gets_it(site: Site, anna: Browser) -> None:
    arrives(site, verified=False, cc=LIST)
    form = {**anna.form(LEAD), "cc_more": LIST[5], "text": "Hello"}
    assert anna.post(WRITE, form).status_code == 303
    assert outside(site) == {"karin@customer.example", LIST[5]}


def test_reply_all_where_nobody_wrote_from_outside_adds_nobody(site: Site, anna: Browser) -> None:
    record = "/records/LEAD-1"
    assert anna.get(record).text.count("Reply all</button>") == 0
    page = anna.post(f"{record}/write", {**anna.form(record), "kind": "all"}).text
    assert len(re.findall(r'name="(?:to|cc)" value="([^"]+)" checked', page)) == 1
