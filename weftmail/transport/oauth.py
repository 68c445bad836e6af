"""Access tokens of OAuth 2: by a refresh token or by our own name, renewed before they end (RFC 6749, 6 and 4.4)."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from weftmail.core.envelope import clean
from weftmail.core.outgoing_server import OutgoingServer, ServerFailure, ServerSecrets
from weftmail.core.ports import Clock
from weftmail.core.ways import SecretFiles

TIMEOUT: Final = 20.0
LONGEST: Final = 64 * 1024
RENEWED: Final = 4
"""A token is renewed when a quarter of its life is left, and a minute before its end at the earliest."""
_LIFE: Final = 3600
"""In seconds, of a token of which nothing is said, or nothing that can be."""
_NEAR: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Go nowhere else with a secret."""
        return


class AccessTokens:
    """The tokens of this process, by the server's name.  Not thread-safe."""

    def __init__(self, files: SecretFiles, clock: Clock, fetch: Callable[..., bytes] | None = None) -> None:
        """``files`` keep a refresh token that the token server replaced; ``fetch`` posts a form to a URL."""
        self._files = files
        self._clock = clock
        self._fetch = fetch or post
        self._tokens: dict[str, tuple[str, int]] = {}

    def of(self, server: OutgoingServer, secrets: ServerSecrets) -> str:
        """Return a token that is good for a while; raises ServerFailure where the token server gives none."""
        there = self._tokens.get(server.name)
        if there is not None and self._clock() < there[1]:
            return there[0]
        found = self._asked(server, secrets)
        token = found.get("access_token")
        if not isinstance(token, str) or not token.isprintable() or not token:
            raise ServerFailure("token", "the token server gave no access_token")
        seconds = _seconds(found.get("expires_in"))
        self._tokens[server.name] = token, self._clock() + 1000 * (seconds - min(60, seconds // RENEWED))
        new = found.get("refresh_token")
        if isinstance(new, str) and new and secrets.refresh_token and new != secrets.refresh_token:
            self._files.keep(server.name, replace(secrets, refresh_token=new))
        return token

    def forget(self, name: str) -> None:
        """Ask anew next time: the mail server did not take the token."""
        self._tokens.pop(name, None)

    def _asked(self, server: OutgoingServer, secrets: ServerSecrets) -> dict[str, Any]:
        form = {"client_id": server.client_id, "grant_type": "client_credentials"}
        if secrets.refresh_token:
            form |= {"grant_type": "refresh_token", "refresh_token": secrets.refresh_token}
        if secrets.client_secret:
            form["client_secret"] = secrets.client_secret
        if server.scope:
            form["scope"] = server.scope
        try:
            found = json.loads(self._fetch(server.token_url, form, secrets.authority))
        except (ValueError, RecursionError):
            raise ServerFailure("token", "the token server gave no JSON") from None
        if not isinstance(found, dict):
            raise ServerFailure("token", "the token server gave no JSON object")
        return found


def _seconds(lives: object) -> int:
    """Return for how long a token lives; some servers write the number as text, or with a point."""
    try:
        seconds = int(float(str(lives)))
    except (ValueError, OverflowError):
        return _LIFE
    return seconds if 0 < seconds < 10**7 else _LIFE


def post(url: str, form: dict[str, str], authority: str) -> bytes:
    """Post a form and return the answer; raises ServerFailure for anything but 200, in the token server's words."""
    if urlsplit(url).scheme != "https" and urlsplit(url).hostname not in _NEAR:
        raise ServerFailure("token", "the address of the token server does not begin with https")
    context = ssl.create_default_context()
    if authority:
        context.load_verify_locations(cadata=authority)
    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode("ascii"), {"Accept": "application/json"})  # noqa: S310
    opener = urllib.request.build_opener(_NoRedirect(), urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            data: bytes = answer.read(LONGEST)
            return data
    except urllib.error.HTTPError as error:
        with error:
            words = clean(error.read(2000).decode("utf-8", "replace"))[:300]
        raise ServerFailure("token", f"{error.code} {words}") from None
    except (OSError, ValueError) as error:
        raise ServerFailure("token", clean(str(error))[:300]) from None
