package dom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// benchPages returns a page of each class that the benchmarks measure.
func benchPages() map[string][]byte {
	const words = "Let the sequence be bounded &amp; monotone; then it converges, as we shall prove below. "
	page := func(body string, repeat int) []byte {
		return []byte(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Page</title>` +
			`<link rel="stylesheet" href="/static/css/main.css"></head><body class="page home">` +
			strings.Repeat(body, repeat) + "</body></html>")
	}
	return map[string][]byte{
		"article": page(`<div class="section"><h2 id="s1">Heading</h2><p>`+strings.Repeat(words, 4)+
			`<a href="/wiki/Limit" title="Limit">limit</a> `+words+`<em>so</em>.</p>`+"\n\n<p>"+words+"</p></div>\n", 200),
		"links": page(`<li class="nav-item menu-item-type-post"><a class="nav-link" href="https://example.org/a/b/c.html?x=1&amp;y=2">`+
			"Item</a></li>\n", 1000),
		"table": page("<table class=wiki><tr><th>n<th>value\n"+strings.Repeat("<tr><td>12<td align=right><b>3.14</b>\n", 40)+
			"</table>\n", 30),
		"mathml": page(`<p>Then <math xmlns="http://www.w3.org/1998/Math/MathML" alttext="x^2"><semantics><mrow><msup><mi>x</mi>`+
			`<mn>2</mn></msup><mo>+</mo><mi>y</mi></mrow><annotation encoding="application/x-tex">x^2+y</annotation>`+
			`</semantics></math> holds.</p>`+"\n", 300),
		"scripts": page(`<script>`+strings.Repeat("var a = b < c ? d : e; // comment\n", 100)+"</script><style>"+
			strings.Repeat(".a > .b { color: #fff }\n", 50)+"</style><p>text</p>", 20),
		"misnested": page("<p><b>bold<i>both</b>italic</i><table><tr>fostered<td>cell</table><font color=red><p>red</font></p>\n", 500),
	}
}

func BenchmarkParse(b *testing.B) {
	for name, page := range benchPages() {
		b.Run(name, func(b *testing.B) { benchmarkParse(b, [][]byte{page}) })
	}
}

func BenchmarkReal(b *testing.B) {
	var pages [][]byte
	size := 0
	realPages(b, "data/web/*.warc.gz", func(_ string, body []byte) {
		if size += len(body); size < 200<<20 {
			pages = append(pages, body)
		}
	})
	benchmarkParse(b, pages)
}

// benchmarkParse measures the table, what reads all text and attributes in it
// adds, and the two ways of golang.org/x/net/html.
func benchmarkParse(b *testing.B, pages [][]byte) {
	size := 0
	for _, page := range pages {
		size += len(page)
	}
	run := func(name string, f func(page []byte) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, page := range pages {
					if err := f(page); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(len(pages)), "pages/op")
		})
	}
	var tree Tree
	var text []byte
	o := DefaultOptions()
	run("table", func(page []byte) error { return tree.Parse(page, o) })
	run("table+text", func(page []byte) error {
		err := tree.Parse(page, o)
		text = tree.AppendText(text[:0], Root)
		return err
	})
	run("table+class", func(page []byte) error {
		err := tree.Parse(page, o)
		for n := Root; int(n) < tree.Len(); n++ {
			if tree.IsElement(n) && tree.HasAnyClass(n, "katex", "MathJax", "mwe-math-element") {
				text = append(text[:0], tree.Name(n)...)
			}
		}
		return err
	})
	run("html.Parse", func(page []byte) error {
		_, err := html.Parse(bytes.NewReader(page))
		return err
	})
	run("html.Tokenizer", func(page []byte) error {
		z := html.NewTokenizer(bytes.NewReader(page))
		for z.Next() != html.ErrorToken {
		}
		if err := z.Err(); !errors.Is(err, io.EOF) {
			return fmt.Errorf("tokenize: %w", err)
		}
		return nil
	})
}
