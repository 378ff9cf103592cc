package tex

import (
	"strings"
	"unicode/utf8"
)

// Limits of macro expansion. A formula that needs more is left as it is.
const (
	maxMacroDepth  = 10
	maxMacroSteps  = 1000
	maxMacroGrowth = 8    // times the length of the formula
	maxMacroBody   = 4096 // bytes of a definition that is kept
	maxMacros      = 2000 // definitions of one page that are kept

	// maxBroken is how many incomplete definitions one text may have. Each
	// costs a scan to its end.
	maxBroken = 100
)

// A Macro is one definition of a page.
type Macro struct {
	Args    int    // number of arguments, 0..9
	Default string // of the first argument, where that is optional
	HasOpt  bool   // the first argument is optional
	Body    string
}

// Macros are the definitions of one page. The zero value is empty and ready
// for use. It is not safe for concurrent use.
type Macros struct {
	byName map[string]Macro
}

// Len returns the number of macros.
func (m *Macros) Len() int { return len(m.byName) }

// Reset forgets all macros.
func (m *Macros) Reset() { clear(m.byName) }

// Define adds a macro; name goes without its backslash. Names that TeX or the
// usual packages define are not taken over, because authors redefine them
// mostly to the same effect; what is too long or too much is ignored.
func (m *Macros) Define(name string, macro Macro) {
	name = strings.TrimPrefix(name, `\`)
	if name == "" || IsCommand(name) && !authorNames[name] || !allLetters(name) || len(macro.Body) > maxMacroBody || macro.Args < 0 || macro.Args > 9 {
		return
	}
	if m.byName == nil {
		m.byName = make(map[string]Macro)
	}
	if _, ok := m.byName[name]; ok || len(m.byName) < maxMacros {
		m.byName[name] = macro
	}
}

// authorNames are commands of small packages and of wiki software that authors
// define for themselves all the same.
var authorNames = map[string]bool{
	"R": true, "N": true, "Z": true, "Q": true, "C": true, "abs": true, "norm": true, "set": true, "Set": true, "rank": true,
	"tr": true, "Tr": true, "diag": true, "span": true, "sgn": true, "lcm": true, "argmax": true, "argmin": true, "dd": true, "real": true,
}

// Collect adds the definitions in s (\newcommand, \def, \DeclareMathOperator,
// …) and returns s without them.
func (m *Macros) Collect(s string) (rest string) {
	return cutDefinitions(s, m.Define)
}

// DefinitionsOnly reports whether s, with or without delimiters and comments
// round it, defines macros or sets parameters and prints nothing.
func DefinitionsOnly(s string) bool {
	if !MayDefine(s) {
		return false
	}
	has := signsOf(s)
	for range unwrapRounds {
		inner, _ := unwrap(trim(s), has)
		if inner = trim(inner); inner == s {
			break
		}
		s = inner
	}
	found := false
	rest := cutDefinitions(s, func(string, Macro) { found = true })
	if !found && rest == s {
		return false
	}
	return onlySpacing(unpaired.Replace(dropComments(rest + "\n")))
}

// unpaired drops the delimiters that may be left over of unpaired blocks.
var unpaired = strings.NewReplacer(`\(`, "", `\)`, "", `\[`, "", `\]`, "", "$", "", "(", "", ")", "")

// CutDefinitions returns s without the definitions in it.
func CutDefinitions(s string) string { return cutDefinitions(s, func(string, Macro) {}) }

// cutDefinitions returns s without its definitions, and hands each macro to
// define.
func cutDefinitions(s string, define func(name string, m Macro)) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	from, broken := 0, 0
	for i := 0; i < len(s) && broken < maxBroken; {
		if s[i] != '\\' {
			i++
			continue
		}
		n, starts := definition(s[i:], define)
		if n > 0 {
			b.WriteString(s[from:i])
			i += n
			from = i
			continue
		}
		if starts {
			broken++
		}
		i += command(s[i:])
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
}

// settings are commands that print nothing, with the number of their brace
// arguments.
var settings = map[string]int{
	`\require`: 1, `\usepackage`: 1, `\definecolor`: 3, `\setlength`: 2, `\addtolength`: 2, `\setcounter`: 2, `\newtheorem`: 2,
	`\theoremstyle`: 1, `\newcounter`: 1, `\newlength`: 1, `\allowdisplaybreaks`: 0, `\newenvironment`: 3, `\renewenvironment`: 3,
	`\DeclarePairedDelimiter`: 3, `\documentclass`: 1, `\DeclareMathAlphabet`: 5, `\SetMathAlphabet`: 6, `\newcolumntype`: 2,
	`\pagestyle`: 1, `\hypersetup`: 1, `\lstset`: 1, `\numberwithin`: 2, `\makeatletter`: 0, `\makeatother`: 0,
}

// definition returns the length of the definition or setting at the start of
// s, or 0 when there is none or it is not complete; starts tells these apart.
func definition(s string, define func(name string, m Macro)) (n int, starts bool) {
	n = command(s)
	if _, ok := settings[s[:n]]; !ok && !defining[s[:n]] {
		return 0, false
	}
	return definitionBody(s, n, define), true
}

// defining are the commands that define macros.
var defining = map[string]bool{
	`\newcommand`: true, `\renewcommand`: true, `\providecommand`: true, `\DeclareRobustCommand`: true,
	`\def`: true, `\gdef`: true, `\edef`: true, `\xdef`: true, `\let`: true, `\DeclareMathOperator`: true,
}

// MayDefine reports whether s has a command that defines or sets something.
// Nearly no formula has one, and they need not be taken apart then: for these,
// DefinitionsOnly is false and CutDefinitions changes nothing.
func MayDefine(s string) bool {
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			return false
		}
		s = s[i:]
		n := command(s)
		if n > 2 && definitionLengths[s[1]]>>min(n, 63)&1 != 0 {
			if _, ok := settings[s[:n]]; ok || defining[s[:n]] {
				return true
			}
		}
		s = s[1:]
	}
}

// definitionLengths has, for each first letter, the lengths of the commands in
// settings and defining as bits.
var definitionLengths = func() (lengths [256]uint64) {
	for name := range settings {
		lengths[name[1]] |= 1 << len(name)
	}
	for name := range defining {
		lengths[name[1]] |= 1 << len(name)
	}
	return lengths
}()

// definitionBody is definition for an s that starts with a command of n bytes
// that is known to define or set something.
func definitionBody(s string, n int, define func(name string, m Macro)) int {
	rest := s[n:]
	switch s[:n] {
	case `\newcommand`, `\renewcommand`, `\providecommand`, `\DeclareRobustCommand`:
		name, rest := macroName(strings.TrimPrefix(rest, "*"))
		if name == "" {
			return 0
		}
		var m Macro
		if opt, r, ok := optional(rest); ok {
			rest = r
			if len(opt) != 1 || !isDigit(opt[0]) {
				return 0
			}
			m.Args = int(opt[0] - '0')
			if def, r, ok := optional(rest); ok {
				rest, m.Default, m.HasOpt = r, def, true
			}
		}
		body, rest, ok := argument(rest)
		if !ok {
			return 0
		}
		m.Body = body
		define(name, m)
		return len(s) - len(rest)
	case `\def`, `\gdef`, `\edef`, `\xdef`:
		name, rest := macroName(rest)
		if name == "" {
			return 0
		}
		var m Macro
		params, _, found := strings.Cut(rest, "{")
		if !found || len(params) > 40 {
			return 0
		}
		rest = rest[len(params):]
		simple := true
		for k := 0; k < len(params); k++ {
			switch {
			case isSpace(params[k]):
			case params[k] == '#' && k+1 < len(params) && int(params[k+1]-'0') == m.Args+1:
				m.Args++
				k++
			default:
				simple = false // delimited parameters
			}
		}
		body, rest, ok := argument(rest)
		if !ok {
			return 0
		}
		if m.Body = body; simple {
			define(name, m)
		}
		return len(s) - len(rest)
	case `\let`:
		name, rest := macroName(rest)
		if name == "" {
			return 0
		}
		rest = skipSpace(strings.TrimPrefix(skipSpace(rest), "="))
		if rest == "" {
			return 0
		}
		k := 1
		if rest[0] == '\\' {
			k = command(rest)
		}
		define(name, Macro{Body: rest[:k]})
		return len(s) - len(rest) + k
	case `\DeclareMathOperator`:
		star := ""
		if strings.HasPrefix(rest, "*") {
			star, rest = "*", rest[1:]
		}
		name, rest := macroName(rest)
		body, rest, ok := argument(rest)
		if name == "" || !ok {
			return 0
		}
		define(name, Macro{Body: `\operatorname` + star + `{` + body + `}`})
		return len(s) - len(rest)
	}
	args, ok := settings[s[:n]]
	if !ok {
		return 0
	}
	rest = strings.TrimPrefix(rest, "*")
	for range args {
		for {
			_, r, ok := optional(rest)
			if !ok {
				break
			}
			rest = r
		}
		_, r, ok := argument(rest)
		if !ok {
			return 0
		}
		rest = r
	}
	return len(s) - len(rest)
}

// macroName reads \name or {\name}.
func macroName(s string) (name, rest string) {
	s = skipSpace(s)
	if strings.HasPrefix(s, "{") {
		g := group(s)
		if g == 0 {
			return "", s
		}
		inner := strings.TrimSpace(s[1 : g-1])
		if len(inner) < 2 || inner[0] != '\\' || command(inner) != len(inner) {
			return "", s
		}
		return inner[1:], s[g:]
	}
	if len(s) < 2 || s[0] != '\\' {
		return "", s
	}
	n := command(s)
	return s[1:n], s[n:]
}

// argument reads a brace group.
func argument(s string) (body, rest string, ok bool) {
	s = skipSpace(s)
	if !strings.HasPrefix(s, "{") {
		return "", s, false
	}
	g := group(s)
	if g == 0 {
		return "", s, false
	}
	return s[1 : g-1], s[g:], true
}

// optional reads a bracket group.
func optional(s string) (body, rest string, ok bool) {
	t := skipSpace(s)
	if !strings.HasPrefix(t, "[") {
		return "", s, false
	}
	g := bracket(t)
	if g == 0 {
		return "", s, false
	}
	return t[1 : g-1], t[g:], true
}

// Expand appends s to dst with the page's macros replaced by what they stand
// for. On any doubt (a missing argument, too many steps, too much growth) s is
// appended as it is.
func (m *Macros) Expand(dst []byte, s string) []byte {
	if len(m.byName) == 0 || !strings.Contains(s, `\`) {
		return append(dst, s...)
	}
	e := expander{macros: m.byName, steps: maxMacroSteps, room: maxMacroGrowth*len(s) + 256}
	start := len(dst)
	out, ok := e.expand(dst, s, 0)
	if !ok {
		return append(out[:start], s...)
	}
	return out
}

type expander struct {
	macros map[string]Macro
	steps  int
	room   int // bytes that may still be written
}

func (e *expander) expand(dst []byte, s string, depth int) (out []byte, ok bool) {
	if depth > maxMacroDepth {
		return dst, false
	}
	for i := 0; i < len(s); {
		k := strings.IndexByte(s[i:], '\\')
		if k != 0 {
			if k < 0 {
				k = len(s) - i
			}
			if e.room -= k; e.room < 0 {
				return dst, false
			}
			dst = append(dst, s[i:i+k]...)
			i += k
			continue
		}
		n := command(s[i:])
		macro, known := e.macros[s[min(i+1, len(s)):i+n]]
		if !known {
			if e.room -= n; e.room < 0 {
				return dst, false
			}
			dst = append(dst, s[i:i+n]...)
			i += n
			continue
		}
		if e.steps--; e.steps < 0 {
			return dst, false
		}
		body, rest, ok := macro.apply(s[i+n:])
		if !ok || len(body) > e.room {
			return dst, false
		}
		if dst, ok = e.expand(dst, body, depth+1); !ok {
			return dst, false
		}
		// The end of a control word meets a letter that its blank kept apart.
		if rest != "" && isLetter(rest[0]) && endsInWord(dst) {
			dst = append(dst, ' ')
		}
		i = len(s) - len(rest)
	}
	return dst, true
}

// apply reads the arguments of the macro from the start of s and returns its
// body with them put in, and what follows them.
func (m Macro) apply(s string) (body, rest string, ok bool) {
	if m.Args == 0 {
		return m.Body, skipSpace(s), true
	}
	var args [9]string
	for k := range m.Args {
		if k == 0 && m.HasOpt {
			args[0] = m.Default
			if a, r, ok := optional(s); ok {
				args[0], s = a, r
			}
			continue
		}
		s = skipSpace(s)
		if s == "" || s[0] == '}' || s[0] == '&' || s[0] == '^' || s[0] == '_' {
			return "", s, false
		}
		switch s[0] {
		case '{':
			a, r, ok := argument(s)
			if !ok {
				return "", s, false
			}
			args[k], s = a, r
		case '\\':
			n := command(s)
			args[k], s = s[:n], s[n:]
		default:
			_, n := utf8.DecodeRuneInString(s)
			args[k], s = s[:n], s[n:]
		}
	}
	var b strings.Builder
	for i := 0; i < len(m.Body); i++ {
		c := m.Body[i]
		if c != '#' || i+1 >= len(m.Body) {
			b.WriteByte(c)
			continue
		}
		i++
		k := int(m.Body[i]) - '1'
		if k < 0 || k >= m.Args {
			return "", s, false
		}
		b.WriteString(args[k])
		if b.Len() > maxMacroBody*maxMacroGrowth {
			return "", s, false
		}
		if i+1 < len(m.Body) && isLetter(m.Body[i+1]) && endsInWord([]byte(args[k])) {
			b.WriteByte(' ')
		}
	}
	return b.String(), s, true
}

// endsInWord reports whether b ends in a control word.
func endsInWord(b []byte) bool {
	n := len(b)
	for n > 0 && isLetter(b[n-1]) {
		n--
	}
	return n > 0 && n < len(b) && b[n-1] == '\\' && oddBackslashes(string(b[max(0, n-8):n]))
}

func allLetters(s string) bool {
	for k := range len(s) {
		if !isLetter(s[k]) {
			return false
		}
	}
	return true
}
