package asciimath

import (
	"strings"
	"unicode/utf8"
)

const (
	// maxDepth is how deep brackets and arguments may nest; what is deeper is
	// written token by token.
	maxDepth = 100
	// maxSource is the longest formula, in bytes, that is converted. Longer
	// ones, which nobody writes, are passed as text.
	maxSource = 64 << 10
)

// ToTeX appends to dst the LaTeX of the AsciiMath formula src, which comes
// without its back-quotes, and returns the extended slice.
func ToTeX(dst []byte, src string) []byte {
	if len(src) > maxSource || !utf8.ValidString(src) {
		return append(dst, strings.ToValidUTF8(src, "")...)
	}
	p := parser{src: src, table: symbols()}
	var w writer
	for {
		w.add(p.list(0).tex)
		// What stopped the list is the end or a bracket that nothing opened.
		s := p.next()
		if s.class == end {
			break
		}
		if s.tex != "." {
			w.add(literal(s.tex))
		}
	}
	return append(dst, strings.TrimSpace(w.String())...)
}

// A writer joins LaTeX and keeps control words and letters apart.
type writer struct {
	strings.Builder
	word bool
}

func (w *writer) add(s string) {
	if s == "" {
		return
	}
	if w.word && (isLetter(s[0]) || isDigit(s[0])) {
		w.WriteByte(' ')
	}
	w.WriteString(s)
	w.word = endsInWord(s)
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func endsInWord(s string) bool {
	n := len(s)
	for n > 0 && isLetter(s[n-1]) {
		n--
	}
	return n > 0 && n < len(s) && s[n-1] == '\\' && (n < 2 || s[n-2] != '\\')
}

// A parser reads one formula.
type parser struct {
	src         string
	at          int
	table       map[string]symbol
	infixBefore bool // the last token was _ ^ or /
	inBars      bool // a bar closes what is being read
}

// A term is a piece of LaTeX, and what it is without the brackets round it.
type term struct {
	tex     string
	inner   string // valid if grouped
	grouped bool
	// cells are the parts between the commas of a bracketed term that may be
	// a row of a matrix.
	cells []string
}

// bare returns the term without its grouping brackets.
func (t term) bare() string {
	if t.grouped {
		return t.inner
	}
	return t.tex
}

// blank skips white space.
func (p *parser) blank() {
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == ' ', c == '\t', c == '\n', c == '\r':
			p.at++
		case strings.HasPrefix(p.src[p.at:], "\u00a0"):
			p.at += len("\u00a0")
		default:
			return
		}
	}
}

// peek returns the next token.
func (p *parser) peek() symbol {
	p.blank()
	rest := p.src[p.at:]
	if rest == "" {
		return symbol{class: end}
	}
	if isDigit(rest[0]) || rest[0] == '.' && len(rest) > 1 && isDigit(rest[1]) {
		n := 0
		for n < len(rest) && (isDigit(rest[n]) || rest[n] == '.' && n+1 < len(rest) && isDigit(rest[n+1])) {
			n++
		}
		return symbol{in: rest[:n], tex: rest[:n]}
	}
	if rest[0] == '"' {
		if n := strings.IndexByte(rest[1:], '"'); n >= 0 {
			return symbol{in: rest[:n+2], tex: rest[1 : n+1], class: textual}
		}
	}
	if rest[0] == '\\' && len(rest) > 1 && isLetter(rest[1]) {
		// A command of LaTeX, which AsciiMath lets pass.
		n := 2
		for n < len(rest) && isLetter(rest[n]) {
			n++
		}
		if s, ok := p.table[rest[1:n]]; ok {
			s.in = rest[:n]
			return s
		}
		return symbol{in: rest[:n], tex: rest[:n]}
	}
	for n := min(maxToken, len(rest)); n > 0; n-- {
		if s, ok := p.table[rest[:n]]; ok {
			return s
		}
	}
	_, n := utf8.DecodeRuneInString(rest)
	return symbol{in: rest[:n], tex: rest[:n]}
}

// next reads a token.
func (p *parser) next() symbol {
	s := p.peek()
	p.at += len(s.in)
	p.infixBefore = s.class == infix
	return s
}

// A sequence is what stands between two brackets.
type sequence struct {
	tex   string
	cells []string   // parts between commas
	rows  [][]string // cells of the parts, if each part is one bracketed term
}

// list reads E up to a closing bracket or the end, which it leaves.
func (p *parser) list(depth int) sequence {
	var all, cell writer
	var seq sequence
	var only term
	terms := 0
	matrix := true
	closeCell := func() {
		seq.cells = append(seq.cells, cell.String())
		if terms == 1 && only.cells != nil {
			seq.rows = append(seq.rows, only.cells)
		} else {
			matrix = false
		}
		cell, terms = writer{}, 0
	}
	for {
		s := p.peek()
		if s.class == end || s.class == right || s.class == bar && p.inBars {
			break
		}
		if s.in == "," {
			p.next()
			closeCell()
			all.add(",")
			continue
		}
		only = p.fraction(depth)
		terms++
		all.add(only.tex)
		cell.add(only.tex)
	}
	closeCell()
	seq.tex = all.String()
	if !matrix || len(seq.rows) < 2 {
		seq.rows = nil
	}
	for _, row := range seq.rows {
		if len(row) != len(seq.rows[0]) {
			seq.rows = nil
			break
		}
	}
	return seq
}

