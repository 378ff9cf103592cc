package fasttext

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mathsieve/internal/fasttext/eval"
)

// ErrNoTrial says that no trial of a tuning gave a model.
var ErrNoTrial = errors.New("no setting gave a model")

// TuneOptions say which settings [Tune] tries.
type TuneOptions struct {
	// LR and Epoch are the candidates; each pair is a trial.
	LR    []float64
	Epoch []int
	// Budget is the greatest number of trials; 0 is all pairs. Cheap pairs are
	// tried first: few epochs before many, then high rates before low.
	Budget int
	// Positive is the label whose average precision is to be high.
	Positive string
	// Train is passed to each training.
	Train TrainOptions
	// Trial, if not nil, is called after each trial.
	Trial func(Trial)
}

// DefaultTuneOptions returns candidates from the settings for millions of pages
// to those for a few hundred.
func DefaultTuneOptions(positive string) TuneOptions {
	return TuneOptions{LR: []float64{0.1, 0.25, 0.5, 1}, Epoch: []int{3, 10, 25}, Positive: positive}
}

// A Trial is one setting and what came of it.
type Trial struct {
	Args Args
	// AveragePrecision is that of the positive label on the hold-out.
	AveragePrecision float64
	Report           TrainReport
	// Learned is false if the training diverged or ended where it began.
	Learned bool
}

// Tune trains with several learning rates and numbers of epochs and returns the
// arguments with the highest average precision on the hold-out, and all trials
// in the order they were made. Of equal results the one with fewer epochs wins,
// then the one tried first. The hold-out should share no site with the training
// set. The text is hashed once for all trials, which share one pair of
// matrices. Both sources must have exactly two labels between them.
func Tune(ctx context.Context, args Args, source, holdout Source, o TuneOptions) (Args, []Trial, error) {
	if !args.hashed() {
		args.Bucket = 0
	}
	settings := o.settings(args)
	for _, a := range settings {
		if err := a.Validate(); err != nil {
			return args, nil, fmt.Errorf("tune: %w", err)
		}
	}
	t, err := prepareTraining(ctx, args, source, o.Train)
	if err != nil {
		return args, nil, fmt.Errorf("tune: %w", err)
	}
	var trials []Trial
	best := -1
	for _, a := range settings {
		trial, err := t.try(ctx, a, holdout, o.Positive)
		if err != nil {
			return args, trials, fmt.Errorf("tune lr %v, epoch %d: %w", a.LR, a.Epoch, err)
		}
		trials = append(trials, trial)
		if o.Trial != nil {
			o.Trial(trial)
		}
		if trial.Learned && (best < 0 || trial.AveragePrecision > trials[best].AveragePrecision) {
			best = len(trials) - 1
		}
	}
	if best < 0 {
		return args, trials, fmt.Errorf("tune: %w: %w", ErrNoTrial, ErrNotLearned)
	}
	return trials[best].Args, trials, nil
}

// settings returns the trials to make, in order.
func (o *TuneOptions) settings(args Args) []Args {
	var list []Args
	for _, epoch := range o.Epoch {
		for _, lr := range o.LR {
			args.LR, args.Epoch = lr, epoch
			list = append(list, args)
		}
	}
	slices.SortStableFunc(list, func(a, b Args) int {
		return cmp.Or(cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(b.LR, a.LR))
	})
	if o.Budget > 0 && o.Budget < len(list) {
		list = list[:o.Budget]
	}
	return list
}

// try trains once, from the start, and measures.
func (t *trainer) try(ctx context.Context, args Args, holdout Source, positive string) (Trial, error) {
	trial := Trial{Args: args}
	t.model.args = args
	t.reset()
	start := time.Now()
	err := t.run(ctx)
	if errors.Is(err, ErrDiverged) {
		return trial, nil
	}
	if err != nil {
		return trial, err
	}
	trial.Report = t.result()
	trial.Report.Trained = time.Since(start)
	trial.Learned = trial.Report.Learned() == nil
	scorer, err := t.model.Collapse(positive)
	if err != nil {
		return trial, err
	}
	samples, err := scoreAll(ctx, t.model, scorer, holdout, positive)
	trial.AveragePrecision = eval.AveragePrecision(samples)
	return trial, err
}

// scoreAll scores the examples of a source.
func scoreAll(ctx context.Context, m *Model, s *Scorer, source Source, positive string) ([]eval.Sample, error) {
	var samples []eval.Sample
	w := s.NewWorker()
	p := lineParser{dict: m.dict}
	err := eachExample(ctx, source, func(ex *Example) error {
		sample := eval.Sample{Score: w.Score(ex.Text)}
		if ex.Inline {
			p.reset()
			p.text(ex.Text)
			for _, label := range p.labels {
				sample.Positive = sample.Positive || m.dict.label(int(label)) == positive
			}
		} else {
			sample.Positive = slices.Contains(ex.Labels, positive)
		}
		samples = append(samples, sample)
		return nil
	})
	if err == nil && len(samples) == 0 {
		err = errors.New("it has no examples")
	}
	if err != nil {
		return nil, fmt.Errorf("score hold-out: %w", err)
	}
	return samples, nil
}
