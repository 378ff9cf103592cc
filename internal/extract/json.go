package extract

import (
	"bytes"
	"encoding/json"
	"html"
	"maps"
	"slices"
	"strings"

	"mathsieve/internal/corpus"
	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/tex"
)

// Limits of what is read of a page's structured data.
const (
	maxJSONBytes  = 4 << 20
	maxJSONDepth  = 40
	maxJSONParts  = 200
	minJSONString = 80 // bytes; shorter strings are labels
	minJSONAnswer = 10 // bytes; the same below a question
	maxJSONTitle  = 300
)

// fromJSON fills doc with the text that the page keeps in JSON: a page that is
// built by a script has no other. The strings go through the whole extraction
// once more, as the page that they would have made.
func (p *page) fromJSON(doc *corpus.Document) {
	var page bytes.Buffer
	for _, p.shortJSON = range [...]bool{false, true} {
		p.preloadedPage(&page)
		for _, n := range p.jsonNodes {
			p.jsonPage(&page, n)
			if page.Len() > maxJSONBytes {
				break
			}
		}
		if page.Len() > 0 {
			break
		}
	}
	if page.Len() == 0 {
		return
	}
	before, found := *doc, p.tally
	content := page.Bytes()
	if title := before.Metadata.Title; title != "" && !bytes.HasPrefix(content, []byte("<h1>")) &&
		!bytes.Contains(content[:min(len(content), 2*maxJSONTitle)], []byte(title)) {
		var titled bytes.Buffer
		appendTitle(&titled, title)
		titled.Write(content)
		content = titled.Bytes()
	}
	body := bytes.ToValidUTF8(content, []byte("\uFFFD"))
	if err := p.tree.Parse(body, p.options.limits()); err != nil {
		return
	}
	p.nested = true
	p.config.library = true // the text is a source that a script renders
	p.run(doc)
	if len(doc.Text) <= len(before.Text) {
		*doc, p.tally = before, found
		return
	}
	found.loseText(lossDuplicate) // the page showed a part of it
	p.tally.add(&found)
	p.tally.fill(&doc.Metadata)
}

// jsonPage appends to page the HTML of what the script n holds.
func (p *page) jsonPage(page *bytes.Buffer, n dom.Node) {
	child := p.tree.FirstChild(n)
	if child == dom.None {
		return
	}
	raw := p.tree.RawText(child)
	if len(raw) > maxJSONBytes {
		return
	}
	typ, _ := p.tree.Attr(n, "type")
	if !containsFold(typ, "json") {
		// window.__NUXT__={…}: the object behind the first equals sign.
		i := bytes.IndexByte(raw, '=')
		if i < 0 {
			return
		}
		raw = bytes.TrimRight(bytes.TrimSpace(raw[i+1:]), ";")
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		scriptStrings(page, raw, p.shortJSON)
		return
	}
	if containsFold(typ, "ld+json") {
		appendLinkedData(page, value, 0)
		return
	}
	appendParts(page, value, p.shortJSON)
}

// preloadedPage appends to page the HTML of the topic that Discourse keeps in an
// attribute, as an object of JSON in strings.
func (p *page) preloadedPage(page *bytes.Buffer) {
	t := &p.tree
	for n := t.Find(dom.Root, dom.Div); n != dom.None; n = t.FindNext(dom.Root, n, dom.Div) {
		data, ok := t.Attr(n, "data-preloaded")
		if !ok {
			continue
		}
		var stores map[string]string
		if len(data) > maxJSONBytes || json.Unmarshal([]byte(data), &stores) != nil {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(stores)) {
			if number, ok := strings.CutPrefix(name, "topic_"); !ok || number == "" || number[0] < '0' || number[0] > '9' {
				continue // settings of the forum, lists of topics
			}
			var topic any
			if json.Unmarshal([]byte(stores[name]), &topic) == nil {
				appendParts(page, topic, p.shortJSON)
			}
		}
		return
	}
}

// appendParts appends the texts in a value of an application, short ones among
// them if they hold a formula and short says so.
func appendParts(page *bytes.Buffer, value any, short bool) {
	c := jsonCollector{seen: make(map[string]bool), short: short}
	c.collect(value, "", 0)
	for _, part := range c.parts {
		if part.title != "" {
			appendTitle(page, part.title)
		}
		appendFragment(page, part.text)
	}
}

