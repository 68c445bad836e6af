"""The hop that counts, in fields as Postfix, Exim and amavis really wrote them."""

from __future__ import annotations

import ipaddress

import pytest

from weftmail.core.limits import HOP_FIELDS
from weftmail.core.parsing import received
from weftmail.core.parsing.received import ReceivedField
from weftmail.core.routing.hop import CountingHop, counting
from weftmail.core.routing.policy import Policy

HOST = "mx1.acme.example"
POLICY = Policy(
    None, frozenset({HOST}), (ipaddress.ip_network("198.51.100.0/28"), ipaddress.ip_network("2001:db8:5::/64"))
)
OUTSIDE = (
    "from mail.customer.example (mail.customer.example [203.0.113.9])\n\tby mx1.acme.example (Postfix) with ESMTPS id "
    "4F2C1\n\tfor <leads@acme.example>; Tue, 24 Nov 2026 10:00:00 +0000 (UTC)"
)
# What Exim 4.96 wrote.
EXIM = "from {}\n\tby mx1.acme.example with {} (Exim 4.96)\n\t(envelope-from <karin@customer.example>)\n\tid 1xWcCw-0003SG-11\n\tfor leads@acme.example;\n\tThu, 26 Nov 2026 16:20:26 +0000"  # noqa: E501
# What amavis 2.13 writes, and Postfix of what amavis hands back.
AMAVIS = (
    "from mx1.acme.example ([127.0.0.1])\n by localhost (mx1.acme.example [127.0.0.1]) (amavis, port 10024)\n with "
    "ESMTP id wBa4W7n5YpQx for <leads@acme.example>;\n Tue, 24 Nov 2026 10:00:01 +0000 (UTC)"
)
BACK = (
    "from localhost (localhost [127.0.0.1])\n\tby mx1.acme.example (Postfix) with ESMTP id 5A7B2\n\tfor "
    "<leads@acme.example>; Tue, 24 Nov 2026 10:00:02 +0000 (UTC)"
)
RELAYED = OUTSIDE.replace(
    "mail.customer.example (mail.customer.example [203.0.113.9])", "mx2 (mx2.acme.example [198.51.100.2])"
)
BACKUP = OUTSIDE.replace("by mx1.acme.example", "by mx2.acme.example")
CUSTOMER = CountingHop(0, "203.0.113.9", "mail.customer.example")


def at(index: int, hop: CountingHop = CUSTOMER) -> CountingHop:
    return CountingHop(index, hop.client, hop.helo, hop.login)


@pytest.mark.parametrize(
    ("fields", "hop"),
    [
        ([OUTSIDE], at(0)),
        ([OUTSIDE, BACK, OUTSIDE], at(0)),
        ([BACK, AMAVIS, OUTSIDE], at(2)),
        ([BACK, OUTSIDE], at(1)),
        ([BACK, BACK, AMAVIS, BACK, OUTSIDE], at(4)),
        ([RELAYED, BACKUP], at(1)),
        ([RELAYED, BACK.replace("by mx1", "by mx2"), AMAVIS, BACKUP], at(3)),
        ([BACK, AMAVIS, RELAYED, BACKUP], at(3)),
        # A relay by its other address family.
        ([RELAYED.replace("[198.51.100.2]", "[IPv6:2001:db8:5::2]"), BACKUP], at(1)),
        # Nobody's word of what lies below a stranger's own field.
        ([BACKUP], None),
        ([BACK, BACKUP], None),
        ([RELAYED], None),
        ([BACK], None),
        ([BACK, AMAVIS], None),
        ([], None),
        # Made on this machine, or of a form that nobody knows.
        (["by mx1.acme.example (Postfix, from userid 0)\n\tid 4F; date", OUTSIDE], None),
        (["from root by mx1.acme.example with local (Exim 4.96)\n\tid 1xW; date"], None),
        (["from a [203.0.113.9] by mx1.acme.example"], None),
        ([OUTSIDE.replace("203.0.113.9", "999.0.0.1")], None),
        (["x" * 9000], None),
        ([BACK] * (HOP_FIELDS + 1) + [OUTSIDE], None),
    ],
)
def test_the_first_hop_of_ours_with_a_client_from_outside(fields: list[str], hop: CountingHop | None) -> None:
    assert counting(fields, "", POLICY) == hop


