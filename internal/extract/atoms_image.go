package extract

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"

	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// imageElement makes an image a formula if its class, its address or its
// alternative text say so, else it is dropped like all images.
func (p *page) imageElement(n dom.Node, a *attrs, bits classBits) bool {
	if p.m[n].flags&nfDrop != 0 || p.metamathFormula(n, a) {
		return true
	}
	src := a.src
	if a.lazySrc != "" && !isFormulaAddress(src) {
		src = a.lazySrc
	}
	if a.mathml == "" && isMathML(a.alt) {
		a.mathml, a.alt = a.alt, ""
	}
	class := bits.math&(mcImage|mcForce) | p.containerClass(n)
	comment := p.comment
	p.comment = dom.None
	if comment != dom.None && n-comment > 6 && (n-comment > 16 || !isOneEquation(p.tree.RawText(comment))) {
		comment = dom.None
	}
	fromURL, urlDisplay, service := "", tex.Unknown, false
	if isFormulaAddress(src) {
		fromURL, urlDisplay, service = tex.FromImageURL(src)
		service = service || isWikiDrawing(src)
	}
	d := p.imageDisplay(n, a, bits)
	if d == dispUnknown && a.display == "display" {
		d = dispBlock
	}
	if d == dispUnknown {
		d = p.styledDisplay(n, a.alt)
	}

	if a.tex != "" && (tex.LooksMath(a.tex) || class != 0) && a.texName != "data-original" {
		return p.setAtom(n, formImage, a.tex, d)
	}
	if alt, ok := p.altTeX(a.alt, class != 0, service); ok && !isName(alt, fromURL) {
		if comment != dom.None && strings.Contains(alt, "...") {
			return p.setAtom(n, formImage, commentSource(p.tree.RawText(comment)), d)
		}
		return p.setAtom(n, formImage, alt, d)
	}
	if comment != dom.None {
		if source := commentSource(p.tree.RawText(comment)); source != "" {
			return p.setAtom(n, formImage, source, d)
		}
	}
	if a.mathml != "" && p.mathMLString(n, formImage, a.mathml, d) {
		return true
	}
	if title, ok := p.altTeX(a.title, class != 0, service); ok && !strings.Contains(title, "QuickLaTeX") && !isName(title, fromURL) {
		return p.setAtom(n, formImage, title, d)
	}
	if service && fromURL != "" {
		if d == dispUnknown {
			d = displayOf(urlDisplay)
		}
		return p.setAtom(n, formImage, fromURL, d)
	}
	if a.label != "" && class != 0 && tex.LooksMath(a.label) {
		return p.setAtom(n, formImage, a.label, d)
	}
	if (service || class&mcImage != 0 && bits.math&mcImage != 0) && a.src != "" {
		p.tally.miss(formImage, lossUnreadable)
	}
	p.m[n].flags |= nfDrop
	return true
}

// isMathML reports whether an alternative text is MathML, plain or in the
// notation of Wiris, as older versions of its editor wrote it.
func isMathML(alt string) bool {
	alt = strings.TrimSpace(alt)
	return strings.HasPrefix(alt, "«math") || strings.HasPrefix(alt, "<math")
}

// containerClass returns the class of maths that the two elements around an
// image have: generators often mark the block and not the image.
func (p *page) containerClass(n dom.Node) (m mathClass) {
	t := &p.tree
	for range 2 {
		if n = t.Parent(n); n <= dom.Root {
			break
		}
		switch t.Tag(n) {
		case dom.Div, dom.P, dom.Span:
			if class := t.Class(n); class != "" {
				m |= p.classes.lookup(class, false).math & mcImage
			}
		}
	}
	return m
}

// displayOf translates what a formula says about itself.
func displayOf(d tex.Display) display {
	switch d {
	case tex.Block:
		return dispBlock
	case tex.Inline:
		return dispInline
	case tex.Unknown:
	}
	return dispUnknown
}

