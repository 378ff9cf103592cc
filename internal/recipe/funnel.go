package recipe

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"mathsieve/internal/pipeline"
)

// A Step is one line of the funnel: what came in, what went on, and where the
// rest stayed.
type Step struct {
	Name string `json:"name"`
	In   int64  `json:"in"`
	Out  int64  `json:"out"`
	// Dropped counts what stayed behind, by reason. In = Out + its sum.
	Dropped map[string]int64 `json:"dropped"`
}

// The first steps of a funnel: records to responses, responses to documents;
// or, where all inputs are document shards, rows to documents.
const (
	StepRecords = "records"
	StepExtract = "extract"
	StepRead    = "read"
)

// Funnel returns the way from records to documents of a finished run, step by
// step, as the last round has selected them. In of a step is Out of the one before.
func (r *Recipe) Funnel(run *pipeline.Run) ([]Step, error) {
	var steps []Step
	documents := int64(0)
	add := func(s Step) {
		steps = append(steps, s)
		documents = s.Out
	}
	last, err := r.job.lastRound(run)
	if err != nil {
		return nil, err
	}
	for _, stage := range r.Stages {
		counters, err := run.SealedCounters(stage.Name)
		if err != nil {
			return nil, err
		}
		switch stage.Name {
		case r.job.pool.name:
			if onlyRows(counters) {
				add(pagesStep(StepRead, counters))
				continue
			}
			add(recordsStep(counters))
			add(pagesStep(StepExtract, counters))
		case stageDuplicate, stageHits:
			s := Step{Name: stage.Name, In: documents, Dropped: withPrefix(counters, "drop.")}
			s.Out = s.In - sum(s.Dropped)
			add(s)
		case cutName(last):
			add(Step{Name: "select", In: documents, Out: counters["out"], Dropped: map[string]int64{
				"no_score": counters["not_eligible"] - (r.rows(steps) - documents), "below_min_score": counters["below_min_score"],
				"above_budget": counters["in"] - counters["out"],
			}})
		}
	}
	for i := range steps {
		for reason, n := range steps[i].Dropped {
			if n == 0 {
				delete(steps[i].Dropped, reason)
			}
		}
	}
	return steps, nil
}

// rows is the number of rows of all packs: what the first steps gave.
func (r *Recipe) rows(steps []Step) int64 {
	i := slices.IndexFunc(steps, func(s Step) bool { return s.Name == StepExtract || s.Name == StepRead })
	return steps[i].Out
}

// onlyRows says that an extract stage has seen rows of document shards and no
// WARC record.
func onlyRows(counters map[string]int64) bool {
	rows := counters["records.document"]
	return rows > 0 && rows == sum(withPrefix(counters, "records."))
}

// recordsStep is the way from the records of the input to those that may be
// documents.
func recordsStep(counters map[string]int64) Step {
	s := Step{Name: StepRecords, Dropped: map[string]int64{}}
	for kind, n := range withPrefix(counters, "records.") {
		s.In += n
		if kind == "response" || kind == "document" {
			s.Out += n
		} else {
			s.Dropped[kind] = n
		}
	}
	return s
}

// pagesStep is the way from responses, or rows, to documents. What is damaged
// beyond being a record is no part of it.
func pagesStep(name string, counters map[string]int64) Step {
	s := Step{Name: name, Out: counters["out"], Dropped: withPrefix(counters, "skip.")}
	s.In = s.Out + sum(s.Dropped)
	return s
}

func withPrefix(counters map[string]int64, prefix string) map[string]int64 {
	found := map[string]int64{}
	for counter, n := range counters {
		if name, ok := strings.CutPrefix(counter, prefix); ok {
			found[name] = n
		}
	}
	return found
}

func sum[N int | int64](counts map[string]N) (total N) {
	for _, n := range counts {
		total += n
	}
	return total
}

// CorpusDir is the folder that holds the recipe's result: where there are
// rounds, that of the newest.
func (r *Recipe) CorpusDir(run *pipeline.Run) (string, error) {
	switch r.Plan.Recipe {
	case Run, Select:
		round, err := r.job.lastRound(run)
		return filepath.Join(run.Dir(), filepath.FromSlash(r.job.corpusDir(round))), err
	}
	return run.Dir(), nil
}

// FinishedDir is CorpusDir of a run that is finished; the error is
// [pipeline.ErrNotSealed] if it is not.
func (r *Recipe) FinishedDir(run *pipeline.Run) (string, error) {
	last := r.Stages[len(r.Stages)-1].Name
	if sealed, err := run.Sealed(last); err != nil || !sealed {
		return "", cmp.Or(err, fmt.Errorf("stage %s: %w", last, pipeline.ErrNotSealed))
	}
	return r.CorpusDir(run)
}

// CheckCounts checks that nothing was lost on the way: what goes into a step
// is what came out of the one before, and it goes on or stays for a reason.
func (r *Recipe) CheckCounts(run *pipeline.Run) error {
	steps, err := r.Funnel(run)
	if err != nil {
		return err
	}
	for i, s := range steps {
		if s.In != s.Out+sum(s.Dropped) {
			return fmt.Errorf("step %s: %d came in, %d went on and %d were dropped", s.Name, s.In, s.Out, sum(s.Dropped))
		}
		if i > 0 && s.In != steps[i-1].Out {
			return fmt.Errorf("step %s: %d came in, but %s gave %d", s.Name, s.In, steps[i-1].Name, steps[i-1].Out)
		}
	}
	return nil
}