@pytest.mark.parametrize(
    ("client", "helo"),
    [
        ("[203.0.113.9] (helo=mail.customer.example ident=root)", "mail.customer.example"),
        ("[203.0.113.9]:4567 (helo=mail.customer.example)", "mail.customer.example"),
        ("[203.0.113.9] (port=4567 helo=mail.customer.example)", "mail.customer.example"),
        ("other.example\n\t([203.0.113.9] helo=mail.customer.example ident=root)", "mail.customer.example"),
        ("mail.customer.example ([203.0.113.9] ident=ident1)", "mail.customer.example"),
        ("mail.customer.example ([203.0.113.9]:25)", "mail.customer.example"),
        ("[203.0.113.9]", ""),
    ],
)
def test_as_exim_writes_it(client: str, helo: str) -> None:
    assert counting([EXIM.format(client, "esmtp")], "", POLICY) == CountingHop(0, "203.0.113.9", helo)
    assert counting([EXIM.format(client, "esmtpa")], "1xWcCw-0003SG-11", POLICY) == CountingHop(0, "203.0.113.9", helo)


def test_a_literal_in_helo_is_not_the_client() -> None:
    field = EXIM.format("mail.customer.example\n\t([2001:db8::9] helo=[203.0.113.9] ident=root)", "esmtp")
    assert counting([field], "", POLICY) == CountingHop(0, "2001:db8::9", "[203.0.113.9]")
    mapped = OUTSIDE.replace("[203.0.113.9]", "[IPv6:::ffff:203.0.113.9]")
    assert counting([mapped], "", POLICY) == CUSTOMER


def test_the_login_is_that_of_the_hop_that_counts() -> None:
    signed_in = OUTSIDE.replace("\tby", "\t(Authenticated sender: anna)\n\tby").replace("ESMTPS", "ESMTPSA")
    assert counting([signed_in], "4F2C1", POLICY) == CountingHop(0, "203.0.113.9", "mail.customer.example", "anna")
    assert counting([signed_in], "XXX", POLICY) == CUSTOMER
    assert counting([BACK, AMAVIS, signed_in], "5A7B2", POLICY) == at(
        2, CountingHop(0, "203.0.113.9", CUSTOMER.helo, "anna")
    )
    # From this very machine, as webmail does.
    local = BACK.replace("\tby", "\t(Authenticated sender: anna)\n\tby").replace("ESMTP", "ESMTPSA")
    assert counting([local], "5A7B2", POLICY) == CountingHop(0, "127.0.0.1", "localhost", "anna")
    # What a relay tells of a login is its own affair.
    backup = signed_in.replace("by mx1", "by mx2")
    assert counting([RELAYED, backup], "4F2C1", POLICY) == at(1)


@pytest.mark.parametrize(
    "field",
    [
        OUTSIDE.replace("mail.customer.example (", "x (127.0.0.1) by mx1.acme.example ("),
        OUTSIDE.replace("mail.customer.example [", "mail (customer) ["),
    ],
)
def test_a_hostile_name_makes_the_field_tell_nothing(field: str) -> None:
    assert counting([field], "", POLICY) is None


def test_what_a_field_tells_alone() -> None:
    assert received.read(OUTSIDE) == ReceivedField(HOST, "203.0.113.9", "mail.customer.example", "", "4F2C1")
    assert received.read("from a by b") == ReceivedField("b", helo="a")
    assert received.read("nothing") is None
    sendmail = (
        "from x (anna@y.example [203.0.113.9] (may be forged)) by mx1.acme.example (8.17.1) with ESMTP id 4; date"
    )
    assert received.read(sendmail) == ReceivedField(HOST, "203.0.113.9", "x", "", "4")
    assert received.read("from x (y [203.0.113.9]) (unfinished by z") is None
