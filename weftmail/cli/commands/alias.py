"""mail-admin alias: addresses that open records of a type, or that append to one record."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from weftmail.cli import done
from weftmail.cli.arguments import Parser, Verbs, pairs
from weftmail.cli.context import Context
from weftmail.cli.listing import Listing
from weftmail.cli.output import sheet
from weftmail.cli.refusals import carried_out, failure
from weftmail.core.failure import UsageError
from weftmail.core.wording.sentences import say
from weftmail.flow import vocabulary
from weftmail.flow.refusal import Refusal
from weftmail.flow.setup import alias, alias_csv, find
from weftmail.flow.setup.act import Done
from weftmail.flow.setup.alias_switches import SWITCHES
from weftmail.store.alias import Alias
from weftmail.store.alias_list import AliasFilter
from weftmail.store.store import Store


def build(parser: Parser) -> None:
    """Add the verbs."""
    verbs = Verbs(parser)
    add = verbs.add("add", "add an alias; the mail server accepts its email at once", _add)
    add.add_argument("address", metavar="ADDR", help="the address of the alias")
    add.add_argument("--company", metavar="NAME", help="the company of the alias, if the domain is shared")
    owner = add.add_mutually_exclusive_group()
    owner.add_argument("--owner", metavar="ADDR", help="the colleague who owns and follows the records that it opens")
    owner.add_argument("--team", metavar="NAME", help="the team that owns and follows the records that it opens")
    _settings(add)
    listed = verbs.list("list the aliases that are on or off", _list, "ADDR", company=True)
    _filters(listed)
    export = verbs.add("export", "print aliases as CSV", _export, json=False, company=True)
    _filters(export)
    bring = verbs.add("import", "add and change the aliases of a CSV file, all or none", _import, company=True)
    bring.add_argument("file", metavar="FILE", help="the file; - for standard input")
    bring.add_argument("--dry-run", action="store_true", help="say what it would do, and do nothing")
    show = verbs.add("show", "show one alias", _show)
    show.add_argument("address", metavar="ADDR", help="the address of the alias")
    change = verbs.add("set", "change an alias; only what you name changes", _set)
    change.add_argument("address", metavar="ADDR", help="the address of the alias")
    for name, help_, run in (
        ("on", "let an alias that is off take email again", _on),
        ("off", "refuse email to an alias from the next one on; it stays in the lists", _off),
    ):
        verbs.add(name, help_, run).add_argument("address", metavar="ADDR", help="the address of the alias")
    owner = change.add_mutually_exclusive_group()
    owner.add_argument("--owner", metavar="ADDR", help="the colleague who owns and follows the records that it opens")
    owner.add_argument(
        "--no-owner", action="store_const", const="", dest="owner", help="nobody owns the records that it opens"
    )
    owner.add_argument("--team", metavar="NAME", help="the team that owns and follows the records that it opens")
    _settings(change)
    remove = verbs.add("remove", "remove an alias; its records and their reply addresses stay", _remove)
    remove.add_argument("address", metavar="ADDR", help="the address of the alias")


def _filters(parser: Parser) -> None:
    parser.add_argument("--search", metavar="WORDS", help="those that hold these words in address, type or owner")
    parser.add_argument("--domain", metavar="NAME", help="those of one domain")
    parser.add_argument("--opens", metavar="TYPE", help="those that open records of a type")
    parser.add_argument("--state", choices=("on", "off"), help="those that are on, or off")
    parser.add_argument("--owner", metavar="ADDR", help="those of a colleague")
    parser.add_argument("--team", metavar="NAME", help="those of a team; with --company where several have one of it")


def _settings(parser: Parser) -> None:
    goal = parser.add_mutually_exclusive_group()
    goal.add_argument("--opens", metavar="TYPE", help="each email opens a record of this type")
    goal.add_argument("--record", metavar="NUMBER", help="each email is added to this record")
    parser.add_argument("--accepts", choices=alias.ACCEPTS, help="who can write to it; everyone by default")
    parser.add_argument("--answer-as", metavar="ADDR", help="the From address of answers; by default that of the alias")
    parser.add_argument(
        "--default",
        action="append",
        default=[],
        metavar="K=V",
        help="a field that its records start with; K= removes it",
    )
    for name, one in SWITCHES.items():
        flag = f"--{name.replace('_', '-')}"
        parser.add_argument(flag, choices=one.choices or None, metavar=one.metavar or None, help=one.help)


def _add(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        alias.add(
            context.setup,
            arguments.address,
            company=arguments.company,
            opens=arguments.opens,
            record=arguments.record,
            owner=arguments.owner,
            team=arguments.team,
            accepts=arguments.accepts,
            answer_as=arguments.answer_as,
            defaults=pairs(arguments.default),
            switches=_switches(arguments),
        )
    )
    near = alias.near(context.store, made.subject)
    context.answer(arguments.json, done.value(made), lambda: [_added(made), *_near(near)])


def _added(made: Done) -> str:
    goal = f"opens {made.now['opens']}" if made.now["opens"] else f"goes onto {made.now['record']}"
    return f"Added {made.subject}: it {goal}, for {made.now['company']}. Live from the next mail on, no reload."


def _near(near: Sequence[str]) -> list[str]:
    return [f"Beside it there is {', '.join(near)}: people may write to the one and mean the other."] if near else []


def _set(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(
        alias.change(
            context.setup,
            arguments.address,
            opens=arguments.opens,
            record=arguments.record,
            owner=arguments.owner,
            team=arguments.team,
            accepts=arguments.accepts,
            answer_as=arguments.answer_as,
            defaults=pairs(arguments.default),
            switches=_switches(arguments),
        )
    )
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _switches(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the switches that are named."""
    return {name: value for name in SWITCHES if (value := getattr(arguments, name)) is not None}


