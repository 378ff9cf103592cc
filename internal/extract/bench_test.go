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
	"mathsieve/internal/extract/charset"
	"mathsieve/internal/extract/dom"
)

// How much each way of a benchmark takes in turn, in bytes of HTML. The collection
// after a turn marks all pages: with shorter turns it would be a tenth of the
// time of the fastest way.
const (
	minTurn = 32 << 20 // of small pages, which take longer by the byte
	maxTurn = 128 << 20
)

// A way is one of several ways to treat a page that a benchmark compares.
type way struct {
	name string
	run  func(page int)
}

// A cost is what a way spent on a page in the mean.
type cost struct {
	time   time.Duration
	allocs float64
}

// compareWays returns the costs of the ways, which take turns on pages and are
// charged with the CPU time of the process, so that their ratios hold on a busy
// machine, too.
func compareWays(b *testing.B, pages []Input, ways []way) []cost {
	size := 0
	for _, in := range pages {
		size += len(in.Body)
	}
	order := make([]int, 0, len(pages)) // a small class is repeated
	for range 1 + minTurn/size {
		for page := range pages {
			order = append(order, page)
		}
	}
	turns := 1 + size/maxTurn
	perTurn := (len(order) + turns - 1) / turns
	spent := make([]time.Duration, len(ways))
	allocs := make([]uint64, len(ways))
	for b.Loop() {
		for part := range slices.Chunk(order, perTurn) {
			for i, way := range ways {
				had := allocations()
				began := cpuTime(b)
				for _, page := range part {
					way.run(page)
				}
				runtime.GC() // each pays for its own garbage
				spent[i] += cpuTime(b) - began
				allocs[i] += allocations() - had
			}
		}
	}
	b.ReportMetric(0, "ns/op") // of all ways together
	b.ReportMetric(float64(len(pages)), "pages")
	b.ReportMetric(float64(size)/1e6, "MB")
	costs := make([]cost, len(ways))
	for i := range ways {
		n := b.N * len(order)
		costs[i] = cost{spent[i] / time.Duration(n), float64(allocs[i]) / float64(n)}
	}
	return costs
}

// BenchmarkExtract measures the whole extraction, charset, site rules and
// language included, and beside it what html.Parse alone and goquery's text
// cost on the same pages: "x-html.Parse" is how many times as fast extraction
// is. Without MATHSIEVE_DATA the pages are those in testdata; with it they are
// the real pages below it, by whether they hold formulas and by size.
func BenchmarkExtract(b *testing.B) {
	w := benchWorker(b)
	var doc corpus.Document
	classes := benchClasses(b, w)
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		pages := classes[class]
		ways := []way{
			{"extract", func(i int) { w.Extract(pages[i], &doc) }},
			{"html.Parse", func(i int) {
				if _, err := html.Parse(bytes.NewReader(pages[i].Body)); err != nil {
					doc.Text = "" // it gives up on deep pages
				}
			}},
			{"goquery", func(i int) {
				if d, err := goquery.NewDocumentFromReader(bytes.NewReader(pages[i].Body)); err == nil {
					doc.Text = d.Text()
				}
			}},
		}
		b.Run(class, func(b *testing.B) {
			costs := compareWays(b, pages, ways)
			size := 0
			for _, in := range pages {
				size += len(in.Body)
			}
			for i, way := range ways {
				b.ReportMetric(float64(size)/float64(len(pages))/1e6/costs[i].time.Seconds(), "MB/s-"+way.name)
				b.ReportMetric(costs[i].allocs, "allocs/page-"+way.name)
				if i > 0 {
					b.ReportMetric(float64(costs[i].time)/float64(costs[0].time), "x-"+way.name)
				}
			}
		})
	}
}

// BenchmarkPasses measures where the time of extraction goes, in microseconds a
// page: decoding, the node table, the table with the passes up to the one
// named, and all of Extract. Beside it stand the text of the table alone, which
// any extraction must cost, and html.Parse.
func BenchmarkPasses(b *testing.B) {
	w := benchWorker(b)
	p := &w.page
	limits := w.options.limits()
	limits.ValidUTF8 = true
	var doc corpus.Document
	var buf []byte
	classes := benchClasses(b, w)
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		pages := classes[class]
		bodies := make([][]byte, len(pages))
		for i, in := range pages {
			bodies[i], _ = charset.Decode(nil, in.Body, in.ContentType)
		}
		parse := func(i int) {
			if err := p.tree.Parse(bodies[i], limits); err != nil {
				b.Fatal(err)
			}
		}
		scan := func(i int) {
			parse(i)
			p.begin(bodies[i])
			p.reset()
			p.scan()
		}
		content := func(i int) {
			scan(i)
			p.resolveRenderCalls()
			p.config.finish(p)
			p.markContent()
		}
		ways := []way{
			{"charset", func(i int) { buf, _ = charset.Decode(buf[:0], pages[i].Body, pages[i].ContentType) }},
			{"table", parse},
			{"table+text", func(i int) {
				parse(i)
				buf = p.tree.AppendText(buf[:0], dom.Root)
			}},
			{"scan", scan},
			{"content", content},
			{"render", func(i int) {
				content(i)
				p.renderPage(&doc)
			}},
			{"all", func(i int) { w.Extract(pages[i], &doc) }},
			{"html.Parse", func(i int) {
				if _, err := html.Parse(bytes.NewReader(pages[i].Body)); err != nil {
					doc.Text = "" // it gives up on deep pages
				}
			}},
		}
		b.Run(class, func(b *testing.B) {
			for i, cost := range compareWays(b, pages, ways) {
				b.ReportMetric(float64(cost.time.Nanoseconds())/1e3, "us/page-"+ways[i].name)
			}
		})
	}
}

// benchWorker returns a worker with default options.
func benchWorker(b *testing.B) *Worker {
	b.Helper()
	e, err := New(DefaultOptions())
	if err != nil {
		b.Fatal(err)
	}
	return e.NewWorker()
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
