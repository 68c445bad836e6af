// Keeps an open page true: asks the site whether what it shows has changed, and puts the new parts in place.
// Without it every page works the same, once it is loaded again.
"use strict";

// What is being composed (an accent, a syllable) is left alone until it is whole; browsers then say compositionend alone.
function whenTyped(where, then) {
  where.addEventListener("input", (event) => event.isComposing || then(event));
  where.addEventListener("compositionend", then);
}

(() => {
  const start = document.body.dataset.live;
  const status = document.getElementById("live");
  if (!start || !status) return;
  // Some pages show nothing that changes but how much is unread: they say nothing of being live.
  const whole = !start.includes("/live/unread?");

  const url = new URL(start, location.href);
  const parts = (root) => new Map([...root.querySelectorAll("[data-key]")].map((part) => [part.dataset.key, part]));
  const served = new Map([...parts(document)].map(([key, part]) => [key, part.outerHTML]));
  let lost = null;

  const say = (good, text) => {
    status.hidden = !whole;
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

  async function get(address, accept, limit = new AbortController()) {
    const timer = setTimeout(() => limit.abort(), 30000);
    try {
      const answer = await fetch(address, { headers: { accept }, signal: limit.signal, cache: "no-store" });
      if (answer.status === 401 || answer.redirected) {
        // What somebody has begun to write stays, and the form says what to do.
        if (!document.dispatchEvent(new Event("signed-out", { cancelable: true }))) await pause(5000);
        else if (!typedHere()) location.reload();
        await pause(60000);
      }
      if (!answer.ok) throw new Error(String(answer.status));
      return accept === "application/json" ? await answer.json() : await answer.text();
    } finally {
      clearTimeout(timer);
    }
  }

  // What somebody has changed in a form of the page and has not sent: loading the page again would lose it.
  const typedHere = () =>
    [...document.querySelectorAll("form[method=post]")].some((form) =>
      [...form.elements].some((one) => {
        if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
        if (one.type === "file") return one.files.length > 0;
        if (one.matches("select")) return [...one.options].some((each) => each.selected !== each.defaultSelected) && one.selectedIndex > 0;
        return one.matches("input:not([type=hidden]), textarea") && one.value !== one.defaultValue;
      }),
    );

  // Whoever writes keeps the form where it is, however much comes in above it.
  function inPlace(change) {
    const form = document.getElementById("write");
    const at = form?.getBoundingClientRect();
    const holds = at && at.top < innerHeight && at.bottom > 0;
    // The browser's own way of holding a place would move the page once more.
    if (holds) document.documentElement.style.overflowAnchor = "none";
    change();
    if (!holds) return;
    const back = () => scrollBy({ top: form.getBoundingClientRect().top - at.top, behavior: "instant" });
    back();
    requestAnimationFrame(() => {
      back();
      document.documentElement.style.overflowAnchor = "";
    });
  }

  // What came in waits behind a button, so that nothing moves that is being read or written.
  const below = document.getElementById("below");
  const waiting = () => [...document.querySelectorAll("#thread > .waiting")];
  function tell() {
    const found = waiting();
    const said = found.filter((one) => !one.classList.contains("event")).length;
    const { one, many, change } = below.dataset;
    below.querySelector("button").textContent = said === 0 ? change : said === 1 ? one : many.replace("{count}", said);
    below.hidden = found.length === 0;
  }
  below?.addEventListener("click", () => {
    const found = waiting();
    found.forEach((one) => one.classList.remove("waiting"));
    below.hidden = true;
    found[0]?.scrollIntoView({ block: "start" });
    found[0]?.setAttribute("tabindex", "-1");
    found[0]?.focus({ preventScroll: true });
    // Now they are read.
    fetch(document.body.dataset.at, { headers: { accept: "text/html" }, cache: "no-store" }).catch(() => {});
  });

  // A part is replaced only where the site serves another one than before: what somebody opened or typed stays.
  function refresh(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.dispatchEvent(new CustomEvent("fresh", { detail: page }));
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
        // What Send was stopped for is shown at once.
        if (document.body.dataset.outrun !== "yes" && !fresh.dataset.own) fresh.classList.add("waiting");
        document.getElementById("thread").append(fresh);
      } else if (before) before.after(fresh);
      if (old?.classList.contains("waiting")) fresh.classList.add("waiting");
      served.set(key, now);
      before = fresh;
    }
    if (below) tell();
  }

  // The page is fetched without that what it holds counts as read.
  function peek(at) {
    const address = new URL(at, location.href);
    address.searchParams.set("peek", "yes");
    return address;
  }

  // Others at the record are told that somebody writes, as long as they do.
  const WRITES = 30000;
  let typed = 0;
  let asking = new AbortController();
  let again = false;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "text" || !event.target.closest("#write")) return;
    const since = Date.now() - typed;
    typed = Date.now();
    if (since < WRITES) return;
    again = true;
    asking.abort();
  });
  function whether() {
    if (typed && Date.now() - typed < WRITES && document.querySelector("#write textarea")?.value.trim()) {
      url.searchParams.set("writing", "yes");
    } else url.searchParams.delete("writing");
    if (window.unread) url.searchParams.set("unread", window.unread.get());
    return url;
  }

  // Whoever signs out is asked for nothing more: the site would refuse the answer, and say so.
  let leaving = false;
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.matches("[data-signs-out]")) return;
    leaving = true;
    asking.abort();
  });

  async function follow() {
    while (!leaving) {
      await seen();
      try {
        asking = new AbortController();
        const answer = await get(whether(), "application/json", asking);
        if (answer.seen !== url.searchParams.get("seen")) {
          const html = await get(below ? peek(document.body.dataset.at) : document.body.dataset.at, "text/html", asking);
          inPlace(() => refresh(html));
          url.searchParams.set("seen", answer.seen);
        }
        window.unread?.counted(answer.unread);
        lost = null;
        say(true, `● ${status.dataset.on}`);
      } catch {
        if (leaving) return;
        if (again) {
          again = false;
          continue;
        }
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

// The list of pages shows the one that is open, however far to the right, or far down, it stands.
(() => {
  const pages = document.querySelector("ul.pages"), side = pages?.closest(".side");
  const here = pages?.querySelector("[aria-current]")?.getBoundingClientRect();
  if (!here) return;
  pages.scrollLeft += Math.max(0, here.right - pages.getBoundingClientRect().right + 24);
  const end = side.querySelector(".me")?.getBoundingClientRect().top;
  if (end && side.scrollHeight > side.clientHeight) side.scrollTop += Math.max(0, here.bottom - end + 32);
})();

// The form keeps what was written and chosen whatever becomes of it: refused, too large, signed out, not reached.
// Without it the form works the same, but files have to be chosen again.
(() => {
  const form = () => document.getElementById("write");
  // Another user of this tab, and a record of the same number in another company, have words of their own.
  const key = `draft ${document.body.dataset.whose} ${location.pathname.replace(/\/write$/, "")}`;
  const text = () => form().querySelector("textarea");
  const chosen = () => form().querySelector("input[type=file]");
  const keeps = () => form().dataset.draft;
  const unsent = () => text().value.trim() !== "" || chosen().files.length > 0;
  // On pages without the form, too, what was written goes with whoever signs out.
  let unkept = false;
  if (!form()) {
    keepNothing();
    return;
  }

  // The draft is kept on the server while somebody types; the newest words stay here until they are there.
  let timer = 0;
  let saving = Promise.resolve();
  function later() {
    if (!keeps()) return;
    unkept = true;
    clearTimeout(timer);
    timer = setTimeout(keep, 800);
  }
  function keep() {
    clearTimeout(timer);
    unkept = false;
    saving = saving.then(() => kept());
    return saving;
  }
  const words = () => {
    const data = new FormData(form());
    data.delete("files");
    return data;
  };
  function handed(data, upload) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      request.open("POST", keeps());
      request.responseType = "json";
      upload?.watch(request);
      request.addEventListener("load", () => done(request));
      request.addEventListener("error", failed);
      request.addEventListener("abort", failed);
      request.send(data);
    });
  }
  // Returns what the site answered, nothing where it was not kept.
  async function kept(upload) {
    const data = words();
    const said = text().value;
    if (upload) data.append(upload.inline ? "images" : "files", upload.file);
    const line = form().querySelector("#kept");
    let answer;
    try {
      answer = await handed(data, upload);
    } catch {
      // Not reached: the words stay here, and so does the file, in its field.
      if (upload && !upload.cancelled) say(form().dataset.unreached);
      line.textContent = "";
      return null;
    }
    if (answer.status === 409 && answer.response) return elsewhere(answer.response, said);
    if (answer.status !== 200 || !answer.response) {
      line.textContent = "";
      if (answer.status === 401 || answer.responseURL.includes("/sign-in")) signedOut();
      else if (answer.response?.wrong) {
        say(answer.response.wrong);
        if (upload) upload.refused = true;
      } else if (upload) say(form().dataset.unreached);
      return null;
    }
    form().elements.draft.value = answer.response.draft || "";
    form().elements.version.value = answer.response.version;
    form().querySelector("#elsewhere")?.setAttribute("hidden", "");
    // A record that is begun has a place of its own, to which whoever comes back is led.
    if (form().dataset.place && answer.response.draft) {
      const place = new URL(form().dataset.place, location.href);
      place.searchParams.set("draft", answer.response.draft);
      history.replaceState(null, "", place);
    }
    if (answer.response.gone) say(answer.response.gone);
    line.textContent = answer.response.kept ? form().dataset.kept.replace("{time}", answer.response.kept) : "";
    form().querySelector("#discard").hidden = !answer.response.draft;
    show(answer.response.files);
    if (text().value === said) forgetHere();
    return answer.response;
  }
  // Another page kept other words in the place of these: the site keeps both, and whoever writes says which counts.
  function elsewhere(answer, said) {
    form().elements.draft.value = answer.draft;
    form().elements.version.value = answer.version;
    form().querySelector("#kept").textContent = "";
    const bar = form().querySelector("#elsewhere");
    const line = bar.querySelector("span");
    line.textContent = `▲ ${line.dataset.said.replace("{time}", answer.elsewhere)}`;
    if (bar.hidden) {
      bar.hidden = false;
      bar.scrollIntoView({ block: "nearest" });
    }
    show(answer.files);
    if (text().value === said) forgetHere();
    return answer;
  }
  function keepHere() {
    sessionStorage.setItem(key, text().value);
    sessionStorage.setItem(`${key} html`, form().elements.html?.value ?? "");
    // Which version the words come from: another page may keep others before these reach the site.
    if (!keeps()) return;
    for (const name of ["version", "pen"]) sessionStorage.setItem(`${key} ${name}`, form().elements[name].value);
  }
  function forgetHere() {
    sessionStorage.removeItem(key);
    for (const name of ["html", "version", "pen"]) sessionStorage.removeItem(`${key} ${name}`);
  }
  function show(files) {
    const unticked = new Set([...form().querySelectorAll("[name=kept]:not(:checked)")].map((one) => one.value));
    form().querySelector("#kept-files").replaceChildren(...files.map(([id, name, size, bytes, inline]) => {
      const chip = document.createElement("label");
      chip.className = inline ? "chip inline" : "chip";
      const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "kept", value: id });
      box.checked = !unticked.has(String(id));
      box.dataset.size = bytes;
      const said = document.createElement("span");
      const bare = Object.assign(document.createElement("bdi"), { textContent: name });
      const dim = Object.assign(document.createElement("span"), { className: "dim", textContent: ` ${size}` });
      said.append(bare, dim);
      chip.append(box, " ", said);
      return chip;
    }));
  }
  // Files are uploaded once they are chosen, pasted or dropped, one after another, each with its progress and a way to
  // cancel: no reload loses them.  What cannot be uploaded stays in the field, and goes with Send.
  const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
  let uploads = 0;
  const waiting = new Set();
  function list() {
    const there = form().querySelector(".uploads");
    if (there) return there;
    const made = Object.assign(document.createElement("ul"), { className: "uploads" });
    form().querySelector("#kept-files").after(made);
    return made;
  }
  // What does not fit stands here until it is taken out: it is in no field then, and nobody sends a message believing
  // that the file went with it.
  const unfit = () => form().querySelector(".unfit");
  function refuse(files) {
    for (const file of files) {
      const line = Object.assign(document.createElement("li"), { className: "unfit" });
      const name = Object.assign(document.createElement("bdi"), { textContent: file.name });
      const out = Object.assign(document.createElement("button"), { type: "button", textContent: form().dataset.remove, ariaLabel: `${form().dataset.remove}: ${file.name}` });
      out.addEventListener("click", () => {
        line.remove();
        if (!list().children.length) list().remove();
        if (unfit()) return unfit().querySelector("button").focus();
        form().querySelector("#went-wrong")?.remove();
        chosen().focus();
      });
      line.append("✕ ", name, ` ${(file.size / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} MB `, out);
      list().append(line);
    }
  }
  function upload(file, inline) {
    const line = document.createElement("li");
    const name = Object.assign(document.createElement("bdi"), { textContent: file.name });
    const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0, ariaLabel: form().dataset.uploading.replace("{name}", file.name) });
    const cancel = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: form().dataset.cancel, ariaLabel: `${form().dataset.cancel}: ${file.name}` });
    line.append(name, bar, cancel);
    list().append(line);
    let request = null;
    const one = {
      file, inline, cancelled: false,
      watch(made) {
        request = made;
        request.upload.addEventListener("progress", (event) => (bar.value = Math.floor((100 * event.loaded) / event.total)));
      },
      end() {
        line.remove();
        if (!list().children.length) list().remove();
        waiting.delete(one);
      },
    };
    cancel.addEventListener("click", () => {
      one.cancelled = true;
      request?.abort();
      one.end();
    });
    waiting.add(one);
    return one;
  }
  const inField = (files) => {
    const transfer = new DataTransfer();
    files.forEach((file) => transfer.items.add(file));
    chosen().files = transfer.files;
  };
  function choose(files) {
    inField([...chosen().files, ...files]);
  }
  function take(files, place) {
    files = [...files];
    const there = [...form().querySelectorAll("[name=kept]:checked")].reduce((sum, one) => sum + Number(one.dataset.size), 0);
    const coming = [...waiting].reduce((sum, one) => sum + one.file.size, there);
    const size = files.reduce((sum, file) => sum + file.size, coming);
    if (size > Number(form().dataset.most)) {
      inField([...chosen().files].filter((one) => !files.includes(one)));
      refuse(files);
      return say(form().dataset.tooLarge);
    }
    if (!unfit()) form().querySelector("#went-wrong")?.remove();
    clearTimeout(timer);
    unkept = false;
    files.forEach((file) => {
      const inline = Boolean(place) && IMAGES.includes(file.type);
      const id = `upload-${(uploads += 1)}`;
      if (inline) place.begin(id);
      const one = upload(file, inline);
      saving = saving.then(async () => {
        const answer = one.cancelled ? null : await kept(one);
        one.end();
        const others = [...chosen().files].filter((each) => each !== file);
        inField(answer || one.cancelled || one.refused ? others : [...others, file]);
        if (one.refused) refuse([file]);
        const [, name, , , src] = answer?.files.at(-1) ?? [];
        if (inline) place.done(id, answer ? src : "", name?.replace(/\.[a-z]+$/i, "").replace(/^image$/, "") ?? "");
      });
    });
  }
  window.composer = { take, choose };
  document.addEventListener("change", (event) => {
    if (event.target === chosen() && keeps() && chosen().files.length) take(chosen().files);
    else if (event.target.name === "kept" || event.target.name === "tab") later();
  });
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (event.defaultPrevented || !files?.length || !keeps() || !event.target.closest?.("#write")) return;
    event.preventDefault();
    take(files);
  });
  document.addEventListener("dragover", (event) => {
    if (keeps() && event.target.closest?.("#write") && event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (event.defaultPrevented || !keeps() || !event.target.closest?.("#write") || !event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  addEventListener("pagehide", () => unkept && navigator.sendBeacon(keeps(), words()));

  const left = sessionStorage.getItem(key);
  if (left !== null && (text().value === "" || keeps()) && left !== text().value) {
    text().value = left;
    for (const name of keeps() ? ["version", "pen"] : []) {
      form().elements[name].value = sessionStorage.getItem(`${key} ${name}`) ?? form().elements[name].value;
    }
    text().dataset.html = sessionStorage.getItem(`${key} html`) ?? "";
    later();
  }
  document.addEventListener("input", (event) => {
    if (!event.target.closest?.("#write")) return;
    if (event.target === text()) keepHere();
    if (event.target !== chosen() && !event.target.matches(".add")) later();
  });
  keepNothing();

  // What was written here is nobody else's: it goes with whoever signs out.
  function keepNothing() {
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("form.me")) return;
      if (form() && !keeps() && unsent() && !confirm(form().dataset.unsent)) return event.preventDefault();
      if (form() && unkept) navigator.sendBeacon(keeps(), words());
      unkept = false;
      sessionStorage.clear();
    });
  }

  function say(what, link) {
    form().querySelector("#went-wrong")?.remove();
    const line = document.createElement("p");
    line.id = "went-wrong";
    line.className = "error";
    line.setAttribute("role", "alert");
    line.textContent = `▲ ${what} `;
    if (link) {
      const there = document.createElement("a");
      const icon = document.querySelector("link[rel=icon]").href;
      Object.assign(there, { href: new URL("../sign-in", icon).href, target: "_blank", rel: "noopener", textContent: link });
      line.append(there);
    }
    form().querySelector(".go").before(line);
    line.scrollIntoView({ block: "nearest" });
  }
  const signedOut = () => say(form().dataset.signedOut, form().dataset.signIn);

  document.addEventListener("signed-out", (event) => {
    if (!unsent()) return;
    event.preventDefault();
    signedOut();
  });

  // Bcc is opened by who needs it.
  function fold() {
    const hidden = form().querySelector(".unopened");
    if (!hidden) return;
    hidden.hidden = true;
    const open = document.createElement("button");
    Object.assign(open, { type: "button", className: "quiet", textContent: hidden.querySelector(".name").textContent });
    open.addEventListener("click", () => {
      hidden.hidden = false;
      open.remove();
      hidden.querySelector(".add").focus();
    });
    hidden.previousElementSibling.querySelector(".chips").append(open);
  }
  fold();

  function swap(fresh) {
    const next = document.importNode(fresh, true);
    next.querySelector("input[type=file]").replaceWith(chosen());
    next.querySelector(".chosen")?.remove();
    form().replaceWith(next);
    fold();
    document.dispatchEvent(new Event("composer"));
    if (next.querySelector("[role=alert]")) {
      document.body.dataset.outrun = "yes";
      if (!document.getElementById("below")?.hidden) document.querySelector("#below button").click();
    }
    (next.querySelector("[aria-invalid]") ?? next.querySelector("#text")).focus();
  }

  // A form that has expired gets the mark of the session that there is now.
  async function renew() {
    const answer = await fetch(document.body.dataset.at ?? location.href, { cache: "no-store" });
    if (answer.redirected) return signedOut();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("write");
    if (!fresh) return location.reload();
    form().elements.csrf.value = fresh.elements.csrf.value;
    say(form().dataset.expired);
  }

  async function sent(button) {
    const data = new FormData(form());
    data.append(button.name, button.value);
    let answer;
    try {
      answer = await fetch(form().action, { method: "POST", body: data });
    } catch {
      return say(form().dataset.unreached);
    }
    const away = answer.redirected && new URL(answer.url).pathname.endsWith("/sign-in");
    if (away || answer.status === 401) return signedOut();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.redirected) {
      forgetHere();
      unkept = false;
      const last = page.querySelector("#leaving > article:last-child") ?? page.querySelector("#thread > li:last-child");
      history.replaceState(null, "", `${answer.url}${last ? `#${last.id}` : ""}`);
      history.scrollRestoration = "manual";
      // What was sent is what is looked at next.
      if (last) sessionStorage.setItem("sent", last.id);
      return location.reload();
    }
    const fresh = page.getElementById("write");
    if (fresh) return swap(fresh);
    if (answer.status === 403) return renew();
    const said = [...page.querySelectorAll("main h1, main h1 + p")].map((one) => one.textContent.trim());
    say(said.length ? said.join(". ") : page.body.textContent);
  }

  // Reply, Reply all, Forward and New change the form in place: what somebody wrote stays.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-compose]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const address = new URL(link.href);
    address.searchParams.set("peek", "yes");
    try {
      if (unkept) keep();
      await saving;
      const answer = await fetch(address, { headers: { accept: "text/html" }, cache: "no-store" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("write");
      if (!answer.ok || answer.redirected || !fresh) throw new Error();
      swap(fresh);
      form().scrollIntoView({ block: "nearest" });
      // What somebody wrote stands above what is forwarded.
      if (text().editor) return text().editor.caret("----------");
      text().focus();
      const end = text().value.indexOf("\n\n----------");
      text().setSelectionRange(end < 0 ? text().value.length : end, end < 0 ? text().value.length : end);
    } catch {
      location.assign(link.href);
    }
  });
  const last = (how) => () => [...document.querySelectorAll(`a[data-compose=${how}]`)].pop()?.click();
  window.recordKeys = { r: last("reply"), a: last("all"), f: last("forward") };

  // Ctrl and Enter press the button of what is written: Send, or Log internal note.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    if (!event.target.closest?.("#write")) return;
    event.preventDefault();
    [...form().querySelectorAll("button.primary")].find((one) => one.checkVisibility())?.click();
  });

  document.addEventListener("submit", async (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    const button = event.submitter ?? form().querySelector("button");
    if (form().ariaBusy === "true") return;
    const size = [...chosen().files].reduce((sum, file) => sum + file.size, 0);
    if (size > Number(form().dataset.most)) {
      refuse([...chosen().files]);
      inField([]);
    }
    if (unfit() && !["discard", "look"].includes(button.value)) return say(form().dataset.tooLarge);
    form().ariaBusy = "true";
    clearTimeout(timer);
    try {
      await saving;
      await sent(button);
    } finally {
      if (form()) form().ariaBusy = "false";
    }
  });
})();

