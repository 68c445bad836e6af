"""Companies, domains and aliases from the shell, and the mail server's map that follows every edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.shell import Shell
from weftmail.cli.context import Context
from weftmail.cli.mailboxes import where_mailbox
from weftmail.core.failure import UsageError
from weftmail.flow.setup.domain import CLOSED_FOR


def test_what_was_made_by_mistake_is_removed_and_brought_back(shell: Shell) -> None:
    shell.ok("company", "add", "Beta")
    shell.ok("record-type", "add", "contract", "CON", "--company", "Acme")
    for noun, name in (("company", "Beta"), ("record-type", "contract")):
        said = shell.ok(noun, "remove", name)
        assert said.startswith("Removed ") and name in said
        assert name not in shell.ok(noun, "list")
        shell.ok(*said.rpartition("mail-admin ")[2].split())
        assert name in shell.ok(noun, "list")
        assert shell.json(noun, "remove", name)["removed"] is True


def test_what_keeps_a_company_or_a_type_is_said_with_the_next_step(shell: Shell) -> None:
    said = shell.refused("company", "remove", "Acme")
    assert said.endswith("Acme is the only company; rename it instead; mail-admin company set Acme --name NEW\n")
    shell.ok("company", "add", "Beta")
    shell.ok("domain", "add", "beta.example", "--company", "Beta")
    assert "(people: 0, domains: 1, aliases: 0, contacts: 0)" in shell.refused("company", "remove", "Beta")
    assert shell.json("company", "show", "Beta")["aliases"] == shell.json("company", "show", "Beta")["contacts"] == 0
    said = shell.refused("record-type", "remove", "lead", "--company", "Acme")
    assert "(aliases: 1, saved replies: 0)" in said and said.endswith(
        "mail-admin alias list --opens lead --company Acme\n"
    )


def test_what_an_alias_does_is_said_in_words(shell: Shell) -> None:
    def closed() -> str:
        lines = shell.ok("alias", "show", "leads@acme.example").splitlines()
        return next(one.partition("record")[2].strip() for one in lines if one.startswith("An answer to a closed"))

    assert closed() == "does what the type of the record says (type): lead, opens it again (reopen)"
    shell.ok("record-type", "set", "lead", "--when-closed", "hold")
    assert closed() == "does what the type of the record says (type): lead, is held for review (hold)"
    shell.ok("alias", "set", "leads@acme.example", "--when-closed", "new")
    assert closed() == "opens a new record that is linked to it (new)"
    assert shell.json("alias", "show", "leads@acme.example")["when_closed"] == "new"
    assert "is held for review (hold)" in shell.ok("record-type", "show", "lead")
    shown = shell.ok("alias", "show", "leads@acme.example")
    assert not [one for one in shown.splitlines() if one.split()[-1] in ("hold", "type", "reopen", "message")]


def test_a_company_is_added_shown_renamed_and_keeps_a_type_of_its_own(shell: Shell) -> None:
    assert "Added Beta" in shell.ok("company", "add", " Beta ")
    shell.ok("company", "set", "Beta", "--name", "Beta AB", "--record-type", "contract=CON")
    shown = shell.json("company", "show", "Beta AB")
    assert shown["record_types"]["contract"] == "CON" and shown["records"] == 0 and shown["admins"] == []
    assert shown["created_at"].endswith("Z")
    assert [one["name"] for one in shell.json("company", "list")] == ["Acme", "Beta AB"]
    assert "Anna" in shell.ok("company", "list")
    assert "contract (CON-1)" in shell.ok("company", "show", "Beta AB")
    shell.ok("company", "set", "Beta AB", "--name", "Beta AB")


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (("add", "Acme"), "there is a company Acme already", 1),
        (("add", ""), "name: this is empty", 2),
        (("add", "Acme\r\nBcc: x@customer.example"), "holds a line break", 2),
        (("add", "Acme\u2028Two"), "holds a line break", 2),
        (("show", "Akme"), "unknown company Akme (known: Acme); add it: mail-admin company add Akme", 1),
        (("set", "Acme"), "nothing to change", 2),
        (("set", "Acme", "--record-type", "Contract"), "not of the form TYPE=PREFIX", 2),
        (("set", "Acme", "--record-type", "lead=LX"), "keeps records of type lead already", 1),
        (("set", "Acme", "--record-type", "leed=LEAD"), "has the prefix LEAD", 1),
    ],
)
def test_companies_that_cannot_be(shell: Shell, words: tuple[str, ...], said: str, status: int) -> None:
    assert said in shell.refused("company", *words, status=status)


def test_a_domain_counts_for_the_mail_server_before_success_is_said(shell: Shell) -> None:
    said = shell.ok("domain", "add", "Sales.Acme.Example.", "--company", "Acme")
    assert "Added sales.acme.example, dedicated, for Acme; live" in said and "mail-admin dkim create" in said
    assert {"reply@sales.acme.example", "postmaster@sales.acme.example"} <= shell.mapped()
    shell.ok("domain", "set", "sales.acme.example", "--mailboxes", "--shared")
    assert "postmaster@sales.acme.example" not in shell.mapped()
    assert "reply@sales.acme.example" in shell.mapped()
    shown = shell.json("domain", "show", "sales.acme.example")
    assert (shown["dedicated"], shown["company"], shown["state"]) == (False, None, "open")
    assert shown["addresses"] == [
        f"{name}@sales.acme.example" for name in ("reply", "bounce", "record", "notifications")
    ]
    assert "mailboxes" in shell.ok("domain", "show", "sales.acme.example")
    assert [one["name"] for one in shell.json("domain", "list", "--company", "Acme")] == [
        "acme.example",
        "sales.acme.example",
    ]
    assert "sales.acme.example" in shell.ok("domain", "list")


def test_a_domain_of_any_script_is_kept_as_its_a_label(shell: Shell) -> None:
    shell.ok("domain", "add", "björn.example", "--shared", "--mailboxes")
    assert shell.json("domain", "show", "björn.example")["name"] == "xn--bjrn-6qa.example"


def test_a_removed_domain_is_closed_first_and_gone_after_thirty_days(shell: Shell) -> None:
    domain = "acme.example"
    aliases = [one["address"] for one in shell.json("alias", "list")]
    before = shell.everything()
    plan = shell.ok("domain", "remove", domain, "--dry-run")
    assert plan.startswith("Nothing was changed.") and all(address in plan for address in aliases)
    assert shell.everything() == before
    said = shell.ok("domain", "remove", domain)
    assert said.startswith(f"acme.example: state open -> closed, aliases in use {', '.join(aliases)} -> none\n")
    assert "0 copies of it wait in the outbox" in said and "Undo: mail-admin domain restore acme.example" in said
    assert shell.mapped() == {
        f"{n}@{domain}" for n in ("reply", "bounce", "record", "notifications", "postmaster", "abuse", "dmarc")
    }
    shown = shell.json("domain", "show", domain)
    assert shown["state"] == "closed" and shown["closed_at"].endswith("Z")
    assert "closed since" in shell.ok("domain", "show", domain)
    assert "is being removed" in shell.refused("domain", "add", domain)
    assert "is being removed" in shell.refused("alias", "add", f"new@{domain}", "--opens", "lead")
    shell.ok("domain", "remove", domain)
    shell.world.store.connection.execute("update domain set closed_at = closed_at - ?", (CLOSED_FOR,))
    assert "acme.example: state closed -> removed" in shell.ok("domain", "remove", domain)
    assert shell.mapped() == set()
    assert shell.json("domain", "list") == []
    assert "unknown domain acme.example (known: -)" in shell.refused("domain", "show", domain)
    shell.ok("domain", "add", domain)
    assert f"reply@{domain}" in shell.mapped()


def test_a_closed_domain_comes_back_as_it_was(shell: Shell) -> None:
    aliases = shell.json("alias", "list")
    world = shell.world
    world.deliver(world.mail(), "leads@acme.example")
    assert "1 copy of it waits in the outbox" in shell.ok("domain", "remove", "acme.example", "--dry-run")
    planned = shell.json("domain", "remove", "acme.example", "--dry-run")
    assert (planned.pop("dry_run"), planned["state"], planned["waiting"]) == (True, "closed", 1)
    done = shell.json("domain", "remove", "acme.example")
    assert (done["state"], done["ended"], done["waiting"]) == ("closed", planned["ended"], 1)
    assert shell.json("alias", "list") == []
    said = shell.ok("domain", "restore", "acme.example")
    assert "state closed -> open, aliases in use none -> leads@acme.example, support@acme.example" in said
    assert [one["address"] for one in shell.json("alias", "list")] == [one["address"] for one in aliases]
    assert "leads@acme.example" in shell.mapped()
    assert "is in use; there is nothing to restore; see: " in shell.refused("domain", "restore", "acme.example")
    acts = [one["act"] for one in shell.json("audit", "list", "--limit", "2")]
    assert acts == ["domain.restore", "domain.remove"]


def test_an_alias_that_cannot_come_back_is_named_with_the_reason(shell: Shell) -> None:
    shell.ok("domain", "remove", "acme.example")
    shell.world.store.users.add("Support", ["support@acme.example"], 1)
    said = shell.json("domain", "restore", "acme.example")
    assert said["restored"] == ["leads@acme.example"]
    (left,) = said["left_out"]
    assert left["address"] == "support@acme.example" and "somebody who signs in" in left["why"]
    shell.ok("domain", "remove", "acme.example")


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (
            ("add", "acme.example"),
            "there is a domain acme.example already; see: mail-admin domain show acme.example",
            1,
        ),
        (("add", "no domain"), "is not a domain name", 2),
        (("add", "acme"), "is not a whole domain name", 2),
        (("add", "a\nb.example"), "is not a domain name", 2),
        (("add", "$(id).example"), "is not a domain name", 2),
        (("add", "x.example", "--company", "Beta"), "unknown company Beta", 1),
        (("add", "x.example", "--company", "Acme", "--shared"), "not allowed with", 2),
        (
            ("show", "acme.exampel"),
            "(known: acme.example). Did you mean acme.example? Add it: mail-admin domain add",
            1,
        ),
        (("set", "acme.example"), "nothing to change", 2),
        (
            ("show", "x.example"),
            "unknown domain x.example (known: acme.example); add it: mail-admin domain add x.example",
            1,
        ),
        (("remove", "x.example"), "unknown domain x.example (known: acme.example); see: mail-admin domain list\n", 1),
    ],
)
def test_domains_that_cannot_be(shell: Shell, words: tuple[str, ...], said: str, status: int) -> None:
    assert said in shell.refused("domain", *words, status=status)


def test_a_domain_with_aliases_of_another_company_stays_shared(shell: Shell) -> None:
    shell.ok("company", "add", "Beta")
    shell.ok("domain", "set", "acme.example", "--shared")
    shell.ok("alias", "add", "beta@acme.example", "--opens", "lead", "--company", "Beta")
    assert "Beta has aliases in acme.example" in shell.refused("domain", "set", "acme.example", "--company", "Acme")
    shell.ok("alias", "remove", "beta@acme.example")
    shell.ok("domain", "set", "acme.example", "--company", "Acme")


def test_an_alias_from_beginning_to_end(shell: Shell) -> None:
    said = shell.ok(
        "alias", "add", "Sales@Acme.Example", "--opens", "order", "--owner", "bjorn@acme.example", "--accepts", "known",
        "--answer-as", "Acme Sales <support@acme.example>", "--default", "currency=SEK", "--default", "tag=a=b",
    )  # fmt: skip
    assert "Added sales@acme.example: it opens order, for Acme. Live from the next mail on" in said
    assert "sales@acme.example" in shell.mapped()
    shown = shell.json("alias", "show", "sales@acme.example")
    assert {name: shown[name] for name in ("address", "opens", "record", "owner", "accepts", "answer_as")} == {
        "address": "sales@acme.example",
        "opens": "order",
        "record": None,
        "owner": "Björn",
        "accepts": "known",
        "answer_as": "Acme Sales <support@acme.example>",
    }
    assert shown["defaults"] == {"currency": "SEK", "tag": "a=b"}
    shell.ok("alias", "set", "sales@acme.example", "--no-owner", "--default", "currency=", "--answer-as", "")
    shown = shell.json("alias", "show", "sales@acme.example")
    assert (shown["owner"], shown["defaults"], shown["answer_as"]) == (None, {"tag": "a=b"}, "sales@acme.example")
    assert (shown["opens"], shown["accepts"]) == ("order", "known")
    assert "tag=a=b" in shell.ok("alias", "show", "sales@acme.example")
    assert "Removed sales@acme.example" in shell.ok("alias", "remove", "sales@acme.example")
    assert "sales@acme.example" not in shell.mapped()
    assert "unknown alias" in shell.refused("alias", "show", "sales@acme.example")
    shell.ok("alias", "add", "sales@acme.example", "--opens", "lead")
    assert shell.json("alias", "show", "sales@acme.example")["accepts"] == "everyone"
    assert [one["address"] for one in shell.json("alias", "list", "--company", "Acme")] == [
        f"{name}@acme.example" for name in ("leads", "sales", "support")
    ]
    assert "opens lead" in shell.ok("alias", "list")


def test_an_alias_may_be_pinned_to_one_record(shell: Shell) -> None:
    shell.ok("record", "add", "task", "--title", "Trade fair")
    shell.ok("alias", "add", "fair@acme.example", "--record", "task-1")
    assert shell.json("alias", "show", "fair@acme.example")["record"] == "TASK-1"
    assert "onto TASK-1" in shell.ok("alias", "list")
    shell.ok("alias", "set", "fair@acme.example", "--opens", "task")
    assert shell.json("alias", "show", "fair@acme.example")["record"] is None


@pytest.mark.parametrize("name", ["reply", "Bounce", "notifications", "postmaster", "abuse", "reply+x"])
def test_names_that_are_ours_everywhere_are_no_aliases(shell: Shell, name: str) -> None:
    assert "is reserved in every domain" in shell.refused("alias", "add", f"{name}@acme.example", "--opens", "lead")


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (("add", "new@acme.example"), "say where its mail goes", 2),
        (("add", "new", "--opens", "lead"), "is not an address", 2),
        (("add", "$(id)@acme.example", "--opens", "lead"), "is not an address", 2),
        (("add", "a b@acme.example", "--opens", "lead"), "holds a blank", 2),
        (("add", "a\n|id@acme.example", "--opens", "lead"), "holds a blank or a control", 2),
        (("add", "/etc/passwd:@acme.example", "--opens", "lead"), "is not an address", 2),
        (("add", ":include:@acme.example", "--opens", "lead"), "is not an address", 2),
        (("add", '"x"@acme.example', "--opens", "lead"), "is not an address", 2),
        (("add", "new@acme.exampel", "--opens", "lead"), "Add it: mail-admin domain add acme.exampel", 1),
        (("add", "leads@acme.example", "--opens", "lead"), "is an alias already", 1),
        (("add", "new+x@acme.example", "--opens", "lead"), "leave out the plus sign of new+x@acme.example", 1),
        (
            ("add", "a%b@acme.example", "--opens", "lead"),
            "a%b@acme.example holds a letter that mail servers read as a route",
            1,
        ),
        (("add", "anna@acme.example", "--opens", "lead"), "the address of somebody who signs in", 1),
        (("add", "new@acme.example", "--opens", "leed"), "unknown type of record leed (known: expense", 2),
        (("add", "new@acme.example", "--record", "LEAD-9"), "there is no record LEAD-9", 1),
        (("add", "new@acme.example", "--opens", "lead", "--record", "LEAD-1"), "not allowed with", 2),
        (("add", "new@acme.example", "--opens", "lead", "--owner", "karin@customer.example"), "nobody who signs in", 1),
        (
            ("add", "new@acme.example", "--opens", "lead", "--accepts", "all"),
            "--accepts: 'all' cannot be chosen; there are everyone",
            2,
        ),
        (("add", "new@acme.example", "--opens", "lead", "--default", "x"), "not of the form NAME=VALUE", 2),
        (("add", "new@acme.example", "--opens", "lead", "--default", "x=a\nb"), "holds a line break", 2),
        (("add", "new@acme.example", "--opens", "lead", "--company", "Beta"), "unknown company Beta", 1),
        (("add", "new@acme.example", "--opens", "lead", "--answer-as", "x@other.example"), "would be a forgery", 1),
        (("add", "new@acme.example", "--opens", "lead", "--answer-as", "no address"), "is not an address", 2),
        (("add", "new@acme.example", "--opens", "lead", "--answer-as", "A\r\nBcc: b@x.example"), "line break", 2),
        (("set", "leads@acme.example"), "nothing to change", 2),
        (("set", "leads@acme.example", "--owner", "anna@acme.example", "--no-owner"), "not allowed with", 2),
        (("show", "leed@acme.example"), "unknown alias leed@acme.example. Did you mean leads@acme.example", 1),
        (("remove", "leads+x@acme.example"), "unknown alias leads+x@acme.example; see: mail-admin alias list", 1),
        (("list", "--company", "Beta"), "unknown company Beta", 1),
    ],
)
def test_aliases_that_cannot_be(shell: Shell, words: tuple[str, ...], said: str, status: int) -> None:
    assert said in shell.refused("alias", *words, status=status)


def test_whose_alias_it_is_in_a_domain_for_all(shell: Shell) -> None:
    shell.ok("company", "add", "Beta")
    shell.ok("domain", "add", "shared.example", "--shared")
    refused = shell.refused("alias", "add", "x@shared.example", "--opens", "lead", status=2)
    assert "several companies could be meant (Acme, Beta); name one: --company NAME" in refused
    shell.ok("alias", "add", "x@shared.example", "--opens", "lead", "--company", "Beta")
    assert shell.json("alias", "show", "x@shared.example")["company"] == "Beta"
    assert "belongs to Acme alone" in shell.refused(
        "alias", "add", "x@acme.example", "--opens", "lead", "--company", "Beta"
    )
    refused = shell.refused("alias", "set", "x@shared.example", "--owner", "anna@acme.example")
    assert "Anna is not a member of Beta" in refused


def test_with_mailboxes_a_name_that_exists_is_no_alias(shell: Shell) -> None:
    shell.ok("domain", "add", "mx1.acme.example", "--shared", "--mailboxes")
    refused = shell.refused("alias", "add", "root@mx1.acme.example", "--opens", "lead")
    assert "exists already: a user of this machine" in refused
    shell.ok("alias", "add", "zzz@mx1.acme.example", "--opens", "lead")
    shell.ok("alias", "add", "root@acme.example", "--opens", "lead")
    refused = shell.refused("domain", "set", "acme.example", "--mailboxes")
    assert "root@acme.example is an alias, and there is a mailbox of that name (a user of this machine)" in refused


def test_where_a_name_has_a_mailbox_is_read_from_users_and_aliases(tmp_path: Path) -> None:
    aliases = tmp_path / "aliases"
    aliases.write_text('# people\nPostmaster: root\n"info"  : anna\nsales:|/bin/x\n')
    assert where_mailbox("root", "mx1.acme.example", aliases) == "a user of this machine"
    assert where_mailbox("info", "mx1.acme.example", aliases) == f"a line of {aliases}"
    assert where_mailbox("SALES", "mx1.acme.example", aliases)
    assert where_mailbox("zzz", "mx1.acme.example", aliases) == ""
    assert where_mailbox("zzz", "mx1.acme.example", tmp_path / "none") == ""


def test_postfix_is_asked_about_its_own_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs, settings = tmp_path / "bin", tmp_path / "main.cf"
    programs.mkdir()
    settings.touch()
    tables = "virtual_mailbox_maps = hash:/etc/postfix/vmailbox, proxy:sqlite:/etc/weftmail/postfix/recipients.cf"
    for name, text in {
        "postconf": f"echo '{tables}'; echo 'virtual_alias_maps = '",
        "postmap": '[ "$1 $2 $3" = "-q zzz@acme.example hash:/etc/postfix/vmailbox" ] && echo anna/',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/bin:/usr/bin")
    none = tmp_path / "none"
    assert where_mailbox("zzz", "acme.example", none, settings) == "virtual_mailbox_maps of Postfix"
    assert where_mailbox("yyy", "acme.example", none, settings) == ""
    (programs / "postmap").unlink()
    monkeypatch.setenv("PATH", str(programs))
    assert where_mailbox("zzz", "acme.example", none, settings) == ""


def test_an_edit_that_the_map_cannot_follow_is_no_success(shell: Shell) -> None:
    shell.ok("domain", "set", "acme.example", "--dedicated")
    (shell.folder / "map" / "map.db").unlink()
    (shell.folder / "map" / "map.db").mkdir()
    status, out, err = shell.call("alias", "add", "new@acme.example", "--opens", "lead")
    assert (status, out) == (1, "")
    assert "it is in the store, but the mail server does not know it yet" in err
    (shell.folder / "map" / "map.db").rmdir()
    shell.ok("alias", "set", "new@acme.example", "--accepts", "known")
    assert "new@acme.example" in shell.mapped()


def test_a_map_that_is_ahead_of_the_store_is_written_anew(shell: Shell) -> None:
    shell.ok("alias", "add", "old@acme.example", "--opens", "lead")
    connection = shell.world.store.connection
    connection.execute("delete from alias where local_part = 'old'")
    connection.execute("update generation set value = 1")
    shell.ok("alias", "add", "new@acme.example", "--opens", "lead")
    assert {one for one in shell.mapped() if one.split("@")[0] in ("old", "new", "leads")} == {
        "new@acme.example",
        "leads@acme.example",
    }


def test_a_context_opens_nothing_before_it_is_asked(tmp_path: Path) -> None:
    context = Context({"WEFTMAIL_CONFIG": str(tmp_path / "none.toml")})
    context.close()
    with pytest.raises(UsageError):
        _ = context.store


def test_an_alias_is_switched_off_and_on_and_found_by_filters(shell: Shell) -> None:
    said = shell.ok("alias", "add", "lead@acme.example", "--opens", "task", "--owner", "bjorn@acme.example")
    assert "Beside it there is leads@acme.example" in said
    assert "state on -> off" in shell.ok("alias", "off", "leads@acme.example")
    assert "leads@acme.example" not in shell.mapped()
    assert "off" in shell.ok("alias", "show", "leads@acme.example")

    def found(*words: str) -> list[str]:
        return [one["address"] for one in shell.json("alias", "list", *words)]

    assert found("--state", "off") == found("--search", "EADS") == ["leads@acme.example"]
    assert found("--opens", "task") == found("--owner", "bjorn@acme.example") == ["lead@acme.example"]
    shell.ok("team", "add", "Sales", "--member", "bjorn@acme.example")
    assert "team" in shell.ok("alias", "set", "support@acme.example", "--team", "Sales")
    assert found("--team", "Sales", "--domain", "acme.example") == ["support@acme.example"]
    assert found("--after", "lead@acme.example", "--company", "Acme") == ["leads@acme.example", "support@acme.example"]
    assert "There are 2 more" in shell.ok("alias", "list", "--limit", "1")
    assert "There is no such alias" in shell.ok("alias", "list", "--search", "nothing")
    assert "state off -> on" in shell.ok("alias", "on", "leads@acme.example")
    assert "leads@acme.example" in shell.mapped()


def test_aliases_leave_and_come_in_as_a_file(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "aliases.csv"
    file.write_text(shell.ok("alias", "export"))
    assert file.read_text().startswith("address,company,opens") and "leads@acme.example,Acme,lead" in file.read_text()
    assert "Done: 0 added, 0 changed, 2 as they were." in shell.ok("alias", "import", str(file))
    file.write_text("address,opens\norders@acme.example,order\nleads@acme.example,task\n")
    before = shell.everything()
    assert "It would be: 1 added, 1 changed, 0 as they were. Nothing was done." in shell.ok(
        "alias", "import", str(file), "--dry-run"
    )
    assert shell.everything() == before
    done = shell.json("alias", "import", str(file))
    assert (done["added"], done["changed"], done["done"]) == (1, 1, True)
    assert "orders@acme.example" in shell.mapped()
    assert "orders@acme.example" in shell.ok("alias", "export", "--opens", "order")
    assert "cannot be read" in shell.refused("alias", "import", str(tmp_path / "none"))
    file.write_text("name\n")
    assert "the first line has to name the columns" in shell.refused("alias", "import", str(file), status=2)
