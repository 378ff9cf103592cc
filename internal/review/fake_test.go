package review

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mathsieve/internal/rank/domain"
	"mathsieve/internal/storage"
)

// A fakeSource makes up domains and documents from their numbers.
type fakeSource struct {
	domains []Summary
	trees   map[int]*domain.Domain // instead of those made up
	docs    map[Ref]Document
	reads   atomic.Int64 // calls of Documents
}

// newFakeSource makes up n domains.
func newFakeSource(n int) *fakeSource {
	s := &fakeSource{trees: map[int]*domain.Domain{}, docs: map[Ref]Document{}}
	for i := range n {
		s.domains = append(s.domains, Summary{Name: fakeName(i), Counts: fakeTree(i).Counts})
	}
	slices.SortFunc(s.domains, func(a, b Summary) int { return int(b.Uncollected() - a.Uncollected()) })
	return s
}

func fakeName(i int) string {
	words := []string{"algebra", "calculus", "geometry", "lecture", "notes", "physics", "forum", "wiki", "proofs", "school"}
	return fmt.Sprintf("%s-%s-%06d.example", words[i%10], words[i/10%10], i)
}

// fakeTree makes up the tree of domain i: two hosts, paths of two segments.
func fakeTree(i int) *domain.Domain {
	rng := rand.New(rand.NewPCG(uint64(i), 1))
	size := 20 + int64(2e6/float64(i+10))
	leaf := func(name string) *domain.Node {
		pages := 1 + rng.Int64N(size)
		collected := rng.Int64N(pages + 1)
		n := &domain.Node{Name: name, Counts: domain.Counts{Pages: pages, Collected: collected, Tokens: pages * 900, CollectedTokens: collected * 800}}
		n.Scores = domain.Histogram{{Index: 100, Pages: pages - collected}, {Index: 150, Pages: collected}}
		for k := range 8 {
			n.Random = append(n.Random, domain.Sample{Pack: uint32(i % 4), Row: uint32(k + 8*rng.IntN(100)), Logit: float32(rng.NormFloat64() * 3), Collected: k%2 == 0})
			n.Near = append(n.Near, domain.Sample{Pack: uint32(i % 4), Row: uint32(800 + k), Logit: float32(rng.NormFloat64() * 0.1), Collected: k%2 == 0})
		}
		return n
	}
	join := func(n *domain.Node, children ...*domain.Node) *domain.Node {
		for _, c := range children {
			n.Pages += c.Pages
			n.Collected += c.Collected
			n.Tokens += c.Tokens
			n.CollectedTokens += c.CollectedTokens
		}
		slices.SortFunc(children, func(a, b *domain.Node) int { return strings.Compare(a.Name, b.Name) })
		n.Children = children
		return n
	}
	name := fakeName(i)
	www := join(leaf("www."+name), join(leaf("courses"), leaf("2024"), leaf("2025"), leaf("archive")), leaf("blog"), leaf("~anna"), leaf("news"))
	root := join(&domain.Node{Name: name}, www, leaf("forum."+name))
	root.Random, root.Near, root.Scores = www.Random, www.Near, www.Scores
	return &domain.Domain{Node: *root, Threshold: 1}
}

func (s *fakeSource) Title() string      { return "fake-run" }
func (s *fakeSource) Round() int         { return 2 }
func (s *fakeSource) Cut() float32       { return 0.5 }
func (s *fakeSource) Domains() []Summary { return s.domains }

func (s *fakeSource) Domain(_ context.Context, i int) (*domain.Domain, error) {
	if d, ok := s.trees[i]; ok {
		return d, nil
	}
	var number int
	name := s.domains[i].Name
	if _, err := fmt.Sscanf(name[strings.LastIndexByte(name, '-')+1:], "%d", &number); err != nil {
		return nil, err
	}
	return fakeTree(number), nil
}

func (s *fakeSource) Documents(_ context.Context, refs []Ref, give func(Ref, Document) error) error {
	s.reads.Add(1)
	for _, ref := range refs {
		doc, ok := s.docs[ref]
		if !ok {
			doc = Document{
				URL: fmt.Sprintf("https://www.algebra.example/courses/2024/page-%d-%d.html", ref.Pack, ref.Row), Title: fmt.Sprintf("Groups and rings, lecture %d", ref.Row), Text: fakeText, Tokens: 412,
			}
		}
		if err := give(ref, doc); err != nil {
			return err
		}
	}
	return nil
}

const fakeText = `# The spectral theorem

Let $V$ be a finite-dimensional inner product space over $\mathbb{C}$ and $T\colon V\to V$ a linear map. We say that $T$ is normal if $T^*T=TT^*$. The tickets cost \$5.

$$
T=\sum_{i=1}^{n}\lambda_i\,\langle\,\cdot\,,e_i\rangle e_i,\qquad \lambda_i\in\mathbb{C}
$$

The characteristic polynomial of $\begin{pmatrix}a&b\\c&d\end{pmatrix}$ is $\lambda^2-(a+d)\lambda+(ad-bc)$, so its roots are

$$
\lambda_{1,2}=\frac{a+d\pm\sqrt{(a-d)^2+4bc}}{2}.
$$

## Proof

By induction on $n=\dim V$. There is an eigenvector, since $\det(T-\lambda I)$ has a zero; its orthogonal complement is invariant:

$$
\begin{aligned}
\langle Tv,e_1\rangle&=\langle v,T^*e_1\rangle\\
&=\overline{\lambda_1}\,\langle v,e_1\rangle=0 .
\end{aligned}
$$

- first case, $\lambda_1\neq 0$: nothing is left to show
- second case, $\lambda_1=0$: use $\ker T=\ker T^*$ and \unknown stays as it is, but $\unknown{x}$ is marked

` + "```" + `
def power(a, v, n=100):    # costs $n$ products
    return v if n == 0 else power(a, a @ v, n - 1)
` + "```" + `

The sequence $x_{k+1}=\frac{Ax_k}{\lVert Ax_k\rVert}$ converges for almost all $x_0$ if $|\lambda_1|>|\lambda_2|\ge\dots\ge|\lambda_n|$, and
$$f(x)=\begin{cases}x^2&\text{if }x\ge 0\\-x&\text{otherwise}\end{cases}$$
shows the rest.
`

// newTestServer returns a server of a source over an annotations file of its
// own.
func newTestServer(t testing.TB, source Source, path string) *Server {
	t.Helper()
	clock := time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)
	s, err := New(t.Context(), source, storage.OS(), path, Options{Who: "anna", Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
