"""The settings that hold for the whole mail server, not for our addresses alone: whom each of them touches today."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from weftmail.mta.postfix.changes import Change
from weftmail.mta.postfix.postconf import Postfix, tokens

__all__ = ["WHOLE_SERVER", "who_is_touched"]


def who_is_touched(change: Change, current: Postfix) -> str:
    """Return in one sentence whom a change touches beside our own mail; "" for one that touches nobody else."""
    say = WHOLE_SERVER.get(change.name)
    return say(current) if say and change.file == "main.cf" and change.sign in "+~" else ""


def _all_senders(what: str) -> Callable[[Postfix], str]:
    return lambda _: what


def _filters(current: Postfix) -> str:
    milters = [*tokens(current.value("smtpd_milters")), *tokens(current.value("non_smtpd_milters"))]
    if not milters:
        return "nobody today: no milter is set"
    return (
        f"all mail, while a filter is dead ({', '.join(dict.fromkeys(milters))}): it waits instead of passing unchecked"
    )


def _logins(current: Postfix) -> str:
    services = [
        one.name
        for one in current.services
        if one.options.get("smtpd_sasl_auth_enable", current.value("smtpd_sasl_auth_enable")) == "yes"
    ]
    if not services:
        return "nobody today: no service lets people sign in"
    return f"whoever signs in at {', '.join(services)}: Received names the login, and is cut from what leaves by SMTP"


WHOLE_SERVER: Mapping[str, Callable[[Postfix], str]] = {
    "parent_domain_matches_subdomains": _all_senders("nobody today: this server relays for no domain of its own"),
    "smtpd_forbid_bare_newline": _all_senders("clients that end lines with a bare line feed: the line end is mended"),
    "smtpd_forbid_unauth_pipelining": _all_senders("clients that talk before they are answered: they are refused"),
    "cleanup_replace_stray_cr_lf": _all_senders("mail with a carriage return inside a line: it becomes a blank"),
    "strict_rfc821_envelopes": _all_senders("clients that write addresses without <> or with a comment: refused"),
    "smtpd_sasl_authenticated_header": _logins,
    "smtp_header_checks": _all_senders("mail that leaves for other servers: Received loses the login, nothing else"),
    "milter_default_action": _filters,
}
"""By the name of the setting."""
