package recipe_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mathsieve/internal/address"
	"mathsieve/internal/annotation"
	"mathsieve/internal/config"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/recipe"
)

// BenchmarkLoop lets the loop go round over real pages whose labels are known,
// and says how well each round does at the same token budget: with the seed
// that was given, with one site of it, and without a seed; annotated by the
// labels, or by the automatic rule. It wants the data in MATHSIEVE_DATA/data:
//
//	go test ./internal/recipe -run '^$' -bench Loop -benchtime 1x -v
//
// LOOP_SET has KEY=VALUE settings, with semicolons between them, to try others.
func BenchmarkLoop(b *testing.B) {
	data := os.Getenv("MATHSIEVE_DATA")
	if data == "" {
		b.Skip("MATHSIEVE_DATA is not set")
	}
	data = filepath.Join(data, "data")
	truth := readTruth(b, filepath.Join(data, "truth", "web.jsonl"))
	pool := extracted(b, filepath.Join(data, "web"))
	positive := extracted(b, filepath.Join(data, "seed", "positive.warc.gz"))
	negative := extracted(b, filepath.Join(data, "seed", "negative.warc.gz"))
	oneSite := seedOfSite(b, positive, "www.stacks-latexml.example")
	for _, c := range []struct{ name, positive, negative string }{
		{"seed", positive, negative},
		{"one-site", oneSite, negative},
		{"bootstrap", "", ""},
	} {
		for _, annotator := range []string{"labels", "automatic"} {
			b.Run(c.name+"/"+annotator, func(b *testing.B) {
				for b.Loop() {
					cfg := config.Default()
					cfg.Input = []string{pool}
					if c.positive != "" {
						cfg.Positive, cfg.Negative = []string{c.positive}, []string{c.negative}
					}
					cfg.Train.Dim, cfg.Train.Bucket = 32, 200_000
					for _, key := range []struct{ key, value string }{
						{"select.budgets", "800K"}, {"domains.min-pages", "5"}, {"domains.min-path-pages", "5"},
					} {
						if err := cfg.Set(key.key, key.value); err != nil {
							b.Fatal(err)
						}
					}
					for set := range strings.SplitSeq(os.Getenv("LOOP_SET"), ";") {
						if key, value, ok := strings.Cut(set, "="); ok {
							if err := cfg.Set(key, value); err != nil {
								b.Fatal(err)
							}
						}
					}
					goRound(b, cfg, truth, annotator == "labels")
				}
			})
		}
	}
}

// A label is what is known of a page.
type label struct {
	Label  string `json:"label"`
	Site   string `json:"site"`
	Record string `json:"record_id"`
}

func (l label) math() bool    { return l.Label == "math" }
func (l label) certain() bool { return l.Label == "math" || l.Label == "nonmath" }

func readTruth(b *testing.B, name string) map[string]label {
	b.Helper()
	f, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	truth := map[string]label{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var l label
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			b.Fatal(err)
		}
		truth[strings.TrimSuffix(strings.TrimPrefix(l.Record, "<urn:uuid:"), ">")] = l
	}
	if err := lines.Err(); err != nil {
		b.Fatal(err)
	}
	return truth
}

// extracted makes documents of WARC files, once for all loops.
func extracted(b *testing.B, path string) string {
	b.Helper()
	cfg := config.Default()
	cfg.Input = []string{path}
	dir := filepath.Join(b.TempDir(), "docs")
	r, run, err := job(recipe.Extract, cfg, dir)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := pipeline.RunStages(b.Context(), run, r.Stages, pipeline.Options{}); err != nil {
		b.Fatal(err)
	}
	return dir
}

