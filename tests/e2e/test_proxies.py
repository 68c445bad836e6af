"""The site behind the real nginx, Caddy and Apache, with the lines that the package brings as examples.

Each is asked over TLS, by a certificate of the tests' own authority; what is changed of an example are its ports, names
and files.
"""

from __future__ import annotations

import datetime
import http.client
import ipaddress
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from weftmail.admin.attempts import PAIR
from weftmail.admin.headers import MOST_BYTES

from . import machine
from .conftest import make_state
from .installation import ANNA, LiveInstallation
from .postfix import until

EXAMPLES = machine.ROOT / "packaging/proxy"
NAME = "mail.acme.example"
SITE = "127.0.0.1:8470"
CERTIFICATE = f"/etc/letsencrypt/live/{NAME}/fullchain.pem"
KEY = f"/etc/letsencrypt/live/{NAME}/privkey.pem"
KINDS = ("nginx", "caddy", "apache")
PASSWORD = "otter-velvet-march-nine"
FORM = {"Origin": f"https://{NAME}", "Content_Type": "application/x-www-form-urlencoded"}
LINK = re.compile(r"""\s(href|src|action|formaction)=["'](/[^"'#]*)""")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(frozen=True)
class Authority:
    """The tests' own authority, with one certificate of it: files."""

    root: Path
    certificate: Path
    key: Path


