package tex

import "strings"

// IsProgram reports whether s is a piece of program text rather than a formula:
// an identifier of several words (tls_cipher), or an expression of a
// programming language. Subscripts of TeX have one letter or a group on one of
// their sides (x_max, DGQ_k, v_{max}), and two subscripts in a row are an error.
func IsProgram(s string) bool {
	if len(s) < 4 || strings.ContainsAny(s, `\^{}`) {
		return false
	}
	if name := identifier(s); name == len(s) {
		return isCompound(s)
	}
	if strings.Contains(s, "&&") || strings.Contains(s, "==") || strings.Contains(s, "=>") || strings.Contains(s, "();") {
		return hasWord(s)
	}
	if name := identifier(s); name > 0 && isCompound(s[:name]) {
		// A call, a member, an element, an assignment or a second operand.
		return true
	}
	return false
}

// StartsLikeVariable returns the length of what looks like the name of a
// variable in a shell, a template or a program at the start of s, the text
// after a dollar sign: a word, or a word in braces or parentheses. It is 0 if
// there is none. Single letters and pairs of letters are left to formulas.
func StartsLikeVariable(s string) int {
	if s == "" {
		return 0
	}
	var end byte
	switch s[0] {
	case '{':
		end = '}'
	case '(':
		end = ')'
	default:
		if n := identifier(s); n > 2 && hasWord(s[:n]) {
			return n
		}
		return 0
	}
	n := identifier(s[1:])
	for n > 0 && 1+n < len(s) && s[1+n] == '.' {
		m := identifier(s[n+2:])
		if m == 0 {
			return 0
		}
		n += 1 + m
	}
	if n < 3 || !hasWord(s[1:1+n]) || 1+n >= len(s) || s[1+n] != end {
		return 0
	}
	return n + 2
}

// identifier returns the length of the identifier at the start of s.
func identifier(s string) int {
	n := 0
	for n < len(s) && (isLetter(s[n]) || s[n] == '_' || n > 0 && isDigit(s[n])) {
		n++
	}
	return n
}

// isCompound reports whether an identifier is made of words joined by
// underscores, in a way that no formula is.
func isCompound(name string) bool {
	first, rest, ok := strings.Cut(strings.TrimRight(name, "_"), "_")
	if !ok || rest == "" {
		return false
	}
	if first == "" || strings.Contains(rest, "_") {
		return hasWord(name)
	}
	return letterRun(first) >= 2 && letterRun(rest) >= 2
}

// hasWord reports whether s has three letters in a row.
func hasWord(s string) bool {
	for i := 0; i < len(s); {
		n := letterRun(s[i:])
		if n >= 3 {
			return true
		}
		i += n + 1
	}
	return false
}

// letterRun returns the number of letters at the start of s.
func letterRun(s string) int {
	n := 0
	for n < len(s) && isLetter(s[n]) {
		n++
	}
	return n
}
