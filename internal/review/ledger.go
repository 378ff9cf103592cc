package review

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"mathsieve/internal/address"
	"mathsieve/internal/annotation"
	"mathsieve/internal/rank/domain"
	"mathsieve/internal/storage"
)

// A gain is what pages are worth that were not collected.
type gain struct {
	Pages  int64 `json:"pages"`
	Tokens int64 `json:"tokens"`
	all    int64 // pages, collected or not
}

func (g *gain) add(c domain.Counts) {
	g.Pages += c.Uncollected()
	g.Tokens += c.UncollectedTokens()
	g.all += c.Pages
}

// sums are the pages of a domain, or of all, by the verdict that holds for them;
// those without one are under annotation.None.
type sums [annotation.No + 1]gain

func (s *sums) add(t sums, sign int64) {
	for v := range s {
		s[v].Pages += sign * t[v].Pages
		s[v].Tokens += sign * t[v].Tokens
		s[v].all += sign * t[v].all
	}
}

// done says that all pages are under a rule.
func (s *sums) done() bool { return s[annotation.None].all == 0 }

// A ledger holds the annotations as they were last read, and what they add up
// to. It is safe for concurrent use.
type ledger struct {
	source Source
	store  *annotation.Store
	fsys   storage.FS
	path   string
	byName map[string]int // position in source.Domains

	mu       sync.Mutex
	seen     fs.FileInfo // of the file when it was read, nil if it was missing
	rules    *annotation.File
	matcher  *annotation.Matcher
	revision annotation.Revision
	ruled    map[int]sums // of the domains that rules are about
	total    sums
}

// A view is the state of the annotations at one moment. It does not change.
type view struct {
	rules    *annotation.File
	matcher  *annotation.Matcher
	revision annotation.Revision
}

func newLedger(source Source, fsys storage.FS, path string) *ledger {
	l := &ledger{
		source: source, store: annotation.NewStore(fsys, path), fsys: fsys, path: path,
		byName: make(map[string]int, len(source.Domains())), ruled: map[int]sums{}, rules: &annotation.File{},
	}
	for i, d := range source.Domains() {
		l.byName[d.Name] = i
		l.total[annotation.None].add(d.Counts)
	}
	l.matcher = annotation.NewMatcher(l.rules)
	return l
}

// now returns the annotations as they are, after another process changed them
// too.
func (l *ledger) now(ctx context.Context) (view, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refresh(ctx); err != nil {
		return view{}, err
	}
	return l.view(), nil
}

func (l *ledger) view() view { return view{l.rules, l.matcher, l.revision} }

// stat says which file is there; nil if there is none.
func (l *ledger) stat() (fs.FileInfo, error) {
	info, err := l.fsys.Stat(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return info, err
}

// sameFile says whether a file was neither replaced nor written to.
func sameFile(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// refresh reads the file again if it was replaced. The lock is held.
func (l *ledger) refresh(ctx context.Context) error {
	at, err := l.stat()
	if err != nil || sameFile(at, l.seen) {
		return err
	}
	return l.load(ctx, at)
}

// load reads the file and adds up the domains whose rules changed. All of that
// is taken over, or nothing. The lock is held.
func (l *ledger) load(ctx context.Context, at fs.FileInfo) error {
	rules, revision, err := l.store.Load()
	if err != nil {
		return fmt.Errorf("read annotations: %w", err)
	}
	if revision == l.revision {
		l.seen = at
		return nil
	}
	matcher := annotation.NewMatcher(rules)
	changed := map[int]sums{}
	for i := range l.touched(l.rules, rules) {
		d, err := l.source.Domain(ctx, i)
		if err != nil {
			return fmt.Errorf("read domain %s: %w", l.source.Domains()[i].Name, err)
		}
		changed[i] = sumsOf(d, matcher)
	}
	for i, s := range changed {
		l.set(i, s)
	}
	l.rules, l.matcher, l.revision, l.seen = rules, matcher, revision, at
	return nil
}

// set replaces what domain i adds to the totals.
func (l *ledger) set(i int, s sums) {
	l.total.add(l.sumsOf(i), -1)
	l.total.add(s, 1)
	whole := sums{}
	whole[annotation.None].add(l.source.Domains()[i].Counts)
	if s == whole {
		delete(l.ruled, i)
		return
	}
	l.ruled[i] = s
}

// sumsOf returns what domain i adds to the totals. The lock is held.
func (l *ledger) sumsOf(i int) sums {
	if s, ok := l.ruled[i]; ok {
		return s
	}
	s := sums{}
	s[annotation.None].add(l.source.Domains()[i].Counts)
	return s
}

// touched returns the domains whose rules differ between two files.
func (l *ledger) touched(before, after *annotation.File) map[int]bool {
	touched := map[int]bool{}
	for _, pair := range [2][2]*annotation.File{{before, after}, {after, before}} {
		for _, rule := range pair[0].Rules() {
			if other, ok := pair[1].Find(rule.Target); ok && other.Verdict == rule.Verdict {
				continue
			}
			// A rule names a registrable domain, or something below one.
			name := rule.Host + rule.Domain // one of them is empty
			if _, registrable, ok := address.Host(name); ok {
				name = registrable
			}
			if i, ok := l.byName[name]; ok {
				touched[i] = true
			}
		}
	}
	return touched
}

// sumsOf adds up the uncollected pages of a domain by verdict.
func sumsOf(d *domain.Domain, matcher *annotation.Matcher) sums {
	s := sums{}
	if rule, ok := holds(matcher, d, "", ""); ok {
		s[rule.Verdict].add(d.Rest())
	} else {
		s[annotation.None].add(d.Rest())
	}
	d.Walk(func(host, path string, n *domain.Node) bool {
		rule, _ := holds(matcher, d, host, path)
		s[rule.Verdict].add(n.Rest())
		return true
	})
	return s
}

// holds returns the rule that holds for a node, for the domain itself if host
// is empty. A host name that nobody can have stands for the hosts without rules.
func holds(matcher *annotation.Matcher, d *domain.Domain, host, path string) (annotation.Rule, bool) {
	if host == "" {
		host = "-." + d.Name
	}
	return matcher.MatchNode(host, path)
}

// change alters the annotations through do and takes note of the result.
func (l *ledger) change(ctx context.Context, do func(context.Context) error) (view, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := do(ctx)
	at, loadErr := l.stat()
	if loadErr == nil {
		loadErr = l.load(context.WithoutCancel(ctx), at) // what is saved is shown, even to those who went away
	}
	return l.view(), errors.Join(err, loadErr)
}

// totals returns the sums of all domains and the numbers of domains of which
// some and all pages are under a rule.
func (l *ledger) totals() (total sums, begun, done int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.ruled {
		if s.done() {
			done++
		} else {
			begun++
		}
	}
	return l.total, begun, done
}

// read calls do with a function that gives the sums of a domain; they do not
// change meanwhile.
func (l *ledger) read(do func(sumsOf func(i int) sums)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do(l.sumsOf)
}
