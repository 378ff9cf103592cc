package extract

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mathsieve/internal/corpus"
)

// checkTally reports formulas of the last page of w that were found and are
// neither in the text nor counted as lost, and texts with another number of
// formulas than the metadata says.
func checkTally(t *testing.T, w *Worker, name string, doc *corpus.Document) {
	t.Helper()
	tally := &w.page.tally
	for f, found := range tally.found {
		n := tally.emitted[f]
		for _, lost := range tally.lost[f] {
			n += lost
		}
		if n != found {
			t.Errorf("%s: %d formulas of form %s found, %d accounted for: %v", name, found, formNames[f], n, tally.lost[f])
		}
	}
	if n, ok := countDelimited(doc.Text); ok && n != doc.Metadata.FormulaCount() {
		t.Errorf("%s: %d formulas in the text, %d by the metadata", name, n, doc.Metadata.FormulaCount())
	}
}

var (
	codeFence = regexp.MustCompile("(?ms)^[ >-]*(```+)[^`\n]*$.*?^[ >]*```+$")
	codeSpan  = regexp.MustCompile("`[^`]+`")
)

// countDelimited counts the formulas in a text by their dollars. It gives up
// where formulas hold dollars or back-quotes themselves.
func countDelimited(text string) (n int, ok bool) {
	text = codeFence.ReplaceAllString(text, "")
	if strings.Contains(text, "``") {
		return 0, false
	}
	text = codeSpan.ReplaceAllString(text, "")
	singles, doubles := 0, 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == '`':
			return 0, false
		case text[i] == '$' && i+1 < len(text) && text[i+1] == '$':
			doubles++
			i++
		case text[i] == '$':
			singles++
		}
	}
	return (singles + doubles) / 2, !strings.Contains(text, `text{`) && !strings.Contains(text, "box{")
}

// TestTally asks of each fixture, and of each real page if there are any,
// whether all formulas that were found are accounted for.
func TestTally(t *testing.T) {
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	for form, variants := range readVariants(t) {
		for _, v := range variants {
			var doc corpus.Document
			w.Extract(Input{Body: v.page(), ContentType: "text/html"}, &doc)
			checkTally(t, w, form+": "+v.name, &doc)
		}
	}
	pages, err := filepath.Glob(filepath.Join("testdata", "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pages {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var doc corpus.Document
		w.Extract(Input{Body: body, ContentType: "text/html"}, &doc)
		checkTally(t, w, name, &doc)
	}
	for _, name := range warcFiles(t) {
		readResponses(t, name, func(in Input) {
			var doc corpus.Document
			w.Extract(in, &doc)
			checkTally(t, w, in.URL, &doc)
		})
	}
}

// warcFiles returns the files of real pages, none if there is no data folder.
func warcFiles(tb testing.TB) []string {
	tb.Helper()
	root := os.Getenv("MATHSIEVE_DATA")
	if root == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(root, "data", "web", "*.warc.gz"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no WARC files below %s: %v", root, err)
	}
	return files
}

func TestLostFormulas(t *testing.T) {
	f := func(name, head, body string, emitted, lost map[string]int) {
		t.Helper()
		md := extractBody(t, head, body).Metadata
		if !maps.Equal(md.Formulas, emitted) || !maps.Equal(md.FormulasLost, lost) {
			t.Errorf("%s: emitted %v, lost %v, want %v, %v", name, md.Formulas, md.FormulasLost, emitted, lost)
		}
	}
	const text = `<main><p>The text of the page is long enough to be what it is about, with \(n\) in it.</p></main>`
	one := map[string]int{"raw": 1}
	f("navigation", "", `<nav><p>On \(a\) and <math><mi>b</mi></math>.</p></nav>`+text, one, map[string]int{"raw.outside_main": 1, "mathml.outside_main": 1})
	f("delimiters that nothing closes", "", `<nav><p>On \(a and $$b.</p></nav>`+text, one, nil)
	f("definitions in a hidden part", "", `<p style="display:none">\(\newcommand{\R}{R}\)</p>`+text, one, map[string]int{"raw.definitions": 1})
	f("definitions in the head", `<script type="math/tex">\def\R{R}</script>`, text, one, map[string]int{"mathjax2.definitions": 1})
	f("image without text", "", text+`<p>And <img class="latex" src="a.png"> here.</p>`, one, map[string]int{"image.unreadable": 1})
	f("twin", "", text+`<p><img class="latex" alt="x^2" src="a.png"><noscript><img class="latex" alt="x^2" src="a.png"></noscript></p>`,
		map[string]int{"raw": 1, "image": 1}, map[string]int{"image.duplicate": 1})
	f("heading outside the main part", "", `<div><h1>On <math><mi>q</mi></math></h1></div>`+text, map[string]int{"raw": 1, "mathml": 1}, nil)
	f("formula inside a formula", "", text+`<p>And \(a+<math><mi>b</mi></math>\).</p>`, map[string]int{"raw": 2}, map[string]int{"mathml.joined": 1})

	f("equations and their condition", "", text+`<table class="ltx_equationgroup"><tr><td><math><mi>a</mi></math></td></tr><tr><td><span class="ltx_constraint"><math><mi>b</mi></math></span></td></tr><tr><td><math><mi>c</mi></math></td></tr></table>`,
		map[string]int{"raw": 1, "mathml": 2}, map[string]int{"mathml.joined": 2})

	e, err := New(Options{MaxBytes: 1 << 20, MaxNodes: 1000, MinTextBytes: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var doc corpus.Document
	if reason := e.NewWorker().Extract(Input{Body: []byte("<p>So \\(x\\) is <math><mi>y</mi></math>."), ContentType: "text/html"}, &doc); reason != ReasonEmpty {
		t.Fatalf("reason %q", reason)
	}
	if want := map[string]int{"raw.empty_text": 1, "mathml.empty_text": 1}; !maps.Equal(doc.Metadata.FormulasLost, want) || doc.Metadata.Formulas != nil {
		t.Errorf("page without text: %v, %v", doc.Metadata.Formulas, doc.Metadata.FormulasLost)
	}
}
