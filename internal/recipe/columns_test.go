package recipe

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mathsieve/internal/config"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/rank"
	"mathsieve/internal/storage"
)

// Ids are read out of packs, which takes time: a task that is stopped there
// stops there.
func TestIDsStopped(t *testing.T) {
	docs := filepath.Join(t.TempDir(), "docs.jsonl")
	var lines strings.Builder
	for i := range 10 {
		fmt.Fprintf(&lines, `{"id":"d%d","text":"t","score":0.5}`+"\n", i)
	}
	if err := os.WriteFile(docs, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	budget, err := rank.ParseBudget("all")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Input, cfg.Select.Budgets = []string{docs}, []rank.Budget{budget}
	r, err := New(Select, cfg, "")
	if err != nil {
		t.Fatal(err)
	}
	run, err := pipeline.OpenRun(storage.OS(), filepath.Join(t.TempDir(), "run"), r.Plan)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.RunStages(t.Context(), run, r.Stages, pipeline.Options{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	src := r.job.selector(1, nil).columns(ctx, run)
	if id, err := src.ID(0, 3); err != nil || id != "d3" {
		t.Errorf("id %q of row 3, error %v", id, err)
	}
	cancel()
	if _, err := src.ID(0, 7); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after the stop", err)
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
}
