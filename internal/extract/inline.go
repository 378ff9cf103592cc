package extract

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"mathsieve/internal/extract/dom"
)

// A paragraph is gathered as flat text in which control characters, which no
// text of a page keeps, stand for the tags that matter. So delimiters can be
// paired over inline tags without a tree.
const (
	mkAtom     = 0x01 // a formula: four bytes of its index follow
	mkSub      = 0x02
	mkSubEnd   = 0x03
	mkSup      = 0x04
	mkSupEnd   = 0x05
	mkEm       = 0x06
	mkEmEnd    = 0x07
	mkStrong   = 0x08
	mkBold     = 0x0b // end of strong
	mkBreak    = 0x0c // br
	mkCode     = 0x0e
	mkCodeEnd  = 0x0f
	mkPlain    = 0x10 // raw delimiters are text from here …
	mkPlainEnd = 0x11 // … to here
	mkTeX      = 0x12 // a single dollar is a delimiter from here …
	mkTeXEnd   = 0x13 // … to here
	mkAscii    = 0x14 // AsciiMath without back-quotes from here …
	mkAsciiEnd = 0x15 // … to here
	mkFrac     = 0x16 // the numerator of a fraction of HTML, a group; the denominator follows, another one
	mkRoot     = 0x17 // under the sign of a root, a group
	mkGroup    = 0x18
	mkGroupEnd = 0x19
	mkBar      = 0x1a // under a bar from here …
	mkBarEnd   = 0x1b // … to here
)

// byteKinds says of each byte what it asks for in a paragraph, as bits.
type byteKinds [256]uint8

const (
	bkPair    = 1 << iota // may begin a formula, or is a region's mark: pairing is needed
	bkWhole               // begins what pairing copies as a whole
	bkMark                // is not written as it is
	bkNewline             // a line end of the source
	bkQuote               // may begin a formula in the notation of Wiris
)

// plainKinds are the kinds before a page's delimiters are known.
var plainKinds = func() (t byteKinds) {
	for b := range 32 {
		t[b] = bkMark
	}
	t['\n'] = bkNewline
	t['$'], t['|'] = bkMark, bkMark
	t[wirisOpen[0]] = bkQuote
	for b := mkPlain; b <= mkAsciiEnd; b++ {
		t[b] |= bkPair
	}
	t[mkAtom] |= bkWhole
	t[mkCode] |= bkWhole
	for _, b := range []byte(`$\[<`) {
		t[b] |= bkPair
	}
	return t
}()

// of returns all kinds that occur in a paragraph.
func (t *byteKinds) of(para []byte) (kinds uint8) {
	for _, b := range para {
		kinds |= t[b]
	}
	return kinds
}

// atomLen is the length of a formula's mark.
const atomLen = 5

// appendMark appends the mark of formula i.
func appendMark(b []byte, i int32) []byte {
	return append(b, mkAtom, 0x40|byte(i>>18)&0x3f, 0x40|byte(i>>12)&0x3f, 0x40|byte(i>>6)&0x3f, 0x40|byte(i)&0x3f)
}

// markIndex returns the index in the mark at the start of b.
func markIndex(b []byte) int32 {
	return int32(b[1]&0x3f)<<18 | int32(b[2]&0x3f)<<12 | int32(b[3]&0x3f)<<6 | int32(b[4]&0x3f)
}

// maxAtoms is the number of formulas that marks can tell apart.
const maxAtoms = 1 << 24

// textClass sorts bytes for appendText.
var textClass = func() (t [256]uint8) {
	for b := range 32 {
		t[b] = tcDrop
	}
	for _, b := range []byte(" \t\r\n\f\v") {
		t[b] = tcSpace
	}
	t[0x7f] = tcDrop
	for _, b := range []byte{
		0xc2, 0xcc, 0xcd, 0xce, 0xd2, 0xd6, 0xd7, 0xd8, 0xd9, 0xdb, 0xdc, 0xdd, 0xdf, 0xe0, 0xe1, 0xe2, 0xe3, 0xea, 0xef, 0xf0,
	} {
		t[b] = tcRune
	}
	return t
}()

const (
	tcCopy  = iota
	tcSpace // becomes a blank, or stays a line end until the paragraph is written
	tcDrop  // control characters
	tcRune  // first byte of a character that may be a blank, nothing, or no part of NFC
)

