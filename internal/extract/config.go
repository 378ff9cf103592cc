package extract

import (
	"bytes"
	"strings"

	"mathsieve/internal/extract/dom"
)

// A delimiter is a pair of strings around raw TeX.
type delimiter struct {
	open, close string
	display     bool
	// sure pairs are mathematics whatever stands between them; the others must
	// look like it.
	sure bool
	form form
}

// mathConfig is what the scripts of a page say about its maths renderer.
type mathConfig struct {
	library      bool      // MathJax, KaTeX or a kin is loaded
	asciiMath    bool      // back-quotes are delimiters
	listed       bool      // the page lists its delimiters, which replace the defaults
	dollar       bool      // a single dollar is a delimiter by configuration
	inline       listState // of inlineMath
	ignoreClass  string
	processClass string
	delimiters   []delimiter // in the order in which they are tried
	declared     []delimiter
	strength     dollarStrength
	kinds        byteKinds // of the bytes of a paragraph
	lower        []byte    // an address in lower case
}

// listState says what is known of a list of delimiters.
type listState uint8

const (
	listNone    listState = iota // the page has none
	listUnknown                  // it is the value of a variable or a call
	listRead
)

// dollarStrength says what a single dollar needs to be a delimiter.
type dollarStrength uint8

const (
	dollarNever  dollarStrength = iota // C: nothing on the page speaks for it
	dollarLikely                       // B: the content must look like mathematics
	dollarSure                         // A: configured
)

func (c *mathConfig) reset() {
	*c = mathConfig{delimiters: c.delimiters[:0], declared: c.declared[:0], lower: c.lower[:0]}
}

// scanScript reads a script: a formula of MathJax 2, data, or code that
// configures a renderer.
func (p *page) scanScript(n dom.Node) {
	t := &p.tree
	a := p.reader.read(t, n)
	typ, src := a.typ, a.src
	if typ != "" {
		if scriptType(typ) != "" {
			p.mathScript(n, typ)
			return
		}
		if containsFold(typ, "json") {
			p.jsonNodes = append(p.jsonNodes, n)
			if !containsFold(typ, "ld+json") {
				p.scanSettings(n)
			}
			return
		}
	}
	if src != "" {
		p.config.scanAddress(src)
	}
	if a.lazySrc != "" {
		p.config.scanAddress(a.lazySrc)
	}
	if a.id != "" && (containsFold(a.id, "mathjax") || containsFold(a.id, "katex")) {
		p.config.library = true
	}
	child := t.FirstChild(n)
	if child == dom.None {
		return
	}
	code := t.RawText(child)
	if isState(code) {
		p.jsonNodes = append(p.jsonNodes, n)
		return
	}
	if !mentionsMath(code) {
		return
	}
	p.config.scanCode(code)
	if p.options.ExpandMacros {
		p.scanMacros(code)
	}
	p.classes.configure(p.config.ignoreClass, p.config.processClass)
	p.scanRenderCalls(code)
}

// maxSettings is the length in bytes of the longest JSON in which settings are
// looked for.
const maxSettings = 64 << 10

// scanSettings reads the configuration of a renderer in a script of JSON, where
// Drupal keeps it. In a text that JSON holds the quotes would have backslashes.
func (p *page) scanSettings(n dom.Node) {
	child := p.tree.FirstChild(n)
	if child == dom.None {
		return
	}
	code := p.tree.RawText(child)
	if len(code) > maxSettings || !bytes.Contains(code, []byte(`"inlineMath":`)) && !bytes.Contains(code, []byte(`"tex2jax":`)) {
		return
	}
	p.config.scanCode(code)
	p.classes.configure(p.config.ignoreClass, p.config.processClass)
}

// isState reports whether a script sets the state of an application, which may
// hold the text of the page.
func isState(code []byte) bool {
	head := code[:min(len(code), 100)]
	if len(code) < minJSONString || !bytes.Contains(head, []byte("__")) {
		return false
	}
	for _, name := range [...]string{"__NUXT__", "__INITIAL_STATE__", "__PRELOADED_STATE__", "__APOLLO_STATE__", "__DATA__"} {
		if bytes.Contains(head, []byte(name)) {
			return true
		}
	}
	return false
}

// maxLinks bounds how many links to other files of a page are kept in mind.
const maxLinks = 256

