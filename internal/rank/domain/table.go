package domain

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/zeebo/xxh3"
)

var (
	// ErrFormat means that a file is not a domain table or partial table, or
	// is cut short.
	ErrFormat = errors.New("not a domain table")
	// ErrChecksum means that a table's bytes are not those that were written.
	ErrChecksum = errors.New("domain table checksum differs")
	// ErrMismatch means that partial tables were made with other options,
	// another cut, or another number of sections than is asked for.
	ErrMismatch = errors.New("domain tables do not belong together")
)

// A table is a file. Numbers are little-endian.
//
//	header   "MSDOMTB1", cut float32, path depth uint16, samples uint16,
//	         share float64, least pages int64, least pages of a path int64
//	domains  for each: uvarint length, tree (codec.go), checksum uint32
//	end      byte 0
//	totals   11 × int64, in the order of Totals
//	footer   checksum uint64
//
// The checksum of a domain is the lower half of the XXH3-64 of its tree, that
// in the footer is the XXH3-64 of all bytes before.
const (
	tableMagic  = "MSDOMTB1"
	tableHeader = 40
	totalsSize  = 11 * 8
	tableFooter = totalsSize + 8
	// maxTree is the greatest length of a tree in bytes: MaxNodes nodes, and
	// for each of them name, counts, scores and samples.
	maxTree = 1 << 27
	// tableChunk is how much of a tree is read at a time, in bytes, so that a
	// damaged length cannot ask for memory.
	tableChunk = 256 << 10
)

// Totals are the sums of a table.
type Totals struct {
	// Domains and Hosts are the numbers of different ones, exactly. Pages
	// without a host count as one of each.
	Domains, Hosts int64
	// Mathematical is the number of domains that Options.Mathematical takes.
	Mathematical int64
	// All sums up all pages, InMathematical those of the domains related to
	// mathematics.
	All, InMathematical Counts
}

// add adds the totals of another section.
func (t *Totals) add(u Totals) {
	t.Domains += u.Domains
	t.Hosts += u.Hosts
	t.Mathematical += u.Mathematical
	t.All.add(u.All)
	t.InMathematical.add(u.InMathematical)
}

// numbers are all of them, in the order of the file.
func (t *Totals) numbers() [11]*int64 {
	a, m := &t.All, &t.InMathematical
	return [...]*int64{
		&t.Domains, &t.Hosts, &t.Mathematical,
		&a.Pages, &a.Collected, &a.Tokens, &a.CollectedTokens,
		&m.Pages, &m.Collected, &m.Tokens, &m.CollectedTokens,
	}
}

// A tableWriter writes a table.
type tableWriter struct {
	w       io.Writer
	options Options
	totals  Totals
	hash    *xxh3.Hasher
	buf     []byte
	tree    []byte
}

func newTableWriter(w io.Writer, o Options, cut float32) *tableWriter {
	t := &tableWriter{w: w, options: o, hash: xxh3.New()}
	t.buf = append(t.buf, tableMagic...)
	t.buf = binary.LittleEndian.AppendUint32(t.buf, math.Float32bits(cut))
	t.buf = binary.LittleEndian.AppendUint16(t.buf, uint16(o.PathDepth))
	t.buf = binary.LittleEndian.AppendUint16(t.buf, uint16(o.Samples))
	t.buf = binary.LittleEndian.AppendUint64(t.buf, math.Float64bits(o.Share))
	t.buf = binary.LittleEndian.AppendUint64(t.buf, uint64(o.MinPages))
	t.buf = binary.LittleEndian.AppendUint64(t.buf, uint64(o.MinPathPages))
	return t
}

func (t *tableWriter) write(d *Domain, hosts int64) error {
	totals := Totals{Domains: 1, Hosts: hosts, All: d.Counts}
	if t.options.Mathematical(d.Counts) {
		totals.Mathematical, totals.InMathematical = 1, d.Counts
	}
	t.totals.add(totals)
	t.tree = appendDomain(t.tree[:0], d)
	t.buf = binary.AppendUvarint(t.buf, uint64(len(t.tree)))
	t.buf = append(t.buf, t.tree...)
	t.buf = binary.LittleEndian.AppendUint32(t.buf, uint32(xxh3.Hash(t.tree)))
	if len(t.buf) >= runBuffer {
		return t.flush()
	}
	return nil
}

func (t *tableWriter) close() error {
	t.buf = append(t.buf, 0)
	for _, n := range t.totals.numbers() {
		t.buf = binary.LittleEndian.AppendUint64(t.buf, uint64(*n))
	}
	if err := t.flush(); err != nil {
		return err
	}
	_, err := t.w.Write(binary.LittleEndian.AppendUint64(nil, t.hash.Sum64()))
	return err
}

func (t *tableWriter) flush() error {
	if _, err := t.hash.Write(t.buf); err != nil {
		return err
	}
	_, err := t.w.Write(t.buf)
	t.buf = t.buf[:0]
	return err
}

// A Reader yields the domains of one table.
type Reader struct {
	r       io.Reader
	hash    *xxh3.Hasher
	options Options
	cut     float32
	totals  Totals
	buf     []byte
	rest    []byte // of buf, not yet taken
	eof     bool
	offset  int64 // of the domain that was read last
	next    int64 // of the one behind it
	tree    []byte
	err     error
}

