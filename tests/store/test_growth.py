"""What a query costs does not grow with the store: SQLite's steps at 1,000 and at 20,000 mails of one company."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.store.conftest import Office
from weftmail.store.connection import SqliteConnection, connect
from weftmail.store.rows import queries
from weftmail.store.sets import expanded

SMALL, LARGE = 1_000, 20_000
MOST = 1.25
STEPS = 10
"""Instructions of SQLite's machine that are counted as one: a call for each would take minutes."""

WHOLE = {
    "contacts": "the whole list is what is asked for",
    "contacts_of_company": "the whole list is what is asked for",
    "thread": "the whole thread is what is asked for",
    "inbound_tally": "the sum of the whole log is what the demo asks for",
    "inbound_tally_since": "a day is added up, however long that is in the test",
    "inbound_tally_of_company_since": "a day is added up, however long that is in the test",
    "outbox_counts_since": "a day is added up, however long that is in the test",
    "outbox_counts_of_company_since": "a day is added up, however long that is in the test",
    "record_type_set": "all records of a type bear its name",
    "record_state_set": "all records in a state bear its name",
    "contacts_found": "all contacts are looked through for words",
    **dict.fromkeys(
        [one for one in queries.available_queries if one.startswith(("merge_", "part_"))],
        "all that is one contact's passes to another",
    ),
    **dict.fromkeys(
        [one for one in queries.available_queries if one.startswith("erase_")],
        "all that is one person's goes",
    ),
    **dict.fromkeys(
        [f"inbox_{one}" for one in ("done_messages", "done_notices", "back_messages", "back_notices")],
        "all that a user is done with at once is marked",
    ),
}
NAMES = [name for name in queries.available_queries if not name.endswith("_cursor") and name not in WHOLE]

FREQUENT = 1
"""The contact who has a tenth of all mails."""
RECORD = 5

COLUMNS = """
contact (id, company_id, name, created_at) | n, 1, 'C', n
contact_address (company_id, address, contact_id, created_at) | 1, 'c' || n || '@customer.example', n, n
record (id, company_id, type, number, label, title, state, counts_as, customer_id, alias_id, created_at, changed_at)
    | n, 1, 'lead', n, 'LEAD-' || n, 'T', 'open', 'open', {who}, 1, n, n
blob (id, company_id, sha256, size) | n, 1, 'h' || n, 4
blob_piece (blob_id, position, bytes) | n, 0, x'00000000'
inbound (id, company_id, blob_id, entrance, sender, recipient, original_recipient, queue_id, client_address, state,
    delivery_key, record_id, message_id, alias_id, accepted_at)
    | n, 1, n, 'lmtp', 'c@customer.example', 'leads@acme.example', '', '', '', 'filed', 'k' || n, n, n, 1, n
message (id, company_id, record_id, number, kind, public, author_contact_id, author_name, author_address, verified,
    subject, text, html, reply_text, rfc_message_id, content_hash, inbound_id, written_at, created_at)
    | n, 1, n, 1, 'received', 1, {who}, 'C', 'c@customer.example', 1, 'S', 'T', '', 'T', '<' || n || '@c>', 'h' || n, n,
    n, n
message_address (company_id, message_id, field, position, name, address, contact_id)
    | 1, n, 'cc', 0, 'C', 'c@customer.example', {who}
attachment (company_id, record_id, message_id, blob_id, position, filename, content_type, inline)
    | 1, n, n, 1, 0, 'logo.png', 'image/png', 1
participant (company_id, record_id, contact_id, alias_id, reason, created_at) | 1, n, {who}, 1, 'opened', n
follower (company_id, record_id, user_id, created_at) | 1, n, 1, n
outbox (id, company_id, message_id, audience, state, next_at, created_at, changed_at)
    | n, 1, n, 'colleagues', 'sent', n, n, n
delivery (company_id, record_id, message_id, person, user_id, contact_id, channel, address, state, outbox_id,
    changed_at)
    | 1, n, n, 'user:1', 1, null, 'email', 'anna@acme.example', 'sent', n, n
delivery (company_id, record_id, message_id, person, user_id, contact_id, channel, address, state, outbox_id,
    changed_at)
    | 1, n, n, 'user:2', 2, null, 'inbox', '', 'unread', null, n
delivery (company_id, record_id, message_id, person, user_id, contact_id, channel, address, state, outbox_id,
    changed_at)
    | 1, n, n, 'contact:' || {who}, null, {who}, 'email', 'c@customer.example', 'sent', n, n
notice (company_id, user_id, inbound_id, phrase, created_at) | 1, 2, n, '{}', n
move (id, company_id, kind, from_id, to_id, last_message_id, created_at) | n, 1, 'move', n, n, n, n
turn (company_id, who, place, waiting, mails, since_at, last_at)
    | 1, 'c' || n || '@customer.example', 'record ' || n, 1, 1, n, n
"""
WHO = f"(case when n % 10 = {RECORD} then {FREQUENT} else n end)"

