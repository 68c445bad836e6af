"""Domains: the list, and one page each with what the DNS has of it, its keys, its addresses and its end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import PlainTextResponse, Response

from weftmail.admin.navigation import Item
from weftmail.admin.page import live, page
from weftmail.admin.pages.history import changes_of
from weftmail.admin.visit import Site, Visit, nothing_here
from weftmail.core.dns import zone_text
from weftmail.core.dns.finding import DnsFinding
from weftmail.core.role import Role
from weftmail.core.tokens.link import RANDOM
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import marked
from weftmail.flow import dmarc_reports, dns_kept, guide
from weftmail.flow.dns_kept import NOT_LOOKED
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import dkim_key, dns, domain, mail_round
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.domain import Closed
from weftmail.store.dns import DnsLook
from weftmail.store.domain import ROLE_ADDRESSES, SYSTEM_ADDRESSES, DkimKey, Domain
from weftmail.store.store import Store

TONES: Mapping[str, str] = {"good": "good", "look": "look", "broken": "broken", "optional": "open"}
WHAT: Mapping[str, str] = {
    "mx": "MX",
    "spf": "SPF",
    "dkim": "DKIM",
    "dmarc": "DMARC",
    "ptr": "PTR",
    "return path": marked("Return path"),
    "mta-sts": "MTA-STS",
    "tls-rpt": "TLS-RPT",
    "zone": marked("Zone"),
}
KEY_TONES: Mapping[str, str] = {
    "made": "look", "published": "look", "signing": "good", "retiring": "open", "retired": "open",
}  # fmt: skip
DISPOSITIONS: Mapping[str, str] = {
    "none": marked("let through"),
    "pass": marked("let through"),
    "quarantine": marked("set aside as suspect"),
    "reject": marked("refused"),
}
KEY_KINDS: Mapping[str, str] = {"rsa": "RSA 2048", "ed25519": "Ed25519"}
KEY_STATES: Mapping[str, str] = {
    "made": marked("not seen in the DNS yet"),
    "published": marked("in the DNS, your resolver does not show it yet"),
    "signing": marked("signing"),
    "retiring": marked("retiring: keep it in the DNS until then"),
    "retired": marked("retired: take it out of the DNS"),
}


@dataclass(frozen=True, slots=True)
class DomainLine:
    """A domain on the list, with the company's aliases in it."""

    domain: Domain
    look: DnsLook | None
    aliases: int

    @property
    def tone(self) -> str:
        """The mark of what the DNS has of it."""
        return TONES[self.look.verdict] if self.look is not None and self.look.verdict else "open"


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One row of the table of records; ``what`` is an English word that the catalogues may know."""

    what: str
    tone: str
    finding: DnsFinding
    since: int

    @property
    def asked(self) -> bool:
        """Whether the DNS was asked for it: a key may be newer than the last look."""
        return self.finding.judgement.reason.code != NOT_LOOKED


@dataclass(frozen=True, slots=True)
class ZoneTable:
    """What the DNS had of a domain at the last look, and what has to change there."""

    domain: str
    look: DnsLook | None
    servers: tuple[str, ...]
    rows: Sequence[RecordRow]
    zone_file: Sequence[str]
    nsupdate: Sequence[str]

    @property
    def tone(self) -> str:
        """The mark of the worst row."""
        return TONES[self.look.verdict] if self.look is not None and self.look.verdict else "open"


def domains(visit: Visit) -> Response:
    """List the domains that the company can use."""
    return _list(visit)


def add(visit: Visit) -> Response:
    """Add a domain, for this company or for all."""
    given = {"name": visit.text("name").strip(), "kind": visit.text("kind"), "whose": visit.text("whose")}
    shared = given["whose"] == "all"
    done = domain.add(
        visit.setup,
        given["name"],
        company=None if shared else visit.company.company,
        shared=shared,
        dedicated=given["kind"] != "mailboxes",
    )
    if isinstance(done, Refusal):
        return _list(visit, given, {done.field: visit.voice.say(done.phrase)}, 422)
    dns.look(visit.setup, done.subject)
    return visit.go(f"/domains/{done.subject}", done)


def _list(
    visit: Visit, given: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    found = [one for one in visit.store.domains.all() if visit.owner or one.company_id in (None, visit.company_id)]
    looks, aliases = visit.store.dns.of([one.id for one in found]), visit.store.domains.aliases_of(visit.company_id)
    return visit.page(
        "domains.html",
        command=Command("mail-admin domain list"),
        status=status,
        lines=[DomainLine(one, looks.get(one.id), aliases.get(one.id, 0)) for one in found],
        given={"name": "", "kind": "dedicated", "whose": "this", **(given or {})},
        wrong=wrong or {},
    )


def found_domain(visit: Visit, *, to_change: bool = False) -> Domain:
    """Return the domain that the address names; 404 where the visitor may not see it, or not change it."""
    one = visit.store.domains.ever(visit.request.path_params["domain"])
    theirs = one is not None and (visit.owner or one.company_id in (None, visit.company_id))
    if one is None or not theirs or (to_change and not may_change(visit, one)):
        raise nothing_here()
    if one.state == "removed" and not may_change(visit, one):
        raise nothing_here()
    return one


def may_change(visit: Visit, one: Domain) -> bool:
    """Say whether the visitor may change a domain: their company's own, or any as admin of all."""
    return visit.owner or one.company_id == visit.company_id


