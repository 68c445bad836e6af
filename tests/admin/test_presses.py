"""A form that one press sends twice is carried out once; what is meant twice is done twice."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tests.admin.conftest import Browser, Site
from weftmail.admin.presses import REMEMBERED, TWICE, Presses, told_apart

PRESS = {"sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin"}
NOTE = "/records/LEAD-1/1/mail/note/do"


def notes(site: Site, text: str) -> int:
    return [one.text for one in site.world.thread("LEAD-1")].count(text)


@pytest.mark.parametrize(
    ("path", "form", "counts"),
    [
        (NOTE, {"text": "Twice"}, lambda site: notes(site, "Twice")),
        (
            "/records/LEAD-1/activities/add",
            {"type": "call", "due": "2027-03-01", "assignee": "anna@acme.example", "note": "Twice"},
            lambda site: len(site.store.activities.of_record(site.world.acme, site.world.record("LEAD-1").id, 50)),
        ),
    ],
)
def test_what_one_press_sends_twice_is_done_once(
    site: Site, anna: Browser, path: str, form: dict[str, str], counts: Callable[[Site], int]
) -> None:
    sent = {**form, "csrf": anna.csrf()}
    answers = [anna.post(path, sent, headers=PRESS) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"] and counts(site) == 1
    # Other words are another press; and what a program asks for twice is done twice.
    assert anna.post(path, {**sent, next(iter(form)): "email" if "type" in form else "Else"}, headers=PRESS).is_redirect
    for _ in range(2):
        assert anna.post(path, sent).status_code == 303
    assert counts(site) == 3 + ("type" in form)


def test_two_that_come_at_the_same_time_are_one(site: Site, anna: Browser) -> None:
    sent = {"text": "At once", "csrf": anna.csrf()}
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: anna.post(NOTE, sent, headers=PRESS).headers["location"], range(4)))
    assert len(set(found)) == 1 and notes(site, "At once") == 1


def test_two_people_who_write_the_same_write_twice(site: Site, browser: Callable[[], Browser]) -> None:
    for who in ("anna", "bjorn"):
        one = browser()
        one.sign_in(f"{who}@acme.example")
        assert one.post(NOTE, {"text": "Seen", "csrf": one.csrf()}, headers=PRESS).status_code == 303
    assert notes(site, "Seen") == 2


def answered(*steps: tuple[float, str, bytes, int]) -> list[str]:
    """Press at these times, with these browsers and forms; return the answers, of which each is of its own run."""
    now, run = [0.0], itertools.count(1)

    async def one(status: int) -> Response:
        if status == 500:
            raise HTTPException(500, str(next(run)))
        if status == 422:
            return HTMLResponse(str(next(run)), 422)
        return RedirectResponse(str(next(run)), 303)

    async def all_of_them() -> list[str]:
        presses, found = Presses(lambda: now[0]), []
        for at, browser, sent, status in steps:
            now[0] = at
            try:
                answer = await presses.once(browser, sent, lambda status=status: one(status))  # type: ignore[misc]
                found.append(answer.headers.get("location") or bytes(answer.body).decode())
            except HTTPException as error:
                found.append(error.detail)
        return found

    return asyncio.run(all_of_them())


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([(0, "a", b"x", 303), (TWICE / 2, "a", b"x", 303)], ["1", "1"]),
        ([(0, "a", b"x", 303), (TWICE * 2, "a", b"x", 303)], ["1", "2"]),
        ([(0, "a", b"x", 303), (0, "b", b"x", 303)], ["1", "2"]),
        ([(0, "a", b"x", 303), (0, "a", b"y", 303), (0, "a", b"x", 303)], ["1", "2", "3"]),
        ([(0, "a", b"x", 422), (0, "a", b"x", 422)], ["1", "2"]),
        ([(0, "a", b"x", 500), (0, "a", b"x", 303)], ["1", "2"]),
    ],
)
def test_which_presses_are_one(steps: list[tuple[float, str, bytes, int]], found: list[str]) -> None:
    assert answered(*steps) == found


def test_of_many_browsers_the_last_are_remembered() -> None:
    many = [(0.0, str(number), b"x", 303) for number in range(REMEMBERED + 1)]
    found = answered(*many, (0.0, "0", b"x", 303), (0.0, str(REMEMBERED), b"x", 303))
    assert found[-2:] == [str(REMEMBERED + 2), str(REMEMBERED + 1)]


def file(content: bytes, name: str = "a.txt") -> UploadFile:
    return UploadFile(BytesIO(content), size=len(content), filename=name)


def test_forms_are_told_apart_by_all_that_they_hold() -> None:
    def said(path: str = "/a", query: bytes = b"", **fields: str | UploadFile) -> bytes:
        scope = {
            "type": "http", "method": "POST", "path": path, "query_string": query, "headers": [(b"host", b"x")],
            "scheme": "http", "server": ("x", 80),
        }  # fmt: skip
        return told_apart(Request(scope), FormData([*fields.items()]))

    assert said(text="a") == said(text="a") and said(file=file(b"x")) == said(file=file(b"x"))
    different = [
        said(text="a"), said(text="b"), said(note="a"), said("/b", text="a"), said(query=b"company=2", text="a"),
        said(text="a\ud800"), said(file=file(b"x")), said(file=file(b"y")), said(file=file(b"x", "b.txt")),
        said(a="b", c="d"), said(a="b", c=""), said(a="", c="bd"),
    ]  # fmt: skip
    assert len(set(different)) == len(different)
    kept = file(b"x" * 200_000)
    said(file=kept)
    assert kept.file.read() == b"x" * 200_000, "whoever reads the form finds the file at its start"
