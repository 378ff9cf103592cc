// Package warc reads and writes WARC files (ISO 28500, versions 1.0 and 1.1,
// and the drafts 0.16 to 0.18 that old crawls are in), and parses the HTTP
// responses in them.
//
// # Containers
//
// A WARC file is a sequence of records. It is stored plain, or as a sequence
// of gzip members (RFC 1952) or zstd frames (RFC 8878, with the dictionary
// frame of the WARC-zstd proposal). By convention each record has a member of
// its own, but files with one member for all records, with several records in
// a member, and with records that run over members are about, and all are
// read. The name of a file says nothing: its first bytes do. What is gzip
// twice over is unpacked twice. ARC, bzip2, lz4, xz and zip files are refused by
// name.
//
// # Layers
//
//	input     a window of the file: an offset for each byte, and a way back to
//	          the start of a member that turned out to be broken
//	member    one gzip member, zstd frame or the plain rest of a file, decoded
//	Reader    finds records in decoded members, bounds their blocks
//	head      normalises the few header dialects that slyrz/warc does not read,
//	          then lets it parse the fields
//
// slyrz/warc is the parser of the record header. It is not given the file,
// because it can tell neither where a record lies nor whether its block was
// delivered whole, and one bad length costs it the rest of the file.
//
// # Damage
//
// A member is decoded to its end, and its checksum compared, before any record
// in it is delivered, up to [Options.MaxRecord]; only longer members are parsed
// while they are being decoded. If decoding fails, the search for the next
// member starts one byte after the start of the failed one: where a broken
// deflate stream seemed to end says nothing about where the next member starts.
//
// The length of a record is believed if what follows the block is the end of
// the member or the next record. Otherwise the block ends with the member, or,
// where members hold several records, at the next header that is plausible,
// and the record is marked as damaged. Nothing is ever allocated because a
// length field asks for it.
package warc
