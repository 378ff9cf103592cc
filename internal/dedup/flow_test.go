package dedup

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"mathsieve/internal/corpus"
	"mathsieve/internal/shuffle"
)

// A scratch keeps scratch files in memory.
type scratch map[string]*bytes.Buffer

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func (s scratch) Create(name string) (io.WriteCloser, error) {
	if s[name] != nil {
		return nil, fmt.Errorf("%s exists", name)
	}
	s[name] = new(bytes.Buffer)
	return nopCloser{s[name]}, nil
}

func (s scratch) Open(name string) (io.ReadCloser, error) {
	if s[name] == nil {
		return nil, fmt.Errorf("%s does not exist", name)
	}
	return io.NopCloser(bytes.NewReader(s[name].Bytes())), nil
}

func (s scratch) Remove(name string) error {
	if s[name] == nil {
		return fmt.Errorf("%s does not exist", name)
	}
	delete(s, name)
	return nil
}

// A file is a sealed result in memory.
type file struct{ *bytes.Reader }

func (file) Close() error { return nil }

func newFile(b []byte) shuffle.File { return file{bytes.NewReader(b)} }

// A pack is the outcome of the sketch stage for one shard.
type pack struct{ keys, fingerprints []byte }

// A flow runs all stages as a cluster would, one task after the other, with the
// inputs of each in a random order.
type flow struct {
	options Options
	parts   int
	memory  int64
	order   *rand.Rand
	packs   []pack
	stats   [6]Stats
	rounds  int // of Settle before Cluster
}

func newFlow(o Options, parts int, memory int64, seed uint64) *flow {
	return &flow{options: o, parts: parts, memory: memory, order: rand.New(rand.NewPCG(seed, 0))}
}

