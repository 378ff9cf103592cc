package dedup

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/corpus"
)

func TestTokenizer(t *testing.T) {
	f := func(text string, want ...string) {
		t.Helper()
		var tok tokenizer
		tok.run(text)
		var got []string
		for i := range tok.shingles(1) {
			token := string(tok.shingle(i, 1))
			if !strings.HasSuffix(token, " ") {
				t.Errorf("token %q does not end in a space", token)
			}
			got = append(got, strings.TrimSuffix(token, " "))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("tokens of %q (-want +got):\n%s", text, d)
		}
	}
	f("")
	f(" .,;:?\"“”…—\t\n")
	f("The group G, of order 12.", "The", "group", "G", "of", "order", "12")
	f("π≈3.14, not 3,1 or 3. 1.", "π", "≈", "3.14", "not", "3,1", "or", "3", "1")
	f(`$\frac{a_1}{x^2}$`, "$", `\frac`, "{", "a", "_", "1", "}", "{", "x", "^", "2", "}", "$")
	f(`f'(x)=n!\\`, "f", "'", "(", "x", ")", "=", "n", "!", `\`, `\`)
	f("f″ don’t", "f", "″", "don", "t")
	f("naïve Καλημέρα мир", "naïve", "Καλημέρα", "мир")
	f("设函数f(x)，则", "设", "函", "数", "f", "(", "x", ")", "则")
	f("한국어 수학", "한국어", "수학")
	f("a\u200bb\u00a0c\xff", "a", "b", "c", "\xff")
	f("∑∫≤½", "∑", "∫", "≤", "½")
}

// Different numbers and different formulas make different shingles.
func TestTokenizerKeepsNumbers(t *testing.T) {
	for _, pair := range [][2]string{
		{"Find x with 3x + 12 = 21", "Find x with 3x + 12 = 24"},
		{"let $x<0$ then", "let $x>0$ then"},
		{"the value 1.25 is", "the value 12.5 is"},
		{"let A be", "let a be"},
		{"n! is", "n is"},
	} {
		var a, b tokenizer
		a.run(pair[0])
		b.run(pair[1])
		if string(a.buf) == string(b.buf) {
			t.Errorf("%q and %q have the same tokens", pair[0], pair[1])
		}
	}
}

func TestFolded(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := string(appendFolded([]byte("x"), text)); got != "x"+want {
			t.Errorf("appendFolded(%q) = %q, want %q", text, got, want)
		}
	}
	f("", "")
	f(" \n\t", "")
	f(" a  B\n\nc ", "a B c")
	f("a\u00a0\u2003b.", "a b.")
	f("\xff a", "\xff a")
}

func newSketcher(t testing.TB) *Sketcher {
	t.Helper()
	s, err := NewSketcher(DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSketch(t *testing.T) {
	s := newSketcher(t)
	var a, b Sketch
	s.Sketch(&corpus.Document{URL: "http://A.example/x?utm_source=y", Text: "one  two three four five six seven eight nine"}, &a)
	s.Sketch(&corpus.Document{URL: "https://a.example/x", Text: "one two three four five six seven eight nine\n"}, &b)
	if d := cmp.Diff(a, b); d != "" {
		t.Errorf("sketches of the same page differ:\n%s", d)
	}
	if a.Shingles != 5 || len(a.Bands) != 14 || len(a.Signature) != 112 {
		t.Errorf("%d shingles, %d bands, %d values, want 5, 14, 112", a.Shingles, len(a.Bands), len(a.Signature))
	}
	for i, key := range a.Bands {
		if int(bandOf(key)) != i {
			t.Errorf("key %d belongs to band %d", i, bandOf(key))
		}
	}

	// The sketch before leaves no trace.
	s.Sketch(&corpus.Document{Text: "one two three four five six seven eight"}, &a)
	if a.Shingles != 4 || len(a.Bands) != 0 || len(a.Signature) != 0 || a.URL != [16]byte{} {
		t.Errorf("short text: %+v", a)
	}
	s.Sketch(&corpus.Document{}, &a)
	if a.Shingles != 0 || a.Fingerprint != (Fingerprint{}) || a.Fingerprint.Similarity(&a.Fingerprint) != 1 {
		t.Errorf("empty text: %+v", a)
	}
}

// A huge text does not stay in memory.
func TestSketchReleasesMemory(t *testing.T) {
	s := newSketcher(t)
	var out Sketch
	s.Sketch(&corpus.Document{Text: strings.Repeat("word ", scratchLimit/5)}, &out)
	if kept := s.scratch(); kept > 0 {
		t.Errorf("%d bytes kept", kept)
	}
}

// wordSet makes two texts whose shingle sets, of single tokens, have the given
// Jaccard similarity.
func wordSets(r *rand.Rand, union int, similarity float64) (a, b string) {
	var left, right strings.Builder
	for i := range union {
		word := fmt.Sprintf("w%d ", r.Uint64())
		switch {
		case float64(i) < similarity*float64(union):
			left.WriteString(word)
			right.WriteString(word)
		case i%2 == 0:
			left.WriteString(word)
		default:
			right.WriteString(word)
		}
	}
	return left.String(), right.String()
}

// The signature and the fingerprint estimate similarities without bias and
// with the spread that is claimed for them.
func TestEstimates(t *testing.T) {
	o := DefaultOptions()
	o.Shingle = 1
	s, err := NewSketcher(o)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	const trials = 100
	for _, union := range []int{50, 300, 5000} {
		for _, similarity := range []float64{0.1, 0.5, 0.7, 0.8, 0.9, 1} {
			exact := math.Ceil(similarity*float64(union)) / float64(union)
			var bySignature, byFingerprint spreadOf
			for range trials {
				a, b := wordSets(r, union, similarity)
				var x, y Sketch
				s.Sketch(&corpus.Document{Text: a}, &x)
				s.Sketch(&corpus.Document{Text: b}, &y)
				equal := 0
				for i := range x.Signature {
					if x.Signature[i] == y.Signature[i] {
						equal++
					}
				}
				bySignature.add(float64(equal)/float64(len(x.Signature)) - exact)
				estimate := float64(x.Fingerprint.Similarity(&y.Fingerprint))
				if exact <= 0.7 && estimate >= 0.8 {
					t.Errorf("similarity %.2f passes for %.2f", exact, estimate)
				}
				byFingerprint.add(estimate - exact)
			}
			ideal := math.Sqrt(exact * (1 - exact) / 112)
			t.Logf("union %4d, similarity %.2f: signature %+.4f ± %.4f (ideal %.4f), fingerprint %+.4f ± %.4f",
				union, exact, bySignature.mean(), bySignature.deviation(), ideal, byFingerprint.mean(), byFingerprint.deviation())
			if m := bySignature.mean(); math.Abs(m) > 4*ideal/math.Sqrt(trials)+1e-9 {
				t.Errorf("signature is biased by %.4f", m)
			}
			if d := bySignature.deviation(); d > 1.2*ideal+1e-9 {
				t.Errorf("signature is spread by %.4f, ideal %.4f", d, ideal)
			}
			limit := 1.2 * math.Sqrt(exact*(1-exact)/1024+(1-exact)/15/1024)
			if m := byFingerprint.mean(); math.Abs(m) > 4*limit/math.Sqrt(trials)+1e-9 {
				t.Errorf("fingerprint is biased by %.4f", m)
			}
			if d := byFingerprint.deviation(); d > limit+1e-9 {
				t.Errorf("fingerprint is spread by %.4f, more than %.4f", d, limit)
			}
		}
	}
}

// spreadOf collects errors.
type spreadOf struct{ n, sum, squares float64 }

func (s *spreadOf) add(x float64) {
	s.n++
	s.sum += x
	s.squares += x * x
}
func (s *spreadOf) mean() float64      { return s.sum / s.n }
func (s *spreadOf) deviation() float64 { return math.Sqrt(s.squares / s.n) }

// documentOf makes a text of about n words of English prose and formulas.
func documentOf(n int) corpus.Document {
	r := rand.New(rand.NewPCG(8, 9))
	words := []string{"the", "group", "of", "order", "let", "$x^2 + y_1 = 12$", "be", "a", "function,", "continuous", "then", "proof.", `$\alpha$`, "holds", "because", "integral"}
	var b strings.Builder
	for range n {
		b.WriteString(words[r.IntN(len(words))])
		if r.IntN(3) == 0 {
			fmt.Fprintf(&b, " w%d", r.IntN(5000))
		}
		b.WriteByte(' ')
	}
	return corpus.Document{URL: "https://example.org/a/b?id=12&utm_source=x", Text: b.String()}
}

func BenchmarkSketch(b *testing.B) {
	var text strings.Builder
	r := rand.New(rand.NewPCG(8, 9))
	for range 1000 {
		for range 3 + r.IntN(8) {
			text.WriteByte(byte('a' + r.IntN(26)))
		}
		text.WriteByte(' ')
	}
	for _, doc := range []struct {
		name string
		corpus.Document
	}{
		{"1000 words", corpus.Document{URL: "https://example.org/a/b?id=12", Text: text.String()}},
		{"formulas", documentOf(1000)},
	} {
		for name, kernel := range kernels() {
			b.Run(doc.name+"/"+name, func(b *testing.B) {
				s := newSketcher(b)
				s.permuter.min = kernel
				var out Sketch
				b.SetBytes(int64(len(doc.Text)))
				b.ReportAllocs()
				for b.Loop() {
					s.Sketch(&doc.Document, &out)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
			})
		}
	}
}

func BenchmarkSimilarity(b *testing.B) {
	s := newSketcher(b)
	doc := documentOf(1000)
	var x Sketch
	s.Sketch(&doc, &x)
	for b.Loop() {
		x.Fingerprint.Similarity(&x.Fingerprint)
	}
}

// BenchmarkFlow runs all global stages over sketches of which a third are
// duplicates of one kind or another.
func BenchmarkFlow(b *testing.B) {
	const n, packs = 100_000, 4
	r := rand.New(rand.NewPCG(1, 2))
	var sketches [packs][]Sketch
	var nodes [packs][]Node
	for i := range n {
		var s Sketch
		copy(s.URL[:], fmt.Sprintf("%016x", r.Uint64N(n*20)*0x9E3779B97F4A7C15))
		copy(s.Text[:], fmt.Sprintf("%016x", r.Uint64N(n*20)*0x9E3779B97F4A7C15))
		family := r.Uint64N(n)
		for band := range uint64(14) {
			s.Bands = append(s.Bands, (family*31+band)*0x9E3779B97F4A7C15&^0xFF|band)
		}
		for k := range s.Fingerprint {
			s.Fingerprint[k] = byte(family*uint64(k)) | 0x11
		}
		p := i % packs
		nodes[p] = append(nodes[p], nodeOf(r.IntN(3), r.IntN(1000), p, len(sketches[p])))
		sketches[p] = append(sketches[p], s)
	}
	b.ReportAllocs()
	for b.Loop() {
		f := newFlow(DefaultOptions(), 8, 32<<20, 1)
		for p := range sketches {
			f.addSketches(b, sketches[p], nodes[p])
		}
		if drops := f.run(b); len(drops) < n/5 {
			b.Fatalf("%d drops", len(drops))
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "docs/s")
}
