"""All sentences by their codes, and how a phrase is said to a reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from weftmail.core.wording.acts import ACTS, FINAL, IN_FULL
from weftmail.core.wording.bounces import BOUNCES
from weftmail.core.wording.checking import CHECKING
from weftmail.core.wording.dns import DNS
from weftmail.core.wording.erasure import ERASURE
from weftmail.core.wording.events import EVENTS
from weftmail.core.wording.forecast import FORECAST
from weftmail.core.wording.guide import GUIDE
from weftmail.core.wording.language import ENGLISH, Language
from weftmail.core.wording.mails import MAILS
from weftmail.core.wording.notices import NOTICES
from weftmail.core.wording.pages import PAGES
from weftmail.core.wording.phrase import Phrase, Plural, Sentence
from weftmail.core.wording.recipients import RECIPIENTS
from weftmail.core.wording.refusals import REFUSALS
from weftmail.core.wording.routing import ROUTING, RULE_NAMES
from weftmail.core.wording.servers import SERVERS
from weftmail.core.wording.settings import SETTINGS
from weftmail.core.wording.status import CAME, STATUS

SENTENCES: Final[Mapping[str, Sentence]] = {
    **ROUTING,
    **RECIPIENTS,
    **NOTICES,
    **EVENTS,
    **MAILS,
    **PAGES,
    **REFUSALS,
    **ACTS,
    **IN_FULL,
    **FINAL,
    **SETTINGS,
    **GUIDE,
    **STATUS,
    **CAME,
    **DNS,
    **FORECAST,
    **CHECKING,
    **BOUNCES,
    **SERVERS,
    **ERASURE,
}


def say(phrase: Phrase, language: Language = ENGLISH) -> str:
    """Return the phrase as a sentence of the language.

    The store may hold a code that this version does not have, or fewer values: the code, or the placeholder's name,
    stands in the sentence then, since a page must not break over one.
    """
    values = _Filled(
        {name: say(one, language) if isinstance(one, Phrase) else one for name, one in phrase.values.items()}
    )
    sentence = SENTENCES.get(phrase.code, phrase.code)
    if isinstance(sentence, Plural):
        pattern = language.ngettext(sentence.one, sentence.many, int(values.get("count", 0)))
    else:
        pattern = language.gettext(sentence)
    return pattern.format_map(values)


def say_rule(rule: str, language: Language = ENGLISH) -> str:
    """Return what a rule of a trace is called; one that this version does not have bears its own name."""
    return language.gettext(RULE_NAMES.get(rule, rule))


class _Filled(dict[str, str | int]):
    def __missing__(self, name: str) -> str:
        return name
