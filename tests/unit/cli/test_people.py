"""Contacts, users with their inbox, and followers from the shell."""

from __future__ import annotations

import io

import pytest

from tests.unit.flow.test_ahead import Ending, settled
from tests.unit.shell import Shell
from tests.unit.world import KARIN
from weftmail.admin.password import Passwords
from weftmail.cli.context import Context
from weftmail.core.limits import READER_FAULTS
from weftmail.core.wording.phrase import Phrase


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


def test_a_contact_from_beginning_to_end(shell: Shell) -> None:
    karin = "karin@customer.example"
    assert "Added Karin Ek <karin@customer.example>" in shell.ok(
        "contact", "add", "Karin@Customer.Example", "--name", "Karin Ek"
    )
    shell.ok("contact", "set", karin, "--name", "Karin Ek-Lund", "--add-address", "k@other.example")
    shown = shell.json("contact", "show", "k@other.example")
    assert shown["name"] == "Karin Ek-Lund" and set(shown["addresses"]) == {karin, "k@other.example"}
    assert (shown["company"], shown["created_at"][-1]) == ("Acme", "Z")
    shell.ok("contact", "set", karin, "--remove-address", "k@other.example", "--add-address", karin)
    assert shell.json("contact", "list", "--company", "Acme")[0]["addresses"] == [karin]
    assert "Karin Ek-Lund" in shell.ok("contact", "list")
    assert "Acme" in shell.ok("contact", "show", karin)
    assert "Archived Karin Ek-Lund" in shell.ok("contact", "remove", karin)
    assert shell.json("contact", "list") == []
    assert "no contact has" in shell.refused("contact", "show", karin)
    shell.ok("contact", "add", karin, "--name", "Karin Ek")
    assert shell.json("contact", "show", karin)["name"] == "Karin Ek"


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (("add", "karin@customer.example", "--name", "Karin"), "has karin@customer.example already; see", 1),
        (("add", "erik@other.example"), "missing: --name", 2),
        (("add", "erik", "--name", "Erik"), "is not an address", 2),
        (("add", "$(id)@", "--name", "Erik"), "is not an address", 2),
        (("add", "erik@other.example", "--name", "E\r\nBcc: x"), "holds a line break", 2),
        (("add", "leads@acme.example", "--name", "Leads"), "is an alias or a system address", 1),
        (("add", "erik@other.example", "--name", "Erik", "--company", "Beta"), "unknown company Beta", 1),
        (
            ("add", "anna@acme.example", "--name", "Anna"),
            "the address of a colleague, who follows",
            1,
        ),
        (("set", "karin@customer.example", "--add-address", "anna@acme.example"), "is the address of a colleague", 1),
        (
            ("remove", "nobody@other.example"),
            "no contact has the address nobody@other.example; see: mail-admin contact list",
            1,
        ),
        (("show", "nobody@other.example"), "add one: mail-admin contact add nobody@other.example", 1),
        (("set", "karin@customer.example"), "nothing to change", 2),
        (
            ("set", "karin@customer.example", "--add-address", "reply@acme.example"),
            "is an alias or a system address",
            1,
        ),
        (("set", "karin@customer.example", "--add-address", "e@other.example"), "remove it there first", 1),
        (("set", "karin@customer.example", "--remove-address", "karin@customer.example"), "the only address", 1),
        (("set", "karin@customer.example", "--remove-address", "x@other.example"), "does not have", 1),
    ],
)
def test_contacts_that_cannot_be(shell: Shell, words: tuple[str, ...], said: str, status: int) -> None:
    shell.ok("contact", "add", "karin@customer.example", "--name", "Karin Ek")
    shell.ok("contact", "add", "e@other.example", "--name", "Erik Ek")
    assert said in shell.refused("contact", *words, status=status)