VALUES: dict[str, Any] = {
    "import_name": "new",
    "company_id": 1, "record_id": RECORD, "message_id": RECORD, "contact_id": FREQUENT, "user_id": 2, "alias_id": 1,
    "domain_id": 1, "id": RECORD, "outbox_id": RECORD, "blob_id": 1, "inbound_id": RECORD, "before": 10**9, "after": 0,
    "first": RECORD, "last": RECORD, "elsewhere": RECORD, "most": 50, "some": 25,
    "skip": 0, "number": 1, "position": 0, "now": 10**9,
    "from_at": 10**9, "substitute_id": None, "away": False,
    "acts": ["review.release"], "by": "Anna", "loads": True,
    "ids": [RECORD], "message_ids": [RECORD], "contact_ids": [FREQUENT], "addresses": ["c1@customer.example"],
    "digests": ["h1"], "rfc_message_ids": ["<5@c>"], "local_parts": ["leads"], "domains": ["acme.example"],
    "names": ["acme.example"], "rfc_message_id": "<5@c>", "content_hash": "h5", "label": "LEAD-5", "type": "lead",
    "record_type": "lead", "name": "new", "address": "c1@customer.example", "person": f"contact:{FREQUENT}",
    "sha256": "new", "size": 4, "bytes": b"x", "state": "filed", "delivery_key": "k5", "sender": None,
    "recipient": None, "audience": "outsider", "language": "en",
    "mentioned": False, "messages": True, "notes": True, "changes": False, "muted_at": None,
    "zone": "UTC", "kind": "email", "owner_id": None, "channel": "email", "field": "to",
    "reason": "opened", "title": "T", "holder": "a", "next_at": 10**9, "generation": 1, "local_part": "leads",
    "domain": "acme.example", "dedicated": True, "entrance": "lmtp", "public": True, "verified": True,
    "automatic": False, "inline": False, "accepts": "everyone", "role": "agent", "prefers": "email", "active": True,
    "fields": "{}", "defaults": "{}", "answer_as": "", "phrase": "{}", "proof": "{}", "trace": "[]",
    "filename": "f", "content_type": "c", "selector": "s", "algorithm": "rsa", "record": "r", "author_name": "A",
    "author_address": "a", "subject": "S", "text": "T", "html": "", "reply_text": "T", "sent_as": "", "flag": "",
    "written_at": 1, "prefix": "P", "csrf": "c", "token_hash": "t", "expires_at": 1, "value": "v", "subject_id": 1,
    "card": "",
    "original_recipient": "r", "queue_id": "q", "client_address": "c", "from_address": "f", "error": "", "act": "a",
    "actor": "a", "was": "{}", "became": "{}", "key": "k", "due_at": 1, "counts_as": "open", "team_id": 1,
    "choices": "[]", "code_hash": "c", "sealed": "0.00", "step": 1, "device": "Firefox", "purpose": "sign in",
    "new_name": "new name", "subjects": ["S"], "report": "any", "left_state": "sent",
    "hops": 1, "place": "record 5", "places": ["record 5"], "who": "c1@customer.example", "waiting": True, "mails": 1,
    "times": "", "since_at": 1, "alarmed_at": 0, "alarmed_before": 0, "stamp": "0000000000001",
    "from_id": RECORD, "to_id": RECORD + 1, "move_id": 1, "highest": 10**6, "along": "{}", "awaits": None,
    "user_ids": [2],
    "sent_on_by_id": None, "via": "",
    "answers_id": None, "forwards_id": None, "leaves_at": 10**9, "unless_answered": False, "draft_id": 1,
    "pen": "p",
    "undo_seconds": 10, "attempts": 1, "author_contact_id": FREQUENT, "author_user_id": None, "changed_at": 10**9,
    "closed_at": None, "content_id": "", "customer_id": FREQUENT, "fault": 0, "stop": 1, "lease": 1,
    "owner_team_id": None, "password": None, "reference": "r", "reference_url": "", "since": 0,
    "what": "review", "answer_local": "sales", "answer_domain": "acme.example",
    "at": 1, "servers": "[]", "verdict": "good", "body": "{}", "says": "{}", "words": 20_000, "budget": 4_000_000,
    "hour_at": 1, "signed": 1, "returned": 1, "aligned": 1,
    "company_ids": [1], "least": 4, "named": "t", "stretch": 20, "once": "once", "undecided": "{}",
    "whose": "outside", "all_mail": False, "nobodys": True, "priority": "high", "folded": "x", "tag_id": 1,
    "shared": True, "word": "thanks", "assign_user_id": None, "assign_team_id": None, "tags": "[]",
    "quotes": "yes", "confirms": "no", "confirm_with": "", "quotes_id": None, "states": ["sent"],
    "all_teams": False, "everything": False, "saved_reply_id": 1,
    "after_send": "keep", "then_show": "stay", "shortcuts": True, "takes": True, "query": "",
    "types": ["lead"], "labels": ["LEAD-5"], "teams_only": False,
    "sort_name": "new", "organisation_id": 1, "note": "n",
    "due_on": "2027-01-20", "day": "2027-01-20", "feedback": "f", "removed_at": None,
    "beginning": "zz", "beyond": "zzz",
    "port": 587, "security": "tls", "sign_in": "none", "login": "", "senders": "acme.example", "token_url": "",
    "client_id": "", "scope": "", "per_minute": None, "per_day": None, "per_domain": None, "falls_back": True,
    "server_id": 1, "minute": 30_000_000, "count": 1, "hour": 500_000, "handed": 1, "here": 1, "queue_ids": ["q5"],
    "why": "no such user", "answer": "550 no", "about": "mailbox", "quiet_before": 10**9,
    "host": "mx.b.example", "again_at": 0, "edited_at": 1, "email_for": "message",
    "until_at": 10**9, "record_ids": [RECORD], "delivery_id": 10**9, "done_at": None, "failure_of": None,
    "activity_id": None, "waits": "", "digest": "day", "digest_hour": 7,
    "of_type": "", "days": 1,
    "first_text": "{}", "second_text": "{}", "third_text": "{}",
    "stands_in_for": "", "gives": "round", "holds_crossing": False,
}  # fmt: skip
SWITCHES = {
    "when_closed": "type",
    "machines": "open",
    "spam": "hold",
    "pattern": "",
    "reads": "message",
    "each": "email",
    "forms": "",
}
ODD: dict[str, dict[str, Any]] = {
    "shorten_mails": {"became": 2},
    "file_remove": {"id": 10**9},
    "layout_add": {"colour": "#aa3300", "footer": "", "template": "", "logo": "", "logo_type": ""},
    "retention_add": {"what": "trash", "record_type": None},
    "retention_remove": {"what": "trash"},
    "due_clock_back": {"farthest": 10**15, "failed": 10**15},
    "due_leases_back": {"longest": 10**15},
    **{name: {"record_type": "none"} for name in ("record_type_remove", "record_type_states_remove")},
    "aged_hidden": {"what": "trash"},
    **{name: {"types": ["none"], "before": 10**9} for name in ("contact_records", "contact_messages")},
    "outgoing_server_add": {"state": "on", "name": "relay"},
    "draft_put": {"kind": "note"},
    **{name: {"kind": "note"} for name in ("draft_begin", "draft_go_on")},
    "saved_reply_put": {"user_id": None, "team_id": None, "record_type": None},
    "saved_reply_set": {"user_id": None, "team_id": None, "record_type": None},
    "signature_put": {"user_id": 2, "team_id": None},
    "outgoing_server_set": {"state": "on"},
    "server_use_expire": {"minute": 0},
    "server_use": {"since": 0},
    "handed_hours_expire": {"hour": 0},
    "handed_missing_expire": {"before": 0},
    "handed_missing_add": {"recipient": "new"},
    "handed_missing_remove": {"recipient": "new"},
    "dmarc_report_add": {"organisation": "new", "begin_at": 1, "end_at": 1, "sender": "new"},
    **{name: {"since": 0} for name in ("dmarc_sources", "dmarc_totals", "dmarc_reporters")},
    "dmarc_rows_add": {"source": "192.0.2.1", "disposition": "none", "dkim": True, "spf": True, "id": 1},
    "suppressions": {"after": ""},
    "bounce_add": {"domain": "customer.example", "day": 20_000},
    "bounces_expire": {"before": 1},
    "outbox_put_back": {"state": "sent"},
    "deliveries_put_back": {"state": "bounced"},
    "contact_addresses_add": {"address": "new@customer.example", "domain": "customer.example"},
    "contacts_in_domain": {"domain": "none.example"},
    "organisation_gather": {"domain": "none.example"},
    "messages_sharing": {"people": ["a@b.example"], "rfc_message_ids": ["<none@c.example>"], "since": 1},
    "turns_expire": {"before": RECORD},
    "list_records_named": {"words": "T"},
    "message_add": {
        "kind": "received",
        "rfc_message_id": "<new@c>",
        "content_hash": "new",
        "sent_on_by_id": None,
        "via": "",
        "reply_to": "",
    },
    "inbound_accept": {"sender": "s", "recipient": "r"},
    "blob_delete": {"id": 10**9},
    "outbox_settle": {"state": "sent"},
    "move_add": {"kind": "move"},
    "records_to_join": {"words": "lead-5"},
    "list_outbox": {"state": "sent"},
    "list_outbox_left": {"state": "sent"},
    "list_outbox_of_company": {"state": "sent"},
    "list_outbox_of_company_left": {"state": "sent"},
    "delivery_settle": {"state": "sent"},
    "record_set": {"state": "open"},
    "record_hide": {"state": "trash"},
    "record_retype": {"state": "open", "number": 10**9, "label": "LEAD-0"},
    "former_label_add": {"label": "OLD-1"},
    "record_set_state": {"state": "open"},
    "inbound_settle": {"delivery_key": "new"},
    "domain_set": {"state": "open"},
    "deliveries_add": {"person": "user:9", "user_id": 1, "state": "queued"},
    "participants_add": {"reason": "added"},
    "message_addresses_add": {"position": 9},
    "attachments_add": {"position": 9},
    "blob_pieces_add": {"position": 9},
    "notices_add": {"user_id": 1},
    "record_add": {"state": "open", "number": 10**9, "label": "LEAD-0", "reference": None},
    "alias_add": {"local_part": "new", "record_id": None, **SWITCHES},
    "alias_set": {"record_id": None, **SWITCHES},
    "alias_revive": {"record_id": None, **SWITCHES},
    **{
        name: {
            "words": "leads",
            "domain_id": None,
            "record_type": None,
            "state": None,
            "team_id": None,
            "at": 10**15,
            "address": "z" if name.endswith("_back") else "",
        }
        for name in queries.available_queries
        if name.startswith("list_aliases_")
    },
    "alias_set_state": {"state": "off"},
    "alias_mails_since": {"since": 10**9},
    "user_address_add": {"address": "new@acme.example"},
    "outbox_add_words": {"audience": "account", "address": ""},
    "record_field_put": {"kind": "choice"},
    "dkim_key_set": {"state": "signing"},
    "domain_postmaster": {"name": "acme.example"},
    "inbound_to": {"recipient": "reply+none@acme.example", "after": 10**9},
}


