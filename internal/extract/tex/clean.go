package tex

import (
	"strings"
	"unicode/utf8"
)

// A Display says how a formula is set, as far as its own text tells.
type Display uint8

// The kinds of display.
const (
	Unknown Display = iota // the text does not tell
	Inline
	Block
)

// unwrapRounds bounds how many wrappers of one formula are taken off. Real
// formulas have up to four.
const unwrapRounds = 12

// Clean appends to dst the formula in src without what its page or renderer
// put around it: delimiters, the environments equation, displaymath and math,
// CDATA sections, outer braces, \displaystyle, renderer options, comments,
// empty lines, entities that were encoded twice. Only wrappers round the whole
// formula go; what is inside stays as the author wrote it, but for white space
// (one blank for a run of them, line ends kept).
//
// A formula of nothing but spacing comes out empty. The second result is what
// the outermost wrapper that tells says of the display.
func Clean(dst []byte, src string) (tex []byte, display Display) {
	has := signsOf(src)
	if has&(signReference|signTag|signOther) != 0 {
		src = decodeLeftovers(src)
		has = signsOf(src)
	}
	s := trim(src)
	for range unwrapRounds {
		inner, d := unwrap(s, has)
		if display == Unknown {
			display = d
		}
		inner = trim(inner)
		if inner == s {
			break
		}
		s = inner
	}
	if has&signComment != 0 {
		s = trim(dropComments(s))
	}
	if has&signDollar != 0 {
		s = settleDollars(s)
	}
	if display == Unknown && IsDisplayEnvironment(s) {
		display = Block
	}
	if onlySpacing(s) {
		return dst, display
	}
	return appendCollapsed(dst, s), display
}

// displayEnvironments are kept as environments inside a display formula.
var displayEnvironments = map[string]bool{
	"align": true, "gather": true, "multline": true, "eqnarray": true, "alignat": true,
	"flalign": true, "xalignat": true, "dmath": true, "dgroup": true, "CD": true,
}

// IsDisplayEnvironment reports whether a formula begins with an environment that
// only stands in a display.
func IsDisplayEnvironment(s string) bool {
	name, n := environment(s)
	return n > 0 && displayEnvironments[strings.TrimSuffix(name, "*")]
}

// signs are the characters of a formula that only a few steps of cleaning look
// for, as bits.
type signs uint8

const (
	signReference signs = 1 << iota // &
	signTag                         // <
	signComment                     // %
	signDollar                      // $
	signOther                       // NUL, and what is not ASCII
)

var signOf = func() (t [256]signs) {
	t['&'], t['<'], t['%'], t['$'] = signReference, signTag, signComment, signDollar
	t[0] = signOther
	for b := utf8.RuneSelf; b < len(t); b++ {
		t[b] = signOther
	}
	return t
}()

// signsOf returns the signs that s has.
func signsOf(s string) (has signs) {
	for i := range len(s) {
		has |= signOf[s[i]]
	}
	return has
}

// unwrap takes one wrapper off s, or returns s. has are the signs of s, and maybe
// more.
func unwrap(s string, has signs) (inner string, d Display) {
	if has&signTag != 0 {
		if in, ok := cutCDATA(s); ok {
			return in, Unknown
		}
	}
	if in, d, ok := Delimited(s); ok {
		return in, d
	}
	if in, d, ok := cutEnvironment(s); ok {
		return in, d
	}
	if strings.HasPrefix(s, "{") && group(s) == len(s) {
		return s[1 : len(s)-1], Unknown
	}
	if in, d, ok := cutOption(s); ok {
		return in, d
	}
	if has&signReference != 0 {
		if in, ok := cutQueryTail(s); ok {
			return in, Unknown
		}
	}
	return s, Unknown
}

// wordDisplay and wordInline are the delimiters of Habr, on both sides.
const (
	wordDisplay = "$$display$$"
	wordInline  = "$inline$"
)

// Delimited returns the formula in s if the whole of s stands between one pair
// of the delimiters $..$, $$..$$, \(..\) or \[..\], or of those of Habr.
func Delimited(s string) (inner string, d Display, ok bool) {
	s = trim(s)
	switch {
	case strings.HasPrefix(s, wordDisplay) && strings.HasSuffix(s, wordDisplay) && len(s) >= 2*len(wordDisplay):
		return s[len(wordDisplay) : len(s)-len(wordDisplay)], Block, true
	case strings.HasPrefix(s, wordInline) && strings.HasSuffix(s, wordInline) && len(s) >= 2*len(wordInline):
		return s[len(wordInline) : len(s)-len(wordInline)], Inline, true
	case strings.HasPrefix(s, "$$"):
		d, inner, ok = Block, s[2:], len(s) >= 4 && strings.HasSuffix(s, "$$")
		if !ok {
			return "", Unknown, false
		}
		inner = inner[:len(inner)-2]
		return inner, d, !hasOuterDollar(inner)
	case strings.HasPrefix(s, "$"):
		if len(s) < 2 || s[len(s)-1] != '$' || oddBackslashes(s[:len(s)-1]) {
			return "", Unknown, false
		}
		inner = s[1 : len(s)-1]
		return inner, Inline, !hasOuterDollar(inner)
	case strings.HasPrefix(s, `\(`), strings.HasPrefix(s, `\[`):
		closer := `\)`
		d = Inline
		if s[1] == '[' {
			closer, d = `\]`, Block
		}
		if len(s) < 4 || !strings.HasSuffix(s, closer) || oddBackslashes(s[:len(s)-2]) {
			return "", Unknown, false
		}
		inner = s[2 : len(s)-2]
		if i := outerIndex(inner, closer); i >= 0 {
			return "", Unknown, false
		}
		return inner, d, true
	}
	return "", Unknown, false
}

