package dom

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, src string) *Tree {
	t.Helper()
	var tree Tree
	if err := tree.Parse([]byte(src), DefaultOptions()); err != nil {
		t.Fatal(err)
	}
	return &tree
}

func TestQueries(t *testing.T) {
	tree := parse(t, `<!DOCTYPE html><title>T</title><div id=a class="math inline x-y" DATA-x='1 &lt 2&copy=3'>
		<p>one &amp; <b>two</b></p><!--c--><svg viewbox="0 0 1 1"><foreignobject xlink:href=#u></svg><x-y>&nbsp;</x-y></div>`)
	div := tree.Find(Root, Div)
	body := tree.Body()
	svg := tree.Find(Root, Svg)
	custom := tree.End(svg)
	checks := map[string][2]any{
		"id":           {tree.ID(div), "a"},
		"class":        {tree.HasClass(div, "inline"), true},
		"class part":   {tree.HasClass(div, "x"), false},
		"empty class":  {tree.HasClass(div, ""), false},
		"any class":    {tree.HasAnyClass(div, "q", "math"), true},
		"class prefix": {tree.HasClassPrefix(div, "x-"), true},
		"no prefix":    {tree.HasClassPrefix(div, "nline"), false},
		"contains":     {tree.ClassContains(div, "nline"), true},
		"attr prefix":  {tree.AttrHasPrefix(div, "data-x", "1 <"), true},
		"text":         {tree.Text(tree.Find(Root, P)), "one & two"},
		"parent":       {tree.Parent(div), body},
		"closest":      {tree.Closest(tree.Find(Root, B), Table, Div), div},
		"closest self": {tree.Closest(div, Div), div},
		"no closest":   {tree.Closest(div, Table), None},
		"element":      {tree.IsElement(div), true},
		"not element":  {tree.IsElement(None, Div), false},
		"blank":        {tree.IsBlank(tree.FirstChild(div)), true},
		"not blank":    {tree.IsBlank(tree.FirstChild(custom)), false},
		"svg":          {tree.NS(svg), SVG},
		"camel":        {tree.Name(tree.FirstChild(svg)), "foreignObject"},
		"custom":       {tree.Name(custom), "x-y"},
		"custom tag":   {tree.Tag(custom), Other},
		"prev":         {tree.Tag(tree.PrevElement(svg)), P},
		"next":         {tree.NextElement(tree.Find(Root, P)), svg},
		"quirks":       {tree.Quirks(), false},
	}
	for name, c := range checks {
		if c[0] != c[1] {
			t.Errorf("%s: got %v, want %v", name, c[0], c[1])
		}
	}
	var attrs []string
	for _, n := range []Node{div, svg, tree.FirstChild(svg)} {
		tree.EachAttr(n, func(name, value string) bool {
			attrs = append(attrs, name+"="+value)
			return true
		})
	}
	want := []string{"id=a", "class=math inline x-y", "data-x=1 < 2&copy=3", "viewBox=0 0 1 1", "xlink:href=#u"}
	if diff := cmp.Diff(want, attrs); diff != "" {
		t.Error(diff)
	}
	children := slices.Collect(tree.Children(Root))
	if len(children) != 2 || tree.Kind(children[0]) != Doctype || tree.Name(children[0]) != "html" {
		t.Errorf("children of the document: %v", children)
	}
}

func TestText(t *testing.T) {
	f := func(src, want string) {
		t.Helper()
		tree := parse(t, src)
		if got := string(tree.AppendText(nil, Root)); got != want {
			t.Errorf("%q: text %q, want %q", src, got, want)
		}
	}
	f("a&lt;b&LTc&ampamp;", "a<b<c&amp;")
	f("&notit; &notin; &bogus; &; &", "\u00acit; \u2209 &bogus; &; &")
	f("&#65;&#x42;&#x43 &#0;&#128;&#xd800;&#x110000;&#x;&#", "ABC \ufffd\u20ac\ufffd\ufffd&#x;&#")
	f("&fjlig;&NotEqualTilde;&CounterClockwiseContourIntegral;", "fj\u2242\u0338\u2233")
	f("a\r\nb\rc\x00d", "a\nb\ncd")
	f("<title>a\x00&amp;</title><script>b\x00&amp;</script>", "a\ufffd&b\ufffd&amp;")
	f("<svg>a\x00b", "a\ufffdb")
	f("a</b>b<!-- c -->d", "abd")
	f("<table>x<tr>y<td>z", "xyz")
	f("a\xffb\xc3", "a\ufffdb\ufffd")
}