def authority(folder: Path) -> Authority:
    """Make an authority, and a certificate for NAME."""
    now = datetime.datetime.now(datetime.UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in ("the tests", NAME)]
    whole = []
    for place in (0, 1):
        builder = (
            x509.CertificateBuilder().subject_name(names[place]).issuer_name(names[0])
            .public_key(keys[place].public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=place == 0, path_length=None), critical=True)
        )  # fmt: skip
        if place:
            subject = [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(subject), critical=False)
        whole.append(builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    made = Authority(folder / "root.pem", folder / "certificate.pem", folder / "key.pem")
    made.root.write_bytes(whole[0])
    made.certificate.write_bytes(whole[1])
    made.key.write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """Change an example; what it no longer says is an error."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


class Proxy:
    """One proxy before the site; ``stop`` ends it."""

    def __init__(self, kind: str, folder: Path, made: Authority, upstream: str, path: str = "") -> None:
        """``upstream`` is HOST:PORT, or the path of a Unix socket; ``path`` is what the site lies below."""
        self.kind, self.folder, self.port, self.path = kind, folder, free_port(), path
        self._made, self._upstream = made, upstream
        folder.mkdir()
        folder.chmod(0o755)
        config: str = getattr(self, f"_{kind}")()
        (folder / "config").write_text(config)
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                self._words(), stdout=log, stderr=log,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder), "XDG_DATA_HOME": str(folder)},
            )  # fmt: skip
        try:
            until(self._listens, f"{kind} listens", lambda: (folder / "log").read_text(), 60)
        except BaseException:
            self.stop()
            raise

    def _words(self) -> list[str]:
        config = str(self.folder / "config")
        return {
            "nginx": ["nginx", "-c", config, "-e", "stderr", "-g", "daemon off;"],
            "caddy": ["caddy", "run", "--adapter", "caddyfile", "--config", config],
            "apache": ["apache2", "-X", "-f", config],
        }[self.kind]

    def _listens(self) -> bool:
        assert self._process.poll() is None, (self.folder / "log").read_text()
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def _nginx(self) -> str:
        pass_to = f"unix:{self._upstream}" if self._upstream.startswith("/") else self._upstream
        files = ((CERTIFICATE, str(self._made.certificate)), (KEY, str(self._made.key)))
        if self.path:
            inner = changed((EXAMPLES / "nginx-below.conf").read_text(), (SITE, pass_to), ("/weftmail", self.path))
            server = (
                f"server {{ listen 127.0.0.1:{self.port} ssl; ssl_certificate {files[0][1]};\n"
                f"ssl_certificate_key {files[1][1]};\n{inner}\n}}"
            )
        else:
            server = changed(
                (EXAMPLES / "nginx.conf").read_text(), *files, (f"http://{SITE}", f"http://{pass_to}"),
                ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;"),
                ("    listen [::]:443 ssl http2;\n", ""), ("    listen [::]:80;\n", ""),
                ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
            )  # fmt: skip
        places = "".join(
            f"{one}_temp_path {self.folder}/{one};" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return (
            f"user root; pid {self.folder}/pid; events {{}}\n"
            f"http {{ access_log off; {places}\n{server}\n}}\n"
        )  # fmt: skip

    def _caddy(self) -> str:
        pass_to = f"unix/{self._upstream}" if self._upstream.startswith("/") else self._upstream
        pairs = [
            (
                f"{NAME} {{\n",
                f"{NAME}:{self.port} {{\n\tbind 127.0.0.1\n\ttls {self._made.certificate} {self._made.key}\n",
            ),
            (f"\treverse_proxy {SITE}", f"\treverse_proxy {self.path + '/* ' if self.path else ''}{pass_to}"),
        ]
        return "{\n\tadmin off\n\tauto_https off\n}\n" + changed((EXAMPLES / "Caddyfile").read_text(), *pairs)

    def _apache(self) -> str:
        pass_to = f"unix:{self._upstream}|http://localhost" if self._upstream.startswith("/") else f"http://{SITE}"
        below = f"ProxyPass        {self.path}/ {pass_to}{self.path}/ flushpackets=on"
        lines = changed(
            (EXAMPLES / "apache.conf").read_text(),
            (CERTIFICATE, str(self._made.certificate)), (KEY, str(self._made.key)),
            ("<VirtualHost *:443>", f"<VirtualHost 127.0.0.1:{self.port}>"),
            (f"ProxyPass        / http://{SITE}/ flushpackets=on", below),
        ).replace(SITE, self._upstream)  # fmt: skip
        modules = "".join(
            f"LoadModule {one}_module /usr/lib/apache2/modules/mod_{one}.so\n"
            for one in ("mpm_event", "authz_core", "proxy", "proxy_http", "ssl", "headers")
        )
        return (
            f"{modules}ServerRoot {self.folder}\nPidFile {self.folder}/pid\nListen 127.0.0.1:{self.port}\n"
            f"ServerName {NAME}\nErrorLog {self.folder}/error.log\nUser www-data\nGroup www-data\n{lines}"
        )

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    # --- asking

    def ask(
        self, method: str, address: str, body: bytes = b"", source: str = "127.0.0.1", **fields: str
    ) -> tuple[int, dict[str, Any], bytes]:
        """Ask over TLS as a browser does, from ``source``; return status, fields (``set-cookie`` a list) and body."""
        trust = ssl.create_default_context(cafile=str(self._made.root))
        one = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=trust)
        plain = socket.create_connection(("127.0.0.1", self.port), 60, source_address=(source, 0))
        one.sock = trust.wrap_socket(plain, server_hostname=NAME)
        given = {"Host": NAME, **{name.replace("_", "-"): value for name, value in fields.items()}}
        try:
            one.request(method, address, body or None, given)
            answer = one.getresponse()
            found: dict[str, Any] = {name.lower(): value for name, value in answer.getheaders()}
            found["set-cookie"] = answer.headers.get_all("set-cookie") or []
            return answer.status, found, answer.read()
        finally:
            one.close()


class Behind:
    """A running site below ``path``, at a port or at a Unix socket, and its proxies."""

    def __init__(self, workspace: Path, path: str, authority: Authority, *, by_socket: bool) -> None:
        self.path = path
        self.live = LiveInstallation(make_state(workspace), 25)
        self.live.admin("user", "password", ANNA, stdin=f"{PASSWORD}\n".encode())
        self.live.admin("alias", "add", "leads@acme.example", "--opens", "lead", "--owner", ANNA)
        folder = self.live.state.parent / "site"
        folder.mkdir()
        # The socket gets the group of its folder, which is that of the proxies.
        shutil.chown(folder, machine.USER, "www-data")
        folder.chmod(0o2750)
        self.upstream = str(folder / "socket") if by_socket else f"127.0.0.1:{free_port()}"
        with self.live.config.open("a", encoding="utf-8") as settings:
            place = f"unix:{self.upstream}" if by_socket else self.upstream
            settings.write(f'site = "{place}"\nsite_url = "https://{NAME}{path}"\nproxies = "127.0.0.1"\n')
        self.live.start(self.live.programs / "mail-admin", "serve")
        until(self._answers, "the site answers", self.live.log, 90)
        if by_socket:
            found = Path(self.upstream).stat()
            assert (found.st_gid, found.st_mode & 0o777) == (folder.stat().st_gid, 0o660)
        self.proxies: dict[str, Proxy] = {}
        try:
            for kind in KINDS:
                folder = self.live.state.parent / kind
                self.proxies[kind] = Proxy(kind, folder, authority, self.upstream, path)
        except BaseException:
            self.stop()
            raise
        self.hand_in("first")

    def _answers(self) -> bool:
        kind = socket.AF_UNIX if self.upstream.startswith("/") else socket.AF_INET
        host, _, port = self.upstream.rpartition(":")
        with socket.socket(kind) as one:
            return one.connect_ex(self.upstream if kind == socket.AF_UNIX else (host, int(port))) == 0

    def hand_in(self, subject: str) -> None:
        """Let a customer write."""
        raw = f"From: karin@customer.example\nSubject: {subject}\nMessage-ID: <{subject}@x>\n\nA question.\n".encode()
        assert self.live.ingest("leads@acme.example", raw, "karin@customer.example") == 0
        self.live.drain()

    def stop(self) -> None:
        for one in self.proxies.values():
            one.stop()
        self.live.stop()


@pytest.fixture(scope="module", params=["", "/weftmail"], ids=["of its own", "below a path, at a Unix socket"])
def behind(request: pytest.FixtureRequest, workspace: Path) -> Iterator[Behind]:
    folder = Path(tempfile.mkdtemp(dir=workspace))
    folder.chmod(0o755)
    one = Behind(workspace, request.param, authority(folder), by_socket=bool(request.param))
    yield one
    one.stop()


@pytest.fixture(params=KINDS)
def proxy(request: pytest.FixtureRequest, behind: Behind) -> Proxy:
    return behind.proxies[request.param]


def signed_in(proxy: Proxy, source: str = "127.0.0.1") -> str:
    """Sign in as Anna; return her cookies as a browser sends them."""
    form = urlencode({"address": ANNA, "password": PASSWORD, "next": "/records"}).encode()
    status, fields, _ = proxy.ask("POST", f"{proxy.path}/sign-in", form, source, **FORM)
    assert (status, fields["location"]) == (303, f"{proxy.path}/records"), fields
    for cookie in fields["set-cookie"]:
        assert "Secure" in cookie and f"; Path={proxy.path or '/'};" in cookie
    return "; ".join(one.partition(";")[0] for one in fields["set-cookie"])


def test_every_address_on_its_pages_is_answered(proxy: Proxy) -> None:
    cookie = signed_in(proxy)
    for page in ("/records", "/records/LEAD-1", "/account"):
        status, fields, html = proxy.ask("GET", proxy.path + page, cookie=cookie)
        assert status == 200 and fields["content-security-policy"]
        found = {(name, unescape(one)) for name, one in LINK.findall(html.decode())}
        assert len(found) > 10 and all(one.startswith(f"{proxy.path}/") for _, one in found)
        # What a form does is not done here.
        for address in sorted({one for name, one in found if name in ("href", "src")}):
            assert proxy.ask("GET", address, cookie=cookie)[0] == 200, address


def test_a_stranger_is_sent_to_sign_in_below_the_path(proxy: Proxy) -> None:
    status, fields, _ = proxy.ask("GET", f"{proxy.path}/records/LEAD-1")
    assert (status, fields["location"]) == (303, f"{proxy.path}/sign-in?next=%2Frecords%2FLEAD-1")


def test_a_request_may_be_as_large_as_the_site_takes_it_and_no_larger(proxy: Proxy) -> None:
    cookie = signed_in(proxy)
    head = b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nnone\r\n--b\r\n'
    head += b'Content-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
    multipart = {"cookie": cookie, "Origin": f"https://{NAME}", "Content_Type": "multipart/form-data; boundary=b"}
    address = f"{proxy.path}/records/LEAD-1/write"
    for size, expected in ((MOST_BYTES, 403), (MOST_BYTES + 1, 413)):
        body = head + b"x" * (size - len(head) - 9) + b"\r\n--b--\r\n"
        assert len(body) == size
        status, _, said = proxy.ask("POST", address, body, **multipart)
        # The one that is not too large is read to its end, and refused for its form alone.
        assert status == expected, said[:300]


def test_a_client_is_who_the_proxy_saw_whatever_it_says_itself(proxy: Proxy) -> None:
    sources = iter(f"127.0.{1 + KINDS.index(proxy.kind) + 10 * bool(proxy.path)}.{one}" for one in (2, 3))
    mine, other = next(sources), next(sources)

    def tried(source: str, number: int) -> int:
        form = urlencode({"address": f"nobody@{proxy.kind}.example", "password": "wrong"}).encode()
        said = {**FORM, "X_Forwarded_For": f"203.0.113.{number}"}
        return proxy.ask("POST", f"{proxy.path}/sign-in", form, source, **said)[0]

    # Each is slowed down after a few failures, whatever address it names; twice as long each time.
    found: list[int] = []
    while len(found) < 2 * PAIR.free and 429 not in found:
        found.append(tried(mine, len(found)))
    assert found[: PAIR.free] == [403] * PAIR.free and found[-1] == 429, found
    assert tried(other, 99) == 403


def test_a_page_that_waits_is_neither_buffered_nor_cut_off(behind: Behind) -> None:
    """All proxies at once: one look waits for its whole time, another is answered as soon as something changes."""
    found: dict[str, tuple[int, float]] = {}
    cookies = {kind: signed_in(one) for kind, one in behind.proxies.items()}

    def look(kind: str) -> None:
        began = time.monotonic()
        proxy, cookie = behind.proxies[kind], cookies[kind]
        address = f"{proxy.path}/live/records?seen={seen(proxy, cookie)}"
        found[kind] = (proxy.ask("GET", address, cookie=cookie, accept="application/json")[0], time.monotonic() - began)

    def all_look(then: Callable[[], None]) -> None:
        threads = [threading.Thread(target=look, args=(kind,)) for kind in KINDS]
        for one in threads:
            one.start()
        then()
        for one in threads:
            one.join(90)

    all_look(lambda: None)
    assert {kind: status for kind, (status, _) in found.items()} == dict.fromkeys(KINDS, 200)
    whole = {kind: round(seconds, 1) for kind, (_, seconds) in found.items()}
    print(f"nothing changed: answered after {whole} s")
    assert min(whole.values()) >= 15
    all_look(lambda: (time.sleep(3), behind.hand_in("while they look"))[0])
    early = {kind: round(seconds, 1) for kind, (_, seconds) in found.items()}
    print(f"something changed: answered after {early} s")
    assert all(early[kind] < whole[kind] for kind in KINDS)


def seen(proxy: Proxy, cookie: str) -> str:
    """Return the mark of what the list of records shows, as an open page knows it."""
    _, _, html = proxy.ask("GET", f"{proxy.path}/records", cookie=cookie)
    match = re.search(r'data-live="[^"]*/live/records\?[^"]*seen=([^"&]*)', html.decode())
    assert match is not None
    return match[1]
