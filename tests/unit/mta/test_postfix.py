from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from weftmail.core import limits
from weftmail.core.failure import UsageError
from weftmail.core.ports import MapRow
from weftmail.mta.map import MapDatabase, create
from weftmail.mta.postfix import host as places
from weftmail.mta.postfix import postconf
from weftmail.mta.postfix import settings as templates
from weftmail.mta.postfix.changes import Change, Finding, Settings, check, read, render, report, show
from weftmail.mta.postfix.host import FileRights, Host
from weftmail.mta.postfix.postconf import Postfix, Service

SETTINGS = Settings("/var/lib/weftmail", "mx1.acme.example")
PIPE = replace(SETTINGS, mode="pipe")
RECIPIENTS = "proxy:sqlite:/etc/weftmail/postfix/recipients.cf"
SMTP = Service.parse("smtp inet n - y - - smtpd")

DEFAULTS = {
    "compatibility_level": "3.6",
    "command_time_limit": "1000s",
    "lmtp_data_done_timeout": "600s",
    "local_recipient_maps": "proxy:unix:passwd.byname $alias_maps",
    "alias_maps": "hash:/etc/aliases",
    "mailbox_size_limit": "51200000",
    "message_size_limit": "10240000",
    "milter_default_action": "tempfail",
    "mydestination": "$myhostname, localhost",
    "myhostname": "mx1.acme.example",
    "parent_domain_matches_subdomains": "debug_peer_list,relay_domains,smtpd_access_maps",
    "proxy_read_maps": "$local_recipient_maps $relay_recipient_maps $relay_domains $transport_maps $virtual_alias_maps",
    "recipient_delimiter": "",
    "relay_domains": "",
    "relay_recipient_maps": "",
    "relay_transport": "relay",
    "cleanup_replace_stray_cr_lf": "yes",
    "smtpd_forbid_bare_newline": "no",
    "smtpd_forbid_bare_newline_exclusions": "$mynetworks",
    "smtpd_forbid_unauth_pipelining": "no",
    "mynetworks": "127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128",
    "smtpd_relay_restrictions": "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination",
    "smtpd_sasl_authenticated_header": "no",
    "strict_rfc821_envelopes": "no",
    "transport_maps": "",
    "unknown_local_recipient_reject_code": "550",
    "virtual_mailbox_limit": "51200000",
    "virtual_mailbox_maps": "",
    "virtual_alias_maps": "",
}
GOOD_FILE = FileRights("weftmap", 0o664)
GOOD = Host(frozenset({"postfix", "weftmail"}), FileRights("weftmap", 0o2770), GOOD_FILE, wal=True)


def postfix(**main: str) -> Postfix:
    return Postfix(main, DEFAULTS, [SMTP], "3.7.11")


def installed(settings: Settings = SETTINGS, current: Postfix | None = None) -> Postfix:
    """The same Postfix after all that ``show`` proposes was done."""
    before = current or postfix()
    changes = show(settings, before)
    main = {**before.main, **{one.name: one.value for one in changes if one.file == "main.cf" and one.sign in "+~"}}
    services = [one for one in before.services if one.name != "weftmail"]
    return replace(before, main=main, services=[*services, templates.wanted_service(settings)])


def changes(current: Postfix, settings: Settings = SETTINGS) -> dict[str, Change]:
    return {change.name: change for change in show(settings, current)}


def findings(current: Postfix, place: Host = GOOD, settings: Settings = SETTINGS) -> list[Finding]:
    return check(settings, current, place)


def entry(settings: Settings, old: str = "", new: str = "") -> Postfix:
    """A Postfix that is installed, but for one thing in our entry of master.cf."""
    line = str(templates.wanted_service(settings))
    assert old in line
    return replace(installed(settings), services=[SMTP, Service.parse(line.replace(old, new))])


# What is rendered


def test_every_word_of_the_templates_is_filled_in() -> None:
    for settings in (SETTINGS, PIPE):
        for name, text in render(settings).items():
            assert not re.search("@[A-Z_]+@", text), name


