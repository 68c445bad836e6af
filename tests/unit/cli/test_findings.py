"""What an admin is told when it matters most: each row of the list is made to happen, and its sentence read.

| found | made to happen by |
|---|---|
| outgoing port 25 is closed | `test_outside.py` |
| two SPF records | `unit/dns/test_records.py`, and with a real name server `e2e/test_dns_check.py` |
| the DKIM text differs | the same two |
| the MX points elsewhere | `unit/dns/test_records.py`; at the first start `e2e/test_todays_mail.py` |
| the listener is down | here, and behind a real Postfix in `e2e/test_faults.py` |
| handed over and not here | here, and behind both servers in `e2e/test_kill_storm.py` |
| main.cf edited by hand | `e2e/test_postfix_install.py` |
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.shell import Shell
from tests.unit.world import World
from weftmail.cli.doctor.programs import kept
from weftmail.core.next_hop import HandedOver
from weftmail.mta.exim.writing import listed

QUEUE = """\
 3m  1.2K 1tEsZk-0002xY-1A <karin@customer.example>
          leads@acme.example
        D sales@acme.example

25h   14K 1tEsZm-0002xZ-2B <> *** frozen ***
          leads@acme.example
          erik@other.example

 2d   14K 1tEsZn-0002y0-3C <karin@customer.example>
          erik@other.example

"""


def doctor(shell: Shell) -> dict[str, Any]:
    return {one["name"]: one for one in json.loads(shell.call("doctor", "--json")[1])}


def test_a_listener_that_is_down_says_what_is_kept_and_that_nothing_bounces(shell: Shell) -> None:
    with shell.config.open("a") as config:
        config.write(f'smtp = "maildir:{shell.folder}/caught"\n')
    (finding,) = doctor(shell)["listener"]["findings"]
    assert finding["finding"].startswith("the listener does not run")
    assert "the others stay with the mail server; nothing bounces for 5 days" in finding["reason"]
    assert finding["next_step"] == "systemctl start weftmail-listener"


@pytest.mark.parametrize(
    ("mails", "said"),
    [
        ([], ", which keeps none now"),
        ([(1, 60_000)], ", which keeps 1 mail, the oldest for 1 min"),
        ([(2, 180_000), (1, 60_000)] * 7, ", which keeps 14 mails, the oldest for 3 min"),
        ([(1, 3 * 86_400_000)], ", which keeps 1 mail, the oldest for 3 days"),
    ],
)
def test_what_the_mail_server_keeps_is_counted(mails: list[tuple[int, int]], said: str) -> None:
    assert kept(mails) == said


def test_exim_s_queue_is_read_for_what_is_ours() -> None:
    assert listed(QUEUE, lambda one: one.endswith("@acme.example")) == [(1, 180), (1, 90_000)]
    assert listed("", bool) == [] == listed("exim: permission denied\n", bool)


def test_what_was_handed_over_and_is_not_here_is_named_by_its_queue_id(shell: Shell, world: World) -> None:
    at = shell.context().clock() - 3_600_000
    with world.store.transaction():
        world.store.handed_over.miss([HandedOver("4F2C1", "leads@acme.example", at)])
        world.store.handed_over.count(at // 3_600_000 * 3_600_000, 212, 211)
    found = doctor(shell)["delivered"]
    (finding,) = found["findings"]
    assert found["saw"] == "212 by its log, 211 of them here"
    assert finding["finding"] == "4F2C1 to leads@acme.example is missing here"
    assert finding["next_step"] == "mail-admin log --queue-id 4F2C1"
