package fasttext

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
	s := w.scorer
	w.split(text)
	sum, n := w.sumWords(text)
	if s.args.WordNgrams > 1 {
		grams, count := w.sumGrams()
		sum += grams
		n += count
	}
	if n == 0 {
		return 0, false
	}
	return sum / float64(n), true
}

// split lists the tokens of a text up to the first "</s>".
func (w *Worker) split(text []byte) {
	tokens := w.tokens[:0]
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
			break
		}
		tokens = append(tokens, token{start: start, end: i, hash: h})
	}
	w.tokens = tokens
}

// touchAhead is the number of tokens whose cells are loaded before the first
// of them is looked up.
const touchAhead = 32

// sumWords adds up the words and their character n-grams, and lists the hashes
// that make word n-grams.
func (w *Worker) sumWords(text []byte) (sum float64, n int) {
	s := w.scorer
	w.hashes = w.hashes[:0]
	for tokens := w.tokens; len(tokens) > 0; {
		batch := tokens[:min(touchAhead, len(tokens))]
		tokens = tokens[len(batch):]
		w.touch(batch)
		for _, t := range batch {
			word := text[t.start:t.end]
			slot := s.find(word, t.hash)
			switch {
			case slot.size == 0:
				if s.isLabel(word) {
					continue
				}
			case slot.label:
				continue
			default:
				sum += float64(slot.score)
				n++
			}
			if s.args.MaxN > 0 {
				subwords, count := s.sumSubwords(word)
				sum += subwords
				n += count
			}
			w.hashes = append(w.hashes, t.hash)
		}
	}
	// The end of the line is a word without character n-grams.
	if slot := s.find([]byte(endOfLine), hashEndOfLine); slot.size > 0 && !slot.label {
		sum += float64(slot.score)
		n++
	}
	w.hashes = append(w.hashes, hashEndOfLine)
	return sum, n
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

// sumGrams adds up the word n-grams.
func (w *Worker) sumGrams() (sum float64, n int) {
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
			score, ok := s.bucket(uint64(cell))
			sum += score
			n += ok
		}
		return sum, n
	}
	buckets := s.buckets
	for _, cell := range cells {
		sum += float64(buckets[cell])
	}
	return sum, len(cells)
}

// bucket returns the score of a bucket and 1, or zeros if pruning removed it.
func (s *Scorer) bucket(b uint64) (float64, int) {
	if s.pruned {
		row, ok := s.kept[int32(b)]
		if !ok {
			return 0, 0
		}
		return float64(s.buckets[row]), 1
	}
	return float64(s.buckets[b]), 1
}

// sumSubwords adds up the character n-grams of a word.
func (s *Scorer) sumSubwords(word []byte) (sum float64, n int) {
	eachSubword(word, s.args.MinN, s.args.MaxN, func(h uint32, _, _ int) {
		score, ok := s.bucket(s.mod.of(uint64(h)))
		sum += score
		n += ok
	})
	return sum, n
}
