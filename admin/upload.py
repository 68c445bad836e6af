"""A file that somebody hands in on a form: read in one place, with one limit and one refusal."""

from __future__ import annotations

from starlette.datastructures import UploadFile

from weftmail.admin.visit import Visit
from weftmail.core.limits import FORM_FILE
from weftmail.core.wording.phrase import marked


def read(visit: Visit, field: str) -> tuple[bytes, str]:
    """Return the bytes of the file in a field and "", or nothing and a sentence that says what is wrong."""
    file = visit.form.get(field)
    data = file.file.read(FORM_FILE + 1) if isinstance(file, UploadFile) else b""
    if not data:
        return b"", visit.voice.gettext(marked("Choose a file first."))
    if len(data) > FORM_FILE:
        said = visit.voice.gettext(marked("The file is larger than {size} MB."))
        return b"", said.format(size=FORM_FILE // (1024 * 1024))
    return data, ""
