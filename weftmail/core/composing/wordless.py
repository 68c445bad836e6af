"""What is said of a message that has no words, or whose words nobody here can read: what it holds instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from weftmail.core.wording.phrase import Phrase

_NAMES: Final = 10
"""So many files are named."""
_ARMOUR: Final = "-----BEGIN PGP MESSAGE-----"
_SMIME, _PGP = "application/pkcs7-mime", "application/pgp-encrypted"


class _Held(Protocol):
    @property
    def filename(self) -> str: ...
    @property
    def content_type(self) -> str: ...


def instead_of_words(words: str, files: Iterable[_Held]) -> Phrase | None:
    """Return what there is to say of a message with these words and files; None where it speaks for itself."""
    kept = list(files)
    types = {one.content_type for one in kept}
    if _SMIME in types:
        name = next(one.filename for one in kept if one.content_type == _SMIME)
        return Phrase("message.encrypted smime", {"name": name})
    if _PGP in types or _ARMOUR in words:
        return Phrase("message.encrypted pgp")
    if words.strip():
        return None
    if not kept:
        return Phrase("message.no text")
    names = ", ".join(one.filename for one in kept[:_NAMES])
    return Phrase("message.files alone", {"names": names + (", \u2026" if len(kept) > _NAMES else "")})
