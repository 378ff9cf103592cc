package dedup

import (
	"errors"
	"fmt"
	"slices"

	minhashlsh "github.com/ekzhu/minhash-lsh"
)

// Options decide which documents count as duplicates. They are part of what
// identifies a run: sketches made with different options cannot be mixed.
type Options struct {
	// Bands is the number of bands in [1, 256]. Two documents are compared
	// if all rows of one band agree. 14 bands of 8 rows are FineWeb's choice:
	// a pair of similarity 0.8 is found with probability 0.92, of 0.9 with
	// 0.9998, of 0.5 with 0.05.
	Bands int `yaml:"bands"`
	// Rows is the number of MinHash values per band in [1, 64].
	Rows int `yaml:"rows"`
	// BandThreshold is the similarity, in (0, 1), for which Bands and Rows are
	// chosen, out of as many values as Bands × Rows; 0 takes the two as they are.
	// The areas of false positives below and of false negatives above it are then
	// least (the optimiser of ekzhu/minhash-lsh). Bands × Rows is at most 256.
	BandThreshold float64 `yaml:"band-threshold"`
	// Shingle is the number of consecutive tokens in a shingle, in [1, 32].
	Shingle int `yaml:"shingle"`
	// MinShingles is the number of shingles below which a text is compared
	// by its exact hash only.
	MinShingles int `yaml:"min-shingles"`
	// Threshold is the similarity in (0, 1] from which on a document is
	// dropped as a near duplicate of a kept one.
	Threshold float64 `yaml:"threshold"`
	// Leaders is the number of least documents of a bucket that every other
	// one in it is compared with, in [1, 1024]. Buckets of at most Leaders+1
	// documents are compared pair by pair.
	Leaders int `yaml:"leaders"`
	// GiantBucket is the number of documents from which on a bucket is
	// compared with its least document only. The work for a bucket is always
	// linear in its size.
	GiantBucket int `yaml:"giant-bucket"`
	// Seed selects the MinHash permutations.
	Seed uint64 `yaml:"seed"`
	// Scope says which documents are compared: all; folder, those whose input
	// files lie in one folder, such as one crawl among several; or file, those
	// of one input file.
	Scope string `yaml:"scope"`
	// Cluster says how pairs are contracted to clusters: one, in one task;
	// rounds, in rounds of as many tasks as the stages before; or auto, rounds
	// from 256 partitions on. The documents that are kept are the same.
	Cluster string `yaml:"cluster"`
}

// Values of Options.Scope and Options.Cluster.
const (
	ScopeAll      = "all"
	ScopeFolder   = "folder"
	ScopeFile     = "file"
	ClusterAuto   = "auto"
	ClusterOne    = "one"
	ClusterRounds = "rounds"
)

// DefaultOptions returns 14 bands of 8 rows over shingles of 5 tokens and a
// threshold of 0.8.
func DefaultOptions() Options {
	return Options{
		Bands:       14,
		Rows:        8,
		Shingle:     5,
		MinShingles: 5,
		Threshold:   0.8,
		Leaders:     8,
		GiantBucket: 1000,
		Seed:        1,
		Scope:       ScopeAll,
		Cluster:     ClusterAuto,
	}
}

// Validate returns an error that names all options out of range.
func (o Options) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(o.Bands >= 1 && o.Bands <= 256, "bands: %d is outside [1, 256]", o.Bands)
	check(o.Rows >= 1 && o.Rows <= 64, "rows: %d is outside [1, 64]", o.Rows)
	check(o.BandThreshold >= 0 && o.BandThreshold < 1, "band-threshold: %g is outside [0, 1)", o.BandThreshold)
	check(o.BandThreshold == 0 || o.Bands*o.Rows <= 256,
		"band-threshold: bands × rows = %d is more than 256", o.Bands*o.Rows)
	check(o.Shingle >= 1 && o.Shingle <= 32, "shingle: %d is outside [1, 32]", o.Shingle)
	check(o.MinShingles >= 1, "min-shingles: %d is less than 1", o.MinShingles)
	check(o.Threshold > 0 && o.Threshold <= 1, "threshold: %g is outside (0, 1]", o.Threshold)
	check(o.Leaders >= 1 && o.Leaders <= 1024, "leaders: %d is outside [1, 1024]", o.Leaders)
	check(o.GiantBucket >= 2, "giant-bucket: %d is less than 2", o.GiantBucket)
	check(slices.Contains([]string{ScopeAll, ScopeFolder, ScopeFile}, o.Scope),
		"scope: %q is none of all, folder, file", o.Scope)
	check(slices.Contains([]string{ClusterAuto, ClusterOne, ClusterRounds}, o.Cluster),
		"cluster: %q is none of auto, one, rounds", o.Cluster)
	return errors.Join(errs...)
}

// SameSketches reports whether sketches made with o and with p can be compared.
func (o Options) SameSketches(p Options) bool {
	bands, rows := o.Banding()
	otherBands, otherRows := p.Banding()
	return bands == otherBands && rows == otherRows && o.Seed == p.Seed && o.Scope == p.Scope &&
		o.Shingle == p.Shingle && o.MinShingles == p.MinShingles
}

// Rounds reports whether pairs are contracted in rounds of tasks, for the given
// number of partitions.
func (o Options) Rounds(parts int) bool {
	return o.Cluster == ClusterRounds || o.Cluster == ClusterAuto && parts >= roundsFrom
}

// roundsFrom is the number of partitions from which on one task for all pairs
// would take longer than the others: at some ten million documents each it sorts
// a billion pairs.
const roundsFrom = 256

// Banding returns the numbers of bands and of rows per band in force.
func (o Options) Banding() (bands, rows int) {
	if o.BandThreshold == 0 {
		return o.Bands, o.Rows
	}
	rows, bands = minhashlsh.NewMinhashLSH32(o.Bands*o.Rows, o.BandThreshold).Params()
	return bands, rows
}
