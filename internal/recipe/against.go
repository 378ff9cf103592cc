package recipe

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"mathsieve/internal/corpus"
	"mathsieve/internal/dedup"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/shuffle"
)

// The roles of what documents are held against.
const (
	roleAgainst     = "against"      // documents of a kept corpus
	roleAgainstPlan = "against-plan" // the plan of a run whose kept documents they are
	roleAgainstKeys = "against-keys" // the keys of one pack of it
)

const stageAgainst = "extract-against"

// ErrAgainst says that a run cannot be used as a kept corpus.
var ErrAgainst = errors.New("kept corpus")

// identifyAgainst describes a kept corpus for a plan: document shards and WARC
// files as those of the pool; a run that has deduplicated by its plan, of which
// its result is a function, and by the keys of its packs.
func (f *finder) identifyAgainst(names []string) ([]pipeline.Input, error) {
	var inputs []pipeline.Input
	seen := map[string]bool{}
	for _, name := range names {
		found, err := identifyKeptRun(name)
		if found == nil && err == nil {
			found, err = f.identify(roleAgainst, []string{name})
		}
		if err != nil {
			return nil, err
		}
		for _, in := range found {
			if seen[in.Path] {
				return nil, fmt.Errorf("%w: %s", ErrInputTwice, in.Path)
			}
			seen[in.Path] = true
		}
		inputs = append(inputs, found...)
	}
	return inputs, nil
}

// identifyKeptRun describes a run; it returns nothing if the folder is none, or
// one of a recipe without deduplication, whose documents are read as any.
func identifyKeptRun(name string) ([]pipeline.Input, error) {
	if !IsRun(name) {
		return nil, nil
	}
	dir, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("find input %s: %w", name, err)
	}
	k, err := openKept(dir)
	if err != nil {
		return nil, err
	}
	if !k.recipe.job.pool.sketches {
		return nil, nil
	}
	if _, err := k.run.Tasks(stageDuplicate); err != nil {
		return nil, fmt.Errorf("%w %s: stage %s: %w", ErrAgainst, dir, stageDuplicate, err)
	}
	first, err := identifyFile(roleAgainstPlan, filepath.Join(dir, pipeline.PlanFile))
	if err != nil {
		return nil, err
	}
	inputs := []pipeline.Input{first}
	for pack := range k.recipe.job.pool.inputs {
		keys, err := k.run.Find(k.recipe.job.pool.name, pack, keysName)
		if err != nil {
			return nil, fmt.Errorf("%w %s: %w", ErrAgainst, dir, err)
		}
		in, err := identifyFile(roleAgainstKeys, filepath.Join(dir, filepath.FromSlash(keys.Path)))
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, in)
	}
	return inputs, nil
}

// A keptRun is a run whose kept documents others are held against.
type keptRun struct {
	run    *pipeline.Run
	recipe *Recipe
}

func openKept(dir string) (keptRun, error) {
	run, r, err := Open(dir)
	if err != nil {
		return keptRun{}, fmt.Errorf("%w %s: %w", ErrAgainst, dir, err)
	}
	return keptRun{run, r}, nil
}

// documents are those that the run has kept.
func (k keptRun) documents() pool {
	return k.recipe.job.pool.pool(k.run).without(k.recipe.job.duplicates)
}

// A keptPack is one pack of a kept corpus: an input, or a pack of a run.
type keptPack struct {
	dir  string // of the run; empty if it is an input
	pack int    // of the run
}

// againstOf returns the kept packs that a plan names. Their numbers follow those
// of the pool.
func againstOf(plan pipeline.Plan) (inputs []pipeline.Input, packs []keptPack) {
	dir, next := "", 0
	for _, in := range plan.Inputs {
		switch in.Role {
		case roleAgainst:
			inputs, packs = append(inputs, in), append(packs, keptPack{})
		case roleAgainstPlan:
			dir, next = filepath.Dir(in.Path), 0
		case roleAgainstKeys:
			inputs, packs = append(inputs, in), append(packs, keptPack{dir, next})
			next++
		}
	}
	return inputs, packs
}

// keptRun opens a run of the kept corpus, once in a process, and checks that it
// is still the one of the plan.
func (j *job) keptRun(dir string) (keptRun, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if k, ok := j.keptRuns[dir]; ok {
		return k, nil
	}
	for _, in := range inputsOf(j.plan, roleAgainstPlan) {
		if filepath.Dir(in.Path) != dir {
			continue
		}
		now, err := identifyFile(in.Role, in.Path)
		if err != nil {
			return keptRun{}, err
		}
		if now != in {
			return keptRun{}, fmt.Errorf("%w: %s", ErrInputChanged, in.Path)
		}
	}
	k, err := openKept(dir)
	if err != nil {
		return k, err
	}
	if j.keptRuns == nil {
		j.keptRuns = map[string]keptRun{}
	}
	j.keptRuns[dir] = k
	return k, nil
}

// againstStage sketches the kept corpus, or takes over the sketches of a run.
func (j *job) againstStage() pipeline.Stage {
	stage := j.against.stage()
	sketch := stage.Task
	stage.Task = func(ctx context.Context, t *pipeline.Task) error {
		kept := j.kept[t.Index]
		if kept.dir == "" {
			return sketch(ctx, t)
		}
		k, err := j.keptRun(kept.dir)
		if err != nil {
			return err
		}
		if k.recipe.job.cfg.Dedup.SameSketches(j.cfg.Dedup) {
			err = j.adopt(t, k, kept.pack)
		} else {
			err = j.sketchAgain(ctx, t, k, kept.pack)
		}
		return foreign(kept.dir, err)
	}
	return stage
}

