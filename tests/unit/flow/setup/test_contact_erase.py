"""A person is erased: nothing of theirs is left in any table, and what stays is the company's."""

from __future__ import annotations

import json

import pytest

from tests.unit.flow.setup.conftest import Office
from tests.unit.world import ERIK, KARIN
from weftmail.core.sought import sought
from weftmail.core.wording.sentences import say
from weftmail.flow.due.kinds import KINDS
from weftmail.flow.due.sweeping import FIRST, SWEEP
from weftmail.flow.post import Draft, DraftFile, post
from weftmail.flow.setup import contact, contact_erase, contact_merge, undo
from weftmail.flow.setup.contact_erase import erase
from weftmail.store.due import Due
from weftmail.store.record import Record

ADDRESS = "karin@customer.example"
SECRETS = ("karin", "ek möbler", "walnutwood", "k@customer.example", "plan.txt")


def everything(office: Office) -> str:
    """Return all that any table holds, as text and in small letters; the index of words is swept by itself."""
    connection = office.store.connection
    tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'").rows]
    found = []
    for table in set(tables) - {"search_text_data"}:
        for row in connection.execute(f"select * from {table}").rows:
            found += [bytes(one).decode("latin-1") if isinstance(one, bytes) else str(one) for one in row]
    return "\n".join(found).lower()


def sweep(office: Office) -> int:
    """Run what is due after an erasure, to its end; return how many steps that took."""
    steps, now = 0, office.world.clock()
    for key in (FIRST, ""):
        again: int | None = now
        while again is not None:
            steps += 1
            due = Due(1, None, SWEEP, key, now, 1, "")
            again = KINDS[SWEEP].run(office.store, office.world.installation, due, now)
    return steps


@pytest.fixture
def known(office: Office) -> Office:
    """Karin asks, Anna answers her, Erik writes beside; Karin wrote to another alias, and one mail of hers is held."""
    world = office.world
    world.deliver(
        world.mail(verified=True, subject="Walnutwood for Karin", text="Is walnutwood there?\n",
                   files=[("plan.txt", b"walnutwood plan")]),
        "leads@acme.example",
        sender=ADDRESS,
    )  # fmt: skip
    record = world.record("LEAD-1")
    user = world.store.users.get(world.anna)
    assert user is not None
    post(
        world.store,
        world.installation,
        record,
        user,
        Draft(text="Yes, it is", files=[DraftFile("a.txt", "text/plain", b"ours")]),
    )
    world.deliver(world.mail(ERIK, subject="Prices"), "leads@acme.example", sender="erik@other.example")
    world.deliver(
        world.mail("Karin Ek <k@customer.example>", to="support@acme.example", verified=True), "support@acme.example"
    )
    office.did(contact_merge.merge(office.setup, ADDRESS, "k@customer.example"))
    office.did(contact.change(office.setup, ADDRESS, note="Calls herself Karin of Ek Möbler"))
    world.store.drafts.put(
        world.acme, record.id, world.anna, "message", json.dumps({"to": [ADDRESS], "text": "Dear Karin Ek"}), 5
    )
    return office


def lead(office: Office) -> Record:
    return office.world.record("LEAD-1")


def test_nothing_of_the_person_is_left_in_any_table(known: Office) -> None:
    before = everything(known)
    assert all(secret in before for secret in SECRETS)
    known.did(erase(known.setup, ADDRESS, typed=f" {ADDRESS.upper()} "))
    after = everything(known)
    assert [line for line in after.splitlines() if any(secret in line for secret in SECRETS)] == []
    assert "yes, it is" in after and "ours" in after and "erik" in after
    assert not known.store.search.find(known.world.acme, sought("walnutwood"), ()).hits


def test_words_go_from_the_file_too_once_the_index_is_merged(known: Office) -> None:
    known.did(erase(known.setup, ADDRESS, typed=ADDRESS))
    assert known.store.due.next_at(known.world.clock()) is not None
    assert sweep(known) >= 2
    known.store.connection.execute("pragma wal_checkpoint(truncate)")
    content = known.world.path.read_bytes().lower()
    assert b"walnutwood" not in content and b"k@customer.example" not in content
    assert known.store.search.find(known.world.acme, sought("Prices"), ()).hits


