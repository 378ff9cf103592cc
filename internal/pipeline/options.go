package pipeline

import (
	"log/slog"
	"runtime"
	"time"
)

// Options say how tasks are run. None of them changes a byte of the results.
type Options struct {
	// Workers is how many goroutines work at once, over all tasks; 0 means one
	// for each processor that the process may use.
	Workers int
	// Memory is how much all tasks together may use, in bytes; 0 means that no
	// limit is known.
	Memory int64
	// Scratch is a folder for temporary data, best on a local disk; empty means
	// the run folder.
	Scratch string
	// MaxFailed is how many tasks of a stage may fail before no other is
	// started. Those that run are not disturbed in any case.
	MaxFailed int
	// Log gets what happens; nil means nobody.
	Log *slog.Logger
	// Progress gets figures for a watching user; nil means nobody.
	Progress Progress
}

func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Progress == nil {
		o.Progress = silent{}
	}
	return o
}

// Progress watches RunStages. Its methods are called one at a time and must be
// quick: work waits for them.
type Progress interface {
	// StageStarted says that tasks were planned, and done before.
	StageStarted(stage string, tasks, done int)
	// Advanced tells, about each second and before StageEnded, what tasks have
	// reported since the last call.
	Advanced(stage string, docs, bytes int64)
	// TaskFinished says that a task is committed, with the counters of its
	// marker, or that it failed.
	TaskFinished(stage string, index int, counters map[string]int64, err error)
	// StageEnded says that no task of the stage runs any more. With sealed, all
	// of them are done.
	StageEnded(stage string, sealed bool)
}

// silent is the Progress of those who do not watch.
type silent struct{}

func (silent) StageStarted(string, int, int)                     {}
func (silent) Advanced(string, int64, int64)                     {}
func (silent) TaskFinished(string, int, map[string]int64, error) {}
func (silent) StageEnded(string, bool)                           {}

// progressEvery is how often Advanced is called.
const progressEvery = time.Second

// A Report is what RunStages has done.
type Report struct {
	Stages []StageReport
}

// A StageReport is what was done of one stage.
type StageReport struct {
	Stage string
	// Count is the number of tasks, Ran of them by this call.
	Count, Ran int
	// Repaired counts markers, seals and outputs that were there before, but
	// not as they were written, and were made again.
	Repaired int
	// Counters is the sum over all tasks of a sealed stage, else nil.
	Counters map[string]int64
	// Elapsed is the time that this call spent on the stage.
	Elapsed time.Duration
}
