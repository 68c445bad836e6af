"""What every program builds of the settings: the store, the keys, the mail server's map, the clock."""

from __future__ import annotations

import os
import pwd
import secrets
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from weftmail.cli.config import Config, path_of_config
from weftmail.cli.entrances import policies
from weftmail.core.failure import TempFail, UsageError
from weftmail.core.ports import Clock, Readers, Resolver, Scanner, Submitter, Zones
from weftmail.core.tokens import keys
from weftmail.core.tokens.keys import Keyring
from weftmail.flow.installation import Installation
from weftmail.flow.reading import reader
from weftmail.locale import LANGUAGES
from weftmail.mta import map as mail_map
from weftmail.mta.map import MapDatabase
from weftmail.store.errors import Broken
from weftmail.store.store import Store
from weftmail.transport import credentials
from weftmail.transport.readers.lending import Lending
from weftmail.transport.readers.pool import ReaderPool
from weftmail.transport.server_secrets import SecretFolder

if TYPE_CHECKING:
    from weftmail.cli.ways import MailWays
    from weftmail.core.composing.dkim_key import SigningKey
    from weftmail.transport.dns import CachingResolver

CHECKS = 8
"""So many mails are checked at once; each waits for the DNS most of the time."""
INSTANCE = "instance"
"""The setting of the store that holds the name of this installation, which goes into the loop header."""


def now() -> int:
    """Return the time: milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def new_instance() -> str:
    """Return a name for a new installation that no other installation has."""
    return secrets.token_hex(8)


def become_owner(folder: Path) -> None:
    """As root, become whoever owns ``folder``, for good; otherwise, or where there is no such folder, do nothing.

    Files that root made beside the store (its -wal and -shm) would lock the other programs out.
    """
    if os.geteuid() != 0 or not folder.exists():
        return
    found = folder.stat()
    if found.st_uid == 0:
        return
    try:
        user = pwd.getpwuid(found.st_uid)
        group, groups = user.pw_gid, os.getgrouplist(user.pw_name, user.pw_gid)
    except KeyError:
        group, groups = found.st_gid, [found.st_gid]
    os.setgroups(groups)
    os.setgid(group)
    os.setuid(found.st_uid)


def open_store(config: Config, readonly: bool = False) -> Store:
    """Open the store; raise UsageError where it is missing, may not be read or does not fit, TempFail when locked."""
    try:
        config.store.stat()
        return Store.open(config.store, readonly=readonly)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            f"there is no store at {config.store}; mend state in {path_of_config(os.environ)}, "
            "or make one: mail-admin init"
        ) from None
    except Broken as error:
        raise UsageError(f"{config.store} is damaged: {error}; restore it from the backup") from None
    except PermissionError:
        raise UsageError(f"{config.store} is closed to you; {_as_whom(config.folder)}") from None
    except TempFail:
        if not os.access(config.store, os.R_OK if readonly else os.R_OK | os.W_OK):
            raise UsageError(f"{config.store} may not be opened by you; {_as_whom(config.folder)}") from None
        raise


def keyring_file(config: Config, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the keys of reply tokens and locators are: the credential that systemd hands over, else our file."""
    return credentials.path_of(environ, credentials.TOKENS) or config.keyring


