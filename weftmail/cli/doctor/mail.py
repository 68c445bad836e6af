"""The doctor's look at mail: how the mail server is wired, what waits, what went wrong, what the DNS says."""

from __future__ import annotations

from collections.abc import Sequence

from weftmail.cli import exim_wiring, runtime
from weftmail.cli.config import Config
from weftmail.cli.doctor.examined import Examined, age, counted
from weftmail.cli.hostname import exim_here, hostname
from weftmail.cli.mailboxes import SETTINGS
from weftmail.cli.maillog import followed
from weftmail.core.tokens.reply_token import mask
from weftmail.core.wording.command import Command
from weftmail.mta.exim import layout
from weftmail.mta.postfix import changes
from weftmail.mta.postfix.finding import Finding
from weftmail.mta.postfix.postconf import DEFAULT_FOLDER
from weftmail.mta.postfix.settings import SERVICE, Settings

_SHOWN = 3


def wiring(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """The mail server hands our mail to us, and falls into none of the known traps."""
    config = examined.config
    if config.smtp.startswith("maildir:"):
        return "a demo: no mail server", []
    if exim_here():
        return _exim(config)
    if not SETTINGS.exists():
        why = "no mail comes in by the mail server of this machine"
        return "", [Finding("look", "this machine has no Postfix or Exim that is set up", why,
                            "apt install postfix postfix-sqlite, then mail-admin postfix install; "
                            "or apt install exim4, then mail-admin exim install")]  # fmt: skip
    current = changes.read(DEFAULT_FOLDER)
    owner = runtime.owner_of(config.folder)
    settings = Settings(
        state=config.state,
        hostname=hostname(config),
        mode="pipe" if "mail-ingest" in str(current.service(SERVICE)) else "lmtp",
        **({"user": owner} if owner else {}),
    )
    return f"Postfix {current.version}", changes.check(settings, current)


def _exim(config: Config) -> tuple[str, Sequence[Finding]]:
    current = layout.read()
    unseen = "" if current.readable else f"; {exim_wiring.UNSEEN}: run this as root"
    return f"Exim {current.version}, {current.layout}{unseen}", exim_wiring.wired(config, current)


def log(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """What became of mail that left can be read."""
    readable = examined.machine.mail_log_readable()
    if readable is None:
        return "not followed", []
    name = followed(examined.config)
    if readable:
        return f"{name} is followed", []
    why = "nobody learns what became of mail that left"
    return "", [Finding("look", f"the mail server's log {name} cannot be read", why,
                        "usermod -aG adm weftmail; systemctl restart weftmail-sender")]  # fmt: skip


def handed_over(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """All that the mail server says it handed over is here."""
    found = examined.status
    findings = [
        Finding("look", f"{one.queue_id} to {mask(one.recipient)} is missing here",
                "the mail server's log says that weftmail has it",
                str(Command("mail-admin log --queue-id {id}", id=one.queue_id)))
        for one in found.missing[:_SHOWN]
    ]  # fmt: skip
    handed = found.handed
    return (
        f"{handed.handed} by its log, {handed.here} of them here" if handed.handed else "nothing to compare",
        findings,
    )


def queue(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """Nothing waits for long, neither to be read nor to leave."""
    found, findings = examined.status, []
    if found.paused:
        findings.append(Finding("look", "sending is paused", "nothing leaves", "mail-admin outbox resume"))
    if found.late and found.waiting_since is not None:
        findings.append(
            Finding("look", f"a copy waits to leave for {age(found.looked_at - found.waiting_since)}",
                    "whoever is to take it refuses for now", "mail-admin outbox list --state waiting")
        )  # fmt: skip
    machine = examined.here
    if machine.spool and machine.spool_since is not None:
        findings.append(
            Finding("look", f"{counted(machine.spool, 'mail')} in the spool",
                    f"no listener took it up in {age(found.looked_at - machine.spool_since)}",
                    "systemctl restart weftmail-listener")
        )  # fmt: skip
    return "nothing waits" if not findings else "", findings


def errors(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """No mail could not be filed; what waits for a decision does not wait for days."""
    found = examined.status
    waiting = sum(found.review.values())
    if found.review["error"]:
        why = "our own code failed on it; the mail is kept"
        return "", [Finding("look", f"{counted(found.review['error'], 'mail')} could not be filed", why,
                            "mail-admin log --way in, and on the page Review: Try again")]  # fmt: skip
    return f"{counted(waiting, 'mail')} wait{'s' if waiting == 1 else ''} for a decision", []


def dns(examined: Examined) -> tuple[str, Sequence[Finding]]:
    """At the last look the DNS had what it should have, for every domain."""
    domains = examined.status.domains
    findings = [
        Finding("broken" if one.dns == "broken" else "look", f"the DNS of {one.name} is not as it should be",
                "mail does not arrive, or lands among spam",
                str(Command("mail-admin dns check {domain}", domain=one.name)))
        for one in domains
        if one.dns in ("look", "broken")
    ]  # fmt: skip
    unseen = [one.name for one in domains if not one.dns]
    return (
        f"{counted(len(domains), 'domain')}{', not looked at yet: ' + ', '.join(unseen[:_SHOWN]) if unseen else ''}",
        findings,
    )
