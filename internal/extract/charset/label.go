package charset

import (
	"strings"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Names of encodings that the code treats by themselves. All names in this
// package are the lower-case names of the Encoding Standard.
const (
	nameUTF8    = "utf-8"
	nameUTF16LE = "utf-16le"
	nameUTF16BE = "utf-16be"
	nameUTF32LE = "utf-32le"
	nameUTF32BE = "utf-32be"
	nameLatin1  = "windows-1252"
)

// extraLabels are labels seen on pages that the Encoding Standard lacks, with
// the names under which lookup knows their decoders.
var extraLabels = map[string]string{
	"ibm855": "ibm855", "cp855": "ibm855",
	"ibm437": "ibm437", "cp437": "ibm437",
	"ibm850": "ibm850", "cp850": "ibm850",
	"ibm852": "ibm852", "cp852": "ibm852",
	"maccyrillic": "x-mac-cyrillic", "macroman": "macintosh", "mac-roman": "macintosh",
	"utf-32": nameUTF32LE, nameUTF32LE: nameUTF32LE, nameUTF32BE: nameUTF32BE,
	"hz-gb-2312": "hz-gb-2312", "hz": "hz-gb-2312",
	"cp949": "euc-kr", "uhc": "euc-kr",
	"cp932": "shift_jis", "windows-932": "shift_jis",
	"cp936": "gb18030", "windows-936": "gb18030", "cp950": "big5",
	"gb_18030": "gb18030", "gb-18030": "gb18030", "utf_8": nameUTF8, "utf8mb4": nameUTF8,
	"win-1250": "windows-1250", "win1250": "windows-1250",
	"win-1251": "windows-1251", "win1251": "windows-1251",
	"win-1252": nameLatin1, "win1252": nameLatin1, "iso-latin-1": nameLatin1,
	// UTF-7 is refused, as browsers do: it hides mark-up from filters.
	"utf-7": nameLatin1,
}

// canonicalLabel returns the name of the encoding that label stands for, or ""
// when nobody knows it. Labels of the Encoding Standard's "replacement"
// encoding count as unknown: their bytes are judged as they are.
func canonicalLabel(label string) string {
	label = strings.ToLower(strings.Trim(label, " \t\r\n\f\"'`;"))
	if label == "" || len(label) > 40 {
		return ""
	}
	if label == nameUTF8 {
		return label // the label of nearly all pages needs no look-up
	}
	if name, ok := extraLabels[label]; ok {
		return name
	}
	_, name := charset.Lookup(label)
	switch name {
	case "replacement":
		return ""
	case "x-user-defined":
		return nameLatin1
	case "gbk":
		// The Encoding Standard has one decoder for both.
		return "gb18030"
	}
	return name
}

// lookup returns the decoder of a canonical name, or nil.
func lookup(name string) encoding.Encoding {
	switch name {
	case nameUTF8, "":
		return nil
	case nameUTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case nameUTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case nameUTF32LE:
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case nameUTF32BE:
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	case "gb18030":
		return simplifiedchinese.GB18030
	case "hz-gb-2312":
		return simplifiedchinese.HZGB2312
	case "ibm855":
		return charmap.CodePage855
	case "ibm437":
		return charmap.CodePage437
	case "ibm850":
		return charmap.CodePage850
	case "ibm852":
		return charmap.CodePage852
	}
	// htmlindex and not charset.Lookup: the latter wraps the decoders, and the
	// single-byte ones are wanted with their tables.
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil
	}
	return e
}

// multiByte reports whether name is one of the legacy East Asian encodings.
func multiByte(name string) bool {
	switch name {
	case "gb18030", "hz-gb-2312", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr":
		return true
	}
	return false
}

// wide reports whether name has code units of more than one byte, so that not
// even ASCII text looks like ASCII.
func wide(name string) bool {
	switch name {
	case nameUTF16LE, nameUTF16BE, nameUTF32LE, nameUTF32BE:
		return true
	}
	return false
}

// stateful reports whether name hides other characters in ASCII bytes.
func stateful(name string) bool { return name == "iso-2022-jp" || name == "hz-gb-2312" }

// headerLabel returns the encoding named by a Content-Type value, or "".
func headerLabel(contentType string) string {
	return canonicalLabel(charsetParam(strings.ToLower(contentType)))
}

// charsetParam finds "charset=" in a Content-Type value, as the HTML
// Standard's "algorithm for extracting a character encoding from a meta
// element" does. s is lower case.
func charsetParam(s string) string {
	for {
		i := strings.Index(s, "charset")
		if i < 0 {
			return ""
		}
		s = strings.TrimLeft(s[i+len("charset"):], " \t\r\n\f")
		if !strings.HasPrefix(s, "=") {
			continue
		}
		s = strings.TrimLeft(s[1:], " \t\r\n\f")
		if s == "" {
			return ""
		}
		if q := s[0]; q == '"' || q == '\'' {
			if j := strings.IndexByte(s[1:], q); j >= 0 {
				return s[1 : 1+j]
			}
			return s[1:]
		}
		if j := strings.IndexAny(s, " \t\r\n\f;,"); j >= 0 {
			s = s[:j]
		}
		return s
	}
}
