"""Names that are one slip of the hand apart."""

from __future__ import annotations

import pytest

from weftmail.core.near import one_slip


@pytest.mark.parametrize("other", ["lead", "eads", "leadss", "xleads", "lebds", "laeds", "leasd", "leads1", "lads"])
def test_one_slip_makes_the_other(other: str) -> None:
    assert one_slip("leads", other) and one_slip(other, "leads")


@pytest.mark.parametrize("other", ["leads", "lea", "ladse", "lexxs", "sales", "adsle", "leadsss", "", "daels"])
def test_none_or_more_than_one(other: str) -> None:
    assert not one_slip("leads", other) and not one_slip(other, "leads")
