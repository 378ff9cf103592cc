package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"mathsieve/internal/config"
)

// TestEveryCommand asks each command for what a reader of its help wants: what
// it does, an example, its exit codes, and for a script that tests it.
func TestEveryCommand(t *testing.T) {
	a := &app{stdout: io.Discard, stderr: io.Discard, config: config.Default()}
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		path := strings.TrimPrefix(cmd.CommandPath(), "mathsieve ")
		if path == "help" || strings.HasPrefix(path, "completion") {
			return // Cobra's own
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
		if cmd.HasSubCommands() {
			return
		}
		switch {
		case cmd.Short == "" || strings.HasSuffix(cmd.Short, "."):
			t.Errorf("%s: short text %q", path, cmd.Short)
		case cmd.Example == "":
			t.Errorf("%s has no example", path)
		case path != "version" && !strings.Contains(cmd.Long, "Exit codes:"):
			t.Errorf("%s does not say its exit codes", path)
		case cmd.Args == nil:
			t.Errorf("%s takes any arguments", path)
		}
		for line := range strings.SplitSeq(cmd.Long, "\n") {
			if n := len([]rune(line)); n > 120 {
				t.Errorf("%s: a line of %d characters: %s", path, n, line)
			}
		}
		scripts, err := filepath.Glob(filepath.Join("testdata", "script", strings.ReplaceAll(path, " ", "_")+"*.txtar"))
		if err != nil || len(scripts) == 0 {
			if mentioned := scriptsThatRun(t, path); mentioned == 0 {
				t.Errorf("no script runs %s (%v)", path, err)
			}
		}
	}
	visit(a.rootCommand())
}

// scriptsThatRun counts the scripts that run a command, under whatever name.
func scriptsThatRun(t *testing.T, command string) (n int) {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range scripts {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "exits 0 mathsieve "+command+" ") {
			n++
		}
	}
	return n
}

