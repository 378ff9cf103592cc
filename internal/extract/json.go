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
)

// Limits of what is read of a page's structured data.
const (
	maxJSONBytes  = 4 << 20
	maxJSONDepth  = 40
	maxJSONParts  = 200
	minJSONString = 80 // bytes; shorter strings are labels
)

// fromJSON fills doc with the text that the page keeps in JSON: a page that is
// built by a script has no other. The strings go through the whole extraction
// once more, as the page that they would have made.
func (p *page) fromJSON(doc *corpus.Document) {
	nodes := p.jsonNodes
	if len(nodes) == 0 {
		return
	}
	var page bytes.Buffer
	for _, n := range nodes {
		p.jsonPage(&page, n)
		if page.Len() > maxJSONBytes {
			break
		}
	}
	if page.Len() == 0 {
		return
	}
	before, found := *doc, p.tally
	body := bytes.ToValidUTF8(page.Bytes(), []byte("\uFFFD"))
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
		scriptStrings(page, raw)
		return
	}
	if containsFold(typ, "ld+json") {
		appendLinkedData(page, value, 0)
		return
	}
	c := jsonCollector{seen: make(map[string]bool)}
	c.collect(value, "", 0)
	for _, s := range c.parts {
		appendFragment(page, s)
	}
}

// scriptStrings appends the long strings behind content keys in a script that is
// no JSON, such as a function that returns the state.
func scriptStrings(page *bytes.Buffer, code []byte) {
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
			if contentKeys[key] && len(text) >= minJSONString && !strings.HasPrefix(text, "http") {
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
			page.WriteString("<h1>")
			page.WriteString(html.EscapeString(html.UnescapeString(name)))
			page.WriteString("</h1>\n")
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
}

// A jsonCollector gathers the long strings behind content keys, in the order of
// their paths so that the result does not depend on Go's maps.
type jsonCollector struct {
	parts []string
	seen  map[string]bool
}

func (c *jsonCollector) collect(value any, key string, depth int) {
	if depth > maxJSONDepth || len(c.parts) >= maxJSONParts {
		return
	}
	switch v := value.(type) {
	case string:
		if contentKeys[key] && len(v) >= minJSONString && !c.seen[v] && !strings.HasPrefix(v, "http") {
			c.seen[v] = true
			c.parts = append(c.parts, v)
		} else if len(v) > 2*minJSONString && len(v) > 1 && (v[0] == '{' || v[0] == '[') {
			// Discourse keeps JSON in the strings of its JSON.
			var inner any
			if json.Unmarshal([]byte(v), &inner) == nil {
				c.collect(inner, key, depth+1)
			}
		}
	case []any:
		for _, item := range v {
			c.collect(item, key, depth+1)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			c.collect(v[k], k, depth+1)
		}
	}
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
