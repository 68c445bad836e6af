"""The installed pipe program: what it may import, how its Python is started, and that its work lies compiled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import make_state
from tests.e2e.installation import ANNA, LiveInstallation
from tests.e2e.machine import USER
from tests.unit.pipe.test_mail_ingest import PROBE


def test_it_imports_next_to_nothing(venv: Path, workspace: Path):
    program = venv / "bin" / "mail-ingest"
    assert program.read_text().startswith("#!/usr/bin/python3 -IS\n")
    assert not program.is_symlink()
    state = make_state(workspace)
    command = ["/usr/bin/python3", "-IS", "-c"]
    words = [str(program), f"--state={state}", "--recipient=leads@acme.example"]
    said = subprocess.run([*command, PROBE, *words], input=b"Subject: x\n\nx\n", capture_output=True, check=True).stdout
    flags, modules = said.decode().splitlines()[-2:]
    assert flags == "0 1 1 1"
    started = subprocess.run([*command, "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True)
    assert set(modules.split()) - set(started.stdout.split()) == {"_socket", "fcntl"}
    assert len(list((state / "incoming").iterdir())) == 1


def test_its_work_lies_compiled_in_the_environment(venv: Path):
    version = "python{}.{}".format(*sys.version_info[:2])
    package = venv / "lib" / version / "site-packages" / "weftmail"
    assert (package / "pipe.py").is_file()
    assert list((package / "__pycache__").glob("pipe.cpython-*.pyc"))


def test_root_hands_in_as_the_owner_of_the_state_folder(venv: Path, workspace: Path):
    """Files of root's beside the store would lock every other program out."""
    installation = LiveInstallation(make_state(workspace), 25, dedicated=True)
    installation.admin("alias", "add", "leads@acme.example", "--opens", "lead", "--owner", ANNA)
    words = [str(venv / "bin" / "mail-ingest"), f"--state={installation.state}", "--recipient=leads@acme.example"]
    raw = b"From: Karin Ek <karin@customer.example>\nSubject: Chairs\n\n40?\n"
    assert subprocess.run([*words, "--sender=karin@customer.example"], input=raw, check=False).returncode == 0
    installation.wait(installation.records, "the mail is filed")
    owners = {path.owner() for path in installation.state.rglob("*") if not path.is_symlink() and path.exists()}
    assert owners == {USER}
    installation.stop()
