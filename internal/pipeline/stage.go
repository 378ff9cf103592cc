package pipeline

import (
	"context"
	"fmt"
	"slices"
)

// A Stage is a step of the job, cut into tasks.
type Stage struct {
	// Name is the stage's folder below stages.
	Name string
	// After names the stages whose sealed results it reads. No other stage's
	// results may be read by its tasks: they are not in the marker's hash chain.
	After []string
	// Count is the number of tasks, asked when all of After are sealed. It is a
	// pure function of the plan and of their results.
	Count func(*Run) (int, error)
	// Task does one of them. It is a pure function of the plan and of sealed
	// results: same bytes for any number of workers, any memory, any number of
	// attempts. It returns soon after ctx is done, with an error. Nothing of it
	// is visible unless it returns nil.
	Task func(ctx context.Context, t *Task) error
	// Memory is the least that one task needs, in bytes; 0 if it needs little.
	// Fewer tasks run side by side where Options.Memory is short.
	Memory int64
}

// sortStages puts each stage behind those it reads, else in the given order.
func sortStages(stages []Stage) ([]Stage, error) {
	byName := make(map[string]Stage, len(stages))
	for _, s := range stages {
		if !validName(s.Name) {
			return nil, fmt.Errorf("stage name %q is not made of letters, digits, '.', '_' and '-'", s.Name)
		}
		if _, twice := byName[s.Name]; twice {
			return nil, fmt.Errorf("two stages are called %s", s.Name)
		}
		byName[s.Name] = s
	}
	var (
		sorted []Stage
		done   = map[string]bool{}
		open   = map[string]bool{}
		visit  func(name string) error
	)
	visit = func(name string) error {
		if done[name] {
			return nil
		}
		s, known := byName[name]
		if !known {
			return fmt.Errorf("stage %s is read but not defined", name)
		}
		if open[name] {
			return fmt.Errorf("stage %s reads its own results", name)
		}
		open[name] = true
		for _, before := range s.After {
			if err := visit(before); err != nil {
				return err
			}
		}
		done[name] = true
		sorted = append(sorted, s)
		return nil
	}
	for _, s := range stages {
		if err := visit(s.Name); err != nil {
			return nil, err
		}
	}
	return sorted, nil
}

func findStage(stages []Stage, name string) (Stage, error) {
	i := slices.IndexFunc(stages, func(s Stage) bool { return s.Name == name })
	if i < 0 {
		return Stage{}, fmt.Errorf("no stage is called %q", name)
	}
	return stages[i], nil
}
