package corpus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"
)

func TestReadForeignJSONL(t *testing.T) {
	score := func(f float64) *float64 { return &f }
	f := func(line string, want Document) {
		t.Helper()
		docs, rows, err := decode(t, []byte(line), JSONL, ReaderOptions{})
		if err != nil || len(rows) > 0 || len(docs) != 1 {
			t.Errorf("%s: %d documents, %v, %v", line, len(docs), rows, err)
			return
		}
		if want.ID == "" {
			want.ID = "shard:0"
		}
		if want.Source == (Source{}) {
			want.Source = Source{File: "shard"}
		}
		if diff := cmp.Diff(want, docs[0], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", line, diff)
		}
	}
	extra := func(s string) Metadata { return Metadata{Extra: json.RawMessage(s)} }
	f(`{"text":"x"}`, Document{Text: "x"})
	f("\xef\xbb\xbf"+`  {"text":"x"}  `, Document{Text: "x"})
	f(`{"text":"a\u00e9\ud835\udd38\ud835x\udd38\/\b\f\r"}`, Document{Text: "aé𝔸\ufffdx\ufffd/\b\f\r"})
	f(`{"te\u0078t":"a","text":"b"}`, Document{Text: "b"})
	f("{\"text\":\"a\xff\"}", Document{Text: "a\ufffd"})
	f(`{"id":17,"text":"x","url":null,"date":null,"metadata":null,"score":null,"token_count":null}`,
		Document{ID: "17", Text: "x", Metadata: extra(`{"score":null,"token_count":null}`)})
	// dolma: a source that is a name, other times.
	f(`{"id":"d1","text":"x","source":"cc","added":"2023","metadata":{"length":7}}`,
		Document{ID: "d1", Text: "x", Metadata: extra(`{"source":"cc","added":"2023","metadata":{"length":7}}`)})
	// datatrove: url and date in the metadata.
	f(`{"text":"x","id":"a","metadata":{"url":"https://a","date":"2020-01-01T00:00:00Z","language":"en","dump":"CC"}}`, Document{
		ID: "a", URL: "https://a", Date: "2020-01-01T00:00:00Z", Text: "x",
		Metadata: Metadata{Language: "en", Extra: json.RawMessage(`{"metadata":{"url":"https://a","date":"2020-01-01T00:00:00Z","language":"en","dump":"CC"}}`)},
	})
	// OpenWebMath: metadata as a string of JSON.
	f(`{"url":"https://b","text":"x","metadata":"{\"title\":\"T\",\"info\":{\"n\":1}}"}`, Document{
		URL: "https://b", Text: "x",
		Metadata: Metadata{Title: "T", Extra: json.RawMessage(`{"metadata":"{\"title\":\"T\",\"info\":{\"n\":1}}"}`)},
	})
	f(`{"text":"x","metadata":"no JSON"}`, Document{Text: "x", Metadata: extra(`{"metadata":"no JSON"}`)})
	// FineMath: scores from 0 to 5 are not ours, token counts are counts.
	f(`{"text":"x","score":3.5,"token_count":12,"int_score":4}`, Document{Text: "x", TokenCount: 12, Metadata: extra(`{"score":3.5,"int_score":4}`)})
	f(`{"text":"x","score":0.5,"token_count":-1}`, Document{Text: "x", Score: score(0.5), Metadata: extra(`{"token_count":-1}`)})
	f(`{"text":"x","token_count":12.0,"url":["a"]}`, Document{Text: "x", TokenCount: 12, Metadata: extra(`{"url":["a"]}`)})
	f(`{"text":"x","metadata":{"formulas":{"tex":"many"},"title":5}}`, Document{Text: "x", Metadata: extra(`{"metadata":{"formulas":{"tex":"many"},"title":5}}`)})
	// A document of ours to which another tool added a field.
	f(`{"text":"x","metadata":{"extra":{"a":1}},"lang":"en"}`, Document{Text: "x", Metadata: extra(`{"a":1,"lang":"en"}`)})
	f(`{"text":"x","metadata":{"extra":{ }},"lang":"en"}`, Document{Text: "x", Metadata: extra(`{"lang":"en"}`)})
	f(`{"text":"x","metadata":{"extra":[1]},"lang":"en"}`, Document{Text: "x", Metadata: extra(`{"extra":[1],"lang":"en"}`)})
	f(`{"text":"x","source":{"file":"f","offset":9}}`, Document{Text: "x", Source: Source{"f", 9}})
}

