package extract

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"mathsieve/internal/corpus"
)

// checkText reports what no text may have, whatever the page.
func checkText(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Error("the text is not UTF-8")
	}
	if !norm.NFC.IsNormalString(text) {
		t.Error("the text is not in normalisation form C")
	}
	for _, r := range text {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			t.Errorf("the text has the control character %U", r)
			break
		}
	}
	if text != strings.TrimSpace(text) {
		t.Error("the text has white space at its ends")
	}
}

func FuzzExtract(f *testing.F) {
	pages, err := filepath.Glob(filepath.Join("testdata", "*.html"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range pages {
		page, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(page, "text/html")
	}
	for _, variants := range readVariants(f) {
		for _, v := range variants {
			f.Add(v.page(), "text/html")
		}
	}
	for _, seed := range []string{
		"", "<", "\x00", "<p>$", "<p>$$", `<p>\(`, `<p>\begin{align}`, "<p>`", "<table><td>$<td>$", "<pre>\x0c\x01", "<sup><sub>x",
		"<math><mi>", "<mjx-container><mjx-math>", `<img class=latex alt="\\">`, "<span class=katex>", "<li><li><blockquote><li>", "<p>[tex]", "a\u0301\u0300<p>\u200b",
		`<script type="math/tex">\`, `<script>MathJax={tex:{inlineMath:[['`, `<script type="application/ld+json">{"@type":"Article","articleBody":"$x$"}</script>`,
		"<p>a\x01AAAAb</p>", "<p>\x10$x$", "\\\\\\", "<table border=1><tr><td>|<td>`|`<tr><td>$|$",
	} {
		f.Add([]byte(seed), "")
		f.Add([]byte("<html><body>"+seed+"<p>text"), "text/html; charset=utf-8")
	}
	e, err := New(DefaultOptions())
	if err != nil {
		f.Fatal(err)
	}
	w := e.NewWorker()
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		var first, second corpus.Document
		in := Input{Body: body, ContentType: contentType}
		reason := w.Extract(in, &first)
		checkText(t, first.Text)
		if reason == "" && first.Text == "" {
			t.Error("a document without text was kept")
		}
		// A worker with a past gives what a new one gives.
		if again := e.NewWorker().Extract(in, &second); again != reason {
			t.Errorf("reason %q, then %q", reason, again)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("a worker's past shows (-used +new):\n%s", diff)
		}
	})
}
