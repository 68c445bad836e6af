"""Forms as they come from a browser: read within bounds, and what somebody wrote in one that cannot be kept."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from weftmail.core.limits import FORM_PARTS
from weftmail.core.wording.phrase import marked

LONGEST_FIELD = 2 * 1024 * 1024
KEPT = 512 * 1024
"""A form of at most so many bytes is read from somebody who is not signed in, to give back what they wrote."""
WRITTEN = (
    "title", "subject", "text", "reason", "note", "next_note", "feedback", "signature", "defaults", "footer",
    "template",
)  # fmt: skip
"""The fields in which people write, of all forms; never one that holds a secret."""
SECRET = ("certificate", "authority")
"""Fields of many lines that are never given back."""
TOO_MANY = marked("The form has too many fields or files, or broke off. Go back, choose fewer files, and try again.")


async def read(request: Request, longest: int = LONGEST_FIELD, files: int = FORM_PARTS) -> FormData:
    """Return the form of a request; a field has at most ``longest`` bytes.

    Raises HTTPException 400 for one that is none, has more than ``FORM_PARTS`` fields, or more than so many ``files``.
    """
    try:
        return await request.form(max_files=files, max_fields=FORM_PARTS, max_part_size=longest)
    except HTTPException:
        raise HTTPException(400, TOO_MANY) from None


def written(form: FormData) -> str:
    """Return what somebody wrote in a form: the words of all its fields for words, one below the other."""
    said = [value for name in WRITTEN for value in form.getlist(name) if isinstance(value, str) and value.strip()]
    return "\n\n".join(said)
