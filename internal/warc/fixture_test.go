package warc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// A want is a record of the fixture, as the Reader must deliver it.
type want struct{ typ, id, uri, block string }

// fixture returns the plain records of a small file of n captures, one string
// a record, and what a Reader must deliver.
func fixture(tb testing.TB, n int) (records []string, wants []want) {
	tb.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, Plain)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := writeWarcinfo(w, "fixture.warc", "2026-03-01T00:00:00Z", Field{"software", "mathsieve"}); err != nil {
		tb.Fatal(err)
	}
	for i := range n {
		body := fmt.Sprintf("<title>%d</title>\n<p>%s</p>\n", i, strings.Repeat("euler's identity ", i+1))
		_, err := writeCapture(w, fmt.Sprintf("https://example.org/%d", i), "2026-03-01T00:00:00Z", []byte("GET / HTTP/1.1\r\n\r\n"),
			[]byte("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"), []byte(body), Field{"fetchTimeMs", "1"})
		if err != nil {
			tb.Fatal(err)
		}
	}
	for rec := range strings.SplitSeq(out.String(), "WARC/1.0\r\n") {
		if rec == "" {
			continue
		}
		rec = "WARC/1.0\r\n" + rec
		records = append(records, rec)
		head, block, _ := strings.Cut(rec, "\r\n\r\n")
		get := func(name string) string {
			_, v, _ := strings.Cut(head, "\r\n"+name+": ")
			v, _, _ = strings.Cut(v, "\r\n")
			return v
		}
		wants = append(wants, want{get("WARC-Type"), get("WARC-Record-ID"), get("WARC-Target-URI"), strings.TrimSuffix(block, "\r\n\r\n")})
	}
	return records, wants
}

// gz returns one gzip member for each part.
func gz(tb testing.TB, parts ...string) []byte {
	tb.Helper()
	var out bytes.Buffer
	for _, p := range parts {
		w, err := gzip.NewWriterLevel(&out, 6)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(w, p); err != nil {
			tb.Fatal(err)
		}
		if err := w.Close(); err != nil {
			tb.Fatal(err)
		}
	}
	return out.Bytes()
}

// members returns the records as gzip members, one slice each.
func members(tb testing.TB, records []string) [][]byte {
	tb.Helper()
	out := make([][]byte, len(records))
	for i, r := range records {
		out[i] = gz(tb, r)
	}
	return out
}

// A result is all that came out of a file.
type result struct {
	records []want // without damage
	damaged []want
	damages []Damage
	reasons []string // of damages and damaged records, in order
	flags   []string
	stats   Stats
	err     error // nil for io.EOF
}

// readAll reads a file to its end and checks what holds for every input.
func readAll(tb testing.TB, file []byte, o Options) (res result) {
	tb.Helper()
	r, err := NewReader(bytes.NewReader(file), "test.warc.gz", o)
	if err != nil {
		return result{err: err}
	}
	for {
		rec, err := r.Next()
		var d *Damage
		switch {
		case errors.As(err, &d):
			res.damages = append(res.damages, *d)
			res.reasons = append(res.reasons, d.Reason)
			continue
		case err != nil:
			if !errors.Is(err, io.EOF) {
				res.err = err
			}
			res.stats = r.Stats()
			if s := res.stats; s.Parsed+s.Skipped != s.Bytes || s.Bytes != int64(len(file)) && r.outer == nil {
				tb.Fatalf("%d parsed + %d skipped bytes of %d read of %d", s.Parsed, s.Skipped, s.Bytes, len(file))
			}
			return res
		}
		if int64(len(rec.Block)) > o.MaxRecord {
			tb.Fatalf("a block of %d bytes, limit is %d", len(rec.Block), o.MaxRecord)
		}
		w := want{rec.Type, rec.ID, rec.TargetURI, string(rec.Block)}
		res.flags = append(res.flags, rec.Flags...)
		if rec.Damage == nil {
			res.records = append(res.records, w)
		} else {
			res.damaged = append(res.damaged, w)
			res.reasons = append(res.reasons, rec.Damage.Reason)
		}
	}
}

// writeWarcinfo writes the record that a file starts with.
func writeWarcinfo(w *Writer, filename, date string, fields ...Field) (id string, err error) {
	return w.Write(&Entry{
		Type: TypeWarcinfo, Date: date, ContentType: "application/warc-fields",
		Fields: []Field{{"WARC-Filename", filename}}, Block: warcFields(fields),
	})
}

// writeCapture writes what a crawler stores of one page: the request, the
// response and metadata, linked to each other. It returns the ID of the response.
func writeCapture(w *Writer, uri, date string, request, responseHeader, body []byte, metadata ...Field) (id string, err error) {
	requestID, err := w.Write(&Entry{
		Type: TypeRequest, TargetURI: uri, Date: date,
		ContentType: "application/http; msgtype=request", Block: request,
	})
	if err != nil {
		return "", err
	}
	block := append(append(make([]byte, 0, len(responseHeader)+len(body)), responseHeader...), body...)
	id, err = w.Write(&Entry{
		Type: TypeResponse, TargetURI: uri, Date: date,
		ContentType: "application/http; msgtype=response",
		Fields:      []Field{{"WARC-Concurrent-To", requestID}},
		Block:       block, Payload: block[len(responseHeader):],
	})
	if err != nil {
		return "", err
	}
	_, err = w.Write(&Entry{
		Type: TypeMetadata, TargetURI: uri, Date: date,
		ContentType: "application/warc-fields",
		Fields:      []Field{{"WARC-Concurrent-To", id}}, Block: warcFields(metadata),
	})
	return id, err
}

func warcFields(fields []Field) []byte {
	var b []byte
	for _, f := range fields {
		b = append(append(append(append(b, f.Name...), ": "...), f.Value...), "\r\n"...)
	}
	return b
}
