"""Access: invitations and new passwords by mail, each link once, in its time, and for nothing else."""

from __future__ import annotations

import email
import re
from email.message import EmailMessage
from email.policy import default

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.test_deliver import Postbox, sender
from weftmail.core.ports import Refused
from weftmail.flow.account import account_mail
from weftmail.flow.deliver import Round
from weftmail.flow.setup import access, company, membership, undo, user
from weftmail.flow.setup.access import Invited
from weftmail.store.outbox import Claimed

ANNA, EVA = "anna@acme.example", "eva@office.example"
R = b"r" * 16
DAY, MINUTE = 24 * 3600_000, 60_000


def keys(office: Office):  # type: ignore[no-untyped-def]
    return office.world.installation.keyring


def invited(office: Office, address: str = EVA, **values: str) -> Invited:
    made = office.did(access.invite(office.setup, keys(office), R, address, **values))
    assert isinstance(made, Invited)
    return made


def claimed(office: Office) -> list[Claimed]:
    return office.store.outbox.claim("t", office.world.clock(), 2**60, 9)


def mails(office: Office) -> list[EmailMessage]:
    made = [account_mail(office.store, office.world.installation, one) for one in claimed(office)]
    found = [email.message_from_bytes(one.data, policy=default) for one in made if not isinstance(one, Refused)]
    assert len(found) == len(made)
    return found


