package decontam

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// maxHitText bounds Hit.Gram, in bytes: grams may stand far apart.
const maxHitText = 1 << 10

// A Hit is a place in a document where a benchmark text was found.
type Hit struct {
	// Gram is the matching part of the document, as it stands there; after 1 KiB
	// it is cut off.
	Gram string
	// Offset is where it starts, in bytes.
	Offset int
	// Benchmark and Item name the first benchmark text with these grams.
	Benchmark string
	Item      int
	// Whole says that the document holds the whole of a task, rather than an
	// n-gram of a text.
	Whole bool
}

// A Worker searches texts for one goroutine, and owns its scratch memory.
type Worker struct {
	index *Index
	grams grams
}

// NewWorker returns a Worker on the index.
func (x *Index) NewWorker() *Worker { return &Worker{index: x, grams: x.tables} }

// Find returns the first hit in a text of valid UTF-8 in normalisation form C,
// and false if there is none. It allocates nothing but scratch that it reuses.
func (w *Worker) Find(text string) (Hit, bool) {
	var first Hit
	found := false
	w.Each(text, func(h Hit) bool {
		first, found = h, true
		return false
	})
	return first, found
}

// Each calls yield with every hit in a text, in order of their starts, until it
// returns false. Windows that overlap are hits of their own.
func (w *Worker) Each(text string, yield func(Hit) bool) {
	x := w.index
	w.grams.cut(text)
	list := w.grams.list
	wide, head := x.o.Ngram, x.o.MinNgram
	var wideHash, headHash uint64
	// Both windows start at gram i; the wide one may reach over the end.
	for k := range min(wide-1, len(list)) {
		wideHash = roll(wideHash, 0, list[k].hash, x.wideOut)
	}
	for k := range min(head-1, len(list)) {
		headHash = roll(headHash, 0, list[k].hash, x.headOut)
	}
	var wideOut, headOut uint64
	for i := 0; i+head <= len(list); i++ {
		headHash = roll(headHash, headOut, list[i+head-1].hash, x.headOut)
		headOut = list[i].hash
		if x.filter.has(headHash) {
			if t, ok := w.whole(headHash, i); ok && !yield(w.hit(text, i, int(t.last-t.first), t)) {
				return
			}
		}
		if i+wide > len(list) {
			continue
		}
		wideHash = roll(wideHash, wideOut, list[i+wide-1].hash, x.wideOut)
		wideOut = list[i].hash
		if x.windows.filter.has(wideHash) {
			if t, ok := w.window(wideHash, i); ok && !yield(w.hit(text, i, wide, t)) {
				return
			}
		}
	}
}

// whole returns the longest whole text that starts at gram i.
func (w *Worker) whole(hash uint64, i int) (found indexed, ok bool) {
	x := w.index
	for _, k := range x.heads[hash] {
		t := x.texts[k]
		n := int(t.last - t.first)
		if i+n <= len(w.grams.list) && (!ok || n > int(found.last-found.first)) &&
			bytes.Equal(x.form(t.first, t.last), w.grams.form(i, n)) {
			found, ok = t, true
		}
	}
	return found, ok
}

// window returns the text that has the window of Ngram grams at i.
func (w *Worker) window(hash uint64, i int) (indexed, bool) {
	x := w.index
	form := w.grams.form(i, x.o.Ngram)
	for first := range x.windows.find(hash) {
		if bytes.Equal(x.form(first, first+uint32(x.o.Ngram)), form) {
			// Texts stand in the order of their grams.
			k := sort.Search(len(x.texts), func(k int) bool { return x.texts[k].last > first })
			return x.texts[k], true
		}
	}
	return indexed{}, false
}

// hit describes the n grams at i.
func (w *Worker) hit(text string, i, n int, t indexed) Hit {
	start, end := int(w.grams.list[i].start), int(w.grams.list[i+n-1].end)
	if end > start+maxHitText {
		for end = start + maxHitText; !utf8.RuneStart(text[end]); end-- {
		}
	}
	return Hit{
		Gram: text[start:end], Offset: start,
		Benchmark: w.index.counts[t.benchmark].Benchmark, Item: t.item, Whole: t.whole,
	}
}
