"""Who checks email and what looks through it: by the settings, at the terminal and on the pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.shell import Shell
from tests.unit.world import HOST
from weftmail.cli import runtime
from weftmail.cli.config import Config, load
from weftmail.cli.context import Context
from weftmail.cli.entrances import policies
from weftmail.core.failure import UsageError
from weftmail.transport.clamd import Clamd
from weftmail.transport.dns import Limited


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('authentication = "both"', "is none of auto, own, milter, none"),
        ('authentication = "milter"', "set authserv_id"),
        ('relays = "mx2"', "relays = 'mx2'"),
        ('spam_field = "X-Spam-Flag"', "mail-admin spam probe"),
        ('clamd = "/run/clamd.ctl"', "neither unix:/PATH nor HOST:PORT"),
        ('clamd_dead = "bounce"', "neither wait nor pass"),
        ("files_size = 0", "files_size = 0 is not from 1 to 45"),
        ("files_size = 46", "files_size = 46 is not from 1 to 45"),
        ('files_size = "7"', "files_size has to be a whole number"),
    ],
)
def test_what_the_settings_cannot_say(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "weftmail.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=says):
        load({"WEFTMAIL_CONFIG": str(path)})


@pytest.mark.parametrize(
    ("config", "own", "milter"),
    [
        (Config(), True, None),
        (Config(authserv_id="mx1"), False, "mx1"),
        (Config(authentication="own", authserv_id="mx1"), True, None),
        (Config(authentication="milter", authserv_id="mx1"), False, "mx1"),
        (Config(authentication="none", authserv_id="mx1"), False, None),
    ],
)
def test_who_checks(config: Config, own: bool, milter: str | None) -> None:
    given = replace(config, hostname=HOST, relays="198.51.100.7, 2001:db8::/64", spam_field="X-Spam-Flag above")
    for policy in policies(given).values():
        assert (policy.own_check, policy.authserv_id) == (own, milter)
        assert (
            policy.is_relay("198.51.100.7") and policy.is_relay("2001:db8::7") and not policy.is_relay("198.51.100.8")
        )
        assert policy.spam == "X-Spam-Flag above"
    threads = runtime.check_threads(config)
    assert (threads is not None) is own
    if threads is not None:
        threads.shutdown()


def test_what_the_programs_build_of_it() -> None:
    assert runtime.scanner(Config()) is None
    assert isinstance(runtime.scanner(Config(clamd="unix:/run/clamav/clamd.ctl")), Clamd)
    assert isinstance(runtime.patient_resolver(), Limited)


def test_inbound_show_says_who_sent_a_mail(shell: Shell) -> None:
    shell.world.deliver(shell.world.mail(verified=True), "leads@acme.example")
    said = shell.ok("inbound", "show", "1")
    assert (
        f"Who sent it:\n   Checked by the mail server's own filter, {HOST}.\n   DKIM: pass, for customer.example.\n"
        in said
    )
    shown = shell.json("inbound", "show", "1")
    assert shown["checked"][1] == "DKIM: pass, for customer.example." and shown["asks"] == 0


def test_a_probe_that_does_not_come_back_says_so(shell: Shell) -> None:
    with shell.config.open("a") as settings:
        settings.write(f'smtp = "maildir:{shell.folder}/caught"\n')
    waited: list[float] = []
    context = Context({"WEFTMAIL_CONFIG": str(shell.config)}, wait=waited.append)
    status, _, err = shell.call("spam", "probe", "acme.example", context=context)
    assert status != 0 and "the probe is not back after 60 s" in err and sum(waited) == 60
    assert "other.example" in shell.refused("spam", "probe", "other.example")
