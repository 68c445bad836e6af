"""Routing: each rule, each row of the table of who may post, and that the whole is total."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.mail import mail
from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message
from weftmail.core.routing.disposition import Append, Author, Discard, Hold, Note, Open, Report
from weftmail.core.routing.facts import AliasFacts, Facts, Referred, Sender
from weftmail.core.routing.posting import WHO_MAY_POST
from weftmail.core.routing.rules import RULES, decide

ACME = 1
OTHER = 2
KARIN = Sender("Karin Ek", "karin@customer.example")
ANNA = Sender("Anna", "anna@acme.example", user_id=7, writes_in=frozenset({ACME}))
ANNA_VERIFIED = replace(ANNA, verified=True, verified_as_colleague=True)
LEADS = AliasFacts(5, ACME, "leads@acme.example", record_type="lead")
PINNED = AliasFacts(6, ACME, "fair@acme.example", record_id=40, record="LEAD-4")
TO_LEADS = Envelope("leads@acme.example", "karin@customer.example")
TO_REPLY = Envelope("reply+token@acme.example", "karin@customer.example")

POST = Referred("token", ACME, 30, "LEAD-3", "lead", 300, True, 1000, alias_id=5, purpose="post")
"""A token of a public message, given to colleagues."""
PERSONAL = replace(POST, personal=True, sender_is_owner=True)
LOCATED = replace(POST, carrier="locator", purpose=None, sent_as="leads@acme.example")
FOREIGN = replace(POST, carrier="foreign id", purpose=None)


def decided(facts: Facts, message: Message | None = None, envelope: Envelope = TO_LEADS):
    return decide(envelope, message or mail(), facts).disposition


class TestLoops:
    def test_our_own_mail_that_comes_back_is_kept_in_the_log_alone(self):
        decision = decide(TO_LEADS, mail(), Facts(KARIN, own_loop=True, alias=LEADS))
        assert isinstance(decision.disposition, Discard)
        assert decision.disposition.company_id == ACME
        assert [asked.rule for asked in decision.trace] == ["loop"]

    @pytest.mark.parametrize(("hops", "kind"), [(50, Open), (51, Hold)])
    def test_what_fifty_servers_passed_on_is_held(self, hops, kind):
        """It may be a loop of others, but a person wrote it: nobody's mail is discarded by the length of its way."""
        assert isinstance(decided(Facts(KARIN, alias=LEADS, hops=hops)), kind)

    @pytest.mark.parametrize(("hops", "kind"), [(4, Open), (5, Hold)])
    def test_what_four_installations_passed_on_is_held(self, hops, kind):
        assert isinstance(decided(Facts(KARIN, alias=LEADS), mail(hops=hops)), kind)

    def test_it_is_held_on_the_thread_that_it_answers(self):
        found = decided(Facts(KARIN, by_token=POST), mail(hops=5), TO_REPLY)
        assert isinstance(found, Hold)
        assert (found.company_id, found.record, found.answers, found.notify) == (ACME, "LEAD-3", 300, None)


class TestBlocked:
    @pytest.mark.parametrize("facts", [{"alias": LEADS}, {"by_token": POST}, {"by_id": (LOCATED,)}])
    def test_mail_of_a_blocked_sender_is_kept_in_the_log_alone(self, facts):
        decision = decide(TO_LEADS, mail(), Facts(KARIN, blocked=7, **facts))
        assert isinstance(decision.disposition, Discard)
        assert decision.disposition.blocked == 7
        assert [asked.rule for asked in decision.trace] == ["loop", "dmarc report", "report", "blocked"]

    def test_a_report_by_our_return_path_still_counts(self):
        facts = Facts(KARIN, blocked=7, by_token=replace(POST, purpose="bounce"))
        assert isinstance(decided(facts, mail(kind="bounce")), Report)