def _on(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(alias.switch_on(context.setup, arguments.address))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _off(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(alias.switch_off(context.setup, arguments.address))
    context.answer(arguments.json, done.value(made), lambda: [done.changes(made)])


def _remove(context: Context, arguments: argparse.Namespace) -> None:
    made = carried_out(alias.remove(context.setup, arguments.address))
    said = f"Removed {made.subject}: refused from the next mail on. Answers on its records still come in."
    context.answer(arguments.json, done.value(made), lambda: [said])


def _list(context: Context, arguments: argparse.Namespace) -> None:
    context.show(_listing(context.store, _filter(context.store, arguments)), arguments)


def _filter(store: Store, arguments: argparse.Namespace) -> AliasFilter:
    company_id = find.company_id(store, arguments.company)
    company_ids = tuple(one.id for one in store.companies.all()) if company_id is None else (company_id,)
    team_id = None
    if arguments.team is not None:
        team_id = find.team(store, find.company(store, arguments.company).id, arguments.team).id
    return AliasFilter(
        company_ids,
        words=arguments.search,
        domain_id=find.domain(store, arguments.domain).id if arguments.domain is not None else None,
        record_type=arguments.opens,
        state=arguments.state,
        owner_id=find.user(store, arguments.owner).id if arguments.owner is not None else None,
        team_id=team_id,
    )


@dataclass(frozen=True, slots=True)
class _Filtered:
    """The aliases that a filter leaves, by their addresses."""

    store: Store
    only: AliasFilter

    def page(self, after: str | None, most: int) -> Sequence[Alias]:
        """Return at most so many, those after an address or the first."""
        return self.store.alias_lists.page(self.only, after=after or "", most=most)

    def left(self, after: str) -> int:
        """Return how many follow an address."""
        return self.store.alias_lists.count(replace(self.only, after=after))


def _export(context: Context, arguments: argparse.Namespace) -> None:
    found = context.store.alias_lists.page(_filter(context.store, arguments), most=alias_csv.MOST_LINES)
    context.write(alias_csv.written(found))


def _import(context: Context, arguments: argparse.Namespace) -> int:
    data = _read(context, arguments.file)
    answer = alias_csv.bring_in(
        context.setup, data, company=arguments.company, dry_run=arguments.dry_run, name=Path(arguments.file).name
    )
    if isinstance(answer, Refusal):
        raise failure(answer)
    value = {
        "added": answer.added,
        "changed": answer.changed,
        "same": answer.same,
        "done": answer.done,
        "bad": [{"line": one.number, "address": one.address, "why": say(one.refusal.phrase)} for one in answer.bad],
    }
    context.answer(arguments.json, value, lambda: _import_lines(answer))
    return 1 if answer.bad else 0


def _import_lines(found: alias_csv.Imported) -> list[str]:
    if found.bad:
        lines = [f"line {one.number}: {one.address or '-'}: {say(one.refusal.phrase)}" for one in found.bad]
        return [*lines, f"{len(found.bad)} of the lines cannot be; nothing was done."]
    counts = f"{found.added} added, {found.changed} changed, {found.same} as they were"
    if found.act is None:
        return [f"It would be: {counts}. Nothing was done."]
    back = f" Take it back as a whole: {done.undo(found.act)}" if found.act.trace else ""
    return [f"Done: {counts}.{back}"]


def _read(context: Context, name: str) -> bytes:
    """Return the bytes of a file, or of standard input."""
    if name == "-":
        return context.stdin.read().encode()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None


def _listing(store: Store, only: AliasFilter) -> Listing[Alias]:
    return Listing(
        _Filtered(store, only),
        lambda one: one.address,
        vocabulary.alias,
        ("ALIAS", "STATE", "COMPANY", "GOES TO", "OWNER", "ACCEPTS", "ANSWERS AS"),
        lambda one: (
            one.address, one.state, one.company, _goal(one), one.owner or one.team, one.accepts, one.answer_as
        ),
        "There is no such alias. Add one: mail-admin alias add ADDR --opens TYPE",
    )  # fmt: skip


def _show(context: Context, arguments: argparse.Namespace) -> None:
    found = find.alias(context.store, arguments.address)
    context.answer(arguments.json, vocabulary.alias(found), lambda: _lines(context.store, found))


def _lines(store: Store, found: Alias) -> list[str]:
    return sheet(
        {
            "Alias": found.address,
            "Company": found.company,
            "Goes to": _goal(found),
            "State": found.state,
            "Owner": found.owner or found.team,
            "Accepts": found.accepts,
            "Answers as": found.answer_as or found.address,
            "Defaults": [f"{name}={value}" for name, value in found.default_fields.items()],
            **{one.label: one.said(getattr(found, name)) for name, one in SWITCHES.items()},
            SWITCHES["when_closed"].label: _when_closed(store, found),
        }
    )


def _when_closed(store: Store, found: Alias) -> str:
    """Return what an answer to a closed record does: where its type decides, what that says."""
    switch = SWITCHES["when_closed"]
    of_type = next(
        (one for one in store.companies.record_types(found.company_id) if one.name == found.record_type), None
    )
    if found.when_closed != "type" or of_type is None:
        return switch.said(found.when_closed)
    return f"{switch.said('type')}: {of_type.name}, {switch.said(of_type.when_closed)}"


def _goal(found: Alias) -> str:
    return f"opens {found.record_type}" if found.record_type is not None else f"onto {found.record}"
