package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/storage"
	"mathsieve/internal/storage/faultfs"
)

func openJob(t *testing.T, fsys storage.FS) *pipeline.Run {
	t.Helper()
	run, err := pipeline.OpenRun(fsys, runDir, jobPlan())
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// TestSameBytes runs the job with several numbers of workers, on a real disk too.
func TestSameBytes(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		fsys := faultfs.New()
		if _, err := runJob(t.Context(), fsys, pipeline.Options{Workers: workers, Memory: 1 << 20}); err != nil {
			t.Fatal(err)
		}
		checkTree(t, fsys, fmt.Sprintf("%d workers", workers))
	}

	fsys := storage.OS()
	dir := t.TempDir() + "/new/run"
	run, err := pipeline.OpenRun(fsys, dir, jobPlan())
	if err != nil {
		t.Fatal(err)
	}
	scratch := t.TempDir()
	if _, err := pipeline.RunStages(t.Context(), run, jobStages(), pipeline.Options{Scratch: scratch}); err != nil {
		t.Fatal(err)
	}
	if left, err := fsys.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("scratch folder holds %v, %v", left, err)
	}
	want, err := quietTree()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{"/": "", "/runs/": ""}
	readTree(t, fsys, dir, runDir, got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tree on disk (-want +got):\n%s", diff)
	}
}

func readTree(t *testing.T, fsys storage.FS, dir, name string, tree map[string]string) {
	t.Helper()
	tree[name+"/"] = ""
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			readTree(t, fsys, dir+"/"+entry.Name(), name+"/"+entry.Name(), tree)
			continue
		}
		h, err := fsys.Open(dir + "/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(h)
		if err := errors.Join(err, h.Close()); err != nil {
			t.Fatal(err)
		}
		tree[name+"/"+entry.Name()] = string(data)
	}
}

func TestReportAndProgress(t *testing.T) {
	fsys := faultfs.New()
	var progress recorder
	got, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1, Progress: &progress})
	if err != nil {
		t.Fatal(err)
	}
	for i := range got.Stages {
		got.Stages[i].Elapsed = 0
	}
	want := pipeline.Report{Stages: []pipeline.StageReport{
		{Stage: "make", Count: 3, Ran: 3, Counters: map[string]int64{"files": 6, "bytes": 2700}},
		{Stage: "join", Count: 2, Ran: 2, Counters: map[string]int64{"bytes": 5400}},
		{Stage: "total", Count: 1, Ran: 1, Counters: map[string]int64{}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	wantCalls := []string{
		"start make 0/3", "task make 0 <nil>", "task make 1 <nil>", "task make 2 <nil>", "end make true",
		"start join 0/2", "task join 0 <nil>", "task join 1 <nil>", "end join true",
		"start total 0/1", "task total 0 <nil>", "end total true",
	}
	if diff := cmp.Diff(wantCalls, progress.calls); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	if progress.docs != 180 {
		t.Errorf("progress of %d documents", progress.docs)
	}
	again, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range again.Stages {
		if stage.Ran != 0 || stage.Repaired != 0 || stage.Counters == nil {
			t.Errorf("second run: %+v", stage)
		}
	}
}

// TestAdvanced sees progress each second, while a task is still running.
func TestAdvanced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var progress recorder
		stage := pipeline.Stage{Name: "slow", Count: countOf(1), Task: func(_ context.Context, t *pipeline.Task) error {
			for range 3 {
				t.Progress(5, 100)
				time.Sleep(1100 * time.Millisecond)
				progress.mu.Lock()
				progress.calls = append(progress.calls, strconv.FormatInt(progress.docs, 10))
				progress.mu.Unlock()
			}
			return nil
		}}
		run := openJob(t, faultfs.New())
		if _, err := pipeline.RunStages(t.Context(), run, []pipeline.Stage{stage}, pipeline.Options{Progress: &progress}); err != nil {
			t.Fatal(err)
		}
		want := []string{"start slow 0/1", "5", "10", "15", "task slow 0 <nil>", "end slow true"}
		if diff := cmp.Diff(want, progress.calls); diff != "" {
			t.Errorf("progress (-want +got):\n%s", diff)
		}
	})
}

