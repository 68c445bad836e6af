"""Runs a command that answers in lines of JSON, passes them on, and keeps which mail took longest.

slowest.py FILE COMMAND...: the last line of FILE is the slowest mail's name and its milliseconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def main(words: list[str]) -> int:
    """Run the command; return its status."""
    slowest, name = 0, ""
    with subprocess.Popen(words[1:], stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        for line in run.stdout:
            sys.stdout.buffer.write(line)
            said = json.loads(line)
            if said.get("elapsed_ms", 0) > slowest:
                slowest, name = said["elapsed_ms"], Path(said["file"]).name
    Path(words[0]).write_text(f"{name} {slowest}\n", encoding="utf-8")
    return run.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
