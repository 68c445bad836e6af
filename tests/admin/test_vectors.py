"""More of what mails try in a browser, as subject, name, name of a file, words and HTML, on every page that shows them.

The vectors are of our own wording, after kinds that are known of sanitisers: text that another parser reads again,
other namespaces, elements that the HTML parser moves, letters that become others, addresses that are script.
"""

# ruff: noqa: E501 - a vector stands in one line

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Sequence
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import pytest

from tests.admin.chromium import Watched, chromium, served
from tests.admin.conftest import Site
from tests.admin.more_vectors import FAMILIES, TWINS
from tests.admin.test_browser import enter
from weftmail.core.wording.phrase import Phrase

VECTORS = (
    # Read again by another parser: what was text becomes a tag.
    "<noembed><img title='</noembed><img src=x onerror=alert(1)>'></noembed>",
    "<noframes><style></noframes><img src=x onerror=alert(1)></style>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
    "<title><a title='</title><img src=x onerror=alert(1)>'></title>",
    "<select><template><style><!--</style><a rel='--></style></template></select><img src=x onerror=alert(1)>'>",
    "<p><![CDATA[<img src=x onerror=alert(1)>]]></p><svg><![CDATA[><img src=x onerror=alert(1)>]]></svg>",
    "<!--><img src=x onerror=alert(1)>--><!--!><img src=x onerror=alert(1)>--!><img src=x onerror=alert(1)>",
    "<?php echo '<img src=x onerror=alert(1)>' ?><!ENTITY x '<img src=x onerror=alert(1)>'>&x;",
    # Other namespaces, and elements that lead out of them.
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
    "<svg><desc><table><svg><style><p title='</style><img src=x onerror=alert(1)>'>",
    "<math><mi><mglyph><style><![CDATA[</style><img src=x onerror=alert(1)>]]></style>",
    "<svg><foreignObject><iframe srcdoc='&lt;script&gt;parent.alert(1)&lt;/script&gt;'></iframe></foreignObject></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg onload=alert(1)>#x'/></svg>",
    "<svg><a><set attributeName=href to='javascript:alert(1)'/><text y=20>click</text></a></svg>",
    "<svg><script href='data:,alert(1)'/><script xlink:href='https://evil.example/x.js'/></svg>",
    # Moved by the parser.
    "<table><form><td><style><table></form></style><img src=x onerror=alert(1)>",
    "<form id=a><div></form><form id=b><input form=a formaction='javascript:alert(1)' type=submit value=click></form>",
    "<a href='https://safe.example/'><table><a href='javascript:alert(1)'>click</a></table></a>",
    "<p><b><i></p><table></b><td></i><plaintext><img src=x onerror=alert(1)>",
    # Attributes.
    "<img src='x' alt='`' title='`onerror=alert(1)'><img src=x alt=\"'\" title=' onerror=alert(1) '>",
    "<img/src='x'/onerror='alert(1)'/><img\x0bsrc=x\x0conerror=alert(1)><img src=x\u2028onerror=alert(1)>",
    "<p lang=\"'><img src=x onerror=alert(1)>\" dir='\"><img src=x onerror=alert(1)>'>x</p>",
    "<p style='background-image:image-set(\"https://evil.example/a.png\" 1x);content:url(https://evil.example/b)'>x</p>",
    "<p style='font-family:\"}body{background:url(https://evil.example/c)}\"'>x</p><ul style='list-style:url(//evil.example/d)'>",
    "<p style='--a:url(https://evil.example/e);background:var(--a);cursor:url(//evil.example/f),auto;mask:url(//evil.example/g)'>x</p>",
    "<div popover id=p>x</div><button popovertarget=p onbeforetoggle=alert(1)>click</button>",
    "<p onanimationstart=alert(1) onpointerrawupdate=alert(1) oncontentvisibilityautostatechange=alert(1) tabindex=0>click</p>",
    "<a href='x' ping='https://evil.example/ping'>click</a><a href=# attributionsrc='https://evil.example/a'>click</a>",
    # Addresses.
    "<a href='java&Tab;script&colon;alert(1)'>click</a><a href='\x01javascript:alert(1)'>click</a><a href='JaVaScRiPt&#58;alert(1)'>click</a>",
    "<a href='javascript&#x3a;alert(1)//https://safe.example'>click</a><a href='&#14;javascript:alert(1)'>click</a>",
    "<img src='cid:\"onerror=alert(1) '><img src='cid:x\" onerror=\"alert(1)'><img src='cid:remote:https://evil.example/h.gif'>",
    "<img src='data:image/png;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+'><img src='DATA:image/svg+xml;base64,PHN2Zy8+'>",
    "<img srcset='https://evil.example/i.png, //evil.example/j.png 2x' sizes=100vw><img loading=lazy lowsrc=//evil.example/k>",
    # What loads.
    "<link rel=prefetch href='https://evil.example/l'><link rel='dns-prefetch' href='//evil.example'><link rel=preload as=image href='//evil.example/m'>",
    "<meta http-equiv=refresh content='0;javascript:alert(1)'><meta http-equiv='Content-Security-Policy' content='img-src *'>",
    "<style>@font-face{font-family:x;src:url(https://evil.example/n)}p{font-family:x}</style><p>x</p>",
    "<audio src='https://evil.example/o.mp3' autoplay></audio><video><track default src='https://evil.example/p.vtt'></video>",
    "<portal src='https://evil.example/q'></portal><fencedframe></fencedframe><frameset onload=alert(1)><frame src='//evil.example/r'>",
    "<body background='https://evil.example/s.gif' onpageshow=alert(1)><isindex action='javascript:alert(1)'>",
    '<script type=speculationrules>{"prefetch":[{"source":"list","urls":["https://evil.example/t"]}]}</script>',
    "<template shadowrootmode=open><img src=x onerror=alert(1)><slot></slot></template>",
    # Templates and letters.
    "{{ 7 * 7 }} {% raw %}<img src=x onerror=alert(1)>{% endraw %} ${alert(1)} <%= 1 %> #{1}",
    "+ADw-img src=x onerror=alert(1)+AD4- \uff1cimg src=x onerror=alert(1)\uff1e \u2039img src=x onerror=alert(1)\u203a",
    "</bdi></p></li></ol></main></body></html><script>alert(1)</script><!-- ",
)
TAGS, WORDS = re.compile(r"<[^>]*>"), re.compile(r"\w+")
_STEERING = re.compile("[\\x00-\\x1f\u2028]")


