package review

import (
	"net/http"
	"net/url"
	"strconv"
)

// pageView is a document as the page shows it.
type pageView struct {
	URL      string  `json:"url"`
	Link     string  `json:"link,omitempty"` // empty if it must not be followed
	Title    string  `json:"title"`
	Bytes    int     `json:"bytes"`
	Tokens   uint32  `json:"tokens"`
	Formulas int     `json:"formulas"`
	Blocks   []block `json:"blocks"`
	Cut      bool    `json:"cut"` // the end of the text is left out
}

// page answers the text of a document. Rows in with are read along.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	pack, packOK := rowNumber(query, "pack")
	row, rowOK := rowNumber(query, "row")
	if !packOK || !rowOK {
		refuse(w, http.StatusBadRequest, "a page has a pack and a row")
		return
	}
	var with []uint32
	for _, text := range query["with"][:min(len(query["with"]), maxWith)] {
		if n, err := strconv.ParseUint(text, 10, 32); err == nil {
			with = append(with, uint32(n))
		}
	}
	doc, err := s.documents.read(r.Context(), Ref{pack, row}, with)
	if err != nil {
		if r.Context().Err() == nil {
			fail(w, err)
		}
		return
	}
	view := pageView{URL: doc.URL, Link: link(doc.URL), Title: doc.Title, Bytes: len(doc.Text), Tokens: doc.Tokens}
	view.Blocks, view.Cut = blocks(doc.Text)
	for _, b := range view.Blocks {
		for _, part := range b.Parts {
			if _, ok := part.(formula); ok {
				view.Formulas++
			}
		}
	}
	answer(w, http.StatusOK, view)
}

// maxWith bounds the rows that are read along with one.
const maxWith = 128

func rowNumber(query url.Values, name string) (uint32, bool) {
	n, err := strconv.ParseUint(query.Get(name), 10, 32)
	return uint32(n), err == nil
}