class TestReports:
    @pytest.mark.parametrize("kind", ["bounce", "delay", "receipt", "complaint"])
    def test_a_report_counts_by_our_return_path(self, kind):
        facts = Facts(KARIN, by_token=replace(POST, purpose="bounce", contact_id=7))
        # A complaint needs the signature of a provider that the settings name, too.
        assert decided(facts, mail(kind=kind)) == Report(ACME, 30, "LEAD-3", 300, 7, kind != "complaint")
        signed = decided(replace(facts, provider=True), mail(kind=kind))
        assert signed == Report(ACME, 30, "LEAD-3", 300, 7, confirmed=True)

    @pytest.mark.parametrize("kind", ["bounce", "delay", "receipt", "complaint"])
    def test_one_that_only_returns_our_id_is_shown_as_unconfirmed(self, kind):
        facts = Facts(KARIN, alias=LEADS, by_report=LOCATED)
        assert decided(facts, mail(kind=kind)) == Report(ACME, 30, "LEAD-3", 300, None, confirmed=False)
        signed = decided(replace(facts, provider=True), mail(kind=kind))
        assert signed == Report(ACME, 30, "LEAD-3", 300, None, kind == "complaint")

    @pytest.mark.parametrize("kind", ["bounce", "delay", "receipt", "complaint"])
    @pytest.mark.parametrize("by_token", [None, POST])
    def test_one_without_it_changes_nothing_and_is_shown(self, by_token, kind):
        facts = Facts(KARIN, alias=LEADS, by_token=by_token, by_id=(LOCATED,))
        hold = decided(facts, mail(kind=kind))
        assert isinstance(hold, Hold)
        assert (hold.record, hold.reach, hold.why.code) == ("LEAD-3", "inbox", "report.lost.held")
        alone = decided(Facts(KARIN, alias=LEADS), mail(kind=kind))
        assert (alone.queue, alone.alias_id, alone.record_id) == ("held", 5, None)
        assert decided(Facts(KARIN), mail(kind=kind)).queue == "unmatched"


class TestAutomaticAnswers:
    def test_lies_quietly_on_its_thread(self):
        disposition = decided(Facts(KARIN, by_token=PERSONAL), mail(kind="auto-reply", auto_submitted="auto-replied"))
        assert isinstance(disposition, Append)
        assert (disposition.reach, disposition.automatic, disposition.post) == ("nobody", True, False)

    def test_by_its_title_alone_it_is_told_in_the_inbox(self):
        titled = mail(kind="auto-reply", titled=True, subject="Automatic reply: Chairs")
        disposition = decided(Facts(KARIN, by_token=PERSONAL), titled)
        assert isinstance(disposition, Append)
        assert (disposition.reach, disposition.automatic) == ("inbox", True)

    def test_a_challenge_has_no_title_that_the_conversation_could_bear(self):
        challenge = mail(kind="auto-reply", titled=True, subject="Re: Chairs")
        disposition = decided(Facts(KARIN, by_token=replace(PERSONAL, title="Chairs")), challenge)
        assert isinstance(disposition, Append)
        assert (disposition.reach, disposition.automatic) == ("inbox", True)

    @pytest.mark.parametrize("title", ["Automatic reply: Chairs", "How does your AUTOMATIC REPLY work?"])
    def test_not_where_the_conversation_bears_these_words(self, title):
        titled = mail(kind="auto-reply", titled=True, subject="Automatic reply: Chairs")
        disposition = decided(Facts(KARIN, by_token=replace(PERSONAL, title=title)), titled)
        assert isinstance(disposition, Append)
        assert (disposition.reach, disposition.automatic) == ("everybody", False)

    def test_a_colleagues_lies_inside_the_thread(self):
        for sender, found in ((ANNA, POST), (ANNA_VERIFIED, LOCATED), (ANNA, replace(POST, purpose="bounce"))):
            by = {"by_token": found} if found.carrier == "token" else {"by_id": (found,)}
            note = decided(Facts(sender, **by), mail(kind="auto-reply", auto_submitted="auto-replied"))
            assert isinstance(note, Note)
            assert (note.reach, note.automatic, note.verified) == ("nobody", True, sender is ANNA_VERIFIED)
        assert isinstance(decided(Facts(ANNA, by_id=(LOCATED,)), mail(kind="auto-reply")), Hold)

    @pytest.mark.parametrize("way", ["in_reply_to", "references"])
    def test_from_nobody_it_is_what_answers_something(self, way):
        nobody = Envelope("leads@acme.example", "")
        assert isinstance(decided(Facts(KARIN, alias=LEADS), mail(**{way: ("<x@y.example>",)}), nobody), Hold)
        disposition = decided(Facts(KARIN, by_token=PERSONAL), mail(**{way: ("<x@y.example>",)}), nobody)
        assert isinstance(disposition, Append)
        assert disposition.reach == "inbox"

    def test_is_found_by_references_as_well(self):
        located = replace(LOCATED, sender_takes_part=True)
        assert isinstance(decided(Facts(KARIN, by_id=(located,)), mail(kind="auto-reply")), Append)

    @pytest.mark.parametrize(
        "facts",
        [
            Facts(KARIN, alias=LEADS),
            Facts(KARIN, by_token=POST),
            Facts(KARIN, by_token=replace(PERSONAL, public=False)),
        ],
        ids=["opens nothing", "of a stranger", "to a note"],
    )
    def test_otherwise_it_is_set_aside_and_shown(self, facts):
        hold = decided(facts, mail(kind="auto-reply"))
        assert isinstance(hold, Hold)
        assert (hold.queue, hold.reach) == ("held", "inbox")

    def test_what_has_no_return_path_and_no_mark_is_looked_at_by_somebody(self):
        hold = decided(Facts(KARIN, alias=LEADS), mail(), Envelope("leads@acme.example", ""))
        assert isinstance(hold, Hold)
        assert (hold.queue, hold.alias_id, hold.reach) == ("held", 5, "everybody")

    @pytest.mark.parametrize("sender", ["", "shop@shop.example"])
    def test_what_a_machine_wrote_opens_a_record_and_its_owner_is_told(self, sender):
        machine = mail(kind="machine", auto_submitted="auto-generated")
        disposition = decided(Facts(KARIN, alias=LEADS), machine, Envelope("leads@acme.example", sender))
        assert isinstance(disposition, Open)
        assert (disposition.reach, disposition.automatic) == ("everybody", True)

    def test_what_a_machine_writes_on_a_thread_is_told_in_the_inbox(self):
        disposition = decided(Facts(KARIN, by_token=PERSONAL), mail(kind="machine", auto_submitted="auto-generated"))
        assert isinstance(disposition, Append)
        assert (disposition.reach, disposition.automatic) == ("inbox", True)

    def test_auto_submitted_no_is_a_person(self):
        disposition = decided(Facts(KARIN, alias=LEADS), mail(auto_submitted="no"))
        assert isinstance(disposition, Open)
        assert (disposition.reach, disposition.automatic) == ("everybody", False)


