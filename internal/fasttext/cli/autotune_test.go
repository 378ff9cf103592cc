package cli

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mathsieve/internal/fasttext"
)

// tuned runs supervised with arguments on repeated lines and returns what it
// told and the model.
func tuned(t *testing.T, args ...string) (talk, model string, err error) {
	t.Helper()
	dir := t.TempDir()
	text, output := filepath.Join(dir, "text"), filepath.Join(dir, "model")
	if err := os.WriteFile(text, []byte(strings.Repeat(read(t, "testdata/labelled.txt"), 4)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, talk, err = run("", append([]string{"supervised", "-input", text, "-output", output, "-bucket", "1000"}, args...)...)
	if err != nil {
		return talk, "", err
	}
	return talk, read(t, output+".bin"), nil
}

func TestAutotune(t *testing.T) {
	args := []string{
		"-lr", "0.001", "-dim", "6", "-seed", "3", "-minn", "0",
		"-autotune-validation", "testdata/labelled.txt", "-autotune-trials", "8",
	}
	talk, model, err := tuned(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	// What was given stays.
	if n := strings.Count(talk, "-lr 0.001 -dim 6 "); n != 9 || strings.Count(talk, "-minn 0 -maxn 0 -bucket 1000 ") != 9 {
		t.Errorf("%d of 9 trainings with the arguments given:\n%s", n, talk)
	}
	// The same command line gives the same model.
	if _, again, err := tuned(t, args...); err != nil || again != model {
		t.Errorf("another model the second time, %v", err)
	}
	if _, other, err := tuned(t, append(args, "-seed", "4")...); err != nil || other == model {
		t.Errorf("the same model for another seed, %v", err)
	}
}

// TestAutotuneImproves starts where nothing is learned.
func TestAutotuneImproves(t *testing.T) {
	scores := func(metric string) (first, best string) {
		t.Helper()
		talk, _, err := tuned(t, "-lr", "0.2", "-dim", "6", "-epoch", "1",
			"-autotune-validation", "testdata/labelled.txt", "-autotune-trials", "1", "-autotune-metric", metric)
		if err != nil {
			t.Fatal(err)
		}
		low, _, _ := strings.Cut(talk[strings.Index(talk, "score ")+6:], "\n")
		talk, _, err = tuned(t, "-lr", "0.2", "-dim", "6", "-autotune-validation", "testdata/labelled.txt",
			"-autotune-trials", "6", "-autotune-metric", metric)
		if err != nil {
			t.Fatal(err)
		}
		high, _, _ := strings.Cut(talk[strings.LastIndex(talk, "score ")+6:], "\n")
		return low, high
	}
	for _, metric := range []string{"f1", "f1:__label__travel"} {
		if first, best := scores(metric); best <= first {
			t.Errorf("%s: %s at first, %s at best", metric, first, best)
		}
	}
	_, _, err := tuned(t, "-autotune-validation", "testdata/labelled.txt", "-autotune-metric", "f1:__label__absent", "-autotune-trials", "1")
	if !errors.Is(err, fasttext.ErrUnknownLabel) {
		t.Errorf("unknown label: %v", err)
	}
	if _, _, err = tuned(t, "-autotune-validation", "missing", "-autotune-trials", "1"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing hold-out: %v", err)
	}
}

// TestVary checks that no draw leaves the bounds of valid arguments and memory.
func TestVary(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	f := func(given ...string) {
		t.Helper()
		set := defaultSettings()
		if err := set.parse(given); err != nil {
			t.Fatal(err)
		}
		for i := range 2000 {
			a := set.vary(set.args, maxTuned, float64(i)/2000, random)
			if err := a.Validate(); err != nil || int64(a.Bucket)*int64(a.Dim) > maxTuned {
				t.Fatalf("%v: %v: %v", given, describe(a), err)
			}
		}
	}
	f()
	f("-bucket", "0")
	f("-bucket", "2000000")
	f("-maxn", "1")
	f("-dim", "1000")
}

func TestPretrainedVectors(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "vectors.vec")
	if err := os.WriteFile(name, []byte("1 3\nnovel 1 2 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, model, err := tuned(t, "-dim", "3", "-pretrainedVectors", name)
	if err != nil || !strings.Contains(model, "novel") {
		t.Errorf("no word of the vectors in the model: %v", err)
	}
	if _, _, err := tuned(t, "-dim", "4", "-pretrainedVectors", name); !errors.Is(err, fasttext.ErrVectors) || !strings.Contains(err.Error(), name) {
		t.Errorf("vectors of another dim: %v", err)
	}
}

func TestModelSize(t *testing.T) {
	dir := t.TempDir()
	text, output := filepath.Join(dir, "text"), filepath.Join(dir, "model")
	if err := os.WriteFile(text, []byte(strings.Repeat(read(t, "testdata/labelled.txt"), 4)), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{
		"supervised", "-input", text, "-output", output, "-bucket", "2000", "-wordNgrams", "2", "-dim", "6", "-epoch", "2",
		"-autotune-validation", "testdata/labelled.txt", "-autotune-trials", "2", "-autotune-modelsize",
	}
	if _, talk, err := run("", append(args, "18K")...); err != nil {
		t.Fatalf("%v\n%s", err, talk)
	}
	if info, err := os.Stat(output + ".ftz"); err != nil || info.Size() > 18_000 {
		t.Errorf("%v, %v: want 18,000 bytes at most", info, err)
	}
	if m, err := fasttext.LoadFile(output + ".ftz"); err != nil || !m.Quantized() {
		t.Errorf("not a quantized model: %v", err)
	}
	if _, _, err := run("", append(args, "9000")...); !errors.Is(err, fasttext.ErrNoTrial) {
		t.Errorf("9,000 bytes: %v, want %v", err, fasttext.ErrNoTrial)
	}
	var usage *UsageError
	for _, size := range []string{"0", "-2M", "2T", "M", ""} {
		if _, _, err := run("", append(args, size)...); !errors.As(err, &usage) {
			t.Errorf("size %q: %v, want a usage error", size, err)
		}
	}
	if _, _, err := run("", "supervised", "-input", text, "-output", output, "-autotune-modelsize", "2M"); !errors.As(err, &usage) {
		t.Errorf("without a hold-out: %v, want a usage error", err)
	}
}
