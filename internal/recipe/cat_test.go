package recipe_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
)

// A cat that was stopped in the middle must not look like a whole one.
func TestCatStopped(t *testing.T) {
	c := newCrawl(t, 6, 20, 1)
	docs := filepath.Join(t.TempDir(), "docs")
	carryOut(t, recipe.Extract, settings(t, c.files, "all"), docs, pipeline.Options{})
	for _, what := range []recipe.CatWhat{recipe.CatCorpus, recipe.CatPool} {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		err := recipe.Cat(ctx, docs, what, func(recipe.Row) error {
			n++
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) || n != 1 {
			t.Errorf("%d rows after the stop, error %v", n, err)
		}
	}
}

// A stage whose seal is damaged is not one that the recipe does not have.
func TestCatDroppedDamaged(t *testing.T) {
	c := newCrawl(t, 6, 90, 1)
	dir := filepath.Join(t.TempDir(), "unique")
	carryOut(t, recipe.Dedup, settings(t, c.files, "all"), dir, pipeline.Options{})
	if len(rows(t, dir, recipe.CatDropped)) == 0 {
		t.Fatal("nothing was dropped")
	}
	seal := filepath.Join(dir, "stages", "dedup", "seal.json")
	if err := os.Truncate(seal, 10); err != nil {
		t.Fatal(err)
	}
	err := recipe.Cat(t.Context(), dir, recipe.CatDropped, func(recipe.Row) error { return nil })
	if !errors.Is(err, pipeline.ErrDamaged) {
		t.Errorf("error %v of a damaged seal", err)
	}
}
