// The sample pages of a node: chips with their scores, and the text of one.

import { get } from "./api.js";
import { byId, el, plural, score } from "./dom.js";
import { build } from "./math.js";

export class Reader {
  constructor() {
    this.samples = [];
    this.current = -1;
    this.page = byId("page");
    for (const id of ["random", "near"]) {
      byId(id).addEventListener("click", (event) => {
        const chip = event.target.closest("button");
        if (chip) this.show(Number(chip.dataset.index));
      });
    }
  }

  // set shows the samples of another node; the page stays if it is among them.
  set(random, near) {
    const seen = this.samples[this.current];
    this.samples = [...random.map((s) => ({ ...s, kind: "random" })), ...near.map((s) => ({ ...s, kind: "near" }))];
    this.current = -1;
    for (const kind of ["random", "near"]) {
      byId(kind).replaceChildren(...this.samples.flatMap((s, i) => (s.kind === kind ? [this.chip(s, i)] : [])));
    }
    const same = seen ? this.samples.findIndex((s) => s.pack === seen.pack && s.row === seen.row && s.kind === seen.kind) : -1;
    if (same >= 0) this.mark(same);
    else if (this.samples.length > 0) this.show(0);
    else this.empty("No sample pages here.");
  }

  chip(sample, index) {
    const chip = el("button", { type: "button", textContent: score(sample.score), className: sample.collected ? "in" : "out" });
    chip.dataset.index = index;
    chip.title = `score ${score(sample.score)}, ${sample.collected ? "collected" : "not collected"}`;
    chip.setAttribute("aria-label", `${sample.kind === "near" ? "page near the cut" : "random page"}, ${chip.title}`);
    chip.setAttribute("aria-pressed", "false");
    return chip;
  }

  step(by) {
    if (this.samples.length > 0) this.show((this.current + by + this.samples.length) % this.samples.length);
  }

  mark(index) {
    this.current = index;
    for (const chip of document.querySelectorAll(".chips button")) {
      const on = Number(chip.dataset.index) === index;
      chip.setAttribute("aria-pressed", String(on));
      if (on) chip.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  async show(index) {
    this.mark(index);
    this.loading?.abort();
    const loading = (this.loading = new AbortController());
    this.page.setAttribute("aria-busy", "true");
    const { pack, row } = this.samples[index];
    const along = this.samples.filter((s) => s.pack === pack && s.row !== row).map((s) => ["with", s.row]);
    try {
      const page = await get("/api/page", [["pack", pack], ["row", row], ...along], loading.signal);
      if (!loading.signal.aborted) this.draw(page, this.samples[index]);
    } catch (error) {
      if (!loading.signal.aborted) this.empty(error.message);
    }
  }

  empty(text) {
    this.page.setAttribute("aria-busy", "false");
    this.page.replaceChildren(el("p", { className: "muted", textContent: text }));
  }

  draw(page, sample) {
    const facts = [
      `score ${score(sample.score)}`, sample.collected ? "collected" : "not collected", plural(page.tokens, "token"), plural(page.formulas, "formula"),
    ];
    const head = el("header", {},
      el("h2", { textContent: page.title || "Without a title", dir: "auto" }),
      page.link
        ? el("a", { href: page.link, textContent: page.url, rel: "noreferrer noopener", target: "_blank", id: "original" })
        : el("span", { textContent: page.url || "no address", className: "address" }),
      el("p", { className: "muted", textContent: facts.join(" · ") }));
    const text = el("div", { className: "text", dir: "auto" }, ...page.blocks.map(block));
    if (page.cut) text.append(el("p", { className: "muted", textContent: "The rest of this long text is left out." }));
    this.page.replaceChildren(head, text);
    this.page.scrollTop = 0;
    this.page.setAttribute("aria-busy", "false");
  }
}

function block({ kind, level, parts }) {
  const inner = (parts || []).map(part);
  switch (kind) {
    case "h": return el(`h${Math.min(6, level + 2)}`, {}, ...inner);
    case "code": return el("pre", {}, ...inner);
    case "math": return el("div", { className: "display" }, ...inner);
    default: return el("p", {}, ...inner);
  }
}

function part(piece) {
  if (typeof piece === "string") return piece;
  if (piece.code !== undefined) return el("code", { textContent: piece.code });
  const formula = el("span", { className: "formula", title: piece.tex });
  formula.classList.toggle("shown", Boolean(piece.display));
  formula.classList.toggle("partly", !piece.whole);
  formula.append(build(piece.math));
  return formula;
}
