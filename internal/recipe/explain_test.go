package recipe_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mathsieve/internal/corpus"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
)

// TestExplain asks for every record of a run by its id and by its address, and
// compares the answer with what Cat lists.
func TestExplain(t *testing.T) {
	c := newCrawl(t, 7, 90, 2)
	work := t.TempDir()
	item, err := json.Marshal(map[string]string{"question": "a benchmark text that is nowhere in the pages of the generated web", "answer": "42"})
	if err != nil {
		t.Fatal(err)
	}
	cfg := settings(t, c.files, "5K,10K")
	cfg.Benchmark = []string{filepath.Join(work, "test.jsonl")}
	if err := os.WriteFile(cfg.Benchmark[0], item, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(work, "run")
	r, run := carryOut(t, recipe.Run, cfg, dir, pipeline.Options{})

	want := map[string]recipe.Row{}
	outcome := map[string]string{}
	for _, list := range []struct {
		what recipe.CatWhat
		then string
	}{
		{recipe.CatPool, recipe.OutcomeDropped},
		{recipe.CatSkipped, recipe.OutcomeSkipped},
		{recipe.CatDropped, recipe.OutcomeDropped},
		{recipe.CatCorpus, recipe.OutcomeKept},
	} {
		for _, row := range rows(t, dir, list.what) {
			id := field[string](t, row, "id")
			want[id], outcome[id] = row, list.then
		}
	}
	seen := map[string]int{}
	for id, row := range want {
		e, err := r.Explain(t.Context(), run, "<urn:uuid:"+id+">")
		if err != nil {
			t.Fatal(err)
		}
		// The generated files share the records that are no pages.
		if len(e.Captures) != 1 && outcome[id] != recipe.OutcomeSkipped || e.Captures[0].ID != id {
			t.Fatalf("%s: %d captures: %+v", id, len(e.Captures), e.Captures)
		}
		got := e.Captures[0]
		last := got.Steps[len(got.Steps)-1]
		seen[string(last.Reason)]++
		if got.Outcome != outcome[id] {
			t.Errorf("%s: outcome %s, want %s", id, got.Outcome, outcome[id])
		}
		if reason, ok := row["reason"].(corpus.Reason); ok && last.Reason != reason {
			t.Errorf("%s: reason %s, want %s", id, last.Reason, reason)
		}
		if twin, ok := row["twin"].(string); ok && (last.Twin == nil || last.Twin.ID != twin) {
			t.Errorf("%s: twin %v, want %s", id, last.Twin, twin)
		}
		if band, ok := row["band"].(int); ok && (last.Band == nil || *last.Band != band) {
			t.Errorf("%s: band %v, want %d", id, last.Band, band)
		}
		if got.Outcome == recipe.OutcomeKept {
			inPart := rows(t, filepath.Join(dir, last.File), recipe.CatCorpus)
			if !slices.ContainsFunc(inPart, func(row recipe.Row) bool { return row["id"] == id }) {
				t.Errorf("%s is not in %s", id, last.File)
			}
		}
		for _, step := range got.Steps {
			if score, ok := row["score"].(float64); ok && step.Score != nil && *step.Score != score {
				t.Errorf("%s: score %g, want %g", id, *step.Score, score)
			}
		}

		if len(seen)%3 == 0 && got.Outcome == recipe.OutcomeKept {
			continue // the rest takes its time
		}
		// By the address all captures of the page come, this one among them.
		url, _ := row["url"].(string)
		byURL, err := r.Explain(t.Context(), run, strings.TrimPrefix(url, "https://")+"#part")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(byURL.Captures, func(c recipe.Capture) bool { return c.ID == id }) {
			t.Errorf("%s is not among the captures of %s", id, url)
		}
		direct, err := r.Explain(t.Context(), run, url)
		if err != nil || len(direct.Captures) != len(byURL.Captures) {
			t.Errorf("%s: %d captures by the keys, %d by reading (%v)", url, len(direct.Captures), len(byURL.Captures), err)
		}
	}
	for _, reason := range []string{"", "duplicate_url", "duplicate_text", "near_duplicate", "above_budget", "http_status"} {
		if seen[reason] == 0 {
			t.Errorf("no page with the reason %q: %v", reason, seen)
		}
	}
	if _, err := r.Explain(t.Context(), run, "https://nowhere.example/"); !errors.Is(err, recipe.ErrNotFound) {
		t.Errorf("error %v, want ErrNotFound", err)
	}
}

// The keys that an address is looked up in may be damaged: that is told as
// damage, which can be repaired.
func TestExplainDamagedKeys(t *testing.T) {
	c := newCrawl(t, 6, 40, 1)
	dir := filepath.Join(t.TempDir(), "unique")
	r, run := carryOut(t, recipe.Dedup, settings(t, c.files, "all"), dir, pipeline.Options{})
	keys := filepath.Join(dir, "stages", "extract", "00000.keys")
	data, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	for i := 16; i < len(data)-200; i += 8 { // records of every section, not the index behind them
		data[i] ^= 4
	}
	if err := os.WriteFile(keys, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Explain(t.Context(), run, c.pages[0].URL); !errors.Is(err, pipeline.ErrDamaged) {
		t.Errorf("error %v of damaged keys", err)
	}
}