func TestRowErrors(t *testing.T) {
	o := ReaderOptions{MaxRow: 600_000}
	lines := []string{
		`{"text":"zero"}`, ``, `{"text":"broken`, `{"text":5}`, `[1]`, `{"id":"no text"}`, "  \t", `{"text":"six"} x`,
		`{"text":"` + strings.Repeat("long ", 200_000) + `"}`, `{"a":` + strings.Repeat("[", 5000) + `}`, `{"text":"last"}`,
	}
	docs, rows, err := decode(t, []byte(strings.Join(lines, "\r\n")), JSONL, o)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Row, Line int64
		Reason    Reason
	}
	var got []row
	for _, r := range rows {
		got = append(got, row{r.Row, r.Line, r.Reason})
		if !strings.Contains(r.Error(), fmt.Sprintf("shard line %d", r.Line)) || errors.Unwrap(r) == nil {
			t.Errorf("error %v", r)
		}
	}
	want := []row{
		{1, 3, ReasonBadRow},
		{2, 4, ReasonNoText},
		{3, 5, ReasonBadRow},
		{4, 6, ReasonNoText},
		{5, 8, ReasonBadRow},
		{6, 9, ReasonRowTooLong},
		{7, 10, ReasonBadRow},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(docs) != 2 || docs[0].ID != "shard:0" || docs[1].ID != "shard:8" || docs[1].Source.Offset != 8 {
		t.Errorf("documents %+v", docs)
	}
}

// foreignRow is a row as other tools write it.
type foreignRow struct {
	Text    *string   `parquet:"text,optional"`
	ID      int64     `parquet:"id"`
	Lang    string    `parquet:"lang,dict"`
	Date    time.Time `parquet:"date,timestamp(millisecond)"`
	Score   float64   `parquet:"score"`
	Tokens  int32     `parquet:"token_count"`
	Images  []string  `parquet:"images,list"`
	Picture []byte    `parquet:"picture"`
	Nested  struct {
		Dump string `parquet:"dump"`
		Deep struct {
			OK *bool `parquet:"ok,optional"`
		} `parquet:"deep"`
	} `parquet:"nested"`
	Metadata struct {
		Title string `parquet:"title"`
		URL   string `parquet:"url"`
	} `parquet:"metadata"`
}

