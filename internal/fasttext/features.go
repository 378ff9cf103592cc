package fasttext

// A lineParser turns lines into feature ids. It holds scratch memory and is
// used by one goroutine at a time.
type lineParser struct {
	dict     *dictionary
	features []int32
	labels   []int32
	hashes   []uint32 // of the words of the line, for the word n-grams
	tokens   int      // tokens read, labels and the end of the line included
	ended    bool     // the line's end token was met
}

// reset begins a line.
func (p *lineParser) reset() {
	p.features, p.labels, p.hashes = p.features[:0], p.labels[:0], p.hashes[:0]
	p.tokens, p.ended = 0, false
}

// space tells the bytes that separate tokens.
var space = [256]bool{' ': true, '\n': true, '\r': true, '\t': true, '\v': true, '\f': true, 0: true}

// nextToken returns the first token of text and its hash, and what follows;
// the token is empty at the end of text.
func nextToken(text []byte) (token, rest []byte, h uint32) {
	i := 0
	for i < len(text) && space[text[i]] {
		i++
	}
	start := i
	h = fnvOffset
	for i < len(text) && !space[text[i]] {
		h = hashByte(h, text[i])
		i++
	}
	return text[start:i], text[i:], h
}

// text adds the tokens of text, in which labels may stand, up to the first
// "</s>", and returns what follows it; line ends separate words and nothing
// more.
func (p *lineParser) text(text []byte) (rest []byte) {
	for !p.ended {
		token, rest, h := nextToken(text)
		text = rest
		if len(token) == 0 {
			break
		}
		p.token(token, h)
	}
	return text
}

// end adds the end-of-line token, unless the text had it.
func (p *lineParser) end() {
	if !p.ended {
		p.token([]byte(endOfLine), hashEndOfLine)
	}
}

var hashEndOfLine = hashWord(endOfLine)

func (p *lineParser) token(token []byte, h uint32) {
	d := p.dict
	p.tokens++
	p.ended = h == hashEndOfLine && string(token) == endOfLine
	id := d.id(token, h)
	switch {
	case id >= d.words:
		p.labels = append(p.labels, int32(id-d.words))
		return
	case id < 0 && d.isLabel(token):
		return
	case id >= 0:
		p.features = append(p.features, int32(id))
	}
	if d.args.MaxN > 0 && !p.ended {
		p.features = d.appendSubwords(p.features, token)
	}
	p.hashes = append(p.hashes, h)
}

// finish appends the word n-grams and returns the features of the line, in
// fastText's order. They are valid until the next reset.
func (p *lineParser) finish() []int32 {
	d, n := p.dict, p.dict.args.WordNgrams
	if n <= 1 {
		return p.features
	}
	for i, first := range p.hashes {
		h := gramStart(first)
		for _, next := range p.hashes[i+1 : min(i+n, len(p.hashes))] {
			h = gramAdd(h, next)
			if row := d.bucketRow(d.buckets.of(h)); row >= 0 {
				p.features = append(p.features, row)
			}
		}
	}
	return p.features
}

// appendSubwords appends the rows of the character n-grams of a word.
func (d *dictionary) appendSubwords(rows []int32, word []byte) []int32 {
	eachSubword(word, d.args.MinN, d.args.MaxN, func(h uint32, _, _ int) {
		if row := d.bucketRow(d.buckets.of(uint64(h))); row >= 0 {
			rows = append(rows, row)
		}
	})
	return rows
}

// eachSubword visits the character n-grams of "<word>", from each character on
// the shorter before the longer: their hashes, and where they stand in "<word>".
// Bytes 10xxxxxx continue the character before them.
func eachSubword(word []byte, minN, maxN int, visit func(h uint32, from, to int)) {
	at := func(i int) byte { // byte i of "<word>"
		switch {
		case i == 0:
			return '<'
		case i <= len(word):
			return word[i-1]
		}
		return '>'
	}
	size := len(word) + 2
	for i := range size {
		if at(i)&0xC0 == 0x80 {
			continue
		}
		h := uint32(fnvOffset)
		for j, n := i, 1; j < size && n <= maxN; n++ {
			h = hashByte(h, at(j))
			for j++; j < size && at(j)&0xC0 == 0x80; j++ {
				h = hashByte(h, at(j))
			}
			if n >= minN && (n != 1 || i != 0 && j != size) {
				visit(h, i, j)
			}
		}
	}
}
