package recipe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"mathsieve/internal/annotation"
	"mathsieve/internal/corpus"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank/domain"
)

const (
	// annotationsFile is what people decided, in the run folder. It is the
	// only thing outside of the plan that a run ever reads.
	annotationsFile = "annotations.yaml"
	// automatic is who decided where nobody did.
	automatic = "automatic"

	expandedName = "rows.col" // rows of the pack that join the positives
)

func rulesName(round int) string  { return numbered("rules", round) }
func expandName(round int) string { return numbered("expand", round) }

// rulesPath is where the rules that a round went by are kept.
func rulesPath(round int) string { return path.Join("annotations", numbered("round", round)+".yaml") }

// AnnotationsPath is the file of annotations of the run in a folder.
func AnnotationsPath(dir string) string { return filepath.Join(dir, annotationsFile) }

// rulesStage fixes the rules by which a round expands the seed: those that
// people have made until then, or, where there is no file of them, those of the
// automatic rule. From then on the round keeps them, whatever becomes of the
// file.
func (j *job) rulesStage(round int) pipeline.Stage {
	return pipeline.Stage{
		Name:  rulesName(round),
		After: []string{metricsName(round), domainsName(round)},
		Count: func(run *pipeline.Run) (int, error) {
			if on, err := j.goesOn(run, round); err != nil || !on {
				return 0, err
			}
			return 1, nil
		},
		Task: func(ctx context.Context, t *pipeline.Task) error {
			rules, err := givenRules(t.Run, round)
			if errors.Is(err, fs.ErrNotExist) {
				rules, err = j.automaticRules(ctx, t.Run, round)
			}
			if err != nil {
				return err
			}
			for _, rule := range rules.Rules() {
				t.Add("rules."+rule.Verdict.String(), 1)
			}
			out, err := newOutput(t.CreateAt(rulesPath(round)))
			if err != nil {
				return err
			}
			if _, err := out.Write(rules.Marshal()); err != nil {
				return err
			}
			return out.Close()
		},
	}
}

// givenRules reads the rules that the round was given. Those that an attempt of
// this task has kept, which died or was undone, come first: what was published
// once does not change.
func givenRules(run *pipeline.Run, round int) (*annotation.File, error) {
	for _, name := range []string{rulesPath(round), annotationsFile} {
		full := filepath.Join(run.Dir(), filepath.FromSlash(name))
		file, revision, err := annotation.NewStore(run.FS(), full).Load()
		if err != nil && name == annotationsFile {
			return nil, fmt.Errorf("%w: %s: %w", ErrAnnotations, full, err)
		}
		if err == nil && revision != "" {
			return file, nil
		}
	}
	return nil, fs.ErrNotExist
}

// ErrAnnotations says that the annotations of a run cannot be used.
var ErrAnnotations = errors.New("annotations")

// automaticRules say yes to the topmost hosts and paths, in domains that are
// related to mathematics, of which more than rounds.auto-share was collected
// and whose median score is above a half.
func (j *job) automaticRules(ctx context.Context, run *pipeline.Run, round int) (*annotation.File, error) {
	rules := &annotation.File{}
	err := eachDomain(ctx, run, round, func(d *domain.Domain, _ domain.Location) error {
		if d.Name == "" || !j.cfg.Domains.Mathematical(d.Counts) {
			return nil
		}
		// A budget larger than the mathematics of the pool is filled with what
		// the classifier does not believe in: the median score tells.
		mathematical := func(n *domain.Node) bool {
			return n.Pages >= j.cfg.Domains.MinPages && n.Share() > j.cfg.Rounds.AutoShare && n.Scores.Quantile(0.5) > 0.5
		}
		if mathematical(&d.Node) {
			target, err := annotation.DomainTarget(d.Name, "")
			return errors.Join(err, rules.Set(automaticYes(target, &d.Node)))
		}
		var err error
		d.Walk(func(host, path string, n *domain.Node) bool {
			if err != nil || !mathematical(n) {
				return err == nil
			}
			var target annotation.Target
			if target, err = annotation.HostTarget(host, path); err == nil {
				err = rules.Set(automaticYes(target, n))
			}
			return false
		})
		return err
	})
	return rules, err
}

func automaticYes(target annotation.Target, n *domain.Node) annotation.Rule {
	return annotation.Rule{
		Target: target, Verdict: annotation.Yes, Who: automatic,
		Note: fmt.Sprintf("%d of %d pages collected", n.Collected, n.Pages),
	}
}

// roundRules are the rules that a round went by. They belong to one goroutine.
type roundRules struct{ lookup *annotation.Lookup }

