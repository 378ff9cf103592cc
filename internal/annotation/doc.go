// Package annotation keeps what people decided about parts of the web: rules
// by host or domain and path that say yes, no or unsure to the question
// whether the pages below hold mathematics.
//
// # The file
//
// annotations.yaml is written and read by people and by the review page:
//
//	version: 1
//	rules:
//	  - domain: example.org
//	    path: /math
//	    verdict: "yes"
//	    who: anna
//	    when: 2026-11-25T03:00:00Z
//	    note: lecture notes
//	  - host: forum.example.org
//	    pattern: /viewtopic.php?f=5
//	    verdict: "no"
//
// A rule names a host, or a domain: that host and all below it. A path covers
// itself and what lies below by whole segments: /math covers /math,
// /math/a.html and /math?q=1, not /maths. Without a path all of the host is
// covered. Names and paths are compared in the normal form of package address;
// the port and the scheme of an address do not matter.
//
// # Patterns
//
// Where a path cannot say it, a pattern does. It is a path whose segments may
// have asterisks, and covers, like a path, what it fits and what lies below:
//
//	write  to mean
//	*      in a segment: any number of its characters, also none; alone: one segment
//	**     as a segment: any number of segments, also none
//	$      at the end: nothing lies below; the path must end here
//	?a=b   at the end: the query must have the parameter a with the value b, which
//	       may have asterisks; several, separated by &, in any order
//
// So /~*/notes covers the notes of every user, /**/*.pdf all PDF files,
// /viewtopic.php?f=5 one part of a forum, and /$ the home page alone.
//
// # Which rule holds
//
// Of the rules that cover an address the most specific one holds: one for the
// host before one for a domain, a longer domain before a shorter; then more
// segments before fewer, ** not counted; then a path before a pattern; among
// patterns more parameters, then $, then more plain characters. If all that is
// equal, no comes before unsure, and unsure before yes: the doubtful page
// stays out.
package annotation