def filled(office: Office, mails: int) -> Office:
    """Fill the company with mails, a tenth of them by one contact; each is a record of its own."""
    connection = office.store.connection
    office.alias()
    with office.store.transaction():
        for part in re.split(r"\n(?=\w)", COLUMNS.strip()):
            table, values = part.replace("{who}", WHO).split("|", 1)
            connection.execute(
                "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < :most)"
                f" insert into {table} select {values} from numbers",
                {"most": mails},
            )
        connection.execute("insert into team (id, company_id, name, created_at) values (1, 1, 'T', 1)")
        connection.execute("insert into organisation (id, company_id, name, created_at) values (1, 1, 'O', 1)")
        connection.execute(
            "insert into dmarc_report (id, domain_id, verified, sender, organisation, report, begin_at, end_at, "
            "created_at) values (1, 1, true, 's', 'o', 'r', 1, 1, 1)"
        )
        connection.execute(
            "insert into draft (id, company_id, record_id, user_id, kind, body, created_at, changed_at)"
            f" values (1, 1, {RECORD}, 2, 'message', '{{}}', 1, 1)"
        )
        connection.execute(
            "insert into saved_reply (id, company_id, name, text, created_at, changed_at) values (1, 1, 'R', 'T', 1, 1)"
        )
        connection.execute("insert into tag (id, company_id, name, folded, created_at) values (1, 1, 'T', 't', 1)")
        connection.execute(
            "insert into counter (company_id, record_type, last) values (1, 'lead', :most)", {"most": mails}
        )
    return office


