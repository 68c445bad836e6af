"""The return path: bounces come back to the domain itself, so that SPF is aligned with From (RFC 9989, 5.1.2)."""

from __future__ import annotations

from weftmail.core.dns.finding import Judgement, Verdict
from weftmail.core.wording.phrase import Phrase


def judge(domain: str, mx: Verdict, spf: Verdict) -> Judgement:
    """Say whether bounces come back, and whether the return path counts for DMARC."""
    if mx == "broken":
        return Judgement("broken", Phrase("dns.return.no mx", {"domain": domain}), Phrase("dns.step.first mx"))
    if spf == "broken":
        return Judgement("look", Phrase("dns.return.no spf", {"domain": domain}), Phrase("dns.step.first spf"))
    return Judgement("good", Phrase("dns.return.good", {"domain": domain}))
