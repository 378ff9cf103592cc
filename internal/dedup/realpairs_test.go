package dedup

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	minhashlsh "github.com/ekzhu/minhash-lsh"

	"mathsieve/internal/corpus"
)

// pairPages is the number of documents of the tests of all pairs where the
// environment says no other. MATHSIEVE_TEST_PAGES=25000 takes two minutes.
const pairPages = 3000

func numberOfPages(t *testing.T) int {
	if testing.Short() { // as with the race detector, which makes it ten times as slow
		return envNumber(t, "MATHSIEVE_TEST_PAGES", pairPages/5)
	}
	return envNumber(t, "MATHSIEVE_TEST_PAGES", pairPages)
}

// manyPages returns at least n real documents of which no two have the same
// text: the pages of all sets of the external data, in a random order; and if
// they are too few, sections of them, stretches of 400 words in a row; and among
// them, one for every ten, copies in which words are replaced.
func manyPages(t *testing.T, n int) []*realPage {
	t.Helper()
	root := os.Getenv("MATHSIEVE_DATA")
	if root == "" {
		t.Skip("MATHSIEVE_DATA is not set")
	}
	whole, err := loadAll(root)
	if err != nil {
		t.Fatal(err)
	}
	whole = slices.Clone(whole)
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(whole), func(i, j int) { whole[i], whole[j] = whole[j], whole[i] })
	var all []*realPage
	seen := map[[16]byte]bool{}
	sketcher := newSketcher(t)
	var s Sketch
	kinds := map[string]int{}
	add := func(kind, text string) {
		p := pageOf("", "", text, 0, len(all))
		sketcher.Sketch(&p.Document, &s)
		if len(all) < n && s.Shingles >= 5 && !seen[s.Text] {
			seen[s.Text] = true
			kinds[kind]++
			all = append(all, &p)
		}
	}
	edited := func(text string) string {
		words := strings.Fields(text)
		share := r.Float64() * 0.08
		for i := range words {
			if r.Float64() < share {
				words[i] = words[r.IntN(len(words))]
			}
		}
		return strings.Join(words, " ")
	}
	for i := 0; i < len(whole) && len(all) < n; i++ {
		add("page", whole[i].Text)
		if i%10 == 0 {
			add("edited copy", edited(whole[i].Text))
		}
	}
	const section = 400
	for at := 0; len(all) < n; at += section {
		before := len(all)
		for i := range whole {
			if words := strings.Fields(whole[i].Text); len(words) > at+section/2 && len(words) > section {
				text := strings.Join(words[at:min(at+section, len(words))], " ")
				add("section", text)
				if i%10 == 0 {
					add("edited copy", edited(text))
				}
			}
		}
		if len(all) == before {
			t.Fatalf("only %d documents", before)
		}
	}
	t.Logf("%d documents: %v", len(all), kinds)
	return all
}

// loadAll reads the pages of all sets, once.
var loadAll = func() func(root string) ([]realPage, error) {
	var once sync.Once
	var all []realPage
	var err error
	return func(root string) ([]realPage, error) {
		once.Do(func() {
			for _, set := range []string{"web", "seed", "hard"} {
				var paths []string
				if paths, err = filepath.Glob(filepath.Join(root, "data", set, "*.warc.gz")); err != nil {
					return
				}
				for _, path := range paths {
					var pages []realPage
					if pages, err = readWARC(path, 0); err != nil {
						return
					}
					all = append(all, pages...)
				}
			}
		})
		return all, err
	}
}()

// sketchesOf sketches pages, all with the same options.
func sketchesOf(t *testing.T, pages []*realPage, o Options) []Sketch {
	t.Helper()
	sketcher, err := NewSketcher(o)
	if err != nil {
		t.Fatal(err)
	}
	sketches := make([]Sketch, len(pages))
	for i, p := range pages {
		sketcher.Sketch(&p.Document, &sketches[i])
	}
	return sketches
}

// bandRecords yields the band records of sketches, as ExactText passes them on.
func bandRecords(sketches []Sketch) *generated {
	var records []byte
	for i := range sketches {
		for _, key := range sketches[i].Bands {
			records = binary.BigEndian.AppendUint64(records, key)
			records = appendNode(records, nodeOf(0, 0, 0, i))
		}
	}
	return &generated{n: len(records) / BandWidth, record: make([]byte, BandWidth), fill: func(i int, record []byte) {
		copy(record, records[i*BandWidth:])
	}}
}

