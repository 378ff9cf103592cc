// Package report writes figures as one page of HTML that needs nothing beside
// it: no script, no font, no picture, no network. It lays out tables, charts
// (as SVG) and quotations of documents, in the reader's light or dark scheme
// and on any width, and knows nothing of where they come from.
//
// All text is shown as text. The page forbids scripts and requests by its
// content security policy, and links lead to http and https addresses only, so
// that the pages of the web that it quotes can do nothing in it.
package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// A Report is the content of the page.
type Report struct {
	// Title stands above all, and Subtitle below it.
	Title, Subtitle string
	// Facts are the few figures that a reader wants first.
	Facts    []Fact
	Sections []Section
}

// A Fact is a figure with what it is of.
type Fact struct{ Value, Name string }

// A Section is a part of the page under a heading. Its content is shown in the
// order of the fields; what is empty is left out.
type Section struct {
	Title string
	// Note says in a sentence or two how to read the section.
	Note   string
	Chart  *Chart
	Tables []Table
	Quotes []Quote
	// Folded shows the section closed, to be opened by a click.
	Folded bool
}

// A Table has rows of as many cells as there are columns.
type Table struct {
	// Caption says what the table shows where the section has several.
	Caption string
	Columns []Column
	Rows    [][]Cell
}

// A Column is the head of a column.
type Column struct {
	Name string
	// Text aligns the cells to the left; numbers stand to the right.
	Text bool
}

// A Cell is one place of a table.
type Cell struct {
	Text string
	// Bar is the length of the bar beneath the text, as a share in [0, 1] of
	// the column's width.
	Bar float64
}

// A Quote is a document, or the beginning of one.
type Quote struct {
	// Mark is the figure by which it was chosen.
	Mark, Title string
	// Address is a link if it is one of the web, else text.
	Address, Text string
}

//go:embed page.html
var pageSource string

//go:embed style.css
var style string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"style":   func() template.CSS { return template.CSS(style) },
	"percent": func(share float64) string { return fmt.Sprintf("%.1f%%", 100*min(max(share, 0), 1)) },
	"draw":    (*Chart).draw,
	"isWeb": func(address string) bool {
		return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
	},
}).Parse(pageSource))

// Write writes the page. Equal reports give equal bytes.
func (r *Report) Write(w io.Writer) error {
	for _, s := range r.Sections {
		for _, t := range s.Tables {
			for i, row := range t.Rows {
				if len(row) != len(t.Columns) {
					return fmt.Errorf("section %q: row %d has %d cells for %d columns", s.Title, i, len(row), len(t.Columns))
				}
			}
		}
	}
	return page.Execute(w, r)
}
