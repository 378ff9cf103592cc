package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"

	"mathsieve/internal/fasttext"
)

// vectorDigits is the precision that fastText prints vectors with.
const vectorDigits = 5

func appendVector(line []byte, vector []float32) []byte {
	for _, x := range vector {
		line = append(appendReal(line, x, vectorDigits), ' ')
	}
	return line
}

// writeWordVectors writes the vectors of all words; 0 threads is one for each
// CPU. Numbers in decimal take longer than a training epoch.
func writeWordVectors(w *bufio.Writer, m *fasttext.Model, threads int) error {
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	_, _ = fmt.Fprintf(w, "%d %d\n", m.Words(), m.Args().Dim)
	const piece = 256 // words
	parts := make([][]byte, threads)
	for from := 0; from < m.Words(); from += piece * threads {
		var group sync.WaitGroup
		for i := range parts {
			group.Go(func() {
				start := from + i*piece
				parts[i] = appendWordVectors(parts[i][:0], m, start, min(start+piece, m.Words()))
			})
		}
		group.Wait()
		for _, part := range parts {
			if _, err := w.Write(part); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendWordVectors appends the lines of the words from..to-1.
func appendWordVectors(lines []byte, m *fasttext.Model, from, to int) []byte {
	var vector []float32
	for i := from; i < to; i++ {
		word, _ := m.Word(i)
		vector = m.WordVector(vector[:0], word)
		lines = append(appendVector(append(append(lines, word...), ' '), vector), '\n')
	}
	return lines
}

func writeOutput(w *bufio.Writer, m *fasttext.Model) error {
	labels := m.Labels()
	_, _ = fmt.Fprintf(w, "%d %d\n", len(labels), m.Args().Dim)
	var line []byte
	for i, label := range labels {
		row, err := m.OutputRow(nil, i)
		if err != nil {
			return err
		}
		line = appendVector(append(append(line[:0], label...), ' '), row)
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

func loadOnly(args []string) (*fasttext.Model, error) {
	if len(args) != 1 {
		return nil, usagef("%d arguments: want 1", len(args))
	}
	return fasttext.LoadFile(args[0])
}

func printWordVectors(ctx context.Context, args []string, s Streams) error {
	m, err := loadOnly(args)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(s.Out)
	var vector []float32
	return errors.Join(eachWord(ctx, s, func(word string) error {
		vector = m.WordVector(vector[:0], word)
		line := appendVector(append([]byte(word), ' '), vector)
		_, err := out.Write(append(line, '\n'))
		return err
	}), out.Flush())
}

// eachWord visits the words of standard input.
func eachWord(ctx context.Context, s Streams, visit func(word string) error) error {
	in := bufio.NewScanner(s.In)
	in.Buffer(nil, 1<<24)
	in.Split(bufio.ScanWords)
	for in.Scan() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := visit(in.Text()); err != nil {
			return err
		}
	}
	return in.Err()
}

func printSentenceVectors(ctx context.Context, args []string, s Streams) error {
	m, err := loadOnly(args)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(s.Out)
	p := m.NewPredictor()
	var line []byte
	var vector []float32
	return errors.Join(p.EachLine(s.In, func(l fasttext.Line) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		vector = p.SentenceVector(vector[:0], l)
		line = appendVector(line[:0], vector)
		_, err := out.Write(append(line, '\n'))
		return err
	}), out.Flush())
}

func printNgrams(_ context.Context, args []string, s Streams) error {
	if len(args) != 2 {
		return usagef("%d arguments: want 2", len(args))
	}
	m, err := fasttext.LoadFile(args[0])
	if err != nil {
		return err
	}
	out := bufio.NewWriter(s.Out)
	var line []byte
	for _, n := range m.NgramVectors(args[1]) {
		line = appendVector(append(append(line[:0], n.Text...), ' '), n.Vector)
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}

func nearestNeighbours(ctx context.Context, args []string, s Streams) error {
	return query(ctx, args, s, "Query word? ", 1, func(v *fasttext.WordVectors, words []string, k int) []fasttext.Prediction {
		return v.Nearest(words[0], k)
	})
}

func analogies(ctx context.Context, args []string, s Streams) error {
	if len(args) > 0 {
		if _, err := fmt.Fprintf(s.Out, "Loading model %s\n", args[0]); err != nil {
			return err
		}
	}
	return query(ctx, args, s, "Query triplet (A - B + C)? ", 3, func(v *fasttext.WordVectors, words []string, k int) []fasttext.Prediction {
		return v.Analogies(words[0], words[1], words[2], k)
	})
}

// query answers each group of words on standard input.
func query(ctx context.Context, args []string, s Streams, prompt string, group int,
	answer func(v *fasttext.WordVectors, words []string, k int) []fasttext.Prediction,
) error {
	k := 10
	if len(args) == 2 {
		var err error
		if k, err = strconv.Atoi(args[1]); err != nil || k < 1 {
			return usagef("k is %q: want 1 or higher", args[1])
		}
		args = args[:1]
	}
	m, err := loadOnly(args)
	if err != nil {
		return err
	}
	vectors := m.NormalizedWordVectors()
	if _, err := fmt.Fprint(s.Out, prompt); err != nil {
		return err
	}
	var words []string
	return eachWord(ctx, s, func(word string) error {
		if words = append(words, word); len(words) < group {
			return nil
		}
		for _, n := range answer(vectors, words, k) {
			line := appendReal(append([]byte(n.Label), ' '), n.Probability, 6)
			if _, err := s.Out.Write(append(line, '\n')); err != nil {
				return err
			}
		}
		words = words[:0]
		_, err := fmt.Fprint(s.Out, prompt)
		return err
	})
}

func dump(_ context.Context, args []string, s Streams) error {
	if len(args) != 2 {
		return usagef("%d arguments: want 2", len(args))
	}
	m, err := fasttext.LoadFile(args[0])
	if err != nil {
		return err
	}
	out := bufio.NewWriter(s.Out)
	switch args[1] {
	case "args":
		err = dumpArgs(out, m.Args())
	case "dict":
		err = dumpDictionary(out, m)
	case "input":
		err = dumpRows(out, m.InputRows(), m.Args().Dim, m.InputRow)
	case "output":
		err = dumpRows(out, len(m.Labels()), m.Args().Dim, m.OutputRow)
	default:
		return usagef("unknown part %q", args[1])
	}
	return errors.Join(err, out.Flush())
}

func dumpArgs(out *bufio.Writer, a fasttext.Args) error {
	_, err := fmt.Fprintf(out, "dim %d\nws %d\nepoch %d\nminCount %d\nneg %d\nwordNgrams %d\nloss %v\nmodel %v\n"+
		"bucket %d\nminn %d\nmaxn %d\nlrUpdateRate %d\nt %s\n",
		a.Dim, a.WS, a.Epoch, a.MinCount, a.Neg, a.WordNgrams, a.Loss, a.Model,
		a.Bucket, a.MinN, a.MaxN, a.LRUpdateRate, strconv.FormatFloat(a.T, 'g', 6, 64))
	return err
}

func dumpDictionary(out *bufio.Writer, m *fasttext.Model) error {
	labels, counts := m.Labels(), m.LabelCounts()
	_, _ = fmt.Fprintln(out, m.Words()+len(labels))
	for i := range m.Words() {
		word, count := m.Word(i)
		_, _ = fmt.Fprintf(out, "%s %d word\n", word, count)
	}
	for i, label := range labels {
		if _, err := fmt.Fprintf(out, "%s %d label\n", label, counts[i]); err != nil {
			return err
		}
	}
	return nil
}

func dumpRows(out *bufio.Writer, rows, dim int, row func(dst []float32, i int) ([]float32, error)) error {
	_, _ = fmt.Fprintf(out, "%d %d\n", rows, dim)
	var line []byte
	var vector []float32
	for i := range rows {
		var err error
		if vector, err = row(vector[:0], i); err != nil {
			return err
		}
		line = bytes.TrimSuffix(appendReals(line[:0], vector), []byte{' '})
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

func appendReals(line []byte, vector []float32) []byte {
	for _, x := range vector {
		line = append(appendReal(line, x, 6), ' ')
	}
	return line
}
