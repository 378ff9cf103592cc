package fasttext

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mathsieve/internal/fasttext/kernel"
)

// examples is a Source in memory.
type examples struct {
	list []Example
	next int
	fail error // returned instead of the end
}

func (s *examples) Rewind() error { s.next = 0; return nil }

func (s *examples) Next(ex *Example) error {
	if s.next == len(s.list) {
		if s.fail != nil {
			return s.fail
		}
		return io.EOF
	}
	*ex = s.list[s.next]
	s.next++
	return nil
}

// madeUp returns n examples of k labels, whose words overlap.
func madeUp(n, k int, seed uint64) *examples {
	r := rand.New(rand.NewPCG(seed, 1))
	s := &examples{}
	for range n {
		label := r.IntN(k)
		var b strings.Builder
		for range 1 + r.IntN(40) {
			word := int(r.ExpFloat64() * 8)
			if r.IntN(3) == 0 {
				word += 20 * (label + 1)
			}
			fmt.Fprintf(&b, "w%d ", word)
		}
		labels := []string{fmt.Sprintf("__label__%d", label)}
		if r.IntN(10) == 0 {
			labels = append(labels, fmt.Sprintf("__label__%d", r.IntN(k)))
		}
		s.list = append(s.list, Example{Labels: labels, Text: []byte(b.String())})
	}
	return s
}

func smallArgs(loss LossName) Args {
	a := DefaultArgs()
	a.Dim, a.WordNgrams, a.Bucket, a.Epoch, a.LR, a.Loss = 100, 2, 500, 3, 0.3, loss
	return a
}

func train(t testing.TB, args Args, source Source, o TrainOptions) (*Model, TrainReport) {
	t.Helper()
	m, report, err := Train(context.Background(), args, source, o)
	if err != nil {
		t.Fatal(err)
	}
	return m, report
}

func digest(t testing.TB, m *Model) string {
	t.Helper()
	h := sha256.New()
	if _, err := m.WriteTo(h); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// recorded are the digests of models. They hold on every CPU; a change of the
// training arithmetic changes them and has to be meant.
var recorded = map[LossName]string{
	LossSoftmax: "31035327cf64b7b3", LossOVA: "a895140e8714e1a4",
	LossHS: "0654f811afa764f3", LossNS: "3eb87b4f948747e4",
}

// TestSameModelEverywhere trains with several numbers of threads and with all
// instruction sets.
func TestSameModelEverywhere(t *testing.T) {
	for loss, want := range recorded {
		args := smallArgs(loss)
		if loss == LossHS {
			args.MinN, args.MaxN = 2, 3
		}
		for level := kernel.Portable; level <= kernel.Best(); level++ {
			for _, workers := range []int{1, 2, 3, 4, 8} {
				m, _ := train(t, args, madeUp(200, 5, 1), TrainOptions{workers: workers, level: &level})
				if have := digest(t, m); have != want {
					t.Errorf("%v, %v, %d workers: the model is %s, want %s", loss, level, workers, have, want)
				}
			}
		}
	}
}

type scratch struct{ bytes.Buffer }

func (s *scratch) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(s.Bytes()).ReadAt(p, off)
}

func TestScratchFile(t *testing.T) {
	args := smallArgs(LossSoftmax)
	args.Dim = 16
	source := madeUp(8000, 5, 2)
	want, report := train(t, args, source, TrainOptions{})
	if report.Features < blockLength {
		t.Fatalf("%d features do not fill a block", report.Features)
	}
	opened := 0
	have, _ := train(t, args, source, TrainOptions{Memory: 1, Scratch: func() (ScratchFile, error) {
		opened++
		return &scratch{}, nil
	}})
	if digest(t, want) != digest(t, have) || opened != 1 {
		t.Errorf("another model with a scratch file; opened %d times", opened)
	}
	if _, _, err := Train(context.Background(), args, source, TrainOptions{Memory: 1}); !errors.Is(err, ErrMemory) {
		t.Errorf("too little memory and no scratch file: %v", err)
	}
	_, _, err := Train(context.Background(), args, source, TrainOptions{Memory: 1, Scratch: func() (ScratchFile, error) {
		return nil, io.ErrShortWrite
	}})
	if !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("scratch file that cannot be opened: %v", err)
	}
}