def test_no_map_is_named_but_through_proxymap() -> None:
    for text in render(SETTINGS).values():
        for line in text.splitlines():
            if not line.startswith("#"):
                assert not re.search(r"(?<!proxy:)sqlite:", line)


def test_every_setting_has_its_reason() -> None:
    for setting in [*templates.wanted(SETTINGS, virtual=True), *templates.wanted(PIPE)]:
        assert re.fullmatch("[a-z_0-9]+", setting.name)
        assert setting.value
        assert setting.reason.endswith(tuple("abcdefghijklmnopqrstuvwxyz0123456789"))


def test_the_pipe_entry_is_what_the_pipe_program_expects() -> None:
    service = templates.wanted_service(PIPE)
    assert (service.command, service.unprivileged, service.chroot) == ("pipe", "n", "n")
    assert service.arguments[:3] == ("flags=X", "user=weftmail", "null_sender=")
    assert service.arguments[3:] == (
        "argv=/usr/bin/mail-ingest",
        "--state=/var/lib/weftmail",
        "--recipient=${recipient}",
        "--sender=${sender}",
        "--original-recipient=${original_recipient}",
        "--queue-id=${queue_id}",
        "--client-address=${client_address}",
    )


def test_the_way_is_named_by_the_transport_table() -> None:
    assert "'weftmail:unix:/var/lib/weftmail/listener.sock'" in render(SETTINGS)["transport.cf"]
    assert "'weftmail:'" in render(PIPE)["transport.cf"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "relative/folder"),
        ("state", "/var/lib/o'brien"),
        ("folder", "/etc/weft mail"),
        ("folder", "/etc/%d"),
        ("program", "/bin/sh\n-c"),
        ("program", "/bin/$x"),
        ("user", "-x"),
        ("user", "weft mail"),
        ("hostname", "a\nb"),
        ("mode", "smtp"),
    ],
)
def test_what_could_mean_something_else_is_refused(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=r"cannot be used|is no way"):
        replace(SETTINGS, **{name: value})  # type: ignore[arg-type]


def test_every_wait_outlasts_the_one_inside_it() -> None:
    text = (Path(__file__).parents[3] / "weftmail" / "pipe.py").read_text("utf-8")

    def constant(name: str) -> int:
        match = re.search(rf"^(.*\b{name}\b.*?) = ([\d, ]+)", text, re.MULTILINE)
        assert match, f"weftmail/pipe.py has no {name}"
        return int(match[2].split(",")[match[1].split(", ").index(name)])

    transport = {setting.name: setting.value for setting in templates.wanted(PIPE)}["weftmail_time_limit"]
    done = templates.wanted_service(SETTINGS).options["lmtp_data_done_timeout"]
    order = [
        limits.BUSY,
        limits.ACCEPT,
        constant("READ_TIMEOUT"),
        constant("WATCHDOG"),
        postconf.seconds(transport),
        postconf.seconds(done),
    ]
    assert order == sorted(set(order), key=lambda one: one or 0)
    assert order == [5, 20, 30, 60, 300, 600]


# What the queries answer, put together as Postfix does it


def ask(name: str, key: str, path: Path) -> list[Any]:
    text = render(replace(SETTINGS, state=str(path.parents[1])))[name]
    query = re.search(r"^query = (.*)", text, re.MULTILINE | re.DOTALL)
    assert query
    local, at, domain = key.rpartition("@")
    if "%d" in query[1] and not (at and local):
        return []
    parts = {"%u": local, "%d": domain, "%s": key}
    filled = re.sub("%[uds]", lambda match: parts[match[0]].replace("'", "''"), query[1])
    connection = sqlite3.connect(path)
    try:
        return [answer for (answer,) in connection.execute(filled)]
    finally:
        connection.close()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("queries") / "map" / "map.db"
    create(file)
    rows = [
        MapRow(domain, local, domain != "mx1.acme.example", True, 1)
        for domain in ("acme.example", "mx1.acme.example", "xn--exmple-cua.se")
        for local in ("", "leads", "reply", "o'brien", "100%", "+odd", "björn")
    ]
    MapDatabase(path_ := file).apply(rows, 1)
    return path_


