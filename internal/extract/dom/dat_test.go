package dom

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTreeConstruction runs the cases of testdata/tree.dat, which is written in
// the format of the html5lib tests: #data, #errors, #document.
func TestTreeConstruction(t *testing.T) {
	file, err := os.ReadFile("testdata/tree.dat")
	if err != nil {
		t.Fatal(err)
	}
	var tree Tree
	for _, c := range strings.Split("\n"+string(file), "\n#data\n")[1:] {
		data, rest, _ := strings.Cut(c, "\n#errors\n")
		_, want, _ := strings.Cut(rest, "#document\n")
		if err := tree.Parse([]byte(data), DefaultOptions()); err != nil {
			t.Fatal(err)
		}
		checkTable(t, &tree)
		if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(datDump(&tree))); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", data, diff)
		}
	}
}

// datDump writes the tree as the html5lib tests do, but for doctypes, of which
// it gives only the name.
func datDump(t *Tree) string {
	var b strings.Builder
	depth := make([]int, t.Len())
	for n := Root + 1; int(n) < t.Len(); n++ {
		depth[n] = depth[t.Parent(n)] + 1
		line := func(extra int, s string) {
			b.WriteString("| " + strings.Repeat("  ", depth[n]-1+extra) + s + "\n")
		}
		switch t.Kind(n) {
		case Doctype:
			line(0, "<!DOCTYPE "+t.Name(n)+">")
		case Comment:
			line(0, "<!-- "+string(t.RawText(n))+" -->")
		case Text:
			line(0, `"`+string(t.AppendText(nil, n))+`"`)
		case Element:
			line(0, "<"+[]string{"", "svg ", "math "}[t.NS(n)]+t.Name(n)+">")
			var attrs []string
			t.EachAttr(n, func(name, value string) bool {
				attrs = append(attrs, name+`="`+value+`"`)
				return true
			})
			slices.Sort(attrs)
			for _, a := range attrs {
				line(1, a)
			}
		case Document:
		}
	}
	return b.String()
}
