// The page: what is marked, what the keys do, and how the tabs stay together.

import { get, post, Problem } from "./api.js";
import { brief, byId, count, percent, plural, say, score } from "./dom.js";
import { List } from "./list.js";
import { Reader } from "./reader.js";
import { Tree } from "./tree.js";

const panes = document.querySelector("main");
const reader = new Reader();
const tree = new Tree(marked);
const list = new List(chosen);
let state = { revision: "" };

// One decision at a time: a key that is pressed before its outcome shows would
// be about a node that nobody has seen.
let deciding = false;
async function alone(work) {
  if (deciding) return;
  deciding = true;
  document.body.dataset.busy = "true";
  try {
    await work();
  } catch (error) {
    await trouble(error);
  } finally {
    deciding = false;
    delete document.body.dataset.busy;
  }
}

// ---- what is marked

let opening;
function chosen(name) {
  clearTimeout(opening);
  opening = setTimeout(() => tree.load(name).catch(trouble), 80); // arrows may pass over many
}

function marked(domain, node, answer) {
  const root = tree.rows[0].node;
  byId("domain").textContent = domain || "(no host)";
  byId("facts").textContent = `${plural(root.pages, "page")}, ${percent(root.pages ? root.collected / root.pages : 0)} collected · ${brief(root.tokens)} tokens`;
  byId("target").textContent = node.host ? node.host + node.path : `${domain}, the whole domain`;
  byId("effect").replaceChildren(...effect(node));
  for (const button of document.querySelectorAll("[data-verdict]")) {
    if (button.dataset.verdict) button.setAttribute("aria-pressed", String(button.dataset.verdict === node.verdict));
    else button.disabled = !node.verdict;
  }
  reader.set(answer.random, answer.near);
  history.replaceState(null, "", `#${[domain, node.host, node.path].map(encodeURIComponent).join("|")}`);
}

function effect(node) {
  const strong = document.createElement("strong");
  strong.textContent = `${plural(node.adds.pages, "page")}, ${brief(node.adds.tokens)} tokens`;
  const parts = ["Yes adds ", strong];
  const [low, middle, high] = node.quantiles;
  if (high > 0) parts.push(` · scores ${score(low)} to ${score(high)}, half below ${score(middle)}`);
  if (node.holds && !node.verdict) parts.push(` · ${node.holds} by ${node.from}`);
  if (node.verdict && node.who) parts.push(` · ${node.verdict} by ${node.who}`);
  if (node.note) parts.push(` · ${node.note}`);
  return parts;
}

// ---- decisions

const decide = (verdict) => alone(async () => {
  const node = tree.node;
  if (!node || (verdict === "" && !node.verdict)) return;
  const answer = await post("/api/decide", {
    domain: tree.domain, host: node.host, path: node.path, verdict, before: node.verdict, note: byId("note").value,
  });
  byId("note").value = "";
  progress(answer.state);
  const what = node.host ? node.host + node.path : tree.domain;
  say(verdict ? `${what}: ${verdict}${verdict === "yes" ? `, +${plural(node.adds.pages, "page")}` : ""}` : `${what}: no verdict`);
  await Promise.all([tree.refresh(), list.reload()]);
  if (verdict && !(await tree.next())) await onward();
});

// onward opens the next domain that is not decided.
async function onward() {
  const next = await list.after();
  if (next) await list.open(next);
  else say("No open domain further down.");
}

const undo = () => alone(async () => {
  const answer = await post("/api/undo", { revision: state.revision });
  progress(answer.state);
  const place = answer.changed?.[0];
  say(place ? `Undone: ${place.target}${place.verdict ? ` is ${place.verdict} again` : ""}` : "Undone");
  if (place?.domain && place.domain !== tree.domain) {
    list.name = place.domain;
    await list.reload(true);
    await tree.load(place.domain, place.host, place.path);
    return;
  }
  await Promise.all([tree.refresh(), list.reload()]);
  const index = place ? tree.rows.findIndex((r) => r.node && r.node.host === place.host && r.node.path === place.path) : -1;
  if (index >= 0) await tree.mark(index);
});

// trouble tells what went wrong, and shows what is true now.
async function trouble(error) {
  if (error.name === "AbortError") return;
  say(error.message, "error");
  if (error instanceof Problem && error.body.state) {
    progress(error.body.state);
    await Promise.all([tree.refresh(), list.reload()]).catch(() => {});
  }
}

// ---- progress, and other tabs