// candidatePairs returns the pairs of rows that agree in a band, each once.
func candidatePairs(t *testing.T, sketches []Sketch, o Options) map[[2]int]bool {
	t.Helper()
	o.Leaders, o.GiantBucket = 1<<20, 1<<30 // every pair, for once
	found, _ := pairsOf(t, bandRecords(sketches), o, 256<<20)
	pairs := make(map[[2]int]bool, len(found))
	for _, p := range found {
		pairs[[2]int{p[0].Row(), p[1].Row()}] = true
	}
	return pairs
}

// TestRealPairs holds all pairs of many real documents against their exact
// similarity, by brute force: which become candidates, against theory; and which
// pass for near duplicates, with precision and recall.
func TestRealPairs(t *testing.T) {
	pages := manyPages(t, numberOfPages(t))
	o := DefaultOptions()
	sketches := sketchesOf(t, pages, o)
	exact := similarPairs(pages, 0.3)
	candidates := candidatePairs(t, sketches, o)

	type bin struct{ pairs, candidates, passed, theory float64 }
	var bins [15]bin // from 0.30, in steps of 0.05; the last one is 1
	var accepted, right, similar, found, wrong int
	var estimate spreadOf
	for pair, s := range exact {
		b := &bins[min(int(s*20+1e-9)-6, len(bins)-1)]
		b.pairs++
		b.theory += 1 - math.Pow(1-math.Pow(s, 8), 14)
		estimated := float64(sketches[pair[0]].Fingerprint.Similarity(&sketches[pair[1]].Fingerprint))
		if s >= 0.65 && s < 0.95 {
			estimate.add(estimated - s)
		}
		passes := candidates[pair] && float32(estimated) >= float32(o.Threshold)
		if candidates[pair] {
			b.candidates++
		}
		if s >= o.Threshold {
			similar++
		}
		if !passes {
			continue
		}
		b.passed++
		accepted++
		if s >= o.Threshold {
			right++
			found++
		}
		if s < 0.7 {
			wrong++
		}
	}
	below := 0 // candidates that are less than 0.3 similar
	for pair := range candidates {
		if _, ok := exact[pair]; ok {
			continue
		}
		below++
		if sketches[pair[0]].Fingerprint.Similarity(&sketches[pair[1]].Fingerprint) >= float32(o.Threshold) {
			accepted++
			wrong++
		}
	}
	var table strings.Builder
	for i, b := range bins {
		if b.pairs == 0 {
			continue
		}
		fmt.Fprintf(&table, "\n%.2f  %7.0f pairs  candidates %.4f, in theory %.4f  passed %.4f",
			0.3+float64(i)/20, b.pairs, b.candidates/b.pairs, b.theory/b.pairs, b.passed/b.pairs)
		// Pairs of one family are not independent: five times the spread of
		// independent ones, and three hundredths.
		share := b.theory / b.pairs
		if off := math.Abs(b.candidates/b.pairs - share); off > 0.03+5*math.Sqrt(share*(1-share)/b.pairs) {
			t.Errorf("from %.2f: %.4f of the pairs are candidates, in theory %.4f", 0.3+float64(i)/20, b.candidates/b.pairs, share)
		}
	}
	t.Logf("by exact similarity:%s", table.String())
	precision, recall := float64(right)/float64(accepted), float64(found)/float64(similar)
	t.Logf("pairs of at least %.2f: %d; passed %d; precision %.4f, recall %.4f; passed below 0.7: %d; candidates below 0.3: %d; estimate %+.4f ± %.4f",
		o.Threshold, similar, accepted, precision, recall, wrong, below, estimate.mean(), estimate.deviation())
	if wrong > 0 {
		t.Errorf("%d pairs below 0.7 pass for 0.8", wrong)
	}
	if precision < 0.95 || recall < 0.9 {
		t.Errorf("precision %.4f, recall %.4f", precision, recall)
	}
}

