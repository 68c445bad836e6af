"""Postfix's files as text, the restore point, and what is taken out of a file that others changed since."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.failure import UsageError
from weftmail.mta.postfix import restore_point, writing
from weftmail.mta.postfix.changes import Change
from weftmail.mta.postfix.files import entries, main_name, put_back, replace_file, service_name
from weftmail.mta.postfix.postconf import Postfix, Service
from weftmail.mta.postfix.restore_point import RestorePoint, digest
from weftmail.mta.postfix.touched import WHOLE_SERVER, who_is_touched

MAIN = """\
# Mine.
myhostname = mx1.acme.example

transport_maps =
    hash:/etc/postfix/transport,
# in between
    hash:/etc/postfix/more
# about the next
relay_domains = partner.example
"""

LINES = st.lists(
    st.sampled_from(["# c\n", "\n", "a = 1\n", "b = 2\n", "  more\n", "\tmore = 3\n", "a=4\n", "  # c\n"]), max_size=12
)


@given(LINES)
def test_the_pieces_make_up_the_file(lines: list[str]) -> None:
    text = "".join(lines)
    assert "".join(one.text for one in entries(text, main_name)) == text
    assert put_back(text, text, frozenset(), main_name) == text


@given(LINES, LINES)
def test_what_is_not_named_stays_letter_by_letter(now: list[str], before: list[str]) -> None:
    text = put_back("".join(now), "".join(before), frozenset({"a"}), main_name)
    others = [one.text for one in entries("".join(now), main_name) if one.name == "b"]
    assert [one.text for one in entries(text, main_name) if one.name == "b"] == others
    old = {one.name: one.text for one in entries("".join(before), main_name)}
    assert {one.text for one in entries(text, main_name) if one.name == "a"} <= {old.get("a", "")}


def test_a_value_comes_back_on_the_lines_that_it_stood_on() -> None:
    now = MAIN.replace(
        "transport_maps =\n    hash:/etc/postfix/transport,\n# in between\n    hash:/etc/postfix/more\n",
        "transport_maps = hash:/etc/postfix/transport, hash:/etc/postfix/more, proxy:sqlite:/x\n# in between\n",
    )
    assert now != MAIN
    assert put_back(now + "new = 1\n", MAIN, frozenset({"transport_maps", "new"}), main_name) == MAIN
    assert (
        put_back(MAIN.replace("relay_domains = partner.example\n", ""), MAIN, frozenset({"relay_domains"}), main_name)
        == MAIN
    )
    master = "smtp inet n - y - - smtpd\n  -o a=b\nweftmail unix - - n - 20 lmtp\n  flags=X\n"
    assert put_back(master, master[:36], frozenset({"weftmail/unix"}), service_name) == master.partition("weftmail")[0]


def test_a_file_is_replaced_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "main.cf"
    path.write_text("a = 1\n")
    path.chmod(0o640)
    replace_file(path, b"a = 2\n")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("a = 2\n", 0o640)
    replace_file(tmp_path / "new.cf", b"x")
    assert (tmp_path / "new.cf").stat().st_mode & 0o777 == 0o644
    assert sorted(one.name for one in tmp_path.iterdir()) == ["main.cf", "new.cf"]


# the restore point


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, Path]:
    """The folder of our files, and that of a Postfix."""
    files, postfix = tmp_path / "files", tmp_path / "postfix"
    for path in (tmp_path, files, postfix):
        path.mkdir(exist_ok=True)
        path.chmod(0o755)
    (postfix / "main.cf").write_text(MAIN)
    (postfix / "master.cf").write_text("smtp inet n - y - - smtpd\n")
    return files, postfix


RELAY = Change(
    "main.cf", "+", "relay_domains", "partner.example proxy:sqlite:/x", "why", "proxy:sqlite:/x", "partner.example"
)
STRICT = Change("main.cf", "~", "strict_rfc821_envelopes", "yes", "why")
ENTRY = Change("master.cf", "+", "weftmail entry", "weftmail unix - - n - 20 lmtp", "why")


def install(files: Path, postfix: Path, *, stamp: str = "2026-01-01T00.00.00", extra: str = "") -> RestorePoint:
    """Write by hand what postconf would."""
    there = restore_point.latest(files, str(postfix)) or restore_point.make(files, str(postfix), stamp)
    before = {name: digest(postfix / name) for name in restore_point.FILES}
    text = MAIN.replace("relay_domains = partner.example", f"relay_domains = {RELAY.value}")
    (postfix / "main.cf").write_text(f"{text}strict_rfc821_envelopes = yes\n{extra}")
    (postfix / "master.cf").write_text("smtp inet n - y - - smtpd\nweftmail unix - - n - 20 lmtp\n")
    point = restore_point.written(there, [RELAY, STRICT, ENTRY], before)
    point.save()
    return point


def configuration(**main: str) -> Postfix:
    return Postfix({"myhostname": "mx1.acme.example", **main}, {}, [Service.parse(ENTRY.value)])


def test_a_restore_point_is_found_and_leads_back_byte_for_byte(place: tuple[Path, Path]) -> None:
    files, postfix = place
    assert restore_point.latest(files, str(postfix)) is None
    point = install(files, postfix)
    assert restore_point.latest(files, str(postfix)) == point
    assert restore_point.latest(files, "/another/postfix") is None
    planned = writing.plan_removal(point, configuration())
    assert planned.exact == {"main.cf", "master.cf"} and planned.left == ()
    assert planned.texts["main.cf"].decode() == MAIN
    kept = point.use_up()
    assert kept.is_dir() and restore_point.latest(files, str(postfix)) is None


def test_a_second_install_leads_back_to_before_the_first(place: tuple[Path, Path]) -> None:
    files, postfix = place
    install(files, postfix)
    point = install(files, postfix, stamp="2026-02-02T00.00.00", extra="more = 1\n")
    assert point.folder.name.startswith("2026-01")
    assert writing.plan_removal(point, configuration()).texts["main.cf"].decode() == MAIN


def test_what_others_changed_before_a_second_install_is_not_taken_back(place: tuple[Path, Path]) -> None:
    files, postfix = place
    install(files, postfix)
    (postfix / "main.cf").write_text((postfix / "main.cf").read_text() + "theirs = 1\n")
    point = install(files, postfix, extra="theirs = 1\n")
    assert not point.untouched("main.cf") and point.untouched("master.cf")
    current = configuration(relay_domains=RELAY.value, strict_rfc821_envelopes="yes", theirs="1")
    planned = writing.plan_removal(point, current)
    assert planned.texts["main.cf"].decode() == MAIN + "theirs = 1\n"
    assert planned.exact == {"master.cf"}


def test_words_of_ours_leave_a_list_that_others_made_longer(place: tuple[Path, Path]) -> None:
    files, postfix = place
    point = install(files, postfix)
    path = postfix / "main.cf"
    longer = "partner.example proxy:sqlite:/x other.example"
    path.write_text(path.read_text().replace(RELAY.value, longer).replace("envelopes = yes", "envelopes = no"))
    current = configuration(relay_domains=longer, strict_rfc821_envelopes="no")
    planned = writing.plan_removal(point, current)
    assert "relay_domains = partner.example other.example\n" in planned.texts["main.cf"].decode()
    assert planned.left == ("strict_rfc821_envelopes",)
    assert writing.drift(point, current) == ("relay_domains", "strict_rfc821_envelopes")
    assert writing.drift(point, replace(current, services=())) == (
        "relay_domains", "strict_rfc821_envelopes", "weftmail/unix"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "ours", "kept"),
    [
        ("a b ours c", "ours", "a b c"),
        ("a, ours, c", "ours", "a, c"),
        ("ours", "ours", ""),
        ("ours, a", "ours", "a"),
        ("permit, check_recipient_access x:/y, defer", "check_recipient_access x:/y", "permit, defer"),
        ("a one b two", "one two", "a b"),
        ("yours a", "ours", "yours a"),
        ("a", "", "a"),
    ],
)
def test_a_list_without_our_words(value: str, ours: str, kept: str) -> None:
    assert writing.without(value, ours) == kept


def test_a_folder_that_others_may_write_is_not_trusted(place: tuple[Path, Path]) -> None:
    files, postfix = place
    point = install(files, postfix)
    point.folder.chmod(0o777)
    with pytest.raises(UsageError, match="others may write"):
        restore_point.latest(files, str(postfix))
    point.folder.chmod(0o700)
    (point.folder / "point.json").write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        restore_point.latest(files, str(postfix))


def test_each_setting_of_the_whole_server_says_whom_it_touches() -> None:
    current = Postfix({}, {}, [Service.parse("submission inet n - y - - smtpd -o smtpd_sasl_auth_enable=yes")])
    filtered = Postfix({"smtpd_milters": "unix:a", "non_smtpd_milters": "unix:a unix:b"}, {})
    for name in WHOLE_SERVER:
        assert who_is_touched(Change("main.cf", "~", name, "yes", ""), current)
    assert who_is_touched(Change("main.cf", " ", "milter_default_action", "x", ""), current) == ""
    assert who_is_touched(Change("main.cf", "+", "transport_maps", "x", ""), current) == ""
    login = Change("main.cf", "~", "smtpd_sasl_authenticated_header", "yes", "")
    assert "submission" in who_is_touched(login, current) and "nobody" in who_is_touched(login, filtered)
    milter = Change("main.cf", "~", "milter_default_action", "tempfail", "")
    assert "unix:a, unix:b" in who_is_touched(milter, filtered) and "nobody" in who_is_touched(milter, current)


def test_the_restore_point_is_closed_to_others(place: tuple[Path, Path]) -> None:
    files, postfix = place
    before = os.umask(0)
    try:
        assert install(files, postfix).folder.stat().st_mode & 0o077 == 0
    finally:
        os.umask(before)
