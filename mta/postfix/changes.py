"""Postfix: what weftmail would change in its configuration, and what is wrong with it.

``show`` compares and proposes, ``check`` looks for the checks (their list is ``checks``); neither changes anything.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from weftmail.core.wording.command import Command
from weftmail.mta.postfix.checks import CHECKS, Finding
from weftmail.mta.postfix.host import Host, look
from weftmail.mta.postfix.postconf import DEFAULT_FOLDER, Postfix, read, tokens
from weftmail.mta.postfix.settings import SERVICE, Setting, Settings, render, wanted, wanted_service

__all__ = ["Change", "Finding", "Postfix", "Settings", "check", "read", "render", "report", "show"]

Sign = Literal["+", "~", " ", "!"]

_LISTS = {
    "relay_domains",
    "relay_recipient_maps",
    "local_recipient_maps",
    "virtual_alias_maps",
    "transport_maps",
    "smtp_header_checks",
}
"""Settings to which ours is added after what stands there; others are set."""

_REFUSAL = re.compile(r"(?<![\w-])(reject_unauth_destination|defer_unauth_destination|reject|defer)(?![\w-])")
_SAFE_RELAY = "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination"
_AS_GOOD = {
    "smtpd_forbid_bare_newline": ("normalize", "yes", "reject"),
    # The default since 3.10: the client is told 421 and comes again, as with tempfail.
    "milter_default_action": ("tempfail", "shutdown"),
}
_YOUNG = {"smtpd_forbid_unauth_pipelining", "cleanup_replace_stray_cr_lf"}
"""Settings that an older Postfix does not know; ``checks.old_postfix`` says so."""
_COMMAND = re.compile(r"(?:^|(?<=; ))(?:postconf|postfix)(?= )")
"""A command of Postfix in a next step, at its beginning or after another."""
_LOOK = {"parent_domain_matches_subdomains", "strict_rfc821_envelopes", "smtp_header_checks"}


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the comparison.

    ``sign`` is ``+`` added, ``~`` changed, blank for what stays as it is and is worth saying, ``!`` for a conflict:
    a person has to decide first.  ``value`` is the setting's whole new value, ``ours`` what is new in it.
    """

    file: Literal["main.cf", "master.cf"]
    sign: Sign
    name: str
    value: str
    reason: str
    ours: str = ""
    before: str = ""


def show(settings: Settings, current: Postfix) -> list[Change]:
    """Return what weftmail would change in ``current``, each line with its reason; nothing where all is well."""
    virtual = bool(current.main.get("virtual_mailbox_domains"))
    ours = [one for one in map(form_of(current), wanted(settings, virtual=virtual)) if one is not None]
    found = [_change(setting, ours, current) for setting in ours]
    found += [_delimiter(current), _service_change(settings, current)]
    return [change for change in found if change is not None]


def form_of(current: Postfix) -> Callable[[Setting], Setting | None]:
    """Return what makes of a setting the one that a Postfix of this version takes; None where it knows none."""

    def formed(setting: Setting) -> Setting | None:
        if setting.name == "smtpd_forbid_bare_newline" and not current.knows("cleanup_replace_stray_cr_lf"):
            return replace(setting, value="yes")
        return None if setting.name in _YOUNG and not current.knows(setting.name) else setting

    return formed


def check(
    settings: Settings, current: Postfix, place: Host | None = None, *, shown: Command | None = None
) -> list[Finding]:
    """Return what is wrong, the worst first: the finding, the reason, the next step.

    ``host`` is what the machine around Postfix looks like; without it, it is looked up.  ``shown`` shows
    what is found with the flags of this call; the next steps that call Postfix name its folder.
    """
    around = place or look(settings)
    found = [finding for check in CHECKS for finding in check(settings, current, around)]
    known = "\n".join(finding.finding for finding in found)
    found += [_missing(change) for change in show(settings, current) if change.sign != " " and change.name not in known]
    found = [replace(finding, next_step=_for_this(finding.next_step, current.folder, shown)) for finding in found]
    return sorted(found, key=lambda finding: finding.level != "broken")


def _for_this(step: str, folder: str, shown: Command | None) -> str:
    """Return a next step as it has to be said for the Postfix in ``folder`` and with the flags of the call."""
    if folder != DEFAULT_FOLDER:
        step = _COMMAND.sub(lambda found: f"{found[0]} -c {shlex.quote(folder)}", step)
    return step.replace("mail-admin postfix show", str(shown)) if shown is not None else step


def report(current: Postfix, changes: Sequence[Change]) -> list[str]:
    """Return the comparison as lines for a person to read."""
    chroot = "on" if any(current.chrooted(one) for one in current.services) else "off"
    domains = len(tokens(current.resolved("mydestination"))) + len(
        tokens(current.main.get("virtual_mailbox_domains", ""))
    )
    own = f"{len(current.main)} settings of your own"
    lines = [f"Postfix {current.version} · {own} · chroot {chroot} · {domains} mailbox domains"]
    for file in ("main.cf", "master.cf"):
        heading = file
        for change in changes:
            if change.file == file:
                lines.append(f"{heading:9}  {change.sign} {_line(change)}")
                heading = ""
    count = sum(change.sign in "+~" for change in changes)
    conflicts = sum(change.sign == "!" for change in changes)
    touched = {change.name for change in changes if change.sign != " "}
    stay = sum(name not in touched for name in current.main)
    stay += sum(f"{one.name} entry" not in touched for one in current.services)
    lines.append(
        f"{count} change{'' if count == 1 else 's'}, {conflicts} conflict{'' if conflicts == 1 else 's'}."
        f" {stay} settings and services stay as they are."
    )
    return lines


