package extract

import (
	"bytes"
	"strings"

	"mathsieve/internal/extract/tex"
)

// maxDollar is the length in bytes of the longest formula between two single
// dollars whose content alone speaks for it; maxConfigured where the page's
// configuration does.
const (
	maxDollar     = 300
	maxConfigured = 4000
)

// dollar reads the formula between two single dollars, the first of which is at
// i. It returns 0 if that dollar is money.
func (w *pairing) dollar(i int) int {
	src := w.src
	strength := w.p.config.strength
	if w.texes > 0 {
		strength = dollarSure
	}
	if strength == dollarNever {
		return 0
	}
	limit := min(len(src), i+maxDollar+2)
	if strength == dollarSure {
		limit = min(len(src), i+maxConfigured)
	}
	depth := 0
	for j := i + 1; j < limit; j++ {
		switch src[j] {
		case '\\':
			j++
		case '{':
			depth++
		case '}':
			depth--
		case mkAtom:
			j += atomLen - 1
		case mkCode, mkPlain:
			return 0
		case '$':
			if depth > 0 {
				continue
			}
			if depth < 0 && strength != dollarSure {
				return 0 // the end of a block of a program
			}
			if j+1 < len(src) && src[j+1] == '$' && (strength != dollarSure || j+2 == len(src) || src[j+2] <= ' ') {
				return 0 // a display formula begins before this one ends
			}
			if !w.isDollarPair(i, j, strength) {
				return 0
			}
			block := bytes.HasPrefix(src[i+1:j], []byte(`\displaystyle`)) && w.aloneInLine(i, j+1)
			if !w.emit(src[i+1:j], formRaw, block) {
				return 0
			}
			return j + 1 - i
		}
	}
	return 0
}

// isDollarPair judges the dollars at i and j.
func (w *pairing) isDollarPair(i, j int, strength dollarStrength) bool {
	src := w.src
	p := w.p
	inside := src[i+1 : j]
	if len(inside) == 0 {
		return false
	}
	p.rawTeX = true
	p.scratch = p.appendTeX(p.scratch[:0], inside)
	s := view(p.scratch)
	if w.texes == 0 && (tex.IsProgram(s) || j+1 < len(src) && (isVariables(s, src[j+1]) || isAssignment(s, src[j+1:], strength))) {
		return false
	}
	looks := tex.LooksMath(s)
	nextDigit := j+1 < len(src) && src[j+1] >= '0' && src[j+1] <= '9'
	if strength == dollarSure {
		if looks {
			return true
		}
		if w.texes == 0 && betweenPairs(s, src, j) {
			return false
		}
		// Configured pages talk of money, too.
		if tex.Money(s) > 0 && (nextDigit || prose(s)) {
			return false
		}
		return !prose(s) || tex.LooksTeX(s) || len(s) < 1000 && hasCommand(s)
	}
	if !looks && s != "" && (isSpace(s[0]) || isSpace(s[len(s)-1])) {
		// Blanks inside are a habit, where the rest is beyond doubt.
		opens := isSpace(s[len(s)-1]) && j+1 < len(src) && isAlnum(src[j+1]) // as the second dollar of "$5 and $x$"
		s = strings.TrimSpace(s)
		looks = !opens && hasCommand(s) && tex.LooksMath(s) && tex.LooksTeX(s)
	}
	if nextDigit || !looks || isPrices(s) || i > 0 && isDigit(src[i-1]) && isRange(s) {
		return false
	}
	return tex.Money(s) == 0 || hasSign(s)
}

// betweenPairs reports whether s, the text between a dollar and the one at j,
// is what stands between two sums or formulas: the second dollar opens, because
// a blank is before it and none behind, and s is a sum with words or words
// alone.
func betweenPairs(s string, src []byte, j int) bool {
	if !isSpace(s[len(s)-1]) || j+1 == len(src) || src[j+1] <= ' ' {
		return false
	}
	trimmed := strings.TrimSpace(s)
	if tex.Money(trimmed) > 0 && len(trimmed) > tex.Money(trimmed) {
		return true
	}
	return !strings.ContainsAny(trimmed, `\^_=<>+*/|{}`) && !tex.LooksMath(trimmed) && strings.IndexFunc(trimmed, isLetterRune) >= 0
}

func isLetterRune(r rune) bool { return r < 0x80 && isLetter(byte(r)) }

// isVariables reports whether two dollars are the sigils of two variables of a
// shell, a template or a program, as in ${HOME}/lib:${LIB} and $from-$until. s
// is the text between them and next the byte after the second one.
func isVariables(s string, next byte) bool {
	n := tex.StartsLikeVariable(s)
	if n == 0 || hasCommand(s) {
		return false
	}
	switch s[0] {
	case '{', '(':
		return next == s[0]
	}
	return n < len(s) && (isLetter(next) || next == '_' || next == '{')
}

// isAssignment reports whether two dollars are the sigils of two variables with
// an operator between, as in $a=$b or, where formulas are not certain, of two
// cells of a table as in A$1+$B$2. s is the text between them and rest what
// follows the second one. $p-$adic is a formula and a word.
func isAssignment(s string, rest []byte, strength dollarStrength) bool {
	if len(s) < 2 || !isLetter(rest[0]) || hasCommand(s) {
		return false
	}
	if strength == dollarSure {
		return isLetter(s[0]) && strings.IndexByte("=+-*/.<>", s[len(s)-1]) >= 0 && (s[len(s)-1] != '-' || letters(rest) < 3)
	}
	return isAlnum(s[0]) && strings.IndexByte("=+-*/.<>:,;(&", s[len(s)-1]) >= 0
}

// hasCommand reports whether s has a TeX command.
func hasCommand(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '\\' {
			return true
		}
	}
	return false
}

// isRange reports whether s stands between two sums that have their dollar
// behind: a dash or a comma, and a number.
func isRange(s string) bool {
	number := strings.TrimLeft(s, " -–—,;/~")
	return len(number) < len(s) && number != "" && strings.Trim(number, "0123456789.,") == ""
}

// isPrices reports whether s, which has no command, names another currency.
func isPrices(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return strings.ContainsAny(s[i:], "¢£¥€₹₽₩") && !hasCommand(s)
		}
	}
	return false
}

// hasSign reports whether s, which begins like a sum of money, goes on like a
// formula, or is nothing but a number.
func hasSign(s string) bool {
	number := true
	for i := range len(s) {
		switch s[i] {
		case '\\', '^', '_', '=', '<', '>', '+', '{', '/', '*', '(':
			return true
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.', ',':
		default:
			number = false
		}
	}
	return number
}
