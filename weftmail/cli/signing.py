"""The folder of the private halves of signing keys, as set-up makes and reads them."""

from __future__ import annotations

from dataclasses import dataclass

from weftmail.core.composing.dkim_key import Algorithm, SigningKey
from weftmail.transport import dkim_files


@dataclass(frozen=True, slots=True)
class DkimFolder:
    """Fulfils ``flow.setup.dkim_key.KeyFiles``."""

    folder: str

    def load(self, domain: str) -> list[SigningKey]:
        """Return the keys of a domain; raises BadKey for one that cannot be read."""
        return dkim_files.load(self.folder, domain)

    def create(self, domain: str, selector: str, algorithm: Algorithm) -> SigningKey:
        """Make a key and keep it."""
        return dkim_files.create(self.folder, domain, selector, algorithm)

    def remove(self, domain: str, selector: str) -> bool:
        """Delete a key for good; say whether there was one."""
        return dkim_files.remove(self.folder, domain, selector)
