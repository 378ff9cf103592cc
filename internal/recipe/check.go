package recipe

import (
	"errors"
	"fmt"
	"slices"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank"
)

// CheckInputs reads the inputs that stages want late: benchmarks and the
// model. It is for whoever starts a run: what cannot be used there is better
// known before hours of extraction, since another file is another run.
func (r *Recipe) CheckInputs() error {
	if r.job.hasBenchmarks() {
		if _, err := r.job.benchmarkIndex(); err != nil {
			return err
		}
	}
	if r.job.hasModel() {
		if _, err := r.job.scorer(nil, 1); err != nil {
			return err
		}
	}
	return nil
}

// RequireDocuments fails with ErrNoDocuments if the finished run has made no
// document at all of the pages to curate.
func (r *Recipe) RequireDocuments(run *pipeline.Run) error {
	if len(r.job.pool.inputs) == 0 {
		return nil
	}
	if err := r.job.pool.requireDocuments(run); err != nil {
		return err
	}
	if r.Plan.Recipe != Select {
		return nil
	}
	counters, err := run.SealedCounters(scoreName(1))
	if err == nil && counters["skip.no_score"] == counters["in"] {
		err = fmt.Errorf("%w: none of the %d documents has one", ErrNoScores, counters["in"])
	}
	return err
}

// ErrNoScores says that there is nothing to select by.
var ErrNoScores = errors.New("no scores")

// Cuts returns what the budgets of a finished run took; nil if the recipe has
// no budgets.
func (r *Recipe) Cuts(run *pipeline.Run) (*rank.Cuts, error) {
	if r.Plan.Recipe != Run && r.Plan.Recipe != Select {
		return nil, nil
	}
	round, err := r.job.lastRound(run)
	if err != nil {
		return nil, err
	}
	s, err := readSelection(run, round)
	return s.Cuts, err
}

// requireDocuments fails with s.none if a sealed extract stage made no document
// at all.
func (s extractStage) requireDocuments(run *pipeline.Run) error {
	counters, err := run.SealedCounters(s.name)
	if err != nil || counters["out"] > 0 {
		return err
	}
	if failed := counters["failed_inputs"]; failed > 0 {
		why, err := s.firstFailure(run)
		if err != nil {
			return err
		}
		return fmt.Errorf("%w: %d of %d files cannot be read; the first is %s", s.none, failed, len(s.inputs), why)
	}
	if onlyRows(counters) {
		return fmt.Errorf("%w: %d files with %d rows hold no text", s.none, len(s.inputs), counters["records.document"])
	}
	return fmt.Errorf("%w: %d files with %d records hold no page of HTML", s.none, len(s.inputs), sum(withPrefix(counters, "records.")))
}

// Failures are the inputs of a run that could not be read.
type Failures struct {
	N     int64
	First string // the name of the first of them, and why
}

// Failures returns those of a finished run.
func (r *Recipe) Failures(run *pipeline.Run) (f Failures, err error) {
	for _, s := range []extractStage{r.job.positive, r.job.negative, r.job.against, r.job.pool} {
		if !slices.ContainsFunc(r.Stages, func(stage pipeline.Stage) bool { return stage.Name == s.name }) {
			continue
		}
		counters, err := run.SealedCounters(s.name)
		if err != nil {
			return f, err
		}
		failed := counters["failed_inputs"]
		if f.N == 0 && failed > 0 {
			if f.First, err = s.firstFailure(run); err != nil {
				return f, err
			}
		}
		f.N += failed
	}
	return f, nil
}

// firstFailure says why the first of the inputs that cannot be read cannot.
func (s extractStage) firstFailure(run *pipeline.Run) (why string, err error) {
	found := errors.New("found")
	for pack := range s.inputs {
		marker, err := run.Marker(s.name, pack)
		if err != nil {
			return "", err
		}
		if marker.Counters["failed_inputs"] == 0 {
			continue
		}
		err = eachSkip(run, s.name, pack, func(skip Skip) error {
			if skip.Reason != reasonBadFile {
				return nil
			}
			why = skip.Detail
			return found
		})
		if errors.Is(err, found) {
			return why, nil
		}
		return "", err
	}
	return "", nil
}
