package mathml

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// raw appends TeX. A blank goes between a control word and a letter, and for
// the eye before a digit.
func (c *Converter) raw(s string) {
	if s == "" {
		return
	}
	if c.word && (isLetter(s[0]) || '0' <= s[0] && s[0] <= '9') {
		c.out = append(c.out, ' ')
	}
	c.out = append(c.out, s...)
	c.word = endsInWord(s)
}

// endsInWord reports whether s ends in a control word.
func endsInWord(s string) bool {
	n := len(s)
	for n > 0 && isLetter(s[n-1]) {
		n--
	}
	return n > 0 && n < len(s) && s[n-1] == '\\' && (n < 2 || s[n-2] != '\\')
}

// braced writes i as an argument, in braces.
func (c *Converter) braced(i index) {
	c.raw("{")
	c.writeRow(i)
	c.raw("}")
}

// writeRow writes i; if it is a row, its children one after the other.
func (c *Converter) writeRow(i index) {
	if i == none {
		return
	}
	if k := c.nodes[i].kind; k != kRow && k != kTableCell {
		c.writeNode(i, none)
		return
	}
	closing := 0
	for ch := c.nodes[i].first; ch != none; {
		if op := c.fenceOf(ch); c.nodes[op].mark == markLeftAlone {
			if next, ok := c.writeCases(ch); ok {
				ch = next
				continue
			}
			closing++
		}
		if next, ok := c.writeFenced(ch); ok {
			ch = next
			continue
		}
		if next, ok := c.writeWord(ch); ok {
			ch = next
			continue
		}
		next := c.nodes[ch].next
		c.writeNode(ch, next)
		ch = next
	}
	for range closing {
		c.raw(`\right.`)
	}
}

// writeNode writes one node; next is the sibling after it.
func (c *Converter) writeNode(i, next index) {
	n := &c.nodes[i]
	switch n.kind {
	case kRow, kTableCell:
		c.writeRow(i)
	case kIdent:
		c.writeIdent(i, next)
	case kNumber:
		c.writeNumber(i)
	case kOperator:
		c.writeOperator(i)
	case kText:
		c.writeText(string(c.textOf(i)), n.variant)
	case kRaw, kSpace:
		c.raw(string(c.textOf(i)))
	case kFrac:
		c.writeFraction(i)
	case kSqrt:
		c.raw(`\sqrt`)
		c.braced(n.first)
	case kRoot:
		index := c.nodes[n.first].next
		if c.isEmpty(index) {
			c.raw(`\sqrt`)
		} else {
			c.raw(`\sqrt[`)
			c.writeOptional(index)
			c.raw("]")
		}
		c.braced(n.first)
	case kScript:
		c.writeScript(i)
	case kLimits:
		c.writeLimits(i)
	case kMulti:
		c.writeMulti(i)
	case kTable:
		c.writeTable(i, "")
	case kTableRow:
		for ch := n.first; ch != none; ch = c.nodes[ch].next {
			c.writeRow(ch)
		}
	case kEnclose:
		c.writeEnclosure(i)
	case kPhantom:
		if !c.isEmpty(n.first) {
			c.raw(`\phantom`)
			c.braced(n.first)
		}
	case kPrescripts, kEmpty:
	}
}

// writeOptional writes i as an optional argument, where a bracket would end
// it.
func (c *Converter) writeOptional(i index) {
	start := len(c.out)
	c.writeRow(i)
	if strings.IndexByte(string(c.out[start:]), ']') < 0 {
		return
	}
	c.out = append(c.out, 0)
	copy(c.out[start+1:], c.out[start:])
	c.out[start] = '{'
	c.raw("}")
}

func (c *Converter) writeFraction(i index) {
	n := &c.nodes[i]
	num := n.first
	den := c.nodes[num].next
	switch {
	case n.flags&fBevelled != 0:
		c.operand(num)
		c.raw("/")
		c.operand(den)
	case n.flags&fNoLine != 0:
		c.raw(`\genfrac{}{}{0pt}{}`)
		c.braced(num)
		c.braced(den)
	default:
		c.raw(`\frac`)
		c.braced(num)
		c.braced(den)
	}
}

// operand writes i as an operand of a slash, in braces when it is more than
// one thing.
func (c *Converter) operand(i index) {
	if s := c.single(i); c.nodes[s].kind == kRow {
		c.braced(s)
	} else {
		c.writeRow(s)
	}
}

// writeIdent writes an mi.
func (c *Converter) writeIdent(i, next index) {
	v := c.nodes[i].variant
	text := string(c.textOf(i))
	if f, ok := functions[text]; ok && v != variantBold {
		c.raw(f)
		return
	}
	if text == doubleBar {
		c.raw(`\|`)
		return
	}
	switch utf8.RuneCountInString(text) {
	case 0:
		return
	case 1:
		r, _ := utf8.DecodeRuneInString(text)
		c.writeLetter(r, v)
		return
	}
	if letters, lv, ok := plainWord(text); ok {
		// A word in one mathematical alphabet.
		if lv == variantItalic {
			c.raw(`\mathit{`)
			c.raw(letters)
			c.raw("}")
			return
		}
		c.styled(lv, letters)
		return
	}
	if allDots(text) || strings.Trim(text, "′'″‴⁗") == "" {
		c.writeRunes(text, v)
		return
	}
	switch wordKind(text) {
	case wordLatin:
		switch {
		case v != variantNone && v != variantNormal:
			c.styled(v, text)
		case c.applied(next):
			c.raw(`\operatorname{`)
			c.raw(strings.ReplaceAll(text, " ", `\,`))
			c.raw("}")
		default:
			c.styled(variantNormal, text)
		}
	case wordForeign:
		c.writeText(text, v)
	default:
		c.writeRunes(text, v)
	}
}

