package recipe_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
)

func TestFormulasByDomain(t *testing.T) {
	c := newCrawl(t, 7, 200, 3)
	r, run := carryOut(t, recipe.Extract, settings(t, c.files, "all"), t.TempDir(), pipeline.Options{Workers: 2})
	forms, lost, err := r.FormulaTotals(run)
	if err != nil {
		t.Fatal(err)
	}
	var emitted, missing int64
	for _, n := range forms {
		emitted += n
	}
	for _, n := range lost {
		missing += n
	}
	if emitted == 0 {
		t.Fatal("no formula in the crawl")
	}
	last := ""
	err = r.Formulas(run, func(d recipe.DomainFormulas) error {
		if d.Domain <= last || strings.HasPrefix(d.Domain, "www.") || d.Pages == 0 {
			t.Errorf("%+v behind %q", d, last)
		}
		last = d.Domain
		emitted -= d.Emitted
		missing -= d.Found() - d.Emitted
		return nil
	})
	if err != nil || emitted != 0 || missing != 0 {
		t.Errorf("domains lack %d emitted and %d lost formulas, error %v", emitted, missing, err)
	}
}

// A pack that cannot be read has no formulas; one whose formulas are damaged
// or gone is no such pack.
func TestFormulasDamaged(t *testing.T) {
	c := newCrawl(t, 7, 40, 1)
	unreadable := filepath.Join(t.TempDir(), "bad.warc.gz")
	if err := os.WriteFile(unreadable, []byte("no WARC"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r, run := carryOut(t, recipe.Extract, settings(t, append(c.files, unreadable), "all"), dir, pipeline.Options{})
	domains := 0
	count := func(recipe.DomainFormulas) error {
		domains++
		return nil
	}
	if err := r.Formulas(run, count); err != nil || domains == 0 {
		t.Fatalf("%d domains, error %v", domains, err)
	}
	file := filepath.Join(dir, "stages", "extract", "00000.formulas.jsonl.zst")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(data)
	damaged[len(damaged)/2] ^= 4
	if err := os.WriteFile(file, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Formulas(run, count); !errors.Is(err, pipeline.ErrDamaged) {
		t.Errorf("error %v of a flipped bit", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := r.Formulas(run, count); !errors.Is(err, pipeline.ErrDamaged) {
		t.Errorf("error %v of a file that is gone", err)
	}
}

func TestSiteRulesAreInThePlan(t *testing.T) {
	c := newCrawl(t, 7, 20, 1)
	cfg := settings(t, c.files, "all")
	plain, _, err := job(recipe.Extract, cfg, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cfg.Extract.SiteRules = filepath.Join(t.TempDir(), "rules.yaml")
	write := func(text string) {
		if err := os.WriteFile(cfg.Extract.SiteRules, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.example: {drop: 'p['}\n")
	if _, err := recipe.New(recipe.Extract, cfg, ""); err == nil || !strings.Contains(err.Error(), "rules.yaml:1:19: ") {
		t.Errorf("bad selector: %v", err)
	}
	write("a.example: {drop: p}\n")
	dir := t.TempDir()
	r, run := carryOut(t, recipe.Extract, cfg, dir, pipeline.Options{Workers: 1})
	if run.Plan().Hash == plain.Plan.Hash || len(r.Plan.Inputs) != 2 {
		t.Error("the plan does not hold the rules")
	}
	write("a.example: {drop: q}\n")
	if _, _, err := job(recipe.Extract, cfg, dir); !errors.Is(err, pipeline.ErrPlanDiffers) {
		t.Errorf("other rules in the same run: %v", err)
	}
}