// A frame is as high as the mail in it, however long that is; images that come later make it grow once more.
// The mail is measured in a frame without height, so that nothing in it can grow with the frame.
(() => {
  const given = new WeakMap();
  const grown = new ResizeObserver((seen) => seen.forEach((one) => {
    const frame = one.target.ownerDocument.defaultView?.frameElement;
    if (frame?.isConnected) fit(frame);
  }));
  const fit = (frame) => {
    const mail = frame.contentDocument?.documentElement;
    // One that somebody pulled to another height keeps it.
    if (!mail?.querySelector("body") || (given.has(frame) && frame.style.height !== given.get(frame))) return;
    const at = scrollY;
    frame.style.height = "0";
    const bar = mail.scrollWidth > mail.clientWidth ? 18 : 0;
    frame.style.height = `${Math.ceil(mail.scrollHeight + bar + 2)}px`;
    if (scrollY !== at) scrollTo({ top: at, behavior: "instant" });
    given.set(frame, frame.style.height);
    grown.observe(mail.querySelector("body"));
  };
  const all = () => document.querySelectorAll("iframe.mail").forEach(fit);
  document.addEventListener("load", (event) => event.target.matches?.("iframe.mail") && fit(event.target), true);
  document.addEventListener("toggle", all, true);
  window.addEventListener("resize", all);
  all();
})();