// scanLinks looks for a renderer among what the page links to for its own use:
// a style sheet, or a script that is fetched ahead. The script that loads the
// renderer is often a bundle without a name.
func (p *page) scanLinks() {
	for _, n := range p.links {
		href, _ := p.tree.Attr(n, "href")
		if href == "" {
			continue
		}
		switch rel, _ := p.tree.Attr(n, "rel"); {
		case containsFold(rel, "stylesheet"), containsFold(rel, "preload"), containsFold(rel, "prefetch"), containsFold(rel, "preconnect"):
			if p.config.scanAddress(href); p.config.library {
				return
			}
		}
	}
}

// scanAddress recognises renderers by the address of their files.
func (c *mathConfig) scanAddress(src string) {
	c.lower = c.lower[:0]
	for i := range min(len(src), 1000) {
		b := src[i]
		if b >= 'A' && b <= 'Z' {
			b |= 0x20
		}
		c.lower = append(c.lower, b)
	}
	for _, name := range [...]string{"mathjax", "katex", "asciimath", "mathquill", "jsmath", "temml", "mathml", "tex-chtml", "tex-svg", "tex-mml-"} {
		if bytes.Contains(c.lower, []byte(name)) {
			c.library = true
			break
		}
	}
	if !c.library {
		return
	}
	// MathJax names the input formats of its bundles: TeX-MML-AM_CHTML.
	if bytes.Contains(c.lower, []byte("asciimath")) || strings.Contains(src, "AM_CHTML") || strings.Contains(src, "AM_HTMLorMML") ||
		strings.Contains(src, "AM_SVG") || strings.Contains(src, "config=AM") {
		c.asciiMath = true
	}
}

// mentionsMath is the quick test that lets all other scripts pass unread. Most
// of them say Math.floor, hence the second look.
func mentionsMath(code []byte) bool {
	if i := bytes.Index(code, []byte("Math")); i >= 0 {
		code := code[i:]
		if bytes.Contains(code, []byte("MathJax")) || bytes.Contains(code, []byte("inlineMath")) ||
			bytes.Contains(code, []byte("MathInElement")) || bytes.Contains(code, []byte("IMath")) {
			return true
		}
	}
	return bytes.Contains(code, []byte("katex")) || bytes.Contains(code, []byte("KaTeX")) || bytes.Contains(code, []byte("mathjax"))
}

// scanCode reads delimiters out of a configuration. It is JavaScript, not JSON,
// so only the arrays of strings behind the known keys are read, by a scanner
// that skips whatever else there is.
func (c *mathConfig) scanCode(code []byte) {
	if bytes.Contains(code, []byte("MathJax")) || bytes.Contains(code, []byte("mathjax")) || bytes.Contains(code, []byte("katex")) ||
		bytes.Contains(code, []byte("renderMathInElement")) {
		c.library = true
	}
	if bytes.Contains(code, []byte("asciimath2jax")) || bytes.Contains(code, []byte("AMdelimiter")) || bytes.Contains(code, []byte("input/AsciiMath")) || bytes.Contains(code, []byte("input/asciimath")) ||
		bytes.Contains(code, []byte("ASCIIMathML")) || bytes.Contains(code, []byte("AM_CHTML")) || bytes.Contains(code, []byte("AM_HTMLorMML")) {
		c.asciiMath = true
	}
	c.eachKey(code, "inlineMath", func(v []byte) { c.pairs(v, false) })
	c.eachKey(code, "displayMath", func(v []byte) { c.pairs(v, true) })
	c.eachKey(code, "delimiters", c.objects)
	for _, key := range [...]string{"asciimath2jax", "asciimath"} {
		c.eachKey(code, key, c.asciiPairs)
	}
	for _, key := range [...]string{"ignoreClass", "ignoreHtmlClass"} {
		c.eachKey(code, key, func(v []byte) { readString(v, &c.ignoreClass) })
	}
	c.eachKey(code, "ignoredClasses", c.ignoredClasses)
	for _, key := range [...]string{"processClass", "processHtmlClass"} {
		c.eachKey(code, key, func(v []byte) { readString(v, &c.processClass) })
	}
}

// ignoredClasses reads ["a", "b"], names of KaTeX's auto-render.
func (c *mathConfig) ignoredClasses(value []byte) {
	s := jsScanner{src: value}
	if kind, _ := s.next(); kind != jsOpen || s.opened != '[' {
		return
	}
	for len(c.ignoreClass) < 300 {
		kind, name := s.next()
		if kind != jsString {
			return
		}
		if name != "" && len(name) < 100 {
			c.ignoreClass += "|" + name
		}
	}
}

