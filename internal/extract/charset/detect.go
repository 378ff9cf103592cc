package charset

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"unicode/utf8"
)

const (
	// sampleBytes bounds what detection looks at: this many bytes around
	// characters outside ASCII settle any case that can be settled.
	sampleBytes = 8 << 10
	// keepASCII is how much of a long run of ASCII stays at each of its ends.
	keepASCII = 4
	// repeatRuns is how often one and the same run of bytes outside ASCII
	// counts: a page with a hundred pilcrows shows no more than one with four.
	repeatRuns = 4
	// A label stays unless another encoding is cheaper by labelBonus, and by
	// labelBonusPerByte for each byte outside ASCII (quarter bits).
	labelBonus        = 60 * 4
	labelBonusPerByte = 5
	// Text costs less than fluent a byte outside ASCII in its own encoding; a
	// label that gets there is believed at once. What costs more than readable
	// in the best of all encodings is no text.
	fluent   = 23
	readable = 25
)

// A sample is the part of a page that detection prices: the bytes outside
// ASCII with their neighbours.
type sample struct {
	text  []byte
	count [256]int
	high  int // bytes outside ASCII
}

func newSample(body []byte) *sample {
	s := &sample{}
	seen := make(map[string]int)
	for i := 0; i < len(body) && len(s.text) < sampleBytes; {
		j := i
		for j < len(body) && body[j] < 0x80 {
			j++
		}
		end := j
		for end < len(body) && body[end] >= 0x80 {
			end++
		}
		if j-i <= 2*keepASCII {
			s.text = append(s.text, body[i:j]...)
		} else {
			if i > 0 {
				s.text = append(s.text, body[i:i+keepASCII]...)
			}
			s.text = append(s.text, '\n')
			// A run that stands by itself is skipped with its neighbours, so
			// no trail byte loses its lead byte.
			next := body[end:min(end+2*keepASCII+1, len(body))]
			if alone := len(next) > 2*keepASCII && isASCII(next); alone && end-j <= 32 {
				seen[string(body[j:end])]++
				if seen[string(body[j:end])] > repeatRuns {
					i = end
					continue
				}
			}
			s.text = append(s.text, body[j-keepASCII:j]...)
		}
		s.text = append(s.text, body[j:min(end, j+sampleBytes)]...)
		i = end
	}
	for _, b := range s.text {
		if b >= 0x80 {
			s.high++
		}
		s.count[b]++
	}
	return s
}

func isASCII(b []byte) bool { return asciiPrefix(b) == len(b) }