// imageDisplay says how the mark-up sets an image.
func (p *page) imageDisplay(n dom.Node, a *attrs, bits classBits) display {
	switch {
	case bits.math&mcDisplay != 0:
		return dispBlock
	case bits.math&mcInline != 0:
		return dispInline
	case bits.math&mcImage != 0 && strings.Contains(a.class, "displayed"):
		return dispBlock
	}
	t := &p.tree
	parent := t.Parent(n)
	switch t.Tag(parent) {
	case dom.Center, dom.Dd:
		if p.alone(n) {
			return dispBlock
		}
	case dom.Span:
		if p.classes.lookup(t.Class(parent), false).math&mcInline != 0 {
			return dispInline // whatever delimiters it has
		}
	case dom.Div, dom.P:
		if above := t.Parent(parent); t.Tag(parent) == dom.P && t.Tag(above) == dom.Div && p.alone(n) {
			if p.classes.lookup(t.Class(above), false).math&mcBare != 0 {
				return dispBlock
			}
		}
		if class := t.Class(parent); class != "" {
			if m := p.classes.lookup(class, false).math; m&(mcDisplayWrapper|mcDisplay) != 0 ||
				m&mcBare != 0 && t.Tag(parent) == dom.Div || containsFold(class, "aligncenter") && p.alone(n) {
				return dispBlock
			}
		}
		if p.isCentred(parent) && p.alone(n) {
			return dispBlock
		}
	}
	if strings.Contains(a.class, "aligncenter") && p.alone(n) {
		return dispBlock
	}
	return dispUnknown
}

// styledDisplay says how an image is set whose alternative text is a formula in
// the style of displays. MediaWiki writes the command, in braces, before any
// formula; elsewhere it is the author's.
func (p *page) styledDisplay(n dom.Node, alt string) display {
	alt = strings.TrimSpace(alt)
	switch {
	case !strings.HasPrefix(strings.TrimLeft(alt, "$ {"), `\displaystyle`):
		return dispUnknown
	case p.alone(n):
		return dispBlock
	case strings.HasPrefix(alt, `{\displaystyle`):
		return dispInline
	}
	if up := p.tree.Parent(n); p.tree.IsElement(up, dom.Div) && p.isLoneFormula(n, up) {
		return dispBlock
	}
	return dispUnknown
}

// altTeX returns the TeX in an alternative text. Without a class or a service
// that vouches for it, the text must have delimiters around the whole or a TeX
// command.
func (p *page) altTeX(alt string, class, service bool) (string, bool) {
	alt = strings.TrimSpace(alt)
	if alt == "" || len(alt) > 1<<16 || isDrawing(alt) {
		return "", false
	}
	if rest, ok := strings.CutPrefix(alt, "LaTeX:"); ok {
		alt = strings.TrimSpace(rest) // of Canvas, whose images all say so
	} else if strings.HasPrefix(alt, `{"`) {
		alt = docsFormula(alt)
	}
	alt = tex.JoinBroken(percentDecoded(alt))
	if inner, _, ok := tex.Delimited(alt); ok {
		return alt, class || service || tex.LooksMath(strings.TrimSpace(inner))
	}
	if !class && !service {
		return alt, strings.IndexByte(alt, '\\') >= 0 && tex.LooksTeX(alt)
	}
	if strings.HasPrefix(alt, "http") && strings.Contains(alt, "://") || strings.HasPrefix(alt, "data:") {
		return "", false
	}
	return alt, tex.LooksMath(alt) || tex.LooksTeX(alt) || plausibleFormula(alt)
}

// docsFormula returns the TeX, with its delimiters, in the JSON that an add-on of
// Google Docs writes as the alternative text of its formulas, else "".
func docsFormula(alt string) string {
	var v struct {
		Code string `json:"code"`
	}
	if json.Unmarshal([]byte(alt), &v) != nil {
		return ""
	}
	if _, _, ok := tex.Delimited(v.Code); !ok {
		return ""
	}
	return v.Code
}

// percentDecoded returns the TeX in s, which some editors store with percent
// codes, of UTF-8.
func percentDecoded(s string) string {
	if strings.Contains(s, "%5C") || strings.Contains(s, "%7B") || strings.Contains(s, "%3C") {
		if decoded, err := url.PathUnescape(s); err == nil && utf8.ValidString(decoded) {
			return decoded
		}
	}
	return s
}

// isDrawing reports whether an alternative text is the source of a picture or a
// table, not of a formula.
func isDrawing(alt string) bool {
	if strings.HasPrefix(alt, "[asy]") || isLetterPicture(alt) {
		return true
	}
	alt = strings.TrimLeft(alt, "$ ")
	for _, start := range [...]string{`\begin{figure`, `\begin{table`, `\begin{picture`, `\begin{tikz`, `\begin{tabular`, `\begin{center`, `\includegraphics`, `\epsfig`, `\begin{rawhtml`, `\begin{lstlisting`, `\begin{verbatim`} {
		if strings.HasPrefix(alt, start) {
			return true
		}
	}
	return false
}

