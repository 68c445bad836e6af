"""As whom a record writes: never in the name of a domain that is not ours."""

from __future__ import annotations

import pytest

from tests.unit.world import World
from weftmail.flow.identity import check_answer_as
from weftmail.flow.refusal import RefusedAct


@pytest.mark.parametrize("text", ["Acme Sales <sales@acme.example>", "sales@acme.example"])
def test_a_domain_of_ours(world: World, text):
    assert check_answer_as(world.store, text).address == "sales@acme.example"


def test_one_that_a_domain_of_ours_is_a_part_of(world: World):
    world.store.domains.add("in.nord.example", None, True, 1)
    assert check_answer_as(world.store, "Nord <support@nord.example>").name == "Nord"


@pytest.mark.parametrize("text", ["sales@customer.example", "sales@xacme.example", "sales@sub.acme.example"])
def test_a_foreign_domain_is_never_written_for(world: World, text):
    with pytest.raises(RefusedAct, match="answer_as_foreign"):
        check_answer_as(world.store, text)


@pytest.mark.parametrize("text", ["", "Acme <nonsense>", "-x@acme.example"])
def test_what_is_no_address(world: World, text):
    with pytest.raises(RefusedAct) as caught:
        check_answer_as(world.store, text)
    assert caught.value.refusal.code in ("address_malformed", "address_hyphen")


def test_a_persons_own_address_is_no_address_of_a_team(world: World):
    with pytest.raises(RefusedAct, match="answer_as_person"):
        check_answer_as(world.store, "Acme Sales <anna@acme.example>")
