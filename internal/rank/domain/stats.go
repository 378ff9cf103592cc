package domain

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// stats are the sums of some pages while they grow.
type stats struct {
	Counts
	buckets [Buckets]int64
	used    [Buckets / 64]uint64 // bit i: buckets[i] is not 0
	random  []Sample             // by least hash, no more than keep
	near    []Sample             // by least distance from the cut
	keep    int
	cut     float64
}

func newStats(o Options, cut float32) *stats {
	return &stats{keep: o.Samples, cut: float64(cut)}
}

func (s *stats) reset() {
	s.Counts = Counts{}
	for i := range s.used {
		for rest := s.used[i]; rest != 0; rest &= rest - 1 {
			s.buckets[i*64+bits.TrailingZeros64(rest)] = 0
		}
		s.used[i] = 0
	}
	s.random, s.near = s.random[:0], s.near[:0]
}

func (s *stats) addBucket(index int, pages int64) {
	s.buckets[index] += pages
	s.used[index/64] |= 1 << (index % 64)
}

// addSample takes a page into either sample that it is wanted in.
func (s *stats) addSample(p Sample) {
	s.random = insert(s.random, p, s.keep, compareHash)
	s.addNear(p)
}

func (s *stats) addNear(p Sample) {
	if d := s.distance(p); !math.IsNaN(d) && !math.IsInf(d, 0) {
		s.near = insert(s.near, p, s.keep, s.compareDistance)
	}
}

// merge adds all that t stands for.
func (s *stats) merge(t *stats) {
	s.add(t.Counts)
	for i := range t.used {
		for rest := t.used[i]; rest != 0; rest &= rest - 1 {
			index := i*64 + bits.TrailingZeros64(rest)
			s.addBucket(index, t.buckets[index])
		}
	}
	for _, p := range t.random {
		s.random = insert(s.random, p, s.keep, compareHash)
	}
	for _, p := range t.near {
		s.near = insert(s.near, p, s.keep, s.compareDistance)
	}
}

func (s *stats) histogram() Histogram {
	n := 0
	for _, word := range s.used {
		n += bits.OnesCount64(word)
	}
	if n == 0 {
		return nil
	}
	h := make(Histogram, 0, n)
	for i, word := range s.used {
		for rest := word; rest != 0; rest &= rest - 1 {
			index := i*64 + bits.TrailingZeros64(rest)
			h = append(h, Bucket{Index: index, Pages: s.buckets[index]})
		}
	}
	return h
}

func (s *stats) distance(p Sample) float64 { return math.Abs(float64(p.Logit) - s.cut) }

func (s *stats) compareDistance(p, q Sample) int {
	if c := cmp.Compare(s.distance(p), s.distance(q)); c != 0 {
		return c
	}
	return compareHash(p, q)
}

// compareHash orders pages by the hash of their addresses; pages of the same
// address by place, so that no two are equal.
func compareHash(p, q Sample) int {
	if c := cmp.Compare(p.hash, q.hash); c != 0 {
		return c
	}
	if c := cmp.Compare(p.Pack, q.Pack); c != 0 {
		return c
	}
	return cmp.Compare(p.Row, q.Row)
}

// insert puts p in its place among the samples, of which it keeps the first so
// many.
func insert(samples []Sample, p Sample, keep int, compare func(p, q Sample) int) []Sample {
	at := len(samples)
	for at > 0 && compare(p, samples[at-1]) < 0 {
		at--
	}
	if at == keep {
		return samples
	}
	if len(samples) == keep {
		samples = samples[:keep-1]
	}
	return slices.Insert(samples, at, p)
}