class TestWhoMayPost:
    """The table of DESIGN, row by row, for each carrier."""

    @pytest.mark.parametrize("carrier", [POST, LOCATED, FOREIGN])
    @pytest.mark.parametrize("sender", [KARIN, replace(KARIN, verified=True), ANNA])
    def test_internal_visibility_is_for_verified_colleagues(self, carrier, sender):
        found = replace(carrier, public=False, sender_takes_part=True, sent_to_sender=True, sender_is_owner=True)
        by = {"by_token": found} if found.carrier == "token" else {"by_id": (found,)}
        hold = decided(Facts(sender, **by))
        assert isinstance(hold, Hold)
        assert (hold.queue, hold.record_id, hold.answers) == ("held", 30, 300)
        assert hold.notify == (7 if sender is ANNA else None)

    def test_a_note_token_of_a_public_message_is_internal(self):
        assert isinstance(decided(Facts(KARIN, by_token=replace(PERSONAL, purpose="note"))), Hold)

    def test_a_verified_colleague_posts_to_whom_the_footer_said(self):
        disposition = decided(Facts(ANNA_VERIFIED, by_token=POST))
        assert isinstance(disposition, Append)
        assert (disposition.post, disposition.audience, disposition.verified) == (True, "answered", True)
        assert disposition.author == Author("Anna", "anna@acme.example", user_id=7)

    def test_without_the_token_to_the_audience_of_the_message_answered(self):
        disposition = decided(Facts(ANNA_VERIFIED, by_id=(LOCATED,)))
        assert isinstance(disposition, Append)
        assert disposition.audience == "answered"

    def test_by_a_foreign_id_to_no_outsider(self):
        disposition = decided(Facts(ANNA_VERIFIED, by_id=(FOREIGN,)))
        assert isinstance(disposition, Append)
        assert (disposition.post, disposition.audience) == (True, "nobody")

    @pytest.mark.parametrize("found", [replace(POST, purpose="note"), replace(POST, public=False)])
    def test_an_answer_to_a_note_stays_inside(self, found):
        assert decided(Facts(ANNA_VERIFIED, by_token=found)) == Note(
            ACME, 30, "LEAD-3", 300, Author("Anna", "anna@acme.example", user_id=7)
        )

    def test_what_a_machine_sends_for_a_colleague_stays_inside(self):
        message = mail(kind="machine", auto_submitted="auto-generated")
        disposition = decided(Facts(ANNA_VERIFIED, by_token=POST), message)
        assert isinstance(disposition, Note)
        assert disposition.reach == "nobody"

    @pytest.mark.parametrize("verified", [False, True])
    def test_a_colleagues_address_without_the_stronger_proof_is_held_and_told(self, verified):
        sender = replace(ANNA, verified=verified)
        hold = decided(Facts(sender, by_token=replace(PERSONAL, sender_takes_part=True)))
        assert isinstance(hold, Hold)
        assert (hold.queue, hold.notify) == ("held", 7)

    @pytest.mark.parametrize("verified", [False, True])
    def test_the_owner_of_a_personal_token(self, verified):
        disposition = decided(Facts(replace(KARIN, verified=verified), by_token=PERSONAL))
        assert isinstance(disposition, Append)
        assert (disposition.verified, disposition.post, disposition.audience) == (verified, False, "nobody")
        assert disposition.author.outsider

    @pytest.mark.parametrize("carrier", [POST, LOCATED, FOREIGN])
    @pytest.mark.parametrize("how", [{"sender_takes_part": True}, {"sent_to_sender": True}])
    def test_participants_and_those_we_wrote_to(self, carrier, how):
        found = replace(carrier, **how)
        by = {"by_token": found} if found.carrier == "token" else {"by_id": (found,)}
        assert isinstance(decided(Facts(KARIN, **by)), Append)

    @pytest.mark.parametrize("carrier", [replace(POST, personal=True), POST, LOCATED, FOREIGN])
    def test_somebody_else_is_a_new_participant(self, carrier):
        by = {"by_token": carrier} if carrier.carrier == "token" else {"by_id": (carrier,)}
        hold = decided(Facts(replace(KARIN, verified=True), alias=LEADS, **by))
        assert isinstance(hold, Hold)
        assert hold.why.code == "held.other"
        assert hold.notify is None

    def test_a_user_of_another_company_is_an_outsider(self):
        sender = replace(ANNA_VERIFIED, writes_in=frozenset({OTHER}))
        assert isinstance(decided(Facts(sender, by_token=POST)), Hold)
        disposition = decided(Facts(sender, by_token=replace(POST, sent_to_sender=True)))
        assert isinstance(disposition, Append)
        assert disposition.author.outsider

    @given(
        st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans(),
        st.sampled_from(["token", "locator", "foreign id"]), st.sampled_from(["post", "note", "bounce", None]),
    )  # fmt: skip
    def test_the_table_is_total_and_the_first_row_decides(
        self, public, owner, part, sent, colleague, verified, carrier, purpose
    ):
        sender = replace(ANNA if colleague else KARIN, verified=verified, verified_as_colleague=verified)
        found = Referred(
            carrier, ACME, 30, "LEAD-3", "lead", 300, public, 1, purpose=purpose,
            sender_is_owner=owner, sender_takes_part=part, sent_to_sender=sent,
        )  # fmt: skip
        by = {"by_token": found} if carrier == "token" else {"by_id": (found,)}
        disposition = decided(Facts(sender, **by))
        inside = not public or purpose == "note"
        if inside:
            # Whoever sends it, an answer to a note never becomes public.
            assert isinstance(disposition, (Hold, Note))
        if isinstance(disposition, Append) and disposition.post:
            assert colleague and verified
        if isinstance(disposition, Append) and not disposition.post:
            assert not colleague and (owner or part or sent)
        assert isinstance(disposition, (Hold, Note, Append))