// fraction reads I or I/I.
func (p *parser) fraction(depth int) term {
	num := p.scripted(depth)
	if s := p.peek(); s.in != "/" || depth >= maxDepth {
		return num
	}
	p.next()
	den := p.scripted(depth)
	return term{tex: `\frac{` + num.bare() + `}{` + den.bare() + `}`}
}

// scripted reads I: a simple term with scripts, and the argument of a
// function.
func (p *parser) scripted(depth int) term {
	s := p.peek()
	t := p.simple(depth)
	lower, upper := "", ""
	for range 2 {
		op := p.peek()
		if op.class != infix || op.in == "/" || op.in == "_" && lower != "" || op.in == "^" && upper != "" {
			break
		}
		p.next()
		arg := p.simple(depth + 1).bare()
		if arg == "" {
			arg = " "
		}
		if op.in == "_" {
			lower = arg
		} else {
			upper = arg
		}
	}
	if lower != "" || upper != "" {
		var w writer
		w.add(t.tex)
		if lower != "" {
			w.add("_{" + strings.TrimSpace(lower) + "}")
		}
		if upper != "" {
			w.add("^{" + strings.TrimSpace(upper) + "}")
		}
		t = term{tex: w.String()}
	}
	if s.class == function && depth < maxDepth {
		arg := p.peek()
		binds := arg.class == left || len(s.in) > 1 && arg.class != bar && arg.class != infix && arg.class != right && arg.class != end && !operator(arg)
		if binds {
			var w writer
			w.add(t.tex)
			w.add(p.scripted(depth + 1).tex)
			t = term{tex: w.String()}
		}
	}
	return t
}

// operator reports whether a constant is a sign between operands.
func operator(s symbol) bool {
	if s.class != constant || s.in == "" {
		return false
	}
	c := s.in[0]
	return !isLetter(c) && !isDigit(c) && c != '\\' && c < utf8.RuneSelf
}

// simple reads S.
func (p *parser) simple(depth int) term {
	afterInfix := p.infixBefore
	s := p.peek()
	if s.class == end || s.class == right || s.class == bar && p.inBars {
		return term{}
	}
	p.next()
	if depth >= maxDepth {
		return term{tex: literal(s.tex)}
	}
	switch s.class {
	case left:
		return p.bracketed(s, depth)
	case bar:
		return p.barred(s, depth)
	case textual:
		return p.text(s)
	case unary:
		return p.unary(s, depth)
	case binary:
		return p.binary(s, depth)
	case constant:
		if s.in == "-" && afterInfix && p.at < len(p.src) && p.src[p.at] != ' ' {
			// The sign of a script or denominator belongs to its operand.
			return term{tex: "-" + p.simple(depth+1).tex}
		}
	}
	return term{tex: s.tex}
}

