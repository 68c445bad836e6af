"""The site below a path of a host, as https://www.acme.example/weftmail; WSGI calls it SCRIPT_NAME, ASGI root_path.

Pages, acts and cookies know the site as if it were alone on its host: every path begins at "/".  The path before it
comes from the address of the site in the settings.  It is taken off what comes in, whether the proxy left it there or
not, and put before what goes out: by ``Prefix`` in the fields of an answer, by ``below`` in its HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from weftmail.core.failure import UsageError

_PLAIN = re.compile(r"(/[A-Za-z0-9._~-]+)*")
# In our templates everything that is not ours is escaped, so a quote begins or ends an attribute that we wrote.
_PLACES = re.compile(
    r'(?<=\s)(href|src|action|formaction|data-(?:at|counts|draft|drop|find|from|images|live|name|place))="(?=/(?!/))'
)


def prefix_of(site_url: str, paths: Iterable[str] = ()) -> str:
    """Return the path of the site's address, as "/weftmail"; "" for a site that is alone on its host.

    Raises UsageError for a path of other signs than letters, digits and . _ ~ -, and for one that begins as one of
    the site's own ``paths``: then nobody could tell them apart.
    """
    found = urlsplit(site_url).path.rstrip("/")
    if not _PLAIN.fullmatch(found):
        raise UsageError(f"site_url: the path {found!r} has to be made of letters, digits, . _ ~ and -")
    first = found.split("/")[1] if found else ""
    if first and first in {path.split("/")[1] for path in paths}:
        raise UsageError(f"site_url: /{first} is a page of the site itself; put the site below another path")
    return found


def below(prefix: str, html: str) -> str:
    """Return a page of ours with each of its addresses below ``prefix``."""
    return _PLACES.sub(rf'\1="{prefix}', html) if prefix else html


class Prefix:
    """Takes the path before the site off requests, and puts it into the fields of answers."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI says."""
        if scope["type"] != "http" or not self._prefix:
            await self._app(scope, receive, send)
            return

        async def placed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._place(MutableHeaders(scope=message))
            await send(message)

        fields = [(name, self._referred(value) if name == b"referer" else value) for name, value in scope["headers"]]
        path, raw = self._without(scope["path"]), scope.get("raw_path")
        raw = self._without(raw.decode("latin-1")).encode("latin-1") if raw else raw
        await self._app({**scope, "headers": fields, "path": path, "raw_path": raw}, receive, placed)

    def _without(self, path: str) -> str:
        """Take the prefix off a path, if it is there."""
        rest = path.removeprefix(self._prefix)
        return (rest or "/") if rest != path and rest[:1] in ("", "/", "?") else path

    def _referred(self, value: bytes) -> bytes:
        """Take the prefix off the address of the page that a request came from."""
        parts = urlsplit(value.decode("latin-1"))
        return parts._replace(path=self._without(parts.path)).geturl().encode("latin-1")

    def _place(self, headers: MutableHeaders) -> None:
        to = headers.get("location", "")
        if to.startswith("/") and not to.startswith("//") and self._without(to) == to:
            headers["location"] = self._prefix + to
        for place, (name, value) in enumerate(headers.raw):
            if name == b"set-cookie":
                whole = value.decode("latin-1").replace("; Path=/;", f"; Path={self._prefix};")
                headers.raw[place] = (name, whole.encode("latin-1"))
