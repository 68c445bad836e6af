"""A colleague unfollows by email: by the address in a notification's foot, verified, and nothing reaches anybody else.

The mails are those of several providers and programs, quotes and signatures with them, under real signatures.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.unit.flow.test_deliver import Postbox, sender
from tests.unit.flow.test_signed import SIGNERS, SPF, delivered, sign
from tests.unit.mail import kept
from tests.unit.world import ANNA, World
from weftmail.core.tokens import reply_token
from weftmail.core.tokens.reply_token import Token
from weftmail.core.wording.sentences import say
from weftmail.flow.actor import Actor
from weftmail.flow.post import Draft, post
from weftmail.flow.refusal import Refusal
from weftmail.flow.review import release
from weftmail.flow.setup import move, undo
from weftmail.flow.setup.act import Setup
from weftmail.locale import language
from weftmail.store.inbound import InboundRow

MINE = "anna@acme.example"
ADDRESS = re.compile(r"reply\+[a-z2-7]{40}@[a-z.]+")
GMAIL = (
    "{}\n\n-- \nAnna Berg\nAcme\n\nOn Mon, 23 Nov 2026 at 10:00, Karin Ek via Acme <leads@acme.example> wrote:\n"
    "> --- Reply above this line ---\n>\n> Karin Ek wrote on LEAD-1\n>\n> Could you do 40 chairs?\n"
)
OUTLOOK = (
    "{}\n\nMed vänlig hälsning\nAnna Berg\nAcme AB\n+46 8 123 45 67\n\n________________________________\n"
    "Från: Karin Ek via Acme <leads@acme.example>\nSkickat: den 23 november 2026 10:00\nTill: LEAD-1\n"
    "Ämne: Quote for 40 chairs\n\nCould you do 40 chairs?\n"
)
WRITTEN = {
    "an empty one": "",
    "one word": "unfollow",
    "Gmail": GMAIL.format("unfollow"),
    "Gmail, words for a customer": GMAIL.format("Dear Karin, we can do 40 for 90 each."),
    "Outlook in Swedish": OUTLOOK.format("sluta följa"),
    "Apple Mail": "Stop\n\nSkickat från min iPhone\n\n> 23 nov. 2026 skrev Karin Ek <x@y.example>:\n> \n> Hej\n",
    "Thunderbird, below": "Am 23.11.26 um 10:00 schrieb Karin Ek:\n> Could you do 40 chairs?\n\nunfollow\n-- \nAnna\n",
    "the whole foot quoted": GMAIL.format("bye") + "> Unfollow by email, from your own address\n> LEAD-1: reply+x\n",
}


class Reader:
    """LEAD-1, LEAD-2 and TICKET-1, which Anna and Björn follow, and what leaves."""

    def __init__(self, world: World) -> None:
        self.world, self.store = world, world.store
        self.box = Postbox()
        for alias in ("leads", "leads", "support"):
            world.deliver(world.mail(verified=True), f"{alias}@acme.example")
        for one in ("LEAD-1", "LEAD-2", "TICKET-1"):
            for user in (world.anna, world.bjorn):
                self.store.records.follow(world.acme, world.record(one).id, user, 1)
        self.leaves()

    def leaves(self) -> list[str]:
        """Let everything leave; return to whom it went."""
        before = len(self.box.taken)
        while sender(self.world, self.box).round().worked:
            pass
        return [one for _, recipients, _ in self.box.taken[before:] for one in recipients]

    def notification(self, number: int = 0) -> str:
        """The text of a notification that Anna got."""
        mine = [at for at, one in enumerate(self.box.taken) if MINE in one[1]]
        return self.box.text(mine[number])

    def addresses(self, number: int = 0) -> tuple[str, str]:
        """The addresses in its foot: of the record, and of its type."""
        one, of_type = ADDRESS.findall(self.notification(number))
        return one, of_type

    def follows(self, user: int | None = None) -> list[str]:
        user = self.world.anna if user is None else user
        there = [(one, self.world.record(one)) for one in ("LEAD-1", "LEAD-2", "TICKET-1")]
        return [
            name for name, record in there
            if user in {one.user_id for one in self.store.records.followers(self.world.acme, record.id)}
        ]  # fmt: skip

    def writes(self, to: str, text: str = "", *, author: str = ANNA, shown: str = "", **how: object) -> InboundRow:
        raw = self.world.mail(author, shown or to, "Unfollow", text, **{"verified": True, **how})  # type: ignore[arg-type]
        return self.world.deliver(raw, to, author.rpartition("<")[2].rstrip(">"))

    def noticed(self, user: int | None = None, code: str = "en") -> list[str]:
        """What stands in the inbox that is about it."""
        found = self.store.inbox.notices(self.world.anna if user is None else user, self.world.acme)
        return [say(one.says, language(code)) for one in found if one.says.code.startswith("notice.unfollowed")]

    def setup(self) -> Setup:
        actor = Actor("Anna", self.world.anna)
        return Setup(self.store, actor, self.world.clock, None, lambda *_: "", ("en",), lambda _: True)


@pytest.fixture
def reader(world: World) -> Reader:
    return Reader(world)


ALL = ["LEAD-1", "LEAD-2", "TICKET-1"]


@pytest.mark.parametrize("name", WRITTEN)
def test_whatever_a_program_writes_it_unfollows_and_reaches_nobody(reader: Reader, name: str) -> None:
    one, _ = reader.addresses()
    row = reader.writes(one, WRITTEN[name])
    assert (row.state, say(row.why) if row.why else "") == ("discarded", "Anna unfollows LEAD-1")
    assert reader.follows() == ["LEAD-2", "TICKET-1"] and reader.follows(reader.world.bjorn) == ALL
    assert [(one.kind, one.says.code if one.says else "") for one in reader.world.thread("LEAD-1")][1:] == [
        ("event", "event.unfollowed")
    ]
    assert reader.leaves() == []
    (noticed,) = reader.noticed()
    assert noticed == (
        "You asked by email to unfollow LEAD-1, and follow it no longer: Quote for 40 chairs. "
        "Your email was sent to nobody."
    )
    assert reader.noticed(reader.world.bjorn) == []
    # And nothing comes of the record any more.
    first = reader.world.thread("LEAD-1")[0].rfc_message_id
    reader.world.deliver(reader.world.mail(verified=True, references=[first]), "leads@acme.example")
    assert MINE not in reader.leaves()


@pytest.mark.parametrize("name", SIGNERS)
def test_it_is_hers_as_each_provider_signs_it(reader: Reader, name: str) -> None:
    one, _ = reader.addresses()
    raw = kept(f"signed/{name}").replace(b"reply@acme.example", one.encode())
    row = reader.world.deliver(delivered(sign(raw, SIGNERS[name]), more=SPF), one, MINE)
    assert row.state == "discarded" and reader.follows() == ["LEAD-2", "TICKET-1"] and reader.leaves() == []


@pytest.mark.parametrize("name", SIGNERS)
def test_another_mail_of_hers_that_is_passed_on_to_the_address_changes_nothing(reader: Reader, name: str) -> None:
    """Her answer to a customer bears her signature; whoever has it can hand it over anywhere, with another field."""
    (one, of_type), answers = reader.addresses(), kept(f"signed/{name}")
    for to in (one, of_type):
        for shown in (b"karin@customer.example", f"reply+{'a' * 40}@acme.example".encode()):
            signed = sign(answers.replace(b"reply@acme.example", shown), SIGNERS[name])
            for more in (b"", b"Cc: " + to.encode() + b"\r\n"):
                verdict = "pass" if not more or name == "microsoft" else "fail"
                row = reader.world.deliver(delivered(more + signed, verdict), to, "relay@other.example")
                assert row.state in ("discarded", "duplicate") and reader.follows() == ALL, (name, more)
    assert reader.noticed() and all("nothing changed" in said for said in reader.noticed())


def test_all_of_a_type_are_left_and_no_other(reader: Reader) -> None:
    _, of_type = reader.addresses()
    reader.writes(of_type)
    assert reader.follows() == ["TICKET-1"] and reader.follows(reader.world.bjorn) == ALL and reader.leaves() == []
    (noticed,) = reader.noticed()
    assert noticed == (
        "You asked by email to unfollow records of type lead, and follow 2 of them no longer. "
        "Your email was sent to nobody."
    )
    assert "Du bad per mejl att sluta följa ärenden av typen lead" in reader.noticed(code="sv")[0]
    # What comes by the alias comes to her as before.
    reader.world.deliver(reader.world.mail(verified=True, subject="New"), "leads@acme.example")
    assert MINE in reader.leaves()
    reader.writes(of_type)
    reader.writes(reader.addresses(2)[1])
    assert reader.follows() == []


@pytest.mark.parametrize("word", ["unfollow", "sluta följa", "Unfollow LEAD-1", "stop", "mute", "avregistrera"])
def test_an_answer_is_an_answer_whatever_its_first_line_says(reader: Reader, word: str) -> None:
    to = str(reader.box.mail(0)["Reply-To"]).rpartition("<")[2].rstrip(">")
    row = reader.writes(to, GMAIL.format(word))
    assert row.state == "filed" and reader.follows() == ALL and reader.noticed() == []
    sent = reader.world.thread("LEAD-1")[-1]
    assert (sent.kind, sent.reply_text.split("\n")[0]) == ("post", word)
    assert "karin@customer.example" in reader.leaves()


@pytest.mark.parametrize(
    ("how", "state", "says"),
    [
        ({"verified": False}, "discarded", "it bears a colleague's address and is not verified"),
        ({"signs": "from:date"}, "discarded", "does not cover Subject"),
        ({"headers": [("Auto-Submitted", "auto-replied")]}, "held", ""),
        ({"headers": [("Auto-Submitted", "auto-generated")]}, "held", ""),
        ({"author": "Karin Ek <karin@customer.example>"}, "held", ""),
        ({"author": "Mallory <x@nowhere.example>", "verified": False}, "held", ""),
    ],
)
def test_whoever_is_not_proved_to_be_the_colleague_changes_nothing(
    reader: Reader, how: dict[str, object], state: str, says: str
) -> None:
    for to in reader.addresses():
        row = reader.writes(to, "Dear Karin, unfollow", **how)  # type: ignore[arg-type]
        assert row.state == state and reader.follows() == ALL and reader.leaves() == []
        assert [one.kind for one in reader.world.thread("LEAD-1")] == ["received"]
    noticed = reader.noticed()
    assert len(noticed) == (2 if says else 0) and all(
        says in one and "To unfollow, open LEAD-1" in one for one in noticed
    )


def test_what_somebody_else_wrote_there_is_filed_by_a_person_and_answers_nobody(reader: Reader) -> None:
    one, _ = reader.addresses()
    row = reader.writes(one, "Is it for me?", author="Karin Ek <karin@customer.example>")
    assert row.record_id == reader.world.record("LEAD-1").id and row.answers_id is None
    release(reader.store, reader.world.installation, row.id)
    assert [one.kind for one in reader.world.thread("LEAD-1")] == ["received", "received"]
    assert set(reader.leaves()) <= {MINE} and reader.follows() == ALL


def test_a_program_in_a_colleagues_name_is_filed_inside(reader: Reader) -> None:
    one, _ = reader.addresses()
    row = reader.writes(one, "I am away", headers=[("Auto-Submitted", "auto-replied")])
    release(reader.store, reader.world.installation, row.id)
    assert [one.kind for one in reader.world.thread("LEAD-1")] == ["received", "note"]
    assert "karin@customer.example" not in reader.leaves()


def test_the_null_sender_unfollows_nobody(reader: Reader) -> None:
    one, _ = reader.addresses()
    raw = reader.world.mail(ANNA, one, "Unfollow", "", verified=True)
    assert reader.world.deliver(raw, one, "").state == "held" and reader.follows() == ALL


def test_one_that_was_handed_over_before_counts_once(reader: Reader) -> None:
    """Whoever kept her mail cannot make her leave again what she came back to."""
    one, _ = reader.addresses()
    raw = reader.world.mail(ANNA, one, "Unfollow", "", verified=True)
    reader.world.deliver(raw, one, MINE)
    reader.store.records.follow(reader.world.acme, reader.world.record("LEAD-1").id, reader.world.anna, 2)
    assert reader.world.deliver(raw, one, MINE).state == "duplicate" and reader.follows() == ALL
    assert len(reader.noticed()) == 1


def test_who_does_not_follow_is_told_so(reader: Reader) -> None:
    one, of_type = reader.addresses()
    for number, to in enumerate((one, one, of_type, of_type)):
        reader.writes(to, str(number))
    assert reader.follows() == ["TICKET-1"]
    idle = [said for said in reader.noticed() if "which you did not follow: nothing changed" in said]
    assert sorted(said.partition(",")[0].partition("unfollow ")[2] for said in idle) == [
        "LEAD-1", "all records of type lead",
    ]  # fmt: skip
    assert len(reader.noticed()) == 4


def test_it_is_taken_back_in_the_history(reader: Reader) -> None:
    one, of_type = reader.addresses()
    for to, left in ((one, ["LEAD-2", "TICKET-1"]), (of_type, ["TICKET-1"])):
        reader.writes(to)
        assert reader.follows() == left
        newest = reader.store.audit.all(reader.world.acme, most=1)[0]
        assert newest.user_id == reader.world.anna
        back = undo.undo(reader.setup(), newest.id)
        assert not isinstance(back, Refusal) and reader.follows() == ALL


def test_a_colleague_elsewhere_and_an_address_that_is_worth_nothing_any_more(reader: Reader) -> None:
    world = reader.world
    one, _ = reader.addresses()
    beta = reader.store.companies.add("Beta", 1)
    eva = reader.store.users.add("Eva", "eva@acme.example", 1)
    reader.store.users.join(beta, eva, "agent")
    assert reader.writes(one, author="Eva <eva@acme.example>").state == "discarded" and reader.follows() == ALL
    record = world.record("LEAD-1")
    for purpose in ("unfollow", "unfollow type"):
        late = Token(purpose, world.thread("LEAD-1")[0].id, 0, 7)  # type: ignore[arg-type]
        to = reply_token.address(world.installation.keyring, late, "acme.example")
        assert reader.writes(to).state == "unmatched" and reader.follows() == ALL
    # Another letter of it is no address of ours.
    wrong = one.replace(one[6:12], "zzzzzz")
    assert reader.writes(wrong).state == "unmatched" and reader.follows() == ALL
    # What was merged is followed where it is part of.
    assert not isinstance(move.merge(reader.setup(), "LEAD-1", "LEAD-2"), Refusal)
    assert reader.writes(one).state == "discarded"
    assert world.anna not in {x.user_id for x in reader.store.records.followers(world.acme, world.record("LEAD-2").id)}
    assert record.label == "LEAD-1" and "unfollow LEAD-2" in reader.noticed()[0]


def test_a_mailbox_in_front_keeps_the_address_in_to(reader: Reader) -> None:
    """Where the envelope names an alias alone, the address counts that stands there by itself."""
    one, of_type = reader.addresses()
    row = reader.writes("leads@acme.example", shown=f"{one}, leads@acme.example")
    assert row.state == "filed" and reader.follows() == ALL
    row = reader.writes("leads@acme.example", "y", shown="leads@acme.example", headers=[("Cc", one)])
    assert row.state == "filed" and reader.follows() == ALL
    row = reader.writes("leads@acme.example", "x", shown=one)
    assert row.state == "discarded" and reader.follows() == ["LEAD-2", "TICKET-1"]
    row = reader.writes("leads@acme.example", shown=f"Unfollow <{of_type}>", verified=False)
    assert row.state == "discarded" and reader.follows() == ["LEAD-2", "TICKET-1"]


def test_no_copy_for_outside_and_none_for_a_mention_has_such_an_address(reader: Reader) -> None:
    world = reader.world
    anna = reader.store.users.get(world.anna)
    assert anna is not None
    post(reader.store, world.installation, world.record("LEAD-1"), anna, Draft(text="Yes", mentions=["Björn"]))
    reader.store.users.set(replace(reader.store.users.get(world.bjorn), prefers="email"))  # type: ignore[type-var]
    post(reader.store, world.installation, world.record("LEAD-1"), anna, Draft(text="@Björn look", note=True))
    before = len(reader.box.taken)
    assert set(reader.leaves()) >= {"karin@customer.example", "bjorn@acme.example"}
    for at in range(before, len(reader.box.taken)):
        mail = reader.box.mail(at)
        reply_to = ADDRESS.findall(str(mail["Reply-To"]))
        whole = reader.box.taken[at][2].decode().replace("=\r\n", "").replace("=\n", "")
        assert set(ADDRESS.findall(whole)) <= set(reply_to), reader.box.taken[at][1]


@pytest.mark.parametrize(("code", "begins"), [("en", "Unfollow by email, from"), ("sv", "Sluta följa per mejl, från")])
def test_the_foot_says_so_in_the_readers_language_in_text_and_html(world: World, code: str, begins: str) -> None:
    anna = world.store.users.get(world.anna)
    assert anna is not None
    world.store.users.set(replace(anna, language=code))
    reader = Reader(world)
    text = reader.notification()
    assert text.index(begins) > text.index("\n-- ")
    page = reader.box.mail(0).get_body(("html",))
    assert page is not None
    links = re.findall(r'href="mailto:([^"?]+)\?subject=([^"]+)"', page.get_content())
    assert tuple(address for address, _ in links) == reader.addresses()
    assert "%20LEAD-1" in links[0][1] and begins in page.get_content()


@pytest.mark.parametrize("code", ["en", "sv"])
@pytest.mark.parametrize("wrap", [0, 72, 40])
@pytest.mark.parametrize("mark", ["", "> ", ">> "])
def test_an_answer_leaves_without_that_part_of_the_foot(world: World, code: str, wrap: int, mark: str) -> None:
    """Whatever program quoted it: text as it stands, wrapped anew, or made of the HTML."""
    anna = world.store.users.get(world.anna)
    assert anna is not None
    world.store.users.set(replace(anna, language=code))
    reader = Reader(world)
    sentence, first, second = reader.notification().rstrip().split("\n")[-3:]
    one, of_type = reader.addresses()
    made = " ".join(
        (
            f"{sentence} {first.partition(':')[0]} <mailto:{one}?subject=Unfollow%20LEAD-1> ·",
            f"{second.partition(':')[0]} <mailto:{of_type}?subject=x>",
        )
    )
    to = str(reader.box.mail(0)["Reply-To"]).rpartition("<")[2].rstrip(">")
    for number, lines in enumerate(([sentence, first, second], [made])):
        wrapped = [piece for line in lines for piece in (_wrapped(line, wrap) if wrap else [line])]
        quoted = "".join(f"{mark}{line}\n" for line in wrapped)
        row = reader.writes(to, f"Yes, {number}.\n\n{quoted}\nAnd lamps.\n")
        assert row.state == "filed", (row.why, quoted)
        sent = reader.world.thread("LEAD-1")[-1]
        assert sent.kind == "post" and "reply+" not in sent.reply_text
        assert "Yes," in sent.reply_text and "And lamps." in sent.reply_text
    reader.leaves()
    for _, recipients, data in reader.box.taken:
        if "karin@customer.example" in recipients:
            whole = data.decode().replace("=\r\n", "").replace("=\n", "")
            assert one not in whole and of_type not in whole and sentence[:20] not in whole


def _wrapped(line: str, width: int) -> list[str]:
    found: list[str] = [""]
    for word in line.split(" "):
        if found[-1] and len(found[-1]) + len(word) >= width:
            found.append(word)
        else:
            found[-1] = f"{found[-1]} {word}".strip()
    return found
