package warc

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
)

// A loss is a run of decoded bytes that belong to no record.
type loss struct {
	damage *Damage
	start  int64 // r.stats.DecodedSkipped at its start
	// member: the rest of the member is lost, whatever it holds.
	member bool
}

var errNoHeaderEnd = errors.New("no end of the record header")

// parse reads the record at pos, which is in a segment that decodes.
func (r *Reader) parse() {
	s := &r.segs[0]
	first := r.pos == s.start && s.dropped == 0
	for r.pos < s.end && (r.data[r.pos] == '\r' || r.data[r.pos] == '\n') {
		r.pos++
	}
	if r.pos == s.end {
		if s.state == segmentOpen {
			r.extend()
		}
		return
	}
	n, ok := r.findHead(first)
	if !ok {
		return
	}
	sc := scanHead(r.data[r.pos : r.pos+n])
	moves := r.moves
	end, newlines, whole := r.endOf(n, sc.length)
	if r.moves != moves {
		sc = scanHead(r.data[r.pos : r.pos+n]) // its slices are of data
	}
	switch at := r.pos + end + newlines; {
	case r.err != nil, r.segs[0].state == segmentFailed && !whole:
		return // the member broke while its record was read
	case whole && !r.misled(&sc, n, end, at):
		r.learn(at)
		r.deliver(&sc, n, end, newlines, "")
	case end > 0 && r.trusted(&sc, n, end, newlines):
		r.deliver(&sc, n, end, newlines, "")
	default:
		r.parseMisstated(n, sc.length)
	}
}

// parseMisstated delivers the record at pos, whose header of n bytes states a
// length that is not that of its block.
func (r *Reader) parseMisstated(n int, length int64) {
	end, ok := r.bound(n, length)
	if !ok || r.err != nil || r.segs[0].state == segmentFailed {
		return
	}
	reason := ReasonLength
	if limit, _ := r.limit(); r.pos+end == limit && r.atEnd() && length > int64(end-n) {
		reason = ReasonTruncated
	}
	end, newlines := trimTrailer(r.data[r.pos:r.pos+end], n)
	if int64(end-n) > r.o.MaxRecord {
		r.lose(ReasonTooLarge, nil)
		return
	}
	sc := scanHead(r.data[r.pos : r.pos+n])
	r.deliver(&sc, n, end, newlines, reason)
}

// atEnd reports whether the file ends behind data.
func (r *Reader) atEnd() bool {
	last := r.segs[len(r.segs)-1]
	return last.state != segmentOpen && len(r.in.peek(1)) == 0
}

// findHead returns the length of the header at pos. If there is none, it
// starts to skip, or reports nothing for a member that broke.
func (r *Reader) findHead(first bool) (n int, ok bool) {
	r.need(len(recordStart))
	if !startsRecord(r.data[r.pos:]) && (!first || !r.startsOddly()) {
		if r.segs[0].state != segmentFailed {
			r.lose(ReasonNotRecord, nil)
		}
		return 0, false
	}
	for {
		limit, _ := r.limit()
		b := r.data[r.pos:min(int64(limit), int64(r.pos)+r.o.MaxHeader)]
		if n = headEnd(b); n >= 0 {
			return n, true
		}
		switch {
		case int64(len(b)) == r.o.MaxHeader:
			r.lose(ReasonHeader, errNoHeaderEnd)
		case r.more(max(len(b), 4<<10)):
			continue
		case r.segs[0].state == segmentFailed || r.err != nil:
		case r.atEnd():
			r.lose(ReasonTruncated, errNoHeaderEnd)
		default:
			r.lose(ReasonNotRecord, errNoHeaderEnd)
		}
		return 0, false
	}
}

// startsOddly reports whether a member starts with a record whose version line
// is damaged or missing.
func (r *Reader) startsOddly() bool {
	limit, _ := r.limit()
	b := r.data[r.pos:min(limit, r.pos+4<<10)]
	if n := headEnd(b); n >= 0 {
		b = b[:n]
	}
	line, _ := cutLine(b)
	if len(line) > 32 && !bytes.HasPrefix(line, []byte("WARC-")) {
		return false
	}
	s := scanHead(append([]byte("\n"), b...))
	return s.id != nil || s.typ != nil && s.length >= 0
}

