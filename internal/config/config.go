// Package config holds every setting of mathsieve in one typed struct.
//
// The layers write into the same struct one after the other, so that a later
// one wins: the defaults, a YAML file, environment variables, flags. An
// unknown key in any of them is an error, since a setting that is silently
// ignored is a wrong corpus. After Validate a Config is passed by value and
// does not change.
//
// A setting is named by its dotted YAML path everywhere: select.budgets in a
// file is MATHSIEVE_SELECT_BUDGETS in the environment and --set
// select.budgets=… on the command line.
package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"go.yaml.in/yaml/v3"

	"mathsieve/internal/corpus"
	"mathsieve/internal/decontam"
	"mathsieve/internal/dedup"
	"mathsieve/internal/extract"
	"mathsieve/internal/rank"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/seed"
	"mathsieve/internal/tokens"
	"mathsieve/internal/warc"
)

// Config is every setting of a run.
type Config struct {
	// Input names WARC files and document shards: files, folders, patterns,
	// or @FILE for a list. They make up the pool.
	Input []string `yaml:"input"`
	// Positive and Negative name the seed: pages of mathematics and of
	// anything else, in the same forms as Input. Without Positive the seed is
	// taken from the pool by mark-up; without Negative, negatives are drawn
	// from the pool.
	Positive []string `yaml:"positive"`
	Negative []string `yaml:"negative"`
	// Benchmark names the JSONL files whose texts must not be in the corpus.
	Benchmark []string `yaml:"benchmark"`
	// Against names a kept corpus: folders that dedup or run has made, or
	// documents in the forms of Input. Documents of the input that repeat one of
	// it are dropped; none of its own is.
	Against []string `yaml:"against"`
	// Model names a fastText model that scores the pool; no seed is drawn and
	// nothing is trained then.
	Model string `yaml:"model"`

	WARC          warc.Options     `yaml:"warc"`
	HTTP          warc.HTTPOptions `yaml:"http"`
	Extract       extract.Options  `yaml:"extract"`
	Dedup         dedup.Options    `yaml:"dedup"`
	Seed          seed.Options     `yaml:"seed"`
	Train         Train            `yaml:"train"`
	Score         Score            `yaml:"score"`
	Tokens        Tokens           `yaml:"tokens"`
	Decontaminate decontam.Options `yaml:"decontaminate"`
	Select        rank.Options     `yaml:"select"`
	Domains       domain.Options   `yaml:"domains"`
	Rounds        Rounds           `yaml:"rounds"`
	Output        Output           `yaml:"output"`

	// Runtime decides how a run is carried out, never what comes out of it.
	Runtime Runtime `yaml:"runtime"`
}

// Tokens says how token counts are made.
type Tokens struct {
	// Vocabulary is the byte-pair encoding that counts: cl100k_base or o200k_base.
	Vocabulary string `yaml:"vocabulary"`
}

// Score says how a model is read.
type Score struct {
	// Label is the label whose probability is the score.
	Label string `yaml:"label"`
}

// Output says how the corpus is stored.
type Output struct {
	// Format is the form of document shards: jsonl.zst, jsonl.gz, jsonl or parquet.
	Format string `yaml:"format"`
}

// Runtime decides how a run is carried out.
type Runtime struct {
	// Workers is the number of processors to use; 0 is all.
	Workers int `yaml:"workers"`
	// Memory is the memory that the run may use, in bytes or as 4GiB, from 256MiB;
	// what does not fit is spilled to disk.
	Memory Size `yaml:"memory"`
	// LogFormat is the form of messages on stderr: text or json.
	LogFormat string `yaml:"log-format"`
	// MaxFailedInputs is the number of input files that may be unreadable
	// before the run is called a failure; -1 is any number.
	MaxFailedInputs int `yaml:"max-failed-inputs"`
}

// Default returns the paper's settings wherever it states one.
func Default() Config {
	return Config{
		WARC:          warc.DefaultOptions(),
		HTTP:          warc.DefaultHTTPOptions(),
		Extract:       extract.DefaultOptions(),
		Dedup:         dedup.DefaultOptions(),
		Seed:          seed.DefaultOptions(),
		Train:         DefaultTrain(),
		Score:         Score{Label: seed.LabelMath},
		Tokens:        Tokens{Vocabulary: tokens.Default},
		Decontaminate: decontam.DefaultOptions(),
		Select:        rank.DefaultOptions(),
		Domains:       domain.DefaultOptions(),
		Rounds:        DefaultRounds(),
		Output:        Output{Format: corpus.JSONLZstd.String()},
		Runtime:       Runtime{Memory: 4 << 30, LogFormat: "text", MaxFailedInputs: -1},
	}
}

// Load layers the YAML file, if path is not empty, and the environment over
// the defaults. environ is a list of NAME=VALUE as os.Environ returns it. With
// ErrNoSetting the Config has all layers.
func Load(path string, environ []string) (Config, error) {
	c := Default()
	if path != "" {
		if err := c.loadFile(path); err != nil {
			return c, err
		}
	}
	return c, c.loadEnviron(environ)
}

