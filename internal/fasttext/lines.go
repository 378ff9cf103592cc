package fasttext

import (
	"errors"
	"io"
)

// EachLine reads a text as fastText's command line does and calls visit for
// each line: what stands before a line end or a literal "</s>". A last line
// without a line end has no end token. The line is valid during the call.
func (p *Predictor) EachLine(r io.Reader, visit func(Line) error) error {
	in := newLineReader(r)
	for {
		text, terminated, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for more := true; more; {
			p.parser.reset()
			text = p.parser.text(text)
			more = p.parser.ended && (terminated || len(text) > 0)
			if terminated {
				p.parser.end()
			}
			if err := visit(p.line()); err != nil {
				return err
			}
		}
	}
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
