//go:build unix

package annotation

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"mathsieve/internal/address"
	"mathsieve/internal/storage"
)

// userSeconds returns the user time that the process took so far: the figure
// that means something on a machine that others use too.
func userSeconds(b *testing.B) float64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return float64(usage.Utime.Sec) + float64(usage.Utime.Usec)/1e6
}

// manyRules makes 100,000 rules for hosts and domains, a tenth of them patterns.
func manyRules(tb testing.TB) *File {
	tb.Helper()
	f := &File{}
	for i := range 100_000 {
		text := fmt.Sprintf("www.site%d.example.com/~user%d/notes", i/4, i%4)
		switch i % 10 {
		case 0:
			text = fmt.Sprintf("*.site%d.org/*/notes", i)
		case 1, 2:
			text = fmt.Sprintf("*.site%d.org", i)
		}
		f.rules = append(f.rules, rule(tb, text, Verdict(1+i%3), "anna"))
	}
	slices.SortFunc(f.rules, func(a, b Rule) int { return a.Compare(b.Target) })
	return f
}

func BenchmarkMatch(b *testing.B) {
	l := NewMatcher(manyRules(b)).NewLookup()
	r := rand.New(rand.NewPCG(1, 2))
	urls := make([]string, 1<<16)
	for i := range urls {
		n := r.IntN(100_000)
		switch r.IntN(4) {
		case 0:
			urls[i] = fmt.Sprintf("https://www.site%d.example.com/~user%d/notes/algebra.html", n/4, n%5)
		case 1:
			urls[i] = fmt.Sprintf("http://blog.site%d.org/anna/notes/2026/index.html?print=1", n)
		default:
			urls[i] = fmt.Sprintf("https://www.unknown%d.net/articles/2026/11/%d.html", n, i)
		}
	}
	// Every host but once is the worst case; the cache is of no use.
	b.ReportAllocs()
	started := userSeconds(b)
	i := 0
	for b.Loop() {
		l.Match(urls[i%len(urls)])
		i++
	}
	b.ReportMetric(float64(b.N)/(userSeconds(b)-started), "URLs/user-s")
}

// BenchmarkMatchSplit matches addresses whose host the splitter knows, as the
// pages of a crawl that is sorted by host.
func BenchmarkMatchSplit(b *testing.B) {
	m := NewMatcher(manyRules(b))
	var s address.Splitter
	b.ReportAllocs()
	i := 0
	urls := make([]string, 1<<12)
	for i := range urls {
		urls[i] = fmt.Sprintf("https://www.site%d.example.com/~user%d/notes/algebra-%d.html", i/64, i%5, i)
	}
	started := userSeconds(b)
	for b.Loop() {
		a := s.Split(urls[i%len(urls)], m.depth)
		m.match(&a)
		i++
	}
	b.ReportMetric(float64(b.N)/(userSeconds(b)-started), "URLs/user-s")
}

func BenchmarkParse(b *testing.B) {
	text := manyRules(b).Marshal()
	for name, parse := range map[string]func([]byte) (*File, error){"lines": Parse, "yaml": parseYAML} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			started := userSeconds(b)
			for b.Loop() {
				if _, err := parse(text); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(1000*(userSeconds(b)-started)/float64(b.N), "user-ms/op")
		})
	}
}

// BenchmarkStore sets a rule in a file of 100,000.
func BenchmarkStore(b *testing.B) {
	s := NewStore(storage.OS(), filepath.Join(b.TempDir(), "annotations.yaml"))
	if err := s.write(s.path, manyRules(b).Marshal()); err != nil {
		b.Fatal(err)
	}
	i := 0
	started := userSeconds(b)
	for b.Loop() {
		if _, err := set(b.Context(), s, rule(b, fmt.Sprintf("new%d.example.net", i), Yes, "anna")); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(1000*(userSeconds(b)-started)/float64(b.N), "user-ms/op")
}
