package texmath

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// stops says what ends a row, besides the end of the source, a closing brace,
// \end and \right, which always do.
type stops uint8

const (
	stopCell    stops = 1 << iota // & and \\
	stopBracket                   // ]
	stopMiddle                    // \middle
)

// atEnd says whether a row ends here. Nothing is read.
func (p *parser) atEnd(stop stops) bool {
	switch p.peek() {
	case 0:
		return p.end()
	case '}':
		return true
	case '&':
		return stop&stopCell != 0
	case ']':
		return stop&stopBracket != 0
	case '\\':
		switch name, _ := p.command(); name {
		case "end", "right":
			return true
		case "middle":
			return stop&stopMiddle != 0
		case "\\", "cr", "newline", "tabularnewline":
			return stop&stopCell != 0
		}
	}
	return false
}

// row reads elements up to the end of a group or a cell. Changes of the font
// within it end with it.
func (p *parser) row(stop stops) *Node {
	p.enter()
	outer := p.font
	out := p.items(stop)
	p.font = outer
	p.depth--
	return p.group(out)
}

func (p *parser) items(stop stops) []*Node {
	var out []*Node
	for !p.atEnd(stop) {
		name, next := p.command()
		if name == "" {
			out = p.append(out, p.scripted())
			continue
		}
		if f, ok := fontSwitches[name]; ok {
			p.pos = next
			p.font = f
			continue
		}
		if style, ok := styles[name]; ok {
			p.pos = next
			rest := p.node("mstyle", p.row(stop))
			rest.Attrs = style
			return append(out, rest)
		}
		if in, ok := infixes[name]; ok {
			p.pos = next
			if in.dimension {
				p.dimension()
			}
			return []*Node{p.fence(in.open, p.fraction(in.line, p.group(out), p.row(stop)), in.close)}
		}
		out = p.append(out, p.scripted())
	}
	return out
}

// append adds an element to a row and sets the space around names of
// functions, which MathML has no rule for.
func (p *parser) append(out []*Node, n *Node) []*Node {
	if n == nil {
		return out
	}
	if fn := core(n); fn.attr("rspace") == thinSpace {
		if len(out) > 0 && core(out[len(out)-1]).Name != "mo" {
			fn.set("lspace", thinSpace)
		} else {
			fn.set("lspace", "0")
		}
		switch p.peek() {
		case 0, '(', '[', '|', ')', ']', '}', '&', ',', '.':
			for i := range fn.Attrs {
				if fn.Attrs[i].Name == "rspace" {
					fn.Attrs[i].Value = "0"
				}
			}
		}
	}
	return append(out, n)
}

// core is the innermost base of an element with scripts.
func core(n *Node) *Node {
	for {
		switch n.Name {
		case "msub", "msup", "msubsup", "munder", "mover", "munderover":
			n = n.Kids[0]
		default:
			return n
		}
	}
}

const thinSpace = "0.1667em"

// An infix divides the group that it stands in.
type infix struct {
	open, close string
	line        bool
	dimension   bool // a length follows
}

var infixes = map[string]infix{
	"over":   {line: true},
	"above":  {line: true, dimension: true},
	"atop":   {},
	"choose": {open: "(", close: ")"},
	"brack":  {open: "[", close: "]"},
	"brace":  {open: "{", close: "}"},
}

var styles = map[string][]Attr{
	"displaystyle":      {{"displaystyle", "true"}, {"scriptlevel", "0"}},
	"textstyle":         {{"displaystyle", "false"}, {"scriptlevel", "0"}},
	"scriptstyle":       {{"displaystyle", "false"}, {"scriptlevel", "1"}},
	"scriptscriptstyle": {{"displaystyle", "false"}, {"scriptlevel", "2"}},
}

// An atom is what scripts are put to.
type atom struct {
	*Node
	// limits puts scripts above and below; in a display only, if movable.
	limits, movable bool
}

// scripted reads an atom with its scripts. It returns nil for a command that
// leaves nothing.
func (p *parser) scripted() *Node {
	base := p.atom()
	var under, over *Node
	primes := ""
	for n := 0; p.pos < len(p.src); n++ {
		if n > maxDepth { // each script may wrap what is there
			p.stop()
		}
		switch p.peek() {
		case '_':
			p.pos++
			if under != nil { // a second one goes to the whole of before
				base = atom{Node: p.scripts(base, under, over, primes)}
				over, primes = nil, ""
			}
			under = p.arg()
			continue
		case '^':
			p.pos++
			if over != nil || primes != "" && under != nil {
				base = atom{Node: p.scripts(base, under, over, primes)}
				under, primes = nil, ""
			}
			over = p.arg()
			continue
		case '\'':
			p.pos++
			primes += "′"
			continue
		case '\\':
			name, next := p.command()
			switch name {
			case "limits":
				base.limits, base.movable = true, false
			case "nolimits":
				base.limits = false
			case "displaylimits":
				base.limits, base.movable = true, true
			default:
				return p.scripts(base, under, over, primes)
			}
			p.pos = next
			continue
		}
		break
	}
	return p.scripts(base, under, over, primes)
}