class Machine:
    """Counts what SQLite's machine does for a statement, and undoes the statement."""

    def __init__(self, path: Path) -> None:
        self._raw = sqlite3.connect(path, isolation_level=None)
        self._raw.execute("pragma foreign_keys = on")
        self._steps = 0

    def steps(self, name: str) -> int:
        """Return the steps of one query."""
        sql: str = getattr(queries, name).sql
        names = re.findall(r"(?<![:\w]):([a-z]\w*)", sql)
        known = VALUES | ODD.get(name, {})
        assert known.keys() >= set(names), f"{name} is asked with values that are none"
        values = {one: known[one] for one in names}
        sql, parameters = expanded(sql, values)
        self._steps = 0
        self._raw.execute("savepoint one")
        self._raw.set_progress_handler(self._count, STEPS)
        try:
            self._raw.execute(sql, parameters).fetchall()
        finally:
            self._raw.set_progress_handler(None, 0)
            self._raw.execute("rollback to one")
            self._raw.execute("release one")
        return self._steps

    def _count(self) -> int:
        self._steps += 1
        return 0

    def close(self) -> None:
        self._raw.close()


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    made = []
    for mails in (SMALL, LARGE):
        path = tmp_path_factory.mktemp("store") / "weftmail.db"
        office = filled(Office(partial(connect, path)), mails)
        assert isinstance(office.store.connection, SqliteConnection)
        office.store.close()
        made.append(Machine(path))
    yield made[0], made[1]
    for one in made:
        one.close()


@pytest.mark.parametrize("name", NAMES)
def test_twenty_times_the_mails_cost_no_more(machines: tuple[Machine, Machine], name: str) -> None:
    small, large = (machine.steps(name) for machine in machines)
    # A few steps more are the depth of a tree, and what the handler rounds.
    assert large <= max(small * MOST, small + 3), (
        f"{name}: {small * STEPS} steps at {SMALL}, {large * STEPS} at {LARGE}"
    )
