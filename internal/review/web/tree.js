// The tree of a domain: hosts and paths, fetched as they are opened.

import { get } from "./api.js";
import { byId, brief, count, el, percent, plural } from "./dom.js";

const key = (node) => `${node.host}\n${node.path}`;

export class Tree {
  constructor(select) {
    this.select = select;
    this.box = byId("tree");
    this.domain = "";
    this.open = new Map(); // by key: the answer for an opened node
    this.rows = []; // {node, level, more} in the order of the screen
    this.current = "\n"; // key of the marked node
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest("[role=treeitem]");
      if (!row) return;
      const index = Number(row.dataset.index);
      if (event.target.closest(".twisty")) this.toggle(index);
      else this.mark(index);
    });
    this.box.addEventListener("dblclick", (event) => {
      const row = event.target.closest("[role=treeitem]");
      if (row) this.toggle(Number(row.dataset.index));
    });
  }

  fetch(node, at = 0, signal) {
    return get("/api/tree", { domain: this.domain, host: node.host, path: node.path, at }, signal);
  }

  // load shows another domain, with the given node marked. A single host is opened.
  async load(domain, host = "", path = "") {
    this.loading?.abort();
    const loading = (this.loading = new AbortController());
    const fresh = new Map();
    this.domain = domain;
    const root = await this.fetch({ host: "", path: "" }, 0, loading.signal);
    fresh.set("\n", root);
    let at = root;
    if (root.rows.length === 1) {
      at = await this.fetch(root.rows[0], 0, loading.signal);
      fresh.set(key(root.rows[0]), at);
    }
    for (const step of ancestors(host, path)) {
      if (!fresh.has(key(step))) fresh.set(key(step), await this.fetch(step, 0, loading.signal).catch(() => null));
    }
    if (loading.signal.aborted) return;
    for (const [k, answer] of fresh) if (!answer) fresh.delete(k);
    this.open = fresh;
    this.current = key({ host, path });
    this.layOut();
    if (!this.rows.some((r) => r.node && key(r.node) === this.current)) { this.current = "\n"; this.draw(); }
    await this.announce();
  }

  // refresh fetches what is open again, after a decision.
  async refresh() {
    const domain = this.domain;
    if (!domain) return;
    const fresh = new Map();
    await Promise.all([...this.open].map(async ([k, was]) => {
      const answer = await this.fetch(was.node);
      while (answer.rows.length < Math.min(was.rows.length, answer.node.children)) {
        const more = await this.fetch(was.node, answer.rows.length);
        if (more.rows.length === 0) break;
        answer.rows.push(...more.rows);
      }
      fresh.set(k, answer);
    }));
    if (domain !== this.domain) return;
    for (const k of this.open.keys()) if (fresh.has(k)) this.open.set(k, fresh.get(k));
    this.layOut();
    await this.announce();
  }

  layOut() {
    this.rows = [];
    const walk = (node, level) => {
      this.rows.push({ node, level });
      const answer = this.open.get(key(node));
      if (!answer) return;
      for (const child of answer.rows) walk(child, level + 1);
      const hidden = answer.node.children - answer.rows.length;
      if (hidden > 0) this.rows.push({ more: answer, level: level + 1, hidden });
      else if (answer.node.folded > 0) this.rows.push({ folded: answer.node.folded, level: level + 1 });
    };
    const root = this.open.get("\n");
    if (root) walk(root.node, 1);
    this.draw();
  }

  get node() { return this.rows[this.index]?.node; }

  get index() { return this.rows.findIndex((r) => r.node && key(r.node) === this.current); }

  draw() {
    const most = Math.max(1, this.rows[0]?.node.pages || 1);
    this.box.replaceChildren(...this.rows.map((row, i) => this.draws(row, i, most)));
    const marked = this.box.querySelector("[aria-selected=true]");
    if (marked) {
      this.box.setAttribute("aria-activedescendant", marked.id);
      marked.scrollIntoView({ block: "nearest" });
    }
  }

  draws({ node, level, more, hidden, folded }, index, most) {
    const row = el("div", { className: "node", id: `node-${index}` });
    row.dataset.index = index;
    row.style.setProperty("--level", level - 1);
    row.setAttribute("aria-level", level);
    row.role = "treeitem";
    if (more || folded) {
      row.classList.add("rest");
      row.append(el("span", { className: "label", textContent: more ? `${count(hidden)} more …` : `${plural(folded, "smaller one")}` }));
      return row;
    }
    const opened = this.open.has(key(node));
    if (node.children > 0) row.setAttribute("aria-expanded", String(opened));
    row.setAttribute("aria-selected", String(key(node) === this.current));
    const inner = el("i");
    inner.style.width = node.pages ? `${(100 * node.collected) / node.pages}%` : "0";
    const bar = el("span", { className: "pages" }, inner);
    bar.style.width = `${Math.max(4, 100 * Math.sqrt(node.pages / most))}%`;
    bar.title = `${count(node.collected)} of ${count(node.pages)} pages collected`;
    const verdict = el("span", { className: `verdict ${node.verdict || node.holds}${node.verdict ? "" : " inherited"}`, textContent: node.verdict || node.holds });
    row.append(
      el("span", { className: "twisty", ariaHidden: "true", textContent: node.children === 0 ? "" : opened ? "▾" : "▸" }),
      this.label(node, level),
      verdict,
      el("span", { className: "adds", textContent: `+${brief(node.pages - node.collected)}` }),
      el("span", { className: "track" }, bar),
      el("span", { className: "percent muted", textContent: percent(node.pages ? node.collected / node.pages : 0) }));
    return row;
  }

  // label names a node; of a host the domain is only the tail.
  label(node, level) {
    const label = el("span", { className: "label", title: node.host + node.path });
    const tail = `.${this.domain}`;
    if (level === 1) label.append(node.label ? "Whole domain" : "(no host)");
    else if (node.path) label.append(`/${node.label}`);
    else if (node.label.endsWith(tail)) label.append(node.label.slice(0, -tail.length), el("span", { className: "tail", textContent: tail }));
    else label.append(node.label);
    return label;
  }

  // mark moves the mark; it is done when the samples of the node are announced.
  async mark(index) {
    const row = this.rows[index];
    if (!row) return;
    if (row.more) { await this.extend(row.more); return; }
    if (!row.node) return;
    this.current = key(row.node);
    this.draw();
    await this.announce();
  }

  // extend fetches more children of a node with very many.
  async extend(answer) {
    const next = await this.fetch(answer.node, answer.rows.length);
    answer.rows.push(...next.rows);
    this.layOut();
  }

  async toggle(index, to) {
    const node = this.rows[index]?.node;
    if (!node || node.children === 0) return;
    const k = key(node);
    if (to === undefined) to = !this.open.has(k);
    if (to) {
      const domain = this.domain;
      const answer = await this.fetch(node);
      if (domain !== this.domain) return;
      this.open.set(k, answer);
    } else if (k !== "\n") {
      this.open.delete(k);
      if (this.current.startsWith(`${k}/`)) this.current = k;
    }
    this.layOut();
  }

  // announce tells which node is marked, with its samples.
  async announce() {
    const node = this.node;
    if (!node) return;
    const domain = this.domain;
    const answer = this.open.get(key(node)) || (await this.fetch(node));
    if (domain === this.domain && this.current === key(node)) this.select(domain, node, answer);
  }

  // arrow moves the mark as trees do. It returns false at the left end.
  arrow(name) {
    const index = this.index;
    const row = this.rows[index];
    if (!row) return true;
    switch (name) {
      case "ArrowUp": this.mark(Math.max(0, index - 1)); break;
      case "ArrowDown": this.mark(index + 1); break;
      case "Home": this.mark(0); break;
      case "End": this.mark(this.rows.findLastIndex((r) => r.node)); break;
      case "ArrowRight":
        if (row.node.children > 0 && !this.open.has(key(row.node))) this.toggle(index, true);
        else if (row.node.children > 0) this.mark(index + 1);
        break;
      case "ArrowLeft": {
        if (row.level > 1 && this.open.has(key(row.node))) { this.toggle(index, false); break; }
        if (row.level === 1) return false;
        const parent = this.rows.findLastIndex((r, i) => i < index && r.node && r.level < row.level);
        this.mark(parent);
        break;
      }
    }
    return true;
  }

  // next marks the next node that no rule decides, and says whether there is one.
  async next() {
    const undecided = (r) => r.node && !r.node.holds && r.node.open.pages > 0;
    let to = this.rows.findIndex((r, i) => i > this.index && undecided(r));
    if (to < 0 && this.rows[0] && undecided(this.rows[0])) to = 0;
    if (to < 0) return false;
    await this.mark(to);
    return true;
  }
}

function ancestors(host, path) {
  if (!host) return [];
  const steps = path.split("/").slice(0, -1);
  return steps.map((_, i) => ({ host, path: steps.slice(0, i + 1).join("/") }));
}
