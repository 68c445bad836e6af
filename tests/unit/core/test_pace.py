"""The lowest rate, on a clock that the test moves."""

from __future__ import annotations

from weftmail.core.pace import Pace


def test_a_stretch_with_too_little_is_too_slow_and_one_with_enough_is_not() -> None:
    pace = Pace(rate=10, length=5)
    assert not pace.too_slow(100)
    pace.moved(50)
    assert not pace.too_slow(104.9) and not pace.too_slow(105)
    pace.moved(49)
    assert not pace.too_slow(109) and pace.too_slow(110)


def test_a_burst_before_does_not_pay_for_later() -> None:
    pace = Pace(rate=10, length=5)
    assert not pace.too_slow(0)
    pace.moved(1_000_000)
    assert not pace.too_slow(5) and pace.too_slow(10)


def test_rest_is_not_counted() -> None:
    pace = Pace(rate=10, length=5)
    assert not pace.too_slow(0)
    pace.rest()
    assert not pace.too_slow(50) and not pace.too_slow(54) and pace.too_slow(55)