// appendText appends text with blanks collapsed and invisible characters gone.
// Source line ends stay as such, because TeX in the text needs them.
func (p *page) appendText(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		switch textClass[text[i]] {
		case tcCopy:
			start := i
			i += max(plainPrefix(text[i:]), 1)
			// One blank between words needs no closer look.
			for i < len(text) && (textClass[text[i]] == tcCopy ||
				text[i] == ' ' && i+1 < len(text) && textClass[text[i+1]] == tcCopy) {
				i++
			}
			dst = append(dst, text[start:i]...)
		case tcSpace:
			newline := false
			for ; i < len(text) && textClass[text[i]] == tcSpace; i++ {
				newline = newline || text[i] == '\n'
			}
			switch n := len(dst); {
			case !newline:
				dst = appendSpace(dst)
			case n > 0 && dst[n-1] == ' ':
				dst[n-1] = '\n'
			case n > 0 && dst[n-1] != '\n':
				dst = append(dst, '\n')
			}
		case tcDrop:
			i++
		default:
			r, size := utf8.DecodeRune(text[i:])
			p.mayCompose = p.mayCompose || mayCompose(r)
			switch runeClass(r) {
			case tcSpace:
				dst = appendSpace(dst)
			case tcCopy:
				dst = append(dst, text[i:i+size]...)
			}
			i += size
		}
	}
	return dst
}

// appendSpace appends a blank unless dst is empty or ends in white space.
func appendSpace(dst []byte) []byte {
	if n := len(dst); n == 0 || dst[n-1] == ' ' || dst[n-1] == '\n' {
		return dst
	}
	return append(dst, ' ')
}

// mayCompose reports whether a text with r may not be in normalisation form C.
// It errs on the side of true; letters, ideographs and syllables of the scripts
// that are all composed never get here.
func mayCompose(r rune) bool {
	switch {
	case r < 0x300, r >= 0xac00 && r < 0xd800:
		return false
	case r >= 0x400 && r < 0x800, r >= 0xa000 && r < 0xac00:
		return unicode.Is(unicode.M, r) // of two marks at a letter, the order may be another
	case r >= 0x2000 && r < 0x2ce0:
		return r == 0x2126 || r == 0x212a || r == 0x212b || r == 0x2329 || r == 0x232a || r == 0x2adc || r >= 0x20d0 && r < 0x2100
	case r >= 0x3000 && r < 0x302a, r >= 0x3030 && r < 0x3099, r >= 0xff00 && r < 0x10000:
		return false
	case r >= 0x1d400 && r < 0x1d800, r >= 0x1f000 && r < 0x1fb00, r >= 0x20000 && r < 0x2f800:
		return false // mathematical letters, pictures, ideographs
	}
	return true
}

// runeClass tells blanks and invisible characters from the rest.
func runeClass(r rune) uint8 {
	switch {
	case r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200a, r == 0x2028, r == 0x2029, r == 0x202f, r == 0x205f, r == 0x3000:
		return tcSpace
	case r >= 0x80 && r < 0xa0, r == 0xad, r == 0x200b, r == 0x2060, r == 0xfeff, r >= 0x2061 && r <= 0x2064,
		r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x206f, r == 0x180e, r == 0xfffc, r >= 0xfff9 && r <= 0xfffb:
		return tcDrop
	}
	return tcCopy
}

// inlineOf appends the inline content of n, with marks, to dst. Only tags that
// formulas are made of count.
func (p *page) inlineOf(dst []byte, n dom.Node) []byte {
	t := &p.tree
	var stack [64]struct {
		end  dom.Node
		den  dom.Node // what goes below, if it is a numerator
		mark byte
	}
	depth := 0
	group := dom.None // the denominator that comes next
	for c := n + 1; c <= t.End(n); c++ {
		for depth > 0 && stack[depth-1].end <= c {
			depth--
			dst = append(dst, stack[depth].mark)
			if den := stack[depth].den; den != dom.None {
				c, group = den, den // past the slash
			}
		}
		if c == t.End(n) {
			break
		}
		switch t.Kind(c) {
		case dom.Text:
			p.text = t.AppendText(p.text[:0], c)
			dst = p.appendText(dst, p.text)
		case dom.Element:
			open, end := inlineMarks(t.Tag(c))
			den := dom.None
			switch tag := t.Tag(c); {
			case (tag == dom.Span || tag == dom.A) && p.formulaNumber(c) != "":
				open = mkPlain
			case c == group:
				open, end = mkGroup, mkGroupEnd
			case tag == dom.Span || tag == dom.Sup:
				if den = p.denominatorOf(c); den != dom.None {
					open, end = mkFrac, mkGroupEnd
				} else if tag == dom.Span {
					open, end = p.spanMarks(c)
				}
			}
			if open == mkPlain {
				c = t.End(c) - 1
				continue
			}
			switch {
			case open == 0:
			case open == mkBreak:
				dst = append(dst, mkBreak)
			case depth < len(stack) && t.End(c) > c+1:
				dst = append(dst, open)
				stack[depth].end, stack[depth].den, stack[depth].mark = t.End(c), den, end
				depth++
			}
		default:
		}
	}
	return dst
}

