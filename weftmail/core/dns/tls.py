"""MTA-STS and TLS-RPT: by what a domain asks others to use TLS towards it, and to report (RFC 8461, RFC 8460).

Both are optional: email flows without them, and nothing is asked of a domain that has none.
"""

from __future__ import annotations

import re
from typing import Final

from weftmail.core.dns.finding import DnsRecord, Judgement, Values
from weftmail.core.wording.phrase import Phrase

_POLICY: Final = re.compile(r"v\s*=\s*STSv1\s*(?:;|$)")
_REPORT: Final = re.compile(r"v\s*=\s*TLSRPTv1\s*(?:;|$)")
_ID: Final = re.compile(r"v\s*=\s*STSv1\s*;\s*id\s*=\s*[A-Za-z0-9]{1,32}\s*(?:;.*)?")
_TO: Final = re.compile(
    r"v\s*=\s*TLSRPTv1\s*;\s*rua\s*=\s*(?:mailto|https):[^\s,;!]+(?:\s*,\s*(?:mailto|https):[^\s,;!]+)*\s*(?:;.*)?"
)


def policy_record(domain: str) -> DnsRecord:
    """Return the record that says that there is a policy, once it is served."""
    return DnsRecord(f"_mta-sts.{domain}", "TXT", "v=STSv1; id=1")


def report_record(domain: str) -> DnsRecord:
    """Return the record by which others report what TLS did."""
    return DnsRecord(f"_smtp._tls.{domain}", "TXT", f"v=TLSRPTv1; rua=mailto:postmaster@{domain}")


def policies(found: Values) -> Values:
    """Return the MTA-STS records among the TXT records of a name."""
    return tuple(one for one in found if _POLICY.match(one))


def reports(found: Values) -> Values:
    """Return the TLS-RPT records among the TXT records of a name."""
    return tuple(one for one in found if _REPORT.match(one))


def judge_policy(domain: str, host: str, found: Values) -> Judgement:
    """Say whether others are asked to use TLS towards the domain, whose email comes to ``host``."""
    there, record = policies(found), policy_record(domain)
    if not there:
        url = f"https://mta-sts.{domain}/.well-known/mta-sts.txt"
        step = Phrase("dns.step.sts", {"url": url, "host": host, "name": record.name})
        return Judgement("optional", Phrase("dns.sts.none", {"host": host}), step)
    if len(there) > 1 or _ID.fullmatch(there[0]) is None:
        return _unread(record, there, Phrase("dns.sts.syntax", {"text": there[0]}))
    return Judgement("good", Phrase("dns.sts.good"))


def judge_reports(domain: str, found: Values) -> Judgement:
    """Say whether others report to the domain what TLS did."""
    there, record = reports(found), report_record(domain)
    if not there:
        return Judgement("optional", Phrase("dns.tlsrpt.none"), Phrase("dns.step.add", {"name": record.name}))
    if len(there) > 1 or _TO.fullmatch(there[0]) is None:
        return _unread(record, there, Phrase("dns.tlsrpt.syntax", {"text": there[0]}))
    return Judgement("good", Phrase("dns.tlsrpt.good"))


def _unread(record: DnsRecord, there: Values, syntax: Phrase) -> Judgement:
    """Of several records none counts, as of one that cannot be read."""
    reason = Phrase("dns.tls.several", {"count": len(there), "name": record.name}) if len(there) > 1 else syntax
    return Judgement("look", reason, Phrase("dns.step.replace", {"name": record.name}))
