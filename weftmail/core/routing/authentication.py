"""Does this mail really come from whom its From names?  Read from what our own mail server wrote, and nothing else.

Two witnesses count.  Authentication-Results (RFC 8601) of the one authserv-id that the operator pinned, standing above
the topmost Received, which must be our mail server's own: everything below was written by the sender.  And that
Received itself, where it tells of an authenticated submission (RFC 4954).  Whatever is odd proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import authres
from authres.core import AuthenticationResult, AuthenticationResultsHeader

from weftmail.core.address import BadAddress, Mailbox, canonical, canonical_domain, domain_of, fold_ascii

Source = Literal["none", "authentication-results", "submission"]

# Longer fields are no work of a mail server, and the parser's time grows with the square of the length.
_MAX_FIELD: Final = 8192
_FEATURES: Final = authres.all_features()

# What Postfix writes, unfolded.  HELO holds no blank and none of <>()\\"; : Postfix replaces them by "?"; the client's
# name comes from the DNS and was checked by it.  Comments about TLS may quote a client's certificate, so they are
# matched with their nesting, and the sender's must stand by itself, right before "by".
_COMMENT: Final = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_RECEIVED: Final = re.compile(
    r"from (?P<helo>[^\s()<>\\\";@]+) \((?P<name>[A-Za-z0-9._-]+) \[(?:IPv6:)?[0-9A-Fa-f:.]+\]\)"
    rf"(?P<tls>(?: \((?:using |Client |No client )(?:[^()]|{_COMMENT})*\))*)"
    r"(?: \(Authenticated sender: (?P<login>[^\s()\\\"<>;,]+)\))?"
    r" by (?P<by>[A-Za-z0-9._-]+) \([A-Za-z0-9 ./_-]+\) with (?P<protocol>[A-Z0-9]+) id (?P<queue>[A-Za-z0-9]+)"
    r"(?:;| for <)"
)
# What a stranger chose and a filter may copy into its report: without any of these it is one word there.
_ONE_WORD: Final = re.compile(r"[^\s;,()<>\\\"\x00-\x1f\x7f]*")
_HELO: Final = re.compile(r"from (?P<helo>[^\s()<>\\\";]+) ")
_BY: Final = re.compile(rf"(?:from [^\s()<>\\\";]+ )?(?:{_COMMENT} )*by (?P<by>[A-Za-z0-9._-]+)(?=[ ;]|$)")
_WITH_LOGIN: Final = frozenset({"ESMTPA", "ESMTPSA", "UTF8SMTPA", "UTF8SMTPSA"})
_FOLD: Final = re.compile(r"[ \t]*\r?\n[ \t]+|[ \t]{2,}|\t")


@dataclass(frozen=True, slots=True)
class Policy:
    """Whom we believe.

    ``authserv_id`` is the one name under which our own mail server reports; None believes no report.  ``hostnames``
    are the names that stand after "by" in our mail server's own Received; with none of them nothing is believed.
    Case does not matter in either.
    """

    authserv_id: str | None
    hostnames: frozenset[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "hostnames", frozenset(fold_ascii(name) for name in self.hostnames))


NOBODY: Final = Policy(None, frozenset())
"""Believes nothing: the policy of an entrance that has none."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a mail's author.

    ``verified`` is what an outsider needs: DMARC passed for the From domain, or DKIM by that very domain.
    ``colleague_proof`` is DKIM by that very domain; of a mail that bears a colleague's address it is taken back where
    the signature does not make the mail theirs (``colleague``), or need not, because their login does.  ``login`` is
    the name under which the mail was submitted to our own mail server: whose it is, only the store knows, so it counts
    through ``submitted_by`` alone.  ``address`` is the canonical From address; empty where there is not exactly one.
    ``spf_aligned``: SPF passed for the From domain itself.
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

    def submitted_by(self, logins: Collection[str]) -> bool:
        """Say whether one of these logins handed this very mail, which names one author, to our own mail server."""
        return bool(self.address) and self.login is not None and self.login in logins


def verify(
    from_: Sequence[Mailbox],
    results_above: Sequence[str],
    received: Sequence[str],
    queue_id: str,
    policy: Policy,
    named: Iterable[str] = (),
    partial: Collection[str] = (),
) -> Proof:
    """Return what our mail server's own fields prove about the mail's author; never raises.

    ``from_``: every mailbox of every From field.  ``results_above``: values of the Authentication-Results fields
    above the topmost Received.  ``received``: values of the Received fields, topmost first.  ``queue_id``: of the
    delivery, or "" where the mail server did not tell.  ``named``: what the sender chose and a filter may have copied
    into its report, such as the envelope's sender and the names in DKIM-Signature fields; where one of them is not a
    plain word, or HELO was not, no report on the mail is believed.  ``partial``: domains whose signatures leave a part
    of the text out; they prove nothing.
    """
    address = _only_address(from_)
    if not received or not _is_ours(received[0], policy):
        return Proof(address=address)
    believable = _named_plainly(named, received[0])
    results = list(_results(results_above, policy.authserv_id)) if believable else []
    login = _submitted_by(received[0], queue_id) or _authenticated(results)
    domain = domain_of(address)
    if any(_related(domain, one) for one in partial):
        domain = ""
    dkim_aligned = bool(domain) and any(_signed_by(result, domain) for result in results)
    dmarc = _words(results, "dmarc")
    dmarc_aligned = bool(domain) and dmarc == ["pass"] and _dmarc_for(results, domain)
    source: Source = "authentication-results" if results else "none"
    return Proof(
        spf=_first(_words(results, "spf")),
        dkim="pass" if dkim_aligned else _first(_words(results, "dkim")),
        dmarc=_first(dmarc),
        arc=_first(_words(results, "arc")),
        source="submission" if login and not dkim_aligned else source,
        verified=dkim_aligned or dmarc_aligned,
        colleague_proof=dkim_aligned,
        login=login,
        address=address,
        spf_aligned=bool(domain) and _sent_by(results, domain),
    )


