"""Is every way closed by which one mail can hide another, or a field, from one of two programs (CVE-2023-51764)?"""

from __future__ import annotations

from collections.abc import Iterator

from weftmail.core.wording.command import Command
from weftmail.mta.postfix.finding import Finding
from weftmail.mta.postfix.host import Host
from weftmail.mta.postfix.postconf import Postfix, tokens
from weftmail.mta.postfix.settings import Settings

_CURES = {
    "smtpd_forbid_bare_newline": "one mail can smuggle another in behind it, with any sender (CVE-2023-51764)",
    "smtpd_forbid_unauth_pipelining": "a client that talks ahead of its turn is not stopped",
    "cleanup_replace_stray_cr_lf": "a carriage return alone passes, and programs split one header differently",
}
_ENDS_ONLY_HERE = {"127.0.0.0/8", "[::1]/128", "[::ffff:127.0.0.0]/104"}


def cure_taken_back(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """A cure of smuggling that a service, or some clients, are exempt from."""
    for service in current.services:
        for name, reason in _CURES.items():
            value = service.options.get(name, "yes")
            if value in ("no", "note"):
                good = "normalize" if name == "smtpd_forbid_bare_newline" else "yes"
                option = f"{service.name}/{service.kind}/{name}={good}"
                yield Finding(
                    "broken",
                    f"{service.name} has {name}={value}",
                    reason,
                    f"{Command('postconf -P {option}', option=option)}; postfix reload",
                )
    exempt = set(tokens(current.resolved("smtpd_forbid_bare_newline_exclusions"))) - _ENDS_ONLY_HERE
    if exempt:
        yield Finding(
            "look",
            f"smtpd_forbid_bare_newline_exclusions holds {' '.join(sorted(exempt))}",
            "mail that these machines pass on from others can smuggle another mail in",
            "postconf -e 'smtpd_forbid_bare_newline_exclusions ='; postfix reload",
        )


def old_postfix(_: Settings, current: Postfix, __: Host) -> Iterator[Finding]:
    """A Postfix without the cures for SMTP smuggling and for headers that can be read in two ways."""
    for name, reason in _CURES.items():
        if not current.knows(name):
            yield Finding(
                "broken",
                f"Postfix {current.version} knows no {name}",
                reason,
                "upgrade Postfix: 3.5.24, 3.6.14, 3.7.10, 3.8.5 or later",
            )
