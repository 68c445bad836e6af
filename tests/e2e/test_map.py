"""The mail server's map, under a real Postfix: what it takes, what it refuses, and how soon an edit counts."""

from __future__ import annotations

import re
import shutil
import smtplib
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from weftmail.core.ports import MapRow
from weftmail.mta.map import GROUP, MapDatabase, path_in
from weftmail.mta.postfix import changes as mta

from .conftest import make_state
from .machine import account
from .opendkim import Signer, Verifier
from .postfix import PrivatePostfix, until
from .sink import Sink

MAIL = b"From: Karin Ek <karin@customer.example>\r\nTo: leads@acme.example\r\nSubject: Chairs\r\n\r\nHow much?\r\n"


@dataclass
class Got:
    """One recipient's copy as the LMTP client handed it over."""

    sender: str
    recipient: str
    raw: bytes
    xforward: str


class Lmtp(socketserver.ThreadingUnixStreamServer):
    """A listener that keeps what it gets; one reply for each recipient."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), _Conversation)
        shutil.chown(path, "weftmail", GROUP)
        path.chmod(0o660)
        self.got: list[Got] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def wait(self, count: int = 1) -> list[Got]:
        until(lambda: len(self.got) >= count, f"{count} copies came", lambda: str(self.got))
        return self.got


class _Conversation(socketserver.StreamRequestHandler):
    server: Lmtp

    def handle(self) -> None:
        self._say("220 test LMTP")
        sender, recipients, xforward = "", list[str](), ""
        for line in self.rfile:
            verb = line.decode("utf-8").strip()
            if verb.upper().startswith("LHLO"):
                self._say("250-test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 XFORWARD NAME ADDR IDENT")
            elif verb.upper().startswith("MAIL FROM:"):
                sender = _path(verb)
                self._say("250 ok")
            elif verb.upper().startswith("RCPT TO:"):
                recipients.append(_path(verb))
                self._say("250 ok")
            elif verb.upper() == "DATA":
                self._say("354 go")
                raw = b"".join(iter(self.rfile.readline, b".\r\n"))
                for recipient in recipients:
                    self.server.got.append(Got(sender, recipient, raw, xforward))
                    self._say("250 kept")
                recipients, xforward = [], ""
            elif verb.upper() == "QUIT":
                self._say("221 bye")
                return
            else:
                xforward += verb if verb.upper().startswith("XFORWARD") else ""
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


def _path(verb: str) -> str:
    return verb[verb.index("<") + 1 : verb.index(">")]


@dataclass
class Store:
    """Stands in for the store: remembers rows by generation, and lets the map follow."""

    file: MapDatabase
    rows: dict[tuple[str, str], MapRow] = field(default_factory=dict)
    generation: int = 0

    def edit(
        self, domain: str, *locals_: str, dedicated: bool = True, active: bool = True, follow: bool = True
    ) -> None:
        self.generation += 1
        for local in locals_:
            self.rows[domain, local] = MapRow(domain, local, dedicated, active, self.generation)
        if follow:
            self.follow()

    def follow(self, file: MapDatabase | None = None) -> None:
        """Bring the file up to date, as flow does: its generation is read first."""
        target = file or self.file
        behind = target.generation()
        target.apply([row for row in self.rows.values() if row.generation > behind], self.generation)

    def recipients(self) -> set[str]:
        here = {domain for (domain, local), row in self.rows.items() if not local and row.active}
        return {
            f"{local}@{domain}" for (domain, local), row in self.rows.items() if local and row.active and domain in here
        }


@pytest.fixture(scope="module")
def store(state_dir: Path) -> Iterator[Store]:
    store = Store(MapDatabase(path_in(state_dir)))
    store.edit("acme.example", "", "leads", "reply", "bounce", "notifications", dedicated=False)
    store.edit("in.acme.example", "", "leads", "sales", "reply", "bounce", "notifications", "postmaster", "abuse")
    yield store
    store.file.close()


@pytest.fixture(scope="module")
def lmtp(state_dir: Path) -> Iterator[Lmtp]:
    server = Lmtp(state_dir / "listener.sock")
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _emptied(lmtp: Lmtp) -> None:
    lmtp.got.clear()


@pytest.fixture
def client(postfix: PrivatePostfix, store: Store) -> Iterator[smtplib.SMTP]:
    with postfix.smtp() as one:
        one.mail("karin@customer.example")
        yield one


def answer(client: smtplib.SMTP, address: str) -> str:
    """Offer one recipient, and return the code with the enhanced status code."""
    code, text = client.rcpt(address)
    return f"{code} {text.decode().split()[0]}"


TAKEN, UNKNOWN = "250 2.1.5", "550 5.1.1"


def test_an_unknown_recipient_is_refused_at_rcpt(client: smtplib.SMTP) -> None:
    assert answer(client, "leads@in.acme.example") == TAKEN
    assert answer(client, "nobody@in.acme.example") == UNKNOWN
    assert answer(client, "zzz@acme.example") == UNKNOWN


def test_an_edit_counts_in_the_same_session(client: smtplib.SMTP, store: Store) -> None:
    for domain, dedicated in (("in.acme.example", True), ("acme.example", False)):
        assert answer(client, f"orders@{domain}") == UNKNOWN
        store.edit(domain, "orders", dedicated=dedicated)
        assert answer(client, f"orders@{domain}") == TAKEN
        store.edit(domain, "orders", dedicated=dedicated, active=False)
        assert answer(client, f"orders@{domain}") == UNKNOWN
        store.edit(domain, "orders", dedicated=dedicated)
        assert answer(client, f"orders@{domain}") == TAKEN


def test_a_new_dedicated_domain_counts_in_the_same_session(
    client: smtplib.SMTP, store: Store, postfix: PrivatePostfix, lmtp: Lmtp
) -> None:
    assert answer(client, "leads@new.example") == "454 4.7.1"
    store.edit("new.example", "", "leads", "reply")
    assert answer(client, "leads@new.example") == TAKEN
    assert client.data(MAIL)[0] == 250
    assert lmtp.wait()[0].recipient == "leads@new.example"
    client.mail("karin@customer.example")
    store.edit("new.example", "", active=False)
    assert answer(client, "leads@new.example") != TAKEN
    with postfix.smtp() as other:
        other.mail("karin@customer.example")
        assert answer(other, "leads@new.example") == "454 4.7.1"


def test_a_reply_address_keeps_its_token_on_the_way(client: smtplib.SMTP, lmtp: Lmtp) -> None:
    token = "AbCdEfGh234567abcdefgh234567ABCDEFGH2345"
    assert answer(client, f"reply+{token}@acme.example") == TAKEN
    assert answer(client, f"REPLY+{token}@in.acme.example") == TAKEN
    client.data(MAIL)
    got = sorted(one.recipient for one in lmtp.wait(2))
    assert got == [f"REPLY+{token}@in.acme.example", f"reply+{token}@acme.example"]


def test_the_plus_part_of_a_removed_alias_is_refused_and_tokens_are_not(client: smtplib.SMTP, store: Store) -> None:
    store.edit("in.acme.example", "support")
    assert answer(client, "support+x@in.acme.example") == TAKEN
    store.edit("in.acme.example", "support", active=False)
    assert answer(client, "support@in.acme.example") == UNKNOWN
    assert answer(client, "support+x@in.acme.example") == UNKNOWN
    assert answer(client, "reply+abcdefgh@in.acme.example") == TAKEN
    assert answer(client, "bounce+abcdefgh@in.acme.example") == TAKEN


def test_with_mailboxes_everybody_keeps_their_mail(
    postfix: PrivatePostfix, store: Store, lmtp: Lmtp, anna_mail: Callable[[], list[bytes]]
) -> None:
    postfix.clear_mailbox("root")
    with postfix.smtp() as client:
        client.mail("karin@customer.example")
        for address in ("anna@acme.example", "root@mx1.acme.example", "leads@acme.example"):
            assert answer(client, address) == TAKEN
        assert answer(client, "zzz@acme.example") == UNKNOWN
        assert answer(client, "leads@mx1.acme.example") == UNKNOWN
        client.rset()
        client.sendmail(
            "karin@customer.example", ["anna@acme.example", "root@mx1.acme.example", "leads@acme.example"], MAIL
        )
    assert [one.recipient for one in lmtp.wait()] == ["leads@acme.example"]
    assert b"Delivered-To: anna@acme.example" in postfix.wait_mailbox()[0]
    assert len(postfix.wait_mailbox(1, "root")) == 1
    assert len(anna_mail()) == 1


def test_the_hosts_own_name_works_before_any_dns(client: smtplib.SMTP, store: Store, lmtp: Lmtp) -> None:
    store.edit("mx1.acme.example", "", "reply", "bounce", "notifications", dedicated=False)
    assert answer(client, "reply+abc@mx1.acme.example") == TAKEN
    assert answer(client, "zzz@mx1.acme.example") == UNKNOWN
    client.data(MAIL)
    assert lmtp.wait()[0].recipient == "reply+abc@mx1.acme.example"


@pytest.mark.parametrize("local", ["o'brien", "x''--", "a=b", "{x}", "back`id`tick", "a$x", "a*b", "under_score"])
def test_odd_but_lawful_names_are_looked_up_exactly(
    client: smtplib.SMTP, store: Store, local: str, postfix: PrivatePostfix
) -> None:
    mark = postfix.mark()
    assert answer(client, f"{local}@in.acme.example") == UNKNOWN
    store.edit("in.acme.example", local)
    assert answer(client, f"{local}@in.acme.example") == TAKEN
    assert answer(client, f"{local}+x@in.acme.example") == TAKEN
    assert "proxymap" not in postfix.log(mark)


def test_a_percent_sign_is_never_a_pattern(store: Store, postfix: PrivatePostfix) -> None:
    """From strangers Postfix takes it for routing by the sender, and refuses before it asks the map."""
    store.edit("in.acme.example", "100%", "a%b")
    with postfix.smtp() as stranger:
        stranger.mail("karin@customer.example")
        assert answer(stranger, "100%@in.acme.example") == "454 4.7.1"
    with postfix.smtp("127.0.0.1") as near:
        near.mail("anna@acme.example")
        assert answer(near, "100%@in.acme.example") == TAKEN
        assert answer(near, "a%b+x@in.acme.example") == TAKEN
        assert answer(near, "lea%@in.acme.example") == UNKNOWN
        assert answer(near, "%@in.acme.example") == UNKNOWN


def test_the_map_opens_the_server_for_nobody_else(client: smtplib.SMTP) -> None:
    for address in ("leads@other.example", "x@customer.example", "' or 1=1 --@customer.example"):
        assert answer(client, address)[:1] in "45"
    for address in ("leads%other.example@in.acme.example", "@in.acme.example", "a$(id)@in.acme.example"):
        assert answer(client, address) != TAKEN


def test_a_subdomain_of_a_domain_of_ours_stays_what_it_is(
    client: smtplib.SMTP, postfix: PrivatePostfix, sink: Sink
) -> None:
    assert answer(client, "leads@office.in.acme.example") == "454 4.7.1"
    postfix.deliver("anna@acme.example", "erik@office.in.acme.example", MAIL, source="127.0.0.1")
    assert sink.wait()[0].recipients == ("erik@office.in.acme.example",)


def test_addresses_beyond_ascii(postfix: PrivatePostfix, store: Store, lmtp: Lmtp) -> None:
    store.edit("xn--exmple-cua.se", "", "leads", "björn")
    addresses = ["leads@exämple.se", "leads@xn--exmple-cua.se", "björn@exämple.se", "BJÖRN@EXÄMPLE.SE"]
    with postfix.smtp() as client:
        client.command_encoding = "utf-8"
        client.mail("jösé@exämple.org", ["SMTPUTF8"])
        for address in addresses:
            assert answer(client, address) == TAKEN, address
        assert answer(client, "nobody@exämple.se") == UNKNOWN
        client.data(MAIL)
    assert len(lmtp.wait(3)) >= 3
    assert {one.sender for one in lmtp.got} == {"jösé@exämple.org"}


def test_a_long_line_and_where_it_came_from_reach_the_listener_whole(
    postfix: PrivatePostfix, store: Store, lmtp: Lmtp
) -> None:
    line = b"x" * 3000
    postfix.deliver("", "leads@in.acme.example", MAIL + line + b"\r\n")
    got = lmtp.wait()[0]
    assert got.sender == ""
    assert line in got.raw
    assert "ADDR=203.0.113.2" in got.xforward
    assert re.search(r"IDENT=[0-9A-F]+", got.xforward)


def test_a_dead_listener_defers_and_a_flush_delivers(
    postfix: PrivatePostfix, store: Store, lmtp: Lmtp, state_dir: Path
) -> None:
    socket, aside = state_dir / "listener.sock", state_dir / "aside.sock"
    socket.rename(aside)
    mark = postfix.mark()
    postfix.deliver("karin@customer.example", "leads@in.acme.example", MAIL)
    postfix.wait_log("status=deferred", mark)
    assert [entry["queue_name"] for entry in postfix.queue()] == ["deferred"]
    aside.rename(socket)
    postfix.flush()
    assert lmtp.wait()[0].recipient == "leads@in.acme.example"
    postfix.wait_empty()


def test_no_lookup_fails_during_a_thousand_edits(postfix: PrivatePostfix, store: Store, lmtp: Lmtp) -> None:
    mark, wrong, done = postfix.mark(), list[str](), threading.Event()

    def ask() -> None:
        with postfix.smtp() as client:
            while not done.is_set():
                client.rset()
                client.mail("karin@customer.example")
                for address, expected in (("leads@in.acme.example", TAKEN), ("nobody@in.acme.example", UNKNOWN)):
                    said = answer(client, address)
                    wrong.extend([f"{address}: {said}"] if said != expected else [])

    def send() -> None:
        with postfix.smtp() as client:
            while not done.is_set():
                client.sendmail("karin@customer.example", ["sales@in.acme.example", "leads@acme.example"], MAIL)

    workers = [threading.Thread(target=work) for work in (ask, ask, send)]
    for worker in workers:
        worker.start()
    for number in range(500):
        store.edit("in.acme.example", f"edit{number}")
        store.edit("in.acme.example", f"edit{number}", active=False)
        # Slow enough for some lookups between any two edits.
        time.sleep(0.004)
    done.set()
    for worker in workers:
        worker.join()
    postfix.wait_empty(60)
    assert wrong == []
    assert len(lmtp.got) > 0
    assert not re.search(r"fatal|panic|(?:warning|error):.*(?:sqlite|proxymap|lookup|rewrite)", postfix.log(mark))
    assert store.file.recipients() == store.recipients()


def test_a_writer_killed_between_store_and_map_is_made_good(postfix: PrivatePostfix, store: Store) -> None:
    program = (
        "import itertools, sys; from weftmail.mta.map import MapDatabase; from weftmail.core.ports import MapRow\n"
        "file = MapDatabase(sys.argv[1]); first = int(sys.argv[2]); print('up', flush=True)\n"
        "for n in itertools.count(first):\n"
        "    row = MapRow('in.acme.example', f'k{n % 50}', True, n % 2 == 0, n)\n"
        "    print(n, flush=True)\n"
        "    file.apply([row], n)\n"
    )
    for _ in range(8):
        words = [sys.executable, "-c", program, str(store.file._path), str(store.generation + 1)]
        writer = subprocess.Popen(words, stdout=subprocess.PIPE, **account("weftmail").as_user())
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"up\n"
        threading.Event().wait(0.03)
        writer.kill()
        said = [int(line) for line in writer.communicate()[0].split()]
        # What the "store" committed is what was said; the map may be one behind.
        for number in said:
            store.rows["in.acme.example", f"k{number % 50}"] = MapRow(
                "in.acme.example", f"k{number % 50}", True, number % 2 == 0, number
            )
        store.generation = max([store.generation, *said])
        assert store.file.generation() >= store.generation - 1
        store.follow()
        assert store.file.generation() == store.generation
        assert store.file.recipients() == store.recipients()
    with postfix.smtp() as client:
        client.mail("karin@customer.example")
        assert answer(client, "leads@in.acme.example") == TAKEN


def test_what_is_shown_is_what_is_needed(postfix: PrivatePostfix, store: Store) -> None:
    current = mta.read(str(postfix.conf))
    assert mta.check(postfix.settings, current) == []
    assert [change.name for change in mta.show(postfix.settings, current)] == ["recipient_delimiter"]


def test_a_map_that_postfix_may_not_write_beside_is_found(
    postfix: PrivatePostfix, store: Store, state_dir: Path
) -> None:
    file = path_in(state_dir)
    file.chmod(0o644)
    try:
        findings = mta.check(postfix.settings, mta.read(str(postfix.conf)))
    finally:
        file.chmod(0o664)
    assert [finding.finding for finding in findings] == [f"{file} is not writable by the group weftmap"]


def test_the_whole_group_may_write_whoever_came_first(workspace: Path) -> None:
    """A reader that starts before any writer makes -shm itself: our writer must get in all the same."""
    state = make_state(workspace)
    file = path_in(state)
    hold = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('select * from followed').fetchall();"
        "print('up', flush=True); sys.stdin.read()"
    )
    words = [sys.executable, "-c", hold, str(file)]
    how = {"umask": 0o077, **account("postfix").as_user()}
    reader = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **how)
    assert reader.stdout is not None
    assert reader.stdout.readline() == b"up\n"
    modes = {path.name: (path.stat().st_mode & 0o777, path.group()) for path in file.parent.iterdir()}
    assert modes["map.db-shm"] == (0o664, "weftmap")
    write = (
        "import sys; from weftmail.mta.map import MapDatabase; from weftmail.core.ports import MapRow;"
        "MapDatabase(sys.argv[1]).apply([MapRow('acme.example', '', True, True, 1)], 1)"
    )
    done = subprocess.run(
        [sys.executable, "-c", write, str(file)],
        capture_output=True,
        check=False,
        **account("weftmail").as_user(),
    )
    reader.communicate(b"")
    assert done.returncode == 0, done.stderr
    assert MapDatabase(file).generation() == 1


@pytest.mark.parametrize("end", ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r"])
def test_one_mail_cannot_smuggle_another_in(postfix: PrivatePostfix, store: Store, lmtp: Lmtp, end: str) -> None:
    smuggled = "MAIL FROM:<anna@acme.example>\r\nRCPT TO:<sales@in.acme.example>\r\nDATA\r\nSubject: false\r\n\r\nx"
    with postfix.smtp() as client:
        client.mail("karin@customer.example")
        assert answer(client, "leads@in.acme.example") == TAKEN
        assert client.docmd("DATA")[0] == 354
        client.send(MAIL + f"line{end}{smuggled}\r\n.\r\n".encode())
        assert client.getreply()[0] == 250
        assert client.noop()[0] == 250
    postfix.wait_empty()
    assert [one.recipient for one in lmtp.wait()] == ["leads@in.acme.example"]
    assert b"Subject: false" in lmtp.got[0].raw


def test_virtual_mailboxes_keep_their_mail(
    make_postfix: Callable[..., PrivatePostfix], workspace: Path, lmtp: Lmtp
) -> None:
    state = make_state(workspace)
    store = Store(MapDatabase(path_in(state)))
    store.edit("shop.example", "", "orders", "reply", dedicated=False)
    uid = account("anna").uid
    postfix = make_postfix(
        state,
        milter=False,
        virtual_mailbox_domains="shop.example",
        virtual_mailbox_maps="inline:{ { erik@shop.example = erik/ } }",
        virtual_mailbox_base=str(workspace / "virtual"),
        virtual_uid_maps=f"static:{uid}",
        virtual_gid_maps=f"static:{uid}",
        virtual_minimum_uid="1",
    )
    (workspace / "virtual").mkdir()
    (workspace / "virtual").chmod(0o1777)
    assert mta.check(postfix.settings, mta.read(str(postfix.conf))) == []
    server = Lmtp(state / "listener.sock")
    with postfix.smtp() as client:
        client.mail("karin@customer.example")
        assert answer(client, "erik@shop.example") == TAKEN
        assert answer(client, "orders@shop.example") == TAKEN
        assert answer(client, "reply+abc@shop.example") == TAKEN
        assert answer(client, "zzz@shop.example") == UNKNOWN
        client.data(MAIL)
    assert sorted(one.recipient for one in server.wait(2)) == ["orders@shop.example", "reply+abc@shop.example"]
    postfix.wait_empty()
    assert len(list((workspace / "virtual" / "erik" / "new").iterdir())) == 1
    server.shutdown()
    server.server_close()
    store.file.close()


def test_the_pipe_program_is_called_as_it_expects(make_postfix: Callable[..., PrivatePostfix], workspace: Path) -> None:
    state = make_state(workspace)
    store = Store(MapDatabase(path_in(state)))
    store.edit("in.acme.example", "", "leads", "reply")
    program, calls = workspace / "keep-call", workspace / "calls"
    calls.mkdir()
    shutil.chown(calls, "weftmail")
    program.write_text(
        "#!/usr/bin/python3 -IS\nimport os, sys\ndata = sys.stdin.buffer.read()\n"
        f"open(f'{calls}/{{os.getpid()}}', 'wb').write('\\0'.join(sys.argv[1:]).encode('utf-8', 'surrogateescape')"
        " + b'\\0\\0' + data)\n"
    )
    program.chmod(0o755)
    postfix = make_postfix(state, mode="pipe", program=str(program))
    assert mta.check(postfix.settings, mta.read(str(postfix.conf))) == []
    postfix.deliver("", ["leads@in.acme.example", "reply+AbC-x0@in.acme.example"], MAIL + b"x" * 3000 + b"\r\n")
    postfix.wait_empty()
    found = sorted(file.read_bytes() for file in calls.iterdir())
    assert len(found) == 2
    for call, recipient in zip(found, ("leads@in.acme.example", "reply+AbC-x0@in.acme.example"), strict=True):
        head, _, mail = call.partition(b"\0\0")
        words = head.decode().split("\0")
        assert words[:4] == [
            f"--state={state}",
            f"--recipient={recipient}",
            "--sender=",
            f"--original-recipient={recipient}",
        ]
        assert re.fullmatch(r"--queue-id=[0-9A-F]+", words[4])
        assert words[5:] == ["--client-address=203.0.113.2"]
        assert b"x" * 3000 in mail
        assert b"Delivered-To" not in mail
    store.file.close()


def test_the_harness_tells_verified_from_unverified(
    postfix: PrivatePostfix, store: Store, lmtp: Lmtp, milter: Verifier
) -> None:
    customer = Signer("customer.example", milter)
    signed = customer.sign(b"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@customer.example>\r\n" + MAIL)
    forged = b"Authentication-Results: mx.acme.example; dkim=pass header.d=customer.example\r\n"
    postfix.deliver("karin@customer.example", "leads@in.acme.example", signed)
    lmtp.wait(1)
    postfix.deliver(
        "karin@customer.example", "leads@in.acme.example", forged + signed.replace(b"How much", b"How many")
    )
    good, bad = (one.raw for one in lmtp.wait(2))
    assert b"dkim=pass" in good.split(b"\r\nReceived:")[0]
    assert b"dkim=fail" in bad.split(b"\r\nReceived:")[0]
    assert b"dkim=pass" not in bad
    assert [one.result for one in milter.verify(signed)] == ["pass"]
    milter.kill()
    with pytest.raises(smtplib.SMTPResponseException, match="4\\.7\\.1"):
        postfix.deliver("karin@customer.example", "leads@in.acme.example", signed)


def test_user_weftmail_runs_a_wheel_of_this_tree(
    venv: Path, as_weftmail: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    ask = "import os, weftmail.mta.map as m; print(m.__file__, m.__cached__, os.path.exists(m.__cached__), os.getuid())"
    done = as_weftmail([venv / "bin/python", "-c", ask])
    assert done.returncode == 0, done.stderr
    file, _, compiled, uid = done.stdout.decode().split()
    assert file.startswith(f"{venv}/lib/")
    assert (compiled, uid) == ("True", str(account("weftmail").uid))
    assert (venv / "bin/mail-ingest").read_text().startswith("#!/usr/bin/python3 -IS\n")
