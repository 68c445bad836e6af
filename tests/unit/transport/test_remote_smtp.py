"""The way to another mail server: TLS, its certificate, signing in; each step that fails is named."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.unit.authority import Authority
from weftmail.cli.ways import MailWays
from weftmail.core.outgoing_server import OutgoingServer, ServerFailure, ServerSecrets
from weftmail.core.ports import Deferred, Sent
from weftmail.transport.oauth import AccessTokens
from weftmail.transport.server_secrets import SecretFolder
from weftmail.transport.smtp import SmtpSubmitter

DATA = b"From: a@acme.example\r\n\r\nHello\r\n"
AUTHORITY = Authority()
STRANGER = Authority("strangers")


class Provider:
    """A mail server of somebody else: takes Anna by her password, and whoever brings the token of the day."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.token = "token-1"
        self.signed_in: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return "250 2.0.0 queued as P1"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"anna", b"correct-horse")
        self.signed_in.append(mechanism)
        return AuthResult(success=good, handled=False)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        import base64

        said = base64.b64decode(args[1]).decode() if len(args) > 1 else ""
        if said == f"user=anna\x01auth=Bearer {self.token}\x01\x01":
            return AuthResult(success=True)
        await server.push("334 " + base64.b64encode(b'{"status":"401"}').decode())
        await server._reader.readline()
        return AuthResult(success=False, handled=False)


class TokenServer(HTTPServer):
    """A token server; its ``answer`` is what it says next."""

    asked: list[dict[str, str]]
    answer: tuple[int, bytes]