func TestOneLine(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := oneLine(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
	f("plain", "plain")
	f("two\nlines\r\nof text\n", "two; lines; of text")
	f("\x1b[2Jred\x07", `\x1b[2Jred\a`)
	f("tab\there", `tab\there`)
	f("C1 \u009b2J", `C1 \u009b2J`)
	f("bidi \u202egnp.exe", `bidi \u202egnp.exe`)
	f("bad \xff\xfe byte", `bad \xff\xfe byte`)
	f("Zürich, 数学, x²", "Zürich, 数学, x²")
}

// TestReport looks at errors that no script can bring about.
func TestReport(t *testing.T) {
	f := func(err error, code int, words ...string) {
		t.Helper()
		var talk strings.Builder
		a := &app{stderr: &talk, config: config.Default(), runDir: "run1"}
		if got := a.report(err); got != code {
			t.Errorf("%v: exit code %d, want %d", err, got, code)
		}
		for _, word := range words {
			if !strings.Contains(talk.String(), word) {
				t.Errorf("%v: %q lacks %q", err, talk.String(), word)
			}
		}
		if lines := strings.Count(talk.String(), "\n"); code != exitPipe && code != 0 && lines != 1 {
			t.Errorf("%v: %d lines: %q", err, lines, talk.String())
		}
	}
	f(nil, exitDone)
	f(syscall.EPIPE, exitPipe)
	f(&os.PathError{Op: "write", Path: "x", Err: syscall.EIO}, exitIO, "write x: input/output error", "check the disk")
	f(&os.PathError{Op: "write", Path: "x", Err: syscall.EDQUOT}, exitIO, "free space")
	f(&os.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, exitCantCreate, "check who owns")
	f(statedError{errPartial, "all else is done"}, exitPartial, "; all else is done; list them with 'mathsieve cat run1 --skipped'")
	f(statedError{signalError{syscall.SIGTERM}, "3 tasks are safe"}, 143, "stopped by terminated; 3 tasks are safe; run the same command again")
	f(errors.New("something new"), exitSoftware, "please report this")
	f(usageError{errors.New("no")}, exitUsage, "mathsieve: no\n")

	var talk strings.Builder
	a := &app{stderr: &talk, config: config.Default()}
	a.config.Runtime.LogFormat = "json"
	if code := a.report(statedError{errPartial, "done"}); code != exitPartial || !strings.HasPrefix(talk.String(), `{"exit":1,"level":"ERROR","msg":"some inputs could not be read","next":`) {
		t.Errorf("exit code %d, %s", code, talk.String())
	}
}

func TestProbability(t *testing.T) {
	f := func(p float64, digits int, want string) {
		t.Helper()
		if have := probability(p, digits); have != want {
			t.Errorf("%v with %d digits: %s, want %s", p, digits, have, want)
		}
	}
	f(0.5, 3, "0.500")
	f(0.9994, 3, "0.999")
	f(0.9996, 3, "1-4e-04")
	f(0.9996, 6, "0.999600")
	f(1-4e-11, 6, "1-4e-11")
	f(1, 3, "1.000")
}

// TestProgress watches a stage on a clock of its own.
func TestProgress(t *testing.T) {
	var talk strings.Builder
	now := time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)
	p := &progress{w: &talk, now: func() time.Time { return now }, stages: 3}
	p.StageStarted("extract", 10, 2)
	p.Advanced("extract", 50, 1000)
	now = now.Add(5 * time.Second)
	p.TaskFinished("extract", 2, map[string]int64{"out": 80, "skip.not_html": 15, "drop.x": 5, "bytes_in": 7}, nil)
	p.TaskFinished("extract", 3, nil, errors.New("no"))
	if talk.Len() > 0 {
		t.Errorf("before ten seconds: %q", talk.String())
	}
	now = now.Add(5 * time.Second)
	p.Advanced("extract", 50, 24_000_000-1000)
	now = now.Add(2 * time.Second)
	p.Advanced("extract", 0, 0)
	want := "[1/3] extract          3/10  10 records/s  2.4 MB/s  kept 80.0%  1m10s left\n"
	if got := talk.String(); got != want {
		t.Errorf("progress:\n%swant:\n%s", got, want)
	}
	talk.Reset()
	p.StageEnded("extract", false)
	p.StageStarted("dedup", 4, 4)
	p.StageEnded("dedup", true)
	p.StageStarted("dedup-pairs", 1, 0)
	p.TaskFinished("dedup-pairs", 0, map[string]int64{"in": 900, "out": 7}, nil)
	if got := p.line(); strings.Contains(got, "kept") {
		t.Errorf("pairs of documents: %q", got)
	}
	if got := talk.String(); strings.Count(got, "\n") != 1 || strings.Contains(got, "dedup") {
		t.Errorf("a stage that ran, and one that did not: %q", got)
	}
	for f, text := range map[float64]string{0.123: "0.12", 9.87: "9.9", 123.4: "123", 45_678: "45.7k", 2.5e6: "2.5M", 7.77e9: "7.77G"} {
		if got := short(f); got != text {
			t.Errorf("%v is %s, want %s", f, got, text)
		}
	}
}

// Stages that are gone through again, after damage was found, keep their numbers.
func TestProgressNumbersStages(t *testing.T) {
	var said bytes.Buffer
	p := &progress{w: &said, now: time.Now, stages: 2}
	for _, stage := range []string{"extract", "dedup", "extract", "dedup"} {
		p.StageStarted(stage, 1, 0)
		p.TaskFinished(stage, 0, nil, nil)
		p.StageEnded(stage, true)
	}
	var numbers []string
	for line := range strings.Lines(said.String()) {
		number, _, _ := strings.Cut(line, " ")
		numbers = append(numbers, number)
	}
	if want := []string{"[1/2]", "[2/2]", "[1/2]", "[2/2]"}; !slices.Equal(numbers, want) {
		t.Errorf("numbers %v, want %v", numbers, want)
	}
}
