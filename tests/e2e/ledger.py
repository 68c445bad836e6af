"""What a store holds, read past weftmail's own programs, so that a fault of theirs cannot hide another."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.e2e.postfix import until

_STRAY = """
select 'blob without owner', id from blob
    where id not in (select blob_id from inbound) and id not in (select blob_id from attachment)
union all select 'blob without bytes', id from blob where size > 0 and id not in (select blob_id from blob_piece)
union all select 'record without message', id from record where id not in (select record_id from message)
union all select 'filed without message', id from inbound where state = 'filed'
    and (message_id is null or message_id not in (select id from message))
union all select 'message without its mail', id from message where kind = 'received'
    and (inbound_id is null or inbound_id not in (select id from inbound where state = 'filed'))
union all select 'mail without delivery', id from message where kind = 'received'
    and (select count(*) from delivery d where d.message_id = message.id and d.channel = 'email') <> 1
union all select 'mail without outbox row', id from message where kind = 'received'
    and (select count(*) from outbox o where o.message_id = message.id) <> 1
union all select 'number left out', company_id from counter
    where last <> (select count(*) from record r where r.company_id = counter.company_id and r.type = record_type)
"""


class Ledger:
    """The store in a state folder; each question opens it anew, and only to read."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def rows(self, question: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows that the store answers with."""
        with closing(sqlite3.connect(f"file:{self.state}/weftmail.db?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(question, values).fetchall()

    def number(self, question: str, **values: Any) -> int:
        """Return the one number that the store answers with."""
        return int(self.rows(question, **values)[0][0])

    def states(self) -> dict[str, int]:
        """Return how many rows of the inbound log there are in each state."""
        return dict(self.rows("select state, count(*) from inbound group by state"))

    def accepted(self) -> int:
        """Return how many deliveries are safe and not settled."""
        return self.states().get("accepted", 0)

    def incoming(self) -> list[str]:
        """Return the names of all files in the folder of the pipe program, unfinished ones as well."""
        return sorted(path.name for path in (self.state / "incoming").iterdir())

    def spooled(self) -> list[str]:
        """Return the names of its files that are whole."""
        return [name for name in self.incoming() if not name.startswith(".")]

    def filed(self, subject: str) -> int:
        """Return how many messages bear this subject."""
        return self.number("select count(*) from message where subject = :subject", subject=subject)

    def wait_settled(self, subjects: Collection[str], why: Callable[[], str], timeout: float = 60) -> None:
        """Wait until each of these is filed and nothing is left to be settled."""

        def settled() -> bool:
            return not self.spooled() and not self.accepted() and all(self.filed(one) for one in subjects)

        until(settled, "all mail is settled", lambda: f"{self.states()} {self.incoming()} {why()}", timeout)

    def assert_whole(self) -> None:
        """Fail where the file is damaged or anything in it is half-written."""
        assert self.rows("pragma integrity_check") == [("ok",)]
        assert self.rows("pragma foreign_key_check") == []
        assert self.rows(_STRAY) == []

    def assert_filed_once(self, subjects: Collection[str]) -> None:
        """Fail unless these mails, and no others, are filed: each one record, one message, one settled delivery."""
        self.assert_whole()
        once = [(subject, 1) for subject in sorted(subjects)]
        assert self.rows("select title, count(*) from record group by title order by title") == once
        assert self.rows("select subject, count(*) from message group by subject order by subject") == once
        filed = "select subject, count(*) from inbound where state = 'filed' group by subject order by subject"
        assert self.rows(filed) == once
        assert set(self.states()) <= {"filed", "duplicate"}, self.states()
        assert self.spooled() == []
