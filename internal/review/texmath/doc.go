// Package texmath turns the TeX of a formula into presentation MathML, so that
// a browser draws it without a network and without a script of its own.
//
// It is an aid for reading, not a typesetter: it knows the part of LaTeX and
// AMS mathematics that web pages hold. What it does not know stays visible as
// its TeX source within the formula, and the result says so; a formula that is
// too large, or nested too deeply, is shown as its source altogether.
//
// # Output
//
// The result is a tree of elements of MathML Core (W3C), the part that all
// browsers draw. MathML Core leaves fonts, alignment and enclosures to Unicode
// and CSS, and so does the tree: letters of \mathbb and the like are the
// characters of Unicode's mathematical alphabets (U+1D400 to U+1D7FF), and an
// element may have a class, which a style sheet is to honour:
//
//	l, r       a cell to the left or the right; centred otherwise
//	vl, vr     a cell with a rule at its left, at its right
//	hl, hb     a row with a rule above it, below it
//	align      a table of aligned equations: no space between its columns
//	over       a rule above it (\overline)
//	under      a rule below it
//	box        a frame (\boxed)
//	cancel     a stroke through it (\cancel)
//	tex        TeX that was not understood
//	tag        the number of an equation
//
// # Hostile input
//
// Bytes, elements and depth are limited by constants. Nothing in a formula
// becomes the name of an element, of an attribute or of a class: these come
// from the tables of this package, and whatever the formula says ends as text.
package texmath
