"""A mail server that takes what leaves, beside that of this machine: where, how we sign in, for whom, how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from weftmail.core.address import domain_of

Security = Literal["starttls", "tls", "none"]
SignIn = Literal["none", "password", "certificate", "oauth"]
Step = Literal["connection", "greeting", "tls", "certificate", "token", "sign-in", "sender", "recipient", "message"]
"""The steps of a hand-over, in their order: at one of them a server says no."""

LOCAL = "local"
"""The name of the row that stands for this machine's own mail server."""


@dataclass(frozen=True, slots=True)
class OutgoingServer:
    """One of them; that of this machine has no host, and is asked last."""

    id: int
    name: str
    host: str
    port: int
    security: Security
    sign_in: SignIn
    login: str
    senders: str
    """Domains and addresses in From, parted by blanks."""
    token_url: str
    client_id: str
    scope: str
    per_minute: int | None
    per_day: int | None
    per_domain: int | None
    """How much may go to one domain within a minute."""
    falls_back: bool
    """Whether the next one is asked where it cannot be reached."""
    state: str
    position: int

    @property
    def is_local(self) -> bool:
        """Whether it is this machine's own."""
        return not self.host

    @property
    def is_limited(self) -> bool:
        """Whether what goes by it has to be counted."""
        return any(one is not None for one in (self.per_minute, self.per_day, self.per_domain))

    def serves(self, address: str) -> bool:
        """Say whether it takes mail with this address in From."""
        return self.is_local or bool({address, domain_of(address)} & {*self.senders.split()})


@dataclass(frozen=True, slots=True)
class ServerSecrets:
    """What only a file of 0600 holds; each "" where there is none."""

    password: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    """Our certificate and its key, PEM."""
    authority: str = field(default="", repr=False)
    """Whose certificates are believed beside those that this machine believes, PEM."""


class ServerFailure(Exception):
    """A server cannot be used now: at which step it said no, and in which words."""

    def __init__(self, step: Step, said: str) -> None:
        super().__init__(f"{step}: {said}")
        self.step: Step = step
        self.said = said


@dataclass(frozen=True, slots=True)
class Preset:
    """A provider's server with the limits that it publishes, None where it publishes none."""

    title: str
    host: str
    port: int
    security: Security
    sign_in: SignIn
    per_minute: int | None = None
    per_day: int | None = None
    token_url: str = ""
    scope: str = ""


PRESETS = {
    "google-workspace": Preset(
        "Google Workspace", "smtp.gmail.com", 587, "starttls", "oauth", None, 2000,
        "https://oauth2.googleapis.com/token", "https://mail.google.com/",
    ),
    "gmail": Preset("Gmail", "smtp.gmail.com", 587, "starttls", "password", None, 500),
    "microsoft-365": Preset(
        "Microsoft 365", "smtp.office365.com", 587, "starttls", "oauth", 30, 10_000,
        "https://login.microsoftonline.com/TENANT/oauth2/v2.0/token", "https://outlook.office365.com/.default",
    ),
    "amazon-ses": Preset("Amazon SES", "email-smtp.REGION.amazonaws.com", 587, "starttls", "password"),
    "icloud": Preset("iCloud Mail", "smtp.mail.me.com", 587, "starttls", "password", None, 1000),
    "fastmail": Preset("Fastmail", "smtp.fastmail.com", 465, "tls", "password"),
    "mailgun": Preset("Mailgun", "smtp.mailgun.org", 587, "starttls", "password"),
    "sendgrid": Preset("SendGrid", "smtp.sendgrid.net", 587, "starttls", "password"),
    "postmark": Preset("Postmark", "smtp.postmarkapp.com", 587, "starttls", "password"),
}  # fmt: skip
"""Big providers; words in capitals are to be filled in."""
