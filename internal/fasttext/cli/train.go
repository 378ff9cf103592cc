package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"mathsieve/internal/fasttext"
)

func supervised(ctx context.Context, args []string, s Streams) error {
	set := defaultSettings()
	if err := set.parse(args); err != nil {
		return err
	}
	if set.input == "" || set.output == "" {
		return usagef("empty input or output path")
	}
	if set.input == "-" {
		return usagef("cannot use stdin for training: it is read twice")
	}
	if err := set.args.Validate(); err != nil {
		return usagef("%v", err)
	}
	if err := set.tune.validate(); err != nil {
		return err
	}
	name := set.output + ".bin"
	if set.tune.size > 0 {
		name = set.output + ".ftz"
	}
	if err := checkOutput(name); err != nil {
		return err
	}
	if set.tune.validation != "" {
		if err := set.autotune(ctx, s); err != nil {
			return err
		}
	}
	model, err := set.train(ctx, set.verbose, s)
	if err != nil {
		return err
	}
	if set.tune.size > 0 {
		if model, err = set.shrink(ctx, model); err != nil {
			return err
		}
	}
	if err := saveModel(name, model); err != nil {
		return err
	}
	if err := saveFile(set.output+".vec", func(w *bufio.Writer) error {
		return writeWordVectors(w, model, set.args.Thread)
	}); err != nil {
		return err
	}
	if set.saveOutput {
		return saveFile(set.output+".output", func(w *bufio.Writer) error { return writeOutput(w, model) })
	}
	return nil
}

// train trains on the input file and tells on s.Err how it goes.
func (set *settings) train(ctx context.Context, verbose int, s Streams) (model *fasttext.Model, err error) {
	f, err := os.Open(set.input)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	options := fasttext.TrainOptions{}
	if set.vectors != "" {
		if options.Vectors, err = readVectors(set.vectors, set.args.Dim); err != nil {
			return nil, err
		}
	}
	var last time.Time // of the last progress line, or the beginning
	if verbose > 0 {
		options.Progress = func(p fasttext.Progress) {
			switch now := time.Now(); {
			case last.IsZero():
				last = now
				_, _ = fmt.Fprintf(s.Err, "Read %d words\nNumber of words:  %d\nNumber of labels: %d\n", p.Tokens, p.Words, p.Labels)
			case verbose > 1 && now.Sub(last) > 100*time.Millisecond:
				last = now
				printProgress(s.Err, p)
			}
		}
	}
	model, report, err := fasttext.Train(ctx, set.args, fasttext.NewTextSource(f), options)
	if err != nil {
		return nil, err
	}
	if verbose > 0 {
		printProgress(s.Err, fasttext.Progress{
			Fraction: 1, Loss: report.Loss, WordsPerSecond: report.WordsPerSecond(), Threads: report.Threads,
		})
		_, _ = fmt.Fprintln(s.Err)
		if err := report.Learned(); err != nil {
			_, _ = fmt.Fprintf(s.Err, "warning: %v\n", err)
		}
	}
	return model, nil
}

// printProgress overwrites the line of the last progress.
func printProgress(w io.Writer, p fasttext.Progress) {
	left := int(p.Left.Seconds())
	_, _ = fmt.Fprintf(w, "\rProgress: %5.1f%% words/sec/thread: %7d lr: %9.6f avg.loss: %9.6f ETA: %3dh%2dm%2ds",
		p.Fraction*100, int(p.WordsPerSecond/float64(p.Threads)), p.LR, p.Loss, left/3600, left/60%60, left%60)
}

func readVectors(name string, dim int) (vectors *fasttext.Vectors, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if vectors, err = fasttext.ReadVectors(f, dim); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return vectors, nil
}

func saveModel(name string, model io.WriterTo) error {
	return saveFile(name, func(w *bufio.Writer) error {
		_, err := model.WriteTo(w)
		return err
	})
}

// ErrOutput says that a file cannot be made where it is to be written.
var ErrOutput = errors.New("the output cannot be created")

// createBeside creates a file that can take the place of the one of that name.
func createBeside(name string) (*os.File, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%w: %s is a folder", ErrOutput, name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".tmp.*")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return f, nil
}

// checkOutput fails where saveFile would, before hours of work.
func checkOutput(name string) error {
	f, err := createBeside(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// saveFile writes a file under another name and renames it, so that the file
// is whole or absent.
func saveFile(name string, write func(*bufio.Writer) error) (err error) {
	f, err := createBeside(name)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return err
	}
	if err := errors.Join(w.Flush(), f.Chmod(0o644), f.Sync()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return f.Close()
}

func quantize(ctx context.Context, args []string, s Streams) (err error) {
	set := defaultSettings()
	// What fastText's quantize takes for defaults where it trains again.
	set.args.LR = 0.05
	if err := set.parse(args); err != nil {
		return err
	}
	if set.output == "" {
		return usagef("empty output path")
	}
	model, err := fasttext.LoadFile(set.output + ".bin")
	if err != nil {
		return err
	}
	if err := checkOutput(set.output + ".ftz"); err != nil {
		return err
	}
	set.quant.LR, set.quant.Epoch, set.quant.Thread = set.args.LR, set.args.Epoch, set.args.Thread
	var source fasttext.Source
	if set.quant.Retrain {
		f, err := os.Open(set.input)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		source = fasttext.NewTextSource(f)
	}
	quantized, err := model.Quantize(ctx, set.quant, source)
	if err != nil {
		return err
	}
	return saveModel(set.output+".ftz", quantized)
}
