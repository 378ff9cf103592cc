package seed

import (
	"unicode"
	"unicode/utf8"
)

// AppendTokens appends the tokens of text to dst, separated by single blanks,
// and returns the extended slice. It is the one text normaliser of training
// and scoring: a classifier learns the mathematics of a page only if
// positives, negatives and the pool differ in nothing but their content.
//
//   - Letters are lower-cased; a run of letters and combining marks is a token.
//   - A run of digits becomes as many zeros, at most four: "1989" and "2026"
//     are both a year, which number it is says nothing about the topic.
//   - A TeX command is a token with its backslash, so that \frac is never
//     confused with the word. The \$ of prose is nothing, so that prices do not
//     look like formulas; other backslashes are dropped.
//   - Han, Hiragana, Katakana and Hangul are written without blanks between
//     words: each character is a token, the word n-grams join them again.
//   - Operators, brackets, $ and all symbols outside ASCII are tokens of their
//     own. Prose punctuation and the marks that text extraction itself
//     writes (#, *, |, `, quotes, …) are dropped: they would tell the tool
//     that made the text, not what it says.
//
// At most maxTokens tokens are taken, all if maxTokens is 0. Tokens never
// contain white space and never start with "__label__".
func AppendTokens(dst []byte, text string, maxTokens int) []byte {
	n := 0
	for i := 0; i < len(text); {
		if maxTokens > 0 && n == maxTokens {
			break
		}
		start := len(dst)
		if start > 0 {
			dst = append(dst, ' ')
		}
		token := len(dst)
		dst, i = appendToken(dst, text, i)
		if len(dst) == token {
			dst = dst[:start]
			continue
		}
		n++
	}
	return dst
}

// appendToken appends the token that starts at text[i], or nothing where
// there is none, and returns the position after what it consumed.
func appendToken(dst []byte, text string, i int) ([]byte, int) {
	c := text[i]
	switch {
	case isASCIILetter(c):
		return appendWord(dst, text, i)
	case isASCIIDigit(c):
		return appendNumber(dst, text, i)
	case c == '\\':
		return appendCommand(dst, text, i)
	case c < utf8.RuneSelf:
		if isOperator(c) {
			dst = append(dst, c)
		}
		return dst, i + 1
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	switch {
	case r == utf8.RuneError:
		return dst, i + size
	case isUnspaced(r):
		return append(dst, text[i:i+size]...), i + size
	case unicode.IsLetter(r):
		return appendWord(dst, text, i)
	case unicode.IsDigit(r):
		return appendNumber(dst, text, i)
	case unicode.IsSymbol(r):
		return append(dst, text[i:i+size]...), i + size
	}
	return dst, i + size
}

// appendWord appends the lower-cased run of letters and marks at text[i].
func appendWord(dst []byte, text string, i int) ([]byte, int) {
	for i < len(text) {
		c := text[i]
		if c < utf8.RuneSelf {
			if !isASCIILetter(c) {
				break
			}
			dst = append(dst, c|0x20)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if isUnspaced(r) || !unicode.IsLetter(r) && !unicode.IsMark(r) {
			break
		}
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
		i += size
	}
	return dst, i
}

// appendNumber appends one zero for each digit of the run at text[i], at most
// four.
func appendNumber(dst []byte, text string, i int) ([]byte, int) {
	const most = 4
	for n := 0; i < len(text); n++ {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsDigit(r) {
			break
		}
		if n < most {
			dst = append(dst, '0')
		}
		i += size
	}
	return dst, i
}

// appendCommand appends the TeX command at text[i], a backslash.
func appendCommand(dst []byte, text string, i int) ([]byte, int) {
	end := i + 1
	for end < len(text) && isASCIILetter(text[end]) {
		end++
	}
	if end == i+1 {
		// \$ is money, which must not pass for a formula's delimiter; \\ and
		// \{ say no more than the characters themselves.
		if end < len(text) && (text[end] == '$' || text[end] == '\\') {
			end++
		}
		return dst, end
	}
	return append(dst, text[i:end]...), end
}

// isUnspaced reports whether r belongs to a script that is written without
// blanks between words, or with characters that carry as much as a word.
func isUnspaced(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func isASCIILetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isASCIIDigit(c byte) bool { return '0' <= c && c <= '9' }

// isOperator reports whether the ASCII character c is a sign of mathematics
// rather than of prose.
func isOperator(c byte) bool {
	switch c {
	case '$', '=', '+', '<', '>', '^', '_', '{', '}', '(', ')', '[', ']', '/', '&', '%':
		return true
	}
	return false
}
