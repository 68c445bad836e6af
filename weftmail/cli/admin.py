"""mail-admin: everything that a person sets up or looks up from the shell.

Words that make no sense end with status 2, everything else that fails with 1, and both with one line on standard
error that says what is wrong and what to do next.  Only the module of the noun that was called is imported.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from weftmail import __version__
from weftmail.cli.terminal import printable
from weftmail.core.failure import PermFail, TempFail, UsageError

if TYPE_CHECKING:
    from weftmail.cli.arguments import Parser
    from weftmail.cli.context import Context

NOUNS = {
    "init": "set up this server: settings, store, keys, first company and admin",
    "migrate": "update the store after an upgrade",
    "serve": "run the web site",
    "company": "companies, and the types of records that they have",
    "domain": "mail domains, dedicated or with mailboxes",
    "alias": "addresses that open records, or add to one",
    "contact": "people outside who write to you",
    "user": "people who sign in",
    "record": "records and their conversations",
    "follower": "colleagues who are notified of what happens on a record",
    "post": "send a message from a record, or log an internal note",
    "inbound": "the log of incoming email",
    "outbox": "the log of outgoing email",
    "review": "incoming email that is held for review",
    "exemption": "senders whose email is never held as a loop",
    "dkim": "keys that sign outgoing email",
    "postfix": "what Postfix needs, and what is wrong with it",
    "audit": "the log of changes: who, when, what",
    "completion": "completion for your shell: bash, zsh, fish",
}
"""Every command, with what it is for; each is a module of ``commands``."""


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = run(list(sys.argv[1:] if argv is None else argv), os.environ, context)
        sys.stdout.flush()
    except SystemExit as end:  # argparse ends so after --help.
        return int(end.code or 0)
    except BrokenPipeError:
        # Whoever read our output, "head" say, has seen enough; nothing may be written at the end any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("mail-admin: stopped", file=sys.stderr)
        return 130
    except Exception as error:
        text, status = explained(error)
        print(printable(f"mail-admin: {text}"), file=sys.stderr)
        if os.environ.get("WEFTMAIL_DEBUG"):
            traceback.print_exc()
    return status


def run(words: list[str], environ: Mapping[str, str], context: Context | None = None) -> int:
    """Run the command that ``words`` say; raises what went wrong."""
    if words[:1] == ["help"]:
        # "help alias add" is "alias add --help".
        words = [*words[1:], "--help"]
    if not words or words[0] in ("--help", "-h"):
        print(usage())
        return 0 if words else 2
    if words == ["--version"]:
        print(f"mail-admin {__version__}")
        return 0
    noun = words[0]
    if noun not in NOUNS:
        raise UsageError(f"{noun!r} is no command; there are {', '.join(NOUNS)}", status=2)
    from weftmail.cli.arguments import Parser, refuse_bad_words
    from weftmail.cli.context import Context
    from weftmail.cli.refusals import failure
    from weftmail.flow.refusal import RefusedAct

    refuse_bad_words(words)
    parser = Parser(prog=f"mail-admin {noun}", description=f"{NOUNS[noun][0].upper()}{NOUNS[noun][1:]}.")
    _build(noun, parser)
    arguments = parser.parse_args(words[1:])
    context = context or Context(environ)
    try:
        return int(arguments.run(context, arguments) or 0)
    except RefusedAct as error:
        raise failure(error.refusal) from None
    finally:
        context.close()


def _build(noun: str, parser: Parser) -> None:
    importlib.import_module(f"weftmail.cli.commands.{noun}").build(parser)


def whole_parser() -> Parser:
    """Return all commands as one parser, for what has to know every word of them."""
    from weftmail.cli.arguments import Parser

    parser = Parser(prog="mail-admin")
    parser.add_argument("--version", action="store_true", help="print the version")
    nouns = parser.add_subparsers(metavar="COMMAND")
    for noun, what in NOUNS.items():
        _build(noun, nouns.add_parser(noun, help=what))
    return parser


def explained(error: Exception) -> tuple[str, int]:
    """Return the one line for what went wrong, and the exit status."""
    from weftmail.cli.output import one_line
    from weftmail.store.errors import BadQuery, Broken, Busy, Conflict, StoreError

    text = one_line(" ".join(str(error).split()), 1000)
    if isinstance(error, UsageError):
        return text, error.status
    if isinstance(error, Busy) or isinstance(error.__cause__, Busy):
        return "the store is locked by another program for longer than 5 s; try again in a moment", 1
    if isinstance(error, (TempFail, PermFail)):
        return text, 1
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the machine'}: {error.strerror}", 1
    if isinstance(error, Broken):
        return f"weftmail.db is damaged: {text}; restore it from the backup", 1
    if isinstance(error, StoreError) and not isinstance(error, (Conflict, BadQuery)):
        return f"the store cannot be used: {text}; see whether its disk is full or read-only", 1
    return f"a fault of our own, {type(error).__name__}; WEFTMAIL_DEBUG=1 shows where", 1


if __name__ == "__main__":
    sys.exit(main())