// TestShares divides workers and memory over the tasks that run at once.
func TestShares(t *testing.T) {
	f := func(tasks, workers int, need, memory int64, wantWorkers []int, wantMemory int64) {
		t.Helper()
		var mu sync.Mutex
		var got []int
		started := make(chan struct{}, tasks)
		stage := pipeline.Stage{Name: "s", Count: countOf(tasks), Memory: need, Task: func(_ context.Context, task *pipeline.Task) error {
			started <- struct{}{}
			for len(started) < len(wantWorkers) { // all slots hold a task
				time.Sleep(time.Millisecond)
			}
			mu.Lock()
			defer mu.Unlock()
			got = append(got, task.Workers)
			if task.Memory != wantMemory {
				t.Errorf("memory %d of a task", task.Memory)
			}
			return nil
		}}
		run := openJob(t, faultfs.New())
		if _, err := pipeline.RunStages(t.Context(), run, []pipeline.Stage{stage}, pipeline.Options{Workers: workers, Memory: memory}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		if !slices.Equal(got, wantWorkers) {
			t.Errorf("%d tasks, %d workers: shares %v", tasks, workers, got)
		}
	}
	f(1, 8, 0, 800, []int{8}, 800)
	f(3, 8, 0, 900, []int{2, 3, 3}, 300)
	f(8, 8, 0, 0, []int{1, 1, 1, 1, 1, 1, 1, 1}, 0)
	f(2, 8, 400, 900, []int{4, 4}, 450)
	f(1, 2, 5000, 900, []int{2}, 900)
}

// TestFailedTask fails one task: those that run go on and commit, no other
// starts, and the next run does the rest.
func TestFailedTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		var bad atomic.Bool
		bad.Store(true)
		var ran atomic.Int64
		failing := make(chan struct{})
		stages := []pipeline.Stage{{Name: "s", Count: countOf(6), Task: func(_ context.Context, task *pipeline.Task) error {
			ran.Add(1)
			if bad.Load() && task.Index == 1 {
				defer close(failing)
				return broken
			}
			if bad.Load() && task.Index == 0 {
				<-failing
				time.Sleep(time.Second) // until all else waits: the failure is noted before this task ends
			}
			out, err := task.Create("data")
			if err != nil {
				return err
			}
			_, err = io.WriteString(out, "x")
			return err
		}}}
		run := openJob(t, faultfs.New())
		_, err := pipeline.RunStages(t.Context(), run, stages, pipeline.Options{Workers: 2})
		var failed *pipeline.StageError
		if !errors.Is(err, broken) || !errors.As(err, &failed) || failed.Done != 1 || failed.Count != 6 || failed.Failed[0].Index != 1 {
			t.Fatalf("error %v", err)
		}
		if want := "stage s, task 1: broken; 1 of 6 tasks are done and safe"; err.Error() != want {
			t.Errorf("message %q", err)
		}
		if ran.Load() != 2 {
			t.Errorf("%d tasks ran", ran.Load())
		}
		if _, err := run.Marker("s", 0); err != nil {
			t.Errorf("the task beside it: %v", err)
		}
		missing, count, err := pipeline.Missing(run, stages, "s")
		if err != nil || count != 6 || !slices.Equal(missing, []int{1, 2, 3, 4, 5}) {
			t.Errorf("Missing = %v, %d, %v", missing, count, err)
		}
		if err := pipeline.Seal(run, stages, "s"); !errors.Is(err, pipeline.ErrNotSealed) {
			t.Errorf("Seal: %v", err)
		}
		bad.Store(false)
		if _, err := pipeline.RunStages(t.Context(), run, stages, pipeline.Options{}); err != nil {
			t.Fatal(err)
		}
		if ran.Load() != 7 {
			t.Errorf("%d tasks ran in all", ran.Load())
		}
	})
}

func TestMaxFailed(t *testing.T) {
	stages := []pipeline.Stage{{Name: "s", Count: countOf(5), Task: func(_ context.Context, task *pipeline.Task) error {
		if task.Index%2 == 0 {
			return fmt.Errorf("even: %w", syscall.ENOSPC)
		}
		return nil
	}}}
	run := openJob(t, faultfs.New())
	_, err := pipeline.RunStages(t.Context(), run, stages, pipeline.Options{Workers: 1, MaxFailed: 10})
	if want := "3 tasks failed; first stage s, task 0: even: no space left on device; 2 of 5 tasks are done and safe"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Error("the cause is lost")
	}
}

func TestTaskPanics(t *testing.T) {
	stages := []pipeline.Stage{{Name: "s", Count: countOf(1), Task: func(_ context.Context, task *pipeline.Task) error {
		if _, err := task.Create("data"); err != nil {
			return err
		}
		panic("bug")
	}}}
	fsys := faultfs.New()
	_, err := pipeline.RunStages(t.Context(), openJob(t, fsys), stages, pipeline.Options{})
	var bug *pipeline.PanicError
	if !errors.As(err, &bug) || bug.Value != "bug" || !strings.Contains(string(bug.Stack), "exec_test.go") {
		t.Errorf("error %v", err)
	}
	noAttempts(t, fsys)
}

func noAttempts(t *testing.T, fsys *faultfs.FS) {
	t.Helper()
	for name := range fsys.Tree() {
		if strings.Contains(name, ".tmp.") {
			t.Errorf("%s is left", name)
		}
	}
}

