"""One reader for the logs of both mail servers: each line is read, and remembered, by the reader of its server."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.mta import test_exim_log as exim
from tests.unit.mta import test_postfix_log as postfix
from weftmail.core.next_hop import NextHop
from weftmail.mta.exim.log import EximLog
from weftmail.mta.log import LONGEST_ANSWER, MailServerLog, remember, words
from weftmail.mta.postfix.log import PostfixLog


def both() -> MailServerLog:
    return MailServerLog((PostfixLog(zone=UTC), EximLog(zone=UTC)))


def test_each_line_is_read_by_the_reader_of_its_server() -> None:
    log = both()
    lines = [exim.came(), postfix.active(), exim.line(exim.TAKEN), postfix.went("sent", "250 2.0.0 OK")]
    found = [one for each in lines if isinstance(one := log.read(each, postfix.NOW), NextHop)]
    assert [one.host for one in found] == ["mx.customer.example"] * 2
    assert len(log.ids) == 2
    log.read(exim.line("Completed"), 0)
    log.read(postfix.line("qmgr", "removed"), postfix.NOW)
    assert log.ids == {}


@pytest.mark.parametrize("prefix", ["Nov 26 19:30:02 mx1 exim[4711]: ", "2026-11-26T19:30:02.1+00:00 mx1 exim[4711]: "])
def test_exim_is_read_in_the_log_of_the_system_too(prefix: str) -> None:
    log = both()
    found = [log.read(prefix + each, 0) for each in (exim.came(), exim.line(exim.TAKEN))]
    assert isinstance(found[1], NextHop)


def test_the_oldest_is_forgotten_beyond_the_bound() -> None:
    ids: OrderedDict[str, str] = OrderedDict()
    for name in "abcb":
        remember(ids, name, name, 2)
    assert [*ids] == ["c", "b"]


@given(st.text(max_size=2 * LONGEST_ANSWER))
def test_words_are_one_line_that_can_be_shown(text: str) -> None:
    said = words(text)
    assert said.isprintable() and len(said) <= LONGEST_ANSWER and words(said) == said
