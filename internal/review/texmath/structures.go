package texmath

import "strings"

// structure builds what a command with arguments stands for; ok is false if
// the command is not one of them.
func (p *parser) structure(name string) (atom, bool) {
	switch name {
	case "frac", "cfrac":
		return atom{Node: p.fraction(true, p.arg(), p.arg())}, true
	case "dfrac":
		return atom{Node: p.fraction(true, p.arg(), p.arg()).set("displaystyle", "true")}, true
	case "tfrac":
		return atom{Node: p.fraction(true, p.arg(), p.arg()).set("displaystyle", "false")}, true
	case "binom", "dbinom", "tbinom":
		n := p.fraction(false, p.arg(), p.arg())
		if name != "binom" {
			n.set("displaystyle", truth(name == "dbinom"))
		}
		return atom{Node: p.fence("(", n, ")")}, true
	case "genfrac":
		return atom{Node: p.genfrac()}, true
	case "sqrt":
		return atom{Node: p.root()}, true
	case "root":
		return atom{Node: p.rootOf()}, true
	case "left":
		return atom{Node: p.leftRight()}, true
	case "begin":
		return atom{Node: p.environment()}, true
	case "overset", "stackrel", "underset", "stackbin":
		mark := p.arg()
		if name == "underset" {
			return atom{Node: p.node("munder", p.arg(), mark)}, true
		}
		return atom{Node: p.node("mover", p.arg(), mark)}, true
	case "overunderset", "underoverset":
		a, b, base := p.arg(), p.arg(), p.arg()
		if name == "overunderset" {
			a, b = b, a
		}
		return atom{Node: p.node("munderover", base, a, b)}, true
	case "xrightarrow", "xleftarrow", "xleftrightarrow", "xRightarrow", "xLeftarrow", "xLeftrightarrow", "xmapsto", "xhookrightarrow", "xhookleftarrow", "xlongequal", "xtofrom":
		return atom{Node: p.longArrow(name)}, true
	case "operatorname", "DeclareMathOperator", "operatornamewithlimits", "mathop":
		return p.operator(name), true
	case "mathrel", "mathbin", "mathord", "mathopen", "mathclose", "mathpunct", "mathinner", "ensuremath", "rlap", "llap", "mathrlap", "mathllap", "mathclap", "smash", "vcenter":
		p.optional()
		return atom{Node: p.arg()}, true
	case "boxed", "fbox", "framebox":
		if name == "boxed" {
			return atom{Node: p.node("mrow", p.arg()).set("class", "box")}, true
		}
		return atom{Node: p.node("mrow", p.textArgument(fontDefault)).set("class", "box")}, true
	case "cancel", "bcancel", "xcancel", "sout":
		return atom{Node: p.node("mrow", p.arg()).set("class", "cancel")}, true
	case "cancelto":
		to := p.arg()
		return atom{Node: p.node("msup", p.node("mrow", p.arg()).set("class", "cancel"), to)}, true
	case "textcircled", "circled":
		return atom{Node: p.token("mtext", p.raw()+"\u20dd")}, true
	case "not":
		return atom{Node: p.negated()}, true
	case "phantom", "hphantom", "vphantom":
		n := p.node("mphantom", p.arg())
		switch name {
		case "hphantom":
			n = p.node("mpadded", n).set("height", "0").set("depth", "0")
		case "vphantom":
			n = p.node("mpadded", n).set("width", "0")
		}
		return atom{Node: n}, true
	case "pmod", "bmod", "mod", "pod":
		return atom{Node: p.modulo(name)}, true
	case "hspace", "kern", "mkern", "hskip", "mskip", "mspace":
		p.accept('*')
		if width, ok := p.dimension(); ok {
			return atom{Node: p.hspace(width)}, true
		}
		p.broken = true
		return atom{}, true
	case "rule":
		p.optional()
		width, _ := dimension(p.raw())
		height, _ := dimension(p.raw())
		return atom{Node: p.node("mspace").set("width", orZero(width)).set("height", orZero(height))}, true
	case "tag":
		p.accept('*')
		return atom{Node: p.token("mtext", "("+strings.Trim(p.raw(), "$")+")").set("class", "tag")}, true
	case "eqref", "ref", "cite":
		return atom{Node: p.token("mtext", "("+p.raw()+")")}, true
	case "textcolor", "class", "cssId", "style", "href", "colorbox", "htmlId", "htmlClass":
		p.optional()
		p.raw()
		return atom{Node: p.arg()}, true
	case "bbox":
		p.optional()
		return atom{Node: p.arg()}, true
	case "substack":
		return atom{Node: p.substack()}, true
	case "prescript":
		over, under, base := p.arg(), p.arg(), p.arg()
		return atom{Node: p.node("mmultiscripts", base, p.node("mprescripts"), under, over)}, true
	case "sideset":
		p.raw()
		p.raw()
		p.broken = true
		return p.atom(), true
	case "middle":
		p.broken = true
		return atom{Node: p.sized("1.2em")}, true
	case "char", "symbol", "unicode":
		p.broken = true
		return atom{Node: p.token("mtext", p.raw())}, true
	case "\\", "cr", "newline", "hline": // breaks where there are no rows
		p.optional()
		return atom{}, true
	}
	return atom{}, false
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

func (p *parser) genfrac() *Node {
	open, closing := delimiters[p.raw()], delimiters[p.raw()]
	thickness := p.raw()
	style := strings.TrimSpace(p.raw())
	n := p.fraction(true, p.arg(), p.arg())
	if thickness != "" {
		if width, ok := dimension(thickness); ok {
			n.set("linethickness", width)
		}
	}
	switch style {
	case "0":
		n.set("displaystyle", "true")
	case "1", "2", "3":
		n.set("displaystyle", "false")
	}
	return p.fence(open, n, closing)
}

func (p *parser) root() *Node {
	index := (*Node)(nil)
	if p.peek() == '[' {
		p.pos++
		index = p.row(stopBracket)
		if !p.accept(']') {
			p.broken = true
		}
	}
	base := p.arg()
	if index == nil {
		return p.node("msqrt", base)
	}
	return p.node("mroot", base, index)
}

// rootOf reads what follows \root, which has its index up to \of.
func (p *parser) rootOf() *Node {
	var index []*Node
	for !p.atEnd(stopCell) && p.peekCommand() != "of" {
		index = p.append(index, p.scripted())
	}
	if !p.acceptCommand("of") {
		p.broken = true
	}
	return p.node("mroot", p.arg(), p.group(index))
}

var arrowOf = map[string]string{
	"xrightarrow": "→", "xleftarrow": "←", "xleftrightarrow": "↔", "xRightarrow": "⇒", "xLeftarrow": "⇐", "xLeftrightarrow": "⇔",
	"xmapsto": "↦", "xhookrightarrow": "↪", "xhookleftarrow": "↩", "xlongequal": "=", "xtofrom": "⇄",
}

func (p *parser) longArrow(name string) *Node {
	arrow := p.token("mo", arrowOf[name]).set("stretchy", "true")
	var below *Node
	if p.peek() == '[' {
		p.pos++
		below = p.label(p.row(stopBracket))
		if !p.accept(']') {
			p.broken = true
		}
	}
	above := p.label(p.arg())
	if below == nil {
		return p.node("mover", arrow, above)
	}
	return p.node("munderover", arrow, below, above)
}

// label leaves some room beside what stands above an arrow.
func (p *parser) label(n *Node) *Node {
	return p.node("mrow", p.hspace("0.4em"), n, p.hspace("0.4em"))
}

func (p *parser) operator(name string) atom {
	star := p.accept('*')
	if name == "DeclareMathOperator" { // a definition: nothing to see
		p.raw()
		p.raw()
		return atom{}
	}
	outer := p.font
	if name != "mathop" {
		p.font = fontRoman
	}
	n := p.arg()
	p.font = outer
	limits := star || name != "operatorname"
	// Letters one by one, as \mathop has them, stay as they are.
	if text := n.bare(); name != "mathop" || n.Name == "mi" || n.Name == "mtext" {
		n = p.token("mo", text).set("rspace", thinSpace)
	}
	return atom{Node: n, limits: limits, movable: limits}
}

// negated reads what is struck through by \not.
func (p *parser) negated() *Node {
	p.space()
	if p.atEnd(stopCell) {
		return nil
	}
	n := p.atom().Node
	if n == nil || n.Text == "" {
		return n
	}
	if whole, ok := negations[n.Text]; ok {
		n.Text = whole
	} else {
		n.Text += "\u0338"
	}
	return n
}

var negations = map[string]string{
	"=": "≠", "<": "≮", ">": "≯", "≤": "≰", "≥": "≱", "∈": "∉", "∋": "∌", "∃": "∄", "≡": "≢", "∼": "≁", "≃": "≄", "≅": "≇", "≈": "≉",
	"⊂": "⊄", "⊃": "⊅", "⊆": "⊈", "⊇": "⊉", "|": "∤", "∥": "∦", "⊢": "⊬", "⊨": "⊭", "→": "↛", "←": "↚", "↔": "↮", "⇒": "⇏", "⇐": "⇍", "⇔": "⇎",
	"≺": "⊀", "≻": "⊁", "⊲": "⋪", "⊳": "⋫",
}

func (p *parser) modulo(name string) *Node {
	word := p.token("mo", "mod").set("lspace", "0").set("rspace", "0.333em")
	switch name {
	case "bmod":
		return word.set("lspace", "0.2222em")
	case "mod":
		return p.node("mrow", p.hspace("1em"), word, p.arg())
	case "pod":
		return p.node("mrow", p.hspace("1em"), p.fence("(", p.arg(), ")"))
	}
	return p.node("mrow", p.hspace("0.6em"), p.fence("(", p.node("mrow", word, p.arg()), ")"))
}