// markers lists the tasks that are done.
func markers(fsys *faultfs.FS) (names []string) {
	for name := range fsys.Tree() {
		if strings.HasSuffix(name, ".json") && strings.HasPrefix(path.Base(name), "0") {
			names = append(names, name)
		}
	}
	return names
}

// TestCancel stops the job in each of its tasks: nothing of an open task is
// left, and going on gives the same tree.
func TestCancel(t *testing.T) {
	for stop := range 6 {
		fsys := faultfs.New()
		ctx, cancel := context.WithCancel(t.Context())
		count := 0
		stages := jobStages()
		for i := range stages {
			do := stages[i].Task
			stages[i].Task = func(ctx context.Context, task *pipeline.Task) error {
				if count == stop {
					cancel()
				}
				count++
				return do(ctx, task) // may return nil although it was stopped
			}
		}
		_, err := pipeline.RunStages(ctx, openJob(t, fsys), stages, pipeline.Options{Workers: 1, MaxFailed: 10})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped in task %d: %v", stop, err)
		}
		if count != stop+1 {
			t.Errorf("stopped in task %d: %d tasks ran", stop, count)
		}
		noAttempts(t, fsys)
		if got := len(markers(fsys)); got != stop {
			t.Errorf("stopped in task %d: %d tasks are done", stop, got)
		}
		checkTruth(t, fsys, fmt.Sprint("stopped in task ", stop))
		if _, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1}); err != nil {
			t.Fatal(err)
		}
		checkTree(t, fsys, fmt.Sprint("stopped in task ", stop))
	}
}

// TestTwoDrivers runs the whole job twice at once on a file system without
// locks: both succeed.
func TestTwoDrivers(t *testing.T) {
	for range 20 {
		fsys := faultfs.New()
		fsys.NoLocks = true
		both := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 2})
				both <- err
			}()
		}
		for range 2 {
			if err := <-both; err != nil {
				t.Fatal(err)
			}
		}
		checkTree(t, fsys, "two drivers")
	}
}

// TestRunTask does the job as a cluster does: each task in a process of its
// own, three times at once, the driver only sealing.
func TestRunTask(t *testing.T) {
	const twins = 3
	fsys := faultfs.New()
	driver := openJob(t, fsys)
	for _, stage := range jobStages() {
		missing, count, err := pipeline.Missing(driver, jobStages(), stage.Name)
		if err != nil || len(missing) != count {
			t.Fatalf("Missing(%s) = %v, %d, %v", stage.Name, missing, count, err)
		}
		results := make(chan error, twins*count)
		for _, index := range missing {
			for range twins {
				go func() {
					run, err := pipeline.LoadRun(fsys, runDir)
					if err == nil {
						err = pipeline.RunTask(t.Context(), run, jobStages(), stage.Name, index, pipeline.Options{})
					}
					results <- err
				}()
			}
		}
		for range cap(results) {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if stage.Name == "make" {
			if _, _, err := pipeline.Missing(driver, jobStages(), "join"); !errors.Is(err, pipeline.ErrNotSealed) {
				t.Errorf("Missing after an open stage: %v", err)
			}
			if err := pipeline.RunTask(t.Context(), driver, jobStages(), "join", 0, pipeline.Options{}); !errors.Is(err, pipeline.ErrNotSealed) {
				t.Errorf("RunTask after an open stage: %v", err)
			}
		}
		if err := pipeline.Seal(driver, jobStages(), stage.Name); err != nil {
			t.Fatal(err)
		}
		if err := pipeline.Seal(driver, jobStages(), stage.Name); err != nil {
			t.Errorf("Seal again: %v", err)
		}
	}
	checkTree(t, fsys, "cluster")
	err := pipeline.RunTask(t.Context(), driver, jobStages(), "join", 2, pipeline.Options{})
	if want := "stage join has no task 2: it was planned for 2 tasks"; err == nil || err.Error() != want {
		t.Errorf("wrong index: %v", err)
	}
	if err := pipeline.RunTask(t.Context(), driver, jobStages(), "nosuch", 0, pipeline.Options{}); err == nil {
		t.Error("a stage that is not there has run")
	}
}

// TestLateNames runs a task, and seals, where seal and markers of other
// machines are not seen at once.
func TestLateNames(t *testing.T) {
	fsys := faultfs.New()
	run := openJob(t, fsys)
	for index := range 3 {
		if err := pipeline.RunTask(t.Context(), run, jobStages(), "make", index, pipeline.Options{}); err != nil {
			t.Fatal(err)
		}
		fsys.Hide(fmt.Sprintf("%s/stages/make/%05d.json", runDir, index))
	}
	if err := pipeline.Seal(run, jobStages(), "make"); err != nil {
		t.Fatal(err)
	}
	fsys.Hide(runDir + "/stages/make/seal.json")
	if err := pipeline.RunTask(t.Context(), openJob(t, fsys), jobStages(), "join", 0, pipeline.Options{}); err != nil {
		t.Error(err)
	}
}

// TestSweep starts while another process has an attempt open, and again after
// that one has died.
func TestSweep(t *testing.T) {
	fsys := faultfs.New()
	run := openJob(t, fsys)
	name := runDir + "/corpus/round-1/f"
	if err := storage.MkdirAll(fsys, runDir+"/corpus/round-1"); err != nil {
		t.Fatal(err)
	}
	if _, err := storage.Create(fsys, name); err != nil {
		t.Fatal(err)
	}
	attempts := func() (n int) {
		for name := range fsys.Tree() {
			if strings.Contains(name, ".tmp.") {
				n++
			}
		}
		return n
	}
	alive, err := fsys.Lock(runDir+"/tasks.lock", true, storage.Self())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.RunStages(t.Context(), run, nil, pipeline.Options{}); err != nil || attempts() != 1 {
		t.Errorf("the living: %d attempts, %v", attempts(), err)
	}
	if err := alive.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.RunStages(t.Context(), run, nil, pipeline.Options{}); err != nil || attempts() != 0 {
		t.Errorf("the dead: %d attempts, %v", attempts(), err)
	}
}

func TestStatus(t *testing.T) {
	fsys := faultfs.New()
	run := openJob(t, fsys)
	f := func(want ...pipeline.StageStatus) {
		t.Helper()
		got, err := pipeline.Status(run, jobStages())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}
	}
	f(pipeline.StageStatus{Stage: "make", Total: 3}, pipeline.StageStatus{Stage: "join", Total: -1}, pipeline.StageStatus{Stage: "total", Total: -1})
	if err := pipeline.RunTask(t.Context(), run, jobStages(), "make", 1, pipeline.Options{}); err != nil {
		t.Fatal(err)
	}
	f(pipeline.StageStatus{Stage: "make", Total: 3, Done: 1}, pipeline.StageStatus{Stage: "join", Total: -1}, pipeline.StageStatus{Stage: "total", Total: -1})
}

