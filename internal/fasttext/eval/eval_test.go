package eval

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func samples(pairs ...float64) []Sample {
	var list []Sample
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, Sample{Score: float32(pairs[i]), Positive: pairs[i+1] == 1})
	}
	return list
}

func TestCurve(t *testing.T) {
	have := Curve(samples(0.5, 0, 0.9, 1, 0.5, 1, 0.1, 1))
	want := []Point{
		{Threshold: 0.9, Accepted: 1, Right: 1, Precision: 1, Recall: 1.0 / 3, F1: 0.5},
		{Threshold: 0.5, Accepted: 3, Right: 2, Precision: 2.0 / 3, Recall: 2.0 / 3, F1: 2.0 / 3},
		{Threshold: 0.1, Accepted: 4, Right: 3, Precision: 0.75, Recall: 1, F1: 6.0 / 7},
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("curve (-want +have):\n%s", diff)
	}
	nan := Curve([]Sample{{Score: float32(math.NaN()), Positive: true}, {Score: 0.2}})
	if len(nan) != 2 || nan[0].Threshold != 0.2 {
		t.Errorf("curve with NaN: %+v", nan)
	}
}

func TestAveragePrecision(t *testing.T) {
	f := func(want float64, list []Sample) {
		t.Helper()
		if have := AveragePrecision(list); math.Abs(have-want) > 1e-12 {
			t.Errorf("average precision of %v is %v, want %v", list, have, want)
		}
	}
	f(0, nil)
	f(0, samples(0.5, 0))
	f(1, samples(0.9, 1, 0.8, 1, 0.7, 0))
	f(0.5, samples(0.9, 0, 0.8, 1))
	f(0.5, samples(0.5, 1, 0.5, 0)) // equal scores are one step
	f((1+2.0/3)/2, samples(0.9, 1, 0.8, 0, 0.7, 1))
	r := rand.New(rand.NewPCG(1, 1))
	var list []Sample
	for range 1000 {
		list = append(list, Sample{Score: float32(r.IntN(50)), Positive: r.IntN(3) == 0})
	}
	want := AveragePrecision(list)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if have := AveragePrecision(list); have != want {
		t.Errorf("average precision %v in another order, want %v", have, want)
	}
}

func TestThresholds(t *testing.T) {
	list := samples(0.9, 1, 0.8, 0, 0.7, 1, 0.2, 0)
	if diff := cmp.Diff(Curve(list), At(list, 0.9, 0.8, 0.7, 0.2)); diff != "" {
		t.Errorf("points at the scores (-curve +at):\n%s", diff)
	}
	if p := At(list, 0.95)[0]; p.Accepted != 0 || p.Precision != 1 || p.Recall != 0 {
		t.Errorf("above all scores: %+v", p)
	}
	if p := BestF1(list); p.Threshold != 0.7 || p.F1 != 0.8 {
		t.Errorf("best F1: %+v", p)
	}
}

func TestSteps(t *testing.T) {
	var samples []Sample
	for i := range 40 {
		samples = append(samples, Sample{Score: float32(40 - i), Positive: i%2 == 0}) // 20 positives
	}
	f := func(n int, want ...int) {
		t.Helper()
		var have []int
		for _, p := range Steps(samples, n) {
			have = append(have, p.Right)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%d steps (-want +have):\n%s", n, diff)
		}
	}
	f(1, 20)
	f(4, 5, 10, 15, 20)
	f(100, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
	if steps := Steps(samples[1:2], 4); steps != nil {
		t.Errorf("%v without positives", steps)
	}
}