def _only_address(from_: Sequence[Mailbox]) -> str:
    if len(from_) != 1:
        return ""
    try:
        return canonical(from_[0].address)
    except BadAddress:
        return ""


def _unfold(value: str) -> str:
    return _FOLD.sub(" ", value.strip())


def _is_ours(received: str, policy: Policy) -> bool:
    if len(received) > _MAX_FIELD:
        return False
    found = _BY.match(_unfold(received))
    return found is not None and fold_ascii(found["by"]) in policy.hostnames


def _named_plainly(named: Iterable[str], received: str) -> bool:
    """Say whether nothing that the sender chose can have become a clause of its own in a filter's report."""
    helo = _HELO.match(_unfold(received))
    # Postfix writes "?" in place of what does not belong into a host's name; filters get the name as it came.
    odd = helo is not None and "?" in helo["helo"]
    return not odd and all(_ONE_WORD.fullmatch(name) for name in named)


def _submitted_by(received: str, queue_id: str) -> str | None:
    """Return the login of an authenticated submission, as Postfix tells of it in its own Received."""
    found = _RECEIVED.match(_unfold(received))
    if found is None or found["protocol"] not in _WITH_LOGIN or (queue_id and found["queue"] != queue_id):
        return None
    login: str | None = found["login"]
    return login


def _results(values: Iterable[str], authserv_id: str | None) -> Iterator[AuthenticationResult]:
    """Yield the single results of all fields of the pinned authserv-id."""
    for value in values:
        if authserv_id is None or len(value) > _MAX_FIELD:
            continue
        try:
            header = AuthenticationResultsHeader.parse_value(_FEATURES, _unfold(value).rstrip("; "))
        except (authres.AuthResError, ValueError, RecursionError):
            continue
        if header.authserv_id == fold_ascii(authserv_id):
            yield from header.results


def _words(results: Iterable[AuthenticationResult], method: str) -> list[str]:
    return [result.result for result in results if result.method == method]


def _first(words: Sequence[str]) -> str:
    return words[0] if words else "none"


def _property(result: AuthenticationResult, kind: str, name: str) -> str:
    """Return the value of a property that is there exactly once; else ""."""
    values = [item.value or "" for item in result.properties if (item.type, item.name) == (kind, name)]
    return str(values[0]) if len(values) == 1 else ""


def _is_domain(text: str, domain: str) -> bool:
    try:
        return canonical_domain(text) == domain
    except BadAddress:
        return False


def _related(domain: str, other: str) -> bool:
    """Say whether DMARC could take a signature by ``other`` for one of ``domain``."""
    name = fold_ascii(other).rstrip(".")
    return name == domain or domain.endswith(f".{name}") or name.endswith(f".{domain}")


def _signed_by(result: AuthenticationResult, domain: str) -> bool:
    """Say whether this is a valid signature by the domain: header.d, or header.i where there is no header.d."""
    if result.method != "dkim" or result.result != "pass":
        return False
    names = {(item.type, item.name) for item in result.properties}
    if ("header", "d") in names:
        return _is_domain(_property(result, "header", "d"), domain)
    return _is_domain(_property(result, "header", "i").rpartition("@")[2], domain)


def _sent_by(results: Iterable[AuthenticationResult], domain: str) -> bool:
    """Say whether SPF passed for the domain in the envelope's sender, and whether no other result speaks against it."""
    found = [result for result in results if result.method == "spf"]
    passed = [_property(one, "smtp", "mailfrom").rpartition("@")[2] for one in found if one.result == "pass"]
    return any(_is_domain(one, domain) for one in passed) and not any(one.result == "fail" for one in found)


def _dmarc_for(results: Iterable[AuthenticationResult], domain: str) -> bool:
    passing = [result for result in results if result.method == "dmarc"]
    return all(_is_domain(_property(result, "header", "from").rpartition("@")[2], domain) for result in passing)


def _authenticated(results: Iterable[AuthenticationResult]) -> str | None:
    """Return the login of ``auth=pass smtp.auth=LOGIN``, if there is exactly one."""
    logins = {
        _property(result, "smtp", "auth") for result in results if result.method == "auth" and result.result == "pass"
    }
    return logins.pop() or None if len(logins) == 1 else None
