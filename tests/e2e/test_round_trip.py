"""The round trip: a customer's mail through a real mail server onto its record, out signed, and back.

One text for Postfix and for Exim, in Debian's two packages, its two layouts, and both ways of handing over.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import pytest

from tests.e2e.conftest import make_state
from tests.e2e.installation import ANNA, LiveInstallation, Server, live
from tests.e2e.opendkim import AUTHSERV_ID, Signer, Verifier
from tests.e2e.postfix import until
from tests.e2e.sink import Sent, Sink

KARIN = "karin@customer.example"
ERIK = "erik@other.example"
BJORN = "bjorn@acme.example"
TOKEN = re.compile(rb"\b(?:reply|bounce)\+([a-z2-7]{40})", re.IGNORECASE)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
    "e221bc330000000049454e44ae426082"
)


SERVERS: dict[str, dict[str, object]] = {
    "postfix": {},
    "exim": {"flavour": "light", "split": True},
    "exim-heavy-unsplit-pipe": {"flavour": "heavy", "split": False, "mode": "pipe"},
}


@pytest.fixture(scope="module", params=SERVERS)
def kind(request: pytest.FixtureRequest) -> str:
    """Which mail server it is."""
    return str(request.param)


@pytest.fixture(scope="module")
def state_dir(workspace: Path, kind: str) -> Path:
    """A state folder for each of them."""
    return make_state(workspace)


@pytest.fixture(scope="module")
def server(kind: str, state_dir: Path, make_postfix: Callable[..., Server], make_exim: Callable[..., Server]) -> Server:
    """The mail server."""
    return (make_postfix if kind == "postfix" else make_exim)(state_dir, **SERVERS[kind])


@pytest.fixture
def milter(server: Server) -> Iterator[Verifier]:
    """Who checks signatures for it."""
    yield server.milter
    server.milter.revive()


@pytest.fixture(scope="module")
def installation(server: Server, state_dir: Path) -> Iterator[LiveInstallation]:
    """Acme behind Postfix: a listener, a resident sender, Anna as owner of leads@ and support@."""
    made = live(server, state_dir, server.milter)
    made.admin("user", "add", BJORN, "--name", "Björn", "--prefers", "inbox", "--company", "Acme")
    made.listener()
    made.sender()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def customer(server: Server) -> Signer:
    """Karin's domain, which signs its mail."""
    return Signer("customer.example", server.milter)


@pytest.fixture(scope="module")
def acme(server: Server) -> Signer:
    """The mail server of Acme's people, which signs with a key of its own."""
    return Signer("acme.example", server.milter, "office")


@pytest.fixture(scope="module")
def friend(server: Server) -> Signer:
    """The domain of Karin's friend Erik, which signs its mail, too."""
    return Signer("other.example", server.milter)


def written(
    author: str,
    to: str,
    text: str,
    subject: str = "Quote for 40 chairs",
    *,
    cc: str = "",
    message_id: str = "",
    references: Sequence[str] = (),
    headers: Sequence[tuple[str, str]] = (),
) -> EmailMessage:
    """Return a mail as somebody's program writes it."""
    mail = EmailMessage(email.policy.SMTP)
    mail["From"] = author
    mail["To"] = to
    if cc:
        mail["Cc"] = cc
    mail["Subject"] = subject
    mail["Date"] = "Tue, 24 Nov 2026 09:00:00 +0100"
    mail["Message-ID"] = (
        message_id or f"<{abs(hash((author, to, text, subject))):x}@{parseaddr(author)[1].split('@')[1]}>"
    )
    if references:
        mail["In-Reply-To"] = references[-1]
        mail["References"] = " ".join(references)
    for name, value in headers:
        mail[name] = value
    mail.set_content(text)
    return mail


def question() -> EmailMessage:
    """Karin's first mail: text, HTML with an image in it, and a file."""
    mail = written(f"Karin Ek <{KARIN}>", "leads@acme.example", "Could you do 40 chairs?\n\nKarin\n")
    mail.add_alternative('<p>Could you do <b>40</b> chairs?</p><img src="cid:logo@customer.example">', "html")
    mail.get_payload()[1].add_related(PNG, "image", "png", cid="<logo@customer.example>", filename="logo.png")
    mail.add_attachment(b"%PDF-1.4 plan", "application", "pdf", filename="plan.pdf")
    return mail


