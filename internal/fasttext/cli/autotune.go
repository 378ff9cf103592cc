package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"mathsieve/internal/fasttext"
)

// tuning is what the flags of autotuning say.
type tuning struct {
	validation  string // file of the hold-out; empty is no tuning
	label       string // of the metric; empty is all labels
	predictions int
	trials      int
	size        int64 // that the quantised model may have; 0 is no quantising
}

func defaultTuning() tuning { return tuning{predictions: 1, trials: 20} }

// setMetric reads f1 or f1:label.
func (t *tuning) setMetric(metric string) error {
	label, one := strings.CutPrefix(metric, "f1:")
	switch {
	case one && label != "":
		t.label = label
	case metric == "f1":
		t.label = ""
	default:
		return errors.New("want f1 or f1:labelname")
	}
	return nil
}

func (t *tuning) validate() error {
	if t.size > 0 && t.validation == "" {
		return usagef("-autotune-modelsize without -autotune-validation")
	}
	if t.predictions == 0 || t.predictions < -1 {
		return usagef("-autotune-predictions is %d: want 1 or higher, or -1 for all", t.predictions)
	}
	if t.trials < 1 {
		return usagef("-autotune-trials is %d: want 1 or higher", t.trials)
	}
	return nil
}

// autotune trains as often as the budget allows and leaves in set.args what
// gave the highest F1 on the hold-out; of equal results the first wins. Only
// arguments that were not given are changed, and the first trial changes none.
//
// Each later trial moves every free argument of the best one so far by a random
// factor, wide in the beginning and narrow at the end, which is the search of
// fastText's autotuning with trials in the place of time. The seed decides the
// random numbers, so that a command line gives the same model each time.
func (set *settings) autotune(ctx context.Context, s Streams) error {
	random := rand.New(rand.NewPCG(uint64(set.args.Seed), 0xA0707))
	limit := max(maxTuned, int64(set.args.Bucket)*int64(set.args.Dim))
	best, bestSub, bestScore := set.args, set.quant.DSub, math.NaN()
	for trial := range set.tune.trials {
		set.args, set.quant.DSub = best, bestSub
		if trial > 0 {
			progress := float64(trial) / float64(set.tune.trials)
			set.args = set.vary(best, limit, progress, random)
			set.varySub(progress, random)
		}
		score, err := set.trial(ctx, s)
		if err != nil {
			return err
		}
		if set.verbose > 1 {
			_, _ = fmt.Fprintf(s.Err, "Trial %d: %s score %.6f\n", trial+1, describe(set.args), score)
		}
		if score > bestScore || math.IsNaN(bestScore) {
			best, bestSub, bestScore = set.args, set.quant.DSub, score
		}
	}
	if math.IsNaN(bestScore) {
		return fmt.Errorf("autotune: %w in %d trials", fasttext.ErrNoTrial, set.tune.trials)
	}
	set.args, set.quant.DSub = best, bestSub
	if set.verbose > 0 {
		_, _ = fmt.Fprintf(s.Err, "Training again with the best arguments: %s score %.6f\n", describe(best), bestScore)
	}
	return nil
}

func describe(a fasttext.Args) string {
	return fmt.Sprintf("-epoch %d -lr %.6g -dim %d -wordNgrams %d -minn %d -maxn %d -bucket %d",
		a.Epoch, a.LR, a.Dim, a.WordNgrams, a.MinN, a.MaxN, a.Bucket)
}

// trial trains with set.args and returns the metric on the hold-out, or NaN if
// the training diverged, the model cannot be made small enough, or the hold-out
// has no such label.
func (set *settings) trial(ctx context.Context, s Streams) (score float64, err error) {
	model, err := set.train(ctx, 0, s)
	if errors.Is(err, fasttext.ErrDiverged) {
		return math.NaN(), nil
	}
	if err == nil && set.tune.size > 0 {
		model, err = set.shrink(ctx, model)
	}
	if errors.Is(err, errModelSize) {
		return math.NaN(), nil
	}
	if err != nil {
		return 0, err
	}
	at := -1
	if set.tune.label != "" {
		if at = slices.Index(model.Labels(), set.tune.label); at < 0 {
			return 0, fmt.Errorf("-autotune-metric f1:%s: %w", set.tune.label, fasttext.ErrUnknownLabel)
		}
	}
	f, err := os.Open(set.tune.validation)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	m, err := measure(ctx, model, f, options{k: set.tune.predictions, threads: set.args.Thread})
	if err != nil {
		return 0, err
	}
	if at >= 0 {
		return m.each[at].f1(), nil
	}
	return m.all.f1(), nil
}

// maxTuned is the number of float32 numbers of the buckets that autotuning asks
// for, unless the arguments given do: 1 GiB.
const maxTuned = 1 << 28

// vary moves the arguments that were not given. The buckets take no more than
// limit numbers; progress is in [0, 1).
func (set *settings) vary(a fasttext.Args, limit int64, progress float64, random *rand.Rand) fasttext.Args {
	// scaled multiplies by a power of two, spread around one.
	scaled := func(x, low, high, wide, narrow float64) float64 {
		deviation := wide + (narrow-wide)*progress
		return min(max(x*math.Exp2(random.NormFloat64()*deviation), low), high)
	}
	// moved adds to a small number.
	moved := func(x, low, high int, wide, narrow float64) int {
		deviation := wide + (narrow-wide)*progress
		return min(max(x+int(math.Round(random.NormFloat64()*deviation)), low), high)
	}
	round := func(x float64) int { return int(math.Round(x)) }
	if !set.given["epoch"] {
		a.Epoch = round(scaled(float64(a.Epoch), 1, 100, 2.5, 1))
	}
	if !set.given["lr"] {
		a.LR = float64(float32(scaled(a.LR, 0.01, 5, 2, 0.5)))
	}
	if !set.given["dim"] && set.vectors == "" {
		a.Dim = round(scaled(float64(a.Dim), 1, 1000, 1.4, 0.3))
	}
	if !set.given["wordNgrams"] && a.Bucket > 0 {
		a.WordNgrams = moved(a.WordNgrams, 1, 5, 2, 1)
	}
	if a.Bucket > 0 && !set.given["minn"] && !set.given["maxn"] {
		lengths := []int{0, 2, 3}
		at := max(slices.Index(lengths, a.MinN), 0)
		a.MinN = lengths[moved(at, 0, len(lengths)-1, 1.5, 0.7)]
		a.MaxN = 0
		if a.MinN > 0 {
			a.MaxN = a.MinN + 3
		}
	}
	if !set.given["bucket"] {
		a.Bucket = round(scaled(float64(a.Bucket), 10_000, 10_000_000, 1.5, 0.5))
	}
	switch {
	case int64(a.Bucket)*int64(a.Dim) <= limit:
	case set.given["bucket"]:
		a.Dim = int(limit / int64(a.Bucket))
	default:
		a.Bucket = int(limit / int64(a.Dim))
	}
	return a
}