// hasOuterDollar reports whether s has an unescaped dollar outside braces.
func hasOuterDollar(s string) bool {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			depth--
		case '$':
			if depth <= 0 {
				return true
			}
		}
	}
	return false
}

// outerIndex returns where the control symbol mark stands outside braces, or
// -1.
func outerIndex(s, mark string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if depth <= 0 && strings.HasPrefix(s[i:], mark) {
				return i
			}
			i++
		case '{':
			depth++
		case '}':
			depth--
		}
	}
	return -1
}

// cutCDATA takes off the CDATA sections by which generators hide TeX from XML
// parsers, with or without a comment sign of TeX or JavaScript before them.
func cutCDATA(s string) (string, bool) {
	const begin, end = "<![CDATA[", "]]>"
	i := strings.Index(s, begin)
	if i < 0 || strings.Trim(s[:i], "%/* \t\r\n") != "" {
		return s, false
	}
	s = s[i+len(begin):]
	s = strings.TrimPrefix(s, "*/")
	if j := strings.LastIndex(s, end); j >= 0 && strings.Trim(s[j+len(end):], "%/* \t\r\n-><") == "" {
		s = s[:j]
		s = strings.TrimRight(s, " \t\r\n")
		for _, sign := range []string{"//", "%", "/*"} {
			s = strings.TrimSuffix(s, sign)
		}
	}
	return s, true
}

// cutEnvironment takes off an environment that only says how its one formula
// is set, and the LaTeX document round a formula of JATS.
func cutEnvironment(s string) (string, Display, bool) {
	if _, body, ok := strings.Cut(s, `\begin{document}`); ok {
		if j := strings.LastIndex(body, `\end{document}`); j >= 0 {
			body = body[:j]
		}
		return body, Unknown, true
	}
	name, n := environment(s)
	if n == 0 {
		return s, Unknown, false
	}
	var d Display
	switch name {
	case "equation", "equation*", "displaymath":
		d = Block
	case "math":
		d = Inline
	default:
		return s, Unknown, false
	}
	end := `\end{` + name + `}`
	if !strings.HasSuffix(s, end) || strings.Contains(s[n:len(s)-len(end)], end) {
		return s, Unknown, false
	}
	return s[n : len(s)-len(end)], d, true
}

// sizeCommands are dropped at the start of a formula, where only the renderer
// of an image wanted them.
var sizeCommands = map[string]bool{
	`\tiny`: true, `\scriptsize`: true, `\footnotesize`: true, `\small`: true, `\normalsize`: true,
	`\large`: true, `\Large`: true, `\LARGE`: true, `\huge`: true, `\Huge`: true,
}

