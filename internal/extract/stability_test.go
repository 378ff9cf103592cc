package extract

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mathsieve/internal/corpus"
)

// TestStability asks whether the text stays the same, byte by byte, if the
// attributes of all tags are written in the opposite order and white space is
// written with other characters.
func TestStability(t *testing.T) {
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	extract := func(body []byte) (doc corpus.Document) {
		w.Extract(Input{Body: body, ContentType: "text/html"}, &doc)
		return doc
	}
	f := func(name string, body []byte) {
		t.Helper()
		want := extract(body)
		for _, reverse := range []bool{true, false} {
			if !reverse && slices.ContainsFunc(codeWithoutPre, func(sign string) bool { return bytes.Contains(body, []byte(sign)) }) {
				continue
			}
			other := rewritten(body, reverse, !reverse)
			if got := extract(other); got.Text != want.Text {
				t.Errorf("%s, attributes reversed %v:\n got %q\nwant %q\nsource %s", name, reverse, got.Text, want.Text, other)
			}
		}
	}
	for form, variants := range readVariants(t) {
		for _, v := range variants {
			f(form+": "+v.name, v.page())
		}
	}
	for name, body := range goldPages(t) {
		f(name, body)
	}
	names, err := filepath.Glob(filepath.Join("testdata", "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f(name, body)
	}
	f("two sources in attributes", []byte(`<p>a <span class="math" data-content="see" data-latex="x^2" data-tex="y^2">?</span> b`))
	f("two addresses", []byte(`<p>a <img class="l" data-src="/a.gif" data-lazy-src="https://latex.codecogs.com/gif.latex?x^2" src="b.gif"> b`))
	f("alttext and source", []byte(`<p>a <math data-latex="x_1" alttext="x_{1}"><mi>x</mi></math> b`))
}

// codeWithoutPre are signs of code whose white space shows though it is not in pre.
var codeWithoutPre = []string{`class="fragment"`, `syntaxhighlighter`, `ltx_lstlisting`, `<code class="language-c">`}

// rewritten returns a page with the attributes of its tags in the opposite
// order, or with other white space: two blanks for one, a tab after a line end.
func rewritten(body []byte, reverse, space bool) []byte {
	var out bytes.Buffer
	z := html.NewTokenizer(bytes.NewReader(body))
	verbatim := 0 // depth of elements whose white space shows
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case html.ErrorToken:
			out.WriteString(raw)
			return out.Bytes()
		case html.TextToken:
			if space && verbatim == 0 {
				raw = otherSpace(raw)
			}
			out.WriteString(raw)
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			verbatim += verbatimDepth(string(name), kind)
			var attributes []string
			seen := map[string]bool{}
			twice := false
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				twice = twice || seen[string(key)]
				seen[string(key)] = true
				attributes = append(attributes, string(key)+`="`+html.EscapeString(string(value))+`"`)
			}
			if twice || !reverse {
				out.WriteString(raw)
				continue
			}
			slices.Reverse(attributes)
			out.WriteString("<" + string(name))
			for _, a := range attributes {
				out.WriteString("\n " + a)
			}
			if kind == html.SelfClosingTagToken {
				out.WriteString(" /")
			}
			out.WriteString(">")
		case html.EndTagToken:
			name, _ := z.TagName()
			verbatim = max(0, verbatim-verbatimDepth(string(name), html.StartTagToken))
			out.WriteString(raw)
		default:
			out.WriteString(raw)
		}
	}
}

func verbatimDepth(name string, kind html.TokenType) int {
	switch name {
	case "pre", "textarea", "script", "style", "xmp", "listing", "title":
		if kind == html.StartTagToken {
			return 1
		}
	}
	return 0
}

var spaces = strings.NewReplacer(" ", "  ", "\n", "\n\t", "\t", " ")

func otherSpace(s string) string { return spaces.Replace(s) }
