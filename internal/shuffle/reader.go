package shuffle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/zeebo/xxh3"
)

var (
	// ErrFormat means that a file is not an indexed file of records, or is
	// cut short.
	ErrFormat = errors.New("not a shuffle file")
	// ErrChecksum means that a section's bytes are not those that were
	// written.
	ErrChecksum = errors.New("shuffle section checksum differs")
)

// sectionBuffer is the size in bytes of one read of a section.
const sectionBuffer = 256 << 10

// A File is an opened input: bytes by position, and how many there are.
type File interface {
	io.ReaderAt
	io.Closer
	// Size returns the length of the file in bytes.
	Size() int64
}

// A Reader gives access to the sections of one indexed file.
type Reader struct {
	r        io.ReaderAt
	width    int
	sections int
	index    int64 // where the index starts
}

// NewReader reads the frame of the indexed file of the given size in bytes.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	if size < headerSize+entrySize+footerSize {
		return nil, fmt.Errorf("%d bytes are too few: %w", size, ErrFormat)
	}
	var head, foot [headerSize]byte
	if err := readAt(r, head[:], 0); err != nil {
		return nil, err
	}
	if err := readAt(r, foot[:], size-footerSize); err != nil {
		return nil, err
	}
	if string(head[:8]) != magic || string(foot[8:]) != magic || string(head[8:]) != string(foot[:8]) {
		return nil, fmt.Errorf("header and footer: %w", ErrFormat)
	}
	width := int64(binary.LittleEndian.Uint32(foot[:]))
	sections := int64(binary.LittleEndian.Uint32(foot[4:]))
	index := size - footerSize - (sections+1)*entrySize
	if width < 1 || width > MaxWidth || sections < 1 || sections > MaxSections || index < headerSize {
		return nil, fmt.Errorf("width %d, %d sections in %d bytes: %w", width, sections, size, ErrFormat)
	}
	return &Reader{r: r, width: int(width), sections: int(sections), index: index}, nil
}

// Width returns the width of the records in bytes.
func (r *Reader) Width() int { return r.width }

// Sections returns the number of sections.
func (r *Reader) Sections() int { return r.sections }

// Section returns the records of section p in the order in which they were
// added. The checksum is verified with the last record: what was read before
// must not be kept if an error follows.
func (r *Reader) Section(p int) (*Section, error) {
	if p < 0 || p >= r.sections {
		return nil, fmt.Errorf("section %d of %d does not exist", p, r.sections)
	}
	var entries [2 * entrySize]byte
	if err := readAt(r.r, entries[:], r.index+int64(p)*entrySize); err != nil {
		return nil, err
	}
	start := binary.LittleEndian.Uint64(entries[:])
	end := binary.LittleEndian.Uint64(entries[entrySize:])
	if start < headerSize || end < start || end > uint64(r.index) || (end-start)%uint64(r.width) != 0 {
		return nil, fmt.Errorf("section %d from byte %d to %d: %w", p, start, end, ErrFormat)
	}
	return &Section{
		r: r.r, at: int64(start), end: int64(end), width: r.width,
		hash: xxh3.NewSeed(uint64(p)), sum: binary.LittleEndian.Uint64(entries[8:]),
	}, nil
}

// A Section is a Source of the records of one section.
type Section struct {
	r       io.ReaderAt
	at, end int64
	width   int
	buf     []byte
	rest    []byte // of buf, not yet given out
	hash    *xxh3.Hasher
	sum     uint64
}

// Records returns how many records are left to read.
func (s *Section) Records() int64 {
	return (s.end - s.at + int64(len(s.rest))) / int64(s.width)
}

// Next returns the next record, valid until the next call; io.EOF after the
// last if the checksum is right, ErrChecksum if it is not.
func (s *Section) Next() ([]byte, error) {
	if len(s.rest) == 0 {
		if s.at == s.end {
			if s.hash.Sum64() != s.sum {
				return nil, ErrChecksum
			}
			return nil, io.EOF
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
	record := s.rest[:s.width:s.width]
	s.rest = s.rest[s.width:]
	return record, nil
}

func (s *Section) fill() error {
	n := max(sectionBuffer/s.width, 1) * s.width
	n = int(min(int64(n), s.end-s.at))
	if cap(s.buf) < n {
		s.buf = make([]byte, n)
	}
	s.rest = s.buf[:n]
	if err := readAt(s.r, s.rest, s.at); err != nil {
		return err
	}
	s.at += int64(n)
	_, err := s.hash.Write(s.rest)
	return err
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

// A Gather is the Source of a reduce task: one section of many files, one file
// after the other, each opened when it is needed and closed when it is read.
type Gather struct {
	open    func(i int) (File, error)
	n       int
	section int
	width   int
	next    int
	file    File
	current *Section
}

// NewGather returns the records of the given section of the files 0 to n-1
// that open opens. All files have the given width.
func NewGather(n, section, width int, open func(i int) (File, error)) *Gather {
	return &Gather{open: open, n: n, section: section, width: width}
}

// Next returns the next record, valid until the next call; io.EOF after the
// last of all files.
func (g *Gather) Next() ([]byte, error) {
	for {
		if g.current != nil {
			record, err := g.current.Next()
			if err == nil {
				return record, nil
			}
			if !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("section %d of input %d: %w", g.section, g.next-1, err)
			}
			if err := g.Close(); err != nil {
				return nil, err
			}
		}
		if g.next == g.n {
			return nil, io.EOF
		}
		if err := g.advance(); err != nil {
			return nil, fmt.Errorf("section %d of input %d: %w", g.section, g.next-1, err)
		}
	}
}

func (g *Gather) advance() error {
	i := g.next
	g.next++
	f, err := g.open(i)
	if err != nil {
		return err
	}
	g.file = f
	r, err := NewReader(f, f.Size())
	if err != nil {
		return err
	}
	if r.Width() != g.width {
		return fmt.Errorf("records of %d bytes where %d are expected: %w", r.Width(), g.width, ErrWidth)
	}
	g.current, err = r.Section(g.section)
	return err
}

// Close closes the file that is open. It is needed only when reading stopped
// before io.EOF.
func (g *Gather) Close() error {
	g.current = nil
	if g.file == nil {
		return nil
	}
	f := g.file
	g.file = nil
	return f.Close()
}
