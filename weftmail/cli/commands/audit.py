"""mail-admin audit: who set up what, and when."""

from __future__ import annotations

import argparse
import json

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing
from weftmail.cli.output import Fields, iso, shown
from weftmail.cli.pages import AuditPages
from weftmail.cli.refusals import carried_out
from weftmail.core.wording import acts
from weftmail.core.wording.sentences import say
from weftmail.flow.setup import find, undo
from weftmail.flow.setup.act import Done
from weftmail.store.audit import AuditRow
from weftmail.store.store import Store


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    verbs.list("list changes of the set-up, newest first: who, when, what", _list, "ID", company=True)
    back = verbs.add("undo", "take one change back, as long as nothing was changed there since", _undo)
    back.add_argument("id", type=number, metavar="ID", help="the number of the change, as the list shows it")


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, arguments.company), arguments)


def _undo(context: Context, arguments: argparse.Namespace) -> None:
    back = carried_out(undo.undo(context.setup, arguments.id))
    said = say(acts.done(back.act, back.subject))
    notified = undo.notified(back.now)
    context.answer(
        arguments.json, done.value(back), lambda: [f"{said}. Already notified: {notified}" if notified else said]
    )


def _listing(store: Store, company: str | None) -> Listing[AuditRow]:
    return Listing(
        AuditPages(store, find.company_id(store, company)),
        lambda one: str(one.id),
        _value,
        ("ID", "WHEN", "WHO", "COMPANY", "ACT", "ON", "CHANGED"),
        lambda one: (str(one.id), shown(one.created_at), one.actor, one.company, one.act, one.subject, _changes(one)),
        "Nothing was set up yet.",
    )


def _value(one: AuditRow) -> Fields:
    return {
        "id": one.id,
        "company": one.company,
        "user": one.user_id,
        "actor": one.actor,
        "act": one.act,
        "subject": one.subject,
        "was": json.loads(one.was),
        "now": json.loads(one.became),
        "created_at": iso(one.created_at),
    }


def _changes(one: AuditRow) -> str:
    was, now = json.loads(one.was), json.loads(one.became)
    return done.fields(Done(one.act, one.company_id, one.subject, was, now)) if was and now else ""
