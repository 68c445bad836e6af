"""Exim: what weftmail would change in its configuration, file by file, and what stands in the way.

``wanted`` says how each file should read; ``show`` says what is new in it, each thing with its reason.  Nothing here
writes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from weftmail.mta.exim.layout import LOCALMACROS, SETTINGS, TEMPLATE, Exim, shell_value
from weftmail.mta.exim.settings import DATA_ACL, FRAGMENTS, EximSettings, reasons, render

__all__ = ["Addition", "block", "conflicts", "mode_of", "report", "show", "wanted", "with_block", "with_domains",
           "without_block", "without_domains"]  # fmt: skip

_RULE = "#####################################################\n"
_BLOCKS = {"router/050_weftmail": "begin routers", "transport/30_weftmail": "begin transports"}
_MACROS = "main/000_weftmail"
_RELAY = "dc_relay_domains"


@dataclass(frozen=True, slots=True)
class Addition:
    """One line of the comparison.

    ``sign`` is ``+`` added, ``~`` changed, blank for what stays as it is and is worth saying, ``!`` for a conflict:
    a person has to decide first.
    """

    file: str
    sign: Literal["+", "~", " ", "!"]
    name: str
    value: str
    reason: str
    touched: str = ""
    """Whom it touches beside our own mail; "" for nobody."""


def wanted(settings: EximSettings, current: Exim) -> dict[str, str]:
    """Return how each file of Exim's should read that weftmail changes, by its name in Exim's folder.

    The files of the split layout are written in either: update-exim4.conf.template makes the template of them.
    """
    texts = render(settings)
    files = {f"conf.d/{name}": texts[name] for name in FRAGMENTS}
    there = current.texts.get(SETTINGS, "")
    files[SETTINGS] = with_domains(there, settings.domains)
    if current.layout == "unsplit":
        files[LOCALMACROS] = with_block(current.texts.get(LOCALMACROS, ""), _MACROS, texts[_MACROS], "")
        template = current.texts.get(TEMPLATE, "")
        for name, after in _BLOCKS.items():
            template = with_block(template, name, texts[name], after)
        files[TEMPLATE] = template
    return files


def mode_of(current: Exim) -> Literal["pipe", "lmtp"]:
    """Return how mail is handed over to weftmail by what was installed; by LMTP where nothing was."""
    return (
        "pipe" if any("\nweftmail_pipe:" in text for text in (*current.texts.values(), current.generated)) else "lmtp"
    )


def block(name: str, text: str) -> str:
    """Return a text between the marks that Debian's own update-exim4.conf.template sets."""
    return f"{_RULE}### {name}\n{_RULE}{text}{_RULE}### end {name}\n{_RULE}"


def with_block(file: str, name: str, text: str, after: str) -> str:
    """Return a file with our block: in its place, else behind the line ``after``, else at the end."""
    ours = block(name, text)
    if found := _found(file, name):
        return file[: found.start()] + ours + file[found.end() :]
    line = re.search(rf"(?m)^{after}[ \t]*\n", file) if after else None
    if line is not None:
        return file[: line.end()] + ours + file[line.end() :]
    return file + ("" if not file or file.endswith("\n") else "\n") + ours


def without_block(file: str, name: str) -> str:
    """Return a file without our block."""
    found = _found(file, name)
    return file[: found.start()] + file[found.end() :] if found else file


def _found(file: str, name: str) -> re.Match[str] | None:
    mark = re.escape(name)
    return re.search(rf"{_RULE}### {mark}\n{_RULE}.*?{_RULE}### end {mark}\n{_RULE}", file, re.DOTALL)


def with_domains(settings: str, path: str) -> str:
    """Return Debian's settings with the file of our domains among those that this server takes mail for."""
    value = shell_value(settings, _RELAY)
    items = [one.strip() for one in re.split("[:;]", value) if one.strip()]
    if path in items:
        return settings
    mark = ";" if ";" in value else ":"
    return _set(settings, f" {mark} ".join([value, path]) if items else path)


def without_domains(settings: str, path: str) -> str:
    """Return them without the file of our domains, which may stand beside others."""
    value = shell_value(settings, _RELAY)
    left = re.sub(rf"(?:\s*[:;]\s*)?{re.escape(path)}(?=\s*(?:[:;]|$))", "", value).lstrip(" :;")
    return settings if left == value else _set(settings, left)


def _set(settings: str, value: str) -> str:
    line = f"{_RELAY}='{value}'"
    text, count = re.subn(rf"(?m)^[ \t]*{_RELAY}=.*$", lambda _: line, settings)
    return text if count else settings + line + "\n"


