package recipe_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"mathsieve/internal/corpus"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
)

// openWebMathRow is a row of a foreign data set: other columns, in another
// order, and metadata as text.
type openWebMathRow struct {
	URL      string `parquet:"url"`
	Date     string `parquet:"date"`
	Text     string `parquet:"text"`
	Metadata string `parquet:"metadata"`
	Score    *int64 `parquet:"int_score,optional"`
}

// TestForeignDocuments gives documents of other tools to every recipe that
// takes documents: the same pages as the WARC files, in JSONL and Parquet.
func TestForeignDocuments(t *testing.T) {
	c := newCrawl(t, 6, 90, 2)
	work := t.TempDir()
	carryOut(t, recipe.Extract, settings(t, c.files, "all"), filepath.Join(work, "docs"), pipeline.Options{})
	carryOut(t, recipe.Dedup, settings(t, c.files, "all"), filepath.Join(work, "unique"), pipeline.Options{})
	want := ids(t, rows(t, filepath.Join(work, "unique"), recipe.CatCorpus))
	if len(want) == len(c.pages) || len(want) < 70 {
		t.Fatalf("%d of %d pages are unique", len(want), len(c.pages))
	}

	docs := rows(t, filepath.Join(work, "docs"), recipe.CatCorpus)
	jsonl := filepath.Join(work, "foreign.jsonl")
	writeJSONL(t, jsonl, docs)
	for name, input := range map[string]string{"own": filepath.Join(work, "docs"), "jsonl": jsonl} {
		dir := filepath.Join(work, "dedup-"+name)
		carryOut(t, recipe.Dedup, settings(t, []string{input}, "all"), dir, pipeline.Options{})
		got := ids(t, rows(t, dir, recipe.CatCorpus))
		// The order of files is another where the input is one file.
		if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
			t.Errorf("%s: other documents are kept (-want +got):\n%s", name, diff)
		}
	}

	foreign := filepath.Join(work, "foreign.parquet")
	writeForeignParquet(t, foreign, docs)
	dir := filepath.Join(work, "run-parquet")
	carryOut(t, recipe.Run, settings(t, []string{foreign, jsonl}, "all"), dir, pipeline.Options{})
	corpusRows := rows(t, dir, recipe.CatCorpus)
	if len(corpusRows) != len(want) {
		t.Errorf("%d documents of both files, want %d: each is in both", len(corpusRows), len(want))
	}
}

// TestParts does the job in its parts, each reading what the one before wrote,
// in either format, and comes to the corpus of the whole.
func TestParts(t *testing.T) {
	c := newCrawl(t, 8, 90, 2)
	work := t.TempDir()
	cfg := settings(t, c.files, "15K,30K")
	whole := filepath.Join(work, "whole")
	carryOut(t, recipe.Run, cfg, whole, pipeline.Options{})
	want := rows(t, whole, recipe.CatCorpus)

	for _, format := range []string{"jsonl", "jsonl.gz", "jsonl.zst", "parquet"} {
		at := func(name string) string { return filepath.Join(work, format+"-"+name) }
		part := cfg
		part.Output.Format = format
		carryOut(t, recipe.Dedup, part, at("unique"), pipeline.Options{})
		part.Input, part.Model = []string{at("unique")}, filepath.Join(whole, "models", "round-1.bin")
		carryOut(t, recipe.Score, part, at("scored"), pipeline.Options{})
		part.Input, part.Model = []string{at("scored")}, ""
		carryOut(t, recipe.Select, part, at("selected"), pipeline.Options{})
		got := rows(t, at("selected"), recipe.CatCorpus)
		for _, all := range [][]recipe.Row{want, got} {
			slices.SortFunc(all, func(a, b recipe.Row) int {
				return strings.Compare(field[string](t, a, "id"), field[string](t, b, "id"))
			})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: other documents (-want +got):\n%.2000s", format, diff)
		}
	}
}

// TestParquetCorpus reads a corpus as any reader of Parquet does.
func TestParquetCorpus(t *testing.T) {
	c := newCrawl(t, 8, 60, 1)
	dir := filepath.Join(t.TempDir(), "run")
	cfg := settings(t, c.files, "10K,all")
	cfg.Output.Format = "parquet"
	carryOut(t, recipe.Run, cfg, dir, pipeline.Options{})
	want := map[string]recipe.Row{}
	for _, row := range rows(t, dir, recipe.CatCorpus) {
		want[field[string](t, row, "id")] = row
	}
	type row struct {
		ID     string  `parquet:"id"`
		URL    string  `parquet:"url"`
		Text   string  `parquet:"text"`
		Score  float64 `parquet:"score"`
		Tokens int64   `parquet:"token_count"`
	}
	parts, err := filepath.Glob(filepath.Join(dir, "corpus", "round-1", "tier-*", "part-*.parquet"))
	if err != nil || len(parts) != 2 {
		t.Fatalf("parts %v, %v", parts, err)
	}
	n := 0
	for _, name := range parts {
		got, err := parquet.ReadFile[row](name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got {
			n++
			w := want[r.ID]
			if w == nil {
				t.Fatalf("no document %s", r.ID)
			}
			if r.URL != w["url"] || r.Text != w["text"] || int(r.Tokens) != w["tokens"] || float64(r.Score) != w["score"] {
				t.Errorf("document %s: %s has %v %v, want %v %v", r.ID, name, r.Score, r.Tokens, w["score"], w["tokens"])
			}
		}
	}
	if n != len(want) || n == 0 {
		t.Errorf("%d rows, want %d", n, len(want))
	}
}

func ids(t *testing.T, all []recipe.Row) []string {
	t.Helper()
	names := make([]string, len(all))
	for i, row := range all {
		names[i] = field[string](t, row, "id")
	}
	return names
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

// writeJSONL writes documents with the fields that any tool writes, and one
// line in the middle that is broken.
func writeJSONL(t *testing.T, name string, docs []recipe.Row) {
	t.Helper()
	var lines []byte
	for i, row := range docs {
		if i == len(docs)/2 {
			lines = append(lines, "{\"id\": \"broken\", \"text\": \n"...)
		}
		doc := corpus.Document{ID: field[string](t, row, "id"), URL: field[string](t, row, "url"), Text: field[string](t, row, "text")}
		doc.Metadata.Formulas, _ = row["formulas"].(map[string]int)
		var err error
		if lines, err = corpus.AppendJSON(lines, &doc); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, '\n')
	}
	if err := os.WriteFile(name, lines, 0o600); err != nil {
		t.Fatal(err)
	}
}

func writeForeignParquet(t *testing.T, name string, docs []recipe.Row) {
	t.Helper()
	all := make([]openWebMathRow, len(docs))
	for i, row := range docs {
		all[i] = openWebMathRow{
			URL: field[string](t, row, "url"), Date: "2026-01-05T06:00:00Z", Text: field[string](t, row, "text"),
			Metadata: fmt.Sprintf(`{"page": %d}`, i),
		}
	}
	if err := parquet.WriteFile(name, all); err != nil {
		t.Fatal(err)
	}
}