function progress(now) {
  state = now;
  document.title = `${now.title} · review`;
  byId("run").textContent = `${now.title} · round ${now.round}`;
  const all = Math.max(1, now.open.pages + now.yes.pages + now.no.pages + now.unsure.pages);
  for (const verdict of ["yes", "no", "unsure"]) {
    document.querySelector(`#bar .${verdict}`).style.width = `${(100 * now[verdict].pages) / all}%`;
  }
  const share = 1 - now.open.pages / all;
  byId("bar").setAttribute("aria-valuenow", Math.round(share * 100));
  byId("progress").textContent =
    `${count(now.done)} of ${plural(now.domains, "domain")} decided${now.begun ? `, ${count(now.begun)} begun` : ""} · ${percent(share)} of the pages in question`;
  byId("gained").textContent = `${plural(now.yes.pages, "page")}, ${brief(now.yes.tokens)} tokens`;
  byId("near-label").textContent = `Near the cut, ${score(now.cut)}`;
  byId("undo").disabled = now.revision === "";
}

async function look() {
  if (document.hidden || deciding) return;
  const now = await get("/api/state", { seen: state.revision }).catch((error) => {
    if (error instanceof Problem) say(error.message, "error");
    else say("The server does not answer: was it stopped?", "error");
    return null;
  });
  if (!now || deciding || now.revision === state.revision) return;
  progress(now);
  say("Decided in another tab or by another person; shown here now.");
  await Promise.all([tree.refresh(), list.reload()]).catch(trouble);
}

// ---- keys and buttons

function pane(name) {
  panes.dataset.pane = name;
  for (const tab of document.querySelectorAll(".tabs button")) tab.setAttribute("aria-pressed", String(tab.dataset.pane === name));
}

const focus = (name, id) => { pane(name); byId(id).focus(); };

const keys = {
  y: () => decide("yes"), n: () => decide("no"), u: () => decide("unsure"), x: () => decide(""), Delete: () => decide(""), z: undo,
  j: () => reader.step(1), k: () => reader.step(-1), o: () => byId("original")?.click(), "/": () => { focus("list", "search"); byId("search").select(); },
  "?": () => byId("keys").showModal(), Escape: () => focus("list", "rows"),
};

const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -1e9, End: 1e9 };

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input[type=search], input[type=text]");
  if (byId("keys").open || event.altKey || event.isComposing) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "z" && !typing) { event.preventDefault(); undo(); }
    return;
  }
  if (typing) {
    if (event.key === "Escape" || event.key === "Enter" || (event.key === "ArrowDown" && event.target.id === "search")) {
      event.preventDefault();
      if (event.target.id === "note") focus("paths", "tree");
      else { byId("rows").focus(); if (list.index < 0 && list.total > 0) list.choose(0); }
    }
    return;
  }
  if (event.target.id === "rows") {
    if (event.key in steps) { event.preventDefault(); list.move(steps[event.key]); return; }
    if (event.key === "ArrowRight" || event.key === "Enter") { event.preventDefault(); focus("paths", "tree"); return; }
  }
  if (event.target.id === "tree" && /^(Arrow|Home|End)/.test(event.key)) {
    event.preventDefault();
    if (!tree.arrow(event.key)) focus("list", "rows");
    return;
  }
  const act = keys[event.key];
  if (act && !event.repeat) { event.preventDefault(); act(); }
});

for (const button of document.querySelectorAll("[data-verdict]")) button.addEventListener("click", () => decide(button.dataset.verdict));
for (const tab of document.querySelectorAll(".tabs button")) tab.addEventListener("click", () => pane(tab.dataset.pane));
byId("rows").addEventListener("click", () => { if (matchMedia("(max-width: 960px)").matches) focus("paths", "tree"); });
byId("undo").addEventListener("click", undo);
byId("help").addEventListener("click", () => byId("keys").showModal());
document.querySelector(".find").addEventListener("submit", (event) => event.preventDefault());

let typing;
byId("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => { list.query.q = byId("search").value; list.reload(true).catch(trouble); }, 120);
});
for (const choice of document.querySelectorAll("[name=show]")) {
  choice.addEventListener("change", () => { list.query.show = choice.value; list.reload(true).catch(trouble); });
}

// ---- start

async function start() {
  progress(await get("/api/state", {}));
  const [domain, host, path] = location.hash.slice(1).split("|").map(decodeURIComponent);
  list.name = domain || "";
  await list.reload(true);
  if (domain && list.index >= 0) await tree.load(domain, host, path);
  else if (list.total > 0) list.choose(0);
  else say("No domain is related to mathematics by this round's scores.");
  byId("rows").focus();
  setInterval(look, 2000);
  document.addEventListener("visibilitychange", look);
  document.body.dataset.ready = "true";
  performance.mark("ready");
}

start().catch(trouble);
