package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"

	"mathsieve/internal/storage"
)

// A survey is what is done of a stage and what is not.
type survey struct {
	stage   Stage
	count   int
	after   map[string]string // hashes of the seals that its tasks read
	seal    *seal             // nil until the stage is sealed
	markers []Marker          // by index while not sealed; Hash is empty where one is missing
	missing []int             // tasks to run, ascending
	// repaired tells why tasks that had a marker, or a stage that had a seal,
	// must be done again.
	repaired []error
}

// begin finds out how many tasks a stage has. The error is ErrNotSealed if a
// stage that it reads is not complete.
func (r *Run) begin(stage Stage) (*survey, error) {
	s := &survey{stage: stage, after: map[string]string{}}
	for _, name := range stage.After {
		before, err := r.seal(name)
		if err != nil {
			return nil, err
		}
		s.after[name] = before.Hash
	}
	sealed, err := r.seal(stage.Name)
	if err == nil && !maps.Equal(sealed.After, s.after) {
		r.forgetSeal(stage.Name)
		err = fmt.Errorf("%s: %w: it was made from other results of earlier stages", sealPath(stage.Name), ErrDamaged)
	}
	switch {
	case err == nil:
		s.seal, s.count = sealed, sealed.Count
		return s, nil
	case errors.Is(err, ErrDamaged):
		s.repaired = append(s.repaired, err)
	case !errors.Is(err, ErrNotSealed):
		return nil, err
	}
	if s.count, err = stage.Count(r); err != nil {
		return nil, err // it says in the words of its recipe what is not there
	}
	if s.count < 0 {
		return nil, fmt.Errorf("stage %s: count of tasks is %d", stage.Name, s.count)
	}
	s.markers = make([]Marker, s.count)
	return s, nil
}

// survey looks at every task of a stage, at markers and sizes, not at content.
// What it finds may be from a process that died before it could make the names
// durable; that is done here, before anything is built on them.
func (r *Run) survey(stage Stage) (*survey, error) {
	if err := r.fsys.SyncDir(r.path(stageDir(stage.Name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	s, err := r.begin(stage)
	if err != nil {
		return nil, err
	}
	for i := range s.count {
		if err := r.look(s, i); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// look finds out whether one task must run. A marker that cannot be trusted, or
// whose outputs are not there, counts for nothing.
func (r *Run) look(s *survey, index int) error {
	err := r.examine(s, index)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrDamaged):
		s.repaired = append(s.repaired, err)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	s.missing = append(s.missing, index)
	return nil
}

// examine is nil if a task is done. The error is fs.ErrNotExist if it never
// was, and ErrDamaged if its marker or an output is not what was written.
func (r *Run) examine(s *survey, index int) error {
	if s.seal != nil {
		return r.checkSizes(s.stage.Name, index, s.seal.Tasks[index].Outputs)
	}
	m, err := r.readMarker(s.stage.Name, index)
	if err != nil {
		return err
	}
	if err := s.check(m); err != nil {
		return err
	}
	s.markers[index] = m
	return r.checkSizes(m.Stage, index, m.Outputs)
}

// check says whether a marker of this plan still fits its stage.
func (s *survey) check(m Marker) error {
	if m.Count != s.count || !maps.Equal(m.After, s.after) {
		return fmt.Errorf("%s: %w: it was made from other results of earlier stages", markerPath(m.Stage, m.Index), ErrDamaged)
	}
	return nil
}

// sealStage seals a stage that has all its markers.
func (r *Run) sealStage(s *survey) error {
	if s.seal != nil {
		return nil
	}
	sealed, err := newSeal(r.plan.Hash, s.stage.Name, s.after, s.markers)
	if err != nil {
		return err
	}
	data, err := encodeState(sealed)
	if err != nil {
		return err
	}
	if err := r.makeDir(stageDir(s.stage.Name)); err != nil {
		return err
	}
	worthless := func() bool {
		found, err := r.readSeal(s.stage.Name)
		return errors.Is(err, ErrDamaged) || err == nil && !maps.Equal(found.After, s.after)
	}
	if err := storage.WriteFile(r.fsys, r.path(sealPath(s.stage.Name)), data, worthless); err != nil {
		return fmt.Errorf("seal stage %s: %w", s.stage.Name, err)
	}
	s.seal = sealed
	r.keepSeal(sealed)
	return nil
}
