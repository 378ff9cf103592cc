package decontam

import (
	"bytes"
	"errors"
	"math"
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"
)

// ErrTooLarge says that the benchmark texts are more than an index can address.
var ErrTooLarge = errors.New("benchmark texts above 2 GiB")

// A Text is one text of a benchmark.
type Text struct {
	Benchmark string // name of the benchmark
	Item      int    // number of the item within it, from 0
	// Task says that the text is a task, so that a document that holds the whole
	// of it is contaminated even if it is short. Answers are not looked for in
	// this way: "x = 2" stands on many a page.
	Task bool
	Text string
}

// Counts say what became of the texts of a benchmark.
type Counts struct {
	Benchmark  string `json:"benchmark"`
	Items      int    `json:"items"`       // items read
	EmptyItems int    `json:"empty_items"` // items in which no text was found
	Texts      int    `json:"texts"`
	Grams      int    `json:"grams"`
	Ngrams     int    `json:"ngrams"`      // windows indexed that no text before had
	WholeTexts int    `json:"whole_texts"` // tasks indexed as a whole
	// TooShort counts tasks of fewer than MinNgram grams, which are not looked
	// for at all; ShortAnswers those answers of fewer than Ngram grams.
	TooShort     int `json:"too_short"`
	ShortAnswers int `json:"short_answers"`
}

// A Builder collects benchmark texts. Of equal grams the first text is reported.
type Builder struct {
	o      Options
	grams  grams
	texts  []indexed
	list   []stored
	forms  []byte
	counts []*Counts
	spared map[string]bool // the gram sequences of ignored texts
}

// indexed is a text in the index: its grams are list[first:last].
type indexed struct {
	benchmark   int // in counts
	item        int
	first, last uint32
	task        bool // may be looked for as a whole
	whole       bool // is looked for as a whole
}

// stored is a gram of a benchmark text.
type stored struct {
	hash uint64
	form uint32 // where its normal form starts in forms
}

// NewBuilder returns an empty Builder. The options must be valid.
func NewBuilder(o Options) *Builder {
	return newBuilder(o, grams{table: newFoldTable(), commands: newCommands()})
}

func newBuilder(o Options, tables grams) *Builder {
	b := &Builder{o: o, grams: tables, spared: make(map[string]bool)}
	for _, text := range o.Ignore {
		b.grams.cut(text)
		n := len(b.grams.list)
		for length := o.MinNgram; length <= o.Ngram; length++ {
			for i := range n - length + 1 {
				b.spared[string(b.grams.form(i, length))] = true
			}
		}
	}
	return b
}

// count returns the counts of a benchmark.
func (b *Builder) count(benchmark string) (int, *Counts) {
	i := slices.IndexFunc(b.counts, func(c *Counts) bool { return c.Benchmark == benchmark })
	if i < 0 {
		i = len(b.counts)
		b.counts = append(b.counts, &Counts{Benchmark: benchmark})
	}
	return i, b.counts[i]
}

// Add adds a text.
func (b *Builder) Add(t Text) error {
	benchmark, counts := b.count(t.Benchmark)
	b.grams.cut(t.Text)
	n := len(b.grams.list)
	counts.Texts++
	counts.Grams += n
	switch {
	case n < b.o.MinNgram && t.Task:
		counts.TooShort++
		return nil
	case n < b.o.Ngram && !t.Task:
		counts.ShortAnswers++
		return nil
	}
	if len(b.forms)+len(b.grams.forms) > math.MaxInt32 {
		return ErrTooLarge
	}
	text := indexed{benchmark: benchmark, item: t.Item, first: uint32(len(b.list)), task: t.Task}
	base := uint32(len(b.forms))
	for _, g := range b.grams.list {
		b.list = append(b.list, stored{g.hash, base + g.form})
	}
	b.forms = append(b.forms, b.grams.forms...)
	text.last = uint32(len(b.list))
	b.texts = append(b.texts, text)
	return nil
}

// An Index holds the grams of all benchmark texts. It is read-only and safe for
// concurrent use; every goroutine searches with a Worker of its own.
type Index struct {
	o      Options
	tables grams // the fold tables, without grams
	texts  []indexed
	list   []stored // one more than there are grams, for the end of forms
	forms  []byte
	counts []Counts

	windows hashTable           // of Ngram grams -> index of the first
	heads   map[uint64][]uint32 // of the first MinNgram grams of whole texts -> texts
	filter  bitmap              // of the keys of heads
	wideOut uint64              // factor of the gram that leaves a window of Ngram grams
	headOut uint64              // the same for MinNgram grams
}

