"""Domains on their pages: what the DNS has, keys, the end and its plan, the link for who keeps the DNS, and roles."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.admin.conftest import Browser, Site, TestClient
from tests.unit import dmarc
from tests.unit.world import HOST
from tests.unit.zones import TableZones, good
from weftmail.cli.signing import DkimFolder
from weftmail.core.ports import Outcome, Sent
from weftmail.core.sent_as import SentAs
from weftmail.flow.account import link_mail
from weftmail.flow.copy import Copy
from weftmail.flow.dns_watch import OURSELVES, DnsWatch
from weftmail.flow.setup.act import Setup
from weftmail.store.alias import AliasSettings

DOMAIN = "acme.example"
PAGE = f"/domains/{DOMAIN}"


def watch(site: Site, zones: TableZones) -> DnsWatch:
    """Return what looks at the DNS, as the site's own worker does."""
    setup = Setup(site.store, OURSELVES, site.world.clock, None, lambda *_: "", ("en",), lambda _: True)
    return DnsWatch(setup, zones, HOST, DkimFolder(str(site.folder / "dkim")))


def zones(site: Site) -> TableZones:
    """Return a DNS that shows all that it should of Acme's domain, with the keys that are there."""
    keys = {one.selector: one.record for one in site.store.domains.dkim_keys(DOMAIN)}
    return TableZones(DOMAIN, good(DOMAIN, HOST, keys))


def owner(site: Site) -> None:
    """Let Anna look after the whole installation."""
    site.store.line.appoint(site.world.anna)


def answers(site: Site) -> bool:
    """Say whether Acme's first alias takes mail."""
    found = site.store.aliases.by_address("leads@acme.example")
    return found is not None and found.active


def test_the_list_shows_kind_state_dns_and_the_company_s_aliases(site: Site, anna: Browser) -> None:
    page = anna.get("/domains").text
    assert f'href="{PAGE}"' in page and "not asked yet" in page
    assert "other.example" not in page
    site.store.domains.add("shared.example", None, False, 1)
    assert "shared.example" in anna.get("/domains").text and "all companies" in anna.get("/domains").text


def test_keys_are_made_seen_and_said_to_sign(site: Site, anna: Browser) -> None:
    assert "Email of this domain leaves unsigned." in anna.get(PAGE).text
    assert anna.post(f"{PAGE}/keys", {"csrf": anna.csrf()}).status_code == 303
    page = anna.get(PAGE).text
    assert page.count("not seen in the DNS yet") == 2 and "leaves unsigned" in page
    # What to put into the DNS stands there before anybody has asked for it.
    assert page.count("The DNS was not asked yet since the key wm27") == 2
    assert "wm27e._domainkey.acme.example. 3600 IN TXT &#34;v=DKIM1; k=ed25519;" in page
    assert "wm27a._domainkey" in anna.get(f"{PAGE}/zone.txt").text
    assert "update add wm27a._domainkey" in anna.get(f"{PAGE}/nsupdate.txt").text
    assert "<dt>Found</dt>" not in page
    watch(site, zones(site)).run()
    page = anna.get(PAGE).text
    assert page.count("● signing") == 2 and "leaves unsigned" not in page
    assert "● MX" in page and "Email comes to mx1.acme.example." in page


def test_a_record_that_is_wrong_stands_there_with_reason_step_and_what_to_copy(site: Site, anna: Browser) -> None:
    found = zones(site)
    found.rows[DOMAIN, "MX"] = ("0 .",)
    watch(site, found).look(DOMAIN)
    page = anna.get(PAGE).text
    assert "✕ MX" in page and "acme.example says by a null MX record that it takes no email." in page
    assert "Replace the record at acme.example." in page
    assert "acme.example. 3600 IN MX 10 mx1.acme.example." in page
    zone, update = anna.get(f"{PAGE}/zone.txt").text, anna.get(f"{PAGE}/nsupdate.txt").text
    assert zone.startswith("; remove: acme.example. IN MX 0 .\nacme.example. 3600 IN MX 10 mx1.acme.example.\n")
    assert update.startswith("zone acme.example.\nupdate delete acme.example. MX 0 .\n")
    assert "✕ broken" in anna.get("/domains").text


