// Package review serves the page on which a person decides which parts of the
// web hold mathematics: domains in the order of what they would add, their
// hosts and paths as a tree, sample pages with their text and formulas, and a
// key for each verdict. Decisions are annotations (package annotation) and are
// saved one by one.
//
// # Threats
//
// The page shows text from anywhere, on the machine of the person who reads it
// and within reach of all that runs there. So:
//
//   - The server listens on loopback only and answers only requests whose Host
//     is a loopback name, which a name that an attacker rebinds to 127.0.0.1 is
//     not. An Origin must be that host, and a request that a browser says comes
//     from another site is refused, so that no other page can read or decide.
//   - A random token, new in each process, must be in the address that is
//     opened first; it becomes a cookie. Machines on which crawls are processed
//     have many users, and loopback is open to all of them.
//   - What a document says travels as JSON and becomes text nodes. Formulas
//     become elements of MathML by name from a list on both sides (package
//     texmath). The page has no inline script or style; its content security
//     policy allows the server's own files and nothing else, and forbids turning
//     strings into markup or script (trusted types).
//   - An address becomes a link only if it is http or https. Links open without
//     a referrer and without an opener.
//
// # Size
//
// Of each domain the server holds its name and counts, some 120 bytes; trees and
// texts are read when they are asked for. The browser holds what it shows: lists
// are drawn row by row as they come into view.
package review
