package domain

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"mathsieve/internal/address"
	"mathsieve/internal/shuffle"
)

// A Counter makes the partial table of some pages. It belongs to one goroutine.
type Counter struct {
	options Options
	cut     float32
	split   address.Splitter
	runs    runs
	held    held
	key     []byte
	payload []byte
}

// NewCounter returns a counter that works within space.Memory and spills to
// space.Scratch what does not fit. The cut is the log odds at which pages are
// collected: it says which samples are nearest. Infinite or NaN, there are no
// such samples. Of the options, PathDepth and Samples matter.
func NewCounter(o Options, cut float32, space shuffle.Space) (*Counter, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	memory := int(min(max(space.Memory, shuffle.MinMemory), 4<<30))
	return &Counter{options: o, cut: cut, runs: newRuns(o, cut, space), held: newHeld(memory)}, nil
}

// Add counts a page. Nothing of it is kept after the return.
func (c *Counter) Add(p Page) error {
	a := c.split.Split(p.URL, c.options.PathDepth)
	c.key = appendKey(c.key[:0], &a)
	c.payload = appendPage(c.payload[:0], &p)
	if !c.held.add(c.key, c.payload) {
		if err := c.runs.write(c.heldSource()); err != nil {
			return err
		}
		c.held.reset()
		c.held.add(c.key, c.payload)
	}
	return nil
}

func (c *Counter) heldSource() source {
	c.held.sort()
	return &heldSource{held: &c.held, sums: newStats(c.options, c.cut)}
}

// WriteTo writes the partial table in the given number of sections, at least 1
// and at most shuffle.MaxSections. It is called once, after the last Add.
func (c *Counter) WriteTo(w io.Writer, sections int) error {
	if sections < 1 || sections > shuffle.MaxSections {
		return fmt.Errorf("%d sections are outside [1, %d]", sections, shuffle.MaxSections)
	}
	src := c.heldSource()
	if len(c.runs.names) > 0 {
		if err := c.runs.write(src); err != nil {
			return err
		}
		c.held = held{}
		var err error
		if src, err = c.runs.merged(); err != nil {
			return err
		}
	}
	partial := newPartialWriter(w, newHead(c.options, c.cut, sections))
	if err := each(src, partial.add); err != nil {
		return err
	}
	return partial.close()
}

// Close removes the scratch files. It is called in any case.
func (c *Counter) Close() error {
	c.held = held{}
	return c.runs.close()
}

// held are the entries in memory, of one page each. They lie in chunks, so that
// nothing is copied while they grow.
type held struct {
	chunks [][]byte // full but for the last
	size   int      // of a chunk, in bytes: 1 << shift
	shift  int
	most   int // chunks
	order  []place
	limit  int // of order
}

// A place is where an entry lies: chunk << shift + position.
type place struct {
	hash uint64
	at   uint32
	skip uint16 // length of the domain in the key, which the hash stands for
	key  uint16 // length of the key
}

// newHeld divides memory: five eighths for entries, three sixteenths for their
// order, which needs half as much again while it grows.
func newHeld(memory int) held {
	shift := 16
	for shift < 20 && 32<<shift < memory {
		shift++
	}
	return held{size: 1 << shift, shift: shift, most: max(memory/8*5>>shift, 1), limit: memory / 16 * 3 / binary.Size(place{})}
}

// add reports false if there is no room.
func (h *held) add(key, payload []byte) bool {
	length := len(key) + 1 + len(payload)
	last := len(h.chunks) - 1
	if last < 0 || len(h.chunks[last])+length > h.size {
		if len(h.chunks) == h.most {
			return false
		}
		// After a reset the chunks are used again.
		if last++; last < cap(h.chunks) && h.chunks[:last+1][last] != nil {
			h.chunks = h.chunks[:last+1]
		} else {
			h.chunks = append(h.chunks, make([]byte, 0, h.size))
		}
	}
	if len(h.order) == cap(h.order) {
		if len(h.order) >= h.limit {
			return false
		}
		wider := make([]place, len(h.order), min(max(2*len(h.order), 1<<10), h.limit))
		copy(wider, h.order)
		h.order = wider
	}
	chunk := h.chunks[last]
	h.order = append(h.order, place{
		hash: keyHash(key), at: uint32(last*h.size + len(chunk)),
		skip: uint16(bytes.IndexByte(key, 0)), key: uint16(len(key)),
	})
	chunk = append(chunk, key...)
	chunk = append(chunk, byte(len(payload)))
	h.chunks[last] = append(chunk, payload...)
	return true
}

func (h *held) reset() {
	for i := range h.chunks {
		h.chunks[i] = h.chunks[i][:0]
	}
	h.chunks, h.order = h.chunks[:0], h.order[:0]
}

func (h *held) entry(p place) (key, payload []byte) {
	rest := h.chunks[p.at>>h.shift][int(p.at)&(h.size-1):]
	key, rest = rest[:p.key], rest[p.key:]
	return key, rest[1 : 1+int(rest[0])]
}

func (h *held) sort() {
	slices.SortFunc(h.order, func(p, q place) int {
		if p.hash != q.hash {
			if p.hash < q.hash {
				return -1
			}
			return 1
		}
		a, _ := h.entry(p)
		b, _ := h.entry(q)
		if p.skip == q.skip && string(a[:p.skip]) == string(b[:q.skip]) {
			a, b = a[p.skip:], b[q.skip:]
		}
		return bytes.Compare(a, b)
	})
}

// A heldSource is the source of the entries in memory, sorted.
type heldSource struct {
	held    *held
	at      int
	sums    *stats
	payload []byte
}

func (s *heldSource) next() (hash uint64, key, payload []byte, err error) {
	order := s.held.order
	if s.at == len(order) {
		return 0, nil, nil, io.EOF
	}
	hash = order[s.at].hash
	key, payload = s.held.entry(order[s.at])
	first := s.at
	for s.at++; s.at < len(order) && order[s.at].hash == hash; s.at++ {
		k, p := s.held.entry(order[s.at])
		if string(k) != string(key) {
			break
		}
		if s.at == first+1 {
			s.sums.reset()
			if err := s.sums.addPayload(payload); err != nil {
				return 0, nil, nil, err
			}
		}
		if err := s.sums.addPayload(p); err != nil {
			return 0, nil, nil, err
		}
	}
	if s.at > first+1 {
		s.payload = s.sums.appendPayload(s.payload[:0])
		payload = s.payload
	}
	return hash, key, payload, nil
}
