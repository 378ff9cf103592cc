package warc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

const page = "<!DOCTYPE html><html><body><p>Let $x$ be a real number, and so on.</p></body></html>\n"

func compress(t testing.TB, encoding, s string) string {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	switch encoding {
	case "gzip":
		return string(gz(t, s))
	case "zlib":
		w = zlib.NewWriter(&out)
	case "deflate":
		fw, err := flate.NewWriter(&out, 6)
		if err != nil {
			t.Fatal(err)
		}
		w = fw
	case "br":
		w = brotli.NewWriter(&out)
	case "zstd":
		zw, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		w = zw
	}
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func chunked(s string, n int, extension string) string {
	var b strings.Builder
	for ; len(s) > n; s = s[n:] {
		fmt.Fprintf(&b, "%x%s\r\n%s\r\n", n, extension, s[:n])
	}
	fmt.Fprintf(&b, "%X\r\n%s\r\n0\r\nX-Trailer: 1\r\n\r\n", len(s), s)
	return b.String()
}

// parseHTTP parses one response with a parser of its own.
func parseHTTP(block []byte, o HTTPOptions) (*Response, error) {
	r := new(Response)
	err := NewHTTPParser(o).Parse(block, r)
	return r, err
}

func TestParseHTTP(t *testing.T) {
	p := NewHTTPParser(DefaultHTTPOptions())
	var r Response
	f := func(block string, status int, body string, flags ...string) {
		t.Helper()
		before := strings.Clone(block)
		if err := p.Parse([]byte(block), &r); err != nil {
			t.Errorf("%.80q: %v", block, err)
			return
		}
		if r.Status != status || string(r.Body) != body || !slices.Equal(r.Flags, flags) {
			t.Errorf("%.80q:\nstatus %d, flags %v, body %.200q;\nwant %d, %v, %.200q", block, r.Status, r.Flags, r.Body, status, flags, body)
		}
		if block != before {
			t.Errorf("%.80q: block was changed", block)
		}
	}
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	// Status lines.
	f(ok+"\r\n"+page, 200, page)
	f("HTTP/1.0 404 Not Found\r\n\r\n"+page, 404, page)
	f("HTTP/2 200\r\ncontent-type: text/html\r\n\r\n"+page, 200, page)
	f("HTTP/2 200 \r\n:status: 200\r\ncontent-type: text/html\r\n\r\n"+page, 200, page, HTTPOddHeader)
	f("HTTP/3 301\r\n\r\n", 301, "")
	f("h2 200\r\n\r\n"+page, 200, page)
	f("ICY 200 OK\r\n\r\n"+page, 200, page)
	f("http/1.1  200 OK\r\n\r\n"+page, 200, page)
	f("HTTP/1.1 \r\nA: b\r\n\r\n"+page, 0, page, HTTPNoStatus)
	f("HTTP/1.1 2000 What\r\n\r\n"+page, 0, page, HTTPNoStatus)
	f("HTTP/1.1 200\r\n\r\n"+page, 200, page)
	f("\r\nHTTP/1.1 200 OK\r\n\r\n"+page, 200, page)
	f("Content-Type: text/html\r\nServer: x\r\n\r\n"+page, 0, page, HTTPNoStatus)
	f(page, 0, page, HTTPNoHeader, HTTPNoStatus)
	f("plain text without any header", 0, "plain text without any header", HTTPNoHeader, HTTPNoStatus)
	// Header lines.
	f(strings.ReplaceAll(ok, "\r", "")+"\n"+page, 200, page)
	f("HTTP/1.1 200 OK\r\r\nA: b\r\r\n\r\r\n"+page, 200, page)
	f("HTTP/1.1 200 OK\r\nX: a\x00b\r\n\xff\xfe: y\r\nnocolon\r\n: v\r\n\r\n"+page, 200, page, HTTPOddHeader)
	f(ok+"X: one\r\n two\r\n\r\n"+page, 200, page, HTTPOddHeader)
	f(ok+strings.Repeat("X-Y: z\r\n", 5000)+"\r\n"+page, 200, page)
	f(ok+"Set-Cookie: "+strings.Repeat("c", 1<<20)+"\r\n\r\n"+page, 200, page)
	f(ok+page, 200, page, HTTPNoHeaderEnd)
	f("HTTP/1.1 304 Not Modified\r\nDate: x\r\n", 304, "", HTTPNoHeaderEnd)
	f(ok+"\r\n", 200, "")
	// Lengths.
	f(ok+"Content-Length: 5\r\n\r\n"+page, 200, page, HTTPLength)
	f(ok+"Content-Length: 99999999999999999999\r\n\r\n"+page, 200, page, HTTPLength)
	f(ok+fmt.Sprintf("Content-Length: %d\r\n\r\n\r\n", len(page))+page, 200, page, HTTPExtraCRLF)
	f(ok+fmt.Sprintf("Content-Length: %d\r\n\r\n\r\n", len(page)+2)+page, 200, "\r\n"+page)
	f(ok+"\r\n\n"+page, 200, "\n"+page)
	f(ok+"X-Crawler-Content-Encoding: gzip\r\nX-Crawler-Content-Length: 7\r\nX-Crawl-Transfer-Encoding: chunked\r\n\r\n"+page, 200, page)
	// Chunks.
	const te = ok + "Transfer-Encoding: chunked\r\n\r\n"
	f(te+chunked(page, 7, ""), 200, page)
	f(te+chunked(page, 1, ";"+strings.Repeat("e", 200)), 200, page)
	f(te+strings.ReplaceAll(chunked(page, 30, " "), "\r", ""), 200, page)
	f(te+chunked(page, 30, "")[:70], 200, page[:60], HTTPTruncated)
	f(te+"2000\r\n"+page, 200, page, HTTPTruncated)
	f(te+"\r\n"+chunked(page, 30, ""), 200, page, HTTPExtraCRLF)
	f(te+page, 200, page, HTTPLeftover)
	f(te+"add\nup the numbers", 200, "add\nup the numbers", HTTPLeftover)
	f(te+"5\r\n<html\r\nffffffffffffffff0\r\nx", 200, "5\r\n<html\r\nffffffffffffffff0\r\nx", HTTPLeftover)
	f(te+"7fffffffffffffff\r\nx", 200, "7fffffffffffffff\r\nx", HTTPLeftover)
	f(te+"0\r\n\r\n", 200, "")
	// Encodings.
	ce := func(names string) string { return ok + "Content-Encoding: " + names + "\r\n\r\n" }
	f(ce("gzip")+compress(t, "gzip", page), 200, page)
	f(ce("X-GZIP")+compress(t, "gzip", page), 200, page)
	f(ce("gzip")+compress(t, "gzip", page[:9])+compress(t, "gzip", page[9:]), 200, page)
	f(ce("gzip")+compress(t, "gzip", page)+"some trailing junk", 200, page)
	f(ce("deflate")+compress(t, "zlib", page), 200, page)
	f(ce("deflate")+compress(t, "deflate", page), 200, page)
	f(ce("br")+compress(t, "br", page), 200, page)
	f(ce("zstd")+compress(t, "zstd", page), 200, page)
	f(ce("deflate, gzip")+compress(t, "gzip", compress(t, "deflate", page)), 200, page)
	f(ce("deflate, br, zstd")+compress(t, "zstd", compress(t, "br", compress(t, "zlib", page))), 200, page)
	f(ok+"Transfer-Encoding: chunked\r\nContent-Encoding: deflate\r\n\r\n"+chunked(compress(t, "deflate", page), 9, ""), 200, page)
	f(ok+"\r\n"+compress(t, "gzip", page), 200, page, HTTPUnlabelled)
	f(ok+"Content-Encoding: gzip\r\n\r\n\r\n"+compress(t, "gzip", page), 200, page, HTTPExtraCRLF)
	for _, name := range []string{"gzip", "br", "deflate", "zstd", "gzip, gzip"} {
		f(ce(name)+page, 200, page, HTTPLeftover)
	}
	f(ce("x-unknown")+page, 200, page, HTTPUnknownEncoding)
	f(ce("identity")+page, 200, page)
	long := strings.Repeat(page, 3)
	f(ce("gzip")+compress(t, "gzip", long)[:len(compress(t, "gzip", long))-8], 200, long, HTTPTruncated)
}

func TestParseHTTPErrors(t *testing.T) {
	o := HTTPOptions{MaxBody: 1 << 20, MaxHeader: 64 << 10}
	f := func(block string, want error) {
		t.Helper()
		r, err := parseHTTP([]byte(block), o)
		if !errors.Is(err, want) || len(r.Body) > 0 {
			t.Errorf("%.80q: error %v and %d bytes, want %v", block, err, len(r.Body), want)
		}
	}
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	big := strings.Repeat("a", 2<<20)
	f("", ErrHTTPHeader)
	f(ok+"Set-Cookie: ccc", ErrHTTPHeader)
	f(ok+"Set-Cookie: "+big+"\r\n\r\n"+page, ErrHTTPHeader)
	for _, e := range []string{"gzip", "deflate", "br", "zstd"} {
		f(ok+"Content-Encoding: "+e+"\r\n\r\n"+compress(t, e, big), ErrHTTPTooLarge)
	}
	f(ok+"Content-Encoding: zstd\r\n\r\n\x28\xb5\x2f\xfd\x00\xff\x29\x00\x00hello", ErrHTTPEncoding)
	f(ok+"Content-Encoding: br\r\n\r\n\x00\x01\x02\x03\x00\x00\xff", ErrHTTPEncoding)
	f(ok+"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\xff\x00\x00\x00\x00\x00\x00", ErrHTTPEncoding)
}

func TestHTTPFields(t *testing.T) {
	block := []byte("HTTP/1.1 200 OK\r\ncontent-TYPE: application/pdf\r\nContent-Type: text/html; charset=utf-8\r\n" +
		"Content-Type: rubbish\r\nX: one\r\n two\r\n\tthree\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n")
	r, err := parseHTTP(block, DefaultHTTPOptions())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.ContentType(); got != "text/html; charset=utf-8" {
		t.Errorf("ContentType = %q", got)
	}
	if got := string(r.value("x")); got != "one two three" {
		t.Errorf("X = %q", got)
	}
	if d := cmp.Diff([]string{"a", "b"}, r.Values("set-cookie")); d != "" {
		t.Error(d)
	}
	if !r.IsPage() || (&Response{Status: 206}).IsPage() || !(&Response{}).IsPage() {
		t.Error("IsPage is wrong")
	}
}

// TestHTTPBufferReuse decodes bodies through one parser in turn: no body may
// show through another.
func TestHTTPBufferReuse(t *testing.T) {
	p := NewHTTPParser(DefaultHTTPOptions())
	var r Response
	for i := range 200 {
		want := strings.Repeat(fmt.Sprintf("<p>%d</p>", i*7919%200), 1+i*31%50)
		e := []string{"gzip", "deflate", "br", "zstd", "zlib"}[i%5]
		block := "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, " + strings.Replace(e, "zlib", "deflate", 1) + "\r\n\r\n" + compress(t, e, compress(t, "gzip", want))
		if err := p.Parse([]byte(block), &r); err != nil || string(r.Body) != want {
			t.Fatalf("%d: %v, %.100q, want %.100q", i, err, r.Body, want)
		}
	}
}

// TestHTTPBodyBomb holds the memory that a body is gathered in to little more
// than its limit, and larger bodies to what they hold.
func TestHTTPBodyBomb(t *testing.T) {
	var text strings.Builder
	for i := range 12 << 17 {
		fmt.Fprintf(&text, "%07x\n", i)
	}
	want := text.String() // 12 MiB, no part like another
	f := func(limit int64, wantErr error, most uint64) {
		t.Helper()
		p := NewHTTPParser(HTTPOptions{MaxBody: limit, MaxHeader: 64 << 10})
		block := []byte("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + compress(t, "gzip", want))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var r Response
		err := p.Parse(block, &r)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, wantErr) || err == nil && string(r.Body) != want {
			t.Errorf("limit %d: error %v and %d bytes", limit, err, len(r.Body))
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > most {
			t.Errorf("limit %d: %d bytes allocated, want at most %d", limit, used, most)
		}
	}
	f(16<<20, nil, 58<<20)
	f(8<<20, ErrHTTPTooLarge, 32<<20)
}
