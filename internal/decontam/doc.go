// Package decontam finds documents that contain benchmark texts, by the rule of
// DeepSeekMath (arXiv 2402.03300, section 2.1): a document is contaminated if it
// contains a 10-gram that also stands in a benchmark text, or the whole of a
// benchmark text of 3 to 9 grams. Shorter texts protect nothing; they are counted.
//
// # Grams
//
// A text is reduced to grams such that line breaks, white space, formula
// delimiters, fonts and punctuation do not matter, and numbers and operators do:
//
//   - A run of letters is a gram, without case; full-width, mathematical and
//     letter-like forms (𝑥, ℝ, ｘ) are folded to plain letters. Combining marks
//     belong to the run. A letter beside a digit is a gram of its own: "2x" is 2, x.
//   - A run of digits is a gram, with decimal points between digits: "3.14". A
//     number is never folded to another. Raised and lowered digits (x²) are a
//     run of their own, so that x², x^2 and x^{2} are the same.
//   - A character of a script that is written without spaces (Han, kana, Thai,
//     Lao, Khmer, Myanmar) is a gram.
//   - The operators + = < > / % and every other mathematical or currency symbol
//     but the dollar are grams. So is the minus, but not the hyphen between two
//     words, nor a row of dashes.
//   - A LaTeX command is a gram with its case: \frac. Where Unicode has a
//     character for it, it is that character: \alpha is α, \leq and \le are ≤.
//     Commands of spacing, size and font, \left, \right, \begin{…} and \end{…}
//     are nothing.
//   - All else separates grams and is nothing: white space, dollars, brackets,
//     quotes, punctuation, ^ and _.
//
// Grams are finer than words, so ten of them can be no more than an alphabet or
// a stock formula. By default a window counts only if it holds a word of three
// letters or more or a character of a script without spaces; a task without
// such a window is looked for as a whole, however long it is.
//
// # The index
//
// Every window of 10 grams of a benchmark text has a 64-bit hash that is rolled
// from gram to gram; a bitmap and a table of these hashes point at the text.
// The whole texts are found by the hash of their first grams. A hit of either
// is compared gram by gram with the stored benchmark text, so there are no
// false ones.
package decontam
