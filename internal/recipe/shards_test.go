package recipe_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mathsieve/internal/corpus"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
)

// TestCutShards cuts shards in the middle, in every format that can be cut:
// each recipe keeps the rows before the cut, whatever it does with them, and
// reports the file.
func TestCutShards(t *testing.T) {
	c := newCrawl(t, 6, 90, 1)
	work := t.TempDir()
	carryOut(t, recipe.Extract, settings(t, c.files, "all"), filepath.Join(work, "docs"), pipeline.Options{})
	docs := rows(t, filepath.Join(work, "docs"), recipe.CatCorpus)
	for _, format := range []corpus.Format{corpus.JSONLGzip, corpus.JSONLZstd} {
		name := filepath.Join(work, "cut"+format.Extension())
		writeCut(t, name, format, docs)
		for _, what := range []string{recipe.Dedup, recipe.Extract, recipe.Select} {
			dir := filepath.Join(work, what+format.Extension())
			r, run := carryOut(t, what, settings(t, []string{name}, "all"), dir, pipeline.Options{Workers: 3})
			counters, err := run.SealedCounters("extract")
			if err != nil {
				t.Fatal(err)
			}
			if n := counters["out"]; n == 0 || n >= int64(len(docs)) || counters["failed_inputs"] != 1 {
				t.Errorf("%s %v: %d of %d documents, %d failed inputs", what, format, n, len(docs), counters["failed_inputs"])
			}
			skipped := rows(t, dir, recipe.CatSkipped)
			if len(skipped) != 1 || !strings.Contains(field[string](t, skipped[0], "detail"), "corrupt file") {
				t.Errorf("%s %v: skipped %v", what, format, skipped)
			}
			if _, err := r.Funnel(run); err != nil {
				t.Error(err)
			}
		}
	}
}

// writeCut writes documents with scores, and leaves out the end of the file.
func writeCut(t *testing.T, name string, format corpus.Format, docs []recipe.Row) {
	t.Helper()
	var shard bytes.Buffer
	w, err := corpus.NewWriter(&shard, format, corpus.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	score := 0.5
	for _, row := range docs {
		doc := corpus.Document{ID: field[string](t, row, "id"), Text: field[string](t, row, "text"), Score: &score}
		if err := w.Write(&doc); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, shard.Bytes()[:shard.Len()-shard.Len()/8], 0o600); err != nil {
		t.Fatal(err)
	}
}
