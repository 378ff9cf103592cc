package fasttext

import (
	"errors"
	"io"
)

// A RawLine is a line of a text file without its line end, if it had one.
type RawLine struct {
	Text       []byte
	Terminated bool
}

// A RawReader cuts a text at its line ends.
type RawReader struct{ in lineReader }

// NewRawReader returns a reader that takes r in large pieces.
func NewRawReader(r io.Reader) *RawReader { return &RawReader{in: newLineReader(r)} }

// Next returns the next line, which is valid until the next call; io.EOF
// follows the last one.
func (r *RawReader) Next() (RawLine, error) {
	text, terminated, err := r.in.next()
	return RawLine{text, terminated}, err
}

// Drained reports whether Next will have to read, which can take long.
func (r *RawReader) Drained() bool { return r.in.in.Buffered() == 0 }

// EachLine reads a text as fastText's command line does and calls visit for
// each line: what stands before a line end or a literal "</s>". A last line
// without a line end has no end token. The line is valid during the call.
func (p *Predictor) EachLine(r io.Reader, visit func(Line) error) error {
	in := NewRawReader(r)
	for {
		raw, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = p.linesOf(raw, visit)
		}
		if err != nil {
			return err
		}
	}
}

// linesOf visits the lines of a raw line.
func (p *Predictor) linesOf(raw RawLine, visit func(Line) error) error {
	for text, more := raw.Text, true; more; {
		p.parser.reset()
		text = p.parser.text(text)
		more = p.parser.ended && (raw.Terminated || len(text) > 0)
		if raw.Terminated {
			p.parser.end()
		}
		if err := visit(p.line()); err != nil {
			return err
		}
	}
	return nil
}

// SentenceVector appends the vector of a line to dst: the mean of the rows of
// its features, or zeros if it has none.
func (p *Predictor) SentenceVector(dst []float32, line Line) []float32 {
	clear(p.hidden)
	if len(line.Features) > 0 {
		p.model.mean(p.hidden, line.Features)
	}
	return append(dst, p.hidden...)
}
