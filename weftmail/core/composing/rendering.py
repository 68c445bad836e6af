"""Mails from templates: text beside HTML, in a sandbox, everything escaped in HTML that is not said to be clean.

The templates are part of the program, like its code, and are read from the package once.  Jinja2 is imported at the
first mail that is composed, because whoever only accepts and files mail does not need it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment


def render(name: str, **values: object) -> str:
    """Return the template of this name, filled with the values."""
    return _environment().get_template(name).render(values)


@functools.cache
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import PackageLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=PackageLoader("weftmail.core.composing", "templates"),
        autoescape=lambda name: name is None or not name.endswith(".txt"),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
