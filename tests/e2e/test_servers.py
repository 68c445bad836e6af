"""An outgoing server that is a real Postfix: TLS by an authority of the tests, SASL; and one that rewrites."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.installation import ANNA, LiveInstallation, live
from tests.e2e.postfix import LOGIN, PrivatePostfix
from tests.e2e.sink import Sink
from tests.unit.authority import Authority

KARIN = "karin@customer.example"
AUTHORITY = Authority()
Made = Callable[..., PrivatePostfix]


@pytest.fixture(scope="module")
def installation(postfix: PrivatePostfix, state_dir: Path) -> Iterator[LiveInstallation]:
    """Acme behind Postfix, with LEAD-1 of Karin."""
    made = live(postfix, state_dir, postfix.milter)
    made.listener()
    postfix.deliver(KARIN, "leads@acme.example", mail())
    made.wait_messages("LEAD-1", 1)
    yield made
    made.stop()


def mail() -> bytes:
    return (
        f"From: Karin <{KARIN}>\nTo: leads@acme.example\nSubject: Chairs\nMessage-ID: <c1@customer.example>\n"
        "Date: Thu, 26 Nov 2026 10:00:00 +0000\n\nForty chairs?\n"
    ).encode()


def provider(make: Made, state: Path, postfix: PrivatePostfix, folder: Path, **main: str) -> PrivatePostfix:
    """Start a provider's Postfix: it passes all mail on to ours, and lets only those in who sign in over TLS."""
    folder.mkdir()
    folder.chmod(0o755)
    signed = AUTHORITY.sign("127.0.0.1")
    (folder / "server.pem").write_text(signed.both)
    return make(
        state, with_mailboxes=(), milter=False, installed=False,
        smtpd_tls_cert_file=str(folder / "server.pem"), smtpd_tls_security_level="may", smtpd_tls_auth_only="yes",
        relayhost=f"[127.0.0.1]:{postfix.smtp_port}", **main,
    )  # fmt: skip


def add(installation: LiveInstallation, name: str, port: int, authority: Path, password: str = LOGIN[1]) -> None:
    installation.admin(
        "server", "add", name, "--host", "127.0.0.1", "--port", str(port), "--security", "starttls",
        "--sign-in", "password", "--login", LOGIN[0], "--for", "acme.example", "--authority", str(authority),
        stdin=f"{password}\n".encode(),
    )  # fmt: skip


def outcome_of(installation: LiveInstallation, name: str) -> dict[str, Any]:
    done = installation.run(installation.programs / "mail-admin", "server", "test", name, "--json")
    assert done.stdout, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def authority(workspace: Path) -> Path:
    path = workspace / "authority.pem"
    path.write_text(AUTHORITY.pem)
    path.chmod(0o644)
    return path


def test_a_message_leaves_by_it_and_a_round_comes_back_unchanged(
    installation: LiveInstallation, postfix: PrivatePostfix, make_postfix: Made, state_dir: Path, workspace: Path,
    authority: Path, sink: Sink,
) -> None:  # fmt: skip
    relay = provider(make_postfix, state_dir, postfix, workspace / "relay")
    add(installation, "relay", relay.submission_port, authority)
    secret = installation.state / "keys" / "servers" / "relay.json"
    assert secret.stat().st_mode & 0o777 == 0o600 and LOGIN[1] in secret.read_text()
    found = outcome_of(installation, "relay")
    assert (found["step"], found["back"], found["changed"]) == ("", True, [])
    assert found["signatures"] == found["signatures_that_hold"] == 2
    installation.admin("post", "LEAD-1", "--as", ANNA, "--text", "Of course.")
    installation.send()
    sink.wait(to=KARIN)
    assert f"sasl_username={LOGIN[0]}" in relay.log()
    assert LOGIN[1] not in (installation.state / "weftmail.db").read_bytes().decode("latin-1")
    installation.admin("server", "remove", "relay", "--erase-secrets")
    assert not secret.exists()


def test_one_that_rewrites_is_found_out(
    installation: LiveInstallation, postfix: PrivatePostfix, make_postfix: Made, state_dir: Path, workspace: Path,
    authority: Path,
) -> None:  # fmt: skip
    relay = provider(
        make_postfix, state_dir, postfix, workspace / "rewrites",
        sender_canonical_maps="static:relay@provider.example",
        sender_canonical_classes="envelope_sender, header_sender",
        local_header_rewrite_clients="permit_sasl_authenticated",
    )  # fmt: skip
    add(installation, "rewrites", relay.submission_port, authority)
    found = outcome_of(installation, "rewrites")
    changed = {one["what"]: one["came"] for one in found["changed"]}
    # Postfix takes Reply-To for an address of the sender as well: answers would never come here.
    assert changed == dict.fromkeys(("from", "return_path", "reply_to"), "relay@provider.example")
    assert "never come home" in next(one["means"] for one in found["changed"] if one["what"] == "return_path")
    assert found["signatures_that_hold"] < found["signatures"] == 2
    installation.admin("server", "remove", "rewrites")


def test_each_step_that_fails_is_named(
    installation: LiveInstallation, postfix: PrivatePostfix, make_postfix: Made, state_dir: Path, workspace: Path,
    authority: Path,
) -> None:  # fmt: skip
    relay = provider(make_postfix, state_dir, postfix, workspace / "strict")
    strangers = workspace / "strangers.pem"
    strangers.write_text(Authority("strangers").pem)
    strangers.chmod(0o644)
    add(installation, "wrong", relay.submission_port, authority, "wrong")
    found = outcome_of(installation, "wrong")
    assert found["step"] == "sign-in" and "535" in found["said"] and found["what_to_do"]
    add(installation, "unknown", relay.submission_port, strangers)
    assert outcome_of(installation, "unknown")["step"] == "certificate"
    add(installation, "nowhere", 1, authority)
    assert outcome_of(installation, "nowhere")["step"] == "connection"
    for name in ("wrong", "unknown", "nowhere"):
        installation.admin("server", "remove", name)


def test_where_it_is_down_the_message_leaves_from_here(
    installation: LiveInstallation, authority: Path, sink: Sink
) -> None:
    add(installation, "down", 1, authority)
    installation.admin("post", "LEAD-1", "--as", ANNA, "--text", "Another one.")
    installation.send()
    sink.wait(to=KARIN)
    installation.admin("server", "remove", "down")
