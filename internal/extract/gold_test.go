package extract

import (
	"bytes"
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"mathsieve/internal/corpus"
	"mathsieve/internal/extract/charset"
)

// Floors of the text quality on the gold pages, in parts of one.
const (
	goldF1       = 0.98 // of all tokens
	goldF1Page   = 0.90 // of the worst page
	goldMinPages = 40
)

// A quality compares the tokens of a text with those of the main part of its
// page.
type quality struct{ common, got, want int }

func (q quality) precision() float64 { return float64(q.common) / float64(max(q.got, 1)) }
func (q quality) recall() float64    { return float64(q.common) / float64(max(q.want, 1)) }
func (q quality) f1() float64        { return 2 * float64(q.common) / float64(max(q.got+q.want, 1)) }

// goldPages returns the pages of known main text, by their names.
func goldPages(tb testing.TB) map[string][]byte {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "gold", "*.html"))
	if err != nil {
		tb.Fatal(err)
	}
	pages := make(map[string][]byte)
	for _, name := range names {
		if pages[name], err = os.ReadFile(name); err != nil {
			tb.Fatal(err)
		}
	}
	return pages
}

// TestGold measures precision and recall of tokens on pages whose main text is
// known. It stands between comments, <!--gold--> and <!--/gold-->, or, if the
// page is built by a script, in a file of its own.
func TestGold(t *testing.T) {
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	pages := goldPages(t)
	if len(pages) < goldMinPages {
		t.Errorf("%d pages, want %d", len(pages), goldMinPages)
	}
	var sum quality
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		want, err := os.ReadFile(strings.TrimSuffix(name, ".html") + ".gold")
		if err != nil {
			want = goldText(t, pages[name])
		}
		var doc corpus.Document
		if reason := w.Extract(Input{Body: pages[name], ContentType: "text/html"}, &doc); reason != "" {
			t.Fatalf("%s: %s", name, reason)
		}
		checkTally(t, w, name, &doc)
		checkText(t, doc.Text)
		q, missing, extra := compareTokens(tokens(doc.Text), tokens(string(want)))
		sum.common, sum.got, sum.want = sum.common+q.common, sum.got+q.got, sum.want+q.want
		t.Logf("%-28s precision %.3f recall %.3f F1 %.3f", filepath.Base(name), q.precision(), q.recall(), q.f1())
		if q.f1() < goldF1Page {
			t.Errorf("%s: F1 %.3f, want %.2f", name, q.f1(), goldF1Page)
		}
		if testing.Verbose() {
			t.Logf("missing %v, too much %v", missing, extra)
		}
	}
	t.Logf("%d pages: precision %.4f recall %.4f F1 %.4f", len(pages), sum.precision(), sum.recall(), sum.f1())
	if sum.f1() < goldF1 {
		t.Errorf("F1 %.4f, want %.2f", sum.f1(), goldF1)
	}
}

// goldText returns the main text of a page, parsed by another parser. The
// source of a formula counts once: its script, annotation, alternative text or
// what stands between delimiters.
func goldText(t *testing.T, body []byte) []byte {
	t.Helper()
	body, _ = charset.Decode(nil, body, "text/html")
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	gold, marked := false, false
	var visit func(n *html.Node)
	visit = func(n *html.Node) {
		switch n.Type {
		case html.CommentNode:
			switch n.Data {
			case "gold":
				gold, marked = true, true
			case "/gold":
				gold = false
			}
		case html.TextNode:
			if gold {
				text = append(text, n.Data...)
			}
		case html.ElementNode:
			switch attr := attributes(n); {
			case n.Data == "script" && !strings.HasPrefix(attr["type"], "math/tex"), n.Data == "style":
				return
			case strings.HasPrefix(attr["class"], "MathJax"), attr["class"] == "katex-html":
				return
			case n.Data == "math":
				if gold {
					text = append(text, " "+cmp.Or(annotation(n), attr["alttext"])+" "...)
				}
				return
			case n.Data == "img" && gold && attr["alt"] != "":
				text = append(text, " "+attr["alt"]+" "...)
			}
			if !inlineElements[n.Data] {
				text = append(text, ' ')
			}
		default:
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			visit(c)
		}
		if n.Type == html.ElementNode && !inlineElements[n.Data] {
			text = append(text, ' ')
		}
	}
	visit(root)
	if !marked {
		t.Fatal("no main part is marked")
	}
	return text
}

var inlineElements = makeSet("a b i em strong span font code sub sup small tt")

func attributes(n *html.Node) map[string]string {
	m := make(map[string]string)
	for _, a := range n.Attr {
		m[a.Key] = a.Val
	}
	return m
}

// annotation returns the TeX in a math element, or "".
func annotation(n *html.Node) string {
	if n.Type == html.ElementNode && n.Data == "annotation" && n.FirstChild != nil {
		return n.FirstChild.Data
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if s := annotation(c); s != "" {
			return s
		}
	}
	return ""
}

// markers are what pages and texts write round formulas, list items and code,
// which is no text.
var markers = regexp.MustCompile(`(?m)\[/?(?:tex|math)\]|<!\[CDATA\[|^ *[0-9]+\. |^` + "```[a-z]*$")

// tokens splits a text into words and numbers; ideographs and kana are words of
// their own. Names of environments that only delimit are no tokens.
func tokens(text string) (words []string) {
	for _, name := range []string{"equation*", "aligned", "align"} {
		text = strings.NewReplacer(`\begin{`+name+"}", " ", `\end{`+name+"}", " ").Replace(text)
	}
	text = markers.ReplaceAllString(text, " ")
	start := -1
	flush := func(end int) {
		if start >= 0 {
			words = append(words, text[start:end])
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			flush(i)
			words = append(words, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if start < 0 {
				start = i
			}
		default:
			flush(i)
		}
	}
	flush(len(text))
	return words
}

// compareTokens counts the tokens that two texts have in common.
func compareTokens(got, want []string) (q quality, missing, extra []string) {
	q.got, q.want = len(got), len(want)
	count := make(map[string]int)
	for _, w := range want {
		count[w]++
	}
	for _, w := range got {
		if count[w] > 0 {
			count[w]--
			q.common++
		} else {
			extra = append(extra, w)
		}
	}
	for _, w := range want {
		if count[w] > 0 {
			count[w]--
			missing = append(missing, w)
		}
	}
	return q, missing, extra
}
