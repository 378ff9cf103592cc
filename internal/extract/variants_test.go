package extract

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"mathsieve/internal/corpus"
)

// A variant is the body of a small page and the text that must come out of it.
type variant struct{ name, body, want string }

// readVariants returns the variants of each form, by the name of its file: an
// archive of pairs, "html: NAME" and "text".
func readVariants(tb testing.TB) map[string][]variant {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "forms", "*.txtar"))
	if err != nil || len(names) == 0 {
		tb.Fatalf("no archives: %v", err)
	}
	forms := make(map[string][]variant)
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		form := strings.TrimSuffix(filepath.Base(name), ".txtar")
		files := archive.Files
		for len(files) > 0 {
			title, ok := strings.CutPrefix(files[0].Name, "html: ")
			if !ok || len(files) < 2 || files[1].Name != "text" {
				tb.Fatalf("%s: %q is not followed by a text", name, files[0].Name)
			}
			forms[form] = append(forms[form], variant{
				name: title, body: string(files[0].Data), want: strings.TrimSpace(string(files[1].Data)),
			})
			files = files[2:]
		}
	}
	return forms
}

// page returns the page with the body of v.
func (v variant) page() []byte {
	return fmt.Appendf(nil, "<!DOCTYPE html><html lang=en><head><meta charset=utf-8></head><body>%s</body></html>", v.body)
}

// TestVariants extracts the spellings that each form of formula has on the web.
func TestVariants(t *testing.T) {
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	forms := readVariants(t)
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		passed := 0
		for _, v := range forms[form] {
			var doc corpus.Document
			w.Extract(Input{Body: v.page(), ContentType: "text/html"}, &doc)
			if doc.Text != v.want {
				t.Errorf("%s: %s\n--- got\n%s\n--- want\n%s", form, v.name, doc.Text, v.want)
				continue
			}
			passed++
		}
		t.Logf("%-10s %3d of %3d", form, passed, len(forms[form]))
	}
}

// TestVariantsAnywhere extracts each spelling at the end of blocks, in a cell, in
// a heading and cut off: whatever comes out is a text.
func TestVariantsAnywhere(t *testing.T) {
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	for _, variants := range readVariants(t) {
		for _, v := range variants {
			for _, around := range [][2]string{
				{"<div><blockquote><ul><li><p>Text ", "</p></li></ul></blockquote></div><p>End"},
				{"<div><div><p>Text ", ""},
				{"<table border=1><tr><td>Text<td>", "</td></tr><tr><td>One<td>Two</td></tr></table>"},
				{"<h2>Text ", "</h2><p>End"},
				{"<pre><code>Text ", "</code></pre><p>End"},
			} {
				var doc corpus.Document
				for _, body := range []string{v.body, v.body[:len(v.body)*2/3]} {
					w.Extract(Input{Body: []byte("<html><body>" + around[0] + body + around[1]), ContentType: "text/html"}, &doc)
					checkText(t, doc.Text)
				}
			}
		}
	}
}
