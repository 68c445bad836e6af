"""What is read of the field that the mail server wrote on top of a mail: its own words, and no stranger's."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.transport.lmtp_partner import Installation
from weftmail.transport.lmtp import stamp

ID = "1xWw13-0007rJ-0n"
EXIM = (
    "Received: from [203.0.113.2] (helo=client.example)\n\tby mx1.acme.example with esmtp (Exim 4.96)\n"
    f"\t(envelope-from <karin@customer.example>)\n\tid {ID}\n\tfor leads@acme.example;\n"
    "\tFri, 27 Nov 2026 13:29:29 +0000\n"
)
REST = "Subject: x\n\nHej\n"
RESULTS = "Authentication-Results: mx1.acme.example;\n\tdkim=pass header.d=customer.example\n"


@pytest.mark.parametrize(
    ("mail", "said"),
    {
        "alone": (EXIM, (ID, "203.0.113.2")),
        "below its own results": (RESULTS + EXIM, (ID, "203.0.113.2")),
        "a client with a name": (
            EXIM.replace("from [203.0.113.2] (helo=client.example)", "from mx.customer.example ([2001:db8::1])"),
            (ID, "2001:db8::1"),
        ),
        "for several": (EXIM.replace("\n\tfor leads@acme.example", ""), (ID, "203.0.113.2")),
        "from this machine": (
            f"Received: from anna by mx1.acme.example with local (Exim 4.96)\n\tid {ID};\n\tFri\n", (ID, "")
        ),
        "a name that looks like an id": (
            EXIM.replace("karin@", '"x>) id 1aaaaa-0007rJ-0n for "@'), (ID, "203.0.113.2")
        ),
        "a report of Postfix": (
            "Received: by mx1.acme.example (Postfix)\n\tid B88D5EA2420; Fri, 27 Nov 2026\n", ("B88D5EA2420", "")
        ),
        "a program of this machine, by Postfix": (
            "Received: by mx1.acme.example (Postfix, from userid 0)\n\tid 4bXkZ12; Fri, 27 Nov 2026\n", ("4bXkZ12", "")
        ),
        "a client of Postfix that names itself so": (
            "Received: from by mx1 (Postfix) id 4bXkZ12; ([203.0.113.2])\n\tby mx1 (Postfix) with ESMTP id 4bX3; Fri\n",
            ("", ""),
        ),
        "another server": (EXIM.replace("(Exim 4.96)", "(Postfix)"), ("", "")),
        "another server on top": ("Received: from x by y with LMTP id 1;\n\tFri\n" + EXIM, ("", "")),
        "none": ("", ("", "")),
        "too long": (EXIM.replace("client.example", "x" * 9000), ("", "")),
    }.values(),
)  # fmt: skip
def test_the_servers_own_words_are_read(mail: str, said: tuple[str, str]) -> None:
    raw = (mail + REST).encode()
    assert stamp.read(raw) == said
    with tempfile.TemporaryFile() as file:
        file.write(raw)
        assert stamp.read(file) == said and file.tell() == 0


@given(st.binary(max_size=400))
def test_no_bytes_break_it(noise: bytes) -> None:
    stamp.read(noise)
    stamp.read(EXIM.encode()[:60] + noise + EXIM.encode()[60:])


def test_over_a_socket_of_the_mail_server_it_counts_and_over_tcp_it_does_not(tmp_path: Path) -> None:
    talk = b"LHLO mx1\r\nMAIL FROM:<karin@customer.example>\r\nRCPT TO:<leads@acme.example>\r\nDATA\r\n"
    for listen, said in ((f"unix:{tmp_path}/l.sock", (ID, "203.0.113.2")), ("inet:127.0.0.1:0", ("", ""))):
        with Installation(listen, folder=str(tmp_path)) as installation:
            with installation.connect() as client:
                client.send(talk + (EXIM + REST).replace("\n", "\r\n").encode() + b".\r\nQUIT\r\n")
                client.replies(6)
            (((envelope,), _),) = installation.memory.kept
            assert (envelope.queue_id, envelope.client_address) == said


@pytest.mark.parametrize(
    ("forwarded", "said"),
    [("ADDR=[UNAVAILABLE] SOURCE=LOCAL", "B88D5EA2420"), ("IDENT=4ABC SOURCE=LOCAL", "4ABC"), ("", "B88D5EA2420")],
)
def test_where_postfix_forwards_no_queue_id_its_own_field_tells(tmp_path: Path, forwarded: str, said: str) -> None:
    talk = b"LHLO mx1\r\n" + (f"XFORWARD {forwarded}\r\n".encode() if forwarded else b"")
    talk += b"MAIL FROM:<>\r\nRCPT TO:<leads@acme.example>\r\nDATA\r\n"
    report = b"Received: by mx1.acme.example (Postfix)\r\n\tid B88D5EA2420; Fri, 27 Nov 2026\r\n\r\nx\r\n.\r\nQUIT\r\n"
    with Installation(f"unix:{tmp_path}/l.sock", folder=str(tmp_path)) as installation:
        with installation.connect() as client:
            client.send(talk + report)
            client.replies(7 if forwarded else 6)
        (((envelope,), _),) = installation.memory.kept
        assert envelope.queue_id == said