def answer_to(raw: bytes, author: str, words: str, **how: str) -> EmailMessage:
    """Return the answer that a mail program writes: to Reply-To, with the ids, quoting everything."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    quoted = "".join(f"> {line}\n" for line in body.get_content().splitlines())
    text = f"{words}\n\nOn Tue, 24 Nov 2026 at 09:01, {mail['From']} wrote:\n{quoted}"
    ids = [*str(mail["References"] or "").split(), str(mail["Message-ID"]).strip()]
    return written(author, str(mail["Reply-To"]), text, f"Re: {mail['Subject']}", references=ids, **how)


def reply_to(raw: bytes) -> str:
    """Return the address that an answer goes to."""
    return parseaddr(str(email.message_from_bytes(raw, policy=email.policy.default)["Reply-To"]))[1]


def plain(sent: Sent) -> str:
    """Return the plain text of a mail that left."""
    body = email.message_from_bytes(sent.raw, policy=email.policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def verified(milter: Verifier, raw: bytes) -> list[tuple[str, str, str]]:
    """Return result, domain and algorithm of each signature, as OpenDKIM sees it."""
    return sorted((one.result, one.domain, one.algorithm) for one in milter.verify(raw))


BOTH = [("pass", "acme.example", "ed25519-sha256"), ("pass", "acme.example", "rsa-sha256")]


def test_the_whole_way(
    installation: LiveInstallation, server: Server, milter: Verifier, sink: Sink, customer: Signer,
    acme: Signer, friend: Signer,
):  # fmt: skip
    """One conversation from the first question to the friend who is let in; its steps rest on one another."""
    # A customer's multipart mail opens LEAD-1.
    server.deliver(KARIN, "leads@acme.example", customer.sign(question().as_bytes()))
    (first,) = installation.wait_messages("LEAD-1", 1)
    record = installation.record("LEAD-1")
    assert (record["record"]["title"], record["record"]["owner"]) == ("Quote for 40 chairs", "Anna")
    assert (first["kind"], first["verified"], first["author"]["as"]) == ("received", True, "outsider")
    assert [(one["filename"], one["inline"]) for one in first["attachments"]] == [
        ("logo.png", True),
        ("plan.pdf", False),
    ]

    # Anna, its owner, gets a notification in her own mailbox; both its signatures verify.
    (notification,) = server.wait_mailbox(1)
    assert verified(milter, notification) == BOTH
    seen = email.message_from_bytes(notification, policy=email.policy.default)
    assert str(seen["From"]) == "Karin Ek via Acme <leads@acme.example>"
    words = str(seen.get_body(("plain",)).get_content())
    assert "Reply to this email and Karin Ek <karin@customer.example> gets it, from Acme." in words
    assert parseaddr(str(seen["To"]))[1] == reply_to(notification)
    assert {part.get_filename() for part in seen.walk()} >= {"plan.pdf", "logo.png"}

    # Her answer to that very mail, signed by her domain, is a post and goes to the customer with her new words alone.
    answer = answer_to(notification, f"Anna <{ANNA}>", "Yes, 40 is fine.")
    server.deliver(ANNA, reply_to(notification), acme.sign(answer.as_bytes()))
    post = installation.wait_messages("LEAD-1", 2)[1]
    assert (post["kind"], post["author"]["name"], post["verified"]) == ("post", "Anna", True)
    (to_karin,) = sink.wait(1, KARIN)
    left = email.message_from_bytes(to_karin.raw, policy=email.policy.default)
    assert str(left["From"]) == "Anna via Acme <leads@acme.example>"
    assert str(left["To"]) == f"Karin Ek <{KARIN}>"
    assert plain(to_karin).strip() == "Yes, 40 is fine."
    assert "Reply to this email" not in to_karin.raw.decode() and ANNA not in to_karin.raw.decode()
    assert verified(milter, to_karin.raw) == BOTH
    assert to_karin.sender.startswith("bounce+")
    assert str(question()["Message-ID"]) in str(left["References"])

    # The same as an authenticated submission.
    answer = answer_to(notification, f"Anna <{ANNA}>", "And the drawing is good.")
    with server.submission() as client:
        client.sendmail(ANNA, reply_to(notification), answer.as_bytes())
    post = installation.wait_messages("LEAD-1", 3)[2]
    assert (post["kind"], post["proof"]["source"], post["proof"]["login"]) == ("post", "submission", ANNA)
    assert plain(sink.wait(2, KARIN)[1]).strip() == "And the drawing is good."

    # Unproven it is held, she is told in her inbox, and nothing leaves.
    answer = answer_to(notification, f"Anna <{ANNA}>", "Pay to this account instead.")
    server.deliver("mallory@evil.example", reply_to(notification), answer.as_bytes())
    (held,) = installation.wait_review(1)
    assert (held["state"], held["record"]) == ("held", "LEAD-1")
    inbox = installation.json("user", "show", ANNA)["inbox"]
    assert any("LEAD-1" in one["text"] for one in inbox)
    assert len(sink.to(KARIN)) == 2

    # The customer's answer, once with the token and once with only References left, lands.
    karins = answer_to(to_karin.raw, f"Karin Ek <{KARIN}>", "Then 38, please.")
    server.deliver(KARIN, reply_to(to_karin.raw), customer.sign(karins.as_bytes()))
    assert installation.wait_messages("LEAD-1", 4)[3]["kind"] == "received"
    lost = written(
        f"Karin Ek <{KARIN}>", "reply@acme.example", "The address got lost.\n", "Re: chairs",
        references=[str(left["Message-ID"]).strip()],
    )  # fmt: skip
    server.deliver(KARIN, "reply@acme.example", customer.sign(lost.as_bytes()))
    assert installation.wait_messages("LEAD-1", 5)[4]["author"]["address"] == KARIN
    assert len(sink.to(KARIN)) == 2

    # A friend's answer with the customer's leaked token is held, and sees nothing.
    eriks = answer_to(to_karin.raw, f"Erik Ek <{ERIK}>", "Send it to me as well.")
    server.deliver(ERIK, reply_to(to_karin.raw), friend.sign(eriks.as_bytes()))
    assert "new participant" in installation.wait_review(2)[1]["reason"]
    # So is the second step of that attack: a forged mail of Karin's with Erik in Cc, then an answer to that mail's id.
    forged = written(
        f"Karin Ek <{KARIN}>", reply_to(to_karin.raw), "Erik is with me.\n", cc=f"Erik Ek <{ERIK}>",
        message_id="<forged@customer.example>",
    )  # fmt: skip
    server.deliver(ERIK, reply_to(to_karin.raw), forged.as_bytes())
    assert installation.wait_messages("LEAD-1", 6)[5]["verified"] is False
    second = written(
        f"Erik Ek <{ERIK}>", "leads@acme.example", "So, the price?\n", "Re: forged",
        references=["<forged@customer.example>"],
    )  # fmt: skip
    server.deliver(ERIK, "leads@acme.example", friend.sign(second.as_bytes()))
    review = installation.wait_review(3)
    assert [one["record"] for one in review] == ["LEAD-1"] * 3
    assert sink.to(ERIK) == []
    assert [one["address"] for one in installation.record("LEAD-1")["participants"]] == [KARIN]

    # Let in, it lands; and he is in the conversation from then on.
    released = installation.admin("review", "release", str(review[1]["id"]))
    assert "LEAD-1" in released
    assert installation.wait_messages("LEAD-1", 7)[6]["author"]["address"] == ERIK
    assert {one["address"] for one in installation.record("LEAD-1")["participants"]} == {KARIN, ERIK}
    # The held mail that bore Anna's address is dropped, and stays out.
    installation.admin("review", "discard", str(review[0]["id"]))
    assert len(installation.review()) == 1
    assert len(sink.to(KARIN)) == 2


def test_an_answer_to_a_note_stays_inside_whoever_sends_it(
    installation: LiveInstallation, server: Server, sink: Sink, acme: Signer, customer: Signer
):
    server.clear_mailbox()
    server.deliver(
        KARIN,
        "support@acme.example",
        customer.sign(written(f"Karin Ek <{KARIN}>", "support@acme.example", "Help\n").as_bytes()),
    )
    installation.wait_messages("TICKET-1", 1)
    installation.admin("post", "TICKET-1", "--as", BJORN, "--text", "We broke it ourselves.", "--note")

    def notes() -> list[bytes]:
        # What was written before may still be on its way, and is not the note.
        return [one for one in server.mailbox() if b"We broke it ourselves." in one]

    until(lambda: bool(notes()), "the note is in the mailbox", lambda: server.log()[-3000:])
    (note,) = notes()
    assert b"it stays internal" in note
    answer = answer_to(note, f"Anna <{ANNA}>", "Do not tell her.")
    server.deliver(ANNA, reply_to(note), acme.sign(answer.as_bytes()))
    messages = installation.wait_messages("TICKET-1", 3)
    assert [(one["kind"], one["public"]) for one in messages] == [("received", True), ("note", False), ("note", False)]
    # Karin, who should not have that address at all, and Anna without proof.
    waiting = len(installation.review())
    for author, raw in (
        (KARIN, customer.sign(answer_to(note, f"Karin Ek <{KARIN}>", "What is this?").as_bytes())),
        (ANNA, answer_to(note, f"Anna <{ANNA}>", "Public now?").as_bytes()),
    ):
        server.deliver(author, reply_to(note), raw)
    assert [one["state"] for one in installation.wait_review(waiting + 2)[-2:]] == ["held", "held"]
    assert sink.to(KARIN) == []
    assert len(installation.record("TICKET-1")["messages"]) == 3


def test_a_colleague_unfollows_by_email_and_nobody_in_their_name(
    installation: LiveInstallation, server: Server, sink: Sink, acme: Signer
):
    notification = _notification_of(installation, server)
    (one, of_type), sent = _foot(notification), len(sink.messages)
    label = re.findall(rb"\bLEAD-\d+", b"\n".join(_decoded(notification)))[0].decode()

    def followers() -> list[str]:
        return [found["name"] for found in installation.json("follower", "list", label)]

    def dropped() -> int:
        return sum(found["state"] == "discarded" for found in installation.json("inbound", "list"))

    before = dropped()
    for text, to in (("unfollow", one), ("sluta följa", of_type)):
        server.deliver(ANNA, to, written(f"Anna <{ANNA}>", to, f"{text}\n").as_bytes())
    installation.wait(lambda: dropped() == before + 2, "both are kept in the log alone")
    assert followers() == ["Anna"]
    answer = answer_to(notification, f"Anna <{ANNA}>", "unfollow")
    answer.replace_header("To", one)
    server.deliver(ANNA, one, acme.sign(answer.as_bytes()))
    installation.wait(lambda: dropped() == before + 3, "it is kept in the log alone")
    assert followers() == [] and len(sink.messages) == sent
    assert [found["kind"] for found in installation.record(label)["messages"]] == ["received", "event"]


def _foot(notification: bytes) -> tuple[str, str]:
    """Return the addresses of a notification's foot by which one unfollows."""
    text = b"\n".join(_decoded(notification)).decode().replace("\r", "")
    one, of_type = re.findall(r"(?m)^(?:LEAD-\d+|all of type \w+): (reply\+\S+)$", text)
    return one, of_type


