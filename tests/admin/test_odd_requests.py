"""Requests that no page of ours makes: each is refused or answered as usual, and none is an error of the site.

That no header is smuggled past the server is looked at on a real connection; a harmless request follows each time.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest
from starlette.routing import Route

from tests.admin.chromium import served
from tests.admin.conftest import Browser, Site, TestClient  # type: ignore[attr-defined]

NUMBERS = ("0", "9" * 17, "9" * 18, "9" * 30, "9" * 5000, "%D9%A1", "-1", "1e3", "%00")
NAMES = ("%00", "..%2f..%2fetc", "%ED%A0%80", "x" * 10_000, "LEAD-" + "9" * 5000, "%25", "'%20or%201=1", "a%0d%0aX:1")
GOOD = {"label": "LEAD-1", "domain": "acme.example", "type": "lead"}
WRITTEN = (
    *("address", "accepts", "defaults", "do", "domain", "kind", "language", "local", "mail", "member", "name", "to"),
    *("new_name", "opens", "owner", "prefers", "prefix", "record", "record_type", "role", "seen", "selector", "cc"),
    *("state", "text", "time_zone", "title", "to_offered", "value", "way", "who", "whose", "numbering", "subject"),
)
PLACES = ("before", "after", "done", "state", "domain", "owner", "subject", "next", "company", "step", "saved")


@pytest.fixture
def calm(site: Site) -> Iterator[Browser]:
    """Anna's browser at a site that answers its own faults with 500, as the server does."""
    site.world.deliver(site.world.mail(), "leads@acme.example")
    with TestClient(site.app, raise_server_exceptions=False) as client:
        browser = Browser(client)
        assert browser.sign_in("anna@acme.example").status_code == 303
        yield browser


def routes(site: Site) -> list[tuple[str, str]]:
    found = [(one.path, "GET" if "GET" in one.methods else "POST") for one in site.app.routes if isinstance(one, Route)]  # type: ignore[operator]
    ending = ("/sign-out", "/end")
    return [(path, method) for path, method in found if not path.startswith("/live/") and not path.endswith(ending)]


def paths(path: str) -> Iterator[str]:
    """Yield the path with something odd in one place after the other."""
    places = re.findall(r"\{(\w+)(:number)?\}", path)
    for odd, number in places:
        for value in NUMBERS if number else NAMES:
            made = path
            for name, kind in places:
                made = made.replace(f"{{{name}{kind}}}", value if name == odd else GOOD.get(name, "1"))
            yield made


def test_every_number_in_a_path_is_bounded(site: Site) -> None:
    """What Starlette takes for a number may have thousands of digits, which Python refuses to read."""
    assert not [path for path, _ in routes(site) if ":int}" in path]


def test_odd_paths_are_pages_that_do_not_exist(site: Site, calm: Browser) -> None:
    csrf, seen = calm.csrf(), 0
    for path, method in routes(site):
        for odd in paths(path):
            answer = calm.get(odd) if method == "GET" else calm.post(odd, {"csrf": csrf})
            assert answer.status_code < 500, odd[:80]
            seen += 1
    assert seen > 400
    assert calm.get("/records/LEAD-1/1/text").status_code == 200


def test_odd_places_in_a_list_are_none(calm: Browser) -> None:
    for path in ("/records", "/records/LEAD-1", "/aliases", "/history", "/inbox", "/outbox", "/review", "/sign-in"):
        for name in PLACES:
            for value in ("1", "9" * 5000, "%D9%A1%00", "u%ED%A0%80", "http://["):
                answer = calm.get(f"{path}?{name}={value}")
                assert answer.status_code < 500, f"{path}?{name}={value[:20]}"


@pytest.mark.parametrize("asked", ["before=1", "after=1", "after=99", "before=0"])
def test_beyond_the_ends_of_a_conversation_stand_its_newest_messages(anna: Browser, asked: str) -> None:
    assert anna.get(f"/records/LEAD-1?{asked}").text.count('id="m1"') == 1


@pytest.mark.parametrize("value", ["9" * 5000, "\0", "a\u202e\r\nX: 1", "x" * 10_000, "a@xn--\u2170.example", "[1]"])
def test_odd_fields_of_forms_are_refused_at_their_places(site: Site, calm: Browser, value: str) -> None:
    csrf = calm.csrf()
    for path, method in routes(site):
        if method == "POST":
            made = re.sub(r"\{(\w+)(?::number)?\}", lambda found: GOOD.get(found[1], "1"), path)
            answer = calm.post(made, {"csrf": csrf, **dict.fromkeys(WRITTEN, value)})
            assert answer.status_code < 500, path
    assert calm.get("/records").status_code == 200


