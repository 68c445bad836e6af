"""The whole check of one mail: SPF of who handed it over, DKIM, DMARC of the two, and ARC beside them.

The caller brings a resolver that gives up in time; whatever the DNS does not tell is ``temperror``: unchecked, and
never failed.
"""

from __future__ import annotations

from weftmail.core.address import domain_of
from weftmail.core.checking import arc, dkim, dmarc, spf
from weftmail.core.envelope import Envelope
from weftmail.core.parsing.message import Message
from weftmail.core.ports import Resolver
from weftmail.core.routing.authentication import only_address
from weftmail.core.routing.hop import CountingHop
from weftmail.core.routing.result import CheckResult


def check(
    message: Message, envelope: Envelope, hop: CountingHop, resolver: Resolver, now: int
) -> tuple[CheckResult, ...]:
    """Return the results for one delivery that came in by this hop; ``now`` is in milliseconds.  Never raises."""
    author = domain_of(only_address(message.from_))
    # What could speak for From comes first: the time may run out.
    seals = sorted((one for one in message.seals if one.kind == "dkim"), key=lambda one: one.domain.lower() != author)
    signed = [dkim.check(one, resolver, now) for one in seals]
    sent = spf.check(hop.client, envelope.sender, hop.helo, resolver) if hop.client and not hop.login else None
    results = [*([sent] if sent is not None else []), *signed]
    chain = arc.check(message.seals, resolver, now)
    return (
        *results,
        dmarc.check(author, results, resolver),
        *((chain,) if chain is not None else ()),
    )
