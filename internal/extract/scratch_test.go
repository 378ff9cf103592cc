package extract

import (
	"os"
	"path/filepath"
	"testing"

	"mathsieve/internal/corpus"
)

func TestScratchCases(t *testing.T) {
	out := os.Getenv("SCRATCH_OUT")
	if out == "" {
		t.Skip()
	}
	os.MkdirAll(out, 0o755)
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	files, _ := filepath.Glob(os.Getenv("SCRATCH_IN"))
	for _, f := range files {
		b, _ := os.ReadFile(f)
		var doc corpus.Document
		reason := w.Extract(Input{Body: b, ContentType: "text/html"}, &doc)
		name := filepath.Base(f)
		if name == "page.html" {
			name = filepath.Base(filepath.Dir(f))
		}
		os.WriteFile(filepath.Join(out, name+".txt"), []byte(doc.Text), 0o644)
		if reason != "" {
			t.Log(f, reason)
		}
	}
}
