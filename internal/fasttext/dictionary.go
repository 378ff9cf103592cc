package fasttext

import "math/bits"

// A dictionary knows the words and the labels of a model. Entries 0..words-1
// are words, the rest are labels. It is read-only once built, and may then be
// used by many goroutines.
type dictionary struct {
	args    *Args
	words   int
	labels  int
	tokens  int64 // number of tokens of the training text
	text    []byte
	ends    []int // ends[i] is the end of entry i in text, ends[i-1] its start
	hashes  []uint32
	counts  []int64
	slots   []slot // open addressing, linear probing; the length is a power of two
	pruned  bool
	kept    map[int32]int32 // of a pruned model: bucket -> row behind the words
	buckets modulus
}

// A slot is one cell of the hash table: the full hash, so that most foreign
// words are told apart without looking at their letters, and the entry plus one.
type slot struct {
	hash  uint32
	entry int32
}

// size returns the number of entries.
func (d *dictionary) size() int { return d.words + d.labels }

// entry returns the text of entry i.
func (d *dictionary) entry(i int) []byte {
	start := 0
	if i > 0 {
		start = d.ends[i-1]
	}
	return d.text[start:d.ends[i]:d.ends[i]]
}

// label returns the text of label i.
func (d *dictionary) label(i int) string { return string(d.entry(d.words + i)) }

// add appends an entry; index must be called after the last.
func (d *dictionary) add(word []byte, count int64) {
	d.text = append(d.text, word...)
	d.ends = append(d.ends, len(d.text))
	d.counts = append(d.counts, count)
}

// index builds the hash table. Of equal entries the last is found, as in fastText.
func (d *dictionary) index() {
	n := d.size()
	d.slots = make([]slot, 1<<bits.Len(uint(n+n/2)))
	d.hashes = make([]uint32, n)
	for i := range n {
		word := d.entry(i)
		h := hashWord(word)
		d.hashes[i] = h
		*d.find(word, h) = slot{hash: h, entry: int32(i + 1)}
	}
	if d.args.Bucket > 0 {
		d.buckets = newModulus(uint64(d.args.Bucket))
	}
}

// find returns the slot of a word, or the empty slot where it would stand.
func (d *dictionary) find(word []byte, h uint32) *slot {
	mask := uint32(len(d.slots) - 1)
	for i := spread(h) & mask; ; i = (i + 1) & mask {
		s := &d.slots[i]
		if s.entry == 0 || s.hash == h && string(d.entry(int(s.entry-1))) == string(word) {
			return s
		}
	}
}

// spread moves the well-mixed upper bits of an FNV hash down to where the table
// looks.
func spread(h uint32) uint32 { return h ^ h>>15 }

// id returns the entry of a word, or -1.
func (d *dictionary) id(word []byte, h uint32) int { return int(d.find(word, h).entry) - 1 }

// targetCounts returns how often each row of the output matrix was a target.
func (d *dictionary) targetCounts() []int64 {
	if d.args.Model == ModelSupervised {
		return d.counts[d.words:]
	}
	return d.counts[:d.words]
}

// bucketRow returns the input row of bucket b, or -1 if pruning removed it.
func (d *dictionary) bucketRow(b uint64) int32 {
	if d.pruned {
		row, ok := d.kept[int32(b)]
		if !ok {
			return -1
		}
		return int32(d.words) + row
	}
	return int32(d.words) + int32(b)
}

// rows returns the number of rows that the input matrix must have.
func (d *dictionary) rows() int64 {
	if d.pruned {
		return int64(d.words) + int64(len(d.kept))
	}
	return int64(d.words) + int64(d.args.Bucket)
}

// isLabel reports whether a token is a label by its prefix.
func (d *dictionary) isLabel(token []byte) bool {
	return len(token) >= len(d.args.Label) && string(token[:len(d.args.Label)]) == d.args.Label
}
