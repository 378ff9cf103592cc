package dedup

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"io"
	"math"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/zeebo/xxh3"

	"mathsieve/internal/corpus"
)

// A realPage is a page of the external test data with its crudely stripped
// text and its distinct shingles, ascending.
type realPage struct {
	corpus.Document
	pack, row int
	shingles  []uint64
}

// truthRow is what the test data say about a page.
type truthRow struct {
	ID       string   `json:"record_id"`
	Group    string   `json:"dup_group"`
	Role     string   `json:"dup_role"`
	Jaccard5 *float64 `json:"jaccard5"`
	Ratio    float64  `json:"edit_ratio"`
	Natural  string   `json:"natural_group"`
}

// realPages reads the pages of the external test data, pack by pack.
func realPages(t testing.TB) [][]realPage {
	t.Helper()
	root := os.Getenv("MATHSIEVE_DATA")
	if root == "" {
		t.Skip("MATHSIEVE_DATA is not set")
	}
	packs, err := loadReal(root)
	if err != nil {
		t.Fatal(err)
	}
	return packs
}

var loadReal = func() func(root string) ([][]realPage, error) {
	var once sync.Once
	var packs [][]realPage
	var err error
	return func(root string) ([][]realPage, error) {
		once.Do(func() {
			var paths []string
			if paths, err = filepath.Glob(filepath.Join(root, "data", "web", "*.warc.gz")); err != nil {
				return
			}
			for i, path := range paths {
				var pages []realPage
				if pages, err = readWARC(path, i); err != nil {
					return
				}
				for k := range pages {
					pages[k].fillShingles()
				}
				packs = append(packs, pages)
			}
		})
		return packs, err
	}
}()

func readWARC(path string, pack int) ([]realPage, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	r := textproto.NewReader(bufio.NewReaderSize(z, 1<<20))
	var pages []realPage
	for {
		line, err := r.ReadLine()
		if errors.Is(err, io.EOF) {
			return pages, nil
		}
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(line, "WARC/") {
			continue
		}
		head, err := r.ReadMIMEHeader()
		if err != nil {
			return nil, err
		}
		size, err := strconv.Atoi(head.Get("Content-Length"))
		if err != nil {
			return nil, err
		}
		block := make([]byte, size)
		if _, err := io.ReadFull(r.R, block); err != nil {
			return nil, err
		}
		_, body, ok := bytes.Cut(block, []byte("\r\n\r\n"))
		if head.Get("WARC-Type") != "response" || !ok {
			continue
		}
		pages = append(pages, newRealPage(head.Get("WARC-Record-ID"), head.Get("WARC-Target-URI"), body, pack, len(pages)))
	}
}

// stripTags replaces tags, comments, scripts, styles and the head by blanks.
func stripTags(body []byte) []byte {
	var text []byte
	for len(body) > 0 {
		at := bytes.IndexByte(body, '<')
		if at < 0 {
			return append(text, body...)
		}
		text = append(append(text, body[:at]...), ' ')
		body = body[at:]
		closing := []byte(">")
		if bytes.HasPrefix(body, []byte("<!--")) {
			closing = []byte("-->")
		}
		for _, hidden := range []string{"script", "style", "head", "noscript"} {
			if n := len(hidden) + 1; len(body) > n && strings.EqualFold(string(body[1:n]), hidden) && !isASCIILetter(body[n]) {
				closing = []byte("</" + hidden)
			}
		}
		end := bytes.Index(body, closing)
		if end < 0 {
			return text
		}
		body = body[end+len(closing):]
	}
	return text
}

func newRealPage(id, url string, body []byte, pack, row int) realPage {
	text := stripTags(body)
	p := realPage{pack: pack, row: row}
	p.ID, p.URL = id, url
	p.Text = strings.ToValidUTF8(html.UnescapeString(string(text)), "\uFFFD")
	return p
}

func (p *realPage) fillShingles() {
	var tok tokenizer
	tok.run(p.Text)
	for i := range tok.shingles(5) {
		p.shingles = append(p.shingles, xxh3.Hash(tok.shingle(i, 5)))
	}
	slices.Sort(p.shingles)
	p.shingles = slices.Compact(p.shingles)
}

// jaccard returns the exact similarity of two pages.
func jaccard(a, b *realPage) float64 {
	i, j, both := 0, 0, 0
	for i < len(a.shingles) && j < len(b.shingles) {
		switch {
		case a.shingles[i] < b.shingles[j]:
			i++
		case a.shingles[i] > b.shingles[j]:
			j++
		default:
			i, j, both = i+1, j+1, both+1
		}
	}
	if union := len(a.shingles) + len(b.shingles) - both; union > 0 {
		return float64(both) / float64(union)
	}
	return 1
}

// similarPairs returns all pairs of pages with an exact similarity of at least
// threshold, found by counting shared shingles.
func similarPairs(pages []*realPage, threshold float64) map[[2]int]float64 {
	pairs := map[[2]int]float64{}
	postings := map[uint64][]int32{}
	shared := make([]int32, len(pages))
	for i, p := range pages {
		var touched []int32
		for _, s := range p.shingles {
			for _, j := range postings[s] {
				if shared[j] == 0 {
					touched = append(touched, j)
				}
				shared[j]++
			}
			postings[s] = append(postings[s], int32(i))
		}
		for _, j := range touched {
			union := len(p.shingles) + len(pages[j].shingles) - int(shared[j])
			if s := float64(shared[j]) / float64(union); s >= threshold {
				pairs[[2]int{int(j), i}] = s
			}
			shared[j] = 0
		}
	}
	return pairs
}

