package extract

import (
	"bytes"
	"strings"
	"unicode/utf8"
	"unsafe"

	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// maxContainerNodes is the size of the largest element that is read as one
// formula because of its class.
const maxContainerNodes = 400

// bareContainer makes an element a formula whose class says mathematics and
// whose text is TeX without delimiters, or a formula in HTML italics. Where the
// text has delimiters, they decide, so the element stays text.
func (p *page) bareContainer(n dom.Node, bits classBits, d display) bool {
	t := &p.tree
	size := int(t.End(n) - n)
	if size > maxContainerNodes || !p.spend(size) {
		return false
	}
	scripted, broken, tag := false, false, ""
	for c := n + 1; c < t.End(n); c++ {
		if t.Kind(c) != dom.Element {
			continue
		}
		switch t.Tag(c) {
		case dom.Span, dom.Font, dom.Nobr, dom.Wbr, dom.B, dom.Strong, dom.Small, dom.Big, dom.A:
			if class := t.Class(c); class != "" {
				if m := p.classes.lookup(class, false).math; m&(mcFrame|mcPreview|mcKatex|mcKatexHTML|mcImage&^mcBare|mcMathJaxNode|mcWiki) != 0 {
					return false
				} else if m&mcFrac != 0 {
					scripted = true
				} else if number := p.formulaNumber(c); number != "" {
					scripted, tag = true, ` \tag{`+number+"}"
				}
			}
		case dom.Br:
			broken = true
		case dom.Sub, dom.Sup, dom.I, dom.Em, dom.Var, dom.Cite:
			scripted = true
		default:
			return false
		}
	}
	src := strings.TrimSpace(p.textOf(n))
	if src == "" {
		return false
	}
	if strings.Contains(src, `\(`) || strings.Contains(src, `\[`) || strings.IndexByte(src, '$') >= 0 || src[0] == '[' && strings.Contains(src, "[/") || strings.Contains(src, "[itex]") ||
		strings.IndexByte(src, '`') >= 0 {
		return false
	}
	texLike := bits.math&(mcBare|mcForce) != 0 && (bits.math&mcForce != 0 && plausibleFormula(src) || looksBare(src))
	switch {
	case bits.math&mcHTMLMath != 0 && scripted && strings.IndexByte(src, '\\') < 0 && !prose(src):
		return p.setAtom(n, formHTML, p.htmlMath(n, bits.math)+tag, d)
	case texLike && !scripted:
		src = strings.Clone(src)
		switch html := bits.math&mcHTMLMath != 0 && !strings.ContainsAny(src, `\^_`); {
		case broken, html && bits.math&(mcInline|mcDisplay) != 0: // pandoc's
			src = p.htmlMath(n, bits.math)
		case html && strings.ContainsAny(src, "{}&") && !isTeXGroup([]byte(src), bits.math):
			src = string(appendEscaped(nil, src))
		}
		return p.setAtom(n, formContainer, src, d)
	case texLike:
		return p.setAtom(n, formContainer, p.htmlMath(n, bits.math)+tag, d)
	case bits.math&mcHTMLMath != 0 && bits.math&mcRegion == 0 && !prose(src):
		return p.setAtom(n, formHTML, p.htmlMath(n, bits.math), d) // .texhtml without scripts
	}
	return false
}

// formulaNumber returns the number of a display formula, without its parentheses,
// that a span or link in it is, or "".
func (p *page) formulaNumber(n dom.Node) string {
	if !p.tree.IsElement(n, dom.Span, dom.A) || p.tree.End(n)-n > 4 || !p.isEquationNumber(n) {
		return ""
	}
	text := strings.TrimSpace(p.textOf(n))
	if len(text) > maxEquationNumber || !hasTag([]byte(text)) {
		return ""
	}
	return strings.Clone(text[1 : len(text)-1])
}

// looksBare reports whether the text of a maths container is TeX.
func looksBare(s string) bool {
	if strings.Contains(s, `\begin{`) && tex.LooksTeX(s) {
		return true
	}
	if strings.IndexByte(s, '\\') >= 0 {
		return tex.LooksTeX(s) || tex.LooksMath(s)
	}
	return !prose(s) && len(s) <= 300 && (tex.LooksTeX(s) || !inWords(s) && (tex.LooksMath(s) || strings.ContainsAny(s, "^_=<>+")))
}

// inWords reports whether s is an equation between words or quantities, such as
// "speed = distance / time" and "2 hours = 120 min", which is text as it is: most
// of its operands are words.
func inWords(s string) bool {
	words, others := 0, 0
	number := false // before w
	for w := range strings.FieldsSeq(s) {
		w = strings.Trim(w, ".,;:!?()[]")
		switch {
		case isWord(w) && (number || len(w) >= 4 && !operators[w]):
			words++
		case strings.IndexFunc(w, func(r rune) bool { return r >= 0x80 || isLetter(byte(r)) }) >= 0:
			others++
		}
		number = w != "" && isDigit(w[len(w)-1])
	}
	return words >= 2 && words > others
}

// isWord reports whether s is three letters or more, with no capital but the
// first.
func isWord(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) || i > 0 && s[i] < 'a' {
			return false
		}
	}
	return len(s) >= 3
}

