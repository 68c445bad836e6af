"""A domain's records for whoever keeps the DNS: a link that ends by itself; and a look that somebody asks for."""

from __future__ import annotations

import email
from dataclasses import replace
from email.policy import default

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.ports import Refused
from weftmail.flow.account import link_mail
from weftmail.flow.copy import Copy
from weftmail.flow.due.runner import Runner
from weftmail.flow.setup import dns
from weftmail.flow.setup.act import Actor
from weftmail.flow.setup.dns import Shared
from weftmail.store.outbox import Claimed


def test_a_link_leads_to_its_domain_for_14_days(office: Office) -> None:
    done = office.did(dns.share(office.setup, "acme.example", "secret"))
    assert isinstance(done, Shared) and done.token == "secret"
    assert office.store.dns.linked("secret", done.until - 1) == "acme.example"
    assert office.store.dns.linked("secret", done.until) is None
    assert office.store.dns.linked("other", 0) is None
    office.world.clock.now = done.until
    Runner(office.store, office.world.installation, "here").round()
    assert office.store.connection.execute("select count(*) from dns_link").fetchone()[0] == 0
    assert office.refused(dns.share(office.setup, "nobody.example", "x")) == ("domain", "no_such_domain")


def test_a_look_is_wanted(office: Office) -> None:
    office.did(dns.look(office.setup, "acme.example"))
    assert office.store.dns.due(office.world.clock()) == ["acme.example"]


def waiting(office: Office) -> Claimed:
    (one,) = office.store.outbox.claim("t", office.world.clock(), 2**60, 9)
    return one


def sent(office: Office, to: str = "Hostmaster@Provider.example", **more: int) -> Shared:
    keyring = office.world.installation.keyring
    done = office.did(dns.send(office.setup, keyring, b"r" * 16, "acme.example", to, **more))
    assert isinstance(done, Shared)
    return done


def test_a_link_is_sent_to_an_address_and_the_outbox_does_not_hold_it(office: Office) -> None:
    done = sent(office)
    assert office.store.dns.linked(done.token, done.until - 1) == "acme.example"
    one = waiting(office)
    assert (one.audience, one.address, one.user_id) == ("link", "hostmaster@provider.example", None)
    assert done.token not in one.says
    made = link_mail(office.store, office.world.installation, one)
    assert isinstance(made, Copy)
    mail = email.message_from_bytes(made.data, policy=default)
    assert (mail["To"], mail["Subject"]) == ("hostmaster@provider.example", "DNS records for acme.example")
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert f"https://mail.acme.example/dns/{done.token}" in text.split()
    assert "Anna (Acme) asks you" in text and "write to anna@acme.example." in text
    (line,) = office.store.listings.outbox()
    assert line.addresses == ("hostmaster@provider.example",)


@pytest.mark.parametrize(("to", "code"), [("nobody", "address_malformed"), ("", "address_malformed")])
def test_an_address_that_is_none_gets_no_link(office: Office, to: str, code: str) -> None:
    refused = dns.send(office.setup, office.world.installation.keyring, b"r" * 16, "acme.example", to)
    assert office.refused(refused)[0] == "to"
    assert office.store.connection.execute("select count(*) from dns_link").fetchone()[0] == 0


def test_from_the_shell_a_link_of_a_shared_domain_leaves_in_the_name_of_a_company(office: Office) -> None:
    office.store.connection.execute("update domain set company_id = null")
    shell, keyring = replace(office.setup, actor=Actor("root")), office.world.installation.keyring
    done = dns.send(shell, keyring, b"r" * 16, "acme.example", "a@provider.example", company_id=office.world.acme)
    assert isinstance(done, Shared)
    made = link_mail(office.store, office.world.installation, waiting(office))
    assert isinstance(made, Copy) and b"replies are not read" in made.data and b"root (Acme)" in made.data


def test_without_a_domain_to_write_from_nothing_is_sent(office: Office) -> None:
    bare = office.store.companies.add("Bare", 1)
    office.store.connection.execute("update domain set company_id = ?, state = 'closed'", (bare,))
    keyring = office.world.installation.keyring
    refused = dns.send(office.setup, keyring, b"r" * 16, "acme.example", "a@provider.example")
    assert office.refused(refused)[0] in ("to", "domain")


def test_a_link_whose_company_can_write_no_more_fails_for_good(office: Office) -> None:
    sent(office)
    one = waiting(office)
    office.store.connection.execute("update domain set name = 'no domain'")
    wrong = link_mail(office.store, office.world.installation, one)
    assert isinstance(wrong, Refused) and wrong.says is not None and wrong.says.code == "refused.address"
    office.store.connection.execute("update domain set state = 'removed'")
    gone = link_mail(office.store, office.world.installation, one)
    assert isinstance(gone, Refused) and gone.says is not None and gone.says.code == "refused.gone"
