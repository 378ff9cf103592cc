package domain

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/zeebo/xxh3"

	"mathsieve/internal/shuffle"
)

// A partial table is a file of sections, each a run. Numbers are little-endian.
//
//	header   "MSDOMPT1", path depth byte, samples byte, two bytes 0,
//	         cut float32, number of sections uint32
//	sections the run of section 0, then of section 1, …
//	index    for each section: offset uint64, checksum uint64;
//	         then the end of the last section uint64
//	footer   as the header
//
// An offset counts bytes from the start of the file. The checksum of section p
// is XXH3-64 with seed p. A domain stands in the section
// shuffle.Partition(XXH3-64 of its name, sections).
const (
	partialMagic  = "MSDOMPT1"
	headSize      = 20
	indexEntry    = 16
	sectionBuffer = 256 << 10 // bytes read at a time where one section is read alone
)

// A head is what partial tables that are merged have in common.
type head struct {
	depth, samples byte
	cut            uint32 // bits, so that NaN is equal to itself
	sections       uint32
}

func newHead(o Options, cut float32, sections int) head {
	if cut != cut {
		cut = nan
	}
	return head{byte(o.PathDepth), byte(o.Samples), math.Float32bits(cut), uint32(sections)}
}

func (h head) encode() []byte {
	dst := append([]byte(partialMagic), h.depth, h.samples, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, h.cut)
	return binary.LittleEndian.AppendUint32(dst, h.sections)
}

func parseHead(b []byte) (head, bool) {
	h := head{b[8], b[9], binary.LittleEndian.Uint32(b[12:]), binary.LittleEndian.Uint32(b[16:])}
	return h, string(b) == string(h.encode()) && h.sections >= 1 && h.sections <= shuffle.MaxSections
}

// A partialWriter writes a partial table, one section after the other.
type partialWriter struct {
	w       io.Writer
	frame   []byte
	count   int // of sections
	buf     []byte
	offset  int64 // of what is behind buf
	section int
	run     runWriter
	hash    *xxh3.Hasher // of the section; nil before the first
	index   []byte
}

func newPartialWriter(w io.Writer, h head) *partialWriter {
	frame := h.encode()
	return &partialWriter{w: w, frame: frame, count: int(h.sections), buf: slices.Clone(frame), section: -1}
}

// add takes the next entry.
func (p *partialWriter) add(hash uint64, key, payload []byte) error {
	if err := p.goTo(shuffle.Partition(hash, p.count)); err != nil {
		return err
	}
	p.buf = p.run.append(p.buf, key, payload)
	if len(p.buf) >= runBuffer {
		return p.flush()
	}
	return nil
}

// close writes what is left. It does not close the underlying writer.
func (p *partialWriter) close() error {
	if err := p.goTo(p.count); err != nil {
		return err
	}
	_, err := p.w.Write(append(p.index, p.frame...))
	return err
}

// goTo ends sections and begins the next until the given one has begun; the one
// behind the last is only an offset.
func (p *partialWriter) goTo(section int) error {
	for p.section < section {
		if err := p.flush(); err != nil {
			return err
		}
		if p.section >= 0 {
			p.index = binary.LittleEndian.AppendUint64(p.index, p.hash.Sum64())
		}
		p.section++
		p.hash = xxh3.NewSeed(uint64(p.section))
		p.run.last = p.run.last[:0]
		p.index = binary.LittleEndian.AppendUint64(p.index, uint64(p.offset))
	}
	return nil
}

func (p *partialWriter) flush() error {
	if p.hash != nil {
		if _, err := p.hash.Write(p.buf); err != nil {
			return err
		}
	}
	n, err := p.w.Write(p.buf)
	p.offset += int64(n)
	p.buf = p.buf[:0]
	return err
}

// readHead reads the frame of a partial table.
func readHead(f shuffle.File) (head, error) {
	var first, last [headSize]byte
	size := f.Size()
	if size < 2*headSize+indexEntry+8 {
		return head{}, fmt.Errorf("%d bytes are too few: %w", size, ErrFormat)
	}
	if err := readAt(f, first[:], 0); err != nil {
		return head{}, err
	}
	if err := readAt(f, last[:], size-headSize); err != nil {
		return head{}, err
	}
	h, ok := parseHead(first[:])
	if !ok || first != last || h.indexStart(size) < headSize {
		return head{}, fmt.Errorf("header and footer: %w", ErrFormat)
	}
	return h, nil
}

// indexStart returns where the index of a file of the given size starts.
func (h head) indexStart(size int64) int64 {
	return size - headSize - 8 - int64(h.sections)*indexEntry
}

// CheckPartial reads a whole partial table, and returns the numbers of its
// sections and entries if it is sound.
func CheckPartial(f shuffle.File) (sections int, entries int64, err error) {
	h, err := readHead(f)
	if err != nil {
		return 0, 0, fmt.Errorf("partial table: %w", err)
	}
	for p := range int(h.sections) {
		s, err := openSection(f, h, p)
		if err != nil {
			return 0, 0, fmt.Errorf("partial table: %w", err)
		}
		r, err := newRunReader("section "+strconv.Itoa(p), s, sectionBuffer)
		for ; err == nil && !r.done; err = r.Advance() {
			entries++
		}
		if err != nil {
			return 0, 0, fmt.Errorf("partial table: %w", err)
		}
	}
	return int(h.sections), entries, nil
}

// A section reads the bytes of a section and checks them at the end.
type section struct {
	r       io.ReaderAt
	at, end int64
	hash    *xxh3.Hasher
	sum     uint64
}

// openSection opens section p of a partial table with that head.
func openSection(f shuffle.File, h head, p int) (*section, error) {
	if found, err := readHead(f); err != nil {
		return nil, err
	} else if found != h {
		return nil, ErrMismatch
	}
	if p < 0 || p >= int(h.sections) {
		return nil, fmt.Errorf("section %d of %d does not exist: %w", p, h.sections, ErrMismatch)
	}
	index := h.indexStart(f.Size())
	var entries [indexEntry + 8]byte
	if err := readAt(f, entries[:], index+int64(p)*indexEntry); err != nil {
		return nil, err
	}
	start, end := binary.LittleEndian.Uint64(entries[:]), binary.LittleEndian.Uint64(entries[indexEntry:])
	if start < headSize || end < start || end > uint64(index) {
		return nil, fmt.Errorf("section %d from byte %d to %d: %w", p, start, end, ErrFormat)
	}
	return &section{
		r: f, at: int64(start), end: int64(end),
		hash: xxh3.NewSeed(uint64(p)), sum: binary.LittleEndian.Uint64(entries[8:]),
	}, nil
}

// Read returns io.EOF only if every byte was as it should be.
func (s *section) Read(p []byte) (int, error) {
	if s.at == s.end {
		if s.hash.Sum64() != s.sum {
			return 0, ErrChecksum
		}
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), s.end-s.at)]
	if err := readAt(s.r, p, s.at); err != nil {
		return 0, err
	}
	s.at += int64(len(p))
	return s.hash.Write(p)
}

// readAt fills p; a file that ends before is an ErrFormat.
func readAt(r io.ReaderAt, p []byte, off int64) error {
	n, err := r.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return fmt.Errorf("read %d bytes at byte %d: %w: %w", len(p), off, ErrFormat, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("read %d bytes at byte %d: %w", len(p), off, err)
}