func foreignParquet(t testing.TB, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewGenericWriter[foreignRow](&out, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(100), parquet.PageBufferSize(512))
	for i := range n {
		row := foreignRow{
			ID: int64(i), Lang: fmt.Sprint("l", i%7), Date: time.UnixMilli(1_700_000_000_000).UTC(),
			Score: float64(i%2) * 3.5, Tokens: int32(i), Images: []string{"a", "b"}[:i%3%2], Picture: []byte{0xff, 0xd8},
		}
		row.Metadata.Title, row.Metadata.URL = "T", "https://u"
		row.Nested.Dump = "CC"
		if i%2 == 0 {
			yes := true
			row.Nested.Deep.OK = &yes
		}
		if i%10 != 3 {
			text := fmt.Sprintf("text %d", i)
			row.Text = &text
		}
		if _, err := w.Write([]foreignRow{row}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestReadForeignParquet(t *testing.T) {
	docs, rows, err := decode(t, foreignParquet(t, 250), Parquet, ReaderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(docs) != 225 || len(rows) != 25 || rows[24].Row != 243 || rows[24].Reason != ReasonNoText {
		t.Fatalf("%d documents, %d row errors, the last %+v", len(docs), len(rows), rows[len(rows)-1])
	}
	zero := 0.0
	want := []Document{
		{
			ID: "248", URL: "https://u", Text: "text 248", Date: "2023-11-14T22:13:20Z", Source: Source{"shard", 248}, Score: &zero, TokenCount: 248,
			Metadata: Metadata{Title: "T", Extra: json.RawMessage(`{"lang":"l3","metadata.url":"https://u","nested.deep.ok":true,"nested.dump":"CC"}`)},
		},
		{
			ID: "249", URL: "https://u", Text: "text 249", Date: "2023-11-14T22:13:20Z", Source: Source{"shard", 249}, TokenCount: 249,
			Metadata: Metadata{Title: "T", Extra: json.RawMessage(`{"lang":"l4","metadata.url":"https://u","score":3.5,"nested.dump":"CC"}`)},
		},
	}
	got := docs[len(docs)-2:]
	for _, list := range [][]Document{want, got} {
		for i := range list {
			list[i].Metadata.Extra = sortedKeys(t, list[i].Metadata.Extra)
		}
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	_, rows, err = decode(t, foreignParquet(t, 5), Parquet, ReaderOptions{MaxRow: 20})
	if err != nil || len(rows) != 5 || rows[0].Reason != ReasonRowTooLong {
		t.Errorf("MaxRow: %v, %v", rows, err)
	}
}

func sortedKeys(t *testing.T, object json.RawMessage) json.RawMessage {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(object, &m); err != nil {
		t.Fatal(err)
	}
	sorted, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return sorted
}

func TestParquetErrors(t *testing.T) {
	var out bytes.Buffer
	w := parquet.NewGenericWriter[struct {
		Body string `parquet:"body"`
		Text int64  `parquet:"text"`
	}](&out)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := decode(t, out.Bytes(), Parquet, ReaderOptions{}); !errors.Is(err, ErrNoTextColumn) {
		t.Errorf("no text column: %v", err)
	}
	if _, err := NewReader(strings.NewReader("x"), Parquet, "shard", ReaderOptions{}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("no parquet: %v", err)
	}
	if _, err := NewReader(io.MultiReader(), Parquet, "shard", ReaderOptions{}); !errors.Is(err, ErrNotSeekable) {
		t.Errorf("a stream: %v", err)
	}
}

// No damage to a Parquet file may panic or hang, and what is still read must
// be documents.
func TestParquetDamaged(t *testing.T) {
	whole := encode(t, documents(60), Parquet, WriterOptions{RowGroupBytes: 10_000})
	for i := 0; i < len(whole); i += 13 {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0x5a
		docs, rows, _ := decode(t, damaged, Parquet, ReaderOptions{})
		if len(docs)+len(rows) > 60 {
			t.Errorf("byte %d: %d documents, %d row errors of 60 rows", i, len(docs), len(rows))
		}
	}
}

func FuzzReadJSONL(f *testing.F) {
	for _, format := range []Format{JSONL, JSONLGzip, JSONLZstd} {
		f.Add(uint8(format), encode(f, documents(3), format, WriterOptions{}))
	}
	f.Add(uint8(JSONL), []byte("{\"text\":\"\\ud835\\udd38\",\"metadata\":\"{\\\"extra\\\":{}}\",\"a\":[{}]}\n\n{"))
	f.Fuzz(func(t *testing.T, format uint8, data []byte) {
		docs, rows, err := decode(t, data, JSONL+Format(format)%3, ReaderOptions{MaxRow: 1 << 16})
		for _, row := range rows {
			if row.Row >= int64(len(docs)+len(rows)) {
				t.Errorf("row %d of %d", row.Row, len(docs)+len(rows))
			}
		}
		_ = err // any error will do
		again, rows, err := decode(t, encode(t, docs, JSONL, WriterOptions{}), JSONL, ReaderOptions{})
		if err != nil || len(rows) > 0 {
			t.Fatalf("what was read does not read back: %v, %v", err, rows)
		}
		for i := range again {
			if !utf8.ValidString(again[i].Text) || again[i].Text != docs[i].Text || again[i].ID != docs[i].ID {
				t.Errorf("%+v reads back as %+v", docs[i], again[i])
			}
		}
	})
}

// The scanner must take what encoding/json takes, and no more.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{`{"a":[1,-0.5e+7,true,null,"\u0041\n"]}`, `01`, `[1,]`, `"\x"`, "\"\x00\"", `{"a" : {} , "b":[ ]}`, `-`, `1.`, "\"\u2028\xff\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := scanner{data: []byte(text)}
		err := s.skipValue(0)
		if err == nil {
			err = s.end()
		}
		if errors.Is(err, errJSONDeep) {
			return
		}
		if (err == nil) != json.Valid([]byte(text)) {
			t.Fatalf("%q: %v", text, err)
		}
		if err != nil {
			return
		}
		compact, err := appendCompact(nil, []byte(text))
		if err != nil || !json.Valid(compact) || bytes.ContainsAny(compact, "\n\u2028\u2029\u0085") {
			t.Fatalf("%q compacts to %q, %v", text, compact, err)
		}
		var before, after any
		if json.Unmarshal([]byte(text), &before) != nil {
			return // a number that is too large
		}
		if err := json.Unmarshal(compact, &after); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	})
}

func FuzzAppendString(f *testing.F) {
	f.Add("a\"\\\n\x00\u2028é\xff𝔸\x7f")
	f.Fuzz(func(t *testing.T, s string) {
		encoded := appendString(nil, s)
		var got string
		if err := json.Unmarshal(encoded, &got); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); strings.ReplaceAll(got, "\ufffd", "") != strings.ReplaceAll(want, "\ufffd", "") {
			t.Errorf("%q is written as %s", s, encoded)
		}
		if !utf8.Valid(encoded) || bytes.ContainsAny(encoded, "\n\r\u2028\u2029\u0085") {
			t.Errorf("%q is written as %q", s, encoded)
		}
		sc := scanner{data: encoded}
		raw, escaped, err := sc.rawString()
		if err != nil || string(appendUnescaped(nil, raw, escaped)) != got {
			t.Errorf("%s reads as %q, %v", encoded, appendUnescaped(nil, raw, escaped), err)
		}
	})
}

func FuzzReadParquet(f *testing.F) {
	f.Add(encode(f, documents(3), Parquet, WriterOptions{}))
	f.Add(foreignParquet(f, 5))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader(bytes.NewReader(data), Parquet, "shard", ReaderOptions{})
		if err != nil {
			return
		}
		var doc Document
		for range 1000 {
			var row *RowError
			if err := r.Read(&doc); err != nil && !errors.As(err, &row) {
				break
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}
