package tokens

import (
	"unicode"
	"unicode/utf8"
)

// A class is a set of properties of a character that the splitters ask for.
type class uint8

const (
	classUpper   class = 1 << iota // Lu, Lt
	classLower                     // Ll
	classLetter                    // Lm, Lo: letters without case
	classMark                      // M
	classNumber                    // N
	classSpace                     // white space, line ends too
	classNewline                   // CR, LF

	anyLetter = classUpper | classLower | classLetter
	// notSign are the characters outside [^\s\p{L}\p{N}].
	notSign = anyLetter | classNumber | classSpace
	// notPrefix are the characters outside [^\r\n\p{L}\p{N}].
	notPrefix = anyLetter | classNumber | classNewline
	// wordHead is [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}] and wordTail
	// [\p{Ll}\p{Lm}\p{Lo}\p{M}], the two halves of a word in o200k_base.
	wordHead = classUpper | classLetter | classMark
	wordTail = classLower | classLetter | classMark
)

// tableRunes is the size of the class table: the planes that hold letters in
// use; beyond it classes are looked up.
const tableRunes = 0x20000

// A classTable knows the class of every character.
type classTable [tableRunes]class

func newClassTable() *classTable {
	var t classTable
	for _, set := range []struct {
		tables []*unicode.RangeTable
		class  class
	}{
		{[]*unicode.RangeTable{unicode.Lu, unicode.Lt}, classUpper},
		{[]*unicode.RangeTable{unicode.Ll}, classLower},
		{[]*unicode.RangeTable{unicode.Lm, unicode.Lo}, classLetter},
		{[]*unicode.RangeTable{unicode.M}, classMark},
		{[]*unicode.RangeTable{unicode.N}, classNumber},
		{[]*unicode.RangeTable{unicode.White_Space}, classSpace},
	} {
		for _, table := range set.tables {
			for _, r := range table.R16 {
				t.fill(uint32(r.Lo), uint32(r.Hi), uint32(r.Stride), set.class)
			}
			for _, r := range table.R32 {
				t.fill(r.Lo, r.Hi, r.Stride, set.class)
			}
		}
	}
	t['\r'] |= classNewline
	t['\n'] |= classNewline
	return &t
}

func (t *classTable) fill(low, high, stride uint32, c class) {
	for r := low; r <= high && r < tableRunes; r += stride {
		t[r] |= c
	}
}

// at returns the class of the character at text[i] and its length, 0 at the end.
func (t *classTable) at(text string, i int) (class, int) {
	if i >= len(text) {
		return 0, 0
	}
	if c := text[i]; c < utf8.RuneSelf {
		return t[c], 1
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	if r < tableRunes {
		return t[r], size
	}
	switch {
	case unicode.Is(unicode.Lo, r):
		return classLetter, size
	case unicode.Is(unicode.M, r):
		return classMark, size
	}
	// No other class has characters there, which a test holds.
	return 0, size
}

// run returns the end of the longest run of characters of the classes from i on.
func (t *classTable) run(text string, i int, want class) int {
	for i < len(text) {
		c, size := t.at(text, i)
		if c&want == 0 {
			break
		}
		i += size
	}
	return i
}

// nextCL100K returns the end of the piece of cl100k_base that starts at i:
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d) | [^\r\n\p{L}\p{N}]?\p{L}+ | \p{N}{1,3} |
//	 ?[^\s\p{L}\p{N}]+[\r\n]* | \s*[\r\n]+ | \s+(?!\S) | \s+
func nextCL100K(t *classTable, text string, i int) int {
	first, size := t.at(text, i)
	if first&anyLetter != 0 {
		return t.run(text, i+size, anyLetter)
	}
	if text[i] == '\'' {
		if end := contraction(text, i); end > i {
			return end
		}
	}
	if first&classNumber != 0 {
		return t.numbers(text, i+size)
	}
	if first&classNewline == 0 {
		if second, _ := t.at(text, i+size); second&anyLetter != 0 {
			return t.run(text, i+size, anyLetter)
		}
	}
	if end := t.signs(text, i, first); end > i {
		for end < len(text) && (text[end] == '\r' || text[end] == '\n') {
			end++
		}
		return end
	}
	return t.space(text, i)
}

