"""The guide of a new installation: its steps, and the ways in which mail can come."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import marked

GUIDE: Final = {
    "guide.company": marked("Company"),
    "guide.mail": marked("How email comes"),
    "guide.dns": marked("DNS"),
    "guide.address": marked("First address"),
    "guide.letter": marked("A real email"),
    "guide.colleagues": marked("Colleagues"),
    "guide.way.dedicated": marked("The whole domain comes here"),
    "guide.way.subdomain": marked("A subdomain comes here"),
    "guide.way.mailboxes": marked("Single addresses beside mailboxes on this server"),
    "guide.way.forwarded": marked("Another mailbox forwards to us"),
    "guide.good.dedicated": marked("Good if nobody has a mailbox in the domain. Its MX points to this server."),
    "guide.good.subdomain": marked(
        "The safest choice: your mailboxes stay where they are, and no address of a colleague can be taken by mistake."
    ),
    "guide.good.mailboxes": marked("Good if the mailboxes of the domain are on this very server."),
    "guide.good.forwarded": marked("Good if you cannot change the MX: your provider forwards single addresses here."),
}
"""Each sentence by "guide." and the name of a step or a way."""
