package extract

import (
	"bytes"
	"strings"

	"mathsieve/internal/extract/asciimath"
	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// scanDelimiters looks at a text node, undecoded, for signs of raw delimiters:
// what it finds decides later how much a single dollar needs to be one. signs
// are those in the text.
func (p *page) scanDelimiters(n dom.Node, raw []byte, signs textSign) {
	opens, closes := false, false
	if signs&signCommand != 0 {
		opens, closes = commandDelimiters(raw)
	}
	if signs&signDollar != 0 {
		p.hasDollar = true
		if dollars := bytes.Count(raw, []byte("$$")); dollars > 0 {
			p.doubleDollar = true
			if hasDoubleFormula(raw) {
				opens, closes = true, closes || dollars > 1
			}
		}
		if _, after, ok := bytes.Cut(raw, []byte(openWordPress)); ok && bytes.IndexByte(after, '$') >= 0 {
			opens, closes = true, true
		}
		if p.rawPairs < 3 {
			p.countPairs(raw[bytes.IndexByte(raw, '$'):])
		}
	}
	if opens {
		p.sureMath = true
		p.rawTexts = append(p.rawTexts, n)
		if closes {
			p.m[n].atoms = 1
		}
	}
	if signs&signBackquote != 0 && p.backquotes < 2 {
		p.countBackquotes(raw[bytes.IndexByte(raw, '`'):])
	}
}

// commandDelimiters reports whether a text has commands that open a formula, and
// such that close one.
func commandDelimiters(raw []byte) (opens, closes bool) {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 || i+1 == len(raw) {
			return opens, closes
		}
		raw = raw[i+1:]
		switch raw[0] {
		case '(', '[':
			opens = true
		case ')', ']':
			closes = true
		case 'b':
			opens = opens || bytes.HasPrefix(raw, []byte("begin{"))
		case 'e':
			closes = closes || bytes.HasPrefix(raw, []byte("end{"))
		}
	}
}

// countPairs counts pairs of single dollars around a TeX command.
func (p *page) countPairs(raw []byte) {
	for p.rawPairs < 3 {
		end := bytes.IndexByte(raw[1:], '$')
		if end < 0 {
			return
		}
		inside := raw[1 : end+1]
		raw = raw[end+1:]
		if len(inside) == 0 || len(inside) > 300 || bytes.IndexByte(inside, '\\') < 0 {
			continue
		}
		if s := string(inside); tex.LooksMath(s) && tex.LooksTeX(s) {
			p.rawPairs++
			raw = raw[1:]
			i := bytes.IndexByte(raw, '$')
			if i < 0 {
				return
			}
			raw = raw[i:]
		}
	}
}

// countBackquotes counts back-quoted strings that only AsciiMath explains.
func (p *page) countBackquotes(raw []byte) {
	for p.backquotes < 2 {
		end := bytes.IndexByte(raw[1:], '`')
		if end < 0 {
			return
		}
		inside := string(raw[1 : end+1])
		raw = raw[end+1:]
		if len(inside) < 200 && onlyAsciiMath(inside) {
			p.backquotes++
			raw = raw[1:]
			i := bytes.IndexByte(raw, '`')
			if i < 0 {
				return
			}
			raw = raw[i:]
		}
	}
}

func onlyAsciiMath(s string) bool {
	for _, sign := range [...]string{"sum_(", "sqrt(", "int_", "lim_(", " xx ", "+-", "((", "frac{", "^(", "_("} {
		if strings.Contains(s, sign) && asciimath.LooksLike(s) {
			return true
		}
	}
	return false
}

// A pairing finds the formulas between raw delimiters in one paragraph.
type pairing struct {
	p       *page
	src     []byte
	dst     []byte
	noClose [64]bool // by delimiter: nothing closes it any more
	envs    int      // environments that were not closed
	codes   int      // shortcodes that were not closed
	texes   int      // depth of regions where a dollar is a delimiter

	wirisEnd int // no formula in the notation of Wiris begins before
}

// maxRaw is the length in bytes of the longest formula between raw delimiters.
const maxRaw = 50_000

