package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"mathsieve/internal/storage"
)

// ErrNotSealed says that a stage has tasks without a marker.
var ErrNotSealed = errors.New("stage is not complete")

// An Output is a file as a marker names it.
type Output struct {
	// Path is relative to the run folder, with slashes.
	Path string `json:"path"`
	storage.Sum
}

// A Marker is the truth about one finished task. It is committed after all its
// outputs, and holds nothing that depends on when, where or how often the task
// ran.
type Marker struct {
	// Plan is the hash of the plan.
	Plan string `json:"plan"`
	// Stage, Index and Count say which task it was, of how many.
	Stage string `json:"stage"`
	Index int    `json:"index"`
	Count int    `json:"count"`
	// After holds the hash of the seal of each stage that the task could read.
	After map[string]string `json:"after"`
	// Outputs are sorted by path.
	Outputs []Output `json:"outputs"`
	// Counters are what the task counted.
	Counters map[string]int64 `json:"counters"`
	// Hash is that of the marker's canonical JSON with an empty Hash.
	Hash string `json:"hash"`
}

func (m *Marker) selfHash() *string { return &m.Hash }

func (m *Marker) normalize() error {
	m.After, m.Counters = filled(m.After), filled(m.Counters)
	if m.Outputs == nil {
		m.Outputs = []Output{}
	}
	slices.SortFunc(m.Outputs, func(a, b Output) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

// bytes is the size of all outputs.
func (m *Marker) bytes() (n int64) {
	for _, out := range m.Outputs {
		n += out.Size
	}
	return n
}

// filled is m, or an empty map, which JSON writes in another way than none.
func filled[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

// A seal closes a stage. It repeats what the markers say, so that the next
// stages and a reader open one file in place of thousands.
type seal struct {
	Plan  string            `json:"plan"`
	Stage string            `json:"stage"`
	Count int               `json:"count"`
	After map[string]string `json:"after"`
	// Counters is the sum over all markers.
	Counters map[string]int64 `json:"counters"`
	// Tasks has the essence of each marker, by index.
	Tasks []sealedTask `json:"tasks"`
	// Hash is that of the seal's canonical JSON with an empty Hash.
	Hash string `json:"hash"`
}

// A sealedTask is what a seal keeps of a marker.
type sealedTask struct {
	Marker  string   `json:"marker"` // its hash
	Outputs []Output `json:"outputs"`
}

func (s *seal) selfHash() *string { return &s.Hash }

func (s *seal) normalize() error {
	s.After, s.Counters = filled(s.After), filled(s.Counters)
	if s.Tasks == nil {
		s.Tasks = []sealedTask{}
	}
	for i := range s.Tasks {
		if s.Tasks[i].Outputs == nil {
			s.Tasks[i].Outputs = []Output{}
		}
	}
	return nil
}

// matches says whether the stage was sealed with this very marker.
func (s *seal) matches(m Marker) error {
	if m.Index >= s.Count || s.Tasks[m.Index].Marker != m.Hash {
		return fmt.Errorf("%s: %w: the stage was sealed with another marker", markerPath(m.Stage, m.Index), ErrDamaged)
	}
	return nil
}

// newSeal merges the markers of all tasks of a stage, by index.
func newSeal(plan, stage string, after map[string]string, markers []Marker) (*seal, error) {
	s := &seal{Plan: plan, Stage: stage, Count: len(markers), After: after, Counters: map[string]int64{}}
	owner := map[string]int{}
	for i, m := range markers {
		for name, n := range m.Counters {
			s.Counters[name] += n
		}
		for _, out := range m.Outputs {
			if other, taken := owner[out.Path]; taken {
				return nil, fmt.Errorf("stage %s: tasks %d and %d both write %s", stage, other, i, out.Path)
			}
			owner[out.Path] = i
		}
		s.Tasks = append(s.Tasks, sealedTask{Marker: m.Hash, Outputs: m.Outputs})
	}
	return s, nil
}

func stageDir(stage string) string { return stagesDir + "/" + stage }

func sealPath(stage string) string { return stageDir(stage) + "/seal.json" }

func taskPath(stage string, index int, name string) string {
	return fmt.Sprintf("%s/%05d.%s", stageDir(stage), index, name)
}

func markerPath(stage string, index int) string { return taskPath(stage, index, "json") }

// readMarker reads the marker of a task of this run and of no other. The error
// is fs.ErrNotExist, ErrDamaged, or what the file system said.
func (r *Run) readMarker(stage string, index int) (Marker, error) {
	name := markerPath(stage, index)
	data, err := readState(r.fsys, r.path(name))
	if err != nil {
		return Marker{}, err
	}
	var m Marker
	if err := decodeState(data, &m); err != nil {
		return Marker{}, fmt.Errorf("%s: %w", name, err)
	}
	if m.Plan != r.plan.Hash || m.Stage != stage || m.Index != index {
		return Marker{}, fmt.Errorf("%s: %w: it belongs to task %d of stage %s under plan %.12s", name, ErrDamaged, m.Index, m.Stage, m.Plan)
	}
	return m, nil
}

// Marker returns the marker of a finished task. It may be read before the stage
// is sealed. The error is fs.ErrNotExist if the task is not finished, and
// ErrDamaged if the marker is not what was written.
func (r *Run) Marker(stage string, index int) (Marker, error) {
	m, err := r.readMarker(stage, index)
	if err != nil {
		return Marker{}, err
	}
	s, err := r.seal(stage)
	if errors.Is(err, ErrNotSealed) {
		return m, nil
	}
	if err != nil {
		return Marker{}, err
	}
	return m, s.matches(m)
}

// seal reads the seal of a stage, once. The error is ErrNotSealed if there is
// none, and ErrDamaged if it is not what was written.
func (r *Run) seal(stage string) (*seal, error) {
	r.mu.Lock()
	s := r.seals[stage]
	r.mu.Unlock()
	if s != nil {
		return s, nil
	}
	s, err := r.readSeal(stage)
	if err != nil {
		return nil, err
	}
	r.keepSeal(s)
	return s, nil
}

func (r *Run) keepSeal(s *seal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seals[s.Stage] = s
}

func (r *Run) forgetSeal(stage string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.seals, stage)
}

func (r *Run) readSeal(stage string) (*seal, error) {
	data, err := readState(r.fsys, r.path(sealPath(stage)))
	if errors.Is(err, fs.ErrNotExist) {
		// An NFS client may believe for a minute that a name is not there. That
		// the folder is listed makes it ask the server again, for markers too.
		if _, err := r.fsys.ReadDir(r.path(stageDir(stage))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		data, err = readState(r.fsys, r.path(sealPath(stage)))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("stage %s: %w", stage, ErrNotSealed)
	}
	if err != nil {
		return nil, err
	}
	s := new(seal)
	if err := decodeState(data, s); err != nil {
		return nil, fmt.Errorf("%s: %w", sealPath(stage), err)
	}
	if s.Plan != r.plan.Hash || s.Stage != stage || s.Count != len(s.Tasks) {
		return nil, fmt.Errorf("%s: %w: it belongs to stage %s under plan %.12s", sealPath(stage), ErrDamaged, s.Stage, s.Plan)
	}
	return s, nil
}

// Sealed says whether every task of a stage is finished and recorded as such.
func (r *Run) Sealed(stage string) (bool, error) {
	_, err := r.seal(stage)
	if errors.Is(err, ErrNotSealed) {
		return false, nil
	}
	return err == nil, err
}

// Tasks is the number of tasks of a sealed stage.
func (r *Run) Tasks(stage string) (int, error) {
	s, err := r.seal(stage)
	if err != nil {
		return 0, err
	}
	return s.Count, nil
}

// SealedCounters is the sum of the counters of a sealed stage.
func (r *Run) SealedCounters(stage string) (map[string]int64, error) {
	s, err := r.seal(stage)
	if err != nil {
		return nil, err
	}
	return maps.Clone(s.Counters), nil
}

// Outputs lists the outputs of a sealed stage by task index. The caller does
// not change them.
func (r *Run) Outputs(stage string) ([][]Output, error) {
	s, err := r.seal(stage)
	if err != nil {
		return nil, err
	}
	outputs := make([][]Output, s.Count)
	for i, task := range s.Tasks {
		outputs[i] = task.Outputs
	}
	return outputs, nil
}

// taskOutputs is what the seal or, before there is one, the marker says.
func (r *Run) taskOutputs(stage string, index int) ([]Output, error) {
	s, err := r.seal(stage)
	switch {
	case errors.Is(err, ErrNotSealed):
		m, err := r.readMarker(stage, index)
		return m.Outputs, err
	case err != nil:
		return nil, err
	case index < 0 || index >= s.Count:
		return nil, fmt.Errorf("stage %s has no task %d: %w", stage, index, fs.ErrNotExist)
	}
	return s.Tasks[index].Outputs, nil
}