def deliver_vectors(site: Site, vectors: Sequence[str]) -> None:
    """Let each vector in twice: filed on one record, and held, for its author takes no part in it."""
    for author in ("evil@other.example", "stranger@third.example"):
        for number, vector in enumerate(vectors):
            plain = _STEERING.sub(" ", vector)
            mail = EmailMessage()
            mail["To"] = "leads@acme.example"
            mail["Subject"] = plain
            mail["Message-ID"] = f"<vector{number}-{author}>"
            mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
            if number or "third" in author:
                mail["References"] = "<vector0-evil@other.example>"
            mail.set_content(vector)
            mail.add_alternative(f"<p>Mail {number}</p>{vector}", subtype="html")
            mail.add_attachment(vector.encode(), "text", "html", filename=plain)
            name = base64.b64encode(plain.encode()).decode()
            raw = f"From: =?utf-8?b?{name}?= <{author}>\n".encode() + mail.as_bytes()
            site.world.deliver(raw, "leads@acme.example", author)
    assert len(site.world.thread("LEAD-2")) == len(vectors)


def _logged(site: Site) -> list[str]:
    """Return the pages of the log: lists, mails that came, copies that left, and what would become of one."""
    came = site.store.listings.inbound(most=500)
    left = site.store.listings.outbox(most=500)
    mails = [f"/log/{row.id}{page}" for row in came[::5] for page in ("", "/again")]
    assert mails and left
    return ["/log", "/log?words=img", *mails, *(f"/log/out/{line.row.id}" for line in left[::5])]


SETS = {
    "of kinds": VECTORS,
    "of families": tuple(itertools.chain.from_iterable([*list(FAMILIES.values())[:3], TWINS])),
    "of more families": tuple(itertools.chain.from_iterable([*list(FAMILIES.values())[3:], TWINS])),
}


@pytest.mark.parametrize("vectors", SETS.values(), ids=SETS)
def test_no_vector_runs_or_loads_on_any_page(site: Site, tmp_path: Path, vectors: Sequence[str]) -> None:
    deliver_vectors(site, vectors)
    world, store = site.world, site.store
    for vector in vectors:
        store.inbox.notify(world.acme, [world.anna], Phrase("notice.held", {"record": vector}), world.clock())
        store.teams.add(world.acme, vector[:100], 1)
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        page = context.new_page()
        watched = Watched(page, home)
        enter(page, site, home)
        page.goto(f"{home}/records/LEAD-2")
        frames = page.locator("iframe.mail")
        assert frames.count() == len(vectors)
        for number in range(len(vectors)):
            frames.nth(number).scroll_into_view_if_needed()
            frame = frames.nth(number).content_frame
            frame.get_by_text(f"Mail {number}", exact=True).wait_for()
            # Nothing of a mail has a name that a script of the page, or a form of it, could take for its own.
            assert frame.locator("[id], [name], [form], [for], [accesskey], [class], [data-live]").count() == 0
            for link in frame.get_by_text("click").all():
                link.click()
            if vectors[number] in TWINS:
                said = " ".join(frame.locator("body").inner_text().split())
                assert all(word in said for word in WORDS.findall(unescape(TAGS.sub(" ", vectors[number]))))
        held = [row for row in store.listings.inbound(most=500) if row.state == "held"]
        assert len(held) == len(vectors)
        paths = ["/records", "/records/LEAD-2/1/html", "/inbox", "/review", "/aliases", "/history", "/outbox", "/teams"]
        for path in (*paths, "/overview", "/users", *_logged(site), *(f"/review/{row.id}" for row in held[::3])):
            answer = page.goto(f"{home}{path}")
            assert answer is not None and answer.status == 200, path
        page.wait_for_timeout(200)
        assert [alarm for alarm in watched.alarms if "popup about:blank" not in alarm] == []
        # The control: what did load would be seen.
        page.evaluate("new Image().src = 'https://evil.example/seen.gif'")
        page.wait_for_function("true")
        assert any("evil.example" in alarm for alarm in watched.alarms)
