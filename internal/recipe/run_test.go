package recipe_test

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mathsieve/internal/config"
	"mathsieve/internal/corpus"
	"mathsieve/internal/fasttext/eval"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
	"mathsieve/internal/tokens"
)

// TestRun does the whole job on a generated crawl and holds the result against
// what is known of its pages.
func TestRun(t *testing.T) {
	c := newCrawl(t, 1, 250, 3)
	dir := filepath.Join(t.TempDir(), "run")
	cfg := settings(t, c.files, "20K,60K,all")
	cfg.Train.Tune = "on" // as a user gets it for so small a seed
	r, run := carryOut(t, recipe.Run, cfg, dir, pipeline.Options{Workers: 2})

	pool := rows(t, dir, recipe.CatPool)
	dropped := rows(t, dir, recipe.CatDropped)
	chosen := rows(t, dir, recipe.CatCorpus)
	t.Run("pages", func(t *testing.T) { checkPages(t, c, pool) })
	t.Run("duplicates", func(t *testing.T) { checkDuplicates(t, c, dropped) })
	t.Run("formulas", func(t *testing.T) { checkFormulas(t, c, pool) })
	t.Run("scores", func(t *testing.T) { checkScores(t, c, chosen) })
	t.Run("tiers", func(t *testing.T) { checkTiers(t, cfg, dir, len(pool)-len(dropped)) })
	t.Run("skipped", func(t *testing.T) {
		for _, row := range rows(t, dir, recipe.CatSkipped) {
			if !strings.HasPrefix(field[string](t, row, "url"), "https://other") {
				t.Errorf("a page was skipped: %v", row)
			}
		}
	})
	t.Run("funnel", func(t *testing.T) {
		steps, err := r.Funnel(run)
		if err != nil {
			t.Fatal(err)
		}
		last := steps[len(steps)-1]
		if last.Out != int64(len(chosen)) || steps[1].Out != int64(len(pool)) || steps[2].Dropped == nil {
			t.Errorf("funnel %+v, with %d documents of which %d were chosen", steps, len(pool), len(chosen))
		}
	})
}

// checkPages holds the documents against the pages: each one once, in order,
// where it was said to be.
func checkPages(t *testing.T, c crawl, pool []recipe.Row) {
	if len(pool) != len(c.pages) {
		t.Errorf("%d documents of %d pages", len(pool), len(c.pages))
	}
	for i, row := range pool {
		if id := field[string](t, row, "id"); id != c.ids[i] {
			t.Fatalf("document %d is %s, want %s", i, id, c.ids[i])
		}
		if url := field[string](t, row, "url"); url != c.pages[i].URL {
			t.Errorf("document %d has address %s, want %s", i, url, c.pages[i].URL)
		}
	}
}

// checkDuplicates holds the drops against the groups of pages that repeat each
// other: one page of each group is left, all others go, and nothing else goes.
func checkDuplicates(t *testing.T, c crawl, dropped []recipe.Row) {
	left := map[int]int{} // by group
	for i := range c.pages {
		left[c.group(i)]++
	}
	for _, row := range dropped {
		page, twin := c.index[field[string](t, row, "id")], c.index[field[string](t, row, "twin")]
		left[c.group(page)]--
		if c.group(page) != c.group(twin) {
			t.Errorf("page %d (%s) was dropped as %v of page %d (%s), which it does not repeat",
				page, c.pages[page].URL, row["reason"], twin, c.pages[twin].URL)
		}
	}
	relations := map[string]int{}
	for _, p := range c.pages {
		relations[p.Relation]++
	}
	for _, relation := range []string{"same_url", "same_text", "near"} {
		if relations[relation] == 0 {
			t.Errorf("the crawl has no %s", relation)
		}
	}
	for group, n := range left {
		if n != 1 {
			t.Errorf("%d pages are left of the group of page %d (%s), want 1", n, group, c.pages[group].URL)
		}
	}
}

// checkFormulas looks for the formulas in the text, letter by letter, where
// the mark-up has the author's letters.
func checkFormulas(t *testing.T, c crawl, pool []recipe.Row) {
	lost, all := map[string]int{}, map[string]int{}
	example := map[string]string{}
	for i, row := range pool {
		p := c.pages[i]
		if !p.Exact {
			continue
		}
		text := field[string](t, row, "text")
		for _, formula := range p.Formulas {
			all[p.Markup]++
			if !strings.Contains(text, formula) {
				lost[p.Markup]++
				example[p.Markup] = formula + " in " + p.URL
			}
		}
	}
	if len(all) < 10 {
		t.Errorf("the crawl has %d forms of mark-up only", len(all))
	}
	for form, n := range lost {
		t.Errorf("%s: %d of %d formulas lost, such as %s", form, n, all[form], example[form])
	}
}

