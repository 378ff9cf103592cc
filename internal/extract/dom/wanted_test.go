package dom

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWanted holds the wanted attributes against EachAttr, on tags made of pieces
// at random, and again when elements were taken out.
func TestWanted(t *testing.T) {
	names := []string{"class", "id", "data-original-latex", "a"}
	wanted := NewWanted(names...)
	pieces := []string{
		" ", " ", "\n", "/", "=", "'", `"`, "class", "CLASS", "id", "ID=x", "data-original-latex", "DATA-original-LATEX='\\pi'", "data-original-late=x",
		`class="a &amp; b"`, "class = c", "a", "b=1", "\x00", "é=1", strings.Repeat(" x", maxAttributes-2),
	}
	options := DefaultOptions()
	options.Wanted = wanted
	r := rand.New(rand.NewPCG(5, 6))
	shown := 0
	var tree Tree
	check := func(src string) {
		t.Helper()
		for n := range Node(tree.Len()) {
			var want, got []string
			tree.EachAttr(n, func(name, value string) bool {
				for _, w := range names {
					if name == w {
						want = append(want, name+"="+value)
					}
				}
				return true
			})
			for _, a := range tree.Wanted(n) {
				got = append(got, wanted.Name(int(a.ID))+"="+tree.Value(a))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%q, node %d: (-EachAttr +Wanted)\n%s", src, n, diff)
			}
			shown += len(got)
		}
	}
	for range 20_000 {
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteString([]string{"<html", "<body", "<p", "<x-y", "<image", "<svg", "<b", "</b", "</br", "<table"}[r.IntN(10)])
			for range r.IntN(6) {
				b.WriteString(pieces[r.IntN(len(pieces))])
			}
			b.WriteString(">")
		}
		src := b.String()
		if err := tree.Parse([]byte(src), options); err != nil {
			t.Fatal(err)
		}
		check(src)
		if p := tree.Find(Root, P); p != None {
			tree.Remove([]Node{p})
			check(src)
		}
	}
	if shown < 4_000 {
		t.Errorf("%d attributes", shown)
	}
}
