package texmath

import (
	"math"
	"strconv"
	"strings"
)

// commandAtom reads a command with its arguments.
func (p *parser) commandAtom() atom {
	start := p.pos
	name, next := p.command()
	p.pos = next
	if s, ok := symbols[name]; ok {
		return p.symbol(s)
	}
	if f, ok := fontCommands[name]; ok {
		return atom{Node: p.inFont(f)}
	}
	if a, ok := accents[name]; ok {
		return p.accent(a)
	}
	if width, ok := spaces[name]; ok {
		return atom{Node: p.hspace(width)}
	}
	if f, ok := textCommands[name]; ok {
		return atom{Node: p.textArgument(f)}
	}
	if size, ok := delimiterSizes[strings.TrimRight(name, "lrm")]; ok && name != "middle" {
		return atom{Node: p.sized(size)}
	}
	if n, ok := ignored[name]; ok {
		for range n {
			p.raw()
		}
		return atom{}
	}
	if a, ok := p.structure(name); ok {
		return a
	}
	if text, ok := textSymbols[name]; ok {
		return atom{Node: p.token("mtext", text)}
	}
	return atom{Node: p.notKnown(p.src[start:p.pos], p.src[start:p.pos])}
}

// ignored are commands that do not show, with the number of their arguments.
var ignored = map[string]int{
	"label": 1, "nonumber": 0, "notag": 0, "displaylimits": 0, "mathstrut": 0, "strut": 0, "null": 0, "relax": 0, "allowbreak": 0,
	"nobreak": 0, "noindent": 0, "centering": 0, "protect": 0, "color": 1, "leavevmode": 0, "/": 0, "-": 0, "cline": 1,
	"scriptsize": 0, "small": 0, "tiny": 0, "footnotesize": 0, "normalsize": 0, "large": 0, "Large": 0, "LARGE": 0, "huge": 0, "Huge": 0,
	"limits": 0, "nolimits": 0, "require": 1, "hfill": 0, "hfil": 0, "par": 0, "vspace": 1, "break": 0, "goodbreak": 0,
	"pagebreak": 0, "linebreak": 0, "displaybreak": 0, "(": 0, ")": 0, "upshape": 0, "normalfont": 0,
}

func (p *parser) inFont(f font) *Node {
	outer := p.font
	switch {
	case f == fontBold && outer == fontItalic:
		f = fontBoldItalic
	case f == fontScript && (outer == fontBold || outer == fontBoldItalic):
		f = fontBoldScript
	}
	p.font = f
	n := p.arg()
	p.font = outer
	return n
}

func (p *parser) hspace(width string) *Node {
	return p.node("mspace").set("width", width)
}

// fence puts delimiters around n; none where they are empty.
func (p *parser) fence(open string, n *Node, closing string) *Node {
	if open == "" && closing == "" {
		return n
	}
	kids := make([]*Node, 0, 3)
	if open != "" {
		kids = append(kids, p.delimiter(open, "prefix"))
	}
	kids = append(kids, n)
	if closing != "" {
		kids = append(kids, p.delimiter(closing, "postfix"))
	}
	return p.node("mrow", kids...)
}

// delimiter makes an operator that grows with what it encloses.
func (p *parser) delimiter(text, form string) *Node {
	return p.token("mo", text).set("form", form).set("stretchy", "true").set("symmetric", "true")
}

func (p *parser) fraction(line bool, over, under *Node) *Node {
	n := p.node("mfrac", over, under)
	if !line {
		n.set("linethickness", "0")
	}
	return n
}

// leftRight reads from behind \left to its \right.
func (p *parser) leftRight() *Node {
	p.enter()
	defer func() { p.depth-- }()
	outer := p.font
	defer func() { p.font = outer }()
	open := p.readDelimiter()
	var kids []*Node
	if open != "" {
		kids = append(kids, p.delimiter(open, "prefix"))
	}
	for {
		if n := p.row(stopMiddle); n.Name != "mrow" || len(n.Kids) > 0 {
			kids = append(kids, n)
		}
		if !p.acceptCommand("middle") {
			break
		}
		if d := p.readDelimiter(); d != "" {
			kids = append(kids, p.delimiter(d, "infix").set("lspace", "0.05em").set("rspace", "0.05em"))
		}
	}
	if !p.acceptCommand("right") {
		p.broken = true
		return p.node("mrow", kids...)
	}
	if closing := p.readDelimiter(); closing != "" {
		kids = append(kids, p.delimiter(closing, "postfix"))
	}
	return p.node("mrow", kids...)
}

// readDelimiter reads a delimiter; "" is the empty one.
func (p *parser) readDelimiter() string {
	p.space()
	if p.end() {
		p.broken = true
		return ""
	}
	raw := p.raw()
	if d, ok := delimiters[raw]; ok {
		return d
	}
	p.broken = true
	return raw
}

func (p *parser) sized(size string) *Node {
	text := p.readDelimiter()
	if text == "" {
		return nil
	}
	return p.token("mo", text).set("stretchy", "true").set("symmetric", "true").set("minsize", size).set("maxsize", size).
		set("lspace", "0").set("rspace", "0")
}

// dimension reads a length, in braces or not, and gives it in em; ok is false
// if there is none.
func (p *parser) dimension() (width string, ok bool) {
	if p.peek() == '{' {
		return dimension(p.raw())
	}
	start := p.pos
	for p.pos < len(p.src) && strings.IndexByte("+-.0123456789 ", p.src[p.pos]) >= 0 {
		p.pos++
	}
	p.pos = min(p.pos+2, len(p.src))
	width, ok = dimension(p.src[start:p.pos])
	if !ok {
		p.pos = start
	}
	return width, ok
}

