package dom

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRemove holds trees from which elements were removed against trees of pages
// without the source of these elements.
func TestRemove(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		var with, without strings.Builder
		var write func(depth int, gone bool)
		write = func(depth int, gone bool) {
			both := func(s string) {
				with.WriteString(s)
				if !gone {
					without.WriteString(s)
				}
			}
			for range r.IntN(5) {
				switch r.IntN(4) {
				case 0:
					both("<!--c-->")
				case 1:
					both("text ")
				case 2:
					if depth < 5 {
						both("<div>")
						write(depth+1, gone)
						both("</div>")
					}
				default:
					if depth < 5 {
						with.WriteString("<del>")
						write(depth+1, true)
						with.WriteString("</del>")
					}
				}
			}
		}
		write(0, false)
		const head = "<!DOCTYPE html><body><i></i>"
		tree := parse(t, head+with.String())
		var gone []Node
		for n := tree.Find(Root, Del); n != None; n = tree.FindNext(Root, n, Del) {
			gone = append(gone, n)
		}
		tree.Remove(gone)
		want := parse(t, head+without.String())
		if have, want := dump(tree), dump(want); have != want {
			t.Fatalf("%s: have\n%s\nwant\n%s", with.String(), have, want)
		}
		if tree.Len() != want.Len() {
			t.Fatalf("%s: %d nodes, want %d", with.String(), tree.Len(), want.Len())
		}
		checkTable(t, tree)
	}
}
