package mathml

// Fences are paired row by row. A pair round something higher than a line
// becomes \left..\right; all other fences are written as they are, as authors
// do.

// openers and bars are the fences that can open a pair, by their characters in
// MathML.
const (
	openers = "([{⟨〈\u2329⌊⌈⟦⟪⌜⎰⟮"
	bars    = "|‖∣∥"
)

// doubleBar is what TeX's converters write for \| as well as for \parallel. As the
// relation it is an operator without attributes.
const doubleBar = "∥"

// delimiter returns what a fence operator is called after \left, "" when it is
// none.
func delimiter(text string) string {
	switch text {
	case "(", ")", "[", "]", "|", "/":
		return text
	case "{":
		return `\{`
	case "}":
		return `\}`
	case "⟨", "〈", "\u2329":
		return `\langle`
	case "⟩", "〉", "\u232a":
		return `\rangle`
	case "⌊":
		return `\lfloor`
	case "⌋":
		return `\rfloor`
	case "⌈":
		return `\lceil`
	case "⌉":
		return `\rceil`
	case "‖", "∥", "||":
		return `\|`
	case "∣":
		return "|"
	case "⟦":
		return `\llbracket`
	case "⟧":
		return `\rrbracket`
	case "⌜":
		return `\ulcorner`
	case "⌝":
		return `\urcorner`
	case "⎰":
		return `\lmoustache`
	case "⎱":
		return `\rmoustache`
	case "⟮":
		return `\lgroup`
	case "⟯":
		return `\rgroup`
	}
	return ""
}

// A side is what a fence does.
type side uint8

const (
	sideNone side = iota
	sideOpen
	sideClose
	sideBar // either
)

// side returns what the operator i does as a fence.
func (c *Converter) side(i index) side {
	n := &c.nodes[i]
	if n.kind != kOperator && n.kind != kText {
		return sideNone
	}
	text := string(c.textOf(i))
	if delimiter(text) == "" || text == "/" {
		return sideNone
	}
	switch {
	case containsString(bars, text) || text == "||":
		switch {
		case n.flags&fPrefix != 0:
			return sideOpen
		case n.flags&fPostfix != 0:
			return sideClose
		}
		return sideBar
	case containsString(openers, text):
		if text == "[" && n.flags&fPostfix != 0 {
			return sideClose
		}
		return sideOpen
	}
	if text == "]" && n.flags&fPrefix != 0 {
		return sideOpen
	}
	return sideClose
}

// fenceOf returns the operator that i is as a fence: itself, or the base of a
// script on a closing fence.
func (c *Converter) fenceOf(i index) index {
	i = c.single(i)
	if k := c.nodes[i].kind; k == kScript {
		base := c.single(c.nodes[i].first)
		if base != none && c.nodes[base].kind == kOperator {
			if s := c.side(base); s == sideClose || s == sideBar {
				return base
			}
		}
	}
	return i
}

// openFence is a fence that waits for its partner.
type openFence struct {
	op   index
	bar  bool
	tall bool // something tall came after it
	norm bool // a double bar where an operand begins
}

// markFences walks the tree and marks the operators that become \left or
// \right. The recursion is as deep as the tree, at most maxDepth.
func (c *Converter) markFences(i index) {
	for ch := c.nodes[i].first; ch != none; ch = c.nodes[ch].next {
		c.markFences(ch)
	}
	switch c.nodes[i].kind {
	case kRow, kTableCell:
		c.markRow(i)
	}
}

func (c *Converter) markRow(row index) {
	var buf [16]openFence
	open := buf[:0]
	before := none // the sibling before
	for ch := c.nodes[row].first; ch != none; ch = c.nodes[ch].next {
		op := c.fenceOf(ch)
		s := sideNone
		if c.nodes[op].flags&fRigid == 0 && c.nodes[op].mark == markNone {
			s = c.side(op)
		}
		if s == sideBar {
			s = sideOpen
			if len(open) > 0 && open[len(open)-1].bar && before != none && !c.beforeOperand(before) {
				s = sideClose
			}
		}
		switch s {
		case sideOpen:
			text := string(c.textOf(op))
			open = append(open, openFence{
				op: op, bar: containsString(bars, text), norm: text == doubleBar && (before == none || c.beforeOperand(before)),
			})
		case sideClose:
			// A lone bar is no fence: skip those that wait inside a pair.
			k := len(open) - 1
			if !containsString(bars, string(c.textOf(op))) {
				for k >= 0 && open[k].bar {
					k--
				}
			}
			if k < 0 {
				break
			}
			tall := false
			for _, o := range open[k:] {
				tall = tall || o.tall
			}
			if tall {
				c.nodes[open[k].op].mark, c.nodes[op].mark = markLeft, markRight
			} else if open[k].norm {
				c.nodes[open[k].op].mark, c.nodes[op].mark = markBar, markBar
			}
			open = open[:k]
			if k > 0 {
				open[k-1].tall = open[k-1].tall || tall
			}
		default:
			if len(open) > 0 && c.nodes[ch].flags&fTall != 0 {
				open[len(open)-1].tall = true
			}
		}
		before = ch
	}
	// Fences without a partner: an evaluation bar ("|" after something tall)
	// or a brace that opens to the end of the row.
	for _, o := range open {
		if o.tall && !o.bar && (c.nodes[o.op].flags&(fStretchy|fFence) != 0 || string(c.textOf(o.op)) == "{") {
			c.nodes[o.op].mark = markLeftAlone
		}
	}
}

// beforeOperand reports whether what follows i starts an operand: i is an
// operator that is no closing fence.
func (c *Converter) beforeOperand(i index) bool {
	i = c.single(i)
	n := &c.nodes[i]
	if n.kind != kOperator {
		return n.kind == kSpace
	}
	switch s := c.side(i); s {
	case sideClose, sideBar:
		return false
	case sideOpen:
		return true
	}
	switch string(c.textOf(i)) {
	case "!", "′", "'", "″", "…", "⋯", "...", "":
		return false
	}
	return true
}
