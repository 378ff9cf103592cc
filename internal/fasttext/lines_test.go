package fasttext

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wordsByByte cuts text into tokens as fastText's stream reader does, byte by
// byte: a line end is left in the stream until it is read alone, and then is
// the token "</s>".
func wordsByByte(text []byte) []string {
	var tokens []string
	word := ""
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case !strings.ContainsRune(" \n\r\t\v\f\x00", rune(c)) || c >= 0x80:
			word += string([]byte{c})
		case word == "":
			if c == '\n' {
				tokens = append(tokens, endOfLine)
			}
		default:
			if c == '\n' {
				i--
			}
			tokens = append(tokens, word)
			word = ""
		}
	}
	if word != "" {
		tokens = append(tokens, word)
	}
	return tokens
}

// checkLines holds EachLine against wordsByByte.
func checkLines(t *testing.T, m *Model, text []byte) {
	t.Helper()
	var want [][]int32
	reference := lineParser{dict: m.dict}
	reference.reset()
	tokens := 0
	for _, word := range wordsByByte(text) {
		reference.token([]byte(word), hashWord(word))
		tokens++
		if word == endOfLine {
			want = append(want, slices.Clone(reference.finish()))
			reference.reset()
		}
	}
	if reference.tokens > 0 {
		want = append(want, slices.Clone(reference.finish()))
	}
	var have [][]int32
	p := m.NewPredictor()
	err := p.EachLine(bytes.NewReader(text), func(l Line) error {
		tokens -= l.Tokens
		if l.Tokens > 0 { // white space at the end of the text is a line, but of nothing
			have = append(have, slices.Clone(l.Features))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(want, have, slices.Equal) || tokens != 0 {
		t.Errorf("%q (-want +have), %d tokens fewer:\n%s", text, tokens, cmp.Diff(want, have))
	}
}

func TestEachLine(t *testing.T) {
	m := loadBytes(t, readFile(t, "testdata/subwords.bin"))
	for _, text := range []string{
		"", "\n", "\n\n", "lemma", "lemma\n", "lemma \n proof", "</s>", "</s>\n", "a </s> b", "a </s> b\n",
		"a </s>   ", "a </s>   \n", "\x00\x00\n\r\v\f\t x", "größe\xff\n", "</s></s>\n</s> </s>", "__label__geo __label__x </s>z\n",
	} {
		checkLines(t, m, []byte(text))
	}
	checkLines(t, m, readFile(t, "testdata/lines.txt"))
}

func FuzzEachLine(f *testing.F) {
	f.Add([]byte("lemma proof\nsoup </s> x\n"))
	f.Add([]byte("größe \x00\xff\r\n"))
	m := loadBytes(f, readFile(f, "testdata/subwords.bin"))
	f.Fuzz(func(t *testing.T, text []byte) { checkLines(t, m, text) })
}

// FuzzScore holds the scorer against the predictor on any text.
func FuzzScore(f *testing.F) {
	m := loadBytes(f, readFile(f, "testdata/two.bin"))
	s, err := m.Collapse("__label__algebra")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("lemma proof\nsoup </s> x\n"))
	f.Add([]byte("größe \x00\xff\r\n __label__x __label__other"))
	f.Fuzz(func(t *testing.T, text []byte) {
		have := s.NewWorker().Score(text)
		predictions, err := m.NewPredictor().Predict(text, -1, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range predictions {
			if want := p.Probability - 1e-5; p.Label == "__label__algebra" && (have-want > 1e-5 || want-have > 1e-5) {
				t.Errorf("%q: score %v, want %v", text, have, want)
			}
		}
	})
}

func TestLongLines(t *testing.T) {
	long := strings.Repeat("lemma ", 1<<16)
	in := newLineReader(strings.NewReader("a\n" + long + "\nb"))
	for _, want := range []string{"a", long, "b"} {
		line, terminated, err := in.next()
		if err != nil || string(line) != want || terminated != (want != "b") {
			t.Errorf("a line of %d bytes, %v, %v: want %d bytes", len(line), terminated, err, len(want))
		}
	}
	if _, _, err := in.next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last line: %v", err)
	}
	in = newLineReader(endless{})
	in.limit = 1 << 20
	if _, _, err := in.next(); !errors.Is(err, ErrLineTooLong) {
		t.Errorf("an endless line: %v", err)
	}
}

// endless has no line end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
