package warc

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A ListFormat is how List writes.
type ListFormat int

const (
	// ListTable writes a line a record with columns that line up.
	ListTable ListFormat = iota
	// ListJSON writes a JSON object a record, and one for the file.
	ListJSON
)

// A Listing is the line of ListJSON for one record.
type Listing struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Within int64  `json:"within,omitempty"`
	Size   int64  `json:"size,omitempty"`
	Type   string `json:"type"`
	Date   string `json:"date,omitempty"`
	URL    string `json:"url,omitempty"`
	// RecordID is the WARC-Record-ID as it stands.
	RecordID string `json:"record_id"`
	// Status is "ok", or "damaged" where the block is not certain.
	Status string `json:"status"`
	Damage string `json:"damage,omitempty"`
	// BlockSHA256 and PayloadSHA256 are in hexadecimal; the latter is of the
	// body of an HTTP response with its encodings undone.
	BlockSHA256   string   `json:"block_sha256"`
	PayloadSHA256 string   `json:"payload_sha256,omitempty"`
	Length        int      `json:"length"`
	HTTPStatus    int      `json:"http_status,omitempty"`
	MIME          string   `json:"mime,omitempty"`
	Truncated     string   `json:"truncated,omitempty"`
	Flags         []string `json:"flags,omitempty"`
}

// A ListEnd is the last line of ListJSON for a file.
type ListEnd struct {
	File string `json:"file"`
	EOF  bool   `json:"eof"`
	// Errors is the number of places that are damaged or against the standard.
	Errors  int64            `json:"errors"`
	Records map[string]int64 `json:"records"`
	Damages map[string]int64 `json:"damages,omitempty"`
	Parsed  int64            `json:"parsed"`
	Skipped int64            `json:"skipped"`
	Error   string           `json:"error,omitempty"`
}

// List writes what the file r, called name, holds. The table shows damage where
// it is met, JSON counts it in the last line. Digests are verified whatever o
// says. List returns the counts, and the error that ended the reading, if any,
// or that of w.
func List(w io.Writer, r io.Reader, name string, format ListFormat, o Options) (Stats, error) {
	o.VerifyDigests = true
	l := lister{w: bufio.NewWriterSize(w, 64<<10), name: name, format: format, http: NewHTTPParser(DefaultHTTPOptions())}
	l.json = json.NewEncoder(l.w)
	l.json.SetEscapeHTML(false)
	stats, err := l.list(r, o)
	if werr := l.end(stats, err); werr != nil {
		return stats, werr
	}
	return stats, err
}

type lister struct {
	w      *bufio.Writer
	json   *json.Encoder
	name   string
	format ListFormat
	http   *HTTPParser
	resp   Response
	odd    int64
}

func (l *lister) list(r io.Reader, o Options) (Stats, error) {
	reader, err := NewReader(r, l.name, o)
	if err != nil {
		return Stats{}, err
	}
	if l.format == ListTable {
		if err := l.row("OFFSET", "SIZE", "TYPE", "DATE", "HTTP", "MIME", "URL"); err != nil {
			return reader.Stats(), fmt.Errorf("write listing: %w", err)
		}
	}
	for {
		rec, err := reader.Next()
		var damage *Damage
		switch {
		case errors.As(err, &damage):
			l.damage(damage)
		case errors.Is(err, io.EOF):
			return reader.Stats(), nil
		case err != nil:
			return reader.Stats(), err
		default:
			if err := l.record(rec); err != nil {
				return reader.Stats(), fmt.Errorf("write listing: %w", err)
			}
		}
	}
}

func (l *lister) record(rec *Record) error {
	e := Listing{
		File: l.name, Offset: rec.Offset, Within: rec.Within, Size: rec.Size, Type: rec.Type,
		Date: rec.Date, URL: rec.TargetURI, RecordID: rec.ID, Status: "ok",
		Length: len(rec.Block), MIME: rec.ContentType, Truncated: rec.Truncated, Flags: rec.Flags,
	}
	if rec.Damage != nil {
		e.Status, e.Damage = "damaged", rec.Damage.Reason
	}
	for _, f := range rec.Flags {
		if f == FlagVersion || f == FlagRecordID {
			l.odd++
		}
	}
	if rec.IsResponse() {
		err := l.http.Parse(rec.Block, &l.resp)
		e.HTTPStatus, e.MIME = l.resp.Status, l.resp.ContentType()
		e.Flags = append(append([]string(nil), e.Flags...), l.resp.Flags...)
		if err == nil && l.format == ListJSON {
			e.PayloadSHA256 = sha256Hex(l.resp.Body)
		}
	}
	if l.format == ListJSON {
		e.BlockSHA256 = sha256Hex(rec.Block)
		return l.json.Encode(&e)
	}
	status := ""
	if e.HTTPStatus != 0 {
		status = strconv.Itoa(e.HTTPStatus)
	}
	mime, _, _ := strings.Cut(e.MIME, ";")
	url := printable(e.URL)
	if rec.Damage != nil {
		url += "  [" + e.Damage + "]"
	}
	return l.row(strconv.FormatInt(e.Offset, 10), strconv.FormatInt(e.Size, 10), printable(e.Type), printable(e.Date), status, printable(mime), url)
}

func (l *lister) row(offset, size, typ, date, status, mime, url string) error {
	_, err := fmt.Fprintf(l.w, "%12s %9s  %-10s  %-20s  %4s  %-24s  %s\n", offset, size, typ, date, status, mime, url)
	return err
}

func (l *lister) damage(d *Damage) {
	if l.format == ListTable {
		_, _ = fmt.Fprintf(l.w, "%12d %9d  damage      %s\n", d.Offset, d.Length, printable(d.Error()))
	}
}

// end writes the last line; the buffer keeps the first error of the writer.
func (l *lister) end(s Stats, err error) error {
	e := ListEnd{File: l.name, EOF: true, Errors: l.odd, Records: s.Records, Damages: s.Damages, Parsed: s.Parsed, Skipped: s.Skipped}
	for _, n := range s.Damages {
		e.Errors += n
	}
	if err != nil {
		e.Errors++
		e.Error = err.Error()
	}
	if l.format == ListJSON {
		if err := l.json.Encode(&e); err != nil {
			return err
		}
	}
	return l.w.Flush()
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// printable escapes what would disturb a terminal or the columns.
func printable(s string) string {
	if s == "" {
		return "-"
	}
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}
