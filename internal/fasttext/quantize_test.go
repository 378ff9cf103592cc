package fasttext

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"testing"
)

func TestQuantize(t *testing.T) {
	args := smallArgs(LossSoftmax)
	args.Dim, args.Epoch, args.Bucket = 10, 10, 1000
	source := madeUp(600, 3, 11)
	m, _ := train(t, args, source, TrainOptions{})
	full := accuracy(t, m, source)
	before := digest(t, m)
	for name, change := range map[string]func(*QuantizeOptions){
		"plain":  func(*QuantizeOptions) {},
		"norm":   func(o *QuantizeOptions) { o.QNorm = true },
		"dsub":   func(o *QuantizeOptions) { o.DSub = 3 },
		"cutoff": func(o *QuantizeOptions) { o.Cutoff = 400 },
		"retrain": func(o *QuantizeOptions) {
			o.Cutoff, o.Retrain, o.QNorm, o.LR = 300, true, true, 0.2
		},
	} {
		o := DefaultQuantizeOptions()
		change(&o)
		q, err := m.Quantize(context.Background(), o, source)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if have := accuracy(t, q, source); have < full-0.05 || !q.Quantized() {
			t.Errorf("%s: accuracy %.3f after quantization, %.3f before", name, have, full)
		}
		var file bytes.Buffer
		if _, err := q.WriteTo(&file); err != nil {
			t.Fatal(err)
		}
		if have := digest(t, loadBytes(t, file.Bytes())); have != digest(t, q) {
			t.Errorf("%s: another model after writing and reading", name)
		}
		if rows := q.InputRows(); o.Cutoff > 0 && rows != o.Cutoff || o.Cutoff == 0 && rows != m.InputRows() {
			t.Errorf("%s: %d rows", name, rows)
		}
		// One thread gives the same.
		procs := runtime.GOMAXPROCS(1)
		again, err := m.Quantize(context.Background(), o, source)
		runtime.GOMAXPROCS(procs)
		if err != nil || digest(t, again) != digest(t, q) {
			t.Errorf("%s: another model with one thread, %v", name, err)
		}
	}
	if digest(t, m) != before {
		t.Error("the model was changed by its quantization")
	}
}

func TestQuantizedScorer(t *testing.T) {
	args := smallArgs(LossSoftmax)
	args.Dim, args.Bucket = 10, 1000
	m, _ := train(t, args, madeUp(300, 2, 12), TrainOptions{})
	o := DefaultQuantizeOptions()
	o.QNorm, o.Cutoff = true, 400
	q, err := m.Quantize(context.Background(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := q.Collapse("__label__1")
	if err != nil {
		t.Fatal(err)
	}
	p, w := q.NewPredictor(), s.NewWorker()
	for _, ex := range madeUp(200, 2, 13).list {
		predictions, err := p.Predict(ex.Text, -1, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, prediction := range predictions {
			if d := w.Score(ex.Text) - prediction.Probability + 1e-5; prediction.Label == "__label__1" && (d > 1e-5 || d < -1e-5) {
				t.Fatalf("score %v, prediction %v", w.Score(ex.Text), prediction)
			}
		}
	}
}

func TestQuantizeErrors(t *testing.T) {
	small, _ := train(t, smallArgs(LossSoftmax), &examples{list: []Example{
		{Labels: []string{"__label__a"}, Text: []byte("x")}, {Labels: []string{"__label__b"}, Text: []byte("y")},
	}}, TrainOptions{})
	f := func(m *Model, change func(*QuantizeOptions), want error) {
		t.Helper()
		o := DefaultQuantizeOptions()
		change(&o)
		if _, err := m.Quantize(context.Background(), o, nil); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("options %+v: %v, want %v", o, err, want)
		}
	}
	f(small, func(o *QuantizeOptions) { o.QOut = true }, ErrTooSmall)
	f(small, func(o *QuantizeOptions) { o.Cutoff = 10 }, ErrTooSmall)
	f(small, func(o *QuantizeOptions) { o.Cutoff, o.Retrain = 300, true }, nil)
	f(small, func(o *QuantizeOptions) { o.DSub = 0 }, nil)
	f(small, func(o *QuantizeOptions) { o.DSub = 1000 }, nil)
	f(loadBytes(t, readFile(t, "testdata/quantized.ftz")), func(*QuantizeOptions) {}, ErrQuantized)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := small.Quantize(ctx, DefaultQuantizeOptions(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestNearestCentroid holds the search against looking at all.
func TestNearestCentroid(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for width := 1; width <= 4; width++ {
		c := &clusters{width: width, centroids: make([]float32, centroids*width)}
		for i := range c.centroids {
			c.centroids[i] = float32(r.IntN(40)) // equal ones occur
		}
		c.sortCentroids()
		for range 2000 {
			point := make([]float32, width)
			for j := range point {
				point[j] = float32(r.IntN(50)) - 5
			}
			want, least := 0, float32(-1)
			for i := range centroids {
				distance := float32(0)
				for j, x := range c.at(i) {
					distance += (x - point[j]) * (x - point[j])
				}
				if least < 0 || distance < least {
					want, least = i, distance
				}
			}
			if have := c.nearest(point); int(have) != want {
				t.Fatalf("nearest to %v is %d, want %d", point, have, want)
			}
		}
	}
}