@pytest.mark.parametrize(
    "address",
    [
        "leads@acme.example",
        "LEADS@ACME.Example",
        "leads+anything@acme.example",
        "leads+a+b@acme.example",
        "reply+abcdefgh234567@mx1.acme.example",
        "o'brien@acme.example",
        "O'Brien+x'y@acme.example",
        "100%@acme.example",
        "+odd@acme.example",
        "björn@exämple.se",
        "björn@xn--exmple-cua.se",
        "BJöRN@XN--EXMPLE-CUA.SE",
    ],
)
def test_an_address_of_ours_is_found(address: str, path: Path) -> None:
    assert ask("recipients.cf", address, path) == ["OK"]
    assert len(ask("transport.cf", address, path)) == 1


@pytest.mark.parametrize(
    "address",
    [
        "lead@acme.example",
        "leads@other.example",
        "leads",
        "acme.example",
        "@acme.example",
        "leads@",
        "leads@sub.acme.example",
        "odd@acme.example",
        "+leads@acme.example",
        "lead_@acme.example",
        "%@acme.example",
        "' or 1=1 --@acme.example",
        "leads@' or '1'='1",
        "leads%s@acme.example",
    ],
)
def test_anything_else_is_not(address: str, path: Path) -> None:
    assert ask("recipients.cf", address, path) == []
    assert ask("transport.cf", address, path) == []


def test_what_no_other_takes_goes_to_the_one_that_takes_the_rest_of_a_dedicated_domain(path: Path) -> None:
    rows = [
        MapRow("acme.example", "*", True, True, 2),
        MapRow("acme.example", "off", True, False, 2, refused=True),
        MapRow("mx1.acme.example", "*", False, True, 2),
    ]
    file = MapDatabase(path)
    file.apply(rows, 2)
    assert "*@acme.example" in file.recipients() and "off@acme.example" not in file.recipients()
    for one in ("anybody@acme.example", "a@acme.example", "any+x@ACME.example", "*@acme.example", "leads@acme.example"):
        assert ask("recipients.cf", one, path) == ["OK"] and len(ask("transport.cf", one, path)) == 1
    for one in ("off@acme.example", "OFF+x@acme.example", "anybody@mx1.acme.example", "x@sub.acme.example"):
        assert ask("recipients.cf", one, path) == ask("transport.cf", one, path) == []
    file.apply([MapRow("acme.example", "*", True, False, 3), MapRow("acme.example", "off", True, True, 3)], 3)
    assert ask("recipients.cf", "anybody@acme.example", path) == []
    assert ask("recipients.cf", "off@acme.example", path) == ["OK"]
    file.close()


def test_an_address_beside_virtual_mailboxes_is_its_own_alias(path: Path) -> None:
    assert ask("aliases.cf", "o'brien+x@mx1.acme.example", path) == ["o'brien+x@mx1.acme.example"]
    assert ask("aliases.cf", "other@mx1.acme.example", path) == []
    assert ask("aliases.cf", "leads@acme.example", path) == []


def test_only_a_dedicated_domain_is_ours(path: Path) -> None:
    assert ask("domains.cf", "ACME.example", path) == ["acme.example"]
    assert ask("domains.cf", "exämple.se", path) == ["xn--exmple-cua.se"]
    assert ask("domains.cf", "mx1.acme.example", path) == []
    assert ask("domains.cf", "example", path) == []


# show


def test_a_postfix_as_it_comes_lacks_all_of_it() -> None:
    found = changes(postfix())
    assert {name: change.sign for name, change in found.items()} == {
        "relay_domains": "+",
        "relay_recipient_maps": "+",
        "parent_domain_matches_subdomains": "~",
        "local_recipient_maps": "+",
        "transport_maps": "+",
        "smtpd_relay_restrictions": "+",
        "smtpd_forbid_bare_newline": "~",
        "smtpd_forbid_unauth_pipelining": "~",
        "strict_rfc821_envelopes": "~",
        "smtpd_sasl_authenticated_header": "~",
        "smtp_header_checks": "+",
        "weftmail_destination_recipient_limit": "+",
        "recipient_delimiter": " ",
        "weftmail entry": "+",
    }
    assert found["smtpd_relay_restrictions"].value == (
        f"permit_mynetworks, permit_sasl_authenticated, check_recipient_access {RECIPIENTS}, defer_unauth_destination"
    )
    assert found["local_recipient_maps"].value == f"proxy:unix:passwd.byname $alias_maps {RECIPIENTS}"
    assert found["parent_domain_matches_subdomains"].value == "debug_peer_list,smtpd_access_maps"


