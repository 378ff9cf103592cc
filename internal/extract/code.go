package extract

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"mathsieve/internal/extract/dom"
)

// walkCode opens inline code: its text is copied, out of reach of delimiters.
// Code with line breaks becomes a block.
func (p *page) walkCode(n dom.Node) dom.Node {
	t := &p.tree
	w := &p.walk
	if br := t.Find(n, dom.Br, dom.Pre, dom.Div, dom.P, dom.Table); br != dom.None && !w.cell {
		p.flush()
		p.writeCode(n)
		return t.End(n)
	}
	if t.Find(n, dom.Sub, dom.Sup) != dom.None {
		p.scratch = p.codeText(p.scratch[:0], n)
		p.text = append(p.text[:0], p.scratch...)
	} else {
		p.text = t.AppendText(p.text[:0], n)
	}
	text := bytes.TrimSpace(p.text)
	if len(text) == 0 {
		return t.End(n)
	}
	if !w.cell && bytes.IndexByte(text, '\n') >= 0 && p.isBlockOfCode(n, bytes.Count(text, []byte{'\n'})) {
		p.flush()
		p.writeCode(n)
		return t.End(n)
	}
	w.para = append(w.para, mkCode)
	w.para = p.appendText(w.para, text)
	w.para = append(w.para, mkCodeEnd)
	return t.End(n)
}

// isBlockOfCode reports whether a code element with line ends in its text is a
// block that a style sheet sets without pre, and no words of a sentence that an
// editor has wrapped: it stands alone, and its class, or that of the box around it,
// says so, or its lines are many.
func (p *page) isBlockOfCode(n dom.Node, lineEnds int) bool {
	const (
		many    = 3
		highest = 4 // inline elements around n
	)
	t := &p.tree
	for box, steps := n, 0; ; steps++ {
		if steps > highest || !p.isBlockBeside(t.PrevSibling(box), t.PrevSibling) || !p.isBlockBeside(t.NextSibling(box), t.NextSibling) {
			return false
		}
		if box = t.Parent(box); box <= dom.Root || roles[t.Tag(box)]&roleBlock != 0 || t.Tag(box) == dom.Other {
			break
		}
	}
	if lineEnds >= many && t.Find(n, dom.A) == dom.None || p.languageOf(n) != "" { // links are in a signature
		return true
	}
	for _, box := range [...]dom.Node{n, t.Parent(n)} {
		for class := range strings.FieldsSeq(t.Class(box)) {
			if class = strings.ToLower(class); strings.Contains(class, "code") && !strings.Contains(class, "inline") || class == "highlight" || class == "hljs" {
				return true
			}
		}
	}
	return false
}

// isBlockBeside reports whether nothing of the line of a code element stands on the
// side of it on which s is the first node and on leads further.
func (p *page) isBlockBeside(s dom.Node, on func(dom.Node) dom.Node) bool {
	t := &p.tree
	const most = 8
	for range most {
		switch {
		case s == dom.None:
			return true
		case t.Kind(s) == dom.Element && p.m[s].flags&nfDrop == 0:
			return roles[t.Tag(s)]&roleBlock != 0 || t.Tag(s) == dom.Br
		case t.Kind(s) == dom.Text && p.m[s].text > 0:
			return false
		}
		s = on(s)
	}
	return false
}

// isCodeBox reports whether all of a box with the given classes is code: it has
// no element that is, or its lines are made of such elements.
func (p *page) isCodeBox(n dom.Node, class pageClass) bool {
	t := &p.tree
	if !p.spend(int(t.End(n) - n)) {
		return false
	}
	if class&pcCodeLines != 0 {
		return t.Find(n, dom.Code) != dom.None && t.Find(n, dom.Pre, dom.Textarea) == dom.None
	}
	return p.m[n].atoms == 0 && t.Find(n, dom.Pre, dom.Table) == dom.None
}

// writeCode prints the text of n as a block of code, exactly.
func (p *page) writeCode(n dom.Node) {
	code := p.codeText(p.scratch[:0], n)
	p.scratch = code
	code = bytes.TrimRight(code, " \t\n")
	for len(code) > 0 {
		line, rest, ok := bytes.Cut(code, []byte{'\n'})
		if !ok || len(bytes.TrimSpace(line)) > 0 {
			break
		}
		code = rest
	}
	if len(bytes.TrimSpace(code)) == 0 {
		return
	}
	o := &p.out
	o.begin()
	fence := "```"
	for bytes.Contains(code, []byte(fence)) && len(fence) < 20 {
		fence += "`"
	}
	o.buf = append(o.buf, fence...)
	o.buf = append(o.buf, p.codeLanguage(n)...)
	for line := range bytes.SplitSeq(code, []byte{'\n'}) {
		o.newline()
		o.buf = append(o.buf, line...)
	}
	o.newline()
	o.buf = append(o.buf, fence...)
	o.lines = len(o.buf)
}

