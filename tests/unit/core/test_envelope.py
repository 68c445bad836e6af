"""The envelope and the failures: small values that everything rests on."""

from __future__ import annotations

from weftmail.core.envelope import clean
from weftmail.core.failure import UsageError


def test_no_control_character_and_no_surrogate_gets_in():
    assert clean("a\x00\r\n\x7f\udc80b\u00e9") == "abé"
    assert len(clean("x" * 5000)) == 1000


def test_a_usage_error_knows_its_status():
    assert UsageError("no").status == 1
    assert UsageError("no", status=2).status == 2
