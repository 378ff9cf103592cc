package warc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"

	"github.com/klauspost/compress/gzip"
)

const (
	// verifyHold is how much of a member is decoded before its records are
	// delivered, so that its checksum stands behind them.
	verifyHold = 16 << 20
	// minGrow is the least that the buffer of decoded data grows by.
	minGrow = 64 << 10
	// pumpChunk is decoded at a time of a member that is too long to hold.
	pumpChunk = 256 << 10
	// resyncBudget and resyncRatio (decoded bytes for each byte of the file)
	// bound the decoding of members that overlap because each start of one is
	// tried. No damage of real files comes near; a file made for it would else
	// take time with the square of its size.
	resyncBudget = 256 << 20
	resyncRatio  = 64
	// keepBuffer is the largest buffer kept from one member to the next.
	keepBuffer = 4 << 20
)

// A Reader reads the records of one WARC file. It is not safe for concurrent
// use. Its memory is a few MiB and the largest record met.
type Reader struct {
	name   string
	o      Options
	in     *input
	dec    decoder
	format format
	head   headParser
	outer  *outerReader

	// data is decoded and not yet delivered from pos on. It is made of segs.
	data []byte
	pos  int
	// moves counts how often data was moved under slices of it.
	moves int
	segs  []segment
	// segStore is the memory of segs from its start.
	segStore []segment
	// member is the rest of the last segment while that is open.
	member io.Reader
	layout layout

	gap    *Damage // bytes of the file being skipped
	wasted int64   // bytes decoded from members that failed
	lost   *loss   // decoded bytes being skipped

	rec   Record
	out   *Record
	queue []*Damage
	stats Stats
	types []typeCount
	looks string // what the file looks like if it is no WARC
	err   error
}

// A segment is the part of data that came out of one member.
type segment struct {
	start, end int
	// off and size are the member's extent in the file; size is 0 while it is
	// open.
	off, size int64
	// dropped counts decoded bytes of the member before start.
	dropped int64
	state   segmentState
	// hard tells that no record runs into this segment from the one before.
	hard bool
	err  error
	// proven tells that the digests of all records so far were right.
	proven bool
}

type segmentState int

const (
	segmentWhole  segmentState = iota // decoded to its end, checksum right
	segmentOpen                       // not decoded to its end
	segmentFailed                     // as far as it could be decoded
)

// A layout is how records are spread over members, as far as seen.
type layout int

const (
	layoutUnknown layout = iota
	layoutSingle         // a member a record
	layoutShared         // members with several records or parts of records
)

// NewReader returns a Reader of the file r, called name in errors. It reads
// the start of the file and fails if that shows that the file is no WARC.
func NewReader(r io.Reader, name string, o Options) (*Reader, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	wr := &Reader{name: name, o: o, in: newInput(r)}
	wr.stats.Damages = make(map[string]int64)
	if err := wr.sniff(); err != nil {
		return nil, err
	}
	if err := wr.unwrap(); err != nil {
		return nil, err
	}
	wr.load()
	if wr.err != nil && !errors.Is(wr.err, io.EOF) {
		return nil, wr.err
	}
	if what := foreign(wr.data); what != "" {
		return nil, fmt.Errorf("%s: %w: %w: %s", name, ErrNotWARC, ErrFormat, what)
	}
	if !startsRecord(wr.data) {
		wr.looks = looksLike(wr.data)
	}
	return wr, nil
}

// unwrap replaces a gzip file that holds a gzip file by its content.
func (r *Reader) unwrap() error {
	if magicAt(r.in.peek(4)) != formatGzip {
		return nil
	}
	r.in.mark()
	var head [4]byte
	gz := new(gzip.Reader)
	if gz.Reset(r.in.br) == nil {
		gz.Multistream(false)
		_, _ = io.ReadFull(gz, head[:])
	}
	if fatal := r.in.fatal(); fatal != nil {
		return fmt.Errorf("read %s: %w", r.name, fatal)
	}
	r.in.rewind(0)
	if magicAt(head[:]) != formatGzip {
		return nil // damage inside is for Next to find
	}
	if err := gz.Reset(r.in.br); err != nil {
		return fmt.Errorf("read %s: %w", r.name, err)
	}
	r.outer = &outerReader{gz: gz, in: r.in}
	r.in = newInput(r.outer)
	return nil
}

// Next returns the next record. A *Damage (errors.As) reports what was
// skipped: call Next again. io.EOF is the end; any other error is final too.
// Records with Record.Damage set are returned like others.
func (r *Reader) Next() (*Record, error) {
	for {
		if r.out != nil {
			rec := r.out
			r.out = nil
			return rec, nil
		}
		if len(r.queue) > 0 {
			d := r.queue[0]
			r.queue = r.queue[1:]
			return nil, d
		}
		if r.err != nil {
			return nil, r.err
		}
		r.step()
	}
}