// pair appends to dst the paragraph src with all formulas between raw
// delimiters as marks.
func (p *page) pair(dst, src []byte) []byte {
	w := &p.pairing
	*w = pairing{p: p, src: src, dst: dst}
	kinds := &p.config.kinds
	for i := 0; i < len(src); {
		start := i
		for i < len(src) && kinds[src[i]]&(bkPair|bkWhole|bkQuote) == 0 {
			i++
		}
		w.dst = append(w.dst, src[start:i]...)
		if i == len(src) {
			break
		}
		if n := w.special(i); n > 0 {
			i += n
			continue
		}
		w.dst = append(w.dst, src[i])
		i++
	}
	dst = w.dst
	w.src, w.dst = nil, nil
	return dst
}

// special handles the byte at i, which may begin something, and returns how
// many bytes of the source it dealt with; 0 means that it is plain text.
func (w *pairing) special(i int) int {
	src := w.src
	switch src[i] {
	case mkAtom:
		w.dst = append(w.dst, src[i:i+atomLen]...)
		return atomLen
	case mkCode, mkPlain:
		end := byte(mkCodeEnd)
		if src[i] == mkPlain {
			end = mkPlainEnd
		}
		n := bytes.IndexByte(src[i:], end)
		if n < 0 {
			n = len(src) - i - 1
		}
		w.dst = append(w.dst, src[i:i+n+1]...)
		return n + 1
	case mkTeX:
		w.texes++
		return 1
	case mkTeXEnd:
		w.texes--
		return 1
	case mkAscii:
		n := bytes.IndexByte(src[i:], mkAsciiEnd)
		if n < 0 {
			return 1
		}
		inside := bytes.Trim(src[i+1:i+n], "` \n")
		if bytes.IndexByte(inside, '`') >= 0 || bytes.IndexByte(inside, '$') >= 0 {
			return 1
		}
		w.asciiMath(inside, false)
		return n + 1
	case mkAsciiEnd:
		return 1
	case '`':
		return w.backquoted(i)
	case wirisOpen[0]:
		if n := w.wiris(i); n > 0 {
			return n
		}
	}
	if src[i] == '$' && i > 0 && src[i-1] == '\\' && oddBackslashes(src[:i]) {
		return 0
	}
	for k := range w.p.config.delimiters {
		d := &w.p.config.delimiters[k]
		if d.open[0] != src[i] || !hasPrefix(src[i:], d.open) {
			continue
		}
		if n := w.delimited(i, k, d); n > 0 {
			return n
		}
		if d.open == "$$" {
			// Never read two dollars as two single ones.
			w.dst = append(w.dst, "$$"...)
			return 2
		}
	}
	switch src[i] {
	case '\\':
		if hasPrefix(src[i:], `\begin{`) {
			if n := w.environment(i); n > 0 {
				return n
			}
		}
		if w.p.config.asciiMath && i+1 < len(src) && src[i+1] == '`' {
			w.dst = append(w.dst, '`') // the character itself
			return 2
		}
		if i+1 < len(src) && src[i+1] >= 0x20 && src[i+1] != '$' {
			// A control symbol is copied whole, so that "\\[2pt]" opens nothing.
			w.dst = append(w.dst, src[i], src[i+1])
			return 2
		}
	case '$':
		return w.dollar(i)
	case '[', '<':
		return w.shortcode(i)
	}
	return 0
}

// hasPrefix reports whether src begins with open; blanks in the table of
// delimiters match any white space.
func hasPrefix(src []byte, open string) bool {
	if len(src) < len(open) {
		return false
	}
	for i := range len(open) {
		if src[i] != open[i] && (open[i] != ' ' || src[i] != '\n') {
			return false
		}
	}
	return true
}

