package rank

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A pool is a Source in memory. It hands out the same slices every time, as a
// source that reads files does.
type pool struct {
	scores [][]float32
	tokens [][]uint32
	ids    [][]string
	asked  int // calls of ID

	scoreBuffer []float32
	tokenBuffer []uint32
}

func (p *pool) Packs() int { return len(p.scores) }

func (p *pool) Columns(pack int) (scores []float32, tokens []uint32, err error) {
	p.scoreBuffer = append(p.scoreBuffer[:0], p.scores[pack]...)
	p.tokenBuffer = append(p.tokenBuffer[:0], p.tokens[pack]...)
	return p.scoreBuffer, p.tokenBuffer, nil
}

func (p *pool) ID(pack, row int) (string, error) {
	p.asked++
	return p.ids[pack][row], nil
}

// randomPool has few distinct scores and ids, so that ties of all kinds abound.
func randomPool(rng *rand.Rand) *pool {
	var p pool
	values := 1 + rng.IntN(12)
	ids := 1 + rng.IntN(40)
	for range rng.IntN(5) {
		var scores []float32
		var tokens []uint32
		var names []string
		for range rng.IntN(40) {
			score := float32(rng.IntN(values)) / float32(values)
			switch rng.IntN(12) {
			case 0:
				score = float32(math.NaN())
			case 1:
				score = float32(math.Copysign(0, -1))
			case 2:
				score = rng.Float32()
			case 3:
				score = math.Nextafter32(0.5, float32(rng.IntN(2)))
			}
			scores = append(scores, score)
			tokens = append(tokens, uint32(rng.IntN(6)))
			names = append(names, strings.Repeat("a", rng.IntN(4))+strconv.Itoa(rng.IntN(ids)))
		}
		p.scores, p.tokens, p.ids = append(p.scores, scores), append(p.tokens, tokens), append(p.ids, names)
	}
	return &p
}

// bruteForce sorts all documents and returns the number of budgets below that
// leave each out, by (pack, row), and the totals.
func bruteForce(p *pool, o Options) (tiers [][]int, documents, total int64) {
	below := int64(0)
	type doc struct {
		score float32
		at    Position
	}
	var docs []doc
	for pack := range p.scores {
		tiers = append(tiers, make([]int, len(p.scores[pack])))
		for row, score := range p.scores[pack] {
			tiers[pack][row] = NoTier
			if score >= float32(o.MinScore) {
				docs = append(docs, doc{score, Position{p.ids[pack][row], pack, row}})
				total += int64(p.tokens[pack][row])
			} else if score < float32(o.MinScore) {
				below += int64(p.tokens[pack][row])
			}
		}
	}
	slices.SortFunc(docs, func(a, b doc) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return a.at.compare(b.at)
	})
	for i, budget := range slices.Backward(o.Budgets) {
		limit := budget.Tokens(total + below)
		for _, d := range docs {
			if limit -= int64(p.tokens[d.at.Pack][d.at.Row]); limit < 0 {
				break
			}
			tiers[d.at.Pack][d.at.Row] = i
		}
	}
	return tiers, int64(len(docs)), total
}

func TestCutAgainstSorting(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 600 {
		p := randomPool(rng)
		o := DefaultOptions()
		o.Budgets = nil
		tokens := rng.IntN(2) == 0
		for last, n := int64(0), rng.IntN(5); n >= 0; n-- {
			last += 1 + int64(rng.IntN(40))
			if tokens {
				o.Budgets = append(o.Budgets, Budget{tokens: last})
			} else if last < 100 {
				o.Budgets = append(o.Budgets, Budget{share: last * partsPerPercent})
			}
		}
		if rng.IntN(3) == 0 || len(o.Budgets) == 0 {
			o.Budgets = append(o.Budgets, Budget{share: allShare})
		}
		if rng.IntN(3) == 0 {
			o.MinScore = float64(rng.Float32())
		}
		want, documents, total := bruteForce(p, o)
		cuts, err := cut(context.Background(), p, o, rng.IntN(6))
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if cuts.Documents != documents || cuts.Tokens != total {
			t.Fatalf("round %d: pool of %d documents, %d tokens, want %d, %d", round, cuts.Documents, cuts.Tokens, documents, total)
		}
		checkTiers(t, p, throughJSON(t, cuts), want)
		if t.Failed() {
			t.Fatalf("round %d: %+v", round, o)
		}
	}
}

func throughJSON(t *testing.T, cuts *Cuts) *Cuts {
	t.Helper()
	data, err := json.Marshal(cuts)
	if err != nil {
		t.Fatal(err)
	}
	var again Cuts
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*cuts, again, cmp.AllowUnexported(Budget{})); diff != "" {
		t.Fatal(diff)
	}
	return &again
}