// plainWord returns the letters of a word in one mathematical alphabet, and
// the alphabet.
func plainWord(s string) (letters string, v variant, ok bool) {
	b := make([]byte, 0, len(s)/4)
	for _, r := range s {
		l, lv, ok := plain(r)
		if r == 'ℎ' {
			l, lv, ok = 'h', variantItalic, true
		}
		if !ok || l >= utf8.RuneSelf || (len(b) > 0 && lv != v) {
			return "", variantNone, false
		}
		v = lv
		b = append(b, byte(l))
	}
	return string(b), v, true
}

// applied reports whether next makes what stands before it a function: an
// invisible function application or an opening parenthesis.
func (c *Converter) applied(next index) bool {
	for next != none {
		n := &c.nodes[next]
		switch n.kind {
		case kOperator:
			text := string(c.textOf(next))
			return text == "\u2061" || text == "("
		case kRow:
			next = n.first
		default:
			return false
		}
	}
	return false
}

// A wordClass says how a name of several characters is written.
type wordClass uint8

const (
	wordMixed   wordClass = iota // character by character
	wordLatin                    // upright
	wordForeign                  // as text
)

func wordKind(s string) wordClass {
	kind := wordLatin
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && (isLetter(byte(r)) || '0' <= r && r <= '9' || r == ' ' || r == '.' || r == '-' || r == ','):
		case unicode.Is(unicode.Latin, r):
			kind = wordForeign
		case unicode.IsLetter(r) && symbol(r) == "" && !isAlphanumeric(r):
			return wordForeign
		default:
			return wordMixed
		}
	}
	return kind
}

func isAlphanumeric(r rune) bool {
	_, _, ok := plain(r)
	return ok
}

// styled writes s as the argument of a font command.
func (c *Converter) styled(v variant, s string) {
	cmd := v.command()
	if cmd == "" {
		cmd = `\mathit`
	}
	c.raw(cmd)
	c.raw("{")
	c.raw(s)
	c.raw("}")
}

