package decontam

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A kind says what a character does to the grams of a text.
type kind uint8

const (
	separator kind = iota // ends a gram and is nothing
	letter
	mark      // continues a run of letters, is nothing elsewhere
	invisible // is nothing and ends nothing: zero-width characters, soft hyphens
	digit
	script // a raised or lowered digit
	single // a gram by itself
	dash
	backslash
)

// tableSize covers the basic multilingual plane.
const tableSize = 1 << 16

// A foldTable knows the kind of every character and what it is folded to.
type foldTable struct {
	kinds [tableSize]kind
	folds [tableSize]uint16
}

func newFoldTable() *foldTable {
	var t foldTable
	for r := range rune(tableSize) {
		k, folded := classify(r)
		t.kinds[r], t.folds[r] = k, uint16(folded)
	}
	return &t
}

// at returns the kind, fold and length of the character at text[i].
func (t *foldTable) at(text string, i int) (k kind, folded rune, size int) {
	if c := text[i]; c < utf8.RuneSelf {
		return t.kinds[c], rune(t.folds[c]), 1
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	if r < tableSize {
		return t.kinds[r], rune(t.folds[r]), size
	}
	k, folded = classify(r)
	return k, folded, size
}

// classify says what a character is. It is the definition; foldTable remembers it.
func classify(r rune) (kind, rune) {
	if isCompatible(r) {
		// All of these decompose to one character, or stay as they are.
		if folded, size := utf8.DecodeRune(norm.NFKC.Bytes([]byte(string(r)))); size > 0 && folded != r {
			return classify(folded)
		}
	}
	switch {
	case r == '\\':
		return backslash, r
	case r == '-' || r == '\u2010' || r == '\u2011' || r == '\u2212':
		return dash, '-'
	case isNothing(r):
		return separator, r
	case r == '%':
		return single, r
	case r == '/' || r == '\u2044' || r == '\u2215':
		return single, '/'
	case r >= '0' && r <= '9':
		return digit, r
	case isInvisible(r):
		return invisible, r
	case r == '²' || r == '³' || r == '¹':
		return script, scriptDigit(r)
	case r >= '\u2070' && r <= '\u2079' && unicode.Is(unicode.No, r):
		return script, '0' + r - '\u2070'
	case r >= '\u2080' && r <= '\u2089':
		return script, '0' + r - '\u2080'
	case isUnspaced(r):
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) {
			return single, r
		}
		return separator, r
	case unicode.IsLetter(r):
		return letter, foldCase(r)
	case unicode.IsMark(r):
		return mark, r
	case unicode.Is(unicode.Nd, r):
		return digit, r
	case unicode.IsNumber(r), unicode.Is(unicode.Sm, r), unicode.Is(unicode.Sc, r):
		return single, r
	}
	return separator, r
}

// foldCase maps the letters that differ only in case to one.
func foldCase(r rune) rune {
	switch r {
	case 'ς':
		return 'σ'
	case 'ſ':
		return 's'
	case 'ϵ':
		return 'ε'
	case 'ϕ':
		return 'φ'
	case 'ϑ':
		return 'θ'
	}
	return unicode.ToLower(r)
}

func scriptDigit(r rune) rune {
	switch r {
	case '¹':
		return '1'
	case '²':
		return '2'
	}
	return '3'
}

// isCompatible reports whether r is a form of another character that mathematics
// or East Asian typesetting uses for its look.
func isCompatible(r rune) bool {
	return r >= 0x2100 && r <= 0x214f || // letter-like: ℝ, ℓ
		r >= 0xff01 && r <= 0xff5e || // full width
		r >= 0x1d400 && r <= 0x1d7ff // mathematical alphabets
}

// isNothing reports whether r is a sign that Unicode counts as a symbol, but
// that mark-up and notation leave out or write in other ways: TeX's own signs,
// bars, dots for multiplication or omission, the ring of degrees, the ratio.
func isNothing(r rune) bool {
	switch r {
	case '$', '^', '|', '~', '`', '∣', '∶', '∗', '∘', '∙', '⋅', '⋮', '⋯', '⋰', '⋱', utf8.RuneError:
		return true
	}
	return false
}

func isInvisible(r rune) bool {
	return r == '\u00ad' || r >= '\u200b' && r <= '\u200f' || r >= '\u2060' && r <= '\u2064' ||
		r >= '\ufe00' && r <= '\ufe0f' || r == '\ufeff'
}

// isUnspaced reports whether r is of a script that puts no spaces between words.
func isUnspaced(r rune) bool {
	switch {
	case r < 0x0e00:
		return false
	case r <= 0x0eff, // Thai, Lao
		r >= 0x1000 && r <= 0x109f, // Myanmar
		r >= 0x1780 && r <= 0x17ff, // Khmer
		r >= 0x2e80 && r <= 0x2fdf, // radicals
		r >= 0x3005 && r <= 0x3007,
		r >= 0x3040 && r <= 0x30ff, // kana
		r >= 0x31f0 && r <= 0x31ff,
		r >= 0x3400 && r <= 0x4dbf,
		r >= 0x4e00 && r <= 0x9fff,
		r >= 0xf900 && r <= 0xfaff,
		r >= 0xff66 && r <= 0xff9d, // half-width kana
		r >= 0x20000 && r <= 0x3ffff:
		return true
	}
	return false
}
