package address

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	var s Splitter
	f := func(url, host, domain, path string, segments int, whole bool, query string) {
		t.Helper()
		a := s.Split(url, 3)
		got := []any{a.Host, a.Domain, string(a.Path), a.Segments, a.Whole, a.Query}
		if diff := cmp.Diff([]any{host, domain, path, segments, whole, query}, got); diff != "" {
			t.Errorf("Split(%.80q) (-want +got):\n%s", url, diff)
		}
		if d := s.Domain(url); d != domain {
			t.Errorf("Domain(%.80q) = %q, want %q", url, d, domain)
		}
	}
	root := func(url, host, domain string) { t.Helper(); f(url, host, domain, "", 0, true, "") }
	none := func(url string) { t.Helper(); f(url, "", "", "", 0, false, "") }
	path := func(in, want string, segments int, whole bool) {
		t.Helper()
		f("http://a.org"+in, "a.org", "a.org", want, segments, whole, "")
	}

	root("http://example.org", "example.org", "example.org")
	root(" \x00HTTPS://WWW.Example.ORG:8443/ \n", "www.example.org", "example.org")
	root("http://user:pass@word@a.b.example.co.uk./", "a.b.example.co.uk", "example.co.uk")
	root("http:\\\\example.org\\", "example.org", "example.org")
	root("https:example.org#x?y/z", "example.org", "example.org")
	root("ftp://ftp.example.org:/", "ftp.example.org", "example.org")
	root("ht\ttps://exam\nple.org", "example.org", "example.org")
	// The private section of the list: users are domains of their own.
	root("https://user.github.io/", "user.github.io", "user.github.io")
	root("https://a.user.github.io/", "a.user.github.io", "user.github.io")
	root("https://github.io/", "github.io", "github.io")
	root("http://localhost/", "localhost", "localhost")
	root("http://a_b.example.org/", "a_b.example.org", "example.org")
	// International names, one after the other spelling.
	root("http://www.BÜCHER.example/", "www.xn--bcher-kva.example", "xn--bcher-kva.example")
	root("http://b%C3%BCcher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example")
	root("http://XN--bcher-kva.example/", "xn--bcher-kva.example", "xn--bcher-kva.example")
	root("http://例え。テスト/", "xn--r8jz45g.xn--zckzah", "xn--r8jz45g.xn--zckzah")
	root("http://ex%61mple.org/", "example.org", "example.org")
	// IP addresses.
	root("http://192.0.2.1:8080/", "192.0.2.1", "192.0.2.1")
	root("http://0xC0.0.513/", "192.0.2.1", "192.0.2.1")
	root("http://3221225985/", "192.0.2.1", "192.0.2.1")
	root("http://0300.0.2.01./", "192.0.2.1", "192.0.2.1")
	root("http://[2001:DB8:0::1]:80/", "[2001:db8::1]", "[2001:db8::1]")

	for _, odd := range []string{
		"", "x", "/path", "//example.org/", "example.org/a", "file:///a", "file.warc.gz:123", "urn:uuid:1-2",
		"mailto:a@example.org", "http://", "https:///", "http://..", "http://a..b/", "http://.a/", "http://a b/",
		"http://a.org:80x/", "http://[::1", "http://[::1%25eth0]/", "http://[1.2.3.4]/", "http://256.1.1.1/", "http://1.2.3.4.5/",
		"http://a.1/", "http://0x.+1/", "http://xn--a/", "http://\xff.org/", "http://a%00b/", "http://a<b/", "http://a.org%2f/",
		"http://" + strings.Repeat("a", 254) + "/", "http://" + strings.Repeat("ü", 100<<10) + "/",
		"javascript:http://a.org", "httpss://a.org",
	} {
		none(odd)
	}

	path("/a/b/c", "/a/b/c", 3, true)
	path("/a/b/c/", "/a/b/c", 3, true)
	path("/a/b/c/d", "/a/b/c", 3, false)
	path("//a///b/", "/a/b", 2, true)
	path("/a\\b", "/a/b", 2, true)
	path("/A/./b/../c", "/A/c", 2, true)
	path("/a/%2E%2e/../b", "/b", 1, true)
	path("/1/2/3/4/../../x", "/1/2/x", 3, true)
	path("/.../.a/%2e%2e%2e", "/.../.a/...", 3, true)
	path("/%7Ejones/%c3%a9/é", "/~jones/%C3%A9/%C3%A9", 3, true)
	path("/a%2Fb/%/%4", "/a%2Fb/%25/%254", 3, true)
	path("/a*b/$/x y", "/a%2Ab/%24/x%20y", 3, true)
	path("/a|\"<>^`{}\x01x", "/a%7C%22%3C%3E%5E%60%7B%7D%01x", 1, true)
	path("/"+strings.Repeat("s", MaxSegment), "/"+strings.Repeat("s", MaxSegment), 1, true)
	path("/a/"+strings.Repeat("s", MaxSegment+1)+"/b", "/a", 1, false)
	path("/a/"+strings.Repeat("s", MaxSegment+1)+"/../b", "/a/b", 2, true)
	path("/a/"+strings.Repeat("é", MaxSegment/6+1), "/a", 1, false)
	path("/"+strings.Repeat("s/", 50<<10), "/s/s/s", 3, false)
	path(strings.Repeat("/..", 50<<10), "", 0, true)

	f("http://a.org?x=1#y", "a.org", "a.org", "", 0, true, "x=1")
	f("http://a.org/viewtopic.php?f=5&t=1#p?2", "a.org", "a.org", "/viewtopic.php", 1, true, "f=5&t=1")
	f("http://a.org/x#?f=5", "a.org", "a.org", "/x", 1, true, "")
	f("http://a.org/?"+strings.Repeat("a/", 50<<10), "a.org", "a.org", "", 0, true, strings.Repeat("a/", 50<<10))
}