def show(visit: Visit) -> Response:
    """Show one domain."""
    return _page(visit, found_domain(visit))


def _page(
    visit: Visit, one: Domain, *, wrong: str = "", field: str = "", link: str = "", status: int = 200
) -> Response:
    records = records_of(visit.site, visit.store, one)
    changes = may_change(visit, one)
    return visit.page(
        "domain.html",
        command=Command("mail-admin dns check {name}", name=one.name),
        everywhere=True,
        status=status,
        live=visit.path(f"/live/domains/{one.name}?seen={_mark_of(visit, one)}"),
        trip=mail_round.last(visit.store, one),
        at=visit.path(f"/domains/{one.name}"),
        domain=one,
        may_change=changes,
        records=records,
        left=visit.store.alignments.since(one.name, visit.now - dns.DAY, None if visit.owner else visit.company_id),
        reported=dmarc_reports.summaries(visit.store, one, visit.now) if changes else None,
        dispositions=DISPOSITIONS,
        what=WHAT,
        keys=[(key, KEY_TONES[key.state], visit.voice.gettext(KEY_STATES[key.state])) for key in _keys(visit, one)],
        gone_at=dkim_key.gone_at,
        kinds=KEY_KINDS,
        addresses=[f"{each}@{one.name}" for each in _system(one)],
        keeper=visit.text("who") or _address(visit, visit.store.domains.postmaster(one.name)) if changes else "",
        aliases=visit.store.domains.aliases_of(visit.company_id).get(one.id, 0),
        until=one.closed_at + domain.CLOSED_FOR if one.closed_at is not None else 0,
        wrong=wrong if field not in ("who", "to") else "",
        wrong_field={field: wrong},
        to=visit.text("to"),
        link=link,
        guided=visit.owner and guide.about(visit.store) == one.name,
        history=changes_of(visit, one.name, installation=one.company_id is None, most=8) if changes else [],
    )


def records_of(site: Site, store: Store, one: Domain) -> ZoneTable:
    """Return what is kept of a domain's records."""
    look = store.dns.of([one.id]).get(one.id)
    found = dns_kept.rows(store, one, site.host, site.installation.clock())
    judgements = [finding.judgement for finding, _ in found]
    return ZoneTable(
        one.name,
        look,
        tuple(json.loads(look.servers)) if look is not None else (),
        [RecordRow(WHAT[finding.what], TONES[finding.verdict], finding, since) for finding, since in found],
        zone_text.zone_file(judgements),
        zone_text.nsupdate(look.zone if look is not None and look.zone else one.name, judgements),
    )


def _keys(visit: Visit, one: Domain) -> Sequence[DkimKey]:
    return visit.store.domains.dkim_keys(one.name)


def _address(visit: Visit, user_id: int | None) -> str:
    return next(iter(visit.store.users.addresses(user_id)), "") if user_id is not None else ""


def _system(one: Domain) -> tuple[str, ...]:
    return (*SYSTEM_ADDRESSES, *(ROLE_ADDRESSES if one.dedicated else ()))


def _mark_of(visit: Visit, one: Domain) -> str:
    look, trip = visit.store.dns.of([one.id]).get(one.id), mail_round.last(visit.store, one)
    asked_at = look.asked_at if look is not None else None
    return f"{asked_at or 0}-{(trip.inbound_id or 0) if trip is not None else 0}"


def mark(visit: Visit) -> str:
    """Return what changes when the DNS was asked."""
    return _mark_of(visit, found_domain(visit))


def zone_file(visit: Visit) -> Response:
    """Return what has to change, as lines of a zone file."""
    return PlainTextResponse("\n".join([*records_of(visit.site, visit.store, found_domain(visit)).zone_file, ""]))


def update_file(visit: Visit) -> Response:
    """Return what has to change, for nsupdate."""
    return PlainTextResponse("\n".join([*records_of(visit.site, visit.store, found_domain(visit)).nsupdate, ""]))


def look_again(visit: Visit) -> Response:
    """Have the DNS asked now."""
    one = found_domain(visit, to_change=True)
    return _answer(visit, one, dns.look(visit.setup, one.name))


def share(visit: Visit) -> Response:
    """Make a link for whoever keeps the DNS, and show it once."""
    one = found_domain(visit, to_change=True)
    done = dns.share(visit.setup, one.name, visit.site.random(24).hex())
    if isinstance(done, Refusal):
        return _answer(visit, one, done)
    return _page(visit, one, link=f"{visit.site.installation.site_url}/dns/{done.token}")


