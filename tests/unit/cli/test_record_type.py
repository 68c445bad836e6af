"""mail-admin record-type: from a type's first day to its fields in a record."""

from __future__ import annotations

from tests.unit.shell import Shell


def test_a_type_from_beginning_to_end(shell: Shell) -> None:
    said = shell.ok("record-type", "add", "contract", "CON")
    assert "numbers such as CON-1. Next: mail-admin record-type set contract --field value=amount" in said
    said = shell.ok(
        "record-type", "set", "contract", "--field", "value=amount", "--field", "size=choice: small, large",
        "--state", "signed=closed",
    )  # fmt: skip
    assert "value none -> amount" in said and "signed none -> closed" in said
    shown = shell.json("record-type", "show", "contract")
    assert shown["fields"] == {"value": "amount", "size": "choice: small, large"}
    text = shell.ok("record-type", "show", "contract")
    assert "signed (closed)" in text and "size (choice, small, large)" in text
    assert "value, size" in shell.ok("record-type", "list")
    assert len(shell.json("record-type", "list", "--company", "Acme")) == 7
    shell.ok("record", "add", "contract", "--title", "Chairs", "--field", "value=12,5 EUR")
    assert shell.json("record", "show", "CON-1")["record"]["fields"] == {"value": "12.50 EUR"}
    said = shell.refused("record", "add", "contract", "--title", "Chairs", "--field", "value=12")
    assert "value: 12 is no amount; enter a number and a currency, such as 23500 SEK" in said
    shell.ok("record-type", "set", "contract", "--name", "deal", "--prefix", "D", "--rename-state", "signed=won")
    shell.ok("record-type", "set", "deal", "--remove-state", "won", "--remove-field", "size")
    assert shell.json("record-type", "show", "deal")["prefix"] == "D"
