package recipe

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"mathsieve/internal/corpus"
	"mathsieve/internal/extract"
	"mathsieve/internal/warc"
)

// TestPageReasons holds responses without a document against their reasons.
func TestPageReasons(t *testing.T) {
	e, err := extract.New(extract.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	o := warc.DefaultHTTPOptions()
	o.MaxBody = 1 << 10
	pages := pageWorker{http: warc.NewHTTPParser(o), extract: e.NewWorker()}
	f := func(response string, want corpus.Reason) {
		t.Helper()
		if have, detail := pages.document(&packItem{block: []byte(response)}); have != want {
			t.Errorf("%.60q: %q (%s), want %q", response, have, detail, want)
		}
	}
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(strings.Repeat("<p>some words ", 1<<10))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f(head+"\r\n<p>some words", "")
	f(head+"Content-Encoding: gzip\r\n\r\n"+packed.String(), extract.ReasonTooLarge)
	f(head+"Content-Encoding: zstd\r\n\r\n\x28\xb5\x2f\xfd\x00\xff broken", reasonEncoding)
	f("HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 5<<20), reasonHTTP)
	f("HTTP/1.1 404 Not Found\r\n\r\n<p>some words", reasonStatus)
	f("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n", extract.ReasonNotHTML)
}