func TestPath(t *testing.T) {
	f := func(in, want string, ok bool) {
		t.Helper()
		got, gotOK := Path(in)
		if gotOK != ok || ok && got != want {
			t.Errorf("Path(%.80q) = %q, %t; want %q, %t", in, got, gotOK, want, ok)
		}
	}
	f("/", "", true)
	f("/a//b/", "/a/b", true)
	f("/%7ea", "/~a", true)
	f("a", "", false)
	f("", "", false)
	f("/a?b", "", false)
	f("/a#b", "", false)
	f(strings.Repeat("/a", MaxDepth), strings.Repeat("/a", MaxDepth), true)
	f(strings.Repeat("/a", MaxDepth+1), "", false)
	f("/"+strings.Repeat("a", MaxSegment+1), "", false)
}

func TestSplitDoesNotAllocate(t *testing.T) {
	var s Splitter
	const url = "https://www.example.org/%7Ejones/notes/algebra.html?print=1"
	s.Split(url, 3)
	if n := testing.AllocsPerRun(100, func() { s.Split(url, 3) }); n != 0 {
		t.Errorf("%v allocations for a host that is known", n)
	}
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"http://user@www.example.org:80/a/../b%2fc/?q#f", "https://[::1]/", "http://bücher.example/é", "http://0x7f.1/", "file:///x", "http://a..b/", "http:\\\\a.b\\c",
	} {
		f.Add(seed, 3)
	}
	var s Splitter
	f.Fuzz(func(t *testing.T, url string, depth int) {
		a := s.Split(url, depth)
		path := string(a.Path)
		if !strings.HasSuffix(a.Host, a.Domain) || (a.Host == "") != (a.Domain == "") || len(a.Host) > MaxHost+2 {
			t.Fatalf("host %q of domain %q", a.Host, a.Domain)
		}
		if a.Host == "" {
			if path != "" || a.Query != "" {
				t.Fatalf("path %q of no host", path)
			}
			return
		}
		if host, domain, ok := Host(a.Host); !ok || host != a.Host || domain != a.Domain {
			t.Fatalf("host %q is not canonical: %q, %t", a.Host, host, ok)
		}
		if strings.Count(path, "/") != a.Segments || a.Segments > max(depth, 0) {
			t.Fatalf("%d segments in %q at depth %d", a.Segments, path, depth)
		}
		if again, ok := Path("/" + path); !ok || again != path {
			t.Fatalf("path %q is not in normal form: %q, %t", path, again, ok)
		}
		// The normal form splits to itself.
		b := s.Split("http://"+a.Host+path, depth)
		if b.Host != a.Host || string(b.Path) != path || !b.Whole {
			t.Fatalf("%q, %q split to %q, %q", a.Host, path, b.Host, b.Path)
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	urls := []string{
		"https://www.example.org/%7Ejones/notes/algebra.html?print=1",
		"http://forum.example.com/viewtopic.php?f=5&t=1234",
		"https://user.github.io/2024/01/02/a-long-title-of-a-post/index.html",
		"https://en.example.edu/wiki/Fundamental_theorem_of_algebra",
	}
	var s Splitter
	b.ReportAllocs()
	for b.Loop() {
		for _, u := range urls {
			s.Split(u, 3)
		}
	}
}
