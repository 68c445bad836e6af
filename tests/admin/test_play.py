"""The demo's play: be the customer, break something, see the sum that comes out; and that no installation has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.admin.conftest import Browser, Site, TestClient
from weftmail.admin.stage import LINES, Cue, Part, PutOff
from weftmail.cli.commands import serve
from weftmail.cli.config import Config
from weftmail.core.wording.sentences import say
from weftmail.flow.tally import parts


class Stage:
    """A stage that keeps what was played on it."""

    def __init__(self) -> None:
        self.cues: list[Cue] = []
        self.parts: set[Part] = set()
        self.put_off: list[PutOff] = []
        self.files = 0

    def play(self, cue: Cue) -> None:
        self.cues.append(cue)

    def safe(self) -> int:
        return len(self.cues)

    def waiting(self) -> Sequence[PutOff]:
        return self.put_off

    def spooled(self) -> int:
        return self.files

    def broken(self) -> frozenset[Part]:
        return frozenset(self.parts)

    def set_broken(self, part: Part, *, broken: bool) -> None:
        (self.parts.add if broken else self.parts.discard)(part)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def site(tmp_path: Path, stage: Stage) -> Iterator[Site]:
    made = Site(tmp_path, stage=stage)
    made.world.deliver(made.world.mail(verified=True), "leads@acme.example")
    yield made
    made.store.close()


def letter(site: Site) -> str:
    mail = site.world.mail(author="Anna via Acme <leads@acme.example>", to="Karin Ek <karin@customer.example>")
    mail = mail.replace(b"\n\n", b"\nReply-To: reply+secret@acme.example\n\n", 1)
    return site.catch("LEAD-1", mail, site.world.acme, "acme.example")


def press(anna: Browser, path: str, **fields: str) -> int:
    status: int = anna.post(path, {"csrf": anna.csrf(), **fields}).status_code
    return status


def test_each_button_plays_its_line_on_the_newest_email_to_somebody_outside(
    site: Site, anna: Browser, stage: Stage
) -> None:
    assert "Nobody outside has got an email yet" in anna.get("/caught").text
    name = letter(site)
    page = anna.get("/caught").text
    for label in (
        "Reply as Karin", "Reply with the address lost", "Reply from another address", "A friend answers",
        "Vacation reply", "Karin writes a new email", "Stop the listener", "Fill the disk",
    ):  # fmt: skip
        assert label in page, label
    assert 'href="/records/LEAD-1">LEAD-1</a></p>' in page.replace("?company=1", "")
    assert "Reply as Karin" in anna.get(f"/caught/{name}").text
    for line in LINES:
        assert press(anna, f"/demo/play/{line}", letter=name) == 303
    assert [one.line for one in stage.cues] == list(LINES)
    first = stage.cues[0]
    assert (first.name, first.address, first.reply_to, first.written_from) == (
        "Karin", "karin@customer.example", "reply+secret@acme.example", "leads@acme.example",
    )  # fmt: skip
    assert first.message_id and first.return_path.startswith("bounce+") and stage.cues[-1] == Cue("new")
    assert "6 safe, 0 deferred" in anna.get("/caught").text


def test_an_email_to_a_colleague_says_so_and_plays_on_the_newest_that_went_outside(site: Site, anna: Browser) -> None:
    mail = site.world.mail(author="Karin Ek <karin@customer.example>", to="Björn <bjorn@acme.example>")
    inside = site.catch("LEAD-1", mail, site.world.acme, "acme.example")
    site.catcher.kept[-1] = replace(site.catcher.kept[-1], recipients=("bjorn@acme.example",))
    first = anna.get(f"/caught/{inside}").text
    assert "went to colleagues alone" in first and "Nobody outside has got an email yet" in first
    outside = letter(site)
    page = anna.get(f"/caught/{inside}").text
    assert "went to colleagues alone" in page and "Nobody outside" not in page
    assert "Reply as Karin" in page and f'href="/caught/{outside}"' in page
    for path in (f"/caught/{outside}", "/caught"):
        assert "went to colleagues alone" not in anna.get(path).text
    assert page.index('class="said"') < page.index('id="play"')


def test_parts_are_broken_and_mended_and_what_is_put_off_is_shown(site: Site, anna: Browser, stage: Stage) -> None:
    assert press(anna, "/demo/tamper/disk", broken="yes") == 303 and stage.parts == {"disk"}
    stage.put_off.append(PutOff("Ten more chairs", 3, "4.3.0 try again later"))
    page = anna.get("/caught").text
    assert "✕ The disk is full: each email is deferred" in page and "Free the disk" in page
    assert "the site has: what you write here is kept" in page
    assert "▲ Deferred: Ten more chairs · tried 3 times · 4.3.0 try again later" in page
    assert press(anna, "/demo/tamper/disk", broken="no") == 303 and stage.parts == set()


def test_the_sum_comes_out_whatever_became_of_the_mail(site: Site, anna: Browser) -> None:
    world = site.world
    world.deliver(world.mail(verified=True), "leads@acme.example")
    world.deliver(world.mail(to="nobody@acme.example", subject="Lost"), "nobody@acme.example")
    world.accept(world.mail(subject="Waits"), "leads@acme.example")
    handed_over, terms = summed(anna)
    assert handed_over == sum(terms.values()) == 4 and len(terms) == 10
    assert (terms["filed"], terms["no match"], terms["being read"]) == (2, 1, 1)
    tally = site.store.inbound.tally()
    assert (tally.unmatched, tally.unfiled, tally.comes_out) == (1, 1, True)


def summed(anna: Browser) -> tuple[int, dict[str, int]]:
    """Return the sum on the page: what was handed over, and its terms by their words."""
    text = " ".join(re.sub(r"<[^>]+>", "", anna.get("/caught").text).split())
    found = re.search(r"(\d+) received = (.*?) ● It comes out\.", text)
    assert found is not None, text
    return int(found[1]), {words.strip(): int(count) for count, words in re.findall(r"(\d+) ([a-z ]+)", found[2])}


BROKEN: list[tuple[set[Part], int, int, str]] = [
    (set(), 0, 0, "The disk has room."),
    ({"listener"}, 0, 0, "each email waits in a folder, the spool, and is filed from there."),
    ({"disk"}, 0, 2, "The disk is full: each email is deferred"),
    ({"listener", "disk"}, 2, 1, "A short email still fits in the spool; a longer one is deferred"),
    ({"listener"}, 2, 1, "2 emails in the spool: safe, and filed within a minute."),
    ({"disk"}, 2, 1, "2 emails in the spool: safe, and filed within a minute after the disk has room again."),
    (set(), 1, 0, "1 email in the spool: safe, and filed within a minute."),
]


@pytest.mark.parametrize(("broken", "spooled", "deferred", "said"), BROKEN)
def test_the_sum_counts_each_email_once_whatever_is_broken(
    site: Site, anna: Browser, stage: Stage, broken: set[Part], spooled: int, deferred: int, said: str
) -> None:
    stage.parts, stage.files = broken, spooled
    stage.put_off = [PutOff("Ten more chairs", 1, "4.3.0 try again later")] * deferred
    handed_over, terms = summed(anna)
    assert (terms["in the spool"], terms["deferred"], terms["filed"]) == (spooled, deferred, 1)
    assert handed_over == sum(terms.values()) == 1 + spooled + deferred
    page = " ".join(re.sub(r"<[^>]+>", "", anna.get("/caught").text).split())
    assert said in page
    assert ("each email is deferred" in page) is (broken == {"disk"})


def test_one_part_of_the_sum_is_called_the_same_everywhere(site: Site, anna: Browser) -> None:
    site.world.deliver(site.world.mail(to="nobody@acme.example", subject="Lost"), "nobody@acme.example")
    for words in (one.says for one in parts(site.store.inbound.tally())):
        said = say(words)
        assert f"</strong> {said}" in anna.get("/caught").text
        assert f"</b> {said}</li>" in anna.get("/overview").text
    assert re.search(r'Lost</bdi> · <a href="/review/\d+">No match', anna.get("/caught").text)
    before, _, _ = anna.get("/log").text.partition("<bdi>Lost")
    assert "No match</span>" in before.rpartition("<li>")[2]


def test_what_came_in_is_shown_without_the_tokens_of_its_addresses(site: Site, anna: Browser) -> None:
    locator = "reply+abcdefghijklmnopqrstuvwxyz234567@acme.example"
    site.world.deliver(site.world.mail(to=locator), locator)
    page = anna.get("/caught").text
    assert "abcdefghijklmnop" not in page


def test_a_reader_sees_the_play_and_plays_no_part_in_it(
    site: Site, browser: Callable[[], Browser], stage: Stage
) -> None:
    rolf = browser()
    rolf.sign_in("rolf@acme.example")
    name = letter(site)
    page = rolf.get("/caught").text
    assert "It comes out." in page and "Reply as Karin" not in page
    assert press(rolf, "/demo/play/reply", letter=name) == 403
    assert press(rolf, "/demo/tamper/disk", broken="yes") == 403
    assert stage.cues == [] and stage.parts == set()


def test_what_is_no_line_no_part_or_another_companys_letter_is_not_there(site: Site, anna: Browser) -> None:
    assert press(anna, "/demo/play/curse") == 404 and press(anna, "/demo/tamper/dns", broken="yes") == 404
    assert press(anna, "/demo/play/reply", letter="caught9") == 404
    mail = site.world.mail(author="Anna <anna@acme.example>", to="bjorn@acme.example")
    name = site.catch("LEAD-1", mail, site.world.acme, "acme.example")
    kept = site.catcher.kept.pop()
    site.catcher.kept.append(type(kept)(name, kept.caught_at, kept.return_path, ("bjorn@acme.example",), kept.data))
    assert press(anna, "/demo/play/reply", letter=name) == 404
    assert "Nobody outside has got an email yet" in anna.get("/caught").text


@pytest.mark.parametrize("catcher", [True, False])
def test_an_installation_has_none_of_it(tmp_path: Path, catcher: bool) -> None:
    made = Site(tmp_path, demo=catcher)
    made.world.deliver(made.world.mail(verified=True), "leads@acme.example")
    with TestClient(made.app) as client:
        anna = Browser(client)
        anna.sign_in("anna@acme.example")
        for path in ("/demo/play/reply", "/demo/play/new", "/demo/tamper/listener", "/demo/tamper/disk"):
            assert press(anna, path, letter="caught1", broken="yes") == 404
        for path in ("/records", "/records/LEAD-1", *(("/caught",) if catcher else ())):
            page = anna.get(path).text
            assert "/demo/" not in page and "customer, or break" not in page and "It comes out" not in page
    assert not any(str(getattr(one, "path", "")).startswith("/demo") for one in made.app.routes)
    made.store.close()


def test_only_the_demo_is_given_a_stage(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    kept = f"maildir:{tmp_path / 'kept'}"
    assert serve.stage_of(Config(state=str(tmp_path), smtp=kept)) is None
    assert serve.stage_of(Config(state=str(tmp_path), smtp=kept, demo=True)) is not None