@pytest.mark.parametrize("settings", [SETTINGS, PIPE])
def test_what_it_proposes_is_enough(settings: Settings) -> None:
    assert [change.sign for change in show(settings, installed(settings))] == [" "]
    assert findings(installed(settings), settings=settings) == []


def test_what_is_there_is_kept() -> None:
    current = postfix(
        relay_domains="partner.example",
        relay_recipient_maps="hash:/etc/postfix/partners",
        transport_maps="hash:/etc/postfix/transport, hash:/etc/postfix/more",
        smtpd_relay_restrictions="permit_mynetworks reject_unauth_destination",
    )
    found = changes(current)
    assert found["relay_domains"].value == "partner.example proxy:sqlite:/etc/weftmail/postfix/domains.cf"
    assert found["relay_domains"].reason.startswith("after yours")
    assert found["relay_recipient_maps"].value == f"hash:/etc/postfix/partners {RECIPIENTS}"
    assert found["transport_maps"].value.startswith("hash:/etc/postfix/transport, hash:/etc/postfix/more, proxy:")
    assert found["smtpd_relay_restrictions"].value == (
        f"permit_mynetworks check_recipient_access {RECIPIENTS}, reject_unauth_destination"
    )
    assert "parent_domain_matches_subdomains" not in found
    assert show(SETTINGS, installed(SETTINGS, current))[0].sign == " "


def test_relay_domains_without_a_list_of_recipients_are_a_conflict() -> None:
    current = postfix(relay_domains="partner.example")
    change = changes(current)["relay_recipient_maps"]
    assert (change.sign, change.value) == ("!", "")
    assert any("relay_recipient_maps needs a decision" in finding.finding for finding in findings(current))


def test_an_empty_list_that_means_everybody_stays() -> None:
    change = changes(postfix(local_recipient_maps=""))["local_recipient_maps"]
    assert (change.sign, change.value) == (" ", "")


def test_virtual_mailboxes_are_only_touched_where_there_are_some() -> None:
    current = postfix(virtual_mailbox_domains="acme.example", virtual_mailbox_maps="hash:/etc/postfix/mailboxes")
    found = changes(current)
    assert found["virtual_alias_maps"].value == "proxy:sqlite:/etc/weftmail/postfix/aliases.cf"
    assert "virtual_mailbox_maps" not in found
    assert "virtual_alias_maps" not in changes(postfix())


def test_a_permission_that_comes_too_late_is_moved() -> None:
    late = f"permit_mynetworks, reject_unauth_destination, check_recipient_access {RECIPIENTS}"
    value = changes(postfix(smtpd_relay_restrictions=late))["smtpd_relay_restrictions"].value
    assert value == f"permit_mynetworks, check_recipient_access {RECIPIENTS}, reject_unauth_destination"


def test_no_restrictions_at_all_become_safe_ones() -> None:
    value = changes(postfix(smtpd_relay_restrictions=""))["smtpd_relay_restrictions"].value
    assert value.endswith(f"check_recipient_access {RECIPIENTS}, defer_unauth_destination")


def test_a_list_for_proxymap_that_names_no_settings_gets_ours() -> None:
    found = changes(postfix(proxy_read_maps="proxy:unix:passwd.byname $transport_maps"))["proxy_read_maps"]
    assert found.value == (
        "proxy:unix:passwd.byname $transport_maps proxy:sqlite:/etc/weftmail/postfix/domains.cf " + RECIPIENTS
    )


@pytest.mark.parametrize("value", ["normalize", "yes", "reject"])
def test_any_cure_of_smuggling_will_do(value: str) -> None:
    assert "smtpd_forbid_bare_newline" not in changes(postfix(smtpd_forbid_bare_newline=value))


