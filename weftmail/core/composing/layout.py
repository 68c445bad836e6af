"""The layout of a company: what stands around a message to somebody outside (colour, logo, footer), as a template.

The template is Jinja2, written by an admin, in a sandbox.  It may show values and ask whether there are any; it has no
loops, no macros and no calls, so that whatever it says takes no longer than its length (docs/decisions/0119).  What it
makes goes through the sanitiser that mail from outside goes through: nothing in it loads, runs, or covers the words.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from weftmail.core.limits import LAYOUT_FOOTER, LAYOUT_SIZE
from weftmail.core.parsing.html import sanitise

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

NAMES: Final = ("content", "company", "colour", "logo", "footer")
"""What a template may name: the words of the message, the company's name, its colour, its logo, its footer."""
FILTERS: Final = frozenset({"upper", "lower", "trim", "title", "capitalize", "default", "truncate"})
"""Filters of which none makes much out of little."""
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
STANDARD: Final = """\
<table role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0">
<tr><td style="border-top:4px solid {{ colour }};padding:16px 0 8px 0">
{% if logo %}<img src="{{ logo }}" alt="{{ company }}" height="40">{% else %}\
<strong style="color:{{ colour }}">{{ company }}</strong>{% endif %}
</td></tr>
<tr><td style="padding:8px 0 16px 0">{{ content }}</td></tr>
{% if footer %}<tr><td style="border-top:1px solid #d0d5dd;padding:8px 0;color:#667085;font-size:12px">\
{{ footer }}</td></tr>{% endif %}
</table>
"""
# An element: where a template names the words within a tag, nothing of it is left, and that is seen.
_PLACE: Final = '<hr title="weftmail: the words of the message">'
_LOGO: Final = "logo@weftmail"


class BadLayout(ValueError):
    """A template that is none, with the ``line`` and the ``code`` of why not; ``word`` is what it should not name."""

    def __init__(self, code: str, line: int, word: str = "") -> None:
        self.code, self.line, self.word = code, line, word
        super().__init__(f"line {line}: {code} {word}".rstrip())


@dataclass(frozen=True, slots=True)
class Logo:
    """An image of the company, which goes with each message."""

    content: bytes
    content_type: str

    @property
    def content_id(self) -> str:
        """The name by which the HTML shows it."""
        return _LOGO

    @property
    def filename(self) -> str:
        """The name that it has in the mail."""
        return f"logo.{self.content_type.rpartition('/')[2]}"


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands around a message; ``template`` is HTML as Jinja2, "" for the usual one, ``footer`` lines of text."""

    company: str
    colour: str
    footer: str = ""
    template: str = ""
    logo: Logo | None = None


def check(template: str) -> None:
    """Raise BadLayout where a template could not be filled, or does not hold the words of the message once."""
    from jinja2 import TemplateSyntaxError, nodes

    if len(template) > LAYOUT_SIZE:
        raise BadLayout("long", 1)
    try:
        tree = _environment().parse(template)
    except TemplateSyntaxError as error:
        raise BadLayout("syntax", error.lineno, str(error.message)) from None
    allowed = (
        nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Const, nodes.Not, nodes.And,
        nodes.Or, nodes.Compare, nodes.Operand, nodes.Filter,
    )  # fmt: skip
    words = 0
    for node in _all(tree):
        if not isinstance(node, allowed):
            raise BadLayout("node", node.lineno, type(node).__name__.lower())
        if isinstance(node, nodes.Name) and node.name not in NAMES:
            raise BadLayout("name", node.lineno, node.name)
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise BadLayout("filter", node.lineno, node.name)
        words += isinstance(node, nodes.Output) and sum(
            isinstance(each, nodes.Name) and each.name == "content" for each in node.nodes
        )
    if words != 1 or _filled(Layout("", "#000000", template=template)).count(_PLACE) != 1:
        raise BadLayout("words", 1)


def fill(layout: Layout, page: str) -> str:
    """Return HTML with the layout around it; ``page`` stands in it as it is."""
    before, found, after = _filled(layout).partition(_PLACE)
    return f"{before}{page}{after}" if found else page


def below(layout: Layout, text: str) -> str:
    """Return plain text with the footer below it."""
    return f"{text.rstrip()}\n\n{layout.footer}\n" if layout.footer else text


def _filled(layout: Layout) -> str:
    from markupsafe import Markup, escape

    footer = Markup("<br>\n").join(escape(line) for line in layout.footer[:LAYOUT_FOOTER].splitlines())
    html = (
        _environment()
        .from_string(layout.template or STANDARD)
        .render(
            content=Markup(_PLACE),  # noqa: S704 - our own
            company=layout.company,
            colour=layout.colour,
            logo=f"cid:{_LOGO}" if layout.logo is not None else "",
            footer=footer,
        )
    )
    return sanitise(html, lambda source: source if source == f"cid:{_LOGO}" else None)


def _all(node: Any) -> Any:
    for child in node.iter_child_nodes():
        yield child
        yield from _all(child)


@functools.cache
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, cache_size=50)
