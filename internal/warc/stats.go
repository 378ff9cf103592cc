package warc

import "bytes"

// Stats counts what a Reader has met so far.
type Stats struct {
	// Records is the number of records found, by WARC-Type in lower case
	// ("unknown" for one that is none of the standard's), whether Next returned
	// them or Options.Types left them out.
	Records map[string]int64
	// Damages is the number of damages, by reason.
	Damages map[string]int64
	// Members is the number of gzip members or zstd frames that were decoded.
	Members int64
	// Bytes is the size of the input as far as it was read. It is the sum of
	// Parsed and Skipped once Next has returned io.EOF.
	Bytes int64
	// Parsed is the number of input bytes in members that decode, and in plain
	// records; padding between and behind them is included.
	Parsed int64
	// Skipped is the number of input bytes in damaged members and between
	// members.
	Skipped int64
	// Decoded is the number of bytes after decompression.
	Decoded int64
	// DecodedSkipped is how many of them belong to no record that was found.
	DecodedSkipped int64
}

// otherType counts the records whose type is none of the standard's.
const otherType = "unknown"

var standardTypes = []string{
	TypeResponse, TypeRequest, TypeMetadata, TypeWarcinfo,
	TypeRevisit, TypeResource, TypeConversion, "continuation",
}

type typeCount struct {
	name    string
	records int64
}

// countType counts a record of type typ.
func (r *Reader) countType(typ []byte) {
	name := otherType
	for _, t := range standardTypes {
		if bytes.EqualFold(typ, []byte(t)) {
			name = t
		}
	}
	for i := range r.types {
		if r.types[i].name == name {
			r.types[i].records++
			return
		}
	}
	r.types = append(r.types, typeCount{name, 1})
}