// nextO200K returns the end of the piece of o200k_base that starts at i, with
// H = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], T = [\p{Ll}\p{Lm}\p{Lo}\p{M}] and
// C = (?i:'s|'t|'re|'ve|'m|'ll|'d):
//
//	[^\r\n\p{L}\p{N}]?H*T+C? | [^\r\n\p{L}\p{N}]?H+T*C? | \p{N}{1,3} |
//	 ?[^\s\p{L}\p{N}]+[\r\n/]* | \s*[\r\n]+ | \s+(?!\S) | \s+
func nextO200K(t *classTable, text string, i int) int {
	first, size := t.at(text, i)
	if first&(anyLetter|classMark) != 0 || first&notPrefix == 0 {
		if end := t.word(text, i, first, size); end > i {
			return max(end, contraction(text, end))
		}
	}
	if first&classNumber != 0 {
		return t.numbers(text, i+size)
	}
	if end := t.signs(text, i, first); end > i {
		for end < len(text) && (text[end] == '\r' || text[end] == '\n' || text[end] == '/') {
			end++
		}
		return end
	}
	return t.space(text, i)
}

// word returns the end of the word of o200k_base that starts at i, without its
// contraction, or i. It follows the order in which a backtracking matcher tries
// the two alternatives with and without the character before the word.
func (t *classTable) word(text string, i int, first class, size int) int {
	start := i
	if first&notPrefix == 0 {
		start += size
	}
	headEnd, tail := t.head(text, start)
	if tail > start {
		return tail
	}
	if start > i && first&classMark != 0 {
		// H*T+ without the character before it: a mark is in H and in T.
		return start
	}
	if headEnd > start {
		return headEnd
	}
	return i
}

// head matches H*T+ at start. If there is no match, tail is start and headEnd
// is the end of H*.
func (t *classTable) head(text string, start int) (headEnd, tail int) {
	i, lastShared := start, start
	for i < len(text) {
		c, size := t.at(text, i)
		if c&wordHead == 0 {
			if c&wordTail != 0 {
				return i, t.run(text, i, wordTail)
			}
			break
		}
		i += size
		if c&wordTail != 0 {
			lastShared = i
		}
	}
	// T+ finds nothing after H*, so H* gives characters back until the last
	// that is in T as well.
	return i, lastShared
}

// numbers returns the end of \p{N}{1,3} whose first number ends at i.
func (t *classTable) numbers(text string, i int) int {
	for range 2 {
		c, size := t.at(text, i)
		if c&classNumber == 0 {
			break
		}
		i += size
	}
	return i
}

// signs returns the end of  ?[^\s\p{L}\p{N}]+ at i, or i.
func (t *classTable) signs(text string, i int, first class) int {
	start := i
	if text[i] == ' ' {
		start++
	} else if first&notSign != 0 {
		return i
	}
	end := start
	for end < len(text) {
		c, size := t.at(text, end)
		if c&notSign != 0 {
			break
		}
		end += size
	}
	if end == start {
		return i
	}
	return end
}

// space returns the end of \s*[\r\n]+ | \s+(?!\S) | \s+ at i, which is white space.
func (t *classTable) space(text string, i int) int {
	end, last, afterNewline := i, i, i
	for end < len(text) {
		c, size := t.at(text, end)
		if c&classSpace == 0 {
			break
		}
		last = end
		end += size
		if c&classNewline != 0 {
			afterNewline = end
		}
	}
	switch {
	case afterNewline > i:
		return afterNewline
	case end < len(text) && last > i:
		return last // the last space belongs to what follows
	default:
		return end
	}
}

// contraction returns the end of (?i:'s|'t|'re|'ve|'m|'ll|'d) at i, or i.
func contraction(text string, i int) int {
	if i+1 >= len(text) || text[i] != '\'' {
		return i
	}
	switch text[i+1] | 0x20 {
	case 's', 't', 'm', 'd':
		return i + 2
	case 'r', 'v':
		if i+2 < len(text) && text[i+2]|0x20 == 'e' {
			return i + 3
		}
	case 'l':
		if i+2 < len(text) && text[i+2]|0x20 == 'l' {
			return i + 3
		}
	}
	if len(text) >= i+3 && text[i+1:i+3] == "ſ" { // folds to s
		return i + 3
	}
	return i
}
