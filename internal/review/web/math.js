// Formulas: the server sends a tree of [name, attributes or 0, text or children …].
// Only what is listed here is built, whatever the server sends.

const namespace = "http://www.w3.org/1998/Math/MathML";

const elements = new Set(["math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "mpadded", "mphantom",
  "msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr", "mtd"]);

const attributes = new Set(["display", "displaystyle", "scriptlevel", "mathvariant", "stretchy", "symmetric", "form", "movablelimits", "accent",
  "minsize", "maxsize", "lspace", "rspace", "width", "height", "depth", "linethickness", "columnspan", "class"]);

export function build(node) {
  const [name, attrs, ...rest] = node;
  if (!elements.has(name)) return document.createTextNode("");
  const element = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attrs || {})) {
    if (attributes.has(key)) element.setAttribute(key, value);
  }
  for (const part of rest) element.append(typeof part === "string" ? part : build(part));
  return element;
}
