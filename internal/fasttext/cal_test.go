package fasttext

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"testing"
)

func TestCal(t *testing.T) {
	m, err := LoadFile(os.Getenv("MODEL"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.Collapse(m.Labels()[0])
	if err != nil {
		t.Fatal(err)
	}
	amax, arms, r := 0.0, 0.0, 0.0
	w0, _ := m.direction(m.Labels()[0])
	in := m.input.(*denseMatrix)
	for i := range in.rows {
		a, pp := 0.0, 0.0
		for j, x := range in.row(i) {
			a += math.Abs(float64(x) * w0[j])
			pp += float64(x) * w0[j]
		}
		amax = max(amax, a)
		arms += a * a
		r = max(r, a-math.Abs(pp))
	}
	fmt.Println("amax", amax, "r", r, "arms", math.Sqrt(arms/float64(in.rows)))
	p := m.NewPredictor()
	w := s.NewWorker()
	f, _ := os.Open(os.Getenv("TEXT"))
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<26)
	type b struct {
		n              int
		maxErr, sumErr float64
		maxRel, c         float64
	}
	bins := map[int]*b{}
	for sc.Scan() {
		line := p.Parse(sc.Bytes())
		if len(line.Features) == 0 {
			continue
		}
		m.mean(p.hidden, line.Features)
		abs := 0.0
		for j, h := range p.hidden {
			abs += math.Pow(float64(h)*w0[j], 2)
		}
		x0, x1 := m.output.dot(p.hidden, 0), m.output.dot(p.hidden, 1)
		margin, _ := w.Margin(sc.Bytes())
		e := math.Abs(float64(x0-x1) - margin)
		k := int(math.Log2(float64(len(line.Features))))
		if bins[k] == nil {
			bins[k] = &b{}
		}
		bins[k].n++
		bins[k].maxErr = max(bins[k].maxErr, e)
		bins[k].sumErr += e * e
		S := 0.0
		for _, id := range line.Features {
			pp := 0.0
			for j, x := range in.row(int(id)) {
				pp += float64(x) * w0[j]
			}
			S += math.Abs(pp)
		}
		S = S/float64(len(line.Features)) + r
		bins[k].c = max(bins[k].c, e/(math.Sqrt(float64(len(line.Features)+len(w0)))*6e-8*S))
		rel := e / (math.Sqrt(float64(len(line.Features))) * 1.2e-7 * math.Abs(float64(x0)+1e-9))
		bins[k].maxRel = max(bins[k].maxRel, rel)
	}
	for k := range 30 {
		if v := bins[k]; v != nil {
			fmt.Printf("n 2^%d: %d lines max %.3g rms %.3g c %.3g\n", k, v.n, v.maxErr, math.Sqrt(v.sumErr/float64(v.n)), v.c)
		}
	}
}