// isLetterPicture reports whether an alternative text draws a formula with letters
// over several lines, as TeX4ht does; what belongs together cannot be told.
func isLetterPicture(alt string) bool {
	return strings.IndexByte(alt, '\n') >= 0 && strings.IndexByte(alt, '\\') < 0 && (strings.Contains(alt, "  ") || strings.Contains(alt, "--"))
}

// plausibleFormula accepts what a maths class or service vouches for, but no
// description in words.
func plausibleFormula(s string) bool {
	for w := range strings.FieldsSeq(s) {
		w = strings.Trim(w, ".,;:()[]")
		if len(w) >= 4 && isLetters(w) && !isSpelled(w) {
			return false
		}
	}
	return true
}

// isSpelled reports whether a word is a Greek letter by its name, or a function,
// which may have a variable right behind it, as in formulas without TeX.
func isSpelled(w string) bool {
	if greekNames[strings.ToLower(w)] || operators[w] || w == "infty" {
		return true
	}
	for n := 2; n <= min(len(w)-1, len("arctan")); n++ {
		if rest := w[n:]; spelledFunctions[w[:n]] && (greekNames[rest] || len(rest) == 1 && rest[0] >= 'x' && rest[0] <= 'z') {
			return true
		}
	}
	return false
}

var greekNames = map[string]bool{
	"alpha": true, "beta": true, "gamma": true, "delta": true, "epsilon": true, "zeta": true, "eta": true, "theta": true, "iota": true,
	"kappa": true, "lambda": true, "mu": true, "nu": true, "xi": true, "pi": true, "rho": true, "sigma": true, "tau": true,
	"upsilon": true, "phi": true, "chi": true, "psi": true, "omega": true,
}

var spelledFunctions = map[string]bool{
	"sin": true, "cos": true, "tan": true, "cot": true, "sec": true, "csc": true, "sinh": true, "cosh": true, "tanh": true,
	"arcsin": true, "arccos": true, "arctan": true, "log": true, "ln": true, "exp": true,
}

// isName reports whether a short alternative text, such as "eq1" or "Eq. 2", only
// names the image whose address has the TeX: it has no sign of TeX, and the
// address has more than it.
func isName(alt, fromURL string) bool {
	if len(fromURL) <= len(alt) && !strings.ContainsAny(fromURL, `\^_`) || strings.ContainsAny(alt, `\^_{}=<>+$`) {
		return false
	}
	return dropBlanks.Replace(fromURL) != dropBlanks.Replace(alt)
}

var dropBlanks = strings.NewReplacer(" ", "", `\,`, "")

// isFormulaAddress is a quick test for addresses of services that draw
// formulas.
func isFormulaAddress(src string) bool {
	if len(src) < 8 || strings.HasPrefix(src, "data:") {
		return false
	}
	for _, part := range [...]string{"tex", "codecogs", "math", "chart", "equation", "eqn", "formula", "%5C", "%5c", "latex", "TeX", "\\"} {
		if strings.Contains(src, part) {
			return true
		}
	}
	return false
}

// isWikiDrawing reports whether MediaWiki has drawn the image at an address: the
// path is that of Wikimedia's service, or it ends in the first three digits of a
// checksum and the whole of it.
func isWikiDrawing(src string) bool {
	if strings.Contains(src, "/media/math/render/") {
		return true
	}
	const folder, digits = "/math/", len("0/1/2/")
	i := strings.LastIndex(src, folder)
	if i < 0 || len(src) < i+len(folder)+digits+32 {
		return false
	}
	path := src[i+len(folder):]
	sum := path[digits : digits+32]
	return path[1] == '/' && path[3] == '/' && path[5] == '/' && path[0] == sum[0] && path[2] == sum[1] && path[4] == sum[2] &&
		strings.Trim(sum, "0123456789abcdef") == ""
}

// isOneEquation reports whether a comment of latex2html has the source of an
// environment that comes out as one image.
func isOneEquation(comment []byte) bool {
	s := commentSource(comment)
	return strings.HasPrefix(s, `\begin{equation`) || strings.HasPrefix(s, `\begin{displaymath`)
}

// commentSource returns the TeX in a comment of latex2html: MATH and the source
// in its delimiters.
func commentSource(comment []byte) string {
	s := bytes.TrimSpace(comment)
	s = bytes.TrimPrefix(s, []byte("MATH"))
	return string(bytes.TrimSpace(s))
}
