package charset

import (
	"math"
	"sync"
	"unicode/utf8"
)

// Prices of characters in East Asian encodings, quarter bits.
const (
	priceKana      = 6 * 4
	priceHangul    = 10 * 4
	priceFullWidth = 7 * 4  // punctuation of the first row
	priceHalfKana  = 10 * 4 // katakana of one byte
	priceLevel1    = 12 * 4 // characters of the first, frequent level
	priceLevel2    = 17 * 4
	priceExtension = 20 * 4
	priceInvalid   = 30 * 4
)

// A multiByteCoding walks one East Asian encoding.
type multiByteCoding struct {
	name     string
	prior    int
	frequent string
	// char returns the length of the character at the start of b, and its
	// price; length 0 means that no character starts there. b[0] >= 0x80.
	char func(b []byte) (size, price int)
}

var multiByteCodings = []multiByteCoding{
	{"gb18030", 0, frequentSimplified, charGB},
	{"big5", 1, frequentTraditional, charBig5},
	{"shift_jis", 1, frequentJapanese, charShiftJIS},
	{"euc-jp", 2, frequentJapanese, charEUCJP},
	{"euc-kr", 1, frequentKorean, charEUCKR},
}

// frequentTables holds, beside each of multiByteCodings, the prices of its
// frequent two-byte characters. Built once, then only read.
var frequentTables = sync.OnceValue(func() []map[uint16]int {
	tables := make([]map[uint16]int, len(multiByteCodings))
	for i, c := range multiByteCodings {
		tables[i] = make(map[uint16]int)
		enc := lookup(c.name).NewEncoder()
		k := 0
		for _, r := range c.frequent {
			b, err := enc.Bytes(utf8.AppendRune(nil, r))
			if err != nil || len(b) != 2 {
				continue
			}
			code := uint16(b[0])<<8 | uint16(b[1])
			if _, ok := tables[i][code]; !ok {
				tables[i][code] = int(4 * (math.Log2(float64(k+2)) + 3))
				k++
			}
		}
	}
	return tables
})

// codingIndex returns the place of a multi-byte encoding in multiByteCodings,
// or -1.
func codingIndex(name string) int {
	for i := range multiByteCodings {
		if multiByteCodings[i].name == name {
			return i
		}
	}
	return -1
}

// multiByteCost returns what text costs in the i-th coding, how many
// characters of it lie outside ASCII, and how many bytes start none.
func multiByteCost(i int, text []byte) (cost, chars, invalid int) {
	c, frequent := &multiByteCodings[i], frequentTables()[i]
	cost = c.prior * 4
	for k := 0; k < len(text); {
		if text[k] < 0x80 {
			k++
			continue
		}
		size, price := c.char(text[k:])
		if size == 0 {
			// A character cut off by the end of the page is no fault.
			if k+3 < len(text) {
				invalid++
				cost += priceInvalid
			}
			k++
			continue
		}
		if size == 2 {
			if p, ok := frequent[uint16(text[k])<<8|uint16(text[k+1])]; ok {
				price = p
			}
		}
		chars++
		cost += price
		k += size
	}
	return cost, chars, invalid
}

func in(b, lo, hi byte) bool { return lo <= b && b <= hi }

func charGB(b []byte) (size, price int) {
	if len(b) < 2 || !in(b[0], 0x81, 0xFE) {
		if b[0] == 0x80 {
			return 1, priceExtension // the euro sign of code page 936
		}
		return 0, 0
	}
	lead, trail := b[0], b[1]
	if in(trail, 0x30, 0x39) {
		if len(b) < 4 || !in(b[2], 0x81, 0xFE) || !in(b[3], 0x30, 0x39) {
			return 0, 0
		}
		return 4, priceExtension
	}
	if trail < 0x40 || trail == 0x7F || trail == 0xFF {
		return 0, 0
	}
	switch {
	case trail < 0xA1:
		return 2, priceExtension
	case in(lead, 0xA1, 0xA3):
		return 2, priceFullWidth
	case in(lead, 0xA4, 0xA9):
		return 2, priceLevel1
	case in(lead, 0xB0, 0xD7):
		return 2, priceLevel1
	case in(lead, 0xD8, 0xF7):
		return 2, priceLevel2
	}
	return 2, priceExtension
}

func charBig5(b []byte) (size, price int) {
	if len(b) < 2 || !in(b[0], 0x81, 0xFE) || (!in(b[1], 0x40, 0x7E) && !in(b[1], 0xA1, 0xFE)) {
		return 0, 0
	}
	switch lead := b[0]; {
	case in(lead, 0xA1, 0xA2):
		return 2, priceFullWidth
	case in(lead, 0xA4, 0xC6):
		return 2, priceLevel1
	case lead == 0xA3, in(lead, 0xC9, 0xF9):
		return 2, priceLevel2
	}
	return 2, priceExtension
}

func charShiftJIS(b []byte) (size, price int) {
	lead := b[0]
	if in(lead, 0xA1, 0xDF) {
		return 1, priceHalfKana
	}
	if len(b) < 2 || (!in(lead, 0x81, 0x9F) && !in(lead, 0xE0, 0xFC)) || b[1] < 0x40 || b[1] == 0x7F || b[1] > 0xFC {
		return 0, 0
	}
	switch {
	case lead == 0x82 && in(b[1], 0x9F, 0xF1), lead == 0x83 && b[1] <= 0x96:
		return 2, priceKana
	case lead == 0x81, lead == 0x82:
		return 2, priceFullWidth
	case in(lead, 0x88, 0x97):
		return 2, priceLevel1
	case in(lead, 0x98, 0x9F), in(lead, 0xE0, 0xEA), lead == 0x83:
		return 2, priceLevel2
	}
	return 2, priceExtension
}

func charEUCJP(b []byte) (size, price int) {
	if len(b) < 2 || !in(b[1], 0xA1, 0xFE) {
		return 0, 0
	}
	switch lead := b[0]; {
	case lead == 0x8E && b[1] <= 0xDF:
		return 2, priceHalfKana
	case lead == 0x8F:
		if len(b) < 3 || !in(b[2], 0xA1, 0xFE) {
			return 0, 0
		}
		return 3, priceExtension
	case lead == 0xA4 && b[1] <= 0xF3, lead == 0xA5 && b[1] <= 0xF6:
		return 2, priceKana
	case lead == 0xA1, lead == 0xA3:
		return 2, priceFullWidth
	case in(lead, 0xB0, 0xCF):
		return 2, priceLevel1
	case in(lead, 0xD0, 0xF4), in(lead, 0xA2, 0xA8):
		return 2, priceLevel2
	case in(lead, 0xA1, 0xFE):
		return 2, priceExtension
	}
	return 0, 0
}

func charEUCKR(b []byte) (size, price int) {
	lead := b[0]
	if len(b) < 2 || !in(lead, 0x81, 0xFE) {
		return 0, 0
	}
	trail := b[1]
	if !in(trail, 0xA1, 0xFE) {
		// Code page 949 fills the gaps with the rarer syllables.
		if in(lead, 0x81, 0xC6) && (in(trail, 0x41, 0x5A) || in(trail, 0x61, 0x7A) || in(trail, 0x81, 0xA0)) {
			return 2, priceLevel2
		}
		return 0, 0
	}
	switch {
	case in(lead, 0xB0, 0xC8):
		return 2, priceHangul
	case lead == 0xA1, lead == 0xA3:
		return 2, priceFullWidth
	case in(lead, 0xCA, 0xFD), in(lead, 0xA2, 0xAC):
		return 2, priceLevel2
	}
	return 2, priceExtension
}
