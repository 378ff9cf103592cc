package recipe

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/storage"
)

// A RoundStatus is what is known of a round that has been measured.
type RoundStatus struct {
	Metrics
	// Domains and MathDomains count the registrable domains of the pool, and
	// those of them that are related to mathematics; -1 until they are counted.
	Domains     int64 `json:"domains"`
	MathDomains int64 `json:"math_domains"`
	// Expansion is what the round added to the seed of the next; nil in the
	// last round, and until the rules of the round are fixed.
	Expansion *Expansion `json:"expansion"`
	// Sealed says that no more is to come of the round's figures.
	Sealed bool `json:"sealed"`
}

// An Expansion is what the rules of a round did.
type Expansion struct {
	// Rules counts the rules by verdict.
	Rules map[string]int64 `json:"rules"`
	// Accepted is the number of pages under a rule that says yes, Joined the
	// number of those that are in the next seed beside the first one, New the
	// number of those that were not in the seed of this round.
	Accepted int64 `json:"accepted"`
	Joined   int64 `json:"joined"`
	New      int64 `json:"new"`
	// Tokens are those of the pages that joined.
	Tokens int64 `json:"tokens"`
}

// Rounds returns the rounds that have been measured so far, in order; none for
// recipes without a loop. Stop of the last of a finished run is not empty.
func (r *Recipe) Rounds(run *pipeline.Run) ([]RoundStatus, error) {
	var all []RoundStatus
	if r.Plan.Recipe != Run {
		return nil, nil
	}
	for n := 1; n <= r.job.rounds(); n++ {
		tasks, err := run.Tasks(metricsName(n))
		if errors.Is(err, pipeline.ErrNotSealed) || err == nil && tasks == 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		s, err := r.roundStatus(run, n)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func (r *Recipe) roundStatus(run *pipeline.Run, n int) (RoundStatus, error) {
	s := RoundStatus{Domains: -1, MathDomains: -1}
	var err error
	if s.Metrics, err = readMetrics(run, n); err != nil {
		return s, err
	}
	counters, err := countersOf(run, domainsName(n))
	if err != nil {
		return s, err
	}
	if counters != nil {
		s.Domains, s.MathDomains = counters["domains"], counters["math_domains"]
	}
	if s.Stop != "" {
		s.Sealed = counters != nil
		return s, nil
	}
	rules, err := countersOf(run, rulesName(n))
	if err != nil {
		return s, err
	}
	counters, err = countersOf(run, expandName(n))
	if err != nil || counters == nil {
		return s, err
	}
	s.Sealed = true
	s.Expansion = &Expansion{
		Rules:    withPrefix(rules, "rules."),
		Accepted: counters["accepted"], Joined: counters["joined"], New: counters["new"], Tokens: counters["tokens"],
	}
	if s.Expansion.New == 0 {
		s.Stop = StopNothing
	}
	return s, nil
}

// countersOf returns the counters of a stage, nil while it is not sealed.
func countersOf(run *pipeline.Run, stage string) (map[string]int64, error) {
	counters, err := run.SealedCounters(stage)
	if errors.Is(err, pipeline.ErrNotSealed) {
		return nil, nil
	}
	return counters, err
}

// A Pause is a place where a run can wait for people.
type Pause struct {
	// Round is the round whose domains are to be reviewed.
	Round int
	// Stages are those of the recipe up to the domain table of the round.
	Stages []pipeline.Stage
}

// NextPause returns the next round that a run which pauses for review waits
// at, and false if it need not wait any more. It waits at each round that
// another may follow, once.
func (r *Recipe) NextPause(run *pipeline.Run) (Pause, bool, error) {
	for n := 1; n < r.job.rounds() && r.Plan.Recipe == Run; n++ {
		if sealed, err := run.Sealed(rulesName(n)); err != nil || sealed {
			if err != nil {
				return Pause{}, false, err
			}
			continue
		}
		if exists(pausePath(run, n)) {
			continue
		}
		at := slices.IndexFunc(r.Stages, func(s pipeline.Stage) bool { return s.Name == rulesName(n) })
		return Pause{n, r.Stages[:at]}, true, nil
	}
	return Pause{}, false, nil
}

// Wait takes note that a run, whose stages up to a pause are done, waits there,
// so that it goes on the next time. It reports false where there is nothing to
// wait for, since the loop has stopped.
func (r *Recipe) Wait(run *pipeline.Run, p Pause) (bool, error) {
	if on, err := r.job.goesOn(run, p.Round); err != nil || !on {
		return false, err
	}
	name := pausePath(run, p.Round)
	if err := storage.MkdirAll(run.FS(), filepath.Dir(name)); err != nil {
		return false, err
	}
	f, err := run.FS().Create(name)
	if errors.Is(err, fs.ErrExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("pause for review: %w", err)
	}
	return true, errors.Join(f.Close(), run.FS().SyncDir(filepath.Dir(name)))
}

// pausePath is the file that says that a run has waited in a round.
func pausePath(run *pipeline.Run, round int) string {
	return filepath.Join(run.Dir(), "annotations", numbered("round", round)+".open")
}
