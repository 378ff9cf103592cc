package domain

// A Page is one page of the pool, as Counter.Add takes it.
type Page struct {
	// URL is the address of the page, as the archive has it.
	URL string
	// Pack and Row say where the document is.
	Pack, Row uint32
	// Logit is the score as log odds; NaN for a page without a score, which
	// counts as seen but appears in no histogram and is never near the cut.
	Logit float32
	// Tokens is the length of the text in tokens.
	Tokens uint32
	// Collected says that the page is within the budget.
	Collected bool
}

// Counts are sums over pages.
type Counts struct {
	// Pages is the number of pages seen.
	Pages int64
	// Collected is the number of those that were collected.
	Collected int64
	// Tokens is the number of tokens of all pages seen.
	Tokens int64
	// CollectedTokens is the number of tokens of the pages collected.
	CollectedTokens int64
}

func (c *Counts) add(d Counts) {
	c.Pages += d.Pages
	c.Collected += d.Collected
	c.Tokens += d.Tokens
	c.CollectedTokens += d.CollectedTokens
}

// Share returns the share of the pages that was collected, in [0, 1]; 0 if
// there are none.
func (c Counts) Share() float64 {
	if c.Pages == 0 {
		return 0
	}
	// Rounded once: 29 of 100 is not above the share 0.29.
	return float64(c.Collected) / float64(c.Pages)
}

// Uncollected returns how many pages a node would add if all of it were
// wanted.
func (c Counts) Uncollected() int64 { return c.Pages - c.Collected }

// UncollectedTokens returns how many tokens a node would add.
func (c Counts) UncollectedTokens() int64 { return c.Tokens - c.CollectedTokens }

// A Sample names a page.
type Sample struct {
	// Pack and Row say where the document is.
	Pack, Row uint32
	// Logit is its score as log odds; NaN if it has none.
	Logit float32
	// Collected says that the page is within the budget.
	Collected bool
	hash      uint64 // of the URL
}

// A Node is a domain, a host, or a path: a prefix of whole segments.
type Node struct {
	// Name is the registrable domain; the host; or the last segment of the
	// path, in the normal form of package address.
	Name string
	// Counts are exact sums over all pages of the node, those of its children
	// and of what is too small to be a child included.
	Counts
	// Scores is the distribution of the scores of the node's pages.
	Scores Histogram
	// Random are the pages whose addresses have the least hash, in its order:
	// a random sample without replacement, the same in every run.
	Random []Sample
	// Near are the pages whose log odds are nearest the cut, nearest first.
	Near []Sample
	// Children are the hosts of a domain, in the order of what they have
	// before the domain, so that the host of its own name is first; the first
	// segments of a host and the next segments of a path, in the order of
	// their bytes.
	Children []*Node
	// Folded is the number of children that were too small to be kept.
	Folded int64
}

// Rest returns the counts of the pages that belong to no child: pages at the
// node itself, below it but deeper than the table goes, and in folded children.
func (n *Node) Rest() Counts {
	rest := n.Counts
	for _, c := range n.Children {
		rest.Pages -= c.Pages
		rest.Collected -= c.Collected
		rest.Tokens -= c.Tokens
		rest.CollectedTokens -= c.CollectedTokens
	}
	return rest
}

// A Domain is a registrable domain with the tree of its hosts and paths. Pages
// without a host make up the domain with the empty name.
type Domain struct {
	Node
	// Threshold is the number of pages below which hosts and paths of this
	// domain were folded: 1, unless the domain has more than MaxNodes nodes;
	// then the least power of two for which there are no more. Paths are
	// folded below Options.MinPathPages in any case.
	Threshold int64
}

// MaxNodes is the greatest number of nodes of a tree that a table keeps.
const MaxNodes = 1 << 13

// Walk calls visit for every host of the domain and every path, a node before
// its children. The path is "" for a host, else it starts with a slash and
// does not end with one. Where visit returns false the children are left out.
func (d *Domain) Walk(visit func(host, path string, n *Node) bool) {
	for _, host := range d.Children {
		walk(host.Name, "", host, visit)
	}
}

func walk(host, path string, n *Node, visit func(host, path string, n *Node) bool) {
	if !visit(host, path, n) {
		return
	}
	for _, c := range n.Children {
		walk(host, path+"/"+c.Name, c, visit)
	}
}
