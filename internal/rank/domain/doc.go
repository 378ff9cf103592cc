// Package domain counts the pages of a pool by registrable domain, host and
// path: seen and collected, pages and tokens, with the distribution of the
// scores and sample pages. DeepSeekMath (arXiv 2402.03300, section 2.1) calls a
// domain related to mathematics if more than 10 % of its pages were collected,
// and has people mark the paths in them that hold mathematics.
//
// # Partial tables and tables
//
// A map task gives the pages of a pack to a [Counter], which writes a partial
// table: sums for every path that occurs, down to Options.PathDepth segments,
// in sections by domain. A reduce task merges the same section of all partial
// tables with [Merge] into a table: a sequence of domains, each a tree. Sums,
// histograms and samples are associative and commutative, and what is too
// small to be kept in a tree is known only when all partial tables are
// merged; so the sequence of domains is the same bytes however the pages were
// spread over packs, sections and intermediate merges, and
// whatever the memory.
//
// Domains stand in the order of the XXH3-64 hash of their names, so that
// sections are stretches of one order and the tables of all sections, one
// after the other, are the table of the whole, whatever their number.
//
// Package address says what the host, the domain and the path of an address
// are, and what becomes of addresses without a host.
package domain
