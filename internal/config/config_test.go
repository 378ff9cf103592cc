package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/config"
)

// writeConfig writes a YAML file.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestDefaultIsValid(t *testing.T) {
	c := config.Default()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

// TestLayers writes one setting in more and more layers: the last wins.
func TestLayers(t *testing.T) {
	file := writeConfig(t, "dedup: {threshold: 0.7}\ntrain: {dim: 32}\n")
	c, err := config.Load(file, []string{"MATHSIEVE_DEDUP_THRESHOLD=0.9", "MATHSIEVE_CONFIG=x", "MATHSIEVE_DATA=y", "PATH=/bin"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Dedup.Threshold != 0.9 || c.Train.Dim != 32 || c.Train.WordNgrams != config.Default().Train.WordNgrams {
		t.Errorf("threshold %v, dim %d, word n-grams %d", c.Dedup.Threshold, c.Train.Dim, c.Train.WordNgrams)
	}
	if err := c.Set("dedup.threshold", "0.85"); err != nil || c.Dedup.Threshold != 0.85 {
		t.Errorf("threshold %v, %v", c.Dedup.Threshold, err)
	}
	if empty, err := config.Load(writeConfig(t, ""), nil); err != nil || !reflect.DeepEqual(empty, config.Default()) {
		t.Errorf("an empty file: %v", err)
	}
}

// TestBadFile asks for the place and the words of errors in a file.
func TestBadFile(t *testing.T) {
	f := func(text string, want ...string) {
		t.Helper()
		name := writeConfig(t, text)
		_, err := config.Load(name, nil)
		if err == nil {
			t.Errorf("%q: no error", text)
			return
		}
		for _, word := range append(want, name) {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%q: error %q lacks %q", text, err, word)
			}
		}
		for _, word := range []string{"\n", "unmarshal", "config.", "rank.", "!!"} {
			if strings.Contains(strings.ReplaceAll(err.Error(), name, ""), word) {
				t.Errorf("%q: error %q has %q", text, err, word)
			}
		}
	}
	f("select:\n  bogus: 1\n", "line 2", `unknown setting "bogus"`)
	f("bogus: 1\n", "line 1", `unknown setting "bogus"`)
	f("train:\n  dim: many\n", "line 2", `"many" is not a whole number`)
	f("train:\n  lr: fast\n", "line 2", `"fast" is not a number`)
	f("extract:\n  whole-page: perhaps\n", "line 2", `"perhaps" is neither true nor false`)
	f("input: {a: b}\n", "line 1", "a section where a value is wanted")
	f("dedup: [1]\n", "line 1", "a list where a section is wanted")
	f("dedup: 5\n", "line 1", `"5" where a section is wanted`)
	f("train:\n  dim: [1]\n", "line 2", "a list where a value is wanted")
	f("input: crawl\n", "line 1", `"crawl" is not a list`)
	f("train:\n  dim: 1\n  dim: 2\n", "line 3", `setting "dim" given before, in line 2`)
	f("runtime:\n  memory: much\n", "line 2", `size "much" is not a number of bytes`)
	f("select:\n  budgets: [much]\n", `invalid budget "much"`)
	f("seed:\n  hold-out: 0.2\n  positives: 2.5\n", "line 3", `"2.5" is not a whole number`)
	f("train: {dim: a, lr: b}\n", `"a" is not a whole number; line 1: "b" is not a number`)
}

// TestKeys sets every setting to the value that it has and to nonsense.
func TestKeys(t *testing.T) {
	keys := config.Keys()
	if len(keys) < 40 {
		t.Errorf("only %d settings: %v", len(keys), keys)
	}
	environment := map[string]string{}
	for _, key := range keys {
		c := config.Default()
		value, err := c.Get(key)
		if err != nil {
			t.Errorf("get %s: %v", key, err)
			continue
		}
		if err := c.Set(key, value); err != nil {
			t.Errorf("set %s to its own value %q: %v", key, value, err)
		}
		if again, err := c.Get(key); err != nil || again != value {
			t.Errorf("%s is %q after it was set to %q: %v", key, again, value, err)
		}
		name := config.EnvironName(key)
		if other, twice := environment[name]; twice {
			t.Errorf("%s and %s have the same variable %s", key, other, name)
		}
		environment[name] = key
		if _, err := config.Load("", []string{name + "=" + value}); err != nil {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
}

func TestSet(t *testing.T) {
	f := func(key, text, want string) {
		t.Helper()
		c := config.Default()
		if err := c.Set(key, text); err != nil {
			t.Errorf("set %s to %q: %v", key, text, err)
			return
		}
		if got, err := c.Get(key); err != nil || got != want {
			t.Errorf("%s is %q after it was set to %q, want %q (%v)", key, got, text, want, err)
		}
	}
	f("input", "a.warc.gz, b: c.warc.gz,@list,*.gz,#x", "a.warc.gz,b: c.warc.gz,@list,*.gz,#x")
	f("input", "[a, b]", "a,b")
	f("input", "", "")
	f("select.budgets", "1.5B,2B", "1.5B,2B")
	f("runtime.memory", "2048MiB", "2GiB")
	f("runtime.memory", "1000000000", "1000000000")
	f("extract.whole-page", "true", "true")
	f("model", "a: b # c", "a: b # c")
	f("train.dim", "7", "7")

	bad := func(key, text string, want ...string) {
		t.Helper()
		c := config.Default()
		err := c.Set(key, text)
		if err == nil {
			t.Errorf("set %s to %q: no error", key, text)
			return
		}
		for _, word := range want {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("set %s to %q: error %q lacks %q", key, text, err, word)
			}
		}
		if strings.Contains(err.Error(), "line 1") || strings.Contains(err.Error(), "\n") {
			t.Errorf("set %s to %q: error %q", key, text, err)
		}
		if !reflect.DeepEqual(c, config.Default()) {
			t.Errorf("set %s to %q: an error, and still a change", key, text)
		}
	}
	bad("train.dims", "1", `unknown setting "train.dims"`, `the nearest is "train.dim"`)
	bad("dedup", "1", `unknown setting "dedup"`)
	bad("train.dim", "many", "train.dim", `"many" is not a whole number`)
	bad("train.dim", "1.5", "train.dim")
	bad("select.budgets", "much", "select.budgets", `invalid budget "much"`)
	bad("runtime.memory", "-1", "size")
	bad("train.dim", "[", "train.dim")
	bad("seed.random-seed", "0.5", `"0.5" is not a whole number`)
}

// TestValidate puts one setting of each section out of its range: the error
// names it.
func TestValidate(t *testing.T) {
	f := func(key, value string) {
		t.Helper()
		c := config.Default()
		if err := c.Set(key, value); err != nil {
			t.Errorf("set %s: %v", key, err)
			return
		}
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s=%s: error %v does not name the setting", key, value, err)
		}
	}
	f("dedup.threshold", "1.5")
	f("seed.positives", "0")
	f("seed.hold-out", "0.9")
	f("train.tune", "perhaps")
	f("train.tune-trials", "0")
	f("tokens.vocabulary", "latin")
	f("select.budgets", "2B,1B")
	f("output.format", "xml")
	f("seed.max-per-domain", "-1")
	f("domains.share", "2")
	f("rounds.max", "0")
	f("rounds.max", "65")
	f("rounds.stop-overlap", "0")
	f("rounds.stop-overlap", "1.01")
	f("rounds.collect", "much")
	f("rounds.auto-share", "-0.1")
	f("runtime.memory", "1MiB")
	f("runtime.workers", "-1")
	f("runtime.log-format", "xml")
	f("runtime.max-failed-inputs", "-2")

	c := config.Default()
	c.Model, c.Positive = "m.bin", []string{"p"}
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "model") {
		t.Errorf("a model and a seed: %v", err)
	}
}