// checkScores asks whether the scores tell mathematics from the rest. The
// classifier has learned from the mark-up of the pages alone.
func checkScores(t *testing.T, c crawl, chosen []recipe.Row) {
	samples := make([]eval.Sample, len(chosen))
	for i, row := range chosen {
		page := c.pages[c.index[field[string](t, row, "id")]]
		samples[i] = eval.Sample{Positive: page.Math, Score: float32(field[float64](t, row, "score"))}
	}
	if ap := eval.AveragePrecision(samples); ap < 0.95 {
		t.Errorf("average precision is %.4f, want 0.95", ap)
	}
}

// checkTiers holds the tiers against the definition: of all documents, best
// first, ties by id, as many as fit into the budget.
func checkTiers(t *testing.T, cfg config.Config, dir string, eligible int) {
	corpusDir := filepath.Join(dir, "corpus", "round-1")
	data, err := os.ReadFile(filepath.Join(corpusDir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest recipe.Manifest
	if err := json.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	vocabulary, err := tokens.New(cfg.Tokens.Vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	counter := vocabulary.NewCounter()

	type document struct {
		id     string
		score  float64
		tokens int64
		tier   int
	}
	var docs []document
	for i, tier := range manifest.Tiers {
		n := 0
		if len(tier.Parts) > 0 {
			for _, row := range rows(t, filepath.Join(corpusDir, tier.Folder), recipe.CatCorpus) {
				d := document{field[string](t, row, "id"), field[float64](t, row, "score"), int64(field[int](t, row, "tokens")), i}
				if want := counter.Count(field[string](t, row, "text")); int64(want) != d.tokens {
					t.Errorf("document %s has %d tokens, want %d", d.id, d.tokens, want)
				}
				docs = append(docs, d)
				n++
			}
		}
		if int64(n) != tier.TierDocuments {
			t.Errorf("%s has %d documents, the manifest says %d", tier.Folder, n, tier.TierDocuments)
		}
	}
	if len(docs) != eligible {
		t.Errorf("%d documents in all tiers, want %d", len(docs), eligible)
	}
	slices.SortFunc(docs, func(a, b document) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id)) })
	at, total := 0, int64(0)
	for i, tier := range manifest.Tiers {
		if tier.Limit <= 0 || i > 0 && tier.Limit <= manifest.Tiers[i-1].Limit {
			t.Fatalf("limit of %s is %d", tier.Folder, tier.Limit)
		}
		for at < len(docs) && total+docs[at].tokens <= tier.Limit {
			if docs[at].tier != i {
				t.Errorf("document %s is in tier %d, want %d", docs[at].id, docs[at].tier, i)
			}
			total += docs[at].tokens
			at++
		}
		if tier.Tokens != total || tier.Documents != int64(at) {
			t.Errorf("%s says %d tokens in %d documents, want %d in %d", tier.Folder, tier.Tokens, tier.Documents, total, at)
		}
	}
	if at != len(docs) {
		t.Errorf("%d of %d documents fit into the budgets, want all", at, len(docs))
	}
}

// TestContaminated plants a benchmark's text in a page of the crawl.
func TestContaminated(t *testing.T) {
	c := newCrawl(t, 3, 40, 1)
	work := t.TempDir()
	_, _ = carryOut(t, recipe.Extract, settings(t, c.files, "all"), filepath.Join(work, "docs"), pipeline.Options{})
	docs := rows(t, filepath.Join(work, "docs"), recipe.CatCorpus)
	planted := slices.IndexFunc(docs, func(row recipe.Row) bool { return len(strings.Fields(field[string](t, row, "text"))) > 100 })
	words := strings.Fields(field[string](t, docs[planted], "text"))
	item, err := json.Marshal(map[string]string{"question": strings.Join(words[40:80], " "), "answer": "42"})
	if err != nil {
		t.Fatal(err)
	}
	benchmark := filepath.Join(work, "test.jsonl")
	if err := os.WriteFile(benchmark, item, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := settings(t, c.files, "all")
	cfg.Benchmark = []string{benchmark}
	dir := filepath.Join(work, "run")
	carryOut(t, recipe.Run, cfg, dir, pipeline.Options{})
	contaminated := 0
	for _, row := range rows(t, dir, recipe.CatDropped) {
		if field[corpus.Reason](t, row, "reason") == "contaminated" {
			contaminated++
			if id := field[string](t, row, "id"); c.group(c.index[id]) != c.group(planted) {
				t.Errorf("page %d is called contaminated: %v", c.index[id], row["detail"])
			}
		}
	}
	if contaminated != 1 {
		t.Errorf("%d pages are contaminated, want 1", contaminated)
	}
	for _, row := range rows(t, dir, recipe.CatCorpus) {
		if field[string](t, row, "id") == c.ids[planted] {
			t.Error("the contaminated page is in the corpus")
		}
	}
}