def test_a_server_without_a_public_address_is_said_what_to_publish_and_why(site: Site, anna: Browser) -> None:
    found = zones(site)
    found.rows[HOST, "A"] = ("192.168.1.20",)
    found.rows[DOMAIN, "TXT"] = ("verification=1",)
    watch(site, found).look(DOMAIN)
    page = anna.get(PAGE).text
    assert "acme.example has no SPF record" in page
    assert f"Give {HOST} an A record with the public address that email leaves from; then add the record" in page
    assert f"{HOST}, the name of this server, leads to 192.168.1.20, which nobody outside reaches" in page
    record = f"acme.example. 3600 IN TXT &#34;v=spf1 a:{HOST} ~all&#34;"
    assert record in page and f"v=spf1 a:{HOST} ~all" in anna.get(f"{PAGE}/nsupdate.txt").text


def test_asking_again_lets_the_worker_look_and_the_page_follows(site: Site, anna: Browser) -> None:
    assert anna.post(f"{PAGE}/look", {"csrf": anna.csrf()}).status_code == 303
    assert "this page shows it by itself" in anna.get(PAGE).text
    before = anna.get(f"/live{PAGE}").json()["seen"]
    watch(site, zones(site)).run()
    assert anna.get(f"/live{PAGE}").json()["seen"] != before


def test_the_link_for_who_keeps_the_dns_shows_that_page_alone(
    site: Site, anna: Browser, browser: Callable[[], Browser]
) -> None:
    found = zones(site)
    del found.rows[DOMAIN, "MX"]
    watch(site, found).look(DOMAIN)
    page = anna.post(f"{PAGE}/share", {"csrf": anna.csrf()}).text
    (token,) = re.findall(r'<textarea id="link"[^>]*>\nhttp://testserver/dns/([0-9a-f]+)<', page)
    assert token not in anna.get(PAGE).text
    stranger = browser()
    shown = stranger.get(f"/dns/{token}")
    assert shown.status_code == 200 and "acme.example. 3600 IN MX 10 mx1.acme.example." in shown.text
    assert "Karin" not in shown.text and "/records" not in shown.text and "csrf" not in shown.text
    assert stranger.get(PAGE).status_code == 303
    assert stranger.get("/dns/abc").status_code == 404
    site.world.clock.now += 14 * 24 * 3600_000
    assert "This link has expired" in stranger.get(f"/dns/{token}").text
    rows = site.store.connection.execute("select token_hash from dns_link").fetchall()
    assert rows and token not in rows[0]


def test_the_records_are_sent_to_whoever_keeps_the_dns(
    site: Site, anna: Browser, browser: Callable[[], Browser]
) -> None:
    form = {"csrf": anna.csrf(), "to": "no address"}
    wrong = anna.post(f"{PAGE}/send", form)
    assert wrong.status_code == 422 and 'value="no address"' in wrong.text
    assert re.search(r'<div id="to-said"><p class="error">✕ ', wrong.text)
    before = site.sender.woken
    done = anna.post(f"{PAGE}/send", {**form, "to": "hostmaster@provider.example"})
    assert done.status_code == 303 and site.sender.woken > before
    page = anna.get(done.headers["location"]).text
    assert "The records of acme.example sent to whoever keeps the DNS" in page
    assert "A link that was given away ends by itself after 14 days" in page
    (one,) = [each for each in site.store.outbox.claim("t", site.world.clock(), 2**60, 9) if each.address]
    made = link_mail(site.store, site.installation, one)
    assert isinstance(made, Copy)
    (token,) = set(re.findall(rb"http://testserver/dns/([\w-]{43})", made.data))
    stranger = browser()
    shown = stranger.get(f"/dns/{token.decode()}")
    assert shown.status_code == 200 and "acme.example" in shown.text and "Karin" not in shown.text
    assert "hostmaster@provider.example" in anna.get("/outbox").text and "DNS records" in anna.get("/outbox").text
    assert token.decode() not in one.says


def test_a_domain_is_closed_after_its_plan_and_brought_back_with_its_aliases(site: Site, anna: Browser) -> None:
    plan = anna.get(f"{PAGE}/removal").text
    assert "leads@acme.example" in plan and "Nothing has changed yet" in plan
    assert answers(site)
    closed = anna.post(f"{PAGE}/remove", {"csrf": anna.csrf()})
    assert closed.status_code == 303 and not answers(site)
    page = anna.get(closed.headers["location"]).text
    assert "Domain acme.example removed" in page and "▲ closed" in page
    (act,) = re.findall(r'class="bar".*?/history/(\d+)/undo', page, re.S)
    assert anna.post(f"/history/{act}/undo", {"csrf": anna.csrf()}).status_code == 303
    assert answers(site)
    assert "● open" in anna.get(PAGE).text


