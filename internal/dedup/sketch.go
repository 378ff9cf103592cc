package dedup

import (
	"github.com/zeebo/xxh3"

	"mathsieve/internal/corpus"
)

// A Sketch is what deduplication keeps of one document.
type Sketch struct {
	// URL is the XXH3-128 of the canonical URL, zero if the document has no
	// URL.
	URL [16]byte
	// Text is the XXH3-128 of the text with white space folded.
	Text [16]byte
	// Shingles is the number of shingles, repeated ones included.
	Shingles int
	// Signature holds the MinHash values, Bands × Rows of them; it is not
	// stored. It is empty for a text of fewer than MinShingles shingles.
	Signature []uint32
	// Bands holds one key per band; it is empty when Signature is.
	Bands []uint64
	// Fingerprint estimates similarities.
	Fingerprint Fingerprint
}

// A Sketcher makes sketches. It owns scratch memory: use one per goroutine. A
// text of n tokens needs about 12·n bytes beside a copy of the text.
type Sketcher struct {
	options     Options
	bands, rows int
	permuter    *permuter
	tokens      tokenizer
	folded      []byte
	high, low   []uint32 // halves of the shingle hashes
	signature   []uint32 // of padded length
	least       [fingerprintBins]uint32
}

// NewSketcher returns a sketcher for valid options.
func NewSketcher(o Options) (*Sketcher, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	bands, rows := o.Banding()
	p := newPermuter(bands*rows, o.Seed)
	return &Sketcher{
		options: o, bands: bands, rows: rows,
		permuter: p, signature: make([]uint32, len(p.a)),
	}, nil
}

// scratchLimit is the size in bytes beyond which scratch memory is not kept
// for the next document.
const scratchLimit = 8 << 20

// Sketch fills out with the sketch of doc, reusing its slices.
func (s *Sketcher) Sketch(doc *corpus.Document, out *Sketch) {
	out.URL = [16]byte{}
	if doc.URL != "" {
		out.URL = urlHash(doc.URL)
	}
	s.folded = appendFolded(s.folded[:0], doc.Text)
	out.Text = xxh3.Hash128(s.folded).Bytes()
	s.shingles(doc.Text, out)
	if s.scratch() > scratchLimit {
		s.folded, s.tokens, s.high, s.low = nil, tokenizer{}, nil, nil
	}
}

// scratch returns the size in bytes of the memory that grows with the text.
func (s *Sketcher) scratch() int {
	return cap(s.folded) + cap(s.tokens.buf) + 4*(cap(s.tokens.start)+cap(s.high)+cap(s.low))
}

// shingles fills in what depends on the shingles of text.
func (s *Sketcher) shingles(text string, out *Sketch) {
	s.tokens.run(text)
	width := s.options.Shingle
	n := s.tokens.shingles(width)
	s.high, s.low = s.high[:0], s.low[:0]
	for i := range n {
		h := xxh3.Hash(s.tokens.shingle(i, width))
		s.high = append(s.high, uint32(h>>32))
		s.low = append(s.low, uint32(h))
	}
	out.Shingles = n
	out.Signature, out.Bands = out.Signature[:0], out.Bands[:0]
	out.Fingerprint.fill(s.low, &s.least)
	if n < s.options.MinShingles {
		return
	}
	s.permuter.signature(s.signature, s.high)
	out.Signature = append(out.Signature, s.signature[:s.permuter.n]...)
	for range s.bands {
		out.Bands = append(out.Bands, 0)
	}
	bandKeys(out.Bands, out.Signature, s.rows)
}
