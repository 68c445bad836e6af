"""How this machine's Exim is wired to weftmail: what ``exim check`` and the doctor both say of it."""

from __future__ import annotations

import os
from dataclasses import fields
from typing import Literal

from weftmail.cli import runtime
from weftmail.cli.commands.postfix import pipe_program
from weftmail.cli.config import Config
from weftmail.cli.hostname import hostname
from weftmail.cli.maillog import followed
from weftmail.mta.exim import changes, checks
from weftmail.mta.exim.layout import Exim
from weftmail.mta.exim.settings import EximSettings
from weftmail.mta.postfix.finding import Finding

FOLDER = next(str(one.default) for one in fields(EximSettings) if one.name == "folder")
"""Where the files for Exim lie unless somebody says otherwise."""
UNSEEN = "what Exim reads is for root alone and was not looked at"


def settings_of(
    config: Config, mode: Literal["pipe", "lmtp"], folder: str = FOLDER, program: str | None = None
) -> EximSettings:
    """Return what differs from machine to machine; raises UsageError for a name that Exim would misread."""
    return EximSettings(
        state=config.state,
        authserv_id=config.authserv_id or hostname(config),
        mode=mode,
        folder=folder,
        program=os.path.abspath(program or pipe_program()),
        user=runtime.owner_of(config.folder) or "weftmail",
    )


def found(config: Config, settings: EximSettings, current: Exim) -> list[Finding]:
    """Return what is wrong, the worst first; only reads."""
    return checks.check(settings, current, checks.look(settings, config.authserv_id, followed(config)))


def wired(config: Config, current: Exim) -> list[Finding]:
    """Return what is wrong with the Exim that is installed here, whichever way it hands mail over."""
    return found(config, settings_of(config, changes.mode_of(current)), current)
