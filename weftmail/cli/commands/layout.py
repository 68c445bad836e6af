"""mail-admin layout: what stands around the messages of a company to people outside."""

from __future__ import annotations

import argparse
from pathlib import Path

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs
from weftmail.cli.context import Context
from weftmail.cli.refusals import carried_out
from weftmail.core.composing.layout import STANDARD
from weftmail.core.failure import UsageError
from weftmail.core.limits import LAYOUT_LOGO, LAYOUT_SIZE
from weftmail.flow.setup import find, layout


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    show = verbs.add("show", "show the layout of a company's messages", _show, company=True)
    show.add_argument("--template", action="store_true", help="print the template alone")
    change = verbs.add("set", "set the layout of a company's messages; what is not given stays", _set, company=True)
    change.add_argument("--colour", metavar="#RRGGBB", help="the colour of the company")
    change.add_argument("--footer", metavar="T", help="lines below each message; an empty text removes them")
    change.add_argument("--logo", metavar="FILE", help="a PNG, JPEG or GIF; - removes it")
    change.add_argument("--template", metavar="FILE", help="HTML as a Jinja2 template; - is the usual one")
    verbs.add("remove", "let nothing stand around a company's messages", _remove, company=True)


def _show(context: Context, arguments: argparse.Namespace) -> None:
    found = layout.current(context.store, find.company(context.store, arguments.company).id)
    if arguments.template:
        template = str(found["text"] or STANDARD).rstrip()
        context.answer(arguments.json, {"template": template}, lambda: [template])
        return
    names = {name: value for name, value in found.items() if name not in ("layout", "text")}
    lines = [f"{name:10}{value or '-'}" for name, value in names.items()]
    none = "No layout. Set one: mail-admin layout set --colour '#0f6b5c'"
    context.answer(arguments.json, found, lambda: lines or [none])


def _set(context: Context, arguments: argparse.Namespace) -> None:
    logo, template = arguments.logo, arguments.template
    if all(one is None for one in (arguments.colour, arguments.footer, logo, template)):
        raise UsageError("nothing to change: --colour, --footer, --logo or --template", status=2)
    wanted = layout.LayoutChange(
        colour=arguments.colour,
        footer=arguments.footer,
        logo=_read(logo, LAYOUT_LOGO) if logo is not None else None,
        template=_read(template, LAYOUT_SIZE * 4).decode("utf-8", "replace") if template is not None else None,
    )
    made = carried_out(layout.change(context.setup, wanted, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _read(name: str, most: int) -> bytes:
    """Return a file, b"" for -, and no more than a byte beyond what it may have: what reads it refuses that."""
    if name == "-":
        return b""
    try:
        with Path(name).open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror or error}") from None


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(layout.remove(context.setup, company=arguments.company))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])