// seedOfSite writes the documents of one host to a shard.
func seedOfSite(b *testing.B, docs, host string) string {
	b.Helper()
	name := filepath.Join(b.TempDir(), "site.jsonl")
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	enc := json.NewEncoder(f)
	err = recipe.Cat(b.Context(), docs, recipe.CatCorpus, func(row recipe.Row) error {
		if url, ok := row["url"].(string); ok && strings.Contains(url, "//"+host+"/") {
			return enc.Encode(row)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return name
}

// goRound lets one loop go round to its end.
func goRound(b *testing.B, cfg config.Config, truth map[string]label, annotated bool) {
	dir := filepath.Join(b.TempDir(), "run")
	r, run, err := job(recipe.Run, cfg, dir)
	if err != nil {
		b.Fatal(err)
	}
	for annotated {
		pause, waits, err := r.NextPause(run)
		if err != nil {
			b.Fatal(err)
		}
		if !waits {
			break
		}
		if _, err := pipeline.RunStages(b.Context(), run, pause.Stages, pipeline.Options{}); err != nil {
			b.Fatal(err)
		}
		if waits, err = r.Wait(run, pause); err != nil {
			b.Fatal(err)
		}
		if !waits {
			break
		}
		annotateByLabels(b, r, run, cfg.Domains, truth)
	}
	if _, err := pipeline.RunStages(b.Context(), run, r.Stages, pipeline.Options{}); err != nil {
		b.Fatal(err)
	}
	reportRounds(b, r, run, truth)
}

// A tally counts the pages with a certain label under a node.
type tally struct{ math, certain int }

// annotateByLabels does what a patient person does who sees the domain table:
// of each domain related to mathematics it takes the topmost nodes that are
// mathematics for four fifths or more, and says no to those that are for one
// fifth or less.
func annotateByLabels(b *testing.B, r *recipe.Recipe, run *pipeline.Run, o domain.Options, truth map[string]label) {
	nodes := map[string]*tally{}
	var splitter address.Splitter
	eachPoolPage(b, run.Dir(), func(id, url string) {
		a := splitter.Split(url, o.PathDepth)
		names := []string{"*." + a.Domain, a.Host}
		for i, c := range a.Path {
			if i > 0 && c == '/' {
				names = append(names, a.Host+string(a.Path[:i]))
			}
		}
		if len(a.Path) > 0 {
			names = append(names, a.Host+string(a.Path))
		}
		for _, name := range names {
			if nodes[name] == nil {
				nodes[name] = &tally{}
			}
			if l := truth[id]; l.certain() {
				nodes[name].certain++
				if l.math() {
					nodes[name].math++
				}
			}
		}
	})
	rules := &annotation.File{}
	decide := func(name string, target annotation.Target, err error) (decided bool) {
		n := nodes[name]
		if n == nil || n.certain == 0 {
			return false
		}
		var verdict annotation.Verdict
		switch share := float64(n.math) / float64(n.certain); {
		case share >= 0.8:
			verdict = annotation.Yes
		case share <= 0.2:
			verdict = annotation.No
		default:
			return false
		}
		if err == nil {
			err = rules.Set(annotation.Rule{Target: target, Verdict: verdict, Who: "labels"})
		}
		if err != nil {
			b.Fatal(err)
		}
		return true
	}
	tables, err := r.Domains(run, 0)
	if err != nil {
		b.Fatal(err)
	}
	err = tables.Each(b.Context(), func(d *domain.Domain, _ domain.Location) error {
		if !o.Mathematical(d.Counts) || d.Name == "" {
			return nil
		}
		target, err := annotation.DomainTarget(d.Name, "")
		if err == nil && decide("*."+d.Name, target, nil) {
			return nil
		}
		d.Walk(func(host, path string, _ *domain.Node) bool {
			target, err := annotation.HostTarget(host, path)
			return !decide(host+path, target, err)
		})
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(recipe.AnnotationsPath(run.Dir()), rules.Marshal(), 0o600); err != nil {
		b.Fatal(err)
	}
}

// eachPoolPage calls do for the pages that deduplication left.
func eachPoolPage(b *testing.B, dir string, do func(id, url string)) {
	dropped := map[string]bool{}
	id := func(row recipe.Row) string { return fmt.Sprint(row["id"]) }
	err := recipe.Cat(b.Context(), dir, recipe.CatDropped, func(row recipe.Row) error {
		dropped[id(row)] = true
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	err = recipe.Cat(b.Context(), dir, recipe.CatPool, func(row recipe.Row) error {
		if !dropped[id(row)] {
			do(id(row), fmt.Sprint(row["url"]))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// reportRounds says how well each round did. Pages that joined the seed are
// mathematics that the classifier was told of: the second pair of figures
// leaves out whatever was in the last seed.
func reportRounds(b *testing.B, r *recipe.Recipe, run *pipeline.Run, truth map[string]label) {
	rounds, err := r.Rounds(run)
	if err != nil {
		b.Fatal(err)
	}
	all := map[string]bool{} // of the pool's mathematics
	eachPoolPage(b, run.Dir(), func(id, _ string) {
		if truth[id].math() {
			all[id] = true
		}
	})
	told := map[string]bool{}
	for _, s := range rounds {
		if s.Expansion != nil {
			eachRoundPage(b, run.Dir(), s.Round, recipe.RoundExpanded, func(id string) { told[id] = true })
		}
	}
	untold := 0
	for id := range all {
		if !told[id] {
			untold++
		}
	}
	for _, s := range rounds {
		found, foundUntold, wrong := 0, 0, 0
		sites := map[string]bool{}
		eachRoundPage(b, run.Dir(), s.Round, recipe.RoundCollected, func(id string) {
			switch l := truth[id]; {
			case l.math():
				found++
				sites[l.Site] = true
				if !told[id] {
					foundUntold++
				}
			case l.certain():
				wrong++
			}
		})
		line := fmt.Sprintf("round %d: positives %d, negatives %d, cut %.3f, collected %d pages; precision %.3f recall %.3f (%d of %d), of pages never in the seed %.3f (%d of %d), sites %d",
			s.Round, s.Seed.Drawn["__label__math"], s.Seed.Drawn["__label__other"], s.CutScore, s.Collected.Pages,
			float64(found)/float64(found+wrong), float64(found)/float64(len(all)), found, len(all), float64(foundUntold)/float64(untold), foundUntold, untold, len(sites))
		if s.HoldOut != nil {
			line += fmt.Sprintf(", hold-out %.4f", s.HoldOut.AveragePrecision)
		}
		if s.Overlap != nil {
			line += fmt.Sprintf(", overlap %.3f of pages %.3f of tokens", s.Overlap.Pages, s.Overlap.Tokens)
		}
		line += fmt.Sprintf(", math domains %d", s.MathDomains)
		if s.Expansion != nil {
			right, borderline := 0, 0
			eachRoundPage(b, run.Dir(), s.Round, recipe.RoundExpanded, func(id string) {
				if truth[id].math() {
					right++
				} else if !truth[id].certain() {
					borderline++
				}
			})
			line += fmt.Sprintf(", rules %v, joined %d (%d mathematics, %d borderline), new %d", s.Expansion.Rules, s.Expansion.Joined, right, borderline, s.Expansion.New)
		}
		b.Log(line + " " + s.Stop)
	}
	last := rounds[len(rounds)-1]
	b.ReportMetric(float64(last.Round), "rounds")
}

func eachRoundPage(b *testing.B, dir string, round int, what recipe.CatRoundWhat, do func(id string)) {
	err := recipe.CatRound(b.Context(), dir, round, what, func(row recipe.Row) error {
		do(fmt.Sprint(row["id"]))
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
