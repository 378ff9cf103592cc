package recipe_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/annotation"
	"mathsieve/internal/config"
	"mathsieve/internal/fixture"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/recipe"
	"mathsieve/internal/seed"
)

// loopSettings are those of a small loop, whose first rounds collect far less
// than the crawl has.
func loopSettings(t *testing.T, inputs []string) config.Config {
	t.Helper()
	cfg := settings(t, inputs, "25K,60K")
	cfg.Train.Epoch = 10
	cfg.Seed.BootstrapFormulas = 60 // some mathematics does not prove itself
	cfg.Rounds.Max, cfg.Rounds.AutoShare = 3, 0.3
	cfg.Domains.MinPages = 3
	return cfg
}

// roundRows are the pages of a round by id.
func roundRows(t *testing.T, dir string, round int, what recipe.CatRoundWhat) map[string]recipe.Row {
	t.Helper()
	found := map[string]recipe.Row{}
	err := recipe.CatRound(t.Context(), dir, round, what, func(row recipe.Row) error {
		id := field[string](t, row, "id")
		if found[id] != nil {
			t.Errorf("page %s is given twice", id)
		}
		found[id] = recipe.Row{"url": row["url"], "tokens": row["tokens"], "score": row["score"]}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// annotate writes the annotations of a run.
func annotate(t *testing.T, dir string, rules ...string) {
	t.Helper()
	text := "version: 1\nrules:\n  - {" + strings.Join(rules, "}\n  - {") + "}\n"
	if err := os.WriteFile(filepath.Join(dir, "annotations.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRounds annotates a run, and holds what its rounds did against the rules
// and the pages.
func TestRounds(t *testing.T) {
	c := newCrawl(t, 1, 250, 3)
	dir := filepath.Join(t.TempDir(), "run")
	cfg := loopSettings(t, c.files)
	cfg.Positive = []string{mathematics(t, 77, 60)}
	cfg.Rounds.StopOverlap = 1
	if _, _, err := job(recipe.Run, cfg, dir); err != nil {
		t.Fatal(err)
	}
	annotate(t, dir,
		"domain: mathml-annotation.example, verdict: 'yes'", "domain: wordpress-image.example, verdict: 'yes'",
		"host: lecture0.dollars.example, path: /lecture, verdict: 'yes'", "host: shuxue.example, verdict: unsure", "host: news0.example, verdict: 'no'")
	r, run := carryOut(t, recipe.Run, cfg, dir, pipeline.Options{Workers: 2})
	rounds, err := r.Rounds(run)
	if err != nil {
		t.Fatal(err)
	}
	if len(rounds) < 2 {
		t.Fatalf("%d rounds: %+v", len(rounds), rounds)
	}
	before := map[string]recipe.Row{} // the expansion of the round before
	for i, s := range rounds {
		collected := roundRows(t, dir, s.Round, recipe.RoundCollected)
		checkCollected(t, cfg, s, collected)
		if i > 0 {
			checkOverlap(t, s, collected, roundRows(t, dir, s.Round-1, recipe.RoundCollected))
			checkSeed(t, s, len(before))
		}
		if s.Expansion == nil {
			if i != len(rounds)-1 {
				t.Errorf("round %d is not the last and has no expansion", s.Round)
			}
			break
		}
		expanded := roundRows(t, dir, s.Round, recipe.RoundExpanded)
		checkExpansion(t, dir, s, collected, before, expanded)
		before = expanded
	}
	last := rounds[len(rounds)-1]
	if last.Stop == "" {
		t.Errorf("nobody says why the loop has stopped: %+v", last)
	}
	checkLastRound(t, r, run, dir, last.Round)
	checkExplained(t, r, run, dir, last.Round)
}

// checkExplained asks whether pages are explained by what the last round
// decided, and those that joined the seed say so.
func checkExplained(t *testing.T, r *recipe.Recipe, run *pipeline.Run, dir string, last int) {
	t.Helper()
	collected, expanded := roundRows(t, dir, last, recipe.RoundCollected), roundRows(t, dir, 1, recipe.RoundExpanded)
	for _, pages := range []map[string]recipe.Row{collected, expanded} {
		for id := range pages {
			e, err := r.Explain(t.Context(), run, id)
			if err != nil || len(e.Captures) != 1 {
				t.Fatalf("%s: %+v, %v", id, e, err)
			}
			var joined, decided, scored int
			for _, s := range e.Captures[0].Steps {
				switch s.Stage {
				case "expand-1":
					joined++
				case fmt.Sprintf("cut-%d", last):
					decided++
				}
				if s.Score != nil {
					scored++
				}
			}
			kept := e.Captures[0].Outcome == recipe.OutcomeKept
			if (joined == 1) != (expanded[id] != nil) || decided != 1 || scored != last || collected[id] != nil && !kept {
				t.Errorf("%s: joined %d, scored %d, decided %d, kept %v: %+v", id, joined, scored, decided, kept, e.Captures[0].Steps)
			}
		}
	}
}

func checkCollected(t *testing.T, cfg config.Config, s recipe.RoundStatus, collected map[string]recipe.Row) {
	t.Helper()
	var tokens int64
	for id, row := range collected {
		tokens += int64(field[int](t, row, "tokens"))
		if score := field[float64](t, row, "score"); score < s.CutScore {
			t.Errorf("round %d: page %s with score %v is above the cut at %v", s.Round, id, score, s.CutScore)
		}
	}
	if s.Collected != (recipe.Sum{Pages: int64(len(collected)), Tokens: tokens}) {
		t.Errorf("round %d: metrics say %+v, collected are %d pages with %d tokens", s.Round, s.Collected, len(collected), tokens)
	}
	if limit := cfg.Select.Budgets[0].Tokens(0); tokens > limit || len(collected) == 0 {
		t.Errorf("round %d: %d pages with %d tokens of %d", s.Round, len(collected), tokens, limit)
	}
}

func checkOverlap(t *testing.T, s recipe.RoundStatus, now, before map[string]recipe.Row) {
	t.Helper()
	var pages, tokens, all int64
	for id, row := range now {
		n := int64(field[int](t, row, "tokens"))
		all += n
		if before[id] != nil {
			pages++
			tokens += n
		}
	}
	want := recipe.Overlap{Pages: float64(pages) / float64(len(now)), Tokens: float64(tokens) / float64(all)}
	if s.Overlap == nil || *s.Overlap != want {
		t.Errorf("round %d: overlap is %v, want %v", s.Round, s.Overlap, want)
	}
}

// mathematics writes the pages of mathematics of another crawl to a file.
func mathematics(t *testing.T, seed uint64, pages int) string {
	t.Helper()
	all := slices.DeleteFunc(fixture.Pages(seed, pages), func(p fixture.Page) bool { return !p.Math })
	name := filepath.Join(t.TempDir(), "seed.warc.gz")
	writeWARC(t, name, all)
	return name
}

// checkSeed looks for the pages that the round before added, and for the
// negatives that are too near the positives.
func checkSeed(t *testing.T, s recipe.RoundStatus, joined int) {
	t.Helper()
	i := slices.IndexFunc(s.Seed.Sources, func(src seed.SourceReport) bool { return src.Name == "expanded" })
	if i < 0 {
		t.Fatalf("round %d: no page was added to the seed: %+v", s.Round, s.Seed.Sources)
	}
	if src := s.Seed.Sources[i]; src.Drawn == 0 || src.Drawn != joined || src.Drawn != src.Candidates {
		t.Errorf("round %d: %+v of %d pages that joined", s.Round, src, joined)
	}
	if s.Seed.Apart == 0 {
		t.Errorf("round %d: negatives were drawn from the domains of positives: %+v", s.Round, s.Seed)
	}
}

// checkExpansion finds the pages that join by going through all of the pool.
func checkExpansion(t *testing.T, dir string, s recipe.RoundStatus, collected, before, expanded map[string]recipe.Row) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "annotations", fmt.Sprintf("round-%d.yaml", s.Round)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := annotation.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	rules := annotation.NewMatcher(file).NewLookup()
	dropped := map[string]bool{}
	for _, row := range rows(t, dir, recipe.CatDropped) {
		dropped[field[string](t, row, "id")] = true
	}
	want, fresh := map[string]bool{}, int64(0)
	for _, row := range rows(t, dir, recipe.CatPool) {
		id := field[string](t, row, "id")
		rule, ok := rules.Match(field[string](t, row, "url"))
		if dropped[id] || !ok || rule.Verdict != annotation.Yes || collected[id] != nil && before[id] == nil {
			continue
		}
		want[id] = true
		if before[id] == nil {
			fresh++
		}
	}
	got := map[string]bool{}
	for id := range expanded {
		got[id] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("round %d: pages that join (-want +got):\n%s", s.Round, diff)
	}
	if s.Expansion.Joined != int64(len(want)) || s.Expansion.New != fresh {
		t.Errorf("round %d: %+v, want %d pages, %d new", s.Round, s.Expansion, len(want), fresh)
	}
}

// checkLastRound asks whether the last round made the corpus, and it alone.
func checkLastRound(t *testing.T, r *recipe.Recipe, run *pipeline.Run, dir string, last int) {
	t.Helper()
	made, err := filepath.Glob(filepath.Join(dir, "corpus", "*"))
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(dir, "corpus", fmt.Sprintf("round-%d", last))
	if diff := cmp.Diff([]string{want}, made); diff != "" {
		t.Errorf("corpora (-want +got):\n%s", diff)
	}
	if got, err := r.CorpusDir(run); err != nil || got != want {
		t.Errorf("the corpus is in %s (%v), want %s", got, err, want)
	}
	corpus := map[string]bool{}
	for _, row := range rows(t, dir, recipe.CatCorpus) {
		corpus[field[string](t, row, "id")] = true
	}
	for id := range roundRows(t, dir, last, recipe.RoundCollected) {
		if !corpus[id] {
			t.Errorf("page %s was collected in the last round and is not in the corpus", id)
		}
	}
	if err := recipe.CatRound(t.Context(), dir, last+1, recipe.RoundCollected, nil); !errors.Is(err, recipe.ErrNoRound) {
		t.Errorf("a round after the last: %v", err)
	}
}

// TestLoopSameBytes lets the loop go by itself, with other workers, other
// memory, and task by task: the folder is the same to the byte.
func TestLoopSameBytes(t *testing.T) {
	c := newCrawl(t, 2, 150, 3)
	work := t.TempDir()
	cfg := loopSettings(t, c.files)
	want := filepath.Join(work, "one")
	r, run := carryOut(t, recipe.Run, cfg, want, pipeline.Options{Workers: 1, Memory: 4 << 30})
	rounds, err := r.Rounds(run)
	if err != nil {
		t.Fatal(err)
	}
	if len(rounds) < 2 || rounds[0].Expansion.New == 0 {
		t.Fatalf("the loop has not gone round: %+v", rounds)
	}
	// What proves itself is a positive in any case, and joins nothing.
	if was, is := rounds[0].Seed.Drawn[seed.LabelMath], rounds[1].Seed.Drawn[seed.LabelMath]; is != was+int(rounds[0].Expansion.New) {
		t.Errorf("%d positives became %d by %d new pages", was, is, rounds[0].Expansion.New)
	}
	got := filepath.Join(work, "least")
	carryOut(t, recipe.Run, cfg, got, pipeline.Options{Workers: 4, Memory: 1 << 20})
	if diff := cmp.Diff(tree(t, want), tree(t, got)); diff != "" {
		t.Errorf("other workers and memory, other files (-want +got):\n%s", diff)
	}
	got = filepath.Join(work, "tasks")
	if _, _, err := job(recipe.Run, cfg, got); err != nil {
		t.Fatal(err)
	}
	taskByTask(t, got)
	if diff := cmp.Diff(tree(t, want), tree(t, got)); diff != "" {
		t.Errorf("task by task, other files (-want +got):\n%s", diff)
	}
	checkDomains(t, r, run, want)
}

// checkDomains holds the domain tables of the newest round against the pages
// of the pool, one by one.
func checkDomains(t *testing.T, r *recipe.Recipe, run *pipeline.Run, dir string) {
	t.Helper()
	tables, err := r.Domains(run, 0)
	if err != nil {
		t.Fatal(err)
	}
	type counts struct{ pages, collected int64 }
	want := map[string]counts{}
	collected := roundRows(t, dir, tables.Round, recipe.RoundCollected)
	dropped := map[string]bool{}
	for _, row := range rows(t, dir, recipe.CatDropped) {
		dropped[field[string](t, row, "id")] = true
	}
	for _, row := range rows(t, dir, recipe.CatPool) {
		id := field[string](t, row, "id")
		if dropped[id] {
			continue
		}
		host, _, _ := strings.Cut(strings.TrimPrefix(field[string](t, row, "url"), "https://"), "/")
		labels := strings.Split(host, ".")
		name := strings.Join(labels[max(0, len(labels)-2):], ".")
		n := want[name]
		n.pages++
		if collected[id] != nil {
			n.collected++
		}
		want[name] = n
	}
	got := map[string]counts{}
	var refs []recipe.PageRef
	err = tables.Each(t.Context(), func(d *domain.Domain, at domain.Location) error {
		got[d.Name] = counts{d.Pages, d.Collected}
		again, err := tables.ReadAt(at)
		if err != nil || again.Name != d.Name {
			t.Errorf("domain %s read again is %v (%v)", d.Name, again, err)
		}
		for _, s := range d.Random {
			refs = append(refs, recipe.PageRef{Pack: s.Pack, Row: s.Row})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(want) < 20 || !cmp.Equal(want, got, cmp.AllowUnexported(counts{})) {
		t.Errorf("domains (-want +got):\n%s", cmp.Diff(want, got, cmp.AllowUnexported(counts{})))
	}
	checkSamples(t, r, run, tables.Round, refs)
}

// checkSamples reads sample pages.
func checkSamples(t *testing.T, r *recipe.Recipe, run *pipeline.Run, round int, refs []recipe.PageRef) {
	t.Helper()
	found := 0
	err := r.Pages(t.Context(), run, round, append(refs, refs...), func(p recipe.Page) error {
		found++
		if !slices.Contains(refs, p.PageRef) || p.Text == "" || p.URL == "" || p.Tokens == 0 || math.IsNaN(float64(p.Score)) {
			t.Errorf("page %+v", p)
		}
		return nil
	})
	if err != nil || found != len(refs) || found == 0 {
		t.Errorf("%d of %d sample pages: %v", found, len(refs), err)
	}
	if err := r.Pages(t.Context(), run, round, []recipe.PageRef{{Pack: 0, Row: 1 << 20}}, nil); err == nil {
		t.Error("a row that is not there is read")
	}
}

// TestPause stops a run for its annotators, and lets it go on with what they
// wrote, and not with what they write later.
func TestPause(t *testing.T) {
	c := newCrawl(t, 3, 120, 1)
	dir := filepath.Join(t.TempDir(), "run")
	cfg := loopSettings(t, c.files)
	cfg.Rounds.Max = 2
	r, run, err := job(recipe.Run, cfg, dir)
	if err != nil {
		t.Fatal(err)
	}
	pause, waits, err := r.NextPause(run)
	if err != nil || !waits || pause.Round != 1 {
		t.Fatalf("first pause is %d, %t (%v)", pause.Round, waits, err)
	}
	if _, err := pipeline.RunStages(t.Context(), run, pause.Stages, pipeline.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Domains(run, 0); err != nil {
		t.Errorf("nothing to review: %v", err)
	}
	if waits, err := r.Wait(run, pause); err != nil || !waits {
		t.Fatalf("the run does not wait (%v)", err)
	}
	if _, waits, err := r.NextPause(run); err != nil || waits {
		t.Fatalf("the run waits again (%v)", err)
	}
	annotate(t, dir, "domain: dollars.example, verdict: maybe")
	if _, err := pipeline.RunStages(t.Context(), run, r.Stages, pipeline.Options{}); !errors.Is(err, recipe.ErrAnnotations) {
		t.Errorf("annotations that cannot be read: %v", err)
	}
	annotate(t, dir, "domain: dollars.example, verdict: 'yes'")
	if _, err := pipeline.RunStages(t.Context(), run, r.Stages, pipeline.Options{}); err != nil {
		t.Fatal(err)
	}
	rounds, err := r.Rounds(run)
	if err != nil || rounds[0].Expansion == nil || rounds[0].Expansion.Rules["yes"] != 1 {
		t.Fatalf("rounds %+v (%v)", rounds, err)
	}
	want := tree(t, dir)
	annotate(t, dir, "domain: katex.example, verdict: 'yes'")
	delete(want, "annotations.yaml")
	// The marker is gone, as after a crash: what was published stays.
	if err := undo(dir, "rules-1"); err != nil {
		t.Fatal(err)
	}
	if err := again(context.Background(), cfg, dir); err != nil {
		t.Fatal(err)
	}
	got := tree(t, dir)
	delete(got, "annotations.yaml")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("other rules later, other files (-want +got):\n%s", diff)
	}
}

// TestLoopStops makes the loop stop for each of its reasons.
func TestLoopStops(t *testing.T) {
	c := newCrawl(t, 4, 80, 1)
	f := func(change func(*config.Config), rules []string, rounds int, stop string) {
		t.Helper()
		cfg := loopSettings(t, c.files)
		cfg.Rounds.Collect = "5K"
		change(&cfg)
		dir := filepath.Join(t.TempDir(), "run")
		if _, _, err := job(recipe.Run, cfg, dir); err != nil {
			t.Fatal(err)
		}
		annotate(t, dir, rules...)
		r, run := carryOut(t, recipe.Run, cfg, dir, pipeline.Options{})
		got, err := r.Rounds(run)
		if err != nil || len(got) != rounds || got[len(got)-1].Stop != stop {
			t.Errorf("%d rounds, stopped by %q, want %d, %q (%v)", len(got), got[len(got)-1].Stop, rounds, stop, err)
		}
	}
	yes := []string{"domain: mathjax2-script.example, verdict: 'yes'", "domain: math-container.example, verdict: 'yes'"}
	f(func(cfg *config.Config) { cfg.Rounds.Max = 1 }, yes, 1, recipe.StopRounds)
	f(func(cfg *config.Config) { cfg.Rounds.StopOverlap = 0.01 }, yes, 2, recipe.StopOverlap)
	f(func(*config.Config) {}, []string{"domain: katex.example, verdict: 'no'"}, 1, recipe.StopNothing)
	// Everything is collected: no page is left to join.
	f(func(cfg *config.Config) { cfg.Rounds.Collect = "all" }, yes, 1, recipe.StopNothing)
}
