"""Brings the catalogues of weftmail/locale up to the sentences of the code, and compiles them.

Run it after a change of a sentence:  .venv/bin/python docs/make_catalogues.py
Then translate what it lists as missing, and run it once more; docs/translating.md says how.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

TOP = Path(__file__).parents[1]
LOCALE = TOP / "weftmail/locale"
KEYWORDS = {
    "marked": None,
    "counted": (1, 2),
    "gettext": None,
    "ngettext": (1, 2),
    "_": None,
}
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
_JINJA = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
OPTIONS = {name: _JINJA for name, kind in METHODS if kind == "jinja2"}


def languages() -> list[str]:
    """Return the codes of the languages that have a catalogue."""
    return sorted(path.parts[-3] for path in LOCALE.glob("*/LC_MESSAGES/weftmail.po"))


def path_of(language: str) -> Path:
    """Return where the catalogue of a language is."""
    return LOCALE / language / "LC_MESSAGES/weftmail.po"


def extracted() -> Catalog:
    """Return every sentence of the product, in English."""
    found = Catalog(project="weftmail", charset="utf-8")
    for folder in ("weftmail", "admin"):
        for name, _, ids, comments, context in extract_from_dir(TOP / folder, METHODS, OPTIONS, KEYWORDS, ("NOTE:",)):
            found.add(ids, None, [(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return found


class Sober(Catalog):
    """A catalogue whose header has only what gettext needs, so that the same sentences give the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The fields of the header."""
        return [
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]

    @mime_headers.setter
    def mime_headers(self, fields: Iterable[tuple[str, str]]) -> None:
        Catalog._set_mime_headers(self, fields)


def read(language: str) -> Catalog:
    """Return the catalogue of a language as it stands; what is obsolete in it is left out."""
    with path_of(language).open("rb") as file:
        found = read_po(file, locale=language)
    catalogue = Sober(locale=language, header_comment=found.header_comment, fuzzy=False)
    for one in found:
        if one.id:
            catalogue.add(one.id, one.string, one.locations, one.flags, one.auto_comments, one.user_comments)
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """Return the catalogue as people edit it."""
    made = io.BytesIO()
    write_po(made, catalogue, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return made.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as gettext reads it."""
    made = io.BytesIO()
    write_mo(made, catalogue)
    return made.getvalue()


def missing(catalogue: Catalog) -> Iterator[Message]:
    """Yield what has no translation, or one that nobody has looked at."""
    for message in catalogue:
        texts = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if message.id and (message.fuzzy or not all(texts)):
            yield message


def main() -> None:
    """Update and compile every catalogue; say what is missing."""
    template = extracted()
    for language in languages():
        catalogue = read(language)
        catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
        path_of(language).write_bytes(written(catalogue))
        path_of(language).with_suffix(".mo").write_bytes(compiled(catalogue))
        for message in missing(catalogue):
            print(f"{language}: missing: {message.id}")


if __name__ == "__main__":
    main()