def send_records(visit: Visit) -> Response:
    """Send such a link by email to whoever keeps the DNS."""
    one, installation = found_domain(visit, to_change=True), visit.site.installation
    random = visit.site.random(RANDOM)
    done = dns.send(visit.setup, installation.keyring, random, one.name, visit.text("to"), company_id=visit.company_id)
    if isinstance(done, Done):
        visit.site.sender.wake()
    return _answer(visit, one, done)


def keys(visit: Visit) -> Response:
    """Make the first keys of a domain, or new ones."""
    one = found_domain(visit, to_change=True)
    files = visit.site.key_files
    if files is None:
        raise nothing_here()
    make = dkim_key.rotate if visit.store.domains.dkim_keys(one.name) else dkim_key.create
    return _answer(visit, one, make(visit.setup, one.name, files))


def retire(visit: Visit) -> Response:
    """Let a key sign no longer."""
    one = found_domain(visit, to_change=True)
    return _answer(visit, one, dkim_key.retire(visit.setup, one.name, visit.text("selector")))


def postmaster(visit: Visit) -> Response:
    """Say who is told of mail to postmaster and abuse."""
    one = found_domain(visit, to_change=True)
    return _answer(visit, one, domain.postmaster(visit.setup, one.name, visit.text("who")))


def send_round(visit: Visit) -> Response:
    """Send a mail out through the mail server, which is to come back by its reply address."""
    one = found_domain(visit, to_change=True)
    if visit.site.way_out is None or visit.site.key_files is None:
        raise nothing_here()
    submitter = visit.site.way_out()
    try:
        done = mail_round.send(visit.setup, visit.site.installation, submitter, visit.site.key_files, one.name)
    finally:
        submitter.close()
    return _answer(visit, one, done)


def change(visit: Visit) -> Response:
    """Change whose the domain is, and whether it is dedicated."""
    one = found_domain(visit, to_change=True)
    whose = visit.text("whose") if visit.owner else ""
    done = domain.change(
        visit.setup,
        one.name,
        dedicated=visit.text("kind") != "mailboxes",
        shared=whose == "all",
        company=visit.company.company if whose == "this" else None,
    )
    return _answer(visit, one, done)


def plan(visit: Visit) -> Response:
    """Show what it would mean to close the domain."""
    one = found_domain(visit, to_change=True)
    try:
        found: Closed = domain.removal(visit.setup, one.name)
    except RefusedAct as refused:
        return _page(visit, one, wrong=visit.voice.say(refused.refusal.phrase), status=422)
    return visit.page(
        "domain_removal.html",
        command=Command("mail-admin domain remove {name} --dry-run", name=one.name),
        everywhere=True,
        domain=one,
        plan=found,
    )


def remove(visit: Visit) -> Response:
    """Close the domain, or remove one that was closed for long enough."""
    one = found_domain(visit, to_change=True)
    return _answer(visit, one, domain.remove(visit.setup, one.name))


def restore(visit: Visit) -> Response:
    """Take the domain into use again, with the aliases that ended with it."""
    one = found_domain(visit, to_change=True)
    return _answer(visit, one, domain.restore(visit.setup, one.name))


def _answer(visit: Visit, one: Domain, done: Done | Refusal) -> Response:
    if isinstance(done, Refusal):
        return _page(visit, one, wrong=visit.voice.say(done.phrase), field=done.field, status=422)
    return visit.go(f"/domains/{one.name}", done)


item = Item(220, "/domains", marked("Domains"), Role.ADMIN)
routes = [
    live("/live/domains/{domain}", mark, Role.ADMIN),
    page("/domains", domains, role=Role.ADMIN),
    page("/domains/add", add, posts=True, role=Role.OWNER),
    page("/domains/{domain}", show, role=Role.ADMIN),
    page("/domains/{domain}/zone.txt", zone_file, role=Role.ADMIN),
    page("/domains/{domain}/nsupdate.txt", update_file, role=Role.ADMIN),
    page("/domains/{domain}/removal", plan, role=Role.ADMIN),
    page("/domains/{domain}/look", look_again, posts=True, role=Role.ADMIN),
    page("/domains/{domain}/share", share, posts=True, role=Role.ADMIN),
    page("/domains/{domain}/send", send_records, posts=True, role=Role.ADMIN),
    page("/domains/{domain}/keys", keys, posts=True, role=Role.ADMIN),
    page("/domains/{domain}/postmaster", postmaster, posts=True, role=Role.ADMIN),
    page("/domains/{domain}/round", send_round, posts=True, role=Role.ADMIN),
    page("/domains/{domain}/retire", retire, posts=True, role=Role.ADMIN),
    page("/domains/{domain}/set", change, posts=True, role=Role.ADMIN),
    page("/domains/{domain}/remove", remove, posts=True, role=Role.ADMIN),
    page("/domains/{domain}/restore", restore, posts=True, role=Role.ADMIN),
]
