"""As whom an email left: the three domains that DMARC compares, and whether they agree (RFC 9989, 4.4)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentAs:
    """The domain in From, the one that signed, and that of the return path; "" for one that there was not."""

    author: str
    signed: str
    returns: str

    @property
    def by_signature(self) -> bool:
        """Whether the signature vouches for From."""
        return related(self.author, self.signed)

    @property
    def by_return_path(self) -> bool:
        """Whether SPF of the return path does."""
        return related(self.author, self.returns)

    @property
    def aligned(self) -> bool:
        """Whether either does, which is enough for DMARC."""
        return self.by_signature or self.by_return_path


def related(one: str, other: str) -> bool:
    """Say whether two domains are one, or one is below the other: then they have one organizational domain.

    Two that stand side by side may have one as well; nothing of ours leaves like that.
    """
    return bool(one and other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))
