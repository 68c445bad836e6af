"""A real systemd-journald, in a mount namespace of its own: what Postfix says to it is read by the real journalctl."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMESPACE = """\
set -e
mount --make-rprivate /
mount -t tmpfs none /run
mkdir -p /run/systemd/journal /run/log/journal
/usr/lib/systemd/systemd-journald &
daemon=$!
trap 'kill $daemon' EXIT
for _ in $(seq 100); do [ -S /run/systemd/journal/dev-log ] && break; sleep 0.1; done
"$@"
"""
READS = r"""import json, socket, sys, time
from pathlib import Path
from weftmail.transport.journal import FOLDERS, Journal, readable

said = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
said.connect("/run/systemd/journal/dev-log")

def say(level, words):
    said.send(b"<%d>Nov 27 00:33:33 " % level + words)

def look(journal, count):
    found = []
    for _ in range(300):
        found += journal.lines()
        if len(found) >= count:
            break
        time.sleep(0.05)
    return found

place = Path(sys.argv[1])
say(22, b"postfix/qmgr[1]: 4F2C1A0B3D: nothing of before counts")
time.sleep(1)
first = Journal(place)
assert first.lines() == []
time.sleep(1)
say(30, b"cron[1]: no mail")
say(22, b"postfix/smtp[4712]: 4F2C1A0B3D: to=<karin@customer.example>, status=sent (250 2.0.0 OK)")
one = look(first, 1)
first.keep(None)
first.close()
say(22, b"postfix/smtp[4712]: 4F2C1A0B3D: (250 caf\xe9 \x01)")
second = Journal(place)
two = look(second, 1)
second.close()
print(json.dumps({"one": one, "two": two, "readable": readable(FOLDERS)}))
"""


def test_what_postfix_says_to_the_journal_is_read_from_where_the_last_reader_stopped(tmp_path: Path) -> None:
    (tmp_path / "reads.py").write_text(READS)
    command = [sys.executable, str(tmp_path / "reads.py"), str(tmp_path / "place")]
    ran = subprocess.run(
        ["unshare", "-m", "bash", "-c", NAMESPACE, "-", *command],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    assert [line.partition("postfix/")[2] for line in found["one"]] == [
        "smtp[4712]: 4F2C1A0B3D: to=<karin@customer.example>, status=sent (250 2.0.0 OK)\n"
    ]
    assert len(found["two"]) == 1 and "caf\ufffd" in found["two"][0]
    assert found["readable"]
