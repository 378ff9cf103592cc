package pipeline

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// width is how many tasks of a stage run at once.
func (o Options) width(stage Stage, tasks int) int {
	width := min(o.Workers, tasks)
	if o.Memory > 0 && stage.Memory > 0 {
		width = min(width, int(max(1, o.Memory/stage.Memory)))
	}
	return width
}

// A pool runs the missing tasks of one stage side by side.
type pool struct {
	*executor
	survey *survey
	report *StageReport
	width  int
	meter  meter

	// Guarded by executor.mu.
	next   int // in survey.missing
	done   map[int]bool
	failed []*TaskError
}

// tasks runs what is missing and returns the tasks that failed. What is done
// then is no longer in s.missing.
func (e *executor) tasks(ctx context.Context, s *survey, rep *StageReport) []*TaskError {
	p := &pool{executor: e, survey: s, report: rep, width: e.opts.width(s.stage, len(s.missing)), done: map[int]bool{}}
	stopWatch := p.watch()
	var group errgroup.Group
	for slot := range p.width {
		group.Go(func() error {
			for index, ok := p.take(ctx); ok; index, ok = p.take(ctx) {
				p.run(ctx, index, slot)
			}
			return nil
		})
	}
	_ = group.Wait() // a failed task is in p.failed and does not stop the others
	stopWatch()
	s.missing = slices.DeleteFunc(s.missing, func(index int) bool { return p.done[index] })
	slices.SortFunc(p.failed, func(a, b *TaskError) int { return a.Index - b.Index })
	return p.failed
}

// take hands out the next task, none after too many have failed.
func (p *pool) take(ctx context.Context) (index int, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == len(p.survey.missing) || len(p.failed) > p.opts.MaxFailed || ctx.Err() != nil {
		return 0, false
	}
	p.next++
	return p.survey.missing[p.next-1], true
}

// run does one task and keeps what came of it.
func (p *pool) run(ctx context.Context, index, slot int) {
	start := time.Now()
	stage := p.survey.stage.Name
	m, err := p.newTask(index, slot).execute(ctx, p.survey)

	p.mu.Lock()
	defer p.mu.Unlock()
	p.opts.Progress.TaskFinished(stage, index, m.Counters, err)
	if err != nil {
		p.failed = append(p.failed, &TaskError{Stage: stage, Index: index, Err: err})
		return
	}
	p.done[index] = true
	p.report.Ran++
	if p.survey.seal == nil {
		p.survey.markers[index] = m
	}
	p.opts.Log.InfoContext(ctx, "task done", slog.String("stage", stage), slog.Int("task", index),
		slog.Int64("docs", m.Counters["out"]), slog.Int64("bytes", m.bytes()), slog.Float64("elapsed_s", time.Since(start).Seconds()))
}

// newTask gives a slot its share of workers and memory. Workers that do not
// divide go to the first slots.
func (p *pool) newTask(index, slot int) *Task {
	share := p.opts.Workers / p.width
	if slot < p.opts.Workers%p.width {
		share++
	}
	return &Task{
		Run: p.executor.run, Stage: p.survey.stage.Name, Index: index, Count: p.survey.count,
		Workers: share, Memory: p.opts.Memory / int64(p.width),
		meter: &p.meter, scratchDir: p.opts.Scratch,
		outputs: map[string]*OutputFile{}, counters: map[string]int64{},
	}
}

// watch reports what the meter shows until the returned function is called,
// which reports the rest.
func (p *pool) watch() (stop func()) {
	report := func() {
		if docs, bytes := p.meter.docs.Swap(0), p.meter.bytes.Swap(0); docs != 0 || bytes != 0 {
			p.progress(func(to Progress) { to.Advanced(p.survey.stage.Name, docs, bytes) })
		}
	}
	quit := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		ticker := time.NewTicker(progressEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				report()
			case <-quit:
				report()
				return
			}
		}
	})
	return func() {
		close(quit)
		ended.Wait()
	}
}
