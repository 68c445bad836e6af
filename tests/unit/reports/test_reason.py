"""Why a delivery failed, and whether the address is to blame."""

from __future__ import annotations

import pytest

from weftmail.core.reports import phase, reason


@pytest.mark.parametrize(
    ("status", "diagnostic", "why", "hard"),
    [
        ("5.1.1", "550 5.1.1 User unknown", "no such user", True),
        ("5.1.1", "", "no such user", True),
        (
            "5.0.0",
            "550 <karin@customer.example>: Recipient address rejected: User unknown in table",
            "no such user",
            True,
        ),
        ("4.1.1", "450 4.1.1 User unknown in virtual alias table", "no such user", True),
        ("5.2.2", "mailbox is over quota", "mailbox full", False),
        ("5.0.0", "The user's mailbox is full", "mailbox full", False),
        ("5.3.4", "message size exceeds limit", "too large", False),
        ("5.4.4", "Host or domain name not found", "no such domain", True),
        ("4.4.3", "Host or domain name not found. Name service error", "no such domain", False),
        ("5.7.1", "blocked using zen.spamhaus.org", "network address refused", False),
        ("5.7.1", "Message rejected as spam", "spam or policy", False),
        ("5.7.26", "Unauthenticated email", "authentication", False),
        ("4.4.1", "connection timed out", "expired", False),
        ("5.1.10", "", "does not take mail", True),
        ("5.3.0", "", "system", False),
        ("5.0.0", "something odd", "unknown", False),
        ("5.0.0", "550 something odd", "unknown", True),
        ("", "something odd", "unknown", False),
        ("", "a permanent thing", "unknown", False),
        # 500 to 504 are about the command, 554 is about anything; 551 and 553 are about the recipient.
        ("5.0.0", "502 Not here", "unknown", False),
        ("5.0.0", "503 Wrong order of things", "unknown", False),
        ("5.0.0", "554 We would rather not", "unknown", False),
        ("5.0.0", "551 Somewhere else", "unknown", True),
        ("5.0.0", "553 We would rather not", "unknown", True),
        ("5.5.0", "", "system", False),
        # The far server's own status and words come before a status that the reporting server made up.
        ("5.1.1", "550 The sender's address is on a blocklist", "network address refused", False),
        ("5.1.1", "554 Your server is blacklisted here", "network address refused", False),
        ("5.1.1", "552 there is no storage space left for this box", "mailbox full", False),
        ("5.1.1", "Its quota is used up (#5.1.1)", "mailbox full", False),
        ("5.1.1", "550 5.1.1 refused by policy", "no such user", True),
        ("5.7.27", "550 We accept no mail here", "does not take mail", True),
        # Exact statuses of class 7 come before words.
        ("5.7.23", "550 5.7.23 the mailbox does not exist for you", "authentication", False),
        ("5.7.509", "550 5.7.509 no such user for this sender", "spam or policy", False),
        ("5.7.1", "550 5.7.1 no such user", "no such user", True),
        # Words begin at word borders, and no address or link has any.
        ("5.0.0", "550 <erik@x.example>: Recipient address denied", "unknown", True),
        ("5.0.0", "554 <mailboxfull@x.example> see https://spam.example/user-unknown", "unknown", False),
        # Who takes no mail at all, and who merely takes none from us.
        ("5.3.2", "521 5.3.2 this host receives no mail", "does not take mail", True),
        ("5.3.2", "521 5.3.2 closed for you", "system", False),
        ("5.3.2", "521 5.3.2 accepts no mail, you are on our block list", "does not take mail", False),
        ("5.0.0", "554 the host does not accept mail from strangers", "unknown", False),
        ("5.1.10", "556 5.1.10 the domain has a null MX", "does not take mail", True),
        # A name server that cannot answer says nothing of the name.
        ("", "Host not found, please try again", "network", False),
        ("", "the nameserver of that domain timed out", "network", False),
        ("", "Host mail.x.example not found", "no such domain", True),
        ("", "domain <x.example> unknown", "no such domain", True),
        # A program behind the address failed.
        ("5.3.0", "pipe to |/usr/bin/sort: no such file", "system", False),
        ("5.0.0", "unknown mailer error 2", "system", False),
        # 4.x.x is soft unless the words say that there is no such user.
        ("4.2.0", "450 4.2.0 mailbox unavailable", "no such user", False),
        ("4.0.0", "451 the address could not be verified now", "unknown", False),
        ("4.1.1", "450 4.1.1 nobody called so", "no such user", True),
        # The address can never work.
        ("5.1.3", "501 5.1.3 bad syntax", "no such user", True),
    ],
)
def test_reasons(status: str, diagnostic: str, why: str, hard: bool) -> None:
    assert reason.reason(status, diagnostic) == why
    assert reason.is_hard(status, why, diagnostic) is hard