// TestDecisive holds what decides bytes against what does not: a plan has the
// one, and not the other.
func TestDecisive(t *testing.T) {
	decisive := func(key, value string) string {
		t.Helper()
		c := config.Default()
		if key != "" {
			if err := c.Set(key, value); err != nil {
				t.Fatal(err)
			}
		}
		raw, err := c.Decisive()
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	base := decisive("", "")
	for key, value := range map[string]string{
		"runtime.workers": "3", "runtime.memory": "1GiB", "runtime.log-format": "json", "runtime.max-failed-inputs": "2",
		"input": "a", "positive": "a", "negative": "a", "benchmark": "a", "model": "a", "train.thread": "5",
	} {
		if decisive(key, value) != base {
			t.Errorf("%s decides the plan", key)
		}
	}
	for key, value := range map[string]string{
		"dedup.threshold": "0.9", "train.dim": "7", "seed.random-seed": "9", "select.budgets": "1B", "output.format": "parquet",
		"extract.whole-page": "true", "score.label": "x", "tokens.vocabulary": "o200k_base",
		"rounds.max": "2", "rounds.collect": "1B", "domains.min-pages": "3", "seed.max-per-domain": "7",
	} {
		if decisive(key, value) == base {
			t.Errorf("%s does not decide the plan", key)
		}
	}

	c := config.Default()
	c.Dedup.Threshold, c.Train.Dim = 0.75, 12
	raw, err := c.Decisive()
	if err != nil {
		t.Fatal(err)
	}
	back, err := config.FromDecisive(raw)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.Decisive()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(raw), string(again)); diff != "" {
		t.Errorf("settings of a plan (-want +got):\n%s", diff)
	}
	if _, err := config.FromDecisive([]byte(`{"bogus": 1}`)); err == nil {
		t.Error("a plan with an unknown setting is read")
	}
}

func TestSize(t *testing.T) {
	f := func(text string, want int64, spelled string) {
		t.Helper()
		got, err := config.ParseSize(text)
		if err != nil || int64(got) != want || got.String() != spelled {
			t.Errorf("%q is %d, spelled %s, want %d, %s (%v)", text, got, got, want, spelled, err)
		}
	}
	f("4GiB", 4<<30, "4GiB")
	f(" 1.5 GiB ", 3<<29, "1536MiB")
	f("1.5GB", 1_500_000_000, "1500000000")
	f("512KiB", 512<<10, "512KiB")
	f("12", 12, "12")
	f("12B", 12, "12")
	f("0", 0, "0")
	for _, bad := range []string{"", "GiB", "-1", "1e30", "NaN", "4 Gib", "0x", "1GiBGiB"} {
		if got, err := config.ParseSize(bad); err == nil {
			t.Errorf("%q is read as %d", bad, got)
		}
	}
}

// FuzzSet sets settings to anything: no panic, and what was taken can be read
// back and set again.
func FuzzSet(f *testing.F) {
	for _, key := range config.Keys() {
		c := config.Default()
		value, err := c.Get(key)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(key, value)
	}
	f.Add("select.budgets", "1B,[,]")
	f.Add("input", "[a, {b: c}]")
	f.Add("runtime.memory", "&a [*a]")
	f.Fuzz(func(t *testing.T, key, value string) {
		c := config.Default()
		if err := c.Set(key, value); err != nil {
			return
		}
		if _, err := c.Get(key); err != nil {
			t.Errorf("%s set to %q cannot be read: %v", key, value, err)
		}
		if c.Validate() == nil {
			if _, err := c.Decisive(); err != nil {
				t.Errorf("%s set to %q cannot be planned: %v", key, value, err)
			}
		}
	})
}
