package texmath

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// textCommands have text as their argument, with formulas between dollars.
var textCommands = map[string]font{
	"text": fontDefault, "mbox": fontDefault, "hbox": fontDefault, "textrm": fontDefault, "textnormal": fontDefault, "textup": fontDefault, "textsc": fontDefault,
	"textmd": fontDefault, "intertext": fontDefault, "shortintertext": fontDefault, "textnonitalic": fontDefault, "operatorfont": fontDefault,
	"textit": fontItalic, "emph": fontItalic, "textsl": fontItalic, "textbf": fontBold, "textsf": fontSans, "texttt": fontMono, "verb": fontMono,
}

// textArgument reads an argument of text.
func (p *parser) textArgument(f font) *Node {
	p.enter()
	defer func() { p.depth-- }()
	if p.over {
		return p.node("mrow")
	}
	braced := p.peek() == '{'
	t := textReader{p: p, src: p.raw(), font: f}
	if !braced && strings.HasPrefix(t.src, "\\") { // such as \mbox\alpha
		t.src = "$" + t.src + "$"
	}
	t.read()
	t.flush()
	return p.group(t.out)
}

// A textReader reads text within a formula.
type textReader struct {
	p    *parser
	src  string
	pos  int
	font font
	buf  strings.Builder
	out  []*Node
}

func (t *textReader) flush() {
	if t.buf.Len() == 0 {
		return
	}
	text := norm.NFC.String(t.buf.String())
	t.buf.Reset()
	// Browsers trim blanks at the ends of an element.
	trimmed := strings.TrimLeft(text, " ")
	text = strings.Repeat("\u00a0", min(len(text)-len(trimmed), 1)) + trimmed
	trimmed = strings.TrimRight(text, " ")
	text = trimmed + strings.Repeat("\u00a0", min(len(text)-len(trimmed), 1))
	t.out = append(t.out, t.p.token("mtext", t.font.text(text)))
}

func (t *textReader) read() {
	for t.pos < len(t.src) && !t.p.over {
		switch c := t.src[t.pos]; c {
		case '$':
			t.pos++
			end := strings.IndexByte(t.src[t.pos:], '$')
			if end < 0 {
				end = len(t.src) - t.pos
			}
			t.math(t.src[t.pos : t.pos+end])
			t.pos = min(t.pos+end+1, len(t.src))
		case '\\':
			t.command()
		case '{', '}':
			t.pos++
		case '~':
			t.buf.WriteRune('\u00a0')
			t.pos++
		case '\n', '\t', '\r':
			t.buf.WriteByte(' ')
			t.pos++
		case '`':
			t.pair('`', "“", "‘")
		case '\'':
			t.pair('\'', "”", "’")
		default:
			r, size := utf8.DecodeRuneInString(t.src[t.pos:])
			if r >= ' ' && r != 0x7f {
				t.buf.WriteRune(r)
			}
			t.pos += size
		}
	}
}

// pair writes a quotation mark, of two characters or one.
func (t *textReader) pair(c byte, double, single string) {
	t.pos++
	if t.pos < len(t.src) && t.src[t.pos] == c {
		t.pos++
		single = double
	}
	t.buf.WriteString(single)
}

// math reads a formula within the text.
func (t *textReader) math(src string) {
	t.flush()
	p := parser{src: src, depth: t.p.depth, nodes: t.p.nodes, unknown: t.p.unknown, broken: t.p.broken}
	kids := p.formula()
	t.p.nodes, t.p.unknown, t.p.broken = p.nodes, p.unknown, p.broken
	if p.over {
		t.p.stop()
	}
	t.out = append(t.out, t.p.group(kids))
}

func (t *textReader) command() {
	sub := parser{src: t.src, pos: t.pos}
	name, next := sub.command()
	t.pos = next
	switch name {
	case "", "\\":
		t.buf.WriteByte(' ')
		return
	case "(":
		end := strings.Index(t.src[t.pos:], `\)`)
		if end < 0 {
			end = len(t.src) - t.pos
		}
		t.math(t.src[t.pos : t.pos+end])
		t.pos = min(t.pos+end+2, len(t.src))
		return
	}
	if mark, ok := textAccents[name]; ok {
		sub.pos = next
		letter := strings.TrimPrefix(sub.raw(), "\\") // \'{\i}
		t.pos = sub.pos
		r, size := utf8.DecodeRuneInString(letter)
		if size > 0 {
			t.buf.WriteRune(r)
			t.buf.WriteString(mark)
			t.buf.WriteString(letter[size:])
		}
		return
	}
	if text, ok := textSymbols[name]; ok {
		t.buf.WriteString(text)
		t.blank()
		return
	}
	if f, ok := textCommands[name]; ok {
		t.nested(f)
		return
	}
	if _, ok := fontSwitches[name]; ok {
		t.blank()
		return
	}
	if _, ok := spaces[name]; ok {
		t.buf.WriteRune('\u00a0')
		return
	}
	if n, ok := ignored[name]; ok {
		sub.pos = next
		for range n {
			sub.raw()
		}
		t.pos = sub.pos
		return
	}
	if s, ok := symbols[name]; ok { // mathematics without its dollars
		t.buf.WriteString(s.text)
		t.blank()
		return
	}
	t.flush()
	t.out = append(t.out, t.p.notKnown("\\"+name, "\\"+name))
}

// blank passes over the blanks that end the name of a command.
func (t *textReader) blank() {
	for t.pos < len(t.src) && t.src[t.pos] == ' ' && isLetter(t.src[t.pos-1]) {
		t.pos++
	}
}

// nested reads text within text.
func (t *textReader) nested(f font) {
	t.flush()
	t.p.enter()
	sub := parser{src: t.src, pos: t.pos}
	inner := textReader{p: t.p, src: sub.raw(), font: f}
	t.pos = sub.pos
	inner.read()
	inner.flush()
	t.p.depth--
	t.out = append(t.out, inner.out...)
}

// textAccents are combining characters, put behind their letter.
var textAccents = map[string]string{
	"'": "\u0301", "`": "\u0300", "^": "\u0302", "\"": "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307", "u": "\u0306", "v": "\u030c",
	"H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323", "b": "\u0331",
}

var textSymbols = map[string]string{
	"%": "%", "$": "$", "&": "&", "#": "#", "_": "_", "{": "{", "}": "}", "ldots": "…", "dots": "…", "textellipsis": "…", "S": "§", "P": "¶",
	"ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ",
	"textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textbar": "|", "textless": "<", "textgreater": ">", "textendash": "–", "textemdash": "—",
	"textquotedblleft": "“", "textquotedblright": "”", "textquoteleft": "‘", "textquoteright": "’", "textdegree": "°", "degree": "°", "textregistered": "®", "texttrademark": "™",
	"copyright": "©", "textcopyright": "©", "pounds": "£", "euro": "€", "texteuro": "€", "-": "", "/": "", "LaTeX": "LaTeX", "TeX": "TeX", "today": "", "textperiodcentered": "·", "textmu": "µ",
}
