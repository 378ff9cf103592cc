package pipeline_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/storage"
	"mathsieve/internal/storage/faultfs"
)

func TestPlanDiffers(t *testing.T) {
	f := func(change func(*pipeline.Plan), want string) {
		t.Helper()
		fsys := faultfs.New()
		was := jobPlan()
		was.Config = json.RawMessage(`{"select":{"budgets":["40B"],"seed":1},"sites":[{"host":"a","css":"main"},{"host":"b"}],"z":null}`)
		was.Inputs = append(was.Inputs, pipeline.Input{Path: "b.warc.gz", Size: 20, Hash: "bbbbbbbbbbbbbbbbbbbb", Role: "warc"})
		if _, err := pipeline.OpenRun(fsys, runDir, was); err != nil {
			t.Fatal(err)
		}
		now := was
		now.Inputs = append([]pipeline.Input(nil), was.Inputs...)
		change(&now)
		_, err := pipeline.OpenRun(fsys, runDir, now)
		if want == "" {
			if err != nil {
				t.Errorf("same plan: %v", err)
			}
			return
		}
		var diff *pipeline.PlanDiff
		if !errors.Is(err, pipeline.ErrPlanDiffers) || !errors.As(err, &diff) || diff.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	config := func(text string) func(*pipeline.Plan) {
		return func(p *pipeline.Plan) { p.Config = json.RawMessage(text) }
	}
	f(func(*pipeline.Plan) {}, "")
	f(config(`{ "z": null, "sites":[{"css":"main","host":"a"},{"host":"b"}], "select":{"seed":1,"budgets":["40B"]} }`), "")
	f(config(`{"select":{"budgets":["80B"],"seed":1},"sites":[{"host":"a","css":"main"},{"host":"b"}],"z":null}`), "select.budgets: was [40B], now [80B]")
	f(config(`{"select":{"budgets":["40B"],"seed":2},"sites":[{"host":"x"}],"z":null}`), "select.seed: was 1, now 2")
	f(config(`{"select":{"budgets":["40B"]},"sites":[],"z":null}`), "select.seed: was 1, now unset")
	f(config(`{"a":true,"select":{"budgets":["80B"]}}`), "a: was unset, now true")
	f(config(`{"select":7}`), `select: was {"budgets":["40B"],"seed":1}, now 7`)
	f(config(`{"select":{"budgets":["40B"],"seed":1},"sites":[{"host":"a","css":"main"},{"host":"c d,"}],"z":null}`), `sites[1].host: was b, now "c d,"`)
	f(config(`{"select":{"budgets":["40B"],"seed":1},"sites":[{"host":"a","css":"main"},{"host":"b"}],"z":""}`), `z: was null, now ""`)
	f(func(p *pipeline.Plan) { p.Version = "2.0" }, "version: was 1.0, now 2.0")
	f(func(p *pipeline.Plan) { p.Recipe = "dedup" }, "recipe: was job, now dedup")
	f(func(p *pipeline.Plan) { p.Inputs[0].Size = 11 }, "input warc a.warc.gz: was 10 bytes with hash aa, now 11 bytes with hash aa")
	f(func(p *pipeline.Plan) { p.Inputs[1].Hash = "cccccccccccccccc" }, "input warc b.warc.gz: was 20 bytes with hash bbbbbbbbbbbb, now 20 bytes with hash cccccccccccc")
	f(func(p *pipeline.Plan) { p.Inputs = p.Inputs[:1] }, "input warc b.warc.gz: was 20 bytes with hash bbbbbbbbbbbb, now not among the inputs")
	f(func(p *pipeline.Plan) { p.Inputs = append(p.Inputs, pipeline.Input{Path: "c", Size: 1}) }, "input c: was not among the inputs, now 1 bytes with hash ")
	f(func(p *pipeline.Plan) { p.Inputs[0], p.Inputs[1] = p.Inputs[1], p.Inputs[0] }, "input 0: was a.warc.gz, now b.warc.gz")
	f(func(p *pipeline.Plan) { p.Inputs[0].Path = "x" }, "input warc a.warc.gz: was 10 bytes with hash aa, now not among the inputs; x has the same size and hash")
}

func TestBadPlan(t *testing.T) {
	for _, config := range []string{"", "null", "[]", "7", `{"a":1} {}`, `{"a":`} {
		plan := jobPlan()
		plan.Config = json.RawMessage(config)
		fsys := faultfs.New()
		if _, err := pipeline.OpenRun(fsys, runDir, plan); err == nil {
			t.Errorf("config %q was accepted", config)
		}
		if len(fsys.Tree()) > 1 {
			t.Errorf("config %q left %v", config, fsys.Tree())
		}
	}
}

// TestDamagedPlan opens runs whose plan.json is anything but what was written.
func TestDamagedPlan(t *testing.T) {
	fsys := faultfs.New()
	if _, err := pipeline.OpenRun(fsys, runDir, jobPlan()); err != nil {
		t.Fatal(err)
	}
	const name = runDir + "/plan.json"
	good := fsys.Tree()[name]
	f := func(content string, want ...error) {
		t.Helper()
		if err := fsys.WriteFile(name, content); err != nil {
			t.Fatal(err)
		}
		_, loadErr := pipeline.LoadRun(fsys, runDir)
		_, openErr := pipeline.OpenRun(fsys, runDir, jobPlan())
		for _, err := range []error{loadErr, openErr} {
			if err == nil || errors.Is(err, pipeline.ErrNoRun) {
				t.Errorf("plan %.30q: %v", content, err)
			}
			for _, target := range want {
				if !errors.Is(err, target) {
					t.Errorf("plan %.30q: %v is not %v", content, err, target)
				}
			}
		}
		if got := fsys.Tree()[name]; got != content {
			t.Errorf("plan %.30q was overwritten with %q", content, got)
		}
	}
	f("", pipeline.ErrDamaged)
	f(strings.Repeat("\x00", len(good)), pipeline.ErrDamaged)
	f(good+"\n", pipeline.ErrDamaged)
	f(good+good, pipeline.ErrDamaged)
	f(strings.Replace(good, "40B", "80B", 1), pipeline.ErrDamaged)
	f(strings.Replace(good, `"recipe"`, `"extra": 1, "recipe"`, 1), pipeline.ErrDamaged)
	for n := range len(good) {
		f(good[:n], pipeline.ErrDamaged)
	}
	for bit := range 8 * len(good) {
		flipped := []byte(good)
		flipped[bit/8] ^= 1 << (bit % 8)
		f(string(flipped))
	}
	f(strings.Replace(good, `"schema": 1`, `"schema": 2`, 1), pipeline.ErrVersion)
	_, err := pipeline.LoadRun(fsys, runDir)
	if want := "schema: was 2 (version 1.0), now 1"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestVersion(t *testing.T) {
	fsys := faultfs.New()
	run, err := pipeline.OpenRun(fsys, runDir, jobPlan())
	if err != nil {
		t.Fatal(err)
	}
	if err := run.RequireVersion("1.0"); err != nil {
		t.Error(err)
	}
	err = run.RequireVersion("2.0")
	if !errors.Is(err, pipeline.ErrVersion) || !strings.Contains(err.Error(), "version: was 1.0, now 2.0") {
		t.Errorf("other version: %v", err)
	}
}

func TestNoRun(t *testing.T) {
	fsys := faultfs.New()
	_, err := pipeline.LoadRun(fsys, runDir)
	if !errors.Is(err, pipeline.ErrNoRun) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("LoadRun of nothing: %v", err)
	}
	if err := storage.MkdirAll(fsys, runDir+"/stages"); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.OpenRun(fsys, runDir, jobPlan()); !errors.Is(err, pipeline.ErrNotEmpty) {
		t.Errorf("OpenRun where a plan is lost: %v", err)
	}
}

func TestLock(t *testing.T) {
	fsys := faultfs.New()
	one, err := pipeline.OpenRun(fsys, runDir, jobPlan())
	if err != nil {
		t.Fatal(err)
	}
	if err := one.Lock(); err != nil {
		t.Fatal(err)
	}
	if _, err := runJob(t.Context(), fsys, pipeline.Options{}); !errors.Is(err, storage.ErrBusy) {
		t.Errorf("a second driver: %v", err)
	}
	if _, err := pipeline.RunStages(t.Context(), one, jobStages(), pipeline.Options{}); err != nil {
		t.Errorf("the owner of the lock: %v", err)
	}
	if err := one.Unlock(); err != nil {
		t.Error(err)
	}
	if err := one.Unlock(); err != nil {
		t.Error(err)
	}
	if _, err := runJob(t.Context(), fsys, pipeline.Options{}); err != nil {
		t.Errorf("after Unlock: %v", err)
	}
}

func TestHashInput(t *testing.T) {
	const mib = 1 << 20
	f := func(size int, change int, wantSame bool) {
		t.Helper()
		data := make([]byte, size)
		before, err := pipeline.HashInput(strings.NewReader(string(data)), int64(size))
		if err != nil {
			t.Fatal(err)
		}
		data[change] ^= 1
		after, err := pipeline.HashInput(strings.NewReader(string(data)), int64(size))
		if err != nil {
			t.Fatal(err)
		}
		if (before == after) != wantSame {
			t.Errorf("%d bytes, change at %d: same hash is %v", size, change, before == after)
		}
	}
	f(1, 0, false)
	f(mib+5, mib-1, false)
	f(mib+5, mib, false)
	f(mib+5, mib+4, false)
	f(3*mib, 0, false)
	f(3*mib, mib-1, false)
	f(3*mib, mib, true)
	f(3*mib, 2*mib, false)
	f(3*mib, 3*mib-1, false)
	if _, err := pipeline.HashInput(strings.NewReader("short"), 10); err == nil {
		t.Error("a file shorter than its size was hashed")
	}
}