// delimited reads the formula that the delimiter d opens at i.
func (w *pairing) delimited(i, k int, d *delimiter) int {
	src := w.src
	if d.open[0] == '\\' && i > 0 && src[i-1] == '\\' && oddBackslashes(src[:i]) {
		return 0
	}
	if k < len(w.noClose) && w.noClose[k] {
		return 0
	}
	start := i + len(d.open)
	end := w.closing(start, d)
	if end < 0 {
		if k < len(w.noClose) {
			w.noClose[k] = true
		}
		return 0
	}
	inside := src[start:end]
	if !w.acceptable(inside, byteAt(src, end+len(d.close)), d) || d.open == "$$" && i > 0 && isAlnum(src[i-1]) && isMangledName(inside) {
		return 0
	}
	n := end + len(d.close) - i
	if (d.open == `\(` || d.open == `\[`) && w.isPattern(i, i+n) {
		return 0
	}
	block := d.display
	switch d.form {
	case formAsciiMath:
		if i > 0 && isLetter(d.open[0]) && isLetter(src[i-1]) || prose(view(inside)) {
			return 0
		}
		w.asciiMath(bytes.TrimSpace(inside), d.open[0] == '\\' && n == len(bytes.TrimSpace(src)))
		return n
	case formBBCode:
		block = w.codeIsBlock(i, i+n, codeInline, "")
	default:
	}
	if !w.emit(inside, d.form, block) {
		return 0
	}
	return n
}

// aloneInLine reports whether nothing but white space shares the line of the
// source in [i, end).
func (w *pairing) aloneInLine(i, end int) bool {
	before, after := w.besides(i, end)
	return !before && !after
}

// amidLine reports whether the line goes on on both sides of [i, end).
func (w *pairing) amidLine(i, end int) bool {
	before, after := w.besides(i, end)
	return before && after
}

// besides reports whether anything but white space stands before and after [i, end)
// in its line.
func (w *pairing) besides(i, end int) (before, after bool) {
	for j := i - 1; j >= 0 && w.src[j] != mkBreak && !before; j-- {
		before = w.src[j] > ' '
	}
	for j := end; j < len(w.src) && w.src[j] != mkBreak && !after; j++ {
		after = w.src[j] > ' '
	}
	return before, after
}

// closing returns the position of the delimiter that closes d, opened before
// start, or -1. Braces must balance; where they never do, the first closing
// delimiter counts, which is what the author saw as a mistake and mended.
func (w *pairing) closing(start int, d *delimiter) int {
	src := w.src
	depth, first, seen := 0, -1, 0
	limit := min(len(src), start+maxRaw)
	for i := start; i < limit; i++ {
		b := src[i]
		if b == d.close[0] && hasPrefix(src[i:], d.close) {
			if depth <= 0 {
				return i
			}
			if first < 0 {
				first = i
			}
			if seen++; seen > 3 {
				return first
			}
			if b != '\\' {
				continue
			}
		}
		switch b {
		case '\\':
			if first >= 0 && hasPrefix(src[i:], d.open) {
				return first
			}
			i++
		case '{':
			depth++
		case '}':
			depth--
		case mkAtom:
			i += atomLen - 1
		case mkCode, mkPlain:
			return first
		}
	}
	return first
}

// acceptable rejects pairs that are no formula in spite of their delimiters, the
// last of which has the byte next behind it.
func (w *pairing) acceptable(inside []byte, next byte, d *delimiter) bool {
	trimmed := bytes.TrimSpace(inside)
	if len(trimmed) == 0 {
		return false
	}
	if d.form == formBBCode {
		return acceptableCode(trimmed)
	}
	if !d.sure && strings.HasPrefix(d.open, tripleDollars) {
		return !isPriceMark(view(trimmed)) && (tex.LooksMath(view(trimmed)) || tex.LooksTeX(view(trimmed)))
	}
	if d.open == "$$" {
		likely := w.texes > 0 || w.p.config.strength != dollarNever || w.p.config.library || len(w.p.atoms) > 0
		return isDoubleFormula(view(inside), next, likely)
	}
	if d.open == wordInline || d.open == wordDisplay {
		return !prose(view(trimmed)) || tex.LooksTeX(view(trimmed))
	}
	if d.open == `\[` || d.open == `\(` {
		return !isRegexp(trimmed) && !isNamed(inside, d.open)
	}
	return true
}

// acceptableCode reports whether the text in a shortcode is a formula.
func acceptableCode(inside []byte) bool {
	s := string(bytes.TrimSpace(inside))
	return s != "" && len(s) < 2000 && (tex.LooksMath(s) || tex.LooksTeX(s) || plausibleFormula(s) && len(s) < 40)
}

