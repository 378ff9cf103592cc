package domain

import (
	"bytes"
	"fmt"
	"slices"
)

// A treeBuilder makes trees of entries in ascending order. It holds sums for
// the nodes on the way to the latest entry only, and the nodes that are kept.
type treeBuilder struct {
	options   Options
	emit      func(d *Domain, hosts int64) error
	open      []frame // the domain, its host, and the path of the latest entry
	depth     int     // of them are in use
	kept      int     // nodes below the domain
	threshold int64
	hosts     int64 // of the domain
	names     [][]byte
}

// A frame is a node whose entries are not all there yet.
type frame struct {
	name     []byte
	sums     *stats
	children []*Node
	folded   int64
}

// newTreeBuilder returns a builder that gives every domain, and the number of
// its hosts, to emit.
func newTreeBuilder(o Options, cut float32, emit func(d *Domain, hosts int64) error) *treeBuilder {
	b := &treeBuilder{options: o, emit: emit, open: make([]frame, 2+maxPathDepth), threshold: 1}
	for i := range b.open {
		b.open[i].sums = newStats(o, cut)
	}
	return b
}

// add takes an entry.
func (b *treeBuilder) add(_ uint64, key, payload []byte) error {
	b.names = b.names[:0]
	for rest, more := key, true; more; {
		var name []byte
		name, rest, more = bytes.Cut(rest, []byte{0})
		b.names = append(b.names, name)
	}
	if len(b.names) < 2 || len(b.names) > 2+b.options.PathDepth {
		return fmt.Errorf("key of %d names: %w", len(b.names), ErrFormat)
	}
	same := 0
	for same < b.depth && same < len(b.names) && bytes.Equal(b.names[same], b.open[same].name) {
		same++
	}
	if err := b.closeTo(same); err != nil {
		return err
	}
	for ; b.depth < len(b.names); b.depth++ {
		f := &b.open[b.depth]
		f.name = append(f.name[:0], b.names[b.depth]...)
		f.sums.reset()
		f.children, f.folded = nil, 0
	}
	return b.open[b.depth-1].sums.addPayload(payload)
}

// finish gives out the last domain.
func (b *treeBuilder) finish() error { return b.closeTo(0) }

// closeTo closes the nodes deeper than depth.
func (b *treeBuilder) closeTo(depth int) error {
	for b.depth > depth {
		b.depth--
		f := &b.open[b.depth]
		if b.depth == 0 {
			d := &Domain{Node: *f.node(string(f.name)), Threshold: b.threshold}
			hosts := b.hosts
			b.kept, b.threshold, b.hosts = 0, 1, 0
			if err := b.emit(d, hosts); err != nil {
				return err
			}
			continue
		}
		parent := &b.open[b.depth-1]
		parent.sums.merge(f.sums)
		if b.depth == 1 {
			b.hosts++
		}
		if f.sums.Pages < b.least(b.depth) {
			parent.folded++
			continue
		}
		name := string(f.name)
		if b.depth == 1 {
			name = hostName(parent.name, f.name)
		}
		parent.children = append(parent.children, f.node(name))
		b.kept++
		for b.kept > MaxNodes {
			b.threshold *= 2
			b.prune()
		}
	}
	return nil
}

// hostName undoes what appendKey does to a host.
func hostName(domain, below []byte) string {
	if len(below) == 0 {
		return string(domain)
	}
	return string(slices.Concat(below, []byte{'.'}, domain))
}

// least returns the number of pages that a node of the given depth needs.
func (b *treeBuilder) least(depth int) int64 {
	if depth < 2 {
		return b.threshold
	}
	return max(b.threshold, b.options.MinPathPages)
}

// prune folds what is below the threshold. A node has no more pages than the
// one above it, so what stays does not depend on when that is done.
func (b *treeBuilder) prune() {
	b.kept = 0
	for i := range b.depth {
		b.open[i].children = b.pruned(b.open[i].children, i+1, &b.open[i].folded)
	}
}

func (b *treeBuilder) pruned(children []*Node, depth int, folded *int64) []*Node {
	all := len(children)
	children = slices.DeleteFunc(children, func(n *Node) bool { return n.Pages < b.least(depth) })
	*folded += int64(all - len(children))
	b.kept += len(children)
	for _, n := range children {
		n.Children = b.pruned(n.Children, depth+1, &n.Folded)
	}
	return children
}

// node returns the node that the frame stands for.
func (f *frame) node(name string) *Node {
	n := &Node{Name: name, Counts: f.sums.Counts, Children: f.children, Folded: f.folded}
	if n.onlyChild() {
		// All pages are the child's: so is all that is known of them.
		child := f.children[0]
		n.Scores, n.Random, n.Near = child.Scores, child.Random, child.Near
		return n
	}
	n.Scores = f.sums.histogram()
	n.Random = slices.Clone(f.sums.random)
	n.Near = slices.Clone(f.sums.near)
	return n
}

// onlyChild reports whether all pages of the node are those of its only child.
func (n *Node) onlyChild() bool {
	return len(n.Children) == 1 && n.Children[0].Pages == n.Pages
}
