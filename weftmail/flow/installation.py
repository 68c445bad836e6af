"""What every flow is given: the keys, whom we believe, the names of this installation, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from weftmail.core.limits import FILES_SIZE
from weftmail.core.ports import Clock, DnsFailure, DnsType, Resolver, Scanner
from weftmail.core.routing.authentication import NOBODY, Policy
from weftmail.core.tokens.keys import Keyring
from weftmail.core.wording.language import ONLY_ENGLISH, Languages
from weftmail.flow.reading import Reader, read


class NoDns:
    """A resolver that never knows: of an installation that does not check by itself."""

    def query(self, name: str, kind: DnsType) -> DnsFailure:
        """Return that nobody was asked."""
        return DnsFailure("nobody is asked here")


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation.

    ``name`` goes into the loop header of all that leaves, and tells our own mail when it comes back.  ``policies`` says
    for each entrance whom we believe of the mail that comes in there.  ``site_url`` is
    where the pages are, without a slash at its end; empty where there is no site.
    ``reader`` reads a stranger's mail for whoever waits for it: the programs bring one that has another process do it.
    ``resolver`` returns a resolver for the check of one mail, which gives up in time.
    ``complaint_providers`` are the domains whose signed complaints count.
    ``files_size`` is how many bytes the files of one message may have together.
    ``scanner`` looks for viruses, where there is one; while it does not answer, mail waits, if ``scan_waits`` says so.
    """

    name: str
    keyring: Keyring
    policies: Mapping[str, Policy]
    clock: Clock
    site_url: str = ""
    languages: Languages = ONLY_ENGLISH
    reader: Reader = read
    resolver: Callable[[], Resolver] = NoDns
    scanner: Scanner | None = None
    scan_waits: bool = True
    complaint_providers: frozenset[str] = frozenset()
    files_size: int = FILES_SIZE

    def policy(self, entrance: str) -> Policy:
        """Return whom we believe of mail that came in there; nobody, where nothing was said of it."""
        return self.policies.get(entrance, NOBODY)
