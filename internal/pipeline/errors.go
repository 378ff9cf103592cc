package pipeline

import (
	"fmt"
	"strconv"
)

// A TaskError says which task failed.
type TaskError struct {
	Stage string
	Index int
	Err   error
}

// Error puts stage and task before the cause.
func (e *TaskError) Error() string {
	return "stage " + e.Stage + ", task " + strconv.Itoa(e.Index) + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *TaskError) Unwrap() error { return e.Err }

// A StageError says that tasks of a stage failed; the others are safe.
type StageError struct {
	Stage string
	// Done is the number of tasks with a marker, of Count.
	Done, Count int
	// Failed are in the order of their index, at least one.
	Failed []*TaskError
}

// Error names the first task that failed.
func (e *StageError) Error() string {
	if len(e.Failed) == 1 {
		return fmt.Sprintf("%v; %d of %d tasks are done and safe", e.Failed[0], e.Done, e.Count)
	}
	return fmt.Sprintf("%d tasks failed; first %v; %d of %d tasks are done and safe", len(e.Failed), e.Failed[0], e.Done, e.Count)
}

// Unwrap returns the errors of all tasks that failed.
func (e *StageError) Unwrap() []error {
	all := make([]error, len(e.Failed))
	for i, failed := range e.Failed {
		all[i] = failed
	}
	return all
}

// A PanicError is a panic that was caught in a task or in a Flow: a bug.
type PanicError struct {
	// Item describes what was worked on; empty if that is not known.
	Item  string
	Value any
	// Stack is that of the goroutine, for a bug report.
	Stack []byte
}

// Error has no stack.
func (e *PanicError) Error() string {
	if e.Item == "" {
		return fmt.Sprintf("panic: %v", e.Value)
	}
	return fmt.Sprintf("panic at %s: %v", e.Item, e.Value)
}
