package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress shows how far a run is: one live line on a terminal, a plain line
// every ten seconds elsewhere. It implements [pipeline.Progress].
type progress struct {
	w      io.Writer
	live   bool
	silent bool
	now    func() time.Time

	stages      int      // how many
	begun       []string // in the order in which they were first begun
	stage       int      // number of the current one
	name        string
	tasks, done int
	before      int // tasks that were done when the stage started
	docs, bytes int64
	in, out     int64 // documents that came in and went on
	lost        int64 // documents that were dropped for a reason
	started     time.Time
	printed     time.Time
	width       int // of the live line
}

const plainEvery = 10 * time.Second

func (a *app) newProgress(stages int) *progress {
	p := &progress{w: a.stderr, stages: stages, now: time.Now, silent: a.quiet || a.config.Runtime.LogFormat == "json"}
	if f, ok := a.stderr.(*os.File); ok {
		p.live = term.IsTerminal(int(f.Fd()))
	}
	return p
}

// stageLog is the log of the executor: silent while the progress line tells
// the same to a person.
func (a *app) stageLog() *slog.Logger {
	if a.config.Runtime.LogFormat == "json" {
		return a.log
	}
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// StageStarted implements [pipeline.Progress].
func (p *progress) StageStarted(stage string, tasks, done int) {
	now := p.now()
	if !slices.Contains(p.begun, stage) { // else it is done again, after damage
		p.begun = append(p.begun, stage)
	}
	*p = progress{
		w: p.w, live: p.live, silent: p.silent, now: p.now, stages: p.stages, begun: p.begun, width: p.width,
		stage: slices.Index(p.begun, stage) + 1,
		name:  stage, tasks: tasks, done: done, before: done, started: now, printed: now,
	}
	if p.live {
		p.print()
	}
}

// Advanced implements [pipeline.Progress].
func (p *progress) Advanced(_ string, docs, bytes int64) {
	p.docs += docs
	p.bytes += bytes
	if p.live || p.now().Sub(p.printed) >= plainEvery {
		p.print()
	}
}

// TaskFinished implements [pipeline.Progress].
func (p *progress) TaskFinished(_ string, _ int, counters map[string]int64, err error) {
	if err != nil {
		return
	}
	p.done++
	lost := int64(0)
	for counter, n := range counters {
		if strings.HasPrefix(counter, "skip.") || strings.HasPrefix(counter, "drop.") {
			lost += n
		}
	}
	in, counted := counters["in"]
	if !counted {
		in = counters["out"] + lost
	}
	p.in += in
	p.out += counters["out"]
	p.lost += lost
	if p.live {
		p.print()
	}
}

// StageEnded implements [pipeline.Progress].
func (p *progress) StageEnded(_ string, _ bool) {
	if p.done > p.before || p.live {
		p.print()
	}
	p.close()
}

// close ends a live line.
func (p *progress) close() {
	if p.live && p.width > 0 {
		fmt.Fprintln(p.w)
	}
	p.width = 0
}

func (p *progress) print() {
	if p.silent {
		return
	}
	p.printed = p.now()
	line := p.line()
	if !p.live {
		fmt.Fprintln(p.w, line)
		return
	}
	fmt.Fprintf(p.w, "\r%-*s", p.width, line)
	p.width = len([]rune(line))
}

// line is the state of the stage in one line.
func (p *progress) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%d/%d] %-16s %d/%d", p.stage, p.stages, p.name, p.done, p.tasks)
	elapsed := p.now().Sub(p.started).Seconds()
	if p.docs > 0 && elapsed > 0 {
		fmt.Fprintf(&b, "  %s records/s", short(float64(p.docs)/elapsed))
	}
	if p.bytes > 0 && elapsed > 0 {
		fmt.Fprintf(&b, "  %s MB/s", short(float64(p.bytes)/1e6/elapsed))
	}
	if p.lost > 0 && p.in > 0 { // steps in between count other things than documents
		fmt.Fprintf(&b, "  kept %.1f%%", 100*float64(p.out)/float64(p.in))
	}
	if ran := p.done - p.before; ran > 0 && p.done < p.tasks {
		left := time.Duration(elapsed / float64(ran) * float64(p.tasks-p.done) * float64(time.Second))
		fmt.Fprintf(&b, "  %s left", left.Round(time.Second))
	}
	return b.String()
}

// short writes a number with three significant digits.
func short(f float64) string {
	switch {
	case f >= 1e9:
		return fmt.Sprintf("%.3gG", f/1e9)
	case f >= 1e6:
		return fmt.Sprintf("%.3gM", f/1e6)
	case f >= 1e4:
		return fmt.Sprintf("%.3gk", f/1e3)
	case f >= 10:
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.2g", f)
}
