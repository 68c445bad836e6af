"""What a row of the search index is of, as words that nobody can type: its company, its record, its day, its files.

The index finds a common word together with a rare mark as quickly as the mark alone.  A condition that no mark answers
has to be asked of each row that was found.
"""

from __future__ import annotations

import datetime

_OWN = "\ue000"
"""A letter of nobody's alphabet, which no word of a search holds: what is typed is no mark."""
FIRST, LAST = datetime.date(1970, 1, 1), datetime.date(2100, 12, 31)
"""Days before and after these count as these."""


RECORD = f"{_OWN}r"
"""What the mark of a record begins with."""


def of_company(company_id: int) -> str:
    """Return the mark of what belongs to a company; what is on no record has none."""
    return f"{_OWN}c{company_id}"


def of_record(record_id: int) -> str:
    """Return the mark of what stands on a record."""
    return f"{RECORD}{record_id}"


MESSAGE, TITLE, FILE = f"{_OWN}m", f"{_OWN}t", f"{_OWN}f"
"""A message or a note; a record itself; a message that has files."""


def of_message(company_id: int, record_id: int, at: int, *, files: bool) -> str:
    """Return the marks of a message, each with a space behind it."""
    day = _day(at)
    marks = [
        *(of_company(company_id), of_record(record_id), MESSAGE),
        *(f"{_OWN}{day:%Y}", f"{_OWN}{day:%Y%m}", f"{_OWN}{day:%Y%m%d}"),
        *([FILE] if files else []),
    ]
    return "".join(f"{one} " for one in marks)


def of_title(company_id: int, record_id: int) -> str:
    """Return the marks of a record itself, which has no day of its own: it changes."""
    return "".join(f"{one} " for one in (of_company(company_id), of_record(record_id), TITLE))


def of_days(after: datetime.date | None, before: datetime.date | None) -> list[str]:
    """Return the fewest marks that all messages from ``after`` on and earlier than ``before`` bear one of."""
    day = max(FIRST, after or FIRST)
    end = before if before is not None and before <= LAST else LAST + datetime.timedelta(1)
    marks = []
    while day < end:
        year, month = datetime.date(day.year + 1, 1, 1), (day.replace(day=1) + datetime.timedelta(32)).replace(day=1)
        whole_year, whole_month = day.timetuple().tm_yday == 1 and year <= end, day.day == 1 and month <= end
        marks.append(f"{_OWN}{day:{'%Y' if whole_year else '%Y%m' if whole_month else '%Y%m%d'}}")
        day = year if whole_year else month if whole_month else day + datetime.timedelta(1)
    return marks


def moment(day: datetime.date | None) -> int | None:
    """Return when a day begins."""
    return None if day is None else (day - FIRST).days * 86_400_000


def _day(at: int) -> datetime.date:
    days = min(max(at // 86_400_000, 0), (LAST - FIRST).days)
    return FIRST + datetime.timedelta(days)