def test_whose_contact_where_two_companies_have_one(shell: Shell) -> None:
    shell.ok("company", "add", "Beta")
    for company in ("Acme", "Beta"):
        shell.ok("contact", "add", "karin@customer.example", "--name", f"Karin of {company}", "--company", company)
    said = shell.refused("contact", "show", "karin@customer.example", status=2)
    assert "(Acme, Beta); name one: --company NAME" in said
    shown = shell.json("contact", "show", "karin@customer.example", "--company", "Beta")
    assert shown["name"] == "Karin of Beta"
    said = shell.refused("contact", "show", "nobody@other.example", status=2)
    assert "several companies could be meant" in said


def test_a_user_from_beginning_to_end(shell: Shell) -> None:
    said = shell.ok("user", "add", "eva@acme.example", "--role", "reader", "--prefers", "inbox", "--language", "en")
    assert "Added Eva <eva@acme.example>, reader of Acme." in said and "sign-in-link eva@acme.example" in said
    shell.ok("user", "set", "eva@acme.example", "--name", "Eva Berg", "--role", "admin", "--prefers", "email")
    shell.ok("user", "set", "eva@acme.example", "--add-address", "eva@home.example")
    shown = shell.json("user", "show", "eva@home.example")
    assert shown["addresses"] == ["eva@acme.example", "eva@home.example"]
    assert shown["memberships"] == [{"company": "Acme", "role": "admin"}]
    assert (shown["name"], shown["prefers"], shown["language"]) == ("Eva Berg", "email", "en")
    shell.ok("user", "set", "eva@home.example", "--email-for", "held, assigned")
    assert shell.json("user", "show", "eva@home.example")["email_for"] == ["assigned", "held"]
    shell.ok("user", "set", "eva@home.example", "--email-for", "none")
    assert shell.json("user", "show", "eva@home.example")["email_for"] == []
    shell.ok("user", "set", "eva@home.example", "--remove-address", "eva@acme.example")
    assert shell.json("user", "show", "eva@home.example")["addresses"] == ["eva@home.example"]
    assert [one["name"] for one in shell.json("user", "list", "--company", "Acme")] == ["Anna", "Björn", "Eva Berg"]
    assert "Acme (admin)" in shell.ok("user", "list")
    assert "The inbox is empty." in shell.ok("user", "show", "eva@home.example")
    shell.ok("company", "add", "Beta")
    assert "agent of Beta" in shell.ok("user", "add", "eva@home.example", "--company", "Beta")
    shell.ok("user", "remove", "eva@home.example", "--company", "Beta")
    assert shell.json("user", "show", "eva@home.example")["active"] is True
    assert "no longer a member of: Acme" in shell.ok("user", "remove", "eva@home.example")
    assert shell.json("user", "show", "eva@home.example")["active"] is False
    assert "no longer active" in shell.refused("user", "sign-in-link", "eva@home.example")
    assert "no longer active" in shell.refused("user", "password", "eva@home.example")
    shell.ok("user", "set", "eva@home.example", "--active", "--role", "agent", "--company", "Acme")


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (("add", "anna@acme.example"), "Anna is a member of Acme already", 1),
        (("add", "eva"), "is not an address", 2),
        (("add", "leads@acme.example"), "is an alias or a system address", 1),
        (("add", "reply@acme.example"), "is an alias or a system address", 1),
        (("add", "eva@acme.example", "--name", "E\nX"), "holds a line break", 2),
        (("add", "eva@acme.example", "--role", "owner"), "--role: 'owner' cannot be chosen; there are admin", 2),
        (("show", "eva@acme.example"), "nobody who signs in has the address eva@acme.example", 1),
        (("set", "anna@acme.example"), "nothing to change", 2),
        (
            ("set", "anna@acme.example", "--role", "agent"),
            "Anna is the only admin of Acme",
            1,
        ),
        (("set", "anna@acme.example", "--add-address", "bjorn@acme.example"), "somebody who signs in has", 1),
        (("set", "anna@acme.example", "--remove-address", "anna@acme.example"), "is the only address", 1),
        (("set", "anna@acme.example", "--remove-address", "bjorn@acme.example"), "Anna does not have", 1),
        (
            ("remove", "anna@acme.example"),
            "Anna is the only admin of Acme",
            1,
        ),
        (("password", "eva@acme.example"), "nobody who signs in", 1),
        (("sign-in-link", "-x@"), "is not an address", 2),
    ],
)
def test_users_that_cannot_be(shell: Shell, words: tuple[str, ...], said: str, status: int) -> None:
    assert said in shell.refused("user", *words, status=status)


