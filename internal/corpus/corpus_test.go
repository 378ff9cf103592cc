package corpus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

var formats = []Format{JSONL, JSONLGzip, JSONLZstd, Parquet}

// documents returns documents with every field set in some and unset in others.
func documents(n int) []Document {
	rng := rand.New(rand.NewPCG(1, 2))
	docs := make([]Document, n)
	for i := range docs {
		d := &docs[i]
		d.ID = fmt.Sprintf("urn-%04d", i)
		d.URL = fmt.Sprintf("https://example.org/page?n=%d&q=\"é\"", i)
		d.Text = "Let $x \\in \\mathbb{R}$.\n\tThen\u2028 \"$$x^2 \\ge 0$$\" \x01 设集合 𝔸\u0085" + strings.Repeat("lorem ipsum ", rng.IntN(200))
		d.Source = Source{File: "CC-MAIN.warc.gz", Offset: int64(i) << 30}
		if i%2 == 0 {
			score := rng.Float64()
			d.Score, d.TokenCount, d.Date = &score, i+1, "2024-02-29T12:00:00Z"
		}
		if i%3 == 0 {
			d.Metadata = Metadata{
				Title: "Title “" + d.ID + "”", Language: "en", Charset: "utf-8",
				Formulas: map[string]int{"tex": 1, "mathml": i, "image": 2}, FormulasLost: map[string]int{"too_long": 1},
			}
		}
		if i%5 == 0 {
			d.Metadata.Extra = json.RawMessage(`{"dump":"CC-2024","n":[1,2.5e3,{"a":null}]}`)
		}
	}
	return docs
}

