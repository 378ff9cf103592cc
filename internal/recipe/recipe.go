// Package recipe wires the steps into jobs: which stages there are, over which
// packs, in which order. Run is the whole job; the others are its parts, for
// documents that another tool made or that are used elsewhere.
//
//	WARC ─▶ extract ─▶ dedup-url ─▶ dedup-text ─▶ dedup-pairs ─▶ dedup-attach ─▶ dedup-verify ─▶ dedup-cluster ─▶ dedup
//	                                                                                                               │
//	                                      ┌────────────────────────────── pool ◀────────────────────────────────────┘
//	seed ─▶ extract-positive, -negative   │
//	                    └─▶ seed-N ─▶ train-N ─▶ score-N ─┐
//	                          ▲           ├─▶ tokens ─────┤
//	                          │    decontaminate ─────────┴─▶ cut-N ─▶ select-N ─▶ corpus-N
//	                          │                                │
//	                      expand-N ◀─ rules-N ◀─ metrics-N ◀───┴─▶ domains-map-N ─▶ domains-N
//
// With a kept corpus, extract-against sketches it beside extract. Where pairs are
// many, rounds, dedup-settle-1 and on, come before dedup-cluster.
//
// The names of the stages of the loop carry the number of their round; what
// no round changes is done once, and only the last round makes a corpus.
//
// A recipe is made twice from the same facts: New plans it from a config and
// the files that it names, FromPlan finds it again in the plan of a run folder,
// so that any process can do any task.
package recipe

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"mathsieve/internal/config"
	"mathsieve/internal/corpus"
	"mathsieve/internal/decontam"
	"mathsieve/internal/dedup"
	"mathsieve/internal/extract"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/seed"
	"mathsieve/internal/storage"
	"mathsieve/internal/tokens"
)

// OutputVersion changes when the same plan would give other bytes.
const OutputVersion = "3"

// The recipes.
const (
	Run           = "run"
	Extract       = "extract"
	Dedup         = "dedup"
	Train         = "train"
	Score         = "score"
	Decontaminate = "decontaminate"
	Select        = "select"
)

// A Recipe is a plan and the stages that carry it out.
type Recipe struct {
	Plan   pipeline.Plan
	Stages []pipeline.Stage
	// Passed are the files that New passed over in the folders of the input.
	Passed Passed
	job    *job
}

// New plans a recipe from the settings and the files that they name, for a run
// in the folder dir. What is in that folder is no input of the run, even if it
// lies in one of those that are.
func New(name string, cfg config.Config, dir string) (*Recipe, error) {
	if (name == Run || name == Train) && cfg.Model == "" {
		if err := checkModelMemory(cfg); err != nil {
			return nil, err
		}
	}
	plan := pipeline.Plan{Schema: pipeline.PlanSchema, Version: OutputVersion, Recipe: name}
	var err error
	if plan.Config, err = cfg.Decisive(); err != nil {
		return nil, err
	}
	inputs := []struct {
		role  string
		names []string
	}{
		{rolePool, cfg.Input},
		{rolePositive, cfg.Positive},
		{roleNegative, cfg.Negative},
		{roleBenchmark, cfg.Benchmark},
	}
	for _, one := range []struct{ role, name string }{
		{roleModel, cfg.Model},
		{roleSiteRules, cfg.Extract.SiteRules},
		{roleLanguages, cfg.Extract.LanguageModel},
	} {
		if one.name != "" {
			inputs = append(inputs, struct {
				role  string
				names []string
			}{one.role, []string{one.name}})
		}
	}
	find := newFinder(dir)
	for _, in := range inputs {
		files, err := find.identify(in.role, in.names)
		if err != nil {
			return nil, err
		}
		plan.Inputs = append(plan.Inputs, files...)
	}
	against, err := find.identifyAgainst(cfg.Against)
	if err != nil {
		return nil, err
	}
	plan.Inputs = append(plan.Inputs, against...)
	r, err := FromPlan(plan)
	if err != nil {
		return nil, err
	}
	if _, err := r.job.pages(); err != nil {
		return nil, err
	}
	r.Passed = find.passed
	return r, nil
}

// ErrMemory says that the settings need more memory than the run may use.
var ErrMemory = errors.New("not enough memory allowed")

// checkModelMemory fails, before anything else is done, if the matrix of the
// classifier alone will not fit.
func checkModelMemory(cfg config.Config) error {
	need := int64(cfg.Train.Bucket) * int64(cfg.Train.Dim) * 4
	if need <= int64(cfg.Runtime.Memory) {
		return nil
	}
	return fmt.Errorf("%w: a classifier of train.bucket %d and train.dim %d takes %d MiB, runtime.memory is %s",
		ErrMemory, cfg.Train.Bucket, cfg.Train.Dim, need>>20, cfg.Runtime.Memory)
}

// Open opens an existing run folder and finds its recipe. It fails where the
// folder was made by another output version.
func Open(dir string) (*pipeline.Run, *Recipe, error) {
	run, err := pipeline.LoadRun(storage.OS(), dir)
	if err != nil {
		return nil, nil, err
	}
	if err := run.RequireVersion(OutputVersion); err != nil {
		return nil, nil, err
	}
	r, err := FromPlan(run.Plan())
	return run, r, err
}

// FromPlan returns the recipe that a plan names.
func FromPlan(plan pipeline.Plan) (*Recipe, error) {
	j, err := newJob(plan)
	if err != nil {
		return nil, err
	}
	build := map[string]func() []pipeline.Stage{
		Run: j.run, Extract: j.extract, Dedup: j.dedup, Train: j.train,
		Score: j.score, Decontaminate: j.decontaminate, Select: j.selection,
	}[plan.Recipe]
	if build == nil {
		return nil, fmt.Errorf("the plan names the recipe %q, which this version does not know", plan.Recipe)
	}
	if err := j.hasInputs(); err != nil {
		return nil, err
	}
	return &Recipe{Plan: plan, Stages: build(), job: j}, nil
}

