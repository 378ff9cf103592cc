package shuffle

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/zeebo/xxh3"
)

const (
	magic      = "MSSHUF1\n"
	headerSize = 16
	footerSize = 16
	entrySize  = 16
	// spillFanIn is the number of spills of one level that are joined to one
	// of the next, so that few files are open at once.
	spillFanIn = 64
)

// A Writer makes one indexed file. Nothing is written before Close.
type Writer struct {
	w       io.Writer
	width   int
	counts  []int64 // records per section
	space   Space
	limit   int      // bytes of records in memory
	buf     []byte   // records as they came
	section []uint32 // the section of each of them
	spills  []spill
	made    int
}

// A spill is a scratch file with, for each section in turn, a count (uint64)
// and so many records. Spills stand in the order in which they were made.
type spill struct {
	name  string
	level int
}

// NewWriter returns a writer of records of the given width into the given
// number of sections. In memory a record takes its width and eight bytes; what
// exceeds space.Memory is spilled.
func NewWriter(w io.Writer, width, sections int, space Space) (*Writer, error) {
	if err := checkWidth(width); err != nil {
		return nil, err
	}
	if sections < 1 || sections > MaxSections {
		return nil, fmt.Errorf("%d sections are outside [1, %d]", sections, MaxSections)
	}
	limit := space.memory() / 3 * 2 / (width + 8) * width
	return &Writer{w: w, width: width, counts: make([]int64, sections), space: space, limit: limit}, nil
}

// Add appends a copy of record to the given section.
func (w *Writer) Add(section int, record []byte) error {
	if len(record) != w.width {
		return fmt.Errorf("add a record of %d bytes to a file of %d: %w", len(record), w.width, ErrWidth)
	}
	if buf, ok := grow(w.buf, w.width, w.limit); ok {
		w.buf = buf
	} else if err := w.spill(); err != nil {
		return err
	}
	w.buf = append(w.buf, record...)
	w.section = append(w.section, uint32(section))
	w.counts[section]++
	return nil
}

// Close writes the file and removes the scratch files. It does not close the
// underlying writer.
func (w *Writer) Close() error {
	err := w.writeFile()
	return errors.Join(err, w.Abort())
}

// Abort removes the scratch files and leaves the file unwritten; after Close
// it does nothing.
func (w *Writer) Abort() error {
	var err error
	for _, s := range w.spills {
		err = errors.Join(err, w.space.Scratch.Remove(s.name))
	}
	w.spills, w.buf, w.section = nil, nil, nil
	return err
}

func (w *Writer) writeFile() error {
	parts, err := w.open(w.spills)
	if err != nil {
		return err
	}
	parts = append(parts, w.held())
	out := bufio.NewWriterSize(w.w, runBuffer)
	err = w.writeSections(out, parts)
	for _, p := range parts {
		err = errors.Join(err, p.Close())
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

func (w *Writer) writeSections(out *bufio.Writer, parts []part) error {
	shape := binary.LittleEndian.AppendUint32(nil, uint32(w.width))
	shape = binary.LittleEndian.AppendUint32(shape, uint32(len(w.counts)))
	if _, err := out.Write(append([]byte(magic), shape...)); err != nil {
		return err
	}
	offset := uint64(headerSize)
	index := make([]byte, 0, (len(w.counts)+1)*entrySize)
	for section, count := range w.counts {
		hash := xxh3.NewSeed(uint64(section))
		both := io.MultiWriter(out, hash)
		for _, p := range parts {
			if err := p.copySection(both, section); err != nil {
				return err
			}
		}
		index = binary.LittleEndian.AppendUint64(index, offset)
		index = binary.LittleEndian.AppendUint64(index, hash.Sum64())
		offset += uint64(count) * uint64(w.width)
	}
	sum := xxh3.Hash(index)
	index = binary.LittleEndian.AppendUint64(index, offset)
	index = binary.LittleEndian.AppendUint64(index, sum)
	if _, err := out.Write(index); err != nil {
		return err
	}
	_, err := out.Write(append(shape, magic...))
	return err
}

// spill moves the records in memory to scratch.
func (w *Writer) spill() error {
	if err := w.writeSpill([]part{w.held()}, 0); err != nil {
		return err
	}
	w.buf, w.section = w.buf[:0], w.section[:0]
	for n := len(w.spills); n >= spillFanIn; n = len(w.spills) {
		last := w.spills[n-spillFanIn:]
		if last[0].level != last[spillFanIn-1].level {
			return nil
		}
		if err := w.join(slices.Clone(last)); err != nil {
			return err
		}
	}
	return nil
}

// join replaces the latest spills, which are given, by one of the next level.
func (w *Writer) join(last []spill) error {
	parts, err := w.open(last)
	if err != nil {
		return err
	}
	err = w.writeSpill(parts, last[0].level+1)
	for _, p := range parts {
		err = errors.Join(err, p.Close())
	}
	if err != nil {
		return err
	}
	for _, s := range last {
		if err := w.space.Scratch.Remove(s.name); err != nil {
			return fmt.Errorf("remove joined spill: %w", err)
		}
	}
	joined := w.spills[len(w.spills)-1]
	w.spills = append(w.spills[:len(w.spills)-1-len(last)], joined)
	return nil
}

// writeSpill stores parts, section by section, as a new spill.
func (w *Writer) writeSpill(parts []part, level int) error {
	s := spill{name: fmt.Sprintf("%sspill-%06d", w.space.Name, w.made), level: level}
	w.made++
	w.spills = append(w.spills, s)
	err := create(w.space.Scratch, s.name, func(f io.Writer) error {
		out := bufio.NewWriterSize(f, runBuffer)
		var head [8]byte
		for section := range w.counts {
			var count uint64
			for _, p := range parts {
				n, err := p.sectionSize(section)
				if err != nil {
					return err
				}
				count += n
			}
			binary.LittleEndian.PutUint64(head[:], count)
			if _, err := out.Write(head[:]); err != nil {
				return err
			}
			for _, p := range parts {
				if err := p.copySection(out, section); err != nil {
					return err
				}
			}
		}
		return out.Flush()
	})
	if err != nil {
		return fmt.Errorf("spill records: %w", err)
	}
	return nil
}

func (w *Writer) open(spills []spill) ([]part, error) {
	size := min(max(w.space.memory()/3/(len(spills)+1), 4<<10), runBuffer)
	var parts []part
	for _, s := range spills {
		f, err := w.space.Scratch.Open(s.name)
		if err != nil {
			for _, p := range parts {
				err = errors.Join(err, p.Close())
			}
			return nil, fmt.Errorf("open spill: %w", err)
		}
		parts = append(parts, &spilledPart{file: f, buf: bufio.NewReaderSize(f, size), width: w.width, section: -1})
	}
	return parts, nil
}
