"""The steps of one email in the log: accepted, settled, its copies handed over, each with the mail server's queue id.

Numbers and states alone: no address, no subject, no word.  The entry of the journal has them as fields of their own
(``WEFTMAIL_QUEUE_ID`` and others), by which it is found.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

log = logging.getLogger("weftmail.trace")


def on() -> bool:
    """Say whether anybody reads them."""
    return log.isEnabledFor(logging.INFO)


def accepted(rows: Iterable[tuple[int, str]]) -> None:
    """Say that emails are safe: by the number of each and its queue id."""
    for number, queue_id in rows:
        _say("email {email} accepted", {"QUEUE_ID": [queue_id], "EMAIL": [number], "STATE": ["accepted"]})


def settled(number: int, queue_id: str, state: str, record_id: int | None, message_id: int | None) -> None:
    """Say where an email went."""
    where = ", message {message}" if message_id is not None else ""
    _say(
        "email {email} settled: {state}" + where,
        {"QUEUE_ID": [queue_id], "EMAIL": [number], "STATE": [state], "RECORD": [record_id], "MESSAGE": [message_id]},
    )


def handed_over(copy_id: int, message_id: int, came_as: str, left_as: Iterable[str], states: Iterable[str]) -> None:
    """Say what came of a copy: ``came_as`` is the queue id of the email that it passes on, ``left_as`` are its own."""
    ids = list(dict.fromkeys((came_as, *left_as)))
    what = "copy {copy} of message {message}: {state}" if message_id else "copy {copy}: {state}"
    _say(what, {"QUEUE_ID": ids, "COPY": [copy_id], "MESSAGE": [message_id or None], "STATE": sorted({*states})})


def _say(words: str, fields: Mapping[str, Iterable[object]]) -> None:
    known = {name: [str(one) for one in values if one not in (None, "")] for name, values in fields.items()}
    text = words.format(**{name.lower(): ", ".join(values) for name, values in known.items()})
    queue = f", queue id {', '.join(known['QUEUE_ID'])}" if known["QUEUE_ID"] else ""
    log.info("%s%s", text, queue, extra={"fields": {f"WEFTMAIL_{name}": one for name, one in known.items() if one}})
