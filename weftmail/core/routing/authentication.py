"""Does this mail really come from whom its From names?  Read from what is ours, and nothing else.

Three witnesses count.  Authentication-Results (RFC 8601) of the one authserv-id that the operator pinned, standing
above the hop where the mail came in: everything below was written by others.  In their place, what we checked
ourselves.  And that hop itself, where it tells of an authenticated submission (RFC 4954).  Whatever is odd proves
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import authres
from authres.core import AuthenticationResult, AuthenticationResultsHeader

from weftmail.core.address import BadAddress, Mailbox, canonical, canonical_domain, domain_of, fold_ascii
from weftmail.core.limits import RECEIVED_SIZE
from weftmail.core.parsing.received import unfolded
from weftmail.core.ports import Scanned
from weftmail.core.routing.hop import CountingHop
from weftmail.core.routing.policy import NOBODY, Policy
from weftmail.core.routing.result import CheckResult, first, words

__all__ = ["NOBODY", "CheckResult", "CountingHop", "Policy", "Proof", "reported", "verify"]

Source = Literal["none", "authentication-results", "own check", "submission"]

_FEATURES: Final = authres.all_features()
# What a stranger chose and a filter may copy into its report: without any of these it is one word there.
_ONE_WORD: Final = re.compile(r"[^\s;,()<>\\\"\x00-\x1f\x7f]*")


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a mail's author.

    ``verified`` is what an outsider needs: DMARC passed for the From domain, or DKIM by that very domain.
    ``colleague_proof`` is DKIM by that very domain; of a mail that bears a colleague's address it is taken back where
    the signature does not make the mail theirs (``colleague``), or need not, because their login does.  ``login`` is
    the name under which the mail was submitted to our own mail server: whose it is, only the store knows, so it counts
    through ``submitted_by`` alone.  ``address`` is the canonical From address; empty where there is not exactly one.
    ``spf_aligned``: SPF passed for the From domain itself.  ``results`` are all that ``checker`` found, which is
    ``own``, the milter's name, or "" where nobody checked; ``client`` and ``helo`` those of the hop that counts.
    """

    spf: str = "none"
    dkim: str = "none"
    dmarc: str = "none"
    arc: str = "none"
    source: Source = "none"
    verified: bool = False
    colleague_proof: bool = False
    login: str | None = None
    address: str = ""
    spf_aligned: bool = False
    results: tuple[CheckResult, ...] = field(default=(), compare=False)
    checker: str = field(default="", compare=False)
    client: str = field(default="", compare=False)
    helo: str = field(default="", compare=False)
    scanned: Scanned | None = field(default=None, compare=False)
    """What the virus scanner said of the mail; None where none was asked."""

    def stored(self) -> dict[str, Any]:
        """Return it as it is stored, beside the message and the delivery."""
        return {
            "spf": self.spf, "dkim": self.dkim, "dmarc": self.dmarc, "arc": self.arc,
            "source": self.source, "login": self.login or "", "checker": self.checker,
            "client": self.client, "helo": self.helo, "checks": [one.stored() for one in self.results],
            **({} if self.scanned is None else {"scanned": [self.scanned.verdict, self.scanned.text]}),
        }  # fmt: skip

    def submitted_by(self, logins: Collection[str]) -> bool:
        """Say whether one of these logins handed this very mail, which names one author, to our own mail server."""
        return bool(self.address) and self.login is not None and self.login in logins


def verify(
    from_: Sequence[Mailbox],
    hop: CountingHop | None,
    results: Sequence[CheckResult],
    policy: Policy,
    partial: Collection[str] = (),
) -> Proof:
    """Return what is verified of the mail's author; never raises.

    ``from_``: every mailbox of every From field.  ``hop``: where the mail came in; without it nothing counts.
    ``results``: what was ``reported``, or found by ourselves.  ``partial``: domains whose signatures leave a part of
    the text out; they prove nothing.
    """
    address = only_address(from_)
    if hop is None:
        return Proof(address=address)
    login = hop.login or _authenticated(results)
    domain = domain_of(address)
    if any(_related(domain, one) for one in partial):
        domain = ""
    dkim_aligned = bool(domain) and any(
        one.method == "dkim" and one.result == "pass" and one.domain == domain for one in results
    )
    dmarc = words(results, "dmarc")
    dmarc_aligned = bool(domain) and dmarc == ["pass"] and _dmarc_for(results, domain)
    found: Source = "own check" if policy.own_check else "authentication-results"
    return Proof(
        spf=first(results, "spf"),
        dkim="pass" if dkim_aligned else first(results, "dkim"),
        dmarc=first(results, "dmarc"),
        arc=first(results, "arc"),
        source="submission" if login and not dkim_aligned else found if results else "none",
        verified=dkim_aligned or dmarc_aligned,
        colleague_proof=dkim_aligned,
        login=login or None,
        address=address,
        spf_aligned=bool(domain) and _sent_by(results, domain),
        results=tuple(one for one in results if one.method != "auth"),
        checker=policy.checker if results else "",
        client=hop.client,
        helo=hop.helo,
    )


