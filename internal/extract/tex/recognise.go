package tex

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxInline is the longest string, in bytes, that LooksMath takes for the
// inside of a pair of single dollars.
const maxInline = 300

// maxSurvey is how much of a string, in bytes, LooksTeX looks at.
const maxSurvey = 8 << 10

// maxPlainWords is how many words in a row make a string prose.
const maxPlainWords = 3

// LooksMath reports whether s can be what stands between two single dollars on
// a page that is known to hold formulas. s is the text between them as it is:
// blanks at its ends speak against a formula. A pair that merely encloses the
// prose between two sums of money fails.
//
// The caller checks what s does not show: that the closing dollar is not
// followed by a digit, and that [Money] does not explain the opening one.
func LooksMath(s string) bool {
	if s == "" || len(s) > maxInline || isSpace(s[0]) || (isSpace(s[len(s)-1]) && !strings.HasSuffix(s, `\ `)) {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(s); r == '\u00a0' {
		return false
	}
	v := survey(s)
	if v.wordRun >= maxPlainWords || v.ideographs > 3 {
		return false
	}
	if v.commands > 0 || v.symbols > 0 {
		return true
	}
	if strings.ContainsAny(s, `^_=<>+`) {
		return !IsProgram(s)
	}
	// No sign of mathematics but its brevity.
	return v.longest <= 3 && len(s) <= 40 && v.letters+v.digits > 0 && v.common == 0
}

// LooksTeX reports whether s, the text of an attribute or of an element that
// may hold TeX or a reading of the formula in words, is TeX: it has a command,
// or scripts, and no run of words outside \text.
func LooksTeX(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" {
		return false
	}
	if _, _, ok := Delimited(s); ok {
		return true
	}
	v := survey(s[:min(len(s), maxSurvey)])
	if v.wordRun >= maxPlainWords || v.ideographs > 3 {
		// Words in a row may be the text of a long formula with commands
		// all over it; a sentence with one command is no formula.
		return v.known >= 3 && v.known >= v.wordRun
	}
	if v.known > 0 {
		return true
	}
	return v.scripts > 0 && !strings.Contains(s, "://")
}

// A view is what survey saw of a string, outside the arguments of \text and
// the like.
type view struct {
	commands   int // control sequences
	known      int // control words that TeX or its usual packages define
	scripts    int // "^" or "_" after a base and before a script
	symbols    int // Greek letters and mathematical signs
	letters    int // ASCII letters
	digits     int
	ideographs int // longest run of letters of scripts without use in formulas
	longest    int // longest run of letters
	wordRun    int // longest run of words of two or more letters
	common     int // short English words that are no products of variables
}

// commonWords are English words of two and three letters, which LooksMath
// would take for products of variables.
var commonWords = map[string]bool{
	"and": true, "or": true, "to": true, "of": true, "the": true, "is": true, "in": true, "for": true, "per": true,
	"at": true, "on": true, "by": true, "was": true, "are": true, "you": true, "it": true, "but": true, "not": true,
	"has": true, "had": true, "his": true, "her": true, "our": true, "us": true, "we": true, "he": true, "my": true,
	"if": true, "as": true, "an": true, "be": true, "off": true, "out": true, "up": true, "buy": true, "get": true,
	"all": true, "any": true, "can": true, "day": true, "fee": true, "now": true, "one": true, "usd": true, "via": true,
}

func survey(s string) view {
	var v view
	run, foreign := 0, 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\\':
			n := command(s[i:])
			name := s[i : i+n]
			v.commands++
			if n > 2 && IsCommand(name[1:]) {
				v.known++
			}
			i += n
			run, foreign = 0, 0
			if textual(name) {
				rest := skipSpace(s[i:])
				if strings.HasPrefix(rest, "{") {
					if g := group(rest); g > 0 {
						i = len(s) - len(rest) + g
					}
				}
			}
		case isLetter(c):
			n := 1
			for i+n < len(s) && isLetter(s[i+n]) {
				n++
			}
			v.letters += n
			v.longest = max(v.longest, n)
			if commonWords[strings.ToLower(s[i:i+n])] {
				v.common++
			}
			// A word stands between blanks; "dx" in "f(x)dx" does not.
			if n >= 2 && (i == 0 || isSpace(s[i-1])) && endsWord(s[i+n:]) {
				run++
				v.wordRun = max(v.wordRun, run)
			} else if n >= 2 || (i > 0 && !isSpace(s[i-1])) {
				run = 0
			}
			i += n
			foreign = 0
		case c < utf8.RuneSelf:
			switch {
			case isDigit(c):
				v.digits++
				run = 0
			case c == '^' || c == '_':
				if i > 0 && i+1 < len(s) && scriptBase(s[i-1]) && scriptStart(s[i+1:]) {
					v.scripts++
				}
				run = 0
			case strings.IndexByte("=+*<>|/{}[]()", c) >= 0:
				run = 0
			}
			if !isSpace(c) {
				foreign = 0
			}
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			switch {
			case mathSign(r):
				v.symbols++
				run, foreign = 0, 0
			case unicode.IsLetter(r):
				foreign++
				v.ideographs = max(v.ideographs, foreign)
			}
			i += n
		}
	}
	return v
}

