"""The doctor's look at files: keys, who may read them, certificates that end, backups."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from weftmail.cli import backups as archives
from weftmail.cli import runtime
from weftmail.cli.config import Config
from weftmail.cli.doctor.examined import Examined, age, counted
from weftmail.core.failure import UsageError
from weftmail.core.wording.command import Command
from weftmail.mta.postfix.finding import Finding
from weftmail.transport import dkim_files

DAY = 24 * 3600_000
STALE = 26 * 3600_000
"""A backup each night is never older than this; in milliseconds."""
ENDS = 21
"""A certificate that ends within so many days is named."""
_USED = ("made", "published", "signing", "retiring")


def keys(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """The keys of reply addresses are there, and the private half of every key that signs."""
    config, findings = examined.config, []
    runtime.load_keyring(config)
    signing = [one for one in examined.store.domains.dkim_keys() if one.state in _USED]
    for domain in sorted({one.domain for one in signing}):
        try:
            there = {one.selector for one in dkim_files.load(str(config.dkim), domain)}
        except (OSError, ValueError) as error:
            raise UsageError(f"a private key of {domain} cannot be read: {error}") from None
        findings += [
            Finding(
                "broken" if one.state == "signing" else "look",
                f"the private half of {one.selector}._domainkey.{domain} is missing",
                "email of this domain leaves without its signature",
                f"bring {config.dkim}/{domain}/{one.selector}.pem back from the backup, "
                f"or make a new pair: {Command('mail-admin dkim rotate {domain}', domain=domain)}",
            )
            for one in signing
            if one.domain == domain and one.selector not in there
        ]
    return f"reply addresses, {counted(len(signing), 'signing key')}", findings


def permissions(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """Nobody but the owner reads the store and the keys; nobody but root and the owner writes the settings."""
    return f"{examined.config.state} is its owner's alone", [*_permissions(examined.config, Path(examined.settings))]


def _permissions(config: Config, settings: Path) -> Iterator[Finding]:
    owner = config.folder.stat().st_uid
    whose = _name(owner)
    secret = [config.store, config.keyring.parent, config.incoming]
    if config.keyring.parent.is_dir():
        secret += [path for path in config.keyring.parent.rglob("*") if not path.is_symlink()]
    for path in secret:
        try:
            found = path.stat()
        except FileNotFoundError:
            continue
        if found.st_uid != owner:
            yield Finding("broken", f"{path} belongs to {_name(found.st_uid)}, not to {whose}",
                          "our programs cannot open it",
                          str(Command("chown {whose} {path}", whose=whose, path=path)))  # fmt: skip
        if stat.S_IMODE(found.st_mode) & 0o077:
            right = "700" if stat.S_ISDIR(found.st_mode) else "600"
            yield Finding("broken", f"{path} may be read or written by others",
                          "whoever reads the keys can forge answers, and mail that bears your signature",
                          str(Command("chmod {right} {path}", right=right, path=path)))  # fmt: skip
    if settings.exists() and settings.stat().st_mode & stat.S_IWOTH:
        yield Finding("broken", f"{settings} may be written by everybody",
                      "whoever writes it says where your mail goes",
                      str(Command("chmod {right} {path}", right="o-w", path=settings)))  # fmt: skip


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def certificates(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """No certificate by which we sign in at another mail server ends soon."""
    folder, findings = examined.config.servers, []
    found = sorted(folder.glob("*.pem")) if folder.is_dir() else []
    now = datetime.fromtimestamp(examined.clock() / 1000, UTC)
    for path in found:
        try:
            ends = min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(path.read_bytes()))
        except (OSError, ValueError) as error:
            raise UsageError(f"the certificate {path} cannot be read: {error}") from None
        left = (ends - now).days
        if left < ENDS:
            findings.append(
                Finding(
                    "broken" if left < 0 else "look",
                    f"our certificate for the server {path.stem} {_ends(left)}",
                    "it lets us in no longer then, and mail by it waits",
                    str(Command("mail-admin server set {name} --certificate FILE", name=path.stem)),
                )
            )
    return counted(len(found), "certificate"), findings


def _ends(left: int) -> str:
    return f"ended {counted(-left, 'day')} ago" if left < 0 else f"ends in {counted(left, 'day')}"


def backups(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """There is a backup of the last night."""
    folder = Path(examined.config.backups)
    next_step = "mail-admin backup create; each night: mail-admin service install"
    try:
        found = archives.listed(folder) if folder.is_dir() else []
    except PermissionError:
        raise UsageError(f"{folder} may not be read by you; run this as root") from None
    if not found:
        why = "what this machine loses is lost for good"
        return "", [Finding("look", f"there is no backup in {folder}", why, next_step)]
    since = examined.clock() - int(os.stat(found[0]).st_mtime * 1000)
    findings = []
    if since > STALE:
        findings.append(
            Finding("look", f"the newest backup is {age(since)} old", "what came since is in none", next_step)
        )
    return f"{counted(len(found), 'backup')}, the newest {age(since)} old", findings
