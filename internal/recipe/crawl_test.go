package recipe_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"mathsieve/internal/config"
	"mathsieve/internal/fixture"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
	"mathsieve/internal/storage"
)

// A crawl is a generated web in WARC files, with what is known of it.
type crawl struct {
	files []string
	pages []fixture.Page
	ids   []string       // of the pages
	index map[string]int // page of an id
}

// newCrawl writes pages to so many files.
func newCrawl(t *testing.T, seed uint64, pages, files int) crawl {
	t.Helper()
	c := crawl{pages: fixture.Pages(seed, pages), index: map[string]int{}}
	dir := t.TempDir()
	for i := range files {
		name := filepath.Join(dir, fmt.Sprintf("crawl-%d.warc.gz", i))
		c.files = append(c.files, name)
		part := c.pages[i*pages/files : (i+1)*pages/files]
		c.ids = append(c.ids, writeWARC(t, name, part)...)
	}
	for i, id := range c.ids {
		if _, twice := c.index[id]; twice {
			t.Fatalf("id %s twice", id)
		}
		c.index[id] = i
	}
	return c
}

func writeWARC(t *testing.T, name string, pages []fixture.Page) []string {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := fixture.WriteWARC(f, pages)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return ids
}

// group is the first page of those that repeat each other.
func (c crawl) group(page int) int {
	if twin := c.pages[page].Twin; twin >= 0 {
		return twin
	}
	return page
}

// settings are those of a small run: one round of a classifier that trains in
// no time.
func settings(t *testing.T, inputs []string, budgets string) config.Config {
	t.Helper()
	cfg := config.Default()
	cfg.Input = inputs
	cfg.Train.Dim, cfg.Train.Bucket = 16, 20_000
	cfg.Rounds.Max = 1
	cfg.Train.Tune, cfg.Train.LR, cfg.Train.Epoch = "off", 1, 25
	if err := cfg.Set("select.budgets", budgets); err != nil {
		t.Fatal(err)
	}
	return cfg
}

// job plans a recipe in a folder.
func job(name string, cfg config.Config, dir string) (*recipe.Recipe, *pipeline.Run, error) {
	r, err := recipe.New(name, cfg, dir)
	if err != nil {
		return nil, nil, err
	}
	run, err := pipeline.OpenRun(storage.OS(), dir, r.Plan)
	return r, run, err
}

// carryOut brings a recipe to its end in a folder.
func carryOut(t *testing.T, name string, cfg config.Config, dir string, o pipeline.Options) (*recipe.Recipe, *pipeline.Run) {
	t.Helper()
	r, run, err := job(name, cfg, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.RunStages(t.Context(), run, r.Stages, o); err != nil {
		t.Fatal(err)
	}
	if err := r.CheckCounts(run); err != nil {
		t.Error(err)
	}
	return r, run
}

// rows are the rows that Cat gives.
func rows(t *testing.T, path string, what recipe.CatWhat) []recipe.Row {
	t.Helper()
	var all []recipe.Row
	err := recipe.Cat(context.Background(), path, what, func(row recipe.Row) error {
		if formulas, ok := row["formulas"].(map[string]int); ok {
			row["formulas"] = maps.Clone(formulas) // the next row has the same map
		}
		all = append(all, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// field returns a field of a row.
func field[T any](t *testing.T, row recipe.Row, name string) T {
	t.Helper()
	value, ok := row[name].(T)
	if !ok {
		t.Fatalf("field %s is %#v", name, row[name])
	}
	return value
}

// tree is every file of a folder with its checksum.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[name] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
