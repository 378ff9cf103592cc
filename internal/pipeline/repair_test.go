package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/storage"
	"mathsieve/internal/storage/faultfs"
)

// finished returns a file system with the finished job.
func finished(t *testing.T) *faultfs.FS {
	t.Helper()
	tree, err := quietTree()
	if err != nil {
		t.Fatal(err)
	}
	fsys := faultfs.New()
	for _, name := range slices.Sorted(maps.Keys(tree)) { // folders first
		if strings.HasSuffix(name, "/") {
			err = storage.MkdirAll(fsys, name)
		} else {
			err = fsys.WriteFile(name, tree[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	fsys.Reset()
	return fsys
}

func verify(t *testing.T, fsys storage.FS, opts pipeline.VerifyOptions) (pipeline.Verification, error) {
	t.Helper()
	run, err := pipeline.LoadRun(fsys, runDir)
	if err != nil {
		return pipeline.Verification{}, err
	}
	return pipeline.Verify(t.Context(), run, opts)
}

func TestVerify(t *testing.T) {
	fsys := finished(t)
	got, err := verify(t, fsys, pipeline.VerifyOptions{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if got.Stages != 3 || got.Tasks != 6 || got.Files != 9 || got.Bytes != 2700+3*11+2*2700+2*20 || len(got.Problems)+len(got.Attempts) > 0 {
		t.Errorf("verification %+v", got)
	}
	if _, err := storage.Create(fsys, runDir+"/corpus/x"); err != nil {
		t.Fatal(err)
	}
	if got, err = verify(t, fsys, pipeline.VerifyOptions{}); err != nil || len(got.Attempts) != 1 || len(got.Problems) > 0 {
		t.Errorf("with an attempt: %+v, %v", got, err)
	}
}

// TestVerifyFinds puts state files in place that are good, but not here.
func TestVerifyFinds(t *testing.T) {
	other := faultfs.New() // another result under the same plan
	stages := jobStages()
	for i := range stages {
		do := stages[i].Task
		stages[i].Task = func(ctx context.Context, task *pipeline.Task) error {
			task.Add("other", 1)
			return do(ctx, task)
		}
	}
	if _, err := pipeline.RunStages(t.Context(), openJob(t, other), stages, pipeline.Options{}); err != nil {
		t.Fatal(err)
	}
	f := func(from map[string]string, source, target string, want ...string) {
		t.Helper()
		fsys := finished(t)
		content, found := from[runDir+"/stages/"+source]
		if !found {
			t.Fatalf("no file %s", source)
		}
		if err := fsys.WriteFile(runDir+"/stages/"+target, content); err != nil {
			t.Fatal(err)
		}
		got, err := verify(t, fsys, pipeline.VerifyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, p := range got.Problems {
			if !errors.Is(p.Err, pipeline.ErrDamaged) {
				t.Errorf("%s as %s: %v", source, target, p.Err)
			}
			paths = append(paths, strings.TrimPrefix(p.Path, "stages/"))
		}
		if !slices.Equal(paths, want) {
			t.Errorf("%s as %s: found %q, want %q", source, target, paths, want)
		}
		if target == "make/00000.json" {
			if _, err := openJob(t, fsys).Marker("make", 0); !errors.Is(err, pipeline.ErrDamaged) {
				t.Errorf("%s as %s: Marker: %v", source, target, err)
			}
		}
	}
	good, err := quietTree()
	if err != nil {
		t.Fatal(err)
	}
	f(good, "join/seal.json", "make/seal.json", "make/seal.json")
	f(good, "make/00001.json", "make/00000.json", "make/00000.json")
	f(good, "join/00000.json", "make/00000.json", "make/00000.json")
	f(other.Tree(), "make/00000.json", "make/00000.json", "make/00000.json")
	f(other.Tree(), "total/seal.json", "total/seal.json", "total/00000.json", "total/seal.json")
	// The first stage of another result: all markers of later ones are wrong.
	f(other.Tree(), "make/seal.json", "make/seal.json", "join/00000.json", "join/00001.json", "join/seal.json",
		"make/00000.json", "make/00001.json", "make/00002.json", "total/00000.json", "total/seal.json")
}

// TestFlippedBits flips bits all over the run folder: each is found, and after
// the damaged file is removed, the job gives the same tree again.
func TestFlippedBits(t *testing.T) {
	const step = 89 // in bits; a prime, so that all bits of a byte are met
	want, err := quietTree()
	if err != nil {
		t.Fatal(err)
	}
	flips := 0
	for _, name := range slices.Sorted(maps.Keys(want)) {
		for bit := 0; bit < 8*len(want[name]); bit += step {
			flips++
			flipped := []byte(want[name])
			flipped[bit/8] ^= 1 << (bit % 8)
			fsys := finished(t)
			if err := fsys.WriteFile(name, string(flipped)); err != nil {
				t.Fatal(err)
			}
			found, err := verify(t, fsys, pipeline.VerifyOptions{Remove: true})
			if strings.HasSuffix(name, "plan.json") {
				if err == nil {
					t.Errorf("bit %d of %s: not found", bit, name)
				}
				continue
			}
			if err != nil || len(found.Problems) != 1 || runDir+"/"+found.Problems[0].Path != name {
				t.Fatalf("bit %d of %s: found %+v, %v", bit, name, found.Problems, err)
			}
			if _, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1}); err != nil {
				t.Fatalf("bit %d of %s: going on: %v", bit, name, err)
			}
			if !strings.HasSuffix(name, ".json") || strings.HasSuffix(name, "seal.json") { // markers of a sealed stage are not needed
				checkTree(t, fsys, fmt.Sprintf("bit %d of %s", bit, name))
			}
		}
	}
	t.Logf("%d bits flipped", flips)
}

// TestRepair damages the folder of a finished job and starts it again.
func TestRepair(t *testing.T) {
	f := func(label string, repaired int, damage func(set func(name, content string), remove func(name string))) {
		t.Helper()
		fsys := finished(t)
		damage(func(name, content string) {
			if err := fsys.WriteFile(runDir+"/"+name, content); err != nil {
				t.Fatal(err)
			}
		}, func(name string) {
			if err := fsys.Remove(runDir + "/" + name); err != nil {
				t.Fatal(err)
			}
		})
		report, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1})
		if err != nil {
			t.Fatalf("%s: %v", label, err)
		}
		got := 0
		for _, stage := range report.Stages {
			got += stage.Repaired
		}
		if got != repaired {
			t.Errorf("%s: %d tasks repaired, want %d", label, got, repaired)
		}
		checkTree(t, fsys, label)
	}
	type set = func(name, content string)
	type remove = func(name string)

	f("output gone", 1, func(_ set, remove remove) { remove("stages/make/00001.data") })
	f("output cut", 1, func(set set, _ remove) { set("stages/make/00001.data", "line of") })
	f("user's file cut", 1, func(set set, _ remove) { set("corpus/tier-040B/part-00000.txt", "") })
	f("seal cut", 1, func(set set, _ remove) { set("stages/make/seal.json", `{"plan":`) })
	f("seal gone", 0, func(_ set, remove remove) { remove("stages/make/seal.json") })
	f("seal and output gone", 1, func(_ set, remove remove) {
		remove("stages/make/seal.json")
		remove("stages/make/00002.keys")
	})
	f("seal gone, marker full of NUL", 1, func(set set, remove remove) {
		remove("stages/make/seal.json")
		set("stages/make/00000.json", strings.Repeat("\x00", 300))
	})
	f("seal gone, markers swapped", 2, func(set set, remove remove) {
		want, err := quietTree()
		if err != nil {
			t.Fatal(err)
		}
		remove("stages/make/seal.json")
		set("stages/make/00000.json", want[runDir+"/stages/make/00001.json"])
		set("stages/make/00001.json", want[runDir+"/stages/make/00000.json"])
	})
	// A leftover under a final name, of another version of the tool.
	f("unnamed file in the way", 0, func(set set, remove remove) {
		remove("stages/total/seal.json")
		remove("stages/total/00000.json")
		set("stages/total/00000.total", "other bytes")
	})
	// Siblings swapped: found only when join reads them, and then repaired.
	f("outputs swapped", 2, func(set set, remove remove) {
		want, err := quietTree()
		if err != nil {
			t.Fatal(err)
		}
		set("stages/make/00000.data", want[runDir+"/stages/make/00001.data"])
		set("stages/make/00001.data", want[runDir+"/stages/make/00000.data"])
		for _, name := range []string{"join/seal.json", "join/00000.json", "join/00001.json"} {
			remove("stages/" + name)
		}
	})
}

// TestDamagedInputOfRunTask removes what is damaged, so that Missing names it.
func TestDamagedInputOfRunTask(t *testing.T) {
	fsys := finished(t)
	for _, name := range []string{"join/seal.json", "join/00000.json"} {
		if err := fsys.Remove(runDir + "/stages/" + name); err != nil {
			t.Fatal(err)
		}
	}
	want, err := quietTree()
	if err != nil {
		t.Fatal(err)
	}
	if err := fsys.WriteFile(runDir+"/stages/make/00002.data", want[runDir+"/stages/make/00001.data"]); err != nil {
		t.Fatal(err)
	}
	run := openJob(t, fsys)
	err = pipeline.RunTask(t.Context(), run, jobStages(), "join", 0, pipeline.Options{})
	var bad *pipeline.DamagedError
	if !errors.Is(err, storage.ErrChecksum) || !errors.As(err, &bad) || bad.Path != "stages/make/00002.data" {
		t.Fatalf("RunTask: %v", err)
	}
	missing, _, err := pipeline.Missing(run, jobStages(), "make")
	if err != nil || !slices.Equal(missing, []int{2}) {
		t.Errorf("Missing = %v, %v", missing, err)
	}
}

// TestNotDeterministic gives other bytes the second time. What a marker names
// is never replaced.
func TestNotDeterministic(t *testing.T) {
	f := func(label string, sealed bool, do func(version int, task *pipeline.Task) error) {
		t.Helper()
		fsys := faultfs.New()
		version := 1
		stages := []pipeline.Stage{{Name: "s", Count: countOf(1), Task: func(_ context.Context, task *pipeline.Task) error {
			out, err := task.Create("first")
			if err != nil {
				return err
			}
			if _, err := io.WriteString(out, "always the same"); err != nil {
				return err
			}
			return do(version, task)
		}}}
		if _, err := pipeline.RunStages(t.Context(), openJob(t, fsys), stages, pipeline.Options{}); err != nil {
			t.Fatal(err)
		}
		before := fsys.Tree()
		version = 2
		lost := []string{"00000.first", "seal.json"}
		if sealed {
			lost[1] = "00000.json" // the seal has all that the marker says
		}
		for _, name := range lost {
			if err := fsys.Remove(runDir + "/stages/s/" + name); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := pipeline.RunStages(t.Context(), openJob(t, fsys), stages, pipeline.Options{}); !errors.Is(err, storage.ErrConflict) {
			t.Errorf("%s, sealed %v: %v", label, sealed, err)
		}
		after := fsys.Tree()
		for _, name := range []string{"00000.data", "00000.json"} {
			if name = runDir + "/stages/s/" + name; after[name] != "" && after[name] != before[name] {
				t.Errorf("%s, sealed %v: %s was replaced", label, sealed, name)
			}
		}
	}
	for _, sealed := range []bool{false, true} {
		f("other bytes", sealed, func(version int, task *pipeline.Task) error {
			out, err := task.Create("data")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(out, "version %d", version)
			return err
		})
		f("other counter", sealed, func(version int, task *pipeline.Task) error {
			task.Add("n", int64(version))
			return nil
		})
	}
}

// TestForeignOutput wants to write a file that another, sealed stage has written.
func TestForeignOutput(t *testing.T) {
	write := func(content string) func(context.Context, *pipeline.Task) error {
		return func(_ context.Context, task *pipeline.Task) error {
			out, err := task.CreateAt("models/model.bin")
			if err != nil {
				return err
			}
			_, err = io.WriteString(out, content)
			return err
		}
	}
	fsys := faultfs.New()
	stages := []pipeline.Stage{
		{Name: "a", Count: countOf(1), Task: write("a")},
		{Name: "b", Count: countOf(1), Task: write("b")},
	}
	_, err := pipeline.RunStages(t.Context(), openJob(t, fsys), stages, pipeline.Options{})
	if !errors.Is(err, storage.ErrConflict) || fsys.Tree()[runDir+"/models/model.bin"] != "a" {
		t.Errorf("error %v", err)
	}
}

// TestOtherCount plans an open stage anew with another number of tasks, which a
// correct stage never does: no marker of the old number is believed.
func TestOtherCount(t *testing.T) {
	run := openJob(t, faultfs.New())
	do := func(count int) (pipeline.Report, error) {
		return pipeline.RunStages(t.Context(), run, []pipeline.Stage{{Name: "s", Count: countOf(count), Task: func(_ context.Context, task *pipeline.Task) error {
			if task.Count == 2 && task.Index == 1 {
				return errors.New("broken")
			}
			return nil
		}}}, pipeline.Options{Workers: 1})
	}
	if _, err := do(2); err == nil {
		t.Fatal("no error")
	}
	report, err := do(3)
	if err != nil || report.Stages[0].Ran != 3 || report.Stages[0].Repaired != 1 {
		t.Errorf("report %+v, %v", report, err)
	}
}

// TestStageRemoved removes a finished stage by hand, and its tasks give other
// results then: what was made from the old ones is made again.
func TestStageRemoved(t *testing.T) {
	fsys := faultfs.New()
	do := func(version string) (pipeline.Report, error) {
		write := func(content func(run *pipeline.Run) (string, error)) func(context.Context, *pipeline.Task) error {
			return func(_ context.Context, task *pipeline.Task) error {
				out, err := task.Create("data")
				if err != nil {
					return err
				}
				text, err := content(task.Run)
				if err != nil {
					return err
				}
				_, err = io.WriteString(out, text)
				return err
			}
		}
		return pipeline.RunStages(t.Context(), openJob(t, fsys), []pipeline.Stage{
			{Name: "a", Count: countOf(1), Task: write(func(*pipeline.Run) (string, error) { return version, nil })},
			{Name: "b", After: []string{"a"}, Count: countOf(1), Task: write(func(run *pipeline.Run) (string, error) {
				r, err := run.Open("a", 0, "data")
				if err != nil {
					return "", err
				}
				text, err := io.ReadAll(r)
				return "from " + string(text), errors.Join(err, r.Close())
			})},
		}, pipeline.Options{})
	}
	if _, err := do("one"); err != nil {
		t.Fatal(err)
	}
	if err := storage.RemoveAll(fsys, runDir+"/stages/a"); err != nil {
		t.Fatal(err)
	}
	if _, err := do("two"); err != nil {
		t.Fatal(err)
	}
	if got := fsys.Tree()[runDir+"/stages/b/00000.data"]; got != "from two" {
		t.Errorf("stage b holds %q", got)
	}
	checkTruth(t, fsys, "stage removed")
	if report, err := do("two"); err != nil || report.Stages[1].Ran != 0 {
		t.Errorf("once more: %+v, %v", report, err)
	}
}