// addSketches is the sketch task of the next pack.
func (f *flow) addSketches(t testing.TB, sketches []Sketch, nodes []Node) {
	t.Helper()
	var keys, fingerprints bytes.Buffer
	w, err := NewSketchWriter(&keys, &fingerprints, f.options, f.parts, 0, f.space(t))
	if err != nil {
		t.Fatal(err)
	}
	for i := range sketches {
		if err := w.Add(nodes[i], &sketches[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f.packs = append(f.packs, pack{keys.Bytes(), fingerprints.Bytes()})
}

// nodeOf is the node of a document without a date.
func nodeOf(formulas, textBytes, pack, row int) Node {
	return newNode(preference(formulas, textBytes, ""), pack, row)
}

// addDocuments is addSketches of documents.
func (f *flow) addDocuments(t testing.TB, docs []corpus.Document) {
	t.Helper()
	sketcher, err := NewSketcher(f.options)
	if err != nil {
		t.Fatal(err)
	}
	sketches, nodes := make([]Sketch, len(docs)), make([]Node, len(docs))
	for i := range docs {
		sketcher.Sketch(&docs[i], &sketches[i])
		nodes[i] = NewNode(&docs[i], len(f.packs), i)
	}
	f.addSketches(t, sketches, nodes)
}

// space is the room of one task; nothing may be left in it when the test ends.
func (f *flow) space(t testing.TB) shuffle.Space {
	s := scratch{}
	t.Cleanup(func() {
		if len(s) > 0 {
			t.Errorf("%d scratch files left over", len(s))
		}
	})
	return shuffle.Space{Memory: f.memory, Scratch: s}
}

// gather reads a section of all files, in a random order.
func (f *flow) gather(files [][]byte, section, width int) shuffle.Source {
	order := f.order.Perm(len(files))
	return shuffle.NewGather(len(files), section, width, func(i int) (shuffle.File, error) {
		return newFile(files[order[i]]), nil
	})
}

func (f *flow) openFingerprints(pack int) (shuffle.File, error) {
	if pack >= len(f.packs) {
		return nil, fmt.Errorf("pack %d does not exist", pack)
	}
	return newFile(f.packs[pack].fingerprints), nil
}

// tasks runs task for every partition in a random order and returns what each
// wrote to its outputs, and the sum of the counts.
func (f *flow) tasks(t testing.TB, task func(p int, out [2]*bytes.Buffer) (Stats, error)) (first, second [][]byte, sum Stats) {
	t.Helper()
	first, second = make([][]byte, f.parts), make([][]byte, f.parts)
	for _, p := range f.order.Perm(f.parts) {
		var out [2]*bytes.Buffer
		out[0], out[1] = new(bytes.Buffer), new(bytes.Buffer)
		stats, err := task(p, out)
		if err != nil {
			t.Fatal(err)
		}
		sum.Add(stats)
		first[p], second[p] = out[0].Bytes(), out[1].Bytes()
	}
	return first, second, sum
}

// A drop is one mark with its pack.
type drop struct {
	Pack int
	corpus.Mark
}

// run runs the global stages over the packs.
func (f *flow) run(t testing.TB) []drop {
	t.Helper()
	keys := make([][]byte, len(f.packs))
	for i, p := range f.packs {
		keys[i] = p.keys
	}
	urlDrops, texts, stats := f.tasks(t, func(p int, out [2]*bytes.Buffer) (Stats, error) {
		return ExactURL(f.gather(keys, p, f.options.URLWidth()), f.options, f.parts, out[0], out[1], f.space(t))
	})
	f.stats[0] = stats
	textDrops, bands, stats := f.tasks(t, func(p int, out [2]*bytes.Buffer) (Stats, error) {
		return ExactText(f.gather(texts, p, f.options.TextWidth()), f.options, f.parts, out[0], out[1], f.space(t))
	})
	f.stats[1] = stats
	candidates, _, stats := f.tasks(t, func(p int, out [2]*bytes.Buffer) (Stats, error) {
		return Candidates(f.gather(bands, p, BandWidth), f.options, f.parts, out[0], f.space(t))
	})
	f.stats[2] = stats
	pairs, _, stats := f.tasks(t, func(p int, out [2]*bytes.Buffer) (Stats, error) {
		return Attach(f.gather(candidates, p, CandidateWidth), f.parts, f.openFingerprints, out[0], f.space(t))
	})
	f.stats[3] = stats
	sections := 1
	if f.rounds > 0 {
		sections = f.parts
	}
	verified, _, stats := f.tasks(t, func(p int, out [2]*bytes.Buffer) (Stats, error) {
		return Verify(f.gather(pairs, p, AttachedWidth), f.options, f.rounds > 0, sections, f.openFingerprints, out[0], f.space(t))
	})
	f.stats[4] = stats
	nearDrops, twins, stats := f.cluster(t, verified)
	f.stats[5] = stats
	for p := range f.parts {
		sizes, err := ClusterSizes(f.gather(twins, p, TwinWidth), f.space(t))
		if err != nil {
			t.Fatal(err)
		}
		f.stats[5].Add(Stats{Groups: sizes})
	}
	var all []drop
	for _, p := range f.order.Perm(f.parts) {
		all = append(all, f.marks(t, p, urlDrops, textDrops, nearDrops)...)
	}
	slices.SortStableFunc(all, func(a, b drop) int { return cmp.Compare(a.Pack, b.Pack) })
	return all
}

// cluster contracts star records in rounds, if any, and then in one task. It
// returns all files of drops and of twins.
func (f *flow) cluster(t testing.TB, stars [][]byte) (drops, twins [][]byte, sum Stats) {
	t.Helper()
	for round := range f.rounds {
		sections := f.parts
		if round == f.rounds-1 {
			sections = 1
		}
		var next [][]byte
		for _, p := range f.order.Perm(f.parts) {
			var d, w, rest bytes.Buffer
			stats, err := Settle(f.gather(stars, p, StarWidth), f.parts, sections, &d, &w, &rest, f.space(t))
			if err != nil {
				t.Fatal(err)
			}
			sum.Add(stats)
			drops, twins, next = append(drops, d.Bytes()), append(twins, w.Bytes()), append(next, rest.Bytes())
		}
		stars = next
	}
	var d, w bytes.Buffer
	stats, err := Cluster(f.gather(stars, 0, StarWidth), f.parts, &d, &w, f.space(t))
	if err != nil {
		t.Fatal(err)
	}
	sum.Add(stats)
	return append(drops, d.Bytes()), append(twins, w.Bytes()), sum
}

// marks runs the marks task of one section.
func (f *flow) marks(t testing.TB, p int, drops ...[][]byte) []drop {
	t.Helper()
	marks, err := NewMarks(f.space(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, files := range drops {
		if err := marks.AddAll(f.gather(files, p, DropWidth)); err != nil {
			t.Fatal(err)
		}
	}
	var all []drop
	err = marks.Each(func(pack int, m corpus.Mark) error {
		if pack%f.parts != p {
			t.Errorf("a drop of pack %d in section %d of %d", pack, p, f.parts)
		}
		all = append(all, drop{pack, m})
		return nil
	})
	if err := errors.Join(err, marks.Close()); err != nil {
		t.Fatal(err)
	}
	return all
}