// prose reports whether s has three words of a sentence in a row.
func prose(s string) bool {
	run := 0
	for w := range strings.FieldsSeq(s) {
		w = strings.Trim(w, ".,;:!?()")
		if len(w) >= 3 && isLetters(w) {
			if run++; run >= 3 {
				return true
			}
		} else {
			run = 0
		}
	}
	return false
}

// unicodeTeX replaces the letters and signs that authors of HTML formulas write
// in Unicode.
var unicodeTeX = strings.NewReplacer(
	"\u2212", "-", "×", `\times `, "·", `\cdot `, "⋅", `\cdot `, "÷", `\div `, "±", `\pm `, "∓", `\mp `, "≤", `\leq `, "≥", `\geq `,
	"≠", `\neq `, "≈", `\approx `, "≡", `\equiv `, "∼", `\sim `, "→", `\to `, "⇒", `\Rightarrow `, "⇔", `\Leftrightarrow `,
	"∈", `\in `, "∉", `\notin `, "⊂", `\subset `, "⊆", `\subseteq `, "∪", `\cup `, "∩", `\cap `, "∞", `\infty `, "∑", `\sum `,
	"∏", `\prod `, "∫", `\int `, "∂", `\partial `, "∇", `\nabla `, "√", `\surd `, "∀", `\forall `, "∃", `\exists `, "…", `\ldots `,
	"∧", `\wedge `, "∨", `\vee `, "¬", `\neg `, "⊢", `\vdash `, "⊨", `\models `, "⟶", `\longrightarrow `, "⟷", `\longleftrightarrow `,
	"↔", `\leftrightarrow `, "←", `\leftarrow `, "↦", `\mapsto `, "↾", `\upharpoonright `, "∘", `\circ `, "⊕", `\oplus `, "⊗", `\otimes `,
	"⊥", `\perp `, "∥", `\parallel `, "∖", `\setminus `, "⊃", `\supset `, "⊇", `\supseteq `, "⋂", `\bigcap `, "⋃", `\bigcup `, "≅", `\cong `,
	"≃", `\simeq `, "≪", `\ll `, "≫", `\gg `, "≺", `\prec `, "≻", `\succ `, "∝", `\propto `, "⌊", `\lfloor `, "⌋", `\rfloor `,
	"⌈", `\lceil `, "⌉", `\rceil `, "†", `\dagger `, "∮", `\oint `, "ℜ", `\Re `, "ℑ", `\Im `, "ℵ", `\aleph `, "ℏ", `\hbar `, "∣", `\mid `,
	"⋯", `\cdots `, "′", "'", "″", "''", "ℝ", `\mathbb{R}`, "ℕ", `\mathbb{N}`, "ℤ", `\mathbb{Z}`, "ℚ", `\mathbb{Q}`, "ℂ", `\mathbb{C}`,
	"α", `\alpha `, "β", `\beta `, "γ", `\gamma `, "δ", `\delta `, "ε", `\varepsilon `, "ϵ", `\epsilon `, "ζ", `\zeta `, "η", `\eta `,
	"θ", `\theta `, "ι", `\iota `, "κ", `\kappa `, "λ", `\lambda `, "μ", `\mu `, "µ", `\mu `, "ν", `\nu `, "ξ", `\xi `, "π", `\pi `, "ρ", `\rho `,
	"σ", `\sigma `, "τ", `\tau `, "υ", `\upsilon `, "φ", `\varphi `, "ϕ", `\phi `, "χ", `\chi `, "ψ", `\psi `, "ω", `\omega `,
	"Γ", `\Gamma `, "Δ", `\Delta `, "Θ", `\Theta `, "Λ", `\Lambda `, "Ξ", `\Xi `, "Π", `\Pi `, "Σ", `\Sigma `, "Φ", `\Phi `, "Ψ", `\Psi `,
	"Ω", `\Omega `, "ℓ", `\ell `, "∅", `\emptyset `, "⟨", `\langle `, "⟩", `\rangle `, "°", `^{\circ}`, "%", `\%`, "#", `\#`,
)

