package rank

import (
	"errors"
	"fmt"
)

// Options of the selection.
type Options struct {
	// Budgets are the sizes of the corpora to select, ascending: numbers of
	// tokens ("40B", "25M"), or shares of the tokens of all documents with a
	// score ("30%"), and "all". Source: DeepSeekMath section 2.1.
	Budgets []Budget `yaml:"budgets"`
	// MinScore is the least score of a document that may be selected at all,
	// in [0, 1].
	MinScore float64 `yaml:"min-score"`
	// PartBytes is the size at which a part of a tier is full, in bytes of
	// uncompressed text; above 0.
	PartBytes int64 `yaml:"part-bytes"`
}

// DefaultOptions returns the paper's budgets, no least score, and parts of 1 GiB.
func DefaultOptions() Options {
	const billion = 1_000_000_000
	return Options{
		Budgets:   []Budget{{tokens: 40 * billion}, {tokens: 80 * billion}, {tokens: 120 * billion}, {tokens: 160 * billion}},
		PartBytes: 1 << 30,
	}
}

// Validate returns an error that names the option that makes no sense.
func (o Options) Validate() error {
	if err := ValidateBudgets(o.Budgets); err != nil {
		return fmt.Errorf("budgets: %w", err)
	}
	if !(o.MinScore >= 0 && o.MinScore <= 1) {
		return fmt.Errorf("min-score: %v is not in [0, 1]", o.MinScore)
	}
	if o.PartBytes <= 0 {
		return errors.New("part-bytes: must be above 0")
	}
	return nil
}
