package shuffle

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

// A queue gives what a sorted slice would, with everything in memory, with runs,
// and with so many runs that they are merged.
func TestQueue(t *testing.T) {
	for _, c := range []struct {
		width, records int
		spills         bool
	}{{8, 1000, false}, {22, 1000, false}, {22, 200_000, true}, {64, 1_000_000, true}} {
		scratch := newScratch()
		q, err := NewQueue(c.width, Space{Memory: 1 << 20, Scratch: scratch})
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, uint64(c.records)))
		record := make([]byte, c.width)
		push := func(least uint64) {
			// Ascending in the large, as in a sweep, so that runs are used up.
			binary.BigEndian.PutUint64(record, least+r.Uint64N(1<<40))
			if err := q.Push(record); err != nil {
				t.Fatal(err)
			}
		}
		var last uint64
		pop := func() {
			got := binary.BigEndian.Uint64(q.Peek())
			if got < last {
				t.Fatalf("width %d: %d after %d", c.width, got, last)
			}
			last = got
			if err := q.Pop(); err != nil {
				t.Fatal(err)
			}
		}
		for range c.records {
			push(last)
			if r.IntN(8) == 0 {
				pop()
			}
		}
		left := 0
		for q.Peek() != nil {
			pop()
			left++
		}
		if left < c.records/2 {
			t.Errorf("width %d: %d records left of %d", c.width, left, c.records)
		}
		if (q.made > 0) != c.spills {
			t.Errorf("width %d: %d runs", c.width, q.made)
		}
		if err := q.Close(); err != nil {
			t.Fatal(err)
		}
		if len(scratch.files) > 0 || scratch.open > 0 || scratch.maxOpen > queueFanIn+1 {
			t.Errorf("width %d: %d files left, %d open, at most %d at once", c.width, len(scratch.files), scratch.open, scratch.maxOpen)
		}
	}
}

// What is put in comes out, nothing else.
func TestQueueContents(t *testing.T) {
	q, err := NewQueue(8, Space{Memory: 1 << 20, Scratch: newScratch()})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	var want, got []uint64
	record := make([]byte, 8)
	for range 300_000 {
		v := r.Uint64N(1 << 20)
		want = append(want, v)
		binary.BigEndian.PutUint64(record, v)
		if err := q.Push(record); err != nil {
			t.Fatal(err)
		}
	}
	for head := q.Peek(); head != nil; head = q.Peek() {
		got = append(got, binary.BigEndian.Uint64(head))
		if err := q.Pop(); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(want)
	if !slices.Equal(want, got) {
		t.Errorf("%d records came out of %d, or others", len(got), len(want))
	}
	if err := q.Push(make([]byte, 9)); err == nil {
		t.Error("a record of another width is taken")
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
}
