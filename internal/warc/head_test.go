package warc

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dialect is a record with all of its parts open to change.
type dialect struct{ version, fields, block, trailer string }

func (d dialect) String() string {
	return d.version + "\r\n" + d.fields + "\r\n" + d.block + d.trailer
}

// TestDialects puts an odd record between good ones, in members of their own
// and in one member, and expects the good ones and the block.
func TestDialects(t *testing.T) {
	records, wants := fixture(t, 3)
	const (
		id    = "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
		field = "WARC-Type: resource\r\n" + id + "WARC-Target-URI: <http://example.org/x>\r\n"
		block = "the block\r\n\r\nof a record"
		end   = "\r\n\r\n"
	)
	length := "Content-Length: 24\r\n"
	good := dialect{"WARC/1.0", field + length, block, end}
	type expect struct {
		reasons []string // for a member of its own
		flags   []string
		shared  []string // reasons in a shared member, if they differ
	}
	f := func(name string, change func(*dialect), e expect) {
		t.Helper()
		d := good
		change(&d)
		t.Run(name, func(t *testing.T) {
			odd := d.String()
			for _, layout := range []string{"members", "shared", "plain"} {
				var file []byte
				reasons := e.reasons
				switch layout {
				case "members":
					file = slices.Concat(gz(t, records[:5]...), gz(t, odd), gz(t, records[5:]...))
				case "shared":
					file = gz(t, strings.Join(records[:5], "")+odd+strings.Join(records[5:], ""))
				default:
					file = []byte(strings.Join(records[:5], "") + odd + strings.Join(records[5:], ""))
				}
				if layout != "members" && e.shared != nil {
					reasons = e.shared
				}
				res := readAll(t, file, DefaultOptions())
				if res.err != nil {
					t.Fatal(res.err)
				}
				var found bool
				got := slices.DeleteFunc(slices.Concat(res.records, res.damaged), func(w want) bool {
					mine := w.block == block
					found = found || mine
					return mine
				})
				if d := cmp.Diff(wants, got, cmpWant); d != "" {
					t.Errorf("%s: %s", layout, d)
				}
				if lost := slices.Contains(reasons, ReasonNotRecord); found == lost {
					t.Errorf("%s: block delivered %t", layout, found)
				}
				if !slices.Equal(res.reasons, reasons) {
					t.Errorf("%s: reasons %v, want %v", layout, res.reasons, reasons)
				}
				if layout == "members" && !slices.Equal(res.flags, e.flags) {
					t.Errorf("%s: flags %v, want %v", layout, res.flags, e.flags)
				}
			}
		})
	}
	lost := []string{ReasonNotRecord}
	badLength := expect{reasons: []string{ReasonLength}}
	setLength := func(v string) func(*dialect) {
		return func(d *dialect) { d.fields = field + "Content-Length:" + v + "\r\n" }
	}
	f("good", func(*dialect) {}, expect{})
	f("length too small", setLength(" 5"), badLength)
	f("length one too small", setLength(" 23"), badLength)
	f("length too large", setLength(" 100"), badLength)
	f("length huge", setLength(" 9223372036854775807"), badLength)
	f("length over int64", setLength(" "+strings.Repeat("9", 400)), badLength)
	f("length negative", setLength(" -1"), badLength)
	f("length empty", setLength(""), badLength)
	f("length hexadecimal", setLength(" 0x18"), badLength)
	f("length with sign", setLength(" +24"), badLength)
	f("length missing", func(d *dialect) { d.fields = field }, badLength)
	f("two lengths", func(d *dialect) { d.fields = "Content-Length: 3\r\n" + field + length }, badLength)
	f("same length twice", func(d *dialect) { d.fields = length + field + length }, expect{})
	f("version 1.1", func(d *dialect) { d.version = "WARC/1.1" }, expect{})
	f("version 0.18", func(d *dialect) { d.version = "WARC/0.18 " }, expect{})
	f("version 9.9", func(d *dialect) { d.version = "WARC/9.9" }, expect{flags: []string{FlagVersion}})
	f("version empty", func(d *dialect) { d.version = "WARC/" }, expect{flags: []string{FlagVersion}})
	f("version in lower case", func(d *dialect) { d.version = "warc/1.0" }, expect{flags: []string{FlagVersion}, shared: lost})
	f("LF only", func(d *dialect) { d.fields = strings.ReplaceAll(d.fields, "\r", "") }, expect{})
	f("CR CR LF", func(d *dialect) { d.version += "\r"; d.fields = strings.ReplaceAll(d.fields, "\r", "\r\r") }, expect{flags: []string{FlagHeader}})
	f("folded field", func(d *dialect) { d.fields = "X: a\r\n b\r\n\tc: d\r\n" + d.fields }, expect{flags: []string{FlagHeader}})
	f("blank before colon", func(d *dialect) { d.fields = strings.ReplaceAll(d.fields, ":", " :") }, expect{flags: []string{FlagHeader}})
	f("odd case", func(d *dialect) { d.fields = strings.ToUpper(field) + "CONTENT-length:24\r\n" }, expect{})
	f("NUL, raw bytes, no colon, no name", func(d *dialect) {
		d.fields = "X: a\x00b\r\nY: \xff\xfe\r\nZ: a\rb\r\nno colon\r\n: no name\r\n" + d.fields
	}, expect{})
	f("no trailer", func(d *dialect) { d.trailer = "" }, expect{flags: []string{FlagTrailer}})
	f("long trailer", func(d *dialect) { d.trailer = strings.Repeat("\r\n", 40) }, expect{flags: []string{FlagTrailer}})
	f("no record ID", func(d *dialect) { d.fields = strings.Replace(d.fields, id, "", 1) }, expect{flags: []string{FlagRecordID}})
	f("wrong digest", func(d *dialect) {
		d.fields += "WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"
		d.trailer = "\r\n"
	}, expect{reasons: []string{ReasonDigest}, flags: []string{FlagTrailer}})
}

