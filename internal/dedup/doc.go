// Package dedup finds documents that are there more than once and decides which
// of them to keep, over any number of documents in a given memory.
//
// # What a duplicate is
//
// In this order, each rule among what the rules before have left:
//
//  1. the same canonical URL ([Canonical]): one page captured more than once;
//  2. the same text, white space apart;
//  3. a near duplicate: the sets of shingles (5 tokens in a row, see tokenizer)
//     have a Jaccard similarity of at least Options.Threshold.
//
// Of a group that [Node] is kept which is least: the one with most formulas,
// then the longest, then the one captured last, then the first. A near duplicate
// is dropped only for a document that is itself kept ([Cluster]), so that chains
// of similarity do not merge what is not similar. A cluster is therefore a kept
// document and those that were found to be similar to it, each compared with it:
// there is no limit to its size, and none is needed. Documents of a corpus that is
// kept already ([KeptNode]) come before all others, and none of them is dropped.
//
// # Buckets
//
// A bucket, the documents that agree in a band, is never compared in full
// beyond Leaders + 1 of them: each document with the Leaders least ones, from
// GiantBucket on with the least one. Boilerplate makes such buckets. A document
// whose duplicate is not among the leaders of a bucket is found in another of
// the bands, or is missed; giant buckets and their members are counted.
//
// # How near duplicates are found
//
// MinHash signatures (Broder, "On the resemblance and containment of documents",
// 1997) are cut into bands, and documents that agree in a band are candidates
// (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4). With 14
// bands of 8 rows a pair of similarity s becomes one with probability
// 1-(1-s⁸)¹⁴: 0.92 at 0.8, 0.990 at 0.85, 0.9998 at 0.9.
//
// A signature of 112 values is too coarse to decide by: it is spread by 0.043
// at a similarity of 0.7, so that in a large crawl some pairs of 0.65 would pass
// for 0.8. Pairs are decided by a [Fingerprint] instead, 512 bytes that are
// spread by 0.015. On 4,968 real pages all 207 near duplicates had an exact
// similarity of at least 0.78; the estimates were within 0.03.
//
// # The flow
//
// Every stage is P tasks, but for Cluster, which is one. P is free, the same for
// all stages of a run. A task is one call of a function of this package; what
// it reads are sections of the indexed files (package shuffle) that the tasks of the
// stage before have written. S(stage, p) below is section p of all of these
// files: a [shuffle.Gather].
//
//	sketch, per pack:
//	    w := NewSketchWriter(keys, fingerprints, …)
//	    for row, doc := range pack {
//	        sketcher.Sketch(doc, &s)
//	        w.Add(NewNode(&doc, pack, row), &s)
//	    }
//	    w.Close()
//	exact URL, p:      ExactURL(S(sketch keys, p))        -> drops, texts
//	exact text, p:     ExactText(S(exact URL texts, p))   -> drops, bands
//	candidates, p:     Candidates(S(exact text bands, p)) -> candidates
//	attach, p:         Attach(S(candidates, p))           -> attached pairs
//	verify, p:         Verify(S(attach, p))               -> star records
//	cluster:           Cluster(S(verify, 0))              -> drops, twins
//	marks, p:          m := NewMarks(…)
//	                   m.AddAll(S(drops of all stages, p))
//	                   m.Each(write the mark to its pack's marks file)
//	                   ClusterSizes(S(twins, p))
//
// Where the pairs are too many for one task, rounds of P tasks come before
// Cluster and leave it what is a chain of more links than there are rounds:
//
//	settle 1, p:       Settle(S(verify, p))               -> drops, twins, rest
//	settle i, p:       Settle(S(rest of i-1, p))          -> drops, twins, rest
//	cluster:           Cluster(S(rest of the last, 0))    -> drops, twins
//
// A large-star/small-star contraction would unite chains, which the rule above
// forbids: what is wanted is not the components of the graph but its
// lexicographically first maximal independent set.
//
// Documents that a stage drops are simply not passed on, so no stage asks what
// an earlier one has dropped, and nothing is held for all documents. Sections of
// drops are by pack modulo P.
//
// The marks are a function of the documents, their packs and rows, and of the
// options. They do not depend on memory, P, rounds, or the order of anything.
//
// # Size
//
// B is the number of bands. Per document, on disk:
//
//	sketch       40 + 8·B bytes of keys (152), 512 of fingerprint
//	exact URL    24 + 8·B per document kept (136), 18 per drop
//	exact text   16·B per document kept (224), 18 per drop
//	candidates   17 per pair and band in which it was found
//	attach       529 per pair
//	verify       22 per pair, 44 with rounds
//	cluster      18 + 8 per drop; each round what it leaves, and that
//
// On the pages above 0.9 candidates and 0.15 pairs came per document. A task
// needs Space.Memory, whatever the number of documents, and one opened file at a
// time.
//
// For 40 billion documents, 9,375 packs and 8,192 partitions that is 6 TB of
// keys in 9,375 files, and sections of 740 MB, 660 MB and 1.1 GB to sort in the
// first three stages.
package dedup
