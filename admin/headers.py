"""What a browser may do with our pages: the security fields of every answer, and how large a request may be.

Content Security Policy Level 3, RFC 6797 aside (the site's own proxy answers for TLS).  Pages load what is ours alone,
and run no script and no style that stands in a page.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from weftmail.admin.number import whole_number
from weftmail.admin.voice import of_browser
from weftmail.core.limits import FORM_FILE
from weftmail.core.wording.language import Languages
from weftmail.core.wording.phrase import Phrase

PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The policy of every page of ours."""
MAIL = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
"""The policy of the frame that shows what others wrote: no script, no form, nothing loaded.

Its origin is ours, so that the page can ask how high it is; without scripts nothing in it can use that."""
MAIL_WITH_IMAGES = MAIL.replace("img-src data:;", "img-src data: https:; upgrade-insecure-requests;")
"""The policy of that frame once a reader, or what they chose for its verified sender, lets its remote images be loaded:
over TLS alone, without cookies of ours and without saying from where."""
FILE = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""The policy of a download."""

BESIDE_FILES = 3 * 1024 * 1024
"""What a form holds beside its files, in bytes."""
MOST_BYTES = FORM_FILE + BESIDE_FILES
"""The largest request that is read, unless the files of a message may be larger yet."""

FIELDS = {
    "content-security-policy": PAGE,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cache-control": "no-store",
}
"""The fields of every answer."""


class SecurityHeaders:
    """Adds the fields that an answer does not have yet, and refuses requests that are too large."""

    def __init__(self, app: ASGIApp, languages: Languages, files_size: int) -> None:
        self._app = app
        self._files_size = files_size
        self._most = max(MOST_BYTES, files_size + BESIDE_FILES)
        self._languages = languages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        # What is ours and the same for everybody is asked for again, and mostly answered with 304.
        ours = scope["path"].startswith("/static/")

        async def with_fields(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if ours:
                    headers.setdefault("cache-control", "no-cache")
                for name, value in FIELDS.items():
                    headers.setdefault(name, value)
            await send(message)

        if _length(scope, self._most) > self._most:
            await _passed_over(receive, self._most)
            said = of_browser(Request(scope), self._languages).say(too_large(self._files_size))
            refused = PlainTextResponse(f"{said}\n", 413)
            await refused(scope, receive, with_fields)
            return
        await self._app(scope, _bounded(receive, self._most), with_fields)


def too_large(files_size: int) -> Phrase:
    """Say how much the files of a message may have, in bytes together."""
    return Phrase("error.too large.text", {"size": files_size // (1024 * 1024)})


async def _passed_over(receive: Receive, most: int) -> None:
    """Let what is too large go by, as far as half of it again: whoever still writes when the connection ends may not
    read why it was refused.
    """
    left = most + most // 2
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _length(scope: Scope, most: int) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = whole_number(value.decode("latin-1"))
            return most + 1 if length is None else length
    return 0


def _bounded(receive: Receive, most: int) -> Receive:
    """A request that does not tell its length is cut off where it grows too large."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= most else {"type": "http.disconnect"}

    return bounded
