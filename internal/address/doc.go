// Package address takes the address of a page apart into what curation by
// sites asks for: the host, the registrable domain, the segments of the path,
// the parameters of the query. The domain table and the rules of annotations
// both stand on it, so that a rule made for a node of the table covers the
// pages of that node and no others.
//
// # The host
//
// Addresses of the schemes http, https and ftp have a host: what the URL
// standard (https://url.spec.whatwg.org) calls so, in lower case, percent-decoded,
// international names in their ASCII form (UTS 46), IPv4 addresses in dotted
// decimals, IPv6 addresses in brackets and their shortest form (RFC 5952).
// Without user name, password, port, and a dot at the end. The port is
// no part of the host: sites are named, not servers.
//
// All other addresses have no host: other schemes, none at all, such as the
// FILE:OFFSET of a document without an address, a host with an empty label or
// a character that none may have, or of more than 253 bytes. They share the
// empty host and the empty domain, and have no path.
//
// # The registrable domain
//
// The label below the public suffix and that suffix, by the list of
// publicsuffix.org with its private section: the pages of a user of github.io
// are a domain of their own. An IP address, a name of one label, and a public
// suffix itself are their own domains.
//
// # The path
//
// The segments of the path in a normal form: empty segments left out (so /a//b/
// is /a/b), dot segments resolved, a backslash taken for a slash; letters,
// digits and -._~!&'()+,;=:@ written plainly, all other bytes percent-encoded
// in capitals. Asterisk and dollar sign are among those, since they have a
// meaning in patterns. The case of letters stays, and so do names of index
// pages: /a/index.html lies below /a. A segment that is longer than MaxSegment
// in normal form ends the path: the page belongs to what stands before it.
package address