def _line(change: Change) -> str:
    value = (
        f"{change.before} -> {change.value}" if change.sign == "~" and not change.ours else change.ours or change.value
    )
    return f"{change.name:34} {value}    {change.reason}"


def _change(setting: Setting, all_wanted: Sequence[Setting], current: Postfix) -> Change | None:
    name = setting.name
    if name == "smtp_header_checks" and current.value("smtpd_sasl_authenticated_header") == "yes":
        return None
    if name == "proxy_read_maps":
        return _proxied(setting, all_wanted, current)
    if name in _LISTS:
        return _added(setting, current)
    if name == "smtpd_relay_restrictions":
        return _before_the_refusal(setting, current)
    if name == "parent_domain_matches_subdomains":
        return _without_relay_domains(setting, current)
    before = current.value(name)
    if before in _AS_GOOD.get(name, (setting.value,)):
        return None
    sign: Sign = "~" if before else "+"
    return Change("main.cf", sign, name, setting.value, setting.reason, before=before)


def _added(setting: Setting, current: Postfix) -> Change | None:
    """Add ours after what the list holds, unless an empty list means "everybody" there."""
    name = setting.name
    before = current.value(name)
    ours = " ".join(word for word in tokens(setting.value) if word not in tokens(before))
    if not ours:
        return None
    if name == "local_recipient_maps" and not before:
        reason = "unchanged: it is empty, so every address counts as known, ours too"
        return Change("main.cf", " ", name, before, reason)
    if name == "relay_recipient_maps" and not before and current.main.get("relay_domains"):
        reason = (
            "your relay_domains have no list of recipients, so all are taken; with ours alone they would be refused:"
            " name a table of them here first"
        )
        return Change("main.cf", "!", name, before, reason, ours)
    comma = ", " if "," in before else " "
    value = f"{before.rstrip(', ')}{comma}{ours}" if before else ours
    reason = f"after yours; {setting.reason}" if current.sets(name) and before else setting.reason
    return Change("main.cf", "+", name, value, reason, ours, before)


def _proxied(setting: Setting, all_wanted: Sequence[Setting], current: Postfix) -> Change | None:
    """Add the maps that proxymap would not open; most lists name the settings that hold them, and need nothing."""
    before = current.value(setting.name)
    who_gets = set(tokens(before)) | set(tokens(current.resolved(setting.name)))
    used: set[str] = set()
    for other in all_wanted:
        if other.name != setting.name:
            used.update(tokens(other.value))
        if {f"${other.name}", f"${{{other.name}}}"} & set(tokens(before)):
            who_gets.update(tokens(other.value))
    ours = " ".join(word for word in tokens(setting.value) if word in used and word not in who_gets)
    if not ours:
        return None
    return Change("main.cf", "+", setting.name, f"{before} {ours}".strip(), setting.reason, ours, before)


def _before_the_refusal(setting: Setting, current: Postfix) -> Change | None:
    before = current.value(setting.name)
    base = before or _SAFE_RELAY
    found = _REFUSAL.search(base)
    place = base.find(setting.value)
    if place >= 0 and (found is None or place < found.start()):
        return None
    base = base.replace(f"{setting.value}, ", "").replace(setting.value, "")
    found = _REFUSAL.search(base)
    at = found.start() if found else len(base)
    value = f"{base[:at]}{setting.value}, {base[at:]}".rstrip(", ")
    return Change("main.cf", "+", setting.name, value, setting.reason, setting.value, before)


def _without_relay_domains(setting: Setting, current: Postfix) -> Change | None:
    """Take relay_domains out where no domain of the server's own relies on it; else ``check`` says so."""
    before = current.value(setting.name)
    words = tokens(before)
    if "relay_domains" not in words or current.main.get("relay_domains"):
        return None
    value = ",".join(word for word in words if word != "relay_domains")
    return Change("main.cf", "~", setting.name, value, setting.reason, "without relay_domains", before)


def _delimiter(current: Postfix) -> Change:
    reason = "unchanged: the plus part is read by our own query"
    return Change("main.cf", " ", "recipient_delimiter", current.value("recipient_delimiter"), reason)


def _service_change(settings: Settings, current: Postfix) -> Change | None:
    ours = wanted_service(settings)
    there = current.service(SERVICE)
    if there is not None and there.words == ours.words:
        return None
    reason = "to the listener; --pipe for a program per mail" if settings.mode == "lmtp" else "a program per mail"
    sign: Sign = "~" if there else "+"
    return Change("master.cf", sign, f"{SERVICE} entry", str(ours), reason, before=str(there or ""))


def _missing(change: Change) -> Finding:
    level: Literal["look", "broken"] = "look" if change.name in _LOOK else "broken"
    if change.sign == "!":
        return Finding(level, f"{change.name} needs a decision", change.reason, "decide, then: mail-admin postfix show")
    what = f"{change.file} lacks {change.name}" if change.sign == "+" else f"{change.file} has another {change.name}"
    if change.file == "main.cf":
        step = Command("postconf -e {setting}", setting=f"{change.name} = {change.value}")
    else:
        step = Command("postconf -M {entry}", entry=f"{SERVICE}/unix={change.value}")
    return Finding(level, what, change.reason, f"{step}; postfix reload")
