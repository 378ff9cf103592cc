package decontam

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// page imitates the text of a page that shares single words, and no window,
// with the benchmark texts.
func page(rng *rand.Rand, size int) string {
	var b strings.Builder
	for b.Len() < size {
		for range 3 + rng.IntN(12) {
			for range 1 + rng.IntN(9) {
				b.WriteByte("eeeetttaaaooinnsshrrdlcumwfgypbvk"[rng.IntN(33)])
			}
			b.WriteByte(' ')
		}
		switch rng.IntN(4) {
		case 0:
			fmt.Fprintf(&b, "is $x_{%d} \\le \\frac{%d}{n}$.\n", rng.IntN(9), rng.IntN(1000))
		case 1:
			b.WriteString("— naïve.\n")
		default:
			b.WriteString("and so on.\n")
		}
	}
	return b.String()
}

// largeIndex holds as many windows as a dozen benchmarks have.
func largeIndex(tb testing.TB) *Index {
	tb.Helper()
	b := NewBuilder(DefaultOptions())
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 20_000 {
		if err := b.Add(Text{Benchmark: "tasks", Item: i, Task: true, Text: page(rng, 30+rng.IntN(400))}); err != nil {
			tb.Fatal(err)
		}
	}
	return b.Build()
}

func BenchmarkFind(b *testing.B) {
	w := largeIndex(b).NewWorker()
	text := page(rand.New(rand.NewPCG(3, 4)), 20_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if hit, ok := w.Find(text); ok {
			b.Fatal(hit)
		}
	}
}