def test_nobody_leaves_a_company_that_is_not_theirs(shell: Shell) -> None:
    shell.ok("company", "add", "Beta")
    said = shell.refused("user", "remove", "bjorn@acme.example", "--company", "Beta")
    assert "Björn is not a member of Beta, but of Acme" in said


def test_the_languages_and_the_zone_of_people(shell: Shell) -> None:
    assert shell.ok("company", "set", "Acme", "--language", "sv") == "Acme: language English -> Svenska\n"
    assert shell.json("company", "show", "Acme")["language"] == "sv"
    shell.ok("user", "add", "eva@home.example", "--time-zone", "Europe/Stockholm")
    shown = shell.json("user", "show", "eva@home.example")
    assert (shown["language"], shown["time_zone"]) == ("sv", "Europe/Stockholm")
    assert shell.ok("user", "set", "eva@home.example", "--time-zone", "") == "Eva: time zone Europe/Stockholm -> none\n"
    assert "that of this machine" in shell.ok("user", "show", "eva@home.example")
    for zone in ("Europe/Atlantis", "Europe", "../../etc/passwd"):
        said = shell.refused("user", "set", "eva@home.example", "--time-zone", zone, status=2)
        assert f"unknown time zone {zone}; write its name as Europe/Stockholm" in said


def test_a_link_signs_in_once(shell: Shell) -> None:
    link = shell.call("user", "sign-in-link", "anna@acme.example")[1].strip()
    address, _, token = link.rpartition("/enter/")
    assert address == "http://127.0.0.1:8470"
    sessions = shell.world.store.sessions
    row = shell.world.store.connection.execute("select expires_at from sign_in_link").fetchone()
    assert sessions.use_link(token, row[0] - 1) == shell.world.anna
    assert sessions.use_link(token, row[0] - 1) is None
    assert token not in "\n".join(shell.everything())


def test_a_password_comes_from_standard_input_and_signs_browsers_out(shell: Shell) -> None:
    store = shell.world.store
    store.sessions.add("browser", shell.world.anna, "csrf", 1, 10**15)
    typed = shell.context(stdin=io.StringIO("otter-velvet-march-nine\n"))
    said = shell.ok("user", "password", "anna@acme.example", context=typed)
    assert "Anna has a new password" in said and "otter" not in said
    assert Passwords().check(store.users.password(shell.world.anna), "otter-velvet-march-nine")
    assert store.sessions.visitor("browser", 2) is None
    assert "otter" not in "\n".join(shell.everything())
    short = shell.context(stdin=io.StringIO("short\n"))
    assert "at least 12 characters" in shell.refused("user", "password", "anna@acme.example", context=short)
    shell.refused("user", "password", "anna@acme.example", "otter-velvet-march-nine", status=2)


def test_a_password_is_asked_twice_on_a_terminal(shell: Shell) -> None:
    typed = iter(["otter-velvet-march-nine", "otter-velvet-march-ten", *["otter-velvet-march-nine"] * 2])

    def terminal() -> Context:
        return shell.context(stdin=Terminal(), ask_secret=lambda _prompt: next(typed))

    assert "the two differ" in shell.refused("user", "password", "anna@acme.example", context=terminal())
    assert "new password" in shell.ok("user", "password", "anna@acme.example", context=terminal())


