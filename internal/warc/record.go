package warc

import (
	"fmt"
	"strings"

	slyrz "github.com/slyrz/warc"
)

// Record types of ISO 28500, section 5.5.
const (
	TypeWarcinfo   = "warcinfo"
	TypeResponse   = "response"
	TypeRequest    = "request"
	TypeMetadata   = "metadata"
	TypeRevisit    = "revisit"
	TypeResource   = "resource"
	TypeConversion = "conversion"
)

// Flags say what was odd about a record whose block is nevertheless certain.
const (
	// FlagVersion marks a version line that is damaged or unknown.
	FlagVersion = "version"
	// FlagRecordID marks a WARC-Record-ID that is missing or no URN.
	FlagRecordID = "record_id"
	// FlagTrailer marks a block that is not followed by exactly two CRLF.
	FlagTrailer = "trailer"
	// FlagHeader marks a header with folded, doubled or broken lines.
	FlagHeader = "header"
	// FlagUnchecked marks a record out of a compressed member so long that it
	// was delivered before the member's checksum was read.
	FlagUnchecked = "unchecked"
)

// Reasons of damage. The first group concerns the container, the second a
// record in it.
const (
	// ReasonCorrupt: a compressed member does not decode.
	ReasonCorrupt = "corrupt_member"
	// ReasonChecksum: a member decodes, but not to what its trailer says.
	ReasonChecksum = "checksum"
	// ReasonTruncated: the file ends inside a member or a record.
	ReasonTruncated = "truncated"
	// ReasonGarbage: bytes between members that belong to none.
	ReasonGarbage = "garbage"

	// ReasonNotRecord: decoded bytes that are no record.
	ReasonNotRecord = "not_a_record"
	// ReasonHeader: a record header without end within [Options.MaxHeader].
	ReasonHeader = "header_too_large"
	// ReasonTooLarge: a block longer than [Options.MaxRecord].
	ReasonTooLarge = "record_too_large"
	// ReasonLength: Content-Length missing, invalid, ambiguous or not the
	// length of the block.
	ReasonLength = "length"
	// ReasonDigest: the block does not have the WARC-Block-Digest.
	ReasonDigest = "digest"
)

// A Damage is a place of the input that could not be read as it should. Next
// returns it as an error for what was skipped; Record.Damage holds it for a
// record that is delivered all the same.
type Damage struct {
	// Offset is the position in the file, in bytes, where the damage starts.
	Offset int64
	// Length is the number of bytes of the file that were skipped, 0 if none
	// or if it concerns a part of a compressed member only.
	Length int64
	// Reason is one of the Reason constants.
	Reason string
	// Err is the cause where there is one to name.
	Err error
}

// Error describes the damage in one line.
func (d *Damage) Error() string {
	s := fmt.Sprintf("%s at byte %d", strings.ReplaceAll(d.Reason, "_", " "), d.Offset)
	if d.Length > 0 {
		s += fmt.Sprintf(", %d bytes skipped", d.Length)
	}
	if d.Err != nil {
		s += ": " + d.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (d *Damage) Unwrap() error { return d.Err }

// A Record is one WARC record. It and all its slices are valid until the next
// call of Next; its strings stay.
type Record struct {
	// Offset is the position in the file, in bytes, of the member that holds
	// the start of the record; in a plain file, of the record.
	Offset int64
	// Size is the number of bytes of the file from Offset to the end of the
	// member (in a plain file: of the record) in which the record ends. It is
	// 0 if that end had not been read when the record was delivered.
	Size int64
	// Within is the position of the record in its decoded member, in bytes: 0
	// for the first. Offset and Within together name a record in its file.
	Within int64

	// Type is the WARC-Type in lower case.
	Type string
	// ID is the WARC-Record-ID as it stands, with its angle brackets.
	ID string
	// TargetURI is the WARC-Target-URI without angle brackets around it.
	TargetURI string
	// Date is the WARC-Date as it stands.
	Date string
	// ContentType is the Content-Type of the block.
	ContentType string
	// Truncated is the reason in WARC-Truncated, empty for a whole record.
	Truncated string
	// Header holds all fields.
	Header Header
	// Block is the content of the record.
	Block []byte

	// Flags are the Flag constants that apply, mostly none.
	Flags []string
	// Damage is nil for a record whose block is certain. Otherwise the block
	// may be cut, too long or altered; see Intact.
	Damage *Damage

	proven bool
}

// IsResponse reports whether the block is a complete HTTP response. Revisits
// are not: their block has no payload.
func (r *Record) IsResponse() bool {
	return r.Type == TypeResponse && isHTTP(r.ContentType)
}

// isHTTP accepts a missing content type, as response records without one
// hold HTTP in practice.
func isHTTP(contentType string) bool {
	t, _, _ := strings.Cut(contentType, ";")
	t = strings.TrimSpace(t)
	return t == "" || strings.EqualFold(t, "application/http")
}

// Intact reports whether the block is certain: nothing was wrong, or the
// record's own digest proves the block in spite of what was wrong around it.
func (r *Record) Intact() bool { return r.Damage == nil || r.proven }

// UUID returns the UUID in the record's ID, or "" if there is none.
func (r *Record) UUID() string {
	s := strings.TrimSuffix(strings.TrimPrefix(r.ID, "<"), ">")
	const prefix = "urn:uuid:"
	if len(s) != len(prefix)+36 || !strings.EqualFold(s[:len(prefix)], prefix) {
		return ""
	}
	return s[len(prefix):]
}

// A Header holds the fields of a record header. Names are case-insensitive.
type Header struct{ fields slyrz.Header }

// Get returns the value of a field, the last one if it is repeated, and ""
// if there is none.
func (h Header) Get(name string) string { return h.fields.Get(name) }
