"""The way to another mail server: TLS with its certificate checked, and signing in (RFC 3207, 8314, 4954, 4422, 7628).

Each step that can fail says so by its name, so that whoever set the server up knows what to mend.  No password goes
without TLS.
"""

from __future__ import annotations

import base64
import smtplib
import ssl
from collections.abc import Callable

from weftmail.core.envelope import clean
from weftmail.core.outgoing_server import OutgoingServer, ServerFailure, ServerSecrets, Step

Token = Callable[[OutgoingServer, ServerSecrets], str]
"""Returns an access token; raises ServerFailure where there is none to be had."""

_LONGEST = 300


def begin(
    server: OutgoingServer, secrets: ServerSecrets, certificate: str, token: Token, helo: str, timeout: float
) -> smtplib.SMTP:
    """Connect and sign in; ``certificate`` is the file that holds ours, or "".

    Raises ServerFailure with the step that failed.
    """
    context = _context(secrets, certificate)
    connection = _connected(server, context, helo, timeout)
    try:
        _greeted(connection)
        if server.security == "starttls":
            _secured(connection, context)
        _signed_in(connection, server, secrets, token)
    except ServerFailure:
        connection.close()
        raise
    except (smtplib.SMTPException, OSError) as error:
        connection.close()
        raise ServerFailure("connection", _said(error)) from None
    return connection


def _context(secrets: ServerSecrets, certificate: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context()
        if secrets.authority:
            context.load_verify_locations(cadata=secrets.authority)
        if certificate:
            context.load_cert_chain(certificate)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise ServerFailure("certificate", f"what you gave cannot be used: {_said(error)}") from None
    return context


def _connected(server: OutgoingServer, context: ssl.SSLContext, helo: str, timeout: float) -> smtplib.SMTP:
    name = helo or "[127.0.0.1]"
    try:
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, name, timeout=timeout, context=context)
        return smtplib.SMTP(server.host, server.port, name, timeout=timeout)
    except ssl.SSLError as error:
        raise _tls(error) from None
    except smtplib.SMTPConnectError as error:
        raise ServerFailure("greeting", _words(error.smtp_code, error.smtp_error)) from None
    except (smtplib.SMTPException, OSError) as error:
        raise ServerFailure("connection", _said(error)) from None


def _greeted(connection: smtplib.SMTP, step: Step = "greeting") -> None:
    code, words = connection.ehlo()
    if not 200 <= code < 300:
        raise ServerFailure(step, _words(code, words))


def _secured(connection: smtplib.SMTP, context: ssl.SSLContext) -> None:
    if not connection.has_extn("starttls"):
        raise ServerFailure("tls", "it offers no STARTTLS")
    try:
        code, words = connection.starttls(context=context)
    except ssl.SSLError as error:
        raise _tls(error) from None
    if code != 220:
        raise ServerFailure("tls", _words(code, words))
    _greeted(connection, "tls")


def _tls(error: ssl.SSLError) -> ServerFailure:
    if isinstance(error, ssl.SSLCertVerificationError):
        return ServerFailure("certificate", clean(error.verify_message)[:_LONGEST])
    return ServerFailure("tls", _said(error))


def _signed_in(connection: smtplib.SMTP, server: OutgoingServer, secrets: ServerSecrets, token: Token) -> None:
    if server.sign_in == "password":
        _by_password(connection, server.login, secrets.password)
    elif server.sign_in == "oauth":
        _by_token(connection, server.login, token(server, secrets))
    elif server.sign_in == "certificate" and "EXTERNAL" in connection.esmtp_features.get("auth", "").upper().split():
        # Most servers take the certificate itself for a sign-in; some want to hear of it.
        _said_yes(connection.docmd("AUTH", "EXTERNAL ="))


def _by_password(connection: smtplib.SMTP, login: str, password: str) -> None:
    try:
        connection.login(login, password)
    except smtplib.SMTPAuthenticationError as error:
        raise ServerFailure("sign-in", _words(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPNotSupportedError:
        raise ServerFailure("sign-in", "it offers no way to sign in with a password") from None
    except UnicodeEncodeError:
        raise ServerFailure("sign-in", "a name or password beyond ASCII cannot be said to it") from None


def _by_token(connection: smtplib.SMTP, login: str, token: str) -> None:
    said = base64.b64encode(f"user={login}\x01auth=Bearer {token}\x01\x01".encode()).decode("ascii")
    answer = connection.docmd("AUTH", f"XOAUTH2 {said}")
    if answer[0] == 334:
        # It says why in JSON, and ends only when we have answered.
        why = answer[1]
        code, words = connection.docmd("")
        raise ServerFailure("sign-in", f"{_words(code, words)} {_decoded(why)}".strip())
    _said_yes(answer)


def _said_yes(answer: tuple[int, bytes]) -> None:
    code, words = answer
    if code != 235:
        raise ServerFailure("sign-in", _words(code, words))


def _decoded(words: bytes) -> str:
    try:
        return clean(base64.b64decode(words, validate=True).decode("utf-8", "replace"))[:_LONGEST]
    except ValueError:
        return ""


def _words(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return clean(f"{code} {text}".replace("\n", " "))[:_LONGEST]


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return clean(str(error))[:_LONGEST] or type(error).__name__
