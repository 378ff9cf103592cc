package mathml

import (
	"strings"
	"unicode/utf8"
)

// primes returns what the superscript i is as primes ("”"), "" when it is
// none.
func (c *Converter) primes(i index) string {
	i = c.single(i)
	n := &c.nodes[i]
	if n.kind == kRow {
		var all strings.Builder
		for ch := n.first; ch != none; ch = c.nodes[ch].next {
			p := c.primes(ch)
			if p == "" {
				return ""
			}
			all.WriteString(p)
		}
		return all.String()
	}
	if n.kind != kOperator && n.kind != kIdent && n.kind != kText {
		return ""
	}
	count := 0
	for _, r := range string(c.textOf(i)) {
		switch r {
		case '′', '\'', '’', 'ʹ':
			count++
		case '″', '"', '”':
			count += 2
		case '‴':
			count += 3
		case '⁗':
			count += 4
		default:
			return ""
		}
	}
	if count > 8 {
		return ""
	}
	return strings.Repeat("'", count)
}

func (c *Converter) writeScript(i index) {
	base := c.nodes[i].first
	lower := c.nodes[base].next
	upper := c.nodes[lower].next
	c.scriptBase(base, !c.isEmpty(lower), !c.isEmpty(upper))
	c.writeScripts(lower, upper)
}

// scriptBase writes the base of scripts. Only what TeX would take for several
// bases, or for scripts of the same kind, needs braces.
func (c *Converter) scriptBase(base index, hasLower, hasUpper bool) {
	if c.isEmpty(base) {
		if len(c.out) > c.base { // at the start TeX needs no base
			c.raw("{}")
		}
		return
	}
	b := c.single(base)
	n := &c.nodes[b]
	brace := false
	switch n.kind {
	case kRow:
		brace = !c.isFenced(b)
	case kScript:
		lower := c.nodes[n.first].next
		upper := c.nodes[lower].next
		brace = hasLower && !c.isEmpty(lower) || hasUpper && !c.isEmpty(upper)
	case kMulti:
		brace = true
	case kLimits:
		brace = c.takesLimits(c.single(n.first))
	case kFrac:
		brace = n.flags&fBevelled != 0
	case kText:
		if name := strings.TrimSpace(string(c.textOf(b))); limitFunctions[name] {
			c.raw(functions[name])
			return
		}
	}
	if brace {
		c.braced(b)
		return
	}
	next := none
	if b != base {
		next = n.next // it may say that b is a function
	}
	c.writeNode(b, next)
}

// isFenced reports whether the row i is one pair of fences and what is in it.
func (c *Converter) isFenced(i index) bool {
	first := c.nodes[i].first
	if first == none || c.side(first) == sideNone || c.side(first) == sideClose {
		return false
	}
	depth, last := 0, none
	for ch := first; ch != none; ch = c.nodes[ch].next {
		switch c.side(ch) {
		case sideOpen:
			depth++
		case sideClose:
			if depth--; depth == 0 && c.nodes[ch].next != none {
				return false
			}
		}
		last = ch
	}
	s := c.side(last)
	return last != first && (s == sideClose || s == sideBar)
}

// writeScripts writes the subscript and superscript of what stands before.
func (c *Converter) writeScripts(lower, upper index) {
	if !c.isEmpty(lower) {
		c.raw("_")
		c.braced(lower)
	}
	if c.isEmpty(upper) {
		return
	}
	if p := c.primes(upper); p != "" {
		c.raw(p)
		return
	}
	c.raw("^")
	u := c.single(upper)
	if c.nodes[u].kind == kOperator && isDegree(string(c.textOf(u))) {
		c.raw(`{\circ}`)
		return
	}
	c.braced(upper)
}

func isDegree(s string) bool { return s == "°" || s == "∘" || s == "º" || s == "˚" }

// writeMulti writes mmultiscripts: left scripts on an empty base, then the
// base with the right ones.
func (c *Converter) writeMulti(i index) {
	base := c.nodes[i].first
	pre := none
	for ch := c.nodes[base].next; ch != none; ch = c.nodes[ch].next {
		if c.nodes[ch].kind == kPrescripts {
			pre = c.nodes[ch].next
			break
		}
	}
	for pre != none {
		lower := pre
		upper := c.nodes[lower].next
		c.raw("{}")
		c.writeScripts(lower, upper)
		if pre = none; upper != none {
			pre = c.nodes[upper].next
		}
	}
	if !c.isEmpty(base) {
		c.scriptBase(base, true, true)
	}
	first := true
	for ch := c.nodes[base].next; ch != none && c.nodes[ch].kind != kPrescripts; {
		lower := ch
		upper := c.nodes[lower].next
		if upper != none && c.nodes[upper].kind == kPrescripts {
			upper = none
		}
		if !first {
			// Further columns of indices stand to the right of the first.
			c.raw("{}")
		}
		c.writeScripts(lower, upper)
		first = false
		if upper == none {
			break
		}
		ch = c.nodes[upper].next
	}
}

// takesLimits reports whether scripts of i go above and below it by _ and ^.
func (c *Converter) takesLimits(i index) bool {
	if i == none {
		return false
	}
	n := &c.nodes[i]
	switch n.kind {
	case kOperator, kIdent, kText:
		text := string(c.textOf(i))
		return isBigOperator(text) || limitFunctions[text]
	case kLimits:
		// \underbrace and \overbrace take a label the same way.
		_, brace := c.braceAccent(i)
		return brace
	}
	return false
}