func (c *Config) loadFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	err = dec.Decode(c)
	if errors.Is(err, io.EOF) {
		return nil // an empty file sets nothing
	}
	if err == nil {
		err = c.checkWhole(text)
	}
	if err != nil {
		return fmt.Errorf("config %s: %w", path, plainly(err))
	}
	return nil
}

const environPrefix = "MATHSIEVE_"

// notSettings are the variables with the prefix that other parts read: the
// config file's name, and the folder of test data.
var notSettings = map[string]bool{"MATHSIEVE_CONFIG": true, "MATHSIEVE_DATA": true}

// ErrNoSetting says that a variable has the prefix of settings and is none.
var ErrNoSetting = errors.New("no setting")

// loadEnviron takes all settings of the environment. The error is ErrNoSetting
// if they are sound and only other variables are not.
func (c *Config) loadEnviron(environ []string) error {
	var unknown error
	byName := map[string]string{}
	for _, key := range Keys() {
		byName[EnvironName(key)] = key
	}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, environPrefix) || notSettings[name] {
			continue
		}
		key, ok := byName[name]
		if !ok {
			unknown = cmp.Or(unknown, fmt.Errorf("environment variable %s is %w; see 'mathsieve help config'", name, ErrNoSetting))
			continue
		}
		if err := c.Set(key, value); err != nil {
			return fmt.Errorf("environment variable %s: %w", name, err)
		}
	}
	return unknown
}

// EnvironName returns the environment variable of a setting.
func EnvironName(key string) string {
	return environPrefix + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}

// Validate reports the first setting that is out of its range, by its path.
func (c *Config) Validate() error {
	sections := []struct {
		name string
		err  error
	}{
		{"warc", c.WARC.Validate()},
		{"http", c.HTTP.Validate()},
		{"extract", c.Extract.Validate()},
		{"dedup", c.Dedup.Validate()},
		{"seed", c.Seed.Validate()},
		{"train", c.Train.Validate()},
		{"tokens", c.Tokens.validate()},
		{"decontaminate", c.Decontaminate.Validate()},
		{"select", c.Select.Validate()},
		{"domains", c.Domains.Validate()},
		{"rounds", c.Rounds.Validate()},
		{"output", c.Output.validate()},
		{"runtime", c.Runtime.validate()},
	}
	for _, s := range sections {
		if s.err != nil {
			return fmt.Errorf("config %s.%w", s.name, s.err)
		}
	}
	if c.Model != "" && len(c.Positive)+len(c.Negative) > 0 {
		return errors.New("config model: a model that is given needs no seed; give either model or positive and negative")
	}
	if len(c.Against) > 0 && c.Dedup.Scope != dedup.ScopeAll {
		return fmt.Errorf("config dedup.scope: %s would compare nothing with the documents of against; give one of the two", c.Dedup.Scope)
	}
	return nil
}

func (t Tokens) validate() error {
	if err := tokens.Check(t.Vocabulary); err != nil {
		return fmt.Errorf("vocabulary: %w", err)
	}
	return nil
}

func (o Output) validate() error {
	if _, err := corpus.ParseFormat(o.Format); err != nil {
		return fmt.Errorf("format: %w", err)
	}
	return nil
}

// minMemory is what the smallest run needs: the readers' and writers' buffers.
const minMemory = 256 << 20

func (r Runtime) validate() error {
	switch {
	case r.Workers < 0:
		return fmt.Errorf("workers: %d is negative", r.Workers)
	case r.Memory < minMemory:
		return fmt.Errorf("memory: %s is less than the least, %s", r.Memory, Size(minMemory))
	case r.LogFormat != "text" && r.LogFormat != "json":
		return fmt.Errorf("log-format: %q is neither text nor json", r.LogFormat)
	case r.MaxFailedInputs < -1:
		return fmt.Errorf("max-failed-inputs: %d is less than -1", r.MaxFailedInputs)
	}
	return nil
}

// WorkerCount returns the number of processors to use.
func (r Runtime) WorkerCount() int {
	if r.Workers > 0 {
		return r.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// Decisive returns the settings that decide the bytes of a run, as a JSON
// object with sorted keys: all but the names of inputs, which a plan holds as
// files, and the runtime.
func (c Config) Decisive() (json.RawMessage, error) {
	text, err := yaml.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode config: %w", err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return nil, fmt.Errorf("encode config: %w", err)
	}
	for _, key := range []string{"input", "positive", "negative", "benchmark", "against", "model", "runtime"} {
		delete(tree, key)
	}
	if extract, ok := tree["extract"].(map[string]any); ok {
		delete(extract, "site-rules")
		delete(extract, "language-model")
	}
	if train, ok := tree["train"].(map[string]any); ok {
		delete(train, "thread") // models are the same for any number of threads
	}
	return json.Marshal(tree)
}

// FromDecisive returns the config that Decisive was called on, with the
// defaults for all that it leaves out.
func FromDecisive(raw json.RawMessage) (Config, error) {
	c := Default()
	dec := yaml.NewDecoder(strings.NewReader(string(raw))) // JSON is YAML
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil {
		return c, fmt.Errorf("config of the plan: %w", err)
	}
	return c, nil
}
