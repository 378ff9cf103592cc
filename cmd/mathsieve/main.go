// Mathsieve curates a mathematics corpus for language-model pre-training out
// of Common Crawl, the way DeepSeekMath (arXiv 2402.03300, section 2.1)
// describes: WARC files in, ranked, deduplicated and decontaminated documents
// in token-budget tiers out.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

func main() {
	os.Exit(run(os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns its exit code.
func run(args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	out := &checkedWriter{w: stdout}
	a := &app{stdin: stdin, stdout: out, stderr: stderr, environ: environ}
	ctx, stop := watchSignals(&a.graceful)
	defer stop()
	err := a.execute(ctx, args)
	if err == nil || errors.Is(err, out.err) {
		err = out.err // data that did not reach its reader is a failure, even if all else went well
	}
	if stopped, ok := errors.AsType[signalError](context.Cause(ctx)); ok && err != nil {
		stated, _ := errors.AsType[statedError](err) // what the stop left behind is told, not where it struck
		err = statedError{stopped, stated.state}
	}
	return a.report(err)
}

// A signalError is the signal that stopped the program.
type signalError struct{ signal syscall.Signal }

func (e signalError) Error() string { return "stopped by " + e.signal.String() }

// watchSignals returns a context that the first INT, TERM or HUP cancels with
// a signalError. The second one ends the process at once, and the first one
// too while graceful is not set, which is safe: only whole files count.
func watchSignals(graceful *atomic.Bool) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case s := <-signals:
				first := signalError{s.(syscall.Signal)}
				if n > 0 || !graceful.Load() {
					os.Exit(exitSignal(first))
				}
				cancel(first)
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// A checkedWriter remembers the first error, so that a full disk or a closed
// pipe behind stdout is never taken for success.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(p)
	c.err = err
	return n, err
}
