// Package mathml turns presentation MathML 3 into LaTeX, and with it the trees
// that MathJax (CHTML) and KaTeX (katex-html) build out of the same elements.
//
// A formula passes through three hands. A builder (build.go, chtml.go,
// katex.go, content.go for content MathML) copies what matters of the page's
// node table into a small tree of its own: rows, tokens, fractions, scripts,
// tables. The tree is then looked over once for fences that must grow
// (fence.go). At last it is written (write.go and its neighbours): tokens by
// the tables of symbols.go, scripts by script.go, tables by table.go.
//
// The source is hostile: depth is limited, and what lies deeper is flattened
// into the row at the limit; the output is at most linear in the input.
//
// Sources: W3C MathML 3 and MathML Core; unicode-math's names for symbols.
package mathml
