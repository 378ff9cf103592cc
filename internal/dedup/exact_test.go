package dedup

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/corpus"
)

// words returns the words from to to-1 of an endless text without repetition.
func words(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "w%d ", i)
	}
	return b.String()
}

func formulas(n int) corpus.Metadata {
	return corpus.Metadata{Formulas: map[string]int{"tex": n}}
}

func TestExactStages(t *testing.T) {
	packs := [][]corpus.Document{
		{
			{URL: "http://a.example/1", Text: words(0, 100)},
			{URL: "http://a.example/2", Text: words(100, 200)},
			{Text: words(200, 300)}, // without a URL
			{Text: words(300, 400)},
		},
		{
			{URL: "https://a.example/1#x", Text: words(400, 500), Metadata: formulas(3)}, // better than pack 0, row 0
			{URL: "http://b.example/", Text: "\n" + words(100, 200)},                     // the text of pack 0, row 1
			{URL: "http://a.example/1?utm_medium=x", Text: words(600, 700)},
			{URL: "http://c.example/", Text: "short"},
			{URL: "http://d.example/", Text: "short "}, // longer
			{URL: "http://e.example/", Text: "Short"},
			{URL: "http://f.example/", Text: ""},
			{URL: "http://g.example/", Text: " "},
			// The text of pack 0, row 0, which is dropped for its URL and so
			// drops nothing.
			{URL: "http://h.example/", Text: words(0, 100)},
		},
	}
	f := newFlow(DefaultOptions(), 3, 1<<20, 1)
	for _, docs := range packs {
		f.addDocuments(t, docs)
	}
	want := []drop{
		{0, corpus.Mark{Row: 0, Reason: DuplicateURL, TwinPack: 1, TwinRow: 0}},
		{1, corpus.Mark{Row: 1, Reason: DuplicateText, TwinPack: 0, TwinRow: 1}},
		{1, corpus.Mark{Row: 2, Reason: DuplicateURL, TwinPack: 1, TwinRow: 0}},
		{1, corpus.Mark{Row: 3, Reason: DuplicateText, TwinPack: 1, TwinRow: 4}},
		{1, corpus.Mark{Row: 6, Reason: DuplicateText, TwinPack: 1, TwinRow: 7}},
	}
	if d := cmp.Diff(want, f.run(t)); d != "" {
		t.Errorf("drops (-want +got):\n%s", d)
	}
	url, text := f.stats[0], f.stats[1]
	if url.In != 13 || url.Out != 11 || url.Dropped != 2 || url.Groups.Largest != 3 || url.Groups.Count[1] != 1 {
		t.Errorf("url counts: %+v", url)
	}
	if text.In != 11 || text.Dropped != 3 || text.Groups.Count[1] != 3 {
		t.Errorf("text counts: %+v", text)
	}
}

// A chain in which every document is similar to the next, but not to the one
// after: every other one stays, because it is similar to none that is kept.
func TestChain(t *testing.T) {
	const n, length = 600, 400
	docs := make([]corpus.Document, n)
	for i := range docs {
		docs[i] = corpus.Document{Text: words(i*35, i*35+length)} // Jaccard 0.84 with the next, 0.70 with the second
	}
	f := newFlow(DefaultOptions(), 4, 1<<20, 2)
	f.addDocuments(t, docs)
	drops := f.run(t)
	for _, d := range drops {
		if d.Reason != NearDuplicate || max(d.Row, d.TwinRow)-min(d.Row, d.TwinRow) != 1 {
			t.Errorf("row %d is dropped for row %d", d.Row, d.TwinRow)
		}
		if d.Similarity < 0.8 || d.Similarity > 0.9 {
			t.Errorf("row %d: similarity %g", d.Row, d.Similarity)
		}
	}
	if len(drops) < n*4/10 || len(drops) > n/2 {
		t.Errorf("%d of %d documents dropped", len(drops), n)
	}
	if largest := f.stats[5].Groups.Largest; largest > 3 {
		t.Errorf("a cluster of %d", largest)
	}
	checkTwins(t, drops)
}

// checkTwins fails if a near duplicate's twin was dropped.
func checkTwins(t *testing.T, drops []drop) {
	t.Helper()
	dropped := map[[2]int]bool{}
	for _, d := range drops {
		dropped[[2]int{d.Pack, d.Row}] = true
	}
	for _, d := range drops {
		if d.Reason == NearDuplicate && dropped[[2]int{d.TwinPack, d.TwinRow}] {
			t.Errorf("the twin of pack %d, row %d is dropped", d.Pack, d.Row)
		}
	}
}

