"""Records as whoever keeps the DNS takes them: as a zone file, for nsupdate, or one by one (RFC 1035, 5; RFC 2136)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from weftmail.core.dns.finding import DnsRecord, Judgement

TTL: Final = 3600
PART: Final = 255
"""Octets of one string of a TXT record (RFC 1035, 3.3)."""


def data(record: DnsRecord) -> str:
    """Return the value as a zone file has it: a text in quotes, in parts of 255; names with their final dot."""
    if record.kind == "TXT":
        return " ".join(f'"{_escaped(part)}"' for part in parts(record.value))
    return record.value if record.value.endswith(".") else f"{record.value}."


def parts(text: str) -> list[str]:
    """Return the text in the strings that a TXT record can hold; one, where it is empty."""
    octets = text.encode("utf-8")
    cut = [octets[at : at + PART] for at in range(0, len(octets), PART)] or [b""]
    return [part.decode("latin-1") for part in cut]


def _escaped(part: str) -> str:
    return "".join(
        f"\\{letter}" if letter in '"\\' else letter if " " <= letter <= "~" else f"\\{ord(letter):03}"
        for letter in part
    )


def zone_file(judgements: Iterable[Judgement]) -> list[str]:
    """Return the lines to put into a zone file; what has to go first stands before them as a comment."""
    lines = []
    for one in judgements:
        lines += [f"; remove: {old.name}. IN {old.kind} {data(old)}" for old in one.remove]
        lines += [f"{new.name}. {TTL} IN {new.kind} {data(new)}" for new in one.add]
    return lines


def nsupdate(zone: str, judgements: Sequence[Judgement]) -> list[str]:
    """Return the lines for nsupdate, which changes what has to change in the zone and nothing else."""
    removed = [old for one in judgements for old in one.remove if _within(old, zone)]
    added = [new for one in judgements for new in one.add if _within(new, zone)]
    if not zone or (not removed and not added):
        return []
    return [
        f"zone {zone}.",
        *(f"update delete {old.name}. {old.kind} {data(old)}" for old in removed),
        *(f"update add {new.name}. {TTL} {new.kind} {data(new)}" for new in added),
        "send",
    ]


def _within(record: DnsRecord, zone: str) -> bool:
    return record.name == zone or record.name.endswith(f".{zone}")
