package fasttext

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestReadVectors(t *testing.T) {
	v, err := ReadVectors(strings.NewReader("2 3\nlemma 1 -2.5 3e-2 \nnovel 4 5 6"), 3)
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{1, -2.5, 0.03, 4, 5, 6}; !slices.Equal(v.data, want) || string(v.words[1]) != "novel" {
		t.Errorf("have %v of %q", v.data, v.words)
	}
	f := func(want, text string) {
		t.Helper()
		_, err := ReadVectors(strings.NewReader(text), 3)
		if !errors.Is(err, ErrVectors) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	f("first line", "")
	f("first line", "lemma 1 2 3\n")
	f("first line", "1 3 5\n")
	f("first line", "-1 3\n")
	f("dim 3", "1 4\nlemma 1 2 3 4\n")
	f("word 2 of 9000000000000000000", "9000000000000000000 3\nlemma 1 2 3\n")
	f("empty line", "1 3\n\nlemma 1 2 3\n")
	f("number 3", "1 3\nlemma 1 2\n")
	f("number 2", "1 3\nlemma 1 x 3\n")
	f("number 1", "1 3\nlemma inf 2 3\n")
	f("number 1", "1 3\nlemma nan 2 3\n")
	f("number 1", "1 3\nlemma 1e39 2 3\n")
	f("more than", "1 3\nlemma 1 2 3 4\n")
}

// TestTrainFromVectors holds the dictionary and the start against what
// fastText's -pretrainedVectors does.
func TestTrainFromVectors(t *testing.T) {
	const text = "lemma proof lemma __label__a\nproof soup __label__b\n"
	const file = "4 4\nnovel 1 2 3 4\nlemma 5 6 7 8\nrare 9 9 9 9\n__label__a 1 1 1 1\n"
	vectors, err := ReadVectors(strings.NewReader(file), 4)
	if err != nil {
		t.Fatal(err)
	}
	args := smallArgs(LossSoftmax)
	args.Dim, args.MinCount, args.LR, args.Epoch = 4, 2, 1e-30, 1
	var digests []string
	for _, workers := range []int{1, 2} {
		m, _ := train(t, args, NewTextSource(bytes.NewReader([]byte(text))), TrainOptions{Vectors: vectors, workers: workers})
		digests = append(digests, digest(t, m))
		f := func(word string, count int64, row ...float32) {
			t.Helper()
			id := m.dict.id([]byte(word), hashWord(word))
			if id < 0 || id >= m.dict.words {
				t.Fatalf("%q is entry %d of %d words", word, id, m.dict.words)
			}
			if m.dict.counts[id] != count {
				t.Errorf("%q counts %d, want %d", word, m.dict.counts[id], count)
			}
			have, err := m.InputRow(nil, id)
			if err != nil || row != nil && !slices.Equal(have, row) {
				t.Errorf("row of %q: %v, %v, want %v", word, have, err, row)
			}
			if row == nil && math.Abs(float64(have[0])) > 0.25 {
				t.Errorf("row of %q starts at %v", word, have)
			}
		}
		f("lemma", 3, 5, 6, 7, 8)
		f("proof", 2)
		f("novel", 1, 1, 2, 3, 4)
		f("rare", 1, 9, 9, 9, 9)
		if m.Words() != 5 || len(m.Labels()) != 2 || m.Tokens() != 9 { // </s> is the fifth
			t.Errorf("%d words, labels %v, %d tokens", m.Words(), m.Labels(), m.Tokens())
		}
	}
	if digests[0] != digests[1] {
		t.Error("the model depends on the number of threads")
	}

	args.Dim = 8
	_, _, err = Train(context.Background(), args, NewTextSource(strings.NewReader(text)), TrainOptions{Vectors: vectors})
	if !errors.Is(err, ErrVectors) {
		t.Errorf("vectors for another dim: %v", err)
	}
}

func FuzzReadVectors(f *testing.F) {
	f.Add([]byte("2 3\nlemma 1 -2.5 3e-2 \nnovel 4 5 6"))
	f.Add([]byte("1 3\n\x00 nan\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := ReadVectors(bytes.NewReader(data), 3)
		if err != nil {
			if !errors.Is(err, ErrVectors) {
				t.Error(err)
			}
			return
		}
		for i, word := range v.words {
			if len(word) == 0 || len(v.data) != 3*len(v.words) || math.IsNaN(float64(v.data[3*i])) {
				t.Errorf("word %d: %q, %d numbers", i, word, len(v.data))
			}
		}
	})
}
