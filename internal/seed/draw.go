package seed

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"

	"mathsieve/internal/corpus"
	"mathsieve/internal/shuffle"
)

// A Pool is a sequence of document shards, called packs.
type Pool interface {
	Packs() int
	// Each calls do for the documents of a pack that are in the pool, in row
	// order. doc is do's until it returns.
	Each(ctx context.Context, pack int, do func(row int, doc *corpus.Document) error) error
}

// A Source is a pool of pages of one label. A label may have several.
type Source struct {
	// Name says in reports where the pages come from.
	Name  string
	Pool  Pool
	Label string
	// Accept says which pages of the pool may be drawn; nil accepts all.
	Accept func(doc *corpus.Document) bool
	// Apart keeps out the pages of domains that positives were drawn from.
	Apart bool
}

// A Report says what a draw took.
type Report struct {
	// Candidates and Drawn count pages by label.
	Candidates map[string]int `json:"candidates"`
	Drawn      map[string]int `json:"drawn"`
	// DrawnBefore counts by label the drawn pages that the draw before had
	// taken for the same label; nil where there was none.
	DrawnBefore map[string]int `json:"drawn_before,omitempty"`
	// HeldOut counts the drawn pages by label that went to the hold-out.
	HeldOut map[string]int `json:"held_out"`
	// Sites is the number of hosts among the drawn pages, Domains that of
	// registrable domains, LargestDomain the number of pages of the domain
	// with the most of them, each by label.
	Sites         map[string]int `json:"sites"`
	Domains       map[string]int `json:"domains"`
	LargestDomain map[string]int `json:"largest_domain"`
	// Sources are the sources in the order in which they were given.
	Sources []SourceReport `json:"sources"`
	// Apart is the number of candidates that were kept out of the negatives
	// because positives came from their domain.
	Apart int `json:"apart"`
	// SplitBy says what the hold-out was split by: "site" keeps all pages
	// of a site on one side; "page" is the way out where the sites are too few.
	SplitBy string `json:"split_by"`
}

// A SourceReport says what a draw took from one source.
type SourceReport struct {
	Name       string `json:"name"`
	Label      string `json:"label"`
	Candidates int    `json:"candidates"`
	Drawn      int    `json:"drawn"`
}

// A Draw is a drawing of seed pages.
type Draw struct {
	Options Options
	Sources []Source
	// Scratch holds the lines on their way into random order.
	Scratch shuffle.Scratch
	// Drawn, if not nil, gets what stands for each drawn page, and Before, if
	// not nil, has what Drawn got in an earlier draw, to be compared with: for
	// each page the XXH3-64 hash of its id with the random seed, its lowest bit 1
	// for mathematics, as 8 bytes little endian, ascending.
	Drawn  io.Writer
	Before io.Reader
}

// Write samples the sources and writes one training line a page, label first,
// in random order, to train or to holdOut. It reads the pools twice: once to
// choose by id, once for the texts; between them it keeps some 100 bytes a page,
// and the lines pass through scratch files of 1/64 of all text each.
//
// It fails with ErrNoPositives or ErrNoNegatives if one label got no page.
func (d Draw) Write(ctx context.Context, train, holdOut io.Writer) (Report, error) {
	report := Report{
		Candidates: map[string]int{}, Drawn: map[string]int{}, HeldOut: map[string]int{},
		Domains: map[string]int{}, LargestDomain: map[string]int{},
	}
	for _, src := range d.Sources {
		report.Sources = append(report.Sources, SourceReport{Name: src.Name, Label: src.Label})
	}
	picks, err := d.choose(ctx, LabelMath, d.Options.Positives, nil, &report)
	if err != nil {
		return report, err
	}
	seeds := map[uint64]bool{}
	for _, p := range picks {
		seeds[p.domain] = true
	}
	others, err := d.choose(ctx, LabelOther, d.Options.Negatives, seeds, &report)
	if err != nil {
		return report, err
	}
	switch {
	case len(picks) == 0:
		return report, ErrNoPositives
	case len(others) == 0:
		return report, ErrNoNegatives
	}
	picks = append(picks, others...)
	report.SplitBy = split(d.Options, d.Sources, picks)
	report.Sites = countSites(d.Sources, picks)
	for _, p := range picks {
		if p.heldOut {
			report.HeldOut[d.Sources[p.source].Label]++
		}
	}
	if err := d.compare(picks, &report); err != nil {
		return report, err
	}
	if err := scatter(ctx, d.Options, d.Sources, picks, d.Scratch); err != nil {
		return report, err
	}
	return report, gather(d.Scratch, train, holdOut)
}

// host returns the host of a URL, or the whole of what is no URL.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Hostname()
}

