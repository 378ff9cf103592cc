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

// parse returns the page at an address as rules have it, in HTML.
func parse(t *testing.T, r *site.Rules, address, page string) string {
	t.Helper()
	o := dom.DefaultOptions()
	o.ValidUTF8 = true
	var tree dom.Tree
	if _, err := r.Parse(address, []byte(page), o, &tree); err != nil {
		t.Fatal(err)
	}
	return render(&tree, dom.Root)
}

// render returns the content of n in HTML, without line ends.
func render(tree *dom.Tree, n dom.Node) string {
	var out strings.Builder
	for c := range tree.Children(n) {
		if tree.IsText(c) {
			out.WriteString(strings.ReplaceAll(string(tree.AppendText(nil, c)), "\n", ""))
		}
		if !tree.IsElement(c) {
			continue
		}
		out.WriteString("<" + tree.Name(c))
		tree.EachAttr(c, func(name, value string) bool {
			out.WriteString(" " + name + `="` + value + `"`)
			return true
		})
		out.WriteString(">" + render(tree, c) + "</" + tree.Name(c) + ">")
	}
	return out.String()
}

func TestParse(t *testing.T) {
	f := func(rules, address, want string) {
		t.Helper()
		r, err := site.Parse("r", []byte(rules))
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = page // no rule applies
		}
		_, body, _ := strings.Cut(parse(t, r, address, page), "<body>")
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
	f("a.example: {drop: [.d, script, nav, '.k']}", "https://a.example/",
		`<body><table><tbody><tr><td class="c">cell </td></tr></tbody></table><p>other</p>`+rest)
	f("a.example: {content: .c, drop: [.d, nav], keep: .k}", "https://a.example/",
		`<body><script>MathJax = {}</script><main><p>kept</p><div>cell </div></main>`+rest)
	f("a.example: {content: .none, drop: '#n, table, script', keep: p.k}", "https://a.example/", `<body><p>kept</p><p>other</p>`+rest)
}

func TestParseDeep(t *testing.T) {
	r, err := site.Parse("r", []byte("a.example: {drop: p}"))
	if err != nil {
		t.Fatal(err)
	}
	got := parse(t, r, "https://a.example/", "<p>x</p>"+strings.Repeat("<div>", 600)+"y")
	if strings.Contains(got, "x") || !strings.Contains(got, "y") {
		t.Errorf("a page of 600 levels: %d bytes", len(got))
	}
}

func TestOver(t *testing.T) {
	r, err := site.Parse("r", []byte("metamath.org: {}"))
	if err != nil {
		t.Fatal(err)
	}
	in := `<html><head></head><body><table><tbody><tr><td><a href="mmtheorems1.html">Next</a></td></tr></tbody></table><p>Theorem</p></body></html>`
	for address, want := range map[string]bool{"https://metamath.org/a.html": true, "https://us.metamath.org/a.html": false} {
		got := parse(t, r.Over(site.Default()), address, in)
		if strings.Contains(got, "Next") != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}

func TestDefault(t *testing.T) {
	in := `<body><table><tr><td><a href="mmtheorems10.html#x">Nearby theorems</a></table><center>Theorem <b>x</b></center>
<table><tr><th>Expression<tr><td>a = b</table><table><tr><td><a href="http://validator.w3.org/check">W3C validator</a></table>`
	got := parse(t, site.Default(), "http://us.metamath.org/mpeuni/x.html", in)
	if strings.Contains(got, "Nearby") || strings.Contains(got, "W3C") || !strings.Contains(got, "a = b") {
		t.Errorf("have %s", got)
	}
}

func BenchmarkOtherHost(b *testing.B) {
	b.ReportAllocs()
	rules := site.Default()
	var tree dom.Tree
	for b.Loop() {
		if _, err := rules.Parse("https://some.other.example.org/page", nil, dom.DefaultOptions(), &tree); err != nil {
			b.Fatal(err)
		}
	}
}

func TestDropAsks(t *testing.T) {
	const in = `<body><p lang="de">one</p><p title="a[b">two</p><p></p><svg class="s"></svg><p>three</p><p><i>four</i></p></body>`
	f := func(selector string, gone ...string) {
		t.Helper()
		r, err := site.Parse("r", []byte("a.example: {drop: '"+selector+"'}"))
		if err != nil {
			t.Fatal(err)
		}
		want := in
		for _, part := range gone {
			want = strings.Replace(want, part, "", 1)
		}
		if _, got, _ := strings.Cut(parse(t, r, "https://a.example/", in), "</head>"); got != want+"</html>" {
			t.Errorf("%s: have\n%s\nwant\n%s", selector, got, want)
		}
	}
	f("p:contains(three)", "<p>three</p>")
	f("p:empty", "<p></p>")
	f("p:lang(de)", `<p lang="de">one</p>`)
	f(`[title="a[b"]`, `<p title="a[b">two</p>`)
	f(`[title$=b], [lang]`, `<p lang="de">one</p>`, `<p title="a[b">two</p>`)
	f("svg.s", `<svg class="s"></svg>`)
	f("p:has(i)", "<p><i>four</i></p>")
	f("p:nth-child(2)", `<p title="a[b">two</p>`)
}
