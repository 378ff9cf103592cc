package texmath

import "strings"

// A font is an alphabet of letters and digits.
type font uint8

const (
	fontDefault font = iota
	fontItalic       // letters of a word, as \mathit has them
	fontRoman
	fontBold
	fontBoldItalic
	fontScript
	fontBoldScript
	fontFraktur
	fontDouble
	fontSans
	fontMono
)

// fontCommands take an argument; fontSwitches hold to the end of the group.
var (
	fontCommands = map[string]font{
		"mathrm": fontRoman, "mathnormal": fontDefault, "mathit": fontItalic, "mathbf": fontBold, "bold": fontBold,
		"mathbfit": fontBoldItalic, "boldsymbol": fontBoldItalic, "bm": fontBoldItalic, "pmb": fontBoldItalic,
		"mathcal": fontScript, "mathscr": fontScript, "mathbfcal": fontBoldScript, "mathbfscr": fontBoldScript,
		"mathfrak": fontFraktur, "frak": fontFraktur, "mathbb": fontDouble, "Bbb": fontDouble, "mathds": fontDouble, "mathbbm": fontDouble,
		"mathsf": fontSans, "mathtt": fontMono, "mathup": fontRoman, "symbf": fontBold, "symbb": fontDouble, "symcal": fontScript,
	}
	fontSwitches = map[string]font{
		"rm": fontRoman, "it": fontItalic, "mit": fontDefault, "bf": fontBold, "cal": fontScript, "scr": fontScript, "sf": fontSans, "tt": fontMono,
		"rmfamily": fontRoman, "bfseries": fontBold, "itshape": fontItalic, "ttfamily": fontMono, "sffamily": fontSans,
		"boldmath": fontBoldItalic, "unboldmath": fontDefault,
	}
)

// bases are the code points of A, a, 0, capital and small alpha in an
// alphabet; 0 where it has none. (Unicode, chart U1D400.)
var bases = [...]struct{ upper, lower, digit, capital, small rune }{
	fontDefault:    {},
	fontItalic:     {0x1D434, 0x1D44E, 0, 0x1D6E2, 0x1D6FC},
	fontRoman:      {},
	fontBold:       {0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2},
	fontBoldItalic: {0x1D468, 0x1D482, 0x1D7CE, 0x1D71C, 0x1D736},
	fontScript:     {0x1D49C, 0x1D4B6, 0, 0, 0},
	fontBoldScript: {0x1D4D0, 0x1D4EA, 0, 0, 0},
	fontFraktur:    {0x1D504, 0x1D51E, 0, 0, 0},
	fontDouble:     {0x1D538, 0x1D552, 0x1D7D8, 0, 0},
	fontSans:       {0x1D5A0, 0x1D5BA, 0x1D7E2, 0, 0},
	fontMono:       {0x1D670, 0x1D68A, 0x1D7F6, 0, 0},
}

// holes are letters that Unicode had before the alphabets.
var holes = map[rune]rune{
	0x1D455: 'ℎ',
	0x1D49D: 'ℬ', 0x1D4A0: 'ℰ', 0x1D4A1: 'ℱ', 0x1D4A3: 'ℋ', 0x1D4A4: 'ℐ', 0x1D4A7: 'ℒ', 0x1D4A8: 'ℳ', 0x1D4AD: 'ℛ',
	0x1D4BA: 'ℯ', 0x1D4BC: 'ℊ', 0x1D4C4: 'ℴ',
	0x1D506: 'ℭ', 0x1D50B: 'ℌ', 0x1D50C: 'ℑ', 0x1D515: 'ℜ', 0x1D51D: 'ℨ',
	0x1D53A: 'ℂ', 0x1D53F: 'ℍ', 0x1D545: 'ℕ', 0x1D547: 'ℙ', 0x1D548: 'ℚ', 0x1D549: 'ℝ', 0x1D551: 'ℤ',
}

// text writes letters and digits in the font.
func (f font) text(s string) string {
	if f == fontDefault || f == fontRoman {
		return s
	}
	b := bases[f]
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			r += b.upper - 'A'
		case 'a' <= r && r <= 'z':
			r += b.lower - 'a'
		case '0' <= r && r <= '9' && b.digit != 0:
			r += b.digit - '0'
		case 'Α' <= r && r <= 'Ω' && b.capital != 0:
			r += b.capital - 'Α'
		case 'α' <= r && r <= 'ω' && b.small != 0:
			r += b.small - 'α'
		}
		if other, ok := holes[r]; ok {
			return other
		}
		return r
	}, s)
}