@pytest.mark.parametrize("alive", [True, False], ids=["milter up", "milter dead"])
def test_a_forged_verdict_proves_nothing(
    installation: LiveInstallation, server: Server, milter: Verifier, sink: Sink, alive: bool
):
    """With milter_default_action=accept and a dead milter the attacker's own field stands on top: not believed."""
    server.careless()
    if not alive:
        milter.kill()
    waiting = len(installation.review())
    address = reply_to(_notification_of(installation, server))
    fields = [
        ("Authentication-Results", f"{AUTHSERV_ID}; dkim=pass header.d=acme.example header.b=xxxx"),
        ("Authentication-Results", f"{AUTHSERV_ID.upper()} (real); dmarc=pass header.from=acme.example"),
        (
            "Received",
            f"from x (x [127.0.0.1]) (Authenticated sender: {ANNA}) by mx1.acme.example (Postfix) with ESMTPSA id 4F",
        ),
    ]
    mail = written(f"Anna <{ANNA}>", address, f"Forged, milter {alive}.\n")
    top = "".join(f"{name}: {value}\r\n" for name, value in fields).encode()
    posts = len(sink.messages)
    with server.smtp() as client:
        client.ehlo(f"mx1.acme.example(Authenticated-sender:{ANNA})")
        client.sendmail("mallory@evil.example", address, top + mail.as_bytes())
    (held,) = installation.wait_review(waiting + 1)[-1:]
    assert held["state"] == "held"
    shown = installation.json("inbound", "show", str(held["id"]))
    assert "not verified" in shown["reason"]
    assert len(sink.messages) == posts
    server.careful()


