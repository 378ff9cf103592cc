package extract

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"testing"
	"time"
	"unicode/utf8"

	"mathsieve/internal/corpus"
	"mathsieve/internal/extract/dom"
)

type sm struct {
	Name, Uri, Ct, Label, Kind, Site string
}

func TestScratchWeb(t *testing.T) {
	out := os.Getenv("SCRATCH_WEB")
	if out == "" {
		t.Skip()
	}
	os.MkdirAll(out, 0o755)
	b, _ := os.ReadFile("/tmp/extract/web.json")
	var metas []sm
	json.Unmarshal(b, &metas)
	e, _ := New(DefaultOptions())
	w := e.NewWorker()
	var bodies [][]byte
	total := 0
	for _, m := range metas {
		b, _ := os.ReadFile("/tmp/extract/web/" + m.Name + ".html")
		bodies = append(bodies, b)
		total += len(b)
	}
	type slow struct {
		d    time.Duration
		name string
		n    int
	}
	var slows []slow
	reasons := map[string]int{}
	labels := map[string]map[string]int{}
	start := time.Now()
	var parse time.Duration
	var tree dom.Tree
	lost := map[string]int{}
	forms := map[string]int{}
	outBytes := 0
	for i, m := range metas {
		var doc corpus.Document
		s := time.Now()
		r := w.Extract(Input{Body: bodies[i], ContentType: m.Ct, URL: m.Uri}, &doc)
		d := time.Since(s)
		slows = append(slows, slow{d, m.Name, len(bodies[i])})
		reasons[string(r)]++
		if labels[m.Label] == nil {
			labels[m.Label] = map[string]int{}
		}
		labels[m.Label][string(r)]++
		for k, v := range doc.Metadata.FormulasLost {
			lost[k] += v
		}
		for k, v := range doc.Metadata.Formulas {
			forms[k] += v
		}
		outBytes += len(doc.Text)
		if !utf8.ValidString(doc.Text) {
			t.Error("invalid", m.Name)
		}
		for j := range len(doc.Text) {
			if c := doc.Text[j]; c < 0x20 && c != '\n' && c != '\t' || c == 0x7f {
				t.Error("control", m.Name, c)
				break
			}
		}
		md, _ := json.Marshal(doc.Metadata)
		os.WriteFile(filepath.Join(out, m.Name+".txt"), []byte(doc.Text), 0o644)
		os.WriteFile(filepath.Join(out, m.Name+".json"), md, 0o644)
	}
	el := time.Since(start)
	sort.Slice(slows, func(i, j int) bool { return slows[i].d > slows[j].d })
	var sum time.Duration
	for _, s := range slows {
		sum += s.d
	}
	for _, b := range bodies {
		s := time.Now()
		tree.Parse(b, dom.DefaultOptions())
		parse += time.Since(s)
	}
	t.Logf("total %d MB in %v (extract only %v = %.0f MB/s), parse only %v, out %d MB", total>>20, el, sum, float64(total)/1e6/sum.Seconds(), parse, outBytes>>20)
	t.Log(reasons, labels)
	t.Log(forms, lost)
	for _, s := range slows[:15] {
		t.Logf("%v %s %d KB %.1f MB/s", s.d, s.name, s.n>>10, float64(s.n)/1e6/s.d.Seconds())
	}
}
