package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestThreads predicts many batches with one thread and with several.
func TestThreads(t *testing.T) {
	lines := read(t, "../testdata/lines.txt") + "\n"
	text := strings.Repeat(lines, 5*batchBytes/len(lines))
	for _, command := range []string{"predict", "predict-prob", "test", "test-label"} {
		args := []string{command, "../testdata/two.bin", "-", "-thread"}
		want, _, err := run(text, append(args, "1")...)
		if err != nil {
			t.Fatal(err)
		}
		for _, threads := range []string{"0", "3"} {
			have, _, err := run(text, append(args, threads)...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, have); diff != "" {
				t.Errorf("%s, %s threads (-one +several):\n%s", command, threads, diff)
			}
		}
	}
}

// TestExact holds probabilities against fastText's, digit by digit with -exact,
// and sees that without it labels stay and the numbers are near.
func TestExact(t *testing.T) {
	const model, lines = "../testdata/two.bin", "../testdata/lines.txt"
	want := read(t, model+".predict")
	exact, _, err := run("", "predict-prob", model, lines, "-1", "-exact")
	if err != nil || exact != want {
		t.Errorf("with -exact, %v (-want +have):\n%s", err, cmp.Diff(want, exact))
	}
	usual, _, err := run("", "predict-prob", model, lines, "-1")
	if err != nil {
		t.Fatal(err)
	}
	near := cmp.Comparer(func(a, b string) bool {
		x, errX := strconv.ParseFloat(a, 64)
		y, errY := strconv.ParseFloat(b, 64)
		return a == b || errX == nil && errY == nil && math.Abs(x-y) <= 1e-5
	})
	if diff := cmp.Diff(strings.Fields(want), strings.Fields(usual), near); diff != "" {
		t.Errorf("without -exact (-want +have):\n%s", diff)
	}
}

// TestStreaming asks for the answer to a line before the next is written.
func TestStreaming(t *testing.T) {
	in, lines := io.Pipe()
	answers, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := Run(context.Background(), []string{"predict", "../testdata/two.bin", "-"}, Streams{In: in, Out: out, Err: io.Discard})
		done <- errors.Join(err, out.Close())
	}()
	answer := make([]byte, 100)
	for range 3 {
		if _, err := io.WriteString(lines, "lemma proof\n"); err != nil {
			t.Fatal(err)
		}
		if n, err := answers.Read(answer); err != nil || !bytes.HasPrefix(answer[:n], []byte("__label__")) {
			t.Fatalf("%q, %v", answer[:n], err)
		}
	}
	if err := lines.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// brokenPipe is an output that nobody reads.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestNobodyReads sees that a broken output ends prediction while the input is
// still open.
func TestNobodyReads(t *testing.T) {
	in, lines := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- Run(context.Background(), []string{"predict", "../testdata/two.bin", "-"}, Streams{In: in, Out: brokenPipe{}})
	}()
	if _, err := io.WriteString(lines, "lemma proof\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%v, want %v", err, io.ErrClosedPipe)
		}
	case <-time.After(time.Minute):
		t.Error("prediction waits for more input")
	}
}
