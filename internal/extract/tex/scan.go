package tex

import "strings"

func isSpace(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

// trim drops white space at both ends, and control spaces ("\ ") at the end.
func trim(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	for {
		t := s
		for t != "" && isSpace(t[len(t)-1]) {
			t = t[:len(t)-1]
		}
		if len(t) == len(s) || !oddBackslashes(t) {
			return t
		}
		s = t[:len(t)-1]
	}
}

// oddBackslashes reports whether s ends in a backslash that escapes what
// follows.
func oddBackslashes(s string) bool {
	n := 0
	for n < len(s) && s[len(s)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// command returns the length of the control sequence at the start of s, which
// begins with a backslash.
func command(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	if !isLetter(s[1]) {
		return 2
	}
	n := 2
	for n < len(s) && isLetter(s[n]) {
		n++
	}
	return n
}

// group returns the length of the brace group at the start of s, which begins
// with "{", or 0 when it is not closed.
func group(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// bracket returns the length of the optional argument at the start of s, which
// begins with "[", or 0 when it is not closed. Brackets in braces do not count.
func bracket(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			depth--
		case ']':
			if depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// skipSpace returns s without its leading white space.
func skipSpace(s string) string { return strings.TrimLeft(s, " \t\n\r\f") }

// environment returns the name of the environment that s begins, and the
// length of the \begin{name}; 0 when s begins none.
func environment(s string) (name string, n int) {
	const begin = `\begin`
	if !strings.HasPrefix(s, begin) {
		return "", 0
	}
	rest := skipSpace(s[len(begin):])
	if rest == "" || rest[0] != '{' {
		return "", 0
	}
	end := strings.IndexByte(rest, '}')
	if end < 0 {
		return "", 0
	}
	return strings.TrimSpace(rest[1:end]), len(s) - len(rest) + end + 1
}
