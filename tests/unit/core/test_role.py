"""Roles: each may do what those below it may."""

from __future__ import annotations

from weftmail.core.role import Role


def test_roles_are_read_from_memberships_and_have_an_order() -> None:
    assert [Role.named(one) for one in ("reader", "agent", "admin")] == [Role.READER, Role.AGENT, Role.ADMIN]
    assert Role.READER < Role.AGENT < Role.ADMIN < Role.OWNER
