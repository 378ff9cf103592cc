// Package asciimath turns AsciiMath into LaTeX.
//
// AsciiMath is what MathJax and ASCIIMathML.js read between back-quotes:
// "sum_(i=1)^n i^3=((n(n+1))/2)^2". Its grammar is
//
//	E ::= I E | I / I            expression, fraction
//	I ::= S_S | S^S | S_S^S | S  scripts
//	S ::= v | l E r | u S | b S S | "text"
//
// with constants v, brackets l and r, unary u (sqrt, hat) and binary b (frac,
// root). The token at a place is the longest known one, blanks or not: "xx" is
// a cross and "sinx" is sin x. Brackets that only group (round operands of a
// fraction, scripts, arguments of u and b) are not printed; rows of brackets
// are matrices.
//
// Any input gives some output, linear in its length.
package asciimath
