"""A colleague's answer is freed of the notification that it quotes, in every language and wording that ever left.

``golden/LANGUAGE-N.txt`` is a notification as it was sent, in the Nth wording of that language.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from weftmail.core.composing import notification
from weftmail.core.composing.cutting import cut_notification
from weftmail.core.composing.marks import MARKS
from weftmail.core.composing.notification import Answer, Notice
from weftmail.locale import NAMES, language

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))
NOTICE = Notice(
    kind="received",
    number="LEAD-298",
    title="Quote for 40 chairs",
    url="https://weft.acme.example/records/LEAD-298?a=1&b=2",
    author="Karin Ek <karin@customer.example>",
    author_address="karin@customer.example",
    verified=True,
    outsiders=("Erik Ek <erik@other.example>",),
    answer=Answer(("Karin Ek <karin@customer.example>",), ("Erik Ek <erik@other.example>",), "Acme Sales"),
    files=("plan.pdf",),
    acts=(
        ("assign", "https://weft.acme.example/records/LEAD-298/7/mail/assign?company=1"),
        ("note", "https://weft.acme.example/records/LEAD-298/7/mail/note?company=1"),
        ("mute", "https://weft.acme.example/records/LEAD-298/7/mail/mute?company=1"),
    ),
    unfollow=(f"reply+{'q4x7' * 10}@in.acme.example", f"reply+{'m2ra' * 10}@in.acme.example"),
    record_type="lead",
)
ANSWER_ABOVE = MARKS[0][1]


def test_every_wording_that_ever_left_has_its_file() -> None:
    count = Counter(path.stem.partition("-")[0] for path in GOLDEN)
    assert {path.stem for path in GOLDEN} == {f"{code}-{at}" for code in count for at in range(1, count[code] + 1)}
    marks = {(path.stem.partition("-")[0], path.read_text(encoding="utf-8").partition("\n")[0]) for path in GOLDEN}
    assert marks == set(MARKS)


@pytest.mark.parametrize("code", NAMES)
def test_the_newest_wording_is_what_leaves_now(code: str) -> None:
    newest = [mark for one, mark in MARKS if one == code][-1]
    said = notification.as_text(
        Notice(**{**{name: getattr(NOTICE, name) for name in Notice.__slots__}, "language": language(code)}),
        "Could you do 38 instead?",
    )
    number = sum(path.stem.startswith(f"{code}-") for path in GOLDEN)
    assert said.startswith(f"{newest}\n")
    assert said == (Path(__file__).parent / f"golden/{code}-{number}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("answer", "quoted"),
    [
        ("Yes, 38 is fine.\n\nOn Tue, 24 Nov 2026 at 10:00, Karin Ek <sales@acme.example> wrote:\n\n{}", "> "),
        ("Yes, 38 is fine.\n\nDen tis 24 nov. 2026 kl 10:00 skrev Karin Ek <\nsales@acme.example>:\n\n{}", "> "),
        ("Yes, 38 is fine.\n\n________\nFrån: K <a@b.example>\nSkickat: x\nTill: LEAD\nÄmne: y\n\n{}", ""),
        ("On Tue, 24 Nov 2026, Karin Ek <sales@acme.example> wrote:\n{}\n\nYes, 38 is fine.", "> "),
    ],
    ids=["quoted", "quoted in Swedish", "Outlook", "below"],
)
def test_an_answer_to_any_of_them_is_cut(path: Path, answer: str, quoted: str) -> None:
    sent = path.read_text(encoding="utf-8")
    text = answer.format("\n".join(f"{quoted}{line}" for line in sent.split("\n")))
    assert cut_notification(text).strip() == "Yes, 38 is fine."


OURS = GOLDEN[0].read_text(encoding="utf-8")
QUOTED = "\n".join(f"> {line}" for line in OURS.split("\n"))
OUTLOOK = "Från: K <sales@acme.example>\nSkickat: den 24 november 2026 10:00\nTill: LEAD-298\nÄmne: Quote"
ON = "On Tue, 24 Nov 2026 at 10:00, Karin Ek via Acme Sales <sales@acme.example> wrote:"


@pytest.mark.parametrize(
    "text",
    [
        f"Yes, 38 is fine.\n\n{ON}\n\n{QUOTED}",
        f"Yes, 38 is fine.\n\n{ON}\n{QUOTED}\n",
        "Yes, 38 is fine.\n\nDen tis 24 nov. 2026 kl 10:00 skrev Karin Ek via Acme Sales\n<\nsales@acme.example>:\n\n"
        + QUOTED,
        f"{ON}\n{QUOTED}\n\nYes, 38 is fine.",
        f"Yes, 38 is fine.\n\n________\n{OUTLOOK}\n\n{OURS}",
        f"Yes, 38 is fine.\nOn Tuesday, 24 November 2026,\nKarin Ek <sales@acme.example> wrote:\n{QUOTED}",
        f"Yes, 38 is fine.\n\n<sales@acme.example>:\n{QUOTED}",
        f"Yes, 38 is fine.\n\n*From:* Karin <sales@acme.example>\n*Sent:* Tuesday\n*To:* LEAD-298\n\n{OURS}",
        f"Yes, 38 is fine.\n\n-----Original Message-----\nFrom: K <a@b.example>\nSent: x\nTo: LEAD\nSubject: y\n{OURS}",
        f"Yes, 38 is fine.\n> > {ANSWER_ABOVE}\n> > Karin wrote\n",
        f"Yes, 38 is fine.\r\n\r\n| *{ANSWER_ABOVE.replace('-', chr(0x2013))}*\n| more",
    ],
)
def test_an_answer_is_freed_of_what_it_quotes(text: str) -> None:
    assert cut_notification(text).strip() == "Yes, 38 is fine."


def test_words_between_quoted_lines_stay() -> None:
    text = f"Hello,\n\n{ON}\n{QUOTED}\nsee below\n> You follow LEAD-298.\nBest, Anna"
    assert cut_notification(text) == "Hello,\nsee below\nBest, Anna"


@pytest.mark.parametrize(
    "text",
    ["", "Yes.", "Yes.\n> quoted", OURS, QUOTED, f"{ON}\n{QUOTED}", f"See the line {ANSWER_ABOVE} of theirs."],
)
def test_nothing_to_cut_or_nothing_left_gives_the_text_back(text: str) -> None:
    assert cut_notification(text) == text


def test_lines_that_end_in_a_colon_are_words_unless_they_name_an_address() -> None:
    assert cut_notification(f"Two things:\n{QUOTED}") == "Two things:"
    assert cut_notification(f"1\n\nTwo things:\n{QUOTED}") == "1\n\nTwo things:"
    assert cut_notification(f"a\nb\nc\nTwo things:\n{QUOTED}") == "a\nb\nc\nTwo things:"
    assert cut_notification(f"Note: one\nPrice: two\nDate: three\n{QUOTED}").startswith("Note: one")
    assert cut_notification(f"x\nFrom: a@b.example\nSent: y\nTo: z\n{OURS}") == "x"
