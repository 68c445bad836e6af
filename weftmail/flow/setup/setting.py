"""Settings of the installation that may be changed while it runs."""

from __future__ import annotations

from weftmail.core.role import Role
from weftmail.flow.refusal import RefusedAct
from weftmail.flow.running import RUNNING, RunningSetting, number
from weftmail.flow.setup import find
from weftmail.flow.setup.act import Done, Fields, Setup, act
from weftmail.flow.setup.undo import check_unchanged
from weftmail.store.audit import AuditRow

undone_by = Role.OWNER
_SWITCHED = {"on": 1, "yes": 1, "off": 0, "no": 0}


@act
def change(setup: Setup, name: str, value: str) -> Done:
    """Set one; an empty value brings its default back."""
    setting = RUNNING[find.choice("name", name, tuple(RUNNING))]
    before: Fields = {"value": number(setup.store, setting)}
    if value.strip():
        setup.store.settings.put(name, str(_checked(setting, value.strip())))
    else:
        setup.store.settings.remove(name)
    return Done("setting.set", None, name, before, {"value": number(setup.store, setting)})


def _checked(setting: RunningSetting, text: str) -> int:
    found = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
    if setting.switch:
        found = _SWITCHED.get(text.lower(), found)
        if found not in (0, 1):
            raise RefusedAct(setting.name, "neither_on_nor_off")
    if not setting.least <= found <= setting.most:
        raise RefusedAct(setting.name, "number_out_of_range", least=setting.least, most=setting.most)
    return found


@act
def _back(setup: Setup, row: AuditRow) -> Done:
    setting = RUNNING[row.subject]
    check_unchanged(row, {"value": number(setup.store, setting)})
    setup.store.settings.put(row.subject, str(row.before["value"]))
    return Done("setting.set", None, row.subject, row.now, row.before)


reverses = {"setting.set": _back}
