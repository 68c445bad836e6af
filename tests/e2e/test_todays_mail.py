"""What init says of the mail of a domain today, asked of a real name server; and its four questions with it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from weftmail.cli import admin
from weftmail.cli.context import Context
from weftmail.cli.todays_mail import TodaysMail, todays_mail
from weftmail.transport.dns import CachingResolver
from weftmail.transport.dns_zone import ZoneResolver

from .nsd import SOA, Nsd, free_port

SERVER = "mx1.acme.example"
HEAD = SOA.format(minimum=60)
ZONES = {
    "acme.example": HEAD
    + "mx1 300 IN A 203.0.113.7\nmx1 300 IN AAAA 2001:db8::7\nother 300 IN A 203.0.113.9\n"
    + "@ 300 IN MX 20 backup.provider.example.\n@ 300 IN MX 10 ASPMX.L.Google.com.\n"
    + "own 300 IN MX 10 mx1\nown 300 IN MX 20 backup.provider.example.\n"
    + "named-else 300 IN MX 10 also-mx1\nalso-mx1 300 IN AAAA 2001:db8::7\n"
    + "halved 300 IN MX 10 mx1\nhalved 300 IN MX 10 other\n"
    + "none 300 IN TXT nothing\n"
    + "null 300 IN MX 0 .\n"
    + "web 300 IN A 203.0.113.80\n"
    + "host 300 IN A 203.0.113.7\n"
    + "office 300 IN MX 0 acme-example.mail.protection.outlook.com.\n",
}


@pytest.fixture(scope="module")
def zones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZoneResolver]:
    """A server with the zone, which has no data for another."""
    server = Nsd(tmp_path_factory.mktemp("nsd"), ZONES, broken=("broken.example",))
    server.start()
    resolver = CachingResolver(lambda: 1_800_000_000_000, (("127.0.0.1", server.port),), most=0)
    yield ZoneResolver(resolver, lambda: 1_800_000_000_000, server.port)
    server.stop()


@pytest.mark.parametrize(
    ("domain", "goes", "server", "proposed", "provider"),
    [
        ("acme.example", "elsewhere", "aspmx.l.google.com", "subdomain", "Google"),
        ("office.acme.example", "elsewhere", "acme-example.mail.protection.outlook.com", "subdomain", "Microsoft 365"),
        ("halved.acme.example", "elsewhere", "other.acme.example", "subdomain", ""),
        ("own.acme.example", "here", "mx1.acme.example", "single", ""),
        ("named-else.acme.example", "here", "also-mx1.acme.example", "single", ""),
        ("mx1.acme.example", "here", "mx1.acme.example", "single", ""),
        ("host.acme.example", "here", "host.acme.example", "single", ""),
        ("web.acme.example", "to_its_host", "203.0.113.80", "subdomain", ""),
        ("none.acme.example", "nowhere", "", "whole", ""),
        ("null.acme.example", "nowhere", "", "whole", ""),
        ("in.acme.example", "unregistered", "", "whole", ""),
        ("broken.example", "unknown", "", "subdomain", ""),
    ],
)
def test_where_mail_goes_today(
    zones: ZoneResolver, domain: str, goes: str, server: str, proposed: str, provider: str
) -> None:
    found = todays_mail(zones, domain, SERVER)
    assert (found.goes, found.server, found.proposed, found.provider) == (goes, server, proposed, provider)
    # What a name server says of itself may be long.
    assert all(line and (len(line) <= 125 or goes == "unknown") for line in found.lines())
    assert "choice" in " ".join(found.lines()).lower() or goes == "unregistered"


def test_a_dns_that_does_not_answer_delays_and_stops_nobody() -> None:
    resolver = CachingResolver(lambda: 0, (("127.0.0.1", free_port("127.0.0.1")),), patience=1.0, one_try=0.5, most=0)
    found = todays_mail(resolver, "acme.example", SERVER)
    assert (found.goes, found.proposed) == ("unknown", "subdomain")
    assert next(found.lines()).startswith("Where its mail goes today, the DNS does not say now: ")


def test_the_server_itself_without_a_name_is_nobodys_mx(zones: ZoneResolver) -> None:
    assert todays_mail(zones, "own.acme.example", "debian") == TodaysMail(
        "own.acme.example", "elsewhere", "mx1.acme.example"
    )


class Typed(io.StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        return True


def test_the_questions_with_a_malformed_answer_each(
    zones: ZoneResolver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "weftmail.toml"
    lines = ("Acme", "acme example", "acme.example", "subdomain", "2", "anna", "anna@office.example")
    context = Context(
        {**os.environ, "WEFTMAIL_CONFIG": str(settings)},
        stdin=Typed("\n".join(lines) + "\n"),
        own_hostname=lambda: SERVER,
        zones=zones,
    )
    owner = ("--user", "root") if os.geteuid() == 0 else ()
    assert admin.main(["init", "--state", str(tmp_path / "state"), *owner], context) == 0
    said = capsys.readouterr().out
    print(said)
    assert "Its mail goes to aspmx.l.google.com (Google) today" in said
    assert said.count("Once more:") == 3
    assert "2 DKIM keys for in.acme.example" in said
