package fasttext

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// useModel does what one can do with a model that was loaded.
func useModel(m *Model) {
	p := m.NewPredictor()
	for _, text := range []string{"lemma proof garden", "größe \xff\xfe __label__geo </s> x", ""} {
		_, _ = p.Predict([]byte(text), 2, 0)
	}
	for _, label := range m.Labels() {
		if s, err := m.Collapse(label); err == nil {
			if score := s.NewWorker().Score([]byte("lemma proof")); score < 0 || score > 1 || score != score {
				panic("score out of range")
			}
		}
	}
	_ = m.WordVector(nil, "lemma")
	_, _ = m.WriteTo(io.Discard)
}

func loadAndUse(data []byte) error {
	m, err := Load(bytes.NewReader(data), int64(len(data)))
	if err == nil {
		useModel(m)
	}
	return err
}

// TestFlippedBits flips each bit of a model, and some of larger ones: none may panic, hang or be refused
// with anything but a FormatError.
func TestFlippedBits(t *testing.T) {
	for _, name := range []string{"ova.bin", "hs.bin", "two.bin", "pruned.ftz"} {
		data := readFile(t, "testdata/"+name)
		step := 1
		switch { // most of the larger ones is numbers
		case len(data) > 3000:
			step = 29
		case len(data) > 1000:
			step = 5
		}
		for bit := 0; bit < len(data)*8; bit += step {
			data[bit/8] ^= 1 << (bit % 8)
			if err := loadAndUse(data); err != nil && !errors.Is(err, ErrFormat) {
				t.Errorf("%s with bit %d flipped: %v", name, bit, err)
			}
			data[bit/8] ^= 1 << (bit % 8)
		}
	}
}

// TestCutFiles cuts models everywhere.
func TestCutFiles(t *testing.T) {
	for _, name := range []string{"ova.bin", "quantized.ftz", "pruned.ftz"} {
		data := readFile(t, "testdata/"+name)
		for n := range data {
			err := loadAndUse(data[:n])
			var format *FormatError
			if !errors.As(err, &format) || format.Offset > int64(n) {
				t.Fatalf("%s cut at %d: %v", name, n, err)
			}
		}
		if err := loadAndUse(append(bytes.Clone(data), 0)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s with a byte more: %v", name, err)
		}
	}
}

// patch returns a copy of a model with bytes replaced.
func patch(data []byte, offset int, with any) []byte {
	data = bytes.Clone(data)
	n, err := binary.Encode(data[offset:], binary.LittleEndian, with)
	if err != nil || n == 0 {
		panic(err)
	}
	return data
}

// TestMalformed breaks the fields of a model one by one. Offsets are those of
// the format: 2 words of signature, 12 of arguments, t, and the dictionary's
// head.
func TestMalformed(t *testing.T) {
	const (
		dim, wordNgrams, loss, kind, bucket, minn, maxn      = 8, 28, 32, 36, 40, 44, 48
		size, words, labels, tokens, pruned, dictionaryStart = 64, 68, 72, 76, 84, 92
	)
	data := readFile(t, "testdata/softmax.bin")
	m := loadBytes(t, data)
	outputBytes := 17 + 4*5*4
	output := len(data) - outputBytes
	input := output - 17 - 4*5*(m.dict.words+40)
	f := func(name, want string, broken []byte) {
		t.Helper()
		start := time.Now()
		err := loadAndUse(broken)
		if err == nil || !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
		if _, err := LoadScorer(bytes.NewReader(broken), int64(len(broken)), ""); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrNotBinary) {
			t.Errorf("%s: LoadScorer gives %v", name, err)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: refused after %v", name, took)
		}
	}
	f("empty", "is empty", nil)
	f("magic", "signature at byte 0", patch(data, 0, int32(1)))
	f("gzip", "gzip", []byte("\x1f\x8b\x08\x00\x00\x00"))
	f("zstd", "Zstandard", []byte("\x28\xb5\x2f\xfd\x00\x00"))
	f("html", "error page", []byte("<html>404 Not Found</html>"))
	f("version 13", "version at byte 4 is 13", patch(data, 4, int32(13)))
	f("version -1", "version at byte 4 is -1", patch(data, 4, int32(-1)))
	f("dim 0", "dim at byte 8", patch(data, dim, int32(0)))
	f("dim 6", "input matrix at byte", patch(data, dim, int32(6)))
	f("dim huge", "dim at byte 8", patch(data, dim, int32(math.MaxInt32)))
	f("wordNgrams", "wordNgrams at byte 28", patch(data, wordNgrams, int32(math.MaxInt32)))
	f("loss", "loss at byte 32", patch(data, loss, int32(5)))
	f("model", "model at byte 36", patch(data, kind, int32(0)))
	f("bucket 0", "bucket at byte 40 is 0", patch(data, bucket, int32(0)))
	f("bucket -1", "bucket at byte 40 is -1", patch(data, bucket, int32(-1)))
	f("bucket huge", "input matrix at byte", patch(data, bucket, int32(math.MaxInt32)))
	f("minn", "minn at byte 44", patch(data, minn, int32(-5)))
	f("minn above maxn", "above maxn", patch(data, minn, []int32{9, 3}))
	f("maxn", "maxn at byte 48", patch(data, maxn, int32(math.MaxInt32)))
	f("size -1", "dictionary size at byte 64", patch(data, size, int32(-1)))
	f("size huge", "dictionary at byte 92 declares 2147483647",
		patch(patch(data, size, int32(math.MaxInt32)), words, int32(math.MaxInt32-4)))
	f("sizes", "dictionary size at byte 64", patch(data, words, int32(1)))
	f("no labels", "number of labels at byte 72", patch(data, words, []int32{int32(m.dict.size()), 0}))
	f("words -1", "number of words at byte 68", patch(data, words, int32(-1)))
	f("tokens", "number of tokens at byte 76", patch(data, tokens, int64(-1)))
	f("pruned huge", "pruned index at byte 92", patch(data, pruned, int64(1<<40)))
	f("pruned least", "pruned size at byte 84", patch(data, pruned, int64(math.MinInt64)))
	f("pruned dense", "quantised flag", patch(data, pruned, int64(0)))
	nul := dictionaryStart + bytes.IndexByte(data[dictionaryStart:], 0)
	f("count", "count of a dictionary entry", patch(data, nul+1, int64(-5)))
	f("count huge", "count of a dictionary entry", patch(data, nul+1, int64(math.MaxInt64)))
	f("type", "type of a dictionary entry", patch(data, nul+9, int8(7)))
	f("label first", "out of order", patch(data, nul+9, int8(1)))
	f("quantised flag", "input matrix", patch(data, input, int8(1)))
	f("quantised flag 2", "quantised flag at byte", patch(data, input, int8(2)))
	f("rows", "input matrix at byte", patch(data, input+1, int64(1<<60)))
	f("rows wrap", "input matrix at byte", patch(data, input+1, int64(1<<62)+int64(m.dict.words)+40))
	f("columns", "input matrix at byte", patch(data, input+9, int64(0)))
	f("NaN", "holds NaN", patch(data, input+17, float32(math.NaN())))
	f("Inf", "holds -Inf", patch(data, output+17, float32(math.Inf(-1))))
	f("quantised output flag", "quantised output flag at byte", patch(data, output, int8(1)))
	f("output rows", "output matrix at byte", patch(data, output+1, int64(3)))
}