func readRules(run *pipeline.Run, round int) (roundRules, error) {
	f, err := run.Open(rulesName(round), 0, rulesPath(round))
	if err != nil {
		return roundRules{}, err
	}
	data, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return roundRules{}, fmt.Errorf("read rules: %w", err)
	}
	file, err := annotation.Parse(data)
	if err != nil {
		return roundRules{}, fmt.Errorf("read rules: %w", err)
	}
	return roundRules{annotation.NewMatcher(file).NewLookup()}, nil
}

func (r roundRules) verdict(url string) annotation.Verdict {
	rule, ok := r.lookup.Match(url)
	if !ok {
		return annotation.None
	}
	return rule.Verdict
}

// maybeMath reports whether a page is under a rule that does not say no.
func (r roundRules) maybeMath(url string) bool {
	v := r.verdict(url)
	return v == annotation.Yes || v == annotation.Unsure
}

// expandStage finds, pack by pack, the pages that join the positives of the
// next round: those under an accepted rule that the round has not collected,
// and, as long as a rule still accepts them, those that joined before; but none
// that a bootstrap draws by its mark-up.
func (j *job) expandStage(s selector) pipeline.Stage {
	after := append([]string{rulesName(s.round), cutName(s.round)}, s.after...)
	if s.round > 1 {
		after = append(after, expandName(s.round-1))
	}
	return pipeline.Stage{
		Name:   expandName(s.round),
		After:  after,
		Memory: 64 << 20,
		Count:  follows(rulesName(s.round), func(*pipeline.Run) (int, error) { return len(j.pool.inputs), nil }),
		Task:   func(ctx context.Context, t *pipeline.Task) error { return j.expandPack(ctx, t, s) },
	}
}

// A joining is a page that joins the positives; had says that it was among them
// in this round.
type joining struct {
	row, tokens uint32
	had         bool
}

// unproven returns joins without the pages that are positives in any case:
// without a seed, those whose own mark-up proves mathematics.
func (j *job) unproven(ctx context.Context, t *pipeline.Task, joins []joining) ([]joining, error) {
	if len(j.positive.inputs) > 0 || len(joins) == 0 {
		return joins, nil
	}
	rows := func(*pipeline.Run, int) ([]uint32, error) {
		rows := make([]uint32, len(joins))
		for i := range joins {
			rows[i] = joins[i].row
		}
		return rows, nil
	}
	proven := map[uint32]bool{}
	err := j.pool.pool(t.Run).of(rows).Each(ctx, t.Index, func(row int, doc *corpus.Document) error {
		if j.cfg.Seed.ProvesMathematics(doc) {
			proven[uint32(row)] = true
		}
		return nil
	})
	return slices.DeleteFunc(joins, func(page joining) bool { return proven[page.row] }), err
}

func (j *job) expandPack(ctx context.Context, t *pipeline.Task, s selector) (err error) {
	rules, err := readRules(t.Run, s.round)
	if err != nil {
		return err
	}
	var before []uint32
	if s.round > 1 {
		if before, err = expandedRows(s.round-1)(t.Run, t.Index); err != nil {
			return err
		}
	}
	c, err := s.collected(ctx, t.Run)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	var joins []joining
	err = j.eachScored(ctx, t.Run, c, t.Index, func(row int, p scoredPage) error {
		for len(before) > 0 && int(before[0]) < row {
			before = before[1:]
		}
		had := len(before) > 0 && int(before[0]) == row
		t.Progress(1, 0)
		if rules.verdict(string(p.url)) != annotation.Yes {
			return nil
		}
		t.Add("accepted", 1)
		if p.collected && !had {
			return nil
		}
		joins = append(joins, joining{uint32(row), p.tokens, had})
		return nil
	})
	if err == nil {
		joins, err = j.unproven(ctx, t, joins)
	}
	if err != nil {
		return err
	}
	rows := make([]uint32, len(joins))
	for i, page := range joins {
		rows[i] = page.row
		t.Add("joined", 1)
		t.Add("tokens", int64(page.tokens))
		if !page.had {
			t.Add("new", 1)
		}
	}
	out, err := newOutput(t.Create(expandedName))
	if err != nil {
		return err
	}
	if err := corpus.WriteColumn(out, rows); err != nil {
		return err
	}
	return out.Close()
}

// expandedRows reads the rows of a pack that a round added to the positives.
func expandedRows(round int) func(run *pipeline.Run, pack int) ([]uint32, error) {
	return func(run *pipeline.Run, pack int) ([]uint32, error) {
		return readColumn[uint32](run, expandName(round), pack, expandedName)
	}
}
