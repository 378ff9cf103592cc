// Small ways to build elements. Text only ever becomes text nodes.

export const byId = (id) => document.getElementById(id);

// el makes an element; properties are set as such, children are elements or text.
export function el(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

export const count = (n) => whole.format(n);
export const brief = (n) => (n < 10000 ? whole.format(n) : short.format(n));
export const plural = (n, one, many = `${one}s`) => `${brief(n)} ${n === 1 ? one : many}`;

// percent does not round what is not all up to all, nor what is something down to nothing.
export function percent(share) {
  const p = share * 100;
  if (p > 0 && p < 1) return "< 1 %";
  if (p > 99 && p < 100) return "> 99 %";
  return `${Math.round(p)} %`;
}

export function score(p) {
  if (p < 0) return "–";
  if (p >= 0.995 && p < 1) return ">.99";
  return p.toFixed(2).replace(/^0/, "");
}

// say tells what happened, to the eye and to a screen reader.
let fading;
export function say(text, kind = "") {
  const box = byId("message");
  box.textContent = text;
  box.className = `message shown ${kind}`;
  clearTimeout(fading);
  fading = setTimeout(() => { box.className = "message"; }, kind === "error" ? 8000 : 3500);
}