func TestStageGraph(t *testing.T) {
	f := func(want string, stages ...pipeline.Stage) {
		t.Helper()
		run := openJob(t, faultfs.New())
		_, err := pipeline.RunStages(t.Context(), run, stages, pipeline.Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f("two stages are called a", pipeline.Stage{Name: "a"}, pipeline.Stage{Name: "a"})
	f("stage b is read but not defined", pipeline.Stage{Name: "a", After: []string{"b"}})
	f("stage a reads its own results", pipeline.Stage{Name: "a", After: []string{"b"}}, pipeline.Stage{Name: "b", After: []string{"a"}})
	f("stage name", pipeline.Stage{Name: "../a"})
	f("stage name", pipeline.Stage{Name: ""})
}

func TestOutputNames(t *testing.T) {
	run := openJob(t, faultfs.New())
	stages := []pipeline.Stage{{Name: "s", Count: countOf(1), Task: func(_ context.Context, task *pipeline.Task) error {
		for _, name := range []string{"", "json", "a/b", "..", ".", ".hidden", "a b", "ü", "a.tmp.1", strings.Repeat("a", 200)} {
			if _, err := task.Create(name); err == nil {
				t.Errorf("Create(%q) was accepted", name)
			}
		}
		for _, name := range []string{"", "/a", "a//b", "../a", "a/../b", "a/", "stages/x", "plan.json", "run.lock", "tasks.lock", `a\b`} {
			if _, err := task.CreateAt(name); err == nil {
				t.Errorf("CreateAt(%q) was accepted", name)
			}
		}
		if _, err := task.CreateAt("a/B/tier-040B.x"); err != nil {
			t.Error(err)
		}
		if _, err := task.CreateAt("a/B/tier-040B.x"); err == nil {
			t.Error("one output was made twice")
		}
		return nil
	}}}
	if _, err := pipeline.RunStages(t.Context(), run, stages, pipeline.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Find("s", 0, "nosuch"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Find of nothing: %v", err)
	}
	if _, err := run.Find("s", 7, "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Find in no task: %v", err)
	}
}

func TestOutputOfTwoTasks(t *testing.T) {
	stages := []pipeline.Stage{{Name: "s", Count: countOf(2), Task: func(_ context.Context, task *pipeline.Task) error {
		_, err := task.CreateAt("same")
		return err
	}}}
	_, err := pipeline.RunStages(t.Context(), openJob(t, faultfs.New()), stages, pipeline.Options{})
	if err == nil || !strings.Contains(err.Error(), "tasks 0 and 1 both write same") {
		t.Errorf("error %v", err)
	}
}