// asciiPrefix returns the number of bytes before the first one outside ASCII.
func asciiPrefix(b []byte) int {
	i := 0
	for ; i+32 <= len(b); i += 32 {
		w := b[i : i+32 : i+32]
		if (binary.LittleEndian.Uint64(w)|binary.LittleEndian.Uint64(w[8:])|
			binary.LittleEndian.Uint64(w[16:])|binary.LittleEndian.Uint64(w[24:]))&0x8080808080808080 != 0 {
			break
		}
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// guess returns the cheapest encoding of the sample and its cost.
func (s *sample) guess() (name string, cost int) {
	cost = math.MaxInt
	for i := range multiByteCodings {
		if c, _, _ := multiByteCost(i, s.text); c < cost {
			name, cost = multiByteCodings[i].name, c
		}
	}
	for _, t := range singleByteTables() {
		if c := t.cost(s, cost); c < cost {
			name, cost = t.name, c
		}
	}
	return name, cost
}

// cost returns what the sample costs in the named encoding, and false when
// the bytes cannot be in it.
func (s *sample) cost(name string) (cost int, ok bool) {
	if i := codingIndex(name); i >= 0 {
		c, chars, invalid := multiByteCost(i, s.text)
		return c, invalid <= 1+chars/50
	}
	if t := tableFor(name); t != nil {
		return t.cost(s, math.MaxInt), true
	}
	return 0, name != nameUTF8
}

// utf8Stats is how far a page is UTF-8.
type utf8Stats struct {
	multi int // whole sequences of more than one byte
	long  int // of these, sequences of three or four bytes
	bad   int // bytes that belong to no sequence; a cut last one is not counted
}

func statUTF8(body []byte) utf8Stats {
	var st utf8Stats
	for i := 0; i < len(body); {
		if body[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(body[i:])
		switch {
		case r != utf8.RuneError || size > 1:
			st.multi++
			if size > 2 {
				st.long++
			}
		case !utf8.FullRune(body[i:]):
			return st
		default:
			st.bad++
		}
		i += size
	}
	return st
}

// byChance reports whether so few sequences may be two-byte characters of an
// East Asian encoding that look like UTF-8.
func (st utf8Stats) byChance() bool { return st.long < 2 && st.multi < 6 }

// damaged reports whether the page may be UTF-8 with stray bytes of another
// encoding in it: the sequences are few, but in text of one byte a character they
// do not come about by chance, the long ones least of all.
func (st utf8Stats) damaged() bool { return st.multi > 0 && st.bad <= 2*st.multi+6*st.long }

// An opinion is what analyse found out about a page.
type opinion struct {
	name    string
	certain bool
	bom     int  // length of the byte order mark
	ascii   bool // all bytes are ASCII and stand for themselves
	valid   bool // valid UTF-8 from bom on
}

func analyse(body []byte, contentType string) opinion {
	if name, n := byteOrderMark(body); n > 0 {
		o := opinion{name: name, certain: true, bom: n}
		o.valid = name == nameUTF8 && utf8.Valid(body[n:])
		return o
	}
	header := headerLabel(contentType)
	if name := wideByZeros(body); name != "" {
		return opinion{name: name, certain: header == name}
	}
	if wide(header) {
		if utf16Likely(body, header) {
			return opinion{name: header, certain: true}
		}
		header = ""
	}
	meta := metaLabel(body)
	ascii := asciiPrefix(body)
	if ascii == len(body) {
		return analyseASCII(body, header, meta)
	}
	labels := [2]string{header, meta}
	if header == nameLatin1 && meta != "" {
		// The default of many servers says nothing about the page.
		labels = [2]string{meta, header}
	}
	valid := utf8.Valid(body[ascii:])
	eastAsian := multiByte(labels[0])
	if valid && !eastAsian {
		return opinion{name: nameUTF8, certain: true, valid: true}
	}
	st := statUTF8(body)
	said := labels[0] == nameUTF8 || labels[1] == nameUTF8
	if mostly := st.multi >= 10*st.bad || said && st.multi > st.bad; mostly && (!eastAsian || !st.byChance()) {
		return opinion{name: nameUTF8, certain: said || st.bad == 0, valid: valid}
	}
	s := newSample(body)
	if cmp.Or(labels[:]...) == nameUTF8 && st.damaged() {
		if best, _ := s.guess(); !multiByte(best) {
			return opinion{name: nameUTF8, certain: true}
		}
	}
	return analyseLegacy(s, st, labels, said)
}

// analyseLegacy names the encoding of a page that is not UTF-8, given its
// labels in order of trust. said tells that one of them is UTF-8.
func analyseLegacy(s *sample, st utf8Stats, labels [2]string, said bool) opinion {
	best, least := "", 0
	for _, label := range labels {
		if label == "" || label == nameUTF8 {
			continue
		}
		c, ok := s.cost(label)
		if !ok {
			continue
		}
		if c <= fluent*s.high {
			return opinion{name: label, certain: true}
		}
		if best == "" {
			best, least = s.guess()
		}
		if c <= least+labelBonus+labelBonusPerByte*s.high {
			return opinion{name: label, certain: true}
		}
	}
	if best == "" {
		best, least = s.guess()
	}
	if st.multi > st.bad || said && least > readable*s.high {
		return opinion{name: nameUTF8}
	}
	return opinion{name: best}
}

// analyseASCII names the encoding of a page of ASCII bytes.
func analyseASCII(body []byte, header, meta string) opinion {
	label := header
	if label == "" {
		label = meta
	}
	if bytes.Contains(body, []byte("\x1b$B")) || bytes.Contains(body, []byte("\x1b$@")) {
		return opinion{name: "iso-2022-jp", certain: label == "iso-2022-jp"}
	}
	if label == "hz-gb-2312" && bytes.Contains(body, []byte("~{")) {
		return opinion{name: label, certain: true}
	}
	if label == "" || stateful(label) {
		label = nameUTF8
	}
	return opinion{name: label, certain: true, ascii: true, valid: true}
}

// byteOrderMark returns the encoding that a mark at the start of body names,
// and the length of the mark. UTF-32 goes beyond the Encoding Standard: its
// little-endian mark is that of UTF-16 followed by a NUL character.
func byteOrderMark(body []byte) (name string, n int) {
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return nameUTF8, 3
	case bytes.HasPrefix(body, []byte("\xff\xfe\x00\x00")):
		return nameUTF32LE, 4
	case bytes.HasPrefix(body, []byte("\x00\x00\xfe\xff")):
		return nameUTF32BE, 4
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return nameUTF16LE, 2
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return nameUTF16BE, 2
	}
	return "", 0
}

// wideByZeros recognises UTF-16 and UTF-32 without a mark by the zero bytes
// that mark-up has in them.
func wideByZeros(body []byte) string {
	n := min(len(body), 4096) &^ 3
	if n < 16 || bytes.IndexByte(body[:n], 0) < 0 {
		return ""
	}
	var zero [4]int
	for i, b := range body[:n] {
		if b == 0 {
			zero[i&3]++
		}
	}
	q := n / 4
	most := func(i int) bool { return zero[i] >= q-q/3 }
	few := func(i int) bool { return zero[i] <= q/10 }
	switch {
	case few(0) && most(1) && most(2) && most(3):
		return nameUTF32LE
	case few(3) && most(0) && most(1) && most(2):
		return nameUTF32BE
	case few(0) && few(2) && zero[1]+zero[3] >= q:
		return nameUTF16LE
	case few(1) && few(3) && zero[0]+zero[2] >= q:
		return nameUTF16BE
	}
	return ""
}

// utf16Likely reports whether a body with a UTF-16 label and no telling zero
// bytes can be UTF-16: in text that is all East Asian there are hardly any,
// but line feeds, blanks and angle brackets still are two bytes wide.
func utf16Likely(body []byte, name string) bool {
	lo := 0
	if name == nameUTF16BE {
		lo = 1
	}
	n := min(len(body), 4096) &^ 1
	wideSigns := 0
	for i := 0; i < n; i += 2 {
		if body[i+1-lo] == 0 && body[i+lo] < 0x80 {
			wideSigns++
		}
	}
	return n >= 2 && wideSigns*16 >= n/2
}
