package review

import (
	"container/list"
	"context"
	"fmt"
	"net/url"
	"sync"

	"golang.org/x/sync/semaphore"
)

const (
	// cacheBytes bounds the texts that are kept; a page and its neighbours are
	// looked at again and again.
	cacheBytes = 64 << 20
	// maxReads bounds the packs that are read at once.
	maxReads = 2
)

// documents reads documents of a source and keeps the last ones.
type documents struct {
	source Source
	reads  *semaphore.Weighted

	mu    sync.Mutex
	bytes int
	order *list.List // of cached, the last used in front
	byRef map[Ref]*list.Element
}

type cached struct {
	ref Ref
	doc Document
}

func newDocuments(source Source) *documents {
	return &documents{source: source, reads: semaphore.NewWeighted(maxReads), order: list.New(), byRef: map[Ref]*list.Element{}}
}

// read returns a document. Where the pack must be read, the documents in other
// rows of it are kept too: they are looked at next.
func (d *documents) read(ctx context.Context, ref Ref, rows []uint32) (Document, error) {
	if doc, ok := d.kept(ref); ok {
		return doc, nil
	}
	if err := d.reads.Acquire(ctx, 1); err != nil {
		return Document{}, err
	}
	defer d.reads.Release(1)
	if doc, ok := d.kept(ref); ok { // read meanwhile for another request
		return doc, nil
	}
	refs := []Ref{ref}
	for _, row := range rows {
		other := Ref{ref.Pack, row}
		if _, ok := d.kept(other); !ok && other != ref {
			refs = append(refs, other)
		}
	}
	var found *Document
	err := d.source.Documents(ctx, refs, func(at Ref, doc Document) error {
		if at == ref {
			found = &doc
		}
		d.keep(at, doc)
		return nil
	})
	switch {
	case err != nil:
		return Document{}, fmt.Errorf("read pack %d, row %d: %w", ref.Pack, ref.Row, err)
	case found == nil:
		return Document{}, fmt.Errorf("read pack %d: no row %d", ref.Pack, ref.Row)
	}
	return *found, nil
}

func (d *documents) kept(ref Ref) (Document, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, ok := d.byRef[ref]
	if !ok {
		return Document{}, false
	}
	d.order.MoveToFront(at)
	return at.Value.(cached).doc, true
}

func (d *documents) keep(ref Ref, doc Document) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.byRef[ref]; ok || len(doc.Text) > cacheBytes/8 {
		return
	}
	d.byRef[ref] = d.order.PushFront(cached{ref, doc})
	d.bytes += len(doc.Text)
	for d.bytes > cacheBytes {
		last := d.order.Remove(d.order.Back()).(cached)
		delete(d.byRef, last.ref)
		d.bytes -= len(last.doc.Text)
	}
}

// link returns the address if a browser may follow it.
func link(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}
