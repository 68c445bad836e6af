"""Our own check behind a real Postfix, with the DNS of a real server, and with one that is dead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.installation import ANNA, LiveInstallation
from tests.e2e.nsd import SOA, Nsd
from tests.e2e.opendkim import Signer
from tests.e2e.postfix import HOSTNAME, STRANGER, PrivatePostfix, until
from weftmail.cli import runtime
from weftmail.core.checking.check import check
from weftmail.core.envelope import Envelope
from weftmail.core.routing.hop import CountingHop, counting
from weftmail.core.routing.policy import Policy
from weftmail.flow.reading import read
from weftmail.transport.dns import CachingResolver, Limited

KARIN = "karin@customer.example"
LEADS = "leads@acme.example"
POLICY = Policy(None, frozenset({HOSTNAME}), (), True)
MAIL = (
    f"From: {KARIN}\nTo: {LEADS}\nSubject: {{}}\nDate: Tue, 24 Nov 2026 09:00:00 +0100\n"
    "Message-ID: <{}@customer.example>\n\nCould you do 40 chairs?\n"
)
# As amavis 2.13 writes it.
AMAVIS = (
    f"Received: from {HOSTNAME} ([127.0.0.1])\r\n by localhost ({HOSTNAME} [127.0.0.1]) (amavis, port 10024)\r\n with "
    f"ESMTP id wBa4W7n5YpQx for <{LEADS}>;\r\n Tue, 24 Nov 2026 10:00:01 +0000 (UTC)\r\n"
)


class Kept:
    """Keeps the record that a signer publishes."""

    def __init__(self) -> None:
        self.text = ""

    def publish(self, name: str, text: str) -> None:
        """Keep it."""
        self.text = text


KEY = Kept()
SIGNER = Signer("customer.example", KEY)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def installation(postfix: PrivatePostfix, state_dir: Path) -> Iterator[LiveInstallation]:
    """Acme, which checks by itself."""
    made = LiveInstallation(state_dir, postfix.smtp_port)
    with made.config.open("a", encoding="utf-8") as settings:
        settings.write('authentication = "own"\n')
    made.admin("alias", "add", LEADS, "--opens", "lead", "--owner", ANNA)
    made.listener()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def nsd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nsd]:
    """The zone of the customer: SPF, a key, and a policy."""
    zone = SOA.format(minimum=60) + (
        f'@ 300 IN TXT "v=spf1 ip4:{STRANGER} -all"\n_dmarc 300 IN TXT "v=DMARC1; p=reject"\n'
        f's1._domainkey 300 IN TXT "{KEY.text[:250]}" "{KEY.text[250:]}"\n'
    )
    server = Nsd(tmp_path_factory.mktemp("nsd"), {"customer.example": zone}, broken=("other.example",))
    server.start()
    yield server
    server.stop()


def arrived(installation: LiveInstallation, subject: str) -> tuple[dict, bytes]:  # type: ignore[type-arg]
    """Return a mail's row once it is filed, and the mail as Postfix handed it over."""

    def found() -> list[dict]:  # type: ignore[type-arg]
        rows = installation.json("inbound", "list")
        return [one for one in rows if one["subject"] == subject and one["state"] != "accepted"]

    until(lambda: bool(found()), "the mail is filed")
    number = str(found()[0]["id"])
    raw = installation.run(installation.programs / "mail-admin", "inbound", "show", number, "--raw").stdout
    return installation.json("inbound", "show", number), raw


def results(raw: bytes, port: int, sender: str = KARIN) -> tuple[CountingHop | None, dict[str, str]]:
    message, envelope = read(raw), Envelope(LEADS, sender)
    hop = counting(message.received, "", POLICY)
    resolver = Limited(CachingResolver(runtime.now, [("127.0.0.1", port)], one_try=0.3))
    found = check(message, envelope, hop, resolver, runtime.now()) if hop is not None else ()
    return hop, {one.method: one.result for one in found}


def test_it_is_filed_whatever_the_dns_of_this_machine_says_and_postfix_says_where_it_came_from(
    postfix: PrivatePostfix, installation: LiveInstallation
) -> None:
    postfix.deliver(KARIN, LEADS, SIGNER.sign(MAIL.format("Dead", "dead").encode()))
    row, _ = arrived(installation, "Dead")
    assert row["state"] == "filed" and (row["proof"]["client"], row["proof"]["helo"]) == (STRANGER, "client.example")
    # Nobody has customer.example: the DNS says so, or does not answer.
    said = {one["method"]: one["result"] for one in row["proof"]["checks"]}
    assert set(said) == {"spf", "dkim", "dmarc"} and not {"pass", "fail"} & set(said.values())
    assert f"for the server {STRANGER}" in row["checked"][0] and "s1._domainkey" in "\n".join(row["checked"])


def test_what_postfix_wrote_is_checked_by_a_real_dns(
    postfix: PrivatePostfix, installation: LiveInstallation, nsd: Nsd
) -> None:
    postfix.deliver(KARIN, LEADS, SIGNER.sign(MAIL.format("Plain", "plain").encode()))
    _, raw = arrived(installation, "Plain")
    passed = {"spf": "pass", "dkim": "pass", "dmarc": "pass"}
    assert results(raw, nsd.port) == (CountingHop(0, STRANGER, "client.example"), passed)
    assert results(raw, nsd.port, "x@other.example")[1] == {**passed, "spf": "temperror"}
    assert results(raw.replace(b"40 chairs", b"41 chairs"), nsd.port)[1] == {**passed, "dkim": "fail"}
    nobody = dict.fromkeys(passed, "temperror")
    assert results(raw, 1)[1] == nobody


def test_what_a_filter_hands_back_over_loopback_is_passed_over(
    postfix: PrivatePostfix, installation: LiveInstallation, nsd: Nsd
) -> None:
    postfix.deliver(KARIN, LEADS, SIGNER.sign(MAIL.format("Before", "before").encode()))
    _, first = arrived(installation, "Before")
    again = AMAVIS.encode() + first.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    postfix.deliver(KARIN, LEADS, again, source="127.0.0.1")
    rows = [one for one in installation.json("inbound", "list") if one["subject"] == "Before"]
    until(lambda: len(installation.json("inbound", "list", "--state", "accepted")) == 0, "all is settled")
    newest = str(max(one["id"] for one in installation.json("inbound", "list")))
    raw = installation.run(installation.programs / "mail-admin", "inbound", "show", newest, "--raw").stdout
    assert rows and raw.count(b"Received:") == 3
    hop, found = results(raw, nsd.port)
    assert hop == CountingHop(2, STRANGER, "client.example")
    assert found == {"spf": "pass", "dkim": "pass", "dmarc": "pass"}


def test_what_a_program_of_this_machine_sends_is_checked_by_nobody(
    postfix: PrivatePostfix, installation: LiveInstallation, nsd: Nsd
) -> None:
    forged = MAIL.format("Forged", "forged").encode()
    postfix.deliver(KARIN, LEADS, SIGNER.sign(forged), source="127.0.0.1")
    row, raw = arrived(installation, "Forged")
    assert row["proof"]["checker"] == "" and row["proof"]["checks"] == []
    assert results(raw, nsd.port) == (None, {})
