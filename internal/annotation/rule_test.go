package annotation

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseTarget(t *testing.T) {
	f := func(in string, want Target, short string) {
		t.Helper()
		got, err := ParseTarget(in)
		if err != nil {
			t.Errorf("ParseTarget(%q): %v", in, err)
			return
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ParseTarget(%q) (-want +got):\n%s", in, diff)
		}
		if got.String() != short {
			t.Errorf("ParseTarget(%q) is %q, want %q", in, got, short)
		}
		if again, err := ParseTarget(short); err != nil || again != got {
			t.Errorf("ParseTarget(%q) = %+v, %v; want %+v", short, again, err, got)
		}
	}
	f("example.org", Target{Host: "example.org"}, "example.org")
	f("WWW.Example.org./", Target{Host: "www.example.org"}, "www.example.org")
	f("example.org/a//b/", Target{Host: "example.org", Path: "/a/b"}, "example.org/a/b")
	f("*.example.org/%7ea", Target{Domain: "example.org", Path: "/~a"}, "*.example.org/~a")
	f("*.math.example.org", Target{Domain: "math.example.org"}, "*.math.example.org")
	f("*.user.github.io", Target{Domain: "user.github.io"}, "*.user.github.io")
	f("bücher.example", Target{Host: "xn--bcher-kva.example"}, "xn--bcher-kva.example")
	f("192.0.2.1/a", Target{Host: "192.0.2.1", Path: "/a"}, "192.0.2.1/a")
	f("[::1]", Target{Host: "[::1]"}, "[::1]")
	f("https://u@example.org:8443/a/b?c=d#e", Target{Host: "example.org", Path: "/a/b"}, "example.org/a/b")
	f("http://example.org/a*", Target{Host: "example.org", Path: "/a%2A"}, "example.org/a%2A")
	f("a.org/~*/notes", Target{Host: "a.org", Pattern: "/~*/notes"}, "a.org/~*/notes")
	f("a.org/a/**", Target{Host: "a.org", Path: "/a"}, "a.org/a")
	f("a.org/**", Target{Host: "a.org"}, "a.org")
	f("a.org/**$", Target{Host: "a.org"}, "a.org")
	f("a.org/**/**/x**y$", Target{Host: "a.org", Pattern: "/**/x*y$"}, "a.org/**/x*y$")
	f("a.org/$", Target{Host: "a.org", Pattern: "/$"}, "a.org/$")
	f("a.org/?p=1", Target{Host: "a.org", Pattern: "/?p=1"}, "a.org/?p=1")
	f("a.org/v.php?t=*&f=5&f=5&s=", Target{Host: "a.org", Pattern: "/v.php?f=5&s=&t"}, "a.org/v.php?f=5&s=&t")
	f("a.org/v?q=a/b ü?$", Target{Host: "a.org", Pattern: "/v?q=a%2Fb%20%C3%BC%3F%24"}, "a.org/v?q=a%2Fb%20%C3%BC%3F%24")

	bad := func(in string) {
		t.Helper()
		if got, err := ParseTarget(in); !errors.Is(err, ErrTarget) {
			t.Errorf("ParseTarget(%q) = %+v, %v; want ErrTarget", in, got, err)
		}
	}
	for _, in := range []string{
		"", "/", "/a", "*.", "*.org", "*.co.uk", "*.github.io", "*.192.0.2.1", "a b", "a..b", "*", "*.*.org", "a.*.org", "a.org:80",
		"file:///a", "urn://x y", "a.org/a#b", "a.org/a$b", "a.org/x?=1", "a.org/x?a*=1", "a.org/../*", "a.org/x?a#",
		"a.org/" + strings.Repeat("a", 300), "a.org/" + strings.Repeat("a/", 40), "a.org/*" + strings.Repeat("a", 300),
		"a.org/*/" + strings.Repeat("a/", 40), "a.org/*" + strings.Repeat("a", 5000), "a.org/?" + strings.Repeat("a=1&b=1&cc=1&", 1) + "d&e&f&g&h&i&j&k&l&m&n&o&p&q",
	} {
		bad(in)
	}
}

func TestTargets(t *testing.T) {
	f := func(want string, got Target, err error) {
		t.Helper()
		if err != nil || got.String() != want {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
	target, err := HostTarget("www.example.org", "/a")
	f("www.example.org/a", target, err)
	target, err = DomainTarget("example.org", "")
	f("*.example.org", target, err)
	// These have no hosts below them.
	target, err = DomainTarget("github.io", "/a")
	f("github.io/a", target, err)
	target, err = DomainTarget("192.0.2.1", "")
	f("192.0.2.1", target, err)
	for _, bad := range []Target{{}, {Host: "a.org", Domain: "a.org"}, {Host: "a.org", Path: "/a", Pattern: "/*"}, {Host: "a.org", Path: "/*"}, {Host: "a.org", Path: "a"}} {
		if _, err := bad.normal(); !errors.Is(err, ErrTarget) {
			t.Errorf("%+v: %v, want ErrTarget", bad, err)
		}
	}
	if _, err := DomainTarget("", ""); !errors.Is(err, ErrTarget) {
		t.Errorf("no domain: %v", err)
	}
}

func TestSetRefuses(t *testing.T) {
	f := func(r Rule, want error) {
		t.Helper()
		var file File
		if err := file.Set(r); !errors.Is(err, want) {
			t.Errorf("Set(%+v): %v, want %v", r, err, want)
		}
	}
	target := Target{Host: "a.org"}
	f(Rule{Target: target, Verdict: Yes, Note: "two\nlines\tand ü"}, nil)
	f(Rule{Target: target}, ErrRule)
	f(Rule{Target: target, Verdict: 7}, ErrRule)
	f(Rule{Verdict: Yes}, ErrTarget)
	f(Rule{Target: target, Verdict: Yes, Who: "a\x1b[31m"}, ErrRule)
	f(Rule{Target: target, Verdict: Yes, Note: "\xff"}, ErrRule)
	f(Rule{Target: target, Verdict: Yes, Who: strings.Repeat("a", 300)}, ErrRule)
	f(Rule{Target: target, Verdict: Yes, When: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)}, ErrRule)
}