def test_the_inbox_shows_messages_and_notices(shell: Shell) -> None:
    world = shell.world
    world.deliver(world.mail(), "leads@acme.example")
    shell.ok("follower", "add", "LEAD-1", "bjorn@acme.example")
    shell.ok("post", "LEAD-1", "--as", "anna@acme.example", "--text", "Yes, 40 are fine.")
    world.deliver(world.mail(to="nobody@acme.example"), "abuse@acme.example")
    inbox = shell.json("user", "show", "bjorn@acme.example")["inbox"]
    assert [(one["kind"], one["record"], one["state"], one["text"]) for one in inbox] == [
        ("post", "LEAD-1", "unread", "Yes, 40 are fine."),
        ("notice", "LEAD-1", "unread", "root added you as a follower of LEAD-1: Quote for 40 chairs"),
    ]
    notices = [one for one in shell.json("user", "show", "anna@acme.example")["inbox"] if one["kind"] == "notice"]
    assert len(notices) == 1 and notices[0]["inbound"] == 2 and notices[0]["created_at"].endswith("Z")
    assert "Yes, 40 are fine." in shell.ok("user", "show", "bjorn@acme.example")


def test_what_could_not_be_read_is_listed(shell: Shell) -> None:
    assert "All email could be read." in shell.ok("inbound", "unreadable")
    shell.world.accept(shell.world.mail(text="hostile", subject="Odd"), "leads@acme.example")
    settled(shell.world, Ending(*["memory"] * READER_FAULTS), rounds=6)
    (one,) = shell.json("inbound", "unreadable", "--company", "Acme")
    assert (one["record"], one["from"], one["flag"]) == ("LEAD-1", "karin@customer.example", "unreadable")
    assert "Odd" in shell.ok("inbound", "unreadable")


def test_exemptions_come_and_go(shell: Shell) -> None:
    assert "No sender is exempt" in shell.ok("exemption", "list")
    assert shell.json("exemption", "add", "@Partner.example")["address"] == "@partner.example"
    assert "Email from shop@customer.example is never held" in shell.ok("exemption", "add", "shop@customer.example")
    assert [one["company"] for one in shell.json("exemption", "list")] == ["Acme", "Acme"]
    assert "shop@customer.example" in shell.ok("exemption", "list")
    assert "is held again" in shell.ok("exemption", "remove", "shop@customer.example")
    assert shell.json("exemption", "remove", "@partner.example")["removed"] is True
    refused = shell.refused("exemption", "remove", "@partner.example")
    assert "@partner.example is not exempt; see: mail-admin exemption list" in refused


def test_followers_come_and_go(shell: Shell) -> None:
    shell.world.deliver(shell.world.mail(KARIN), "leads@acme.example")
    assert "Anna -> Björn, Anna\nBjörn is notified in the inbox." in shell.ok(
        "follower", "add", "lead-1", "bjorn@acme.example"
    )
    shell.ok("follower", "add", "LEAD-1", "bjorn@acme.example")
    assert {one["name"] for one in shell.json("follower", "list", "LEAD-1")} == {"Anna", "Björn"}
    assert "anna@acme.example" in shell.ok("follower", "list", "LEAD-1")
    shell.ok("follower", "remove", "LEAD-1", "bjorn@acme.example")
    shell.ok("follower", "remove", "LEAD-1", "anna@acme.example")
    assert "Nobody follows LEAD-1" in shell.ok("follower", "list", "LEAD-1")
    assert "Björn does not follow LEAD-1" in shell.refused("follower", "remove", "LEAD-1", "bjorn@acme.example")
    assert "there is no record LEAD-9" in shell.refused("follower", "add", "LEAD-9", "bjorn@acme.example")
    assert "nobody who signs in has" in shell.refused("follower", "add", "LEAD-1", "karin@customer.example")
    shell.ok("company", "add", "Beta")
    shell.ok("user", "add", "eva@beta.example", "--company", "Beta")
    assert "Eva is not a member of Acme" in shell.refused("follower", "add", "LEAD-1", "eva@beta.example")


