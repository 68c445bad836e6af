"""mail-admin layout: set from files, shown, and removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.shell import Shell

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


def test_a_layout_is_set_shown_and_removed(shell: Shell, tmp_path: Path) -> None:
    logo, template = tmp_path / "logo.png", tmp_path / "layout.html"
    logo.write_bytes(PNG)
    template.write_text("<b>{{ company }}</b>{{ content }}", encoding="utf-8")
    assert "No layout" in shell.ok("layout", "show")
    assert "{{ content }}" in shell.ok("layout", "show", "--template")
    said = shell.ok("layout", "set", "--colour", "#aa3300", "--footer", "Acme AB", "--logo", str(logo))
    assert "#aa3300" in said
    shell.ok("layout", "set", "--template", str(template))
    assert shell.json("layout", "show")["logo"] == "image/png"
    assert shell.ok("layout", "show", "--template").strip() == template.read_text(encoding="utf-8")
    shell.ok("layout", "set", "--template", "-", "--logo", "-")
    assert "usual" in shell.ok("layout", "show")
    shell.ok("layout", "remove")
    assert "No layout" in shell.ok("layout", "show")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), 2, "nothing to change"),
        (("--colour", "red"), 1, "is no colour"),
        (("--logo", "/nowhere/logo.png"), 1, "No such file"),
        (("--template", "/nowhere/a.html"), 1, "No such file"),
    ],
)
def test_what_cannot_be_is_said(shell: Shell, words: tuple[str, ...], status: int, said: str) -> None:
    assert said in shell.refused("layout", "set", *words, status=status)