def test_the_plan_counts_what_goes_and_what_stays(known: Office) -> None:
    plan = contact_erase.plan(known.store, ADDRESS)
    counts = plan.counts
    assert (counts.messages, counts.files, counts.mails, counts.records, counts.places) == (2, 1, 2, 2, 2)
    assert counts.answers == 1 and plan.addresses == (ADDRESS, "k@customer.example")
    sentences = [say(one) for one in (*plan.goes, *plan.stays)]
    assert "2 messages that they wrote" in sentences and "1 file in these messages" in sentences
    assert any(one.startswith("2 records whose customer they were") for one in sentences)
    assert "karin" in everything(known), "a plan changes nothing"


def test_the_record_stays_with_its_number_and_an_event_in_the_place_of_the_words(known: Office) -> None:
    done = known.did(erase(known.setup, ADDRESS, typed=ADDRESS))
    assert done.company_id == known.world.acme and done.was["messages"] == 2 and done.now["messages"] == 0
    kinds = [one.kind for one in known.world.thread("LEAD-1")]
    assert kinds == ["event", "post"]
    first, answer = known.world.thread("LEAD-1")
    assert first.says is not None and say(first.says) == "Anna erased a message, with whoever wrote it"
    assert (lead(known).title, lead(known).customer_id, lead(known).awaits_since_at) == ("[…]", None, None)
    (delivery,) = [one for one in known.store.messages.deliveries(known.world.acme, answer.id) if one.contact_id]
    assert (delivery.name, delivery.address) == ("[…]", "")
    assert known.refused(undo.undo(known.setup, done.trace))[0] == ""


def test_a_copy_that_waits_does_not_leave(known: Office) -> None:
    _, answer = known.world.thread("LEAD-1")
    known.did(erase(known.setup, ADDRESS, typed=ADDRESS))
    states = {one.state for one in known.store.messages.deliveries(known.world.acme, answer.id) if one.contact_id}
    assert states == {"cancelled"}


def test_one_that_leaves_at_this_moment_is_waited_for(known: Office) -> None:
    now = known.world.clock()
    assert known.store.outbox.claim("sender", now, now + 60_000, 50)
    assert known.refused(erase(known.setup, ADDRESS, typed=ADDRESS)) == ("", "erase_leaving")
    assert "walnutwood" in everything(known)


def test_the_address_has_to_be_typed(known: Office) -> None:
    for typed in ("", "erik@other.example", "karin"):
        assert known.refused(erase(known.setup, ADDRESS, typed=typed)) == ("typed", "erase_typed")
    assert known.refused(erase(known.setup, "nobody@customer.example", typed="")) == (
        "address",
        "no_such_contact_to_remove",
    )


def test_who_writes_again_is_somebody_new(known: Office) -> None:
    known.did(erase(known.setup, ADDRESS, typed=ADDRESS))
    world = known.world
    world.deliver(world.mail(KARIN, subject="Hello"), "leads@acme.example", sender=ADDRESS)
    found = known.store.contacts.by_address(world.acme, ADDRESS)
    assert found is not None and found.archived_at is None and world.record("LEAD-3").title == "Hello"


def test_a_colleague_of_the_same_name_keeps_it(known: Office) -> None:
    known.did(contact.change(known.setup, ADDRESS, name="Anna"))
    known.did(erase(known.setup, ADDRESS, typed=ADDRESS))
    assert any(row.actor == "Anna" for row in known.store.audit.all())
    first = known.world.thread("LEAD-1")[0]
    assert first.says is not None and first.says.values["actor"] == "Anna"


def test_mail_that_several_wrote_the_same_way_stays_theirs(known: Office) -> None:
    known.did(erase(known.setup, ADDRESS, typed=ADDRESS))
    assert [one.kind for one in known.world.thread("LEAD-2")] == ["received"]
    assert known.store.blobs.read(known.world.row(2).blob_id).count(b"erik@other.example") >= 1


def test_what_was_dropped_goes_and_so_does_a_later_answer(known: Office) -> None:
    world = known.world
    world.deliver(world.mail(verified=True, references=[world.thread("LEAD-1")[1].rfc_message_id], text="Thanks"),
                  "leads@acme.example", sender=ADDRESS)  # fmt: skip
    known.did(contact.block(known.setup, ADDRESS))
    dropped = world.deliver(world.mail(subject="Dropped"), "leads@acme.example", sender=ADDRESS)
    assert dropped.state == "discarded"
    known.did(erase(known.setup, ADDRESS, typed=ADDRESS))
    assert known.store.inbound.get(dropped.id) is None
    left = everything(known).splitlines()
    assert [one for one in left if "thanks" in one or "karin" in one] == []
