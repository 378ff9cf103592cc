package extract

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/corpus"
)

// TestGolden compares whole pages with their expected texts, each behind a line
// with the metadata.
func TestGolden(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join("testdata", "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) == 0 {
		t.Fatal("no pages in testdata")
	}
	e, err := New(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	w := e.NewWorker()
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			body, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			var doc corpus.Document
			if reason := w.Extract(Input{Body: body, ContentType: "text/html"}, &doc); reason != "" {
				t.Fatalf("reason %q", reason)
			}
			metadata, err := json.Marshal(doc.Metadata)
			if err != nil {
				t.Fatal(err)
			}
			got := string(metadata) + "\n" + doc.Text + "\n"
			golden := strings.TrimSuffix(page, ".html") + ".txt"
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("text differs (-want +got):\n%s", diff)
			}
			checkText(t, doc.Text)
		})
	}
}
