package report

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// write returns the page of a report, which html.Parse can read.
func write(t *testing.T, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHostileTextIsText(t *testing.T) {
	const attack = `</title></style></script><script>alert(1)</script><img src=x onerror=alert(1)>"'` + "\u202e"
	text := write(t, Report{
		Title: attack, Subtitle: attack, Facts: []Fact{{attack, attack}},
		Sections: []Section{{
			Title: attack, Note: attack,
			Chart:  &Chart{Label: attack, X: Axis{Name: attack}, Y: Axis{Name: attack}, At: &Mark{Name: attack}},
			Tables: []Table{{Caption: attack, Columns: []Column{{Name: attack}}, Rows: [][]Cell{{{Text: attack, Bar: 0.5}}}}},
			Quotes: []Quote{
				{attack, attack, "javascript:alert(1)", attack},
				{attack, attack, "data:text/html,<script>", attack},
				{attack, attack, `https://example.org/"onclick="alert(1)`, attack},
			},
		}},
	})
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	links := 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "script" || n.Data == "img" || n.Data == "iframe" {
			t.Errorf("the page has an element %s", n.Data)
		}
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"):
				t.Errorf("%s has an attribute %s", n.Data, a.Key)
			case a.Key == "href":
				links++
				if !strings.HasPrefix(a.Val, "https://example.org/") {
					t.Errorf("a link leads to %s", a.Val)
				}
			case a.Key == "src":
				t.Errorf("%s asks for %s", n.Data, a.Val)
			}
		}
	}
	if links != 1 {
		t.Errorf("%d links, want that to example.org", links)
	}
	if got := strings.Count(text, "&lt;script&gt;alert(1)"); got < 15 {
		t.Errorf("the attack is shown %d times", got)
	}
}

func TestWriteIsTheSame(t *testing.T) {
	r := Report{Title: "a", Sections: []Section{{Title: "b", Folded: true, Tables: []Table{{Columns: []Column{{Name: "c", Text: true}}, Rows: [][]Cell{{{Text: "d"}}}}}}}}
	first := write(t, r)
	if write(t, r) != first {
		t.Error("two pages of one report differ")
	}
	for _, want := range []string{"<details>", `<td class="text">d</td>`, "Content-Security-Policy"} {
		if !strings.Contains(first, want) {
			t.Errorf("no %s in the page", want)
		}
	}
	if strings.Contains(first, "ZgotmplZ") {
		t.Error("the template gave up on a value")
	}
}

func TestRowsHaveAllCells(t *testing.T) {
	r := Report{Sections: []Section{{Title: "s", Tables: []Table{{Columns: []Column{{Name: "c"}}, Rows: [][]Cell{{}}}}}}}
	if err := r.Write(&bytes.Buffer{}); err == nil {
		t.Error("a row without cells was written")
	}
}

func TestChart(t *testing.T) {
	c := Chart{
		X: Axis{Min: 0, Max: 10, Ticks: Evenly(0, 10, 2)}, Y: Axis{Max: 999, Logarithmic: true, Ticks: Tens(999)},
		Points: []Point{{0, 0}, {5, 999}}, Area: true, At: &Mark{X: 10, Name: "end"},
	}
	got := string(c.draw())
	for _, want := range []string{
		`d="M64.0 256.0V256.0H384.0V26.0H704.0V256.0Z"`, // from the lower left, half way up to the top, to the right
		`x1="704.0" x2="704.0"`, `text-anchor="end">end<`, ">100<", ">5<",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	c.Area = false
	if got := string(c.draw()); !strings.Contains(got, `d="M64.0 256.0L384.0 26.0"`) {
		t.Errorf("curve: %s", got)
	}
	var empty Chart
	if got := string(empty.draw()); strings.Contains(got, "NaN") || strings.Contains(got, "<path") {
		t.Errorf("empty chart: %s", got)
	}
}

func TestNumber(t *testing.T) {
	f := func(n int64, want string) {
		t.Helper()
		if got := Number(n); got != want {
			t.Errorf("Number(%d) = %s, want %s", n, got, want)
		}
	}
	f(0, "0")
	f(999, "999")
	f(1000, "1,000")
	f(1234567, "1,234,567")
	f(-1234, "-1,234")
	f(-9223372036854775808, "-9,223,372,036,854,775,808")
}
