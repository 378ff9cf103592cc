package dom

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"
)

// hostile builds pages of about n bytes that make simple parsers slow.
var hostile = map[string]func(n int) string{
	"div":              repeat("<div>"),
	"closed div":       repeat("<div></div></div>"),
	"list":             repeat("<ul><li>"),
	"link block":       repeat("<a><div>"),
	"nobr block":       repeat("<nobr><div>"),
	"table bold":       repeat("<table><b>"),
	"paragraph bold":   repeat("<p><b>"),
	"adoption":         repeat("<b><p></b>"),
	"misnested":        repeat("<a>1<p>2</a>3</p>"),
	"nested table":     repeat("<table><tr><td>"),
	"foster text":      after("<table>", "x<tr>"),
	"foster and space": after("<table>", " </body>x</body>"),
	"foster link":      after("<table>", "<a>x<tr>"),
	"double escape":    repeat("<script><!--<script></script>"),
	"escape":           after("<script><!--", "<script>"),
	"open comments":    repeat("<!--"),
	"comment ends":     after("<!--", ">-"),
	"select":           repeat("<select><option>"),
	"template":         repeat("<template><td>"),
	"object":           repeat("<object><b>"),
	"form":             repeat("<form><div></form>"),
	"svg":              repeat("<svg><g>"),
	"frameset":         repeat("<frameset>"),
	"html":             repeat("<html a=b>"),
	"angle brackets":   repeat("<"),
	"ampersands":       repeat("&"),
	"end tags":         after(strings.Repeat("<x-y>", 500), "</x-z></a></p>"),
	"one tag": func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			b.WriteString(" a" + strconv.Itoa(i) + "=b")
		}
		return "<div" + b.String() + ">x"
	},
	"fonts": func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			b.WriteString("<p><font color=" + strconv.Itoa(i) + ">x")
		}
		return b.String()
	},
	"fonts with attributes": func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			b.WriteString("<b" + strings.Repeat(" a", 300) + strconv.Itoa(i) + ">")
		}
		return b.String()
	},
}

func repeat(s string) func(int) string { return after("", s) }

func after(head, s string) func(int) string {
	return func(n int) string { return head + strings.Repeat(s, n/len(s)) }
}

// TestLinear checks that four times the input takes about four times the time,
// and not sixteen times, unless it is quick all the same.
func TestLinear(t *testing.T) {
	var tree Tree
	measure := func(src []byte) time.Duration {
		best := time.Hour
		for range 2 {
			start := time.Now()
			if err := tree.Parse(src, DefaultOptions()); err != nil {
				t.Fatal(err)
			}
			for n := Root; int(n) < min(tree.Len(), 1000); n++ {
				tree.EachAttr(n, func(string, string) bool { return true })
			}
			best = min(best, time.Since(start))
		}
		return best
	}
	for name, page := range hostile {
		small, large := page(64<<10), page(256<<10)
		for try := 1; ; try++ { // others may use the machine, too
			a, b := measure([]byte(small)), measure([]byte(large))
			if b < 10*a || b < 50*time.Millisecond {
				break
			}
			if try == 5 {
				t.Errorf("%s: %v for 64 KiB, %v for 256 KiB", name, a, b)
				break
			}
		}
		checkTable(t, &tree)
	}
}

func TestDepth(t *testing.T) {
	const deep = 600
	f := func(name, open, end string) {
		t.Helper()
		page := "<!doctype html><title>t</title>before" + strings.Repeat(open, deep) + "inside" + strings.Repeat(end, deep) + "<h1>after"
		tree := parse(t, page)
		checkTable(t, tree)
		if got, want := string(tree.AppendText(nil, Root)), "tbeforeinsideafter"; got != want {
			t.Errorf("%s: text %q, want %q", name, got, want)
		}
		depth := 0
		for n := tree.Find(Root, H1); n != None; n = tree.Parent(n) {
			depth++
		}
		if end != "" && depth != 4 {
			t.Errorf("%s: what follows has depth %d", name, depth)
		}
		for n := Root; int(n) < tree.Len(); n++ {
			depth := 0
			for m := n; m != None; m = tree.Parent(m) {
				depth++
			}
			if depth > 2*DefaultOptions().MaxDepth {
				t.Fatalf("%s: depth %d", name, depth)
			}
		}
	}
	f("div", "<div>", "</div>")
	f("two", "<section><x-y>", "</x-y></section>")
	f("bold", "<b>", "</b>")
	f("list", "<ul><li>", "</ul>")
	f("table", "<table><tr><td>", "</td></tr></table>")
	f("svg", "<svg><g><desc>", "</desc></g></svg>")
	f("form", "<form><div></form>", "")
	f("object", "<object>", "</object>")
	f("template", "<template>", "</template>")
	f("button", "<div><button>", "</button></div>")
}

func TestLimits(t *testing.T) {
	var tree Tree
	o := DefaultOptions()
	o.MaxBytes = 10
	if err := tree.Parse([]byte("01234567890"), o); !errors.Is(err, ErrTooManyBytes) || tree.Len() != 0 || tree.Body() != None {
		t.Errorf("too many bytes: %v", err)
	}
	o = DefaultOptions()
	o.MaxNodes = 100
	if err := tree.Parse([]byte(strings.Repeat("<br>", 200)), o); !errors.Is(err, ErrTooManyNodes) || tree.Len() != 0 {
		t.Errorf("too many nodes: %v", err)
	}
	if err := tree.Parse([]byte("<p>x"), o); err != nil || tree.Text(Root) != "x" {
		t.Errorf("after an error: %v", err)
	}
	o = DefaultOptions()
	o.MaxRepairs, o.MaxFormatting, o.MaxDepth = 10, 4, 16
	for name, page := range hostile {
		src := page(10 << 10)
		if err := tree.Parse([]byte(src), o); err != nil {
			t.Fatal(err)
		}
		checkTable(t, &tree)
		text := tree.AppendText(nil, Root)
		if want := strings.Count(src, ">x"); strings.Count(string(text), "x") < want {
			t.Errorf("%s: text is lost", name)
		}
		if tree.Len() > 32<<10 {
			t.Errorf("%s: %d nodes", name, tree.Len())
		}
	}
	if err := (Options{}).Validate(); err == nil {
		t.Error("zero options are valid")
	}
	if err := DefaultOptions().Validate(); err != nil {
		t.Error(err)
	}
}

func TestNoAllocations(t *testing.T) {
	var tree Tree
	for name, page := range benchPages() {
		if name == "misnested" {
			page = append(page, "<html c=&amp;>"...)
		}
		allocs := testing.AllocsPerRun(10, func() {
			if err := tree.Parse(page, DefaultOptions()); err != nil {
				t.Fatal(err)
			}
		})
		if allocs > 1 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}