def _notification_of(installation: LiveInstallation, server: Server) -> bytes:
    """Open a record, and return the notification that Anna gets."""
    server.clear_mailbox()
    before = len(installation.records())
    server.deliver(
        KARIN,
        "leads@acme.example",
        written(f"Karin Ek <{KARIN}>", "leads@acme.example", f"Question {before}\n").as_bytes(),
    )
    installation.wait(lambda: len(installation.records()) > before, "a record is opened")
    return server.wait_mailbox(1)[0]


def test_no_mail_that_leaves_holds_a_token_of_anybody_but_its_recipient(
    installation: LiveInstallation, server: Server, sink: Sink, acme: Signer, customer: Signer
):
    """Of all that went out in this module, and of a mail made to carry tokens in every place."""
    notification = _notification_of(installation, server)
    label = installation.records()[0]["number"]
    colleagues = reply_to(notification)
    installation.admin(
        "post", label, "--as", ANNA, "--text", f"Write to {colleagues} or <a href=mailto:{colleagues}>", "--cc", ERIK
    )
    to_karin, to_erik = sink.wait(1, KARIN)[-1], sink.wait(1, ERIK)[-1]
    leaky = written(
        f"Karin Ek <{KARIN}>", f"{reply_to(to_karin.raw)}, {colleagues}", f"{reply_to(to_karin.raw)} {colleagues}\n",
        f"Re: {reply_to(to_karin.raw)}", cc=reply_to(to_erik.raw), references=[str(to_karin.message["Message-ID"])],
    )  # fmt: skip
    leaky.add_alternative(f"<p>{reply_to(to_karin.raw)} {colleagues.replace('+', '%2B')}</p>", "html")
    server.clear_mailbox()
    server.deliver(KARIN, reply_to(to_karin.raw), customer.sign(leaky.as_bytes()))
    notified = server.wait_mailbox(1)[0]
    installation.admin("post", label, "--as", ANNA, "--text", "Thank you.")
    sink.wait(2, KARIN)
    everything = [(one.recipients, one.raw, one.sender) for one in sink.messages] + [
        ((ANNA,), notified, parseaddr(str(email.message_from_bytes(notified)["Return-Path"]))[1])
    ]
    for recipients, raw, sender in everything:
        own = {reply_to(raw).encode(), sender.encode()}
        if raw is notified:
            own |= {one.encode() for one in _foot(raw)}
        decoded = b"\n".join([raw, *_decoded(raw)])
        found = {match[0].lower() for match in TOKEN.finditer(decoded)}
        assert found <= {address.split(b"@")[0].lower() for address in own}, recipients
    personal = {reply_to(one.raw) for one in sink.messages}
    assert len(personal) == len({(one.recipients, one.message["Message-ID"]) for one in sink.messages})


