package corpus_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/corpus"
)

func writeStrings(t testing.TB, values []string) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := corpus.NewStringWriter(&file)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range values {
		if err := w.Write(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func readStrings(file []byte) ([]string, error) {
	r, err := corpus.NewStringReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var values []string
	for range 1 << 16 { // a small file can claim any number of empty rows
		s, err := r.Next()
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return values, err
		}
		values = append(values, string(s))
	}
	return values, errors.New("too many rows")
}

func TestStrings(t *testing.T) {
	f := func(values ...string) {
		t.Helper()
		got, err := readStrings(writeStrings(t, values))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(values, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	f()
	f("")
	f("https://a.example/", "", "no address\x00\xff", strings.Repeat("x", 200_000), "last")
}

func TestStringsDamaged(t *testing.T) {
	file := writeStrings(t, []string{"https://a.example/1", "https://b.example/2", strings.Repeat("long", 5000)})
	for n := 1; n < len(file); n++ {
		if _, err := readStrings(file[:n]); err == nil {
			t.Errorf("%d of %d bytes are read without an error", n, len(file))
		}
	}
	for at := range file {
		bad := bytes.Clone(file)
		bad[at] ^= 0x10
		values, err := readStrings(bad)
		if err == nil && !cmp.Equal(values, []string{"https://a.example/1", "https://b.example/2", strings.Repeat("long", 5000)}) {
			t.Errorf("a flipped bit in byte %d gives %q without an error", at, values)
		}
	}
}

func FuzzStrings(f *testing.F) {
	f.Add(writeStrings(f, nil))
	f.Add(writeStrings(f, []string{"https://a.example/", ""}))
	f.Fuzz(func(t *testing.T, file []byte) {
		values, err := readStrings(file)
		if err != nil {
			return
		}
		again, err := readStrings(writeStrings(t, values))
		if err != nil || !cmp.Equal(values, again) {
			t.Errorf("read %q, written and read again %q (%v)", values, again, err)
		}
	})
}
