"""Automatic answers as programs and providers send them, in their users' languages; and people's mail beside them.

``responders.tsv`` has what each is, header, subject and text.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from weftmail.flow.reading import read

ROWS = [
    line.split("\t") for line in (Path(__file__).parent / "responders.tsv").read_text(encoding="utf-8").splitlines()
]
KINDS = {"answer": "auto-reply", "person": "mail", "machine": "machine"}


def test_all_of_the_table_is_read() -> None:
    assert {len(row) for row in ROWS} == {4} and len(ROWS) >= 60


@pytest.mark.parametrize(("what", "header", "subject", "text"), ROWS)
def test_who_wrote_it(what: str, header: str, subject: str, text: str) -> None:
    fields = header.replace("\\n", "\n")
    message = read(
        f"{fields}\nFrom: Karin Ek <karin@customer.example>\nTo: leads@acme.example\nSubject: {subject}\n"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n".encode()
    )
    assert message.kind == KINDS[what]