// spanMarks returns the marks of a span that has a bar over it or stands under
// the sign of a root; mkPlain stands for what of a fraction or a root only
// screen readers get.
func (p *page) spanMarks(n dom.Node) (open, end byte) {
	t := &p.tree
	class := t.Class(n)
	switch {
	case class == "":
		if p.hasBar(n) {
			return mkBar, mkBarEnd
		}
	case p.isFraction(t.Parent(n)):
		switch {
		case t.HasAnyClass(n, "ignored", "radical"), p.classes.lookup(class, false).page&pcHidden != 0:
			return mkPlain, 0
		case t.HasClass(n, "root"):
			return mkRoot, mkGroupEnd
		}
	}
	return 0, 0
}

// inlineMarks returns the marks of an inline element, zero if it has none.
func inlineMarks(tag dom.Tag) (open, end byte) {
	switch tag {
	case dom.Sub:
		return mkSub, mkSubEnd
	case dom.Sup:
		return mkSup, mkSupEnd
	case dom.Em, dom.I:
		return mkEm, mkEmEnd
	case dom.Strong, dom.B:
		return mkStrong, mkBold
	case dom.Br:
		return mkBreak, 0
	}
	return 0, 0
}

// appendTeX appends the source that stands between two raw delimiters, or in a
// formula set in HTML: scripts become _{} and ^{}, a line break a line end, and
// emphasis that a Markdown processor made of underscores or stars becomes those
// again.
func (p *page) appendTeX(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		b := src[i]
		if b >= 0x20 || b == '\n' {
			j := i + 1
			for j < len(src) && (src[j] >= 0x20 || src[j] == '\n') {
				j++
			}
			dst = append(dst, src[i:j]...)
			i = j
			continue
		}
		i++
		switch b {
		case mkAtom:
			dst = append(dst, p.tex(markIndex(src[i-1:]))...)
			i += atomLen - 1
		case mkSub, mkSup:
			dst = bytes.TrimRight(dst, " ")
			if b == mkSub {
				dst = append(dst, "_{"...)
			} else {
				dst = append(dst, "^{"...)
			}
		case mkSubEnd, mkSupEnd:
			if i-2 >= 0 && (src[i-2] == mkSub || src[i-2] == mkSup) {
				dst = dst[:len(dst)-2] // nothing inside
			} else {
				dst = append(dst, '}')
			}
		case mkFrac:
			dst = append(dst, `\frac{`...)
		case mkRoot:
			dst = append(dst, `\sqrt{`...)
		case mkGroup, mkBar:
			dst = append(dst, '{')
		case mkGroupEnd, mkBarEnd:
			dst = append(dst, '}')
		case mkBreak:
			dst = append(dst, '\n')
		case mkEm:
			if p.madeOfUnderscores(dst, src[i:]) {
				dst = append(dst, '_')
				p.emOpen++
			}
		case mkEmEnd:
			if p.emOpen > 0 {
				p.emOpen--
				dst = append(dst, '_')
			}
		}
	}
	p.emOpen = 0
	return dst
}

// madeOfUnderscores reports whether an emphasis was a pair of underscores of
// TeX: what comes before can carry a subscript and what follows can be one.
func (p *page) madeOfUnderscores(before, after []byte) bool {
	if len(before) == 0 || len(after) == 0 || !p.rawTeX {
		return false
	}
	b, a := before[len(before)-1], after[0]
	return (isAlnum(b) || b == '}' || b == ')') && (a == '{' || a == '\\' || isAlnum(a))
}

func isAlnum(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
