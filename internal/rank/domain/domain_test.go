package domain

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/zeebo/xxh3"

	"mathsieve/internal/address"
	"mathsieve/internal/shuffle"
)

const testCut = 1.5

// A memScratch is a shuffle.Scratch in memory that knows what is open.
type memScratch struct {
	files map[string]*bytes.Buffer
	open  int
	most  int // that were open at once
	made  int
}

type memFile struct {
	io.Reader
	io.Writer
	s *memScratch
}

func newScratch() *memScratch { return &memScratch{files: map[string]*bytes.Buffer{}} }

func (f memFile) Close() error { f.s.open--; return nil }

func (s *memScratch) opened() { s.open++; s.most = max(s.most, s.open) }

func (s *memScratch) Create(name string) (io.WriteCloser, error) {
	if s.files[name] != nil {
		return nil, fmt.Errorf("%s exists", name)
	}
	s.made++
	s.files[name] = &bytes.Buffer{}
	s.opened()
	return memFile{Writer: s.files[name], s: s}, nil
}

func (s *memScratch) Open(name string) (io.ReadCloser, error) {
	s.opened()
	return memFile{Reader: bytes.NewReader(s.files[name].Bytes()), s: s}, nil
}

func (s *memScratch) Remove(name string) error {
	if s.files[name] == nil {
		return fmt.Errorf("%s does not exist", name)
	}
	delete(s.files, name)
	return nil
}

func (s *memScratch) check(t *testing.T) {
	t.Helper()
	if len(s.files) > 0 || s.open != 0 {
		t.Errorf("%d scratch files and %d open ones are left", len(s.files), s.open)
	}
}

// A memTable is a partial table in memory.
type memTable struct {
	*bytes.Reader
	scratch *memScratch
}

func (m memTable) Close() error { m.scratch.open--; return nil }

func partials(tables [][]byte, scratch *memScratch) Partials {
	return Partials{N: len(tables), Open: func(i int) (shuffle.File, error) {
		scratch.opened()
		return memTable{bytes.NewReader(tables[i]), scratch}, nil
	}}
}

// testPages makes pages of many shapes of addresses, some hosts with many.
func testPages(n int, seed uint64) []Page {
	r := rand.New(rand.NewPCG(seed, 1))
	zipf := rand.NewZipf(r, 1.2, 3, 2000)
	pages := make([]Page, n)
	for i := range pages {
		host := zipf.Uint64()
		var url string
		switch host % 9 {
		case 0:
			url = fmt.Sprintf("https://%s.site%d.example.org/", []string{"www", "math", "m"}[r.IntN(3)], host)
		case 1:
			url = fmt.Sprintf("http://user%d.github.io/", host)
		case 2:
			url = fmt.Sprintf("http://host%d.example.co.uk:8080/", r.IntN(300))
		case 3:
			url = fmt.Sprintf("http://192.0.2.%d/", host%256)
		default:
			url = fmt.Sprintf("https://www.domain%d.com/", host)
		}
		var path []byte
		for range r.IntN(6) {
			path = fmt.Appendf(path, "%c%d/", 'a'+rune(r.IntN(3)), r.IntN(1+int(host%50)))
		}
		url += string(path)
		switch r.IntN(40) {
		case 0:
			url = fmt.Sprintf("file%d.warc.gz:%d", host, i)
		case 1:
			url += fmt.Sprintf("?t=%d", i)
		case 2:
			url += strings.Repeat("x", 300)
		}
		logit := float32(math.Round(r.NormFloat64()*64) / 16)
		p := Page{URL: url, Pack: uint32(i / 1000), Row: uint32(i % 1000), Logit: logit, Tokens: uint32(r.IntN(5000)), Collected: logit >= testCut}
		if r.IntN(50) == 0 {
			p.Logit, p.Collected = float32(math.NaN()), false
		}
		pages[i] = p
	}
	return pages
}

