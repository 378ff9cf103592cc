// Package site holds rules for the pages of single hosts: CSS selectors that
// say what their content is where the general rules of extraction go wrong.
//
// A file of rules is a YAML mapping from hosts to rules:
//
//	forum.example.org:
//	  content: .post-body         # one selector, or a list of them
//	  drop: [.signature, .quote]
//	"*.wiki.example.net":         # every host below wiki.example.net
//	  keep: "#footnotes"
//
// All keys may be left out. With content, nothing outside the elements that
// match is text of the page; a page on which it matches nothing is read as if
// the rule had no content. What drop matches goes. What keep matches stays,
// against drop, against content and against the general rules; these still
// apply inside it. A host's own rule goes before that of a suffix, a longer
// suffix before a shorter one, and rules of the user before those built in.
//
// The rules change a page before it is extracted, so formulas are found in the
// same way on all pages. A rule that only drops takes the parts out of the node
// table; any other rewrites the HTML. Selectors are those of
// github.com/andybalholm/cascadia, run by goquery.
package site