func TestSource(t *testing.T) {
	f := func(src, want string) {
		t.Helper()
		tree := parse(t, "<p>"+src+"<p>")
		n := tree.FirstChild(tree.Find(Root, P))
		if got := string(tree.Source(n)); got != want {
			t.Errorf("%q: source %q, want %q", src, got, want)
		}
	}
	f("<m:a><m:b/>x</m:a>y", "<m:a><m:b/>x")
	f("<m:a><m:b c='>' d=e/>", "<m:a><m:b c='>' d=e/>")
	f("<m:a x><i>y</i></m:a>", "<m:a x><i>y")
	f("<m:a>x<!-- y --></m:a>", "<m:a>x<!-- y ")
	f("<m:a>x</b>y</m:a>", "<m:a>x</b>y")
	f("text", "")
	tree := parse(t, "<b><p>x</b>y")
	for n := Root; int(n) < tree.Len(); n++ {
		tree.Source(n) // of moved and implied elements, too
	}
}

func TestRawText(t *testing.T) {
	tree := parse(t, "<p>a &amp;</b> b<!-- c &amp; -->")
	p := tree.Find(Root, P)
	if got := string(tree.RawText(tree.FirstChild(p))); got != "a &amp; b" {
		t.Errorf("text in two pieces: %q", got)
	}
	if got := string(tree.RawText(tree.LastChild(p))); got != " c &amp; " {
		t.Errorf("comment: %q", got)
	}
	if tree.RawText(p) != nil {
		t.Error("an element has raw text")
	}
}

func TestAttributeValues(t *testing.T) {
	f := func(attr, want string) {
		t.Helper()
		tree := parse(t, "<p "+attr+">")
		got, ok := tree.Attr(tree.Find(Root, P), "A")
		if !ok || got != want {
			t.Errorf("%s: %q, %v, want %q", attr, got, ok, want)
		}
	}
	f("a", "")
	f("a=", "")
	f("a = b", "b")
	f("b=1 A=2 a=3", "2")
	f("a=b/", "b/")
	f("a='x\r\ny'", "x\ny")
	f("a='&lt;&lt&ltx&lt=&amp;&notit;'", "<<&ltx&lt=&&notit;")
	f("a='&alpha;&alpha;'", "\u03b1\u03b1")
}

func TestQuirks(t *testing.T) {
	f := func(doctype string, want bool) {
		t.Helper()
		if got := parse(t, doctype+"<p>").Quirks(); got != want {
			t.Errorf("%s: quirks %v", doctype, got)
		}
	}
	f("", true)
	f("<!doctype html>", false)
	f("<!DOCTYPE HTML>", false)
	f("<!doctype>", true)
	f("<!doctype xml>", true)
	f("<!doctype html foo>", true)
	f("<!doctype html something else>", true)
	f(`<!doctype html system "about:legacy-compat">`, false)
	f(`<!doctype html SYSTEM "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd">`, true)
	f(`<!doctype html system>`, true)
	f(`<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">`, false)
	f(`<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">`, false)
	f(`<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">`, true)
	f(`<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">`, false)
	f(`<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">`, true)
	f(`<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd" >`, false)
	f(`<!DOCTYPE html PUBLIC "unclosed>`, true)
}

func TestManyAttributes(t *testing.T) {
	var src strings.Builder
	src.WriteString("<p")
	for i := range 80_000 {
		src.WriteString(" a" + strconv.Itoa(i) + "=" + strconv.Itoa(i))
	}
	src.WriteString(">text")
	tree := parse(t, src.String())
	p, n := tree.Find(Root, P), 0
	tree.EachAttr(p, func(string, string) bool { n++; return true })
	if n != maxAttributes || !tree.HasAttr(p, "a255") || tree.HasAttr(p, "a256") || tree.Text(p) != "text" {
		t.Errorf("%d attributes", n)
	}
}

func TestLookupTag(t *testing.T) {
	for tag := Other + 1; tag < numTags; tag++ {
		if got := LookupTag(strings.ToUpper(tag.String())); got != tag || tag.String() == "" {
			t.Errorf("%s: tag %d, want %d", tag, got, tag)
		}
	}
	for _, name := range []string{"", "x", "divv", "annotation-xmm", "laintext", "xlaintext", "di\x00"} {
		if LookupTag(name) != Other {
			t.Errorf("%q has a tag", name)
		}
	}
}
