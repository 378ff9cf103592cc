// Package shuffle moves fixed-width records between the tasks of a job: out of
// every map task into partitions, and inside a reduce task into sorted order.
// It needs a given amount of memory, whatever the amount of data.
//
// # Records
//
// A record is a string of bytes of a width that is fixed for a file or a
// sorter. The order of records is the order of their bytes, so that a key
// stands in front, its numbers big-endian. Records that compare equal are the
// same bytes; sorted output therefore depends on the set of records alone,
// never on the memory, on the number of spilled runs or on the order in which
// the records arrived.
//
// # The indexed file
//
// A map task that fed R reduce tasks through R files would leave M × R files
// behind: 77 million for a crawl history of 9,375 packs. A [Writer] makes one
// file per map task with R sections, and a reduce task reads its section of
// all of them. Numbers are little-endian.
//
//	header   "MSSHUF1\n", width uint32, sections uint32
//	sections the records of section 0, then of section 1, …, each in the
//	         order in which they were added
//	index    for each section: offset uint64, checksum uint64
//	         then once more:   end of the last section, checksum of the
//	         entries before
//	footer   width uint32, sections uint32, "MSSHUF1\n"
//
// An offset counts bytes from the start of the file. The checksum of section p
// is XXH3-64 with seed p, so a section read from the wrong place is noticed
// without reading the rest of the file; that of the entries has seed 0. A
// reader needs the header, the footer and two neighbouring entries of the
// index: 64 bytes, however many sections there are.
//
// # Sorting
//
// A [Sorter] collects records until its memory is full, sorts them in place by
// most significant byte first (American flag sort: McIlroy, Bostic and
// McIlroy, "Engineering Radix Sort", 1993), spills them as a run, and merges
// the runs with a loser tree (Knuth, The Art of Computer Programming, volume
// 3, 5.4.1).
//
// The package opens no files of its own accord: it is given readers, writers
// and a [Scratch]. Nothing in it is safe for use by several goroutines at
// once.
package shuffle
