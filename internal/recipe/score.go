package recipe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"mathsieve/internal/corpus"
	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/seed"
	"mathsieve/internal/tokens"
)

const (
	// A score column holds logits: probabilities as float32 cannot tell apart
	// what lies near 1, which is where the ranking matters most.
	scoresName = "logits.col"
	tokensName = "tokens.col"

	stageTokens = "tokens"
)

func scoreName(round int) string { return numbered("score", round) }

// A poolOf gives the documents that a stage works on, once the run is there.
type poolOf func(run *pipeline.Run) pool

// columnStage computes one value for each document of the pool, pack by pack;
// documents that are not in the pool get the value missing.
func columnStage[T corpus.Value](stage pipeline.Stage, docs poolOf, output string, missing T, prepare func(t *pipeline.Task) (func() func(*corpus.Document) (T, error), error)) pipeline.Stage {
	stage.Count = func(run *pipeline.Run) (int, error) { return docs(run).Packs(), nil }
	stage.Task = func(ctx context.Context, t *pipeline.Task) error {
		worker, err := prepare(t)
		if err != nil {
			return err
		}
		values, err := column(ctx, t, docs(t.Run), missing, worker)
		if err != nil {
			return err
		}
		out, err := newOutput(t.Create(output))
		if err != nil {
			return err
		}
		if err := corpus.WriteColumn(out, values); err != nil {
			return err
		}
		return out.Close()
	}
	return stage
}

// A rowItem is one document of a pack on its way through workers.
type rowItem[T any] struct {
	row   int
	doc   corpus.Document
	value T
}

// Describe names the document in the report of a bug.
func (r *rowItem[T]) Describe() string { return "document " + r.doc.ID }

// eachRow takes the documents of the task's pack through workers and gives
// them out in order.
func eachRow[T any](ctx context.Context, t *pipeline.Task, p pool, worker func() func(*corpus.Document) (T, error), write func(item *rowItem[T]) error) (rows int, err error) {
	r, err := p.open(t.Index)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	flow := pipeline.Flow[rowItem[T]]{
		Workers: t.Workers,
		Read: func(item *rowItem[T]) (n int, err error) {
			item.row, err = r.next(ctx, &item.doc)
			return len(item.doc.Text), err
		},
		Work: func() func(context.Context, *rowItem[T]) error {
			do := worker()
			return func(_ context.Context, item *rowItem[T]) (err error) {
				item.value, err = do(&item.doc)
				return err
			}
		},
		Write: func(item *rowItem[T]) error {
			t.Progress(1, int64(len(item.doc.Text)))
			return write(item)
		},
	}
	return r.rows, flow.Run(ctx)
}

func column[T corpus.Value](ctx context.Context, t *pipeline.Task, p pool, missing T, worker func() func(*corpus.Document) (T, error)) ([]T, error) {
	var values []T
	done := int64(0)
	rows, err := eachRow(ctx, t, p, worker, func(item *rowItem[T]) error {
		for len(values) < item.row {
			values = append(values, missing)
		}
		values = append(values, item.value)
		done++
		return nil
	})
	for len(values) < rows {
		values = append(values, missing)
	}
	t.Add("in", done)
	return values, err
}

// scoreStage scores the pool with the classifier of a round.
func (j *job) scoreStage(round int, docs poolOf, after []string) pipeline.Stage {
	stage := pipeline.Stage{Name: scoreName(round), After: after, Memory: 64 << 20}
	return columnStage(stage, docs, scoresName, float32(math.NaN()), func(t *pipeline.Task) (func() func(*corpus.Document) (float32, error), error) {
		s, err := j.scorer(t.Run, round)
		if err != nil {
			return nil, err
		}
		return func() func(*corpus.Document) (float32, error) {
			score := s.worker()
			var line []byte
			return func(doc *corpus.Document) (float32, error) {
				line = seed.AppendTokens(line[:0], doc.Text, j.cfg.Seed.MaxTokens)
				return score(line)
			}
		}, nil
	})
}

