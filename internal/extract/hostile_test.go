package extract

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"mathsieve/internal/corpus"
)

// hostilePages returns pages that make careless programs slow, deep or large, of
// some pattern about n times, with a sentence that must be kept.
func hostilePages(n int) map[string]string {
	const sentence = "<p>KEEP this sentence, which is a paragraph of its own.</p>"
	return map[string]string{
		"deep divs":            strings.Repeat("<div>", n) + sentence,
		"deep lists":           strings.Repeat("<ul><li>", n/2) + sentence,
		"deep quotations":      strings.Repeat("<blockquote>", n) + sentence,
		"deep scripts":         sentence + strings.Repeat("<sup>", n) + "x",
		"open katex":           sentence + strings.Repeat(`<span class="katex">`, n),
		"open frames":          sentence + strings.Repeat(`<span class="MathJax">x`, n),
		"nested containers":    sentence + strings.Repeat(`<div class="math">x `, n),
		"nested boilerplate":   sentence + strings.Repeat(`<div class="sidebar"><a href=x>y</a>`, n),
		"nested tables":        sentence + strings.Repeat("<table><tr><td>x<td>y", n/4),
		"open parentheses":     sentence + "<p>" + strings.Repeat(`\(`, n),
		"unbalanced braces":    sentence + "<p>" + strings.Repeat(`\({ \) `, n),
		"open environments":    sentence + "<p>" + strings.Repeat(`\begin{align}`, n),
		"nested environments":  sentence + "<p>" + strings.Repeat(`\begin{align}`, n) + strings.Repeat(`\end{align}`, n),
		"dollars":              sentence + `<p class="math-container">` + strings.Repeat("$", n),
		"dollars and braces":   sentence + `<p class="math-container">` + strings.Repeat("${", n),
		"back-quotes":          sentence + `<script src="ASCIIMathML.js"></script><p>` + strings.Repeat("`\\", n),
		"codes":                sentence + "<p>" + strings.Repeat("[tex]", n),
		"marks of pages":       sentence + "<p>" + strings.Repeat("[mathjax]<br>", n/2),
		"links":                strings.Repeat("<link rel=stylesheet href=/a.css>", n/4) + "<p>$</p>" + sentence,
		"breaks":               sentence + strings.Repeat("<br>", n) + sentence,
		"labels":               sentence + `<p>\eqref{x}` + strings.Repeat(`\(\label{a}x\)`, n/4),
		"images":               sentence + strings.Repeat(`<img class=latex alt="\frac{1}{2}">`, n/4),
		"render calls":         sentence + "<script>" + strings.Repeat(`katex.render("x", a);`, n) + "</script>",
		"delimiters in script": sentence + "<script>" + strings.Repeat(`inlineMath:[[`, n) + "</script>",
		"one class":            sentence + `<p class="` + strings.Repeat("math-inline ", n) + `">x`,
		"comments of figures":  sentence + strings.Repeat("<!--Navigation Panel-->", n),
		"display tables":       sentence + strings.Repeat(`<table class="display"><tr><td class="dcell">`, n/8),
		"empty displays":       sentence + strings.Repeat(`<table class="display"><tr><th>`, n/4),
		"headings of posts":    sentence + strings.Repeat(`<div class="post"><h2><b>x</b>`, n/4),
		"symbols":              sentence + strings.Repeat(`<img src=a.gif title="|-">`, n) + strings.Repeat(`<img src=a.gif title="x">`, n),
		"wide cells":           sentence + "<table border=1><tr>" + strings.Repeat(`<td rowspan=9 colspan=20>x`, 50) + strings.Repeat("<tr><td>y<td>z", n/8),
		"shortcodes":           sentence + "<p>" + strings.Repeat("[latex a=b]x[/tex]", n/4),
		"fractions":            sentence + `<span class="texhtml">` + strings.Repeat(`<span class="sfrac"><span class="num">1</span>/<span class="den">`, n/8),
		"undefined state":      "<script>window.__NUXT__=(function(){return " + strings.Repeat(`{body:"KEEP this sentence, which is long enough to be taken for a part of the text of the page",`, n/100) + "</script>" + sentence,
		"nested asides":        sentence + strings.Repeat(`<aside><p>\(x\)`, n/4),
		"asides in a row":      sentence + "<p>x</p>" + strings.Repeat(`<aside>x</aside><!-- -->`, n/4),
		"nested link lists":    "<article>" + sentence + strings.Repeat(`<div class="related"><a href=x>y \(z\)</a>`, n/8),
		"nested comments":      sentence + strings.Repeat(`<div id="comments">$x`, n/8),
		"copyright":            sentence + strings.Repeat("<div>© x", n/2),
		"JSON":                 `<script type="application/json">` + strings.Repeat(`{"body":`, n) + "</script>" + sentence,
		"attributes":           sentence + "<div" + strings.Repeat(` data-tex=x class="a"`, n) + ">x",
		"merged tags":          sentence + strings.Repeat(`<body class=x data-math="y">`, n),
		"classes":              sentence + `<p class="` + strings.Repeat("aB-cD ", n) + `">x`,
		"ids":                  sentence + strings.Repeat(`<i id="menu-x-1 side_bar">x`, n),
		"definitions":          sentence + strings.Repeat(`\(\def\)`, n),
		"backslashes":          sentence + `<script type="math/tex">` + strings.Repeat(`\n\d`, n) + "</script>",
		"blanks":               sentence + "<p>" + strings.Repeat("x  \n", n),
		"closed MathML":        sentence + "<m:math>" + strings.Repeat("<m:mspace/>", n),
		"formulas in formulas": sentence + strings.Repeat("<m:math><m:mi/>x", n/4),
		"meta tags":            strings.Repeat("<meta charset>", n) + sentence,
	}
}

