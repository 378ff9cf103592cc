package shuffle

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// A part holds a stretch of a Writer's records, by section. Sections are asked
// for in ascending order.
type part interface {
	// sectionSize returns the number of records of a section.
	sectionSize(section int) (uint64, error)
	// copySection writes the records of a section.
	copySection(w io.Writer, section int) error
	Close() error
}

// heldPart is the part that is in memory: records in the order of order, those
// of section s at [start[s], start[s+1]).
type heldPart struct {
	buf   []byte
	width int
	order []uint32
	start []uint32
}

// held orders the records in memory by section, keeping their order within
// each (a counting sort of their positions).
func (w *Writer) held() part {
	start := make([]uint32, len(w.counts)+1)
	for _, s := range w.section {
		start[s+1]++
	}
	for s := range w.counts {
		start[s+1] += start[s]
	}
	order := make([]uint32, len(w.section))
	next := append([]uint32(nil), start...)
	for i, s := range w.section {
		order[next[s]] = uint32(i)
		next[s]++
	}
	return &heldPart{buf: w.buf, width: w.width, order: order, start: start}
}

func (p *heldPart) sectionSize(section int) (uint64, error) {
	return uint64(p.start[section+1] - p.start[section]), nil
}

func (p *heldPart) copySection(w io.Writer, section int) error {
	var chunk []byte
	for _, i := range p.order[p.start[section]:p.start[section+1]] {
		at := int(i) * p.width
		chunk = append(chunk, p.buf[at:at+p.width]...)
		if len(chunk) >= 8<<10 {
			if _, err := w.Write(chunk); err != nil {
				return err
			}
			chunk = chunk[:0]
		}
	}
	_, err := w.Write(chunk)
	return err
}

func (p *heldPart) Close() error { return nil }

// spilledPart reads a spill from front to back.
type spilledPart struct {
	file    io.ReadCloser
	buf     *bufio.Reader
	width   int
	section int    // whose count was read last
	count   uint64 // its records
}

func (p *spilledPart) sectionSize(section int) (uint64, error) {
	if p.section == section {
		return p.count, nil
	}
	var head [8]byte
	if _, err := io.ReadFull(p.buf, head[:]); err != nil {
		return 0, fmt.Errorf("read spill: %w", err)
	}
	p.section, p.count = section, binary.LittleEndian.Uint64(head[:])
	return p.count, nil
}

func (p *spilledPart) copySection(w io.Writer, section int) error {
	n, err := p.sectionSize(section)
	if err != nil {
		return err
	}
	if _, err := io.CopyN(w, p.buf, int64(n)*int64(p.width)); err != nil {
		return fmt.Errorf("read spill: %w", err)
	}
	return nil
}

func (p *spilledPart) Close() error { return p.file.Close() }
