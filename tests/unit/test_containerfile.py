"""The container file: what its steps would stumble over, as far as that shows without building it."""

from __future__ import annotations

import re
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "packaging/Containerfile").read_text("utf-8")


def test_the_user_and_the_group_of_the_map_have_numbers_of_their_own() -> None:
    # adduser gives the user's own group the number of the user: a group that has it already ends the build.
    (group,) = re.findall(r"addgroup --system --gid (\d+) weftmap", TEXT)
    (user,) = re.findall(r"adduser --system --uid (\d+) --group", TEXT)
    assert group != user
    assert f"number {group}" in TEXT and f"as {user}" in TEXT


def test_what_is_copied_into_the_image_is_there() -> None:
    for source, target in re.findall(r"^COPY (?!--from)(\S+) (\S+)$", TEXT, re.M):
        assert (Path(__file__).parents[2] / source).exists() and target.startswith("/")
    assert "-c /src/constraints.txt" in TEXT
