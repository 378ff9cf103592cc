package domain

import (
	"errors"
	"fmt"
)

// Options of the domain table.
type Options struct {
	// Share is the share of its pages in [0, 1) above which a domain is
	// related to mathematics if they were collected. Source: DeepSeekMath
	// section 2.1 has 10 %.
	Share float64 `yaml:"share"`
	// MinPages is the least number of pages that a domain needs to be judged
	// by their share; at least 1.
	MinPages int64 `yaml:"min-pages"`
	// PathDepth is the number of segments of a path that the table tells
	// apart, in [0, 8].
	PathDepth int `yaml:"path-depth"`
	// MinPathPages is the least number of pages of a path; smaller ones are
	// counted in the path above only. At least 1.
	MinPathPages int64 `yaml:"min-path-pages"`
	// Samples is the number of pages that each node of the table names at
	// random, and as many nearest the cut; in [0, 64].
	Samples int `yaml:"samples"`
}

const (
	maxPathDepth = 8
	maxSamples   = 64
)

// DefaultOptions returns the paper's share; 10 pages; paths of three segments
// with at least 10 pages; 8 samples.
func DefaultOptions() Options {
	return Options{Share: 0.10, MinPages: 10, PathDepth: 3, MinPathPages: 10, Samples: 8}
}

// Validate returns an error that names the option that makes no sense.
func (o Options) Validate() error {
	switch {
	case !(o.Share >= 0 && o.Share < 1):
		return fmt.Errorf("share: %v is not in [0, 1)", o.Share)
	case o.MinPages < 1:
		return errors.New("min-pages: must be at least 1")
	case o.PathDepth < 0 || o.PathDepth > maxPathDepth:
		return fmt.Errorf("path-depth: %d is not in [0, %d]", o.PathDepth, maxPathDepth)
	case o.MinPathPages < 1:
		return errors.New("min-path-pages: must be at least 1")
	case o.Samples < 0 || o.Samples > maxSamples:
		return fmt.Errorf("samples: %d is not in [0, %d]", o.Samples, maxSamples)
	}
	return nil
}

// Mathematical reports whether a domain with these counts is related to
// mathematics: it has at least MinPages pages, and a share of them above Share
// was collected.
func (o Options) Mathematical(c Counts) bool {
	return c.Pages >= o.MinPages && c.Share() > o.Share
}
