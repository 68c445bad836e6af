"""The manual pages are set by the real groff without a warning."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.machine import PACKAGES, ROOT, require


def test_groff_sets_every_page(tmp_path: Path) -> None:
    require(Path(PACKAGES["groff-base"]).exists(), "groff-base is not installed")
    subprocess.run([sys.executable, ROOT / "docs" / "make_man.py", tmp_path], check=True, cwd=ROOT)
    files = sorted(tmp_path.iterdir())
    assert len(files) > 40
    for file in files:
        done = subprocess.run(
            ["/usr/bin/groff", "-man", "-ww", "-Tutf8", "-k", file], capture_output=True, text=True, check=True
        )
        assert done.stderr == "", file.name
        # Bold letters are struck twice.
        shown = re.sub(".\x08", "", done.stdout)
        assert "\nNAME\n" in shown and "\nSEE ALSO\n" in shown, file.name
