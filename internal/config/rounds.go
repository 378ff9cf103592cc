package config

import (
	"fmt"

	"mathsieve/internal/rank"
)

// Rounds says how often the loop goes round, and by what it is driven.
type Rounds struct {
	// Max is the largest number of rounds; the paper did four. A model that
	// was given makes it 1.
	Max int `yaml:"max"`
	// StopOverlap is the share of the pages and of the tokens that a round
	// collects, in (0, 1], from which the loop stops if the round before had
	// collected them too: 98 % in the paper.
	StopOverlap float64 `yaml:"stop-overlap"`
	// Collect is the budget that says which pages a round has collected; empty
	// is the first of select.budgets. The paper's first round took 40B tokens.
	Collect string `yaml:"collect"`
	// AutoShare is the share of a path's pages, in (0, 1], above which the
	// automatic rule calls it mathematics where nobody has annotated, if the
	// median of their scores is above a half.
	AutoShare float64 `yaml:"auto-share"`
}

// DefaultRounds returns the paper's rounds and its stop rule.
func DefaultRounds() Rounds { return Rounds{Max: 4, StopOverlap: 0.98, AutoShare: 0.5} }

// Validate reports the first setting that is out of its range.
func (r Rounds) Validate() error {
	switch {
	case r.Max < 1 || r.Max > maxRounds:
		return fmt.Errorf("max: %d is not in [1, %d]", r.Max, maxRounds)
	case !(r.StopOverlap > 0 && r.StopOverlap <= 1):
		return fmt.Errorf("stop-overlap: %v is not in (0, 1]", r.StopOverlap)
	case !(r.AutoShare > 0 && r.AutoShare <= 1):
		return fmt.Errorf("auto-share: %v is not in (0, 1]", r.AutoShare)
	}
	if r.Collect == "" {
		return nil
	}
	if _, err := rank.ParseBudget(r.Collect); err != nil {
		return fmt.Errorf("collect: %w", err)
	}
	return nil
}

// maxRounds keeps the graph of stages small; the paper's loop stood still in
// the fourth round.
const maxRounds = 64
