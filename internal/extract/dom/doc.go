// Package dom parses HTML into a flat table of nodes.
//
// A [Tree] is what a browser makes of a page, as one slice of fixed-size nodes
// without pointers, in document order: the subtree of node n is the range
// [n, End(n)), so that most rules are loops over numbers. Names, attributes
// and texts stay in the source. They are looked for and decoded only when they
// are asked for:
//
//	var tree dom.Tree // one per goroutine; Parse reuses its memory
//	if err := tree.Parse(page, dom.DefaultOptions()); err != nil {
//		return err
//	}
//	for n := tree.Find(dom.Root, dom.Math); n != dom.None; n = tree.FindNext(dom.Root, n, dom.Math) {
//		tex, ok := tree.Attr(n, "alttext")
//		…
//	}
//
// # Algorithm
//
// The parser follows sections 13.2.5 (tokenization) and 13.2.6 (tree
// construction) of the HTML standard, https://html.spec.whatwg.org/: implied
// tags, the adoption agency, reconstruction of formatting elements, foster
// parenting, the form pointer, templates, framesets, quirks mode, MathML and
// SVG with their integration points. Scripting is off unless asked for, so
// noscript elements have elements in them.
//
// It is one pass over the bytes (tokenizer.go, scan.go), a stack of open
// elements (stack.go), a function for each insertion mode (modes_*.go,
// foreign.go) and a table that nodes are appended to (tree.go). Elements that
// tree construction moves are relinked. Where a subtree ends is known when its
// element leaves the stack. Only where elements were moved, a pass over the table
// computes the ends anew and, unless the nodes still are in document order, puts
// them in order.
//
// # Limits
//
// No document takes more than linear time and memory. [Options] bounds bytes
// and nodes, for which a page is refused, and three kinds of misnesting, for
// which it is not: deeper than MaxDepth, elements are inserted but not opened,
// so that their content becomes that of their parent, and their end tags are
// ignored; formatting elements beyond MaxFormatting are forgotten; after
// MaxRepairs copied or moved nodes, misnested elements stay so. Text is never
// lost by any of them. Because the stack of open elements is what is bounded, a
// tree may be twice as deep as MaxDepth, and queries do not recurse. Of one
// tag, the first 256 attributes count.
//
// # Differences from html.Parse
//
// The tree is that of golang.org/x/net/html.Parse, against which it is tested
// on real, damaged and random pages, but for these points, in which this
// package follows the standard:
//
//   - html.Parse refuses elements nested more than 512 deep;
//   - it drops the rest of a page with a template in MathML or SVG content;
//   - the names of doctypes are compared without regard to case, and only
//     those public identifiers that the standard lists mean quirks mode;
//   - </> is nothing, not an empty comment, and the content of comments and
//     CDATA sections has no character references;
//   - in a script, <!-- is ended by --> only, not by a later <;
//   - a start tag of a raw text element that tree construction ignores (in
//     framesets, say) does not make raw text of what follows it;
//   - a th start tag ends a caption;
//   - a doctype after the body does not end the insertion mode "after body";
//   - a formatting element that is the fourth or later between a formatting
//     element and a block in it is closed when the adoption agency drops it;
//   - MathML and SVG elements named like HTML elements with implied end tags
//     have none;
//   - a carriage return written as a character reference is kept at the start
//     of pre and textarea;
//   - an unquoted attribute value may end in a slash without closing the
//     element, even if the attribute is a repeated one;
//   - a </ that the page ends with is part of the text before it.
//
// White space written as character references in framesets is left out.
package dom
