package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/fasttext"
)

func run(stdin string, args ...string) (stdout, stderr string, err error) {
	var out, talk bytes.Buffer
	err = Run(context.Background(), args, Streams{In: strings.NewReader(stdin), Out: &out, Err: &talk})
	return out.String(), talk.String(), err
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestOutputIsFastTexts holds the output of commands against that of fastText
// itself, byte by byte.
func TestOutputIsFastTexts(t *testing.T) {
	const models, lines, labelled = "../testdata/", "../testdata/lines.txt", "testdata/labelled.txt"
	f := func(want, stdin string, args ...string) {
		t.Helper()
		have, talk, err := run(stdin, args...)
		if err != nil || talk != "" {
			t.Errorf("%v: %v, stderr %q", args, err, talk)
		}
		if diff := cmp.Diff(read(t, "testdata/"+want), have); diff != "" {
			t.Errorf("%v (-want +have):\n%s", args, diff)
		}
	}
	f("test.out", "", "test", models+"softmax.bin", labelled)
	f("test.out", read(t, labelled), "test", models+"softmax.bin", "-")
	f("test-k.out", "", "test", models+"hs.bin", labelled, "2", "0.1")
	f("test-label.out", "", "test-label", models+"ova.bin", labelled, "1", "0.5")
	f("predict.out", "", "predict", models+"subwords.bin", lines, "2")
	f("predict-prob.out", read(t, lines), "predict-prob", models+"pruned.ftz", "-", "3", "0.05")
	f("word-vectors.out", read(t, labelled), "print-word-vectors", models+"subwords.bin")
	f("sentence-vectors.out", read(t, labelled), "print-sentence-vectors", models+"softmax.bin")
	f("nn.out", "lemma\nunknown\n", "nn", models+"subwords.bin", "4")
	f("analogies.out", "lemma proof soup unknown\nx y left", "analogies", models+"subwords.bin", "3")
	// fastText itself adds to memory that it has not cleared.
	f("print-ngrams.out", "", "print-ngrams", models+"subwords.bin", "lemma")
	f("dump-args.out", "", "dump", models+"softmax.bin", "args")
	f("dump-dict.out", "", "dump", models+"softmax.bin", "dict")
	f("dump-output.out", "", "dump", models+"softmax.bin", "output")
	f("dump-input.out", "", "dump", models+"ns.bin", "input")
}

func TestSupervisedAndQuantize(t *testing.T) {
	dir := t.TempDir()
	text, model := filepath.Join(dir, "text"), filepath.Join(dir, "model")
	if err := os.WriteFile(text, []byte(strings.Repeat(read(t, "testdata/labelled.txt"), 20)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, talk, err := run("", "supervised", "-input", text, "-output", model, "-dim", "4", "-wordNgrams", "2",
		"-bucket", "300", "-lr", "0.5", "-epoch", "20", "-loss", "softmax", "-saveOutput")
	if err != nil || !strings.Contains(talk, "avg.loss") || !strings.Contains(talk, "Number of labels: 5") {
		t.Fatalf("supervised: %v, stderr %q", err, talk)
	}
	out, _, err := run("", "test", model+".bin", text)
	if err != nil || !strings.HasPrefix(out, "N\t820\nP@1\t1\n") {
		t.Errorf("test: %v, %q", err, out)
	}
	vectors, _, _ := strings.Cut(read(t, model+".vec"), "\n")
	if words, _, _ := run("", "dump", model+".bin", "dict"); vectors != "19 4" || !strings.HasPrefix(words, "24\n") {
		t.Errorf("vectors begin with %q, the dictionary with %.9q", vectors, words)
	}
	if output := read(t, model+".output"); !strings.HasPrefix(output, "5 4\n__label__") {
		t.Errorf("output matrix begins with %.20q", output)
	}

	if _, talk, err = run("", "quantize", "-output", model, "-input", text, "-qnorm", "-cutoff", "280", "-retrain", "-epoch", "5"); err != nil || talk != "" {
		t.Fatalf("quantize: %v, stderr %q", err, talk)
	}
	if out, _, err = run("", "test", model+".ftz", text); err != nil || !strings.HasPrefix(out, "N\t820\nP@1\t1\n") {
		t.Errorf("test of the quantized model: %v, %q", err, out)
	}
	if _, _, err = run("", "dump", model+".ftz", "input"); !errors.Is(err, fasttext.ErrQuantized) {
		t.Errorf("dump of a quantized matrix: %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 5 {
		t.Errorf("files left: %v, %v", left, err)
	}
}

func TestErrors(t *testing.T) {
	f := func(want string, args ...string) {
		t.Helper()
		_, _, err := run("", args...)
		var usage *UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), want) || !strings.Contains(usage.Usage, "usage: fasttext") {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
	f("usage")
	f("unknown command", "skipgram")
	f("-lrUpdateRate", "supervised", "-h")
	f("without a dash", "supervised", "input")
	f("unknown argument: -inptu", "supervised", "-inptu", "x")
	f("-input is missing an argument", "supervised", "-input")
	f(`-dim "x"`, "supervised", "-dim", "x")
	f(`-loss "x"`, "supervised", "-loss", "x")
	f("empty input or output path", "supervised", "-input", "x")
	f("cannot use stdin", "supervised", "-input", "-", "-output", "x")
	f("dim is 0", "supervised", "-input", "x", "-output", "y", "-dim", "0")
	f("empty output path", "quantize")
	f("1 arguments", "predict", "model")
	f("k is", "predict", "model", "data", "0")
	f("threshold is", "predict", "model", "data", "1", "NaN")
	f("0 arguments", "print-word-vectors")
	f("k is", "nn", "model", "x")
	f("k is", "analogies", "model", "0")
	f("1 arguments", "print-ngrams", "model")
	f("-autotune-trials", "supervised", "-autotune-duration", "300")
	f("want f1 or f1:labelname", "supervised", "-autotune-metric", "f1:")
	f("want f1 or f1:labelname", "supervised", "-autotune-metric", "recall")
	f("-autotune-trials is 0", "supervised", "-input", "x", "-output", "y", "-autotune-trials", "0")
	f("-autotune-predictions is 0", "supervised", "-input", "x", "-output", "y", "-autotune-predictions", "0")
	f("unknown part", "dump", "../testdata/ova.bin", "loss")

	missing := filepath.Join(t.TempDir(), "missing")
	for _, args := range [][]string{
		{"predict", missing, "-"},
		{"predict", "../testdata/ova.bin", missing},
		{"supervised", "-input", missing, "-output", missing},
		{"supervised", "-input", "testdata/labelled.txt", "-output", missing + "/x", "-verbose", "0"},
		{"quantize", "-output", missing},
	} {
		if _, _, err := run("", args...); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v: %v, want a missing file", args, err)
		}
	}
}
