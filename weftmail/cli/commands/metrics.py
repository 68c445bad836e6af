"""mail-admin metrics: how mail flows as figures for Prometheus, printed once; the site answers scrapes."""

from __future__ import annotations

import argparse

from weftmail.cli.arguments import Parser
from weftmail.cli.context import Context


def build(parser: Parser) -> None:
    """Say what it does."""
    parser.set_defaults(run=_metrics)


def _metrics(context: Context, _arguments: argparse.Namespace) -> None:
    from weftmail.cli import metrics

    context.become_owner()
    context.write([metrics.exposition(context.config, context.clock).decode()])
