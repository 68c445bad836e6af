"""What can be set of an alias beside its goal and its owner: one table for the form, the CSV file and the command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from weftmail.core import limits, subject_pattern
from weftmail.core.wording.phrase import marked
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.setup import find
from weftmail.store.alias import AliasSettings
from weftmail.store.store import Store

Switches = Mapping[str, str]
"""Values by the names of switches; what is not named stays."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One of them: what it is called, what the command says of it, and what can be chosen, where that is a choice."""

    label: str
    help: str
    choices: tuple[str, ...] = ()
    metavar: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    """How the choices are said on pages."""
    hint: str = ""

    def said(self, value: str) -> str:
        """Return what a value means, in English, with the value itself; words that people wrote stay as they are."""
        word = self.words.get(value, value)
        return word if word == value else f"{word} ({value})"


SWITCHES: Mapping[str, Switch] = {
    "when_closed": Switch(
        marked("An answer to a closed record"),
        "what an answer from outside to a closed record does; by default as its type says",
        ("type", "reopen", "new", "hold"),
        words={
            "type": marked("does what the type of the record says"),
            "reopen": marked("opens it again"),
            "new": marked("opens a new record that is linked to it"),
            "hold": marked("is held for review"),
        },
    ),
    "machines": Switch(
        marked("Email that programs send"),
        "whether invoices, forms and other email of programs opens records, or is held; open by default",
        ("open", "hold"),
        words={"open": marked("opens records as well"), "hold": marked("is held for review")},
        hint=marked("Invoices, receipts, forms, scanners. Automatic answers open nothing, whatever stands here."),
    ),
    "spam": Switch(
        marked("What your spam filter marks"),
        "what email that your own spam filter marks does; it is held by default",
        ("hold", "drop", "nothing"),
        words={
            "hold": marked("is held for review"),
            "drop": marked("is dropped, and stays in the log alone"),
            "nothing": marked("is treated like all other email"),
        },
        hint=marked("The setting spam_field says which field is your filter's; without it nothing is marked."),
    ),
    "reads": Switch(
        marked("Read it as"),
        "expense: read reference, amount and employee, and take email from colleagues alone; message by default",
        ("message", "expense"),
        words={
            "message": marked("a message"),
            "expense": marked("an expense: reference, amount and employee are read"),
        },
    ),
    "each": Switch(
        marked("A record for"),
        "what opens a record: each email, or each PDF in it; email by default",
        ("email", "pdf"),
        words={"email": marked("each email"), "pdf": marked("each PDF in an email")},
    ),
    "pattern": Switch(
        marked("Subjects are built as"),
        "how subjects are built, as 'Order {order} of {customer}'; each name in braces becomes a field",
        metavar="TEXT",
        hint=marked("As Order {order} of {customer}: each name in braces becomes a field of the record."),
    ),
    "forms": Switch(
        marked("Addresses of web forms"),
        "addresses, parted by blanks, whose email was written by the person in Reply-To or in its text",
        metavar="ADDRS",
        hint=marked("Parted by blanks. The customer is who filled in the form, named by Reply-To or in the text."),
    ),
    "confirms": Switch(
        marked("Confirm receipt"),
        "whether who opens a record is told that their email came, if they are verified; no by default",
        ("no", "yes"),
        words={"no": marked("no"), "yes": marked("tell whoever opens a record, if they are verified")},
        hint=marked("One a day and address, and never to a program. The record waits for an answer all the same."),
    ),
    "confirm_with": Switch(
        marked("Saved reply that confirms"),
        "the word of the company's saved reply that confirms receipt; by default our own sentences",
        metavar="WORD",
        hint=marked(
            "A word such as received, of the company's saved replies: one for each language. Empty: our own sentences."
        ),
    ),
    "quotes": Switch(
        marked("An answer from here"),
        "whether an answer quotes what it answers; yes by default, where all who get it had that",
        ("yes", "no"),
        words={"yes": marked("quotes what it answers"), "no": marked("quotes nothing")},
        hint=marked("Quoted is the one message that is answered, and only where everybody who gets the answer had it."),
    ),
}  # fmt: skip
"""The switches, in their order."""


def checked(
    store: Store, company_id: int, record_type: str | None, old: AliasSettings, given: Switches
) -> dict[str, str]:
    """Return all switches as they are stored, the ``given`` ones in place of the old; raises RefusedAct."""
    made = {name: given.get(name, getattr(old, name)) for name in SWITCHES}
    for name, one in SWITCHES.items():
        if one.choices:
            find.choice(name, made[name], one.choices)
    if given.get("pattern", "").strip():
        made["pattern"] = _pattern(given["pattern"])
    if given.get("confirm_with", "").strip():
        made["confirm_with"] = _word(store, company_id, given["confirm_with"])
    made["confirm_with"] = made["confirm_with"].strip()
    if "forms" in given:
        found = (find.address("forms", one) for one in given["forms"].replace(",", " ").split())
        made["forms"] = " ".join(dict.fromkeys(found))
    made["pattern"] = made["pattern"].strip()
    if record_type is None and (made["reads"], made["each"], made["pattern"]) != ("message", "email", ""):
        wrong = next(name for name in ("reads", "each", "pattern") if made[name] not in ("message", "email", ""))
        raise RefusedAct(wrong, "switch_of_pinned")
    return made


def _word(store: Store, company_id: int, text: str) -> str:
    word = text.strip().removeprefix("/").casefold()
    there = store.saved_replies.offered(company_id, None, limits.SAVED_REPLIES)
    if word not in {one.word for one in there if one.word}:
        words = sorted({one.word for one in there if one.word})
        raise RefusedAct("confirm_with", "no_such_reply_word", word=word, words=find.joined(words) or "-")
    return word


def _pattern(text: str) -> str:
    wanted = find.line("pattern", text)
    try:
        subject_pattern.names(wanted)
    except subject_pattern.BadPattern as error:
        raise RefusedAct("pattern", error.code, name=error.name, most=limits.PATTERN_FIELDS) from None
    return wanted
