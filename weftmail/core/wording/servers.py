"""The sentences of outgoing servers: what does not fit, at which step one says no and what to do, what one changes."""

from __future__ import annotations

from typing import Final

from weftmail.core.wording.phrase import marked

SERVER_REFUSALS: Final = {
    "no_such_server": marked("There is no outgoing server {name}"),
    "no_such_preset": marked("There is no preset {name}; there are {names}"),
    "server_name": marked("{name} is no name for a server; use up to 40 small letters, digits and hyphens"),
    "server_there": marked("There is an outgoing server {name} already"),
    "server_local": marked(
        "The mail server of this machine stays, and takes what no other server takes; its limits can change"
    ),
    "server_host_wanted": marked("Host is empty. Enter the name of the mail server, such as smtp.example.com"),
    "server_host": marked("{host} and its port are no place where a mail server could be"),
    "server_security": marked("Choose one of {names}"),
    "server_sign_in": marked("Choose one of {names}"),
    "server_open": marked("Nothing secret goes without TLS; choose STARTTLS or TLS"),
    "server_for_nobody": marked("Name the domains or addresses in From that it takes"),
    "server_limit": marked("A limit is a number above 0; leave it empty for none"),
    "server_password": marked("Signing in with a password takes a name and a password"),
    "server_certificate": marked("Signing in with a certificate takes the certificate and its key, PEM"),
    "server_oauth": marked("Signing in with OAuth 2 takes a name, a client id, and a client secret or a refresh token"),
    "server_token_url": marked("The address of the token server begins with https"),
}

SERVERS: Final = {
    "server.step.connection": marked(
        "It could not be reached. Look at host and port, and whether a firewall lets you out to that port."
    ),
    "server.step.greeting": marked("It does not want to talk to this machine. Ask its operator why."),
    "server.step.tls": marked("TLS could not begin. Try port 587 with STARTTLS, or port 465 with TLS."),
    "server.step.certificate": marked(
        "Its certificate is not believed. Name the host as the certificate does; if it is of your own authority, "
        "give that."
    ),
    "server.step.token": marked(
        "The token server gave no token. Look at its address, the client id, the secret or refresh token, and the "
        "scope."
    ),
    "server.step.sign-in": marked(
        "It did not take the name and what proves it. Look at both; some providers want a password for apps alone."
    ),
    "server.step.sender": marked(
        "It does not take that sender. Let the provider know the address or the domain in From."
    ),
    "server.step.recipient": marked(
        "It does not take that recipient, although anybody may write there. Ask its operator."
    ),
    "server.step.message": marked("It did not take the email. Its answer says why."),
    "server.what.from": marked("From"),
    "server.what.return_path": marked("Return path"),
    "server.what.message_id": marked("Message-ID"),
    "server.what.reply_to": marked("Reply-To"),
    "server.changed.from": marked("Recipients see another sender than you chose."),
    "server.changed.return_path": marked(
        "Bounces go there and never come home: what does not arrive stays Sent, and nothing is suppressed."
    ),
    "server.changed.message_id": marked("Answers by the Message-ID alone do not find their record."),
    "server.changed.reply_to": marked("Answers do not come to weftmail: do not use this server."),
}