// endOf returns the end of the block, from pos, as its header says, and how many
// bytes of line ends follow. ok tells that what follows them is the end of the
// member or a record. An end of 0 means that there is no such block.
func (r *Reader) endOf(headLen int, length int64) (end, newlines int, ok bool) {
	if length < 0 || length > r.o.MaxRecord {
		return 0, 0, false
	}
	end = headLen + int(length)
	if !r.need(end) {
		return 0, 0, false
	}
	for q := end; ; q++ {
		limit, _ := r.limit()
		switch at := r.pos + q; {
		case r.boundary(at):
			return end, q - end, true
		case at == limit:
			if !r.need(q + 1) {
				return end, q - end, r.segs[0].state != segmentFailed
			}
			q--
		case r.data[at] != '\r' && r.data[at] != '\n':
			r.need(q + len(recordStart))
			limit, _ := r.limit()
			// Of a file that is cut there may be less than all of it.
			next := r.data[r.pos+q : min(limit, r.pos+q+len(recordStart))]
			return end, q - end, bytes.Equal(next, recordStart[:len(next)])
		}
	}
}

// boundary reports whether a member ends at index at of data.
func (r *Reader) boundary(at int) bool {
	i := r.segmentOf(at)
	return i < len(r.segs) && r.segs[i].end == at && r.segs[i].state != segmentOpen
}

// segmentOf returns the number of the segment that holds or ends with the byte
// before index at of data.
func (r *Reader) segmentOf(at int) int {
	if at <= r.segs[0].end { // nearly always
		return 0
	}
	i, _ := slices.BinarySearchFunc(r.segs, at, func(s segment, at int) int { return cmp.Compare(s.end, at) })
	return i
}

// learn notes from a good record that ends at index at of data how records and
// members go together.
func (r *Reader) learn(at int) {
	s := &r.segs[0]
	switch {
	case at != s.end:
		r.layout = layoutShared
	case r.layout == layoutUnknown && s.dropped == 0:
		r.layout = layoutSingle
	}
}

// trusted reports whether a block has the length that its header says although
// no record follows: its digest says so, or, where members hold several
// records, an end as it should be, so that it is the next header that is broken.
func (r *Reader) trusted(sc *scan, headLen, end, newlines int) bool {
	if len(sc.digest) > 0 {
		if known, equal := checkDigest(sc.digest, r.data[r.pos+headLen:r.pos+end]); known {
			return equal
		}
	}
	at := r.pos + end
	return (r.layout == layoutShared || r.format == formatPlain) && newlines == len(recordEnd) &&
		bytes.HasPrefix(r.data[at:], recordEnd)
}

// recordEnd stands behind each block.
var recordEnd = []byte("\r\n\r\n")

// misled reports whether a record that seems to end inside its member, before
// something like a record, is proven wrong by its digest, in a file that has
// a member for each record: then it is its payload that holds the something.
func (r *Reader) misled(sc *scan, headLen, end, at int) bool {
	if r.layout != layoutSingle || at == r.segs[0].end || len(sc.digest) == 0 {
		return false
	}
	known, equal := checkDigest(sc.digest, r.data[r.pos+headLen:r.pos+end])
	return known && !equal
}

// bound finds the end of a block whose length is not to be trusted. It
// returns ok false if it started to skip instead.
func (r *Reader) bound(headLen int, length int64) (end int, ok bool) {
	s := r.segs[0]
	if r.layout != layoutShared && r.pos == s.start && s.dropped == 0 && r.format != formatPlain {
		end, ok = r.boundByMember(headLen, length)
		if ok || r.lost != nil {
			return end, ok
		}
	}
	from := headLen
	for {
		limit, final := r.limit()
		if i := findRecord(r.data[r.pos+from:limit], false); i >= 0 {
			return from + i, true
		}
		from = max(headLen, limit-r.pos-recordLook)
		if int64(limit-r.pos) > r.o.MaxRecord+r.o.MaxHeader {
			r.lose(ReasonTooLarge, nil)
			return 0, false
		}
		if final || !r.more(pumpChunk) {
			limit, _ = r.limit()
			return limit - r.pos, true
		}
	}
}

// boundByMember bounds a block where a member holds one record: with the
// member, or before the next member that starts a record.
func (r *Reader) boundByMember(headLen int, length int64) (end int, ok bool) {
	most := r.o.MaxRecord + r.o.MaxHeader
	if length > r.o.MaxRecord {
		most = min(most, verifyHold) // it seems to be true, so why hold more
	}
	for {
		limit, final := r.limit()
		if int64(limit-r.pos) >= most {
			if r.layout == layoutUnknown {
				return 0, false
			}
			r.lose(ReasonTooLarge, nil)
			r.lost.member = true
			return 0, false
		}
		if final || !r.more(pumpChunk) {
			limit, _ = r.limit()
			if r.layout == layoutUnknown && chain(r.data[r.pos+headLen:limit]) {
				return 0, false
			}
			return limit - r.pos, true
		}
	}
}

