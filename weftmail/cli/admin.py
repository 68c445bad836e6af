"""mail-admin: everything that a person sets up or looks up from the shell.

Words that make no sense end with status 2, everything else that fails with 1, and both with one line on standard
error that says what is wrong and what to do next.  Only the module of the noun that was called is imported.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from weftmail import __version__
from weftmail.cli.frame import framed
from weftmail.cli.stop import end_at_once, leave
from weftmail.core.failure import UsageError

if TYPE_CHECKING:
    from weftmail.cli.arguments import Parser
    from weftmail.cli.context import Context
    from weftmail.core.wording.command import Command

NOUNS = {
    "init": "set up this server: settings, store, keys, first company and admin",
    "status": "is mail flowing: what came and left, what waits, what runs",
    "metrics": "the same figures for Prometheus, in its text form",
    "doctor": "everything that is not as it should be, with the reason and the next step",
    "migrate": "update the store after an upgrade",
    "serve": "run the web site",
    "company": "companies, and the types of records that they have",
    "record-type": "types of records: their numbers, states and fields",
    "domain": "mail domains, dedicated or with mailboxes",
    "alias": "addresses that open records, or add to one",
    "contact": "people outside who write to you",
    "organisation": "to whom contacts belong, by the domains of their addresses",
    "user": "people who sign in",
    "signature": "what stands below the messages of people and teams",
    "layout": "what stands around the messages of a company to people outside",
    "saved-reply": "texts that are used again, with files and what they do once sent",
    "team": "colleagues who own records and aliases together",
    "second-factor": "codes of an app beside the password",
    "record": "records and their conversations",
    "activity": "what colleagues are to do on records, and by when",
    "follower": "colleagues who are notified of what happens on a record",
    "participant": "people outside who are in the conversation of a record",
    "note": "internal notes, edited or deleted by their author",
    "post": "send a message from a record, or log an internal note",
    "inbound": "the log of incoming email",
    "outbox": "the log of outgoing email",
    "import": "email of before, read in from an mbox file or a Maildir",
    "log": "where is my mail: what came and what left",
    "where": "where a mail would go, and why; nothing is changed",
    "review": "incoming email that is held for review",
    "server": "mail servers that take what leaves, beside the one of this machine",
    "suppression": "addresses outside to which nothing is sent, because they refused or complained",
    "exemption": "senders whose email is never held as a loop",
    "spam": "which field your own spam filter writes",
    "dns": "what a domain has in the DNS beside what it should have",
    "dkim": "keys that sign outgoing email",
    "exim": "what Exim needs, what is wrong with it; written there, and taken out",
    "postfix": "what Postfix needs, what is wrong with it; written there, and taken out",
    "backup": "copies of store, keys and settings, and the way back",
    "service": "the programs that stay, kept running by systemd",
    "config": "the settings, and what each of them means",
    "retention": "how long spam, trash and closed records are kept",
    "audit": "the log of changes: who, when, what",
    "completion": "completion for your shell: bash, zsh, fish",
}
"""Every command, with what it is for; each is a module of ``commands``."""
RESIDENT = ("serve",)
"""Commands that run until they are asked to stop."""


def usage() -> str:
    """Return the overview of all commands."""
    width = max(map(len, NOUNS))
    lines = [f"  {name:{width}}  {what}" for name, what in NOUNS.items()]
    return "\n".join(
        [
            "usage: mail-admin COMMAND ...      mail-admin help COMMAND says more; mail-admin --version",
            "",
            *lines,
            "",
            "WEFTMAIL_CONFIG names the file of the settings; without it, /etc/weftmail/weftmail.toml.",
            "WEFTMAIL_DEBUG=1 shows where in our code an unforeseen failure came from.",
        ]
    )


def main(argv: Sequence[str] | None = None, context: Context | None = None) -> int:
    """Run one command, in the given context where there is one; return the exit status."""
    return framed("mail-admin", lambda: run(list(sys.argv[1:] if argv is None else argv), os.environ, context))


def run(words: list[str], environ: Mapping[str, str], context: Context | None = None) -> int:
    """Run the command that ``words`` say; raises what went wrong."""
    words = in_order(words)
    if not words or words[0] in ("--help", "-h"):
        print(usage())
        return 0 if words else 2
    if words == ["--version"]:
        print("mail-admin", __version__)
        return 0
    noun = words[0]
    if noun in RESIDENT:
        # What it imports takes a while, and a stop may come at any moment.
        end_at_once()
    if noun not in NOUNS:
        raise UsageError(_no_command(noun), status=2)
    from weftmail.cli.arguments import Parser, refuse_bad_words
    from weftmail.cli.context import Context
    from weftmail.cli.refusals import RefusedCall, failure
    from weftmail.flow.refusal import RefusedAct

    refuse_bad_words(words)
    parser = Parser(prog=" ".join(("mail-admin", noun)), description=f"{NOUNS[noun][0].upper()}{NOUNS[noun][1:]}.")
    _build(noun, parser)
    arguments = parser.parse_args(words[1:])
    context = context or Context(environ)
    try:
        return int(arguments.run(context, arguments) or 0)
    except (RefusedAct, RefusedCall) as error:
        wanted = getattr(arguments, "company", None)
        raise failure(error.refusal, lambda command: _naming(command, wanted)) from None
    finally:
        context.close()


def in_order(words: Sequence[str]) -> list[str]:
    """Return the words as the parser takes them: --json may stand before the command or its verb, and help too.

    "help alias add" and "alias help add" are "alias add --help".
    """
    front: list[str] = []
    rest = list(words)
    json: list[str] = []
    wanted = 2
    while rest and len(front) < wanted and (rest[0] == "--json" or not rest[0].startswith("-")):
        word = rest.pop(0)
        (json if word == "--json" else front).append(word)
        wanted += word == "help"
    if "help" in front[:2]:
        front.remove("help")
        return [*front, *rest, "--help"]
    return [*front, *json[:1], *rest]


def _no_command(word: str) -> str:
    """Say that a word is no command, and what may have been meant."""
    if word.startswith("-"):
        near = difflib.get_close_matches(word, ("--json", "--help", "--version"), n=1)
        if near and word != near[0]:
            return f"there is no {word}; did you mean {near[0]}?"
        return f"{word} stands before the command; write it behind, as in: mail-admin COMMAND VERB --json"
    near = difflib.get_close_matches(word, NOUNS, n=1)
    meant = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(NOUNS)}; see: mail-admin --help"
    return f"{word!r} is no command{meant}"


def module_of(noun: str) -> ModuleType:
    """Return the module of a command."""
    return importlib.import_module(f"weftmail.cli.commands.{noun.replace('-', '_')}")


def _naming(command: Command, company: str | None) -> Command:
    """Return the command that comes next with the company that was named, where it takes one and names none itself."""
    words = command.words()
    if not company or words[1] not in NOUNS or "--company" in words:
        return command
    from weftmail.cli.arguments import Parser

    parser = Parser(prog=words[1])
    _build(words[1], parser)
    return command.given(company=company) if parser.takes("--company", words[2:]) else command


def _build(noun: str, parser: Parser) -> None:
    module_of(noun).build(parser)


def whole_parser() -> Parser:
    """Return all commands as one parser, for what has to know every word of them."""
    from weftmail.cli.arguments import Parser

    parser = Parser(prog="mail-admin")
    parser.add_argument("--version", action="store_true", help="print the version")
    nouns = parser.add_subparsers(metavar="COMMAND")
    for noun, what in NOUNS.items():
        _build(noun, nouns.add_parser(noun, help=what))
    return parser


if __name__ == "__main__":
    leave(main())
