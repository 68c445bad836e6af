"""What is offered to be undone can be undone: each act that has a way back, offered once, and not after it was used."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.flow.setup.test_dkim_key import MemoryKeys, files
from tests.unit.flow.setup.test_server import SECRET_FILES
from tests.unit.flow.setup.test_server import add as add_server
from tests.unit.flow.setup.test_server import change as change_server
from tests.unit.flow.setup.test_suppression import bounced, suppressed
from tests.unit.flow.test_mail_import import imported as old_mail
from tests.unit.flow.test_mail_import import mail
from tests.unit.world import ERIK
from weftmail.core.role import Role
from weftmail.core.wording.phrase import Phrase
from weftmail.flow.post import Draft, post
from weftmail.flow.running import RUNNING
from weftmail.flow.setup import (
    absence,
    access,
    activity,
    activity_type,
    alias,
    alias_csv,
    company,
    contact,
    contact_merge,
    copy,
    dkim_key,
    domain,
    exemption,
    failed,
    follower,
    forward,
    guide,
    images,
    layout,
    leave_type,
    leaving,
    mail_import,
    many,
    membership,
    move,
    named,
    note,
    organisation,
    participant,
    record,
    record_type,
    retention,
    retype,
    review,
    saved_filter,
    saved_reply,
    second_factor,
    server,
    setting,
    signature,
    snooze,
    suppression,
    team,
    undo,
    user,
)
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.activity import Planned
from weftmail.flow.setup.layout import LayoutChange
from weftmail.flow.setup.record_change import RecordChanges
from weftmail.flow.setup.record_type import TypeChanges
from weftmail.flow.setup.saved_reply import ReplyValues
from weftmail.flow.setup.undo import Trace
from weftmail.flow.written import Written
from weftmail.store.audit import AuditRow
from weftmail.store.people import User

Act = Callable[[Office], Done]
REPLY = ReplyValues("Thanks", "Thank you")
NINA = "nina@acme.example"


def invited(office: Office, address: str = NINA) -> Done:
    made = access.invite(
        office.setup, office.world.installation.keyring, address.encode().ljust(16)[:16], address, company="Acme"
    )
    return office.did(made)


def held(office: Office) -> int:
    world = office.world
    world.deliver(world.mail(), "leads@acme.example")
    first = world.thread("LEAD-1")[0].rfc_message_id
    return world.deliver(world.mail(ERIK, references=[first]), "leads@acme.example").id


def answer(office: Office) -> int:
    world = office.world
    world.deliver(world.mail(), "leads@acme.example")
    anna = office.store.users.get(world.anna)
    assert anna is not None
    post(office.store, world.installation, world.record("LEAD-1"), anna, Draft(text="Yes"))
    return next(one.row.id for one in office.store.listings.outbox() if one.row.audience == "outsider")


def laid_out(office: Office) -> Done:
    return office.did(layout.change(office.setup, LayoutChange(colour="#aa3300")))


def sent_on(office: Office) -> Done:
    world = office.world
    text = (
        "---------- Forwarded message ---------\nFrom: Olle Berg <olle@branch.example>\nSubject: Stools\n\nTen, please."
    )
    raw = world.mail("Anna <anna@acme.example>", subject="Fwd: Stools", text=text, login="anna@acme.example")
    world.deliver(raw, "support@acme.example")
    return Done("mail", world.acme, "TICKET-1", {}, {})


def before(office: Office, *acts: Act) -> Office:
    for one in acts:
        one(office)
    return office


def added(office: Office) -> Done:
    return office.did(alias.add(office.setup, "sales@acme.example", opens="lead"))


def replied(office: Office) -> Done:
    return office.did(saved_reply.add(office.setup, REPLY))


def unsaid(office: Office) -> Done:
    return office.did(saved_reply.remove(office.setup, 1))


def gone(office: Office) -> Done:
    return office.did(absence.leave(office.setup, NINA, "2027-02-01"))


def teamed(office: Office) -> Done:
    return office.did(team.add(office.setup, "Sales", company="Acme", add_members=[NINA]))


def served(office: Office) -> Done:
    return office.did(add_server(office))


def lifted(office: Office) -> Done:
    suppressed(office)
    return office.did(suppression.lift(office.setup, "karin@customer.example"))


def corrected(office: Office) -> Done:
    return office.did(failed.correct(office.setup, bounced(office), "karin.ek@customer.example", company_id=1))


def exempted(office: Office) -> Done:
    return office.did(exemption.add(office.setup, "shop@customer.example"))


def pictured(office: Office) -> Done:
    office.did(contact.add(office.setup, "karin@pictures.example", name="Karin"))
    return office.did(images.load(office.setup, "karin@pictures.example"))


def recorded(office: Office) -> Done:
    office.world.deliver(office.world.mail(), "leads@acme.example")
    return office.did(follower.remove(office.setup, "LEAD-1", "anna@acme.example"))


ANNA = "anna@acme.example"


def on(office: Office) -> Office:
    office.did(follower.add(office.setup, "LEAD-1", ANNA))
    return office


def anna(office: Office) -> User:
    found = office.store.users.get(office.world.anna)
    assert found is not None
    return found


def noted(office: Office) -> int:
    office.world.deliver(office.world.mail(), "leads@acme.example")
    draft = Draft(text="Teak", note=True)
    post(office.store, office.world.installation, office.world.record("LEAD-1"), anna(office), draft)
    return office.world.thread("LEAD-1")[-1].number


def imported(office: Office) -> Done:
    lines = b"address,opens\nsales@acme.example,lead\n"
    brought = alias_csv.bring_in(office.setup, lines, company="Acme", name="more.csv")
    assert isinstance(brought, alias_csv.Imported) and brought.act is not None
    return office.did(brought.act)


KEYS: dict[int, MemoryKeys] = {}
"""The private halves of each office, which rotating needs once more."""


def read_in(office: Office) -> Done:
    into = mail_import.goal(office.store, "lead", name="first")
    old_mail(office.world, mail(), into=into)
    return office.did(mail_import.imported(office.setup, into, "old.mbox", 1))


def private(office: Office) -> MemoryKeys:
    if id(office) not in KEYS:
        KEYS.clear()
        with tempfile.TemporaryDirectory() as folder:
            KEYS[id(office)] = files(folder)
    return KEYS[id(office)]


def keyed(office: Office) -> Done:
    return office.did(dkim_key.create(office.setup, "acme.example", private(office)))


def signing(office: Office) -> Done:
    return office.did(dkim_key.sign_now(office.setup, "acme.example"))


def rotated(office: Office) -> Done:
    return office.did(dkim_key.rotate(office.setup, "acme.example", private(office)))


def two_records(office: Office) -> Done:
    for subject in ("Chairs", "Tables"):
        office.world.deliver(office.world.mail(subject=subject, verified=True), "leads@acme.example")
    return office.did(record.change(office.setup, "LEAD-2", RecordChanges(state="closed")))


def merged(office: Office) -> Done:
    return office.did(move.merge(before(office, two_records).setup, "LEAD-2", "LEAD-1"))


def kept(office: Office) -> Done:
    return office.did(saved_filter.add(office.setup, "Late", "only=waiting"))


def snoozed(office: Office) -> Done:
    recorded(office)
    return office.did(snooze.snooze(office.setup, "LEAD-1", "answer"))


ERIKS, KARINS = "erik@other.example", "karin@customer.example"


def written_to(office: Office) -> Done:
    return office.did(contact.add(office.setup, ERIKS, name="Erik Ek"))


def belonging(office: Office) -> Done:
    return office.did(organisation.add(office.setup, "Ek", domains=["ek.example"]))


def planned(office: Office) -> Done:
    recorded(office)
    return office.did(activity.add(office.setup, "LEAD-1", Planned("call", "2027-01-20")))


def visiting(office: Office) -> Done:
    return office.did(activity_type.add(office.setup, "Visit"))


def founded(office: Office) -> Done:
    return office.did(company.add(office.setup, "Beta"))


def typed(office: Office) -> Done:
    return office.did(record_type.add(office.setup, "Acme", "contract", "CON"))


def off(office: Office) -> Done:
    return office.did(alias.switch_off(office.setup, "sales@acme.example"))


def about_to_leave(office: Office, *, scheduled: bool) -> Done:
    world = before(office, recorded).world
    body, record = Written(text="Yes").as_json(), world.record("LEAD-1")
    draft = world.store.drafts.put(world.acme, record.id, world.anna, "message", body, 1)
    return office.did(leaving.leave(office.setup, world.acme, draft, world.clock() + 10_000, scheduled=scheduled))


ACTS: dict[str, Act] = {
    "user.invite": invited,
    "user.add": lambda office: office.did(user.add(office.setup, NINA, company="Acme")),
    "user.set": lambda office: office.did(user.change(before(office, invited).setup, NINA, prefers="inbox")),
    "user.away": lambda office: office.did(absence.leave(before(office, invited).setup, NINA, "2027-02-01")),
    "user.back": lambda office: office.did(absence.back(before(office, invited, gone).setup, NINA)),
    "user.remove": lambda office: office.did(user.remove(before(office, invited).setup, NINA)),
    "membership.remove": lambda office: office.did(membership.leave(before(office, invited).setup, NINA, "Acme")),
    "alias.add": added,
    "alias.set": lambda o: o.did(alias.change(before(o, added).setup, "sales@acme.example", owner="anna@acme.example")),
    "alias.off": lambda office: off(before(office, added)),
    "alias.on": lambda o: o.did(alias.switch_on(before(o, added, off).setup, "sales@acme.example")),
    "alias.remove": lambda office: office.did(alias.remove(before(office, added).setup, "sales@acme.example")),
    "alias.import": imported,
    "team.add": lambda office: teamed(before(office, invited)),
    "team.set": lambda o: o.did(team.change(before(o, invited, teamed).setup, "Sales", new_name="Sellers")),
    "team.remove": lambda office: office.did(team.remove(before(office, invited, teamed).setup, "Sales")),
    "exemption.add": exempted,
    "server.add": served,
    "server.set": lambda o: o.did(change_server(before(o, served), per_day=100)),
    "server.remove": lambda o: o.did(server.remove(before(o, served).setup, "relay", SECRET_FILES)),
    "suppression.lift": lifted,
    "delivery.correct": corrected,
    "exemption.remove": lambda o: o.did(exemption.remove(before(o, exempted).setup, "shop@customer.example")),
    "contact.block": lambda office: office.did(contact.block(office.setup, "erik@other.example")),
    "activity.add": planned,
    "activity.set": lambda o: o.did(activity.change(before(o, planned).setup, 1, Planned("email", "2027-02-01"))),
    "activity.done": lambda o: o.did(activity.done(before(o, planned).setup, 1, "Yes")),
    "activity.remove": lambda o: o.did(activity.remove(before(o, planned).setup, 1)),
    "activity_type.add": visiting,
    "activity_type.remove": lambda o: o.did(activity_type.remove(before(o, visiting).setup, "Visit")),
    "contact.add": written_to,
    "contact.set": lambda o: o.did(contact.change(before(o, written_to).setup, ERIKS, note="Calls on Mondays")),
    "contact.remove": lambda o: o.did(contact.remove(before(o, written_to).setup, ERIKS)),
    "contact.merge": lambda o: o.did(contact_merge.merge(before(o, written_to, recorded).setup, ERIKS, KARINS)),
    "organisation.add": belonging,
    "organisation.set": lambda o: o.did(organisation.change(before(o, belonging).setup, "Ek", note="Oak")),
    "organisation.remove": lambda o: o.did(organisation.remove(before(o, belonging).setup, "Ek")),
    "contact.images": pictured,
    "contact.no_images": lambda o: o.did(images.ask(before(o, pictured).setup, "karin@pictures.example")),
    "follower.remove": recorded,
    "follower.add": lambda o: o.did(follower.add(before(o, recorded).setup, "LEAD-1", "anna@acme.example")),
    "follower.set": lambda o: o.did(follower.change(on(before(o, recorded)).setup, "LEAD-1", ANNA, muted=True)),
    "follower.add_team": lambda o: o.did(
        follower.add_team(before(o, invited, teamed, recorded).setup, "LEAD-1", "Sales")
    ),
    "follower.leave_type": lambda o: o.did(
        leave_type.leave(on(before(o, recorded)).setup, "lead", "anna@acme.example", company="Acme")
    ),
    "participant.add": lambda o: o.did(participant.add(before(o, recorded).setup, "LEAD-1", "nils@new.example")),
    "participant.remove": lambda o: o.did(
        participant.remove(before(o, recorded).setup, "LEAD-1", "karin@customer.example")
    ),
    "participant.correct": lambda o: o.did(
        participant.correct(before(o, recorded).setup, "LEAD-1", "karin@customer.example", "ek@customer.example")
    ),
    "forward.take_back": lambda o: o.did(forward.take_back(before(o, sent_on).setup, "TICKET-1", 1)),
    "layout.set": lambda o: o.did(layout.change(o.setup, LayoutChange(colour="#aa3300"))),
    "layout.remove": lambda o: o.did(layout.remove(before(o, laid_out).setup)),
    "signature.set": lambda o: o.did(signature.of_person(o.setup, "anna@acme.example", "Anna Ek")),
    "message.leave": lambda o: about_to_leave(o, scheduled=False),
    "message.schedule": lambda o: about_to_leave(o, scheduled=True),
    "note.edit": lambda o: o.did(note.edit(o.setup, "LEAD-1", noted(o), "Oak", anna(o))),
    "note.remove": lambda o: o.did(note.remove(o.setup, "LEAD-1", noted(o), anna(o))),
    "outbox.redirect": lambda office: office.did(copy.redirect(office.setup, answer(office), "ek@customer.example")),
    "outbox.cancel": lambda office: office.did(copy.cancel(office.setup, answer(office))),
    "review.discard": lambda o: o.did(review.discard(o.setup, o.world.installation, held(o))),
    "review.release": lambda o: o.did(review.release(o.setup, o.world.installation, held(o))),
    "review.spam": lambda o: o.did(review.spam(o.setup, o.world.installation, held(o))),
    "review.block": lambda o: o.did(review.block(o.setup, o.world.installation, held(o))),
    "dkim_key.create": keyed,
    "dkim_key.rotate": lambda office: rotated(before(office, keyed, signing)),
    "dkim_key.sign_now": lambda office: signing(before(office, keyed)),
    "dkim_key.retire": lambda o: o.did(dkim_key.retire(before(o, keyed, signing).setup, "acme.example", "wm27a")),
    "mail.import": read_in,
    "record.add": lambda o: o.did(record.add(o.setup, "lead", title="T")),
    "record.set": lambda o: o.did(record.change(before(o, recorded).setup, "LEAD-1", RecordChanges(state="closed"))),
    "record.many": lambda o: o.did(many.mark(before(o, recorded).setup, ["LEAD-1"], read=True)),
    "record.retype": lambda o: o.did(retype.change(before(o, recorded).setup, "LEAD-1", "order")),
    "record.snooze": snoozed,
    "record.snooze_many": lambda o: o.did(snooze.snooze_many(before(o, recorded).setup, ["LEAD-1"], snooze.ANSWER)),
    "record.wake": lambda o: o.did(snooze.wake(before(o, snoozed).setup, "LEAD-1")),
    "record.move": lambda o: o.did(move.move(before(o, two_records).setup, "LEAD-1", [1], "LEAD-2")),
    "record.split": lambda o: o.did(move.split(before(o, two_records).setup, "LEAD-1", [1], title="T")),
    "record.merge": merged,
    "record.separate": lambda o: o.did(undo.undo(o.setup, merged(o).trace)),
    "filter.add": kept,
    "reply.add": replied,
    "reply.set": lambda o: o.did(saved_reply.change(before(o, replied).setup, 1, replace(REPLY, text="Thanks!"))),
    "reply.remove": lambda o: o.did(saved_reply.remove(before(o, replied).setup, 1)),
    "reply.restore": lambda o: o.did(saved_reply.restore(before(o, replied, unsaid).setup, 1)),
    "filter.remove": lambda o: o.did(saved_filter.remove(before(o, kept).setup, 1)),
    "company.add": lambda office: office.did(company.add(office.setup, "Beta")),
    "company.remove": lambda office: office.did(company.remove(before(office, founded).setup, "Beta")),
    "record_type.add": typed,
    "record_type.remove": lambda o: o.did(record_type.remove(before(o, typed).setup, "Acme", "contract")),
    "company.set": lambda office: office.did(company.change(office.setup, "Acme", new_name="Acme Ltd")),
    "domain.set": lambda office: office.did(domain.change(office.setup, "acme.example", dedicated=False)),
    "domain.remove": lambda office: office.did(domain.remove(office.setup, "acme.example")),
    "domain.postmaster": lambda o: o.did(domain.postmaster(o.setup, "acme.example", "anna@acme.example")),
    "record_type.set": lambda o: o.did(record_type.change(o.setup, "Acme", "lead", TypeChanges(prefix="LD"))),
    "second_factor.demand": lambda office: office.did(second_factor.demand(office.setup, True, "Acme")),
    "guide.way": lambda o: o.did(guide.choose(o.setup, "Acme", "dedicated", "acme.example")),
    "guide.close": lambda office: office.did(guide.close(office.setup, "Acme")),
    "retention.set": lambda o: o.did(retention.change(o.setup, "trash", 30)),
    "setting.set": lambda office: office.did(setting.change(office.setup, next(iter(RUNNING)), "20")),
}
LEFT_BY_OTHERS = {
    "company.restore", "record_type.restore", "mail.import_back",
    "domain.restore", "alias.import_back", "alias.restore", "team.restore", "contact.unblock", "guide.open",
    "follower.remove_team", "follower.return_type", "forward.again", "note.restore", "suppression.restore",
}  # fmt: skip
"""Acts that stand in the log as the way back of one above; they are tried there."""


def row(office: Office, number: int) -> AuditRow:
    found = office.store.audit.get(number)
    assert found is not None
    return found


def offered(office: Office, number: int) -> bool:
    """Say whether the page offers to undo an act, to somebody who may do everything."""
    one = row(office, number)
    (found,) = undo.traces(office.store, one.company_id, [one])
    return found.offered_to(Role.OWNER)


def test_each_act_that_has_a_way_back_is_tried_here() -> None:
    acts = [name for name in undo._reversals() if Trace(AuditRow(1, 1, "", 1, "", name, "", "{}", "{}", 1)).latest]
    assert set(acts) == set(ACTS) | LEFT_BY_OTHERS


@pytest.mark.parametrize("name", ACTS)
def test_it_is_offered_once(office: Office, name: str) -> None:
    done = ACTS[name](office)
    assert done.act == name and offered(office, done.trace)
    back = office.did(undo.undo(office.setup, done.trace))
    # What it left is gone: pressing the same button again could only be refused.
    assert not offered(office, done.trace)
    if back.trace and offered(office, back.trace):
        office.did(undo.undo(office.setup, back.trace))
        assert not offered(office, back.trace)


def test_what_was_changed_since_is_not_offered(office: Office) -> None:
    first = office.did(alias.add(office.setup, "sales@acme.example", opens="lead"))
    second = office.did(alias.change(office.setup, "sales@acme.example", owner="anna@acme.example"))
    assert (offered(office, first.trace), offered(office, second.trace)) == (False, True)


def test_what_happened_to_others_changes_nothing(office: Office) -> None:
    made = invited(office)
    office.did(user.sign_in_link(office.setup, NINA, "token"))
    invited(office, "nils@acme.example")
    assert offered(office, made.trace)
    office.world.deliver(office.world.mail(), "leads@acme.example")
    nina = office.did(follower.add(office.setup, "LEAD-1", NINA))
    nils = office.did(follower.add(office.setup, "LEAD-1", "nils@acme.example"))
    assert offered(office, nina.trace) and offered(office, nils.trace)


def test_drop_and_block_is_one_act_with_one_way_back(office: Office) -> None:
    number, rows = held(office), len(office.store.audit.all())
    done = office.did(review.block(office.setup, office.world.installation, number))
    assert len(office.store.audit.all()) == rows + 1
    assert office.store.inbound.state(number) == "discarded" and office.store.contacts.blocked(1)
    office.did(undo.undo(office.setup, done.trace))
    assert office.store.inbound.state(number) == "held" and not office.store.contacts.blocked(1)
    assert office.refused(review.block(office.setup, office.world.installation, 99))


def test_an_email_is_called_by_what_people_know_of_it(office: Office) -> None:
    world = office.world
    long = world.deliver(world.mail(subject="Chairs " * 40), "leads@acme.example")
    none = world.deliver(world.mail(subject=""), "leads@acme.example")
    assert named.mail(long).startswith("Chairs Chairs") and named.mail(long).endswith("… · karin@customer.example")
    assert (named.mail(none), named.mail(None)) == ("karin@customer.example", "")
    world.store.outbox.add_words(
        world.acme, "account", [Phrase("mail.reset", {"seed": "s"})], "en", 1, user_id=world.bjorn
    )
    (last, *_) = [one.row.id for one in world.store.listings.outbox() if one.row.audience == "account"]
    found = world.store.outbox.get(last)
    assert found is not None and named.copy(world.store, found) == "bjorn@acme.example"


def test_a_page_of_acts_is_asked_for_at_once(office: Office) -> None:
    added(office), exempted(office), off(office)
    rows = office.store.audit.all()
    found = {one.row.act: one.latest for one in undo.traces(office.store, office.world.acme, rows)}
    assert found == {"alias.add": False, "exemption.add": True, "alias.off": True}
    assert undo.traces(office.store, office.world.acme, []) == []
