package annotation

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	f := func(rules, url, want string) {
		t.Helper()
		got := "none"
		if r, ok := NewMatcher(file(t, strings.Split(rules, "; ")...)).NewLookup().Match(url); ok {
			got = r.String()
		}
		if got != want {
			t.Errorf("of %s, %s holds for %s, want %s", rules, got, url, want)
		}
	}
	// Hosts and domains.
	f("yes a.org", "http://a.org/x?y", "a.org")
	f("yes a.org", "https://u:p@A.ORG:8080/", "a.org")
	f("yes a.org", "http://www.a.org/", "none")
	f("yes *.a.org", "http://www.a.org/", "*.a.org")
	f("yes *.a.org", "http://a.org/", "*.a.org")
	f("yes *.a.org", "http://ba.org/", "none")
	f("yes *.a.org; no *.m.a.org", "http://x.m.a.org/", "*.m.a.org")
	f("yes *.a.org; no *.m.a.org/x", "http://x.m.a.org/", "*.a.org")
	f("yes *.a.org/deep/path; no www.a.org", "http://www.a.org/deep/path/x", "www.a.org")
	f("yes a.org", "file:1", "none")
	f("yes [::1]", "http://[0::1]:80/", "[::1]")
	// Paths, by whole segments.
	f("yes a.org/m", "http://a.org/m", "a.org/m")
	f("yes a.org/m", "http://a.org/m/", "a.org/m")
	f("yes a.org/m", "http://a.org/m/x.html", "a.org/m")
	f("yes a.org/m", "http://a.org/m?q", "a.org/m")
	f("yes a.org/m", "http://a.org/maths", "none")
	f("yes a.org/m", "http://a.org/", "none")
	f("yes a.org/%7em", "http://a.org/~m/x", "a.org/~m")
	f("yes a.org; no a.org/m; unsure a.org/m/n/o", "http://a.org/m/n/p", "a.org/m")
	f("yes a.org; no a.org/m; unsure a.org/m/n/o", "http://a.org/m/n/o/p/q/r", "a.org/m/n/o")
	f("yes a.org; no a.org/m; unsure a.org/m/n/o", "http://a.org/n", "a.org")
	// Patterns.
	f("yes a.org/~*/notes", "http://a.org/~jones/notes/1.html", "a.org/~*/notes")
	f("yes a.org/~*/notes", "http://a.org/~jones/x/notes", "none")
	f("yes a.org/*", "http://a.org/x", "a.org/*")
	f("yes a.org/*", "http://a.org/?x", "none")
	f("yes a.org/$", "http://a.org/?x", "a.org/$")
	f("yes a.org/$", "http://a.org/x", "none")
	f("yes a.org/m$", "http://a.org/m/", "a.org/m$")
	f("yes a.org/m$", "http://a.org/m/n", "none")
	f("yes a.org/**/*.pdf", "http://a.org/x/y/z.pdf", "a.org/**/*.pdf")
	f("yes a.org/**/*.pdf", "http://a.org/z.pdf", "a.org/**/*.pdf")
	f("yes a.org/**/*.pdf", "http://a.org/z.pdf.html", "none")
	f("yes a.org/**/*.pdf$", "http://a.org/z.pdf/x", "none")
	f("yes a.org/**/m/*/n$", "http://a.org/m/m/x/n", "a.org/**/m/*/n$")
	f("yes a.org/x/**/m/n", "http://a.org/x/m/q/m/n/z", "a.org/x/**/m/n")
	f("yes a.org/x/**/m/n$", "http://a.org/x/m", "none")
	f("yes a.org/a*b*c", "http://a.org/abbc", "a.org/a*b*c")
	f("yes a.org/a*b*c", "http://a.org/acb", "none")
	f("yes a.org/*"+"/**/x", "http://a.org/"+strings.Repeat("s/", 40)+"x", "none") // deeper than what is told apart
	f("yes a.org/v.php?f=5", "http://a.org/v.php?t=1&f=5", "a.org/v.php?f=5")
	f("yes a.org/v.php?f=5", "http://a.org/v.php?f=55", "none")
	f("yes a.org/v.php?f=5", "http://a.org/v.php", "none")
	f("yes a.org/v.php?f=*5", "http://a.org/v.php?f=55#f", "a.org/v.php?f=*5")
	f("yes a.org/v.php?f", "http://a.org/v.php?f", "a.org/v.php?f")
	f("yes a.org/?title=Math*&x=%c3%bc", "http://a.org/index.php?x=ü&title=Mathematics", "a.org/?title=Math*&x=%C3%BC")
	// Which of several holds.
	f("yes a.org/m; no a.org/*", "http://a.org/m", "a.org/m")
	f("yes a.org/m; no a.org/*/n", "http://a.org/m/n", "a.org/*/n")
	f("yes a.org/m/n; no a.org/*/n", "http://a.org/m/n", "a.org/m/n")
	f("yes a.org/m; no a.org/m?f=5", "http://a.org/m?f=5", "a.org/m")
	f("yes a.org/*/x; no a.org/**/x", "http://a.org/m/x", "a.org/*/x")
	f("yes a.org/?a&b; no a.org/?a; unsure a.org/$?a", "http://a.org/?a&b", "a.org/?a&b")
	f("yes a.org/*; no a.org/*$", "http://a.org/x", "a.org/*$")
	f("yes a.org/a*; no a.org/ab*", "http://a.org/abc", "a.org/ab*")
	f("yes a.org/a*; no a.org/*b", "http://a.org/ab", "a.org/*b")
	f("no a.org/a*; unsure a.org/*b", "http://a.org/ab", "a.org/a*")
	f("unsure a.org/a*; yes a.org/*b", "http://a.org/ab", "a.org/a*")
	f("yes *.a.org; no a.org/**/x", "http://a.org/y", "*.a.org")
}