// hasInputs fails if the plan lacks inputs without which there is nothing to do.
func (j *job) hasInputs() error {
	switch {
	case j.plan.Recipe != Train && len(j.pool.inputs) == 0:
		return ErrNoPool
	case j.plan.Recipe == Train && len(j.positive.inputs) == 0:
		return seed.ErrNoPositives
	case j.plan.Recipe == Train && len(j.negative.inputs) == 0:
		return seed.ErrNoNegatives
	}
	return nil
}

// A job is what the stages of a recipe share. It is immutable but for the
// caches, which only spare work.
type job struct {
	cfg   config.Config
	plan  pipeline.Plan
	parts int // partitions of the global steps

	pool, positive, negative extractStage
	// against is the kept corpus that the pool is held against, and kept says
	// what each of its packs is.
	against extractStage
	kept    []keptPack

	mu         sync.Mutex
	extractor  *extract.Extractor
	scorers    map[string]*scorer
	vocab      *tokens.Vocabulary
	benchmarks *decontam.Index
	keptRuns   map[string]keptRun
}

func newJob(plan pipeline.Plan) (*job, error) {
	cfg, err := config.FromDecisive(plan.Config)
	if err != nil {
		return nil, err
	}
	j := &job{cfg: cfg, plan: plan, scorers: map[string]*scorer{}}
	inputs := inputsOf(plan, rolePool)
	against, kept := againstOf(plan)
	if err := checkPacks(len(inputs) + len(against)); err != nil {
		return nil, err
	}
	j.parts = partitions(slices.Concat(inputs, against))
	j.kept = kept
	j.against = extractStage{
		name: stageAgainst, job: j, inputs: against, none: ErrNoDocuments,
		sketches: true, kept: true, firstPack: len(inputs),
	}
	j.pool = extractStage{name: "extract", job: j, inputs: inputs, none: ErrNoDocuments}
	j.positive = extractStage{name: "extract-positive", job: j, inputs: inputsOf(plan, rolePositive), none: seed.ErrNoPositives}
	j.negative = extractStage{name: "extract-negative", job: j, inputs: inputsOf(plan, roleNegative), none: seed.ErrNoNegatives}
	return j, nil
}

// checkPacks fails if there are more packs than deduplication has numbers for.
func checkPacks(n int) error {
	if n == 0 {
		return nil
	}
	return dedup.CheckPosition(n-1, 0)
}

// pages returns the extractor of pages. The files that it is made of are read
// when they are first needed, and must be those of the plan.
func (j *job) pages() (*extract.Extractor, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.extractor != nil {
		return j.extractor, nil
	}
	options := j.cfg.Extract
	for _, file := range []struct {
		role string
		path *string
	}{{roleSiteRules, &options.SiteRules}, {roleLanguages, &options.LanguageModel}} {
		for _, in := range inputsOf(j.plan, file.role) {
			now, err := identifyFile(file.role, in.Path)
			if err != nil {
				return nil, err
			}
			if now != in {
				return nil, fmt.Errorf("%w: %s", ErrInputChanged, in.Path)
			}
			*file.path = in.Path
		}
	}
	var err error
	j.extractor, err = extract.New(options)
	return j.extractor, err
}

// partitions is the number of tasks that the global steps are cut into: it
// follows from the inputs alone, so that every process plans the same.
func partitions(inputs []pipeline.Input) int {
	const (
		bytesEach   = 1 << 30 // of input, mostly compressed: some ten million keys
		least, most = 4, 4096
	)
	var total int64
	for _, in := range inputs {
		total += max(in.Size, 0)
	}
	return int(min(max(total/bytesEach, least), most))
}

// Errors of recipes that have nothing to work on, to be tested with errors.Is.
var (
	ErrNoDocuments = errors.New("no document in the input")
	ErrNoPool      = errors.New("no input given")
)

// extract is the recipe that ends with the documents of WARC files.
func (j *job) extract() []pipeline.Stage {
	j.pool.docsAt = func(pack int) string { return partName(pack, corpus.JSONLZstd) }
	return []pipeline.Stage{j.pool.stage()}
}

// dedup is the recipe that ends with the documents that are no duplicates.
func (j *job) dedup() []pipeline.Stage {
	j.pool.sketches = true
	stages := append([]pipeline.Stage{j.pool.stage()}, j.dedupStages(j.pool)...)
	return append(stages, j.documentsStage(documentsStage{after: []string{j.pool.name, stageDuplicate}, drops: j.duplicates}))
}

// run is the whole job.
func (j *job) run() []pipeline.Stage {
	var stages []pipeline.Stage
	j.pool.sketches = true
	if !j.hasModel() {
		j.pool.first = j.given()
		for _, s := range j.pool.first {
			stages = append(stages, s.stage())
		}
	}
	stages = append(stages, j.pool.stage())
	stages = append(stages, j.dedupStages(j.pool)...)
	unique := func(run *pipeline.Run) pool { return j.pool.pool(run).without(j.duplicates) }
	after := []string{j.pool.name, stageDuplicate}
	once := []pipeline.Stage{j.tokensStage(unique, after)}
	if j.hasBenchmarks() {
		once = append(once, j.decontaminateStage(unique, after))
	}
	return append(stages, j.loopStages(unique, after, once)...)
}

func (j *job) hasModel() bool      { return len(inputsOf(j.plan, roleModel)) > 0 }
func (j *job) hasBenchmarks() bool { return len(inputsOf(j.plan, roleBenchmark)) > 0 }