// TestRealIndexAgainstMinhashLSH gives the same signatures of many real
// documents to the index of ekzhu/minhash-lsh: the same pairs, and what each
// takes.
func TestRealIndexAgainstMinhashLSH(t *testing.T) {
	pages := manyPages(t, numberOfPages(t))
	o := DefaultOptions()
	o.BandThreshold = 0.8
	sketches := sketchesOf(t, pages, o)
	signatures := make([][]uint64, len(sketches))
	for i := range sketches {
		for _, v := range sketches[i].Signature {
			signatures[i] = append(signatures[i], uint64(v))
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := cpuTime()
	index := minhashlsh.NewMinhashLSH32(o.Bands*o.Rows, o.BandThreshold)
	for i := range signatures {
		index.Add(i, signatures[i])
	}
	index.Index()
	theirs := map[[2]int]bool{}
	for i := range signatures {
		for _, j := range index.Query(signatures[i]) {
			if j := j.(int); j < i {
				theirs[[2]int{j, i}] = true
			}
		}
	}
	theirTime := cpuTime() - start
	runtime.GC()
	runtime.ReadMemStats(&after)
	theirBytes := (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / float64(len(pages))
	runtime.KeepAlive(index)
	runtime.KeepAlive(pages)
	runtime.KeepAlive(signatures)

	start = cpuTime()
	ours := candidatePairs(t, sketches, o)
	ourTime := cpuTime() - start
	bands, _ := o.Banding()
	t.Logf("%d documents, %d pairs: minhash-lsh %.2f CPU s and %.0f bytes a document in memory, ours %.2f s and %d bytes a document on disk, pairs included; %.1f × the speed",
		len(pages), len(ours), theirTime.Seconds(), theirBytes, ourTime.Seconds(), BandWidth*bands, theirTime.Seconds()/max(ourTime, time.Millisecond).Seconds())
	missing := 0
	for pair := range theirs {
		if !ours[pair] {
			missing++
		}
	}
	if missing > 0 || len(ours) != len(theirs) {
		t.Errorf("%d pairs, minhash-lsh has %d, of which %d are missing", len(ours), len(theirs), missing)
	}
}

// TestRealEdits reports how many of the injected copies are found, by how much
// they were edited.
func TestRealEdits(t *testing.T) {
	packs := realPages(t)
	rows := readTruth(t)
	_, drops := dedupReal(t, packs, DefaultOptions())
	original := map[string][][2]int{}
	for i := range packs {
		for k := range packs[i] {
			if row := rows[packs[i][k].ID]; row.Role == "orig" {
				original[row.Group] = append(original[row.Group], [2]int{i, k})
			}
		}
	}
	type tally struct{ all, found, similar, similarFound int }
	by := map[float64]*tally{}
	for i := range packs {
		for k := range packs[i] {
			row := rows[packs[i][k].ID]
			if row.Role != "near" {
				continue
			}
			n := by[row.Ratio]
			if n == nil {
				n = new(tally)
				by[row.Ratio] = n
			}
			_, found := drops[[2]int{i, k}]
			best := 0.0
			for _, o := range original[row.Group] {
				_, gone := drops[o]
				found = found || gone
				best = max(best, jaccard(&packs[i][k], &packs[o[0]][o[1]]))
			}
			n.all++
			if found {
				n.found++
			}
			if best >= 0.8 {
				n.similar++
				if found {
					n.similarFound++
				}
			}
		}
	}
	var ratios []float64
	var all tally
	for ratio, n := range by {
		ratios = append(ratios, ratio)
		all.similar += n.similar
		all.similarFound += n.similarFound
	}
	slices.Sort(ratios)
	for _, ratio := range ratios {
		n := by[ratio]
		t.Logf("edited %.3f: %d of %d found; of those with an exact similarity of 0.8 or more %d of %d", ratio, n.found, n.all, n.similarFound, n.similar)
	}
	if all.similar == 0 || float64(all.similarFound) < 0.93*float64(all.similar) {
		t.Errorf("%d of %d similar copies are found", all.similarFound, all.similar)
	}

	// A drop is right if the labels name the two as copies, or if they are as
	// similar as the threshold wants.
	right, near := 0, 0
	for _, d := range drops {
		if d.Reason != NearDuplicate {
			continue
		}
		near++
		a, b := &packs[d.Pack][d.Row], &packs[d.TwinPack][d.TwinRow]
		x, y := rows[a.ID], rows[b.ID]
		if x.Group != "" && x.Group == y.Group || x.Natural != "" && x.Natural == y.Natural || jaccard(a, b) >= 0.8 {
			right++
		}
	}
	t.Logf("near duplicates dropped: %d, right %d", near, right)
	if float64(right) < 0.95*float64(near) {
		t.Errorf("%d of %d drops are right", right, near)
	}
}

// pageOf makes a page of its text.
func pageOf(id, url, text string, pack, row int) realPage {
	p := realPage{pack: pack, row: row, Document: corpus.Document{ID: id, URL: url, Text: text}}
	p.fillShingles()
	return p
}
