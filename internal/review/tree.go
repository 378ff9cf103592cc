package review

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"strings"

	"mathsieve/internal/annotation"
	"mathsieve/internal/rank/domain"
)

// A treeNode is the domain, a host or a path of it.
type treeNode struct {
	Host  string `json:"host"` // "" for the domain
	Path  string `json:"path"` // "" for a host
	Label string `json:"label"`

	Pages     int64      `json:"pages"`
	Collected int64      `json:"collected"`
	Tokens    int64      `json:"tokens"`
	Quantiles [3]float64 `json:"quantiles"` // p10, p50 and p90 of the probability; 0 without scores
	Children  int        `json:"children"`
	Folded    int64      `json:"folded"` // children that are too small to be listed

	// Verdict is that of the node's own rule, Holds that of the rule that
	// holds, From the target of that rule.
	Verdict annotation.Verdict `json:"verdict"`
	Note    string             `json:"note,omitempty"`
	Who     string             `json:"who,omitempty"`
	Holds   annotation.Verdict `json:"holds"`
	From    string             `json:"from,omitempty"`
	// Adds is what a yes here brings: what was not collected, without what
	// more special rules decide. Open is what of that no rule decides yet.
	Adds gain `json:"adds"`
	Open gain `json:"open"`
}

// tree answers a node of a domain, its children from offset at, the ones that
// would add most first, and its sample pages.
func (s *Server) tree(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	v, err := s.ledger.now(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	t, ok := s.open(w, r, query.Get("domain"), v)
	if !ok {
		return
	}
	host, path := query.Get("host"), query.Get("path")
	n := t.find(host, path)
	if n == nil {
		refuse(w, http.StatusNotFound, "no such host or path in %s", t.domain.Name)
		return
	}
	at := number(r, "at", 0, len(n.Children))
	children := slices.SortedStableFunc(slices.Values(n.Children), func(a, b *domain.Node) int {
		return cmp.Or(cmp.Compare(b.Uncollected(), a.Uncollected()), cmp.Compare(a.Name, b.Name))
	})
	reply := struct {
		Node     treeNode            `json:"node"`
		Rows     []treeNode          `json:"rows"`
		Random   []samplePage        `json:"random"`
		Near     []samplePage        `json:"near"`
		Revision annotation.Revision `json:"revision"`
	}{Node: t.node(host, path, n), Rows: []treeNode{}, Random: samplePages(n.Random), Near: samplePages(n.Near), Revision: v.revision}
	for _, child := range children[at:min(at+maxRows, len(children))] {
		childHost, childPath := host, path+"/"+child.Name
		if host == "" {
			childHost, childPath = child.Name, ""
		}
		reply.Rows = append(reply.Rows, t.node(childHost, childPath, child))
	}
	answer(w, http.StatusOK, reply)
}

// A ruledTree is the tree of a domain under some rules.
type ruledTree struct {
	view

	domain *domain.Domain
}

// open reads the named domain, or answers that there is none.
func (s *Server) open(w http.ResponseWriter, r *http.Request, name string, v view) (ruledTree, bool) {
	i, ok := s.ledger.byName[name]
	if !ok {
		refuse(w, http.StatusNotFound, "no such domain: %s", name)
		return ruledTree{}, false
	}
	d, err := s.source.Domain(r.Context(), i)
	if err != nil {
		fail(w, err)
		return ruledTree{}, false
	}
	return ruledTree{v, d}, true
}

// find returns the node of a host and a path, or nil.
func (t ruledTree) find(host, path string) *domain.Node {
	n := &t.domain.Node
	if host == "" {
		return n
	}
	if n = childOf(n, host); n == nil {
		return nil
	}
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if path == "" {
			break
		}
		if n = childOf(n, segment); n == nil {
			return nil
		}
	}
	return n
}

func childOf(n *domain.Node, name string) *domain.Node {
	for _, child := range n.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

// targetOf returns what a rule for a node is about.
func targetOf(domainName, host, path string) (annotation.Target, error) {
	if host == "" {
		return annotation.DomainTarget(domainName, "")
	}
	return annotation.HostTarget(host, path)
}

func (t ruledTree) node(host, path string, n *domain.Node) treeNode {
	out := treeNode{
		Host: host, Path: path, Label: n.Name, Pages: n.Pages, Collected: n.Collected, Tokens: n.Tokens,
		Children: len(n.Children), Folded: n.Folded,
	}
	if n.Scores.Pages() > 0 {
		for i, q := range [...]float64{0.1, 0.5, 0.9} {
			out.Quantiles[i] = n.Scores.Quantile(q)
		}
	}
	if target, err := targetOf(t.domain.Name, host, path); err == nil {
		if own, ok := t.rules.Find(target); ok {
			out.Verdict, out.Note, out.Who = own.Verdict, own.Note, own.Who
		}
	}
	rule, held := holds(t.matcher, t.domain, host, path)
	if held {
		out.Holds, out.From = rule.Verdict, rule.String()
	}
	t.gains(&out, host, path, n, rule.Target)
	return out
}

// gains adds up what a node and its children would bring, as far as the rule
// that holds for the node also holds for them.
func (t ruledTree) gains(out *treeNode, host, path string, n *domain.Node, under annotation.Target) {
	rule, held := holds(t.matcher, t.domain, host, path)
	switch {
	case rule.Target == under:
		out.Adds.add(n.Rest())
		if !held {
			out.Open.add(n.Rest())
		}
	case !held:
		out.Open.add(n.Rest())
	}
	for _, child := range n.Children {
		if host == "" {
			t.gains(out, child.Name, "", child, under)
		} else {
			t.gains(out, host, path+"/"+child.Name, child, under)
		}
	}
}

// A samplePage is one of the pages that stand for a node.
type samplePage struct {
	Pack      uint32  `json:"pack"`
	Row       uint32  `json:"row"`
	Score     float64 `json:"score"` // probability; -1 without one
	Collected bool    `json:"collected"`
}

func samplePages(samples []domain.Sample) []samplePage {
	out := make([]samplePage, len(samples))
	for i, s := range samples {
		out[i] = samplePage{Pack: s.Pack, Row: s.Row, Score: probability(s.Logit), Collected: s.Collected}
	}
	return out
}

// probability turns log odds into what documents have as score; -1 for none.
func probability(logit float32) float64 {
	if math.IsNaN(float64(logit)) {
		return -1
	}
	return 1 / (1 + math.Exp(-float64(logit)))
}