// checkTiers compares the assignment and the tiers' totals with what is wanted.
func checkTiers(t *testing.T, p *pool, cuts *Cuts, want [][]int) {
	t.Helper()
	documents, tokens := make([]int64, len(cuts.Tiers)), make([]int64, len(cuts.Tiers))
	for pack := range want {
		got, err := cuts.AppendTiers(nil, p, pack)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want[pack]) {
			t.Errorf("pack %d: tiers %v, want %v", pack, got, want[pack])
		}
		for row, tier := range want[pack] {
			if tier != NoTier {
				documents[tier]++
				tokens[tier] += int64(p.tokens[pack][row])
			}
		}
	}
	var allDocuments, allTokens int64
	for i, tier := range cuts.Tiers {
		allDocuments += documents[i]
		allTokens += tokens[i]
		if tier.TierDocuments != documents[i] || tier.TierTokens != tokens[i] || tier.Documents != allDocuments || tier.Tokens != allTokens {
			t.Errorf("tier %d: %+v, want %d documents, %d tokens", i, tier, documents[i], tokens[i])
		}
		if tier.Tokens > tier.Limit {
			t.Errorf("tier %d: %d tokens are above the budget of %d", i, tier.Tokens, tier.Limit)
		}
		if tier.Exhausted != (tier.Limit > cuts.Tokens) || tier.Whole != (tier.Limit >= cuts.Tokens) {
			t.Errorf("tier %d: %+v of %d tokens", i, tier, cuts.Tokens)
		}
	}
}

