package dedup

import (
	"unicode"
	"unicode/utf8"
)

// A tokenizer cuts text into the tokens that shingles are made of.
//
// Tokens are
//
//   - a run of letters, marks and digits, where a full stop or comma between
//     two digits belongs to the run: "Euler", "3.14", "1,024";
//   - a backslash with the ASCII letters after it: "\alpha";
//   - one letter of a script that is written without spaces (Han, Hiragana,
//     Katakana, Thai, Lao, Khmer, Myanmar);
//   - any other visible character except the punctuation of prose
//     (isProsePunctuation): operators, brackets, $, ^, _, primes and
//     exclamation marks stay, because formulas are made of them.
//
// Case, numbers and LaTeX are kept as they are. Two exercises that differ in a
// number have different shingles.
type tokenizer struct {
	// buf holds the tokens with one space after each, so that a shingle is a
	// contiguous slice of it.
	buf []byte
	// start[i] is where token i begins in buf; one more entry gives the end.
	start []int32
}

// run replaces the tokenizer's contents by the tokens of text. Texts beyond
// 1 GiB are cut there.
func (t *tokenizer) run(text string) {
	text = text[:min(len(text), 1<<30)]
	t.buf, t.start = t.buf[:0], t.start[:0]
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			switch asciiClass[c] {
			case classWord:
				i = t.word(text, i)
			case classSymbol:
				end := i + 1
				if c == '\\' {
					for end < len(text) && isASCIILetter(text[end]) {
						end++
					}
				}
				t.add(text[i:end])
				i = end
			default:
				i++
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case isUnspaced(r):
			t.add(text[i : i+size])
			i += size
		case isWordRune(r):
			i = t.word(text, i)
		case unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || isProsePunctuation(r):
			i += size
		default:
			t.add(text[i : i+size])
			i += size
		}
	}
	t.start = append(t.start, int32(len(t.buf)))
}

// word adds the word that begins at position i and returns where it ends.
func (t *tokenizer) word(text string, i int) int {
	begin := i
	for {
		for i < len(text) && text[i] < utf8.RuneSelf && asciiClass[text[i]] == classWord {
			i++
		}
		if i == len(text) {
			break
		}
		c := text[i]
		if c < utf8.RuneSelf {
			if (c == '.' || c == ',') && i > begin && isDigit(text[i-1]) && i+1 < len(text) && isDigit(text[i+1]) {
				i++
				continue
			}
			break
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isWordRune(r) || isUnspaced(r) {
			break
		}
		i += size
	}
	t.add(text[begin:i])
	return i
}

func (t *tokenizer) add(token string) {
	t.start = append(t.start, int32(len(t.buf)))
	t.buf = append(t.buf, token...)
	t.buf = append(t.buf, ' ')
}

// shingles returns how many shingles of n tokens there are.
func (t *tokenizer) shingles(n int) int { return max(len(t.start)-n, 0) }

// shingle returns the i-th shingle of n tokens, valid until the next run.
func (t *tokenizer) shingle(i, n int) []byte { return t.buf[t.start[i]:t.start[i+n]] }

const (
	classIgnored = iota
	classWord
	classSymbol
)

// asciiClass gives the part that each ASCII character plays.
var asciiClass = func() (class [utf8.RuneSelf]uint8) {
	for c := range class {
		r := rune(c)
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			class[c] = classWord
		case unicode.IsGraphic(r) && r != ' ' && !isProsePunctuation(r):
			class[c] = classSymbol
		}
	}
	return class
}()

func isASCIILetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)
}

// isProsePunctuation reports whether r separates words in running text and is
// no mathematics: , . ; : ? " and everything of the kind outside ASCII, such as
// quotation marks, dashes, bullets and their full-width forms.
func isProsePunctuation(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ',' || r == '.' || r == ';' || r == ':' || r == '?' || r == '"'
	}
	if r >= 0x2032 && r <= 0x2037 { // primes
		return false
	}
	return unicode.Is(unicode.P, r)
}

// isUnspaced reports whether r belongs to a script that does not separate
// words by spaces.
func isUnspaced(r rune) bool {
	if r < 0x0E00 {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// appendFolded appends text with every run of white space made one space and
// none at either end. Case and everything else stays.
func appendFolded(dst []byte, text string) []byte {
	start := len(dst)
	for i := skipSpace(text, 0); i < len(text); {
		end := foldedEnd(text, i)
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		dst = append(dst, text[i:end]...)
		i = skipSpace(text, end)
	}
	return dst
}

// foldedEnd returns where the stretch of text that begins at i stops being
// folded: before the first white space that is not one blank between two
// ASCII characters that are visible.
func foldedEnd(text string, i int) int {
	for i < len(text) {
		c := text[i]
		switch {
		case c > ' ' && c < utf8.RuneSelf:
			i++
		case c == ' ' && i+1 < len(text) && text[i+1] > ' ' && text[i+1] < utf8.RuneSelf:
			i += 2
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			if unicode.IsSpace(r) {
				return i
			}
			i += size
		}
	}
	return i
}

// skipSpace returns the position of the first character of text from i on that
// is no white space.
func skipSpace(text string, i int) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsSpace(r) {
			break
		}
		i += size
	}
	return i
}
