package pipeline_test

import (
	"fmt"
	"testing"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/storage/faultfs"
)

// operations is the number of operations of an undisturbed job.
func operations(t *testing.T) int {
	t.Helper()
	fsys := faultfs.New()
	if _, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1}); err != nil {
		t.Fatal(err)
	}
	return len(fsys.Operations())
}

// TestEveryFault fails every operation of the job in every way, once and for
// ever. No marker ever names what is not there, and the next start of the same
// job gives the same tree as a job that was not disturbed, for good.
func TestEveryFault(t *testing.T) {
	all := operations(t)
	t.Logf("%d operations", all)
	for _, kind := range faultfs.Kinds() {
		for _, forever := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v,forever=%v", kind, forever), func(t *testing.T) {
				t.Parallel()
				for at := 1; at <= all; at++ {
					fsys := faultfs.New()
					fault := faultfs.Fault{Kind: kind, At: at, Forever: forever}
					fsys.Inject(fault)
					_, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1})
					fsys.Reset()
					label := fmt.Sprintf("%+v", fault)
					checkTruth(t, fsys, label)
					if err != nil {
						if _, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1}); err != nil {
							t.Fatalf("%s: going on: %v", label, err)
						}
						checkTree(t, fsys, label)
						checkDurable(t, fsys, uint64(at), label)
					}
				}
			})
		}
	}
}

// TestPowerCuts cuts the power at every operation and goes on from what the
// disk might hold, a third of the time with another cut. What was reported as
// done is still done.
func TestPowerCuts(t *testing.T) {
	const seeds = 3
	all := operations(t)
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			for at := 1; at <= all; at++ {
				label := fmt.Sprintf("cut at %d, seed %d", at, seed)
				fsys := cut(t, faultfs.New(), at, seed, label)
				if at%3 == int(seed) {
					fsys = cut(t, fsys, at%71+1, seed+1, label+", and again")
				}
				if _, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1}); err != nil {
					t.Fatalf("%s: going on: %v", label, err)
				}
				checkTree(t, fsys, label)
			}
		})
	}
}

// cut runs the job until the power fails and returns what is left.
func cut(t *testing.T, fsys *faultfs.FS, at int, seed uint64, label string) *faultfs.FS {
	t.Helper()
	fsys.Inject(faultfs.Fault{Kind: faultfs.PowerCut, At: at})
	var progress recorder
	_, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1, Progress: &progress})
	if err == nil && fsys.Fired() {
		t.Fatalf("%s: the job has not noticed", label)
	}
	image := fsys.Crash(seed)
	checkTruth(t, image, label)
	image.Reset()
	tree := image.Tree()
	for _, marker := range progress.finished {
		if _, found := tree[marker]; !found {
			t.Fatalf("%s: lost %s", label, marker)
		}
	}
	return image
}

// TestEveryFaultInRepair fails every operation while a damaged run is repaired.
func TestEveryFaultInRepair(t *testing.T) {
	t.Parallel()
	want, err := quietTree()
	if err != nil {
		t.Fatal(err)
	}
	broken := func() *faultfs.FS {
		fsys := finished(t)
		for name, content := range map[string]string{
			"make/00000.data":   want[runDir+"/stages/make/00001.data"], // found when join reads it
			"make/00002.keys":   "cut",
			"make/seal.json":    "",
			"make/00001.json":   want[runDir+"/stages/make/00000.json"],
			"total/00000.total": "of another version",
			"join/00000.json":   "{}",
		} {
			if err := fsys.WriteFile(runDir+"/stages/"+name, content); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"join/seal.json", "total/seal.json", "total/00000.json"} {
			if err := fsys.Remove(runDir + "/stages/" + name); err != nil {
				t.Fatal(err)
			}
		}
		for _, stage := range []string{"make", "join", "total"} {
			if err := fsys.SyncDir(runDir + "/stages/" + stage); err != nil {
				t.Fatal(err)
			}
		}
		fsys.Reset()
		return fsys
	}
	quiet := broken()
	if _, err := runJob(t.Context(), quiet, pipeline.Options{Workers: 1}); err != nil {
		t.Fatal(err)
	}
	all := len(quiet.Operations())
	checkTree(t, quiet, "no fault")
	for _, kind := range []faultfs.Kind{faultfs.EIO, faultfs.Done, faultfs.PowerCut} {
		for at := 1; at <= all; at++ {
			label := fmt.Sprintf("%v at %d of %d", kind, at, all)
			fsys := broken()
			fsys.Inject(faultfs.Fault{Kind: kind, At: at})
			_, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1})
			if kind == faultfs.PowerCut {
				fsys = fsys.Crash(uint64(at))
			}
			fsys.Reset()
			if err == nil {
				continue
			}
			if _, err := runJob(t.Context(), fsys, pipeline.Options{Workers: 1}); err != nil {
				t.Fatalf("%s: going on: %v", label, err)
			}
			checkTree(t, fsys, label)
		}
	}
}
