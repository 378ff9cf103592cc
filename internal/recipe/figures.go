package recipe

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"mathsieve/internal/pipeline"
)

// A GroupSize says how many groups of duplicates have a size.
type GroupSize struct {
	// From is the least number of members, a power of two; the groups have
	// fewer than twice as many.
	From int64
	// URL, Text and Near count the groups that share an address, a text, or a
	// kept document that they nearly repeat.
	URL, Text, Near int64
}

// Groups returns the sizes of the groups of duplicates of a finished run,
// ascending; none for recipes that seek no duplicates.
func (r *Recipe) Groups(run *pipeline.Run) ([]GroupSize, error) {
	bySize := map[int64]*GroupSize{}
	add := func(stage string, count func(*GroupSize) *int64) error {
		if !slices.ContainsFunc(r.Stages, func(s pipeline.Stage) bool { return s.Name == stage }) {
			return nil
		}
		counters, err := run.SealedCounters(stage)
		for from, n := range withPrefix(counters, "groups_from_") {
			size, parseErr := strconv.ParseInt(from, 10, 64)
			if parseErr != nil {
				return parseErr
			}
			if bySize[size] == nil {
				bySize[size] = &GroupSize{From: size}
			}
			*count(bySize[size]) += n
		}
		return err
	}
	err := errors.Join(
		add(stageURL, func(g *GroupSize) *int64 { return &g.URL }),
		add(stageText, func(g *GroupSize) *int64 { return &g.Text }),
		add(stageDuplicate, func(g *GroupSize) *int64 { return &g.Near }),
	)
	sizes := make([]GroupSize, 0, len(bySize))
	for _, g := range bySize {
		sizes = append(sizes, *g)
	}
	slices.SortFunc(sizes, func(a, b GroupSize) int { return int(a.From - b.From) })
	return sizes, err
}

// BenchmarkHits counts the documents of a finished run that hold texts of a
// benchmark, by its name; a document with texts of several counts for the first.
// It is empty for recipes without benchmarks.
func (r *Recipe) BenchmarkHits(run *pipeline.Run) (map[string]int64, error) {
	if !slices.ContainsFunc(r.Stages, func(s pipeline.Stage) bool { return s.Name == stageHits }) {
		return nil, nil
	}
	counters, err := run.SealedCounters(stageHits)
	return withPrefix(counters, "benchmark."), err
}

// InputTotal sums up the inputs of one role.
type InputTotal struct {
	// Role is what the inputs are for, such as "pool" or "positive".
	Role string
	// Files is their number, Bytes their size as they are, compressed or not.
	Files, Bytes int64
}

// InputTotals returns the inputs by role, in the order of their names.
func (r *Recipe) InputTotals() []InputTotal {
	var totals []InputTotal
	for _, in := range r.Plan.Inputs {
		i, found := slices.BinarySearchFunc(totals, in.Role, func(t InputTotal, role string) int { return strings.Compare(t.Role, role) })
		if !found {
			totals = slices.Insert(totals, i, InputTotal{Role: in.Role})
		}
		totals[i].Files++
		totals[i].Bytes += max(in.Size, 0)
	}
	return totals
}