func accuracy(t *testing.T, m *Model, s *examples) float64 {
	t.Helper()
	p := m.NewPredictor()
	right := 0
	for _, ex := range s.list {
		best, err := p.Predict(ex.Text, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(best) == 1 && best[0].Label == ex.Labels[0] {
			right++
		}
	}
	return float64(right) / float64(len(s.list))
}

func TestLearns(t *testing.T) {
	for _, loss := range []LossName{LossSoftmax, LossOVA, LossHS, LossNS} {
		args := smallArgs(loss)
		args.Dim, args.Epoch = 20, 15
		m, report := train(t, args, madeUp(1500, 4, 3), TrainOptions{})
		if err := report.Learned(); err != nil {
			t.Errorf("%v: %v", loss, err)
		}
		if have := accuracy(t, m, madeUp(500, 4, 4)); have < 0.8 {
			t.Errorf("%v: accuracy %.3f, want 0.8", loss, have)
		}
		if report.Loss < report.LastLoss || report.Examples != 1500 || report.Labels != 4 || report.WordsPerSecond() <= 0 {
			t.Errorf("%v: report %+v", loss, report)
		}
	}
}

func TestNotLearned(t *testing.T) {
	args := smallArgs(LossSoftmax)
	args.LR, args.Epoch = 1e-5, 1
	_, report := train(t, args, madeUp(300, 2, 5), TrainOptions{})
	if err := report.Learned(); !errors.Is(err, ErrNotLearned) {
		t.Errorf("lr of 1e-5: %v, report %+v", err, report)
	}
}

func TestTrainingErrors(t *testing.T) {
	f := func(name string, source Source, change func(*Args), want error) {
		t.Helper()
		args := smallArgs(LossSoftmax)
		if change != nil {
			change(&args)
		}
		if _, _, err := Train(context.Background(), args, source, TrainOptions{}); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	good := madeUp(50, 2, 6)
	f("no examples", &examples{}, nil, ErrEmptyVocabulary)
	f("rare words", good, func(a *Args) { a.MinCount, a.MinCountLabel = 1e6, 1e6 }, ErrEmptyVocabulary)
	f("no labels", &examples{list: []Example{{Text: []byte("a b c")}}}, nil, ErrNoLabels)
	f("failing source", &examples{list: good.list, fail: io.ErrClosedPipe}, nil, io.ErrClosedPipe)
	f("diverging", good, func(a *Args) { a.LR, a.Epoch = 1e30, 50 }, ErrDiverged)
	f("dim", good, func(a *Args) { a.Dim = 0 }, nil)
	f("bucket", good, func(a *Args) { a.Bucket = 0 }, nil)
	f("loss", good, func(a *Args) { a.Loss = 9 }, nil)
	f("label", good, func(a *Args) { a.Label = "" }, nil)
	f("minn", good, func(a *Args) { a.MinN, a.MaxN = 5, 3 }, nil)
	f("changing source", &changing{examples: *good}, nil, ErrSourceChanged)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Train(ctx, smallArgs(LossSoftmax), good, TrainOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// changing has an example more each time.
type changing struct{ examples }

func (c *changing) Rewind() error {
	c.list = append(slices.Clip(c.list), c.list[0])
	return c.examples.Rewind()
}

// TestLabelsInText holds labels beside the text against labels within, and
// sees that a page cannot label itself.
func TestLabelsInText(t *testing.T) {
	beside := madeUp(100, 3, 7)
	var inline bytes.Buffer
	for i := range beside.list {
		ex := &beside.list[i]
		for _, label := range ex.Labels {
			inline.WriteString(label + " ")
		}
		inline.Write(append(ex.Text, '\n'))
		ex.Text = append([]byte("a\n"), ex.Text...) // a line end is white space here
		ex.Text = ex.Text[2:]
	}
	args := smallArgs(LossSoftmax)
	want, _ := train(t, args, NewTextSource(bytes.NewReader(inline.Bytes())), TrainOptions{})
	have, _ := train(t, args, beside, TrainOptions{})
	if digest(t, want) != digest(t, have) {
		t.Error("labels within the text and beside it make different models")
	}
	beside.list[0].Text = append([]byte("__label__1 __label__new "), beside.list[0].Text...)
	have, _ = train(t, args, beside, TrainOptions{})
	if have.dict.labels != 3 || have.LabelCounts()[0] != want.LabelCounts()[0] {
		t.Errorf("labels %q %v after a page labelled itself, want %v", have.Labels(), have.LabelCounts(), want.LabelCounts())
	}
}

func TestDictionaryOrder(t *testing.T) {
	text := "__label__b x y y\n__label__a z y x w\n__label__a rare </s> lost\n"
	args := smallArgs(LossSoftmax)
	m, report := train(t, args, NewTextSource(strings.NewReader(text)), TrainOptions{})
	var words []string
	for i := range m.Words() {
		word, count := m.Word(i)
		words = append(words, fmt.Sprintf("%s:%d", word, count))
	}
	if have := strings.Join(words, " "); have != "y:3 </s>:3 x:2 z:1 w:1 rare:1" {
		t.Errorf("words %s", have)
	}
	if have := fmt.Sprint(m.Labels(), m.LabelCounts(), report.Tokens); have != "[__label__a __label__b] [2 1] 14" {
		t.Errorf("labels %s", have)
	}
}

// TestForgetting counts with a table that is too small for all words.
func TestForgetting(t *testing.T) {
	args := smallArgs(LossSoftmax)
	c := newCounter(&args)
	c.limit = 100
	r := rand.New(rand.NewPCG(8, 8))
	for range 5000 {
		word := fmt.Sprintf("w%d", r.IntN(2000))
		if r.IntN(2) == 0 {
			word = "frequent"
		}
		c.example(&Example{Text: []byte(word)})
	}
	d := c.dictionary()
	if string(d.entry(0)) != endOfLine || string(d.entry(1)) != "frequent" || d.counts[1] < 2000 || d.size() > 101 {
		t.Errorf("%d entries, %s:%d first", d.size(), d.entry(0), d.counts[0])
	}
}

func TestProgress(t *testing.T) {
	var all []Progress
	_, report := train(t, smallArgs(LossSoftmax), madeUp(300, 2, 10), TrainOptions{Progress: func(p Progress) { all = append(all, p) }})
	last := all[len(all)-1]
	if last.Fraction != 1 || last.Loss <= 0 || last.WordsPerSecond <= 0 || last.LR > 0.1 {
		t.Errorf("progress ends with %+v", last)
	}
	for _, p := range all {
		if p.Tokens != report.Tokens || p.Words != report.Words || p.Labels != report.Labels {
			t.Errorf("progress does not know the text: %+v", p)
		}
	}
}
