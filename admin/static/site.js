// Keeps an open page true: asks the site whether what it shows has changed, and puts the new parts in place.
// Without it every page works the same, once it is loaded again.
"use strict";

(() => {
  const start = document.body.dataset.live;
  const status = document.getElementById("live");
  if (!start || !status) return;

  const url = new URL(start, location.href);
  const parts = (root) => new Map([...root.querySelectorAll("[data-key]")].map((part) => [part.dataset.key, part]));
  const served = new Map([...parts(document)].map(([key, part]) => [key, part.outerHTML]));
  let lost = null;

  const say = (good, text) => {
    status.hidden = false;
    status.className = good ? "live on" : "live off";
    if (status.textContent !== text) status.textContent = text;
  };
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const seen = () =>
    new Promise((done) => {
      if (!document.hidden) return done();
      document.addEventListener("visibilitychange", function look() {
        if (document.hidden) return;
        document.removeEventListener("visibilitychange", look);
        done();
      });
    });

  async function get(address, accept) {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), 30000);
    try {
      const answer = await fetch(address, { headers: { accept }, signal: limit.signal, cache: "no-store" });
      if (answer.status === 401 || answer.redirected) {
        location.reload();
        await pause(60000);
      }
      if (!answer.ok) throw new Error(String(answer.status));
      return accept === "application/json" ? await answer.json() : await answer.text();
    } finally {
      clearTimeout(timer);
    }
  }

  // A part is replaced only where the site serves another one than before: what somebody opened or typed stays.
  function refresh(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const have = parts(document);
    let before = null;
    for (const [key, part] of parts(page)) {
      const now = part.outerHTML;
      const old = have.get(key);
      if (old && served.get(key) === now) {
        before = old;
        continue;
      }
      const fresh = document.importNode(part, true);
      if (old) old.replaceWith(fresh);
      else if (part.parentElement.id === "thread") {
        fresh.classList.add("fresh");
        document.getElementById("thread").append(fresh);
      } else if (before) before.after(fresh);
      served.set(key, now);
      before = fresh;
    }
  }

  async function follow() {
    for (;;) {
      await seen();
      try {
        const answer = await get(url, "application/json");
        if (answer.seen !== url.searchParams.get("seen")) {
          refresh(await get(document.body.dataset.at, "text/html"));
          url.searchParams.set("seen", answer.seen);
        }
        lost = null;
        say(true, `● ${status.dataset.on}`);
      } catch {
        lost ??= new Date();
        const at = lost.toTimeString().slice(0, 5);
        say(false, `▲ ${status.dataset.off.replace("{time}", at)}`);
        await pause(1000);
      }
    }
  }

  say(true, `● ${status.dataset.on}`);
  follow();
})();