// TestHostile is about hostile pages of any kind. The time that it may take is
// generous; a quadratic pass would need minutes.
func TestHostile(t *testing.T) {
	pages := hostilePages(100_000)
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	for name, page := range pages {
		start := time.Now()
		var doc corpus.Document
		if reason := w.Extract(Input{Body: []byte("<html><body>" + page), ContentType: "text/html"}, &doc); reason != "" {
			t.Errorf("%s: reason %q", name, reason)
			continue
		}
		if !strings.Contains(doc.Text, "KEEP this sentence") {
			t.Errorf("%s: the sentence is lost", name)
		}
		if len(doc.Text) > 4*len(page)+1000 {
			t.Errorf("%s: %d bytes became %d", name, len(page), len(doc.Text))
		}
		checkText(t, doc.Text)
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s: took %v", name, d)
		} else if d > 500*time.Millisecond {
			t.Logf("%s: took %v", name, d)
		}
	}
}

// TestLinear checks that twice the page takes about twice the time: a quadratic
// pass would take four times as long.
func TestLinear(t *testing.T) {
	const most = 3.2
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	cost := func(page string) time.Duration {
		began := cpuTime(t)
		var doc corpus.Document
		w.Extract(Input{Body: []byte("<html><body>" + page), ContentType: "text/html"}, &doc)
		return cpuTime(t) - began
	}
	single, double := hostilePages(25_000), hostilePages(50_000)
	for name, page := range single {
		// What is charged is noisy on a busy machine, the least of it is not.
		least, twice := time.Hour, time.Hour
		for try := 0; try < 2 || try < 12 && float64(twice) > most*float64(least); try++ {
			least, twice = min(least, cost(page)), min(twice, cost(double[name]))
		}
		if twice > 5*time.Millisecond && float64(twice) > most*float64(least) {
			t.Errorf("%s: %v, twice of it %v", name, least, twice)
		}
	}
}

// TestNestedClasses nests elements of each class that means anything: none may
// have its whole subtree looked through at every level, which would take ten
// times as long. What page.spend allows takes five times as long at most.
func TestNestedClasses(t *testing.T) {
	const depth, most = 480, 6
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	inside := strings.Repeat("<i>a</i>", 8_000)
	least := func(open string, enough time.Duration) time.Duration {
		page := []byte("<html><body><p>Text." + strings.Repeat(open, depth) + inside)
		cost := time.Hour
		for try := 0; try < 3 || try < 12 && cost > enough; try++ {
			began := cpuTime(t)
			var doc corpus.Document
			w.Extract(Input{Body: page, ContentType: "text/html"}, &doc)
			cost = min(cost, cpuTime(t)-began)
		}
		return cost
	}
	plain := least("<div class=plain>", 0)
	for _, name := range slices.Sorted(maps.Keys(exactClass)) {
		for _, tag := range [...]string{"div", "span"} {
			open := "<" + tag + ` class="` + name + `">`
			if cost := least(open, most*plain); cost > most*plain {
				t.Errorf("%s: %v, a class without meaning %v", open, cost, plain)
			}
		}
	}
}

