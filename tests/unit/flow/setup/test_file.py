"""One file of a message is deleted: from the record, the search, the email that brought it, and from nowhere else."""

from __future__ import annotations

import pytest

from tests.unit.flow.setup.conftest import Office
from weftmail.core.sought import sought
from weftmail.core.wording.sentences import say
from weftmail.flow.post import Draft, DraftFile, post
from weftmail.flow.setup import file, undo

LARGE = b"secretplan " * 200_000


def deliver(office: Office, *files: tuple[str, bytes], subject: str = "Plans") -> None:
    office.world.deliver(office.world.mail(files=files, subject=subject), "leads@acme.example")


def names(office: Office, label: str = "LEAD-1", number: int = 1) -> list[str]:
    message = office.world.thread(label)[number - 1]
    return [one.filename for one in office.store.messages.attachments(office.world.acme, message.id)]


@pytest.mark.parametrize("content", [b"secretplan", LARGE], ids=["small", "large"])
def test_the_file_goes_and_the_words_stay(office: Office, content: bytes) -> None:
    deliver(office, ("plan.txt", content), ("other.txt", b"other"))
    office.did(file.remove(office.setup, "LEAD-1", 1, 1))
    message, event = office.world.thread("LEAD-1")
    assert names(office) == ["other.txt"] and "40 chairs" in message.text
    assert event.says is not None and say(event.says) == "Anna deleted the file plan.txt of message 1"
    raw = office.store.blobs.read(office.world.row(1).blob_id)
    assert raw.endswith(b"\n\n") and b"Subject: Plans" in raw and b"c2VjcmV0cGxhb" not in raw
    blobs = office.store.connection.execute("select bytes from blob_piece").rows
    assert not any(b"secretplan" in bytes(one) or b"c2VjcmV0cGxhb" in bytes(one) for (one,) in blobs)
    assert not office.store.search.find(office.world.acme, sought("plan.txt"), ()).hits
    assert office.store.search.find(office.world.acme, sought("other.txt"), ()).hits


def test_the_same_file_stays_on_another_record(office: Office) -> None:
    for subject in ("One", "Two"):
        deliver(office, ("plan.txt", b"secretplan"), subject=subject)
    office.did(file.remove(office.setup, "LEAD-1", 1, 1))
    assert (names(office), names(office, "LEAD-2")) == ([], ["plan.txt"])
    message = office.world.thread("LEAD-2")[0]
    (left,) = office.store.messages.attachments(office.world.acme, message.id)
    assert office.store.blobs.read(left.blob_id) == b"secretplan"


def test_a_file_of_ours_has_no_email_to_shorten(office: Office) -> None:
    deliver(office)
    user = office.store.users.get(office.world.anna)
    assert user is not None
    draft = Draft(text="Here", files=[DraftFile("a.txt", "text/plain", b"ours")])
    post(office.store, office.world.installation, office.world.record("LEAD-1"), user, draft)
    done = office.did(file.remove(office.setup, "LEAD-1", 2, 1))
    assert names(office, number=2) == []
    assert office.refused(undo.undo(office.setup, done.trace))[0] == ""


def test_what_is_not_there_is_refused(office: Office) -> None:
    deliver(office, ("plan.txt", b"x"))
    for message, number in ((1, 0), (1, 2), (9, 1)):
        assert office.refused(file.remove(office.setup, "LEAD-1", message, number)) == ("file", "no_such_file")


def test_an_email_without_a_body_keeps_nothing_else() -> None:
    assert file._header(b"no header ends here") == b"\r\n"
    assert file._header(b"A: b\r\n\r\nbody") == b"A: b\r\n\r\n"