def test_a_closed_domain_is_taken_into_use_on_its_page(site: Site, anna: Browser) -> None:
    anna.post(f"{PAGE}/remove", {"csrf": anna.csrf()})
    site.world.clock.now += 31 * 24 * 3600_000
    anna.sign_in("anna@acme.example")
    site.store.connection.execute("update outbox set state = 'sent'")
    assert "Remove this domain" in anna.get(f"{PAGE}/removal").text
    anna.post(f"{PAGE}/remove", {"csrf": anna.csrf()})
    assert "All its email is refused" in anna.get(PAGE).text
    anna.post(f"{PAGE}/restore", {"csrf": anna.csrf()})
    assert answers(site)
    again = anna.post(f"{PAGE}/restore", {"csrf": anna.csrf()})
    assert again.status_code == 422 and "in use" in again.text


def test_kind_and_company_are_changed_and_taken_back(site: Site, anna: Browser) -> None:
    done = anna.post(f"{PAGE}/set", {"csrf": anna.csrf(), "kind": "mailboxes"})
    assert done.status_code == 303 and "with mailboxes ·" in anna.get(PAGE).text
    (act,) = re.findall(r'class="bar".*?/history/(\d+)/undo', anna.get(done.headers["location"]).text, re.S)
    anna.post(f"/history/{act}/undo", {"csrf": anna.csrf()})
    assert "dedicated ·" in anna.get(PAGE).text
    anna.post(f"{PAGE}/set", {"csrf": anna.csrf(), "kind": "dedicated", "whose": "all"})
    assert "shared by all companies" not in anna.get(PAGE).text


def test_new_keys_wait_and_an_old_one_is_retired(site: Site, anna: Browser) -> None:
    anna.post(f"{PAGE}/keys", {"csrf": anna.csrf()})
    waiting = anna.post(f"{PAGE}/keys", {"csrf": anna.csrf()})
    assert waiting.status_code == 422 and "are not in the DNS yet" in waiting.text
    (selector, *_) = [one.selector for one in site.store.domains.dkim_keys(DOMAIN)]
    anna.post(f"{PAGE}/retire", {"csrf": anna.csrf(), "selector": selector})
    page = anna.get(PAGE).text
    assert "retired: take it out of the DNS" in page and "its private key is deleted by" in page
    site.world.clock.now += 7 * 24 * 3600_000
    anna.sign_in("anna@acme.example")
    watch(site, zones(site)).look(DOMAIN)
    assert "its private key is deleted<" in anna.get(PAGE).text
    assert not [one for one in (site.folder / "dkim" / DOMAIN).iterdir() if one.stem == selector]


def test_what_is_done_with_keys_is_undone_or_says_why_not(site: Site, anna: Browser) -> None:
    def act() -> str:
        found = re.search(r'class="bar".*?/history/(\d+)/undo', anna.get(led.headers["location"]).text, re.S)
        assert found is not None
        return f"/history/{found[1]}/undo"

    def states() -> set[str]:
        return {one.state for one in site.store.domains.dkim_keys(DOMAIN)}

    led = anna.post(f"{PAGE}/keys", {"csrf": anna.csrf()})
    made = act()
    anna.post(made, {"csrf": anna.csrf()})
    assert states() == {"retired"}
    anna.post(f"{PAGE}/keys", {"csrf": anna.csrf()})
    watch(site, zones(site)).look(DOMAIN)
    assert states() == {"retired", "signing"}
    assert "Keys follow what the DNS shows" in anna.get(PAGE).text
    (selector, *_) = [one.selector for one in site.store.domains.dkim_keys(DOMAIN) if one.state == "signing"]
    led = anna.post(f"{PAGE}/retire", {"csrf": anna.csrf(), "selector": selector})
    assert "retiring" in states() and "when its private key is deleted" in anna.get(PAGE).text
    anna.post(act(), {"csrf": anna.csrf()})
    assert "retiring" not in states()


