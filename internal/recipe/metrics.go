package recipe

import (
	"context"
	"slices"

	"mathsieve/internal/fasttext"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank"
	"mathsieve/internal/seed"
)

const metricsFile = "metrics.json"

func metricsName(round int) string { return numbered("metrics", round) }

// Why the loop stops at a round.
const (
	StopRounds  = "rounds"  // rounds.max is reached
	StopOverlap = "overlap" // the round brought almost nothing that was not there before
	StopNothing = "nothing" // no page that was not in the seed is under a rule
)

// A Sum is a number of pages with their tokens.
type Sum struct {
	Pages  int64 `json:"pages"`
	Tokens int64 `json:"tokens"`
}

// An Overlap is the share, in [0, 1], of what a round has collected that the
// round before had collected too. A round that has collected nothing overlaps
// wholly.
type Overlap struct {
	Pages  float64 `json:"pages"`
	Tokens float64 `json:"tokens"`
}

// Metrics say what one round has done, and whether another follows.
type Metrics struct {
	Round int `json:"round"`
	// Seed are the pages that the classifier has learned from; nil where a
	// model was given.
	Seed *seed.Report `json:"seed"`
	// HoldOut is what the classifier does on the sites kept out of training,
	// without its thresholds; nil where nothing was held out.
	HoldOut *HoldOutSummary `json:"hold_out"`
	// CutScore is the probability at the cut of rounds.collect, CutLogit its
	// log odds.
	CutScore float64 `json:"cut_score"`
	CutLogit float32 `json:"cut_logit"`
	// Pool is what could be collected, Collected what was.
	Pool      Sum `json:"pool"`
	Collected Sum `json:"collected"`
	// Overlap is with the round before, nil in the first.
	Overlap *Overlap `json:"overlap"`
	// Stop is StopOverlap or StopRounds, and empty where the loop goes on.
	Stop string `json:"stop"`
}

// A HoldOutSummary is the quality of a round's classifier. The hold-out grows
// with the seed: figures of two rounds are not of the same pages.
type HoldOutSummary struct {
	Pages            int     `json:"pages"`
	Positives        int     `json:"positives"`
	AveragePrecision float64 `json:"average_precision"`
	BestF1           float64 `json:"best_f1"`
}

// metricsStage compares what a round has collected with the round before.
func (j *job) metricsStage(s selector) pipeline.Stage {
	after := []string{cutName(s.round), domainsMapName(s.round)}
	if !j.hasModel() {
		after = append(after, trainName(s.round))
	}
	return pipeline.Stage{
		Name:  metricsName(s.round),
		After: after,
		Count: follows(cutName(s.round), one),
		Task: func(_ context.Context, t *pipeline.Task) error {
			m, err := j.measureRound(t.Run, s.round)
			if err != nil {
				return err
			}
			t.Add("pages", m.Collected.Pages)
			t.Add("tokens", m.Collected.Tokens)
			return writeJSON(t, metricsFile, m)
		},
	}
}

func readMetrics(run *pipeline.Run, round int) (Metrics, error) {
	var m Metrics
	err := readJSON(run, metricsName(round), metricsFile, &m)
	return m, err
}

func (j *job) measureRound(run *pipeline.Run, round int) (Metrics, error) {
	m := Metrics{Round: round}
	if !j.hasModel() {
		var trained TrainReport
		if err := readJSON(run, trainName(round), trainReportName, &trained); err != nil {
			return m, err
		}
		m.Seed = &trained.Seed
		if h := trained.HoldOut; h != nil {
			m.HoldOut = &HoldOutSummary{h.Pages, h.Positives, h.AveragePrecision, h.BestF1.F1}
		}
	}
	selection, err := readSelection(run, round)
	if err != nil {
		return m, err
	}
	tier := selection.Collected.Tiers[0]
	m.CutScore, m.CutLogit = fasttext.Sigmoid(float64(tier.Score)), tier.Score
	m.Pool = Sum{selection.Collected.Documents, selection.Collected.Tokens}
	m.Collected = Sum{tier.Documents, tier.Tokens}
	if round > 1 {
		counters, err := run.SealedCounters(domainsMapName(round))
		if err != nil {
			return m, err
		}
		m.Overlap = &Overlap{share(counters[overlapPages], m.Collected.Pages), share(counters[overlapTokens], m.Collected.Tokens)}
	}
	switch {
	case m.Overlap != nil && min(m.Overlap.Pages, m.Overlap.Tokens) >= j.cfg.Rounds.StopOverlap:
		m.Stop = StopOverlap
	case round == j.rounds():
		m.Stop = StopRounds
	}
	return m, nil
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// A collection is what a round has collected: the pages within the budget of
// rounds.collect.
type collection struct {
	*columns
	cuts  *rank.Cuts
	tiers []int
}

// collected opens what the cut of the round has collected.
func (s selector) collected(ctx context.Context, run *pipeline.Run) (*collection, error) {
	selection, err := readSelection(run, s.round)
	return &collection{columns: s.columns(ctx, run), cuts: selection.Collected}, err
}

// rows says of each row of a pack whether it was collected.
func (c *collection) rows(pack int) ([]bool, error) {
	var err error
	if c.tiers, err = c.cuts.AppendTiers(c.tiers[:0], c.columns, pack); err != nil {
		return nil, err
	}
	collected := make([]bool, len(c.tiers))
	for row, tier := range c.tiers {
		collected[row] = tier != rank.NoTier
	}
	return collected, nil
}

// collectBudget is the budget that decides what a round has collected.
func (j *job) collectBudget() (rank.Budget, error) {
	if j.cfg.Rounds.Collect == "" {
		return j.cfg.Select.Budgets[0], nil
	}
	return rank.ParseBudget(j.cfg.Rounds.Collect)
}

// collectCuts are the cuts of that budget, those of the selection where it is
// one of them.
func (s selector) collectCuts(ctx context.Context, src rank.Source, o rank.Options, cuts *rank.Cuts) (*rank.Cuts, error) {
	budget, err := s.job.collectBudget()
	if err != nil {
		return nil, err
	}
	if i := slices.Index(o.Budgets, budget); i >= 0 {
		only := *cuts
		only.Tiers = []rank.Tier{cuts.Tiers[i]}
		only.Tiers[0].TierDocuments, only.Tiers[0].TierTokens = cuts.Tiers[i].Documents, cuts.Tiers[i].Tokens
		return &only, nil
	}
	o.Budgets = []rank.Budget{budget}
	return rank.Cut(ctx, src, o)
}