// foreign keeps damage of another run from being taken for one of this run,
// whose tasks could make the file anew. An empty dir is this run.
func foreign(dir string, err error) error {
	var damaged *pipeline.DamagedError
	if dir != "" && errors.As(err, &damaged) {
		return fmt.Errorf("%w %s: %s", ErrAgainst, dir, damaged.Error())
	}
	return err
}

// adopt takes over the keys of a pack; its fingerprints are read where they
// are.
func (j *job) adopt(t *pipeline.Task, k keptRun, pack int) error {
	marks, err := k.recipe.job.duplicates(k.run, pack)
	if err != nil {
		return err
	}
	dropped := make(map[int]bool, len(marks))
	for _, m := range marks {
		dropped[m.Row] = true
	}
	keys, err := k.run.OpenAt(k.recipe.job.pool.name, pack, keysName)
	if err != nil {
		return err
	}
	defer keys.Close()
	out, err := newOutput(t.Create(keysName))
	if err != nil {
		return err
	}
	room, err := space(t, "keys-", 1)
	if err != nil {
		return err
	}
	docs, err := dedup.Adopt(keys, j.cfg.Dedup, func(row int) bool { return dropped[row] }, j.keptNumber(t.Index), j.parts, out, room)
	if err != nil {
		return fmt.Errorf("%w %s: %w", ErrAgainst, k.run.Dir(), err)
	}
	t.Add("out", docs)
	t.Add("adopted", docs)
	t.Progress(docs, keys.Size())
	return out.Close()
}

// sketchAgain reads the texts of a pack whose sketches were made with other
// options.
func (j *job) sketchAgain(ctx context.Context, t *pipeline.Task, k keptRun, pack int) error {
	w, err := j.against.newSketches(t)
	if err != nil {
		return err
	}
	sketcher, err := dedup.NewSketcher(j.cfg.Dedup)
	if err != nil {
		return err
	}
	var sketch dedup.Sketch
	next := 0
	err = k.documents().Each(ctx, pack, func(row int, doc *corpus.Document) error {
		for ; next < row; next++ {
			if err := w.sketch.Skip(); err != nil {
				return err
			}
		}
		next++
		if err := dedup.CheckPosition(j.keptNumber(t.Index), row); err != nil {
			return fmt.Errorf("%w %s: %w", ErrAgainst, k.run.Dir(), err)
		}
		sketcher.Sketch(doc, &sketch)
		t.Add("out", 1)
		t.Progress(1, int64(len(doc.Text)))
		return w.sketch.Add(dedup.KeptNode(j.keptNumber(t.Index), row), &sketch)
	})
	if err != nil {
		return err
	}
	return errors.Join(w.sketch.Close(), w.keys.Close(), w.prints.Close())
}

// keptNumber is the pack number of a kept pack.
func (j *job) keptNumber(i int) int { return len(j.pool.inputs) + i }

// eachNamed calls do with the documents of a pack of the pool or of the kept
// corpus.
func (j *job) eachNamed(ctx context.Context, run *pipeline.Run, pack int, do func(row int, doc *corpus.Document) error) error {
	i := pack - len(j.pool.inputs)
	if i < 0 {
		return j.pool.pool(run).Each(ctx, pack, do)
	}
	if i >= len(j.kept) {
		return fmt.Errorf("there is no pack %d", pack)
	}
	kept := j.kept[i]
	if kept.dir == "" {
		return j.against.pool(run).Each(ctx, i, do)
	}
	k, err := j.keptRun(kept.dir)
	if err != nil {
		return err
	}
	return foreign(kept.dir, k.recipe.job.pool.pool(k.run).Each(ctx, kept.pack, do))
}

// keptIn names the run or the file of the kept corpus that a pack is of, or is
// empty for one of the pool.
func (j *job) keptIn(pack int) string {
	i := pack - len(j.pool.inputs)
	switch {
	case i < 0 || i >= len(j.kept):
		return ""
	case j.kept[i].dir != "":
		return j.kept[i].dir
	}
	return j.against.inputs[i].Path
}

// A printsOpener opens the fingerprints of packs, and remembers which was the
// last.
type printsOpener struct {
	job  *job
	run  *pipeline.Run
	last int // -1 before the first
}

// from says where the fingerprints of a pack are.
func (o *printsOpener) from(pack int) (run *pipeline.Run, stage string, index int, dir string, err error) {
	i := pack - len(o.job.pool.inputs)
	if i < 0 {
		return o.run, o.job.pool.name, pack, "", nil
	}
	if i >= len(o.job.kept) {
		return nil, "", 0, "", fmt.Errorf("there is no pack %d", pack)
	}
	if kept := o.job.kept[i]; kept.dir != "" {
		k, err := o.job.keptRun(kept.dir)
		if err != nil {
			return nil, "", 0, "", err
		}
		if k.recipe.job.cfg.Dedup.SameSketches(o.job.cfg.Dedup) {
			return k.run, k.recipe.job.pool.name, kept.pack, kept.dir, nil
		}
	}
	return o.run, stageAgainst, i, "", nil
}

func (o *printsOpener) open(pack int) (shuffle.File, error) {
	o.last = pack
	run, stage, index, dir, err := o.from(pack)
	if err != nil {
		return nil, err
	}
	f, err := run.OpenAt(stage, index, fingerprintsName)
	return f, foreign(dir, err)
}

// causeOf returns the error of a reader of fingerprints, or, where the file
// that it was reading is damaged, that.
func (o *printsOpener) causeOf(err error) error {
	if err == nil || o.last < 0 {
		return err
	}
	run, stage, index, dir, fromErr := o.from(o.last)
	if fromErr != nil {
		return err
	}
	var damaged *pipeline.DamagedError
	if soundErr := sound(run, stage, index, fingerprintsName); errors.As(soundErr, &damaged) {
		return foreign(dir, soundErr)
	}
	return err
}
