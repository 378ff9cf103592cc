// Package seed draws the pages that a classifier is trained on: positives
// (mathematics) and negatives (everything else), each a seeded random sample,
// both written by one normaliser as the lines that fastText trains on.
//
// DeepSeekMath (arXiv 2402.03300, section 2.1) takes 500,000 pages of
// OpenWebMath against 500,000 pages of Common Crawl. Where no seed is at
// hand, the pages of the pool whose own mark-up proves mathematics are the
// positives and pages without a formula the negatives: see
// [Options.ProvesMathematics] and [Options.ProvesOther].
//
// A later round of the loop adds the pages that people, or a rule, have found to
// be mathematics as a source of its own, and keeps negatives apart from the
// domains of positives.
//
// Which pages are drawn depends on their ids and the seed alone: a page is
// taken if the hash of its id is among the least, so neither the order nor the
// number of shards matters.
package seed

import (
	"errors"
	"fmt"

	"mathsieve/internal/corpus"
)

// The labels of the classifier, as they stand in front of a training line.
const (
	LabelMath  = "__label__math"
	LabelOther = "__label__other"
)

// Options says how many pages are drawn, and from which.
type Options struct {
	// Positives and Negatives are the largest number of pages drawn of each
	// kind. The paper draws 500,000 of both.
	Positives int `yaml:"positives"`
	Negatives int `yaml:"negatives"`
	// MaxPerDomain is the largest number of pages of one label drawn from one
	// registrable domain, so that no site can swamp the seed; 0 is any number.
	MaxPerDomain int `yaml:"max-per-domain"`
	// MaxTokens is the number of tokens of a page that the classifier sees,
	// in training and in scoring; 0 is all of them.
	MaxTokens int `yaml:"max-tokens"`
	// HoldOut is the share of the sites, in [0, 0.5], whose pages are kept
	// out of training to measure the classifier and to choose its settings.
	HoldOut float64 `yaml:"hold-out"`
	// BootstrapFormulas is the number of formulas in proving mark-up from
	// which a page of the pool counts as mathematics where no seed is given.
	BootstrapFormulas int `yaml:"bootstrap-formulas"`
	// RandomSeed decides which pages are drawn.
	RandomSeed uint64 `yaml:"random-seed"`
}

// DefaultOptions returns the paper's sample sizes.
func DefaultOptions() Options {
	return Options{
		Positives:         500_000,
		Negatives:         500_000,
		MaxTokens:         5000,
		HoldOut:           0.1,
		BootstrapFormulas: 5,
		RandomSeed:        1,
	}
}

// Validate reports the first option that is out of its range.
func (o Options) Validate() error {
	switch {
	case o.Positives < 1:
		return fmt.Errorf("positives: %d is less than 1", o.Positives)
	case o.Negatives < 1:
		return fmt.Errorf("negatives: %d is less than 1", o.Negatives)
	case o.MaxPerDomain < 0:
		return fmt.Errorf("max-per-domain: %d is negative", o.MaxPerDomain)
	case o.MaxTokens < 0:
		return fmt.Errorf("max-tokens: %d is negative", o.MaxTokens)
	case !(o.HoldOut >= 0 && o.HoldOut <= 0.5):
		return fmt.Errorf("hold-out: %v is not in [0, 0.5]", o.HoldOut)
	case o.BootstrapFormulas < 1:
		return fmt.Errorf("bootstrap-formulas: %d is less than 1", o.BootstrapFormulas)
	}
	return nil
}

// ErrNoPositives and ErrNoNegatives mean that a seed has pages of one class
// only, so that nothing can be learned from it.
var (
	ErrNoPositives = errors.New("no positive page")
	ErrNoNegatives = errors.New("no negative page")
)

// ProvesMathematics reports whether the page's own mark-up proves that it is
// mathematics: at least o.BootstrapFormulas formulas that their author wrote
// as mathematics. Formulas in mere HTML, italics with sub- or superscripts, prove
// nothing.
func (o Options) ProvesMathematics(doc *corpus.Document) bool {
	proven := 0
	for form, n := range doc.Metadata.Formulas {
		if form != "html" {
			proven += n
		}
	}
	return proven >= o.BootstrapFormulas
}

// ProvesOther reports whether the page has no formula at all, in any form.
func (o Options) ProvesOther(doc *corpus.Document) bool {
	return doc.Metadata.FormulaCount() == 0
}
