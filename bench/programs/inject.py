"""Hands mails to an SMTP server over several kept connections, as quickly as it takes them (RFC 5321, RFC 2920).

    inject.py HOST PORT SOURCE SESSIONS RECIPIENT FOLDER

Each file of FOLDER is a mail; its name, up to a comma, is its sender.  Prints a line when all connections stand, waits
for one on standard input, and prints the time of the first command and of the last answer.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time


class SmtpSession:
    """One connection; commands of a mail go out together, which costs half of what asking each time does."""

    def __init__(self, host: str, port: int, source: str) -> None:
        self.socket = socket.create_connection((host, port), 60, (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.socket.makefile("rb")
        self.expect(b"220")
        self.socket.sendall(b"EHLO client.example\r\n")
        self.expect(b"250")

    def expect(self, code: bytes) -> None:
        """Read one reply, of one line or many."""
        line = self.answers.readline()
        while line[3:4] == b"-":
            line = self.answers.readline()
        if not line.startswith(code):
            raise SystemExit(f"the server said {line!r} instead of {code!r}")

    def send(self, sender: bytes, recipient: bytes, data: bytes) -> None:
        """Hand one mail over."""
        self.socket.sendall(b"MAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n" % (sender, recipient))
        for code in (b"250", b"250", b"354"):
            self.expect(code)
        self.socket.sendall(data)
        self.expect(b"250")


def main(host: str, port: str, source: str, sessions: str, recipient: str, folder: str) -> int:
    """Connect, wait, send."""
    mails = []
    for name in sorted(os.listdir(folder), key=lambda one: int(one.partition(",")[2])):
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read().replace(b"\n.", b"\n..").replace(b"\n", b"\r\n") + b".\r\n"
        mails.append((name.partition(",")[0].encode(), recipient.encode(), data))
    mails.reverse()
    open_ones = [SmtpSession(host, int(port), source) for _ in range(int(sessions))]
    failed: list[BaseException] = []

    def work(session: SmtpSession) -> None:
        try:
            while True:
                try:
                    mail = mails.pop()
                except IndexError:
                    return
                session.send(*mail)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=work, args=(one,)) for one in open_ones]
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    print(began, time.monotonic(), flush=True)
    return 1 if failed else 0


sys.exit(main(*sys.argv[1:]))