// literal makes a lone bracket printable.
func literal(tex string) string {
	switch tex {
	case "{", "}":
		return `\` + tex
	}
	return tex
}

// bracketed reads l E r after its opening bracket.
func (p *parser) bracketed(open symbol, depth int) term {
	outer := p.inBars
	p.inBars = false
	seq := p.list(depth + 1)
	p.inBars = outer
	shut := p.peek()
	if shut.class != right {
		// Never closed: the bracket stands for itself.
		if open.tex == "." {
			return term{tex: seq.tex}
		}
		var w writer
		w.add(literal(open.tex))
		w.add(seq.tex)
		return term{tex: w.String()}
	}
	p.next()
	if seq.rows != nil && (open.in != "{" || shut.in != "}") {
		return term{tex: matrix(open.tex, shut.tex, seq.rows)}
	}
	t := term{inner: seq.tex, grouped: open.in == "(" && shut.in == ")" || open.in == "[" && shut.in == "]" || open.in == "{" && shut.in == "}" || open.tex == "." && shut.tex == "."}
	if open.in == "(" && shut.in == ")" || open.in == "[" && shut.in == "]" {
		t.cells = seq.cells
	}
	t.tex = fenced(open.tex, shut.tex, seq.tex)
	return t
}

// fenced puts delimiters round tex, growing ones where it is higher than a
// line or only one is visible.
func fenced(open, shut, tex string) string {
	var w writer
	switch tall := strings.Contains(tex, `\frac`) || strings.Contains(tex, `\begin`) || strings.Contains(tex, `\sum_`); {
	case open == "." && shut == ".":
		return tex
	case tall || open == "." || shut == ".":
		w.add(`\left`)
		w.add(literal(open))
		w.add(tex)
		w.add(`\right`)
		w.add(literal(shut))
	default:
		w.add(literal(open))
		w.add(tex)
		w.add(literal(shut))
	}
	return w.String()
}

// barred reads |E| after its first bar. A bar without a partner is a relation
// sign.
func (p *parser) barred(open symbol, depth int) term {
	if p.closingBar() < 0 {
		return term{tex: `\mid`}
	}
	outer := p.inBars
	p.inBars = true
	seq := p.list(depth + 1)
	p.inBars = outer
	if shut := p.peek(); shut.class != bar {
		return term{tex: open.tex + seq.tex}
	}
	shut := p.next()
	if seq.rows != nil {
		return term{tex: matrix(open.tex, shut.tex, seq.rows)}
	}
	return term{tex: fenced(open.tex, shut.tex, seq.tex)}
}

// closingBar returns where a bar stands at the bracket level of the place
// reached, or -1. It looks ahead no further than absolute values are long.
func (p *parser) closingBar() int {
	const longest = 200
	depth := 0
	for k, c := range []byte(p.src[p.at:min(len(p.src), p.at+longest)]) {
		switch c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth < 0 {
				return -1
			}
		case '|':
			if depth == 0 {
				return p.at + k
			}
		}
	}
	return -1
}

// matrix writes rows in the environment of their delimiters.
func matrix(open, shut string, rows [][]string) string {
	env, before, after := "matrix", "", ""
	switch open + shut {
	case "()":
		env = "pmatrix"
	case "[]":
		env = "bmatrix"
	case "||":
		env = "vmatrix"
	case `\|\|`:
		env = "Vmatrix"
	case `\{.`:
		env = "cases"
	case "..":
	default:
		before, after = `\left`+literal(open), `\right`+literal(shut)
	}
	var w writer
	w.add(before)
	w.add(`\begin{` + env + `}`)
	for k, row := range rows {
		if k > 0 {
			w.add(`\\`)
		}
		for i, cell := range row {
			if i > 0 {
				w.add("&")
			}
			w.add(cell)
		}
	}
	w.add(`\end{` + env + `}`)
	w.add(after)
	return w.String()
}

// text reads the text of a textual token: what is quoted, or the brackets that
// follow it as they are.
func (p *parser) text(s symbol) term {
	if strings.HasPrefix(s.in, `"`) {
		return term{tex: textOf(s.tex)}
	}
	p.blank()
	rest := p.src[p.at:]
	if rest == "" {
		return term{}
	}
	closers := map[byte]byte{'(': ')', '[': ']', '{': '}'}
	shut, ok := closers[rest[0]]
	if !ok {
		_, n := utf8.DecodeRuneInString(rest)
		p.at += n
		return term{tex: textOf(rest[:n])}
	}
	n := strings.IndexByte(rest, shut)
	if n < 0 {
		n = len(rest)
		p.at += n
		return term{tex: textOf(rest[1:n])}
	}
	p.at += n + 1
	return term{tex: textOf(rest[1:n])}
}

// textOf writes text mode.
func textOf(s string) string {
	if strings.TrimSpace(s) == "" {
		if s == "" {
			return ""
		}
		return `\ `
	}
	return `\text{` + textEscapes.Replace(s) + `}`
}

var textEscapes = strings.NewReplacer("%", `\%`, "&", `\&`, "#", `\#`, "$", `\$`, "_", `\_`, "{", `\{`, "}", `\}`, `\`, `\textbackslash{}`, "^", `\^{}`, "~", `\~{}`)

// unary writes a command with one argument.
func (p *parser) unary(s symbol, depth int) term {
	arg := p.simple(depth + 1)
	if shut, ok := closers[s.tex]; ok {
		return term{tex: fenced(s.tex, shut, arg.bare())}
	}
	body, cmd := arg.bare(), s.tex
	if cmd == `\overline` && s.in == "bar" && utf8.RuneCountInString(body) == 1 {
		cmd = `\bar`
	}
	if strings.HasPrefix(cmd, `\math`) {
		body = quotedLetters(body) // a font of text is none of formulas
	}
	return term{tex: cmd + "{" + body + "}"}
}

// quotedLetters returns what is in a text of nothing but letters and digits, else
// the text as it is.
func quotedLetters(tex string) string {
	inner, ok := strings.CutPrefix(tex, `\text{`)
	if !ok {
		return tex
	}
	inner = strings.TrimSuffix(inner, "}")
	for i := range len(inner) {
		if !isLetter(inner[i]) && !isDigit(inner[i]) {
			return tex
		}
	}
	return inner
}

// binary writes a command with two arguments.
func (p *parser) binary(s symbol, depth int) term {
	if s.tex == `\color` || s.tex == `\textcolor` {
		p.blank()
		// The colour is a name, not a product of letters.
		name := p.text(symbol{}).tex
		name = strings.TrimSuffix(strings.TrimPrefix(name, `\text{`), "}")
		return term{tex: `{\color{` + name + `}` + p.simple(depth+1).bare() + `}`}
	}
	first := p.simple(depth + 1).bare()
	second := p.simple(depth + 1).bare()
	if s.in == "root" {
		return term{tex: `\sqrt[` + first + `]{` + second + `}`}
	}
	return term{tex: s.tex + `{` + first + `}{` + second + `}`}
}
