"""The sets that stay open: each module of a folder is a member, so a new one is added by putting it there."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any


def members(package: str, attribute: str) -> Mapping[str, Any]:
    """Return that attribute of each module of a package, by the module's name, in the order of names.

    A module without the attribute, or with a name that begins with an underscore, serves the others and is no member.
    """
    names = sorted(one.name for one in iter_modules(import_module(package).__path__) if not one.name.startswith("_"))
    modules = {name: import_module(f"{package}.{name}") for name in names}
    return MappingProxyType({name: getattr(one, attribute) for name, one in modules.items() if hasattr(one, attribute)})
