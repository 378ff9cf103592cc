package dedup

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	minhashlsh "github.com/ekzhu/minhash-lsh"
	"github.com/google/go-cmp/cmp"

	"mathsieve/internal/corpus"
	"mathsieve/internal/shuffle"
)

// A generated source yields n records that fill writes.
type generated struct {
	n      int
	record []byte
	fill   func(i int, record []byte)
	i      int
}

func (g *generated) Next() ([]byte, error) {
	if g.i == g.n {
		return nil, io.EOF
	}
	g.fill(g.i, g.record)
	g.i++
	return g.record, nil
}

// bucketOf yields band records of n documents that share one key, worst first.
func bucketOf(n int) *generated {
	return &generated{n: n, record: make([]byte, BandWidth), fill: func(i int, record []byte) {
		binary.BigEndian.PutUint64(record, 1<<20)
		binary.BigEndian.PutUint64(record[8:], uint64(nodeOf(0, 500, 0, n-1-i)))
	}}
}

// pairsOf runs Candidates and returns the pairs as leader and member.
func pairsOf(t testing.TB, src shuffle.Source, o Options, memory int64) (pairs [][2]Node, stats Stats) {
	t.Helper()
	var out bytes.Buffer
	stats, err := Candidates(src, o, 1, &out, shuffle.Space{Memory: memory, Scratch: scratch{}})
	if err != nil {
		t.Fatal(err)
	}
	g := shuffle.NewGather(1, 0, CandidateWidth, func(int) (shuffle.File, error) { return newFile(out.Bytes()), nil })
	err = each(g, func(r []byte) error {
		pairs = append(pairs, [2]Node{byPosition(nodeAt(r, 0)).node(), nodeAt(r, 8)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return pairs, stats
}

// Buckets are paired in full when small, with the leaders when large, with the
// least when giant, and never with more pairs than the rule says.
func TestBuckets(t *testing.T) {
	o := DefaultOptions()
	o.Leaders, o.GiantBucket = 3, 10
	for _, c := range []struct{ size, pairs, giant int }{
		{1, 0, 0}, {2, 1, 0}, {4, 6, 0}, {5, 9, 0}, {9, 21, 0}, {10, 9, 1}, {11, 10, 1}, {1000, 999, 1},
	} {
		pairs, stats := pairsOf(t, bucketOf(c.size), o, 1<<20)
		if len(pairs) != c.pairs || stats.Out != int64(c.pairs) || stats.Giant != int64(c.giant) ||
			stats.GiantMembers != int64(c.giant*c.size) {
			t.Errorf("bucket of %d: %d pairs, want %d; %+v", c.size, len(pairs), c.pairs, stats)
		}
		seen := map[[2]Node]bool{}
		for _, p := range pairs {
			if p[0] >= p[1] || seen[p] || p[0].Row() >= o.Leaders {
				t.Errorf("bucket of %d: pair of rows %d and %d", c.size, p[0].Row(), p[1].Row())
			}
			seen[p] = true
		}
	}
}

// Documents that are kept in any case lead and never follow, and take no leader's
// place from the others.
func TestBucketsKept(t *testing.T) {
	o := DefaultOptions()
	o.Leaders, o.GiantBucket = 3, 10
	for _, c := range []struct{ kept, free, pairs int }{
		{2, 0, 0},
		{1, 1, 1},
		{2, 2, 4 + 1},
		{5, 2, 6 + 1},
		{4, 5, 15 + 9},
		{12, 0, 0},
		{5, 5, 5 + 4},
		{12, 3, 3 + 2},
		{1, 12, 12 + 11},
	} {
		src := &generated{n: c.kept + c.free, record: make([]byte, BandWidth), fill: func(i int, record []byte) {
			node := nodeOf(0, 500, 0, i)
			if i < c.kept {
				node = KeptNode(1, i)
			}
			binary.BigEndian.PutUint64(record, 1<<20)
			binary.BigEndian.PutUint64(record[8:], uint64(node))
		}}
		pairs, _ := pairsOf(t, src, o, 1<<20)
		if len(pairs) != c.pairs {
			t.Errorf("%d kept and %d others: %d pairs, want %d", c.kept, c.free, len(pairs), c.pairs)
		}
		for _, p := range pairs {
			if p[1].kept() || p[0] >= p[1] {
				t.Errorf("%d kept and %d others: pair %x, %x", c.kept, c.free, p[0], p[1])
			}
		}
	}
}

// Of equal URLs and texts those that are kept in any case all stay, and the rest
// is dropped for the first of them.
func TestExactKept(t *testing.T) {
	f := newFlow(DefaultOptions(), 3, 1<<20, 1)
	sketches := make([]Sketch, 6)
	var free, kept []Node
	for i := range sketches {
		sketches[i].URL[0], sketches[i].Text[0] = byte(1+i%2), byte(9+i%2)
		free = append(free, nodeOf(9, 9000, 0, i))
		kept = append(kept, KeptNode(1, i))
	}
	f.addSketches(t, sketches, free)
	for i := range sketches { // the same texts under other addresses
		sketches[i].URL[0] += 2 * byte(i%3)
	}
	f.addSketches(t, sketches, kept)
	drops := f.run(t)
	if len(drops) != len(free) {
		t.Errorf("%d drops, want %d: %v", len(drops), len(free), drops)
	}
	for _, d := range drops {
		if d.Pack != 0 || d.TwinPack != 1 {
			t.Errorf("drop %+v", d)
		}
	}
}

// Documents of different scopes are not compared.
func TestScopes(t *testing.T) {
	o := DefaultOptions()
	sketch := sketchesOf(t, []*realPage{{Document: corpus.Document{URL: "https://x.example/", Text: words(0, 100)}}}, o)[0]
	drops := func(first, second int) int {
		f := newFlow(o, 3, 1<<20, 1)
		for pack, scope := range []int{first, second} {
			var keys, prints bytes.Buffer
			w, err := NewSketchWriter(&keys, &prints, o, 3, scope, f.space(t))
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(w.Add(nodeOf(0, 100, pack, 0), &sketch), w.Close()); err != nil {
				t.Fatal(err)
			}
			f.packs = append(f.packs, struct{ keys, fingerprints []byte }{keys.Bytes(), prints.Bytes()})
		}
		return len(f.run(t))
	}
	if n := drops(0, 0) + drops(2, 2); n != 2 {
		t.Errorf("%d drops in a scope, want 1 each", n)
	}
	if n := drops(0, 1) + drops(1, 2); n != 0 {
		t.Errorf("%d drops across scopes", n)
	}
}

// A million documents in one bucket, in a megabyte of memory.
func TestGiantBucket(t *testing.T) {
	const n = 1_000_000
	pairs, stats := pairsOf(t, bucketOf(n), DefaultOptions(), 1<<20)
	if len(pairs) != n-1 || stats.Giant != 1 || stats.GiantMembers != n || stats.Groups.Largest != n {
		t.Errorf("%d pairs, %+v", len(pairs), stats)
	}
	edges := make([]edge, len(pairs))
	for i, p := range pairs {
		edges[i] = edge{p[1], p[0], 0.9}
	}
	for _, rounds := range []int{0, 2, 4} {
		f := newFlow(DefaultOptions(), 2, 1<<20, 1)
		f.rounds = rounds
		drops, sizes, stats := f.clusterEdges(t, edges)
		if len(drops) != n-1 || sizes.Largest != n || stats.Dropped != n-1 {
			t.Errorf("%d rounds: %d drops, %+v, %+v", rounds, len(drops), sizes, stats)
		}
	}
}

// An edge is a verified pair.
type edge struct {
	member, leader Node
	similarity     float32
}

// clusterEdges runs the contraction over pairs and returns the drop records in
// ascending order, and the sizes of clusters.
func (f *flow) clusterEdges(t testing.TB, edges []edge) (drops []string, sizes Histogram, stats Stats) {
	t.Helper()
	sections := 1
	if f.rounds > 0 {
		sections = f.parts
	}
	var stars [2]bytes.Buffer // of two tasks of Verify
	for i := range stars {
		w, err := shuffle.NewWriter(&stars[i], StarWidth, sections, f.space(t))
		if err != nil {
			t.Fatal(err)
		}
		for k := i; k < len(edges); k += len(stars) {
			e := edges[k]
			rest := binary.BigEndian.AppendUint32(nil, math.Float32bits(e.similarity))
			rest = append(rest, 7)
			err := w.Add(nodePartition(e.leader, sections), appendStar(nil, e.leader, starMember, e.member, rest))
			if err == nil && f.rounds > 0 {
				err = w.Add(nodePartition(e.member, sections), appendStar(nil, e.member, starLeader, e.leader, rest))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	dropFiles, twinFiles, stats := f.cluster(t, [][]byte{stars[0].Bytes(), stars[1].Bytes()})
	for p := range f.parts {
		err := each(f.gather(dropFiles, p, DropWidth), func(r []byte) error {
			drops = append(drops, string(r))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s, err := ClusterSizes(f.gather(twinFiles, p, TwinWidth), f.space(t))
		if err != nil {
			t.Fatal(err)
		}
		var sum Stats
		sum.Groups = sizes
		sum.Add(Stats{Groups: s})
		sizes = sum.Groups
	}
	slices.Sort(drops)
	return drops, sizes, stats
}

// The rule of Cluster: best first, dropped if and only if a kept one is near.
// It holds in one task and in any number of rounds before it.
func TestCluster(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for trial := range 300 {
		n := 2 + r.IntN(40)
		nodes := make([]Node, n)
		for i := range nodes {
			nodes[i] = nodeOf(r.IntN(4), r.IntN(100), r.IntN(3), i)
			if r.IntN(8) == 0 {
				nodes[i] = KeptNode(3, i)
			}
		}
		slices.Sort(nodes)
		var edges []edge
		for i := range n {
			for j := range i {
				near := r.IntN(n) < 3
				if trial%3 == 0 { // a chain, link by link
					near = j == i-1
				}
				if near && !nodes[i].kept() {
					edges = append(edges, edge{nodes[i], nodes[j], float32(80+r.IntN(3)) / 100})
				}
			}
		}
		want, sizes := clusterByDefinition(nodes, edges)
		r.Shuffle(len(edges), func(i, j int) { edges[i], edges[j] = edges[j], edges[i] })
		for _, rounds := range []int{0, 1, 2, 3, 8} {
			f := newFlow(DefaultOptions(), 1+trial%4, 1<<20, uint64(trial))
			f.rounds = rounds
			got, gotSizes, stats := f.clusterEdges(t, edges)
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%d rounds: drops (-want +got):\n%s", rounds, d)
			}
			if d := cmp.Diff(sizes, gotSizes); d != "" {
				t.Fatalf("%d rounds: cluster sizes (-want +got):\n%s", rounds, d)
			}
			if stats.Dropped != int64(len(want)) {
				t.Fatalf("%d rounds: %d dropped, want %d", rounds, stats.Dropped, len(want))
			}
		}
	}
}

// clusterByDefinition is the rule word by word.
func clusterByDefinition(nodes []Node, edges []edge) (drops []string, sizes Histogram) {
	twin := map[Node]edge{}
	for _, node := range nodes {
		for _, e := range edges {
			if _, gone := twin[e.leader]; e.member != node || gone {
				continue
			}
			best, ok := twin[node]
			if !ok || e.similarity > best.similarity || e.similarity == best.similarity && e.leader < best.leader {
				twin[node] = e
			}
		}
	}
	members := map[Node]int64{}
	for node, e := range twin {
		drops = append(drops, string(appendDrop(nil, node, e.leader, causeNear, 7, e.similarity)))
		members[e.leader]++
	}
	for _, n := range members {
		sizes.add(n + 1)
	}
	slices.Sort(drops)
	return drops, sizes
}

// A long chain in little memory: the queue and the sort spill, and rounds leave
// nearly all of it to the last task.
func TestLongChain(t *testing.T) {
	const n = 200_000
	edges := make([]edge, 0, n)
	for i := 1; i < n; i++ {
		edges = append(edges, edge{nodeOf(0, 500, 0, i), nodeOf(0, 500, 0, i-1), 0.85})
	}
	for _, rounds := range []int{0, 3} {
		f := newFlow(DefaultOptions(), 3, 1<<20, 1)
		f.rounds = rounds
		drops, sizes, _ := f.clusterEdges(t, edges)
		if len(drops) != n/2 || sizes.Largest != 2 {
			t.Errorf("%d rounds: every other document is dropped: %d of %d, largest cluster %d", rounds, len(drops), n, sizes.Largest)
		}
	}
}

// The pairs are those of the index of ekzhu/minhash-lsh, given the same
// signatures and the numbers of bands and rows that it chose.
func TestCandidatesAgainstMinhashLSH(t *testing.T) {
	o := DefaultOptions()
	o.BandThreshold, o.Leaders, o.GiantBucket = 0.8, 1024, 1<<20
	bands, rows := o.Banding()
	if bands*rows > o.Bands*o.Rows || bands < 2 {
		t.Fatalf("%d bands of %d rows", bands, rows)
	}
	sketcher, err := NewSketcher(o)
	if err != nil {
		t.Fatal(err)
	}
	index := minhashlsh.NewMinhashLSH32(o.Bands*o.Rows, o.BandThreshold)
	if k, l := index.Params(); k != rows || l != bands {
		t.Fatalf("%d bands of %d rows, minhash-lsh has %d of %d", bands, rows, l, k)
	}
	var records []byte
	signatures := make([][]uint64, 600)
	for i := range signatures {
		// Families of 20 in which similarity falls with the distance.
		text := words(i/20*1000+i%20*10, i/20*1000+i%20*10+200)
		var s Sketch
		sketcher.Sketch(&corpus.Document{Text: text}, &s)
		for _, key := range s.Bands {
			records = binary.BigEndian.AppendUint64(records, key)
			records = appendNode(records, nodeOf(0, 0, 0, i))
		}
		for _, v := range s.Signature {
			signatures[i] = append(signatures[i], uint64(v))
		}
		index.Add(i, signatures[i])
	}
	index.Index()
	want := map[[2]int]bool{}
	for i, signature := range signatures {
		for _, j := range index.Query(signature) {
			if j.(int) < i {
				want[[2]int{j.(int), i}] = true
			}
		}
	}
	src := &generated{n: len(records) / BandWidth, record: make([]byte, BandWidth), fill: func(i int, record []byte) {
		copy(record, records[i*BandWidth:])
	}}
	got := map[[2]int]bool{}
	pairs, _ := pairsOf(t, src, o, 1<<20)
	for _, p := range pairs {
		got[[2]int{p[0].Row(), p[1].Row()}] = true
	}
	if len(want) < 600 {
		t.Errorf("only %d pairs to compare", len(want))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("pairs (-minhash-lsh +ours):\n%s", d)
	}
}

// On real pages the shares of pairs that become candidates are those that
// ekzhu/minhash-lsh finds with its own hashes, but for chance.
func TestRealCandidatesAgainstMinhashLSH(t *testing.T) {
	packs := realPages(t)
	var pages []*realPage
	for i := range packs {
		for k := range packs[i] {
			// Longer ones take minhash-lsh too long.
			if n := len(packs[i][k].shingles); n >= 20 && n <= 400 {
				pages = append(pages, &packs[i][k])
			}
		}
	}
	pages = pages[:min(len(pages), 1200)]
	o := DefaultOptions()
	o.BandThreshold = 0.8
	sketcher, err := NewSketcher(o)
	if err != nil {
		t.Fatal(err)
	}
	_, rows := o.Banding()
	index := minhashlsh.NewMinhashLSH64(112, o.BandThreshold)
	ours, theirs := make([]Sketch, len(pages)), make([]map[int]bool, len(pages))
	signatures := make([][]uint64, len(pages))
	for i, p := range pages {
		sketcher.Sketch(&p.Document, &ours[i])
		h := minhashlsh.NewMinhash(1, 112)
		var raw [8]byte
		for _, s := range p.shingles {
			binary.LittleEndian.PutUint64(raw[:], s)
			h.Push(raw[:])
		}
		signatures[i] = h.Signature()
		index.Add(i, signatures[i])
	}
	index.Index()
	for i := range pages {
		theirs[i] = map[int]bool{}
		for _, j := range index.Query(signatures[i]) {
			theirs[i][j.(int)] = true
		}
	}
	var all, we, they [10]float64
	for pair, s := range similarPairs(pages, 0.3) {
		bin := min(int(s*10), 9)
		all[bin]++
		x, y := &ours[pair[0]], &ours[pair[1]]
		for band := range x.Bands {
			if slices.Equal(x.Signature[band*rows:(band+1)*rows], y.Signature[band*rows:(band+1)*rows]) != (x.Bands[band] == y.Bands[band]) {
				t.Fatal("band keys and signatures disagree")
			}
		}
		for band := range x.Bands {
			if x.Bands[band] == y.Bands[band] {
				we[bin]++
				break
			}
		}
		if theirs[pair[0]][pair[1]] {
			they[bin]++
		}
	}
	for bin := 3; bin < 10; bin++ {
		t.Logf("exact similarity from 0.%d: %.0f pairs, candidates %.0f, of minhash-lsh %.0f", bin, all[bin], we[bin], they[bin])
		share := (we[bin] + they[bin]) / 2 / max(all[bin], 1)
		if noise := math.Sqrt(2 * all[bin] * share * (1 - share)); math.Abs(we[bin]-they[bin]) > 5*noise+1 {
			t.Errorf("from 0.%d: %.0f candidates, minhash-lsh has %.0f", bin, we[bin], they[bin])
		}
	}
}

func TestFingerprintFiles(t *testing.T) {
	f := newFlow(DefaultOptions(), 1, 1<<20, 1)
	docs := make([]corpus.Document, 300)
	for i := range docs {
		docs[i].Text = words(i*10, i*10+100)
	}
	f.addDocuments(t, docs)
	whole := f.packs[0].fingerprints
	read := func(b []byte, rows ...int) error {
		opened := 0
		r := fingerprintReader{open: func(int) (shuffle.File, error) { opened++; return newFile(b), nil }}
		for _, row := range rows {
			got, err := r.at(nodeOf(0, 0, 0, row))
			if err != nil {
				return errors.Join(err, r.close())
			}
			var want Sketch
			newSketcher(t).Sketch(&docs[row], &want)
			if !bytes.Equal(got, want.Fingerprint[:]) {
				t.Errorf("row %d has another fingerprint", row)
			}
		}
		if opened != 1 {
			t.Errorf("opened %d times", opened)
		}
		return r.close()
	}
	if err := read(whole, 0, 0, 1, 127, 128, 130, 299); err != nil {
		t.Error(err)
	}
	for _, bad := range [][]byte{nil, whole[:7], whole[:20], whole[:len(whole)-1], whole[:len(whole)-FingerprintSize], append([]byte("x"), whole[1:]...)} {
		if err := read(bad, 299); !errors.Is(err, ErrFingerprints) {
			t.Errorf("%d bytes: error %v, want ErrFingerprints", len(bad), err)
		}
	}
}

func TestOptions(t *testing.T) {
	if err := DefaultOptions().Validate(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Options){
		"bands":          func(o *Options) { o.Bands = 257 },
		"rows":           func(o *Options) { o.Rows = 0 },
		"band-threshold": func(o *Options) { o.BandThreshold = 1 },
		"shingle":        func(o *Options) { o.Shingle = 0 },
		"min-shingles":   func(o *Options) { o.MinShingles = 0 },
		"threshold":      func(o *Options) { o.Threshold = 1.1 },
		"leaders":        func(o *Options) { o.Leaders = 0 },
		"giant-bucket":   func(o *Options) { o.GiantBucket = 1 },
	} {
		o := DefaultOptions()
		spoil(&o)
		err := o.Validate()
		if err == nil || !bytes.HasPrefix([]byte(err.Error()), []byte(name+":")) {
			t.Errorf("%s out of range: error %v", name, err)
		}
		if _, err := NewSketcher(o); err == nil {
			t.Errorf("%s out of range: NewSketcher succeeds", name)
		}
	}
	o := DefaultOptions()
	for threshold, want := range map[float64][2]int{0.7: {12, 9}, 0.75: {11, 10}, 0.8: {9, 12}, 0.85: {7, 16}} {
		o.BandThreshold = threshold
		if bands, rows := o.Banding(); [2]int{bands, rows} != want {
			t.Errorf("threshold %g: %d bands of %d rows, want %v", threshold, bands, rows, want)
		}
	}
}

func TestSketchWriterErrors(t *testing.T) {
	o := DefaultOptions()
	w, err := NewSketchWriter(io.Discard, io.Discard, o, 1, 0, shuffle.Space{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Add(nodeOf(0, 0, 0, 1), &Sketch{}); err == nil {
		t.Error("a row is left out without an error")
	}
	if err := w.Add(nodeOf(0, 0, 0, 0), &Sketch{Bands: make([]uint64, 13)}); err == nil {
		t.Error("a sketch of other options is taken")
	}
	o.Rows = 0
	if _, err := NewSketchWriter(io.Discard, io.Discard, o, 1, 0, shuffle.Space{}); err == nil {
		t.Error("bad options are taken")
	}
}

// The same row dropped twice is a broken run, not a mark.
func TestMarksTwice(t *testing.T) {
	m, err := NewMarks(shuffle.Space{})
	if err != nil {
		t.Fatal(err)
	}
	for _, why := range []cause{causeURL, causeText} {
		if err := m.sorter.Add(appendDrop(nil, nodeOf(0, 0, 1, 2), nodeOf(0, 0, 0, 0), why, 0, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Each(func(int, corpus.Mark) error { return nil }); err == nil {
		t.Error("no error")
	}
}

// A star record of a kind that there is not is an error in either path.
func TestStarKinds(t *testing.T) {
	record := appendStar(nil, nodeOf(0, 9, 0, 0), 9, nodeOf(0, 8, 0, 1), make([]byte, 5))
	src := func() *generated {
		return &generated{n: 1, record: record, fill: func(int, []byte) {}}
	}
	space := shuffle.Space{Scratch: scratch{}}
	if _, err := Cluster(src(), 1, io.Discard, io.Discard, space); err == nil {
		t.Error("Cluster takes it")
	}
	if _, err := Settle(src(), 1, 1, io.Discard, io.Discard, io.Discard, space); err == nil {
		t.Error("Settle takes it")
	}
}