func (p *parser) scripts(base atom, under, over *Node, primes string) *Node {
	if primes != "" {
		mark := p.token("mo", primeOf(primes))
		if over == nil {
			over = mark
		} else {
			over = p.node("mrow", mark, over)
		}
	}
	if under == nil && over == nil {
		return base.Node
	}
	if base.Node == nil {
		base.Node = p.node("mrow")
	}
	names := [3]string{"msub", "msup", "msubsup"}
	if base.limits {
		names = [3]string{"munder", "mover", "munderover"}
		if base.movable {
			if base.Name == "mo" {
				base.set("movablelimits", "true")
			}
		} else if base.Name == "mo" {
			base.set("movablelimits", "false")
		}
	}
	switch {
	case over == nil:
		return p.node(names[0], base.Node, under)
	case under == nil:
		return p.node(names[1], base.Node, over)
	}
	return p.node(names[2], base.Node, under, over)
}

func primeOf(primes string) string {
	switch len(primes) / len("′") {
	case 2:
		return "″"
	case 3:
		return "‴"
	case 4:
		return "⁗"
	}
	return primes
}

// arg reads an argument: a group, or one character or command.
func (p *parser) arg() *Node {
	p.enter()
	defer func() { p.depth-- }()
	if p.atEnd(stopCell) {
		p.broken = true
		return p.node("mrow")
	}
	if c := p.peek(); isDigit(c) {
		p.pos++
		return p.token("mn", p.font.text(string(c)))
	}
	if n := p.atom().Node; n != nil {
		return n
	}
	return p.node("mrow")
}

// atom reads one character, group or command, without scripts.
func (p *parser) atom() atom {
	switch c := p.peek(); {
	case p.end():
		return atom{}
	case c == '{':
		return atom{Node: p.braces()}
	case c == '\\':
		return p.commandAtom()
	case c == '^' || c == '_' || c == '\'':
		return atom{} // scripts without a base
	case c == '&' || c == '}':
		p.pos++
		p.broken = true
		return atom{}
	case c == '$':
		p.pos++ // delimiters within delimiters
		return atom{}
	case c == '~':
		p.pos++
		return atom{Node: p.hspace("0.333em")}
	case isDigit(c) || c == '.' && p.pos+1 < len(p.src) && isDigit(p.src[p.pos+1]):
		return atom{Node: p.number()}
	case isLetter(c):
		return atom{Node: p.letters()}
	}
	r, size := utf8.DecodeRuneInString(p.rest())
	p.pos += size
	return atom{Node: p.character(r)}
}

// braces reads a group in braces.
func (p *parser) braces() *Node {
	p.pos++
	n := p.row(0)
	if !p.accept('}') {
		p.broken = true // an \end or \right within belongs to something around the group
	}
	return n
}

func (p *parser) number() *Node {
	start := p.pos
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		if !isDigit(c) && (c != '.' || p.pos+1 >= len(p.src) || !isDigit(p.src[p.pos+1])) {
			break
		}
		p.pos++
	}
	return p.token("mn", p.font.text(p.src[start:p.pos]))
}

// letters reads one letter, or, in an upright or bold font, a whole word.
func (p *parser) letters() *Node {
	start := p.pos
	p.pos++
	if p.font != fontDefault && p.font != fontItalic {
		for p.pos < len(p.src) && isLetter(p.src[p.pos]) {
			p.pos++
		}
	}
	return p.identifier(p.src[start:p.pos])
}

// identifier makes an mi in the current font.
func (p *parser) identifier(s string) *Node {
	n := p.token("mi", p.font.text(s))
	if p.font == fontRoman && utf8.RuneCountInString(s) == 1 {
		n.set("mathvariant", "normal") // a single letter is italic otherwise
	}
	return n
}

// character reads a character of the source that is no ASCII letter or digit.
func (p *parser) character(r rune) *Node {
	switch r {
	case '-':
		return p.token("mo", "−")
	case '*':
		return p.token("mo", "∗")
	case '(', ')', '[', ']', '|', '‖', '⟨', '⟩', '⌊', '⌋', '⌈', '⌉':
		return p.token("mo", string(r)).set("stretchy", "false")
	case '/':
		return p.token("mo", "/").set("lspace", "0").set("rspace", "0")
	case ':':
		return p.token("mo", ":")
	case '`':
		return p.token("mo", "‘")
	case '"':
		return p.token("mtext", "\"")
	case '∑', '∏', '∐', '⋃', '⋂', '⨁', '⨂', '⋁', '⋀', '∫', '∮', '∬', '∭':
		return p.token("mo", string(r))
	}
	switch {
	case unicode.IsSpace(r) || unicode.Is(unicode.Cf, r):
		return nil
	case unicode.IsControl(r):
		p.broken = true
		return nil
	case unicode.In(r, unicode.Greek, unicode.Latin) || r >= 0x1D400 && r <= 0x1D7FF || r == 'ℂ' || r == 'ℕ' || r == 'ℝ' || r == 'ℤ' || r == 'ℚ':
		return p.identifier(string(r))
	case unicode.IsDigit(r):
		return p.token("mn", string(r))
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return p.words(r)
	case r == '∞' || r == '∅' || r == '′' || r == '″' || r == '°' || r == '…':
		return p.token("mi", string(r))
	case unicode.IsSymbol(r) || strings.ContainsRune("+=<>,;!?·⋯†‡", r):
		return p.token("mo", string(r))
	}
	return p.token("mtext", string(r))
}

// words gathers letters of scripts that have no mathematical form.
func (p *parser) words(first rune) *Node {
	start := p.pos
	for p.pos < len(p.src) {
		r, size := utf8.DecodeRuneInString(p.rest())
		if r < utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsMark(r) {
			break
		}
		p.pos += size
	}
	return p.token("mtext", string(first)+p.src[start:p.pos])
}