func TestAllEqual(t *testing.T) {
	f := newFlow(DefaultOptions(), 5, 1<<20, 3)
	docs := slices.Repeat([]corpus.Document{{Text: words(0, 300)}}, 500)
	f.addDocuments(t, docs)
	f.addDocuments(t, docs)
	drops := f.run(t)
	if len(drops) != 999 || f.stats[1].Groups.Largest != 1000 {
		t.Errorf("%d drops, largest group %d", len(drops), f.stats[1].Groups.Largest)
	}
	for _, d := range drops {
		if d.TwinPack != 0 || d.TwinRow != 0 || d.Reason != DuplicateText {
			t.Fatalf("drop %+v", d)
		}
	}
}

// A pair that is found in many bands is verified once. What is kept is the
// document with more formulas, although it is the shorter one.
func TestPairOnce(t *testing.T) {
	f := newFlow(DefaultOptions(), 3, 1<<20, 5)
	f.addDocuments(t, []corpus.Document{{Text: words(0, 1000)}})
	f.addDocuments(t, []corpus.Document{{Text: words(2, 1000), Metadata: formulas(1)}})
	drops := f.run(t)
	if len(drops) != 1 || drops[0].Pack != 0 || drops[0].TwinPack != 1 || !strings.HasPrefix(drops[0].Detail, "band ") {
		t.Errorf("drops %+v", drops)
	}
	if f.stats[2].Out < 10 || f.stats[3].Out != 1 || f.stats[4].Out != 1 {
		t.Errorf("%d candidates, %d pairs, %d verified", f.stats[2].Out, f.stats[3].Out, f.stats[4].Out)
	}
}

func TestNoDocuments(t *testing.T) {
	f := newFlow(DefaultOptions(), 2, 1<<20, 4)
	if drops := f.run(t); len(drops) != 0 {
		t.Errorf("drops of nothing: %v", drops)
	}
	f.addDocuments(t, nil)
	f.addDocuments(t, []corpus.Document{{}})
	if drops := f.run(t); len(drops) != 0 {
		t.Errorf("drops: %v", drops)
	}
}

// The outcome is the same for any memory, number of partitions and order, and
// for one task of clustering or rounds of them.
func TestDeterminism(t *testing.T) {
	o := DefaultOptions()
	o.GiantBucket, o.Leaders = 20, 3
	sketcher, err := NewSketcher(o)
	if err != nil {
		t.Fatal(err)
	}
	// Families of variants, some larger than GiantBucket, over four packs.
	var sketches [4][]Sketch
	var nodes [4][]Node
	for i := range 2000 {
		p, family := i%4, i*i%97
		text := words(family*1000, family*1000+300) + words(1_000_000+i, 1_000_000+i+i%10*4)
		url := fmt.Sprintf("http://example.org/%d", i*7919%1750)
		var s Sketch
		sketcher.Sketch(&corpus.Document{URL: url, Text: text}, &s)
		nodes[p] = append(nodes[p], nodeOf(i%3, len(text), p, len(sketches[p])))
		sketches[p] = append(sketches[p], s)
	}
	var want []drop
	var wantStats [6]Stats
	seed := uint64(0)
	for _, memory := range []int64{1 << 20, 64 << 20, 256 << 20, 4 << 30} {
		for _, parts := range []int{1, 7, 64} {
			seed++
			f := newFlow(o, parts, memory, seed)
			f.rounds = int(seed+1) % 2 * int(seed) // 0, 2, 0, 4, …
			for p := range sketches {
				f.addSketches(t, sketches[p], nodes[p])
			}
			got := f.run(t)
			f.stats[5].In, f.stats[5].Out = 0, 0 // these count the rounds too
			if want == nil {
				want, wantStats = got, f.stats
				checkTwins(t, want)
				reasons := map[corpus.Reason]int{}
				for _, d := range want {
					reasons[d.Reason]++
				}
				if len(reasons) != 3 || f.stats[2].Giant == 0 || f.stats[4].Rejected == 0 {
					t.Errorf("the test does not reach everything: %v, %+v", reasons, f.stats)
				}
				continue
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("memory %d, %d partitions, %d rounds (-first +this):\n%s", memory, parts, f.rounds, d)
			}
			if d := cmp.Diff(wantStats, f.stats); d != "" {
				t.Errorf("counts, memory %d, %d partitions (-first +this):\n%s", memory, parts, d)
			}
		}
	}
}