// isMangledName recognises the part between two double dollars of a name that a
// compiler made, such as Main$$anonfun$2$$apply.
func isMangledName(s []byte) bool {
	letters := 0
	for _, b := range s {
		switch {
		case isLetter(b):
			letters++
		case !isAlnum(b) && b != '$' && b != '_' && b != '.':
			return false
		}
	}
	return letters >= 3
}

// environments that are formulas wherever they stand in the text.
var environments = map[string]bool{
	"equation": true, "align": true, "gather": true, "multline": true, "eqnarray": true, "alignat": true, "flalign": true,
	"displaymath": true, "math": true, "dmath": true, "split": true, "aligned": true, "gathered": true, "cases": true,
	"matrix": true, "pmatrix": true, "bmatrix": true, "vmatrix": true, "array": true, "CD": true, "subequations": true, "xalignat": true,
}

// environment reads an environment that stands in the text without delimiters.
func (w *pairing) environment(i int) int {
	src := w.src[i:]
	if w.envs > 16 {
		return 0
	}
	const open = `\begin{`
	brace := bytes.IndexByte(src[:min(len(src), 40)], '}')
	if brace < 0 {
		return 0
	}
	name := string(src[len(open):brace])
	if !environments[strings.TrimSuffix(name, "*")] {
		return 0
	}
	begin, end := src[:brace+1], []byte(`\end{`+name+"}")
	depth := 1
	for at := brace + 1; ; {
		e := bytes.Index(src[at:], end)
		if e < 0 || at+e > maxRaw {
			w.envs++
			return 0
		}
		depth += bytes.Count(src[at:at+e], begin) - 1
		at += e + len(end)
		if depth <= 0 {
			if !w.emit(src[:at], formRaw, name != "math") {
				return 0
			}
			return at
		}
	}
}

// backquoted reads AsciiMath between back-quotes.
func (w *pairing) backquoted(i int) int {
	src := w.src
	if !w.p.config.asciiMath {
		return 0
	}
	for j := i + 1; j < len(src) && j < i+2000; j++ {
		switch src[j] {
		case '\\':
			if j+1 < len(src) && src[j+1] == '`' {
				j++
			}
		case '`':
			inside := bytes.TrimSpace(src[i+1 : j])
			if len(inside) == 0 {
				return 0
			}
			w.asciiMath(inside, false)
			return j + 1 - i
		case mkCode:
			return 0
		}
	}
	return 0
}

// asciiMath emits the formula in AsciiMath.
func (w *pairing) asciiMath(inside []byte, block bool) {
	p := w.p
	p.rawTeX = false
	p.scratch = p.appendTeX(p.scratch[:0], inside)
	source := string(p.scratch)
	p.scratch = asciimath.ToTeX(p.scratch[:0], source)
	if i, kind := p.addAtom(formAsciiMath, string(p.scratch), dispInline); kind == addedAtom {
		p.atoms[i].display = block
		w.dst = appendMark(w.dst, i)
	} else {
		w.dst = append(w.dst, ' ')
	}
}

// emit stores the formula and appends its mark. It reports false if there are
// too many formulas for marks.
func (w *pairing) emit(inside []byte, f form, block bool) bool {
	p := w.p
	if len(p.atoms) >= maxAtoms-1 {
		return false
	}
	p.rawTeX = true
	p.scratch = p.appendTeX(p.scratch[:0], inside)
	i, kind := p.addAtom(f, view(p.scratch), blockIf(block))
	for rest := inside; ; {
		k := bytes.IndexByte(rest, mkAtom)
		if k < 0 {
			break
		}
		if a := &p.atoms[markIndex(rest[k:])]; !a.emitted {
			a.emitted = true
			p.tally.lose(a.form, lossJoined)
		}
		rest = rest[k+atomLen:]
	}
	switch kind {
	case addedAtom:
		w.dst = appendMark(w.dst, i)
	case addedBlank:
		w.dst = appendSpace(w.dst)
	case addedDefinitions:
	}
	return true
}

// oddBackslashes reports whether an odd number of backslashes ends b.
func oddBackslashes(b []byte) bool {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}
