"""What is said of each record of a domain, and what should be there instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from weftmail.core.dns import dkim, dmarc, host, mx, return_path, spf, spf_cost, tls, zone_text
from weftmail.core.dns.dkim import PublicKey
from weftmail.core.dns.finding import DnsRecord, Judgement, Values, View, over_servers, worst
from weftmail.core.ports import DnsAnswer, DnsFailure, DnsResult, DnsType, NoSuchName
from weftmail.core.wording.phrase import Phrase
from weftmail.core.wording.sentences import say

KEY = PublicKey("wm26a", "acme.example", "v=DKIM1; k=rsa; p=ABCDEFGH", "signing")
HOST = "mx1.acme.example"
OURS = ("203.0.113.7",)


def said(judgement: Judgement) -> str:
    """Return reason and next step in English."""
    step = f" | {say(judgement.step)}" if judgement.step else ""
    return f"{judgement.verdict}: {say(judgement.reason)}{step}"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (("10 mx1.acme.example",), "good: Email comes to mx1.acme.example"),
        (("20 mx2.acme.example", "10 mx1.acme.example"), "good: Email comes to mx1.acme.example"),
        ((), "broken: acme.example has no MX record, so no email comes here | Add the record at acme.example"),
        (
            ("0 .",),
            "broken: acme.example says by a null MX record that it takes no email | Replace the record at acme.example",
        ),
        (
            ("10 gate.other.example",),
            (
                "look: Email goes to gate.other.example, not to mx1.acme.example | Have them pass "
                "the email on, or let the MX "
                "record name mx1.acme.example"
            ),
        ),
        (
            ("20 mx1.acme.example", "x gate.other.example"),
            (
                "look: Email goes to gate.other.example first, and to mx1.acme.example only when "
                "they do not answer | Give "
                "mx1.acme.example the lowest number, unless the others pass the email on"
            ),
        ),
    ],
)
def test_mx(found: Values, words: str) -> None:
    assert said(mx.judge("acme.example", HOST, found)) == words


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("v=DKIM1; k=rsa; p=ABCDEFGH", ""),
        ("p=ABCD EFGH; v=DKIM1", ""),
        ("v=DKIM1;h=sha1:sha256;s=email;t=s; p=AB CDEFGH; n=words; ", ""),
        ("v=DKIM1; k=rsa; p=ABCD", "The key wm26a is cut in the DNS, after character 4 of 8"),
        ("v=DKIM1; k=rsa; p=ABxDEFGH", "The key at wm26a in the DNS is not ours: it differs from character 3 on"),
        ("v=DKIM1; k=rsa; p=ABCDEFGHI", "The key at wm26a in the DNS is not ours: it differs from character 9 on"),
        ("v=DKIM1; k=rsa; p=", "The record revokes the key wm26a: it holds no key"),
        ("v=DKIM1; k=ed25519; p=ABCDEFGH", "The record is of a ed25519 key; ours is a rsa key"),
        ("v=DKIM2; p=ABCDEFGH", "The record is of version DKIM2, which no receiver reads"),
        ("h=sha1; p=ABCDEFGH", "The record limits what the key may sign: h=sha1; p=ABCDEFGH"),
        ("s=tls; p=ABCDEFGH", "The record limits what the key may sign: s=tls; p=ABCDEFGH"),
        ("hello", "The record cannot be read at hello, so it holds no key"),
        ("v=DKIM1; k=rsa; p=ABCDEFGH; p=ABCDEFGH", "The record cannot be read at p=ABCDEFGH, so it holds no key"),
        ("v=DKIM1;; p=ABCDEFGH", "The record cannot be read at ;;, so it holds no key"),
        ("v=DKIM1; k=rsa; P=ABCDEFGH", "The record cannot be read at v=DKIM1; k=rsa; P=ABCDEFGH, so it holds no key"),
        ('"v=DKIM1; p=ABCDEFGH"', 'The record cannot be read at "v=DKIM1, so it holds no key'),
        ("v=DKIM1\\; p=ABCDEFGH", "The record is of version DKIM1\\, which no receiver reads"),
        ("v=spf1 -all", "The record cannot be read at v=spf1 -all, so it holds no key"),
    ],
)
def test_a_key_is_compared_by_itself_and_not_by_the_text_around_it(record: str, words: str) -> None:
    found = dkim.judge(KEY, (record,))
    assert dkim.shows(KEY, (record,)) is (words == "")
    if words:
        assert (found.verdict, say(found.reason)) == ("broken", words)
        assert (found.remove, found.add) == ((DnsRecord(KEY.name, "TXT", record),), (KEY.wanted,))
    else:
        assert said(found) == "good: The key wm26a is in the DNS" and not found.add


def test_a_key_that_says_that_it_is_only_tested_is_ours_and_is_to_be_looked_at() -> None:
    record = "v=DKIM1; t=s:y; p=ABCDEFGH"
    found = dkim.judge(KEY, (record,))
    assert dkim.shows(KEY, (record,)) and said(found).startswith("look: The record says that DKIM is only being tested")
    assert (found.remove, found.add) == ((DnsRecord(KEY.name, "TXT", record),), (KEY.wanted,))
    assert not dkim.shows(KEY, (record, record)) and not dkim.shows(KEY, ())


def test_a_key_that_is_missing_or_there_twice() -> None:
    assert said(dkim.judge(KEY, ())).startswith("broken: wm26a._domainkey.acme.example is not in the DNS, so what")
    made = PublicKey(KEY.selector, KEY.domain, KEY.record, "made")
    assert said(dkim.judge(made, ())).startswith("look: wm26a._domainkey.acme.example is not in the DNS yet")
    assert "There are 2 records at wm26a" in said(dkim.judge(KEY, (KEY.record, "v=DKIM1; p=")))


def cost_of(record: str, rows: dict[tuple[str, DnsType], DnsResult] | None = None) -> spf.Cost | None:
    """Return what a record costs where the DNS has these rows and nothing else."""
    there = rows or {}
    return spf_cost.cost(record, "acme.example", OURS, lambda name, kind: there.get((name, kind), NoSuchName()), HOST)


def text(*values: str) -> DnsAnswer:
    """Return an answer."""
    return DnsAnswer("", values, 0)


ROWS: dict[tuple[str, DnsType], DnsResult] = {
    ("acme.example", "A"): text("203.0.113.7"),
    ("acme.example", "MX"): text("10 mx1.acme.example", "20 away.example"),
    ("mx1.acme.example", "A"): text("203.0.113.9"),
    ("mx1.acme.example", "AAAA"): text("2001:db8::7"),
    ("in.example", "TXT"): text("v=spf1 a:acme.example -all", "other"),
    ("loop.example", "TXT"): text("v=spf1 include:loop.example"),
    ("7.113.0.203.in-addr.arpa", "PTR"): text("mx9.acme.example", "elsewhere.example"),
    ("mx9.acme.example", "A"): text("203.0.113.7"),
    ("7.113.0.203.in-addr.acme.example.list.example", "A"): text("127.0.0.2"),
    ("mx1.acme.example.hosted.example", "TXT"): text("v=spf1 ip4:203.0.113.7 -all"),
    ("many.example", "MX"): text("10 mx9.acme.example"),
    ("down.example", "A"): DnsFailure("SERVFAIL"),
    ("crowd.example", "MX"): text(*(f"10 mx{at}.crowd.example" for at in range(11))),
    ("bad.example", "TXT"): text("v=spf1 foo"),
    ("down.example", "TXT"): DnsFailure("SERVFAIL"),
    ("none.example", "TXT"): text("other"),
}


@pytest.mark.parametrize(
    ("record", "look_ups", "void", "passes"),
    [
        ("v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/32 -all", 0, 0, True),
        ("v=spf1 -ip4:203.0.113.7 +all", 0, 0, False),
        ("v=spf1 ~all", 0, 0, False),
        ("v=spf1 a -all", 1, 0, True),
        ("v=spf1 mx -all", 1, 0, False),
        ("v=spf1 mx/24 -all", 1, 0, True),
        ("v=spf1 mx:gone.example a:gone.example -all", 2, 2, False),
        ("v=spf1 ptr exists:%{i}.x.example a:%{d}.x -all", 3, 2, True),
        ("v=spf1 ptr:example -all", 1, 0, True),
        ("v=spf1 ptr:other.example -all", 1, 0, False),
        ("v=spf1 exists:%{ir}.%{v}.%{d2}.list.example -all", 1, 0, True),
        ("v=spf1 include:%{h}.hosted.example -all", 1, 0, True),
        ("v=spf1 a:%{l}.x exists:%{s} -all", 2, 0, False),
        ("v=spf1 a:%{d1r-}%%%_%- -all", 1, 1, False),
        ("v=spf1 a/24 -all include:gone.example", 1, 0, True),
        ("v=spf1 mx:many.example/8 a//64 -all", 2, 0, True),
        ("v=spf1 a:down.example -all", 1, 0, False),
        ("v=spf1 include:in.example -all", 2, 0, True),
        ("v=spf1 redirect=in.example", 2, 0, True),
        ("v=spf1 redirect=in.example -all", 0, 0, False),
        ("v=spf1 include:%{l}.x exp=why.example -all", 1, 0, False),
    ],
)
def test_what_a_record_costs_and_whether_we_pass(record: str, look_ups: int, void: int, passes: bool) -> None:
    found = cost_of(record, ROWS)
    assert found == spf.Cost(look_ups, void, None, frozenset(OURS if passes else ()))


UNREADABLE = [
    "a/33",
    "mx/999",
    "a//129",
    "a/024",
    "all:acme.example",
    "all/24",
    "include:x.example/24",
    "exists",
    "ptr/24",
    "redirect=",
    "a:%{q}",
    "a:%{d0}",
    "a:%{c}",
    "a:%d",
    "a:räksmörgås.example",
    "ip4:203.0.113.0/255.255.255.0",
    "ip4:203.0.113.7/024",
    "ip4:203.0.113.7/",
    "ip6:fe80::1%eth0",
    "ip4:203.0.113.7/24/24",
    "a\ta",
    ]  # fmt: skip
"""Terms that RFC 7208 has not: a receiver that meets one lets the whole record count for nothing."""


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("v=spf1 include:down.example -all", "includes down.example, whose servers do not answer: SERVFAIL"),
        ("v=spf1 include:none.example -all", "includes none.example, which has none, so it does not count"),
        ("v=spf1 include:gone.example -all", "includes gone.example, which has none, so it does not count"),
        ("v=spf1 include:bad.example -all", "includes bad.example, whose record cannot be read at foo"),
        ("v=spf1 include:loop.example -all", "takes 41 look-ups; beyond 10 it does not count"),
        ("v=spf1 a:a.example a:b.example a:c.example ip4:203.0.113.7", "3 look-ups of the SPF record find nothing"),
        ("v=spf1 ip4:300.1.1.1", "cannot be read at ip4:300.1.1.1"),
        ("v=spf1 ip4:2001:db8::1", "cannot be read at ip4:2001:db8::1"),
        ("v=spf1 include -all", "cannot be read at include"),
        ("v=spf1 al", "cannot be read at al"),
        ("v=spf1 -all", "does not let this server send: 203.0.113.7"),
        ("v=spf1 mx:crowd.example ip4:203.0.113.7 -all", "names the servers of crowd.example, of which there are 11"),
        ("v=spf1 redirect=in.example redirect=in.example", "cannot be read at redirect=in.example"),
        ("v=spf1 exp=a.example exp=b.example ip4:203.0.113.7 -all", "cannot be read at exp=b.example"),
        *((f"v=spf1 {term} ip4:203.0.113.7 -all", f"cannot be read at {term}") for term in UNREADABLE),
    ],
)
def test_records_that_do_not_count(record: str, words: str) -> None:
    found = spf.judge("acme.example", (record,), cost_of(record, ROWS), HOST, OURS)
    assert found.verdict == "broken" and words in say(found.reason)
    assert found.step is not None


def test_a_record_without_end_is_not_followed_without_end() -> None:
    asked: list[str] = []

    def ask(name: str, kind: DnsType) -> DnsResult:
        asked.append(name)
        return text("v=spf1 include:a.example include:b.example ~all") if kind == "TXT" else NoSuchName()

    many = " ".join(f"a:h{at}.example include:i{at}.example" for at in range(300))
    found = spf_cost.cost(f"v=spf1 {many} -all", "acme.example", OURS, ask)
    assert found is not None and found.look_ups > 300 and len(asked) <= spf_cost.STOP


def test_where_no_address_is_known_the_costs_are() -> None:
    rows: dict[tuple[str, DnsType], DnsResult] = {("acme.example", "A"): text("203.0.113.7")}
    found = spf_cost.cost(
        "v=spf1 a ptr exists:%{i}.x ip4:203.0.113.7 -all",
        "acme.example",
        (),
        lambda name, kind: rows.get((name, kind), NoSuchName()),
    )
    assert found == spf.Cost(3, 0, None, frozenset())


def test_an_ipv6_address_is_looked_for_among_its_own() -> None:
    ours, nibbles = "2001:db8::7", "2.0.0.1.0.d.b.8" + ".0" * 23 + ".7"
    rows: dict[tuple[str, DnsType], DnsResult] = {
        ("acme.example", "A"): text("203.0.113.7"),
        ("acme.example", "AAAA"): text("2001:db8::8"),
        (f"{nibbles}.ip6.x.example", "A"): text("127.0.0.2"),
    }
    for record, void in (("a//64", 0), ("exists:%{i}.%{v}.x.example", 0), ("a:gone.example a/32//120", 1)):
        found = spf_cost.cost(
            f"v=spf1 {record} -all",
            "acme.example",
            (ours,),
            lambda name, kind: rows.get((name, kind), NoSuchName()),
        )
        assert found is not None and (found.passes, found.void) == (frozenset([ours]), void), record


def test_spf_that_is_good_or_too_good() -> None:
    good, everybody = "v=spf1 ip4:203.0.113.7 -all", "v=spf1 ip4:203.0.113.7 +all"
    found = spf.judge("acme.example", ("other", good), cost_of(good), HOST, OURS)
    assert said(found) == "good: Names this server, with 0 look-ups of 10"
    found = spf.judge("acme.example", (everybody,), cost_of(everybody), HOST, OURS)
    assert said(found) == "look: The SPF record lets everybody send (+all) | End the record with ~all or -all"
    for term in ("ip4:0.0.0.0/0", "a/0"):
        record = f"v=spf1 {term} -all"
        found = spf.judge("acme.example", (record,), cost_of(record, ROWS), HOST, OURS)
        assert said(found).startswith(f"look: The SPF record lets everybody send ({term}) | Name the addresses of your")


GIVE = "Give mx1.acme.example an A record with the public address that email leaves from"


@pytest.mark.parametrize(
    ("addresses", "because"),
    [
        ((), "mx1.acme.example, the name of this server, has no address in the DNS"),
        (
            ("10.0.0.5", "fd00::5"),
            "mx1.acme.example, the name of this server, leads to 10.0.0.5, fd00::5, which nobody",
        ),
        (("127.0.0.1",), "leads to 127.0.0.1, which nobody outside reaches"),
    ],
)
@pytest.mark.parametrize(
    ("found", "target"),
    [
        ((), "v=spf1 a:mx1.acme.example ~all"),
        (("v=spf1 include:in.example -all",), "v=spf1 include:in.example a:mx1.acme.example -all"),
        (("v=spf1 a:MX1.acme.example. -all",), ""),
    ],
)
def test_a_server_without_a_public_address_is_named_by_its_name(
    found: Values, target: str, addresses: tuple[str, ...], because: str
) -> None:
    cost = cost_of(found[0], ROWS) if found else None
    judged = spf.judge("acme.example", found, cost, HOST, addresses)
    assert judged.verdict == "broken" and judged.step is not None and say(judged.step).startswith(GIVE)
    assert because in say(judged.reason) if found else say(judged.reason) == "acme.example has no SPF record"
    assert [one.value for one in judged.add] == ([target] if target else [])
    assert [one.value for one in judged.remove] == (list(found) if target else [])
    if found and target:
        assert "then replace the record at acme.example" in say(judged.step)
    elif target:
        assert "then add the record at acme.example" in say(judged.step)
    # Once it has an address, the record is right.
    if target:
        rows = {**ROWS, (HOST, "A"): text("203.0.113.7")}
        assert spf.judge("acme.example", (target,), cost_of(target, rows), HOST, OURS).verdict == "good"


def test_a_server_without_a_full_name_is_named_by_no_record() -> None:
    found = spf.judge("acme.example", ("v=spf1 -all",), cost_of("v=spf1 -all"), "localhost", ())
    assert (found.add, found.remove) == ((), ()) and "Give localhost an A record" in said(found)


def test_of_several_addresses_the_public_ones_are_named() -> None:
    both = ("10.0.0.5", "203.0.113.7")
    assert spf.wanted((), HOST, both) == "v=spf1 ip4:203.0.113.7 ~all"
    good = "v=spf1 ip4:203.0.113.7 -all"
    assert spf.judge("acme.example", (good,), cost_of(good), HOST, both).verdict == "good"


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ((), "v=spf1 ip4:203.0.113.7 ip6:2001:db8::7 ~all"),
        (("v=spf1 -all",), "v=spf1 ip4:203.0.113.7 ip6:2001:db8::7 -all"),
        (("v=spf1 mx ?all",), "v=spf1 mx ip4:203.0.113.7 ip6:2001:db8::7 ?all"),
        (("V=SPF1 MX foo",), "v=spf1 MX ip4:203.0.113.7 ip6:2001:db8::7 ~all"),
        (
            ("v=spf1 a -all", "v=spf1 a mx ~all redirect=x.example"),
            "v=spf1 a mx ip4:203.0.113.7 ip6:2001:db8::7 ~all",
        ),
        (("v=spf1 redirect=x.example",), "v=spf1 ip4:203.0.113.7 ip6:2001:db8::7 redirect=x.example"),
        (
            ("v=spf1 redirect=x.example", "v=spf1 a"),
            "v=spf1 a include:x.example ip4:203.0.113.7 ip6:2001:db8::7 ~all",
        ),
        (
            ("v=spf1 -ip4:203.0.113.0/24 exp=a.example a", "v=spf1 exp=b.example -all"),
            "v=spf1 ip4:203.0.113.7 ip6:2001:db8::7 -ip4:203.0.113.0/24 exp=a.example a -all",
        ),
        (("v=spf1 ip4:203.0.113.7 all",), "v=spf1 ip4:203.0.113.7 ip6:2001:db8::7 all"),
    ],
)
def test_records_are_merged_into_one(found: Values, wanted: str) -> None:
    assert spf.wanted(found, HOST, ("203.0.113.7", "2001:db8::7")) == wanted
    assert spf.parse(wanted)


@pytest.mark.parametrize("addresses", [OURS, (), ("10.0.0.5",), ("2001:db8::9",)])
def test_a_new_record_ends_alike_before_and_after_the_dns_is_asked(addresses: tuple[str, ...]) -> None:
    before, after = spf.by_name("acme.example", HOST).value, spf.wanted((), HOST, addresses)
    assert before.split()[-1] == after.split()[-1] == "~all"
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    assert f'"{before}"' in readme


def test_a_record_that_is_right_already_stays() -> None:
    two = ("v=spf1 ip4:203.0.113.7 -all", "v=spf1 -all")
    found = spf.judge("acme.example", two, None, HOST, OURS)
    assert (found.remove, found.add) == ((DnsRecord("acme.example", "TXT", "v=spf1 -all"),), ())


def above(rows: dict[str, str], domain: str = "in.acme.example") -> tuple[str, str] | None:
    """Return from where a policy is inherited, and the record."""
    found = dmarc.inherited(domain, lambda name: (rows[name],) if name in rows else ())
    return (found[0], found[1].record) if found else None


def test_the_tree_is_walked_upwards() -> None:
    assert dmarc.walk("a.b.example") == ["b.example", "example"]
    assert dmarc.walk("a.b.c.d.e.f.g.h.i.example")[0] == "d.e.f.g.h.i.example"
    one = {"_dmarc.acme.example": "v=DMARC1; p=none"}
    assert above(one) == ("acme.example", "v=DMARC1; p=none")
    assert above({}) is None
    assert above({**one, "_dmarc.example": "v=DMARC1; p=reject; psd=y"}) == ("acme.example", "v=DMARC1; p=none")
    assert above({"_dmarc.example": "v=DMARC1; p=reject; psd=y"}) == ("example", "v=DMARC1; p=reject; psd=y")
    ended = {"_dmarc.acme.example": "v=DMARC1; p=none; psd=n", "_dmarc.example": "v=DMARC1; p=reject"}
    assert above(ended) == ("acme.example", "v=DMARC1; p=none; psd=n")
    assert above({**one, "_dmarc.example": "v=DMARC1; p=reject"}) == ("example", "v=DMARC1; p=reject")


NEXT = "SPF and a signature vouch for what leaves; go on to v=DMARC1; p="
AT = "at _dmarc.acme.example"


@pytest.mark.parametrize(
    ("found", "words", "mended"),
    [
        (("v=DMARC1; p=reject",), "good: Its policy is reject", ""),
        (
            ("v=DMARC1;p=none;rua=mailto:a@acme.example;adkim=s",),
            f"good: Its policy is none | {NEXT}quarantine; rua=mailto:a@acme.example; adkim=s {AT}",
            "",
        ),
        (("v=DMARC1; p=quarantine",), f"good: Its policy is quarantine | {NEXT}reject {AT}", ""),
        (
            ("v=DMARC1; p=none; pct=20",),
            (
                "look: The DMARC record holds what receivers read no longer (RFC 9989): pct | Replace the record at "
                "_dmarc.acme.example"
            ),
            "v=DMARC1; p=none",
        ),
        (
            ("v=DMARC1; p=rejekt; rua=nobody; sp=none",),
            (
                "broken: The DMARC record cannot be read at p=rejekt; rua=nobody | Replace the record "
                "at _dmarc.acme.example"
            ),
            "v=DMARC1; p=none; sp=none",
        ),
        (
            ("v=DMARC1; sp=none; p; p=none",),
            "broken: The DMARC record cannot be read at p | Replace the record at _dmarc.acme.example",
            "v=DMARC1; p=none; sp=none",
        ),
        (
            ("v=DMARC1; sp=none",),
            "broken: The DMARC record cannot be read at p= | Replace the record at _dmarc.acme.example",
            "v=DMARC1; p=none; sp=none",
        ),
        (
            ("v=DMARC1; p=none", "v=DMARC1; p=reject"),
            (
                "broken: There are 2 DMARC records; with more than one, none counts | Replace the record at "
                "_dmarc.acme.example"
            ),
            "",
        ),
        (
            ("v=dmarc1; p=none",),
            (
                "broken: The record does not begin with v=DMARC1, so it does not count: v=dmarc1; p=none | Replace the "
                "record at _dmarc.acme.example"
            ),
            "v=DMARC1; p=none",
        ),
        (
            (),
            (
                "look: Neither acme.example nor a domain above it has a DMARC record | Add the record "
                "at _dmarc.acme.example"
            ),
            "v=DMARC1; p=none",
        ),
    ],
)
def test_dmarc(found: Values, words: str, mended: str) -> None:
    judged = dmarc.judge("acme.example", found, lambda: None)
    assert said(judged) == words
    assert [one.value for one in judged.add] == ([mended] if mended else [])
    if mended:
        assert dmarc.judge("acme.example", (mended,), lambda: None).verdict == "good"


def test_an_inherited_policy_is_that_for_subdomains() -> None:
    parent = ("acme.example", dmarc.parse("v=DMARC1; p=none; sp=reject"))
    assert said(dmarc.judge("in.acme.example", (), lambda: parent)) == (
        "good: Its policy is reject, inherited from acme.example"
    )


SERVE = (
    "optional: Optional: a policy makes others use TLS, and nothing else, towards mx1.acme.example | Serve "
    "https://mta-sts.acme.example/.well-known/mta-sts.txt (version: STSv1; mode: testing; mx: mx1.acme.example; "
    "max_age: 86400), then add the record at _mta-sts.acme.example"
)
REPORT = (
    "optional: Optional: others report each day whether TLS towards this domain worked | Add the record at _smtp._tls."
)


def test_the_next_policy_is_one_step_and_waits_until_something_vouches_for_what_leaves() -> None:
    parent = ("acme.example", dmarc.parse("v=DMARC1; p=none"))
    assert said(dmarc.judge("in.acme.example", (), lambda: parent)) == (
        "good: Its policy is none, inherited from acme.example | SPF and a signature vouch for what leaves; go on to "
        "v=DMARC1; p=quarantine at _dmarc.in.acme.example"
    )
    for policy, following in (("none", "quarantine"), ("quarantine", "reject")):
        waits = dmarc.judge("acme.example", (f"v=DMARC1; p={policy}",), lambda: None, vouched=False)
        assert said(waits) == (
            f"good: Its policy is {policy} | Keep it until SPF and a signature vouch for what leaves; "
            f"p={following} is next then"
        )
    assert dmarc.judge("acme.example", ("v=DMARC1; p=reject",), lambda: None, vouched=False).step is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ((), SERVE),
        (("verification=1",), "optional: Optional"),
        (("v=STSv1; id=20261126;",), "good: Others are asked to use TLS as the policy says"),
        (("v = STSv1 ;id=a; more=x",), "good: Others"),
        (("v=STSv1; id=2026-11-26",), "look: The MTA-STS record cannot be read, so it does not count: v=STSv1; id="),
        (("v=STSv1;",), "look: The MTA-STS record cannot be read"),
        (("v=STSv1; id=" + "1" * 33,), "look: The MTA-STS record cannot be read"),
        (("v=STSv1; id=1", "v=STSv1; id=2"), "look: There are 2 records at _mta-sts.acme.example; with more than one"),
    ],
)  # fmt: skip
def test_mta_sts(found: Values, words: str) -> None:
    judged = tls.judge_policy("acme.example", "mx1.acme.example", found)
    assert said(judged).startswith(words)
    assert (
        not judged.add
        and tls.judge_policy("acme.example", HOST, (tls.policy_record("acme.example").value,)).step is None
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ((), REPORT),
        (("v=TLSRPTv1; rua=mailto:tls@acme.example",), "good: Others report whether TLS worked"),
        (("v=TLSRPTv1;rua=https://r.example/v1,mailto:tls@acme.example",), "good: Others report"),
        (("v=TLSRPTv1; rua=tls@acme.example",), "look: The TLS-RPT record cannot be read, so it does not count: v=TLS"),
        (("v=TLSRPTv1;",), "look: The TLS-RPT record cannot be read"),
        (("v=TLSRPTv1; rua=mailto:a@b.example",) * 2, "look: There are 2 records at _smtp._tls.acme.example"),
    ],
)  # fmt: skip
def test_tls_rpt(found: Values, words: str) -> None:
    assert said(tls.judge_reports("acme.example", found)).startswith(words)
    assert tls.judge_reports("acme.example", (tls.report_record("acme.example").value,)).verdict == "good"


def test_the_addresses_of_the_server_lead_back_to_its_name() -> None:
    both = {"203.0.113.7": text(HOST), "2001:db8::7": text("other.example")}
    assert said(host.judge(HOST, OURS, both)) == f"good: Its addresses lead back to {HOST}, the name in HELO"
    found = host.judge(HOST, tuple(both), both)
    assert "2001:db8::7 leads back to other.example, not to mx1.acme.example" in said(found)
    assert found.add[0].name.endswith(".8.b.d.0.1.0.0.2.ip6.arpa")
    assert said(host.judge(HOST, OURS, {"203.0.113.7": NoSuchName()})).startswith(
        "broken: 203.0.113.7 has no PTR record | Have the provider of 203.0.113.7 set"
    )
    assert said(host.judge(HOST, OURS, {"203.0.113.7": DnsFailure("SERVFAIL")})).startswith("look: The PTR record of")
    assert said(host.judge(HOST, (), {})).startswith(f"broken: {HOST}, the name of this server, has no addr")


def test_the_return_path_follows_mx_and_spf() -> None:
    assert said(return_path.judge("acme.example", "good", "look")).startswith("good: Bounces come back to acme.example")
    assert said(return_path.judge("acme.example", "broken", "good")).startswith(
        "broken: Bounces to acme.example cannot"
    )
    assert said(return_path.judge("acme.example", "look", "broken")).startswith("look: SPF vouches for acme.example")


def view(resolver: DnsResult, *servers: DnsResult) -> View:
    """Return what servers and the resolver said."""
    return View("acme.example", "MX", tuple((f"ns{at}", one) for at, one in enumerate(servers, 1)), resolver)


GOOD, OTHER = text("10 mx1.acme.example"), text("10 gate.other.example")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (view(GOOD, GOOD, GOOD), "good: Email comes to mx1.acme.example"),
        (view(GOOD, DnsFailure("SERVFAIL")), "broken: No server of the zone answers (ns1): SERVFAIL | Ask who keeps"),
        (
            view(GOOD, GOOD, NoSuchName()),
            (
                "look: ns1 as it should be, but not ns2: acme.example has no MX record, so no email "
                "comes here | Wait until "
                "ns2 shows it too; if that takes longer than a day, ask who keeps the DNS"
            ),
        ),
        (
            view(GOOD, GOOD, DnsFailure("REFUSED")),
            (
                "look: Email comes to mx1.acme.example. But ns2 did not answer: REFUSED | Ask who "
                "keeps the DNS to look at "
                "ns2"
            ),
        ),
        (
            view(GOOD, NoSuchName(), DnsFailure("REFUSED")),
            "broken: acme.example has no MX record, so no email comes here. But ns2 did not answer: REFUSED | Add",
        ),
        (
            view(OTHER, GOOD),
            "look: The zone is right, but your resolver still has an older answer: Email goes to gate.other.example",
        ),
        (view(DnsFailure("timed out"), GOOD), "look: The zone is right, but your resolver does not answer: timed out"),
        (view(GOOD, NoSuchName()), "broken: acme.example has no MX record"),
    ],
)
def test_what_servers_say_together(asked: View, words: str) -> None:
    assert said(over_servers(asked, lambda found: mx.judge("acme.example", HOST, found))).startswith(words)


def test_the_worst_counts() -> None:
    assert worst(["good", "broken", "look"]) == "broken" and worst([]) == "good"


def test_records_as_whoever_keeps_the_dns_takes_them() -> None:
    long = DnsRecord("a.acme.example", "TXT", 'say "å" ' + "x" * 300)
    assert zone_text.data(long).startswith('"say \\"\\195\\165\\" xxx') and zone_text.data(long).count('" "') == 1
    assert zone_text.data(DnsRecord("a", "TXT", "")) == '""'
    assert zone_text.data(DnsRecord("a", "MX", "0 .")) == "0 ."
    why = Phrase("dns.step.first mx")
    change = Judgement(
        "broken", why, None, (DnsRecord("acme.example", "MX", "0 ."),), (mx.wanted("acme.example", HOST),)
    )
    outside = Judgement("broken", why, None, (), (DnsRecord("7.in-addr.arpa", "PTR", HOST),))
    assert zone_text.zone_file([change, outside]) == [
        "; remove: acme.example. IN MX 0 .",
        "acme.example. 3600 IN MX 10 mx1.acme.example.",
        "7.in-addr.arpa. 3600 IN PTR mx1.acme.example.",
    ]
    assert zone_text.nsupdate("acme.example", [change, outside]) == [
        "zone acme.example.",
        "update delete acme.example. MX 0 .",
        "update add acme.example. 3600 MX 10 mx1.acme.example.",
        "send",
    ]
    assert zone_text.nsupdate("acme.example", [outside]) == []
