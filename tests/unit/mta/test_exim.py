"""Exim's configuration as values: what weftmail wants in it, how it is put in and taken out, what is found wrong."""

from __future__ import annotations

import os
import pwd
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weftmail.core.failure import UsageError
from weftmail.mta.exim import changes
from weftmail.mta.exim.checks import EximHost, check
from weftmail.mta.exim.layout import LOCALMACROS, SETTINGS, TEMPLATE, Exim, shell_value
from weftmail.mta.exim.rights import READ, WRITE, barred_by
from weftmail.mta.exim.settings import DATA_ACL, FRAGMENTS, EximSettings, reasons, render

OURS = EximSettings("/var/lib/weftmail", "mx1.acme.example")
DEBIAN = "dc_eximconfig_configtype='internet'\ndc_relay_domains=''\ndc_use_split_config='true'\n"
DEBIANS_TEMPLATE = "begin acl\n\nbegin routers\n\nprimary:\n  driver = dnslookup\n\nbegin transports\n\nsmtp:\n"
LOOKUPS = frozenset({"cdb", "lsearch"})


def exim(layout: str = "split", *, installed: bool = False, **texts: str) -> Exim:
    there = {SETTINGS: DEBIAN, **({TEMPLATE: DEBIANS_TEMPLATE} if layout == "unsplit" else {}), **texts}
    current = Exim(layout, there, "4.96", LOOKUPS, {"acl_smtp_data": "acl_check_data"})  # type: ignore[arg-type]
    if not installed:
        return current
    generated = "\n".join(render(OURS).values()) + "\nIGNORE_SMTP_LINE_LENGTH_LIMIT = 1\n"
    options = {**current.options, "smtp_accept_queue_per_connection": "0", "log_file_path": "/var/log/exim4/%slog"}
    return replace(current, texts={**there, **changes.wanted(OURS, current)}, generated=generated, options=options)


HERE = EximHost(
    render(OURS)[DATA_ACL], frozenset({"weftmail", "Debian-exim"}), 7, 7, "", True, "mx1.acme.example",
    "/var/log/exim4/mainlog",
)  # fmt: skip


@pytest.mark.parametrize("mode", ["lmtp", "pipe"])
def test_every_place_of_a_template_is_filled_and_everything_has_its_reason(mode: str) -> None:
    for name, text in render(replace(OURS, mode=mode)).items():  # type: ignore[arg-type]
        assert not re.search("@[A-Z_]+@", text), name
        named = reasons(text)
        assert named and all(reason and what for what, reason in named), name
        # A router, a transport or a macro without a reason above it would be one that nobody can judge.
        assert len(named) == len(re.findall(r"(?m)^[a-z_]+:$|^\.ifdef|^  warn$", text)), name


@pytest.mark.parametrize("word", ["$", "{", "}", ":", ";", " ", "\n", "`", '"'])
def test_what_would_mean_something_to_exim_is_refused(word: str) -> None:
    for field in ("state", "folder", "program", "user", "exim_user", "authserv_id"):
        with pytest.raises(UsageError):
            replace(OURS, **{field: f"/var/lib/a{word}b"})
    with pytest.raises(UsageError):
        replace(OURS, mode="mbox")  # type: ignore[arg-type]


@given(st.lists(st.sampled_from(["a.example", "b.example", "*.c.example"]), max_size=3), st.sampled_from(":;"))
def test_our_domains_join_theirs_and_leave_them_as_they_were(theirs: list[str], mark: str) -> None:
    value = f" {mark} ".join(theirs)
    before = DEBIAN.replace("dc_relay_domains=''", f"dc_relay_domains='{value}'")
    with_ours = changes.with_domains(before, OURS.domains)
    assert shell_value(with_ours, "dc_relay_domains").endswith(OURS.domains)
    assert changes.with_domains(with_ours, OURS.domains) == with_ours
    assert changes.without_domains(with_ours, OURS.domains) == before


def test_settings_that_name_no_relay_domains_get_a_line() -> None:
    assert shell_value(changes.with_domains("CFILEMODE='644'\n", "/x"), "dc_relay_domains") == "/x"


@given(st.text(alphabet="ab#\n :=", max_size=60))
def test_a_block_goes_in_once_and_comes_out_without_a_trace(around: str) -> None:
    file = around + ("" if not around or around.endswith("\n") else "\n") + "begin routers\n" + around
    put = changes.with_block(file, "router/050_weftmail", "ours:\n", "begin routers")
    assert put.count("ours:\n") == 1
    assert changes.with_block(put, "router/050_weftmail", "ours:\n", "begin routers") == put
    assert changes.without_block(put, "router/050_weftmail") == file
    other = changes.with_block(put, "router/050_weftmail", "another:\n", "begin routers")
    assert "ours:" not in other and "another:\n" in other


