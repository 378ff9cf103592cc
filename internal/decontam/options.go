package decontam

import (
	"errors"
	"fmt"
)

// Options of the search for benchmark texts.
type Options struct {
	// Ngram is the number of consecutive grams that a document must share with
	// a benchmark text to be contaminated; at least 2. Source: DeepSeekMath
	// section 2.1, as MinNgram.
	Ngram int `yaml:"ngram"`
	// MinNgram is the least number of grams of a benchmark text that is looked
	// for as a whole, where it has fewer than Ngram; from 1 to Ngram. Shorter
	// texts are not looked for.
	MinNgram int `yaml:"min-ngram"`
	// MinWords is how many of the Ngram grams of a hit must be words of three
	// letters or more, or characters of a script without spaces; from 0 to
	// Ngram. The paper has no such rule, which is 0; 1 spares indexes ("A B C D
	// E F G H I J"), page numbers and stock formulas, which else are most of the
	// hits. A task without such an n-gram is looked for as a whole instead.
	MinWords int `yaml:"min-words"`
	// Ignore lists texts that are no contamination: no gram sequence within one
	// of them makes a hit.
	Ignore []string `yaml:"ignore"`
}

// DefaultOptions returns the paper's rule, with hits of numbers alone spared.
func DefaultOptions() Options { return Options{Ngram: 10, MinNgram: 3, MinWords: 1} }

// Validate returns an error that names the option that makes no sense.
func (o Options) Validate() error {
	if o.Ngram < 2 {
		return errors.New("ngram: must be 2 at least")
	}
	if o.MinNgram < 1 || o.MinNgram > o.Ngram {
		return fmt.Errorf("min-ngram: %d is not from 1 to ngram, which is %d", o.MinNgram, o.Ngram)
	}
	if o.MinWords < 0 || o.MinWords > o.Ngram {
		return fmt.Errorf("min-words: %d is not from 0 to ngram, which is %d", o.MinWords, o.Ngram)
	}
	return nil
}