func TestMalformedQuantised(t *testing.T) {
	data := readFile(t, "testdata/quantized.ftz")
	m := loadBytes(t, data)
	rows := m.InputRows()
	start := bytes.Index(data, binary.LittleEndian.AppendUint64(nil, uint64(rows)))
	codeSize := start + 16
	quantizer := codeSize + 4 + rows*2
	f := func(name, want string, broken []byte) {
		t.Helper()
		if err := loadAndUse(broken); err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	f("norm flag", "input matrix at byte", patch(data, start-1, int8(3)))
	f("code size", "code size at byte", patch(data, codeSize, int32(math.MaxInt32)))
	f("code size 0", "code size at byte", patch(data, codeSize, int32(0)))
	f("dim", "quantiser at byte", patch(data, quantizer, int32(-4)))
	f("sub-vectors", "quantiser at byte", patch(data, quantizer+4, int32(1<<30)))
	f("length", "quantiser at byte", patch(data, quantizer+8, int32(0)))
	f("last length", "quantiser at byte", patch(data, quantizer+12, int32(2)))
	f("centroid", "holds NaN", patch(data, quantizer+16, float32(math.NaN())))
}

func TestEndlessWord(t *testing.T) {
	data := readFile(t, "testdata/softmax.bin")
	broken := append(bytes.Clone(data[:92]), bytes.Repeat([]byte("x"), 10_000)...)
	if err := loadAndUse(broken); err == nil || !strings.Contains(err.Error(), "has no end") {
		t.Errorf("a word without an end: %v", err)
	}
}

func TestReadErrorsAreNotFormatErrors(t *testing.T) {
	data := readFile(t, "testdata/softmax.bin")
	broken := io.NewSectionReader(failingReaderAt{}, 0, int64(len(data)))
	if _, err := Load(broken, int64(len(data))); !errors.Is(err, iotest.ErrTimeout) || errors.Is(err, ErrFormat) {
		t.Errorf("a reader that fails: %v", err)
	}
	// A file that shrinks between Stat and the last read.
	if _, err := Load(bytes.NewReader(data[:100]), int64(len(data))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file that shrinks: %v", err)
	}
	if _, err := LoadFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

type failingReaderAt struct{}

func (failingReaderAt) ReadAt([]byte, int64) (int, error) { return 0, iotest.ErrTimeout }

// TestOverflow uses weights that are finite, but not their products.
func TestOverflow(t *testing.T) {
	data := readFile(t, "testdata/two.bin")
	m := loadBytes(t, data)
	rows := m.InputRows()
	at := len(data) - (17 + 2*4*4) - rows*4*4
	for i := range rows * 4 {
		data = patch(data, at+4*i, float32(3e38))
	}
	m = loadBytes(t, data)
	if _, err := m.NewPredictor().Predict([]byte("lemma proof"), 1, 0); !errors.Is(err, ErrNotFinite) {
		t.Errorf("Predict: %v", err)
	}
	if _, err := m.Collapse("__label__algebra"); !errors.Is(err, ErrNotFinite) {
		t.Errorf("Collapse: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range referenceModels(f) {
		f.Add(readFile(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		if err := loadAndUse(data); err != nil && !errors.Is(err, ErrFormat) {
			t.Error(err)
		}
	})
}
