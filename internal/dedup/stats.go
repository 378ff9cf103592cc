package dedup

import "math/bits"

// Stats are the counts of one stage, or of one task of it: add those of all
// tasks. The same key means the same thing in every stage.
type Stats struct {
	// In is the number of records read.
	In int64
	// Out is the number of records passed on.
	Out int64
	// Dropped is the number of documents dropped.
	Dropped int64
	// Groups counts groups of at least two documents by size: equal URLs,
	// equal texts, buckets of a band, or a kept document with its near
	// duplicates.
	Groups Histogram
	// Giant is the number of buckets of GiantBucket documents or more, and
	// GiantMembers the number of documents in them.
	Giant, GiantMembers int64
	// Rejected is the number of candidate pairs below the threshold.
	Rejected int64
}

// Add adds the counts of another task.
func (s *Stats) Add(o Stats) {
	s.In += o.In
	s.Out += o.Out
	s.Dropped += o.Dropped
	s.Giant += o.Giant
	s.GiantMembers += o.GiantMembers
	s.Rejected += o.Rejected
	for i, n := range o.Groups.Count {
		s.Groups.Count[i] += n
	}
	s.Groups.Largest = max(s.Groups.Largest, o.Groups.Largest)
}

// A Histogram counts sizes by octave.
type Histogram struct {
	// Count[i] is the number of sizes in [2^i, 2^(i+1)).
	Count [48]int64
	// Largest is the greatest size.
	Largest int64
}

func (h *Histogram) add(size int64) {
	h.Count[min(bits.Len64(uint64(size))-1, len(h.Count)-1)]++
	h.Largest = max(h.Largest, size)
}