// bruteForce counts pages in maps.
func bruteForce(pages []Page, o Options, cut float32) []*Domain {
	type group struct {
		name     string
		pages    []Page
		children map[string]*group
	}
	child := func(g *group, name string) *group {
		if g.children[name] == nil {
			g.children[name] = &group{name: name, children: map[string]*group{}}
		}
		return g.children[name]
	}
	root := &group{children: map[string]*group{}}
	var s address.Splitter
	for _, p := range pages {
		a := s.Split(p.URL, o.PathDepth)
		names := []string{a.Domain, a.Host}
		if a.Segments > 0 {
			names = append(names, strings.Split(string(a.Path[1:]), "/")...)
		}
		g := root
		for _, name := range names {
			g = child(g, name)
			g.pages = append(g.pages, p)
		}
	}
	var build func(g *group, depth int, threshold int64) (*Node, int)
	build = func(g *group, depth int, threshold int64) (*Node, int) {
		n := &Node{Name: g.name}
		buckets := map[int]int64{}
		var samples, near []Sample
		for _, p := range g.pages {
			n.Pages++
			n.Tokens += int64(p.Tokens)
			if p.Collected {
				n.Collected++
				n.CollectedTokens += int64(p.Tokens)
			}
			sample := Sample{Pack: p.Pack, Row: p.Row, Logit: p.Logit, Collected: p.Collected, hash: xxh3.HashString(p.URL)}
			if p.Logit != p.Logit {
				sample.Logit = nan
			}
			samples = append(samples, sample)
			if p.Logit == p.Logit {
				near = append(near, sample)
				buckets[min(max(int(math.Floor(float64(p.Logit)*16))+128, 0), 255)]++
			}
		}
		for i, pages := range buckets {
			n.Scores = append(n.Scores, Bucket{i, pages})
		}
		slices.SortFunc(n.Scores, func(a, b Bucket) int { return a.Index - b.Index })
		byHash := func(a, b Sample) int {
			return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.Pack, b.Pack), cmp.Compare(a.Row, b.Row))
		}
		slices.SortFunc(samples, byHash)
		slices.SortFunc(near, func(a, b Sample) int {
			return cmp.Or(cmp.Compare(math.Abs(float64(a.Logit-cut)), math.Abs(float64(b.Logit-cut))), byHash(a, b))
		})
		n.Random = samples[:min(len(samples), o.Samples)]
		n.Near = near[:min(len(near), o.Samples)]
		kept := 0
		for _, c := range g.children {
			least := threshold
			if depth > 0 {
				least = max(least, o.MinPathPages)
			}
			if int64(len(c.pages)) < least {
				n.Folded++
				continue
			}
			node, below := build(c, depth+1, threshold)
			n.Children = append(n.Children, node)
			kept += 1 + below
		}
		slices.SortFunc(n.Children, func(a, b *Node) int {
			if depth == 0 {
				return cmp.Compare(strings.TrimSuffix(a.Name, n.Name), strings.TrimSuffix(b.Name, n.Name))
			}
			return cmp.Compare(a.Name, b.Name)
		})
		return n, kept
	}
	var domains []*Domain
	for _, g := range root.children {
		for threshold := int64(1); ; threshold *= 2 {
			if n, kept := build(g, 0, threshold); kept <= MaxNodes {
				domains = append(domains, &Domain{Node: *n, Threshold: threshold})
				break
			}
		}
	}
	slices.SortFunc(domains, func(a, b *Domain) int { return cmp.Compare(xxh3.HashString(a.Name), xxh3.HashString(b.Name)) })
	return domains
}

// count makes a partial table.
func count(t testing.TB, pages []Page, o Options, sections int, space shuffle.Space) []byte {
	t.Helper()
	c, err := NewCounter(o, testCut, space)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if err := c.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := c.WriteTo(&out, sections); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// tables merges all sections of partial tables, and returns the bytes of all
// domains, the domains, and the totals.
func tables(t testing.TB, parts [][]byte, o Options, sections int, scratch *memScratch, memory int64) (records []byte, domains []*Domain, totals Totals) {
	t.Helper()
	for p := range sections {
		var out bytes.Buffer
		made, err := Merge(context.Background(), o, partials(parts, scratch), p, &out, shuffle.Space{Memory: memory, Scratch: scratch, Name: fmt.Sprint(p, "-")})
		if err != nil {
			t.Fatal(err)
		}
		read, sum := readAll(t, out.Bytes())
		if sum != made {
			t.Fatalf("totals %+v are read as %+v", made, sum)
		}
		totals.add(sum)
		domains = append(domains, read...)
		records = append(records, out.Bytes()[tableHeader:out.Len()-tableFooter-1]...)
	}
	return records, domains, totals
}

func readAll(t testing.TB, table []byte) ([]*Domain, Totals) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	var domains []*Domain
	for {
		d, err := r.Next()
		if errors.Is(err, io.EOF) {
			return domains, r.Totals()
		}
		if err != nil {
			t.Fatal(err)
		}
		domains = append(domains, d)
		again, err := ReadAt(bytes.NewReader(table), r.Offset())
		if err != nil {
			t.Fatal(err)
		}
		if diff := diffDomains([]*Domain{d}, []*Domain{again}); diff != "" {
			t.Fatalf("domain at %d (-read +read there):\n%s", r.Offset(), diff)
		}
	}
}

// diffDomains returns "" if the domains are the same in all that a table holds.
func diffDomains(want, got []*Domain) string {
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || !bytes.Equal(appendDomain(nil, want[i]), appendDomain(nil, got[i])) {
			return gocmp.Diff(want[min(i, len(want)):min(i+1, len(want))], got[min(i, len(got)):min(i+1, len(got))],
				cmpopts.IgnoreUnexported(Sample{}), cmpopts.EquateNaNs(), cmpopts.EquateEmpty())
		}
	}
	return ""
}

