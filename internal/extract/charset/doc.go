// Package charset finds out in which character encoding a web page is written
// and turns the page into UTF-8.
//
// The labels and decoders are those of the WHATWG Encoding Standard
// (golang.org/x/net/html/charset), plus a few that old pages declare and no
// browser knows (IBM 855, UTF-32, …). The order of trust is the one of the
// HTML Standard, section "determining the character encoding":
//
//  1. byte order mark,
//  2. charset of the HTTP Content-Type header,
//  3. <meta> or XML declaration in the head of the page,
//  4. detection from the bytes.
//
// Crawled pages lie more often than a browser may assume, so a label is
// believed only while the bytes can be what it says. A page that is valid
// UTF-8 beyond chance is UTF-8 whatever its label; a page labelled UTF-8 or
// with a multi-byte label, but invalid in more than a trace, goes to
// detection, unless it is labelled UTF-8, has whole sequences beside the
// broken ones and no East Asian encoding fits; a server's default label
// (iso-8859-1) yields to the page's own and to bytes that are plainly of
// another script.
//
// Detection is a likelihood test. Every candidate decodes the same sample, and
// each character costs the bits an order-zero model of the candidate's
// languages would need for it, with surcharges for what text never does:
// undefined bytes, an upper-case letter after a lower-case one, two scripts in
// one word. The cheapest candidate wins. The models are lists of letters by
// falling frequency (lang.go); see detect.go for the prices.
package charset
