"""Emails that bring a link: an invitation, a new password, the records of a domain for whoever keeps its DNS.

What waits in the outbox holds the seed of the link; the link itself is made as the email is composed.
"""

from __future__ import annotations

from weftmail.core.address import BadAddress, Mailbox
from weftmail.core.composing.mail import ForOneColleague, Letter, compose
from weftmail.core.ports import Refused
from weftmail.core.tokens import link
from weftmail.core.wording.language import Language
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say
from weftmail.flow.copy import Copy
from weftmail.flow.installation import Installation
from weftmail.store.outbox import Claimed
from weftmail.store.people import User
from weftmail.store.store import Store

LINKS = {"mail.invitation": "/password/", "mail.reset": "/password/", "mail.joined": "/sign-in", "mail.dns": "/dns/"}
"""What opens the page that an email leads to; one that ends with a slash is followed by the secret."""


def sends_for(store: Store, user: User, first: int | None = None) -> int | None:
    """Return the company in whose name an email about the account leaves: ``first``, if mail can leave there.

    None where none of the user's companies has a domain to write from.
    """
    entered = [one.company_id for one in store.users.enters(user)]
    wanted = [first, *entered] if first in entered else entered
    return next((one for one in wanted if one is not None and store.domains.of_company(one)), None)


def account_mail(store: Store, installation: Installation, claimed: Claimed) -> Copy | Refused:
    """Compose an email about an account; Refused where it cannot be composed, and trying again cannot help."""
    user, company = store.users.get(claimed.user_id or 0), store.companies.get(claimed.company_id)
    domain = store.domains.of_company(claimed.company_id)
    address = next(iter(store.users.addresses(claimed.user_id or 0)), "")
    if user is None or company is None or domain is None or not address:
        return _refused(Phrase("refused.gone"))
    (says,), language = claimed.sentences, installation.languages.of(claimed.language)
    letter = Letter(
        message_id=f"<account.{claimed.id}.{claimed.created_at}@{domain}>",
        from_=Mailbox(company.name, f"notifications@{domain}"),
        subject=_subject(says, language),
        text="\n\n".join([say(says, language), _link(installation, says), *_closing(says, language)]) + "\n",
        date=claimed.created_at,
        loop=installation.name,
        automatic=True,
    )
    try:
        return Copy(compose(letter, ForOneColleague(Mailbox(user.name, address))), "", domain)
    except BadAddress as error:
        return _refused(Phrase("refused.address", {"error": str(error)}))


def link_mail(store: Store, installation: Installation, claimed: Claimed) -> Copy | Refused:
    """Compose an email that brings a link to somebody who is neither a user nor a contact; Refused as above."""
    company, domain = store.companies.get(claimed.company_id), store.domains.of_company(claimed.company_id)
    if company is None or domain is None:
        return _refused(Phrase("refused.gone"))
    (says, closing), language = claimed.sentences, installation.languages.of(claimed.language)
    letter = Letter(
        message_id=f"<link.{claimed.id}.{claimed.created_at}@{domain}>",
        from_=Mailbox(company.name, f"notifications@{domain}"),
        subject=say(Phrase("mail.dns.subject", {"domain": says.values["domain"]}), language),
        text="\n\n".join([say(says, language), _link(installation, says), say(closing, language)]) + "\n",
        date=claimed.created_at,
        loop=installation.name,
        automatic=True,
    )
    try:
        return Copy(compose(letter, ForOneColleague(Mailbox("", claimed.address))), "", domain)
    except BadAddress as error:
        return _refused(Phrase("refused.address", {"error": str(error)}))


def _link(installation: Installation, says: Phrase) -> str:
    path = LINKS[says.code]
    secret = link.secret(installation.keyring, str(says.values["seed"])) if path.endswith("/") else ""
    return f"{installation.site_url}{path}{secret}"


def _subject(says: Phrase, language: Language) -> str:
    if says.code == "mail.reset":
        return say(Phrase("mail.reset.subject"), language)
    company = says.values["company"]
    if says.code == "mail.joined":
        return say(Phrase("mail.joined.subject", {"company": company}), language)
    return say(Phrase("mail.invitation.subject", {"company": company}), language)


def _closing(says: Phrase, language: Language) -> list[str]:
    why = [Phrase("mail.reset.why")] if says.code == "mail.reset" else []
    return [say(one, language) for one in (*why, Phrase("mail.account.why"))]


def _refused(says: Phrase) -> Refused:
    return Refused(say(says), says)
