"""The site in a real browser: in by the one-time link, an answer sent, hostile mail that does nothing, 320 px."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.admin.chromium import Watched, chromium, served
from tests.admin.conftest import Site
from weftmail.core.wording.phrase import Phrase

VECTORS = (
    "<script>alert('canary')</script>",
    "<ScRiPt src=https://evil.example/canary.js></sCrIpT>",
    "<img src=x onerror=\"alert('canary')\"><img src='https://evil.example/canary.gif'>",
    "<svg onload=\"alert('canary')\"><animate onbegin=\"alert('canary')\" attributeName=x dur=1s></svg>",
    "<svg><style><img src=\"</style><img src=x onerror=alert('canary')//\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert('canary')&gt;\">",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror=alert(1) src=x>'>",
    "<iframe srcdoc=\"<script>parent.alert('canary')</script>\"></iframe><iframe src='https://evil.example/canary'>",
    "<object data=\"data:text/html,<script>alert('canary')</script>\"></object><embed src='https://evil.example/c.swf'>",
    "<a href=\"javascript:alert('canary')\">click</a><a href=\" &#106;avascript:alert('canary')\">click</a>",
    "<a href='&#x6a;ava&#x09;script:alert(1)'>click</a><a href='vbscript:alert(1)'>click</a>",
    "<form action='https://evil.example/canary'><button formaction='javascript:alert(1)'>click</button></form>",
    "<link rel=stylesheet href='https://evil.example/c.css'><style>@import 'https://evil.example/c.css';</style>",
    "<p style='background:url(https://evil.example/c.png)'>x</p><p style='background:u\\72l(//evil.example/c)'>y</p>",
    "<p style=\"width:expression(alert('canary'));behavior:url(#x);-moz-binding:url(//evil.example/x)\">x</p>",
    "<div style='position:fixed;top:0;left:0;width:9999px;height:9999px' onmouseover=\"alert('canary')\">click</div>",
    "<meta http-equiv='refresh' content='0;url=https://evil.example/canary'><base href='https://evil.example/'>",
    "<video poster='https://evil.example/c.png' autoplay><source src='https://evil.example/c.mp4' onerror=alert(1)>",
    "<details open ontoggle=\"alert('canary')\">x</details><input autofocus onfocus=\"alert('canary')\">",
    "<marquee onstart=\"alert('canary')\">x</marquee><template><script>alert('canary')</script></template>",
    "<a href=\"data:text/html,<script>alert('canary')</script>\" target=_top>click</a><body onload=alert(1)>",
    "<table background='https://evil.example/c.gif'><td background='https://evil.example/c.gif'>z</table>",
    "</textarea><script>alert('canary')</script></title></style></iframe></body></html><script>alert(1)</script>",
    "<img srcset='https://evil.example/c.png 2x'><picture><source srcset='https://evil.example/c.png'></picture>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'><img src='data:text/html,<script>alert(1)</script>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript><xmp><script>alert(1)</script></xmp>",
)
"""What a mail may try; each stands in a mail of its own, since some of them swallow what follows."""


def hostile(site: Site) -> None:
    """Let the mails in, hostile in HTML, text, subject, names and names of files too: the thread of LEAD-2."""
    first = "<canary0@other.example>"
    for number, vector in enumerate(VECTORS):
        mail = EmailMessage()
        mail["From"] = "\"</bdi><script>alert('canary')</script>\" <evil@other.example>"
        mail["To"] = "leads@acme.example"
        mail["Subject"] = "<img src=x onerror=alert('canary')> {{ 7 * 7 }}"
        mail["Message-ID"] = f"<canary{number}@other.example>"
        mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
        if number:
            mail["References"] = first
        mail.set_content("<script>alert('canary')</script> https://evil.example/\"onclick=\"alert('canary')")
        mail.add_alternative(f"<p>Mail {number}</p>{vector}", subtype="html")
        name = "'><img src=x onerror=alert(1)>"
        mail.add_attachment(b"<script>alert('canary')</script>", "text", "html", filename=name)
        site.world.deliver(mail.as_bytes(), "leads@acme.example", "evil@other.example")
    assert len(site.world.thread("LEAD-2")) == len(VECTORS)


def enter(page: Page, site: Site, home: str) -> None:
    """Sign in as Anna by a one-time link."""
    site.store.sessions.add_link("once", site.world.anna, site.world.clock() + 600_000)
    page.goto(f"{home}/enter/once")
    page.get_by_role("button", name="Sign in as Anna").click()


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return width


def test_from_the_link_to_an_answer_that_is_on_its_way(site: Site, tmp_path: Path) -> None:
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        page = context.new_page()
        watched = Watched(page, home)
        enter(page, site, home)
        assert page.url == f"{home}/records/LEAD-1"
        page.get_by_text("● Live").wait_for()
        page.locator(".editor #text").fill("38 of them, on 8 January.")
        # While Anna writes Karin does: the page says so, her words stay, and Send shows it first.
        first = site.world.thread("LEAD-1")[0].rfc_message_id
        site.world.deliver(
            site.world.mail(text="Make it 38.\n", references=[first], verified=True), "leads@acme.example"
        )
        page.get_by_role("button", name="1 new message").wait_for()
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_text("Make it 38.").wait_for()
        # The answer comes without a new page, so it is waited for.
        page.locator("#write").get_by_text("Somebody wrote while you were writing").wait_for()
        assert page.locator(".editor #text").inner_text().strip() == "38 of them, on 8 January."
        page.get_by_role("button", name="Send", exact=True).click()
        page.wait_for_url("**/records/LEAD-1#m3")
        assert "Anna → Karin Ek" in " ".join(page.inner_text("#m3").split())
        page.get_by_role("radiogroup").get_by_text("Log internal note").click()
        assert not page.get_by_label("Add to To").is_visible()
        page.locator(".editor #text").fill("Call her on Friday.")
        page.get_by_role("button", name="Log internal note").click()
        page.wait_for_url("**/records/LEAD-1#m4")
        assert [one.kind for one in site.world.thread("LEAD-1")] == ["received", "received", "post", "note"]
        assert [alarm for alarm in watched.alarms if "status of 422" not in alarm] == []


def test_hostile_mail_fires_no_canary(site: Site, tmp_path: Path) -> None:
    hostile(site)
    with served(site.app) as home, chromium(tmp_path / "profile") as context:
        page = context.new_page()
        watched = Watched(page, home)
        enter(page, site, home)
        page.goto(f"{home}/records/LEAD-2")
        assert page.locator("iframe.mail").count() == len(VECTORS)
        for number in range(len(VECTORS)):
            page.locator("iframe.mail").nth(number).scroll_into_view_if_needed()
            frame = page.locator("iframe.mail").nth(number).content_frame
            frame.get_by_text(f"Mail {number}", exact=True).wait_for()
            for link in frame.get_by_text("click").all():
                link.click()
        page.get_by_text("Why is this here?").first.click()
        page.wait_for_timeout(300)
        for path in ("/records", "/records/LEAD-2/1/html", "/inbox"):
            page.goto(f"{home}{path}")
            page.wait_for_timeout(200)
        assert [alarm for alarm in watched.alarms if "popup about:blank" not in alarm] == []
        assert len(context.pages) >= 1 and "weftmail" in {cookie["name"] for cookie in context.cookies()}


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_scrolls_sideways_at_320_pixels(site: Site, tmp_path: Path, dark: bool) -> None:
    hostile(site)
    site.store.inbox.notify(
        site.world.acme, [site.world.anna], Phrase("notice.held", {"record": "LEAD-1" + "x" * 200}), 5
    )
    name = site.catch("LEAD-1", site.world.mail(text="y" * 400), site.world.acme, "acme.example")
    paths = ("/records", "/records/LEAD-1", "/records/LEAD-2", "/inbox", "/caught", f"/caught/{name}", "/nothing")
    with served(site.app) as home, chromium(tmp_path / "profile", dark=dark, width=320, height=640) as context:
        page = context.new_page()
        enter(page, site, home)
        for path in paths:
            page.goto(f"{home}{path}")
            page.screenshot(path=tmp_path / f"{path.strip('/').replace('/', '-')}.png", full_page=True)
            assert overflow(page) <= 0, path
        page.goto(f"{home}/records/LEAD-1")
        assert page.get_by_role("button", name="Send", exact=True).is_visible()


def test_everything_but_live_movement_works_without_script(site: Site, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    from tests.admin.chromium import CHROMIUM, FLAGS

    with served(site.app) as home, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=FLAGS, java_script_enabled=False
        )
        page = context.new_page()
        enter(page, site, home)
        page.get_by_label("Add to Cc").fill("Erik Ek <erik@other.example>")
        page.get_by_label("Add to Cc").press("Enter")
        assert page.get_by_text("erik@other.example").first.is_visible()
        assert len(site.world.thread("LEAD-1")) == 1
        page.locator("#text").fill("Hello both")
        page.get_by_role("button", name="Send", exact=True).click()
        assert "Cc Erik Ek" in page.inner_text("#m2")
        assert page.locator("#live").is_hidden()
        page.get_by_role("button", name="Sign out").click()
        assert page.url == f"{home}/sign-in"
        context.close()


def test_whoever_signs_out_is_asked_for_nothing_more_wherever_the_form_leads(site: Site, tmp_path: Path) -> None:
    """A proxy may put a path in front of the site's own; what waits for news is ended by the form all the same."""
    with chromium(tmp_path / "profile") as context, served(site.app) as home:
        page = context.new_page()
        with page.expect_request(lambda one: "/live/" in one.url):
            enter(page, site, home)
        page.evaluate("document.querySelector('form.me').setAttribute('action', '/post/sign-out')")
        page.evaluate("window.addEventListener('submit', (event) => event.preventDefault())")
        with page.expect_event("requestfailed", lambda one: "/live/" in one.url):
            page.get_by_role("button", name="Sign out").click()
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.url))
        site.world.deliver(site.world.mail(), "leads@acme.example")
        assert page.evaluate("fetch('/healthz').then(() => document.querySelector('form.me') !== null)")
        assert [one for one in asked if "/live/" in one] == []


def test_a_page_says_when_it_is_not_live(site: Site, tmp_path: Path) -> None:
    with chromium(tmp_path / "profile") as context:
        with served(site.app) as home:
            page = context.new_page()
            enter(page, site, home)
            page.get_by_text("● Live").wait_for()
        page.get_by_text("Not live since").wait_for()