def test_the_split_layout_gets_files_of_our_own() -> None:
    wanted = changes.wanted(OURS, exim())
    assert set(wanted) == {*(f"conf.d/{name}" for name in FRAGMENTS), SETTINGS}
    shown = changes.show(OURS, exim(), None)
    assert {one.sign for one in shown} == {"+"}
    assert [one.name for one in shown if one.touched] == ["REMOTE_SMTP_TRANSPORTS_HEADERS_REMOVE", "add_header"]
    assert changes.show(OURS, exim(installed=True), HERE.data_acl) == []


def test_the_unsplit_layout_gets_them_and_blocks_in_its_own_two_files() -> None:
    wanted = changes.wanted(OURS, exim("unsplit"))
    assert {LOCALMACROS, TEMPLATE} <= set(wanted)
    template = wanted[TEMPLATE]
    assert template.index("begin routers") < template.index("weftmail:\n") < template.index("primary:")
    assert template.index("begin transports") < template.index("weftmail_lmtp:\n") < template.index("\nsmtp:")
    assert changes.show(OURS, exim("unsplit", installed=True), HERE.data_acl) == []
    lines = changes.report(exim("unsplit"), changes.show(OURS, exim("unsplit"), None))
    assert "unsplit configuration" in lines[0] and "What is not between our marks" in lines[-1]


@pytest.mark.parametrize(
    ("current", "name"),
    [
        (exim("hand-written"), "exim4.conf"),
        (exim("unknown"), "dc_eximconfig_configtype"),
        (replace(exim(), lookups=frozenset({"lsearch"})), "cdb"),
        (replace(exim(), options={"acl_smtp_data": "my_acl"}), "acl_smtp_data"),
        (exim("unsplit", **{TEMPLATE: "begin routers\n"}), "begin transports"),
    ],
)
def test_what_a_person_has_to_decide_is_a_conflict_that_says_what_to_do(current: Exim, name: str) -> None:
    (one,) = [one for one in changes.show(OURS, current, None) if one.sign == "!"]
    assert one.name == name and len(one.reason) > 20
    assert "1 conflict." in changes.report(current, [one])[-1]
    assert any(name in found.finding for found in check(OURS, current, HERE))


def test_debians_settings_know_no_capitals() -> None:
    ours = replace(OURS, state="/srv/Weftmail")
    assert [one.name for one in changes.show(ours, exim(), None) if one.sign == "!"] == ["state"]


def test_an_exim_that_is_as_it_should_be_is_left_in_peace() -> None:
    for layout in ("split", "unsplit"):
        assert check(OURS, exim(layout, installed=True), HERE) == []


GOOD = exim(installed=True)
WRONG = {
    "conf.d/router/050_weftmail lacks weftmail": (
        replace(GOOD, texts={name: text for name, text in GOOD.texts.items() if "router" not in name}), HERE, "broken"
    ),
    "data_acl lacks add_header": (GOOD, replace(HERE, data_acl=None), "broken"),
    "data_acl has another add_header": (GOOD, replace(HERE, data_acl="warn\n"), "broken"),
    "older than its parts": (replace(GOOD, generated="begin routers\n"), HERE, "broken"),
    "not in the group weftmap": (GOOD, replace(HERE, members=frozenset({"postfix"})), "broken"),
    "is missing or damaged": (GOOD, replace(HERE, copied=-1), "broken"),
    "is older than the map": (GOOD, replace(HERE, copied=6), "broken"),
    "no retry rule": (GOOD, replace(HERE, retries=False), "broken"),
    "authserv_id is ''": (GOOD, replace(HERE, authserv_id=""), "look"),
    "follows /var/log/mail.log": (GOOD, replace(HERE, mail_log="/var/log/mail.log"), "look"),
    "recipients.cdb: /var/lib/weftmail/map bars it": (
        GOOD, replace(HERE, barred={OURS.recipients: "/var/lib/weftmail/map"}), "broken"
    ),
    "listener.sock: /var/lib/weftmail/listener.sock bars it": (
        GOOD, replace(HERE, barred={OURS.socket: OURS.socket}), "broken"
    ),
    "data_acl: /etc/weftmail bars it": (
        GOOD, replace(HERE, barred={f"{OURS.folder}/{DATA_ACL}": "/etc/weftmail"}), "broken"
    ),
    "Exim does not run": (GOOD, replace(HERE, runs=False), "broken"),
    "4.92.3 was never tried": (replace(GOOD, version="4.92.3"), HERE, "look"),
    "DKIM is not checked": (replace(GOOD, generated=GOOD.generated + "DC_minimaldns=1\n"), HERE, "look"),
    "more than 998 octets": (replace(GOOD, generated=GOOD.generated.replace("IGNORE_", "NO_")), HERE, "look"),
    "after 10 mails": (replace(GOOD, options={"log_file_path": "/var/log/exim4/%slog"}), HERE, "look"),
    "takes mail of 104857600 bytes": (
        replace(GOOD, options={**GOOD.options, "message_size_limit": "100M"}), HERE, "look"
    ),
}  # fmt: skip