class TestWhichThread:
    def test_the_token_goes_before_references(self):
        other = replace(LOCATED, record_id=99, record="LEAD-9", sender_takes_part=True)
        disposition = decided(Facts(KARIN, by_token=PERSONAL, by_id=(other,)))
        assert isinstance(disposition, Append)
        assert disposition.record == "LEAD-3"

    def test_first_the_thread_that_the_delivered_alias_opened(self):
        mine = replace(LOCATED, record_id=1, record="LEAD-1", alias_id=5, sender_takes_part=True, created_at=1)
        newer = replace(LOCATED, record_id=2, record="LEAD-2", alias_id=8, sender_takes_part=True, created_at=9)
        assert decided(Facts(KARIN, alias=LEADS, by_id=(newer, mine))).record == "LEAD-1"

    def test_then_one_where_the_sender_takes_part(self):
        mine = replace(LOCATED, record_id=1, record="LEAD-1", alias_id=8, sender_takes_part=True, created_at=1)
        newer = replace(LOCATED, record_id=2, record="LEAD-2", alias_id=8, created_at=9)
        assert decided(Facts(KARIN, alias=LEADS, by_id=(newer, mine))).record == "LEAD-1"

    def test_then_the_newest_messages(self):
        old = replace(LOCATED, record_id=1, record="LEAD-1", created_at=1)
        new = replace(LOCATED, record_id=2, record="LEAD-2", created_at=9)
        assert decided(Facts(KARIN, by_id=(old, new))).record == "LEAD-2"

    def test_within_the_thread_the_newest_message_decides_visibility(self):
        public = replace(LOCATED, message_id=1, created_at=1)
        note = replace(LOCATED, message_id=2, created_at=2, public=False)
        assert isinstance(decided(Facts(ANNA_VERIFIED, by_id=(public, note))), Note)


