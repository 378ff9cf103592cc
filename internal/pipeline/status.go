package pipeline

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
)

// A StageStatus is how far a stage is.
type StageStatus struct {
	Stage string `json:"stage"`
	// Total is the number of tasks, -1 while the stages before are not done.
	Total int `json:"total"`
	// Done is the number of tasks with a marker.
	Done int `json:"done"`
	// Sealed says that all are done and recorded.
	Sealed bool `json:"sealed"`
	// Counters is the sum over all tasks of a sealed stage, else nil.
	Counters map[string]int64 `json:"counters"`
}

// Status says how far each stage is, in the order in which they run. It looks
// at names and seals only, and may be called while the run goes on.
func Status(run *Run, stages []Stage) ([]StageStatus, error) {
	sorted, err := sortStages(stages)
	if err != nil {
		return nil, err
	}
	all := make([]StageStatus, len(sorted))
	for i, stage := range sorted {
		all[i] = StageStatus{Stage: stage.Name, Total: -1}
		s, err := run.begin(stage)
		if errors.Is(err, ErrNotSealed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all[i].Total = s.count
		if s.seal != nil {
			all[i].Done, all[i].Sealed, all[i].Counters = s.count, true, maps.Clone(s.seal.Counters)
			continue
		}
		if all[i].Done, err = run.countMarkers(stage.Name, s.count); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// countMarkers counts the names of markers with an index below count.
func (r *Run) countMarkers(stage string, count int) (int, error) {
	entries, err := r.fsys.ReadDir(r.path(stageDir(stage)))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	found := make(map[string]bool, len(entries))
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".json") {
			found[entry.Name()] = true
		}
	}
	n := 0
	for i := range count {
		if found[filepath.Base(markerPath(stage, i))] {
			n++
		}
	}
	return n, nil
}
