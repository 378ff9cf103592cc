// The list of domains: only what is in view exists, and is fetched in stretches.

import { get } from "./api.js";
import { byId, brief, count, el, percent } from "./dom.js";

const stretch = 100; // rows of one request
const tallest = 8e6; // pixels; browsers draw no taller elements

export class List {
  constructor(select) {
    this.select = select;
    this.box = byId("rows");
    this.space = el("div", { className: "space" });
    this.box.append(this.space);
    this.total = 0;
    this.stretches = new Map(); // by number: rows
    this.asked = new Map(); // by number: generation
    this.generation = 0;
    this.name = ""; // of the chosen domain
    this.index = -1; // its place in the list, if it is there
    this.query = { q: "", show: "all" };
    this.box.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.box);
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.choose(Number(row.dataset.index));
    });
  }

  get height() { return matchMedia("(pointer: coarse)").matches ? 60 : 52; }

  // reload fetches the list anew; with reveal it scrolls to the chosen domain.
  async reload(reveal = false) {
    const generation = ++this.generation;
    const first = Math.floor(this.first() / stretch);
    const page = await this.fetch(reveal ? 0 : first, this.name);
    if (generation !== this.generation) return;
    this.total = page.total;
    this.stretches.clear();
    this.stretches.set(reveal ? 0 : first, page.rows);
    this.asked.clear();
    this.index = page.reveal;
    byId("found").textContent = this.query.q || this.query.show !== "all" ? `${count(page.total)} found` : "";
    this.space.style.height = `${Math.min(tallest, this.total * this.height)}px`;
    if (reveal) this.reveal();
    this.draw();
  }

  fetch(number, reveal = "") {
    return get("/api/domains", { ...this.query, at: number * stretch, n: stretch, reveal });
  }

  // scale is 1 unless the list is too tall for a browser.
  scale() { return Math.max(1, (this.total * this.height) / tallest); }

  first() { return Math.floor((this.box.scrollTop * this.scale()) / this.height); }

  reveal() {
    if (this.index < 0) { this.box.scrollTop = 0; return; }
    const top = (this.index * this.height) / this.scale();
    const bottom = top + this.height - this.box.clientHeight;
    if (this.box.scrollTop > top || this.box.scrollTop < bottom) {
      this.box.scrollTop = Math.max(0, top - this.box.clientHeight / 3);
    }
  }

  row(index) { return this.stretches.get(Math.floor(index / stretch))?.[index % stretch]; }

  async need(number) {
    if (number < 0 || number * stretch >= this.total || this.stretches.has(number) || this.asked.get(number) === this.generation) return;
    const generation = this.generation;
    this.asked.set(number, generation);
    const page = await this.fetch(number).catch(() => null);
    if (generation !== this.generation) return;
    this.asked.delete(number);
    if (page) { this.stretches.set(number, page.rows); this.draw(); }
  }

  draw() {
    const first = Math.max(0, this.first() - 4);
    const last = Math.min(this.total, first + Math.ceil(this.box.clientHeight / this.height) + 10);
    const shift = this.scale() === 1 ? 0 : this.box.scrollTop - this.first() * this.height;
    const rows = [];
    for (let i = first; i < last; i++) {
      this.need(Math.floor(i / stretch));
      const row = this.draws(i, this.row(i));
      row.style.transform = `translateY(${i * this.height + shift}px)`;
      rows.push(row);
    }
    this.space.replaceChildren(...rows);
    if (this.index >= first && this.index < last) this.box.setAttribute("aria-activedescendant", `row-${this.index}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  draws(index, d) {
    const row = el("div", { className: "row", id: `row-${index}`, role: "option" });
    row.dataset.index = index;
    row.setAttribute("aria-setsize", this.total);
    row.setAttribute("aria-posinset", index + 1);
    row.setAttribute("aria-selected", String(Boolean(d) && d.name === this.name));
    if (!d) return row;
    const share = el("i");
    share.style.width = `${d.share * 100}%`;
    row.append(
      el("span", { className: "name", textContent: d.name || "(no host)" }),
      el("span", { className: `verdict ${d.verdict}${d.decided < 1 ? " partly" : ""}`, textContent: verdict(d) }),
      el("span", { className: "adds", textContent: `+${brief(d.adds.pages)}` }),
      el("span", { className: "muted", textContent: `${percent(d.share)} of ${brief(d.pages)} collected` }),
      el("span", { className: "share" }, share));
    return row;
  }

  // choose marks a row; its domain is opened.
  choose(index) {
    const d = this.row(index);
    if (!d) return;
    this.index = index;
    this.name = d.name;
    this.reveal();
    this.draw();
    this.select(d.name);
  }

  move(by) {
    const to = Math.max(0, Math.min(this.total - 1, this.index + by));
    if (this.row(to)) this.choose(to);
    else this.need(Math.floor(to / stretch)).then(() => this.row(to) && this.choose(to));
  }

  // open chooses a domain by its name and scrolls to it.
  async open(name) {
    this.name = name;
    await this.reload(true);
    if (this.index >= 0) await this.need(Math.floor(this.index / stretch));
    this.select(name);
  }

  // after returns the first domain behind the chosen one with open pages.
  async after() {
    const page = await get("/api/domains", { ...this.query, n: 0, next: this.name });
    return page.next;
  }
}

function verdict(d) {
  if (!d.verdict) return "";
  return d.decided < 1 ? `${d.verdict} ${percent(d.decided)}` : d.verdict;
}
