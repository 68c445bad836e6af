"""A mail round through a real Postfix, out and back, with both signatures."""

from __future__ import annotations

import json
from pathlib import Path

from .installation import LiveInstallation
from .postfix import PrivatePostfix


def test_a_round_leaves_and_comes_back_by_its_reply_address(postfix: PrivatePostfix, state_dir: Path) -> None:
    installation = LiveInstallation(state_dir, postfix.smtp_port)
    try:
        installation.listener()
        installation.admin("dkim", "create", "acme.example")
        said = json.loads(installation.admin("domain", "round", "acme.example", "--json"))
        print(said)
        assert [one["valid"] for one in said["signatures"]] == [True, True]
        assert said["accepted_at"] is not None
        assert installation.admin("domain", "round", "acme.example").startswith("● back after ")
    finally:
        installation.stop()
