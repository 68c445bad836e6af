"""How a page speaks to its reader: in their language, with times in their zone.

Filters and gettext of the templates find the voice among the values of the page, so that one set of templates serves
every reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request

from weftmail.admin.words import RECORD_STATES
from weftmail.core.wording.language import Language, Languages
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say, say_rule
from weftmail.flow.leaving import Choice
from weftmail.locale import accepted
from weftmail.locale.dates import DAY, MINUTE, Calendar, calendar
from weftmail.store.people import User

SEEN_APART = 5 * MINUTE
"""When a session was used last is known to as many milliseconds."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One reader's language and calendar."""

    language: Language
    calendar: Calendar

    def gettext(self, sentence: str) -> str:
        """Return the English sentence in the reader's language."""
        return self.language.gettext(sentence)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return the form for this count in the reader's language."""
        return self.language.ngettext(one, many, count)

    def say(self, phrase: Phrase) -> str:
        """Return what was stored as a code with values as a sentence."""
        return say(phrase, self.language)

    def when(self, milliseconds: int, now: int) -> Markup:
        """Return a time as people say it, with the whole one beside it for machines and for the pointer."""
        return self._time(milliseconds, self.calendar.short(milliseconds, now))

    def ago(self, milliseconds: int, now: int) -> Markup:
        """Return how long ago something was, within a day; else when it was."""
        passed = now - milliseconds
        if not 0 <= passed < DAY:
            return self.when(milliseconds, now)
        text = self.gettext("just now") if passed < MINUTE else self.calendar.relative(milliseconds, now)
        return self._time(milliseconds, text)

    def here(self, milliseconds: int, now: int) -> Markup:
        """Return when somebody was here last: "now" for as long as that is known no closer."""
        if not 0 <= now - milliseconds <= SEEN_APART:
            return self.ago(milliseconds, now)
        return self._time(milliseconds, self.gettext("now"))

    def span(self, start: int | str, end: int | str | None) -> str:
        """Return when something is, in the reader's zone; a time that names no zone stands as it is."""
        first, last = self._point(start), None if end is None else self._point(end)
        return str(start) if first is None else self.calendar.span(first, last)

    def leaving(self, name: str, milliseconds: int) -> str:
        """Return a time at which a message can leave, by its name and dated: Today, Fri 28 Nov 17:00."""
        words = {"today": self.gettext("Today, {time}"), "tomorrow": self.gettext("Tomorrow, {time}")}
        return words.get(name, "{time}").format(time=self.calendar.dated(milliseconds))

    def _point(self, moment: int | str) -> date | None:
        try:
            if isinstance(moment, int):
                return self.calendar.moment(moment)
            return datetime.fromisoformat(moment) if "T" in moment else date.fromisoformat(moment)
        except (ValueError, OverflowError, OSError):
            return None

    def _time(self, milliseconds: int, text: str) -> Markup:
        exact = datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Markup('<time datetime="{}" title="{}">{}</time>').format(exact, self.calendar.full(milliseconds), text)


def of_user(user: User, languages: Languages) -> Voice:
    """Return the voice that a user has chosen."""
    return Voice(languages.of(user.language), calendar(languages.of(user.language).code, user.zone))


def of_browser(request: Request, languages: Languages) -> Voice:
    """Return the voice for somebody whom we do not know: in the language that the browser asks for."""
    language = languages.of(accepted(request.headers.get("accept-language", "")))
    return Voice(language, calendar(language.code))


def of_request(request: Request, languages: Languages) -> Voice:
    """Return the voice of whoever asks: that of the user if somebody is signed in, else the browser's."""
    user: User | None = getattr(request.state, "user", None)
    return of_browser(request, languages) if user is None else of_user(user, languages)


def teach(templates: Environment) -> None:
    """Give the templates gettext and the filters that speak in the voice of the page."""
    templates.add_extension("jinja2.ext.i18n")
    templates.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    templates.filters.update(when=_when, ago=_ago, size=_size, said=_said, rule=_rule, state=_state, day=_day)
    templates.filters.update(coming=_coming, here=_here, leaving=_leaving)


def _voice(context: Context) -> Voice:
    found: Voice = context["voice"]
    return found


@pass_context
def _gettext(context: Context, sentence: str) -> str:
    return _voice(context).gettext(sentence)


@pass_context
def _ngettext(context: Context, one: str, many: str, count: int) -> str:
    return _voice(context).ngettext(one, many, count)


@pass_context
def _when(context: Context, milliseconds: int, now: int) -> Markup:
    return _voice(context).when(milliseconds, now)


@pass_context
def _ago(context: Context, milliseconds: int, now: int) -> Markup:
    return _voice(context).ago(milliseconds, now)


@pass_context
def _here(context: Context, milliseconds: int, now: int) -> Markup:
    return _voice(context).here(milliseconds, now)


@pass_context
def _size(context: Context, count: int) -> str:
    return _voice(context).calendar.size(count)


@pass_context
def _said(context: Context, phrase: Phrase) -> str:
    return _voice(context).say(phrase)


@pass_context
def _rule(context: Context, name: str) -> str:
    return say_rule(name, _voice(context).language)


@pass_context
def _day(context: Context, text: str) -> str:
    return _voice(context).calendar.date(date.fromisoformat(text))


@pass_context
def _leaving(context: Context, choice: Choice) -> str:
    return _voice(context).leaving(choice.name, choice.at)


@pass_context
def _coming(context: Context, milliseconds: int, now: int) -> str:
    return _voice(context).calendar.coming(milliseconds, now)


@pass_context
def _state(context: Context, name: str) -> str:
    return _voice(context).say(RECORD_STATES[name]) if name in RECORD_STATES else name
