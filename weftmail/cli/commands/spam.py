"""mail-admin spam: which field your own spam filter writes."""

from __future__ import annotations

import argparse

from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.sender import way_out
from weftmail.core.failure import TempFail, UsageError
from weftmail.core.routing.spam import SpamField
from weftmail.core.wording.command import Command
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.setup import spam_probe

PATIENCE = 60.0
"""Seconds that the probe may take to come back."""
_LOOK = 0.5


def build(parser: Parser) -> None:
    """Add the verb."""
    verbs = Verbs(parser)
    probe = verbs.add("probe", "send what every filter takes for spam, and see which field yours writes", _probe)
    probe.add_argument("domain", metavar="DOMAIN", help="a domain of yours, to which the probe is sent")


def _probe(context: Context, arguments: argparse.Namespace) -> None:
    submitter = way_out(context.config)
    try:
        recipient, after = spam_probe.send(context.store, context.installation, submitter, arguments.domain)
    finally:
        submitter.close()
    found = _back(context, recipient, after)
    if isinstance(found, Phrase):
        raise UsageError(say(found), status=1)
    value = {"field": found.name, "place": found.place, "setting": found.text}
    context.answer(arguments.json, value, lambda: _lines(context, found))


def _back(context: Context, recipient: str, after: int) -> SpamField | Phrase:
    waited = 0.0
    while waited < PATIENCE:
        found = spam_probe.answer(context.store, context.installation, recipient, after)
        if found is not None:
            return found
        context.wait(_LOOK)
        waited += _LOOK
    raise TempFail(
        f"the probe is not back after {PATIENCE:.0f} s; see whether the mail server took it as spam: "
        f"{Command('mail-admin log --who {address}', address=recipient)}"
    )


def _lines(context: Context, found: SpamField) -> list[str]:
    where = "above the Received fields" if found.place == "above" else "at the end of the header"
    return [
        f"Your spam filter writes {found.text.partition(' ')[0]}, {where}.",
        f'Put this into {context.config_path}, and restart what runs: spam_field = "{found.text}"',
    ]