// appendTitle appends a heading: that of the page, or of a part below it.
func appendTitle(page *bytes.Buffer, title string) {
	tag := "h1>"
	if page.Len() > 0 {
		tag = "h2>"
	}
	page.WriteString("<" + tag)
	page.WriteString(html.EscapeString(html.UnescapeString(title)))
	page.WriteString("</" + tag + "\n")
}

// scriptStrings appends the long strings behind content keys in a script that is
// no JSON, such as a function that returns the state; short is as in appendParts.
func scriptStrings(page *bytes.Buffer, code []byte, short bool) {
	s := jsScanner{src: code}
	key := ""
	for parts := 0; parts < maxJSONParts; {
		kind, text := s.next()
		switch {
		case kind == jsEnd:
			return
		case (kind == jsString || kind == jsOther) && s.isKey():
			key = text
		case kind == jsString:
			if contentKeys[key] && (len(text) >= minJSONString || short && isShortText(text)) && !strings.HasPrefix(text, "http") {
				appendFragment(page, text)
				parts++
			}
			key = ""
		}
	}
}

// appendLinkedData appends the texts of a schema.org object: questions with
// their answers, and articles.
func appendLinkedData(page *bytes.Buffer, value any, depth int) {
	if depth > maxJSONDepth {
		return
	}
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			appendLinkedData(page, item, depth+1)
		}
	case map[string]any:
		name, _ := v["name"].(string)
		if headline, ok := v["headline"].(string); ok {
			name = headline
		}
		text := ""
		for _, key := range [...]string{"articleBody", "text"} {
			if s, ok := v[key].(string); ok && len(s) > len(text) {
				text = s
			}
		}
		if text == "" && hasType(v, "HowTo", "Course", "LearningResource", "Quiz") {
			text, _ = v["description"].(string)
		}
		if name != "" && text != "" {
			appendTitle(page, name)
		}
		if text != "" {
			appendFragment(page, text)
		}
		for _, key := range [...]string{"@graph", "mainEntity", "acceptedAnswer", "suggestedAnswer", "hasPart", "comment"} {
			if inner, ok := v[key]; ok {
				appendLinkedData(page, inner, depth+1)
			}
		}
	}
}

func hasType(v map[string]any, names ...string) bool {
	typ, _ := v["@type"].(string)
	return slices.Contains(names, typ)
}

// contentKeys are the names under which applications keep the text of a page.
var contentKeys = map[string]bool{
	"contentHtml": true, "body": true, "content": true, "html": true, "text": true, "description": true, "cooked": true,
	"bodyHtml": true, "contentHTML": true, "markdown": true, "question": true, "answer": true, "solution": true, "articleBody": true,
	"content_html": true, "body_html": true, "content_md": true, "body_md": true, "content_markdown": true, "body_markdown": true,
	"contentMd": true, "bodyMd": true, "contentMarkdown": true, "bodyMarkdown": true, "statement": true, "background": true,
}

// companionKeys are the names of what belongs to a text in the same object, in
// the order of a problem and its solution. These count even if they are short.
var companionKeys = [...]string{
	"inputFormat", "input_format", "inputDescription", "input_description",
	"outputFormat", "output_format", "outputDescription", "output_description", "constraints",
	"hint", "hints", "explanation", "solution", "answer",
}

// A jsonPart is one text, below the title of the object that it is of.
type jsonPart struct{ title, text string }

// A jsonCollector gathers the long strings behind content keys, in the order of
// their paths so that the result does not depend on Go's maps. What an object
// says itself comes before what it holds: a question before its answers.
type jsonCollector struct {
	parts   []jsonPart
	seen    map[string]bool
	title   string // of the next part
	answers int    // depth of lists of answers
	short   bool   // take short strings with a formula, too
}

func (c *jsonCollector) collect(value any, key string, depth int) {
	if depth > maxJSONDepth || len(c.parts) >= maxJSONParts {
		return
	}
	switch v := value.(type) {
	case string:
		if len(v) >= minJSONString && (v[0] == '{' || v[0] == '[') {
			// Discourse keeps JSON in the strings of its JSON, and so do the
			// answers of servers that SvelteKit keeps.
			var inner any
			if json.Unmarshal([]byte(v), &inner) == nil {
				c.collect(inner, key, depth+1)
				return
			}
		}
		if c.isText(v, key) {
			c.add(v, key)
		}
	case []any:
		for _, item := range v {
			c.collect(item, key, depth+1)
		}
	case map[string]any:
		outer := c.title
		title, _ := v["title"].(string)
		if title = strings.TrimSpace(title); title != "" && len(title) <= maxJSONTitle {
			c.title = title
		} else {
			title = ""
		}
		keys := slices.SortedFunc(maps.Keys(v), questionsFirst)
		before := len(c.parts)
		for _, holders := range [...]bool{false, true} {
			for _, k := range keys {
				if isHolder(v[k]) != holders {
					continue
				}
				if answerKeys[k] {
					c.answers++
				}
				c.collect(v[k], k, depth+1)
				if answerKeys[k] {
					c.answers--
				}
			}
			if !holders && len(c.parts) > before {
				c.addCompanions(v, before)
			}
		}
		if title != "" && c.title == title {
			c.title = outer // nothing in this object was a text
		}
	}
}