def test_each_version_is_told_what_it_knows() -> None:
    """3.7.9 has the first cure alone; before it, nothing helps but another Postfix."""
    older = postfix()
    older = replace(older, defaults={k: v for k, v in DEFAULTS.items() if k != "cleanup_replace_stray_cr_lf"})
    assert changes(older)["smtpd_forbid_bare_newline"].value == "yes"
    assert "cleanup_replace_stray_cr_lf" not in changes(older)
    assert changes(postfix())["smtpd_forbid_bare_newline"].value == "normalize"
    oldest = without_the_cure("smtpd_forbid_bare_newline", "cleanup_replace_stray_cr_lf")
    assert any("knows no smtpd_forbid_bare_newline" in one.finding for one in findings(oldest))


@pytest.mark.parametrize("name", ["cleanup_replace_stray_cr_lf", "smtpd_forbid_unauth_pipelining"])
def test_a_cure_that_is_off_is_broken_and_the_command_stands_there(name: str) -> None:
    (found,) = findings(main(**{name: "no"}))
    assert (found.level, found.next_step) == ("broken", f"postconf -e '{name} = yes'; postfix reload")


def test_another_entry_of_our_name_is_changed_and_said() -> None:
    change = changes(entry(SETTINGS, " 20 ", " 3 "))["weftmail entry"]
    assert (change.sign, change.file) == ("~", "master.cf")
    assert "weftmail unix - - n - 3 lmtp" in change.before


def test_the_report_reads_as_a_page() -> None:
    current = postfix(relay_domains="partner.example", relay_recipient_maps="hash:/x")
    lines = report(current, show(SETTINGS, current))
    assert lines[0] == "Postfix 3.7.11 · 2 settings of your own · chroot on · 2 mailbox domains"
    assert re.match(r"main\.cf    \+ relay_domains +proxy:sqlite:\S+domains\.cf    after yours; ", lines[1])
    assert any("no -> normalize" in line for line in lines)
    assert any(line.startswith("master.cf  + weftmail entry") for line in lines)
    assert lines[-1] == "12 changes, 0 conflicts. 1 settings and services stay as they are."


# check: each trap is set once, and named


def main(settings: Settings = SETTINGS, **values: str) -> Postfix:
    current = installed(settings)
    return replace(current, main={**current.main, **values})


def served(line: str) -> Postfix:
    current = installed()
    return replace(current, services=[Service.parse(line), *current.services])


def without_the_cure(*cures: str) -> Postfix:
    """A Postfix of a version that knows these settings not."""
    current = installed()
    return replace(
        current,
        main={name: value for name, value in current.main.items() if name not in cures},
        defaults={name: value for name, value in DEFAULTS.items() if name not in cures},
    )


def before_level_one() -> Postfix:
    unsaid = entry(SETTINGS, "- - n -", "- - - -")
    return replace(unsaid, defaults={**DEFAULTS, "compatibility_level": "0"})


def place(**values: Any) -> list[Finding]:
    return findings(installed(), replace(GOOD, **values))


SHELL = ("argv=/usr/bin/mail-ingest", "argv=/bin/sh -c x")
PARTNER = "partner.example proxy:sqlite:/etc/weftmail/postfix/domains.cf"
FOLDING = ("lmtp_line_length_limit=0", "lmtp_line_length_limit=998")
CLOSED = {"/m/map.db-shm": FileRights("postfix", 0o644)}