def said(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def link_in(mail: EmailMessage) -> str:
    found = re.search(r"https://mail\.acme\.example/password/(\S{43})\s", said(mail))
    assert found is not None
    return found[1]


def test_an_invitation_leaves_by_mail_with_a_link_of_seven_days(office: Office) -> None:
    made = invited(office, name="Eva", role="reader", language="sv")
    assert (made.act, made.mailed, made.now["language"]) == ("user.invite", True, "sv")
    (mail,) = mails(office)
    assert (mail["from"], mail["to"]) == ("Acme <notifications@acme.example>", f"Eva <{EVA}>")
    assert mail["subject"] == "Du är inbjuden till Acme" and mail["auto-submitted"] == "auto-generated"
    assert link_in(mail) == made.token
    # Neither the outbox nor the history holds what opens the door.
    kept = str(office.store.connection.execute("select says from outbox").rows) + str(office.store.audit.all())
    assert made.token not in kept
    found = access.whose_link(office.setup, made.token)
    assert found is not None and (found[0].name, found[1]) == ("Eva", "invitation")
    assert office.store.sessions.link_user(made.token, office.world.clock(), "sign in") is None
    office.world.clock.now += 7 * DAY
    assert access.whose_link(office.setup, made.token) is None
    assert office.refused(access.choose_password(office.setup, made.token, "hash")) == ("", "link_gone")


def test_the_mail_is_handed_over_once_and_the_copy_is_settled(office: Office) -> None:
    box = Postbox()
    made, outbox = invited(office), sender(office.world, box)
    assert outbox.round() == Round(sent=1) and not outbox.round().worked
    ((return_path, recipients, _),) = box.taken
    assert (return_path, recipients) == ("", (EVA,)) and made.token in box.text()
    assert [one.row.state for one in office.store.listings.outbox()] == ["sent"]


def test_a_mail_that_nobody_takes_fails_and_tells_nobody_outside(office: Office) -> None:
    box = Postbox()
    box.answers[EVA] = Refused("550 no such user")
    invited(office)
    assert sender(office.world, box).round() == Round(refused=1)
    assert [(one.row.state, one.row.error) for one in office.store.listings.outbox()] == [
        ("failed", "550 no such user")
    ]


def test_a_password_is_chosen_once(office: Office) -> None:
    made = invited(office)
    done = office.did(access.choose_password(office.setup, made.token, "hash of Eva"))
    assert (done.was, done.now) == ({"password": "none"}, {"password": "new"})
    assert office.refused(access.choose_password(office.setup, made.token, "hash of Erik")) == ("", "link_gone")
    eva = office.store.users.by_address(EVA)
    assert eva is not None and office.store.users.password(eva.id) == "hash of Eva"


def test_who_is_there_already_is_told_of_the_new_company(office: Office) -> None:
    first = invited(office)
    office.did(access.choose_password(office.setup, first.token, "hash"))
    office.did(company.add(office.setup, "Beta"))
    claimed(office)
    second = invited(office, company="Beta")
    assert (second.token, second.mailed) == ("", True)
    # Beta has no domain to write from, so it leaves in the name of the company that has one.
    (mail,) = mails(office)
    assert mail["subject"] == "You are now in Beta" and "https://mail.acme.example/sign-in" in said(mail)
    assert "Acme" in mail["from"]


def test_where_no_mail_can_leave_the_link_is_handed_on(office: Office) -> None:
    office.did(company.add(office.setup, "Beta"))
    made = invited(office, company="Beta")
    assert not made.mailed and claimed(office) == []
    assert access.whose_link(office.setup, made.token) is not None


def test_a_new_invitation_replaces_the_one_before(office: Office) -> None:
    first = invited(office)
    again = access.invite_again(office.setup, keys(office), b"s" * 16, EVA)
    assert isinstance(again, Invited) and office.did(again).now["user"] == "Eva"
    assert access.whose_link(office.setup, first.token) is None
    assert access.whose_link(office.setup, again.token) is not None and again.mailed
    office.did(access.choose_password(office.setup, again.token, "hash"))
    said = office.refused(access.invite_again(office.setup, keys(office), R, EVA))
    assert said == ("address", "no_invitation")
    assert office.refused(access.invite_again(office.setup, keys(office), R, "a@b.example"))[1] == "no_such_user"


def test_an_invitation_is_undone(office: Office) -> None:
    made = invited(office)
    office.did(undo.undo(office.setup, made.trace))
    assert access.whose_link(office.setup, made.token) is None
    added = office.did(user.add(office.setup, "e@office.example"))
    office.did(undo.undo(office.setup, added.trace))
    assert [one.name for one in office.store.users.colleagues(office.world.acme)] == ["Anna", "Björn"]


def test_who_forgot_the_password_gets_a_link_of_thirty_minutes(office: Office) -> None:
    office.store.sessions.add("browser", office.world.anna, "csrf", 1, 10**15)
    assert access.ask_for_reset(office.setup, keys(office), R, "Anna@ACME.example")
    (mail,) = mails(office)
    assert mail["subject"] == "Choose a new password" and "If it was not you" in said(mail)
    token = link_in(mail)
    assert office.store.sessions.visitor("browser", 2) is not None
    office.did(access.choose_password(office.setup, token, "hash"))
    assert office.store.sessions.visitor("browser", 2) is None
    assert access.ask_for_reset(office.setup, keys(office), b"s" * 16, ANNA)
    (mail,) = mails(office)
    office.world.clock.now += 30 * MINUTE
    assert access.whose_link(office.setup, link_in(mail)) is None


def test_only_the_last_link_works_and_none_of_a_user_who_is_gone(office: Office) -> None:
    for random in (b"1" * 16, b"2" * 16):
        assert access.ask_for_reset(office.setup, keys(office), random, "bjorn@acme.example")
    first, second = map(link_in, mails(office))
    assert access.whose_link(office.setup, first) is None
    assert access.whose_link(office.setup, second) is not None
    connection = office.store.connection
    connection.execute("update users set active = false where id = :id", {"id": office.world.bjorn})
    assert access.whose_link(office.setup, second) is None
    assert not access.ask_for_reset(office.setup, keys(office), R, "bjorn@acme.example")


@pytest.mark.parametrize("address", ["", "nobody", "nobody@acme.example", "karin@customer.example"])
def test_nothing_leaves_for_who_is_not_there(office: Office, address: str) -> None:
    assert not access.ask_for_reset(office.setup, keys(office), R, address)
    assert claimed(office) == []


def test_nothing_leaves_where_no_domain_is(office: Office) -> None:
    office.did(company.add(office.setup, "Beta"))
    office.did(user.add(office.setup, EVA, company="Beta"))
    assert not access.ask_for_reset(office.setup, keys(office), R, EVA)


def test_a_mail_to_who_has_no_address_any_more_is_refused(office: Office) -> None:
    invited(office)
    (one,) = claimed(office)
    office.store.users.remove_address(one.user_id or 0, EVA)
    made = account_mail(office.store, office.world.installation, one)
    assert isinstance(made, Refused) and made.text == "the message is gone"
    office.store.users.add_address(one.user_id or 0, EVA)
    office.store.connection.execute("update domain set name = 'no domain'")
    assert isinstance(account_mail(office.store, office.world.installation, one), Refused)


@pytest.mark.parametrize("password", ["hash", None])
def test_who_signs_in_elsewhere_is_invited_under_the_name_that_was_given_until_they_come(
    office: Office, password: str | None
) -> None:
    store = office.store
    other = store.companies.add("Other", 1)
    eva = store.users.add("Eva Ek", "eva@other.example", 1)
    store.users.join(other, eva, "admin")
    if password is not None:
        store.users.set_password(eva, password)
    made = invited(office, "Eva@Other.example", company="Acme")
    assert (made.subject, made.token, made.mailed, made.was) == ("Eva", "", True, {})
    assert "Eva Ek" not in str(made.now) and "Other" not in str(made.now["memberships"])

    def member() -> tuple[str, bool, str | None, int]:
        found = store.members.get(office.world.acme, eva)
        assert found is not None
        return found.name, found.pending, found.address, found.companies

    assert member() == ("Eva", True, "eva@other.example", 1)
    again = office.did(access.invite_again(office.setup, keys(office), R, "eva@other.example", company="Acme"))
    assert (again.subject, again.was) == ("Eva", {}) and len(claimed(office)) == 2
    left = office.did(membership.leave(office.setup, "eva@other.example", "Acme"))
    assert left.subject == "Eva" and "Ek" not in str((left.was, left.now))
    back = office.did(undo.undo(office.setup, left.trace))
    assert back.subject == "Eva" and "Ek" not in str((back.was, back.now)) and member()[:2] == ("Eva", True)
    store.users.came(office.world.acme, eva)
    assert member() == ("Eva Ek", False, "eva@other.example", 2)
    left = office.did(membership.leave(office.setup, "eva@other.example", "Acme"))
    assert left.subject == "Eva Ek"
    office.did(undo.undo(office.setup, left.trace))
    assert member()[:2] == ("Eva Ek", False)


def test_somebody_who_left_and_is_invited_back_signs_in_as_before(office: Office) -> None:
    first = invited(office)
    office.did(access.choose_password(office.setup, first.token, "hash"))
    office.did(user.remove(office.setup, EVA))
    claimed(office)
    back = invited(office)
    # No link: the password that they have still counts.
    assert back.token == "" and back.mailed
    assert "mail.joined" in str(next(one.says for one in claimed(office)))


def test_whoever_may_not_hand_on_a_link_is_refused_before_anybody_is_looked_up(office: Office) -> None:
    office.store.companies.add("Office", 1)
    for how in ("invite", "invite_again"):
        act = getattr(access, how)
        for address in (EVA, ANNA, "no address"):
            refused = act(office.setup, keys(office), R, address, company="Office", hands_on=False)
            assert (refused.field, refused.code) == ("address", "no_mail_leaves"), (how, address)
    assert isinstance(access.invite(office.setup, keys(office), R, EVA, company="Acme", hands_on=False), Invited)
    office.did(access.invite_again(office.setup, keys(office), R, EVA, company="Acme", hands_on=False))