// writeLetter writes a name of one character.
func (c *Converter) writeLetter(r rune, v variant) {
	if l, lv, ok := plain(r); ok {
		if lv != variantItalic || v == variantNone {
			v = lv
		}
		if lv == variantDoubleStruck && l == '1' {
			c.raw(`\mathbb{1}`)
			return
		}
		r = l
	}
	tex := symbol(r)
	if tex == "" {
		if r < utf8.RuneSelf && (r == '{' || r == '}') {
			tex = `\` + string(r)
		} else {
			tex = string(r)
		}
	}
	cmd := v.command()
	if cmd == "" {
		c.raw(tex)
		return
	}
	isLatin := r < utf8.RuneSelf && (isLetter(byte(r)) || '0' <= r && r <= '9')
	if !isLatin {
		// The fonts have no Greek letters and signs; bold has a command that
		// takes any.
		switch v {
		case variantBold, variantBoldItalic, variantSansBold, variantSansBoldItalic:
			cmd = `\boldsymbol`
		default:
			c.raw(tex)
			return
		}
	}
	c.raw(cmd)
	c.raw("{")
	c.raw(tex)
	c.raw("}")
}

// writeRunes writes each character of s as a letter or sign by itself.
func (c *Converter) writeRunes(s string, v variant) {
	for _, r := range s {
		c.writeRune(r, v)
	}
}

func (c *Converter) writeRune(r rune, v variant) {
	switch {
	case r == ' ':
		c.raw(`\ `)
	case isInvisible(r):
	case r < utf8.RuneSelf && isLetter(byte(r)) || isAlphanumeric(r):
		c.writeLetter(r, v)
	default:
		if tex := symbol(r); tex != "" {
			c.raw(tex)
		} else {
			c.raw(string(r))
		}
	}
}

// isInvisible reports whether r is one of MathML's invisible operators or
// another character that prints nothing.
func isInvisible(r rune) bool {
	return 0x2061 <= r && r <= 0x2064 || 0x200B <= r && r <= 0x200F || r == 0xFEFF || r == 0xAD || 0xFE00 <= r && r <= 0xFE0F
}

func (c *Converter) writeNumber(i index) {
	v := c.nodes[i].variant
	text := string(c.textOf(i))
	// Digits of a mathematical alphabet carry their style themselves.
	if r, _ := utf8.DecodeRuneInString(text); isAlphanumeric(r) {
		var digits []byte
		style := v
		for _, r := range text {
			l, lv, ok := plain(r)
			if !ok {
				l, lv = r, style
			}
			style = lv
			digits = utf8.AppendRune(digits, l)
		}
		text, v = string(digits), style
	}
	if cmd := v.command(); cmd != "" && v != variantNormal {
		c.raw(cmd)
		c.raw("{")
		c.writeDigits(text)
		c.raw("}")
		return
	}
	c.writeDigits(text)
}

func (c *Converter) writeDigits(s string) {
	for k, r := range s {
		switch {
		case r == ' ':
			c.raw(`\,`)
		case r == ',' && k > 0 && k+1 < len(s):
			c.raw("{,}")
		case r < utf8.RuneSelf && symbol(r) == "":
			c.raw(string(r))
		default:
			c.writeRune(r, variantNone)
		}
	}
}

func (c *Converter) writeOperator(i index) {
	n := &c.nodes[i]
	text := string(c.textOf(i))
	if text == doubleBar && n.mark == markNone && n.flags&(fRigid|fFence|fPrefix|fPostfix) != 0 {
		c.raw(`\|`)
		return
	}
	if n.mark != markNone {
		d := delimiter(text)
		switch n.mark {
		case markLeft, markLeftAlone:
			c.raw(`\left`)
		case markRight:
			c.raw(`\right`)
		case markNone, markBar:
		}
		c.raw(d)
		return
	}
	if d, ok := digraphs[text]; ok {
		c.raw(d)
		return
	}
	if f, ok := functions[text]; ok {
		c.raw(f)
		return
	}
	if len(text) > 1 && wordKind(text) == wordLatin && isLetter(text[0]) {
		c.raw(`\operatorname{`)
		c.raw(strings.ReplaceAll(text, " ", `\,`))
		c.raw("}")
		return
	}
	if len(text) > 1 && wordKind(text) == wordForeign {
		c.writeText(text, n.variant)
		return
	}
	v := n.variant
	if v == variantNormal {
		v = variantNone
	}
	c.writeRunes(text, v)
}

// writeText writes s in text mode.
func (c *Converter) writeText(s string, v variant) {
	if strings.TrimSpace(s) == "" {
		if s != "" {
			c.raw(`\ `)
		}
		return
	}
	if s == "⧸" {
		c.raw(`\not`) // MathJax draws it over the relation
		return
	}
	if d := delimiter(s); d != "" || s == "," || s == "." || s == ";" {
		if d == "" {
			d = s
		}
		c.raw(d)
		return
	}
	if n := len(s); s[0] == '\\' && n > 1 && endsInWord(s) && strings.LastIndexByte(s, '\\') == 0 {
		c.raw(s) // a command that its converter did not know
		return
	}
	if strings.ContainsFunc(s, isAlphanumeric) {
		s, v = plainText(s, v)
	}
	cmd := `\text`
	switch v {
	case variantBold, variantBoldItalic:
		cmd = `\textbf`
	case variantItalic:
		cmd = `\textit`
	case variantMono:
		cmd = `\texttt`
	case variantSans, variantSansBold:
		cmd = `\textsf`
	}
	c.raw(cmd)
	c.raw("{")
	for _, r := range s {
		switch r {
		case '%', '&', '#', '$', '_', '{', '}':
			c.out = append(c.out, '\\', byte(r))
		case '\\':
			c.out = append(c.out, `\textbackslash{}`...)
		case '^':
			c.out = append(c.out, `\^{}`...)
		case '~':
			c.out = append(c.out, `\~{}`...)
		default:
			if !isInvisible(r) {
				c.out = appendRune(c.out, r)
			}
		}
	}
	c.out = append(c.out, '}')
	c.word = false
}

// plainText returns s without mathematical alphabets, and the style of the
// first letter that had one. Italic is left out: it is that of the theorem
// round the formula.
func plainText(s string, v variant) (string, variant) {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		l, lv, ok := plain(r)
		switch {
		case r == 'ℎ':
			l = 'h'
		case !ok:
			l = r
		case v == variantNone && lv != variantItalic:
			v = lv
		}
		b = appendRune(b, l)
	}
	return string(b), v
}

// writeWord joins neighbouring upright letters, which renderers of LaTeX put
// into elements of their own, into one \mathrm.
func (c *Converter) writeWord(i index) (next index, ok bool) {
	if !c.uprightLetter(i) {
		return none, false
	}
	next = c.nodes[i].next
	if next == none || !c.uprightLetter(next) {
		return none, false
	}
	var word []byte
	for next = i; next != none && c.uprightLetter(next); next = c.nodes[next].next {
		word = append(word, c.textOf(next)...)
	}
	if f, ok := functions[string(word)]; ok {
		c.raw(f)
		return next, true
	}
	c.styled(variantNormal, string(word))
	return next, true
}

// uprightLetter reports whether i is an ASCII letter that says it is upright.
func (c *Converter) uprightLetter(i index) bool {
	n := &c.nodes[i]
	if n.kind != kIdent || n.variant != variantNormal {
		return false
	}
	t := c.textOf(i)
	return len(t) == 1 && isLetter(t[0])
}