// readString stores the string at the start of the code v.
func readString(v []byte, text *string) {
	s := jsScanner{src: v}
	if kind, value := s.next(); kind == jsString && len(value) < 300 {
		*text = value
	}
}

// maxKeys bounds how many times one key is read in a script.
const maxKeys = 16

// eachKey calls read with the code behind each "key:" in code.
func (c *mathConfig) eachKey(code []byte, key string, read func(value []byte)) {
	for range maxKeys {
		i := bytes.Index(code, []byte(key))
		if i < 0 {
			return
		}
		code = code[i+len(key):]
		v := bytes.TrimLeft(code, "\"' \t\r\n")
		if len(v) > 0 && (v[0] == ':' || v[0] == '=') {
			read(v[1:])
		}
	}
}

// pairs reads [["a","b"],["c","d"]], also inside {"[+]": …}.
func (c *mathConfig) pairs(value []byte, display bool) {
	s := jsScanner{src: value}
	kind, _ := s.next()
	if kind != jsOpen {
		if !display {
			c.inline = max(c.inline, listUnknown)
		}
		return
	}
	if !display {
		c.inline = listRead
	}
	add := kind == jsOpen && s.opened == '{'
	depth := 1
	var open string
	have := false
	for steps := 0; depth > 0 && steps < 200; steps++ {
		kind, text := s.next()
		switch kind {
		case jsOpen:
			depth++
			have = false
		case jsClose:
			depth--
		case jsString:
			if s.isKey() {
				add = true
				continue
			}
			if have {
				c.declare(open, text, display)
				have = false
			} else {
				open, have = text, true
			}
		case jsEnd:
			depth = 0
		case jsOther:
		}
	}
	if !add {
		c.listed = true
	}
}

// asciiPairs reads the delimiters of AsciiMath in {delimiters: [["a","b"], …]}.
func (c *mathConfig) asciiPairs(value []byte) {
	end := bytes.IndexByte(value, '}')
	if end < 0 || !bytes.HasPrefix(bytes.TrimLeft(value, " \t\r\n"), []byte{'{'}) {
		return
	}
	listed, inline, first := c.listed, c.inline, len(c.declared)
	c.eachKey(value[:end], "delimiters", func(v []byte) { c.pairs(v, false) })
	c.listed, c.inline = listed, inline // of TeX
	for i := first; i < len(c.declared); i++ {
		c.declared[i].form = formAsciiMath
	}
}

// objects reads [{left: "a", right: "b", display: true}, …].
func (c *mathConfig) objects(value []byte) {
	s := jsScanner{src: value}
	if kind, _ := s.next(); kind != jsOpen || s.opened != '[' {
		return
	}
	depth := 1
	var left, right, key string
	display := false
	for steps := 0; depth > 0 && steps < 400; steps++ {
		kind, text := s.next()
		switch kind {
		case jsOpen:
			depth++
			left, right, display = "", "", false
		case jsClose:
			depth--
			if left != "" && right != "" {
				c.declare(left, right, display)
				c.listed = true
				left, right = "", ""
			}
		case jsString, jsOther:
			if s.isKey() {
				key = text
				continue
			}
			switch key {
			case "left":
				left = text
			case "right":
				right = text
			case "display":
				display = text == "true" || text == "!0"
			}
			key = ""
		case jsEnd:
			depth = 0
		}
	}
}

// declare notes a pair of delimiters that the page lists.
func (c *mathConfig) declare(open, end string, display bool) {
	if open == "" || end == "" || len(open) > 40 || len(end) > 40 || len(c.declared) >= 40 {
		return
	}
	if open == "$" {
		c.dollar = c.dollar || end == "$"
		return
	}
	if open == "`" {
		c.asciiMath = true
		return
	}
	for _, d := range c.declared {
		if d.open == open {
			return
		}
	}
	c.declared = append(c.declared, delimiter{open: open, close: end, display: display, sure: true, form: formRaw})
}

