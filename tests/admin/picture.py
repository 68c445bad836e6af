"""The picture of the README: a real thread on the real page.  ``python -m tests.admin.picture docs/thread.png``"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from tests.admin.chromium import chromium, served
from tests.admin.conftest import Site
from weftmail.flow.post import Draft, post

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
MOST = 200_000
"""The picture has at most so many bytes."""


def thread(site: Site) -> None:
    """Let a conversation take place: a question, a note, an answer, an answer to that; most of it has arrived."""
    store, world = site.store, site.world
    (record,) = store.records.by_label("LEAD-1")
    anna, bjorn = store.users.get(world.anna), store.users.get(world.bjorn)
    assert anna is not None and bjorn is not None
    store.records.follow(world.acme, record.id, world.bjorn, world.clock())
    _pass(site, 18)
    post(
        store,
        site.installation,
        record,
        bjorn,
        Draft(text="@Anna 38 are in stock, the last two come in week 2.", note=True),
    )
    _pass(site, 51)
    text = (
        "Hello Karin,\n\nall 40 can be with you on 8 January, and a sample is on its way today. The finish: "
        "https://acme.example/chairs/4711\n\nAnna"
    )
    first = post(store, site.installation, record, anna, Draft(text=text))
    _hand_over(site, first)
    _pass(site, 16)
    reference = world.thread("LEAD-1")[-1].rfc_message_id
    world.deliver(
        world.mail(
            subject="Re: Quote for 40 chairs", text="Perfect, we take all 40.\n", references=[reference], verified=True
        ),
        "leads@acme.example",
    )
    _hand_over(site, world.thread("LEAD-1")[-1].id)
    _pass(site, 3)


def _pass(site: Site, minutes: int) -> None:
    site.world.clock.now += minutes * 60_000


def _hand_over(site: Site, message_id: int) -> None:
    for row in [one.row for one in site.store.listings.outbox()]:
        if row.message_id <= message_id:
            for address in site.store.outbox.addresses(site.world.acme, row.id):
                site.store.outbox.settle_delivery(
                    site.world.acme, row.id, address, "sent", "250 ok", site.world.clock()
                )


def main(target: Path) -> int:
    """Take the picture; return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), demo=False)
        site.world.clock.now = int(time.time() * 1000) - 90 * 60_000
        raw = (SAMPLES / "chairs.eml").read_bytes()
        site.world.deliver(raw, "leads@acme.example", "karin@customer.example")
        thread(site)
        with served(site.app) as home, chromium(Path(folder) / "profile", width=1080, height=900) as context:
            page = context.new_page()
            site.store.sessions.add_link("once", site.world.anna, site.world.clock() + 600_000)
            page.goto(f"{home}/enter/once")
            page.get_by_role("button", name="Sign in as Anna").click()
            page.wait_for_url("**/overview*")
            page.goto(f"{home}/records/LEAD-1")
            page.get_by_text("● Live").wait_for()
            # A window as high as the page: what sticks to the window's edges stands where it belongs.
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": 1080, "height": height})
            page.wait_for_function("() => [...document.images].every((one) => one.complete && one.naturalWidth > 0)")
            # The conversation alone: the form below it would make the picture too large.
            end = page.locator("#write").evaluate("one => one.getBoundingClientRect().top")
            page.screenshot(path=target, clip={"x": 0, "y": 0, "width": 1080, "height": end})
        site.store.close()
    # A page has few colours: 128 of them are all that anybody sees, in a third of the bytes.
    Image.open(target).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(target, optimize=True)
    size = target.stat().st_size
    print(f"{target}: {size} bytes")
    return 0 if size < MOST else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