// A conversation opens at the first unread message, else at the newest; whoever comes back is where they were.
(() => {
  const thread = document.getElementById("thread");
  const came = performance.getEntriesByType("navigation")[0]?.type;
  const sent = document.getElementById(sessionStorage.getItem("sent") ?? "");
  sessionStorage.removeItem("sent");
  // Pictures and frames that come later move what is below them.
  const look = (one, block) => {
    const there = () => one.scrollIntoView({ block, behavior: "instant" });
    there();
    window.addEventListener("load", there, { once: true });
  };
  if (thread && sent) return look(sent, "center");
  // What was just done is said at the top, with its undo.
  if (!thread || location.hash || came !== "navigate" || document.querySelector("main > .bar[data-done]")) return;
  const first = document.getElementById("new");
  const last = thread.lastElementChild;
  if (first) return look(first, "start");
  if (!last) return;
  const room = last.getBoundingClientRect();
  if (room.bottom > innerHeight) look(last, room.height > innerHeight ? "start" : "end");
})();

// What the bar says of a few seconds is taken back once they are over; a message that has left is not taken back.
document.querySelectorAll(".bar[data-soon]").forEach((bar) => setTimeout(() => {
  bar.querySelector(".soon")?.remove();
  if (!bar.dataset.gone) return;
  bar.querySelector("form")?.remove();
  bar.querySelector("p").textContent = `● ${bar.dataset.gone}`;
}, Number(bar.dataset.soon)));

