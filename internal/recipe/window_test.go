package recipe

import (
	"fmt"
	"testing"
)

func TestDomainWindow(t *testing.T) {
	const domains, limit = 23, 5
	w := domainWindow{limit: limit, counts: map[string]*DomainFormulas{}}
	seen := map[string]int64{}
	for passes := 1; ; passes++ {
		for _, step := range []int{7, 1, 5} { // three packs in other orders
			for i := range domains {
				w.add(&DomainFormulas{Domain: fmt.Sprintf("d%02d", i*step%domains), Pages: 1})
				if len(w.counts) > 2*limit {
					t.Fatalf("%d domains in memory", len(w.counts))
				}
			}
		}
		w.trim()
		last := ""
		for name, d := range w.counts {
			last = max(last, name)
			if seen[name] != 0 {
				t.Errorf("%s twice", name)
			}
			seen[name] = d.Pages
		}
		if !w.more {
			if passes != 5 {
				t.Errorf("%d passes", passes)
			}
			break
		}
		w.next(last)
	}
	for i := range domains {
		if name := fmt.Sprintf("d%02d", i); seen[name] != 3 {
			t.Errorf("%s on %d pages, want 3", name, seen[name])
		}
	}
}