def test_an_admin_of_all_adds_domains_and_is_told_beside_the_field(site: Site, anna: Browser) -> None:
    assert anna.post("/domains/add", {"csrf": anna.csrf(), "name": "new.example"}).status_code == 404
    owner(site)
    wrong = anna.post("/domains/add", {"csrf": anna.csrf(), "name": "new", "kind": "mailboxes", "whose": "all"})
    assert wrong.status_code == 422 and 'value="new"' in wrong.text and 'aria-invalid="true"' in wrong.text
    made = anna.post("/domains/add", {"csrf": anna.csrf(), "name": "New.example", "kind": "mailboxes", "whose": "all"})
    assert made.headers["location"].startswith("/domains/new.example")
    assert site.store.dns.due(site.world.clock()) == ["new.example"]


@pytest.mark.parametrize(
    "act", ["look", "share", "send", "keys", "round", "postmaster", "retire", "set", "remove", "restore"]
)
def test_a_shared_domain_is_read_only_for_the_admin_of_a_company(site: Site, anna: Browser, act: str) -> None:
    shared = site.store.domains.add("shared.example", None, True, 1)
    site.store.aliases.add(site.other, shared, "theirs", AliasSettings("lead", None, None, "everyone", "", "{}"), 1)
    page = anna.get("/domains/shared.example")
    assert page.status_code == 200 and "theirs" not in page.text and "0 aliases of yours" in page.text
    forms = re.findall(r'method="post" action="([^"]+)"', page.text.split('<main id="main">')[1])
    assert set(forms) <= {"/account/zone"}
    assert anna.post(f"/domains/shared.example/{act}", {"csrf": anna.csrf()}).status_code == 404
    assert anna.get("/domains/shared.example/removal").status_code == 404


def test_who_is_told_of_postmaster_s_mail_is_changed_on_the_page(site: Site, anna: Browser) -> None:
    done = anna.post(f"{PAGE}/postmaster", {"csrf": anna.csrf(), "who": "bjorn@acme.example"})
    assert done.status_code == 303 and site.store.domains.postmaster(DOMAIN) == site.world.bjorn
    assert 'value="bjorn@acme.example"' in anna.get(PAGE).text
    wrong = anna.post(f"{PAGE}/postmaster", {"csrf": anna.csrf(), "who": "eva@other.example"})
    assert wrong.status_code == 422 and site.store.domains.postmaster(DOMAIN) == site.world.bjorn
    assert 'value="eva@other.example"' in wrong.text and 'aria-invalid="true"' in wrong.text


def test_a_mail_round_is_sent_watched_and_its_result_shown(site: Site, anna: Browser) -> None:
    assert "Nothing that leaves here can come back" in anna.get(PAGE).text
    assert anna.post(f"{PAGE}/round", {"csrf": anna.csrf()}).status_code == 404
    server = KeepingServer()
    site.app.state.site = replace(site.app.state.site, way_out=lambda: server)
    anna.post(f"{PAGE}/keys", {"csrf": anna.csrf()})
    assert anna.post(f"{PAGE}/round", {"csrf": anna.csrf()}).status_code == 303
    assert "▲ Sent, and on its way." in anna.get(PAGE).text
    before = anna.get(f"/live{PAGE}").json()["seen"]
    ((recipient, data),) = server.kept
    site.world.deliver(data.replace(b"\r\n", b"\n"), recipient)
    assert anna.get(f"/live{PAGE}").json()["seen"] != before
    page = anna.get(PAGE).text
    assert "● Back after" in page and page.count(" verified</span>") == 2
    assert recipient not in page and recipient not in anna.get(f"/history?subject={DOMAIN}").text
    site.world.clock.now += 10**6
    anna.post(f"{PAGE}/round", {"csrf": anna.csrf()})
    site.world.clock.now += 10**6
    assert "✕ Sent, but not back." in anna.get(PAGE).text


