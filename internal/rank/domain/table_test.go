package domain

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/zeebo/xxh3"

	"mathsieve/internal/shuffle"
)

// table makes the table of some pages.
func table(t testing.TB, pages []Page, o Options) []byte {
	t.Helper()
	var out bytes.Buffer
	parts := partials([][]byte{count(t, pages, o, 1, shuffle.Space{Memory: 64 << 20})}, newScratch())
	if _, err := Merge(context.Background(), o, parts, 0, &out, shuffle.Space{Memory: 64 << 20}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func readTable(data []byte) (int, error) {
	r, err := NewReader(bytes.NewReader(data))
	for n := 0; ; n++ {
		if err == nil {
			_, err = r.Next()
		}
		if errors.Is(err, io.EOF) && !errors.Is(err, ErrFormat) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

func TestTableHead(t *testing.T) {
	o := Options{Share: 0.25, MinPages: 3, PathDepth: 2, MinPathPages: 4, Samples: 5}
	r, err := NewReader(bytes.NewReader(table(t, testPages(100, 1), o)))
	if err != nil {
		t.Fatal(err)
	}
	if r.options != o || r.cut != testCut {
		t.Errorf("options %+v, cut %v", r.options, r.cut)
	}
}

func TestTableDamage(t *testing.T) {
	data := table(t, testPages(2000, 1), DefaultOptions())
	if n, err := readTable(data); err != nil || n < 100 {
		t.Fatalf("%d domains, %v", n, err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		cut := r.IntN(len(data))
		if _, err := readTable(data[:cut]); !errors.Is(err, ErrFormat) {
			t.Fatalf("cut at byte %d: %v, want ErrFormat", cut, err)
		}
		damaged := slices.Clone(data)
		at := r.IntN(len(data))
		damaged[at] ^= 1 << r.IntN(8)
		if _, err := readTable(damaged); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrChecksum) {
			t.Fatalf("another bit in byte %d: %v", at, err)
		}
	}
	if _, err := readTable(append(slices.Clone(data), 0)); !errors.Is(err, ErrFormat) {
		t.Errorf("a byte more: %v", err)
	}
	if _, err := ReadAt(bytes.NewReader(data), 41); err == nil {
		t.Error("read a domain in the midst of one")
	}
	if _, err := ReadAt(bytes.NewReader(data), int64(len(data))); !errors.Is(err, ErrFormat) {
		t.Errorf("read behind the end: %v", err)
	}
}

func TestPartialDamage(t *testing.T) {
	o := DefaultOptions()
	pages := testPages(3000, 1)
	data := count(t, pages, o, 2, shuffle.Space{Memory: 64 << 20})
	scratch := newScratch()
	merge := func(o Options, section int, parts ...[]byte) error {
		for i := range 2 {
			if section >= 0 {
				i = section
			}
			if _, err := Merge(context.Background(), o, partials(parts, scratch), i, io.Discard, shuffle.Space{Memory: 1 << 20, Scratch: scratch}); err != nil {
				return err
			}
		}
		return nil
	}
	if err := merge(o, -1, data, data); err != nil {
		t.Fatal(err)
	}
	sections, entries, err := CheckPartial(memTable{bytes.NewReader(data), scratch})
	if err != nil || sections != 2 || entries < 100 || entries > int64(len(pages)) {
		t.Fatalf("%d sections, %d entries, %v", sections, entries, err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		cut := r.IntN(len(data))
		if err := merge(o, -1, data[:cut]); !errors.Is(err, ErrFormat) {
			t.Fatalf("cut at byte %d: %v, want ErrFormat", cut, err)
		}
		damaged := slices.Clone(data)
		at := r.IntN(len(data))
		damaged[at] ^= 1 << r.IntN(8)
		if _, _, err := CheckPartial(memTable{bytes.NewReader(damaged), scratch}); err == nil {
			t.Fatalf("another bit in byte %d is not noticed", at)
		}
		err := merge(o, -1, damaged)
		if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrChecksum) && !errors.Is(err, ErrMismatch) {
			t.Fatalf("another bit in byte %d of %d: %v", at, len(data), err)
		}
	}
	scratch.check(t)
	// What does not belong together.
	mismatch := func(err error) {
		t.Helper()
		if !errors.Is(err, ErrMismatch) {
			t.Errorf("%v, want ErrMismatch", err)
		}
	}
	other := o
	other.PathDepth = 2
	mismatch(merge(other, 0, data))
	mismatch(merge(o, 0, data, count(t, pages, other, 2, shuffle.Space{})))
	other = o
	other.Samples = 3
	mismatch(merge(o, 0, data, count(t, pages, other, 2, shuffle.Space{})))
	mismatch(merge(o, 0, data, count(t, pages, o, 3, shuffle.Space{})))
	mismatch(merge(o, 2, data))
	scratch.check(t)
	c, err := NewCounter(o, 0, shuffle.Space{})
	if err != nil {
		t.Fatal(err)
	}
	for _, sections := range []int{0, -1, shuffle.MaxSections + 1} {
		if err := c.WriteTo(io.Discard, sections); err == nil {
			t.Errorf("wrote %d sections", sections)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Merge(ctx, o, partials([][]byte{data}, scratch), 0, io.Discard, shuffle.Space{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestScratchErrors(t *testing.T) {
	pages := testPages(30_000, 1)
	broken := errors.New("disk on fire")
	for at := range 20 {
		scratch := &failingScratch{memScratch: newScratch(), at: at, err: broken}
		c, err := NewCounter(DefaultOptions(), testCut, shuffle.Space{Memory: 1 << 20, Scratch: scratch})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pages {
			if err = c.Add(p); err != nil {
				break
			}
		}
		if err == nil {
			err = c.WriteTo(io.Discard, 3)
		}
		if failed := scratch.calls > at; failed != errors.Is(err, broken) {
			t.Errorf("call %d of %d failed: %v", at, scratch.calls, err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		scratch.check(t)
	}
}

// A failingScratch fails to create or open for the at-th time.
type failingScratch struct {
	*memScratch
	calls, at int
	err       error
}

func (s *failingScratch) fail() bool { s.calls++; return s.calls == s.at+1 }

func (s *failingScratch) Create(name string) (io.WriteCloser, error) {
	if s.fail() {
		return nil, s.err
	}
	return s.memScratch.Create(name)
}

func (s *failingScratch) Open(name string) (io.ReadCloser, error) {
	if s.fail() {
		return nil, s.err
	}
	return s.memScratch.Open(name)
}

func TestRanking(t *testing.T) {
	data := table(t, testPages(20_000, 3), DefaultOptions())
	all, _ := readAll(t, data)
	for _, order := range Orders() {
		want := slices.Clone(all)
		slices.SortStableFunc(want, func(a, b *Domain) int {
			p, q := order.values(a.Counts)
			r, s := order.values(b.Counts)
			switch {
			case p != r && p > r, p == r && q > s:
				return -1
			case p == r && q == s:
				return 0
			}
			return 1
		})
		for _, n := range []int{1, 10, len(all), len(all) + 5, 0} {
			scratch := newScratch()
			ranking, err := NewRanking(order, n, shuffle.Space{Memory: 1 << 20, Scratch: scratch})
			if err != nil {
				t.Fatal(err)
			}
			r, err := NewReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			for range all {
				d, err := r.Next()
				if err != nil {
					t.Fatal(err)
				}
				if err := ranking.Add(d, Location{Table: 3, Offset: r.Offset()}); err != nil {
					t.Fatal(err)
				}
			}
			var names, wantNames []string
			for at, err := range ranking.Sorted() {
				if err != nil || at.Table != 3 {
					t.Fatalf("%+v, %v", at, err)
				}
				d, err := ReadAt(bytes.NewReader(data), at.Offset)
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, d.Name)
			}
			length := len(want)
			if n > 0 {
				length = min(n, length)
			}
			for _, d := range want[:length] {
				wantNames = append(wantNames, d.Name)
			}
			if diff := gocmp.Diff(wantNames, names); diff != "" {
				t.Errorf("%s, first %d (-want +got):\n%s", order, n, diff)
			}
			if err := ranking.Close(); err != nil {
				t.Error(err)
			}
			scratch.check(t)
		}
	}
	if _, err := NewRanking("size", 1, shuffle.Space{}); err == nil {
		t.Error("accepted an order that is none")
	}
}

func TestRankingOrder(t *testing.T) {
	f := func(order Order, first, second Counts) {
		t.Helper()
		p, q := order.values(first)
		r, s := order.values(second)
		if p < r || p == r && q <= s {
			t.Errorf("%s: %+v is not before %+v", order, first, second)
		}
	}
	f(ByUncollected, Counts{Pages: 10, Collected: 1}, Counts{Pages: 20, Collected: 12})
	f(ByUncollected, Counts{Pages: 10, Collected: 1, Tokens: 5}, Counts{Pages: 9, Tokens: 4})
	f(ByPages, Counts{Pages: 10}, Counts{Pages: 9, Collected: 9})
	f(ByCollected, Counts{Pages: 10, Collected: 4}, Counts{Pages: 20, Collected: 3})
	f(ByShare, Counts{Pages: 10, Collected: 4}, Counts{Pages: 20, Collected: 7})
	f(ByShare, Counts{Pages: 20, Collected: 8}, Counts{Pages: 10, Collected: 4})
}

func TestHistogram(t *testing.T) {
	h := Histogram{{Index: 0, Pages: 1}, {Index: 128, Pages: 8}, {Index: 255, Pages: 1}}
	f := func(q, want float64) {
		t.Helper()
		if got := h.Quantile(q); math.Abs(got-want) > 1e-9 {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	probability := func(logit float64) float64 { return 1 / (1 + math.Exp(-logit)) }
	f(0, probability(-8+1./32))
	f(0.1, probability(-8+1./32))
	f(0.11, probability(1./32))
	f(0.5, probability(1./32))
	f(0.9, probability(1./32))
	f(0.91, probability(8-1./32))
	f(1, probability(8-1./32))
	if got := (Histogram{}).Quantile(0.5); got == got {
		t.Errorf("quantile of nothing is %v", got)
	}
	for _, c := range []struct {
		logit  float32
		bucket int
	}{{-1000, 0}, {float32(math.Inf(-1)), 0}, {-8, 0}, {-7.94, 0}, {-7.9375, 1}, {-0.0001, 127}, {0, 128}, {7.99, 255}, {8, 255}, {float32(math.Inf(1)), 255}} {
		if got := bucketOf(c.logit); got != c.bucket {
			t.Errorf("log odds %v are in bucket %d, want %d", c.logit, got, c.bucket)
		}
	}
}

func TestOptions(t *testing.T) {
	f := func(change func(*Options), ok bool) {
		t.Helper()
		o := DefaultOptions()
		change(&o)
		if err := o.Validate(); (err == nil) != ok {
			t.Errorf("%+v: %v", o, err)
		}
	}
	f(func(*Options) {}, true)
	f(func(o *Options) { o.Share = 0 }, true)
	f(func(o *Options) { o.Share = 1 }, false)
	f(func(o *Options) { o.Share = math.NaN() }, false)
	f(func(o *Options) { o.MinPages = 0 }, false)
	f(func(o *Options) { o.PathDepth = 9 }, false)
	f(func(o *Options) { o.PathDepth = -1 }, false)
	f(func(o *Options) { o.MinPathPages = 0 }, false)
	f(func(o *Options) { o.Samples = 65 }, false)
	if _, err := NewCounter(Options{}, 0, shuffle.Space{}); err == nil {
		t.Error("counted with options that make no sense")
	}
	if _, err := Merge(context.Background(), Options{}, Partials{}, 0, io.Discard, shuffle.Space{}); err == nil {
		t.Error("merged with options that make no sense")
	}
	o := DefaultOptions()
	for share := range 100 {
		// A share is above itself in no rounding.
		o.Share = float64(share) / 100
		if o.Mathematical(Counts{Pages: 100, Collected: int64(share)}) || !o.Mathematical(Counts{Pages: 100, Collected: int64(share) + 1}) {
			t.Errorf("share %v", o.Share)
		}
	}
	o.Share = 0.1
	if o.Mathematical(Counts{Pages: 9, Collected: 9}) || !o.Mathematical(Counts{Pages: 10, Collected: 2}) || o.Mathematical(Counts{Pages: 10, Collected: 1}) {
		t.Error("least number of pages")
	}
}

func TestNoCut(t *testing.T) {
	for _, cut := range []float64{math.Inf(-1), math.Inf(1), math.NaN()} {
		c, err := NewCounter(DefaultOptions(), float32(cut), shuffle.Space{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range uint32(3) {
			if err := c.Add(Page{URL: "http://a.org/", Row: i, Logit: 1, Collected: true}); err != nil {
				t.Fatal(err)
			}
		}
		var part, out bytes.Buffer
		if err := c.WriteTo(&part, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := Merge(context.Background(), DefaultOptions(), partials([][]byte{part.Bytes()}, newScratch()), 0, &out, shuffle.Space{}); err != nil {
			t.Fatal(err)
		}
		d, _ := readAll(t, out.Bytes())
		if len(d[0].Near) > 0 || len(d[0].Random) != 3 {
			t.Errorf("cut %v: %+v", cut, d[0])
		}
	}
}

func TestWalk(t *testing.T) {
	leaf := func(name string) *Node { return &Node{Name: name} }
	d := &Domain{Node: Node{Name: "a.org", Children: []*Node{
		{Name: "a.org", Children: []*Node{{Name: "x", Children: []*Node{leaf("y"), leaf("z")}}}}, leaf("www.a.org"),
	}}}
	var got []string
	d.Walk(func(host, path string, n *Node) bool {
		got = append(got, host+path)
		return n.Name != "x"
	})
	if diff := gocmp.Diff([]string{"a.org", "a.org/x", "www.a.org"}, got); diff != "" {
		t.Error(diff)
	}
	got = nil
	d.Walk(func(host, path string, _ *Node) bool { got = append(got, host+path); return true })
	if len(got) != 5 || got[3] != "a.org/x/z" {
		t.Errorf("%q", got)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(table(f, testPages(4, 1), DefaultOptions()))
	f.Add(table(f, nil, DefaultOptions()))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = readTable(data)
		_, _ = ReadAt(bytes.NewReader(data), tableHeader)
		// The same bytes as a tree, whose checksum is right.
		if d, err := decodeDomain(data); err == nil {
			again, err := decodeDomain(appendDomain(nil, d))
			if err != nil {
				t.Fatal(err)
			}
			if diff := diffDomains([]*Domain{d}, []*Domain{again}); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func FuzzMerge(f *testing.F) {
	o := DefaultOptions()
	whole := count(f, testPages(4, 1), o, 1, shuffle.Space{})
	f.Add(whole[headSize : len(whole)-headSize-indexEntry-8])
	f.Fuzz(func(t *testing.T, run []byte) {
		// A section of any bytes, in a file whose frame and checksums are right.
		h := newHead(o, testCut, 1)
		data := append(h.encode(), run...)
		index := binary.LittleEndian.AppendUint64(nil, headSize)
		index = binary.LittleEndian.AppendUint64(index, xxh3.HashSeed(run, 0))
		index = binary.LittleEndian.AppendUint64(index, uint64(len(data)))
		data = append(append(data, index...), h.encode()...)
		var out bytes.Buffer
		_, err := Merge(context.Background(), o, partials([][]byte{data, whole}, newScratch()), 0, &out, shuffle.Space{})
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("%v is not ErrFormat", err)
			}
			return
		}
		if _, err := readTable(out.Bytes()); err != nil {
			t.Fatalf("what was merged cannot be read: %v", err)
		}
	})
}

// A tree that is larger or deeper than any that is written is refused, however
// sound it is otherwise.
func TestTreeLimits(t *testing.T) {
	f := func(what string, d *Domain, sound bool) {
		t.Helper()
		_, err := decodeDomain(appendDomain(nil, d))
		if (err == nil) != sound || !sound && !errors.Is(err, ErrFormat) {
			t.Errorf("%s: error %v", what, err)
		}
	}
	wide := func(nodes int) *Domain {
		d := &Domain{Node: Node{Name: "example.org", Counts: Counts{Pages: int64(nodes)}}}
		for i := range nodes {
			d.Children = append(d.Children, &Node{Name: strconv.Itoa(i), Counts: Counts{Pages: 1}})
		}
		return d
	}
	f("as many nodes as there may be", wide(MaxNodes), true)
	f("one more", wide(MaxNodes+1), false)
	deep := func(levels int) *Domain {
		d := &Domain{}
		n := &d.Node
		for range levels {
			n.Children = []*Node{{}}
			n = n.Children[0]
		}
		return d
	}
	f("as deep as it may be", deep(1+maxPathDepth), true)
	f("deeper", deep(3+maxPathDepth), false)
}
