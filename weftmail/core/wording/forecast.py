"""What would become of a mail, in sentences: for the page and the command that ask where a mail would go."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import marked

FORECAST: Final = {
    "forecast.open": marked("It would open a record of type {type}."),
    "forecast.post": marked("It would be filed on {record}, and sent on as a colleague's message."),
    "forecast.append": marked("It would be filed on {record}."),
    "forecast.note": marked("It would be filed on {record} as an internal note."),
    "forecast.report": marked("It would be noted on {record}, at the message that it reports about."),
    "forecast.hold": marked("It would wait in the review queue under {queue}: {why}."),
    "forecast.discard": marked("It would be kept in the log alone: {why}."),
    "forecast.refused": marked("Refused: there is no such address."),
    "forecast.too large": marked("Refused: it is larger than the {size} that your mail server takes."),
    "forecast.taken": marked("Your mail server takes it when it is offered, and hands it to weftmail."),
    "forecast.not taken": marked("Your mail server refuses it when it is offered: 550 5.1.1."),
    "forecast.no map": marked("Which addresses your mail server takes cannot be read now."),
    "forecast.size": marked("Your mail server takes email of up to {size}."),
    "forecast.no size": marked("What size your mail server takes cannot be read here; weftmail takes {size}."),
    "forecast.not yours": marked("{address} is no address of {company}."),
    "forecast.because.machine": marked(
        "A program wrote it and it answers nothing: it is treated like a person's email, and marked as automatic."
    ),
    "forecast.because.large": marked("30 MB is less than the {size} that are taken: its size changes nothing."),
    "forecast.case.answer stranger": marked("an answer to this record by a stranger"),
    "forecast.case.answer forged": marked("an answer to this record in a colleague's name, forged"),
    "forecast.case.answer automatic": marked("an automatic answer to this record"),
    "forecast.case.stranger": marked("a stranger"),
    "forecast.case.verified": marked("sender verified"),
    "forecast.case.answer": marked("an answer to this record"),
    "forecast.case.forged": marked("in a colleague's name, forged"),
    "forecast.case.automatic": marked("an automatic answer"),
    "forecast.case.machine": marked("made by a machine"),
    "forecast.case.large": marked("30 MB"),
}
"""Each sentence by "forecast." and its name."""
