"""The sentences of the check of who sent a mail: what was found by SPF, DKIM, DMARC and ARC, and what to do next."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Sentence, marked

CHECKING: Final[dict[str, Sentence]] = {
    # Who checked.
    "checked.own": marked("Checked here, by what the DNS says, for the server {client}."),
    "checked.milter": marked("Checked by the mail server's own filter, {milter}."),
    "checked.nobody": marked(
        "Nobody checked: no Received field of this mail server tells of a server outside. If a filter or relay of your "
        "own is in front, name it in the setting relays; if this server has another name, set hostname."
    ),
    "checked.nothing": marked(
        "Nobody checked: this mail server's filter wrote no result. Look whether it runs and reports under the name in "
        "authserv_id; or set authentication to own."
    ),
    "checked.login": marked("Handed over with the login {login}: it needs no other proof."),
    # SPF.
    "check.spf.pass": marked("SPF: {domain} lets {client} send for it."),
    "check.spf.fail": marked("SPF: {domain} does not let {client} send for it. Forwarded email fails so, too."),
    "check.spf.softfail": marked(
        "SPF: {domain} does not list {client}, and asks to be lenient. Whoever runs it can add the server."
    ),
    "check.spf.neutral": marked("SPF: {domain} says nothing about {client}."),
    "check.spf.none": marked("SPF: {domain} has no record. Whoever runs it can publish one."),
    "check.spf.no domain": marked("SPF: the envelope names no domain that could be asked."),
    "check.spf.temperror": marked("SPF: unchecked, for the DNS of {domain} does not answer ({error})."),
    "check.spf.permerror": marked("SPF: the record of {domain} is faulty ({error}). Whoever runs it has to mend it."),
    # DKIM.
    "check.dkim.none": marked("DKIM: no signature."),
    "check.dkim.pass": marked("DKIM: signed by {domain}, with the key {name}."),
    "check.dkim.body": marked("DKIM: the text is not what was signed; a list or filter on the way changed it."),
    "check.dkim.header": marked(
        "DKIM: the signature does not fit; a signed field was changed on the way, or the key is another one."
    ),
    "check.dkim.syntax": marked("DKIM: the signature is malformed. Whoever signs has to mend it."),
    "check.dkim.length": marked("DKIM: more text was signed than there is; some of it was taken out on the way."),
    "check.dkim.algorithm": marked("DKIM: signed by SHA-1, which counts no longer. Whoever signs has to use SHA-256."),
    "check.dkim.from": marked("DKIM: the signature leaves From out, so that it proves nothing."),
    "check.dkim.many": marked("DKIM: so many signatures of parts of the text are not looked at."),
    "check.dkim.future": marked("DKIM: signed in the future. Look at the clocks of both servers."),
    "check.dkim.expired": marked("DKIM: the signature has expired."),
    "check.dkim.unknown": marked("DKIM: unchecked, for the DNS does not tell the key {name} now ({error})."),
    "check.dkim.no key": marked("DKIM: the key {name} is not in the DNS. Whoever runs the domain has to publish it."),
    "check.dkim.revoked": marked("DKIM: the key {name} was withdrawn."),
    "check.dkim.bad key": marked(
        "DKIM: the record {name} is no key that fits. Whoever runs the domain has to mend it."
    ),
    "check.dkim.key size": marked("DKIM: the key {name} has {bits} bits; 1,024 at least count. A new one is needed."),
    # DMARC.
    "check.dmarc.pass": marked("DMARC: {method} by {by} speaks for {domain}."),
    "check.dmarc.fail": marked("DMARC: neither SPF nor DKIM speaks for {domain}, which asks: {policy}."),
    "check.dmarc.none": marked("DMARC: {domain} has no policy."),
    "check.dmarc.no author": marked("DMARC: From names no single address."),
    "check.dmarc.temperror": marked("DMARC: unchecked, for the DNS of {domain} does not answer ({error})."),
    # ARC.
    "check.arc.none": marked("ARC: nobody on the way vouches for earlier checks."),
    "check.arc.pass": marked("ARC: the chain of {domains} holds. It is shown, and gives no right."),
    "check.arc.form": marked("ARC: the chain is malformed."),
    "check.arc.said so": marked("ARC: the last server says itself that the chain was broken before it."),
    "check.arc.long": marked("ARC: a chain of {count} servers is not followed."),
    "check.arc.broken": marked("ARC: the chain is broken at {domain}."),
    # The virus scanner.
    "check.virus.clean": marked("Virus scanner: nothing found."),
    "check.virus.found": marked("Virus scanner: {virus} found. The email is held and never delivered; drop it."),
    "check.virus.large": marked("Virus scanner: too large to be scanned."),
    "check.virus.dead": marked("Virus scanner: no answer ({error}). Look whether clamd runs."),
    "waits.scanner": marked(
        "It waits: the virus scanner does not answer ({error}). It is asked again each minute; look whether clamd runs."
    ),
    "spam.probe.kept": marked(
        "your filter lets fields pass that a sender wrote, and adds its own below them: nobody can tell them apart. "
        "Let it take them out (rspamd: remove in milter_headers; amavis: remove_existing_spam_headers), "
        "then probe again"
    ),
    "spam.probe.nothing": marked(
        "no field of a spam filter marks the probe. Look whether your filter looks at email from this server, and "
        "whether it writes X-Spam-Flag, X-Spam-Status or X-Spamd-Result"
    ),
    # What a filter reports, in its own word.
    "check.reported": marked("{method}: {result}."),
    "check.reported.domain": marked("{method}: {result}, for {domain}."),
    # Which way it came.
    "passed.mailbox": marked("The mailbox {address} forwards here ({field})."),
    "passed.mailbox.unnamed": marked("A mailbox forwards here, and does not say which one it is ({field})."),
    "passed.recipient": marked("It was for {address} before, and was passed on from there ({field})."),
    "passed.redirect": marked("Redirected by {address} ({field})."),
    "passed.redirect.unnamed": marked("A rule of Exchange redirected it, and does not say of which mailbox ({field})."),
    "passed.list": marked("Sent on by the list {address} ({field})."),
    "passed.list.unnamed": marked("Sent on by a list that does not name itself ({field})."),
    "passed.srs": marked("Passed on by {address}, which rewrote the envelope sender of {author} (SRS, {field})."),
    "passed.srs.unnamed": marked(
        "Passed on by {address}, which rewrote the envelope sender and does not say whose (SRS, {field})."
    ),
    "passed.alias": marked("An alias of your mail server leads here from {address} ({field})."),
    "passed.unmarked": marked(
        "To and Cc name {address} and not this address, and no field says why. A list or alias there leaves no mark, "
        "as distribution lists of Exchange do; or it came as Bcc."
    ),
    "passed.unmarked.nobody": marked(
        "To and Cc name nobody, and no field says why it came to this address: it was Bcc, or a list or alias sent it "
        "on."
    ),
    "passed.straight": marked("Straight to this address: nothing says that somebody passed it on."),
    # A colleague's mail waits.
    "waits.key": marked(
        "It waits: the DNS does not tell the key by which {domain} signs. It is asked again for 15 minutes, then the "
        "email is held."
    ),
}