func dimension(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 3 {
		return "", false
	}
	perEm, ok := units[s[len(s)-2:]]
	value, err := strconv.ParseFloat(strings.ReplaceAll(s[:len(s)-2], " ", ""), 64)
	if !ok || err != nil || math.IsNaN(value) {
		return "", false
	}
	value = max(-20, min(20, value*perEm)) // no formula moves things across the page
	return strconv.FormatFloat(value, 'f', 3, 64) + "em", true
}

// units are TeX's in em of a type of 10 points.
var units = map[string]float64{
	"em": 1, "ex": 0.43, "mu": 1. / 18, "pt": 0.1, "pc": 1.2, "in": 7.227, "cm": 2.845, "mm": 0.2845, "px": 0.075, "bp": 0.1004, "dd": 0.107, "cc": 1.284, "sp": 0,
}

func (p *parser) accent(a accentMark) atom {
	base := p.arg()
	if a.text == "" { // a rule, which fonts seldom have in all lengths
		class := "over"
		if a.below {
			class = "under"
		}
		return atom{Node: p.node("mrow", base).set("class", class)}
	}
	mark := p.token("mo", a.text)
	if a.stretchy {
		mark.set("stretchy", "true")
	} else {
		mark.set("stretchy", "false")
	}
	if a.below {
		return atom{Node: p.node("munder", base, mark), limits: a.labelled}
	}
	n := p.node("mover", base, mark)
	if !a.labelled {
		n.set("accent", "true")
	}
	return atom{Node: n, limits: a.labelled}
}

// An accentMark stands above or below its base. Without a text it is a rule. A
// labelled one, such as a brace, takes scripts as labels.
type accentMark struct {
	text     string
	stretchy bool
	below    bool
	labelled bool
}

var accents = map[string]accentMark{
	"hat": {text: "^"}, "widehat": {text: "^", stretchy: true}, "check": {text: "ˇ"}, "widecheck": {text: "ˇ", stretchy: true},
	"tilde": {text: "~"}, "widetilde": {text: "~", stretchy: true}, "bar": {text: "¯"}, "acute": {text: "´"}, "grave": {text: "`"},
	"dot": {text: "˙"}, "ddot": {text: "¨"}, "dddot": {text: "⃛"}, "ddddot": {text: "⃜"}, "breve": {text: "˘"}, "mathring": {text: "˚"},
	"vec": {text: "→"}, "overrightarrow": {text: "→", stretchy: true}, "overleftarrow": {text: "←", stretchy: true},
	"overleftrightarrow": {text: "↔", stretchy: true}, "Overrightarrow": {text: "⇒", stretchy: true},
	"overline": {}, "underline": {below: true}, "underbar": {below: true},
	"overbar": {}, "widebar": {},
	"underrightarrow": {text: "→", stretchy: true, below: true}, "underleftarrow": {text: "←", stretchy: true, below: true},
	"underleftrightarrow": {text: "↔", stretchy: true, below: true}, "utilde": {text: "~", stretchy: true, below: true},
	"overbrace": {text: "⏞", stretchy: true, labelled: true}, "underbrace": {text: "⏟", stretchy: true, below: true, labelled: true},
	"overbracket": {text: "⎴", stretchy: true, labelled: true}, "underbracket": {text: "⎵", stretchy: true, below: true, labelled: true},
	"overparen": {text: "⏜", stretchy: true, labelled: true}, "underparen": {text: "⏝", stretchy: true, below: true, labelled: true},
}

var spaces = map[string]string{
	",": thinSpace, "thinspace": thinSpace, ":": "0.2222em", ">": "0.2222em", "medspace": "0.2222em", ";": "0.2778em", "thickspace": "0.2778em",
	"!": "-0.1667em", "negthinspace": "-0.1667em", "negmedspace": "-0.2222em", "negthickspace": "-0.2778em",
	" ": "0.333em", "\t": "0.333em", "\n": "0.333em", "\r": "0.333em", "space": "0.333em", "nobreakspace": "0.333em", "enspace": "0.5em", "enskip": "0.5em", "quad": "1em", "qquad": "2em",
}

var delimiterSizes = map[string]string{"big": "1.2em", "Big": "1.8em", "bigg": "2.4em", "Bigg": "3em"}

var delimiters = map[string]string{
	".": "", "(": "(", ")": ")", "[": "[", "]": "]", "{": "{", "}": "}", "\\{": "{", "\\}": "}", "\\lbrace": "{", "\\rbrace": "}",
	"\\lbrack": "[", "\\rbrack": "]", "|": "|", "\\vert": "|", "\\lvert": "|", "\\rvert": "|", "\\mid": "|", "\\|": "‖", "\\Vert": "‖", "\\lVert": "‖", "\\rVert": "‖", "\\parallel": "‖",
	"<": "⟨", ">": "⟩", "\\langle": "⟨", "\\rangle": "⟩", "\\lt": "⟨", "\\gt": "⟩", "\\lfloor": "⌊", "\\rfloor": "⌋", "\\lceil": "⌈", "\\rceil": "⌉", "/": "/", "\\backslash": "\\",
	"\\uparrow": "↑", "\\downarrow": "↓", "\\updownarrow": "↕", "\\Uparrow": "⇑", "\\Downarrow": "⇓", "\\Updownarrow": "⇕",
	"\\lgroup": "⟮", "\\rgroup": "⟯", "\\lmoustache": "⎰", "\\rmoustache": "⎱", "\\ulcorner": "⌜", "\\urcorner": "⌝", "\\llcorner": "⌞", "\\lrcorner": "⌟",
	"\\llbracket": "⟦", "\\rrbracket": "⟧", "‖": "‖", "⟨": "⟨", "⟩": "⟩", "⌊": "⌊", "⌋": "⌋", "⌈": "⌈", "⌉": "⌉", "∣": "|", "∥": "‖",
}
