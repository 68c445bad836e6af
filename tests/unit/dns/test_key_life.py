"""The life of a key, as the DNS shows it."""

from __future__ import annotations

import pytest

from weftmail.core.dns.key_life import OVERLAP, KeyAge, Shown, moves


@pytest.mark.parametrize(
    ("state", "shown", "became"),
    [
        ("made", "not", None),
        ("made", "unknown", None),
        ("made", "zone", "published"),
        ("made", "everywhere", "signing"),
        ("published", "zone", None),
        ("published", "not", "made"),
        ("published", "everywhere", "signing"),
        ("signing", "everywhere", None),
        ("signing", "zone", None),
        ("signing", "unknown", None),
        ("signing", "not", "made"),
        ("retired", "everywhere", None),
    ],
)
def test_a_key_follows_what_the_servers_show(state: str, shown: Shown, became: str | None) -> None:
    found = moves([KeyAge("wm26a", "rsa", state, 0)], {"wm26a": shown}, 1)
    assert found == ({} if became is None else {"wm26a": became})


def test_a_new_key_takes_over_from_the_old_one_of_its_algorithm() -> None:
    keys = [
        KeyAge("wm26a", "rsa", "signing", 0),
        KeyAge("wm26e", "ed25519", "signing", 0),
        KeyAge("wm27a", "rsa", "made", 5),
        KeyAge("wm27e", "ed25519", "made", 5),
    ]
    seen: dict[str, Shown] = dict.fromkeys(("wm26a", "wm26e", "wm27a"), "everywhere")
    assert moves(keys, {**seen, "wm27e": "not"}, 9) == {"wm26a": "retiring", "wm27a": "signing"}


def test_a_key_whose_text_is_wrong_stops_and_the_other_signs_alone() -> None:
    keys = [KeyAge("wm26a", "rsa", "signing", 0), KeyAge("wm26e", "ed25519", "signing", 0)]
    assert moves(keys, {"wm26a": "not", "wm26e": "everywhere"}, 9) == {"wm26a": "made"}


def test_seven_days_of_overlap() -> None:
    keys = [KeyAge("wm26a", "rsa", "retiring", 10)]
    assert moves(keys, {"wm26a": "everywhere"}, 9 + OVERLAP) == {}
    assert moves(keys, {}, 10 + OVERLAP) == {"wm26a": "retired"}
