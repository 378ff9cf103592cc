// Package tex reads and repairs the TeX that web pages carry.
//
// Pages wrap a formula in whatever their renderer needs: delimiters, CDATA
// sections, font sizes, \displaystyle, query parameters, entities encoded
// twice. [Clean] takes one formula out of its wrapping and leaves what the
// author wrote. The recognisers ([LooksMath], [LooksTeX], [Money],
// [DefinitionsOnly]) decide whether a string is TeX at all. [FromImageURL]
// finds the formula in the address of a rendered image, [Macros] collects the
// definitions of a page and expands them.
//
// TeX is never executed: everything here is a scan over characters and braces,
// linear in its input.
package tex