// TestReasons is about payloads that become no document.
func TestReasons(t *testing.T) {
	e, err := New(Options{MaxBytes: 1000, MaxNodes: 100, MinTextBytes: 5})
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	f := func(body, contentType string, want corpus.Reason) {
		t.Helper()
		doc := corpus.Document{Text: "old"}
		if got := w.Extract(Input{Body: []byte(body), ContentType: contentType}, &doc); got != want {
			t.Errorf("Extract(%.40q, %q) = %q, want %q", body, contentType, got, want)
		}
	}
	f("<p>Hello, world", "text/html", "")
	f("<p>Hello, world", "TEXT/HTML; charset=utf-8", "")
	f("<html><p>Hello, world", "", "")
	f("<!doctype html><p>Hello, world", "text/plain", "")
	f("<html><body><p>Hello,\x00 world, said the first page", "", "")
	f("\xff\xfe<\x00p\x00>\x00H\x00e\x00l\x00l\x00o\x00,\x00", "", "")
	f("<html>\x00\x01\x00\x02\x00<p>Hello, world", "", ReasonNotHTML)
	f("ITSF\x03\x00a page: <html><p>Hello, world, said the first page", "", ReasonNotHTML)
	f("Hello, world", "text/plain", ReasonNotHTML)
	f("%PDF-1.4 <p>Hello, world", "text/html", ReasonNotHTML)
	f("\x89PNG\r\n\x1a\n", "text/html", ReasonNotHTML)
	f(`{"a": "Hello, world"}`, "text/html", ReasonNotHTML)
	f("<p>Hello, world", "application/json", ReasonNotHTML)
	f("", "text/html", ReasonEmpty)
	f("<p>Hi", "text/html", ReasonEmpty)
	f("<script>var hello = 'world'</script>", "text/html", ReasonEmpty)
	f("<title>Hello, world</title>", "text/html", ReasonEmpty)
	f("<p>"+strings.Repeat("x", 1000), "text/html", ReasonTooLarge)
	f(strings.Repeat("<p>x", 120), "text/html", ReasonTooLarge)
}

// TestOptions is about options that make no sense.
func TestOptions(t *testing.T) {
	if err := DefaultOptions().Validate(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*Options){
		func(o *Options) { o.MaxBytes = 0 },
		func(o *Options) { o.MaxBytes = 2 << 30 },
		func(o *Options) { o.MaxNodes = 0 },
		func(o *Options) { o.MinTextBytes = -1 },
		func(o *Options) { o.JSONBelow = -1 },
	} {
		o := DefaultOptions()
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("New(%+v) succeeded", o)
		}
	}
}

// TestWholePage checks the options that keep what is dropped by default.
func TestWholePage(t *testing.T) {
	const page = `<html><body><nav><a href=/>Start page of the site</a></nav><main><h1>Title</h1><p>Text of the page.</main>` +
		`<div class="comments"><p>A remark of a reader.</div></body></html>`
	f := func(change func(*Options), want, wantNot string) {
		t.Helper()
		o := DefaultOptions()
		change(&o)
		e, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		var doc corpus.Document
		e.NewWorker().Extract(Input{Body: []byte(page), ContentType: "text/html"}, &doc)
		if !strings.Contains(doc.Text, want) || wantNot != "" && strings.Contains(doc.Text, wantNot) {
			t.Errorf("got %q, want %q and not %q", doc.Text, want, wantNot)
		}
	}
	f(func(*Options) {}, "Text of the page.", "Start page")
	f(func(o *Options) { o.WholePage = true }, "Start page of the site", "")
}
