"""One request of somebody who is signed in: who, for which company, with what form; and the doors in front of a page.

Every page is a plain function from a ``Visit`` to an answer and runs in a thread of the pool.  What stands before it,
in this order: the request comes from our own pages, somebody is signed in, the form bears the session's token, the
company is one of theirs.  Whatever belongs to another company answers 404, like what does not exist.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from weftmail.admin import voice as voices
from weftmail.admin.apart import Workshop
from weftmail.admin.client import Network
from weftmail.admin.file_settings import SettingsFile
from weftmail.admin.hashing import Hashing
from weftmail.admin.live import Live
from weftmail.admin.navigation import Item, shown_to, waiting_for
from weftmail.admin.number import whole_number
from weftmail.admin.password import Passwords
from weftmail.admin.pool import Pool
from weftmail.admin.prefix import below, prefix_of
from weftmail.admin.presses import Presses
from weftmail.admin.stage import Stage
from weftmail.admin.voice import Voice
from weftmail.core.ports import Catcher, Machine, MapFile, Random, Submitter, Viewer, Waker
from weftmail.core.role import Role
from weftmail.core.ways import SecretFiles, Ways
from weftmail.core.wording.command import Command
from weftmail.flow.actor import Actor
from weftmail.flow.installation import Installation
from weftmail.flow.setup import undo
from weftmail.flow.setup.act import Done, Setup
from weftmail.flow.setup.dkim_key import KeyFiles
from weftmail.locale.dates import zone_names
from weftmail.store.inbox_list import Whose
from weftmail.store.people import Membership, User
from weftmail.store.session import Session
from weftmail.store.store import Store


def no_mailbox(_local: str, _domain: str) -> str:
    """Where a mailbox is, on a machine that has none."""
    return ""


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages are given."""

    pool: Pool
    live: Live
    installation: Installation
    random: Random
    passwords: Passwords
    templates: Environment
    sender: Waker
    hashing: Hashing
    proxies: Sequence[Network] = ()
    """Whom to believe X-Forwarded-For."""
    catcher: Catcher | None = None
    demo: bool = False
    stage: Stage | None = None
    items: Sequence[Item] = ()
    """The navigation, in its order."""
    file: SettingsFile = field(default_factory=SettingsFile)
    """The settings that the site was started with."""
    machine: Machine | None = None
    """What can be seen of the machine; None where nothing is."""
    map_file: MapFile | None = None
    """The mail server's map, which an act on an alias or a domain brings up to date; None where somebody else does."""
    key_files: KeyFiles | None = None
    """Where the private halves of signing keys lie; None where this site makes none."""
    way_out: Callable[[], Submitter] | None = None
    """Opens the way to the mail server for a mail round; None where nothing that leaves can come back."""
    ways: Callable[[], Ways] | None = None
    """Opens the ways to outgoing servers for a test; None where nothing leaves."""
    secret_files: SecretFiles | None = None
    """Where passwords of outgoing servers lie; None where this site keeps none."""
    workshop: Workshop = field(default_factory=Workshop)
    """Where strangers' files are read."""
    presses: Presses = field(default_factory=lambda: Presses(time.monotonic))
    """What was pressed last, so that a double click does it once."""
    viewer: Viewer | None = None
    """Draws images and PDF; None where files are downloads alone."""
    asks_dns: bool = True
    """Whether somebody asks the DNS when a page wants it; else the shell does."""
    host: str = ""
    """The name that this server gives in HELO; "" where nobody knows it."""
    where_mailbox: Callable[[str, str], str] = no_mailbox
    """Says where local part and domain have a mailbox on this machine, or ""."""

    @property
    def https(self) -> bool:
        """Whether browsers reach the site over TLS, by its proxy."""
        return self.installation.site_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; its beginning binds it to this very host, where TLS makes that possible.

        Below a path it is for that path alone, and then browsers take no name that begins with __Host-.
        """
        if not self.https:
            return "weftmail"
        return "__Secure-weftmail" if self.prefix else "__Host-weftmail"

    @property
    def prefix(self) -> str:
        """The path before the site on its host, or "" (admin/prefix.py)."""
        return prefix_of(self.installation.site_url)

    @property
    def device_cookie(self) -> str:
        """The name of the cookie by which a browser is known."""
        return f"{self.cookie}-device"

    @property
    def code_cookie(self) -> str:
        """The name of the cookie that holds between the password and the second factor."""
        return f"{self.cookie}-code"

    def render(self, template: str, voice: Voice, values: Mapping[str, object], status: int = 200) -> Response:
        """Return a page that speaks to its reader in this voice."""
        common = {"voice": voice, "demo": self.demo}
        html = self.templates.get_template(template).render({**common, **values})
        return HTMLResponse(below(self.prefix, html), status)


SAID_FOR = 10 * 60 * 1000
"""For so long, in milliseconds, a page says what was done: its address may be opened again later."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in."""

    user: User
    session: Session
    companies: tuple[Membership, ...]


