package extract

import (
	"encoding/json"
	"os"
	"testing"

	"mathsieve/internal/corpus"
	"mathsieve/internal/extract/dom"
)

func scratchBodies(b *testing.B) ([][]byte, []string, int) {
	if os.Getenv("SCRATCH_BENCH") == "" {
		b.Skip()
	}
	js, _ := os.ReadFile("/tmp/extract/web.json")
	var metas []sm
	json.Unmarshal(js, &metas)
	var bodies [][]byte
	var cts []string
	total := 0
	for i, m := range metas {
		if i%4 != 0 {
			continue
		}
		x, _ := os.ReadFile("/tmp/extract/web/" + m.Name + ".html")
		bodies = append(bodies, x)
		cts = append(cts, m.Ct)
		total += len(x)
	}
	return bodies, cts, total
}

func BenchmarkScratchExtract(b *testing.B) {
	bodies, cts, total := scratchBodies(b)
	e, _ := New(DefaultOptions())
	w := e.NewWorker()
	b.SetBytes(int64(total))
	b.ReportAllocs()
	for b.Loop() {
		for i, x := range bodies {
			var doc corpus.Document
			w.Extract(Input{Body: x, ContentType: cts[i]}, &doc)
		}
	}
}

func BenchmarkScratchParse(b *testing.B) {
	bodies, _, total := scratchBodies(b)
	var tree dom.Tree
	b.SetBytes(int64(total))
	b.ReportAllocs()
	for b.Loop() {
		for _, x := range bodies {
			tree.Parse(x, dom.DefaultOptions())
		}
	}
}