// textual reports whether the argument of a command is no mathematics.
func textual(name string) bool {
	return textCommands[name] || name == `\operatorname` || name == `\mathrm` || name == `\begin` || name == `\end` ||
		name == `\label` || name == `\ref` || name == `\eqref` || name == `\color` || name == `\textcolor` || name == `\mathit` ||
		name == `\mathsf` || name == `\mathtt` || name == `\mathbf`
}

// endsWord reports whether rest, which follows a run of letters, lets it be a
// word of prose.
func endsWord(rest string) bool {
	if rest == "" {
		return true
	}
	switch rest[0] {
	case ' ', '\t', '\n', '\r':
		return true
	case ',', '.', ';', ':', '!', '?', '\'', '"', ')':
		return len(rest) == 1 || isSpace(rest[1]) || isLetter(rest[1])
	}
	return false
}

func scriptBase(c byte) bool {
	return isLetter(c) || isDigit(c) || c == ')' || c == ']' || c == '}' || c == '|' || c == '\'' || c >= utf8.RuneSelf
}

// scriptStart reports whether s begins with what a script may be: a group, or
// one character that is not part of an identifier of several words.
func scriptStart(s string) bool {
	c := s[0]
	if c == '{' || c == '\\' || isDigit(c) || c == '*' || c == '-' || c == '+' {
		return true
	}
	if !isLetter(c) {
		return false
	}
	n := 1
	for n < len(s) && isLetter(s[n]) {
		n++
	}
	return n <= 2
}

// mathSign reports whether r is a sign or letter that prose rarely has and
// formulas often.
func mathSign(r rune) bool {
	switch {
	case 0x0391 <= r && r <= 0x03F6, // Greek
		0x2190 <= r && r <= 0x22FF, // arrows, operators
		0x27C0 <= r && r <= 0x27FF, 0x2900 <= r && r <= 0x2AFF,
		0x2032 <= r && r <= 0x2034, 0x2102 <= r && r <= 0x2138, 0x1D400 <= r && r <= 0x1D7FF,
		0x2070 <= r && r <= 0x209C,
		r == 0xB1, r == 0xD7, r == 0xF7, r == 0xB2, r == 0xB3, r == 0xB9, r == 0xAC:
		return true
	}
	return false
}

// Money returns the length of the sum of money at the start of s, the text
// right after a dollar sign, or 0 when none stands there: digits with
// thousands separators, cents, and a unit ("12.50", "1,000", "5M",
// "60 million"), followed by what may follow a number in prose.
func Money(s string) int {
	n := 0
	for n < len(s) && (isDigit(s[n]) || ((s[n] == ',' || s[n] == '.') && n > 0 && n+1 < len(s) && isDigit(s[n+1]))) {
		n++
	}
	if n == 0 {
		return 0
	}
	rest := s[n:]
	for _, unit := range []string{"K", "k", "M", "m", "B", "b", "bn", "mn", "MM", "T"} {
		if strings.HasPrefix(rest, unit) && endsSum(rest[len(unit):]) {
			return n + len(unit)
		}
	}
	if !endsSum(rest) {
		return 0
	}
	word := strings.TrimLeft(rest, " \u00a0")
	for _, unit := range []string{"hundred", "thousand", "million", "billion", "trillion"} {
		if word != rest && strings.HasPrefix(strings.ToLower(word[:min(len(word), len(unit))]), unit) {
			return len(s) - len(word) + len(unit)
		}
	}
	return n
}

// endsSum reports whether a sum of money may end before rest.
func endsSum(rest string) bool {
	if rest == "" {
		return true
	}
	r, n := utf8.DecodeRuneInString(rest)
	switch r {
	case ' ', '\t', '\n', '\r', '\u00a0', ')', ']', '"', '\'', '’', '”', '-', '–', '—', '/', '%', '!', '?', ';', ':':
		return true
	case ',', '.':
		return len(rest) == n || !isDigit(rest[n])
	case '+':
		return len(rest) == 1 || isSpace(rest[1])
	}
	return false
}
