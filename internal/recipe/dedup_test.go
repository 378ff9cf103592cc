package recipe_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/config"
	"mathsieve/internal/corpus"
	"mathsieve/internal/dedup"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
)

// dedupTo deduplicates into a folder and returns the ids that are kept.
func dedupTo(t *testing.T, dir string, inputs, against []string, change func(*dedup.Options)) []string {
	t.Helper()
	cfg := settings(t, inputs, "all")
	cfg.Against = against
	if change != nil {
		change(&cfg.Dedup)
	}
	carryOut(t, recipe.Dedup, cfg, dir, pipeline.Options{Workers: 2})
	return sorted(ids(t, rows(t, dir, recipe.CatCorpus)))
}

// TestAgainst adds two crawls to one, in whatever form the kept corpus is given:
// no document of a group is kept twice, none of the kept corpus is dropped, and
// each group is there.
func TestAgainst(t *testing.T) {
	c := newCrawl(t, 11, 150, 3)
	work := t.TempDir()
	at := func(name string) string { return filepath.Join(work, name) }
	first := dedupTo(t, at("first"), c.files[:1], nil, nil)
	second := dedupTo(t, at("second"), c.files[1:2], []string{at("first")}, nil)
	third := dedupTo(t, at("third"), c.files[2:], []string{at("first"), at("second")}, nil)

	groups := map[int]string{}
	for _, id := range append(append(append([]string{}, first...), second...), third...) {
		group := c.group(c.index[id])
		if other, ok := groups[group]; ok {
			t.Errorf("%s and %s of one group are both kept", other, id)
		}
		groups[group] = id
	}
	whole := dedupTo(t, at("whole"), c.files, nil, nil)
	if len(whole) != len(groups) {
		t.Errorf("%d documents are kept crawl by crawl, %d at once", len(groups), len(whole))
	}

	// The documents instead of the run, and sketches that do not fit.
	shards := at("shards")
	if err := os.CopyFS(shards, os.DirFS(at("first"))); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(filepath.Join(shards, "plan.json")), os.RemoveAll(filepath.Join(shards, "stages"))); err != nil {
		t.Fatal(err)
	}
	if got := dedupTo(t, at("second-shards"), c.files[1:2], []string{shards}, nil); !cmp.Equal(second, got) {
		t.Errorf("other documents are kept against shards:\n%s", cmp.Diff(second, got))
	}
	otherSeed := func(o *dedup.Options) { o.Seed = 5 }
	got := dedupTo(t, at("second-seed"), c.files[1:2], []string{at("first")}, otherSeed)
	if want := dedupTo(t, at("second-seed-shards"), c.files[1:2], []string{shards}, otherSeed); !cmp.Equal(want, got) {
		t.Errorf("other documents are kept against texts sketched anew:\n%s", cmp.Diff(want, got))
	}

	// Twins are named, wherever they are.
	for dir, in := range map[string]string{"second": at("first"), "second-shards": shards, "second-seed": at("first")} {
		foreign := 0
		for _, row := range rows(t, at(dir), recipe.CatDropped) {
			where, ok := row["twin_in"].(string)
			if !ok {
				continue
			}
			foreign++
			if id := field[string](t, row, "id"); c.group(c.index[id]) != c.group(c.index[field[string](t, row, "twin")]) {
				t.Errorf("%s: %s is dropped for %s", dir, id, row["twin"])
			}
			if !strings.HasPrefix(where, in) {
				t.Errorf("%s: the twin is in %s, want %s", dir, where, in)
			}
		}
		if foreign < 2 {
			t.Errorf("%s: %d documents are dropped for the kept corpus", dir, foreign)
		}
	}

	// A run that goes on without its kept corpus, or with another, says so.
	if err := os.Rename(at("first"), at("moved")); err != nil {
		t.Fatal(err)
	}
	err := recipe.Cat(t.Context(), at("second"), recipe.CatDropped, func(recipe.Row) error { return nil })
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v of a kept corpus that is gone", err)
	}
}