class KeepingServer:
    """A mail server that takes everything."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, bytes]] = []

    def submit(self, return_path: str, recipients: Sequence[str], data: bytes) -> dict[str, Outcome]:
        """Take a copy."""
        self.kept += [(one, data) for one in recipients]
        return dict.fromkeys(recipients, Sent("250 ok"))

    def close(self) -> None:
        """Nothing to give back."""


def test_of_a_key_that_is_newer_than_the_last_look_nothing_is_said_to_be_found(site: Site, anna: Browser) -> None:
    watch(site, zones(site)).look(DOMAIN)
    before = anna.get(PAGE).text.count("<dt>Found</dt>")
    anna.post(f"{PAGE}/keys", {"csrf": anna.csrf()})
    page = anna.get(PAGE).text
    assert page.count("The DNS was not asked yet since the key") == 2
    # The row that said that there are no keys has given way to theirs.
    assert page.count("<dt>Found</dt>") == before - 1


def test_only_the_domain_of_the_guide_leads_back_to_it(site: Site, anna: Browser) -> None:
    owner(site)
    site.store.domains.add("later.example", site.world.acme, True, 1)
    assert "Back to the guide" not in anna.get(PAGE).text
    site.store.settings.put("guide_domain", DOMAIN)
    assert "Back to the guide" in anna.get(PAGE).text
    assert "Back to the guide" not in anna.get("/domains/later.example").text


def test_what_left_is_measured_by_its_from_its_signature_and_its_return_path(site: Site, anna: Browser) -> None:
    assert "Within 24 hours no email left with this domain in From." in anna.get(PAGE).text
    for signed in (DOMAIN, DOMAIN, ""):
        site.store.alignments.count(site.world.acme, SentAs(DOMAIN, signed, DOMAIN), site.world.clock())
    page = anna.get(PAGE).text
    assert "● 3 of 3 emails aligned, 24 hours" in page and "2 by their signature, 3 by their return path" in page
    site.store.alignments.count(site.other, SentAs(DOMAIN, "", ""), site.world.clock())
    # What another company sends with a shared domain is seen by an admin of all alone.
    assert "3 of 3 emails aligned" in anna.get(PAGE).text
    owner(site)
    assert "▲ 3 of 4 emails aligned, 24 hours" in anna.get(PAGE).text


def test_others_do_not_see_the_pages(site: Site, browser: Callable[[], Browser]) -> None:
    bjorn = browser()
    bjorn.sign_in("bjorn@acme.example")
    assert bjorn.get("/domains").status_code == bjorn.get(PAGE).status_code == 404


def test_a_site_that_does_not_ask_the_dns_says_who_does(tmp_path: Path) -> None:
    made = Site(tmp_path, asks_dns=False)
    with TestClient(made.app) as client:
        anna = Browser(client)
        anna.sign_in("anna@acme.example")
        page = anna.get("/domains/acme.example").text
    assert "mail-admin dns check acme.example" in page and "Ask again" not in page
    assert "this page shows it by itself" not in page
    # What to put into the DNS is known before anybody asks; what it has is not.
    assert "10 mx1.acme.example" in page and "v=spf1 a:mx1.acme.example ~all" in page and "<dt>Found</dt>" not in page
    made.store.close()


def reported(site: Site, row: dmarc.Row, number: str, *, verified: bool) -> None:
    """Let a report on Acme's domain come in."""
    name = "receiver.example!acme.example!1799800000!1799886400.xml.gz"
    content = dmarc.packed(dmarc.report([row], number=number))
    raw = site.world.mail("noreply@receiver.example", f"dmarc@{DOMAIN}", verified=verified, files=[(name, content)])
    site.world.deliver(raw, f"dmarc@{DOMAIN}")


def test_who_sends_in_its_name_stands_there_as_receivers_report_it(
    site: Site, anna: Browser, browser: Callable[[], Browser]
) -> None:
    page = anna.get(PAGE).text
    assert "No verified DMARC report came within 30 days." in page and "rua=mailto:dmarc@acme.example" in page
    key = site.store.domains.add_dkim_key(site.world.domain, "s1", "rsa", "v=DKIM1", 1)
    assert key
    reported(site, ("198.51.100.7", 40, "reject", "fail", "fail", ""), "r1", verified=True)
    reported(site, dmarc.ROW, "r2", verified=True)
    reported(site, ("203.0.113.9", 7, "none", "fail", "pass", ""), "r3", verified=False)
    page = anna.get(PAGE).text
    assert "▲ 3 of 43 emails passed DMARC, 30 days" in page
    assert page.index("192.0.2.25") < page.index("198.51.100.7") < page.index("Anybody can write such a report")
    assert page.index("Anybody can write such a report") < page.index("203.0.113.9")
    assert page.count("signed by your keys") == 1 and "Receiver</bdi> (<bdi>receiver.example</bdi>) 2" in page
    assert "Reports whose sender is not verified: 7 of 7 emails passed" in page
    # What is reported on a domain that others use, too, is for an admin of all.
    site.store.domains.set(site.world.domain, dedicated=True, state="open", closed_at=None, company_id=None)
    assert "198.51.100.7" not in anna.get(PAGE).text
    owner(site)
    assert "198.51.100.7" in anna.get(PAGE).text