// codeText appends the text of n with its white space, line breaks as line
// ends, without dropped parts like line numbers. Where breaks outside of pre end
// the lines, the line ends of the source beside them do not count.
func (p *page) codeText(dst []byte, n dom.Node) []byte {
	t := &p.tree
	flows := t.IsElement(n, dom.Code, dom.Div) && t.Find(n, dom.Br) != dom.None && t.Find(n, dom.Pre) == dom.None
	line := len(dst)                           // start of the line, after a break
	latexML := t.HasClass(n, "ltx_lstlisting") // whose lines are elements, empty ones, too
	listing := latexML || t.HasClass(n, "lstlisting")
	for c := n; c < t.End(n); {
		if p.m[c].flags&nfDrop != 0 && c != n {
			c = t.End(c)
			continue
		}
		switch t.Kind(c) {
		case dom.Text:
			if p.betweenLines(c, n) {
				break
			}
			start := len(dst)
			dst = t.AppendText(dst, c)
			if !isPlainCode(dst[start:]) {
				p.text = append(p.text[:0], dst[start:]...)
				dst = p.appendCode(dst[:start], p.text)
			}
			switch {
			case latexML:
				dst = dropLineEnds(dst, start)
			case flows && start == line:
				dst = trimLineStart(dst, line)
			}
		case dom.Element:
			switch t.Tag(c) {
			case dom.Br:
				if flows {
					dst = append(dst[:line], bytes.TrimRight(dst[line:], " \t\n")...)
				}
				dst = append(dst, '\n')
				line = len(dst)
			case dom.Span:
				if listing && t.HasAnyClass(c, "label", "ltx_tag_listingline") { // of a line: its number
					c = t.End(c)
					continue
				}
			case dom.Div, dom.P, dom.Li, dom.Tr:
				// Editors mark lines up as elements.
				if c != n && len(dst) > 0 && (latexML || dst[len(dst)-1] != '\n') {
					dst = append(dst, '\n')
				}
			case dom.Sub, dom.Sup:
				if c != n && p.m[c].text <= maxScript {
					dst = p.codeScript(dst, c)
					c = t.End(c)
					continue
				}
			}
		default:
		}
		c++
	}
	return dst
}

// betweenLines reports whether n is the white space between the tags of a table,
// or of elements that are the lines of the code in box.
func (p *page) betweenLines(n, box dom.Node) bool {
	t := &p.tree
	switch t.Tag(t.Parent(n)) {
	case dom.Table, dom.Tbody, dom.Tr:
		return p.isBlankText(n)
	case dom.Div, dom.Td:
		return p.m[box].class&pcCodeLines != 0 && (t.IsElement(t.PrevSibling(n), dom.Div) || t.IsElement(t.NextSibling(n), dom.Div)) && p.isBlankText(n)
	}
	return false
}

// codeScript appends a sub or sup element in code as it is written in text: what
// 10<sup>5</sup> means is lost without its sign.
func (p *page) codeScript(dst []byte, n dom.Node) []byte {
	start := len(dst)
	before := dst[:start]
	sup := p.tree.Tag(n) == dom.Sup
	if sup {
		dst = append(dst, "^{"...)
	} else {
		dst = append(dst, "_{"...)
	}
	inside := start + len("^{")
	dst = p.codeText(dst, n)
	script := bytes.TrimSpace(dst[inside:])
	switch {
	case len(script) == 0, sup && (p.m[n].class&pcNote != 0 || isNoteMark(script)):
		return dst[:start]
	case sup && isOrdinal(script, before), prose(view(script)), start == 0, lastByte(before) == '\n':
		return append(dst[:start], dst[inside:]...)
	case utf8.RuneCount(script) == 1:
		return append(dst[:start+1], script...)
	}
	dst = dst[:inside+copy(dst[inside:], script)]
	return append(dst, '}')
}

// trimLineStart drops from b, where a line begins at line, the white space up to
// the last line end of the source in front of the text.
func trimLineStart(b []byte, line int) []byte {
	from := line
	for i := line; i < len(b) && isSpace(b[i]); i++ {
		if b[i] == '\n' {
			from = i + 1
		}
	}
	return append(b[:line], b[from:]...)
}