// A run can be held against what another has kept.
func TestRunAgainst(t *testing.T) {
	c := newCrawl(t, 12, 120, 2)
	work := t.TempDir()
	kept := dedupTo(t, filepath.Join(work, "kept"), c.files[:1], nil, nil)
	inKept := map[int]bool{}
	for _, id := range kept {
		inKept[c.group(c.index[id])] = true
	}
	cfg := settings(t, c.files[1:], "all")
	cfg.Against = []string{filepath.Join(work, "kept")}
	dir := filepath.Join(work, "run")
	carryOut(t, recipe.Run, cfg, dir, pipeline.Options{})
	for _, row := range rows(t, dir, recipe.CatCorpus) {
		if id := field[string](t, row, "id"); inKept[c.group(c.index[id])] {
			t.Errorf("%s is in the corpus, and in the one it was held against", id)
		}
	}
	if _, err := recipe.New(recipe.Dedup, withAgainst(t, c.files[:1], filepath.Join(work, "nothing")), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a kept corpus that is not there: %v", err)
	}
	half := filepath.Join(work, "half")
	if _, _, err := job(recipe.Dedup, settings(t, c.files[:1], "all"), half); err != nil {
		t.Fatal(err)
	}
	if _, err := recipe.New(recipe.Dedup, withAgainst(t, c.files[1:], half), ""); !errors.Is(err, recipe.ErrAgainst) || !errors.Is(err, pipeline.ErrNotSealed) {
		t.Errorf("a run that is not finished: %v", err)
	}
}

// TestClusterRounds comes to the same documents and marks in one task and in
// rounds of tasks.
func TestClusterRounds(t *testing.T) {
	c := newCrawl(t, 13, 150, 3)
	work := t.TempDir()
	result := func(name, how string, o pipeline.Options) map[string]string {
		dir := filepath.Join(work, name)
		cfg := settings(t, c.files, "all")
		cfg.Dedup.Cluster = how
		carryOut(t, recipe.Dedup, cfg, dir, o)
		all := map[string]string{}
		for file, sum := range tree(t, dir) {
			isMarks := strings.HasPrefix(file, "stages/dedup/") && strings.HasSuffix(file, ".jsonl.zst")
			if isMarks || strings.HasPrefix(file, "part-") {
				all[file] = sum
			}
		}
		if len(all) != 6 {
			t.Fatalf("%d results: %v", len(all), all)
		}
		return all
	}
	want := result("one", dedup.ClusterOne, pipeline.Options{Workers: 1, Memory: 4 << 30})
	for name, o := range map[string]pipeline.Options{
		"rounds":        {Workers: 1, Memory: 4 << 30},
		"rounds-eight":  {Workers: 8, Memory: 256 << 20},
		"rounds-little": {Workers: 2, Memory: 1 << 20},
	} {
		if diff := cmp.Diff(want, result(name, dedup.ClusterRounds, o)); diff != "" {
			t.Errorf("%s: other files (-one +rounds):\n%s", name, diff)
		}
	}
}

// TestScope compares within a file or a folder only.
func TestScope(t *testing.T) {
	work := t.TempDir()
	line := func(id, url, text string) string {
		return `{"id":"` + id + `","url":"` + url + `","text":"` + text + `"}` + "\n"
	}
	const text = "Let f be a continuous function on the closed interval from zero to one that takes both signs there"
	near := strings.Replace(strings.Repeat(text+" and more ", 8), "signs", "values", 1)
	files := map[string]string{
		"2023/a.jsonl": line("a1", "https://x.example/1", text) + line("a2", "https://y.example/1", strings.Repeat(text+" and more ", 8)),
		"2023/b.jsonl": line("b1", "https://x.example/1", text) + line("b2", "https://z.example/1", near),
		"2024/a.jsonl": line("c1", "https://x.example/1", text) + line("c2", "https://w.example/1", text) + line("c3", "https://v.example/1", near),
	}
	var inputs []string
	for _, name := range []string{"2023/a.jsonl", "2023/b.jsonl", "2024/a.jsonl"} {
		path := filepath.Join(work, "crawls", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(files[name]), 0o600)); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, path)
	}
	for scope, want := range map[string][]string{
		dedup.ScopeAll:    {"a1", "a2"},
		dedup.ScopeFolder: {"a1", "a2", "c1", "c3"},
		dedup.ScopeFile:   {"a1", "a2", "b1", "b2", "c1", "c3"},
	} {
		dir := filepath.Join(work, scope)
		got := dedupTo(t, dir, inputs, nil, func(o *dedup.Options) { o.Scope = scope })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("scope %s (-want +got):\n%s", scope, diff)
		}
		for _, row := range rows(t, dir, recipe.CatDropped) {
			if _, ok := row["reason"].(corpus.Reason); !ok {
				t.Errorf("scope %s: drop without a reason: %v", scope, row)
			}
		}
		plan, err := os.ReadFile(filepath.Join(dir, "plan.json"))
		if err != nil || !strings.Contains(string(plan), `"scope": "`+scope+`"`) {
			t.Errorf("the plan does not tell the scope %s (%v)", scope, err)
		}
	}
}

func withAgainst(t *testing.T, inputs []string, against string) config.Config {
	t.Helper()
	cfg := settings(t, inputs, "all")
	cfg.Against = []string{against}
	return cfg
}
