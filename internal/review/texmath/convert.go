package texmath

import (
	"slices"
	"strings"
)

// Limits of one formula. Beyond them it is shown as its source.
const (
	maxBytes = 32 << 10 // of TeX; of 20,000 formulas of real pages one in a thousand has more than 800
	maxNodes = 20_000   // elements
	maxDepth = 60       // groups within groups; browsers recurse over the tree too
	// maxUnknown bounds the names that a result lists.
	maxUnknown = 20
)

// A Formula is the result of a conversion.
type Formula struct {
	// Math is the element math.
	Math *Node
	// Complete says that all of the source was understood.
	Complete bool
	// Unknown lists commands and environments that were not, without
	// repetition, in the order of the source.
	Unknown []string
}

// Convert converts the TeX of a formula, without its delimiters. It never
// fails: what it cannot convert is shown as TeX.
func Convert(src string, display bool) Formula {
	src = strings.ToValidUTF8(src, "\uFFFD")
	math := &Node{Name: "math"}
	if display {
		math.set("display", "block")
	}
	p := parser{src: src}
	if len(src) > maxBytes {
		p.over = true
	} else {
		math.Kids = p.formula()
	}
	if p.over {
		math.Kids = []*Node{source(src)}
	}
	return Formula{Math: math, Complete: !p.over && !p.broken && len(p.unknown) == 0, Unknown: p.unknown}
}

// source is TeX that is shown as it is.
func source(tex string) *Node {
	return (&Node{Name: "mtext", Text: tex}).set("class", "tex")
}

// A parser reads one formula. Its methods leave pos behind what they read, and
// always get on: a parser that cannot sets pos to the end.
type parser struct {
	src     string
	pos     int
	depth   int
	nodes   int
	font    font
	unknown []string
	broken  bool // something is missing, such as a closing brace
	over    bool // a limit was exceeded
}

// formula reads the whole source. Rows and columns without an environment
// around them are read as aligned equations, as their authors meant.
func (p *parser) formula() []*Node {
	var out []*Node
	for {
		t := p.table(tableKind{columns: "rl", display: true, align: true})
		if len(t.Kids) == 1 && len(t.Kids[0].Kids) == 1 {
			out = append(out, t.Kids[0].Kids[0].Kids...)
		} else {
			out = append(out, t)
		}
		if p.end() {
			return out
		}
		p.stray()
	}
}

// stray passes over what closes something that was never opened.
func (p *parser) stray() {
	p.broken = true
	switch {
	case p.acceptCommand("end"):
		p.raw()
	case p.acceptCommand("right"):
		p.readDelimiter()
	default:
		p.pos++
	}
}

// node makes an element and counts it.
func (p *parser) node(name string, kids ...*Node) *Node {
	p.count()
	return &Node{Name: name, Kids: kids}
}

// token makes an element of text.
func (p *parser) token(name, text string) *Node {
	p.count()
	return &Node{Name: name, Text: text}
}

func (p *parser) count() {
	if p.nodes++; p.nodes > maxNodes {
		p.stop()
	}
}

// stop gives the formula up.
func (p *parser) stop() {
	p.over = true
	p.pos = len(p.src)
}

// enter counts a level of nesting; the caller leaves it with p.depth--.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.stop()
	}
}

// group makes one element of many.
func (p *parser) group(kids []*Node) *Node {
	if len(kids) == 1 {
		return kids[0]
	}
	return p.node("mrow", kids...)
}

// notKnown shows a command that has no meaning here.
func (p *parser) notKnown(name, shown string) *Node {
	if len(p.unknown) < maxUnknown && !slices.Contains(p.unknown, name) {
		p.unknown = append(p.unknown, name)
	}
	p.broken = true
	p.count()
	return source(shown)
}