class TestForwardRule:
    OTHER_TYPE = replace(LOCATED, record_type="ticket", sent_as="support@acme.example", alias_id=9,
                         sender_takes_part=True)  # fmt: skip

    def test_an_answer_also_sent_to_an_alias_of_another_type_in_to_opens_a_record(self):
        assert isinstance(decided(Facts(KARIN, alias=LEADS, alias_in_to=True, by_id=(self.OTHER_TYPE,))), Open)

    def test_in_cc_it_is_still_an_answer(self):
        assert isinstance(decided(Facts(KARIN, alias=LEADS, by_id=(self.OTHER_TYPE,))), Append)

    def test_of_the_same_type_it_is_an_answer(self):
        found = replace(self.OTHER_TYPE, record_type="lead")
        assert isinstance(decided(Facts(KARIN, alias=LEADS, alias_in_to=True, by_id=(found,))), Append)

    def test_the_address_that_the_answered_message_went_out_as_is_never_a_forward(self):
        found = replace(self.OTHER_TYPE, sent_as="leads@acme.example")
        assert isinstance(decided(Facts(KARIN, alias=LEADS, alias_in_to=True, by_id=(found,))), Append)

    def test_a_pinned_alias_in_to_takes_it_to_its_own_record(self):
        disposition = decided(Facts(KARIN, alias=PINNED, alias_in_to=True, by_id=(self.OTHER_TYPE,)))
        assert disposition.record == "LEAD-4"
        own = replace(self.OTHER_TYPE, record_id=40, record="LEAD-4")
        assert decided(Facts(KARIN, alias=PINNED, alias_in_to=True, by_id=(own,))).answers == 300

    def test_a_removed_alias_forwards_nothing(self):
        facts = Facts(KARIN, alias=replace(LEADS, active=False), alias_in_to=True, by_id=(self.OTHER_TYPE,))
        assert isinstance(decided(facts), Append)


class TestAliases:
    def test_opens_a_record_with_its_author_unverified(self):
        assert decided(Facts(KARIN, alias=LEADS)) == Open(
            ACME, 5, "lead", Author("Karin Ek", "karin@customer.example", outsider=True), False
        )

    def test_a_colleagues_unverified_address_acts_as_nobody(self):
        disposition = decided(Facts(ANNA, alias=LEADS))
        assert (disposition.author.user_id, disposition.author.outsider) == (None, False)
        assert decided(Facts(ANNA_VERIFIED, alias=LEADS)).author.user_id == 7

    @pytest.mark.parametrize("sender", [replace(KARIN, ours=True), Sender("", "")])
    def test_an_address_of_our_own_and_nobody_are_no_author(self, sender):
        assert not decided(Facts(sender, alias=LEADS)).author.outsider

    def test_a_mail_without_author_and_words_opens_nothing(self):
        empty = mail(from_=(), text=" \n", reply_text="")
        assert decided(Facts(Sender("", ""), alias=LEADS), empty).queue == "unmatched"
        assert isinstance(decided(Facts(Sender("", ""), alias=LEADS), mail(from_=())), Open)

    def test_pinned_appends(self):
        disposition = decided(Facts(KARIN, alias=PINNED))
        assert (disposition.record_id, disposition.answers) == (40, None)

    @pytest.mark.parametrize(
        ("accepts", "sender", "how", "taken"),
        [
            ("everyone", KARIN, {}, True),
            ("known", KARIN, {}, False),
            ("known", KARIN, {"sender_known": True}, True),
            ("known", ANNA_VERIFIED, {}, True),
            ("participants", KARIN, {"sender_known": True}, False),
            ("participants", KARIN, {"sender_takes_part": True}, True),
            ("participants", ANNA_VERIFIED, {}, True),
            ("internal", KARIN, {"sender_takes_part": True}, False),
            ("internal", ANNA, {}, False),
            ("internal", ANNA_VERIFIED, {}, True),
        ],
    )
    def test_contact_policy(self, accepts, sender, how, taken):
        disposition = decided(Facts(sender, alias=replace(LEADS, accepts=accepts, **how)))
        assert isinstance(disposition, Open if taken else Hold)

    def test_the_policy_applies_to_answers_as_well(self):
        found = replace(LOCATED, sender_takes_part=True)
        hold = decided(Facts(KARIN, alias=replace(LEADS, accepts="internal"), by_id=(found,)))
        assert isinstance(hold, Hold)
        assert (hold.record_id, hold.answers) == (30, 300)
        answered = decided(Facts(ANNA_VERIFIED, alias=replace(LEADS, accepts="internal"), by_id=(found,)))
        assert isinstance(answered, Append)

    def test_a_removed_alias_is_none(self):
        assert decided(Facts(KARIN, alias=replace(LEADS, active=False))).queue == "unmatched"