// cutOption takes one leading command off that only speaks to a renderer.
func cutOption(s string) (string, Display, bool) {
	if !strings.HasPrefix(s, `\`) {
		return s, Unknown, false
	}
	n := command(s)
	name, rest := s[:n], s[n:]
	switch {
	case name == `\displaystyle`:
		return rest, Block, true
	case name == `\textstyle`:
		return rest, Inline, true
	case name == `\inline`:
		return rest, Inline, true
	case sizeCommands[name]:
		return rest, Unknown, true
	case name == `\begingroup`, name == `\endgroup`:
		return rest, Unknown, true
	case name == `\dpi`, name == `\bg`, name == `\fg`, name == `\gammacorrection`:
		if rest := skipSpace(rest); strings.HasPrefix(rest, "{") {
			if g := group(rest); g > 0 {
				return rest[g:], Unknown, true
			}
		}
		if name == `\bg` && strings.HasPrefix(rest, "_") {
			return cutWord(rest[1:]), Unknown, true
		}
	case name == `\fn` && strings.HasPrefix(rest, "_"):
		return cutWord(rest[1:]), Unknown, true
	}
	return s, Unknown, false
}

// cutWord drops the leading letters of s.
func cutWord(s string) string {
	n := 0
	for n < len(s) && isLetter(s[n]) {
		n++
	}
	return s[n:]
}

// cutQueryTail drops the parameters that WordPress formulas carry at their
// end: size, background and foreground.
func cutQueryTail(s string) (string, bool) {
	i := strings.LastIndexByte(s, '&')
	if i < 0 {
		return s, false
	}
	tail := strings.TrimPrefix(s[i+1:], "amp;")
	key, value, ok := strings.Cut(tail, "=")
	if !ok {
		return s, false
	}
	switch strings.TrimSpace(key) {
	case "s", "bg", "fg", "c", "zoom":
	default:
		return s, false
	}
	for k := range len(value) {
		if !isLetter(value[k]) && !isDigit(value[k]) && value[k] != '-' && value[k] != '#' && value[k] != '.' {
			return s, false
		}
	}
	return s[:i], true
}

// dropComments deletes from each unescaped "%" to the end of its line. A "%"
// with no line end after it is taken for a percent sign, because the line ends
// of formulas in attributes are often lost, and gets escaped.
func dropComments(s string) string {
	var b strings.Builder
	lines := strings.IndexByte(s, '\n') >= 0 // searched for no further once it is false
	for {
		i := unescapedIndex(s, '%')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		rest := s[i+1:]
		j := -1
		if lines {
			j = strings.IndexByte(rest, '\n')
			lines = j >= 0
		}
		switch {
		case j >= 0:
			s = rest[j:]
		case trim(rest) == "":
			return b.String()
		default:
			b.WriteString(`\%`)
			s = rest
		}
	}
}

// unescapedIndex returns where c stands without a backslash before it, or -1.
func unescapedIndex(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case c:
			return i
		}
	}
	return -1
}

// textCommands have text mode in their argument, where dollars are formulas.
var textCommands = map[string]bool{
	`\text`: true, `\mbox`: true, `\hbox`: true, `\textrm`: true, `\textbf`: true, `\textit`: true, `\textsf`: true,
	`\texttt`: true, `\textnormal`: true, `\intertext`: true, `\shortintertext`: true, `\fbox`: true, `\parbox`: true,
	`\tag`: true, `\vbox`: true, `\emph`: true, `\textup`: true, `\makebox`: true, `\framebox`: true, `\footnote`: true,
}

// settleDollars escapes the dollars that are money and drops those that are
// left-over delimiters; dollars in text stay.
func settleDollars(s string) string {
	var at []int
	depth, textDepth, lastText := 0, 0, false
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case '\\':
			n := command(s[i:])
			lastText = textCommands[s[i:i+n]]
			i += n
			continue
		case '{':
			depth++
			if lastText && textDepth == 0 {
				textDepth = depth
			}
			lastText = false
		case '}':
			if depth == textDepth {
				textDepth = 0
			}
			depth--
		case '$':
			if textDepth == 0 {
				at = append(at, i)
			}
		case ' ':
			i++
			continue
		}
		i++
	}
	if len(at) == 0 {
		return s
	}
	var b strings.Builder
	from := 0
	for _, i := range at {
		b.WriteString(s[from:i])
		if len(at)%2 == 1 || Money(s[i+1:]) > 0 {
			b.WriteString(`\$`)
		}
		from = i + 1
	}
	b.WriteString(s[from:])
	return b.String()
}

// spacing are the commands that print nothing.
var spacing = map[string]bool{
	`\,`: true, `\;`: true, `\:`: true, `\!`: true, `\>`: true, `\quad`: true, `\qquad`: true,
	`\displaystyle`: true, `\textstyle`: true, `\thinspace`: true, `\enspace`: true, `\begingroup`: true, `\endgroup`: true,
	`\/`: true, `\nonumber`: true, `\notag`: true, `\strut`: true, `\mathstrut`: true, `\null`: true, `\relax`: true,
}

// onlySpacing reports whether s prints nothing.
func onlySpacing(s string) bool {
	for s != "" {
		switch c := s[0]; {
		case isSpace(c), c == '~', c == '{', c == '}':
			s = s[1:]
		case c == '\\':
			n := command(s)
			name := s[:n]
			switch {
			case spacing[name], name == `\ `:
				s = s[n:]
			case name == `\hspace`, name == `\vspace`, name == `\phantom`, name == `\hskip`, name == `\label`:
				rest := strings.TrimPrefix(s[n:], "*")
				g := 0
				if strings.HasPrefix(rest, "{") {
					g = group(rest)
				}
				if g == 0 {
					return false
				}
				s = rest[g:]
			default:
				return false
			}
		default:
			return false
		}
	}
	return true
}

// appendCollapsed appends s with one blank for every run of blanks, no blanks
// at the ends of lines and no empty lines.
func appendCollapsed(dst []byte, s string) []byte {
	start := len(dst)
	for i := 0; i < len(s); i++ {
		from := i
		for i < len(s) && !isSpace(s[i]) {
			i++
		}
		dst = append(dst, s[from:i]...)
		if i == len(s) {
			break
		}
		newline := false
		for ; i < len(s) && isSpace(s[i]); i++ {
			newline = newline || s[i] == '\n' || s[i] == '\r'
		}
		i--
		switch {
		case len(dst) == start:
		case newline:
			// A control space at the end of a line keeps its blank.
			if oddBackslashes(string(dst[max(start, len(dst)-8):])) {
				dst = append(dst, ' ')
			}
			dst = append(dst, '\n')
		default:
			dst = append(dst, ' ')
		}
	}
	return dst
}
