"""make corpora CORPORA=DIR [MISSES=FILE]: how well and how quickly a folder of mails with expectations is read.

Makes a store of its own under var/corpora with leads@acme.example, then runs the scorer that lies beside the folder,
``DIR/../tools/score.py``, over ``bin/mail-ingest --explain``, and passes its table on, and says
which mail took longest; FILE keeps every miss.  Nothing is filed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.suites import table  # noqa: E402 - this file is run by its path

PLACE = ROOT / "var" / "corpora"
RECIPIENT = "leads@acme.example"
ANNA = "anna@acme.example"


class Unfit(Exception):
    """What is missing, and the next step."""


def folder(words: list[str]) -> tuple[Path, Path]:
    """Return the folder of mails and its scorer; raise Unfit where one of them is missing."""
    if not words or not words[0] or len(words) > 2:
        raise Unfit("say which folder: make corpora CORPORA=DIR")
    mails = Path(words[0]).absolute()
    scorer = mails.parent / "tools" / "score.py"
    if not mails.is_dir():
        raise Unfit(f"{mails} is no folder; say make corpora CORPORA=DIR")
    if not (mails / "expect").is_dir():
        raise Unfit(f"{mails} holds no expectations: there is no folder expect/ in it")
    if not scorer.is_file():
        raise Unfit(f"there is no scorer beside that folder: {scorer} is missing")
    return mails, scorer


def installation() -> Path:
    """Make a fresh installation with leads@ for Anna; return its settings."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    settings = PLACE / "weftmail.toml"
    program = [str(Path(sys.executable).parent / "mail-admin")]
    for words in (
        [
            *(
                "init",
                "--company",
                "Acme",
                "--domain",
                "acme.example",
                "--dedicated",
                "--name",
                "Anna",
                "--address",
                ANNA,
            ),
            *("--state", str(PLACE / "state"), "--hostname", "mx1.acme.example", "--smtp", f"maildir:{PLACE}/caught"),
            *(("--user", "root") if os.geteuid() == 0 else ()),
        ],
        ["alias", "add", RECIPIENT, "--opens", "lead", "--owner", ANNA],
    ):
        done = subprocess.run([*program, *words], env=_environment(settings), capture_output=True, text=True)
        if done.returncode:
            raise Unfit(f"no store could be made: {done.stderr.strip()}")
    return settings


def _environment(settings: Path) -> dict[str, str]:
    return {**os.environ, "WEFTMAIL_CONFIG": str(settings), "SCORE_RECIPIENT": RECIPIENT}


def main(words: list[str]) -> int:
    """Make the installation and run the scorer; return its status."""
    try:
        mails, scorer = folder(words)
        settings = installation()
    except Unfit as error:
        print(f"corpora: {error}", file=sys.stderr)
        return 1
    slow = PLACE / "slowest"
    explain = [
        sys.executable,
        str(ROOT / "bench" / "slowest.py"),
        str(slow),
        str(ROOT / "bin" / "mail-ingest"),
        "--explain",
    ]
    keep = ["--json", words[1]] if words[1:] and words[1] else []
    command = [sys.executable, str(scorer), str(mails), *keep, *explain]
    status = subprocess.run(command, env=_environment(settings), check=False).returncode
    if slow.exists():
        print(f"the slowest mail: {slow.read_text(encoding='utf-8').strip()} ms")
    print("\n".join(table(mails)))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
