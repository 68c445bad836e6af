"""What goes and what stays when a person is erased."""

from __future__ import annotations

from weftmail.core.wording.phrase import Sentence, counted, marked

ERASURE: dict[str, Sentence] = {
    "erase.card": counted(
        "The contact: name, note, and {count} address", "The contact: name, note, and {count} addresses"
    ),
    "erase.messages": counted("{count} message that they wrote", "{count} messages that they wrote"),
    "erase.files": counted("{count} file in these messages", "{count} files in these messages"),
    "erase.mails": counted(
        "{count} email of theirs as it came: filed, held or dropped",
        "{count} emails of theirs as they came: filed, held or dropped",
    ),
    "erase.places": counted("Their place in {count} conversation", "Their places in {count} conversations"),
    "erase.names": marked(
        "Their name and addresses in titles, events, history, search, notifications, drafts and bounces"
    ),
    "erase.stay.records": counted(
        "{count} record whose customer they were, with its number and state: it is the company\u2019s. Its title goes "
        "where their message opened it",
        "{count} records whose customer they were, with number and state: they are the company\u2019s. Titles go where "
        "their message opened the record",
    ),
    "erase.stay.answers": counted(
        "{count} message that colleagues sent them: it is the company\u2019s letter. What its words say of the person "
        "stays",
        "{count} messages that colleagues sent them: they are the company\u2019s letters. What their words say of the "
        "person stays",
    ),
    "erase.stay.backups": marked(
        "Backups made before, until they are removed by age; copies that have left; the mail server\u2019s own log"
    ),
}
