package recipe_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/config"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
	"mathsieve/internal/storage"
)

// TestSameBytes does the whole job with other workers, other memory, and task
// by task in a process of its own each: the folder is the same to the byte.
func TestSameBytes(t *testing.T) {
	c := newCrawl(t, 2, 120, 3)
	work := t.TempDir()
	cfg := settings(t, c.files, "20K,50K")
	want := filepath.Join(work, "one")
	carryOut(t, recipe.Run, cfg, want, pipeline.Options{Workers: 1, Memory: 4 << 30})
	for name, o := range map[string]pipeline.Options{
		"eight":  {Workers: 8, Memory: 4 << 30},
		"little": {Workers: 3, Memory: 256 << 20},
		"least":  {Workers: 2, Memory: 1 << 20}, // everything that can spill does
	} {
		got := filepath.Join(work, name)
		carryOut(t, recipe.Run, cfg, got, o)
		if diff := cmp.Diff(tree(t, want), tree(t, got)); diff != "" {
			t.Errorf("%+v: other files (-want +got):\n%s", o, diff)
		}
	}
	t.Run("task by task", func(t *testing.T) {
		got := filepath.Join(work, "tasks")
		_, _, err := job(recipe.Run, cfg, got)
		if err != nil {
			t.Fatal(err)
		}
		taskByTask(t, got)
		if diff := cmp.Diff(tree(t, want), tree(t, got)); diff != "" {
			t.Errorf("other files (-want +got):\n%s", diff)
		}
	})
}

