package recipe_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
	"mathsieve/internal/storage"
)

const shardLine = `{"id":"a","text":"A page of plain words."}` + "\n"

// write writes a file, and the folders that it is in.
func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A plan is JSON, where a path that is no UTF-8 would become another. A link
// gives such a file a name.
func TestPathsAreUTF8(t *testing.T) {
	work := t.TempDir()
	odd, link := filepath.Join(work, "caf\xe9.jsonl"), filepath.Join(work, "link.jsonl")
	write(t, odd, shardLine)
	if err := os.Symlink(odd, link); err != nil {
		t.Fatal(err)
	}
	if _, err := recipe.New(recipe.Dedup, settings(t, []string{odd}, "all")); !errors.Is(err, recipe.ErrNotUTF8) {
		t.Errorf("error %v", err)
	}
	dir := filepath.Join(work, "out")
	carryOut(t, recipe.Dedup, settings(t, []string{link}, "all"), dir, pipeline.Options{})
	if _, err := pipeline.LoadRun(storage.OS(), dir); err != nil {
		t.Error(err)
	}
}
