package dom

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWanted holds the reader of wanted attributes against EachAttr, on tags
// made of pieces at random.
func TestWanted(t *testing.T) {
	names := []string{"class", "id", "data-original-latex", "a"}
	wanted := NewWanted(names...)
	pieces := []string{
		" ", " ", "\n", "/", "=", "'", `"`, "class", "CLASS", "id", "ID=x", "data-original-latex", "DATA-original-LATEX='\\pi'", "data-original-late=x",
		`class="a &amp; b"`, "class = c", "a", "b=1", "\x00", "é=1",
	}
	r := rand.New(rand.NewPCG(5, 6))
	shown := 0
	for range 20_000 {
		var src strings.Builder
		for range 1 + r.IntN(3) {
			src.WriteString([]string{"<body", "<p", "<x-y", "<image", "<svg"}[r.IntN(5)])
			for range r.IntN(6) {
				src.WriteString(pieces[r.IntN(len(pieces))])
			}
			src.WriteString(">")
		}
		tree := parse(t, src.String())
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
			for a := tree.Wanted(n, wanted); a.Next(); {
				got = append(got, wanted.Name(a.ID)+"="+a.Value())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%q, node %d: (-EachAttr +Wanted)\n%s", src.String(), n, diff)
			}
			if len(got) > 0 && !tree.MayHaveAttrs(n) {
				t.Fatalf("%q, node %d has attributes", src.String(), n)
			}
			shown += len(got)
		}
	}
	if shown < 4_000 {
		t.Errorf("%d attributes", shown)
	}
}