// braceAccent reports whether the limits node i is a brace over or under its
// base, without a label.
func (c *Converter) braceAccent(i index) (over, ok bool) {
	base := c.nodes[i].first
	lower := c.nodes[base].next
	upper := c.nodes[lower].next
	if c.isEmpty(lower) && !c.isEmpty(upper) {
		switch c.tokenText(upper) {
		case "⏞", "⎴", "︷":
			return true, true
		}
	}
	if c.isEmpty(upper) && !c.isEmpty(lower) {
		switch c.tokenText(lower) {
		case "⏟", "⎵", "︸":
			return false, true
		}
	}
	return false, false
}

// tokenText returns the text of i if it is a single token.
func (c *Converter) tokenText(i index) string {
	if i == none {
		return ""
	}
	i = c.single(i)
	switch c.nodes[i].kind {
	case kOperator, kIdent, kText, kNumber:
		return strings.TrimSpace(string(c.textOf(i)))
	}
	return ""
}

func (c *Converter) writeLimits(i index) {
	base := c.nodes[i].first
	lower := c.nodes[base].next
	upper := c.nodes[lower].next
	b := c.single(base)
	hasLower, hasUpper := !c.isEmpty(lower), !c.isEmpty(upper)

	name, words := c.limitName(b)
	if limitFunctions[name] {
		c.raw(functions[name])
		c.writeScripts(lower, upper)
		return
	}
	if c.takesLimits(b) {
		c.writeNode(b, none)
		c.writeScripts(lower, upper)
		return
	}
	if words && len(name) > 1 && wordKind(name) == wordLatin && isLimitName(name) && c.overAccent(upper) == "" && underAccents[c.tokenText(lower)] == "" {
		c.raw(`\operatorname*{`)
		c.raw(strings.ReplaceAll(name, " ", `\,`))
		c.raw("}")
		c.writeScripts(lower, upper)
		return
	}
	if arrow, ok := labelArrows[c.tokenText(b)]; ok && c.nodes[b].kind == kOperator && (hasLower || hasUpper) {
		c.raw(arrow)
		if hasLower {
			c.raw("[")
			c.writeOptional(lower)
			c.raw("]")
		}
		c.raw("{")
		if hasUpper {
			c.writeRow(upper)
		}
		c.raw("}")
		return
	}
	over, under := "", ""
	if hasUpper {
		if over = c.overAccent(upper); over != "" && !c.oneLetter(b) {
			over = overAccents[c.tokenText(upper)][1]
		}
	}
	if hasLower {
		under = underAccents[c.tokenText(lower)]
	}
	// From outside in: sets, then accents.
	ends := 0
	if hasUpper && over == "" {
		c.raw(`\overset`)
		c.braced(upper)
		c.raw("{")
		ends++
	}
	if hasLower && under == "" {
		c.raw(`\underset`)
		c.braced(lower)
		c.raw("{")
		ends++
	}
	for _, accent := range [2]string{over, under} {
		if accent != "" {
			c.raw(accent)
			c.raw("{")
			ends++
		}
	}
	if ends == 0 {
		c.writeRow(base)
		return
	}
	c.writeRow(base)
	for range ends {
		c.raw("}")
	}
}

// overAccent returns the accent command for one letter under i, "" when i is
// no accent.
func (c *Converter) overAccent(i index) string {
	if i == none || c.isEmpty(i) {
		return ""
	}
	return overAccents[c.tokenText(i)][0]
}

// oneLetter reports whether i is a token of one character.
func (c *Converter) oneLetter(i index) bool {
	switch c.nodes[i].kind {
	case kIdent, kNumber, kOperator:
		return utf8.RuneCount(c.textOf(i)) == 1
	}
	return false
}

// maxLimitName is the length of the longest name of an operator with limits.
const maxLimitName = 24

// limitName returns the name that the tokens in i make, "" when they are none:
// one name, names side by side (lim sup), or letters, and whether there are no
// letters by themselves.
func (c *Converter) limitName(i index) (name string, words bool) {
	n := &c.nodes[i]
	switch n.kind {
	case kIdent, kOperator, kText:
		return strings.TrimSpace(string(c.textOf(i))), true
	case kRow:
	default:
		return "", false
	}
	var b []byte
	words = true
	letter := false // the token before is one
	for ch := n.first; ch != none; ch = c.nodes[ch].next {
		if c.isUnseen(ch) {
			letter = false
			continue
		}
		text := ""
		switch c.nodes[ch].kind {
		case kIdent, kOperator, kText:
			text = strings.TrimSpace(string(c.textOf(ch)))
		}
		if text == "" || len(b)+len(text) >= maxLimitName || wordKind(text) != wordLatin || !isLetter(text[0]) {
			return "", false
		}
		if len(b) > 0 && (!letter || len(text) > 1) {
			b = append(b, ' ')
		}
		b = append(b, text...)
		letter = len(text) == 1
		words = words && !letter
	}
	return string(b), words
}

// isLimitName reports whether a name of several letters is an operator with
// limits under it, like "arg max".
func isLimitName(s string) bool {
	return isLetter(s[0]) && len(s) < maxLimitName && strings.Count(s, " ") <= 1
}
