package charset

import (
	"bytes"
	"strings"
)

// prescanBytes is how much of a page may precede its encoding declaration. The
// HTML Standard asks for 1,024; real heads carry scripts and comments before
// it, and browsers read on.
const prescanBytes = 8 << 10

// metaLabel returns the encoding that the head of an ASCII-compatible page
// declares, in an XML declaration or a meta element, or "". A declared UTF-16
// means UTF-8: the declaration could not have been read otherwise.
func metaLabel(body []byte) string {
	head := body[:min(len(body), prescanBytes)]
	name := xmlLabel(head)
	if name == "" {
		name = metaScan(head)
	}
	if wide(name) {
		return nameUTF8
	}
	return name
}

// xmlLabel reads the encoding of an XML declaration at the start of head.
func xmlLabel(head []byte) string {
	head = bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n\f")
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return ""
	}
	end := bytes.IndexByte(head, '>')
	if end < 0 {
		return ""
	}
	decl := string(head[:end])
	i := strings.Index(decl, "encoding")
	if i < 0 {
		return ""
	}
	decl = strings.TrimLeft(decl[i+len("encoding"):], " \t\r\n\f")
	if !strings.HasPrefix(decl, "=") {
		return ""
	}
	decl = strings.TrimLeft(decl[1:], " \t\r\n\f")
	if decl == "" || (decl[0] != '"' && decl[0] != '\'') {
		return ""
	}
	j := strings.IndexByte(decl[1:], decl[0])
	if j < 0 {
		return ""
	}
	return canonicalLabel(decl[1 : 1+j])
}

// metaScan is the HTML Standard's "prescan a byte stream to determine its
// encoding".
func metaScan(b []byte) string {
	for len(b) > 0 {
		i := bytes.IndexByte(b, '<')
		if i < 0 || i+1 >= len(b) {
			return ""
		}
		b = b[i:]
		switch {
		case bytes.HasPrefix(b, []byte("<!--")):
			// "<!-->" is a whole comment.
			j := bytes.Index(b[2:], []byte("-->"))
			if j < 0 {
				return ""
			}
			b = b[2+j+3:]
		case isTag(b, "<meta"):
			var name string
			if name, b = metaElement(b[len("<meta"):]); name != "" {
				return name
			}
		case isLetter(b[1]) || (b[1] == '/' && len(b) > 2 && isLetter(b[2])):
			j := bytes.IndexAny(b, " \t\r\n\f>")
			if j < 0 {
				return ""
			}
			b = b[j:]
			for {
				var ok bool
				if _, _, b, ok = attribute(b); !ok {
					break
				}
			}
		case b[1] == '!' || b[1] == '/' || b[1] == '?':
			j := bytes.IndexByte(b, '>')
			if j < 0 {
				return ""
			}
			b = b[j+1:]
		default:
			b = b[1:]
		}
	}
	return ""
}

// metaElement reads the attributes of a meta element and returns the encoding
// it declares, or "", and what follows it.
func metaElement(b []byte) (name string, rest []byte) {
	var direct, content string
	var pragma bool
	for {
		key, value, next, ok := attribute(b)
		b = next
		if !ok {
			break
		}
		if len(key) != len("charset") && len(key) != len("http-equiv") {
			continue
		}
		switch strings.ToLower(string(key)) {
		case "http-equiv":
			pragma = pragma || strings.EqualFold(string(value), "content-type")
		case "content":
			if content == "" {
				content = charsetParam(strings.ToLower(string(value)))
			}
		case "charset":
			if direct == "" {
				direct = string(value)
			}
		}
	}
	if direct != "" {
		return canonicalLabel(direct), b
	}
	// Pages that forget http-equiv, or write it as name=, still mean it.
	if content != "" || pragma {
		return canonicalLabel(content), b
	}
	return "", b
}

// attribute is the HTML Standard's "get an attribute", with the name as the page
// writes it. It returns false at the end of the tag or of the data.
func attribute(b []byte) (key, value, rest []byte, ok bool) {
	for len(b) > 0 && (isSpace(b[0]) || b[0] == '/') {
		b = b[1:]
	}
	if len(b) == 0 {
		return nil, nil, b, false
	}
	if b[0] == '>' {
		return nil, nil, b[1:], false
	}
	i := 0
	for i < len(b) && (b[i] != '=' || i == 0) && !isSpace(b[i]) && b[i] != '/' && b[i] != '>' {
		i++
	}
	key, b = b[:i], skipSpace(b[i:])
	if len(b) == 0 || b[0] != '=' {
		return key, nil, b, true
	}
	if b = skipSpace(b[1:]); len(b) == 0 {
		return key, nil, b, true
	}
	if q := b[0]; q == '"' || q == '\'' {
		j := bytes.IndexByte(b[1:], q)
		if j < 0 {
			return key, nil, nil, false
		}
		return key, b[1 : 1+j], b[j+2:], true
	}
	i = 0
	for i < len(b) && !isSpace(b[i]) && b[i] != '>' {
		i++
	}
	return key, b[:i], b[i:], true
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

func skipSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	return b
}

func isTag(b []byte, tag string) bool {
	return len(b) > len(tag) && strings.EqualFold(string(b[:len(tag)]), tag) &&
		strings.IndexByte(" \t\r\n\f/", b[len(tag)]) >= 0
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
