package fasttext

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestTable holds answers from a table against those of the whole model, and
// sees that the table knows most of them.
func TestTable(t *testing.T) {
	var text bytes.Buffer
	r := rand.New(rand.NewPCG(11, 11))
	for _, ex := range madeUp(2000, 2, 12).list {
		text.Write(ex.Text)
		switch r.IntN(20) {
		case 0:
			text.WriteString("__label__1 never seen ")
		case 1:
			text.WriteString("</s> ")
		case 2:
			text.WriteString(strings.Repeat("w1 w2 w30 ", 300))
		case 3:
			text.WriteByte('\n') // a line of nothing but its end follows
		}
		text.WriteByte('\n')
	}
	text.WriteString("w1 w2 without an end")
	for dim, minN := range map[int]int{5: 0, 16: 3, 100: 0} {
		args := smallArgs(LossSoftmax)
		args.Dim, args.MinN, args.MaxN = dim, minN, minN
		trained, _ := train(t, args, madeUp(500, 2, 13), TrainOptions{})
		var file bytes.Buffer
		if _, err := trained.WriteTo(&file); err != nil {
			t.Fatal(err)
		}
		m := loadBytes(t, file.Bytes())
		for _, k := range []int{1, 2, -1} {
			for _, threshold := range []float32{0, 0.2, 0.5, 0.9} {
				predictAll(t, m, text.Bytes(), k, threshold)
			}
		}
		p := m.NewPredictor()
		p.Use(m.NewTable())
		lines := bytes.Split(text.Bytes(), []byte("\n"))
		known := map[float32]int{}
		for _, line := range lines {
			for _, tolerance := range []float32{1, 1e-4, 0} {
				var a, other Answer
				if p.fromTable(&a, &other, RawLine{Text: line, Terminated: true}, Question{K: 1, Tolerance: tolerance}) {
					known[tolerance]++
				}
			}
		}
		if known[1] < len(lines)*9/10 || known[1e-4] < len(lines)*9/10 || known[0] < len(lines)/4 {
			t.Errorf("dim %d: of %d lines the table knows, by tolerance, %v", dim, len(lines), known)
		}
	}
}

// TestTableOfOthers asks models for a table that they do not have.
func TestTableOfOthers(t *testing.T) {
	for _, name := range referenceModels(t) {
		table := loadBytes(t, readFile(t, name)).NewTable()
		if have, want := table != nil, strings.HasSuffix(name, "two.bin"); have != want {
			t.Errorf("%s: has a table: %v, want %v", name, have, want)
		}
	}
}

// BenchmarkAnswer answers for lines of a thousand words.
func BenchmarkAnswer(b *testing.B) {
	args := smallArgs(LossSoftmax)
	args.Dim = 256
	trained, _ := train(b, args, madeUp(500, 2, 13), TrainOptions{})
	var file bytes.Buffer
	if _, err := trained.WriteTo(&file); err != nil {
		b.Fatal(err)
	}
	m := loadBytes(b, file.Bytes())
	line := RawLine{Text: bytes.Repeat([]byte("w1 w25 w3 w44 w5 "), 200), Terminated: true}
	for _, tolerance := range []float32{1, 1e-4} {
		for name, table := range map[string]*Table{"table": m.NewTable(), "model": nil} {
			b.Run(fmt.Sprintf("%s/tolerance=%g", name, tolerance), func(b *testing.B) {
				p := m.NewPredictor()
				if table != nil {
					p.Use(table)
				}
				b.SetBytes(int64(len(line.Text)))
				b.ReportAllocs()
				for b.Loop() {
					if err := p.Answer(line, Question{K: 1, Tolerance: tolerance}, func(*Answer) error { return nil }); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
