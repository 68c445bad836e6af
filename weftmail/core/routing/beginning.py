"""What a record begins with, as the mail that opens it says: who wrote it, and the fields that an alias reads."""

from __future__ import annotations

import re

from weftmail.core import field, money, subject_pattern
from weftmail.core.address import in_full
from weftmail.core.routing.case import Case, author_of
from weftmail.core.routing.disposition import Author
from weftmail.core.routing.facts import AliasFacts
from weftmail.core.wording.phrase import Phrase

_REFERENCE = re.compile(
    r"(?i)(?<!\w)(?:ref(?:erence|erens)?|kvitto|receipt|faktura|invoice|order|verifikat)"
    r"(?:[ -]?(?:nummer|number|nr|no|num|id)(?!\w))?[.:# ]{1,4}(?P<value>[A-Za-z]{0,8}[-/.]?\d[\w/.-]{0,30})"
)
_FIRST = re.compile(r"\s*\[?(?P<value>(?=[A-Za-z-]{0,10}\d)(?=\d{0,12}-?[A-Za-z])[A-Za-z0-9][\w/-]{2,30})\]?(?!\S)")
_HEAD = 20_000


def writer_of(case: Case, alias: AliasFacts) -> tuple[Author, bool]:
    """Return who wrote what the alias takes, and whether that is verified.

    It is whom a program or a list names, the author of what a colleague forwards, or the sender.
    """
    facts = case.facts
    if facts.sent_on is not None and alias.record_id is None and alias.reads != "expense":
        via = Phrase("via.forwarded", {"name": facts.sender.name or facts.sender.address})
        sent_on = facts.sent_on
        return Author(sent_on.name, sent_on.address, outsider=True, via=via, sent_on_by=facts.sender.user_id), False
    if facts.writer is not None:
        via = Phrase("via.from", {"from": in_full(facts.sender.name, facts.sender.address)})
        return Author(facts.writer.name, facts.writer.address, outsider=True, via=via), False
    return author_of(case, alias.company_id), facts.sender.verified


def fields_of(case: Case, alias: AliasFacts) -> tuple[tuple[str, str], ...]:
    """Return the values of fields that stand in the mail, each in the spelling in which it is kept.

    What is none of its kind is left out: nothing of a mail is lost for it.
    """
    found: dict[str, str] = {}
    if alias.reads == "expense":
        found |= _expense(case, alias)
    if alias.pattern:
        amounts = [one.name for one in alias.fields if one.kind == "amount"]
        found |= subject_pattern.read(alias.pattern, case.message.subject, amounts)
    kept = ((name, _kept(alias, name, text)) for name, text in found.items())
    return tuple((name, text) for name, text in kept if text)


def _expense(case: Case, alias: AliasFacts) -> dict[str, str]:
    """Reference, amount and employee, under the names that the type has for such fields."""
    message = case.message
    amount = money.amount_of(message.subject, message.text)
    reference = _REFERENCE.search(message.subject) or _FIRST.match(message.subject)
    reference = reference or _REFERENCE.search(message.text[:_HEAD])
    names = {one.kind: one.name for one in reversed(alias.fields)}
    return {
        names.get("amount", "amount"): str(amount) if amount is not None else "",
        "reference": reference["value"].rstrip("./-") if reference is not None else "",
        names.get("person", "employee"): case.facts.sender.address,
    }


def _kept(alias: AliasFacts, name: str, text: str) -> str:
    known = next((one for one in alias.fields if one.name == name), None)
    if known is None:
        return text.strip()[: field.LONGEST]
    if known.kind == "amount":
        amount = money.amount_of(text, "")
        text = str(amount) if amount is not None else text
    try:
        return field.value(known.kind, text, known.choices)
    except field.BadValue:
        return ""
