// How much is unread stands in the side bar and in the tab's title, behind other tabs too; and the inbox with keys.
// Without it both are right once a page is loaded again.
"use strict";

(() => {
  const pages = document.querySelector("ul.pages[data-unread]");
  if (!pages) return;
  const title = document.title.replace(/^\(\d+\) /, "");
  const ways = "BroadcastChannel" in window ? new BroadcastChannel("weftmail unread") : null;
  let unread = Number(pages.dataset.unread);

  function show() {
    document.title = unread ? `(${unread}) ${title}` : title;
    const place = document.querySelector("[data-key=count-inbox]");
    if (!place || Number(place.textContent) === unread) return;
    place.replaceChildren();
    if (!unread) return;
    const count = document.createElement("span");
    Object.assign(count, { className: "count", textContent: unread });
    place.append(count);
  }
  const looks = () => !document.hidden && document.hasFocus();
  function counted(now, { told = false } = {}) {
    if (now === undefined) return;
    const more = now - unread;
    unread = now;
    show();
    if (told) return;
    ways?.postMessage(now);
    if (more > 0) setTimeout(() => onDesktop(more, now), 1500);
    if (looks()) localStorage.setItem("inbox seen", now);
  }
  ways?.addEventListener("message", (event) => counted(event.data, { told: true }));
  window.unread = { counted, get: () => unread };
  show();

  // On the desktop only where somebody asked for it, and nothing but how much is new: others may see the screen.
  const wanted = () => localStorage.getItem("desktop") === "yes" && window.Notification?.permission === "granted";
  function onDesktop(more, now) {
    if (!wanted() || looks() || Number(localStorage.getItem("inbox seen")) === now) return;
    const said = (more === 1 ? pages.dataset.one : pages.dataset.many).replace("{count}", more);
    const note = new Notification("weftmail", { body: said, tag: "weftmail", icon: document.querySelector("link[rel=icon]").href });
    note.addEventListener("click", () => {
      window.focus();
      location.assign(pages.querySelector("a[href*='/inbox']").href);
    });
  }
  const button = document.querySelector("button.desktop");
  if (button && "Notification" in window && window.isSecureContext) {
    const say = () => {
      button.textContent = Notification.permission === "denied" ? button.dataset.refused : wanted() ? button.dataset.off : button.dataset.on;
      button.disabled = Notification.permission === "denied";
    };
    button.hidden = false;
    say();
    button.addEventListener("click", async () => {
      if (wanted()) localStorage.removeItem("desktop");
      else if ((await Notification.requestPermission()) === "granted") localStorage.setItem("desktop", "yes");
      say();
    });
  }

  // Behind other tabs one of ours asks for all of them: browsers let a site have few connections.
  async function behind() {
    const address = new URL(pages.dataset.counts, location.href);
    while (document.hidden) {
      address.searchParams.set("unread", unread);
      try {
        const answer = await fetch(address, { headers: { accept: "application/json" }, cache: "no-store" });
        if (answer.status === 401 || answer.redirected) return;
        if (!answer.ok) throw new Error(String(answer.status));
        counted((await answer.json()).unread);
      } catch {
        await new Promise((done) => setTimeout(done, 15000));
      }
    }
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && navigator.locks) navigator.locks.request("weftmail unread", behind);
  });
})();

// The inbox: what comes in waits behind a button, and nothing moves that is being read; single letters are keys.
(() => {
  const inbox = document.getElementById("inbox");
  const news = document.querySelector(".fresh-entries");
  if (!inbox || !news) return;
  const rows = (root = inbox) => [...root.querySelectorAll("li[data-entry]")];
  let fresh = null;
  let at = rows().findIndex((row) => `#${row.id}` === location.hash);

  function go(to) {
    const all = rows();
    if (to < 0 || to >= all.length) return;
    all.forEach((row) => row.classList.remove("at"));
    at = to;
    all[at].classList.add("at");
    (all[at].querySelector("a.open") ?? all[at].querySelector("button")).focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
  }

  // Puts in place what the page would show now: what is read or gone at once, what is new behind the button.
  function merge(page, { own = false } = {}) {
    const next = page.getElementById("inbox");
    if (!next) return;
    const have = new Map(rows().map((row) => [row.dataset.entry, row]));
    const there = new Map(rows(next).map((row) => [row.dataset.entry, row]));
    let waiting = 0;
    for (const [key, row] of there) {
      const old = have.get(key);
      if (!old || old.dataset.at !== row.dataset.at) waiting += 1;
      else if (old.innerHTML !== row.innerHTML || old.className.includes("gone")) {
        const holds = old.contains(document.activeElement);
        const put = document.importNode(row, true);
        put.classList.toggle("at", old.classList.contains("at"));
        old.replaceWith(put);
        if (holds) (put.querySelector("a.open") ?? put.querySelector("button"))?.focus({ preventScroll: true });
      }
    }
    for (const [key, row] of have) {
      if (there.has(key)) continue;
      if (own) row.remove();
      else row.classList.add("gone");
    }
    fresh = page;
    const said = (waiting === 1 ? news.dataset.one : news.dataset.many).replace("{count}", waiting);
    if (!waiting) news.replaceChildren();
    else if (news.textContent !== said) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = said;
      news.replaceChildren(button);
    }
    if (own && !rows().length) all();
  }
  function all() {
    if (!fresh) return;
    inbox.replaceChildren(...document.importNode(fresh.getElementById("inbox"), true).childNodes);
    news.replaceChildren();
    at = -1;
  }
  news.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    all();
    go(0);
  });
  document.addEventListener("fresh", (event) => merge(event.detail));

  function bar(page) {
    const said = page.getElementById("undone");
    document.getElementById("undone")?.remove();
    if (said) news.before(document.importNode(said, true));
  }
  inbox.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button?.dataset.act) return;
    event.preventDefault();
    const form = event.target;
    const row = form.closest("li");
    const place = rows().indexOf(row);
    const data = new URLSearchParams(new FormData(form));
    const address = button.getAttribute("formaction") ?? form.getAttribute("action");
    try {
      const answer = await fetch(address, { method: "POST", body: data });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || !page.getElementById("inbox")) throw new Error();
      const held = row.contains(document.activeElement);
      merge(page, { own: true });
      bar(page);
      window.unread?.counted(Number(page.querySelector("ul.pages").dataset.unread));
      if (held) go(Math.min(place, rows().length - 1));
    } catch {
      form.setAttribute("action", address);
      form.submit();
    }
  });

  const press = (act) => () => rows()[at]?.querySelector(`button[data-act=${act}]`)?.click();
  window.listKeys = {
    j: () => go(at + 1),
    k: () => go(Math.max(at - 1, 0)),
    o: () => rows()[at]?.querySelector("a.open")?.click(),
    e: press("done"),
    u: press("unread"),
  };
})();