class TestNowhere:
    @pytest.mark.parametrize("system", ["postmaster", "abuse"])
    def test_role_addresses_are_told_to_the_admins(self, system):
        hold = decided(Facts(KARIN, company_id=ACME, system=system))
        assert (hold.queue, hold.reach, hold.company_id) == ("unmatched", "everybody", ACME)

    @pytest.mark.parametrize("token", ["", "bad", "revoked", "good"])
    def test_a_token_that_names_nothing_counts_as_none(self, token):
        decision = decide(TO_REPLY, mail(), Facts(KARIN, company_id=ACME, system="reply", token=token))
        assert isinstance(decision.disposition, Hold)
        assert decision.disposition.queue == "unmatched"
        assert [asked.rule for asked in decision.trace] == list(RULES)

    def test_the_trace_says_which(self):
        words = {
            token: decide(TO_REPLY, mail(), Facts(KARIN, token=token)).trace[list(RULES).index("reply token")].why.code
            for token in ("", "bad", "revoked", "good")
        }
        assert len(set(words.values())) == 4


@given(
    kind=st.sampled_from(["mail", "machine", "auto-reply", "bounce", "delay", "receipt", "complaint"]),
    auto=st.sampled_from(["", "no", "auto-replied", "auto-generated"]),
    sender=st.sampled_from([KARIN, ANNA, ANNA_VERIFIED, Sender("", "")]),
    alias=st.sampled_from([None, LEADS, PINNED, replace(LEADS, accepts="internal"), replace(LEADS, active=False)]),
    by_token=st.sampled_from([None, POST, PERSONAL, replace(POST, purpose="bounce"), replace(POST, public=False)]),
    by_id=st.lists(st.sampled_from([LOCATED, FOREIGN, replace(LOCATED, record_id=9, created_at=5)]), max_size=3),
    loop=st.booleans(),
    null=st.booleans(),
    in_to=st.booleans(),
)
def test_every_mail_gets_one_verdict_in_the_order_of_the_rules(
    kind, auto, sender, alias, by_token, by_id, loop, null, in_to
):
    facts = Facts(sender, alias=alias, by_token=by_token, by_id=tuple(by_id), own_loop=loop, alias_in_to=in_to)
    envelope = Envelope("x@acme.example", "" if null else "karin@customer.example")
    message = mail(kind=kind, auto_submitted=auto)
    decision = decide(envelope, message, facts)
    assert [asked.matched for asked in decision.trace] == [False] * (len(decision.trace) - 1) + [True]
    assert [asked.rule for asked in decision.trace] == list(RULES)[: len(decision.trace)]
    assert decide(envelope, message, facts) == decision
    if isinstance(decision.disposition, Append) and (auto in ("auto-replied", "auto-generated") or null):
        # What a program wrote reaches nobody outside.
        assert not decision.disposition.post and decision.disposition.automatic
    # Only our own mail that came back is seen by nobody.
    assert not isinstance(decision.disposition, Discard) or loop


def test_the_last_row_of_the_table_always_applies():
    assert WHO_MAY_POST[-1].applies(None, None)  # type: ignore[arg-type]


class TestUnreadable:
    def test_a_colleagues_mail_that_nobody_has_seen_is_held_also_where_it_names_no_record(self) -> None:
        unread = mail(missing=("text", "files", "html"))
        held = decided(Facts(ANNA_VERIFIED, alias=LEADS), unread)
        assert isinstance(held, Hold) and (held.queue, held.company_id, held.record_id) == ("held", ACME, None)
        assert isinstance(decided(Facts(KARIN, alias=LEADS), unread), Open)