func encode(t testing.TB, docs []Document, format Format, o WriterOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, format, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range docs {
		if err := w.Write(&docs[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// decode reads a whole shard. Row errors come back beside the documents.
func decode(t testing.TB, data []byte, format Format, o ReaderOptions) (docs []Document, rows []*RowError, err error) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(data), format, "shard", o)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for {
		var doc Document
		err := r.Read(&doc)
		var rowError *RowError
		switch {
		case err == nil:
			docs = append(docs, doc)
		case errors.As(err, &rowError):
			rows = append(rows, rowError)
		case errors.Is(err, io.EOF):
			return docs, rows, nil
		default:
			return docs, rows, err
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, format := range formats {
		for _, n := range []int{0, 1, 300} {
			want := documents(n)
			o := WriterOptions{RowGroupBytes: 20_000}
			data := encode(t, want, format, o)
			if again := encode(t, documents(n), format, o); !bytes.Equal(data, again) {
				t.Errorf("%v: the same documents gave other bytes", format)
			}
			if detected, err := DetectFormat(data[:min(len(data), 64)], "x"+format.Extension()); err != nil || detected != format {
				t.Errorf("DetectFormat = %v, %v, want %v", detected, err, format)
			}
			got, rows, err := decode(t, data, format, ReaderOptions{})
			if err != nil || len(rows) > 0 {
				t.Fatalf("%v: %v, %v", format, err, rows)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%v: %s", format, diff)
			}
		}
	}
}

// A reader that reuses a document must leave nothing of the row before in it.
func TestReadReusesDocument(t *testing.T) {
	want := documents(50)
	for _, format := range formats {
		r, err := NewReader(bytes.NewReader(encode(t, want, format, WriterOptions{})), format, "shard", ReaderOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var doc Document
		for i := range want {
			if err := r.Read(&doc); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want[i], doc, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%v row %d: %s", format, i, diff)
			}
		}
	}
}

func TestWriterRepairsUTF8(t *testing.T) {
	for _, format := range formats {
		data := encode(t, []Document{{ID: "a", URL: "u\xff", Text: "x\xc3(\xe2\x28\xa1"}}, format, WriterOptions{})
		docs, _, err := decode(t, data, format, ReaderOptions{})
		if err != nil || len(docs) != 1 {
			t.Fatal(err)
		}
		if docs[0].Text != "x\ufffd(\ufffd(\ufffd" || docs[0].URL != "u\ufffd" {
			t.Errorf("%v: got %q %q", format, docs[0].URL, docs[0].Text)
		}
	}
}

func TestAppendString(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := string(appendString(nil, in)); got != want {
			t.Errorf("%q is written as %s, want %s", in, got, want)
		}
	}
	f("", `""`)
	f("a\"\\/\n\r\t\b\x00\x1f\x7f", `"a\"\\/\n\r\t\u0008\u0000\u001f`+"\x7f\"")
	f("\u0085\u2028\u2029\u202a", `"\u0085\u2028\u2029`+"\u202a\"")
	f("é中𝔸\xc3", "\"é中𝔸\ufffd\"")
}

func TestWriterRefuses(t *testing.T) {
	nan := math.NaN()
	for _, format := range formats {
		for _, doc := range []Document{
			{ID: "nan", Score: &nan},
			{ID: "extra", Metadata: Metadata{Extra: json.RawMessage(`{"a":}`)}},
			{ID: "extra", Metadata: Metadata{Extra: json.RawMessage(`{} {}`)}},
		} {
			w, err := NewWriter(io.Discard, format, WriterOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Write(&doc); err == nil || !strings.Contains(err.Error(), doc.ID) {
				t.Errorf("%v: write %s: error %v", format, doc.ID, err)
			}
		}
	}
}

// A shard that was cut short must never read as a whole one.
func TestCutShort(t *testing.T) {
	for _, format := range []Format{JSONLGzip, JSONLZstd, Parquet} {
		data := encode(t, documents(40), format, WriterOptions{})
		for _, n := range []int{0, 1, 10, len(data) / 2, len(data) - 5, len(data) - 1} {
			if _, _, err := decode(t, data[:n], format, ReaderOptions{}); err == nil {
				t.Errorf("%v: %d of %d bytes read without an error", format, n, len(data))
			}
		}
	}
}

func TestManyMembers(t *testing.T) {
	var gz, zst bytes.Buffer
	for i := range 3 {
		line := fmt.Appendf(nil, "{\"text\":\"%d\"}\n", i)
		z := gzip.NewWriter(&gz)
		if _, err := z.Write(line); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		e, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		zst.Write(e.EncodeAll(line, nil))
	}
	for format, data := range map[Format][]byte{JSONLGzip: gz.Bytes(), JSONLZstd: zst.Bytes()} {
		docs, _, err := decode(t, data, format, ReaderOptions{})
		if err != nil || len(docs) != 3 || docs[2].ID != "shard:2" {
			t.Errorf("%v: %d documents, %v", format, len(docs), err)
		}
	}
}

func TestDetectFormat(t *testing.T) {
	f := func(head, name string, want Format) {
		t.Helper()
		got, err := DetectFormat([]byte(head), name)
		if got != want || (want == 0) != errors.Is(err, ErrUnknownFormat) {
			t.Errorf("DetectFormat(%q, %q) = %v, %v, want %v", head, name, got, err, want)
		}
	}
	f("PAR1....", "x", Parquet)
	f("\x1f\x8b\x08", "x.jsonl.gz", JSONLGzip)
	f("\x28\xb5\x2f\xfd", "x.jsonl", JSONLZstd)
	f("\x5a\x2a\x4d\x18", "x.zst", JSONLZstd)
	f("\xef\xbb\xbf\n {\"text\"", "x", JSONL)
	f("", "x.jsonl", JSONL)
	f("[1]", "x.jsonl", JSONL)
	f("", "x.parquet", 0)
	f("[1]", "x.json", 0)
	f("\x1f\x8b\x08", "x.warc.gz", 0)
	f("<html>", "x.html", 0)
}

func TestIsShardName(t *testing.T) {
	for _, name := range []string{"a.jsonl", "dir/a.JSONL.gz", "a.ndjson.zst", "a.json.gz", "part-00000.parquet"} {
		if !IsShardName(name) {
			t.Errorf("IsShardName(%q) = false", name)
		}
	}
	for _, name := range []string{"", "manifest.json", ".a.jsonl", "_SUCCESS.jsonl", "a.marks.zst", "a.warc.gz", "a.gz", "a.jsonl.tmp.17"} {
		if IsShardName(name) {
			t.Errorf("IsShardName(%q) = true", name)
		}
	}
}
