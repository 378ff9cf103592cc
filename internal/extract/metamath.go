package extract

import (
	"strings"

	"mathsieve/internal/extract/dom"
)

// maxTokens is the number of symbols in the longest formula made of images.
const maxTokens = 2000

// metamathFormula makes a row of images one formula if it is one of Metamath's
// statements, which draw each symbol as an image of its own: the first is the
// turnstile, and the titles are the symbols in Metamath's ASCII notation.
func (p *page) metamathFormula(n dom.Node, a *attrs) bool {
	if a.title != "|-" || strings.IndexByte(a.src, '/') >= 0 {
		return false
	}
	t := &p.tree
	source := append([]byte(nil), `\vdash`...)
	tokens := 0
	for s := t.NextSibling(n); s != dom.None && tokens < maxTokens; s = t.NextSibling(s) {
		if p.isBlankText(s) {
			continue
		}
		title, ok := "", false
		if t.IsElement(s, dom.Img) {
			title, ok = t.Attr(s, "title")
		}
		if title = strings.TrimSpace(title); !ok || title == "" || title == "|-" {
			break
		}
		tokens++
		source = append(append(source, ' '), metamathToken(title)...)
		p.m[s].flags |= nfDrop
	}
	return tokens > 0 && p.setAtom(n, formImage, string(source), dispInline)
}

// metamathToken returns a symbol of Metamath in TeX.
func metamathToken(s string) string {
	if command, ok := metamathTokens[s]; ok {
		return command
	}
	if len(s) == 1 {
		return s
	}
	return `\mathrm{` + escapeToken.Replace(s) + "}"
}

var escapeToken = strings.NewReplacer(`\`, `\backslash `, "_", `\_`, "^", `\hat{}`, "~", `\sim `, "{", `\{`, "}", `\}`, "#", `\#`, "&", `\&`, "$", `\$`, "%", `\%`)

// metamathTokens are the symbols of the set theory explorers that are no words.
var metamathTokens = map[string]string{
	"->": `\to`, "<->": `\leftrightarrow`, "-.": `\lnot`, `/\`: `\wedge`, `\/`: `\vee`, "A.": `\forall`, "E.": `\exists`, "E!": `\exists!`,
	"e.": `\in`, "e/": `\notin`, "=/=": `\neq`, "C_": `\subseteq`, "C.": `\subset`, "u.": `\cup`, "i^i": `\cap`, `\`: `\setminus`,
	"(/)": `\emptyset`, "U.": `\bigcup`, "|^|": `\bigcap`, "~P": `\mathcal{P}`, "X.": `\times`, "<.": `\langle`, ">.": `\rangle`,
	"{": `\{`, "}": `\}`, "|": `\mid`, "`": `{}^{\backprime}`, "'": `{}'`, "o.": `\circ`, "|`": `\upharpoonright`, "|->": `\mapsto`,
	"-->": `\longrightarrow`, "~~": `\approx`, "~<_": `\preceq`, "~<": `\prec`, "<": "<", "<_": `\leq`, "x.": `\cdot`, "-u": "-", "^": `\uparrow`,
	"CC": `\mathbb{C}`, "RR": `\mathbb{R}`, "QQ": `\mathbb{Q}`, "ZZ": `\mathbb{Z}`, "NN": `\mathbb{N}`, "NN0": `\mathbb{N}_0`, "N.": `\mathbf{N}`,
	"ph": `\varphi`, "ps": `\psi`, "ch": `\chi`, "th": `\theta`, "ta": `\tau`, "et": `\eta`, "ze": `\zeta`, "si": `\sigma`, "rh": `\rho`, "mu": `\mu`,
	"la": `\lambda`, "ka": `\kappa`, "om": `\omega`, "_pi": `\pi`, "_i": `\mathrm{i}`, "_e": `\mathrm{e}`, "oo": `\infty`, "+oo": `+\infty`, "-oo": `-\infty`,
	"sum_": `\sum`, "prod_": `\prod`, "sqr": `\sqrt{}`, "%": `\%`, "#": `\#`, "&": `\&`, "_": `\_`, "~": `\sim`, "[": "[", "]": "]", "[_": `\lfloor`, "||": `\parallel`,
}