// split marks the pages of the hold-out. Pages of one site share templates and
// authors, so a classifier is measured honestly only on sites it never saw;
// where that leaves either side without one of the labels, pages are split
// instead.
func split(o Options, sources []Source, picks []pick) string {
	limit := uint64(o.HoldOut * (1 << 32))
	held := map[string]int{}
	kept := map[string]int{}
	for i := range picks {
		p := &picks[i]
		p.heldOut = p.site>>32 < limit
		if p.heldOut {
			held[sources[p.source].Label]++
		} else {
			kept[sources[p.source].Label]++
		}
	}
	enough := func(n map[string]int, share float64, label string) bool {
		return float64(n[label]) >= share*float64(held[label]+kept[label])
	}
	for _, label := range []string{LabelMath, LabelOther} {
		// A site can be most of a small seed: half the wanted share is enough, twice it is too much.
		if !enough(held, o.HoldOut/2, label) || !enough(kept, 1-2*o.HoldOut, label) {
			for i := range picks {
				picks[i].heldOut = picks[i].order<<32>>32 < limit
			}
			return "page"
		}
	}
	return "site"
}

func countSites(sources []Source, picks []pick) map[string]int {
	seen := map[string]map[uint64]bool{}
	for _, p := range picks {
		label := sources[p.source].Label
		if seen[label] == nil {
			seen[label] = map[uint64]bool{}
		}
		seen[label][p.site] = true
	}
	counts := map[string]int{}
	for label, sites := range seen {
		counts[label] = len(sites)
	}
	return counts
}

// buckets is the number of scratch files that the lines are scattered over;
// the highest bits of a line's order choose its file.
const (
	bucketBits = 6
	buckets    = 1 << bucketBits
)

func bucketName(i int) string { return "lines-" + strconv.Itoa(i) }

// scatter reads the drawn pages and writes each as a frame (order, hold-out
// flag, length, line) to the bucket of its order.
func scatter(ctx context.Context, o Options, sources []Source, picks []pick, scratch shuffle.Scratch) (err error) {
	var files [buckets]*bufio.Writer
	var closers []io.Closer
	defer func() {
		for _, c := range closers {
			err = errors.Join(err, c.Close())
		}
	}()
	for i := range files {
		f, err := scratch.Create(bucketName(i))
		if err != nil {
			return err
		}
		closers = append(closers, f)
		files[i] = bufio.NewWriter(f)
	}
	slices.SortFunc(picks, func(a, b pick) int {
		return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.pack, b.pack), cmp.Compare(a.row, b.row))
	})
	var line []byte
	for len(picks) > 0 {
		first := picks[0]
		n := 1
		for n < len(picks) && picks[n].source == first.source && picks[n].pack == first.pack {
			n++
		}
		rows := picks[:n]
		picks = picks[n:]
		src := sources[first.source]
		err := src.Pool.Each(ctx, int(first.pack), func(row int, doc *corpus.Document) error {
			if len(rows) == 0 || row != int(rows[0].row) {
				return nil
			}
			p := rows[0]
			rows = rows[1:]
			line = appendLine(line[:0], o, src.Label, doc.Text)
			return writeFrame(files[p.order>>(64-bucketBits)], p, line)
		})
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			return fmt.Errorf("row %d of pack %d was there when pages were chosen and is gone", rows[0].row, first.pack)
		}
	}
	for _, f := range files {
		if err := f.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// appendLine appends the training line of a text, with its line feed.
func appendLine(dst []byte, o Options, label, text string) []byte {
	dst = append(dst, label...)
	dst = AppendTokens(dst, text, o.MaxTokens)
	return append(dst, '\n')
}

const frameHeader = 8 + 1 + 4 // order, hold-out flag, length of the line

func writeFrame(w *bufio.Writer, p pick, line []byte) error {
	var head [frameHeader]byte
	binary.LittleEndian.PutUint64(head[:], p.order)
	if p.heldOut {
		head[8] = 1
	}
	binary.LittleEndian.PutUint32(head[9:], uint32(len(line)))
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	_, err := w.Write(line)
	return err
}

// gather reads the buckets in turn, each sorted by order, and writes the lines.
func gather(scratch shuffle.Scratch, train, holdOut io.Writer) error {
	type frame struct {
		order uint64
		held  bool
		line  []byte
	}
	for i := range buckets {
		f, err := scratch.Open(bucketName(i))
		if err != nil {
			return err
		}
		data, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		var frames []frame
		for len(data) > 0 {
			n := frameHeader + int(binary.LittleEndian.Uint32(data[9:]))
			frames = append(frames, frame{binary.LittleEndian.Uint64(data), data[8] == 1, data[frameHeader:n]})
			data = data[n:]
		}
		// Lines of equal order (the same page drawn twice) are told apart by their bytes.
		slices.SortFunc(frames, func(a, b frame) int {
			return cmp.Or(cmp.Compare(a.order, b.order), slices.Compare(a.line, b.line))
		})
		for _, fr := range frames {
			w := train
			if fr.held {
				w = holdOut
			}
			if _, err := w.Write(fr.line); err != nil {
				return err
			}
		}
	}
	return nil
}
