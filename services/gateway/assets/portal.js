"use strict";
// Makes the portal quicker; every page works without it.
(() => {
  const root = document.documentElement;
  root.classList.add("script");
  const all = (query, from = document) => [...from.querySelectorAll(query)];
  const visible = element => element.checkVisibility();

  // Fragments of our own origin are the only markup that is ever inserted.
  const policy = window.trustedTypes
    ? trustedTypes.createPolicy("quittance", { createHTML: text => text })
    : { createHTML: text => text };

  async function load(name) {
    const address = new URL(location.href);
    address.searchParams.set("part", name);
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (answer.redirected) location.reload();
    if (!answer.ok) return;
    const holder = document.createElement("template");
    holder.innerHTML = policy.createHTML(await answer.text());
    const old = document.querySelector(`[data-part="${CSS.escape(name)}"]`);
    const fresh = holder.content.firstElementChild;
    if (!old || !fresh) return;
    const open = all("details", old).map(details => details.open);
    all("details", fresh).forEach((details, at) => { details.open = open[at] || false; });
    old.replaceWith(fresh);
  }

  // Rows never move under the hand: a part with focus or selection in it waits for R.
  const waiting = new Set();
  const notice = document.createElement("button");
  notice.className = "quiet";
  notice.dataset.key = "r";
  notice.addEventListener("click", () => { waiting.forEach(load); waiting.clear(); notice.remove(); });

  function changed(name) {
    const part = document.querySelector(`[data-part="${CSS.escape(name)}"]`);
    if (!part) return;
    const held = part.contains(document.activeElement)
      || (!getSelection().isCollapsed && part.contains(getSelection().anchorNode));
    if (!held) { load(name); return; }
    waiting.add(name);
    notice.textContent = live.dataset.news.replace("{}", waiting.size);
    live.after(notice);
  }

  const live = document.getElementById("live");
  const clock = () => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: live.dataset.zone }).format();
  if (live && live.dataset.stream) {
    let last = "";
    const said = live.querySelector(".said");
    const say = (state, pattern) => {
      if (live.dataset.state === state && state === "lost") return;
      live.dataset.state = state;
      said.textContent = pattern.replace("{}", last);
    };
    const source = new EventSource(live.dataset.stream);
    const alive = () => { last = clock(); say("on", live.dataset.on); };
    source.addEventListener("open", alive);
    source.addEventListener("message", event => { alive(); if (event.data) changed(event.data); });
    source.addEventListener("error", () => { last ||= clock(); say("lost", live.dataset.off); });
  }

  document.addEventListener("click", event => {
    const again = event.target.closest("[data-again]");
    if (!again) return;
    event.preventDefault();
    load(again.dataset.again);
  });
  all("[data-later]").forEach(part => load(part.dataset.later));

  // Keys.
  const rows = () => all("tbody tr").filter(row => row.querySelector("th a") && !row.closest("details") && visible(row));
  const here = () => document.querySelector("tr.here");
  function stand(row) {
    if (!row) return;
    here()?.classList.remove("here");
    row.classList.add("here");
  }
  function move(step) {
    const list = rows();
    const at = list.indexOf(here());
    const next = list[Math.min(Math.max(at + step, 0), list.length - 1)];
    stand(next);
    next?.scrollIntoView({ block: "nearest" });
  }
  stand(rows()[0]);

  function help() {
    const box = document.getElementById("help");
    const list = box.querySelector("dl");
    const entries = all("[data-key]").map(element => [element.dataset.key, element.dataset.what || element.textContent]);
    if (rows().length) entries.push(["j k", box.dataset.rows], ["Enter", box.dataset.open]);
    all("[data-go]").forEach(link => entries.push([`g ${link.dataset.go}`, link.firstChild.textContent]));
    list.replaceChildren(...entries.flatMap(([key, what]) => {
      const term = document.createElement("dt");
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap);
      const said = document.createElement("dd");
      said.textContent = what.trim();
      return [term, said];
    }));
    box.togglePopover();
  }

  let prefix = false;
  const act = element => element.matches("input") ? (element.focus(), element.select()) : element.click();
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    g: () => { prefix = true; setTimeout(() => { prefix = false; }, 1500); },
    "?": help,
    Enter: () => here()?.querySelector("th a").click(),
  };
  document.addEventListener("keydown", event => {
    if (event.key === "Escape" && event.target.matches("input")) event.target.blur();
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    const pressing = event.key === "Enter" && event.target.closest("a, button, summary");
    if (typing || pressing || event.ctrlKey || event.metaKey || event.altKey || root.dataset.keys === "off") return;
    const named = name => all(`[${name}="${CSS.escape(event.key)}"]`)[0];
    const element = prefix ? named("data-go") : named("data-key");
    const run = element ? () => act(element) : !prefix && keys[event.key];
    prefix = false;
    if (!run) return;
    event.preventDefault();
    run();
  });
})();