def _decoded(raw: bytes) -> Iterator[bytes]:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    yield "\n".join(f"{name}: {value}" for name, value in mail.items()).encode()
    for part in mail.walk():
        if part.get_content_maintype() == "text" and not part.get_filename():
            yield str(part.get_content()).encode()


def test_what_is_left_of_a_token(installation: LiveInstallation, server: Server, customer: Signer, sink: Sink):
    """One character flipped anywhere, another domain, an old epoch: none finds the thread; upper case still does."""
    _notification_of(installation, server)
    label = installation.records()[0]["number"]
    installation.admin("post", label, "--as", ANNA, "--text", "Here.")
    address = reply_to(sink.wait(1, KARIN)[-1].raw)
    local, domain = address.split("@")
    token = local.removeprefix("reply+")
    flipped = [token[:at] + ("a" if token[at] != "a" else "b") + token[at + 1 :] for at in range(40)]
    before = len(installation.review())
    count = len(installation.record(label)["messages"])
    recipients = [f"reply+{one}@{domain}" for one in flipped]
    recipients += [f"reply+{token}@mx1.acme.example", f"reply+{token[:-1]}@{domain}", f"bounce+{token}@{domain}"]
    raw = written(f"Karin Ek <{KARIN}>", "reply@acme.example", "Whose is this?\n").as_bytes()
    server.deliver(KARIN, recipients, customer.sign(raw))
    review = installation.wait_review(before + len(recipients))
    assert {one["state"] for one in review[before:]} == {"unmatched"}
    assert len(installation.record(label)["messages"]) == count
    server.deliver(KARIN, f"REPLY+{token.upper()}@{domain.upper()}", customer.sign(raw))
    installation.wait_messages(label, count + 1)
    installation.admin("record", "set", label, "--revoke-reply-addresses")
    raw = written(f"Karin Ek <{KARIN}>", "reply@acme.example", "An old address.\n").as_bytes()
    server.deliver(KARIN, address, customer.sign(raw))
    (late,) = installation.wait_review(len(review) + 1)[-1:]
    assert late["state"] == "unmatched"
    assert "revoked" in str(installation.json("inbound", "show", str(late["id"]))["trace"])