// The document that crosses the budget ends the cut, even if a later one fits.
func TestCutAtCrossingDocument(t *testing.T) {
	p := &pool{
		scores: [][]float32{{0.9, 0.8, 0.7}, {0.6}},
		tokens: [][]uint32{{5, 10, 1}, {1}},
		ids:    [][]string{{"a", "b", "c"}, {"d"}},
	}
	o := DefaultOptions()
	o.Budgets = []Budget{{tokens: 7}, {tokens: 16}, {tokens: 1000}}
	cuts, err := Cut(context.Background(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	checkTiers(t, p, cuts, [][]int{{0, 1, 1}, {2}})
	if got := []float32{cuts.Tiers[0].Score, cuts.Tiers[1].Score, cuts.Tiers[2].Score}; !slices.Equal(got, []float32{0.8, 0.6, 0.6}) {
		t.Errorf("scores at the cuts: %v", got)
	}
	if !cuts.Tiers[2].Exhausted || cuts.Tiers[1].Exhausted {
		t.Errorf("tiers %+v", cuts.Tiers)
	}
}

// Ids are read for the documents at the cut alone.
func TestCutAsksForFewIDs(t *testing.T) {
	p := &pool{scores: [][]float32{nil}, tokens: [][]uint32{nil}, ids: [][]string{nil}}
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 100_000 {
		p.scores[0] = append(p.scores[0], rng.Float32())
		p.tokens[0] = append(p.tokens[0], 100)
		p.ids[0] = append(p.ids[0], strconv.Itoa(i))
	}
	o := DefaultOptions()
	o.Budgets = []Budget{{share: 30 * partsPerPercent}}
	cuts, err := Cut(context.Background(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	if cuts.Tiers[0].Documents != 30_000 || p.asked > 10 {
		t.Errorf("%d documents, %d ids asked for", cuts.Tiers[0].Documents, p.asked)
	}
}

func TestCutErrors(t *testing.T) {
	o := DefaultOptions()
	if _, err := Cut(context.Background(), &pool{scores: [][]float32{{1}}, tokens: [][]uint32{{}}}, o); !errors.Is(err, errColumns) {
		t.Errorf("columns of other lengths: %v", err)
	}
	inf := float32(math.Inf(1))
	if _, err := Cut(context.Background(), &pool{scores: [][]float32{{inf}}, tokens: [][]uint32{{1}}}, o); !errors.Is(err, errScore) {
		t.Errorf("infinite score: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Cut(ctx, &pool{scores: [][]float32{{1}}, tokens: [][]uint32{{1}}}, o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	o.Budgets = nil
	if _, err := Cut(context.Background(), &pool{}, o); !errors.Is(err, ErrBudget) {
		t.Errorf("no budget: %v", err)
	}
}

// fickle shows another score in every pass.
type fickle struct {
	pool
	pass int
}

func (f *fickle) Columns(pack int) (scores []float32, tokens []uint32, err error) {
	f.pass++
	scores, tokens, err = f.pool.Columns(pack)
	scores[0] = float32(f.pass) / 100
	return scores, tokens, err
}

func TestCutSourceChanged(t *testing.T) {
	f := &fickle{pool: pool{scores: [][]float32{{0, 0.5}}, tokens: [][]uint32{{10, 10}}, ids: [][]string{{"a", "b"}}}}
	o := DefaultOptions()
	o.Budgets = []Budget{{tokens: 15}}
	if _, err := Cut(context.Background(), f, o); !errors.Is(err, ErrSourceChanged) {
		t.Errorf("got %v", err)
	}
}

func TestEmptyPool(t *testing.T) {
	cuts, err := Cut(context.Background(), &pool{}, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for _, tier := range cuts.Tiers {
		if !tier.Whole || !tier.Exhausted || tier.Documents != 0 {
			t.Errorf("%+v", tier)
		}
	}
	throughJSON(t, cuts)
}

func TestOrdered(t *testing.T) {
	values := []float32{-1, -0.5, -math.SmallestNonzeroFloat32, 0, math.SmallestNonzeroFloat32, 0.25, 0.5, 1, 2}
	for i, a := range values {
		for k, b := range values {
			if (ordered(a) < ordered(b)) != (i < k) {
				t.Errorf("ordered(%v) and ordered(%v) are out of order", a, b)
			}
		}
		if scoreOf(ordered(a)) != a {
			t.Errorf("scoreOf(ordered(%v)) = %v", a, scoreOf(ordered(a)))
		}
	}
	if ordered(float32(math.Copysign(0, -1))) != ordered(0) {
		t.Error("the zeros differ")
	}
}

func TestLayout(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for round := range 80 {
		p := randomPool(rng)
		o := DefaultOptions()
		o.Budgets = []Budget{{share: 20 * partsPerPercent}, {share: 70 * partsPerPercent}}
		cuts, err := cut(context.Background(), p, o, 3)
		if err != nil {
			t.Fatal(err)
		}
		sizes := make([][]uint32, len(p.scores))
		for pack := range sizes {
			for range p.scores[pack] {
				sizes[pack] = append(sizes[pack], uint32(rng.IntN(200)))
			}
		}
		const limit = 400
		parts, err := cuts.Layout(context.Background(), p, func(pack int) ([]uint32, error) { return sizes[pack], nil }, limit)
		if err != nil {
			t.Fatal(err)
		}
		// What each part holds must follow from its range and the tiers alone.
		want := make([]Part, len(parts))
		placed := int64(0)
		for i := range parts {
			want[i] = parts[i]
			want[i].Documents, want[i].Tokens, want[i].Bytes = 0, 0, 0
			if i > 0 && parts[i-1].Tier == parts[i].Tier {
				want[i].Index = want[i-1].Index + 1
			} else {
				want[i].Index = 0
			}
		}
		for pack := range p.scores {
			tiers, err := cuts.AppendTiers(nil, p, pack)
			if err != nil {
				t.Fatal(err)
			}
			for row, tier := range tiers {
				for i := range want {
					if want[i].Tier == tier && want[i].Contains(pack, row) {
						want[i].Documents++
						want[i].Tokens += int64(p.tokens[pack][row])
						want[i].Bytes += int64(sizes[pack][row])
						placed++
					}
				}
			}
		}
		if diff := cmp.Diff(want, parts, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("round %d: %s", round, diff)
		}
		if placed != cuts.Tiers[1].Documents {
			t.Fatalf("round %d: %d documents placed of %d", round, placed, cuts.Tiers[1].Documents)
		}
		for i, part := range parts {
			if part.Bytes > limit && part.Documents > 1 {
				t.Errorf("round %d: part %d has %d bytes", round, i, part.Bytes)
			}
		}
	}
}

func BenchmarkCut(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 8))
	p := &pool{}
	for pack := range 10 {
		p.scores, p.tokens, p.ids = append(p.scores, nil), append(p.tokens, nil), append(p.ids, nil)
		for row := range 100_000 {
			p.scores[pack] = append(p.scores[pack], rng.Float32())
			p.tokens[pack] = append(p.tokens[pack], uint32(rng.IntN(3000)))
			p.ids[pack] = append(p.ids[pack], fmt.Sprint(pack, row))
		}
	}
	o := DefaultOptions()
	o.Budgets = []Budget{{share: 10 * partsPerPercent}, {share: 20 * partsPerPercent}, {share: 30 * partsPerPercent}, {share: 40 * partsPerPercent}}
	b.SetBytes(8 * 1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Cut(context.Background(), p, o); err != nil {
			b.Fatal(err)
		}
	}
}
