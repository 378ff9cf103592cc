package warc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// benchFile is a file of 200 captures with pages of 20 to 200 KB that compress
// about fivefold, as pages in Common Crawl do.
func benchFile(tb testing.TB, c Compression) (file []byte, decoded int64) {
	tb.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 3000)
	for i := range words {
		words[i] = strconv.FormatUint(uint64(rng.Uint32N(1<<(4+rng.Uint32N(24)))), 16)
	}
	var out bytes.Buffer
	w, err := NewWriter(&out, c)
	if err != nil {
		tb.Fatal(err)
	}
	for i := range 200 {
		var page strings.Builder
		for size := 20_000 + rng.IntN(180_000); page.Len() < size; {
			n := int(rng.ExpFloat64() * 100)
			fmt.Fprintf(&page, "<div class=\"item\"><a href=\"/%s\">%s</a> ", words[n%len(words)], words[rng.IntN(len(words))])
		}
		header := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\nServer: nginx\r\n\r\n", page.Len())
		_, err := writeCapture(w, fmt.Sprintf("https://www.example.org/%d", i), "2026-03-01T00:00:00Z",
			[]byte("GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"), []byte(header), []byte(page.String()), Field{"fetchTimeMs", "12"})
		if err != nil {
			tb.Fatal(err)
		}
	}
	r, err := NewReader(bytes.NewReader(out.Bytes()), "bench", DefaultOptions())
	if err != nil {
		tb.Fatal(err)
	}
	for err == nil {
		_, err = r.Next()
	}
	return out.Bytes(), r.Stats().Decoded
}

func benchmarkReader(b *testing.B, c Compression, change func(*Options)) {
	file, decoded := benchFile(b, c)
	o := DefaultOptions()
	change(&o)
	b.SetBytes(decoded)
	b.ReportAllocs()
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(file), "bench", o)
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
}

func BenchmarkReader(b *testing.B) {
	all := func(*Options) {}
	b.Run("gzip", func(b *testing.B) { benchmarkReader(b, Gzip, all) })
	b.Run("gzip-responses", func(b *testing.B) {
		benchmarkReader(b, Gzip, func(o *Options) { o.Types = []string{TypeResponse} })
	})
	b.Run("gzip-digests", func(b *testing.B) {
		benchmarkReader(b, Gzip, func(o *Options) { o.VerifyDigests = true })
	})
	b.Run("zstd", func(b *testing.B) { benchmarkReader(b, Zstd, all) })
	b.Run("plain", func(b *testing.B) { benchmarkReader(b, Plain, all) })
}

// BenchmarkInflate is the ceiling: the same file through the decoder alone.
func BenchmarkInflate(b *testing.B) {
	file, decoded := benchFile(b, Gzip)
	b.SetBytes(decoded)
	buf := make([]byte, 256<<10)
	for b.Loop() {
		gz, err := gzip.NewReader(bytes.NewReader(file))
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = gz.Read(buf)
		}
	}
}

func BenchmarkHTTPParser(b *testing.B) {
	block := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nDate: Mon, 02 Mar 2026 00:00:00 GMT\r\nServer: nginx\r\nX-Crawler-Content-Encoding: gzip\r\n\r\n" + strings.Repeat("<p>text", 10_000))
	p := NewHTTPParser(DefaultHTTPOptions())
	var r Response
	b.SetBytes(int64(len(block)))
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Parse(block, &r); err != nil {
			b.Fatal(err)
		}
	}
}