// tokensStage counts the tokens of the pool.
func (j *job) tokensStage(docs poolOf, after []string) pipeline.Stage {
	stage := pipeline.Stage{Name: stageTokens, After: after, Memory: 64 << 20}
	return columnStage(stage, docs, tokensName, uint32(0), func(t *pipeline.Task) (func() func(*corpus.Document) (uint32, error), error) {
		vocabulary, err := j.vocabulary()
		if err != nil {
			return nil, err
		}
		return func() func(*corpus.Document) (uint32, error) {
			counter := vocabulary.NewCounter()
			return func(doc *corpus.Document) (uint32, error) {
				n := counter.Count(doc.Text)
				t.Add("tokens", int64(n))
				return uint32(n), nil
			}
		}, nil
	})
}

// A scorer gives the logit of the positive label.
type scorer struct {
	collapsed *fasttext.Scorer // nil for models of other than two labels
	model     *fasttext.Model
	label     string
}

// scorer loads the classifier of a round, once in a process.
func (j *job) scorer(run *pipeline.Run, round int) (*scorer, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	key := "" // a model that was given is that of every run and round
	if !j.hasModel() {
		key = run.Dir() + "\x00" + scoreName(round)
	}
	if s := j.scorers[key]; s != nil {
		return s, nil
	}
	s, err := j.loadScorer(run, round)
	if err != nil {
		return nil, err
	}
	j.scorers[key] = s
	return s, nil
}

func (j *job) loadScorer(run *pipeline.Run, round int) (*scorer, error) {
	if models := inputsOf(j.plan, roleModel); len(models) > 0 {
		f, err := openInput(models[0])
		if err != nil {
			return nil, err
		}
		s, err := newScorer(f, f.size, j.cfg.Score.Label)
		if err != nil {
			err = fmt.Errorf("model %s: %w", models[0].Path, err)
		}
		return s, errors.Join(err, f.Close())
	}
	// A model has no checksum of its own, and a damaged one would score.
	if err := sound(run, trainName(round), 0, modelPath(round)); err != nil {
		return nil, err
	}
	f, err := run.OpenAt(trainName(round), 0, modelPath(round))
	if err != nil {
		return nil, err
	}
	s, err := newScorer(f, f.Size(), j.cfg.Score.Label)
	return s, errors.Join(err, f.Close())
}

func newScorer(r io.ReaderAt, size int64, label string) (*scorer, error) {
	collapsed, err := fasttext.LoadScorer(r, size, label)
	if !errors.Is(err, fasttext.ErrNotBinary) {
		return &scorer{collapsed: collapsed}, err
	}
	model, err := fasttext.Load(r, size)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(model.Labels(), label) {
		return nil, fmt.Errorf("%w: %q, only %q", fasttext.ErrUnknownLabel, label, model.Labels())
	}
	return &scorer{model: model, label: label}, nil
}

// worker returns the scoring function of one goroutine.
func (s *scorer) worker() func(line []byte) (float32, error) {
	if s.collapsed != nil {
		w := s.collapsed.NewWorker()
		return func(line []byte) (float32, error) {
			margin, ok := w.Margin(line)
			if !ok {
				return fasttext.Logit(0), nil // nothing that the model knows
			}
			return float32(margin), nil
		}
	}
	predictor := s.model.NewPredictor()
	return func(line []byte) (float32, error) {
		predictions, err := predictor.Predict(line, -1, 0)
		for _, p := range predictions {
			if p.Label == s.label {
				return fasttext.Logit(float64(p.Probability)), err
			}
		}
		return fasttext.Logit(0), err
	}
}

// vocabulary loads the vocabulary, once in a process.
func (j *job) vocabulary() (*tokens.Vocabulary, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.vocab == nil {
		v, err := tokens.New(j.cfg.Tokens.Vocabulary)
		if err != nil {
			return nil, err
		}
		j.vocab = v
	}
	return j.vocab, nil
}