// dedupReal runs the flow over the pages and returns the drops by page.
func dedupReal(t testing.TB, packs [][]realPage, o Options) (*flow, map[[2]int]drop) {
	t.Helper()
	f := newFlow(o, 5, 16<<20, 1)
	for _, pages := range packs {
		docs := make([]corpus.Document, len(pages))
		for i := range pages {
			docs[i] = pages[i].Document
		}
		f.addDocuments(t, docs)
	}
	drops := map[[2]int]drop{}
	for _, d := range f.run(t) {
		drops[[2]int{d.Pack, d.Row}] = d
	}
	return f, drops
}

// On real pages no document is dropped for one that is less than 0.7 similar
// by exact count, few pairs above the threshold are both kept, and the
// similarity that is reported is near the exact one.
func TestRealExact(t *testing.T) {
	packs := realPages(t)
	o := DefaultOptions()
	f, drops := dedupReal(t, packs, o)
	var estimate spreadOf
	lowest, farthest := 1.0, 0.0
	reasons := map[corpus.Reason]int{}
	for _, d := range drops {
		reasons[d.Reason]++
		if d.Reason != NearDuplicate {
			continue
		}
		exact := jaccard(&packs[d.Pack][d.Row], &packs[d.TwinPack][d.TwinRow])
		lowest = min(lowest, exact)
		estimate.add(float64(d.Similarity) - exact)
		farthest = max(farthest, math.Abs(float64(d.Similarity)-exact))
		if exact < 0.7 {
			t.Errorf("%s is dropped for %s, exact similarity %.3f, estimate %.3f",
				packs[d.Pack][d.Row].URL, packs[d.TwinPack][d.TwinRow].URL, exact, d.Similarity)
		}
	}
	t.Logf("dropped %v; near duplicates: lowest exact similarity %.3f, estimate %+.4f ± %.4f, at most %.4f off",
		reasons, lowest, estimate.mean(), estimate.deviation(), farthest)
	t.Logf("counts: %+v", f.stats)
	if estimate.deviation() > 0.02 {
		t.Errorf("estimates are spread by %.4f", estimate.deviation())
	}

	// Pairs among the documents that reached the near stage.
	var pages []*realPage
	for i := range packs {
		for k := range packs[i] {
			d, ok := drops[[2]int{i, k}]
			if (!ok || d.Reason == NearDuplicate) && len(packs[i][k].shingles) >= o.MinShingles {
				pages = append(pages, &packs[i][k])
			}
		}
	}
	var all, settled [11]int
	for pair, s := range similarPairs(pages, 0.8) {
		bin := int(s*20+1e-9) - 16
		all[bin]++
		for _, i := range pair {
			if _, ok := drops[[2]int{pages[i].pack, pages[i].row}]; ok {
				settled[bin]++
				break
			}
		}
	}
	for bin, n := range all {
		if n == 0 {
			continue
		}
		share := float64(settled[bin]) / float64(n)
		t.Logf("exact similarity from %.2f: %d pairs, one of them dropped in %.4f", 0.8+float64(bin)/20, n, share)
		if want := []float64{0.8, 0.95, 0.99, 0.999, 1}[min(bin, 4)]; share < want {
			t.Errorf("from %.2f: %.4f of the pairs are settled, want %.3f", 0.8+float64(bin)/20, share, want)
		}
	}
}

// readTruth reads what the test data say about the pages, by id.
func readTruth(t *testing.T) map[string]truthRow {
	t.Helper()
	f, err := os.Open(filepath.Join(os.Getenv("MATHSIEVE_DATA"), "data", "truth", "web.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := map[string]truthRow{}
	for d := json.NewDecoder(f); ; {
		var row truthRow
		err := d.Decode(&row)
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows[row.ID] = row
	}
}

// Against the labels: copies that were injected with a known similarity.
func TestRealLabels(t *testing.T) {
	packs := realPages(t)
	rows := readTruth(t)
	_, drops := dedupReal(t, packs, DefaultOptions())

	// A group is found out if of it and its copy at most one stays.
	members := map[string][][2]int{}
	for i := range packs {
		for k := range packs[i] {
			if row := rows[packs[i][k].ID]; row.Group != "" && row.Role == "orig" {
				members[row.Group] = append(members[row.Group], [2]int{i, k})
			}
		}
	}
	type tally struct{ found, all int }
	exact, near := map[string]*tally{}, [10]tally{}
	for i := range packs {
		for k := range packs[i] {
			row := rows[packs[i][k].ID]
			if row.Group == "" || row.Role == "orig" {
				continue
			}
			_, found := drops[[2]int{i, k}]
			for _, m := range members[row.Group] {
				_, ok := drops[m]
				found = found || ok
			}
			var to *tally
			if row.Role == "near" {
				to = &near[min(int(*row.Jaccard5*10), 9)]
			} else {
				if exact[row.Role] == nil {
					exact[row.Role] = new(tally)
				}
				to = exact[row.Role]
			}
			to.all++
			if found {
				to.found++
			}
		}
	}
	for role, n := range exact {
		t.Logf("%s: %d of %d", role, n.found, n.all)
		if n.found < n.all {
			t.Errorf("%s: %d of %d found", role, n.found, n.all)
		}
	}
	for bin, n := range near {
		t.Logf("near, labelled similarity from 0.%d: %d of %d", bin, n.found, n.all)
	}
	if near[9].found*100 < near[9].all*98 {
		t.Errorf("%d of %d copies above 0.9 found", near[9].found, near[9].all)
	}
}