class _Tokens(BaseHTTPRequestHandler):
    server: TokenServer

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append({name: values[0] for name, values in form.items()})
        status, body = self.server.answer
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    server = TokenServer(("127.0.0.1", 0), _Tokens)
    server.asked, server.answer = [], (200, b'{"access_token": "token-1", "expires_in": 60}')
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def greet(port: int, implicit: bool) -> None:
    """Connect once, so that the server is known to run."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(AUTHORITY.sign("trigger").both)
        file.flush()
        context.load_cert_chain(file.name)
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        if implicit:
            with context.wrap_socket(plain) as secured:
                secured.recv(10)
        else:
            plain.recv(10)


Begun = Callable[..., tuple[Provider, int]]


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Begun]:
    """Start a provider; ``by`` signs its certificate, ``implicit`` begins TLS at once."""
    running: list[Controller] = []

    def begin(
        by: Authority = AUTHORITY, host: str = "127.0.0.1", ends: int = 2120, *, implicit: bool = False,
        starttls: bool = True, clients: Authority | None = None, auth: bool = True,
    ) -> tuple[Provider, int]:  # fmt: skip
        file = tmp_path / "server.pem"
        file.write_text(by.sign(host, ends=ends).both)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        if clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=clients.pem)
        handler = Provider()
        words: dict[str, Any] = {"authenticator": handler.authenticate} if auth else {}
        controller = Controller(
            handler, hostname="127.0.0.1", port=0, ssl_context=context if implicit else None,
            tls_context=context if starttls and not implicit else None, auth_require_tls=not implicit, **words,
        )  # fmt: skip
        # As the controller would, with a certificate of ours where the server wants one.
        controller._trigger_server = lambda: greet(controller.server.sockets[0].getsockname()[1], implicit)
        controller.start()
        running.append(controller)
        port: int = controller.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        return handler, port

    yield begin
    for one in running:
        one.stop()


def server(port: int, **changes: Any) -> OutgoingServer:
    made = OutgoingServer(
        2, "relay", "127.0.0.1", port, "starttls", "password", "anna", "acme.example", "", "", "", None, None, None,
        True, "on", 10,
    )  # fmt: skip
    return replace(made, **changes)


class _Nowhere:
    def submit(self, return_path: str, recipients: Any, data: bytes) -> dict[str, Any]:
        return {}

    def close(self) -> None:
        """There is nothing to close."""


GOOD = ServerSecrets(password="correct-horse", authority=AUTHORITY.pem)


class Clock:
    now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def ways(tmp_path: Path) -> Iterator[Callable[[ServerSecrets], MailWays]]:
    made: list[MailWays] = []

    def make(secrets: ServerSecrets = GOOD) -> MailWays:
        files = SecretFolder(tmp_path / "servers")
        files.keep("relay", secrets)
        made.append(MailWays(_Nowhere(), files, Clock(), "mx1.acme.example"))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("implicit", [False, True])
def test_a_mail_leaves_by_tls_and_password(provider: Begun, ways: Any, implicit: bool) -> None:
    handler, port = provider(implicit=implicit)
    way, one = ways(), server(port, security="tls" if implicit else "starttls")
    for _ in range(2):
        outcomes = way.to(one).submit("bounce@acme.example", ["k@c.example"], DATA)
        assert outcomes == {"k@c.example": Sent("250 2.0.0 queued as P1")}
    assert len(handler.taken) == 2 and len(handler.signed_in) == 1
    way.probe(one)
    assert way.to(one) is way.to(one) and way.to(replace(one, login="carl")) is not way.to(one)


def failed(way: MailWays, one: OutgoingServer) -> ServerFailure:
    with pytest.raises(ServerFailure) as said:
        way.probe(one)
    outcome = way.to(one).submit("b@acme.example", ["k@c.example"], DATA)["k@c.example"]
    assert isinstance(outcome, Deferred) and outcome.at_server and said.value.step in outcome.text
    return said.value


def test_a_server_that_is_not_there(ways: Any) -> None:
    assert failed(ways(), server(1)).step == "connection"


def test_a_certificate_of_an_unknown_authority(provider: Begun, ways: Any) -> None:
    _, port = provider(STRANGER)
    assert failed(ways(), server(port)).step == "certificate"


@pytest.mark.parametrize(("host", "ends"), [("mail.elsewhere.example", 2120), ("127.0.0.1", 2021)])
def test_a_certificate_of_another_host_or_of_another_time(provider: Begun, ways: Any, host: str, ends: int) -> None:
    handler, port = provider(host=host, ends=ends)
    assert failed(ways(), server(port)).step == "certificate"
    assert handler.signed_in == []


def test_a_server_without_starttls_never_sees_the_password(provider: Begun, ways: Any) -> None:
    handler, port = provider(starttls=False)
    failure = failed(ways(), server(port))
    assert (failure.step, failure.said, handler.signed_in) == ("tls", "it offers no STARTTLS", [])


def test_tls_that_was_expected_at_once(provider: Begun, ways: Any) -> None:
    _, port = provider()
    assert failed(ways(), server(port, security="tls")).step == "tls"


def test_a_wrong_password_and_a_server_where_nobody_signs_in(provider: Begun, ways: Any) -> None:
    _, port = provider()
    failure = failed(ways(replace(GOOD, password="wrong")), server(port))
    assert failure.step == "sign-in" and failure.said.startswith("535")
    _, port = provider(auth=False)
    assert failed(ways(), server(port)).step == "sign-in"


def test_a_certificate_of_ours(provider: Begun, ways: Any) -> None:
    handler, port = provider(implicit=True, clients=AUTHORITY, auth=False)
    one = server(port, security="tls", sign_in="certificate")
    way = ways(replace(GOOD, certificate=AUTHORITY.sign("weftmail.acme.example").both))
    assert isinstance(way.to(one).submit("b@acme.example", ["k@c.example"], DATA)["k@c.example"], Sent)
    assert len(handler.taken) == 1
    failed(ways(GOOD), one)
    assert failed(ways(replace(GOOD, certificate="none")), one).step == "certificate"


def oauth(port: int, tokens: TokenServer, **changes: Any) -> OutgoingServer:
    url = f"http://127.0.0.1:{tokens.server_address[1]}/token"
    return server(port, sign_in="oauth", token_url=url, client_id="weftmail", scope="mail", **changes)


def test_a_token_is_asked_for_and_renewed_before_it_ends(provider: Begun, tokens: TokenServer, tmp_path: Path) -> None:
    handler, port = provider()
    files, clock = SecretFolder(tmp_path / "servers"), Clock()
    files.keep("relay", replace(GOOD, refresh_token="refresh-1", client_secret="secret"))
    way, one = MailWays(_Nowhere(), files, clock, ""), oauth(port, tokens)
    way.probe(one)
    way.probe(one)
    assert tokens.asked == [
        {"client_id": "weftmail", "grant_type": "refresh_token", "refresh_token": "refresh-1",
         "client_secret": "secret", "scope": "mail"}
    ]  # fmt: skip
    clock.now += 44_000
    way.probe(one)
    assert len(tokens.asked) == 1
    clock.now += 2_000
    handler.token = "token-2"
    tokens.answer = (200, b'{"access_token": "token-2", "expires_in": 60, "refresh_token": "refresh-2"}')
    way.probe(one)
    assert len(tokens.asked) == 2 and files.load("relay").refresh_token == "refresh-2"
    assert files.load("relay").client_secret == "secret"
    way.close()


@pytest.mark.parametrize(
    ("lives", "ends_in"),
    [('"60"', 45), ("60.0", 45), ('"3599"', 3539), ('"soon"', 3540), ("-1", 3540), ("1e400", 3540), ("null", 3540)],
)
def test_how_long_a_token_lives_is_read_as_servers_write_it(tmp_path: Path, lives: str, ends_in: int) -> None:
    asked: list[str] = []

    def fetch(url: str, _form: dict[str, str], _authority: str) -> bytes:
        asked.append(url)
        return f'{{"access_token": "t", "expires_in": {lives}}}'.encode()

    clock = Clock()
    tokens = AccessTokens(SecretFolder(tmp_path), clock, fetch)
    one = server(1, token_url="https://tokens.example/", client_id="x")
    for later, times in ((0, 1), (ends_in * 1000 - 1, 1), (1, 2)):
        clock.now += later
        tokens.of(one, GOOD)
        assert len(asked) == times, later


def test_a_token_that_is_not_taken_is_asked_for_anew(provider: Begun, tokens: TokenServer, ways: Any) -> None:
    handler, port = provider()
    handler.token = "another"
    way, one = ways(replace(GOOD, client_secret="secret")), oauth(port, tokens)
    failure = failed(way, one)
    assert failure.step == "sign-in" and '"status":"401"' in failure.said
    assert [each["grant_type"] for each in tokens.asked] == ["client_credentials"] * 2


@pytest.mark.parametrize(
    "answer",
    [
        (401, b'{"error": "invalid_client"}'), (302, b""), (200, b"no json"), (200, b"[]"), (200, b"{}"),
        (200, b'{"access_token": "a\\nb"}'),
    ],
)  # fmt: skip
def test_a_token_server_that_gives_none(
    provider: Begun, tokens: TokenServer, ways: Any, answer: tuple[int, bytes]
) -> None:
    _, port = provider()
    tokens.answer = answer
    assert failed(ways(replace(GOOD, client_secret="secret")), oauth(port, tokens)).step == "token"


def test_a_secret_goes_to_no_token_server_without_tls(tmp_path: Path) -> None:
    found = AccessTokens(SecretFolder(tmp_path), Clock())
    with pytest.raises(ServerFailure, match="https"):
        found.of(server(1, token_url="http://tokens.example/", client_id="x"), GOOD)
    with pytest.raises(ServerFailure, match="token"):
        found.of(server(1, token_url="https://127.0.0.1:1/", client_id="x"), GOOD)


def test_secrets_lie_in_files_that_nobody_else_reads(tmp_path: Path) -> None:
    files = SecretFolder(tmp_path / "keys" / "servers")
    assert files.load("relay") == ServerSecrets() and files.certificate("relay") == "" and files.stamp("relay") == 0
    files.keep("relay", replace(GOOD, certificate="pem"))
    kept = tmp_path / "keys" / "servers"
    assert {path.name: path.stat().st_mode & 0o777 for path in kept.iterdir()} == {
        "relay.json": 0o600,
        "relay.pem": 0o600,
    }
    assert files.certificate("relay").endswith("relay.pem") and "correct-horse" not in repr(files.load("relay"))
    files.keep("relay", GOOD)
    assert files.certificate("relay") == ""
    files.remove("relay")
    assert files.load("relay") == ServerSecrets()
    kept.joinpath("relay.json").write_text("[]")
    assert files.load("relay") == ServerSecrets()


def test_a_local_server_needs_no_probe(ways: Any) -> None:
    way, local = ways(), server(25, host="")
    way.probe(local)
    assert isinstance(way.to(local), _Nowhere) and not isinstance(way.to(local), SmtpSubmitter)
