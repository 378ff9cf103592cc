package pipeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/storage"
)

// killDir is the variable that makes this test binary a process to be killed:
// the run folder on a real disk.
const killDir = "MATHSIEVE_TEST_KILL_DIR"

// runOnDisk runs the job with tasks that take their time.
func runOnDisk(ctx context.Context, dir string) error {
	run, err := pipeline.OpenRun(storage.OS(), dir, jobPlan())
	if err != nil {
		return err
	}
	stages := jobStages()
	for i := range stages {
		do := stages[i].Task
		stages[i].Task = func(ctx context.Context, t *pipeline.Task) error {
			err := do(ctx, t)
			time.Sleep(15 * time.Millisecond)
			return err
		}
	}
	_, err = pipeline.RunStages(ctx, run, stages, pipeline.Options{Workers: 2})
	return err
}

// TestKilled kills the process of the job again and again, at any moment, and
// lets the last one end. The tree is that of a job that nobody has killed.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" {
		if err := runOnDisk(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const kills = 25
	rng := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir() + "/run"
	inside := 0 // kills before the end of the job
	for range kills {
		child := exec.CommandContext(t.Context(), self, "-test.run=^TestKilled$")
		child.Env = append(os.Environ(), killDir+"="+dir)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(5+rng.IntN(40)) * time.Millisecond)
		_ = child.Process.Kill() // it may have ended
		_ = child.Wait()         // with the signal
		if err := checkDisk(t, dir); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(dir + "/stages/total/seal.json"); err != nil {
			inside++
		} else if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of %d kills before the end", inside, kills)
	if err := runOnDisk(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	want, err := quietTree()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{"/": "", "/runs/": ""}
	readTree(t, storage.OS(), dir, runDir, got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tree on disk (-want +got):\n%s", diff)
	}
}

// checkDisk looks for a marker that names what is not there.
func checkDisk(t *testing.T, dir string) error {
	t.Helper()
	if _, err := os.Stat(dir + "/plan.json"); err != nil {
		return nil //nolint:nilerr // killed before the run began
	}
	run, err := pipeline.LoadRun(storage.OS(), dir)
	if err != nil {
		return err
	}
	found, err := pipeline.Verify(t.Context(), run, pipeline.VerifyOptions{})
	if err != nil {
		return err
	}
	if len(found.Problems) > 0 {
		return fmt.Errorf("%+v", found.Problems)
	}
	return nil
}
