"""Tables of an export: CSV (RFC 4180), and the first sheet of an XLSX (ECMA-376), as rows by the names in the first.

A workbook is an archive of XML from a stranger: what it unpacks to is bounded, and it declares no entities.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from xml.parsers import expat

from weftmail.core.limits import IMPORT_FILE, IMPORT_TEXT
from weftmail.transport.exports.fields import Row

COLUMNS = 500
_CELL = re.compile(r"([A-Z]{1,3})\d+")
_SHEET, _STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


class BadTable(Exception):
    """This file is no table that could be read; the message says why."""


def read_csv(data: bytes) -> list[Row]:
    """Return the rows of a CSV in UTF-8, parted by commas or semicolons; raises BadTable."""
    text = data.decode("utf-8-sig", "replace")
    first = text.partition("\n")[0]
    csv.field_size_limit(IMPORT_TEXT * 16)
    try:
        return _named(
            list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first and "," not in first else ","))
        )
    except csv.Error as error:
        raise BadTable(f"it is no CSV: {error}") from None


def read_xlsx(file: Path) -> list[Row]:
    """Return the rows of the first sheet of a workbook; raises BadTable."""
    try:
        with zipfile.ZipFile(file) as archive:
            there = archive.namelist()
            strings = _Strings().read(_member(archive, _STRINGS)) if _STRINGS in there else []
            return _named(_Sheet(strings).read(_member(archive, _SHEET)))
    except (zipfile.BadZipFile, KeyError, expat.ExpatError, RuntimeError, NotImplementedError, EOFError) as error:
        raise BadTable(f"it is no workbook with a sheet: {error}") from None


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        # What the archive says of the size is its own word.
        data = member.read(IMPORT_FILE + 1)
    if len(data) > IMPORT_FILE:
        raise BadTable(f"{name} unpacks to more than {IMPORT_FILE // 1024**2} MB")
    return data


def _named(lines: list[list[str]]) -> list[Row]:
    if not lines:
        raise BadTable("it is empty")
    names = [one.strip() for one in lines[0][:COLUMNS]]
    return [dict(zip(names, one, strict=False)) for one in lines[1:] if any(one)]


class _Strings:
    """The texts that the cells of a workbook share."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._text: list[str] | None = None
        self._within = False

    def read(self, data: bytes) -> list[str]:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.CharacterDataHandler = self._words
        parser.Parse(data, True)
        return self._texts

    def _begin(self, name: str, _attributes: dict[str, str]) -> None:
        if _local(name) == "si":
            self._text = []
        self._within = _local(name) == "t"

    def _end(self, name: str) -> None:
        self._within = False
        if _local(name) == "si" and self._text is not None:
            self._texts.append("".join(self._text))
            self._text = None

    def _words(self, text: str) -> None:
        if self._within and self._text is not None:
            self._text.append(text)


class _Sheet:
    """The rows of a sheet; a cell that is left out is empty."""

    def __init__(self, strings: list[str]) -> None:
        self._strings = strings
        self._rows: list[list[str]] = []
        self._row: dict[int, str] = {}
        self._column, self._kind = 0, ""
        self._text: list[str] = []
        self._within = False

    def read(self, data: bytes) -> list[list[str]]:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.CharacterDataHandler = self._words
        parser.Parse(data, True)
        return self._rows

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name)
        if tag == "row":
            self._row, self._column = {}, 0
        elif tag == "c":
            place = _CELL.fullmatch(attributes.get("r", ""))
            self._column = _column(place[1]) if place else self._column + 1
            self._kind, self._text = attributes.get("t", ""), []
        self._within = tag in ("v", "t")

    def _end(self, name: str) -> None:
        self._within = False
        tag = _local(name)
        if tag == "c" and 0 < self._column <= COLUMNS:
            self._row[self._column] = self._value("".join(self._text))
        elif tag == "row":
            self._rows.append([self._row.get(one, "") for one in range(1, max(self._row, default=0) + 1)])

    def _value(self, text: str) -> str:
        if self._kind != "s":
            return text
        place = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
        return self._strings[place] if 0 <= place < len(self._strings) else ""

    def _words(self, text: str) -> None:
        if self._within:
            self._text.append(text)


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_words: object) -> None:
    raise BadTable("its XML declares a document type, which no workbook does")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _column(letters: str) -> int:
    number = 0
    for one in letters:
        number = number * 26 + ord(one) - 64
    return number
