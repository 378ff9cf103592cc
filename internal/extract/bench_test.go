package extract

import (
	"os"
	"path/filepath"
	"testing"

	"mathsieve/internal/corpus"
)

// BenchmarkExtract runs over the pages in testdata, one after another.
func BenchmarkExtract(b *testing.B) {
	names, err := filepath.Glob(filepath.Join("testdata", "*.html"))
	if err != nil {
		b.Fatal(err)
	}
	var pages [][]byte
	size := 0
	for _, name := range names {
		page, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		pages = append(pages, page)
		size += len(page)
	}
	e, err := New(DefaultOptions())
	if err != nil {
		b.Fatal(err)
	}
	w := e.NewWorker()
	b.SetBytes(int64(size))
	b.ReportAllocs()
	var doc corpus.Document
	for b.Loop() {
		for _, page := range pages {
			w.Extract(Input{Body: page, ContentType: "text/html"}, &doc)
		}
	}
}
