// Package corpus defines the document, the vocabulary that every stage shares,
// and the files in which documents and what is known of them are kept.
//
// Text is written once, in a document shard. What later stages add to a
// document (a score, a token count, the reason why it was dropped) stands in
// attribute files beside the shard, row by row, so that no stage ever rewrites
// text. A row is the position of a document in its shard, counted from zero.
package corpus

import "encoding/json"

// A Document is one page: its text with the mathematics kept as LaTeX, and
// where it came from.
type Document struct {
	// ID names the document for ever: the WARC record's UUID, or FILE:OFFSET
	// where the record has none (FILE:OFFSET+WITHIN for the later records of
	// one compressed member).
	ID string
	// URL is the address the page was fetched from, as the archive has it.
	URL string
	// Text is UTF-8 in normalisation form C; inline formulas stand as $…$,
	// display formulas as $$…$$.
	Text string
	// Date is the time of capture in RFC 3339, empty if unknown.
	Date string
	// Source is the file the document was read from.
	Source Source
	// Metadata is what extraction found out about the page.
	Metadata Metadata
	// Score is the classifier's probability that the document is mathematics,
	// in [0, 1]; nil until the document was scored.
	Score *float64
	// TokenCount is the length of Text in tokens, 0 until it was counted.
	TokenCount int
}

// A Source says where in the input a document lies.
type Source struct {
	// File is the name of the input file, without its folders.
	File string
	// Offset is the position in bytes of the record, or of the compressed
	// member that holds it, in File; in a document shard it is the row.
	Offset int64
}

// Metadata is what extraction found out about a page.
type Metadata struct {
	Title string
	// Language is a BCP 47 tag, empty if unknown.
	Language string
	// Charset is the WHATWG name of the encoding that the page was decoded from.
	Charset string
	// Formulas counts the formulas in the text by mark-up form.
	Formulas map[string]int
	// FormulasLost counts the formulas that were found on the page but are
	// not in the text, by mark-up form and reason, with a full stop between.
	FormulasLost map[string]int
	// Extra is the metadata that a document brought along from another
	// tool, as it was.
	Extra json.RawMessage
}

// FormulaCount returns the number of formulas in the text, of all forms.
func (m *Metadata) FormulaCount() int {
	total := 0
	for _, n := range m.Formulas {
		total += n
	}
	return total
}

// A Reason says in one snake_case word why a record became no document or a
// document was dropped; "" means that it was kept. Reasons are the keys of all
// counters and reports.
type Reason string