func TestHeaderFields(t *testing.T) {
	rec := "WARC/1.1\r\nWARC-Type: Response\r\nwarc-record-id: <urn:uuid:A>\r\nWARC-Target-URI:<http://example.org/ü>\r\n" +
		"WARC-Concurrent-To: <urn:1>\r\nX: one\r\n two\r\nWARC-Concurrent-To: <urn:2>\r\nWARC-Truncated: length\r\n" +
		"Content-Type: application/http; msgtype=response\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
	r, err := NewReader(strings.NewReader(rec), "x", DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	if got.Type != TypeResponse || got.TargetURI != "http://example.org/ü" || got.Truncated != "length" || !got.IsResponse() {
		t.Errorf("got %+v", got)
	}
	if v := got.Header.Get("warc-concurrent-to"); v != "<urn:2>" {
		t.Errorf("repeated field = %q, want the last value", v)
	}
	if v := got.Header.Get("x"); v != "one two" {
		t.Errorf("folded value = %q", v)
	}
	if got.UUID() != "" {
		t.Errorf("UUID of %s = %q", got.ID, got.UUID())
	}
	got.ID = "<urn:uuid:71639084-d9ac-8408-8de8-1030019e37fb>"
	if got.UUID() != "71639084-d9ac-8408-8de8-1030019e37fb" {
		t.Errorf("UUID of %s = %q", got.ID, got.UUID())
	}
}

func TestDigests(t *testing.T) {
	f := func(digest string, known, equal bool) {
		t.Helper()
		if k, e := checkDigest([]byte(digest), []byte("abc")); k != known || e != equal {
			t.Errorf("checkDigest(%q) = %t, %t", digest, k, e)
		}
	}
	f("sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5", true, true)
	f("SHA1:vgmt4nsha2awvor6evyxqugcnsonbwe5", true, true)
	f("sha1:a9993e364706816aba3e25717850c26c9cd0d89d", true, true)
	f("sha1:a9993e364706816aba3e25717850c26c9cd0d89e", true, false)
	f("md5:900150983cd24fb0d6963f7d28e17f72", true, true)
	f("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", true, true)
	f("sha256:XJ4BNP4PAHH6UQKBIDPF3LRCEOYAGYNDSYLXVHFUCD7WD4QACWWQ====", true, true)
	f("sha1:short", false, false)
	f("crc32:352441c2", false, false)
	f("a9993e364706816aba3e25717850c26c9cd0d89d", false, false)
	f("", false, false)
}
