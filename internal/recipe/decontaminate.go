package recipe

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"mathsieve/internal/corpus"
	"mathsieve/internal/decontam"
	"mathsieve/internal/pipeline"
)

const stageHits = "decontaminate"

// reasonContaminated marks a document that holds a text of a benchmark.
const reasonContaminated corpus.Reason = "contaminated"

// decontaminateStage marks the documents of the pool that hold a benchmark's
// text, with what was matched.
func (j *job) decontaminateStage(docs poolOf, after []string) pipeline.Stage {
	return pipeline.Stage{
		Name:   stageHits,
		After:  after,
		Memory: 64 << 20,
		Count:  func(run *pipeline.Run) (int, error) { return docs(run).Packs(), nil },
		Task: func(ctx context.Context, t *pipeline.Task) error {
			index, err := j.benchmarkIndex()
			if err != nil {
				return err
			}
			file, err := newOutput(t.Create(marksName))
			if err != nil {
				return err
			}
			marks, err := corpus.NewMarkWriter(file)
			if err != nil {
				return err
			}
			type found struct {
				hit decontam.Hit
				ok  bool
			}
			worker := func() func(*corpus.Document) (found, error) {
				w := index.NewWorker()
				return func(doc *corpus.Document) (found, error) {
					hit, ok := w.Find(doc.Text)
					return found{hit, ok}, nil
				}
			}
			_, err = eachRow(ctx, t, docs(t.Run), worker, func(item *rowItem[found]) error {
				t.Add("in", 1)
				if !item.value.ok {
					t.Add("out", 1)
					return nil
				}
				hit := item.value.hit
				t.Add("drop."+string(reasonContaminated), 1)
				t.Add("benchmark."+hit.Benchmark, 1)
				return marks.Write(corpus.Mark{
					Row: item.row, Reason: reasonContaminated, TwinPack: -1, TwinRow: -1,
					Detail: fmt.Sprintf("%s item %d: %s", hit.Benchmark, hit.Item, hit.Gram),
				})
			})
			if err != nil {
				return err
			}
			if err := marks.Close(); err != nil {
				return err
			}
			return file.Close()
		},
	}
}

// hits reads the marks of decontamination in a pack.
func (j *job) hits(run *pipeline.Run, pack int) ([]corpus.Mark, error) {
	return readMarks(run, stageHits, pack, marksName)
}

// benchmarkIndex builds the index, once in a process.
func (j *job) benchmarkIndex() (*decontam.Index, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.benchmarks != nil {
		return j.benchmarks, nil
	}
	builder := decontam.NewBuilder(j.cfg.Decontaminate)
	for _, in := range inputsOf(j.plan, roleBenchmark) {
		if err := addBenchmark(builder, in); err != nil {
			return nil, err
		}
	}
	j.benchmarks = builder.Build()
	return j.benchmarks, nil
}

// ErrBenchmark says that a benchmark file cannot be used.
var ErrBenchmark = errors.New("benchmark")

func addBenchmark(b *decontam.Builder, in pipeline.Input) error {
	f, err := openInput(in)
	if err != nil {
		return err
	}
	defer f.Close()
	// Benchmarks are told apart by the folder too: many files are called test.jsonl.
	name := filepath.Base(filepath.Dir(in.Path)) + "/" + filepath.Base(in.Path)
	if err := b.ReadBenchmark(f, name); err != nil {
		return fmt.Errorf("%w %s: %w", ErrBenchmark, in.Path, err)
	}
	return nil
}
