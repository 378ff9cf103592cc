package corpus

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
)

// pages returns documents with the text of ordinary pages.
func pages(n int) (docs []Document, size int64) {
	rng := rand.New(rand.NewPCG(5, 6))
	words := make([][]byte, 20_000)
	for i := range words {
		words[i] = make([]byte, 2+rng.IntN(9))
		for k := range words[i] {
			words[i][k] = "eeeetttaaaooinnsshrrdlcumwfgypbvk"[rng.IntN(33)]
		}
	}
	zipf := rand.NewZipf(rng, 1.1, 4, uint64(len(words)-1))
	docs = documents(n)
	for i := range docs {
		var text []byte
		for range 300 + rng.IntN(1500) {
			text = append(append(text, words[zipf.Uint64()]...), ' ')
			switch rng.IntN(20) {
			case 0:
				text = append(text, "$\\frac{x}{y}$ – "...)
			case 1:
				text = append(text, "\n\n"...)
			}
		}
		docs[i].Text = string(text)
		size += int64(len(text))
	}
	return docs, size
}

func BenchmarkWrite(b *testing.B) {
	docs, size := pages(500)
	for _, format := range formats {
		b.Run(format.String(), func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				w, err := NewWriter(io.Discard, format, WriterOptions{})
				if err != nil {
					b.Fatal(err)
				}
				for i := range docs {
					if err := w.Write(&docs[i]); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	docs, size := pages(500)
	for _, format := range formats {
		b.Run(format.String(), func(b *testing.B) {
			data := encode(b, docs, format, WriterOptions{})
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				r, err := NewReader(bytes.NewReader(data), format, "shard", ReaderOptions{})
				if err != nil {
					b.Fatal(err)
				}
				var doc Document
				for err == nil {
					err = r.Read(&doc)
				}
				if !errors.Is(err, io.EOF) {
					b.Fatal(err)
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
