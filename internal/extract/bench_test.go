package extract

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/klauspost/compress/gzip"
	"golang.org/x/net/html"

	"mathsieve/internal/corpus"
)

// BenchmarkExtract measures the whole extraction, charset included, and beside
// it what html.Parse alone and goquery's text cost on the same pages. Without
// MATHSIEVE_DATA the pages are those in testdata; with it they are the real
// pages below it, those that hold formulas apart from the others.
func BenchmarkExtract(b *testing.B) {
	e, err := New(DefaultOptions())
	if err != nil {
		b.Fatal(err)
	}
	w := e.NewWorker()
	for class, pages := range benchClasses(b, w) {
		size := 0
		for _, in := range pages {
			size += len(in.Body)
		}
		run := func(name string, each func(in Input)) {
			b.Run(class+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					for _, in := range pages {
						each(in)
					}
				}
				b.ReportMetric(float64(len(pages)), "pages/op")
			})
		}
		var doc corpus.Document
		run("extract", func(in Input) { w.Extract(in, &doc) })
		run("html.Parse", func(in Input) {
			if _, err := html.Parse(bytes.NewReader(in.Body)); err != nil {
				doc.Text = "" // it gives up on deep pages
			}
		})
		run("goquery", func(in Input) {
			if d, err := goquery.NewDocumentFromReader(bytes.NewReader(in.Body)); err == nil {
				doc.Text = d.Text()
			}
		})
	}
}

// benchClasses returns the pages of each class, without what is no page.
func benchClasses(b *testing.B, w *Worker) map[string][]Input {
	b.Helper()
	classes := make(map[string][]Input)
	if root := os.Getenv("MATHSIEVE_DATA"); root != "" {
		files, err := filepath.Glob(filepath.Join(root, "data", "web", "*.warc.gz"))
		if err != nil || len(files) == 0 {
			b.Fatalf("no WARC files below %s: %v", root, err)
		}
		for _, name := range files {
			readResponses(b, name, func(in Input) {
				var doc corpus.Document
				if w.Extract(in, &doc) != "" {
					return
				}
				class := "other"
				if doc.Metadata.FormulaCount() > 0 {
					class = "maths"
				}
				classes[class] = append(classes[class], in)
			})
		}
		return classes
	}
	names, err := filepath.Glob(filepath.Join("testdata", "*.html"))
	if err != nil || len(names) == 0 {
		b.Fatalf("no pages in testdata: %v", err)
	}
	for _, name := range names {
		page, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		classes["small"] = append(classes["small"], Input{Body: page, ContentType: "text/html"})
	}
	return classes
}

// readResponses calls each with the responses of a WARC file.
func readResponses(tb testing.TB, name string, each func(in Input)) {
	tb.Helper()
	f, err := os.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	r := textproto.NewReader(bufio.NewReader(z))
	for {
		version, err := r.ReadLine()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			tb.Fatal(err)
		}
		if !strings.HasPrefix(version, "WARC/") {
			continue // the lines between records
		}
		header, err := r.ReadMIMEHeader()
		if err != nil {
			tb.Fatal(err)
		}
		size, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			tb.Fatal(err)
		}
		block := make([]byte, size)
		if _, err := io.ReadFull(r.R, block); err != nil {
			tb.Fatal(err)
		}
		if header.Get("WARC-Type") != "response" {
			continue
		}
		response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(block)), nil)
		if err != nil {
			continue
		}
		body, err := io.ReadAll(response.Body)
		if err == nil && response.Header.Get("Content-Encoding") == "" {
			each(Input{Body: body, ContentType: response.Header.Get("Content-Type"), URL: header.Get("WARC-Target-URI")})
		}
		if err := response.Body.Close(); err != nil {
			tb.Fatal(err)
		}
	}
}
