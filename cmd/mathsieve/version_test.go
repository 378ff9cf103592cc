package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mathsieve/internal/pipeline"
	"mathsieve/internal/recipe"
	"mathsieve/internal/storage"
)

// TestOtherVersion opens a run folder whose output is another version's: no
// command reads it with today's meaning, and none changes it.
func TestOtherVersion(t *testing.T) {
	work := t.TempDir()
	dir, input := filepath.Join(work, "run"), filepath.Join(work, "pages.jsonl")
	if err := os.WriteFile(input, []byte(`{"id":"a","text":"x"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	plan := pipeline.Plan{Version: "0", Recipe: recipe.Dedup, Config: json.RawMessage(`{}`)}
	if _, err := pipeline.OpenRun(storage.OS(), dir, plan); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"status", dir},
		{"verify", dir},
		{"verify", dir, "--repair"},
		{"cat", dir},
		{"cat", dir, "--dropped"},
		{"task", "--run", dir, "--stage", "extract", "--index", "0"},
		{"dedup", input, "--out", dir},
	} {
		var data, talk strings.Builder
		code := run(args, nil, strings.NewReader(""), &data, &talk)
		if code != exitConfig || data.Len() > 0 {
			t.Errorf("%v: exit code %d, stdout %q", args, code, data.String())
		}
		if got := talk.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "version") || !strings.Contains(got, "use the version that began it") {
			t.Errorf("%v: stderr %q", args, got)
		}
	}
	after, err := os.ReadFile(filepath.Join(dir, "plan.json"))
	if err != nil || string(after) != string(before) {
		t.Errorf("the plan was changed (%v)", err)
	}
}
