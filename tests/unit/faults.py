"""Faults on purpose: a store of which one part fails, handed to the flows in place of the real one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from weftmail.store.store import Store


class Part:
    """A part of a store, with some acts of its own; all others are the real part's."""

    def __init__(self, real: object, **acts: Callable[..., Any]) -> None:
        self._real = real
        self._acts = acts

    def __getattr__(self, name: str) -> Any:
        return self._acts.get(name) or getattr(self._real, name)


def store_with(store: Store, **acts: Callable[..., Any]) -> Store:
    """Return the same store with other acts: ``store_with(store, records_open=failing)``."""
    made = copy.copy(store)
    for name, act in acts.items():
        part, _, verb = name.partition("_")
        setattr(made, part, Part(getattr(made, part), **{verb: act}))
    return made


def raising(error: BaseException, times: int = -1, then: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Return an act that raises ``error``: always, or so many times before it does what ``then`` does."""
    left = [times]

    def act(*values: Any, **named: Any) -> Any:
        if left[0] == 0 and then is not None:
            return then(*values, **named)
        left[0] -= 1
        raise error

    return act


def nothing(*_values: object, **_named: object) -> None:
    """Find nothing: what was there a moment ago is gone."""