// finish settles the table of delimiters once the whole page was seen.
func (c *mathConfig) finish(p *page) {
	if !c.library && p.hasDollar {
		p.scanLinks()
	}
	c.delimiters = append(c.delimiters[:0], c.declared...)
	for _, d := range defaultDelimiters {
		if !c.has(d.open) {
			c.delimiters = append(c.delimiters, d)
		}
	}
	switch {
	case c.dollar:
		c.strength = dollarSure
	case c.listed && c.inline != listUnknown:
		// The list of the page replaces the defaults: without it in the list,
		// a dollar is money.
		c.strength = dollarNever
		if p.rawPairs >= 3 {
			c.strength = dollarLikely
		}
	case c.library || c.listed || p.sureMath || len(p.atoms) > 0 || p.rawPairs >= 3:
		c.strength = dollarLikely
	}
	if !c.asciiMath && p.backquotes >= 2 && !p.codeSeen {
		c.asciiMath = true
	}
	if c.asciiMath {
		c.delimiters = append(c.delimiters, delimiter{open: "amath ", close: "endamath", form: formAsciiMath})
	}
	// Longer openers are tried first, so that "$$" is never two of "$".
	for i := 1; i < len(c.delimiters); i++ {
		for j := i; j > 0 && len(c.delimiters[j].open) > len(c.delimiters[j-1].open); j-- {
			c.delimiters[j], c.delimiters[j-1] = c.delimiters[j-1], c.delimiters[j]
		}
	}
	c.kinds = plainKinds
	for _, d := range c.delimiters {
		c.kinds[d.open[0]] |= bkPair
	}
	if c.asciiMath {
		c.kinds['`'] |= bkPair
	}
}

func (c *mathConfig) has(open string) bool {
	for _, d := range c.declared {
		if d.open == open {
			return true
		}
	}
	return false
}

// tripleDollars stand round formulas on Codeforces, where one dollar is money.
const tripleDollars = "$$$"

// wordDisplay and wordInline stand round formulas on Habr.
const (
	wordDisplay = "$$display$$"
	wordInline  = "$inline$"
)

// openWordPress opens formulas on WordPress, which a dollar closes.
const openWordPress = "$latex "

// defaultDelimiters hold on every page, beside the shortcodes.
var defaultDelimiters = [...]delimiter{
	{open: tripleDollars + tripleDollars, close: tripleDollars + tripleDollars, display: true},
	{open: tripleDollars, close: tripleDollars},
	{open: "$$", close: "$$", display: true, sure: true},
	{open: `\[`, close: `\]`, display: true, sure: true},
	{open: `\(`, close: `\)`, sure: true},
	{open: openWordPress, close: "$", form: formBBCode},
	{open: wordDisplay, close: wordDisplay, display: true, sure: true, form: formRaw},
	{open: wordInline, close: wordInline, sure: true, form: formRaw},
	{open: "[$]", close: "[/$]", sure: true, form: formRaw},
	{open: "[$$]", close: "[/$$]", display: true, sure: true, form: formRaw},
}

// firstString returns the string at the start of the code, which may be a raw
// template, and the code behind it.
func firstString(code []byte) (text string, rest []byte) {
	const raw = "String.raw`"
	if body, ok := bytes.CutPrefix(bytes.TrimLeft(code, " \t\r\n"), []byte(raw)); ok {
		inside, rest, ok := bytes.Cut(body, []byte{'`'})
		if !ok {
			return "", nil
		}
		return string(inside), rest
	}
	s := jsScanner{src: code}
	kind, text := s.next()
	if kind != jsString {
		return "", nil
	}
	return text, code[s.pos:]
}

// scanRenderCalls reads calls like
// katex.render("x^2", document.getElementById("a"), {displayMode: true}).
func (p *page) scanRenderCalls(code []byte) {
	const call = "katex.render("
	for range 200 {
		i := bytes.Index(code, []byte(call))
		if i < 0 {
			return
		}
		code = code[i+len(call):]
		window := code[:min(len(code), 4000)]
		source, rest := firstString(window)
		if source == "" {
			continue
		}
		if end := bytes.IndexByte(rest, ';'); end >= 0 {
			rest = rest[:end]
		}
		id := ""
		for _, get := range [...]string{"getElementById(", "querySelector(", "$("} {
			if j := bytes.Index(rest, []byte(get)); j >= 0 {
				s := jsScanner{src: rest[j+len(get):]}
				if kind, text := s.next(); kind == jsString {
					id = strings.TrimPrefix(text, "#")
				}
				break
			}
		}
		if id == "" {
			rest = bytes.TrimLeft(rest, ", \t\r\n")
			j := 0
			for j < len(rest) && isIdentifier(rest[j]) {
				j++
			}
			id = string(rest[:j]) // an element's id is a global variable
		}
		if id != "" {
			display := bytes.Contains(rest, []byte("displayMode: true")) || bytes.Contains(rest, []byte("displayMode:true")) || bytes.Contains(rest, []byte("displayMode:!0"))
			p.renderCalls = append(p.renderCalls, renderCall{id: id, tex: source, display: display})
		}
	}
}
