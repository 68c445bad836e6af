"""mail-admin completion: words that the shell completes, for bash, zsh and fish."""

from __future__ import annotations

import argparse

from weftmail.cli.arguments import Parser
from weftmail.cli.context import Context

SHELLS = ("bash", "zsh", "fish")


def build(parser: Parser) -> None:
    """Add what it takes."""
    parser.add_argument("shell", choices=SHELLS, metavar="|".join(SHELLS), help="whose completion to print")
    parser.epilog = (
        "To use it now:\n"
        "  bash  source <(mail-admin completion bash)\n"
        "  zsh   source <(mail-admin completion zsh)\n"
        "  fish  mail-admin completion fish | source\n"
        "To keep it: write it to /usr/share/bash-completion/completions/mail-admin, to _mail-admin in a folder of\n"
        "zsh's $fpath, or to ~/.config/fish/completions/mail-admin.fish."
    )
    parser.set_defaults(run=_completion)


def _completion(context: Context, arguments: argparse.Namespace) -> None:
    context.say(script(arguments.shell))


def script(shell: str) -> str:
    """Return what completes the words of mail-admin in this shell."""
    # Only this command needs it.
    import shtab

    from weftmail.cli.admin import whole_parser

    return str(shtab.complete(whole_parser(), shell=shell))
