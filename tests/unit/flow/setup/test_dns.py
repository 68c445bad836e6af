"""A domain's records for whoever keeps the DNS: a link that ends by itself; and a look that somebody asks for."""

from __future__ import annotations

from tests.unit.flow.setup.conftest import Office
from weftmail.flow.due.runner import Runner
from weftmail.flow.setup import dns
from weftmail.flow.setup.dns import Shared


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
