package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"mathsieve/internal/fasttext"
)

// tally counts predictions as fastText's meter does.
type tally struct{ gold, predicted, right int64 }

func (t *tally) merge(other tally) {
	t.gold += other.gold
	t.predicted += other.predicted
	t.right += other.right
}

func (t tally) precision() float64 { return ratio(t.right, t.predicted) }
func (t tally) recall() float64    { return ratio(t.right, t.gold) }
func (t tally) f1() float64        { return ratio(2*t.right, t.predicted+t.gold) }

func ratio(a, b int64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}

// A meter is what came of predicting a text.
type meter struct {
	examples int
	all      tally
	each     []tally // of the labels
}

// measure predicts the labels of a text.
func measure(ctx context.Context, model *fasttext.Model, text io.Reader, o options) (meter, error) {
	labels := len(model.Labels())
	m := newMeter(labels)
	answers := answerer{
		model: model, question: fasttext.Question{K: o.k, Threshold: o.threshold, Tolerance: 1}, threads: o.threads,
		answer: func(b *batch, a *fasttext.Answer) {
			if len(a.Labels) == 0 || !a.Known {
				return
			}
			if b.meter.each == nil {
				b.meter = newMeter(labels)
			}
			b.meter.add(a.Labels, a.Best)
		},
	}
	err := answers.run(ctx, text, func(b *batch) error {
		m.merge(&b.meter)
		b.meter.reset()
		return nil
	})
	return m, err
}

func newMeter(labels int) meter { return meter{each: make([]tally, labels)} }

func (m *meter) reset() { m.examples, m.all = 0, tally{}; clear(m.each) }

// merge adds the counts of another meter.
func (m *meter) merge(other *meter) {
	m.examples += other.examples
	m.all.merge(other.all)
	for i, t := range other.each {
		m.each[i].merge(t)
	}
}

// add counts an example.
func (m *meter) add(gold, predicted []int32) {
	m.examples++
	m.all.gold += int64(len(gold))
	m.all.predicted += int64(len(predicted))
	for _, label := range predicted {
		m.each[label].predicted++
		if slices.Contains(gold, label) {
			m.each[label].right++
			m.all.right++
		}
	}
	for _, label := range gold {
		m.each[label].gold++
	}
}

func testTotal(ctx context.Context, args []string, s Streams) error {
	return test(ctx, args, s, false)
}

func testLabels(ctx context.Context, args []string, s Streams) error {
	return test(ctx, args, s, true)
}

func test(ctx context.Context, args []string, s Streams, perLabel bool) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	model, err := fasttext.LoadFile(o.model)
	if err != nil {
		return err
	}
	var m meter
	err = withText(o.data, s, func(text io.Reader) (err error) {
		m, err = measure(ctx, model, text, o)
		return err
	})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(s.Out)
	if perLabel {
		for i, label := range model.Labels() {
			writeMetric(out, "F1-Score", m.each[i].f1())
			writeMetric(out, "Precision", m.each[i].precision())
			writeMetric(out, "Recall", m.each[i].recall())
			_, _ = fmt.Fprintf(out, " %s\n", label)
		}
	}
	verb := "%.3g" // the original's stream is left in fixed notation by the labels
	if perLabel {
		verb = "%.3f"
	}
	_, err = fmt.Fprintf(out, "N\t%d\nP@%d\t"+verb+"\nR@%d\t"+verb+"\n", m.examples, o.k, m.all.precision(), o.k, m.all.recall())
	return errors.Join(err, out.Flush())
}

func writeMetric(out io.Writer, name string, x float64) {
	if math.IsNaN(x) {
		_, _ = fmt.Fprintf(out, "%s : --------  ", name)
	} else {
		_, _ = fmt.Fprintf(out, "%s : %.6f  ", name, x)
	}
}