// Stats returns what was counted so far.
func (r *Reader) Stats() Stats {
	s := r.stats
	s.Bytes = r.in.offset()
	if r.format == formatPlain {
		s.Parsed = s.Bytes - s.Skipped
	}
	s.Records = make(map[string]int64, len(r.types))
	for _, t := range r.types {
		s.Records[t.name] = t.records
	}
	s.Damages = maps.Clone(s.Damages)
	return s
}

// step parses one record, or loads a member, or skips something.
func (r *Reader) step() {
	for len(r.segs) > 0 {
		s := &r.segs[0]
		if s.state == segmentOpen || r.pos < s.end {
			break
		}
		r.segs = r.segs[1:]
		if s.state == segmentFailed {
			r.recover(s)
		}
	}
	switch {
	case len(r.segs) == 0:
		r.load()
	case r.segs[0].state == segmentFailed:
		r.parseFailed()
	case r.lost != nil:
		r.skipLost()
	default:
		r.parse()
	}
}

// load decodes the member at the position of the input, or skips to the next.
func (r *Reader) load() {
	if len(r.segs) == 0 {
		r.segs, r.segStore = r.segStore[:0], r.segStore[:0]
		r.data, r.pos = r.data[:0], 0
		if cap(r.data) > keepBuffer {
			r.data = nil
		}
	}
	b := r.in.peek(4)
	if err := r.in.fatal(); err != nil {
		r.fail(err)
		return
	}
	f := r.format
	if f != formatPlain {
		f = magicAt(b)
	}
	switch {
	case len(b) == 0:
		r.finish()
	case f == formatUnknown:
		r.skipGarbage()
	default:
		r.decode(f)
	}
}

// finish ends the reading at the end of the file.
func (r *Reader) finish() {
	r.closeGap()
	r.closeLoss()
	if r.outer != nil && r.outer.err != nil {
		r.report(&Damage{Offset: r.in.offset(), Reason: memberReason(r.outer.err), Err: fmt.Errorf("outer gzip: %w", r.outer.err)})
	}
	r.err = io.EOF
	if len(r.types) == 0 && r.looks != "" {
		r.err = fmt.Errorf("%s: %w: no record in %d bytes; %s", r.name, ErrNotWARC, r.in.offset(), r.looks)
	}
}

func (r *Reader) fail(err error) {
	r.err = fmt.Errorf("read %s at byte %d: %w", r.name, r.in.offset(), err)
}

// skipGarbage goes from a position that starts no member to the next that
// may. Zeros up to the end of the file are padding.
func (r *Reader) skipGarbage() {
	start := r.in.offset()
	n := r.in.zeros()
	if len(r.in.peek(1)) == 0 && r.gap == nil {
		r.stats.Parsed += n
		return
	}
	if r.gap == nil {
		r.gap = &Damage{Offset: start, Reason: ReasonGarbage}
	}
	r.in.skipTo(func(b []byte) int { return findMagic(b, r.format) }, len(zstdMagic)-1)
}

// decode appends the member of format f at the position of the input to data.
func (r *Reader) decode(f format) {
	r.in.mark()
	s := segment{start: len(r.data), off: r.in.offset(), proven: true}
	member, err := r.dec.open(r.in, f)
	if err != nil {
		s.state, s.err = segmentFailed, err
	} else {
		r.member = member
		hold := verifyHold
		if f == formatPlain { // nothing to verify
			hold = pumpChunk
		}
		r.pump(&s, s.start+hold)
	}
	if err := r.in.fatal(); err != nil {
		r.fail(err)
		return
	}
	s.end = len(r.data)
	s.hard = s.state == segmentFailed || startsRecord(r.data[s.start:])
	if s.state != segmentFailed {
		if s.state == segmentWhole && f != formatPlain {
			r.stats.Members++
			if s.end == s.start { // an empty member, or a skippable frame
				r.closeGapAt(s.off)
				r.stats.Parsed += s.size
				return
			}
		}
		if r.gap != nil && !s.hard && r.layout == layoutSingle {
			// Found in the middle of a damaged member: a compressed payload.
			r.data = r.data[:s.start]
			r.member = nil
			return
		}
		r.closeGapAt(s.off)
		if r.format == formatUnknown {
			r.format = f
		}
		r.stats.Parsed += s.size
	}
	r.segs = append(r.segs, s)
	if len(r.segs) == 1 {
		r.segStore = r.segs
	}
}

// pump decodes the open member until data has the length upTo or the member
// ends, and sets the state of its segment s accordingly.
func (r *Reader) pump(s *segment, upTo int) {
	before := len(r.data)
	s.state = segmentOpen
	for len(r.data) < upTo && s.state == segmentOpen {
		if cap(r.data)-len(r.data) < min(upTo-len(r.data), minGrow) {
			r.grow(max(2*cap(r.data), min(upTo, len(r.data)+minGrow)))
		}
		n, err := r.member.Read(r.data[len(r.data):min(cap(r.data), upTo)])
		r.data = r.data[:len(r.data)+n]
		switch {
		case errors.Is(err, io.EOF):
			s.state, s.size = segmentWhole, r.in.offset()-s.off
		case err != nil:
			s.state, s.err, s.size = segmentFailed, err, r.in.offset()-s.off
		}
	}
	s.end = len(r.data)
	if s.state != segmentOpen {
		r.member = nil
	}
	r.stats.Decoded += int64(len(r.data) - before)
}