// trimTrailer returns the end of a block in b, which has a header of n bytes,
// without the two CRLF behind it, and the length of what it left out.
func trimTrailer(b []byte, n int) (end, newlines int) {
	end = len(b)
	for range 2 {
		switch {
		case end-n >= 2 && b[end-2] == '\r' && b[end-1] == '\n':
			end -= 2
		case end-n >= 1 && b[end-1] == '\n':
			end--
		}
	}
	return end, len(b) - end
}

// recordLook is how many bytes a record start and its header may be cut off at
// the end of what is decoded and still be found once more is there.
const recordLook = 64 << 10

// findRecord returns the index of the first plausible record start in b that
// stands at the start of a line, behind an empty line unless line suffices.
func findRecord(b []byte, line bool) int {
	for from := 0; ; {
		i := bytes.Index(b[from:], recordStart)
		if i < 0 {
			return -1
		}
		i += from
		from = i + 1
		if !lineStarts(b, i) || !line && i > 0 && !lineStarts(b, i-1-trailingCR(b[:i-1])) {
			continue
		}
		head := b[i:min(len(b), i+recordLook)]
		n := headEnd(head)
		if n >= 0 {
			head = head[:n]
		}
		// No header has a line like this; of several the last may start one.
		// That also keeps the time linear.
		if again := bytes.LastIndex(head, []byte("\nWARC/")); again >= 0 {
			from = i + again
			continue
		}
		if s := scanHead(head); n >= 0 && s.plausible() {
			return i
		}
	}
}

func lineStarts(b []byte, i int) bool { return i == 0 || b[i-1] == '\n' }

// trailingCR returns the number of CR at the end of b.
func trailingCR(b []byte) int { return len(b) - len(bytes.TrimRight(b, "\r")) }

// chain reports whether somewhere in b an unbroken sequence of records starts
// that ends with b: so b is no block, but several records.
func chain(b []byte) bool {
	i := findRecord(b, false)
	if i < 0 {
		return false
	}
	for b = b[i:]; len(b) > 0; b = bytes.TrimLeft(b, "\r\n") {
		n := headEnd(b)
		if n < 0 {
			return false
		}
		s := scanHead(b[:n])
		if !s.plausible() || s.length > int64(len(b)-n) {
			return false
		}
		b = b[n+int(s.length):]
	}
	return true
}

// parseFailed delivers the next record that lies whole in the data of a
// member that does not decode, marked as damaged.
func (r *Reader) parseFailed() {
	s := &r.segs[0]
	for r.pos < s.end && (r.data[r.pos] == '\r' || r.data[r.pos] == '\n') {
		r.pos++
	}
	b := r.data[r.pos:s.end]
	n := -1
	if startsRecord(b) && r.lost == nil {
		n = headEnd(b[:min(int64(len(b)), r.o.MaxHeader)])
	}
	if n >= 0 {
		sc := scanHead(b[:n])
		if end, newlines, ok := r.endInFailed(b, n, sc.length); ok {
			s.proven = s.proven && int64(end-n) == sc.length
			r.deliver(&sc, n, end, newlines, memberReason(s.err))
			return
		}
	}
	if r.pos < s.end {
		s.proven = false
		r.stats.DecodedSkipped += int64(s.end - r.pos)
		r.pos = s.end
	}
	r.closeLoss()
}

// endInFailed returns the end of the block in b, the data of a member that does
// not decode, behind a header of n bytes. A block that the end of the file cut
// off is as good as one that a crawler cut.
func (r *Reader) endInFailed(b []byte, n int, length int64) (end, newlines int, ok bool) {
	switch {
	case length < 0 || length > r.o.MaxRecord:
		return 0, 0, false
	case length > int64(len(b)-n):
		cut := memberReason(r.segs[0].err) == ReasonTruncated && len(b) > n
		return len(b), 0, cut
	}
	end = n + int(length)
	tail := bytes.TrimLeft(b[end:], "\r\n")
	return end, len(b) - end - len(tail), len(tail) == 0 || startsRecord(tail)
}

