package recipe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"mathsieve/internal/corpus"
	"mathsieve/internal/pipeline"
)

// The roles of inputs in a plan.
const (
	rolePool      = "pool"           // pages to curate
	rolePositive  = "positive"       // pages of mathematics to learn from
	roleNegative  = "negative"       // pages of anything else to learn from
	roleBenchmark = "benchmark"      // texts that must not be in the corpus
	roleModel     = "model"          // a classifier that is used instead of a new one
	roleSiteRules = "site-rules"     // rules of extraction for single hosts
	roleLanguages = "language-model" // a classifier of languages
)

// Errors of the inputs, to be tested with errors.Is.
var (
	// ErrInputTwice says that one file was listed twice.
	ErrInputTwice = errors.New("input listed twice")
	// ErrNoInput says that no file was found where inputs were to be.
	ErrNoInput = errors.New("no input file")
	// ErrStream says that "-" was named where files are read more than once.
	ErrStream = errors.New(`"-", standard input, is not supported here`)
	// ErrNotUTF8 says that the path of an input cannot stand in a plan, which
	// is JSON.
	ErrNotUTF8 = errors.New("the path is not UTF-8")
)

// isWARC decides how a file is read. What is no document shard is tried as a
// WARC file, whose reader then says what it found instead.
func isWARC(path string, head []byte) bool {
	if isWARCName(path) {
		return true
	}
	if corpus.IsShardName(filepath.Base(path)) {
		return false
	}
	format, err := corpus.DetectFormat(head, path)
	return err != nil || bytes.HasPrefix(unpackedHead(head, format), []byte("WARC/"))
}

// unpackedHead decompresses the beginning of a file as far as it goes.
func unpackedHead(head []byte, format corpus.Format) []byte {
	var r io.Reader = bytes.NewReader(head)
	switch format {
	case corpus.JSONLGzip:
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil
		}
		r = z
	case corpus.JSONLZstd:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
		if err != nil {
			return nil
		}
		defer z.Close()
		r = z
	case corpus.JSONL, corpus.Parquet:
	}
	first := make([]byte, 8)
	n, _ := io.ReadFull(r, first) // a head is cut off: what could be read tells enough
	return first[:n]
}

// identify finds the files of a role and describes each for a plan.
func (f *finder) identify(role string, names []string) ([]pipeline.Input, error) {
	files, err := f.expand(names)
	if err != nil {
		return nil, err
	}
	inputs := make([]pipeline.Input, len(files))
	for i, path := range files {
		if inputs[i], err = identifyFile(role, path); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

func identifyFile(role, path string) (pipeline.Input, error) {
	if !utf8.ValidString(path) {
		return pipeline.Input{}, fmt.Errorf("input %s: %w", path, ErrNotUTF8)
	}
	f, err := os.Open(path)
	if err != nil {
		return pipeline.Input{}, fmt.Errorf("open input: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return pipeline.Input{}, fmt.Errorf("open input: %w", err)
	}
	hash, err := pipeline.HashInput(f, info.Size())
	if err != nil {
		return pipeline.Input{}, fmt.Errorf("read input %s: %w", path, err)
	}
	return pipeline.Input{Path: path, Size: info.Size(), Hash: hash, Role: role}, nil
}

// inputsOf returns the plan's inputs of a role, in order.
func inputsOf(plan pipeline.Plan, role string) []pipeline.Input {
	var inputs []pipeline.Input
	for _, in := range plan.Inputs {
		if in.Role == role {
			inputs = append(inputs, in)
		}
	}
	return inputs
}

// An inputFile is an open input whose size was checked against the plan.
type inputFile struct {
	*os.File
	size   int64
	head   []byte // the first bytes, enough to tell the format
	isWARC bool   // otherwise it is a document shard
}

// Size implements [corpus.RandomAccess].
func (f inputFile) Size() int64 { return f.size }

// openShard reads the file as a document shard.
func (f inputFile) openShard() (corpus.Reader, error) {
	format, err := corpus.DetectFormat(f.head, f.Name())
	if err != nil {
		return nil, err
	}
	return corpus.NewReader(f, format, filepath.Base(f.Name()), corpus.ReaderOptions{})
}

// eachShardRow calls give for the documents of a shard, and bad for the rows of
// it that are none, in order.
func eachShardRow(ctx context.Context, file string, give func(*corpus.Document) error, bad func(*corpus.RowError) error) (err error) {
	if isWARCName(file) {
		return fmt.Errorf("%w: it is a WARC file; extract it first", corpus.ErrUnknownFormat)
	}
	f, err := openInput(pipeline.Input{Path: file, Size: -1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	docs, err := f.openShard()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, docs.Close()) }()
	var doc corpus.Document
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := docs.Read(&doc)
		var broken *corpus.RowError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &broken):
			err = bad(broken)
		case err == nil:
			err = give(&doc)
		}
		if err != nil {
			return err
		}
	}
}

// ErrInputChanged says that an input is not what it was when the run began.
var ErrInputChanged = errors.New("input changed since the run began")

// openInput opens an input that the plan names. A file that changed since the
// plan was made would make the run's tasks disagree, so it is refused.
func openInput(in pipeline.Input) (inputFile, error) {
	file, err := os.Open(in.Path)
	if err != nil {
		return inputFile{}, fmt.Errorf("open input: %w", err)
	}
	f := inputFile{File: file}
	if err := f.look(in); err != nil {
		return inputFile{}, errors.Join(err, f.Close())
	}
	return f, nil
}

// look finds out what the file is.
func (f *inputFile) look(in pipeline.Input) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open input: %w", err)
	}
	f.size = info.Size()
	if in.Size >= 0 && f.size != in.Size {
		return fmt.Errorf("%w: %s: was %d bytes, now %d", ErrInputChanged, in.Path, in.Size, f.size)
	}
	f.head = make([]byte, 512)
	n, err := f.ReadAt(f.head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read input %s: %w", in.Path, err)
	}
	f.head = f.head[:n]
	f.isWARC = isWARC(in.Path, f.head)
	return nil
}
