// Package extract turns the payload of an HTTP response into the text of a
// document, with every formula of the page kept as LaTeX.
//
// # Output
//
// The text is Markdown-like UTF-8 in normalisation form C: headings with "#",
// lists, block quotations, pipe tables for tables of data, fences around code.
// A formula stands between single dollars inside a line and between double
// dollars on lines of its own if it is a display; a dollar that is money is
// escaped. Emphasis, links and images leave no marks.
//
// # One formula, one atom
//
// A page holds a formula in two to five copies: the author's TeX in a script,
// an attribute, an annotation or an image's alternative text, MathML for
// screen readers, glyphs for the eye, a preview. The copies are found before
// anything is thrown away, because many of them are hidden or stand in script
// and noscript elements. The outermost wrapper becomes one atom, whose source
// is the most trusted copy: TeX that the author wrote, then TeX from
// attributes and addresses, then MathML, AsciiMath and at last the tree of
// glyphs. Text made for the eye is never read as TeX.
//
// # Passes
//
// The page is decoded (package charset) and parsed into a table of nodes in
// document order (package dom). All passes run over that table, with a side
// table for what they find out.
//
//  1. scan: formulas, the delimiters that scripts configure, classes and sums
//     of text for the passes below (page.go, atoms*.go, config.go).
//  2. markContent: what is boilerplate or hidden goes, the main part is chosen
//     (content.go, related.go). What holds a formula goes by structure alone
//     (navigation, footers), never by the look of its text. Doubt keeps.
//  3. walkTree: the content is gathered paragraph by paragraph, as flat bytes
//     in which control characters stand for inline tags (walk.go, inline.go).
//  4. pair: raw delimiters are paired within a paragraph (delimiters.go).
//  5. textWriter: the paragraph is written with its containers' prefixes
//     (write.go, subsup.go, table.go, code.go, equations.go).
//
// A page that is built by a script is read from its JSON instead (json.go).
// What is found counts, by form, until it is in the text or lost for a reason
// (tally.go).
//
// # The single dollar
//
// A dollar is a delimiter if the page's configuration says so or a container
// of formulas is around it; if there is other mathematics on the page and the
// content looks like a formula; else only on pages with three pairs around TeX
// commands, which are old weblogs whose renderer was not archived. Sums of
// money are recognised first (dollar.go, package tex).
//
// # Cost
//
// Each pass is linear. Look-ahead is bounded by a constant, scans of whole
// wrappers by a budget for the page, so nested wrappers cost no quadratic time.
// The limits of [Options] count bytes and nodes, never seconds. A [Worker]
// keeps its memory from page to page; what it returns does not depend on the
// pages it has seen.
package extract