CHECKS: list[tuple[str, Callable[[], list[Finding]]]] = [
    ("virtual_alias_maps names a map as sqlite:", lambda: findings(main(virtual_alias_maps="sqlite:/x.cf"))),
    ("recipient_delimiter holds '-'", lambda: findings(main(recipient_delimiter="+-"))),
    ("of master.cf is chrooted", lambda: findings(entry(SETTINGS, "- - n -", "- - y -"))),
    ("of master.cf is chrooted", lambda: findings(before_level_one())),
    ("is accept (main.cf)", lambda: findings(main(milter_default_action="accept"))),
    ("is accept (smtpd_milters)", lambda: findings(main(smtpd_milters="{ unix:/x, default_action=accept }"))),
    ("is accept (in)", lambda: findings(served("in inet n - y - - smtpd -o milter_default_action=accept"))),
    ("the login", lambda: findings(served("in inet n - y - - smtpd -o smtpd_sasl_authenticated_header=no"))),
    ("weftmail_time_limit is 30s", lambda: findings(main(PIPE, weftmail_time_limit="30s"), settings=PIPE)),
    ("lmtp_data_done_timeout is 20s", lambda: findings(entry(SETTINGS, "=600s", "=20s"))),
    ("mailbox_size_limit is", lambda: findings(main(message_size_limit="60000000", virtual_mailbox_limit="0"))),
    ("virtual_mailbox_limit is", lambda: findings(main(message_size_limit="0", mailbox_size_limit="0"))),
    ("there is no group weftmap", lambda: place(members=None)),
    ("postfix is not in the group", lambda: place(members=frozenset({"weftmail"}))),
    ("weftmail is not in the group", lambda: place(members=frozenset({"postfix"}))),
    ("map.db is missing", lambda: place(map=None)),
    ("map.db is not in WAL mode", lambda: place(wal=False)),
    ("map.db is not writable by", lambda: place(map=FileRights("weftmap", 0o644))),
    ("map is not open to the group", lambda: place(folder=FileRights("weftmap", 0o770))),
    ("map is not open to the group", lambda: place(folder=FileRights("root", 0o2770))),
    ("map.db-shm is not writable by", lambda: place(journals=CLOSED)),
    ("domains.cf is missing or not as", lambda: place(stale=frozenset({"domains.cf"}))),
    ("has flags=DX", lambda: findings(entry(SETTINGS, "flags=X", "flags=DX"))),
    ("virtual_mailbox_maps names our map", lambda: findings(main(virtual_mailbox_maps=f"hash:/x {RECIPIENTS}"))),
    ("has flags=DRX", lambda: findings(entry(PIPE, "flags=X", "flags=DRX"), settings=PIPE)),
    ("lacks null_sender=", lambda: findings(entry(PIPE, " null_sender=", ""), settings=PIPE)),
    ("does not run as weftmail", lambda: findings(entry(PIPE, "user=weftmail", "user=nobody"), settings=PIPE)),
    ("has a size limit", lambda: findings(entry(PIPE, "flags=X", "flags=X size=1000"), settings=PIPE)),
    ("calls a shell", lambda: findings(entry(PIPE, *SHELL), settings=PIPE)),
    ("mail-ingest is missing", lambda: findings(installed(PIPE), replace(GOOD, program=False), PIPE)),
    ("has another weftmail_dest", lambda: findings(main(weftmail_destination_recipient_limit="1"))),
    ("smtpd_recipient_", lambda: findings(main(smtpd_recipient_restrictions="reject_unauth_destination"))),
    ("relay_transport is error:no", lambda: findings(main(relay_transport="error:no"))),
    ("smtpd_reject_unlisted_recipient is no", lambda: findings(main(smtpd_reject_unlisted_recipient="no"))),
    ("reject_code is 450", lambda: findings(main(unknown_local_recipient_reject_code="450"))),
    ("soft_bounce is yes", lambda: findings(main(soft_bounce="yes"))),
    (
        "relay_domains takes subdomains along",
        lambda: findings(main(relay_domains=PARTNER, parent_domain_matches_subdomains="relay_domains")),
    ),
    (
        "mx1.acme.example is dedicated in weftmail, and in mydestination",
        lambda: place(domains={"mx1.acme.example": True}),
    ),
    ("acme.example is a domain with mailboxes, but", lambda: place(domains={"acme.example": False})),
    ("knows no cleanup_replace_stray_cr_lf", lambda: findings(without_the_cure("cleanup_replace_stray_cr_lf"))),
    ("knows no smtpd_forbid_una", lambda: findings(without_the_cure("smtpd_forbid_unauth_pipelining"))),
    ("has another cleanup_replace_stray_cr_lf", lambda: findings(main(cleanup_replace_stray_cr_lf="no"))),
    ("has another smtpd_forbid_una", lambda: findings(main(smtpd_forbid_unauth_pipelining="no"))),
    ("has another smtpd_forbid_bare", lambda: findings(main(smtpd_forbid_bare_newline="note"))),
    ("in has smtpd_forbid_bare", lambda: findings(served("in inet n - y - - smtpd -o smtpd_forbid_bare_newline=no"))),
    (
        "cleanup has cleanup_replace",
        lambda: findings(served("cleanup unix n - y - 0 cleanup -o cleanup_replace_stray_cr_lf=no")),
    ),
    ("exclusions holds 10.0.0.0/8", lambda: findings(main(mynetworks="127.0.0.0/8, 10.0.0.0/8"))),
    ("smtputf8_enable is no", lambda: findings(main(smtputf8_enable="no"))),
    ("main.cf lacks transport_maps", lambda: findings(main(transport_maps=""))),
    ("has another smtpd_sasl_auth", lambda: findings(main(smtpd_sasl_authenticated_header="no"))),
    ("master.cf lacks weftmail entry", lambda: findings(replace(installed(), services=[SMTP]))),
    ("master.cf has another weftmail entry", lambda: findings(entry(SETTINGS, *FOLDING))),
]


