"""What is proposed to each Postfix of Debian 11, 12 and 13, by the defaults that it prints (``postconf -d``).

The files hold the settings that weftmail names, as 3.5.25, 3.7.11 and 3.10.13 printed them; the names of the machine
are replaced.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from weftmail.mta.postfix.changes import Settings, check, show
from weftmail.mta.postfix.host import FileRights, Host
from weftmail.mta.postfix.postconf import Postfix, Service

RECORDED = Path(__file__).parent / "postconf"
MAIN = {"compatibility_level": "2", "myhostname": "mx1.acme.example"}
SMTP = Service.parse("smtp inet n - y - - smtpd")
HOST = Host(
    frozenset({"postfix", "weftmail"}), FileRights("weftmap", 0o2770), FileRights("weftmap", 0o664), wal=True,
    domains={"in.acme.example": True},
)  # fmt: skip
EVERYWHERE = {
    "relay_domains", "relay_recipient_maps", "parent_domain_matches_subdomains", "local_recipient_maps",
    "transport_maps", "smtpd_relay_restrictions", "smtpd_sasl_authenticated_header", "smtp_header_checks",
    "strict_rfc821_envelopes", "weftmail_destination_recipient_limit", "weftmail entry",
}  # fmt: skip
YOUNGER = {
    "3.5": {"smtpd_forbid_bare_newline", "smtpd_forbid_unauth_pipelining"},
    "3.7": {"smtpd_forbid_bare_newline", "smtpd_forbid_unauth_pipelining"},
    # Both are as we want them by default.
    "3.10": set(),
}
"""What has to be set besides, by version."""


def recorded(version: str) -> Postfix:
    lines = (RECORDED / f"{version}.txt").read_text(encoding="ascii").splitlines()
    defaults = {name.strip(): value.strip() for name, _, value in (line.partition("=") for line in lines)}
    # What postconf -x makes of the defaults that depend on the compatibility level.
    extra = {
        "relay_domains": "",
        "smtpd_relay_restrictions": "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination",
        "smtputf8_enable": "yes",
    }
    return Postfix(MAIN, defaults, [SMTP], defaults["mail_version"], extra=extra)


@pytest.mark.parametrize("version", YOUNGER)
def test_each_version_gets_what_it_lacks_and_nothing_that_it_does_not_know(version: str) -> None:
    current = recorded(version)
    assert current.version.startswith(f"{version}.")
    changed = {one.name: one for one in show(Settings("/var/lib/weftmail", "mx1.acme.example"), current)}
    assert not [one for one in changed.values() if one.sign == "!"]
    assert {name for name, one in changed.items() if one.sign in "+~"} - {"proxy_read_maps"} == (
        EVERYWHERE | YOUNGER[version]
    )
    for name in changed.keys() - {"weftmail entry"}:
        assert name.startswith("weftmail_") or current.knows(name), name


@pytest.mark.parametrize("version", YOUNGER)
def test_what_it_has_afterwards_is_what_was_wanted(version: str) -> None:
    current = recorded(version)
    settings = Settings("/var/lib/weftmail", "mx1.acme.example")
    found = show(settings, current)
    main = {**MAIN, **{one.name: one.value for one in found if one.file == "main.cf" and one.sign in "+~"}}
    services = [SMTP, *(Service.parse(one.value) for one in found if one.file == "master.cf")]
    after = Postfix(main, current.defaults, services, current.version, extra=current.extra)
    assert [one for one in show(settings, after) if one.sign != " "] == []
    assert [str(one) for one in check(settings, after, HOST) if one.level == "broken"] == []