@pytest.mark.parametrize("finding", WRONG)
def test_each_trap_is_found_with_its_reason_and_the_next_step(finding: str) -> None:
    current, here, level = WRONG[finding]
    found = [one for one in check(OURS, current, here) if finding in one.finding]
    assert found and found[0].level == level
    assert all(one.reason and one.next_step for one in found)
    assert not [one for one in check(OURS, GOOD, HERE) if finding in one.finding]


def test_mail_that_our_pipe_left_frozen_is_found() -> None:
    queue = (
        " 4m  2.1K 1xWwRG-0000m0-06 <karin@customer.example> *** frozen ***\n          leads@acme.example\n\n"
        " 1m  1.0K 1xWwRG-0000m0-07 <karin@customer.example>\n          leads@acme.example\n"
    )
    piped = replace(OURS, mode="pipe")
    current = replace(GOOD, texts={**GOOD.texts, **changes.wanted(piped, GOOD)})
    (one,) = check(piped, current, replace(HERE, queue=queue))
    assert one.finding == "frozen mail in the queue: 1" and "exim4 -Mt 1xWwRG-0000m0-06" in one.next_step
    assert check(OURS, GOOD, replace(HERE, queue=queue)) == []


@pytest.mark.parametrize("layout", ["split", "unsplit"])
@pytest.mark.parametrize("mode", ["pipe", "lmtp"])
def test_how_mail_is_handed_over_is_read_in_what_was_installed(layout: str, mode: str) -> None:
    ours, current = replace(OURS, mode=mode), exim(layout)  # type: ignore[arg-type]
    assert changes.mode_of(replace(current, texts={**current.texts, **changes.wanted(ours, current)})) == mode
    assert changes.mode_of(current) == "lmtp"


def test_a_pipe_program_that_is_gone_matters_to_those_who_have_one() -> None:
    piped, gone = replace(OURS, mode="pipe"), replace(HERE, program=False)
    current = replace(GOOD, texts={**GOOD.texts, **changes.wanted(piped, GOOD)})
    current = replace(current, generated=current.generated + "".join(render(piped).values()))
    (one,) = check(piped, current, gone)
    assert one.finding == "the pipe program /usr/bin/mail-ingest is missing or may not be run"
    assert check(OURS, GOOD, gone) == []


def test_one_step_mends_a_missing_group_and_nothing_else_is_said() -> None:
    barred = {OURS.recipients: "/var/lib/weftmail", OURS.socket: OURS.socket}
    (one,) = check(OURS, GOOD, replace(HERE, members=frozenset(), barred=barred))
    assert one.next_step == "adduser Debian-exim weftmap; systemctl restart exim4"


def test_of_a_file_that_may_not_be_read_nothing_is_said() -> None:
    assert check(OURS, replace(GOOD, generated="", readable=False), HERE) == []


def test_rights_are_asked_for_somebody_else() -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder, state = Path(name), Path(name, "state")
        folder.chmod(0o755)
        state.mkdir(mode=0o700)
        file = state / "map"
        file.touch()
        file.chmod(0o644)
        assert barred_by("nobody", str(file), READ) == str(state)
        state.chmod(0o711)
        assert barred_by("nobody", str(file), READ) == ""
        assert barred_by("nobody", str(file), READ | WRITE) == str(file)
        file.chmod(0o646)
        assert barred_by("nobody", str(file), READ | WRITE) == ""
        file.chmod(0o606)
        assert barred_by(pwd.getpwuid(os.geteuid()).pw_name, str(file), READ | WRITE) == ""
        assert barred_by("nobody", str(state / "none"), READ) == barred_by("no-such-user", str(file), READ) == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a='x : y'\n", "x : y"),
        ('a="x"\n', "x"),
        ("a=x\n", "x"),
        ("a=''\n", ""),
        ("b='x'\n", ""),
        ("a='1'\na='2'\n", "2"),
    ],
)
def test_a_setting_of_debians_is_read_as_a_shell_reads_it(text: str, value: str) -> None:
    assert shell_value(text, "a") == value
