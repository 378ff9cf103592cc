// Package rank selects the best documents by a token budget: DeepSeekMath
// (arXiv 2402.03300, section 2.1) ranks pages by the classifier's score and
// keeps those that make up the top 40, 80, 120 or 160 billion tokens.
//
// # The order and the cut
//
// Eligible documents (those with a score, at or above the least score) stand in
// descending order of score; equal scores in ascending order of document id,
// byte by byte; equal ids in order of pack and row. A budget takes the longest
// head of that order whose tokens are within the budget: the document that
// would cross it is left out, and the cut ends there, even if a shorter one
// behind it would still fit. So the set of a larger budget always holds that of
// a smaller one, and no choice depends on how the documents are spread over
// packs. A tier is what a budget adds to the one below.
//
// # The algorithm
//
// Scores are never sorted. A pass over the score and token columns adds up
// documents and tokens by the upper 16 bits of the score, in an order of bits
// that is the order of the numbers; a second pass by the lower 16 bits of the
// one value in which each cut falls. That gives the score at each cut exactly.
// Ids are read only for documents that have this very score: if these are few
// they are sorted, else they are added up by two bytes of the id at a time in
// further passes until few are left. Memory is some 2 MB for each budget
// plus the ids of at most a million documents, whatever the size of the pool.
package rank
