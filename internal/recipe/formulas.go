package recipe

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/klauspost/compress/zstd"

	"mathsieve/internal/address"
	"mathsieve/internal/corpus"
	"mathsieve/internal/extract"
	"mathsieve/internal/pipeline"
)

// formulasName is the output of an extract task with the formulas of each
// domain.
const formulasName = "formulas.jsonl.zst"

// DomainFormulas counts what became of the formulas of a domain's pages.
type DomainFormulas struct {
	// Domain is the registrable domain, or the host where there is none.
	Domain string `json:"domain"`
	// Pages is the number of pages with a formula, in the text or lost.
	Pages int64 `json:"pages"`
	// Emitted is the number of formulas in the texts.
	Emitted int64 `json:"emitted"`
	// Lost counts the other formulas, by form and reason, as FormulasLost in
	// the metadata of documents does.
	Lost map[string]int64 `json:"lost,omitempty"`
}

// Merged is the number of those that are in the texts in another copy, or as a
// part of another formula.
func (d *DomainFormulas) Merged() (n int64) {
	for key, lost := range d.Lost {
		if extract.IsMerged(key) {
			n += lost
		}
	}
	return n
}

// Found is the number of formulas that the pages have: Emitted and all of Lost.
func (d *DomainFormulas) Found() int64 { return d.Emitted + sum(d.Lost) }

// NotInText is the number of those that are not in the texts in any way.
func (d *DomainFormulas) NotInText() int64 { return sum(d.Lost) - d.Merged() }

func (d *DomainFormulas) add(o *DomainFormulas) {
	d.Pages += o.Pages
	d.Emitted += o.Emitted
	for reason, n := range o.Lost {
		if d.Lost == nil {
			d.Lost = map[string]int64{}
		}
		d.Lost[reason] += n
	}
}

// formulaCounts counts the formulas of a pack, by form and by domain.
type formulaCounts struct {
	forms, losses map[string]int64
	domains       map[string]*DomainFormulas
	addresses     address.Splitter
}

func newFormulaCounts() formulaCounts {
	return formulaCounts{forms: map[string]int64{}, losses: map[string]int64{}, domains: map[string]*DomainFormulas{}}
}

func (c *formulaCounts) add(doc *corpus.Document) {
	md := &doc.Metadata
	if len(md.Formulas) == 0 && len(md.FormulasLost) == 0 {
		return
	}
	name := c.addresses.Domain(doc.URL)
	domain := c.domains[name]
	if domain == nil {
		domain = &DomainFormulas{Domain: name, Lost: map[string]int64{}}
		c.domains[name] = domain
	}
	domain.Pages++
	for form, n := range md.Formulas {
		c.forms[form] += int64(n)
		domain.Emitted += int64(n)
	}
	for reason, n := range md.FormulasLost {
		c.losses[reason] += int64(n)
		domain.Lost[reason] += int64(n)
	}
}

// write adds the counters and writes the domains, sorted.
func (c *formulaCounts) write(t *pipeline.Task) error {
	for form, n := range c.forms {
		t.Add("formulas."+form, n)
	}
	for reason, n := range c.losses {
		t.Add("formulas_lost."+reason, n)
	}
	file, err := newOutput(t.Create(formulasName))
	if err != nil {
		return err
	}
	zip, err := zstd.NewWriter(file, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	enc := json.NewEncoder(zip)
	enc.SetEscapeHTML(false)
	for _, name := range slices.Sorted(maps.Keys(c.domains)) {
		if err := enc.Encode(c.domains[name]); err != nil {
			return err
		}
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return file.Close()
}

// FormulaTotals are the formulas in the texts of a run by form, and those that
// are not in them by form and reason, with a full stop between.
func (r *Recipe) FormulaTotals(run *pipeline.Run) (forms, lost map[string]int64, err error) {
	counters, err := run.SealedCounters(r.job.pool.name)
	if err != nil {
		return nil, nil, err
	}
	return withPrefix(counters, "formulas."), withPrefix(counters, "formulas_lost."), nil
}

// maxDomains is the number of domains that are counted at a time.
const maxDomains = 1 << 20

// Formulas calls give for each domain of a run that has formulas, in the order
// of their names. Memory is bounded: if there are more than a million domains,
// the counts are read once for each million.
func (r *Recipe) Formulas(run *pipeline.Run, give func(DomainFormulas) error) error {
	return r.formulas(run, maxDomains, give)
}

func (r *Recipe) formulas(run *pipeline.Run, limit int, give func(DomainFormulas) error) error {
	tasks, err := run.Tasks(r.job.pool.name)
	if err != nil {
		return err
	}
	window := domainWindow{limit: limit, counts: map[string]*DomainFormulas{}}
	for {
		for i := range tasks {
			err := eachLine(run, r.job.pool.name, i, formulasName, func(d DomainFormulas) error {
				window.add(&d)
				return nil
			})
			if err != nil {
				return fmt.Errorf("read formulas of pack %d: %w", i, err)
			}
		}
		window.trim()
		names := slices.Sorted(maps.Keys(window.counts))
		for _, name := range names {
			if err := give(*window.counts[name]); err != nil {
				return err
			}
		}
		if !window.more {
			return nil
		}
		window.next(names[len(names)-1])
	}
}

// A domainWindow counts the first domains, by name, behind a place.
type domainWindow struct {
	limit  int
	counts map[string]*DomainFormulas
	after  string // only greater names count
	begun  bool   // after holds
	last   string // greater names are for a later window, if more
	more   bool
}

func (w *domainWindow) add(d *DomainFormulas) {
	if w.begun && d.Domain <= w.after || w.more && d.Domain > w.last {
		return
	}
	if have := w.counts[d.Domain]; have != nil {
		have.add(d)
		return
	}
	w.counts[d.Domain] = d
	if len(w.counts) >= 2*w.limit {
		w.trim()
	}
}

// trim drops what is too much.
func (w *domainWindow) trim() {
	if len(w.counts) <= w.limit {
		return
	}
	names := slices.Sorted(maps.Keys(w.counts))
	for _, name := range names[w.limit:] {
		delete(w.counts, name)
	}
	w.last, w.more = names[w.limit-1], true
}

func (w *domainWindow) next(after string) {
	clear(w.counts)
	w.after, w.begun, w.more = after, true, false
}
