"""DMARC aggregate reports of our own, as receivers write them."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterable, Sequence

DAY = 86_400
ROW = ("192.0.2.25", 3, "none", "pass", "pass", "s1")
"""Source, emails, disposition, DKIM, SPF, and the selector that signed."""
Row = tuple[str, int, str, str, str, str]


def record(row: Row, domain: str = "acme.example") -> str:
    """Return the XML of one row."""
    source, mails, disposition, dkim, spf, selector = row
    signed = (
        f"<dkim><domain>{domain}</domain><selector>{selector}</selector><result>{dkim}</result></dkim>"
        if selector
        else ""
    )
    return (
        f"<record><row><source_ip>{source}</source_ip><count>{mails}</count><policy_evaluated>"
        f"<disposition>{disposition}</disposition><dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row>"
        f"<identifiers><header_from>{domain}</header_from></identifiers><auth_results>{signed}"
        f"<spf><domain>{domain}</domain><result>{spf}</result></spf></auth_results></record>"
    )


def report(
    rows: Iterable[Row] = (ROW,),
    *,
    domain: str = "acme.example",
    organisation: str = "Receiver",
    number: str = "r1",
    begin: int = 1_799_800_000,
    policies: Sequence[str] = (),
    head: str = "",
    space: str = "",
) -> bytes:
    """Return a report; ``policies`` are the domains of several, ``head`` what stands before the root."""
    published = "".join(
        f"<policy_published><domain>{one}</domain><p>none</p></policy_published>" for one in policies or [domain]
    )
    return (
        f'<?xml version="1.0"?>{head}<feedback{space}><report_metadata><org_name>{organisation}</org_name>'
        f"<email>dmarc@receiver.example</email><report_id>{number}</report_id><date_range><begin>{begin}</begin>"
        f"<end>{begin + DAY}</end></date_range></report_metadata>{published}"
        f"{''.join(record(row, domain) for row in rows)}</feedback>"
    ).encode()


def zipped(*files: bytes, name: str = "report.xml") -> bytes:
    """Return a zip of these files."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, data in enumerate(files):
            archive.writestr(f"{number}{name}", data)
    return kept.getvalue()


def packed(data: bytes) -> bytes:
    """Return the file by gzip."""
    return gzip.compress(data)
