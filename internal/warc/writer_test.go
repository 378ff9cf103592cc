package warc

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWriterReadsBack(t *testing.T) {
	for _, c := range []Compression{Gzip, Zstd, Plain} {
		var files [2][]byte
		for i := range files {
			var out bytes.Buffer
			w, err := NewWriter(&out, c)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := writeWarcinfo(w, "x.warc", "2026-03-01T00:00:00Z", Field{"isPartOf", "TEST"}); err != nil {
				t.Fatal(err)
			}
			id, err := writeCapture(w, "https://example.org/", "2026-03-01T00:00:01Z", []byte("GET / HTTP/1.1\r\n\r\n"),
				[]byte("HTTP/1.1 200 OK\r\n\r\n"), []byte(page), Field{"fetchTimeMs", "7"})
			if err != nil {
				t.Fatal(err)
			}
			files[i] = out.Bytes()
			checkCapture(t, files[i], id)
		}
		if !bytes.Equal(files[0], files[1]) {
			t.Errorf("compression %d: two runs differ", c)
		}
	}
}

func checkCapture(t *testing.T, file []byte, id string) {
	t.Helper()
	o := DefaultOptions()
	o.VerifyDigests = true
	r, err := NewReader(bytes.NewReader(file), "x", o)
	var types []string
	for err == nil {
		var rec *Record
		if rec, err = r.Next(); err != nil {
			break
		}
		types = append(types, rec.Type)
		if rec.Damage != nil || len(rec.Flags) > 0 || rec.UUID() == "" {
			t.Errorf("%s: %+v", rec.Type, rec)
		}
		if rec.Type != TypeResponse {
			continue
		}
		if rec.ID != id || rec.Header.Get("WARC-Concurrent-To") == "" {
			t.Errorf("response %+v", rec)
		}
		if known, equal := checkDigest([]byte(rec.Header.Get("WARC-Payload-Digest")), []byte(page)); !known || !equal {
			t.Errorf("payload digest %s", rec.Header.Get("WARC-Payload-Digest"))
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{TypeWarcinfo, TypeRequest, TypeResponse, TypeMetadata}, types); d != "" {
		t.Error(d)
	}
}

func TestWriterKeepsError(t *testing.T) {
	w, err := NewWriter(failingWriter{}, Plain)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := w.Write(&Entry{Type: TypeMetadata}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("Write returned %v", err)
		}
	}
	if _, err := NewWriter(io.Discard, 9); err == nil {
		t.Error("no error for an unknown compression")
	}
}