// taskByTask is a job array: each task starts from the folder alone, in any
// order, and some of them run twice.
func taskByTask(t *testing.T, dir string) {
	t.Helper()
	load := func() (*pipeline.Run, []pipeline.Stage) {
		run, err := pipeline.LoadRun(storage.OS(), dir)
		if err != nil {
			t.Fatal(err)
		}
		r, err := recipe.FromPlan(run.Plan())
		if err != nil {
			t.Fatal(err)
		}
		return run, r.Stages
	}
	rng := rand.New(rand.NewPCG(3, 4))
	driver, stages := load()
	for _, stage := range stages {
		missing, _, err := pipeline.Missing(driver, stages, stage.Name)
		if err != nil {
			t.Fatal(err)
		}
		rng.Shuffle(len(missing), func(i, j int) { missing[i], missing[j] = missing[j], missing[i] })
		for _, index := range append(missing, missing[:min(1, len(missing))]...) {
			run, stages := load()
			if err := pipeline.RunTask(t.Context(), run, stages, stage.Name, index, pipeline.Options{Workers: 1 + rng.IntN(3)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := pipeline.Seal(driver, stages, stage.Name); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRepair damages every kind of file that a stage made, one after the
// other, takes away what later stages made of it, and goes on: the stage that
// reads the file finds the damage, verify finds it where nobody reads the file
// any more, it is made anew, and the folder is what it was.
func TestRepair(t *testing.T) {
	if testing.Short() {
		t.Skip("does the job once for every kind of file in a run folder")
	}
	c := newCrawl(t, 5, 30, 2)
	dir := filepath.Join(t.TempDir(), "run")
	cfg := settings(t, c.files, "5K,all")
	r, _ := carryOut(t, recipe.Run, cfg, dir, pipeline.Options{Workers: 2})
	want := tree(t, dir)
	for at, stage := range r.Stages {
		run, err := pipeline.LoadRun(storage.OS(), dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range oneOfEachKind(t, run, stage.Name) {
			for _, later := range r.Stages[at+1:] {
				if err := undo(dir, later.Name); err != nil {
					t.Fatal(err)
				}
			}
			flip(t, filepath.Join(dir, name))
			if err := again(t.Context(), cfg, dir); err != nil {
				t.Fatalf("with damage in %s: %v", name, err)
			}
			if got := tree(t, dir); got[name] != want[name] {
				t.Logf("no stage read %s", name)
				removeDamaged(t, dir, name)
				if err := again(t.Context(), cfg, dir); err != nil {
					t.Fatalf("without %s: %v", name, err)
				}
			}
			if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
				t.Fatalf("after damage in %s (-want +got):\n%s", name, diff)
			}
		}
	}
}

// oneOfEachKind lists outputs of a stage: the first that is not empty of each
// name.
func oneOfEachKind(t *testing.T, run *pipeline.Run, stage string) []string {
	t.Helper()
	outputs, err := run.Outputs(stage)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	seen := map[string]bool{}
	for _, files := range outputs {
		for _, out := range files {
			_, kind, _ := strings.Cut(filepath.Base(out.Path), ".")
			if !seen[kind] && out.Size > 0 {
				seen[kind] = true
				names = append(names, out.Path)
			}
		}
	}
	return names
}

// undo takes away the markers of a stage, and so all that it made.
func undo(dir, stage string) error { return os.RemoveAll(filepath.Join(dir, "stages", stage)) }

func flip(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)*2/3] ^= 1
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// again does what a user does: the same command once more.
func again(ctx context.Context, cfg config.Config, dir string) error {
	r, run, err := job(recipe.Run, cfg, dir)
	if err != nil {
		return err
	}
	_, err = pipeline.RunStages(ctx, run, r.Stages, pipeline.Options{Workers: 2})
	return err
}

// removeDamaged is verify with --repair, which must find one file.
func removeDamaged(t *testing.T, dir, damaged string) {
	t.Helper()
	run, err := pipeline.LoadRun(storage.OS(), dir)
	if err != nil {
		t.Fatal(err)
	}
	v, err := pipeline.Verify(t.Context(), run, pipeline.VerifyOptions{Workers: 2, Remove: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Problems) != 1 || v.Problems[0].Path != damaged {
		t.Fatalf("verify found %v, want %s", v.Problems, damaged)
	}
}

// Variables that make this test binary a process to be killed, and that say
// how often.
const (
	killDir   = "MATHSIEVE_TEST_KILL_DIR"
	killInput = "MATHSIEVE_TEST_KILL_INPUT"
	killTimes = "MATHSIEVE_TEST_KILLS"
)

// killSettings are those of the job that is killed.
func killSettings(t *testing.T, input string) config.Config {
	t.Helper()
	return settings(t, []string{input}, "20K,50K")
}

// TestKilled kills the process of the whole job at random moments, again and
// again, and lets the last one end: the folder is that of a job that nobody
// has killed.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" {
		if err := again(t.Context(), killSettings(t, os.Getenv(killInput)), dir); err != nil {
			t.Fatal(err)
		}
		return
	}
	if testing.Short() {
		t.Skip("kills processes for seconds")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	kills := 5
	if text := os.Getenv(killTimes); text != "" {
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	c := newCrawl(t, 9, 80, 1)
	work := t.TempDir()
	quiet, dir := filepath.Join(work, "quiet"), filepath.Join(work, "killed")
	begun := time.Now()
	carryOut(t, recipe.Run, killSettings(t, c.files[0]), quiet, pipeline.Options{Workers: 2})
	took := time.Since(begun)
	want := tree(t, quiet)
	rng := rand.New(rand.NewPCG(7, uint64(kills)))
	inside := 0
	for range kills {
		child := exec.CommandContext(t.Context(), self, "-test.run=^TestKilled$")
		child.Env = append(os.Environ(), killDir+"="+dir, killInput+"="+c.files[0])
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		// Each process goes on where the one before was: a third of the whole
		// is mostly inside.
		time.Sleep(time.Duration(rng.Int64N(int64(took)/3+1)) + 10*time.Millisecond)
		_ = child.Process.Kill() // it may have ended
		_ = child.Wait()         // with the signal
		for name, sum := range finalFiles(t, dir) {
			if want[name] != sum {
				t.Fatalf("%s is there, but not what it should be", name)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "stages", "corpus-1", "seal.json")); errors.Is(err, os.ErrNotExist) {
			inside++
		} else if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	if inside == 0 {
		t.Error("no kill hit the job")
	}
	t.Logf("%d of %d kills inside the job", inside, kills)
	if err := again(t.Context(), killSettings(t, c.files[0]), dir); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Errorf("other files (-want +got):\n%s", diff)
	}
}

// finalFiles are the files that users look for: of an interrupted job, each is
// whole or absent.
func finalFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, pattern := range []string{"models/*.bin", "corpus/*/*/part-*", "corpus/*/manifest.json", "stages/*/*.json"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.Contains(name, ".tmp.") {
				continue // an attempt, which nobody takes for a result
			}
			sums := tree(t, name)
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				t.Fatal(err)
			}
			files[rel] = sums["."]
		}
	}
	return files
}