// codeFormula handles the code elements that are formulas after all: those
// whose class or language says so.
func (p *page) codeFormula(n dom.Node, tag dom.Tag, a *attrs, bits classBits) bool {
	lang, _ := p.tree.Attr(n, "lang")
	force := bits.math&mcForce != 0 || lang == "math"
	if !force && (tag != dom.Pre || bits.math&(mcBare|mcAsciiMath) == 0 || bits.page&pcCodeBox != 0) {
		return false
	}
	src := strings.TrimSpace(p.textOf(n))
	if src == "" || !force && !looksBare(src) {
		if inner, _, ok := tex.Delimited(src); !ok || !tex.LooksTeX(inner) {
			return false
		}
	}
	d := dispInline
	if tag == dom.Pre || a.display == "display" || a.display == "block" {
		d = dispBlock
	}
	up := p.tree.Parent(n)
	if style, ok := p.tree.Attr(up, "style"); ok && p.tree.Tag(up) == dom.P && strings.Contains(style, "center") && p.alone(n) {
		d = dispBlock
	}
	if p.tree.Tag(up) == dom.Pre {
		d = dispBlock
		if p.onlyChild(up) == n {
			n = up
		}
	}
	return p.setAtom(n, formContainer, strings.Clone(src), d)
}

// onlyChild returns the element that, white space apart, is all there is in n,
// or None.
func (p *page) onlyChild(n dom.Node) dom.Node {
	t := &p.tree
	only := dom.None
	for c := range t.Children(n) {
		switch {
		case p.isBlankText(c):
		case only == dom.None && t.Kind(c) == dom.Element:
			only = c
		default:
			return dom.None
		}
	}
	return only
}

// rebuildSVG makes n a formula out of the drawing of MathJax 3 at g, whose
// groups are named after the MathML elements that they draw and whose glyphs
// are named after their code points.
func (p *page) rebuildSVG(n, g dom.Node, d display) bool {
	if !p.spend(int(p.tree.End(g) - g)) {
		return false
	}
	p.scratch2 = append(p.scratch2[:0], "<math>"...)
	p.scratch2 = p.appendSVG(p.scratch2, g, 0)
	p.scratch2 = append(p.scratch2, "</math>"...)
	b := p.scratch2
	if err := p.sub.Parse(b, subLimits); err != nil {
		return false
	}
	math := findMath(&p.sub)
	if math == dom.None || len(bytes.TrimSpace(p.sub.AppendText(p.scratch[:0], math))) == 0 {
		return false
	}
	return p.convertSub(n, math, formMathJax3, d)
}

// maxSVGDepth bounds the recursion over a drawing.
const maxSVGDepth = 100

// appendSVG appends the MathML of the groups below n.
func (p *page) appendSVG(b []byte, n dom.Node, depth int) []byte {
	for c := range p.tree.Children(n) {
		if p.tree.Kind(c) == dom.Element {
			b = p.appendSVGNode(b, c, depth)
		}
	}
	return b
}

// appendSVGNode appends the MathML of one group, or of what is in it.
func (p *page) appendSVGNode(b []byte, c dom.Node, depth int) []byte {
	t := &p.tree
	if depth > maxSVGDepth {
		return b
	}
	kind, _ := t.Attr(c, "data-mml-node")
	switch kind {
	case "":
		b = p.appendSVGGlyph(b, c)
		b = p.appendSVG(b, c, depth+1)
	case "msqrt", "mroot":
		b = p.appendSVGRoot(b, kind, c, depth)
	case "mi", "mn", "mo", "mtext", "mfrac", "mtable", "mtr", "mtd", "msup", "msub", "mover", "munder", "mrow":
		b = p.appendSVGElement(b, kind, c, depth)
	case "TeXAtom":
		b = p.appendSVGElement(b, "mrow", c, depth)
	case "msubsup", "munderover":
		// The drawing has the base, then the upper and the lower script.
		b = append(b, '<')
		b = append(b, kind...)
		b = append(b, '>')
		var parts [3]dom.Node
		i := 0
		for s := range t.Children(c) {
			if t.Kind(s) == dom.Element && i < 3 {
				parts[i] = s
				i++
			}
		}
		if i == 3 {
			if kind == "msubsup" || p.svgHeight(parts[1]) > p.svgHeight(parts[2]) {
				parts[1], parts[2] = parts[2], parts[1]
			}
			for _, s := range parts {
				b = append(b, "<mrow>"...)
				b = p.appendSVG(append(b, "<mrow>"...), s, depth+1)
				b = append(b, "</mrow></mrow>"...)
			}
		}
		b = append(b, "</"...)
		b = append(b, kind...)
		b = append(b, '>')
	default:
		b = p.appendSVG(b, c, depth+1)
	}
	return b
}

