// Package language tells in which language a text is written, as a BCP 47 tag.
//
// What a page declares is a hint, since templates declare the language of their
// author. The text decides: the first bytes of its prose, without formulas,
// code and mark-up. With a fastText model of languages, such as lid.176, that
// model is asked. Without one, the script and the commonest words of nineteen
// languages settle most texts within microseconds. Where they are silent, what
// the page declares is believed of a text in Latin letters; longer ones of pages
// that declare nothing, and those in other letters, are left to the trigrams of
// github.com/abadojack/whatlanggo, which take a third of a millisecond. A text
// that is too short or not clear has the language that its page declares.
//
// A declared tag that agrees with the text is taken as a whole, so that en-GB
// and zh-Hant keep their region and script.
package language
