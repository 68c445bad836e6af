"""The sentences about a domain's records in the DNS: how each stands, why, and what to do next."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import Sentence, counted, marked

DNS: Final[dict[str, Sentence]] = {
    # What the servers of the zone did.
    "dns.unanswered": marked("No server of the zone answers ({servers}): {text}"),
    "dns.to come": marked("Not there yet"),
    "dns.not asked": marked("The DNS has not been asked for it yet"),
    "dns.no zone": marked("The servers of the zone cannot be found: {text}"),
    "dns.servers differ": marked("{ahead} as it should be, but not {behind}: {reason}"),
    "dns.some unanswered": marked("{reason}. But {servers} did not answer: {text}"),
    "dns.resolver failed": marked("The zone is right, but your resolver does not answer: {text}"),
    "dns.resolver behind": marked("The zone is right, but your resolver still has an older answer: {reason}"),
    "dns.cname": marked(
        "{domain} is a CNAME of {target}, so that its records are those of {target} and it can have none of its own"
    ),
    "dns.beside cname": marked("{reason}. {name} is a CNAME of {target}, so nothing can be added beside it"),
    # MX.
    "dns.mx.good": marked("Email comes to {host}"),
    "dns.mx.nameless": marked(
        "This server has no full name yet, such as mx1.acme.example, that an MX record could give"
    ),
    "dns.mx.none": marked("{domain} has no MX record, so no email comes here"),
    "dns.mx.null": marked("{domain} says by a null MX record that it takes no email"),
    "dns.mx.others": marked("Email goes to {hosts}, not to {host}"),
    "dns.mx.later": marked("Email goes to {hosts} first, and to {host} only when they do not answer"),
    # SPF.
    "dns.spf.good": counted(
        "Names this server, with {count} look-up of {most}", "Names this server, with {count} look-ups of {most}"
    ),
    "dns.spf.none": marked("{domain} has no SPF record"),
    "dns.spf.several": marked("There are {count} SPF records; with more than one, none counts"),
    "dns.spf.syntax": marked("The SPF record cannot be read at {text}, so it does not count"),
    "dns.spf.look-ups": marked("Checking the SPF record takes {count} look-ups; beyond {most} it does not count"),
    "dns.spf.void": marked("{count} look-ups of the SPF record find nothing; beyond {most} it does not count"),
    "dns.spf.include failed": marked("The SPF record includes {domain}, whose servers do not answer: {text}"),
    "dns.spf.include none": marked("The SPF record includes {domain}, which has none, so it does not count"),
    "dns.spf.include syntax": marked("The SPF record includes {domain}, whose record cannot be read at {text}"),
    "dns.spf.many mx": marked(
        "The SPF record names the servers of {domain}, of which there are {count}; beyond {most} it does not count"
    ),
    "dns.spf.not named": marked("The SPF record does not let this server send: {addresses}"),
    "dns.spf.everybody": marked("The SPF record lets everybody send ({term})"),
    # DKIM.
    "dns.dkim.good": marked("The key {selector} is in the DNS"),
    "dns.dkim.not yet": marked("{name} is not in the DNS yet; the key signs once every server shows it"),
    "dns.dkim.none": marked("{name} is not in the DNS, so what the key signs does not verify"),
    "dns.dkim.several": marked("There are {count} records at {name}; a receiver may take any of them"),
    "dns.dkim.testing": marked(
        "The record says that DKIM is only being tested (t=y), so receivers may treat the email as unsigned"
    ),
    "dns.dkim.syntax": marked("The record cannot be read at {text}, so it holds no key"),
    "dns.dkim.version": marked("The record is of version {version}, which no receiver reads"),
    "dns.dkim.kind": marked("The record is of a {found} key; ours is a {wanted} key"),
    "dns.dkim.restricted": marked("The record limits what the key may sign: {text}"),
    "dns.dkim.revoked": marked("The record revokes the key {selector}: it holds no key"),
    "dns.dkim.cut": marked("The key {selector} is cut in the DNS, after character {at} of {length}"),
    "dns.dkim.differs": marked("The key at {selector} in the DNS is not ours: it differs from character {at} on"),
    "dns.dkim.no keys": marked("{domain} has no signing keys, so its email leaves unsigned"),
    "dns.dkim.not looked": marked("The DNS was not asked yet since the key {selector} was made"),
    # DMARC.
    "dns.dmarc.good": marked("Its policy is {policy}"),
    "dns.dmarc.inherited": marked("Its policy is {policy}, inherited from {domain}"),
    "dns.dmarc.none": marked("Neither {domain} nor a domain above it has a DMARC record"),
    "dns.dmarc.several": marked("There are {count} DMARC records; with more than one, none counts"),
    "dns.dmarc.version": marked("The record does not begin with v=DMARC1, so it does not count: {text}"),
    "dns.dmarc.syntax": marked("The DMARC record cannot be read at {text}"),
    "dns.dmarc.given up": marked("The DMARC record holds what receivers read no longer (RFC 9989): {tags}"),
    # MTA-STS and TLS-RPT.
    "dns.sts.none": marked("Optional: a policy makes others use TLS, and nothing else, towards {host}"),
    "dns.sts.syntax": marked("The MTA-STS record cannot be read, so it does not count: {text}"),
    "dns.sts.good": marked("Others are asked to use TLS as the policy says"),
    "dns.tlsrpt.none": marked("Optional: others report each day whether TLS towards this domain worked"),
    "dns.tlsrpt.syntax": marked("The TLS-RPT record cannot be read, so it does not count: {text}"),
    "dns.tlsrpt.good": marked("Others report whether TLS worked"),
    "dns.tls.several": marked("There are {count} records at {name}; with more than one, none counts"),
    # The return path, and the server's own names.
    "dns.return.good": marked("Bounces come back to {domain}, the domain in From"),
    "dns.return.no mx": marked("Bounces to {domain} cannot come back while its MX record is wrong"),
    "dns.return.no spf": marked("SPF vouches for {domain} only once its SPF record is right"),
    "dns.ptr.good": marked("Its addresses lead back to {host}, the name in HELO"),
    "dns.host.no address": marked("{host}, the name of this server, has no address in the DNS"),
    "dns.host.private": marked("{host}, the name of this server, leads to {addresses}, which nobody outside reaches"),
    "dns.ptr.none": marked("{address} has no PTR record"),
    "dns.ptr.other": marked("{address} leads back to {names}, not to {host}, the name in HELO"),
    "dns.ptr.failed": marked("The PTR record of {address} cannot be asked for: {text}"),
    # The next step.
    "dns.step.add": marked("Add the record at {name}"),
    "dns.step.replace": marked("Replace the record at {name}"),
    "dns.step.cname": marked("Remove the CNAME at {name}, then add its own records"),
    "dns.step.wait": marked(
        "Wait until {servers} shows it too; if that takes longer than a day, ask who keeps the DNS"
    ),
    "dns.step.servers": marked("Ask who keeps the DNS to look at {servers}"),
    "dns.step.ttl": marked("Wait until the older answer expires"),
    "dns.step.mx others": marked("Have them pass the email on, or let the MX record name {host}"),
    "dns.step.mx later": marked("Give {host} the lowest number, unless the others pass the email on"),
    "dns.step.spf shorten": marked("Take out what is not needed, or name addresses by ip4: and ip6: instead"),
    "dns.step.spf everybody": marked("End the record with ~all or -all"),
    "dns.step.spf wide": marked("Name the addresses of your own servers alone"),
    "dns.step.host address": marked(
        "Give {host} an A record with the public address that email leaves from, or set hostname to a name that has one"
    ),
    "dns.step.spf by name": marked(
        "Give {host} an A record with the public address that email leaves from; then add the record at {name}, which"
        " names this server by its name"
    ),
    "dns.step.spf by name instead": marked(
        "Give {host} an A record with the public address that email leaves from; then replace the record at {name} by"
        " the one that names this server by its name"
    ),
    "dns.step.keys": marked("Make them: {command}"),
    "dns.step.dmarc next": marked("SPF and a signature vouch for what leaves; go on to {record} at {name}"),
    "dns.step.dmarc unaligned": marked(
        "Emails that left unaligned within a day: {count}. Once there are none, p={policy} is next"
    ),
    "dns.step.dmarc first": marked("Keep it until SPF and a signature vouch for what leaves; p={policy} is next then"),
    "dns.step.hostname": marked("Set hostname in the settings file first"),
    "dns.step.sts": marked(
        "Serve {url} (version: STSv1; mode: testing; mx: {host}; max_age: 86400), then add the record at {name}"
    ),
    "dns.step.first mx": marked("Mend the MX record first"),
    "dns.step.first spf": marked("Mend the SPF record first"),
    "dns.step.ptr": marked("Have the provider of {address} set its PTR record to {host}"),
}
