package shuffle

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// queueFanIn is the number of spilled runs of a Queue that are open at once.
const queueFanIn = 64

// A Queue is a priority queue of records within a given memory: records may be
// added at any time, and the least one is taken. It holds a binary heap; when
// its memory is full it spills the heap as a sorted run, and takes the least of
// the heap and of the heads of the runs. Call Close in any case.
type Queue struct {
	width int
	space Space
	limit int // bytes of the heap
	heap  []byte
	spare []byte
	runs  []*run
	names []string // of the runs, in their order
	least *run     // whose record comes first; nil if no run is left
	made  int
}

// NewQueue returns an empty queue of records of the given width. Of
// space.Memory two thirds hold records; the rest is for growing, and for the
// buffers of runs.
func NewQueue(width int, space Space) (*Queue, error) {
	if err := checkWidth(width); err != nil {
		return nil, err
	}
	limit := space.memory() / 3 * 2
	return &Queue{width: width, space: space, limit: limit - limit%width, spare: make([]byte, width)}, nil
}

// Push takes a copy of record.
func (q *Queue) Push(record []byte) error {
	if len(record) != q.width {
		return fmt.Errorf("push a record of %d bytes to a queue of %d: %w", len(record), q.width, ErrWidth)
	}
	if heap, ok := grow(q.heap, q.width, q.limit); ok {
		q.heap = heap
	} else if err := q.spill(); err != nil {
		return err
	}
	q.heap = append(q.heap, record...)
	q.up(len(q.heap)/q.width - 1)
	return nil
}

// Peek returns the least record, valid until the next Push or Pop; nil if the
// queue is empty.
func (q *Queue) Peek() []byte {
	switch {
	case len(q.heap) == 0 && q.least == nil:
		return nil
	case q.least == nil || len(q.heap) > 0 && less(q.heap[:q.width], q.least.record):
		return q.heap[:q.width]
	default:
		return q.least.record
	}
}

// Pop removes the record that Peek returns.
func (q *Queue) Pop() error {
	if q.least != nil && (len(q.heap) == 0 || !less(q.heap[:q.width], q.least.record)) {
		err := q.least.Advance()
		q.choose()
		return err
	}
	last := len(q.heap) - q.width
	copy(q.heap[:q.width], q.heap[last:])
	q.heap = q.heap[:last]
	if last > 0 {
		q.down(0)
	}
	return nil
}

// Close removes the scratch files.
func (q *Queue) Close() error {
	var err error
	for _, r := range q.runs {
		err = errors.Join(err, r.file.Close())
	}
	for _, name := range q.names {
		err = errors.Join(err, q.space.Scratch.Remove(name))
	}
	q.runs, q.names, q.heap, q.least = nil, nil, nil, nil
	return err
}

// choose finds the run whose record comes first.
func (q *Queue) choose() {
	q.least = nil
	for _, r := range q.runs {
		if !r.done && (q.least == nil || r.Before(q.least)) {
			q.least = r
		}
	}
}

// spill writes the heap as a run. When too many are open, they become one.
func (q *Queue) spill() error {
	sortRecords(q.heap, q.width, 0)
	err := q.addRun(func(w io.Writer) error {
		_, err := w.Write(q.heap)
		return err
	})
	q.heap = q.heap[:0]
	if err != nil || len(q.runs) < queueFanIn {
		return err
	}
	old := &Queue{width: q.width, space: q.space, runs: q.runs, names: q.names, least: q.least}
	q.runs, q.names, q.least = nil, nil, nil
	err = q.addRun(func(w io.Writer) error {
		out := bufio.NewWriterSize(w, runBuffer)
		for record := old.Peek(); record != nil; record = old.Peek() {
			if _, err := out.Write(record); err != nil {
				return err
			}
			if err := old.Pop(); err != nil {
				return err
			}
		}
		return out.Flush()
	})
	return errors.Join(err, old.Close())
}

func (q *Queue) addRun(fill func(io.Writer) error) error {
	name := fmt.Sprintf("%squeue-%06d", q.space.Name, q.made)
	q.made++
	q.names = append(q.names, name)
	if err := create(q.space.Scratch, name, fill); err != nil {
		return fmt.Errorf("spill queue: %w", err)
	}
	f, err := q.space.Scratch.Open(name)
	if err != nil {
		return fmt.Errorf("open spilled queue: %w", err)
	}
	size := min(max(q.space.memory()/3/queueFanIn, 4<<10), 1<<20)
	r := &run{file: f, buf: bufio.NewReaderSize(f, size), record: make([]byte, q.width)}
	q.runs = append(q.runs, r)
	if err := r.Advance(); err != nil {
		return err
	}
	q.choose()
	return nil
}

func (q *Queue) at(i int) []byte { return q.heap[i*q.width : (i+1)*q.width] }

// up moves the record at position i to its place among its ancestors.
func (q *Queue) up(i int) {
	copy(q.spare, q.at(i))
	for i > 0 {
		parent := (i - 1) / 2
		if !less(q.spare, q.at(parent)) {
			break
		}
		copy(q.at(i), q.at(parent))
		i = parent
	}
	copy(q.at(i), q.spare)
}

// down moves the record at position i to its place among its descendants.
func (q *Queue) down(i int) {
	n := len(q.heap) / q.width
	copy(q.spare, q.at(i))
	for {
		child := 2*i + 1
		if child >= n {
			break
		}
		if child+1 < n && less(q.at(child+1), q.at(child)) {
			child++
		}
		if !less(q.at(child), q.spare) {
			break
		}
		copy(q.at(i), q.at(child))
		i = child
	}
	copy(q.at(i), q.spare)
}