def whose(visitor: Visitor) -> Whose:
    """Return the inbox of somebody, over all companies that they enter."""
    return Whose(visitor.user.id, tuple(one.company_id for one in visitor.companies))


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a visitor, for one of their companies."""

    site: Site
    store: Store
    request: Request
    visitor: Visitor
    company: Membership
    now: int
    form: FormData
    unread: int
    """What is unread in the visitor's inbox, over all their companies, as the request began."""
    hidden_types: tuple[str, ...] = ()
    """Types whose records do not exist for the visitor: they are for named teams only, none of them the visitor's."""

    @property
    def user(self) -> User:
        """Who is signed in."""
        return self.visitor.user

    @property
    def voice(self) -> Voice:
        """How the page speaks to who is signed in."""
        return voices.of_user(self.user, self.site.installation.languages)

    @property
    def company_id(self) -> int:
        """The company that the page is about."""
        return self.company.company_id

    @property
    def whose(self) -> Whose:
        """The visitor's inbox, over all their companies."""
        return whose(self.visitor)

    @property
    def role(self) -> Role:
        """What the visitor may do here."""
        return Role.OWNER if self.user.installation_admin else Role.named(self.company.role)

    def may(self, role: Role) -> bool:
        """Say whether the visitor may do what somebody in that role may."""
        return self.role >= role

    @property
    def owner(self) -> bool:
        """Whether the visitor looks after the installation as a whole."""
        return self.user.installation_admin

    @property
    def owners(self) -> str:
        """The names of those who look after the installation as a whole, for who has to ask one of them."""
        return ", ".join(one.name for one in self.store.line.installation())

    @property
    def may_write(self) -> bool:
        """Whether the visitor may write in the company's records."""
        return self.may(Role.AGENT)

    @property
    def actor(self) -> Actor:
        """Who acts, for the audit log."""
        return Actor(self.user.name, self.user.id)

    @property
    def setup(self) -> Setup:
        """What the acts of set-up work with, as the visitor."""
        return Setup(
            self.store,
            self.actor,
            self.site.installation.clock,
            self.site.map_file,
            self.site.where_mailbox,
            tuple(self.site.installation.languages.names),
            zone_names().__contains__,
        )

    @property
    def looked_ahead(self) -> bool:
        """Whether nobody looks at the page yet: a browser fetched it early, or an open page looks for what is new."""
        early = "prefetch" in self.request.headers.get("sec-purpose", "")
        return early or "peek" in self.request.query_params

    @property
    def _named(self) -> bool:
        """Whether a command has to name the company: there are several, or the visitor cannot know that there are none.

        Who looks after the installation enters all of it; anybody else learns of no other company by what is named.
        """
        return len(self.visitor.companies) > 1 or not self.user.installation_admin

    def path(self, path: str) -> str:
        """Return the path with the company in it, where the visitor has more than one."""
        if len(self.visitor.companies) < 2:
            return path
        head, mark, fragment = path.partition("#")
        return f"{head}{'&' if '?' in head else '?'}company={self.company_id}{mark}{fragment}"

    def ticked(self, name: str, stored: bool, sent_with: str, value: str = "yes") -> bool:
        """Whether a box is ticked: as it was sent, where its form was, which always has the field ``sent_with``."""
        return value in self.form.getlist(name) if sent_with in self.form else stored

    def text(self, field: str) -> str:
        """Return a field of the form as text, "" where there is none."""
        value = self.form.get(field)
        return value.replace("\r\n", "\n") if isinstance(value, str) else ""

    def page(
        self,
        template: str,
        *,
        command: Command | None = None,
        everywhere: bool = False,
        live: str = "",
        at: str = "",
        status: int = 200,
        **values: object,
    ) -> Response:
        """Return a page.

        ``command`` shows the same in the shell, if anything does, ``everywhere`` for all companies at once.  ``live``
        says where the page asks for changes, and ``at`` where it is had anew, if not by the address that was asked for.
        """
        if command is not None and not everywhere and self._named:
            command = command.given(company=self.company.company)
        common: dict[str, object] = {
            "visit": self,
            "path": self.path,
            "now": self.now,
            "csrf": self.visitor.session.csrf,
            "unread": self.unread,
            "items": shown_to(self, self.site.items),
            "awaited": waiting_for(self),
            "done": self.just_done(),
            "command": "" if command is None else str(command),
            "live": live,
            "at": at or str(self.request.url.replace(scheme="", netloc="", fragment="")),
        }
        return self.site.render(template, self.voice, {**common, **values}, status)

    def go(self, path: str, done: Done | None = None) -> Response:
        """Send the browser to a page of ours, which says what was ``done`` and offers to undo it."""
        if done is not None and done.trace:
            head, mark, fragment = path.partition("#")
            path = f"{head}{'&' if '?' in head else '?'}done={done.trace}{mark}{fragment}"
        return RedirectResponse(self.path(path), 303)

    def just_done(self) -> undo.Trace | None:
        """Return what the visitor has just done, where the address says so."""
        act = whole_number(self.request.query_params.get("done", ""))
        found = undo.trace(self.store, act) if act is not None else None
        theirs = found is not None and found.row.user_id == self.user.id and found.row.created_at > self.now - SAID_FOR
        if found is None or not theirs:
            return None
        return undo.traces(self.store, found.row.company_id, [found.row])[0]


def nothing_here() -> HTTPException:
    """The answer for what does not exist, and for what belongs to others."""
    return HTTPException(404)
