package extract

import (
	"bytes"
	"strings"
)

// isRegexp recognises the inside of \( … \) in a regular expression or a shell
// command in prose.
func isRegexp(s []byte) bool {
	if bytes.HasSuffix(s, []byte(`.*`)) && len(s) < 20 || string(s) == `[^)]*` || bytes.HasPrefix(s, []byte(`[^`)) && len(s) < 12 {
		return true
	}
	i := bytes.IndexByte(s, '[')
	if i < 0 || i+3 >= len(s) {
		return false
	}
	switch string(s[i+1 : i+4]) {
	case "0-9", "1-9", "0-7", "a-z", "A-Z", "a-f", "A-F", "[:a", "[:d", "[:s", "^/]", `^"]`, "^ ]":
		return true // a class of characters
	}
	return false
}

// isNamed reports whether prose is about the delimiters of \( … \) or \[ … \]
// themselves, as in "group with \( and \)", or about an escaped bracket as in
// \[A-Za-z_\]; inside is what stands between them.
func isNamed(inside []byte, open string) bool {
	trimmed := bytes.TrimSpace(inside)
	switch {
	case open == `\[` && isClass(trimmed), string(trimmed) == "...", string(trimmed) == "…":
		return true
	case !isSpace(inside[len(inside)-1]):
		return false
	case string(trimmed) == ",":
		return true
	case !isSpace(inside[0]):
		return false
	}
	switch string(trimmed) {
	case "and", "or", "to", "with", "und", "oder", "et", "ou":
		return true
	}
	return !bytes.ContainsAny(trimmed, `\^_=<>+`) && prose(view(trimmed))
}

// isClass reports whether s is the inside of a class of characters: ranges, and
// signs that are no operators beside them.
func isClass(s []byte) bool {
	ranges := 0
	for len(s) > 0 {
		if len(s) >= 3 {
			switch string(s[:3]) {
			case "0-9", "1-9", "0-7", "0-1", "a-z", "A-Z", "a-f", "A-F":
				ranges++
				s = s[3:]
				continue
			}
		}
		if strings.IndexByte("^_-.,:/|#@%$\\", s[0]) < 0 {
			return false
		}
		s = s[1:]
	}
	return ranges > 0
}

// isGroup reports whether a group at [i, end), which has no command inside, is
// followed by a reference to a group as in s/\(a\)b/\1/, or follows one. No TeX
// has a command that is a digit.
func (w *pairing) isGroup(i, end int) bool {
	start := max(0, i-maxGroupGap)
	if start > 0 && w.src[start-1] == '\\' {
		start++ // not into a control symbol
	}
	return hasGroupReference(w.src[start:i]) || hasGroupReference(w.src[end:min(len(w.src), end+maxGroupGap)])
}

func hasGroupReference(b []byte) bool {
	for i := 0; i+1 < len(b); i++ {
		if b[i] == '\\' {
			i++
			if b[i] >= '1' && b[i] <= '9' {
				return true
			}
		}
	}
	return false
}

// maxGroupGap is how far from a group, in bytes, a reference to it is looked
// for.
const maxGroupGap = 48

// isPattern reports whether \( … \) or \[ … \] at [i, end) groups a regular
// expression or belongs to a path of Windows: a repetition follows, alternatives
// that are words stand between, or names touch them on both sides.
func (w *pairing) isPattern(i, end int) bool {
	src := w.src
	inside, after := src[i+2:end-2], src[end:]
	for _, repeated := range [...]string{`\{`, `\+`, `\?`, `*`, `{1`, `{2`, `{3`} {
		if bytes.HasPrefix(after, []byte(repeated)) {
			return true
		}
	}
	if len(inside) == 3 && inside[1] == '-' && isAlnum(inside[0]) && bytes.HasPrefix(after, []byte{'+'}) {
		return true // a class of characters
	}
	if bytes.IndexByte(inside, '\\') < 0 && w.isGroup(i, end) {
		return true
	}
	if i > 0 && isAlnum(src[i-1]) && len(after) > 1 && after[0] == '\\' && isAlnum(after[1]) {
		return true
	}
	if bytes.Count(inside, []byte(`\|`))%2 == 0 || i == 0 || src[i-1] == ' ' {
		return false
	}
	for _, b := range inside {
		if !isAlnum(b) && b != '\\' && b != '|' && b != '.' && b != '*' && b != '-' {
			return false
		}
	}
	return true
}
