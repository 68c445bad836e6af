"""Companies and what they set up: aliases, domains, keys, users, contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from weftmail.core.dns.finding import DnsFinding, DnsRecord
from weftmail.core.wording.sentences import say
from weftmail.flow.vocabulary.common import Json, iso, person
from weftmail.store.alias import Alias
from weftmail.store.company import Company, RecordType
from weftmail.store.domain import DkimKey, Domain
from weftmail.store.people import Contact, Membership, User
from weftmail.store.record import RecordState
from weftmail.store.record_type import RecordField
from weftmail.store.team import Team


def alias(one: Alias) -> Json:
    """Return an alias."""
    return {
        "address": one.address,
        "company": one.company,
        "opens": one.record_type,
        "record": one.record,
        "owner": one.owner,
        "owner_address": one.owner_address,
        "team": one.team,
        "state": one.state,
        "accepts": one.accepts,
        "answer_as": one.answers_as,
        "defaults": one.default_fields,
        "when_closed": one.when_closed,
        "machines": one.machines,
        "quotes": one.quotes,
        "confirms": one.confirms,
        "confirm_with": one.confirm_with,
        "spam": one.spam,
        "pattern": one.pattern,
        "reads": one.reads,
        "each": one.each,
        "forms": one.forms,
        "created_at": iso(one.created_at),
        "changed_at": iso(one.changed_at),
    }


def domain(one: Domain) -> Json:
    """Return a mail domain without its keys."""
    return {
        "name": one.name,
        "company": one.company,
        "dedicated": one.dedicated,
        "state": one.state,
        "closed_at": iso(one.closed_at),
        "created_at": iso(one.created_at),
    }


def dkim_key(one: DkimKey) -> Json:
    """Return a signing key; ``name`` and ``record`` are what the DNS should say."""
    return {
        "domain": one.domain,
        "selector": one.selector,
        "algorithm": one.algorithm,
        "state": one.state,
        "name": f"{one.selector}._domainkey.{one.domain}",
        "record": one.record,
        "created_at": iso(one.created_at),
    }


def finding(one: DnsFinding) -> Json:
    """Return how one record of a domain stands in the DNS."""
    judged = one.judgement
    return {
        "record": one.what,
        "name": one.name,
        "verdict": one.verdict,
        "found": list(one.found),
        "resolver": list(one.resolved),
        "expected": list(one.expected),
        "reason": say(judged.reason),
        "next": say(judged.step) if judged.step else "",
        "remove": [_dns_record(each) for each in judged.remove],
        "add": [_dns_record(each) for each in judged.add],
    }


def _dns_record(one: DnsRecord) -> Json:
    return {"name": one.name, "type": one.kind, "value": one.value}


def company(one: Company) -> Json:
    """Return a company."""
    return {"id": one.id, "name": one.name, "language": one.language, "created_at": iso(one.created_at)}


def record_type(
    one: RecordType,
    company_name: str,
    states: Sequence[RecordState],
    fields: Sequence[RecordField],
    teams: Sequence[str],
) -> Json:
    """Return a type of records; records begin with the first state.

    ``columns`` are the fields that lists show; ``teams`` see its records where they are for those only.
    """
    return {
        "name": one.name,
        "company": company_name,
        "prefix": one.prefix,
        "when_closed": one.when_closed,
        "states": {each.name: each.counts_as for each in states},
        "fields": {each.name: ": ".join([each.kind, *filter(None, [", ".join(each.choices)])]) for each in fields},
        "columns": [each.name for each in fields if each.in_list],
        "teams_only": one.teams_only,
        "teams": list(teams),
    }


def team(one: Team, company_name: str, members: Mapping[str, str]) -> Json:
    """Return a team with its members, names by address."""
    return {
        "name": one.name,
        "company": company_name,
        "members": [person(name, address) for address, name in members.items()],
        "takes": one.takes,
        "gives": one.gives,
        "holds_crossing": one.holds_crossing,
        "created_at": iso(one.created_at),
    }


def user(one: User, addresses: Sequence[str], memberships: Sequence[Membership]) -> Json:
    """Return somebody who signs in."""
    return {
        "id": one.id,
        "name": one.name,
        "addresses": list(addresses),
        "memberships": [{"company": each.company, "role": each.role} for each in memberships],
        "prefers": one.prefers,
        "email_for": one.email_for.split(),
        "digest": one.digest,
        "digest_hour": one.digest_hour,
        "language": one.language,
        "time_zone": one.zone,
        "active": one.active,
        "installation_admin": one.installation_admin,
        "created_at": iso(one.created_at),
    }


def contact(one: Contact, company_name: str, addresses: Sequence[str]) -> Json:
    """Return a person of a company who writes from outside."""
    return {
        "id": one.id,
        "name": one.name,
        "company": company_name,
        "addresses": list(addresses),
        "created_at": iso(one.created_at),
    }
