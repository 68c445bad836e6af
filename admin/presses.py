"""A form that one press sends twice (a double click, a page that was slow to answer) is carried out once.

A browser says that a form is a press on a page by Sec-Fetch-Mode (W3C Fetch Metadata).  What scripts of a page send by
themselves, and programs that are no browser, are carried out as often as they ask.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

TWICE = 1.0
"""Within so many seconds nobody presses the same button anew, for the same page with the same words in it."""
REMEMBERED = 1000
"""Of so many browsers the last press is known."""
_PIECE = 64 * 1024

Clock = Callable[[], float]


@dataclass(slots=True)
class _Press:
    sent: bytes
    at: float
    answer: asyncio.Task[Response]

    def answers(self, sent: bytes, now: float) -> bool:
        """Say whether what a browser sends now is this press once more."""
        if self.sent != sent:
            return False
        if not self.answer.done():
            return True
        # What was refused, or failed, is tried again.
        done = self.answer.exception() is None and self.answer.result().status_code == 303
        return done and now - self.at <= TWICE


class Presses:
    """The last press of each browser, and its answer.  ``clock`` gives seconds from some point on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: OrderedDict[str, _Press] = OrderedDict()

    async def once(self, browser: str, sent: bytes, carry_out: Callable[[], Awaitable[Response]]) -> Response:
        """Return the answer to what a browser sent: what ``carry_out`` returns, or what it returned just before.

        Raises what ``carry_out`` raises.
        """
        now, last = self._clock(), self._last.get(browser)
        if last is None or not last.answers(sent, now):
            last = _Press(sent, now, asyncio.ensure_future(carry_out()))
            self._last[browser] = last
            self._last.move_to_end(browser)
            while len(self._last) > REMEMBERED:
                self._last.popitem(last=False)
        # Whoever goes away does not take the act with them.
        return await asyncio.shield(last.answer)


def is_press(request: Request) -> bool:
    """Say whether somebody pressed a button of a page."""
    return request.headers.get("sec-fetch-mode") == "navigate"


def told_apart(request: Request, form: FormData) -> bytes:
    """Return what tells a form from any other: its address, and all that it holds, files as well."""
    said = hashlib.sha256(f"{request.url.path}?{request.url.query}".encode())
    for name, value in form.multi_items():
        words = [name, value] if isinstance(value, str) else [name, value.filename or "", str(value.size)]
        said.update(repr(words).encode("utf-8", "surrogatepass"))
        if isinstance(value, UploadFile):
            while piece := value.file.read(_PIECE):
                said.update(piece)
            value.file.seek(0)
    return said.digest()
