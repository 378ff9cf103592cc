package dedup

import (
	"strings"
	"testing"
)

func TestCanonical(t *testing.T) {
	f := func(address, want string) {
		t.Helper()
		if got := Canonical(address); got != want {
			t.Errorf("Canonical(%q) = %q, want %q", address, got, want)
		}
	}
	// What the URL standard equates.
	f("https://example.org", "https://example.org/")
	f(" \nHTTPS://EXAMPLE.org:443/A/./b/../c \t", "https://example.org/A/c")
	f(`https:\\example.org\a`, "https://example.org/a")
	f("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4")
	f("https://0x7f.1/", "https://127.0.0.1/")
	f("https://[2001:DB8::0:1]/", "https://[2001:db8::1]/")
	f("https://example.org/a/%2e%2E/b", "https://example.org/b")
	// Scheme, port and host.
	f("http://example.org/", "https://example.org/")
	f("http://example.org:80/", "https://example.org/")
	f("http://example.org:8080/", "http://example.org:8080/")
	f("http://example.org:443/", "http://example.org:443/")
	f("https://example.org:80/", "https://example.org:80/")
	f("https://example.org./a", "https://example.org/a")
	f("https://user:pw@example.org/", "https://user:pw@example.org/")
	// Percent-encoding.
	f("https://example.org/%7euser/%41%2d%5F", "https://example.org/~user/A-_")
	f("https://example.org/a%2fb%3f%c3%a4", "https://example.org/a%2Fb%3F%C3%A4")
	f("https://example.org/a|b^c[d]", "https://example.org/a%7Cb%5Ec%5Bd%5D")
	f("https://example.org/100%", "https://example.org/100%25")
	f("https://example.org/%%34%31", "https://example.org/%2541")
	f("https://example.org/a+b?q=a+b&r=a%20b", "https://example.org/a+b?q=a+b&r=a%20b")
	// The fragment.
	f("https://example.org/#part-2", "https://example.org/")
	f("https://example.org/#!/topic/12", "https://example.org/#!/topic/12")
	f("https://example.org/#!", "https://example.org/")
	// Parameters.
	f("https://example.org/?", "https://example.org/")
	f("https://example.org/?b=2&a=1&&b=1", "https://example.org/?a=1&b=2&b=1")
	f("https://example.org/?topic&b=2&a=1", "https://example.org/?topic&b=2&a=1")
	f("https://example.org/?UTM_Source=x&id=3&gclid=y&fbclid", "https://example.org/?id=3")
	f("https://example.org/?ref=x&source=y&from=z", "https://example.org/?from=z&ref=x&source=y")
	f("https://example.org/?sid=0123456789abcdef0123456789abcdef&t=1", "https://example.org/?t=1")
	f("https://example.org/?sid=12&t=1", "https://example.org/?sid=12&t=1")
	f("https://example.org/?s=pneumonoultramicroscopicsilicovolcanoconiosis", "https://example.org/?s=pneumonoultramicroscopicsilicovolcanoconiosis")
	f("https://example.org/x?PHPSESSID=abc", "https://example.org/x")
	f("https://example.org/a;JSESSIONID=ABC123.n1/b;v=2;jsessionid=1?x=1", "https://example.org/a/b;v=2?x=1")
	f("https://example.org/..;jsessionid=1/b", "https://example.org/..;jsessionid=1/b")
	f("https://example.org/(S(lit3py55t21z5v55vlm25s55))/a.aspx", "https://example.org/a.aspx")
	f("https://example.org/(S(lit3py55t21z5v55vlm25s55))", "https://example.org/")
	f("https://example.org/f(S(1))", "https://example.org/f(S(1))")
	// Not addresses of pages.
	f("", "")
	f(" no address ", "no address")
	f("http://", "http://")
	f("ftp://EXAMPLE.org/a#b", "ftp://EXAMPLE.org/a#b")
	f("mailto:a@b", "mailto:a@b")
	long := "http://example.org/" + strings.Repeat("a", maxURL)
	f(long, long)
}

// Pages that may differ keep different addresses.
func TestCanonicalKeepsApart(t *testing.T) {
	for _, group := range [][]string{
		{"https://example.org/", "https://www.example.org/", "https://m.example.org/"},
		{"https://example.org/a", "https://example.org/a/", "https://example.org/A", "https://example.org//a", "https://example.org/a?"[:22] + "?x"},
		{"https://example.org/", "https://example.org/index.html", "https://example.org/index.php"},
		{"https://example.org/a%2Fb", "https://example.org/a/b"},
		{"https://example.org/?a=1&a=2", "https://example.org/?a=2&a=1", "https://example.org/?a=1"},
		{"https://example.org/?id=1", "https://example.org/?ID=1", "https://example.org/?id=", "https://example.org/?id"},
		{"https://example.org/a%25b", "https://example.org/a%b0"},
		{"https://example.org/#!a", "https://example.org/#!b", "https://example.org/"},
	} {
		seen := map[string]string{}
		for _, address := range group {
			c := Canonical(address)
			if other, ok := seen[c]; ok {
				t.Errorf("%q and %q both become %q", other, address, c)
			}
			seen[c] = address
		}
	}
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		"", "http://a", "https://a.b./c;jsessionid=1?x=%41&y#!z", "//x", "http://%zz/%", "http://[::1]:99/(S(lit3py55t21z5v55vlm25s55))/..",
		"https://ex\xffample/ä?ö=ü", "http://0x1..", "HTTP:a\\b?c?d#e", "file:///C|/x", "http://a/..;jsessionid=;x", "http://u@:80/",
		"http://a/%2e%2e;jsessionid=2/x", "https://a/?%75tm_x=1&=&&b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		once := Canonical(address)
		if twice := Canonical(once); twice != once {
			t.Errorf("Canonical(%q) = %q, but of that %q", address, once, twice)
		}
	})
}

func BenchmarkCanonical(b *testing.B) {
	const address = "http://www.example.org/a/b/c.html?id=12&utm_source=x"
	b.SetBytes(int64(len(address)))
	b.ReportAllocs()
	for b.Loop() {
		Canonical(address)
	}
}
