package site_test

import (
	"errors"
	"strings"
	"testing"

	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/site"
)

func TestParseErrors(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := site.Parse("rules.yaml", []byte(text))
		var where *site.Error
		if !errors.As(err, &where) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Parse(%q) = %v, want %s", text, err, want)
		}
	}
	f("a.example:\n  drop: [p, 'div[']", `rules.yaml:2:13: selector "div["`)
	f("a.example:\n  remove: p", `rules.yaml:2:3: unknown key "remove"`)
	f("a.example: {}\nA.example: {}", `rules.yaml:2:1: "A.example" given before, in line 1`)
	f("a.example:\n  drop: p\n  drop: b", `rules.yaml:3:3: "drop" given before, in line 2`)
	f("https://a.example/: {}", `rules.yaml:1:1: "https://a.example/" is no host`)
	f("'*': {}", `rules.yaml:1:1: "*" is no host`)
	f("a.example: p", `rules.yaml:1:12: want a mapping`)
	f("a.example:\n  drop: 3", `rules.yaml:2:9: want a CSS selector`)
	f("- a", `rules.yaml:1:1: want a mapping`)
	f("a: [", `rules.yaml:1: `)
}

const page = `<html lang="en"><head><title>T</title></head><body>
<script>MathJax = {}</script><script type="math/tex">x</script>
<nav id="n"><b>nav</b><p class="k">kept</p></nav>
<table><tbody><tr><td class="c">cell <i class="d">dropped</i></td></tr></tbody></table><p>other</p></body></html>`

func TestApply(t *testing.T) {
	f := func(rules, address, want string) {
		t.Helper()
		r, err := site.Parse("r", []byte(rules))
		if err != nil {
			t.Fatal(err)
		}
		got, applied := r.Apply(address, []byte(page), new(dom.Tree))
		if applied != (want != "") {
			t.Fatalf("%s: rules %q applied: %t", address, rules, applied)
		}
		if !applied {
			want = page
		}
		_, body, _ := strings.Cut(strings.ReplaceAll(string(got), "\n", ""), "<body>")
		_, want, found := strings.Cut(strings.ReplaceAll(want, "\n", ""), "<body>")
		if !found || body != want {
			t.Errorf("%s by %q: have\n%s\nwant\n%s", address, rules, body, want)
		}
	}
	const rest = `</body></html>`
	content := `<body><script>MathJax = {}</script><main><div>cell <i class="d">dropped</i></div></main>` + rest
	f("a.example: {content: .c}", "https://a.example/x", content)
	f("a.example: {content: .c}", "https://u@A.Example.:443?x", content)
	f("a.example: {content: .c}", "https://b.a.example/", "")
	f("'*.example': {content: .c}", "https://b.a.example/", content)
	f("'*.example': {content: .c}", "https://example/", "")
	f("{'*.example': {drop: p}, '*.a.example': {content: .c}}", "https://b.a.example/", content)
	f("a.example: {content: .c}", "a.example", "")
	f("a.example: {content: .c, drop: [.d, nav], keep: .k}", "https://a.example/",
		`<body><script>MathJax = {}</script><main><p>kept</p><div>cell </div></main>`+rest)
	f("a.example: {content: .none, drop: '#n, table, script', keep: p.k}", "https://a.example/", `<body><p>kept</p><p>other</p>`+rest)
}

func TestApplyDeep(t *testing.T) {
	r, err := site.Parse("r", []byte("a.example: {drop: p}"))
	if err != nil {
		t.Fatal(err)
	}
	deep := []byte("<p>x</p>" + strings.Repeat("<div>", 600) + "y")
	got, applied := r.Apply("https://a.example/", deep, new(dom.Tree))
	if text := string(got); !applied || strings.Contains(text, "x") || !strings.Contains(text, "y") {
		t.Errorf("a page of 600 levels: applied %t, %d bytes", applied, len(text))
	}
}

func TestOver(t *testing.T) {
	r, err := site.Parse("r", []byte("metamath.org: {}"))
	if err != nil {
		t.Fatal(err)
	}
	in := `<html><head></head><body><table><tbody><tr><td><a href="mmtheorems1.html">Next</a></td></tr></tbody></table><p>Theorem</p></body></html>`
	for address, want := range map[string]bool{"https://metamath.org/a.html": true, "https://us.metamath.org/a.html": false} {
		got, _ := r.Over(site.Default()).Apply(address, []byte(in), new(dom.Tree))
		if strings.Contains(string(got), "Next") != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}

func TestDefault(t *testing.T) {
	in := `<body><table><tr><td><a href="mmtheorems10.html#x">Nearby theorems</a></table><center>Theorem <b>x</b></center>
<table><tr><th>Expression<tr><td>a = b</table><table><tr><td><a href="http://validator.w3.org/check">W3C validator</a></table>`
	got, applied := site.Default().Apply("http://us.metamath.org/mpeuni/x.html", []byte(in), new(dom.Tree))
	if text := string(got); !applied || strings.Contains(text, "Nearby") || strings.Contains(text, "W3C") || !strings.Contains(text, "a = b") {
		t.Errorf("have %s", text)
	}
}

func BenchmarkOtherHost(b *testing.B) {
	b.ReportAllocs()
	rules := site.Default()
	for b.Loop() {
		rules.Apply("https://some.other.example.org/page", nil, nil)
	}
}