// How long a message can still be taken back.
setInterval(() => document.querySelectorAll("[data-leaves]").forEach((one) => {
  one.dataset.until ??= performance.now() + Number(one.dataset.leaves) - Number(one.dataset.now);
  const seconds = Math.ceil((Number(one.dataset.until) - performance.now()) / 1000);
  if (seconds > 0) one.textContent = one.dataset.in.replace("{seconds}", seconds);
}), 250);

// Remote images are loaded in place, by one click; what is being written stays.
(() => {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-images]");
    if (!link) return;
    event.preventDefault();
    const box = link.closest(".remote");
    const frame = [...box.parentElement.querySelectorAll("iframe.mail")].pop();
    frame.src = link.dataset.images;
    box.querySelector("span").textContent = link.dataset.said;
    link.remove();
  });
})();

// What is there to be copied gets a button that copies it.
(() => {
  if (!navigator.clipboard) return;
  const offer = () => document.querySelectorAll("textarea.copy:not([data-offered])").forEach((text) => {
    text.dataset.offered = "yes";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text.dataset.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.value);
      button.textContent = text.dataset.copied;
    });
    text.after(button);
  });
  offer();
  new MutationObserver(offer).observe(document.body, { childList: true, subtree: true });
})();

// Lists are searched while somebody types: the page is asked for as the form would, and its results are put in place.
(() => {
  const form = document.querySelector("form[data-results]");
  if (!form) return;
  let asked = null;
  let timer = 0;
  async function search() {
    asked?.abort();
    asked = new AbortController();
    const fields = [...new FormData(form)].filter(([, value]) => value);
    const address = `${form.getAttribute("action")}?${new URLSearchParams(fields)}`;
    try {
      const answer = await fetch(address, { headers: { accept: "text/html" }, signal: asked.signal });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(form.dataset.results);
      if (fresh) document.getElementById(form.dataset.results).replaceWith(document.importNode(fresh, true));
      history.replaceState(null, "", address);
    } catch {
      // Asked anew meanwhile, or not reached: the button does the same.
    }
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 150);
  });
})();

