package seed

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"mathsieve/internal/corpus"
)

// TestChooserIsExact holds the heaps against sorting everything.
func TestChooserIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		n, domains := rng.IntN(60), 1+rng.IntN(8)
		limit, perDomain := 1+rng.IntN(20), rng.IntN(6)
		all := make([]pick, n)
		c := newChooser(limit, perDomain)
		for i := range all {
			// Few orders, so that some are equal.
			all[i] = pick{order: rng.Uint64N(40), domain: rng.Uint64N(uint64(domains)), row: int32(i)}
			c.add(all[i])
		}
		slices.SortFunc(all, comparePicks)
		taken := map[uint64]int{}
		want := []pick{}
		for _, p := range all {
			if perDomain > 0 && taken[p.domain] == perDomain || len(want) == limit {
				continue
			}
			taken[p.domain]++
			want = append(want, p)
		}
		got := c.picks()
		slices.SortFunc(got, func(a, b pick) int { return cmp.Or(comparePicks(a, b)) })
		if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(pick{})); diff != "" {
			t.Fatalf("%d picks of %d domains, limit %d, %d for each domain (-want +got):\n%s", n, domains, limit, perDomain, diff)
		}
		held := 0
		for _, d := range c.domains {
			held += d.Len()
		}
		if perDomain > 0 && held != len(got) {
			t.Fatalf("%d picks are held by domain, %d in all", held, len(got))
		}
	}
}

// TestDrawCapsDomains draws from one large site and many small ones.
func TestDrawCapsDomains(t *testing.T) {
	large := documents("math", 300)
	for i := range large[:250] {
		large[i].URL = "https://large.example/" + large[i].ID
	}
	o := DefaultOptions()
	report, _, _ := draw(t, o, packs{large}, packs{documents("shop", 300)})
	if got := report.LargestDomain[LabelMath]; got != 250 {
		t.Errorf("without a cap %d pages of the large site are drawn", got)
	}
	o.MaxPerDomain = 8
	report, train, holdOut := draw(t, o, packs{large}, packs{documents("shop", 300)})
	// Five small sites of ten pages have more than eight too.
	want := map[string]int{LabelMath: 6 * 8, LabelOther: 30 * 8}
	if diff := gocmp.Diff(want, report.Drawn); diff != "" {
		t.Errorf("drawn (-want +got):\n%s", diff)
	}
	if report.LargestDomain[LabelMath] != 8 || report.Domains[LabelMath] != 6 || report.Candidates[LabelMath] != 300 {
		t.Errorf("report %+v", report)
	}
	if lines := strings.Count(train+holdOut, "\n"); lines != 6*8+30*8 {
		t.Errorf("%d lines", lines)
	}
}

// TestDrawKeepsNegativesApart draws positives from two sources, and negatives
// from a pool that has their domains.
func TestDrawKeepsNegativesApart(t *testing.T) {
	given, joined := documents("math", 40), documents("proof", 20)
	pool := slices.Concat(documents("shop", 60), joined, documents("math", 200)[100:])
	for i := range pool[80:] { // other pages of the sites that were given
		pool[80+i].URL = strings.Replace(pool[80+i].URL, "https://math1", "https://math", 1)
	}
	d := Draw{Options: DefaultOptions(), Scratch: files{}, Sources: []Source{
		{Name: "given", Pool: packs{given}, Label: LabelMath},
		{Name: "expanded", Pool: packs{joined}, Label: LabelMath},
		{Name: "pool", Pool: packs{pool}, Label: LabelOther, Apart: true},
	}}
	var train, holdOut bytes.Buffer
	report, err := d.Write(t.Context(), &train, &holdOut)
	if err != nil {
		t.Fatal(err)
	}
	want := []SourceReport{
		{Name: "given", Label: LabelMath, Candidates: 40, Drawn: 40},
		{Name: "expanded", Label: LabelMath, Candidates: 20, Drawn: 20},
		{Name: "pool", Label: LabelOther, Candidates: 120, Drawn: 120},
	}
	// math0 to math3 were given; of the pool's math0 to math9 the others stay.
	if diff := gocmp.Diff(want, report.Sources); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	if report.Apart != 20+40 {
		t.Errorf("%d pages were kept apart, want 60", report.Apart)
	}
	for line := range strings.Lines(train.String() + holdOut.String()) {
		if strings.HasPrefix(line, LabelOther+" proof") {
			t.Errorf("a page that joined is a negative: %s", line)
		}
	}
	d.Sources[2].Accept = func(doc *corpus.Document) bool { return strings.HasPrefix(doc.URL, "https://shop") }
	if report, err = d.Write(t.Context(), &train, &holdOut); err != nil || report.Drawn[LabelOther] != 60 || report.Apart != 0 {
		t.Errorf("of the shops alone: %+v (%v)", report, err)
	}
}
