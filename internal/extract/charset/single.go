package charset

import (
	"math"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Prices are in quarter bits.
const (
	priceNBSP      = 4 * 4
	priceCommon    = 6 * 4  // punctuation and signs that any page may have
	priceSymbol    = 11 * 4 // other signs
	priceForeign   = 10 * 4 // a letter that the language does not use
	priceFrame     = 16 * 4 // box drawing: text files for terminals only
	priceControl   = 20 * 4 // C1 control
	priceUndefined = 24 * 4
	priceUpper     = 2 * 4 // an upper-case letter, over its lower-case price

	surchargeCase  = 6 * 4 // upper case right after lower case
	surchargeMixed = 6 * 4 // ASCII letter beside a letter of another script
	surchargeRun   = 6 * 4 // third and further letter of a run outside ASCII, Latin languages
	surchargeAlone = 3 * 4 // such a letter without a neighbour
)

// commonSigns are cheap in every language.
const commonSigns = "“”‘’–—…«»„‚°·•§¶†‡©®™€£×÷±¬¯´¨¹²³¼½¾µªº¿¡№"

// A charClass is what the surcharges need to know of a character.
type charClass uint8

const (
	classOther charClass = iota
	classLower           // a lower-case letter, or a letter without case
	classUpper
)

// A singleByte is the scoring table of one single-byte encoding.
type singleByte struct {
	name   string
	prior  int
	class  [256]charClass
	models []model
}

// A model is one language in one encoding: the price of each byte.
type model struct {
	lang  *language
	price [256]uint8
}

// candidate lists the encodings that detection considers, with their prior
// prices in bits: how rare unlabelled pages of them are.
var candidates = []struct {
	name  string
	prior int
}{
	{nameLatin1, 0},
	{"windows-1251", 2},
	{"koi8-r", 4},
	{"ibm866", 8},
	{"iso-8859-5", 10},
	{"x-mac-cyrillic", 10},
	{"koi8-u", 8},
	{"ibm855", 14},
	{"windows-1250", 4},
	{"iso-8859-2", 4},
	{"windows-1253", 3},
	{"iso-8859-7", 4},
	{"windows-1254", 4},
	{"windows-1255", 3},
	{"windows-1256", 3},
	{"iso-8859-6", 8},
	{"windows-1257", 6},
	{"windows-874", 4},
	{"macintosh", 14},
}

// singleByteTables builds the tables of all candidates, once for the process;
// they are only read afterwards.
var singleByteTables = sync.OnceValue(func() []*singleByte {
	var tables []*singleByte
	for _, c := range candidates {
		if m, ok := lookup(c.name).(*charmap.Charmap); ok {
			tables = append(tables, newSingleByte(c.name, c.prior, m))
		}
	}
	return tables
})

// tableFor returns the scoring table of a single-byte encoding, or nil.
func tableFor(name string) *singleByte {
	for _, t := range singleByteTables() {
		if t.name == name {
			return t
		}
	}
	if m, ok := lookup(name).(*charmap.Charmap); ok {
		return newSingleByte(name, 0, m)
	}
	return nil
}

func newSingleByte(name string, prior int, m *charmap.Charmap) *singleByte {
	t := &singleByte{name: name, prior: prior * 4}
	var runes [256]rune
	for b := range 256 {
		r := m.DecodeByte(byte(b))
		runes[b] = r
		switch {
		case unicode.IsUpper(r):
			t.class[b] = classUpper
		case unicode.IsLetter(r), unicode.Is(unicode.Mn, r):
			t.class[b] = classLower
		}
	}
	for i := range languages {
		lang := &languages[i]
		if !encodes(m, lang) {
			continue
		}
		md := model{lang: lang}
		for b := 0x80; b < 256; b++ {
			md.price[b] = runePrice(runes[b], lang)
		}
		t.models = append(t.models, md)
	}
	if len(t.models) == 0 {
		// Nobody's alphabet: priced as Western text of foreign letters.
		md := model{lang: &languages[0]}
		for b := 0x80; b < 256; b++ {
			md.price[b] = runePrice(runes[b], md.lang)
		}
		t.models = append(t.models, md)
	}
	return t
}

// encodes reports whether the frequent letters of lang are all in m.
func encodes(m *charmap.Charmap, lang *language) bool {
	n := 0
	for _, r := range lang.letters {
		if _, ok := m.EncodeRune(r); !ok {
			return false
		}
		if n++; n == 9 {
			break
		}
	}
	return true
}

func runePrice(r rune, lang *language) uint8 {
	if k := rank(lang.letters, r); k >= 0 {
		return letterPrice(k)
	}
	if l := unicode.ToLower(r); l != r {
		if k := rank(lang.letters, l); k >= 0 {
			return letterPrice(k) + priceUpper
		}
	}
	switch {
	case r == utf8.RuneError:
		return priceUndefined
	case r == 0xA0:
		return priceNBSP
	case r < 0xA0:
		return priceControl
	case strings.ContainsRune(commonSigns, r):
		return priceCommon
	case unicode.IsLetter(r), unicode.Is(unicode.Mn, r):
		return priceForeign
	case 0x2500 <= r && r < 0x25A0:
		return priceFrame
	}
	return priceSymbol
}

// rank returns the place of r in letters, or -1.
func rank(letters string, r rune) int {
	i := strings.IndexRune(letters, r)
	if i < 0 {
		return -1
	}
	return utf8.RuneCountInString(letters[:i])
}

// letterPrice is the cost of the letter with the given rank under a
// Zipf-like law.
func letterPrice(rank int) uint8 {
	return uint8(4 * (math.Log2(float64(rank+2)) + 1.6))
}

// cost returns what the sample costs in the encoding's cheapest language, or
// limit where it is no cheaper than that.
func (t *singleByte) cost(s *sample, limit int) int {
	var letters [2]int // the cheapest language: others, Latin
	letters[0], letters[1] = math.MaxInt/2, math.MaxInt/2
	for i := range t.models {
		m := &t.models[i]
		c := t.prior
		for b := 0x80; b < 256; b++ {
			c += s.count[b] * int(m.price[b])
		}
		k := 0
		if m.lang.latin {
			k = 1
		}
		letters[k] = min(letters[k], c)
	}
	if min(letters[0], letters[1]) >= limit {
		return limit
	}
	latin, other := t.context(s.text)
	return min(limit, letters[0]+other, letters[1]+latin)
}

// context returns the surcharges for what stands beside what, for Latin
// languages and for the others.
func (t *singleByte) context(text []byte) (latin, other int) {
	run := 0
	for i, b := range text {
		c := t.class[b]
		if b < 0x80 {
			if i > 0 && text[i-1] >= 0x80 && c != classOther && t.class[text[i-1]] != classOther {
				other += surchargeMixed
				if c == classUpper && t.class[text[i-1]] == classLower {
					latin += surchargeCase
				}
			}
			run = 0
			continue
		}
		if c == classOther {
			run = 0
			continue
		}
		run++
		before, after := classOther, classOther
		if i > 0 {
			before = t.class[text[i-1]]
		}
		if i+1 < len(text) {
			after = t.class[text[i+1]]
		}
		if before == classLower && c == classUpper {
			latin += surchargeCase
			other += surchargeCase
		}
		if before != classOther && text[i-1] < 0x80 {
			other += surchargeMixed
		}
		if before == classOther && after == classOther {
			latin += surchargeAlone
			other += surchargeAlone
		}
		if run > 2 {
			latin += surchargeRun
		}
	}
	return latin, other
}
