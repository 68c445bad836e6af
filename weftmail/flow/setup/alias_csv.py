"""Aliases as a CSV file (RFC 4180): written so that no cell is a formula, read whole or not at all.

Whoever reads a file in gets every bad line with its reason; nothing of it is done unless all of it can be.  What a file
did is one act besides those of its lines, and can be taken back as one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from weftmail.flow import vocabulary
from weftmail.flow.refusal import Refusal, RefusedAct
from weftmail.flow.setup import alias, find, undo
from weftmail.flow.setup.act import Done, Fields, Setup, act, bring_map_up, mapped_act
from weftmail.flow.setup.alias_switches import SWITCHES
from weftmail.store.alias import Alias
from weftmail.store.audit import AuditRow
from weftmail.store.store import Store

COLUMNS = (
    "address", "company", "opens", "record", "owner", "team", "accepts", "answer_as", "defaults", "state", *SWITCHES
)  # fmt: skip
"""What a line says; fields that records begin with stand in one cell, each as NAME=VALUE on a line of its own."""
MOST_LINES = 50_000
MOST_BYTES = 8 * 1024 * 1024

_FORMULA = re.compile("'*[=+@\t\r\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH COMMERCIAL AT}-]")
"""What spreadsheets calculate (CWE-1236), behind as many quotes as there are."""


@dataclass(frozen=True, slots=True)
class CsvLine:
    """One line of a file: its number, and what it says by the names of the columns."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be, and why."""

    number: int
    address: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file did, or would do: how many aliases it adds, changes and leaves; nothing with ``bad`` lines.

    ``act`` is what the audit log has of it, None where nothing was done.
    """

    added: int
    changed: int
    same: int
    bad: tuple[BadLine, ...]
    act: Done | None = None

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.act is not None


@dataclass(frozen=True, slots=True)
class _Brought:
    """What one line did: the ``acts`` of the audit log, none where all was so already."""

    added: bool
    acts: tuple[int, ...]


def written(aliases: Iterable[Alias]) -> Iterator[str]:
    """Return the aliases as the lines of a file, the first of which names the columns."""
    yield _line(COLUMNS)
    for one in aliases:
        yield _line(
            (
                one.address,
                one.company,
                one.record_type or "",
                one.record or "",
                one.owner_address or "",
                one.team or "",
                one.accepts,
                one.answer_as,
                "\n".join(f"{name}={value}" for name, value in one.default_fields.items()),
                one.state,
                *(getattr(one, name) for name in SWITCHES),
            )
        )


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    return text.getvalue()


def bring_in(
    setup: Setup, data: bytes, *, company: str | None = None, name: str = "CSV", dry_run: bool = False
) -> Imported | Refusal:
    """Add and change the aliases of a file, all or none; ``dry_run`` does nothing, and says what it would do.

    With a ``company``, lines can name no other, and no domain of another.  ``name`` is what the history calls the file.
    """
    try:
        lines = read(data)
    except RefusedAct as refused:
        return refused.refusal
    inner = replace(setup, map_file=None)
    found: list[_Brought | BadLine] = []
    try:
        with setup.store.transaction():
            found += _each(inner, lines, company)
            if dry_run or any(isinstance(one, BadLine) for one in found):
                raise _Undone
            summed = _summed(found)
            done = _did(_noted(inner, name, company, summed, [one for line in found for one in _acts(line)]))
    except _Undone:
        return _summed(found)
    if setup.map_file is not None:
        bring_map_up(setup.store, setup.map_file)
    return replace(summed, act=done)


class _Undone(Exception):
    """Ends the transaction in which a file was tried."""


def _summed(found: Sequence[_Brought | BadLine]) -> Imported:
    bad = tuple(one for one in found if isinstance(one, BadLine))
    did = [one for one in found if isinstance(one, _Brought)]
    added, same = len([one for one in did if one.added]), len([one for one in did if not one.acts])
    return Imported(added, len(did) - added - same, same, bad)


def _acts(line: _Brought | BadLine) -> tuple[int, ...]:
    return line.acts if isinstance(line, _Brought) else ()


@act
def _noted(setup: Setup, name: str, company: str | None, found: Imported, acts: Sequence[int]) -> Done:
    """Note what a file did as one act, by the acts of its lines."""
    whose = find.company(setup.store, company).id if company is not None else None
    subject = find.line("file", name)
    if not acts:
        return Done("alias.import", whose, subject)
    now: Fields = {"added": found.added, "changed": found.changed, "acts": list(acts)}
    return Done("alias.import", whose, subject, {}, now)


@mapped_act
def take_back(setup: Setup, row: AuditRow) -> Done:
    """Take back all that a file did, the last of it first; nothing of it where one alias was changed since."""
    inner, taken = replace(setup, map_file=None), list[int]()
    for act_id in reversed(row.now["acts"]):
        _check_untouched(setup.store, act_id)
        taken.append(_did(undo.undo(inner, act_id)).trace)
    name = "alias.import" if row.act == "alias.import_back" else "alias.import_back"
    return Done(name, row.company_id, row.subject, {}, {**row.now, "acts": taken})


def _check_untouched(store: Store, act_id: int) -> None:
    """Refuse to take an alias out that is not as the file left it: what somebody changed since would be lost."""
    row = store.audit.get(act_id)
    if row is not None and row.act in ("alias.add", "alias.restore"):
        undo.check_unchanged(row, vocabulary.alias(find.alias(store, row.subject, field="", to_remove=True)))


reverses = {"alias.import": take_back, "alias.import_back": take_back}


def read(data: bytes) -> list[CsvLine]:
    """Return the lines of a file, however a spreadsheet parts the cells; raises RefusedAct for what is none."""
    if len(data) > MOST_BYTES:
        raise RefusedAct("file", "csv_large", most=MOST_LINES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedAct("file", "csv_not_text") from None
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = _names(next(rows, []))
        lines = [CsvLine(rows.line_num, _values(names, row)) for row in rows if any(row)]
    except csv.Error:
        raise RefusedAct("file", "csv_broken", line=rows.line_num) from None
    if len(lines) > MOST_LINES:
        raise RefusedAct("file", "csv_large", most=MOST_LINES)
    return lines


def _names(row: Sequence[str]) -> list[str]:
    names = [cell.strip().lower() for cell in row]
    unknown = [name for name in names if name not in COLUMNS]
    if "address" not in names or unknown or len(set(names)) < len(names):
        raise RefusedAct("file", "csv_columns", names=find.joined(COLUMNS), unknown=find.joined(unknown) or "-")
    return names


def _values(names: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    # A cell too many or too few is a column shifted: what it says is worth nothing.
    if len(row) != len(names):
        return {"cells": str(len(row)), "wanted": str(len(names))}
    return {name: _cell(text) for name, text in zip(names, row, strict=True)}


def _cell(text: str) -> str:
    """Return what a cell says, without the quote that keeps it from being calculated."""
    return (text[1:] if text.startswith("'") and _FORMULA.match(text) else text).strip()


def _each(setup: Setup, lines: Sequence[CsvLine], company: str | None) -> Iterator[_Brought | BadLine]:
    seen: dict[str, int] = {}
    for line in lines:
        address = line.values.get("address", "")
        try:
            yield _brought(setup, line, company, seen)
        except RefusedAct as refused:
            yield BadLine(line.number, address, refused.refusal)


def _brought(setup: Setup, line: CsvLine, company: str | None, seen: dict[str, int]) -> _Brought:
    """Add or change what a line says."""
    values = line.values
    if "cells" in values:
        raise RefusedAct("", "csv_cells", cells=values["cells"], wanted=values["wanted"])
    address = find.alias_address("address", values["address"])
    if address in seen:
        raise RefusedAct("address", "csv_twice", address=address, line=seen[address])
    seen[address] = line.number
    store, whose = setup.store, _company(values, company)
    there = store.aliases.named(address)
    if company is not None:
        _check_domain(store, company, address)
    if there is None or there.state == "removed":
        made = _did(alias.add(setup, address, company=whose, **_given(values)))
        return _Brought(True, (made.trace, *_set_state(setup, address, values)))
    if whose is not None and there.company != whose:
        raise RefusedAct("address", "alias_there", address=address)
    given = _given(values)
    if "defaults" in values:
        given["defaults"] = {**dict.fromkeys(there.default_fields, ""), **given["defaults"]}
    says = any(one not in (None, {}) for one in given.values())
    trace = _did(alias.change(setup, address, **given)).trace if says else 0
    return _Brought(False, (*((trace,) if trace else ()), *_set_state(setup, address, values)))


def _company(values: Mapping[str, str], company: str | None) -> str | None:
    named = values.get("company") or None
    if company is not None and named not in (None, company):
        raise RefusedAct("company", "no_such_company", name=named or "", names=company)
    return company or named


def _check_domain(store: Store, company: str, address: str) -> None:
    refusal = alias.foreign(store, find.company(store, company).id, address)
    if refusal is not None:
        raise RefusedAct(refusal.field, refusal.code, **refusal.values)


def _given(values: Mapping[str, str]) -> dict[str, Any]:
    """Return what a line says, as the acts want it: a column that the file has not leaves what is there."""
    opens, record = values.get("opens"), values.get("record")
    given: dict[str, Any] = {"opens": opens or None, "record": record or None}
    if opens and record:
        raise RefusedAct("record", "csv_two_goals")
    for name in ("owner", "team", "answer_as"):
        given[name] = values.get(name)
    given["accepts"] = values.get("accepts") or None
    given["defaults"] = alias.pairs(values.get("defaults", ""))
    # An empty cell says as little as a column that is not there, but for what can be empty.
    given["switches"] = {
        name: values[name] for name, one in SWITCHES.items() if name in values and (values[name] or not one.choices)
    }
    return given


def _set_state(setup: Setup, address: str, values: Mapping[str, str]) -> tuple[int, ...]:
    """Switch the alias as the line says; return the act of it, none where that changed nothing."""
    wanted = values.get("state") or ""
    if not wanted:
        return ()
    find.choice("state", wanted, ("on", "off"))
    trace = _did((alias.switch_on if wanted == "on" else alias.switch_off)(setup, address)).trace
    return (trace,) if trace else ()


def _did(answer: Done | Refusal) -> Done:
    if isinstance(answer, Refusal):
        raise RefusedAct(answer.field, answer.code, **answer.values)
    return answer
