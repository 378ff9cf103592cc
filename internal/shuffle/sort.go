package shuffle

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

const (
	// maxFanIn is the greatest number of runs that are merged at once: each
	// is an open file.
	maxFanIn = 256
	// runBuffer is the size in bytes below which reading a run costs more in
	// calls than in bytes.
	runBuffer = 64 << 10
)

// A Sorter puts records in order within a given memory. Add them, call Sort
// once, read the result; call Close in any case.
type Sorter struct {
	width  int
	space  Space
	limit  int // bytes of records per run
	buf    []byte
	runs   []string
	made   int
	opened []*run
	sorted bool
}

// NewSorter returns a sorter of records of the given width. Of space.Memory
// two thirds hold records; the rest is for growing the buffer.
func NewSorter(width int, space Space) (*Sorter, error) {
	if err := checkWidth(width); err != nil {
		return nil, err
	}
	limit := space.memory() / 3 * 2
	return &Sorter{width: width, space: space, limit: limit - limit%width}, nil
}

// Add takes a copy of record.
func (s *Sorter) Add(record []byte) error {
	if len(record) != s.width {
		return fmt.Errorf("add a record of %d bytes to a sorter of %d: %w", len(record), s.width, ErrWidth)
	}
	if buf, ok := grow(s.buf, s.width, s.limit); ok {
		s.buf = buf
	} else if err := s.spill(); err != nil {
		return err
	}
	s.buf = append(s.buf, record...)
	return nil
}

// AddAll takes all records of src.
func (s *Sorter) AddAll(src Source) error {
	for {
		record, err := src.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.Add(record); err != nil {
			return err
		}
	}
}

// Sort ends the adding and returns the records in ascending order. The result
// is valid until Close.
func (s *Sorter) Sort() (Source, error) {
	if s.sorted {
		panic("shuffle: Sort called twice")
	}
	s.sorted = true
	if len(s.runs) == 0 {
		sortRecords(s.buf, s.width, 0)
		return &memorySource{rest: s.buf, width: s.width}, nil
	}
	if len(s.buf) > 0 {
		if err := s.spill(); err != nil {
			return nil, err
		}
	}
	s.buf = nil
	fanIn := min(max(s.space.memory()/runBuffer, 2), maxFanIn)
	for len(s.runs) > fanIn {
		if err := s.mergeRuns(fanIn); err != nil {
			return nil, err
		}
	}
	return s.openMerge(s.runs)
}

// Close removes the scratch files.
func (s *Sorter) Close() error {
	err := s.closeRuns()
	for _, name := range s.runs {
		err = errors.Join(err, s.space.Scratch.Remove(name))
	}
	s.runs, s.buf = nil, nil
	return err
}

// spill writes the collected records as a sorted run.
func (s *Sorter) spill() error {
	sortRecords(s.buf, s.width, 0)
	err := s.writeRun(func(w io.Writer) error {
		_, err := w.Write(s.buf)
		return err
	})
	s.buf = s.buf[:0]
	return err
}

// writeRun stores what fill writes as a new run.
func (s *Sorter) writeRun(fill func(io.Writer) error) error {
	name := fmt.Sprintf("%srun-%06d", s.space.Name, s.made)
	s.made++
	s.runs = append(s.runs, name)
	if err := create(s.space.Scratch, name, fill); err != nil {
		return fmt.Errorf("spill sorted run: %w", err)
	}
	return nil
}

// create makes a scratch file of what fill writes.
func create(scratch Scratch, name string, fill func(io.Writer) error) error {
	f, err := scratch.Create(name)
	if err != nil {
		return err
	}
	if err := fill(f); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

// mergeRuns replaces the n oldest runs by one.
func (s *Sorter) mergeRuns(n int) error {
	merged, err := s.openMerge(s.runs[:n])
	if err != nil {
		return err
	}
	err = s.writeRun(func(w io.Writer) error {
		out := bufio.NewWriterSize(w, runBuffer)
		for {
			record, err := merged.Next()
			if errors.Is(err, io.EOF) {
				return out.Flush()
			}
			if err != nil {
				return err
			}
			if _, err := out.Write(record); err != nil {
				return err
			}
		}
	})
	if err := errors.Join(err, s.closeRuns()); err != nil {
		return err
	}
	for _, name := range s.runs[:n] {
		if err := s.space.Scratch.Remove(name); err != nil {
			return fmt.Errorf("remove merged run: %w", err)
		}
	}
	s.runs = s.runs[n:]
	return nil
}

func (s *Sorter) openMerge(names []string) (Source, error) {
	size := min(max(s.space.memory()/(len(names)+1), 4<<10), 1<<20)
	for _, name := range names {
		f, err := s.space.Scratch.Open(name)
		if err != nil {
			return nil, fmt.Errorf("open sorted run: %w", err)
		}
		s.opened = append(s.opened, &run{
			file:   f,
			buf:    bufio.NewReaderSize(f, size),
			record: make([]byte, s.width),
		})
	}
	return newMerge(s.opened)
}

func (s *Sorter) closeRuns() error {
	var err error
	for _, r := range s.opened {
		err = errors.Join(err, r.file.Close())
	}
	s.opened = nil
	return err
}

// memorySource yields the records of a buffer.
type memorySource struct {
	rest  []byte
	width int
}

func (m *memorySource) Next() ([]byte, error) {
	if len(m.rest) == 0 {
		return nil, io.EOF
	}
	record := m.rest[:m.width:m.width]
	m.rest = m.rest[m.width:]
	return record, nil
}