// isCodeField reports whether a textarea shows code to the reader and does not ask
// for text: its name or a class says so, and it is in no form.
func (p *page) isCodeField(n dom.Node) bool {
	t := &p.tree
	if p.m[n].text == 0 {
		return false
	}
	name, _ := t.Attr(n, "name")
	code := name == "code" || p.languageOf(n) != "" // the name is dp.SyntaxHighlighter's
	for class := range strings.FieldsSeq(t.Class(n)) {
		switch strings.ToLower(class) {
		case "code", "sourcecode", "source-code", "codeblock", "code-block", "codemirror", "code-editor", "codeeditor", "code-area", "codearea":
			code = true
		}
	}
	return code && t.Closest(n, dom.Form) == dom.None
}

// dropLineEnds drops from b the line ends from start on, with the white space
// beside them.
func dropLineEnds(b []byte, start int) []byte {
	kept := start
	for i := start; i < len(b); i++ {
		if b[i] != '\n' {
			b[kept] = b[i]
			kept++
			continue
		}
		kept = start + len(bytes.TrimRight(b[start:kept], " \t"))
		for i+1 < len(b) && isSpace(b[i+1]) {
			i++
		}
	}
	return b[:kept]
}

// isPlainCode reports whether appendCode would copy text as it is.
func isPlainCode(text []byte) bool {
	for _, b := range text {
		if b < 0x20 && b != '\n' && b != '\t' || b >= 0x7f {
			return false
		}
	}
	return true
}

// appendCode appends text without control characters; blanks stay as they are.
func (p *page) appendCode(dst, text []byte) []byte {
	for _, r := range string(text) {
		switch {
		case r == '\n' || r == '\t':
			dst = append(dst, byte(r))
		case r < 0x20 || r == 0x7f:
		case r < 0x80:
			dst = append(dst, byte(r))
		default:
			p.mayCompose = p.mayCompose || r >= 0x300
			switch runeClass(r) {
			case tcSpace:
				dst = append(dst, ' ')
			case tcCopy:
				dst = append(dst, string(r)...)
			}
		}
	}
	return dst
}

// codeLanguage returns the name of the programming language that the classes of
// n, its first child and the three elements around it tell, or "".
func (p *page) codeLanguage(n dom.Node) string {
	t := &p.tree
	if lang := p.languageOf(n); lang != "" {
		return lang
	}
	if c := t.FirstChild(n); c != dom.None && t.Kind(c) == dom.Element {
		if lang := p.languageOf(c); lang != "" {
			return lang
		}
	}
	for range 3 {
		n = t.Parent(n)
		if n <= dom.Root || t.Tag(n) == dom.Body {
			break
		}
		if lang := p.languageOf(n); lang != "" {
			return lang
		}
	}
	return ""
}

func (p *page) languageOf(n dom.Node) string {
	t := &p.tree
	if t.Kind(n) != dom.Element {
		return ""
	}
	for _, name := range [...]string{"data-lang", "data-language"} {
		if v, ok := t.Attr(n, name); ok && isLanguageName(v) {
			return strings.ToLower(v)
		}
	}
	class := t.Class(n)
	if class == "" {
		return ""
	}
	fields := strings.Fields(class)
	for i, token := range fields {
		for _, prefix := range [...]string{"language-", "lang-", "highlight-source-", "brush:", "highlight-", "hl-", "ltx_lst_language_"} {
			name, ok := strings.CutPrefix(token, prefix)
			if !ok {
				continue
			}
			if name == "" && prefix == "brush:" && i+1 < len(fields) {
				name = fields[i+1]
			}
			name = strings.TrimRight(name, ";")
			switch name {
			case "default", "none", "notranslate", "plaintext", "text", "nohighlight", "ipython3", "box", "container", "wrapper":
				continue
			}
			if isLanguageName(name) {
				return strings.ToLower(name)
			}
		}
		if token == "syntaxhighlighter" {
			for _, name := range fields[i+1:] {
				if name != "nogutter" && name != "ie" && isLanguageName(name) {
					return strings.ToLower(name)
				}
			}
		}
		if token == "sourceCode" && i+1 < len(fields) && isLanguageName(fields[i+1]) && fields[i+1] != "numberSource" {
			return strings.ToLower(fields[i+1])
		}
	}
	return ""
}

func isLanguageName(s string) bool {
	if s == "" || len(s) > 20 {
		return false
	}
	for i := range len(s) {
		if b := s[i]; !isAlnum(b) && b != '+' && b != '#' && b != '-' && b != '_' && b != '.' {
			return false
		}
	}
	return true
}