// The name of a new alias is cleaned while it is typed, and judged by the site.
(() => {
  const form = document.querySelector("form[data-name]");
  if (!form) return;
  const said = document.getElementById("address-live");
  const { address, domain } = form.elements;
  let asked = null;
  let timer = 0;
  const clean = () => {
    const at = address.selectionStart;
    const tidy = address.value.replace(/\s/g, "").normalize("NFC").toLowerCase();
    if (tidy === address.value) return;
    const shorter = address.value.length - tidy.length;
    address.value = tidy;
    address.setSelectionRange(at - shorter, at - shorter);
  };
  async function judge() {
    asked?.abort();
    if (!address.value) {
      said.textContent = "";
      return;
    }
    asked = new AbortController();
    const url = new URL(form.dataset.name, location.href);
    url.searchParams.set("name", address.value);
    url.searchParams.set("domain", domain.value);
    try {
      const answer = await fetch(url, { headers: { accept: "application/json" }, signal: asked.signal });
      if (!answer.ok || answer.redirected) return;
      const check = await answer.json();
      said.textContent = check.wrong ? `✕ ${check.wrong}` : check.near ? `▲ ${check.near}` : `● ${check.address}`;
      said.className = check.wrong ? "error" : "hint";
    } catch {
      // Asked anew meanwhile, or not reached: it is judged when the form is sent.
    }
  }
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(judge, 200);
  };
  whenTyped(address, () => {
    clean();
    soon();
  });
  domain.addEventListener("change", soon);
})();

