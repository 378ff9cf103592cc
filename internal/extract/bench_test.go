package extract

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/klauspost/compress/gzip"
	"golang.org/x/net/html"
	"golang.org/x/sys/unix"

	"mathsieve/internal/corpus"
)

// turnPages is how many pages each way of BenchmarkExtract takes in turn.
const turnPages = 512

// BenchmarkExtract measures the whole extraction, charset, site rules and
// language included, and beside it what html.Parse alone and goquery's text
// cost on the same pages. The three take turns on every few hundred pages and are
// charged with the CPU time of the process, so that their ratios hold on a busy
// machine, too: "x-html.Parse" is how many times as fast extraction is. Without
// MATHSIEVE_DATA the pages are those in testdata; with it they are the real
// pages below it, by whether they hold formulas and by size.
func BenchmarkExtract(b *testing.B) {
	e, err := New(DefaultOptions())
	if err != nil {
		b.Fatal(err)
	}
	w := e.NewWorker()
	var doc corpus.Document
	ways := [...]struct {
		name string
		run  func(in Input)
	}{
		{"extract", func(in Input) { w.Extract(in, &doc) }},
		{"html.Parse", func(in Input) {
			if _, err := html.Parse(bytes.NewReader(in.Body)); err != nil {
				doc.Text = "" // it gives up on deep pages
			}
		}},
		{"goquery", func(in Input) {
			if d, err := goquery.NewDocumentFromReader(bytes.NewReader(in.Body)); err == nil {
				doc.Text = d.Text()
			}
		}},
	}
	classes := benchClasses(b, w)
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		count := len(classes[class])
		pages := slices.Repeat(classes[class], 1+turnPages/count) // a small class would measure the collector
		b.Run(class, func(b *testing.B) {
			var spent [len(ways)]time.Duration
			var allocs [len(ways)]uint64
			for b.Loop() {
				for turn := range slices.Chunk(pages, turnPages) {
					for i, way := range ways {
						had := allocations()
						began := cpuTime(b)
						for _, in := range turn {
							way.run(in)
						}
						runtime.GC() // each pays for its own garbage
						spent[i] += cpuTime(b) - began
						allocs[i] += allocations() - had
					}
				}
			}
			size := 0
			for _, in := range pages {
				size += len(in.Body)
			}
			b.ReportMetric(0, "ns/op") // of the three together
			b.ReportMetric(float64(count), "pages")
			b.ReportMetric(float64(size)/1e6*float64(count)/float64(len(pages)), "MB")
			for i, way := range ways {
				b.ReportMetric(float64(size)*float64(b.N)/1e6/spent[i].Seconds(), "MB/s-"+way.name)
				b.ReportMetric(float64(allocs[i])/float64(b.N*len(pages)), "allocs/page-"+way.name)
				if i > 0 {
					b.ReportMetric(float64(spent[i])/float64(spent[0]), "x-"+way.name)
				}
			}
		})
	}
}

// cpuTime returns the user and system time of the process, the garbage
// collector's included.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// allocations returns the number of objects that were ever allocated.
func allocations() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// largePage is the size in bytes from which a page counts as large: half of the
// pages of the web are.
const largePage = 32 << 10

// benchClasses returns the pages of each class, without what is no page.
func benchClasses(b *testing.B, w *Worker) map[string][]Input {
	b.Helper()
	classes := make(map[string][]Input)
	add := func(in Input) {
		var doc corpus.Document
		if w.Extract(in, &doc) != "" {
			return
		}
		class := "other"
		if doc.Metadata.FormulaCount() > 0 {
			class = "maths"
		}
		size := "small"
		if len(in.Body) >= largePage {
			size = "large"
		}
		for _, name := range [...]string{class + "/" + size, class + "/all", "all"} {
			classes[name] = append(classes[name], in)
		}
	}
	if root := os.Getenv("MATHSIEVE_DATA"); root != "" {
		files, err := filepath.Glob(filepath.Join(root, "data", "web", "*.warc.gz"))
		if err != nil || len(files) == 0 {
			b.Fatalf("no WARC files below %s: %v", root, err)
		}
		for _, name := range files {
			readResponses(b, name, add)
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
		add(Input{Body: page, ContentType: "text/html"})
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
