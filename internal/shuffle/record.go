package shuffle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
)

const (
	// MaxWidth is the greatest width of a record, in bytes.
	MaxWidth = 1 << 12
	// MaxSections is the greatest number of sections in a file.
	MaxSections = 1 << 20
	// MinMemory is the least memory in bytes that a Writer or a Sorter works
	// with; a smaller limit is taken as this one.
	MinMemory = 1 << 20
)

// A Source yields records one after the other.
type Source interface {
	// Next returns the next record, valid until the next call; io.EOF follows
	// the last one.
	Next() ([]byte, error)
}

// A Scratch holds files that live no longer than the task that makes them.
// Every name is created once. A Writer and a Sorter need names that no other
// user of the same Scratch takes: they prefix theirs with the name they were
// given.
type Scratch interface {
	// Create makes a new, empty file.
	Create(name string) (io.WriteCloser, error)
	// Open reads a file that was created and closed.
	Open(name string) (io.ReadCloser, error)
	// Remove deletes a file that is not open.
	Remove(name string) error
}

// Space is the room that a Writer or a Sorter may take.
type Space struct {
	// Memory is the limit for buffers, in bytes.
	Memory int64
	// Scratch takes what does not fit. It is not touched while everything
	// fits.
	Scratch Scratch
	// Name is the prefix of the names in Scratch.
	Name string
}

func (s Space) memory() int { return int(max(s.Memory, MinMemory)) }

// ErrWidth means that a record has not the width of its file or sorter.
var ErrWidth = errors.New("record width differs")

// Partition maps a key whose values are spread evenly over 64 bits, such as a
// hash, to one of n partitions. Greater keys go to greater partitions.
func Partition(key uint64, n int) int {
	p, _ := bits.Mul64(key, uint64(n))
	return int(p)
}

func checkWidth(width int) error {
	if width < 1 || width > MaxWidth {
		return fmt.Errorf("record width %d is outside [1, %d]", width, MaxWidth)
	}
	return nil
}

// less orders records of the same width by their bytes.
func less(a, b []byte) bool {
	for len(a) >= 8 && len(b) >= 8 {
		x, y := binary.BigEndian.Uint64(a), binary.BigEndian.Uint64(b)
		if x != y {
			return x < y
		}
		a, b = a[8:], b[8:]
	}
	return string(a) < string(b)
}

// grow returns buf with room for one more record of the given width. Capacity
// doubles up to limit bytes, so that no more than 1.5 × limit bytes are held
// while the records are copied. It reports false when the limit is reached.
func grow(buf []byte, width, limit int) ([]byte, bool) {
	if len(buf)+width <= cap(buf) {
		return buf, true
	}
	size := min(max(2*cap(buf), 64<<10), limit)
	if size-len(buf) < width {
		return buf, false
	}
	wider := make([]byte, len(buf), size)
	copy(wider, buf)
	return wider, true
}