func TestCountsAreExact(t *testing.T) {
	f := func(pages []Page, o Options) {
		t.Helper()
		scratch := newScratch()
		space := shuffle.Space{Memory: 1 << 20, Scratch: scratch}
		_, got, totals := tables(t, [][]byte{count(t, pages, o, 3, space)}, o, 3, scratch, 1<<20)
		want := bruteForce(pages, o, testCut)
		if diff := diffDomains(want, got); diff != "" {
			t.Fatalf("%+v (-brute force +got):\n%.4000s", o, diff)
		}
		var wantTotals Totals
		hosts := map[string]bool{}
		var s address.Splitter
		for _, p := range pages {
			hosts[s.Split(p.URL, 0).Host] = true
		}
		for _, d := range want {
			wantTotals.Domains++
			wantTotals.All.add(d.Counts)
			if d.Pages >= o.MinPages && float64(d.Collected)/float64(d.Pages) > o.Share {
				wantTotals.Mathematical++
				wantTotals.InMathematical.add(d.Counts)
			}
		}
		wantTotals.Hosts = int64(len(hosts))
		if diff := gocmp.Diff(wantTotals, totals); diff != "" {
			t.Errorf("totals (-want +got):\n%s", diff)
		}
		scratch.check(t)
	}
	pages := testPages(30_000, 1)
	f(pages, DefaultOptions())
	f(pages, Options{Share: 0.5, MinPages: 1, PathDepth: 0, MinPathPages: 1, Samples: 0})
	f(pages, Options{Share: 0, MinPages: 3, PathDepth: maxPathDepth, MinPathPages: 2, Samples: 3})
	f(pages[:1], DefaultOptions())
	f(nil, DefaultOptions())
}

// A domain of more hosts and paths than a table keeps.
func TestLargeDomainIsFolded(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var pages []Page
	add := func(url string, n int) {
		for range n {
			pages = append(pages, Page{URL: url, Row: uint32(len(pages)), Logit: float32(r.IntN(10)), Tokens: 1})
		}
	}
	for i := range MaxNodes / 2 {
		add(fmt.Sprintf("http://h%d.example.com/a/%d", i, i), 1+r.IntN(6))
	}
	for i := range 600 {
		add(fmt.Sprintf("http://big.example.com/%d/%d/%d", i%10, i%50, i), 10+r.IntN(30))
	}
	o := DefaultOptions()
	o.MinPathPages = 1
	scratch := newScratch()
	_, got, _ := tables(t, [][]byte{count(t, pages, o, 1, shuffle.Space{Memory: 64 << 20})}, o, 1, scratch, 64<<20)
	want := bruteForce(pages, o, testCut)
	if want[0].Threshold < 2 {
		t.Fatal("nothing was to be folded")
	}
	if diff := diffDomains(want, got); diff != "" {
		t.Fatalf("(-brute force +got):\n%.4000s", diff)
	}
	rest := got[0].Rest()
	for _, h := range got[0].Children {
		rest.add(h.Counts)
	}
	if rest != got[0].Counts {
		t.Errorf("children and rest are %+v of %+v", rest, got[0].Counts)
	}
}

// The bytes of all domains are the same however the pages came together.
func TestSameBytes(t *testing.T) {
	pages := testPages(40_000, 2)
	o := DefaultOptions()
	o.MinPathPages = 3
	var want []byte
	check := func(name string, parts [][]byte, sections int, scratch *memScratch, memory int64) {
		t.Helper()
		got, _, _ := tables(t, parts, o, sections, scratch, memory)
		if want == nil {
			want = got
		}
		if !bytes.Equal(want, got) {
			t.Errorf("%s: other bytes", name)
		}
		scratch.check(t)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for i, c := range []struct {
		memory          int64
		sections, packs int
	}{
		{64 << 20, 1, 1}, {1 << 20, 1, 1}, {1 << 20, 7, 3}, {8 << 20, 7, 20}, {64 << 20, 64, 20}, {1 << 20, 3, 150}, {2 << 20, 64, 5},
	} {
		name := fmt.Sprintf("%+v", c)
		scratch := newScratch()
		if i > 0 {
			r.Shuffle(len(pages), func(i, j int) { pages[i], pages[j] = pages[j], pages[i] })
		}
		var parts [][]byte
		for p := range c.packs {
			from, to := p*len(pages)/c.packs, (p+1)*len(pages)/c.packs
			parts = append(parts, count(t, pages[from:to], o, c.sections, shuffle.Space{Memory: c.memory, Scratch: scratch, Name: fmt.Sprint("c", p)}))
		}
		check(name, parts, c.sections, scratch, c.memory)
		if i == 1 && scratch.made == 0 {
			t.Error("nothing was spilled")
		}
		if c.packs == 150 && (scratch.most > 9 || scratch.made < 20*3) {
			t.Errorf("%d files were open at once, %d made", scratch.most, scratch.made)
		}
	}
}