func (p *page) appendSVGElement(b []byte, kind string, n dom.Node, depth int) []byte {
	b = append(b, '<')
	b = append(b, kind...)
	if kind == "mfrac" && !p.hasChild(n, dom.Rect) {
		b = append(b, ` linethickness="0"`...)
	}
	b = append(b, '>')
	start := len(b)
	b = p.appendSVG(b, n, depth+1)
	switch piece, _ := utf8.DecodeRune(b[start:]); piece {
	case '\ue150': // the first of the pieces of a brace, in MathJax's font
		b = append(b[:start], "⏞"...)
	case '\ue152':
		b = append(b[:start], "⏟"...)
	}
	if kind == "mi" && len(b) == start+1 && isLetter(b[start]) {
		letter := b[start] // italic ones have code points of their own
		b = append(b[:start-1], ` mathvariant="normal">`...)
		b = append(b, letter)
	}
	b = append(b, "</"...)
	b = append(b, kind...)
	return append(b, '>')
}

// appendSVGRoot appends a root, which is drawn as what is under it, its index,
// the sign and the line.
func (p *page) appendSVGRoot(b []byte, kind string, n dom.Node, depth int) []byte {
	t := &p.tree
	var parts []dom.Node
	for c := range t.Children(n) {
		if t.IsElement(c, dom.G) {
			parts = append(parts, c)
		}
	}
	if len(parts) > 1 {
		if last, _ := t.Attr(parts[len(parts)-1], "data-mml-node"); last == "mo" {
			parts = parts[:len(parts)-1]
		}
	}
	b = append(b, '<')
	b = append(b, kind...)
	b = append(b, '>')
	for _, part := range parts {
		b = append(b, "<mrow>"...)
		b = p.appendSVGNode(b, part, depth+1)
		b = append(b, "</mrow>"...)
	}
	b = append(b, "</"...)
	b = append(b, kind...)
	return append(b, '>')
}

// hasChild reports whether a child of n is an element of the given name.
func (p *page) hasChild(n dom.Node, tag dom.Tag) bool {
	for c := range p.tree.Children(n) {
		if p.tree.IsElement(c, tag) {
			return true
		}
	}
	return false
}

// svgHeight returns the vertical shift in the transform of a group.
func (p *page) svgHeight(n dom.Node) int {
	transform, _ := p.tree.Attr(n, "transform")
	_, after, _ := strings.Cut(transform, ",")
	after = strings.TrimSpace(after)
	v, sign := 0, 1
	for i := range len(after) {
		switch b := after[i]; {
		case b == '-' && i == 0:
			sign = -1
		case b >= '0' && b <= '9' && v < 1<<20:
			v = v*10 + int(b-'0')
		default:
			return sign * v
		}
	}
	return sign * v
}

// appendSVGGlyph appends the character that a path or a reference draws.
func (p *page) appendSVGGlyph(b []byte, n dom.Node) []byte {
	t := &p.tree
	if t.Tag(n) == dom.SVGText {
		return appendEscapedXML(b, p.textOf(n))
	}
	code, ok := t.Attr(n, "data-c")
	if !ok && t.Tag(n) == dom.Use {
		code, _ = t.Attr(n, "href")
		if code == "" {
			code, _ = t.Attr(n, "xlink:href")
		}
		if i := strings.LastIndexByte(code, '-'); i >= 0 {
			code = code[i+1:]
		}
	}
	if code == "" {
		return b
	}
	r := rune(0)
	for i := range len(code) {
		v := strings.IndexByte("0123456789ABCDEF", upper(code[i]))
		if v < 0 || r > 0x10ffff {
			return b
		}
		r = r<<4 | rune(v)
	}
	if r < ' ' || r > 0x10ffff {
		return b
	}
	if font, ok := t.Attr(n, "xlink:href"); ok && r >= 'A' && r <= 'Z' && strings.Contains(font, "-TEX-C") {
		r += '𝒜' - 'A' // the font alone tells calligraphic letters
	}
	return appendEscapedXML(b, string(r))
}

func upper(b byte) byte {
	if b >= 'a' && b <= 'z' {
		return b - 0x20
	}
	return b
}

func appendEscapedXML(b []byte, s string) []byte {
	for i := range len(s) {
		switch s[i] {
		case '<':
			b = append(b, "&lt;"...)
		case '&':
			b = append(b, "&amp;"...)
		default:
			b = append(b, s[i])
		}
	}
	return b
}

// view returns b as a string that shares its memory.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