# --- on a real connection -----------------------------------------------------------------------------------------

FIELDS = b"Host: testserver\r\nOrigin: http://testserver\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
PARTS = b"Content-Type: multipart/form-data; boundary=b\r\n"
PART = b"--b\r\nContent-Disposition: form-data; name=address"


def get(path: bytes, more: bytes = b"") -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\n" + FIELDS + more + b"\r\n"


def send(body: bytes, kind: bytes = FORM, length: bytes = b"", path: bytes = b"/sign-in") -> bytes:
    size = length or str(len(body)).encode()
    return b"POST " + path + b" HTTP/1.1\r\n" + FIELDS + kind + b"Content-Length: " + size + b"\r\n\r\n" + body


RAW: dict[str, bytes] = {
    "NUL in a path": get(b"/records/%00"),
    "a raw NUL in a path": get(b"/records/\0"),
    "out of the folder": get(b"/static/%2e%2e/app.py"),
    "out of the folder, encoded": get(b"/static/..%2fapp.py"),
    "NUL behind a file": get(b"/static/site.css%00"),
    "a long file": get(b"/static/" + b"a" * 5000),
    "another site in the request line": get(b"http://evil.example/sign-in"),
    "another method": b"DELETE /sign-in HTTP/1.1\r\n" + FIELDS + b"\r\n",
    "a method in a field": send(b"", FORM + b"X-HTTP-Method-Override: DELETE\r\n"),
    "no host": b"GET /sign-in HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /sign-in HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "half a host": b"GET /records HTTP/1.1\r\nHost: [::1\r\n\r\n",
    "two lengths": send(b"a=b", FORM + b"Content-Length: 5\r\n"),
    "a length and chunks": send(b"0\r\n\r\nGET /x HTTP/1.1\r\n\r\n", FORM + b"Transfer-Encoding: chunked\r\n"),
    "a length with a sign": send(b"a=b", length=b"+3"),
    "a length in other digits": send(b"a=b", length=b"\xb2"),
    "a length of many digits": send(b"a=b", length=b"9" * 5000),
    "odd chunks": b"POST /sign-in HTTP/1.1\r\n" + FIELDS + FORM + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a blank before a colon": get(b"/sign-in", b"X : a\r\n"),
    "a long name": send(b"address=" + b"x" * 10_000 + b"&password=x"),
    "ten thousand fields": send(b"a=b&" * 10_000),
    "letters that are none": send(b"address=%ED%A0%80&password=%00"),
    "parts without end": send(PART + b"\r\n\r\nx", PARTS),
    "a part without a name": send(b"--b\r\n\r\nx\r\n--b--\r\n", PARTS),
    "a file for a field": send(PART + b"; filename=x\r\n\r\nx\r\n--b--\r\n", PARTS),
    "parts without a boundary": send(b"--b\r\n", b"Content-Type: multipart/form-data\r\n"),
    "cookies twice": get(b"/records", b"Cookie: weftmail=a\r\nCookie: weftmail=b; weftmail=c\r\n"),
    "odd cookies": get(b"/records", b"Cookie: weftmail=\xff\xfe; =; ;;a\r\n"),
    "odd languages": get(b"/sign-in", b"Accept-Language: sv;q=\xb2, \xff;q=1e999, " + b"sv;q=x," * 3000 + b"\r\n"),
    "an odd client": get(b"/sign-in", b"X-Forwarded-For: \xff, 1,2,,\r\n"),
    "half an origin": b"POST /sign-in HTTP/1.1\r\nHost: a\r\nOrigin: http://[\r\nContent-Length: 0\r\n\r\n",
    "half a referer": send(b"text=a", FORM + b"Referer: http://[::x\r\n", path=b"/records/LEAD-1/write"),
    "half a page to go to": get(b"/sign-in?next=http://["),
    "another site to go to": get(b"/sign-in?next=%2f%5cevil.example%0d%0aX:1"),
    "a long range": get(b"/static/site.css", b"Range: bytes=" + b"9" * 5000 + b"-\r\n"),
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    site = Site(tmp_path_factory.mktemp("odd"))
    with served(site.app) as home:
        yield int(home.rpartition(":")[2])
    site.store.close()


def answered(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(65_536)


@pytest.mark.parametrize("name", RAW)
def test_no_odd_request_is_an_error_or_leads_away(port: int, name: str) -> None:
    answer = answered(port, RAW[name])
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert re.match(rb"http/1\.1 [234]\d\d ", head), head[:80]
    assert b"\r\nx:" not in head and b"\r\nlocation: http" not in head and b"\r\nlocation: //" not in head
    assert b"def create" not in answer
    assert answered(port, get(b"/sign-in")).startswith(b"HTTP/1.1 200")
