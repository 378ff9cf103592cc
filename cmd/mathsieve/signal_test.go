//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mathsieve/internal/fixture"
	"mathsieve/internal/pipeline"
	"mathsieve/internal/storage"
)

// writeCrawl writes a WARC file of generated pages.
func writeCrawl(t *testing.T, pages int) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "crawl.warc.gz")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fixture.WriteWARC(f, fixture.Pages(4, pages)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// start starts the program; the test kills it when it has ended.
func start(t *testing.T, cmd *exec.Cmd) (exited chan error) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited = make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return exited
}

// patience is how long a test waits for what would otherwise never come: long
// enough for a busy machine.
const patience = 2 * time.Minute

// exitCode waits for the end of a program, a negative signal if one ended it.
func exitCode(t *testing.T, exited chan error) int {
	t.Helper()
	select {
	case err := <-exited:
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatalf("ended with %v, want an exit code", err)
		}
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return -int(status.Signal())
		}
		return exit.ExitCode()
	case <-time.After(patience):
		t.Fatal("still running after", patience)
		return 0
	}
}

// fullPipe returns the writing end of a pipe that takes no more bytes.
func fullPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	if err := w.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = w.Write(make([]byte, 4096))
	}
	return w
}

// TestSecondSignal stops a run that cannot stop cleanly, because nobody reads
// what it says: the first signal waits for it, the second does not.
func TestSecondSignal(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	cmd := exec.CommandContext(t.Context(), "mathsieve", "extract", writeCrawl(t, 20), "--out", out)
	cmd.Stderr = fullPipe(t)
	exited := start(t, cmd)
	for _, err := os.Stat(filepath.Join(out, "stages", "extract", "seal.json")); err != nil; {
		time.Sleep(5 * time.Millisecond)
		_, err = os.Stat(filepath.Join(out, "stages", "extract", "seal.json"))
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-exited:
		t.Fatalf("the first signal ended it: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	begun := time.Now()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(t, exited); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("the second signal took %v", took)
	}
}

// TestSignalWhileReading stops a command that waits for its input and has
// nothing to tidy up: the first signal is enough.
func TestSignalWhileReading(t *testing.T) {
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		cmd := exec.CommandContext(t.Context(), "mathsieve", "warc", "ls", "-")
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		exited := start(t, cmd)
		// It reads once it has said what it found first.
		if _, err := stdin.Write([]byte("WARC/1.0\r\n")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if code := exitCode(t, exited); code != want {
			t.Errorf("%v: exit code %d, want %d", signal, code, want)
		}
		_, _ = stdin.Close(), stdout.Close()
	}
}

// TestStopped stops a run in the middle of training: it ends with the code of
// the signal and one line.
func TestStopped(t *testing.T) {
	crawl := writeCrawl(t, 40)
	for signal, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		out := filepath.Join(t.TempDir(), "run")
		cmd := exec.CommandContext(t.Context(), "mathsieve", "run", "--input", crawl, "--out", out, "--quiet",
			"--set", "train.dim=16", "--set", "train.bucket=20000", "--set", "train.tune=off", "--set", "train.epoch=1000000")
		var talk strings.Builder
		cmd.Stderr = &talk
		exited := start(t, cmd)
		for _, err := os.Stat(filepath.Join(out, "stages", "seed-1", "seal.json")); err != nil; {
			time.Sleep(5 * time.Millisecond)
			_, err = os.Stat(filepath.Join(out, "stages", "seed-1", "seal.json"))
		}
		begun := time.Now()
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if code := exitCode(t, exited); code != want {
			t.Errorf("%v: exit code %d, want %d", signal, code, want)
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("%v: stopping took %v", signal, took)
		}
		if got := talk.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "stopped by "+signal.String()) || !strings.Contains(got, "safe in "+out) {
			t.Errorf("%v: stderr is %q", signal, got)
		}
	}
}

// A watchingWriter calls look before each write.
type watchingWriter struct{ look func() }

func (w watchingWriter) Write(p []byte) (int, error) {
	w.look()
	return len(p), nil
}

// TestDomainsTidiesUp: while there are temporary files, a signal must not end
// the program at once.
func TestDomainsTidiesUp(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	docs := filepath.Join(t.TempDir(), "docs.jsonl")
	if err := os.WriteFile(docs, []byte(`{"text":"t","url":"http://example.org/","score":0.9}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var a app
	writes := 0
	a.stderr = os.Stderr
	a.stdout = watchingWriter{func() {
		writes++
		if entries, err := os.ReadDir(temporary); err != nil || len(entries) == 0 {
			t.Errorf("no temporary files to tidy up: %v", err)
		}
		if !a.graceful.Load() {
			t.Error("a signal now would leave temporary files behind")
		}
	}}
	if err := a.execute(t.Context(), []string{"domains", docs, "--all"}); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(temporary); err != nil || len(entries) > 0 || writes == 0 {
		t.Errorf("%v is left after %d writes: %v", entries, writes, err)
	}
}

// TestReaderGone writes to a pipe whose reader has gone: no word, no success.
func TestReaderGone(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "mathsieve", "warc", "ls", writeCrawl(t, 60))
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var talk strings.Builder
	cmd.Stdout, cmd.Stderr = w, &talk
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	exited := start(t, cmd)
	if code := exitCode(t, exited); code != -int(syscall.SIGPIPE) && code != exitPipe {
		t.Errorf("exit code %d, want a broken pipe", code)
	}
	if talk.String() != "" {
		t.Errorf("stderr is %q, want nothing", talk.String())
	}
	_ = w.Close()
}

// TestBusy starts a command in a folder that another process drives: who does
// is told, and nothing of states or tasks, since nothing has failed.
func TestBusy(t *testing.T) {
	out := filepath.Join(t.TempDir(), "docs")
	args := []string{"extract", writeCrawl(t, 2), "--out", out, "--quiet"}
	var data, talk strings.Builder
	if code := run(args, nil, strings.NewReader(""), &data, &talk); code != exitDone {
		t.Fatalf("exit code %d: %s", code, talk.String())
	}
	other, err := pipeline.LoadRun(storage.OS(), out)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	code := run(args, nil, strings.NewReader(""), &data, &talk)
	if got := talk.String(); code != exitTemporary || !strings.Contains(got, "in use by ") || strings.Contains(got, "safe") {
		t.Errorf("exit code %d: %s", code, got)
	}
	if err := other.Unlock(); err != nil {
		t.Error(err)
	}
}