// A record is found while somebody types its number or words of its title; the button is for where no script runs.
(() => {
  document.querySelectorAll("input[data-find]").forEach((field) => {
    const offered = field.list;
    field.parentElement.querySelector("button[name=find]")?.remove();
    let asked = null;
    let timer = 0;
    async function find() {
      asked?.abort();
      asked = new AbortController();
      const url = new URL(field.dataset.find, location.href);
      url.searchParams.set("q", field.value);
      try {
        const answer = await fetch(url, { headers: { accept: "application/json" }, signal: asked.signal });
        if (!answer.ok || answer.redirected) return;
        offered.replaceChildren(...(await answer.json()).map(([label, title]) => new Option(`${label} ${title}`, label)));
      } catch {
        // Asked anew meanwhile, or not reached: a number can still be typed.
      }
    }
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(find, 150);
    };
    field.addEventListener("input", soon);
    field.addEventListener("focus", soon, { once: true });
  });
})();

// Of the fields of all types of records those are shown that belong to the type that is chosen.
(() => {
  const chosen = document.getElementById("opens");
  const parts = document.querySelectorAll("[data-of-type]");
  if (!chosen || !parts.length) return;
  const show = () => parts.forEach((part) => { part.hidden = part.dataset.ofType !== chosen.value; });
  chosen.addEventListener("change", show);
  show();
})();
// The list of records: ticks are kept while somebody looks at a record and for the next act on the same ones, and single letters are keys where they are on.
(() => {
  const form = document.getElementById("many");
  if (!form) return;
  const key = `ticked ${form.dataset.place}`;
  const boxes = () => [...form.querySelectorAll("input[name=record]")];
  const ticked = form.querySelector(".ticked");
  const every = document.getElementById("every");
  const said = () => {
    if (!ticked) return;
    const count = boxes().filter((one) => one.checked).length;
    form.querySelector(".many").classList.toggle("idle", !count);
    ticked.textContent = count ? ticked.dataset.some.replace("{count}", count) : ticked.dataset.none;
    every.checked = count > 0 && count === boxes().length;
    every.indeterminate = count > 0 && !every.checked;
    sessionStorage.setItem(key, JSON.stringify(boxes().filter((one) => one.checked).map((one) => one.value)));
  };
  const kept = new Set(JSON.parse(sessionStorage.getItem(key) ?? "[]"));
  boxes().forEach((one) => (one.checked = one.checked || kept.has(one.value)));
  if (every) {
    every.hidden = false;
    every.addEventListener("change", () => {
      boxes().forEach((one) => (one.checked = every.checked));
      said();
    });
  }
  said();
  let last = null;
  form.addEventListener("click", (event) => {
    const box = event.target.closest("input[name=record]");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
    }
    last = box;
    said();
  });

  const rows = [...form.querySelectorAll("tbody tr")];
  let at = rows.findIndex((row) => `#${row.id}` === location.hash);
  const go = (to) => {
    if (to < 0 || to >= rows.length) return;
    rows[at]?.classList.remove("at");
    at = to;
    rows[at].classList.add("at");
    rows[at].querySelector("a.label").focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };
  window.listKeys = {
    j: () => go(at + 1),
    k: () => go(Math.max(at - 1, 0)),
    x: () => rows[at]?.querySelector("input[name=record]")?.click(),
    o: () => rows[at]?.querySelector("a.label").click(),
  };
})();

