package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/storage"
	"mathsieve/internal/storage/faultfs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// runDir is where the jobs of these tests live in a file system in memory.
const runDir = "/runs/job"

func jobPlan() pipeline.Plan {
	return pipeline.Plan{
		Version: "1.0",
		Recipe:  "job",
		Config:  json.RawMessage(`{"select": {"budgets": ["40B"]}, "extract": {"words": 300}}`),
		Inputs:  []pipeline.Input{{Path: "a.warc.gz", Size: 10, Hash: "aa", Role: "warc"}},
	}
}

// jobStages is a small job of three stages: make writes two files for each of
// three tasks, with the help of scratch files; join reads them all and writes
// files for users; total has as many tasks as the counters of make say.
func jobStages() []pipeline.Stage {
	return []pipeline.Stage{
		{Name: "make", Count: countOf(3), Task: makeTask},
		{Name: "join", After: []string{"make"}, Count: countOf(2), Task: joinTask},
		{Name: "total", After: []string{"make", "join"}, Count: countTotal, Task: totalTask},
	}
}

func countOf(n int) func(*pipeline.Run) (int, error) {
	return func(*pipeline.Run) (int, error) { return n, nil }
}

func makeTask(ctx context.Context, t *pipeline.Task) error {
	lines := strings.Repeat(fmt.Sprintf("line of task %d\n", t.Index), 60)
	if err := viaScratch(t, lines); err != nil {
		return err
	}
	data, err := t.Create("data")
	if err != nil {
		return err
	}
	keys, err := t.Create("keys")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(data, lines); err != nil {
		return err
	}
	if err := data.Close(); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(keys, "key %d of %d\n", t.Index, t.Count); err != nil {
		return err
	}
	t.Add("files", 2)
	t.Add("bytes", int64(len(lines)))
	t.Progress(60, int64(len(lines)))
	return ctx.Err()
}

func viaScratch(t *pipeline.Task, lines string) error {
	dir, err := t.Scratch()
	if err != nil {
		return err
	}
	h, err := t.FS().Create(path.Join(dir, "spill"))
	if err != nil {
		return err
	}
	if n, err := io.WriteString(h, lines); err != nil || n < len(lines) {
		return errors.Join(err, h.Close(), io.ErrShortWrite)
	}
	return h.Close()
}

func joinTask(_ context.Context, t *pipeline.Task) error {
	out, err := t.CreateAt(fmt.Sprintf("corpus/tier-%03dB/part-00000.txt", 40*t.Index))
	if err != nil {
		return err
	}
	tasks, err := t.Run.Tasks("make")
	if err != nil {
		return err
	}
	for i := range tasks {
		r, err := t.Run.Open("make", i, "data")
		if err != nil {
			return err
		}
		n, err := io.Copy(out, r)
		if err := errors.Join(err, r.Close()); err != nil {
			return err
		}
		t.Add("bytes", n)
	}
	return nil
}

func countTotal(run *pipeline.Run) (int, error) {
	counters, err := run.SealedCounters("make")
	return int(counters["files"] / 6), err
}

func totalTask(_ context.Context, t *pipeline.Task) error {
	out, err := t.Create("total")
	if err != nil {
		return err
	}
	outputs, err := t.Run.Outputs("join")
	if err != nil {
		return err
	}
	for i, of := range outputs {
		r, err := t.Run.OpenAt("join", i, of[0].Path)
		if err != nil {
			return err
		}
		part := make([]byte, 20)
		_, err = r.ReadAt(part, r.Size()-int64(len(part)))
		if err := errors.Join(err, r.Close()); err != nil {
			return err
		}
		if _, err := out.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// runJob starts the job or goes on with it.
func runJob(ctx context.Context, fsys storage.FS, opts pipeline.Options) (pipeline.Report, error) {
	run, err := pipeline.OpenRun(fsys, runDir, jobPlan())
	if err != nil {
		return pipeline.Report{}, err
	}
	return pipeline.RunStages(ctx, run, jobStages(), opts)
}

// quietTree is the tree of a job that nothing has disturbed.
var quietTree = sync.OnceValues(func() (map[string]string, error) {
	fsys := faultfs.New()
	_, err := runJob(context.Background(), fsys, pipeline.Options{Workers: 1})
	return fsys.Tree(), err
})

// checkTree compares a tree with the one of an undisturbed job.
func checkTree(t *testing.T, fsys *faultfs.FS, label string) {
	t.Helper()
	want, err := quietTree()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, fsys.Tree()); diff != "" {
		t.Fatalf("%s: tree (-want +got):\n%s", label, diff)
	}
}

// checkDurable cuts the power and compares what is left with the tree of an
// undisturbed job. Attempts that were removed may be there again.
func checkDurable(t *testing.T, fsys *faultfs.FS, seed uint64, label string) {
	t.Helper()
	want, err := quietTree()
	if err != nil {
		t.Fatal(err)
	}
	got := fsys.Crash(seed).Tree()
	maps.DeleteFunc(got, func(name, _ string) bool { return strings.Contains(name, ".tmp.") })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s: tree after a power cut (-want +got):\n%s", label, diff)
	}
}

// checkTruth looks for a marker or seal that names what is not there.
func checkTruth(t *testing.T, fsys storage.FS, label string) {
	t.Helper()
	run, err := pipeline.LoadRun(fsys, runDir)
	if errors.Is(err, pipeline.ErrNoRun) {
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", label, err)
	}
	found, err := pipeline.Verify(t.Context(), run, pipeline.VerifyOptions{})
	if err != nil {
		t.Fatalf("%s: %v", label, err)
	}
	for _, p := range found.Problems {
		t.Fatalf("%s: %s: %v", label, p.Path, p.Err)
	}
}

// A recorder is a Progress that remembers.
type recorder struct {
	mu       sync.Mutex
	calls    []string
	finished []string // markers of tasks that were reported as done
	docs     int64
}

func (r *recorder) add(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, fmt.Sprintf(format, args...))
}

func (r *recorder) StageStarted(stage string, tasks, done int) {
	r.add("start %s %d/%d", stage, done, tasks)
}

func (r *recorder) Advanced(stage string, docs, _ int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.docs += docs
}

func (r *recorder) TaskFinished(stage string, index int, _ map[string]int64, err error) {
	r.add("task %s %d %v", stage, index, err)
	if err == nil {
		r.finished = append(r.finished, fmt.Sprintf("%s/stages/%s/%05d.json", runDir, stage, index))
	}
}

func (r *recorder) StageEnded(stage string, sealed bool) { r.add("end %s %v", stage, sealed) }