// Build returns the index of what was added. The Builder is used up.
func (b *Builder) Build() *Index {
	x := &Index{
		o: b.o, tables: grams{table: b.grams.table, commands: b.grams.commands},
		texts: b.texts, forms: b.forms,
		list:    append(b.list, stored{form: uint32(len(b.forms))}),
		heads:   make(map[uint64][]uint32),
		wideOut: power(b.o.Ngram - 1),
		headOut: power(b.o.MinNgram - 1),
	}
	windows := 0
	for _, t := range x.texts {
		windows += max(0, int(t.last-t.first)-b.o.Ngram+1)
	}
	x.windows = newHashTable(windows)
	x.filter = newBitmap(len(x.texts))
	for i, t := range x.texts {
		counts := b.counts[t.benchmark]
		hits, added := x.addWindows(b, t)
		counts.Ngrams += added
		// A task of formulas alone is looked for as a whole, however long.
		if t.task && hits == 0 && x.addWhole(b, i) {
			counts.WholeTexts++
		}
	}
	for _, c := range b.counts {
		x.counts = append(x.counts, *c)
	}
	return x
}

// Counts returns what became of the texts, benchmark by benchmark in the order
// in which they were added.
func (x *Index) Counts() []Counts { return slices.Clone(x.counts) }

// form returns the normal forms of the grams from first to before last.
func (x *Index) form(first, last uint32) []byte {
	return x.forms[x.list[first].form:x.list[last].form]
}

// addWindows adds the windows of a text. It returns how many of them make a hit,
// and how many of those were new.
func (x *Index) addWindows(b *Builder, t indexed) (hits, added int) {
	n := uint32(x.o.Ngram)
	hash, out := uint64(0), uint64(0)
	for g := t.first; g < t.last; g++ {
		hash = roll(hash, out, x.list[g].hash, x.wideOut)
		if g+1 < t.first+n {
			continue
		}
		first := g + 1 - n
		out = x.list[first].hash
		form := x.form(first, first+n)
		if b.spared[string(form)] || countWords(form) < x.o.MinWords {
			continue
		}
		hits++
		if !x.known(hash, form) {
			x.windows.add(hash, first)
			added++
		}
	}
	return hits, added
}

// known reports whether a window is in the index.
func (x *Index) known(hash uint64, form []byte) bool {
	for first := range x.windows.find(hash) {
		if bytes.Equal(x.form(first, first+uint32(x.o.Ngram)), form) {
			return true
		}
	}
	return false
}

// addWhole adds text i as a whole, unless it is spared or known.
func (x *Index) addWhole(b *Builder, i int) bool {
	t := &x.texts[i]
	form := x.form(t.first, t.last)
	if b.spared[string(form)] {
		return false
	}
	hash := uint64(0)
	for g := t.first; g < t.first+uint32(x.o.MinNgram); g++ {
		hash = roll(hash, 0, x.list[g].hash, x.headOut)
	}
	for _, k := range x.heads[hash] {
		if bytes.Equal(x.form(x.texts[k].first, x.texts[k].last), form) {
			return false
		}
	}
	t.whole = true
	x.heads[hash] = append(x.heads[hash], uint32(i))
	x.filter.set(hash)
	return true
}

// wordLetters is the least length of a word: shorter runs of letters are mostly
// the variables of formulas.
const wordLetters = 3

// countWords returns how many of the grams are words, or characters of a script
// without spaces.
func countWords(form []byte) int {
	words := 0
	for gram := range bytes.FieldsSeq(form) {
		r, _ := utf8.DecodeRune(gram)
		if isUnspaced(r) || unicode.IsLetter(r) && utf8.RuneCount(gram) >= wordLetters {
			words++
		}
	}
	return words
}

// rollFactor is the base of the rolling hash: odd, so that no information is
// lost when it is multiplied, else arbitrary.
const rollFactor = 0x9e3779b97f4a7c15

// roll moves a window on by a gram. Out is the hash of the gram that leaves, 0
// while the window fills; outFactor is power(size of the window - 1).
func roll(hash, out, in, outFactor uint64) uint64 {
	return (hash-out*outFactor)*rollFactor + in
}

func power(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= rollFactor
	}
	return p
}

// mix spreads the bits of a rolled hash, whose lower ones are weak.
func mix(hash uint64) uint64 {
	high, low := bits.Mul64(hash, 0xd6e8feb86659fd93)
	return high ^ low
}