// Single letters as keys, where somebody has not switched them off (WCAG 2.1.4); never while they write.
// A dialog that was just closed may hold the focus until the next frame: only an open one takes the keys.
(() => {
  const help = document.getElementById("keys");
  if (!help) return;
  const open = document.getElementById("keys-open");
  open.hidden = false;
  open.addEventListener("click", () => help.showModal());
  const jump = (id) => () => document.getElementById(id)?.focus();
  const follow = (rel) => () => document.querySelector(`a[rel=${rel}]`)?.click();
  const keys = {
    "/": document.getElementById("search") ? jump("search") : jump("number"),
    "?": () => help.showModal(),
    n: follow("next"),
    p: follow("prev"),
    c: () => document.getElementById("new-record")?.click(),
    ...window.listKeys,
    ...window.recordKeys,
  };
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writing || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
})();

// What stands at the left of a record is changed in place: the form of the page that the link leads to, or the part of it
// that the link names.
(() => {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-inline]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    // What opens here stays open, whatever moves on the page meanwhile.
    link.closest("[data-key]").removeAttribute("data-key");
    try {
      const answer = await fetch(link.href, { headers: { accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(link.dataset.inline || "form.form");
      if (!answer.ok || answer.redirected || !fresh) throw new Error();
      const card = link.closest(link.dataset.inline ? "li" : ".card");
      card.replaceChildren(document.importNode(fresh, true));
      card.querySelector(link.dataset.inline ? "button" : "select, input:not([type=hidden])").focus();
    } catch {
      location.assign(link.href);
    }
  });
})();