def test_an_inbox_that_is_not_shown_to_its_end_says_so(shell: Shell) -> None:
    store = shell.world.store
    for number in range(3):
        store.inbox.notify(
            shell.world.acme, [shell.world.anna], Phrase("notice.held", {"record": f"LEAD-{number}"}), number
        )
    said = shell.ok("user", "show", "anna@acme.example", "--limit", "2")
    assert "LEAD-2" in said and "LEAD-1" in said and "LEAD-0" not in said
    assert said.endswith("There are earlier ones; see them: --limit 20\n")
    assert shell.json("user", "show", "anna@acme.example", "--limit", "2")["inbox_has_more"] is True
    assert "There are earlier" not in shell.ok("user", "show", "anna@acme.example", "--limit", "3")
    found = shell.json("user", "show", "anna@acme.example")
    assert len(found["inbox"]) == 3 and found["inbox_has_more"] is False


def test_a_team_from_beginning_to_end(shell: Shell) -> None:
    said = shell.ok("team", "add", "Sales", "--member", "anna@acme.example")
    assert "Added the team Sales. Next: mail-admin team set Sales --add-member ADDR" in said
    shell.ok("team", "set", "Sales", "--name", "Sellers", "--add-member", "bjorn@acme.example")
    assert [one["name"] for one in shell.json("team", "show", "Sellers")["members"]] == ["Anna", "Björn"]
    assert "Members" in shell.ok("team", "show", "Sellers")
    assert "Anna, Björn" in shell.ok("team", "list")
    said = shell.refused("team", "set", "Nobody", "--name", "X")
    assert "unknown team Nobody (known: Sellers); see: mail-admin team list" in said
    shell.ok("team", "set", "Sellers", "--remove-member", "bjorn@acme.example")
    assert "Removed the team Sellers." in shell.ok("team", "remove", "Sellers")
    assert shell.json("team", "list", "--company", "Acme") == []


def test_who_leaves_hands_over(shell: Shell) -> None:
    shell.ok("user", "add", "eva@acme.example", "--name", "Eva")
    shell.ok("record", "add", "lead", "--title", "Chairs", "--owner", "eva@acme.example")
    said = shell.refused("user", "remove", "eva@acme.example", status=1)
    assert "(records owned: 1, aliases: 0, records followed: 1)" in said and "--hand-over-to ADDR" in said
    said = shell.ok("user", "remove", "eva@acme.example", "--hand-over-to", "bjorn@acme.example")
    assert "what they owned and followed passed to bjorn@acme.example" in said
    assert shell.json("record", "list")[0]["owner"] == "Björn"
    number = shell.json("audit", "list")[0]["id"]
    shell.ok("audit", "undo", str(number))
    assert shell.json("record", "list")[0]["owner"] == "Eva"


def test_signed_out_everywhere(shell: Shell) -> None:
    said = shell.ok("user", "sign-out", "bjorn@acme.example")
    assert "Björn is signed out everywhere (0 sessions)" in said


def test_a_person_is_erased_from_the_shell(shell: Shell) -> None:
    karin = "karin@customer.example"
    shell.ok("contact", "add", karin, "--name", "Karin Ek")
    plan = shell.ok("contact", "erase", karin, "--dry-run")
    assert "Goes:" in plan and "0 messages that they wrote" in plan and "Backups made before" in plan
    assert shell.json("contact", "erase", karin, "--dry-run")["erased"] is False
    assert "type karin@customer.example" in shell.refused("contact", "erase", karin)
    status, out, err = shell.call("contact", "erase", karin, context=shell.context(stdin=Terminal("karin\n")))
    assert (status, "Nothing brings this back" in out, "type karin@customer.example" in err) == (1, True, True)
    erased = shell.ok("contact", "erase", karin, context=shell.context(stdin=Terminal(f"{karin}\n")))
    assert erased.endswith("Erased.\n")
    assert "no contact has" in shell.refused("contact", "show", karin)
    shell.ok("contact", "add", karin, "--name", "Karin Ek")
    assert shell.json("contact", "erase", karin, "--typed", karin)["erased"] is True
