"""Patterns of subjects: what they read, and which there cannot be."""

from __future__ import annotations

import time

import pytest

from weftmail.core.subject_pattern import BadPattern, names, read

READ = (
    ("Order {order} of {customer}", "Order 4711 of Ek & Son", {"order": "4711", "customer": "Ek & Son"}),
    ("Order {order} of {customer}", "SV: Re: order 4711  OF Ek", {"order": "4711", "customer": "Ek"}),
    ("[{site}] {title}", "[Uppsala] The door is stuck", {"site": "Uppsala", "title": "The door is stuck"}),
    ("{reference} {title} {amount}", "TAXI-1 To the fair 1 234,50 kr",
     {"reference": "TAXI-1", "title": "To the fair", "amount": "1 234,50 kr"}),
    ("{reference} {title}", "A-1 Two words", {"reference": "A-1", "title": "Two words"}),
    ("Ärende {number}: {title}", "ärende 12: Lampor", {"number": "12", "title": "Lampor"}),
    ("{a} (by {b})", "Chairs (by Karin)", {"a": "Chairs", "b": "Karin"}),
    ("{amount} for {title}", "€ 9 for tea", {"amount": "€ 9", "title": "tea"}),
    ("Order {order}", "Invoice 12", {}),
    ("Order {order} of {customer}", "Order 4711", {}),
)  # fmt: skip


@pytest.mark.parametrize(("pattern", "subject", "found"), READ)
def test_a_subject_is_read(pattern: str, subject: str, found: dict[str, str]) -> None:
    assert read(pattern, subject, ["amount"]) == found


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("Order", "pattern_fields"), ("{a} {b} {c} {d} {e} {f} {g} {h} {i}", "pattern_fields"),
        ("{a} {a}", "pattern_twice"),
        ("{a}{b}", "pattern_adjacent"), ("{a", "pattern_braces"), ("a}", "pattern_braces"), ("{}", "pattern_braces"),
    ],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(pattern: str, code: str) -> None:
    with pytest.raises(BadPattern) as refused:
        names(pattern)
    assert refused.value.code == code


@pytest.mark.parametrize("subject", ["a " * 5000, "1 " * 5000, "of " * 5000, " " * 9000, "1.1," * 4000])
def test_no_subject_takes_long(subject: str) -> None:
    began = time.perf_counter()
    read("{a} {b} {c} {d} {e} {f} {g} {amount}", subject, ["amount"])
    read("{a} of {b} of {c} of {d} of {amount} kr", subject, ["amount"])
    assert time.perf_counter() - began < 1