class TestTheSameMail:
    def test_two_aliases_open_two_records_with_one_copy_of_the_bytes(
        self, installation: LiveInstallation, server: Server
    ):
        before = len(installation.records())
        both = ["leads@acme.example", "support@acme.example"]
        server.deliver(KARIN, both, written(f"Karin Ek <{KARIN}>", ", ".join(both), "For both of you.\n").as_bytes())
        installation.wait(lambda: len(installation.records()) == before + 2, "two records are opened")
        newest = installation.inbound()[:2]
        assert {one["recipient"] for one in newest} == set(both)
        hashes = {installation.json("inbound", "show", str(one["id"]))["sha256"] for one in newest}
        assert len(hashes) == 1
        assert (
            installation.json("inbound", "show", str(newest[0]["id"]))["blob"]
            == installation.json("inbound", "show", str(newest[1]["id"]))["blob"]
        )

    def test_a_reply_to_two_reply_addresses_of_one_thread_is_one_message(
        self, installation: LiveInstallation, server: Server, sink: Sink, customer: Signer
    ):
        colleagues = reply_to(_notification_of(installation, server))
        label = installation.records()[0]["number"]
        installation.admin("post", label, "--as", ANNA, "--text", "Hello.")
        own = reply_to(sink.wait(1, KARIN)[-1].raw)
        count = len(installation.record(label)["messages"])
        raw = written(f"Karin Ek <{KARIN}>", f"{own}, {colleagues}", "To all.\n").as_bytes()
        server.deliver(KARIN, [own, colleagues], customer.sign(raw))
        installation.wait(lambda: installation.inbound()[1]["state"] in ("filed", "duplicate"), "both are settled")
        assert sorted(one["state"] for one in installation.inbound()[:2]) == ["duplicate", "filed"]
        assert len(installation.record(label)["messages"]) == count + 1

    def test_one_delivery_by_pipe_and_by_lmtp_is_one_message(self, installation: LiveInstallation, server: Server):
        before = len(installation.records())
        mail = written(f"Karin Ek <{KARIN}>", "leads@acme.example", "A long line: " + "x" * 3000 + "\nend\n")
        raw = mail.as_bytes(policy=email.policy.SMTP.clone(max_line_length=None, cte_type="8bit"))
        del mail["Content-Transfer-Encoding"]
        raw = raw.replace(b"Content-Transfer-Encoding: quoted-printable", b"Content-Transfer-Encoding: 8bit")
        raw = re.sub(rb"=\r\n", b"", raw)
        assert b"x" * 3000 in raw
        server.deliver(KARIN, "leads@acme.example", raw)
        installation.wait(lambda: len(installation.records()) == before + 1, "a record is opened")
        stored = installation.admin("inbound", "show", str(installation.inbound()[0]["id"]), "--raw").encode()
        assert b"x" * 3000 in stored
        assert installation.ingest("leads@acme.example", stored, KARIN) == 0
        installation.wait(lambda: installation.inbound()[0]["state"] == "duplicate", "the second is a duplicate")
        assert len(installation.records()) == before + 1

    def test_the_same_id_with_another_body_is_filed_and_flagged(self, installation: LiveInstallation, server: Server):
        before = len(installation.records())
        for text in ("First.\n", "Second.\n"):
            raw = written(f"Karin Ek <{KARIN}>", "leads@acme.example", text, message_id="<again@customer.example>")
            server.deliver(KARIN, "leads@acme.example", raw.as_bytes())
        installation.wait(lambda: len(installation.records()) == before + 2, "two records are opened")
        flags = [installation.record(one["number"])["messages"][0]["flag"] for one in installation.records()[:2]]
        assert sorted(map(bool, flags)) == [False, True]


