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
	if _, err := recipe.New(recipe.Dedup, settings(t, []string{odd}, "all"), ""); !errors.Is(err, recipe.ErrNotUTF8) {
		t.Errorf("error %v", err)
	}
	dir := filepath.Join(work, "out")
	carryOut(t, recipe.Dedup, settings(t, []string{link}, "all"), dir, pipeline.Options{})
	if _, err := pipeline.LoadRun(storage.OS(), dir); err != nil {
		t.Error(err)
	}
}

// A run in one of its input folders is no input of itself.
func TestOutInsideInput(t *testing.T) {
	work := t.TempDir()
	in, link := filepath.Join(work, "in"), filepath.Join(work, "link")
	write(t, filepath.Join(in, "a.jsonl"), shardLine)
	if err := os.Symlink(in, link); err != nil {
		t.Fatal(err)
	}
	for _, named := range []string{in, link, filepath.Join(in, "*")} {
		for _, out := range []string{filepath.Join(in, "out"), filepath.Join(link, "out")} {
			r, _ := carryOut(t, recipe.Dedup, settings(t, []string{named}, "all"), out, pipeline.Options{})
			if n := len(r.Plan.Inputs); n != 1 {
				t.Errorf("%s in %s: %d inputs", out, named, n)
			}
			_, run, err := job(recipe.Dedup, settings(t, []string{named}, "all"), out)
			if err != nil {
				t.Errorf("%s in %s does not go on: %v", out, named, err)
				continue
			}
			if err := os.RemoveAll(run.Dir()); err != nil {
				t.Fatal(err)
			}
		}
	}
}