// add adds the text behind key.
func (c *jsonCollector) add(text, key string) {
	c.seen[text] = true
	part := jsonPart{text: text}
	if key != "description" { // which pages have, too
		part.title, c.title = c.title, ""
	}
	c.parts = append(c.parts, part)
}

// addCompanions adds what belongs to the texts of object, the first of which is
// part first: single strings and lists.
func (c *jsonCollector) addCompanions(object map[string]any, first int) {
	for _, key := range companionKeys {
		values, ok := object[key].([]any)
		if !ok {
			values = []any{object[key]}
		}
		for _, value := range values {
			if s, ok := value.(string); ok && len(s) >= minJSONAnswer && !c.seen[s] && !strings.HasPrefix(s, "http") && len(c.parts) < maxJSONParts {
				if part := &c.parts[first]; part.title == "" {
					part.title, c.title = c.title, ""
				}
				c.add(s, key)
			}
		}
	}
}

// isText reports whether a string behind key is a text of the page that was not
// there before.
func (c *jsonCollector) isText(s, key string) bool {
	if !contentKeys[key] || c.seen[s] || strings.HasPrefix(s, "http") {
		return false
	}
	shortest := minJSONString
	if len(c.parts) > 0 && (c.answers > 0 || key == "cooked") {
		shortest = minJSONAnswer
	}
	return len(s) >= shortest || c.short && isShortText(s)
}

// isShortText reports whether a string, too short for a text by itself, is no
// label, because it holds a formula.
func isShortText(s string) bool {
	if len(s) < minJSONAnswer {
		return false
	}
	for _, sign := range [...]string{`\(`, `\[`, "$$", "<math", `class="math`, "katex"} {
		if strings.Contains(s, sign) {
			return true
		}
	}
	for {
		_, after, ok := strings.Cut(s, "$")
		if !ok {
			return false
		}
		inside, _, ok := strings.Cut(after, "$")
		if !ok {
			return false
		}
		if tex.LooksMath(inside) && tex.Money(inside) == 0 {
			return true
		}
		s = after
	}
}

// answerKeys are the names of lists whose texts count even if they are short.
var answerKeys = map[string]bool{
	"answers": true, "answer": true, "acceptedAnswer": true, "suggestedAnswer": true, "solutions": true, "replies": true,
}

// questionsFirst orders the keys of an object: by name, but answers last.
func questionsFirst(a, b string) int {
	switch lastA, lastB := answerKeys[a] || a == "solution", answerKeys[b] || b == "solution"; {
	case lastA && !lastB:
		return 1
	case lastB && !lastA:
		return -1
	}
	return strings.Compare(a, b)
}

// isHolder reports whether a value holds other values.
func isHolder(value any) bool {
	switch value.(type) {
	case []any, map[string]any:
		return true
	}
	return false
}

// appendFragment appends a string as HTML: as it is if it has tags, else with a
// paragraph for every block of lines.
func appendFragment(page *bytes.Buffer, s string) {
	page.WriteString("<div>")
	defer page.WriteString("</div>\n")
	if looksLikeFragment(s) {
		page.WriteString(s)
		return
	}
	s = html.UnescapeString(s)
	if looksLikeFragment(s) {
		page.WriteString(s)
		return
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		page.WriteString("<p>")
		page.WriteString(strings.ReplaceAll(html.EscapeString(part), "\n", "<br>"))
		page.WriteString("</p>\n")
	}
}

// looksLikeFragment reports whether s has tags of HTML.
func looksLikeFragment(s string) bool {
	for _, tag := range [...]string{"</p>", "<p>", "<br", "</div>", "</span>", "</li>", "</a>", "</strong>", "</em>", "<img"} {
		if strings.Contains(s, tag) {
			return true
		}
	}
	return false
}