class TestMachinesAndLetters:
    def test_smtputf8_sender_recipient_and_an_8bit_body(
        self, installation: LiveInstallation, server: Server, sink: Sink
    ):
        installation.admin("alias", "add", "frågor@acme.example", "--opens", "lead", "--owner", ANNA)
        before = len(installation.records())
        mail = written(
            "Jösé <jösé@exämple.org>", "frågor@acme.example", "Kan ni göra fyrtio stolar? Åäö\n", "Förfrågan"
        )
        raw = mail.as_bytes(policy=email.policy.SMTPUTF8)
        with server.smtp() as client:
            client.sendmail("jösé@exämple.org", "frågor@acme.example", raw, ["SMTPUTF8", "BODY=8BITMIME"])
        installation.wait(lambda: len(installation.records()) == before + 1, "a record is opened")
        newest = installation.record(installation.records()[0]["number"])
        assert newest["record"]["title"] == "Förfrågan"
        message = newest["messages"][0]
        assert (message["author"]["address"], "Åäö" in message["text"]) == ("jösé@xn--exmple-cua.org", True)
        installation.admin("post", newest["record"]["number"], "--as", ANNA, "--text", "Ja, fyrtio går bra.")
        (left,) = sink.wait_for(lambda: [one for one in sink.messages if "jösé" in one.recipients[0]], 1)
        assert "SMTPUTF8" in left.options
        assert "fyrtio går bra" in plain(left)

    def test_the_null_sender_and_a_vacation_answer_disturb_nobody(
        self, installation: LiveInstallation, server: Server, sink: Sink
    ):
        notification = _notification_of(installation, server)
        label = installation.records()[0]["number"]
        installation.admin("post", label, "--as", ANNA, "--text", "Are you there?")
        (to_karin,) = sink.wait(1, KARIN)[-1:]
        count = len(installation.record(label)["messages"])
        server.clear_mailbox()
        away = written(
            f"Karin Ek <{KARIN}>", reply_to(to_karin.raw), "I am on holiday until Monday.\n", "Out of office",
            headers=[("Auto-Submitted", "auto-replied")],
        )  # fmt: skip
        server.deliver("", to_karin.sender, away.as_bytes())
        message = installation.wait_messages(label, count + 1)[-1]
        assert (message["automatic"], message["deliveries"]) == (True, [])
        records = len(installation.records())
        # Without the mark of a program it might be a person's, and somebody would be notified by email.
        fresh = written(
            f"Karin Ek <{KARIN}>", "leads@acme.example", "I am away.\n", "Out of office",
            headers=[("Auto-Submitted", "auto-replied")],
        )  # fmt: skip
        server.deliver("", "leads@acme.example", fresh.as_bytes())
        row = installation.wait(
            lambda: one if (one := installation.inbound()[0])["state"] == "held" else None, "it is set aside"
        )
        assert row["recipient"] == "leads@acme.example"
        assert len(installation.records()) == records
        assert server.mailbox() == []
        assert notification

    def test_our_own_mail_that_comes_back_is_kept_in_the_log_alone(
        self, installation: LiveInstallation, server: Server
    ):
        notification = _notification_of(installation, server)
        records = len(installation.records())
        server.deliver(ANNA, "leads@acme.example", notification)
        installation.wait(lambda: installation.inbound()[0]["state"] == "discarded", "it is discarded")
        assert len(installation.records()) == records
        assert installation.json("inbound", "show", str(installation.inbound()[0]["id"]))["trace"][0]["rule"] == "loop"

    def test_a_failure_is_told_to_the_author_and_a_delay_is_tried_again(
        self, installation: LiveInstallation, server: Server, sink: Sink, kind: str
    ):
        """What the mail server refuses at RCPT fails for good, on the thread and in the inbox.

        Exim takes it from this machine first, and sends the report of its failure to the return path.
        """
        _notification_of(installation, server)
        label = installation.records()[0]["number"]
        installation.admin("post", label, "--as", ANNA, "--text", "Hello?", "--to", "zzz@acme.example")
        event = installation.wait(
            lambda: [one for one in installation.record(label)["messages"] if one["kind"] == "event"],
            "an event is written",
        )[0]
        why, state = ("550 5.1.1", "failed") if kind == "postfix" else ("Unrouteable address", "bounced")
        assert "zzz@acme.example did not get it" in event["text"] and why in event["text"]
        deliveries = [each for one in installation.record(label)["messages"] for each in one["deliveries"]]
        assert [one["state"] for one in deliveries if one["address"] == "zzz@acme.example"] == [state]