def load_keyring(config: Config) -> Keyring:
    """Read the keys of reply tokens and locators; raise UsageError, which never shows a key, where that fails."""
    path = keyring_file(config)
    try:
        return keys.load(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        raise UsageError(
            f"there are no keys at {path}; bring them back from the backup, or run: mail-admin init"
        ) from (None)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; {_as_whom(config.folder)}") from None
    except (keys.BadKeyring, UnicodeError) as error:
        why = "it is not plain text" if isinstance(error, UnicodeError) else str(error)
        raise UsageError(f"{path} holds no keys: {why}; bring it back from the backup") from None


def installation(config: Config, store: Store, clock: Clock = now) -> Installation:
    """Return what every flow is given; raise UsageError where keys or the name of the installation are missing."""
    name = store.settings.get(INSTANCE)
    if name is None:
        raise UsageError("the store has no name of its own yet; run: mail-admin init")
    return Installation(
        name, load_keyring(config), policies(config), clock, config.url, LANGUAGES, reader(Lending()), patient_resolver,
        scanner(config), config.clamd_dead == "wait",
        frozenset(one.strip().lower() for one in config.complaint_providers.split(",") if one.strip()),
        config.most_files,
    )  # fmt: skip


def ways(config: Config, local: Submitter, meanwhile: Callable[[], None] | None = None) -> MailWays:
    """Return the ways out, to this machine's own mail server by ``local``; ``meanwhile`` is done while one waits."""
    from weftmail.cli.ways import MailWays

    return MailWays(local, SecretFolder(config.servers), now, config.hostname or socket.getfqdn(), meanwhile)


def scanner(config: Config) -> Scanner | None:
    """Return what looks for viruses; None where the settings name none."""
    if not config.clamd:
        return None
    from weftmail.transport.clamd import Clamd

    return Clamd(config.clamd)


def patient_resolver() -> Resolver:
    """Return a resolver for the check of one mail: it gives up in time, and shares what this process knows."""
    from weftmail.transport.dns import Limited

    return Limited(_shared_resolver())


@cache
def _shared_resolver() -> CachingResolver:
    from weftmail.transport.dns import CachingResolver

    return CachingResolver(now)


def check_threads(config: Config) -> Executor | None:
    """Return what runs our own checks of who sent a mail; None where there are none."""
    return ThreadPoolExecutor(CHECKS, "check") if config.own_check or config.clamd else None


def readers() -> Readers:
    """Return the processes that read mail; none is started before there is one."""
    return ReaderPool()


def open_map(config: Config) -> MapDatabase:
    """Open the mail server's map, made where it is missing; raise TempFail where that cannot be done now."""
    if not config.map.exists():
        mail_map.create(config.map)
    return MapDatabase(config.map)


def zones(clock: Clock = now) -> Zones:
    """Return what asks the DNS of this machine, and the servers of a zone themselves."""
    from weftmail.transport.dns import CachingResolver
    from weftmail.transport.dns_zone import ZoneResolver

    # Nothing is kept: who asks wants to know how it stands now.
    return ZoneResolver(CachingResolver(clock, most=0), clock)


def signing_keys(config: Config, domain: str) -> Sequence[SigningKey]:
    """Return all keys of a domain, none where it has none yet; files are read again when changed.

    Raises TempFail for a key that cannot be read: mail waits rather than leave unsigned.
    """
    folder = config.dkim / domain
    try:
        changed = folder.stat().st_mtime_ns
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise TempFail(f"the signing keys in {folder} cannot be read: {error.strerror}") from None
    return _signing_keys(str(config.dkim), domain, changed)


def keys_in_use(config: Config, store: Store, domain: str) -> Sequence[SigningKey]:
    """Return the keys that sign now: those that every server of the zone shows; raises as ``signing_keys`` does."""
    selectors = store.domains.signing(domain)
    return tuple(key for key in signing_keys(config, domain) if key.selector in selectors) if selectors else ()


@lru_cache(maxsize=256)
def _signing_keys(folder: str, domain: str, _changed: int) -> Sequence[SigningKey]:
    from weftmail.core.composing.dkim_key import BadKey
    from weftmail.transport import dkim_files

    try:
        return tuple(dkim_files.load(folder, domain))
    except OSError as error:
        raise TempFail(f"the signing keys of {domain} cannot be read: {error.strerror}") from None
    except BadKey as error:
        raise TempFail(str(error)) from None


def owner_of(folder: Path) -> str:
    """Return the name of the folder's owner; "" where there is no such folder, or its owner has no name."""
    try:
        return pwd.getpwuid(folder.stat().st_uid).pw_name
    except (OSError, KeyError):
        return ""


def _as_whom(folder: Path) -> str:
    return f"run this as root or as {owner_of(folder) or 'weftmail'}"