def show(settings: EximSettings, current: Exim, data_acl: str | None) -> list[Addition]:
    """Return what weftmail would change, each with its reason; ``data_acl`` is our file of that name as it is."""
    found = list(conflicts(settings, current))
    if current.layout in ("hand-written", "unknown"):
        return found
    texts = render(settings)
    files = wanted(settings, current)
    for name, text in files.items():
        there = current.texts.get(name)
        if there != text:
            found += _lines(name, there, text, texts, settings)
    if data_acl != texts[DATA_ACL]:
        found += [_of_file(f"{settings.folder}/{DATA_ACL}", data_acl, one) for one in reasons(texts[DATA_ACL])]
    return found


def _lines(name: str, there: str | None, text: str, texts: Mapping[str, str], settings: EximSettings) -> list[Addition]:
    if name == SETTINGS:
        before, after = shell_value(there or "", _RELAY), shell_value(text, _RELAY)
        reason = "domains of which all mail comes to weftmail, from a file that is read anew for each mail"
        return [Addition(name, "~" if before else "+", _RELAY, after, reason)]
    if name.startswith("conf.d/"):
        return [_of_file(name, there, one) for one in reasons(texts[name.removeprefix("conf.d/")])]
    parts = [_MACROS] if name == LOCALMACROS else list(_BLOCKS)
    return [
        _of_file(name, there if there and _found(there, part) else None, one)
        for part in parts
        if block(part, texts[part]) not in (there or "")
        for one in reasons(texts[part])
    ]


def _of_file(file: str, there: str | None, one: tuple[str, str]) -> Addition:
    name, reason = one
    return Addition(file, "+" if there is None else "~", name, "", reason, _TOUCHED.get(name, ""))


_TOUCHED = {
    "add_header": "all mail that comes by SMTP gets one more field: who signed in, and what DKIM says",
    "REMOTE_SMTP_TRANSPORTS_HEADERS_REMOVE": "mail of those who sign in here leaves without Authentication-Results",
}
"""Whom a change touches beside our own mail, by its name."""


def conflicts(settings: EximSettings, current: Exim) -> list[Addition]:
    """Return what a person has to decide first."""
    found = []
    if current.layout == "hand-written":
        reason = (
            "somebody wrote it by hand, and Exim reads nothing else: put the parts that --files prints into it, or go"
            " back to Debian's layout: mv /etc/exim4/exim4.conf /root/, then: update-exim4.conf"
        )
        found.append(Addition("exim4.conf", "!", "exim4.conf", "", reason))
    elif current.layout == "unknown":
        reason = "dc_eximconfig_configtype is none, so nothing is put together: dpkg-reconfigure exim4-config"
        found.append(Addition(SETTINGS, "!", "dc_eximconfig_configtype", "", reason))
    if "cdb" not in current.lookups:
        reason = "this Exim cannot look up in cdb files: install Debian's exim4-daemon-light or exim4-daemon-heavy"
        found.append(Addition("exim4", "!", "cdb", "", reason))
    acl = current.options.get("acl_smtp_data", "acl_check_data")
    if current.layout in ("split", "unsplit") and acl != "acl_check_data":
        reason = (
            f"MAIN_ACL_CHECK_DATA names {acl}, which does not include our file: write"
            f" .include {settings.folder}/{DATA_ACL} into it, then: --without acl_smtp_data"
        )
        found.append(Addition("exim4", "!", "acl_smtp_data", acl, reason))
    if current.layout == "unsplit":
        text = current.texts.get(TEMPLATE, "")
        for after in _BLOCKS.values():
            if not re.search(rf"(?m)^{after}[ \t]*$", text):
                reason = f"no line {after!r} in it, so our part has no place: put the template of the package back"
                found.append(Addition(TEMPLATE, "!", after, "", reason))
    if settings.domains != settings.domains.lower():
        reason = "update-exim4.conf turns capitals into small letters: name a state folder without capitals"
        found.append(Addition(SETTINGS, "!", "state", settings.domains, reason))
    return found


def report(current: Exim, changes: Sequence[Addition]) -> list[str]:
    """Return the comparison as lines for a person to read."""
    lines = [f"Exim {current.version} · {current.layout} configuration · {current.folder}"]
    heading = ""
    for change in changes:
        if change.file != heading:
            heading = change.file
            lines.append(heading)
        value = f"{change.value}    " if change.value else ""
        lines.append(f"  {change.sign} {change.name:38} {value}{change.reason}")
        if change.touched:
            lines.append(f"      for the whole server: {change.touched}")
    count = sum(change.sign in "+~" for change in changes)
    against = sum(change.sign == "!" for change in changes)
    lines.append(
        f"{count} change{'' if count == 1 else 's'}, {against} conflict{'' if against == 1 else 's'}."
        " Debian's own files stay as they are."
        if current.layout != "unsplit"
        else f"{count} change{'' if count == 1 else 's'}, {against} conflict{'' if against == 1 else 's'}."
        " What is not between our marks stays as it is."
    )
    return lines
