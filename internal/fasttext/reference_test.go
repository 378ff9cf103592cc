package fasttext

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The models in testdata were trained by fastText itself (-O2, no fused
// multiply-add) on text that was made up for it; the .predict files are what
// its "predict-prob MODEL lines.txt -1" prints.

func referenceModels(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"testdata/*.bin", "testdata/*.ftz"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) != 8 {
		t.Fatalf("%d reference models: want 8", len(names))
	}
	return names
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func loadBytes(t testing.TB, data []byte) *Model {
	t.Helper()
	m, err := Load(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// predictAll formats the predictions for lines as fastText's command line does,
// and sees that they are the same with a table.
func predictAll(t testing.TB, m *Model, text []byte, k int, threshold float32) string {
	t.Helper()
	plain := answerAll(t, m.NewPredictor(), text, k, threshold)
	if table := m.NewTable(); table != nil {
		p := m.NewPredictor()
		p.Use(table)
		if diff := cmp.Diff(plain, answerAll(t, p, text, k, threshold)); diff != "" {
			t.Errorf("with a table (-without +with):\n%s", diff)
		}
	}
	return plain
}

func answerAll(t testing.TB, p *Predictor, text []byte, k int, threshold float32) string {
	t.Helper()
	var b strings.Builder
	labels := p.model.Labels()
	in := NewRawReader(bytes.NewReader(text))
	for {
		raw, err := in.Next()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err == nil {
			err = p.Answer(raw, Question{K: k, Threshold: threshold}, func(a *Answer) error {
				for i, label := range a.Best {
					if i > 0 {
						b.WriteByte(' ')
					}
					b.WriteString(labels[label] + " " + strconv.FormatFloat(float64(a.Probabilities[i]), 'g', 6, 64))
				}
				return b.WriteByte('\n')
			})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPredictionsAreFastTexts(t *testing.T) {
	lines := readFile(t, "testdata/lines.txt")
	for _, name := range referenceModels(t) {
		m := loadBytes(t, readFile(t, name))
		want := string(readFile(t, name+".predict"))
		if diff := cmp.Diff(want, predictAll(t, m, lines, -1, 0)); diff != "" {
			t.Errorf("%s (-want +have):\n%s", name, diff)
		}
	}
}

// TestTopAndThreshold holds fewer predictions against all of them.
func TestTopAndThreshold(t *testing.T) {
	lines := readFile(t, "testdata/lines.txt")
	for _, name := range referenceModels(t) {
		m := loadBytes(t, readFile(t, name))
		all := strings.Split(string(readFile(t, name+".predict")), "\n")
		for i, have := range strings.Split(predictAll(t, m, lines, 2, 0), "\n") {
			fields := strings.Fields(all[i])
			if want := strings.Join(fields[:min(4, len(fields))], " "); have != want {
				t.Errorf("%s line %d: the best two are %q, want %q", name, i+1, have, want)
			}
		}
		for i, have := range strings.Split(predictAll(t, m, lines, -1, 0.3), "\n") {
			var want []string
			fields := strings.Fields(all[i])
			for j := 0; j+1 < len(fields); j += 2 {
				if p, _ := strconv.ParseFloat(fields[j+1], 64); p > 0.3 {
					want = append(want, fields[j], fields[j+1])
				}
			}
			if have != strings.Join(want, " ") {
				t.Errorf("%s line %d: above 0.3 are %q, want %q", name, i+1, have, want)
			}
		}
		if p, err := m.NewPredictor().Predict([]byte("lemma"), 0, 0); len(p) != 0 || err != nil {
			t.Errorf("%s: no label asked for, have %v, %v", name, p, err)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, name := range referenceModels(t) {
		data := readFile(t, name)
		m := loadBytes(t, data)
		var out bytes.Buffer
		n, err := m.WriteTo(&out)
		if err != nil || n != int64(out.Len()) {
			t.Fatalf("%s: WriteTo = %d, %v after %d bytes", name, n, err, out.Len())
		}
		if m.dict.pruned { // fastText writes the pruned index in the order of a hash table
			lines := readFile(t, "testdata/lines.txt")
			if cmp.Diff(predictAll(t, m, lines, -1, 0), predictAll(t, loadBytes(t, out.Bytes()), lines, -1, 0)) != "" {
				t.Errorf("%s: predictions change when it is written", name)
			}
			continue
		}
		if !bytes.Equal(out.Bytes(), data) {
			t.Errorf("%s: is not written as it was read", name)
		}
	}
}

func TestScorerAgreesWithPredictor(t *testing.T) {
	const positive = "__label__algebra"
	data := readFile(t, "testdata/two.bin")
	m := loadBytes(t, data)
	s, err := m.Collapse(positive)
	if err != nil {
		t.Fatal(err)
	}
	streamed, err := LoadScorer(bytes.NewReader(data), int64(len(data)), positive)
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(s.slots, streamed.slots, cmp.AllowUnexported(scoreSlot{})) || !cmp.Equal(s.buckets, streamed.buckets) {
		t.Error("LoadScorer and Collapse give different scorers")
	}
	p, w := m.NewPredictor(), streamed.NewWorker()
	for i, line := range bytes.Split(readFile(t, "testdata/lines.txt"), []byte("\n")) {
		predictions, err := p.Predict(line, -1, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, prediction := range predictions {
			// fastText adds 1e-5 to the probability.
			have, want := float64(w.Score(line)), float64(prediction.Probability)-1e-5
			if prediction.Label == positive && (have-want > 1e-6 || want-have > 1e-6) {
				t.Errorf("line %d: the score is %v, want %v", i+1, have, want)
			}
		}
	}
}

func TestScorerErrors(t *testing.T) {
	f := func(name, label string, want error) {
		t.Helper()
		data := readFile(t, "testdata/"+name)
		_, err := loadBytes(t, data).Collapse(label)
		if !errors.Is(err, want) {
			t.Errorf("%s %q: Collapse gives %v, want %v", name, label, err, want)
		}
		if _, err = LoadScorer(bytes.NewReader(data), int64(len(data)), label); !errors.Is(err, want) {
			t.Errorf("%s %q: LoadScorer gives %v, want %v", name, label, err, want)
		}
	}
	f("softmax.bin", "__label__algebra", ErrNotBinary)
	f("pruned.ftz", "__label__algebra", ErrNotBinary)
	f("two.bin", "algebra", ErrUnknownLabel)
}

func TestWordVector(t *testing.T) {
	m := loadBytes(t, readFile(t, "testdata/subwords.bin"))
	// From fastText's print-word-vectors.
	for word, want := range subwordVectors {
		for i, x := range m.WordVector(nil, word) {
			if have := strconv.FormatFloat(float64(x), 'g', 5, 64); have != strings.Fields(want)[i] {
				t.Errorf("number %d of the vector of %q is %s, want %s", i, word, have, strings.Fields(want)[i])
			}
		}
	}
}

var subwordVectors = map[string]string{
	"lemma":   "-0.58887 0.032609 -0.046781 0.20692",
	"größe":   "0.41344 -0.020639 -0.25172 -0.65006",
	"unknown": "-0.40844 0.045847 -0.17801 0.35518",
	"</s>":    "1.0564 -0.1959 -0.15395 3.5545",
	"数学":      "-0.20411 0.064832 -0.018708 -0.3789",
}
