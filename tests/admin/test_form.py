"""Forms as they come: what is written in one outlives a session, too many files, and a connection that breaks off."""

from __future__ import annotations

import re

import pytest
from starlette.types import Message

from tests.admin.conftest import Browser, Site
from tests.admin.test_drafts import passes
from tests.admin.test_first_look import speak
from weftmail.admin.app import HERE
from weftmail.admin.form import SECRET, WRITTEN
from weftmail.core.limits import FORM_PARTS, MESSAGE_FILES

LEAD = "/records/LEAD-1"


def test_every_field_for_words_is_one_whose_words_are_given_back() -> None:
    """Each text area of each template; a field of lines that is named here and stands in none is a name of before."""
    named: set[str] = set()
    for template in (HERE / "templates").glob("*.html"):
        html = template.read_text()
        named |= set(re.findall(r'<textarea\b[^>]*\bname="(\w+)"', html))
        named |= set(re.findall(r'parts\.area\("(\w+)"', html))
        for prefix in re.findall(r'about\("(\w*)"', html):
            named |= {f"{prefix}{one}" for one in re.findall(r'parts\.area\(prefix ~ "(\w+)"', html)}
    assert named == {*WRITTEN, *SECRET} - {"title", "subject", "reason"}
    assert not {*WRITTEN} & {"password", "code", "csrf", "login", "client_secret", "refresh_token", "current", *SECRET}


def test_a_first_line_that_is_empty_stays_in_every_text_area() -> None:
    """HTML drops one line break at the start of a text area: each template writes one of its own before the words."""
    found = 0
    for template in (HERE / "templates").glob("*.html"):
        for area in re.findall(r"<textarea\b.*?</textarea>", template.read_text(), re.S):
            found += 1
            assert re.search(r'>\{\{ "\\n" \}\}\{\{[^{}]*\}\}</textarea>$', area), (template.name, area[-80:])
    assert found >= 8


FORMS = [
    ("/account/signature", {"signature": "Anna\nAcme"}),
    ("/activities/1/done", {"feedback": "They want oak"}),
    ("/aliases/add", {"defaults": "city=Lund", "address": "x@acme.example"}),
    ("/replies/add", {"text": "Dear {name}", "name": "Hello"}),
    (f"{LEAD}/activities/add", {"note": "Ask for the size", "type": "call"}),
    ("/records/new/save", {"title": "Chairs", "text": "Forty of them", "kind": "message"}),
    (f"{LEAD}/write", {"text": "Forty <chairs>", "kind": "message"}),
    ("/nothing/of/the/kind", {}),
]


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_words_outlive_a_session_in_whatever_form(site: Site, anna: Browser, path: str, form: dict[str, str]) -> None:
    sent = {"csrf": anna.csrf(), **form}
    site.store.sessions.end_all(site.world.anna)
    headers = {"referer": f"http://testserver{LEAD}?company={site.world.acme}&all=2"}
    answer = anna.post(path, sent, headers=headers)
    if not form:
        assert answer.status_code == 404
        return
    assert answer.status_code == 401 and "You are signed out" in answer.text
    for name in {*WRITTEN} & {*form}:
        assert form[name].replace("<", "&lt;").replace(">", "&gt;") in answer.text
    # Whoever signs in again is where they were, in the same company.
    assert f'href="/sign-in?next=%2Frecords%2FLEAD-1%3Fcompany%3D{site.world.acme}%26all%3D2"' in answer.text


@pytest.mark.parametrize(("path", "form"), [(path, form) for path, form in FORMS if form])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_words_outlive_a_form_of_the_session_before(
    site: Site, anna: Browser, path: str, form: dict[str, str], language: str
) -> None:
    """Somebody signed in anew in another tab; the form that stands open in this one is not taken, nor is it lost."""
    old = anna.csrf()
    speak(site, language)
    assert anna.sign_in("anna@acme.example").status_code == 303
    before = site.store.audit.all(most=1)
    answer = anna.post(path, {"csrf": old, **form}, headers={"referer": f"http://testserver{LEAD}?all=2"})
    assert answer.status_code == 403 and f'href="{LEAD}?all=2"' in answer.text
    assert {"en": "This form has expired", "sv": "Formuläret har gått ut"}[language] in answer.text
    for name in {*WRITTEN} & {*form}:
        assert form[name].replace("<", "&lt;").replace(">", "&gt;") in answer.text
    assert site.store.audit.all(most=1) == before