func (r *Reader) grow(to int) {
	grown := make([]byte, len(r.data), to)
	copy(grown, r.data)
	r.data = grown
}

// extend decodes more behind data, if the record at pos may go on there.
func (r *Reader) extend() bool {
	last := &r.segs[len(r.segs)-1]
	switch {
	case r.err != nil || last.state == segmentFailed:
		return false
	case last.state == segmentOpen:
		r.compact()
		last = &r.segs[len(r.segs)-1]
		r.pump(last, len(r.data)+pumpChunk)
		if err := r.in.fatal(); err != nil {
			r.fail(err)
			return false
		}
		if last.state == segmentWhole && r.format != formatPlain {
			r.stats.Members++
			r.stats.Parsed += last.size
		}
		return true
	case magicAt(r.in.peek(4)) == formatUnknown:
		return false
	}
	r.compact()
	segments := len(r.segs)
	for len(r.segs) == segments && r.err == nil && magicAt(r.in.peek(4)) != formatUnknown {
		r.decode(magicAt(r.in.peek(4))) // empty members add no segment
	}
	return len(r.segs) > segments
}

// compact moves what is not delivered to the front of data if that frees half
// of it.
func (r *Reader) compact() {
	if r.pos < len(r.data)/2 || r.pos == 0 {
		return
	}
	r.data = r.data[:copy(r.data, r.data[r.pos:])]
	for i := range r.segs {
		s := &r.segs[i]
		s.start -= r.pos
		s.end -= r.pos
		if s.start < 0 {
			s.dropped -= int64(s.start)
			s.start = 0
		}
	}
	r.pos = 0
	r.moves++
}

// limit returns the index in data behind which the record at pos cannot go on,
// and whether that is certain, or only the end of what is decoded.
func (r *Reader) limit() (int, bool) {
	last := &r.segs[len(r.segs)-1]
	if last.hard && len(r.segs) > 1 { // nothing is decoded behind a bound
		return last.start, true
	}
	return len(r.data), last.state == segmentFailed
}

// need reports whether the record at pos can have n bytes, decoding them.
func (r *Reader) need(n int) bool {
	for {
		limit, final := r.limit()
		if limit-r.pos >= n {
			return true
		}
		if final || !r.extend() {
			return false
		}
	}
}

// more decodes about n bytes for the record at pos, and reports whether there
// were any.
func (r *Reader) more(n int) bool {
	limit, _ := r.limit()
	have := limit - r.pos
	r.need(have + n)
	limit, _ = r.limit()
	return limit-r.pos > have
}

// recover goes to where the next member may start after one that failed.
func (r *Reader) recover(s *segment) {
	if r.gap == nil {
		r.gap = &Damage{Offset: s.off, Reason: memberReason(s.err), Err: s.err}
	}
	next := s.off + 1
	decoded := s.dropped + int64(s.end-s.start)
	r.wasted += decoded
	if r.wasted > resyncBudget+resyncRatio*s.off {
		next = max(next, s.off+s.size)
	}
	if s.proven && r.trailerFits(s) {
		next = max(next, s.off+s.size)
	}
	r.in.rewind(next)
}

// trailerFits reports whether one of the two checks in the trailer of a gzip
// member holds. If the digests of its records are right too, the other check is
// what was damaged, and the member does end where it seemed to.
func (r *Reader) trailerFits(s *segment) bool {
	trailer := r.in.seen(s.off+s.size-gzipTrailer, gzipTrailer)
	if s.dropped > 0 || len(trailer) < gzipTrailer || !errors.Is(s.err, gzip.ErrChecksum) {
		return false
	}
	data := r.data[s.start:s.end]
	return binary.LittleEndian.Uint32(trailer) == crc32.ChecksumIEEE(data) ||
		binary.LittleEndian.Uint32(trailer[4:]) == uint32(len(data))
}

// closeGapAt ends the skipping of bytes of the file at offset off.
func (r *Reader) closeGapAt(off int64) {
	if r.gap == nil {
		return
	}
	r.gap.Length = off - r.gap.Offset
	r.stats.Skipped += r.gap.Length
	r.report(r.gap)
	r.gap = nil
}

func (r *Reader) closeGap() { r.closeGapAt(r.in.offset()) }

// report counts a damage and has Next return it.
func (r *Reader) report(d *Damage) {
	r.stats.Damages[d.Reason]++
	r.queue = append(r.queue, d)
}
