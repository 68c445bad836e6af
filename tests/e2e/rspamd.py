"""rspamd: the spam filter of many mail servers, with the rules of Debian's package, in a network of its own."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from pathlib import Path

PROGRAM = "/usr/bin/rspamd"
SOCKET = "rspamd.sock"


class _OverSocket(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self._path))


class Rspamd:
    """An rspamd that asks nobody: neither the DNS nor its authors' lists are to be reached from where it runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "local.d").mkdir()
        (folder / "rspamd.conf").write_text(
            f'.include "/etc/rspamd/common.conf"\n'
            f'options {{ pidfile = "{folder}/pid"; filters = "regexp"; dns {{ timeout = 0.1s; retransmits = 1; }} }}\n'
            f'logging {{ type = "file"; filename = "{folder}/log"; level = "warning"; }}\n'
            f'worker "normal" {{ bind_socket = "{folder}/{SOCKET} mode=0666"; count = 1; }}\n'
        )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        var = [f"--var={name}={self._folder}" for name in ("DBDIR", "RUNDIR", "LOGDIR", "LOCAL_CONFDIR")]
        self._process = subprocess.Popen(
            ["unshare", "-n", PROGRAM, "--insecure", "-f", "-c", str(self._folder / "rspamd.conf"), *var],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                log = self._folder / "log"
                raise AssertionError(f"rspamd does not start: {log.read_text() if log.exists() else ''}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return self._ask("GET", "/ping")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def _ask(
        self, method: str, path: str, body: bytes = b"", fields: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = _OverSocket(self._folder / SOCKET)
        try:
            connection.request(method, path, body, fields or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def symbols(self, mail: bytes) -> dict[str, float]:
        """Return what it finds in a mail: symbols, each with what it adds to the score."""
        fields = {"IP": "192.0.2.9", "Helo": "mx1.acme.example", "Hostname": "mx1.acme.example"}
        status, body = self._ask("POST", "/checkv2", mail, fields)
        assert status == 200, body
        return {name: float(one["score"]) for name, one in json.loads(body)["symbols"].items()}

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(15)
            self._process = None
