"""The conformance suites of others, where a folder of mails brings them: SPF, DKIM, Authentication-Results, ARC.

Each is run by the very functions that check incoming mail, against the suite's own records in place of the DNS.  What
is not met is told by its name, and where we choose otherwise than the suite, why.
"""

from __future__ import annotations

import doctest
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weftmail.core.checking import arc, dkim, spf
from weftmail.core.parsing.block import read_block
from weftmail.core.parsing.seal import read
from weftmail.core.ports import DnsAnswer, DnsFailure, DnsResult, DnsType, NoData, NoSuchName
from weftmail.core.routing.result import CheckResult

_FAILURES = ("TIMEOUT", "~~Query timed out~~", "~~SERVFAIL~~")


@dataclass(frozen=True, slots=True)
class SuiteCase:
    """One question of a suite, what it wants to hear, and what we say."""

    name: str
    wanted: tuple[str, ...]
    found: str
    argued: str = ""
    """Why we want something else than the suite, where we do."""

    @property
    def met(self) -> bool:
        """Whether we say what it wants."""
        return self.found in self.wanted


Zone = dict[str, list[tuple[str, str]]]
"""By name in lower case: kinds and values; the kind "" says that the name answers with a failure."""


class WrittenDns:
    """A ``Resolver`` over records that somebody wrote down; CNAME records are followed."""

    def __init__(self, records: Zone) -> None:
        self._records = records

    def query(self, name: str, kind: DnsType) -> DnsResult:
        """Return what is written down."""
        for _ in range(10):
            there = self._records.get(name.lower().rstrip("."))
            if there is None:
                return NoSuchName()
            values = tuple(value for one, value in there if one == kind)
            if values and "TIMEOUT" not in values:
                return DnsAnswer(name, values, 0)
            if "TIMEOUT" in values or any(one == "" for one, _ in there):
                return DnsFailure("no answer")
            alias = [value for one, value in there if one == "CNAME"]
            if not alias:
                return NoData()
            name = alias[0]
        return NoData()


def spf_cases(folder: Path) -> Iterator[SuiteCase]:
    """The suite of RFC 7208 by openspf, as pyspf ships it."""
    import yaml

    path = folder / "spf_rfc7208" / "test" / "rfc7208-tests.yml"
    if not path.exists():
        return
    for scenario in yaml.safe_load_all(path.read_bytes()):
        records = WrittenDns(dict(_zone(scenario["zonedata"])))
        for name, case in scenario["tests"].items():
            wanted = case["result"] if isinstance(case["result"], list) else [case["result"]]
            found = spf.asked(str(case["host"]), case["mailfrom"], case["helo"], records)[0]
            yield SuiteCase(name, tuple(wanted), found)


