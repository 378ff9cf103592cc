package config

import (
	"fmt"

	"mathsieve/internal/fasttext"
)

// Train says how the classifier is trained.
type Train struct {
	fasttext.Args `yaml:",inline"`
	// Tune says whether lr and epoch are chosen by trials on the hold-out:
	// on, off (they are taken as given), or auto, which is on for seeds of
	// fewer than TuneBelow pages. The paper's lr 0.1 and three epochs need
	// the paper's million pages; they leave a model of 2,000 untrained.
	Tune string `yaml:"tune"`
	// TuneBelow is the number of pages in the seed below which auto tunes.
	TuneBelow int `yaml:"tune-below"`
	// TuneTrials is the largest number of trials, from 1.
	TuneTrials int `yaml:"tune-trials"`
}

// DefaultTrain returns the paper's settings, tuned for small seeds.
func DefaultTrain() Train {
	return Train{Args: fasttext.PaperArgs(), Tune: "auto", TuneBelow: 100_000, TuneTrials: 8}
}

// Validate reports the first setting that is out of its range.
func (t Train) Validate() error {
	switch {
	case t.Tune != "auto" && t.Tune != "on" && t.Tune != "off":
		return fmt.Errorf("tune: %q is none of auto, on, off", t.Tune)
	case t.TuneBelow < 0:
		return fmt.Errorf("tune-below: %d is negative", t.TuneBelow)
	case t.TuneTrials < 1:
		return fmt.Errorf("tune-trials: %d is less than 1", t.TuneTrials)
	}
	return t.Args.Validate()
}

// Tunes reports whether lr and epoch are to be chosen for a seed of that many
// pages.
func (t Train) Tunes(pages int) bool {
	return t.Tune == "on" || t.Tune == "auto" && pages < t.TuneBelow
}
