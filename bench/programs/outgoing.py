"""Messages that a colleague writes, by the functions that the page's Send calls; run as the owner of the store.

``fill N`` lets N copies wait; ``twelve N`` sends N messages to 12 people each, one after another, and prints for each
how many milliseconds passed from Send until the mail server had taken all copies.
"""

from __future__ import annotations

import os
import sys
import time

from weftmail.cli.context import Context
from weftmail.flow.post import Draft, post
from weftmail.store.record import NewRecord, Record

PEOPLE = 12
ON_A_RECORD = 20
TEXT = "Forty oak chairs, on Thursday. " * 320
"""About 10 KB."""
PATIENCE = 60
"""Seconds after which a message is given up."""


def main(words: list[str]) -> None:
    context = Context(os.environ)
    (fill if words[0] == "fill" else twelve)(context, int(words[1]))


def opened(context: Context, number: int) -> Record:
    company = context.store.companies.all()[0]
    record = NewRecord(company.id, "lead", f"Chairs {number}")
    return context.store.records.open(record, context.clock())


def fill(context: Context, count: int) -> None:
    store, installation = context.store, context.installation
    author = store.users.by_address("anna@acme.example")
    assert author is not None
    for first in range(0, count, ON_A_RECORD):
        with store.transaction():
            record = opened(context, first)
            for number in range(first, min(first + ON_A_RECORD, count)):
                to = [f"person{number % 2000}@customer.example"]
                post(store, installation, record, author, Draft(TEXT, to=to, subject=f"Chairs {number}", new=True))


def twelve(context: Context, count: int) -> None:
    store, installation = context.store, context.installation
    author = store.users.by_address("anna@acme.example")
    assert author is not None
    for number in range(count):
        record = opened(context, number)
        to = [f"person{number}x{one}@customer.example" for one in range(PEOPLE)]
        began = time.monotonic()
        message = post(store, installation, record, author, Draft(TEXT, to=to, subject="Chairs", new=True))
        context.wake_sender()
        while any(one.state != "sent" for one in store.messages.deliveries(record.company_id, message)):
            assert time.monotonic() - began < PATIENCE, "a copy did not leave"
            time.sleep(0.005)
        print(f"{(time.monotonic() - began) * 1000:.1f}", flush=True)


main(sys.argv[1:])