def reported(
    values: Iterable[str], hop: CountingHop | None, policy: Policy, named: Iterable[str] = ()
) -> tuple[CheckResult, ...]:
    """Return what the pinned milter reports in these Authentication-Results fields, all above the hop.

    ``named``: what the sender chose and a filter may have copied into its report, such as the envelope's sender and
    the names in DKIM-Signature fields; where one of them is not a plain word, or HELO was not, no report is believed.
    """
    if hop is None or policy.authserv_id is None or policy.own_check:
        return ()
    # Postfix writes "?" in place of what does not belong into a host's name; filters get the name as it came.
    if "?" in hop.helo or not all(_ONE_WORD.fullmatch(name) for name in named):
        return ()
    return tuple(map(_result, _parsed(values, policy.authserv_id)))


def only_address(from_: Sequence[Mailbox]) -> str:
    """Return the one author's address in its canonical form; "" where there is not exactly one."""
    if len(from_) != 1:
        return ""
    try:
        return canonical(from_[0].address)
    except BadAddress:
        return ""


def _parsed(values: Iterable[str], authserv_id: str) -> Iterator[AuthenticationResult]:
    """Yield the single results of all fields of the pinned authserv-id."""
    for value in values:
        if len(value) > RECEIVED_SIZE:
            continue
        try:
            header = AuthenticationResultsHeader.parse_value(_FEATURES, unfolded(value).rstrip("; "))
        except (authres.AuthResError, ValueError, RecursionError):
            continue
        if header.authserv_id == fold_ascii(authserv_id):
            yield from header.results


def _result(found: AuthenticationResult) -> CheckResult:
    method, result = str(found.method), str(found.result)
    domain, helo = "", False
    if method == "dkim":
        # header.d, or header.i where there is no header.d.
        names = {(item.type, item.name) for item in found.properties}
        by_d = ("header", "d") in names
        domain = _property(found, "header", "d") if by_d else _property(found, "header", "i").rpartition("@")[2]
    elif method == "spf":
        domain = _property(found, "smtp", "mailfrom").rpartition("@")[2]
        helo = not domain
    elif method == "dmarc":
        domain = _property(found, "header", "from").rpartition("@")[2]
    login = _property(found, "smtp", "auth") if method == "auth" else ""
    return CheckResult(method, result, _canonical(domain), helo, login)


def _property(result: AuthenticationResult, kind: str, name: str) -> str:
    """Return the value of a property that is there exactly once; else ""."""
    values = [item.value or "" for item in result.properties if (item.type, item.name) == (kind, name)]
    return str(values[0]) if len(values) == 1 else ""


def _canonical(domain: str) -> str:
    try:
        return canonical_domain(domain)
    except BadAddress:
        return ""


def _related(domain: str, other: str) -> bool:
    """Say whether DMARC could take a signature by ``other`` for one of ``domain``."""
    name = fold_ascii(other).rstrip(".")
    return name == domain or domain.endswith(f".{name}") or name.endswith(f".{domain}")


def _sent_by(results: Iterable[CheckResult], domain: str) -> bool:
    """Say whether SPF passed for the domain in the envelope's sender, and whether no other result speaks against it."""
    found = [one for one in results if one.method == "spf"]
    passed = any(one.result == "pass" and one.domain == domain and not one.by_helo for one in found)
    return passed and not any(one.result == "fail" for one in found)


def _dmarc_for(results: Iterable[CheckResult], domain: str) -> bool:
    return all(one.domain == domain for one in results if one.method == "dmarc")


def _authenticated(results: Iterable[CheckResult]) -> str:
    """Return the login of ``auth=pass smtp.auth=LOGIN``, if there is exactly one."""
    logins = {one.login for one in results if one.method == "auth" and one.result == "pass"}
    return logins.pop() if len(logins) == 1 else ""