func TestMatchNode(t *testing.T) {
	m := NewMatcher(file(t, "yes *.a.org", "no www.a.org/m", "unsure www.a.org/n$", "no www.a.org/*/p?q", "no www.a.org/*/o"))
	f := func(host, path, want string) {
		t.Helper()
		got := "none"
		if r, ok := m.MatchNode(host, path); ok {
			got = r.String()
		}
		if got != want {
			t.Errorf("%s holds for %s%s, want %s", got, host, path, want)
		}
	}
	f("www.a.org", "", "*.a.org")
	f("www.a.org", "/m", "www.a.org/m")
	f("www.a.org", "/m/x", "www.a.org/m")
	f("www.a.org", "/n", "*.a.org")
	f("www.a.org", "/x/p", "*.a.org")
	f("www.a.org", "/x/o", "www.a.org/*/o")
	f("b.org", "", "none")
	f("", "", "none")
}

// Match against a comparison of every rule with every address.
func TestMatchIsTheMostSpecific(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	segment := func() string { return []string{"a", "b", "ab", "*", "a*", "*b", "**"}[r.IntN(7)] }
	path := func(n int, literal bool) string {
		var b strings.Builder
		for range r.IntN(n) {
			s := segment()
			if literal {
				s = strings.ReplaceAll(s, "*", "b")
			}
			b.WriteString("/" + s)
		}
		return b.String()
	}
	for range 300 {
		var f File
		for range 12 {
			text := []string{"*.a.org", "a.org", "x.a.org", "*.x.a.org"}[r.IntN(4)] + path(4, r.IntN(3) == 0)
			if r.IntN(4) == 0 && strings.Contains(text, "/") {
				text += "$"
			}
			if err := f.Set(rule(t, text, Verdict(1+r.IntN(3)), "")); err != nil {
				t.Fatal(err)
			}
		}
		m := NewMatcher(&f)
		lookup := m.NewLookup()
		for range 50 {
			host := []string{"a.org", "x.a.org", "y.x.a.org", "b.org"}[r.IntN(4)]
			p := path(5, true)
			got, ok := lookup.Match("http://" + host + p)
			var want *Rule
			for i, one := range f.Rules() {
				if covers(one.Target, host, p) && (want == nil || beats(one, *want)) {
					want = &f.Rules()[i]
				}
			}
			if ok != (want != nil) || ok && (beats(got, *want) || beats(*want, got)) {
				t.Fatalf("%s%s: %v, %t; want %v", host, p, got, ok, want)
			}
		}
	}
}

// covers compares all ways in which ** may stand for segments.
func covers(t Target, host, path string) bool {
	if t.Host != "" && t.Host != host || t.Domain != "" && t.Domain != host && !strings.HasSuffix(host, "."+t.Domain) {
		return false
	}
	text, end := strings.CutSuffix(t.Path+t.Pattern, "$")
	var try func(glob, segments []string) bool
	try = func(glob, segments []string) bool {
		switch {
		case len(glob) == 0:
			return !end || len(segments) == 0
		case glob[0] == "**" && try(glob[1:], segments):
			return true
		case len(segments) == 0:
			return false
		case glob[0] == "**":
			return try(glob, segments[1:])
		}
		return matchGlob(glob[0], segments[0]) && try(glob[1:], segments[1:])
	}
	fields := func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == '/' }) }
	return try(fields(text), fields(path))
}

// beats is the order of the package comment.
func beats(a, b Rule) bool {
	rank := func(r Rule) []int {
		host, path, end, segments := 0, 1, 0, 0
		if r.Host != "" {
			host = 1000
		}
		if r.Pattern != "" {
			path = 0
		}
		if strings.HasSuffix(r.Pattern, "$") {
			end = 1
		}
		for s := range strings.SplitSeq(strings.TrimSuffix(r.Path+r.Pattern, "$"), "/") {
			if s != "" && s != "**" {
				segments++
			}
		}
		text := r.Path + r.Pattern
		return []int{host + len(r.Domain), segments, path, end, len(text) - strings.Count(text, "*"), int(r.Verdict)}
	}
	p, q := rank(a), rank(b)
	for i := range p {
		if p[i] != q[i] {
			return p[i] > q[i]
		}
	}
	return false
}

func TestMatchDoesNotAllocate(t *testing.T) {
	l := NewMatcher(file(t, "yes *.example.org", "no www.example.org/a/long/path/of/many/segments")).NewLookup()
	const url = "https://www.example.org/a/long/path/of/many/segments/below?x=1"
	l.Match(url)
	if n := testing.AllocsPerRun(100, func() { l.Match(url) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
