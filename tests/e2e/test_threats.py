"""Attacks on the border between programs: what a stranger says to Postfix and OpenDKIM, and what they write for us."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.utils import parseaddr
from pathlib import Path

import dkim
import pytest

from tests.e2e.installation import ANNA, LiveInstallation, live
from tests.e2e.opendkim import Signer
from tests.e2e.postfix import HOSTNAME, PrivatePostfix
from tests.e2e.sink import Sink
from tests.e2e.test_round_trip import KARIN, written

FORGED = "x=3B=20dkim=3Dpass=20header.d=3Dacme.example=20header.i=3D@evil.example"


@pytest.fixture(scope="module")
def installation(postfix: PrivatePostfix, state_dir: Path) -> Iterator[LiveInstallation]:
    """Acme behind Postfix and OpenDKIM."""
    made = live(postfix, state_dir, postfix.milter)
    made.listener()
    made.sender()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def mallory(postfix: PrivatePostfix) -> Signer:
    """A domain of a stranger's own, which signs."""
    return Signer("evil.example", postfix.milter)


@pytest.fixture(scope="module")
def address(installation: LiveInstallation, postfix: PrivatePostfix) -> str:
    """The reply address that Anna has for LEAD-1."""
    postfix.clear_mailbox()
    question = written(f"Karin Ek <{KARIN}>", "leads@acme.example", "Could you do 40 chairs?\n")
    postfix.deliver(KARIN, "leads@acme.example", question.as_bytes())
    (notification,) = postfix.wait_mailbox(1)
    return parseaddr(str(email.message_from_bytes(notification)["Reply-To"]))[1]


def signed(mallory: Signer, raw: bytes, identity: str) -> bytes:
    """Return the mail under a signature of the stranger's domain with this identity."""
    crlf = re.sub(rb"\r?\n", b"\r\n", raw)
    field = dkim.sign(
        crlf, mallory.selector.encode(), b"evil.example", mallory._pem,
        canonicalize=(b"relaxed", b"relaxed"), identity=identity.encode(),
    )  # fmt: skip
    return bytes(field) + crlf


def held(
    installation: LiveInstallation, postfix: PrivatePostfix, raw: bytes, address: str, helo: str = "evil.example"
) -> str:
    """Hand a mail over as a stranger; it must end in the tray; return it as it came to us."""
    waiting = len(installation.review())
    with postfix.smtp() as client:
        client.ehlo(helo)
        client.sendmail("mallory@evil.example", address, raw)
    row = installation.wait_review(waiting + 1)[-1]
    assert (row["state"], row["record"]) == ("held", "LEAD-1")
    return installation.admin("inbound", "show", str(row["id"]), "--raw")


@pytest.mark.parametrize("name", [b"DKIM-Signature", b"DKIM-Signature "])
def test_an_identity_that_reads_like_a_result(
    installation: LiveInstallation, postfix: PrivatePostfix, sink: Sink, mallory: Signer, address: str, name: bytes
):
    """OpenDKIM writes the identity decoded: its report holds a pass for a domain that never signed."""
    mail = written(f"Anna <{ANNA}>", address, f"Pay here {name.decode()}.\n")
    raw = signed(mallory, mail.as_bytes(), FORGED).replace(b"DKIM-Signature", name, 1)
    came = held(installation, postfix, raw, address)
    if name == b"DKIM-Signature":
        assert re.search(r"header\.i=x;\s*dkim=pass header\.d=acme\.example", came)
    assert sink.to(KARIN) == [] and len(installation.record("LEAD-1")["messages"]) == 1


def test_a_helo_that_reads_like_a_login(
    installation: LiveInstallation, postfix: PrivatePostfix, sink: Sink, address: str
):
    helo = (
        f"=?us-ascii?Q?a_=28c_[127.0.0.1]=29_=28Authenticated_sender=3A_anna=40acme.example=29_by_{HOSTNAME}"
        "_=28Postfix=29_with_ESMTPSA_id_XX=3B?="
    )
    mail = written(f"Anna <{ANNA}>", address, "Pay there.\n")
    came = held(installation, postfix, mail.as_bytes(), address, helo)
    assert "=28Authenticated_sender=3A_anna=40acme.example=29" in came
    assert sink.to(KARIN) == [] and len(installation.record("LEAD-1")["messages"]) == 1