@pytest.mark.parametrize(("words", "look"), CHECKS)
def test_a_finding_is_made_and_nothing_else_is(words: str, look: Callable[[], list[Finding]]) -> None:
    found = look()
    hits = [finding for finding in found if words in finding.finding]
    assert len(hits) == 1, found
    assert hits[0].reason
    assert hits[0].next_step
    others = {one.finding for one in found if one not in hits}
    # A trap in our entry also makes it another entry than ours.
    assert others <= {"master.cf has another weftmail entry"}


def test_a_domain_in_its_right_class_is_no_finding() -> None:
    assert place(domains={"mx1.acme.example": False, "acme.example": True}) == []
    by_table = installed(current=postfix(virtual_mailbox_domains="hash:/etc/postfix/domains"))
    assert findings(by_table, replace(GOOD, domains={"acme.example": False})) == []


def test_the_worst_stands_first() -> None:
    levels = [finding.level for finding in findings(postfix(recipient_delimiter="-"))]
    assert levels == sorted(levels)
    assert set(levels) == {"broken", "look"}


# Where there is none


def test_no_postfix_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="there is no Postfix here"):
        read()


def test_the_machine_is_looked_at(tmp_path: Path) -> None:
    settings = replace(SETTINGS, state=str(tmp_path), folder=str(tmp_path / "cf"), program="/no/such/program")
    found = places.look(settings)
    assert (found.map, found.folder, found.wal, found.program) == (None, None, False, False)
    assert found.stale == {"aliases.cf", "domains.cf", "logins.cf", "recipients.cf", "transport.cf"}
    create(settings.map)
    file = MapDatabase(settings.map)
    file.apply([MapRow("acme.example", "", True, True, 1)], 1)
    (tmp_path / "cf").mkdir()
    for name, text in render(settings).items():
        (tmp_path / "cf" / name).write_text(text)
    found = places.look(settings)
    assert found.stale == frozenset()
    assert found.wal
    assert found.map is not None
    assert found.map.mode == 0o664
    assert set(found.journals) == {f"{settings.map}-wal", f"{settings.map}-shm"}
    assert found.domains == {"acme.example": True}
    file.close()


def test_a_group_is_known_by_its_members(tmp_path: Path) -> None:
    assert places.members("no-such-group-here") is None
    root = places.members("root")
    assert root is not None
    assert "root" in root


@pytest.mark.parametrize(
    ("text", "expected"), [("300", 300), ("300s", 300), ("5m", 300), ("1h", 3600), ("soon", None), ("", None)]
)
def test_times_are_read_as_postfix_writes_them(text: str, expected: int | None) -> None:
    assert postconf.seconds(text) == expected


def test_a_broken_entry_of_master_cf_is_said() -> None:
    with pytest.raises(UsageError, match="eight columns"):
        Service.parse("smtp inet n")
