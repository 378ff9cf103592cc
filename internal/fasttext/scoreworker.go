package fasttext

import "math"

// A Worker scores texts for one goroutine at a time, without allocating once
// its scratch memory has grown to the longest text.
//
// Nearly all of its time would go into waiting for memory: the dictionary and
// the buckets are larger than the caches. Hence the work goes in passes over
// the tokens of a text, each a loop so short that the CPU runs many rounds
// ahead and asks for many cells at a time.
type Worker struct {
	scorer *Scorer
	tokens []token
	hashes []uint32
	cells  []uint32 // buckets of the word n-grams
	labels []int32  // known labels that stood in the text
	ended  bool     // the text had the token "</s>"
	// touched keeps the loads of touch from being optimised away.
	touched uint32
}

// A token is where a word stands in a text, and its hash.
type token struct {
	start, end int
	hash       uint32
}

// NewWorker returns a worker for one goroutine.
func (s *Scorer) NewWorker() *Worker { return &Worker{scorer: s} }

// Score returns the probability of the positive label for a text, in [0, 1].
// The text is taken as one line, see [Predictor.Parse]. A text without a known
// feature has the score 0.
func (w *Worker) Score(text []byte) float32 {
	margin, ok := w.Margin(text)
	if !ok {
		return 0
	}
	return float32(1 / (1 + exactExp(-margin)))
}

// Margin returns the logit of the probability, which tells apart what lies so
// near to 1 or 0 that a float32 does not. It reports whether the text has a
// known feature.
func (w *Worker) Margin(text []byte) (margin float64, ok bool) {
	t := w.total(text)
	if t.n == 0 {
		return 0, false
	}
	return t.sum / float64(t.n), true
}

// A total adds up the numbers of features.
type total struct {
	sum  float64
	size float64 // sum of the absolute values
	n    int
}

func (t *total) add(x float32) {
	t.sum += float64(x)
	t.size += math.Abs(float64(x))
	t.n++
}

// total adds up the features of a text.
func (w *Worker) total(text []byte) total {
	var t total
	w.split(text)
	w.addWords(&t, text)
	if w.scorer.args.WordNgrams > 1 {
		w.addGrams(&t)
	}
	return t
}

// split lists the tokens of a text up to the first "</s>".
func (w *Worker) split(text []byte) {
	tokens := w.tokens[:0]
	w.ended = false
	for i := 0; i < len(text); {
		if space[text[i]] {
			i++
			continue
		}
		start := i
		h := uint32(fnvOffset)
		for i < len(text) && !space[text[i]] {
			h = hashByte(h, text[i])
			i++
		}
		if h == hashEndOfLine && string(text[start:i]) == endOfLine {
			w.ended = true
			break
		}
		tokens = append(tokens, token{start: start, end: i, hash: h})
	}
	w.tokens = tokens
}

// touchAhead is the number of tokens whose cells are loaded before the first
// of them is looked up.
const touchAhead = 32

// addWords adds up the words and their character n-grams, and lists the labels
// and the hashes that make word n-grams.
func (w *Worker) addWords(t *total, text []byte) {
	s := w.scorer
	w.hashes, w.labels = w.hashes[:0], w.labels[:0]
	for tokens := w.tokens; len(tokens) > 0; {
		batch := tokens[:min(touchAhead, len(tokens))]
		tokens = tokens[len(batch):]
		w.touch(batch)
		for _, token := range batch {
			word := text[token.start:token.end]
			slot := s.find(word, token.hash)
			switch {
			case slot.size == 0:
				if s.isLabel(word) {
					continue
				}
			case slot.label:
				w.labels = append(w.labels, int32(slot.score))
				continue
			default:
				t.add(slot.score)
			}
			if s.args.MaxN > 0 {
				s.addSubwords(t, word)
			}
			w.hashes = append(w.hashes, token.hash)
		}
	}
	// The end of the line is a word without character n-grams.
	if slot := s.find([]byte(endOfLine), hashEndOfLine); slot.size > 0 && !slot.label {
		t.add(slot.score)
	}
	w.hashes = append(w.hashes, hashEndOfLine)
}

// touch loads the cells where words are looked for into the cache.
func (w *Worker) touch(tokens []token) {
	slots := w.scorer.slots
	x := uint32(0)
	for i := range tokens {
		x += slots[spread(tokens[i].hash)&uint32(len(slots)-1)].size
	}
	w.touched = x
}

// isLabel reports whether a word is a label by its prefix.
func (s *Scorer) isLabel(word []byte) bool {
	return len(word) >= len(s.args.Label) && string(word[:len(s.args.Label)]) == s.args.Label
}

// addGrams adds up the word n-grams.
func (w *Worker) addGrams(t *total) {
	s := w.scorer
	cells := w.cells[:0]
	hashes := w.hashes
	length := s.args.WordNgrams
	for i, first := range hashes {
		h := gramStart(first)
		for _, next := range hashes[i+1 : min(i+length, len(hashes))] {
			h = gramAdd(h, next)
			cells = append(cells, uint32(s.mod.of(h)))
		}
	}
	w.cells = cells
	if s.pruned {
		for _, cell := range cells {
			s.addBucket(t, uint64(cell))
		}
		return
	}
	buckets := s.buckets
	sum, size := 0.0, 0.0
	for _, cell := range cells {
		x := float64(buckets[cell])
		sum += x
		size += math.Abs(x)
	}
	t.sum += sum
	t.size += size
	t.n += len(cells)
}

// addBucket adds the score of a bucket, unless pruning removed it.
func (s *Scorer) addBucket(t *total, b uint64) {
	if s.pruned {
		row, ok := s.kept[int32(b)]
		if !ok {
			return
		}
		b = uint64(row)
	}
	t.add(s.buckets[b])
}

// addSubwords adds up the character n-grams of a word.
func (s *Scorer) addSubwords(t *total, word []byte) {
	eachSubword(word, s.args.MinN, s.args.MaxN, func(h uint32, _, _ int) {
		s.addBucket(t, s.mod.of(uint64(h)))
	})
}