@pytest.mark.parametrize("token", ["", "x", "ü", "0" * 64])
def test_a_form_without_words_is_refused_as_before(anna: Browser, token: str) -> None:
    answer = anna.post("/account/zone", {"csrf": token, "time_zone": "Europe/Stockholm"})
    assert answer.status_code == 403 and "This form has expired" in answer.text and "textarea" not in answer.text


def test_secrets_are_never_given_back(site: Site, anna: Browser) -> None:
    csrf = anna.csrf()
    site.store.sessions.end_all(site.world.anna)
    form = {"csrf": csrf, "certificate": "-----BEGIN PRIVATE KEY-----", "authority": "PEM", "password": "open sesame"}
    answer = anna.post("/servers/1/save", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def uploads(count: int) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("files", (f"{number}.txt", b"%d" % number, "text/plain")) for number in range(count)]


@pytest.mark.parametrize("kind", ["message", "note"])
def test_more_than_twenty_files_go_with_a_message(site: Site, anna: Browser, kind: str) -> None:
    form = {**anna.form(LEAD), "text": "The plans.", "kind": kind}
    assert anna.post(f"{LEAD}/write", form, files=uploads(21)).status_code == 303
    passes(site, 11)
    last = site.world.thread("LEAD-1")[-1]
    assert last.text.strip() == "The plans."
    assert len(site.store.messages.attachments(site.world.acme, last.id)) == 21


@pytest.mark.parametrize("language", ["en", "sv"])
def test_too_many_files_are_said_beside_them_and_the_words_stay(site: Site, anna: Browser, language: str) -> None:
    speak(site, language)
    said = {"en": f"at most {MESSAGE_FILES} files", "sv": f"högst {MESSAGE_FILES} filer"}[language]
    form = {**anna.form(LEAD), "text": "The plans."}
    answer = anna.post(f"{LEAD}/write", form, files=uploads(MESSAGE_FILES + 1))
    assert answer.status_code == 422 and said in answer.text and "The plans." in answer.text
    kept = anna.post(f"{LEAD}/draft", form, files=uploads(MESSAGE_FILES + 1))
    assert kept.status_code == 422 and said in kept.json()["wrong"]
    reply = {"csrf": anna.csrf(), "name": "Plans", "text": "Here they are"}
    answer = anna.post("/replies/add", reply, files=uploads(MESSAGE_FILES + 1))
    assert answer.status_code == 422 and said in answer.text and "Here they are" in answer.text


@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_form_beyond_all_measure_is_refused_in_the_readers_words(site: Site, anna: Browser, language: str) -> None:
    speak(site, language)
    said = {"en": "choose fewer files", "sv": "välj färre filer"}[language]
    many = {**anna.form(LEAD), **{f"f{number}": "x" for number in range(FORM_PARTS + 1)}}
    for answer in (
        anna.post(f"{LEAD}/write", {**anna.form(LEAD), "text": "x"}, files=uploads(FORM_PARTS + 1)),
        anna.post(f"{LEAD}/write", many),
        anna.post(f"{LEAD}/write", many, files=uploads(1)),
    ):
        assert answer.status_code == 400 and said in answer.text


@pytest.mark.parametrize("path", [f"{LEAD}/write", "/sign-in", "/forgotten"])
@pytest.mark.parametrize("kind", [b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=b"])
def test_a_form_that_breaks_off_is_no_fault_of_ours(
    site: Site, anna: Browser, caplog: pytest.LogCaptureFixture, path: str, kind: bytes
) -> None:
    """Whoever closes the tab while a form is on its way leaves no traceback, and no answer is tried."""
    coming: list[Message] = [
        {"type": "http.request", "body": b"--b\r\n" if b"multipart" in kind else b"text=Forty", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    cookies = "; ".join(f"{one.name}={one.value}" for one in anna.client.cookies.jar).encode()
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [
            (b"host", b"testserver"), (b"cookie", cookies), (b"content-type", kind), (b"content-length", b"100"),
        ],
        "server": ("testserver", 80), "client": ("127.0.0.1", 1), "http_version": "1.1", "root_path": "",
        "scheme": "http",
    }  # fmt: skip
    anna.client.portal.call(site.app, scope, receive, send)  # type: ignore[union-attr]
    assert sent[0]["status"] == 400 and sent[1]["body"] == b"" and caplog.records == []
