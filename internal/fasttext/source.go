package fasttext

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// An Example is one line to learn from.
type Example struct {
	// Labels are the labels of the line, with their prefix. Without a label
	// the words of the line still count towards the dictionary.
	Labels []string
	// Text is the line: tokens between white space. Line ends in it separate
	// tokens; the end of the line is added.
	Text []byte
	// Inline says that the labels stand in Text, as in fastText's files. If
	// false, tokens of Text that look like labels are passed over, so that no
	// page can label itself.
	Inline bool
}

// A Source yields the examples of a training set, more than once and each time
// the same in the same order. Training visits them in that order, so examples
// of different labels should alternate.
type Source interface {
	// Next fills ex, whose memory stays valid until the next call; io.EOF
	// follows the last example.
	Next(ex *Example) error
	// Rewind starts again from the first example.
	Rewind() error
}

// ErrLineTooLong says that a line of a text file exceeds [MaxLineBytes].
var ErrLineTooLong = errors.New("line too long")

// MaxLineBytes is the length of the longest line that is read from text files,
// in bytes: a file with longer ones holds no text.
const MaxLineBytes = 1 << 28

// A TextSource reads fastText's training format: one example a line, labels and
// words in any order.
type TextSource struct {
	file io.ReadSeeker
	in   lineReader
}

// NewTextSource returns a source that reads file from its start.
func NewTextSource(file io.ReadSeeker) *TextSource {
	return &TextSource{file: file, in: newLineReader(file)}
}

// Rewind implements [Source].
func (s *TextSource) Rewind() error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind training text: %w", err)
	}
	s.in.reset(s.file)
	return nil
}

// Next implements [Source]. A last line without a line end counts as a line.
func (s *TextSource) Next(ex *Example) error {
	line, _, err := s.in.next()
	*ex = Example{Text: line, Inline: true}
	return err
}

// A lineReader cuts a stream at its line ends.
type lineReader struct {
	in   *bufio.Reader
	long []byte // a line that exceeded the buffer of in
	at   int64  // bytes read
	// limit is MaxLineBytes but in tests.
	limit int
}

func newLineReader(r io.Reader) lineReader {
	return lineReader{in: bufio.NewReaderSize(r, 1<<18), limit: MaxLineBytes}
}

func (l *lineReader) reset(r io.Reader) {
	l.in.Reset(r)
	l.at = 0
}

// next returns the next line without its end, and whether it had one. The line
// is valid until the next call; io.EOF follows the last line.
func (l *lineReader) next() (line []byte, terminated bool, err error) {
	start := l.at
	l.long = l.long[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		l.at += int64(len(part))
		if len(l.long)+len(part) > l.limit {
			return nil, false, fmt.Errorf("line at byte %d: %w: more than %d bytes", start, ErrLineTooLong, l.limit)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			l.long = append(l.long, part...)
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return nil, false, fmt.Errorf("read text at byte %d: %w", l.at, err)
		case err != nil && len(part) == 0 && len(l.long) == 0:
			return nil, false, io.EOF
		}
		if len(l.long) > 0 {
			l.long = append(l.long, part...)
			part = l.long
		}
		if err == nil {
			part = part[:len(part)-1]
		}
		return part, err == nil, nil
	}
}