// Colleagues are offered while somebody types: behind an @ in a note, one after another in a list, or one alone.
// Without it their names or addresses are typed in full.
(() => {
  let asked = null;
  let timer = 0;
  let field = null;
  let at = -1;
  const list = document.createElement("ul");
  list.id = "colleagues-offered";
  list.className = "offered";
  list.setAttribute("role", "listbox");
  list.hidden = true;

  // In the composer an @ names somebody in a note alone: a message is the customer's.
  const isNote = (one) => one.id !== "text" || !one.closest("form").querySelector(".tabs") || one.closest("form").querySelector(".log input").checked;
  function typed(one) {
    const before = one.wordsBefore?.() ?? one.value.slice(0, one.selectionStart);
    if (one.dataset.colleagues === "one") return [0, one.value.trim()];
    if (one.dataset.colleagues === "list") {
      const from = before.lastIndexOf(",") + 1;
      return [from, before.slice(from).trim().replace(/^@/, "")];
    }
    const found = isNote(one) ? /(^|[^\p{L}\p{N}@.+-])@([^\n@,]{0,40})$/u.exec(before) : null;
    return found ? [found.index + found[1].length, found[2]] : null;
  }
  function close() {
    list.hidden = true;
    at = -1;
    field?.removeAttribute("aria-activedescendant");
  }
  function show(people) {
    list.replaceChildren(...people.map(([write, name, more], number) => {
      const row = document.createElement("li");
      Object.assign(row, { id: `offered-${number}`, textContent: name });
      row.dataset.write = write;
      row.setAttribute("role", "option");
      const small = document.createElement("span");
      small.className = "dim";
      small.textContent = ` ${more}`;
      row.append(small);
      return row;
    }));
    if (!people.length) return close();
    field.after(list);
    list.setAttribute("aria-label", field.labels?.[0]?.textContent ?? field.ariaLabel ?? "");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    list.hidden = false;
    go(0);
  }
  function go(to) {
    const rows = [...list.children];
    at = (to + rows.length) % rows.length;
    rows.forEach((row, number) => row.setAttribute("aria-selected", number === at));
    field.setAttribute("aria-activedescendant", rows[at].id);
    rows[at].scrollIntoView({ block: "nearest" });
  }
  function take(row) {
    const [from] = typed(field) ?? [field.selectionStart];
    const kind = field.dataset.colleagues;
    const words = kind === "text" ? `@${row.dataset.write} ` : kind === "list" ? `${from ? " " : ""}${row.dataset.write}, ` : row.dataset.write;
    if (field.putWords) {
      field.putWords(from, words);
      close();
      return clearTimeout(timer);
    }
    const to = kind === "one" ? field.value.length : field.selectionStart;
    field.setRangeText(words, from, to, "end");
    close();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(timer);
  }
  async function ask() {
    // The form may have come anew meanwhile, a saved reply in it, say.
    if (!field.isConnected) return;
    const wanted = typed(field);
    if (!wanted || (!wanted[1] && field.dataset.colleagues !== "text")) return close();
    asked?.abort();
    asked = new AbortController();
    const url = new URL(field.dataset.from, location.href);
    url.searchParams.set("q", wanted[1]);
    try {
      const answer = await fetch(url, { headers: { accept: "application/json" }, signal: asked.signal });
      if (!answer.ok || answer.redirected) return close();
      const people = await answer.json();
      if (field.isConnected) show(people);
    } catch {
      // Asked anew meanwhile, or not reached: names can be typed in full.
    }
  }
  whenTyped(document, (event) => {
    if (!event.target.matches?.("[data-colleagues]")) return;
    field = event.target;
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  document.addEventListener("keydown", (event) => {
    // While letters are composed, Enter and the arrows choose among those.
    if (list.hidden || event.target !== field || event.isComposing || event.shiftKey) return;
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  list.addEventListener("mousedown", (event) => {
    const row = event.target.closest("li");
    event.preventDefault();
    if (row) take(row);
  });
  document.addEventListener("focusout", (event) => event.target === field && close());
})();

// Results drop down below the search field of every page while somebody types; without it the form leads to the page.
// A combobox by the pattern of WAI-ARIA: the focus stays in the field, the arrow keys choose, Enter opens.
(() => {
  const field = document.querySelector("input[data-drop]");
  if (!field) return;
  const box = document.createElement("div");
  Object.assign(box, { id: "drop", className: "drop", hidden: true });
  const said = document.createElement("span");
  said.className = "hide";
  said.setAttribute("role", "status");
  field.after(said, box);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", "drop");
  let asked = null;
  let timer = 0;
  let shown = "";
  let at = -1;
  const rows = () => [...box.querySelectorAll("[role=option]")];

  function close() {
    clearTimeout(timer);
    asked?.abort();
    box.hidden = true;
    at = -1;
    shown = "";
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }
  // The side bar scrolls: what drops down lies over the page, wherever the field is.
  function place() {
    const room = field.getBoundingClientRect();
    const width = Math.min(Math.max(room.width, 460), innerWidth - 16);
    const left = Math.max(8, Math.min(room.left, innerWidth - width - 8));
    Object.assign(box.style, { top: `${room.bottom + 4}px`, left: `${left}px`, width: `${width}px`, maxHeight: `${Math.max(160, innerHeight - room.bottom - 16)}px` });
  }
  function show(answer, typed) {
    box.innerHTML = answer.html;
    rows().forEach((row, number) => Object.assign(row, { id: `drop-${number}`, ariaSelected: "false" }));
    shown = typed;
    at = -1;
    field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-expanded", "true");
    said.textContent = answer.count ? (answer.count === 1 ? field.dataset.one : field.dataset.found).replace("{count}", answer.count) : field.dataset.none;
    box.hidden = false;
    place();
  }
  function go(to) {
    const all = rows();
    if (!all.length) return;
    all[at]?.setAttribute("aria-selected", "false");
    // Before the first one and after the last one stands the field itself.
    at = to < -1 ? all.length - 1 : to >= all.length ? -1 : to;
    if (at < 0) return field.removeAttribute("aria-activedescendant");
    all[at].setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  }
  async function ask() {
    const typed = field.value.trim();
    asked?.abort();
    if (typed.length < 2) return close();
    if (typed === shown && !box.hidden) return;
    asked = new AbortController();
    const { signal } = asked;
    const url = new URL(field.dataset.drop, location.href);
    url.searchParams.set("q", typed);
    try {
      const answer = await fetch(url, { headers: { accept: "application/json" }, signal, cache: "no-store" });
      if (!answer.ok || answer.redirected) return close();
      const found = await answer.json();
      if (signal.aborted) return;
      if (found.busy) timer = setTimeout(ask, 250);
      else if (document.activeElement === field) show(found, typed);
    } catch {
      // Asked anew meanwhile, or not reached: Enter leads to the page.
    }
  }
  whenTyped(field, () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 140);
  });
  field.addEventListener("focus", () => field.value.trim().length > 1 && ask());
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !box.hidden) close();
    else if (event.key === "Escape") field.value = "";
    else if (event.key === "ArrowDown" && box.hidden) ask();
    else if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp" && !box.hidden) go(at - 1);
    else if (event.key === "Enter" && at >= 0) rows()[at].click();
    else {
      if (event.key === "Enter" || event.key === "Tab") close();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  // A click on a line must not take the focus first: what is left closes.
  box.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("click", (event) => event.target.closest("a") && !event.ctrlKey && !event.metaKey && !event.shiftKey && setTimeout(close));
  field.addEventListener("blur", close);
  window.addEventListener("resize", close);
  window.addEventListener("scroll", () => !box.hidden && place(), { passive: true });
})();

// The time zone of the browser is proposed, to who is new and to who reads the times of the server; it is never taken by itself.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const select = document.querySelector("select[data-zone]");
  if (select && !select.value && [...select.options].some((one) => one.value === zone)) select.value = zone;
  const bar = document.getElementById("zone");
  if (!bar || !zone || localStorage.getItem("zone left") === zone) return;
  if (-new Date().getTimezoneOffset() === Number(bar.dataset.offset)) return;
  bar.elements.time_zone.value = zone;
  bar.querySelector("[data-zone-name]").textContent = zone;
  bar.hidden = false;
  bar.querySelector("[data-leave]").addEventListener("click", () => {
    localStorage.setItem("zone left", zone);
    bar.hidden = true;
  });
})();

// A filter somebody chose stands open where there is room for it; in a narrow window the list comes first.
for (const one of document.querySelectorAll("details[data-opens-where-wide]")) one.open = window.matchMedia("(min-width: 45rem)").matches;
