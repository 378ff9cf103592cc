package seed

import (
	"cmp"
	"container/heap"
	"context"

	"github.com/zeebo/xxh3"

	"mathsieve/internal/address"
	"mathsieve/internal/corpus"
)

// pick is one drawn page.
type pick struct {
	order   uint64 // hash of seed and id: the place in the training order
	site    uint64 // hash of seed and host
	domain  uint64 // hash of seed and registrable domain
	source  int32
	pack    int32
	row     int32
	heldOut bool
}

func comparePicks(a, b pick) int {
	return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.source, b.source),
		cmp.Compare(a.pack, b.pack), cmp.Compare(a.row, b.row))
}

// An entry is a pick in the heaps of a chooser.
type entry struct {
	pick
	at int // index in best
}

// bestHeap has the greatest entry on top, and tells the entries where they are.
type bestHeap []*entry

func (h bestHeap) Len() int           { return len(h) }
func (h bestHeap) Less(i, j int) bool { return comparePicks(h[i].pick, h[j].pick) > 0 }
func (h bestHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

func (h *bestHeap) Push(x any) {
	e := x.(*entry)
	e.at = len(*h)
	*h = append(*h, e)
}

func (h *bestHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}

// domainHeap holds the entries of one domain, the greatest on top.
type domainHeap []*entry

func (h domainHeap) Len() int           { return len(h) }
func (h domainHeap) Less(i, j int) bool { return comparePicks(h[i].pick, h[j].pick) > 0 }
func (h domainHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *domainHeap) Push(x any)        { *h = append(*h, x.(*entry)) }
func (h *domainHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}

// A chooser takes the limit least picks, at most perDomain of them from one
// domain: of each domain its perDomain least, and of these the limit least.
//
// It sees the picks once and in any order, and holds no more than limit of
// them. That is exact: a pick that is thrown out because limit others are less
// cannot come back, since what one more pick does to the least of the domains
// only ever lowers the greatest that is taken. And the greatest of all that are
// held is also the greatest of its domain, so that both heaps give it up at the
// top.
type chooser struct {
	limit, perDomain int // perDomain 0 is any number
	best             bestHeap
	domains          map[uint64]*domainHeap // nil unless perDomain > 0
}

func newChooser(limit, perDomain int) *chooser {
	c := &chooser{limit: limit, perDomain: perDomain}
	if perDomain > 0 {
		c.domains = map[uint64]*domainHeap{}
	}
	return c
}

func (c *chooser) add(p pick) {
	if len(c.best) == c.limit && comparePicks(p, c.best[0].pick) >= 0 {
		return
	}
	e := &entry{pick: p}
	if c.domains != nil {
		if d := c.domains[p.domain]; d != nil && d.Len() == c.perDomain {
			if comparePicks(p, (*d)[0].pick) >= 0 {
				return
			}
			heap.Remove(&c.best, (*d)[0].at)
			heap.Pop(d)
		}
	}
	if len(c.best) == c.limit {
		c.evict()
	}
	heap.Push(&c.best, e)
	if c.domains == nil {
		return
	}
	if c.domains[p.domain] == nil {
		c.domains[p.domain] = &domainHeap{}
	}
	heap.Push(c.domains[p.domain], e)
}

// evict throws out the greatest pick.
func (c *chooser) evict() {
	e := heap.Pop(&c.best).(*entry)
	if c.domains == nil {
		return
	}
	d := c.domains[e.domain]
	heap.Pop(d)
	if d.Len() == 0 {
		delete(c.domains, e.domain)
	}
}

func (c *chooser) picks() []pick {
	picks := make([]pick, len(c.best))
	for i, e := range c.best {
		picks[i] = e.pick
	}
	return picks
}

// choose draws the pages of one label.
func (d Draw) choose(ctx context.Context, label string, limit int, seeds map[uint64]bool, report *Report) ([]pick, error) {
	chosen := newChooser(limit, d.Options.MaxPerDomain)
	var addresses address.Splitter
	for i, src := range d.Sources {
		if src.Label != label {
			continue
		}
		for pack := range src.Pool.Packs() {
			err := src.Pool.Each(ctx, pack, func(row int, doc *corpus.Document) error {
				if src.Accept != nil && !src.Accept(doc) {
					return nil
				}
				domain := xxh3.HashStringSeed(addresses.Domain(doc.URL), d.Options.RandomSeed)
				if src.Apart && seeds[domain] {
					report.Apart++
					return nil
				}
				report.Sources[i].Candidates++
				report.Candidates[label]++
				chosen.add(pick{
					order: xxh3.HashStringSeed(doc.ID, d.Options.RandomSeed), site: xxh3.HashStringSeed(host(doc.URL), d.Options.RandomSeed),
					domain: domain, source: int32(i), pack: int32(pack), row: int32(row),
				})
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	picks := chosen.picks()
	report.Drawn[label] = len(picks)
	domains := map[uint64]int{}
	for _, p := range picks {
		report.Sources[p.source].Drawn++
		domains[p.domain]++
	}
	report.Domains[label] = len(domains)
	for _, n := range domains {
		report.LargestDomain[label] = max(report.LargestDomain[label], n)
	}
	return picks, nil
}