// deliver hands out the record at pos and goes behind it.
func (r *Reader) deliver(sc *scan, headLen, end, newlines int, reason string) {
	s := &r.segs[0]
	start := r.pos
	block := r.data[start+headLen : start+end : start+end]
	known, equal := false, false
	if len(sc.digest) > 0 && (r.o.VerifyDigests || reason != "" || newlines != 4) {
		known, equal = checkDigest(sc.digest, block)
		if known && !equal && reason == "" {
			reason = ReasonDigest
		}
	}
	s.proven = s.proven && known && equal
	off, within := s.off, s.dropped+int64(start-s.start)
	if r.format == formatPlain {
		off, within = s.off+within, 0
	}
	var damage *Damage
	if reason != "" {
		damage = &Damage{Offset: off, Reason: reason, Err: s.err}
		if s.state != segmentFailed { // that one is reported once, as a gap
			r.stats.Damages[reason]++
		}
	}
	r.pos += end
	r.countType(sc.typ)
	if len(r.o.Types) > 0 && !slices.ContainsFunc(r.o.Types, func(t string) bool { return strings.EqualFold(t, string(sc.typ)) }) {
		if damage != nil && s.state != segmentFailed {
			r.queue = append(r.queue, damage)
		}
		return
	}
	header, err := r.head.parse(r.data[start:start+headLen], sc)
	if err != nil {
		r.report(&Damage{Offset: off, Reason: ReasonNotRecord, Err: err})
		return
	}
	r.rec = Record{
		Offset:      off,
		Size:        r.sizeTo(start+end, end+newlines),
		Within:      within,
		Type:        strings.ToLower(header.Get("warc-type")),
		ID:          header.Get("warc-record-id"),
		TargetURI:   trimAngle(header.Get("warc-target-uri")),
		Date:        header.Get("warc-date"),
		ContentType: header.Get("content-type"),
		Truncated:   header.Get("warc-truncated"),
		Header:      header,
		Block:       block,
		Flags:       r.rec.Flags[:0],
		Damage:      damage,
		proven:      known && equal,
	}
	r.flag(sc, newlines, s)
	r.out = &r.rec
}

// flag sets what was odd about the record.
func (r *Reader) flag(sc *scan, newlines int, s *segment) {
	add := func(odd bool, flag string) {
		if odd {
			r.rec.Flags = append(r.rec.Flags, flag)
		}
	}
	add(!sc.version || !sc.known, FlagVersion)
	add(!goodID(r.rec.ID), FlagRecordID)
	add(newlines != 4, FlagTrailer)
	add(sc.odd, FlagHeader)
	add(s.state == segmentOpen && r.format != formatPlain, FlagUnchecked)
}

// goodID reports whether id is a URI in angle brackets of sane length.
func goodID(id string) bool {
	return len(id) > 4 && len(id) < 512 && id[0] == '<' && id[len(id)-1] == '>' && strings.IndexByte(id, ':') > 1
}

func trimAngle(s string) string {
	if len(s) >= 2 && s[0] == '<' && s[len(s)-1] == '>' {
		return s[1 : len(s)-1]
	}
	return s
}

// sizeTo returns the size in the file of the record that ends at index at of
// data and is n bytes long.
func (r *Reader) sizeTo(at, n int) int64 {
	if r.format == formatPlain {
		return int64(n)
	}
	s := &r.segs[r.segmentOf(at)]
	if s.state == segmentOpen {
		return 0
	}
	return s.off + s.size - r.segs[0].off
}

// lose starts to skip decoded bytes from pos on.
func (r *Reader) lose(reason string, cause error) {
	s := &r.segs[0]
	d := &Damage{Offset: s.off, Reason: reason, Err: cause}
	if r.format == formatPlain {
		d.Offset += s.dropped + int64(r.pos-s.start)
	}
	r.lost = &loss{damage: d, start: r.stats.DecodedSkipped}
	r.lost.member = r.layout == layoutSingle && r.pos == s.start && s.dropped == 0
	r.drop(1) // so that the search does not find the same start again
}

// drop skips n decoded bytes.
func (r *Reader) drop(n int) {
	r.pos += n
	r.stats.DecodedSkipped += int64(n)
	if r.format == formatPlain {
		r.stats.Skipped += int64(n)
	}
}

// skipLost goes on to the next plausible record, or to the end of the segment.
func (r *Reader) skipLost() {
	s := &r.segs[0]
	if r.pos == s.start && s.dropped == 0 && s.hard {
		r.closeLoss()
		return
	}
	limit, final := r.limit()
	b := r.data[r.pos:limit]
	if !r.lost.member {
		if i := findRecord(b, true); i >= 0 {
			r.drop(i)
			r.closeLoss()
			return
		}
	}
	if !r.lost.member && !final && len(b) < recordLook && r.extend() {
		return
	}
	keep := recordLook / 2
	if r.lost.member || s.state != segmentOpen {
		keep = 0
		b = r.data[r.pos:s.end]
	}
	r.drop(max(0, len(b)-keep))
	if s.state == segmentOpen {
		r.extend()
	}
}

// closeLoss reports what was skipped.
func (r *Reader) closeLoss() {
	if r.lost == nil {
		return
	}
	d := r.lost.damage
	if r.format == formatPlain {
		d.Length = r.stats.DecodedSkipped - r.lost.start
	}
	r.report(d)
	r.lost = nil
}
