"""mail-admin backup: copies of store, keys and settings while everything runs, and the way back."""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weftmail.cli import config as configs
from weftmail.cli import done, install
from weftmail.cli.arguments import Parser, Verbs, number
from weftmail.cli.config import Config
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing, Whole
from weftmail.cli.output import Fields, iso
from weftmail.cli.refusals import carried_out
from weftmail.core.failure import UsageError
from weftmail.flow import restored
from weftmail.flow.setup.act import bring_map_up

if TYPE_CHECKING:
    from weftmail.cli.backups import Backup


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    create = verbs.add("create", "make a backup while everything runs, and look whether it could be restored", _create)
    create.add_argument("--keep", type=number, default=14, metavar="N", help="keep so many, the newest (14)")
    listing = verbs.list("list the backups there are", _list, "FILE")
    for verb in (create, listing):
        verb.add_argument("--folder", metavar="DIR", help="where they lie, instead of what the settings say")
    check = verbs.add("check", "restore a backup to a scratch folder, and look at all of it", _check)
    restore = verbs.add(
        "restore", "bring an installation back, on this machine or another; nothing leaves yet", _restore
    )
    for verb in (check, restore):
        verb.add_argument("file", metavar="FILE", help="the backup")
    for verb in (create, check, restore):
        verb.add_argument("--identity", metavar="FILE", help="the secret key of age, for backups that are encrypted")
    restore.add_argument("--user", default=install.USER, metavar="NAME", help="the system user who will own it")
    verbs.add("release", "after a restore: let email leave and what is due happen again", _release)


def _create(context: Context, arguments: argparse.Namespace) -> None:
    from weftmail.cli import backups

    config = context.config
    folder = make_folder(config, arguments.folder or config.backups)
    identity = _identity(arguments)
    context.become_owner()
    made = backups.create(config, context.config_path, folder, config.backup_key, identity)
    gone = backups.sweep(folder, arguments.keep)
    looked = (
        "not looked into: name --identity for that"
        if config.backup_key and not identity
        else "restored to a scratch folder and compared"
    )
    context.answer(
        arguments.json,
        {**_value(made), "removed": [str(path) for path in gone]},
        lambda: [f"{_line(made)}; {looked}", *(f"{path.name} removed: {arguments.keep} are kept" for path in gone)],
    )


def make_folder(config: Config, name: str) -> Path:
    """Make the folder of the backups where it is missing, the owner's alone, and return it; raises UsageError."""
    folder, owner = Path(name), config.folder.stat()
    try:
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
        # One that root made by hand, and that holds nothing yet, is the owner's as well.
        if os.geteuid() == 0 and folder.stat().st_uid == 0 and not any(folder.iterdir()):
            os.chown(folder, owner.st_uid, owner.st_gid)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be made: {error.strerror}; run this as root, or name another: --folder"
        ) from None
    return folder


def _identity(arguments: argparse.Namespace) -> str:
    if not arguments.identity:
        return ""
    try:
        return Path(arguments.identity).read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{arguments.identity} cannot be read: {error}") from None


def _value(one: Backup) -> Fields:
    return {
        "file": str(one.path), "made_at": iso(one.made_at), "size": one.size, "version": one.version, "rows": one.rows
    }  # fmt: skip


def _line(one: Backup) -> str:
    mails = f"{one.rows.get('inbound', 0):,} emails, {one.rows.get('record', 0):,} records"
    return f"{one.path} ({one.size / 1_000_000:.1f} MB): {mails}"


def _list(context: Context, arguments: argparse.Namespace) -> None:
    from weftmail.cli import backups

    folder = Path(arguments.folder or context.config.backups)
    context.become_owner()
    found = backups.listed(folder) if folder.is_dir() else []
    context.show(
        Listing(
            Whole(found, str),
            str,
            lambda path: {"file": str(path), "size": path.stat().st_size},
            ("Backup", "Size"),
            lambda path: (path, f"{path.stat().st_size / 1_000_000:.1f} MB"),
            f"There are no backups in {folder}; make one: mail-admin backup create",
        ),
        arguments,
    )


def _check(context: Context, arguments: argparse.Namespace) -> None:
    from weftmail.cli import backups

    found = backups.look(Path(arguments.file), _identity(arguments))
    context.answer(arguments.json, _value(found), lambda: [f"● {_line(found)}; it can be restored"])


def _restore(context: Context, arguments: argparse.Namespace) -> None:
    from weftmail.cli import backups

    identity, path = _identity(arguments), Path(arguments.file).absolute()
    made_settings = _settings(context, path, identity, arguments.user)
    config = context.config
    install.make_folders(config, arguments.user)
    with _as_owner(context, path) as mine:
        about = backups.restore_into(config, mine, identity, context.clock())
    link = config.folder / install.SETTINGS
    if not link.exists():
        link.symlink_to(os.path.abspath(context.config_path))
    bring_map_up(context.store, context.map_file)
    context.answer(arguments.json, about, lambda: _said(about, made_settings, context.config_path))


@contextmanager
def _as_owner(context: Context, path: Path) -> Iterator[Path]:
    """Become the owner of the state folder; give the backup, or as root a copy that the owner may read."""
    folder = context.config.folder
    copy = folder / f".restoring-{path.name}"
    if os.geteuid() == 0 and folder.stat().st_uid != 0:
        shutil.copyfile(path, copy)
        os.chown(copy, folder.stat().st_uid, folder.stat().st_gid)
        copy.chmod(0o600)
    context.become_owner()
    try:
        yield copy if copy.exists() else path
    finally:
        copy.unlink(missing_ok=True)


def _settings(context: Context, path: Path, identity: str, user: str) -> bool:
    """Bring the settings back where this machine has none; say whether that was done."""
    from weftmail.cli import backups

    if context.config_there:
        return False
    text = backups.settings_of(path, identity)
    place = Path(context.config_path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(place, 0, pwd.getpwnam(user).pw_gid)
    except (OSError, KeyError) as error:
        raise UsageError(f"{place} cannot be written: {error}; run this as root, or set WEFTMAIL_CONFIG") from None
    context.use(configs.load(context.environ))
    return True


def _said(about: dict[str, Any], made_settings: bool, settings: str) -> Iterator[str]:
    yield f"Restored: the backup of {iso(about['made_at'])}, {about['rows'].get('inbound', 0):,} emails"
    yield f"Settings: {settings}, {'brought back' if made_settings else 'as this machine has them'}"
    yield "Nothing leaves and nothing that is due happens yet: what waited then may have been sent since."
    yield "Look through it: mail-admin outbox list --state waiting; then: mail-admin backup release"


def _release(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(restored.release(context.setup))
    context.wake_sender()
    context.answer(arguments.json, done.value(made), lambda: ["Email leaves again, and what is due happens."])