def _zone(zone: Mapping[str, list[Any]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for name, entries in zone.items():
        found: list[tuple[str, str]] = []
        has_txt = any(isinstance(one, dict) and "TXT" in one for one in entries)
        for one in entries:
            if not isinstance(one, dict):
                found.append(("", one))
                continue
            for kind, value in one.items():
                if kind == "SPF" and not has_txt:
                    found.append(("TXT", _joined(value)))
                elif kind != "SPF" and value != "NONE":
                    found.append((kind, _joined(value) if kind in ("TXT", "MX") else str(value)))
        yield str(name).lower().rstrip("."), found


def _joined(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], int):
        return f"{value[0]} {value[1]}"
    return "".join(value) if isinstance(value, list) else str(value)


def verdicts(raw: bytes, records: WrittenDns, now: int) -> list[CheckResult]:
    """Return what we say of each DKIM signature of a mail."""
    return [dkim.check(one, records, now) for one in read(read_block(raw), raw) if one.kind == "dkim"]


def dkim_cases(folder: Path) -> Iterator[SuiteCase]:
    """The mails of Mail::DKIM, dkimpy and chasquid, among them the examples of RFC 6376 and RFC 8463."""
    now = int(time.time() * 1000)
    yield from _perl(folder / "mail_dkim_perl" / "t", now)
    yield from _chasquid(folder / "chasquid_dkim" / "testdata", now)
    yield from _dkimpy(folder / "dkimpy" / "dkim" / "tests" / "data", now)


def _perl(folder: Path, now: int) -> Iterator[SuiteCase]:
    if not folder.exists():
        return
    records: Zone = {}
    for line in (folder / "FAKE_DNS.dat").read_text("utf-8").splitlines():
        name, _, text = (part.strip() for part in line.strip().partition(" "))
        if name and not name.startswith("#") and text != "NXDOMAIN":
            records[name.lower()] = [("", text)] if text in _FAILURES else [("TXT", text.strip('"'))]
    for path in sorted((folder / "corpus").glob("*.txt")):
        raw = path.read_bytes()
        found = [one.result for one in verdicts(raw, WrittenDns(records), now)]
        good = path.stem.startswith(("good", "multiple", "mine"))
        argued = ""
        if good and not _OF_TODAY.search(raw.replace(b"\n\t", b"").replace(b"\n ", b"")):
            argued = "signed by SHA-1, or in the form of a draft before the RFC: counts no longer (RFC 8301; 6376, 3.5)"
        wanted = ("pass",) if good and not argued else ("none", "fail", "permerror", "policy", "temperror")
        yield SuiteCase(
            f"Mail::DKIM {path.stem}", wanted, "pass" if "pass" in found else next(iter(found), "none"), argued
        )


_OF_TODAY = re.compile(rb"(?im)^dkim-signature:(?=[^\n]*\bv=1\b)(?=[^\n]*\ba=(?:rsa|ed25519)-sha256\b)")


def _chasquid(folder: Path, now: int) -> Iterator[SuiteCase]:
    for path in sorted(folder.glob("*.result")):
        mail = path.with_suffix(".msg")
        wanted = [one["State"] for one in json.loads(path.read_bytes())["Results"] or []]
        if not mail.exists():
            continue
        zone = path.with_suffix(".dns")
        records = _zone_of(zone if zone.exists() else folder / "08-our_signature.dns")
        found = verdicts(mail.read_bytes(), WrittenDns(records), now)
        for number, state in enumerate(wanted):
            yield SuiteCase(f"chasquid {path.stem} {number + 1}", _STATES[state], found[number].result)


_STATES = {"SUCCESS": ("pass",), "TEMPFAIL": ("temperror",), "PERMFAIL": ("fail", "permerror", "policy")}


def _zone_of(path: Path) -> Zone:
    records: Zone = {}
    for line in path.read_text("utf-8").replace("\\\n", " ").splitlines():
        name, _, text = (part.strip() for part in line.partition(":"))
        if text == "PERMERROR":
            continue
        if text:
            records.setdefault(name.lower(), []).append(("", text) if text == "TEMPERROR" else ("TXT", text))
    return records


def _dkimpy(folder: Path, now: int) -> Iterator[SuiteCase]:
    """The example of RFC 6376, in the forms in which dkimpy signed it, and that of RFC 8463."""
    zone = folder.parents[3] / "chasquid_dkim" / "testdata" / "01-rfc8463.dns"
    if not zone.exists():
        return
    records = WrittenDns(_zone_of(zone))
    for name in ("rfc6376.signed.rsa", "ed25519test"):
        for number, one in enumerate(verdicts((folder / f"{name}.msg").read_bytes(), records, now), start=1):
            yield SuiteCase(f"dkimpy {name} {number}", ("pass",), one.result)


def authres_cases(folder: Path) -> Iterator[SuiteCase]:
    """The examples of authres, which reads what a milter reports."""
    path = folder / "authres" / "authres" / "tests"
    if not path.exists():
        return
    test = doctest.DocTestParser().get_doctest(path.read_text("utf-8"), {}, path.name, str(path), 0)
    runner = doctest.DocTestRunner(verbose=False)
    result = runner.run(test, out=lambda _: None, clear_globs=False)
    for number in range(result.attempted):
        yield SuiteCase(f"authres {number + 1}", ("pass",), "fail" if number < result.failed else "pass")


class Silent:
    """A ``Resolver`` that never knows."""

    def query(self, name: str, kind: DnsType) -> DnsFailure:
        """Return that nobody knows."""
        return DnsFailure("nobody knows")


def arc_results(folder: Path) -> Counter[str]:
    """Return what is said of each mail that bears ARC sets; the keys of their time are gone, so that ``temperror`` is
    the best that can be said: their form is right, and the text is what was signed.
    """
    found: Counter[str] = Counter()
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.stat().st_size > 1_000_000 or path.suffix not in (".eml", ".msg", ".txt", ""):
            continue
        raw = path.read_bytes()
        top = read_block(raw)
        if top.values("arc-seal"):
            one = arc.check(read(top, raw), Silent(), 0)
            found["none" if one is None or one.reason is None else f"{one.result} ({one.reason.code})"] += 1
    return found


SUITES = {
    "SPF (RFC 7208)": spf_cases,
    "DKIM": dkim_cases,
    "Authentication-Results": authres_cases,
}


def table(folder: Path) -> Iterator[str]:
    """Yield a line for each suite, and one for each case that is not met or is argued."""
    for name, cases in SUITES.items():
        found = list(cases(folder))
        if not found:
            yield f"{name:<24} not in this folder"
            continue
        met, argued = sum(one.met for one in found), [one for one in found if one.argued]
        yield f"{name:<24} {met} of {len(found)}, {100 * met / len(found):.1f} %; {len(argued)} of them argued"
        yield from (
            f"  missed: {one.name}: wanted {' or '.join(one.wanted)}, said {one.found}" for one in found if not one.met
        )
        yield from (f"  argued: {one.name}: {one.argued}" for one in argued)
    chains = ", ".join(f"{count} {result}" for result, count in arc_results(folder).most_common())
    yield f"{'ARC, without keys':<24} no goal: {chains or 'not in this folder'}"


def main(words: list[str]) -> int:
    """Print the table of a folder; return 1 where a case is missed."""
    lines = list(table(Path(words[0])))
    print("\n".join(lines))
    return int(any("missed:" in one for one in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