@pytest.mark.parametrize(
    ("at", "diagnostic", "hard"),
    [
        ("connection", "550 user unknown", False),
        ("hello", "550 no such domain", False),
        ("sender", "550 5.1.1 user unknown", False),
        ("recipient", "550 no", True),
        ("data", "550 no", False),
        ("data", "550 host unknown", False),
        ("data", "550 5.1.1 no", True),
        ("data", "550 user unknown", True),
    ],
)
def test_at_which_command(at: phase.Phase, diagnostic: str, hard: bool) -> None:
    status = reason.status_in(diagnostic)
    assert reason.is_hard(status, reason.reason(status, diagnostic), diagnostic, at) is hard


@pytest.mark.parametrize(
    "words",
    [
        "Der Empfänger ist hier unbekannt",
        "Dieses Postfach existiert nicht",
        "Le destinataire n’existe pas",
        "Adresse introuvable",
        "El usuario no existe",
        "Buzón inexistente",
        "O endereço não foi encontrado",
        "Usuário desconhecido",
        "Utente sconosciuto",
        "La casella non esiste",
        "De gebruiker bestaat niet",
        "Mottagaren finns inte",
        "Okänd användare",
        "Brukeren ble ikke funnet",
        "Ukendt modtager",
        "Vastaanottaja on tuntematon",
        "Adresat nie istnieje",
        "Пользователь не найден",
        "Ящик не существует",
        "收件人不存在",
        "找不到该用户",
        "宛先が見つかりません",
        "存在しないアドレスです",
        "None of these recipients is valid",
        "We were unable to find that mailbox",
        "There is no user with that name",
    ],
)
def test_nobody_there_in_many_languages(words: str) -> None:
    assert (reason.reason("", words), reason.is_hard("", "no such user", words)) == ("no such user", True)


@pytest.mark.parametrize(
    "words",
    [
        "Das Postfach ist voll",
        "La boîte est pleine",
        "El buzón está lleno",
        "A caixa está cheia",
        "La casella è piena",
        "Brevlådan är full",
        "Postboksen er full",
        "Indbakken er fuld",
        "Postilaatikko on täynnä",
        "Het postvak is vol",
        "Skrzynka jest przepełniona",
        "Почтовый ящик переполнен",
        "收件箱已满",
        "メールボックスが満杯です",
        "There is no more room in it",
    ],
)
def test_full_in_many_languages(words: str) -> None:
    assert reason.reason("5.1.1", words) == "mailbox full"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Die Nachricht ist zu groß", "too large"),
        ("Message trop volumineux", "too large"),
        ("Письмо слишком большое", "too large"),
        ("邮件过大", "too large"),
        ("Domäne unbekannt", "no such domain"),
        ("El dominio no existe", "no such domain"),
        ("域名不存在", "no such domain"),
        ("ドメインが見つかりません", "no such domain"),
        ("Courriel rejeté", "spam or policy"),
        ("Отклонено: спам", "spam or policy"),
        ("垃圾邮件", "spam or policy"),
        ("迷惑メール", "spam or policy"),
        ("You have to log in", "authentication"),
        ("please authenticate", "authentication"),
    ],
)
def test_other_reasons_in_many_languages(words: str, why: str) -> None:
    assert reason.reason("5.0.0", words) == why


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("said: 550 no (in reply to MAIL FROM command)", "sender"),
        ("said: 550 no (in reply to end of DATA command)", "data"),
        ("said: 550 no (in reply to RCPT TO command)", "recipient"),
        ("while performing the EHLO handshake", "hello"),
        ("refused to talk to me: 554 no", "connection"),
        ("SMTP error from remote mail server after initial connection: 554", "connection"),
        ("SMTP error from remote mail server after pipelined MAIL FROM:<a@x.example>", "sender"),
        ("SMTP error from remote mail server after sending data block", "data"),
        ("Connected to 192.0.2.7 but sender was rejected.", "sender"),
        ("192.0.2.7 failed after I sent the message.", "data"),
        ("did not like our final DATA:", "data"),
        ("MAIL FROM: anna@acme.example\nRCPT TO: erik@other.example", ""),
    ],
)
def test_commands_that_servers_name(words: str, at: str) -> None:
    assert phase.of(words) == at


def test_commands_in_a_transcript() -> None:
    letter = ">>> MAIL From:<a@x.example>\n<<< 250 ok\n>>> DATA\n<<< 554 5.6.0 odd content\n"
    assert phase.in_transcript(letter, "554 5.6.0 odd content") == "data"
    assert phase.in_transcript(letter, "554 other") == ""
    assert phase.in_transcript("<<< 554 other", "554 other") == ""
    assert phase.in_transcript(letter, "") == ""


def test_status_from_words() -> None:
    assert reason.status_in("550 5.1.1 no") == "5.1.1"
    assert reason.status_in("said: 452 try later") == "4.0.0"
    assert reason.status_in("mx 192.0.2.5 said no") == ""
    assert reason.better("5.0.0", "550 5.1.1 no") == "5.1.1"
    assert reason.better("5.2.2", "550 5.1.1 no") == "5.1.1"
    assert reason.better("5.1.1", "550 5.0.0 no") == "5.1.1"
    assert reason.status_in("problem, code 421: late") == "4.0.0"
    assert reason.status_in("port 587, room 465") == ""
    assert reason.better("5.0.0", "no") == "5.0.0"
    assert reason.better("", "550 no") == "5.0.0"