// NewReader reads the head of a table.
func NewReader(r io.Reader) (*Reader, error) {
	t := &Reader{r: r, hash: xxh3.New(), buf: make([]byte, tableChunk)}
	head, err := t.take(tableHeader)
	if err != nil {
		return nil, fmt.Errorf("read domain table: %w", err)
	}
	if string(head[:8]) != tableMagic {
		return nil, fmt.Errorf("read domain table: header: %w", ErrFormat)
	}
	t.cut = math.Float32frombits(binary.LittleEndian.Uint32(head[8:]))
	t.options = Options{
		PathDepth:    int(binary.LittleEndian.Uint16(head[12:])),
		Samples:      int(binary.LittleEndian.Uint16(head[14:])),
		Share:        math.Float64frombits(binary.LittleEndian.Uint64(head[16:])),
		MinPages:     int64(binary.LittleEndian.Uint64(head[24:])),
		MinPathPages: int64(binary.LittleEndian.Uint64(head[32:])),
	}
	if err := t.options.Validate(); err != nil {
		return nil, fmt.Errorf("read domain table: %w: %w", ErrFormat, err)
	}
	return t, nil
}

// Offset returns where the domain that Next returned last starts in the file,
// for ReadAt.
func (t *Reader) Offset() int64 { return t.offset }

// Totals returns the sums of the table. They are known after io.EOF.
func (t *Reader) Totals() Totals { return t.totals }

// Next returns the next domain, which is the caller's, or io.EOF after the
// last one if the checksum is right, ErrChecksum if it is not.
func (t *Reader) Next() (*Domain, error) {
	if t.err != nil {
		return nil, t.err
	}
	d, err := t.read()
	if err != nil {
		if !errors.Is(err, io.EOF) || errors.Is(err, ErrFormat) {
			err = fmt.Errorf("read domain table: domain at byte %d: %w", t.next, err)
		}
		t.err = err
		return nil, err
	}
	return d, nil
}

func (t *Reader) read() (*Domain, error) {
	at := t.next
	length, err := t.uvarint()
	if err != nil {
		return nil, err
	}
	if length == 0 {
		return nil, t.end()
	}
	if length > maxTree {
		return nil, fmt.Errorf("%d bytes: %w", length, ErrFormat)
	}
	t.tree = t.tree[:0]
	for len(t.tree) < int(length) {
		part, err := t.take(min(int(length)-len(t.tree), tableChunk))
		if err != nil {
			return nil, err
		}
		t.tree = append(t.tree, part...)
	}
	sum, err := t.take(4)
	if err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(sum) != uint32(xxh3.Hash(t.tree)) {
		return nil, ErrChecksum
	}
	d, err := decodeDomain(t.tree)
	t.offset = at
	return d, err
}

// end reads what follows the last domain.
func (t *Reader) end() error {
	totals, err := t.take(totalsSize)
	if err != nil {
		return err
	}
	for i, n := range t.totals.numbers() {
		*n = int64(binary.LittleEndian.Uint64(totals[8*i:]))
	}
	want := t.hash.Sum64()
	sum, err := t.take(8)
	if err != nil {
		return err
	}
	if binary.LittleEndian.Uint64(sum) != want {
		return ErrChecksum
	}
	if _, err := t.take(1); err == nil {
		return fmt.Errorf("bytes after the end: %w", ErrFormat)
	} else if !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return io.EOF
}

// uvarint reads a number.
func (t *Reader) uvarint() (uint64, error) {
	if err := t.fill(binary.MaxVarintLen64); err != nil {
		return 0, err
	}
	v, n := binary.Uvarint(t.rest)
	if n <= 0 {
		return 0, t.short()
	}
	_, err := t.take(n)
	return v, err
}

// take returns the next n bytes, valid until the next call, and sums them. The
// error is ErrFormat and io.ErrUnexpectedEOF if there are fewer.
func (t *Reader) take(n int) ([]byte, error) {
	if err := t.fill(n); err != nil {
		return nil, err
	}
	if len(t.rest) < n {
		return nil, t.short()
	}
	taken := t.rest[:n]
	t.rest = t.rest[n:]
	t.next += int64(n)
	_, err := t.hash.Write(taken)
	return taken, err
}

func (t *Reader) short() error {
	return fmt.Errorf("cut short: %w: %w", ErrFormat, io.ErrUnexpectedEOF)
}

// fill makes sure that n bytes are in rest, unless there are no more.
func (t *Reader) fill(n int) error {
	if t.eof || len(t.rest) >= n {
		return nil
	}
	buf := t.buf[:cap(t.buf)]
	if len(buf) < n {
		buf = make([]byte, n)
	}
	have := copy(buf, t.rest)
	for have < n && !t.eof {
		m, err := t.r.Read(buf[have:])
		have += m
		if errors.Is(err, io.EOF) {
			t.eof = true
		} else if err != nil {
			return err
		}
	}
	t.buf, t.rest = buf, buf[:have]
	return nil
}
