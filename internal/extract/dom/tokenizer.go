package dom

import "bytes"

// A tokenKind tells tokens apart.
type tokenKind uint8

const (
	textToken tokenKind = iota
	startTagToken
	endTagToken
	commentToken
	doctypeToken
	endOfFileToken
)

// A token is a piece of the source: the text, the content of a comment or of a
// doctype, or a tag from the first byte of its name to the closing angle
// bracket.
type token struct {
	start, stop int
	attrs       int // of a start tag: index of the first one in tokenizer.attrs, or -1
	kind        tokenKind
	tag         Tag
	selfClosing bool
	flags       flags // of text
}

// A tokenizer splits a document into tokens. It does what section 13.2.5 of the
// standard says, but for the content of raw text elements, which it reads as a
// whole (rawText).
type tokenizer struct {
	src   []byte
	pos   int
	token token

	wanted *Wanted
	attrs  []Attr // the wanted attributes of all tags
}

// next reads the next token. CDATA sections are text if cdata is set, else
// comments.
func (z *tokenizer) next(cdata bool) {
	src, start := z.src, z.pos
	for i := start; ; {
		if i < len(src) && src[i] != '<' {
			if n := bytes.IndexByte(src[i:], '<'); n >= 0 {
				i += n
			} else {
				i = len(src)
			}
		}
		// Whatever follows the angle bracket, it takes two bytes at least.
		if i+1 >= len(src) {
			z.text(start, len(src))
			return
		}
		c := src[i+1]
		switch {
		case isLetter(c):
			if i > start {
				z.text(start, i)
				return
			}
			z.tag(startTagToken, i+1)
			return
		case c == '/' && i+2 < len(src):
			if i > start {
				z.text(start, i)
				return
			}
			switch c := src[i+2]; {
			case isLetter(c):
				z.tag(endTagToken, i+2)
				return
			case c != '>':
				z.bogusComment(i + 2)
				return
			}
			// </> is nothing.
			i += 3
			start = i
		case c == '!' || c == '?':
			if i > start {
				z.text(start, i)
				return
			}
			if c == '?' {
				z.bogusComment(i + 1)
				return
			}
			if z.markupDeclaration(i+2, cdata) {
				return
			}
			i = z.pos
			start = i
		default:
			i++
		}
	}
}

// text makes a text token, or the end of the file where the text is empty.
func (z *tokenizer) text(start, stop int) {
	t := &z.token
	t.kind, t.flags = textToken, 0
	if start == stop {
		t.kind = endOfFileToken
	}
	t.start, t.stop = start, stop
	z.pos = stop
}

// tag reads a start or end tag whose name begins at i. A tag that is cut off
// by the end of the file is no token.
func (z *tokenizer) tag(kind tokenKind, i int) {
	src, start, key := z.src, i, nameKey(0)
	for ; i < len(src); i++ {
		c := nameByte[src[i]]
		if c == 0 {
			break
		}
		key = key.add(c)
	}
	name := src[start:i]
	selfClosing, attrs := false, -1
	if i < len(src) && src[i] != '>' {
		i, selfClosing, attrs = z.attributes(i)
	}
	if i >= len(src) {
		z.text(len(src), len(src))
		return
	}
	t := &z.token
	t.kind, t.tag, t.selfClosing, t.flags = kind, knownTags.find(name, key), selfClosing, 0
	t.start, t.stop, t.attrs = start, i, attrs
	z.pos = i + 1
}

// attributes reads the attributes of a tag, which begin at i, and notes those
// that are wanted. It returns the position of the angle bracket that closes the
// tag, len(src) if there is none, whether the tag closes itself, and the index of
// the first wanted attribute, or -1.
func (z *tokenizer) attributes(i int) (end int, selfClosing bool, attrs int) {
	src, first := z.src, len(z.attrs)
	seen := uint64(0) // numbers of those that were noted
	for left := maxAttributes; ; left-- {
		gap := i
		for i < len(src) && attrGap[src[i]] {
			i++
		}
		if i >= len(src) || src[i] == '>' {
			return i, i > gap && src[i-1] == '/', z.closeAttrs(first)
		}
		start, key := i, nameKey(lowerByte(src[i])) // even an equals sign begins the name here
		for i++; i < len(src); i++ {
			c := attrNameByte[src[i]]
			if c == 0 {
				break
			}
			key = key.add(c)
		}
		name := src[start:i]
		var value span
		value, i = attrValue(src, i)
		if left <= 0 {
			continue
		}
		if id := z.wanted.find(name, key); id >= 0 && seen>>id&1 == 0 {
			seen |= 1 << id
			z.attrs = append(z.attrs, Attr{value: value, ID: uint8(id)})
		}
	}
}

// closeAttrs makes the wanted attributes from the one with the index first on
// those of one tag. It returns first, or -1 if there are none.
func (z *tokenizer) closeAttrs(first int) int {
	if len(z.attrs) == first {
		return -1
	}
	z.attrs[first].count = uint8(len(z.attrs) - first)
	return first
}

// bogusComment reads up to the next closing angle bracket.
func (z *tokenizer) bogusComment(start int) {
	stop, next := len(z.src), len(z.src)
	if n := bytes.IndexByte(z.src[start:], '>'); n >= 0 {
		stop = start + n
		next = stop + 1
	}
	z.token = token{kind: commentToken, start: start, stop: stop}
	z.pos = next
}

// markupDeclaration reads what follows <!. It returns false for an empty CDATA
// section, which is no token.
func (z *tokenizer) markupDeclaration(i int, cdata bool) bool {
	rest := z.src[i:]
	switch {
	case len(rest) >= 2 && rest[0] == '-' && rest[1] == '-':
		start := i + 2
		stop, next := commentEnd(z.src, start)
		z.token = token{kind: commentToken, start: start, stop: stop}
		z.pos = next
	case len(rest) >= len("doctype") && equalFold(view(rest[:len("doctype")]), "doctype"):
		z.bogusComment(skipSpace(z.src, i+len("doctype")))
		z.token.kind = doctypeToken
	case cdata && bytes.HasPrefix(rest, []byte("[CDATA[")):
		start := i + len("[CDATA[")
		stop, next := len(z.src), len(z.src)
		if n := bytes.Index(z.src[start:], []byte("]]>")); n >= 0 {
			stop = start + n
			next = stop + len("]]>")
		}
		z.token = token{kind: textToken, start: start, stop: stop, flags: flagRaw}
		z.pos = next
		return start < stop
	default:
		z.bogusComment(i)
	}
	return true
}

// rawText reads the content of the element whose start tag has just been read,
// and its end tag, and returns the extent of the content. The file may end
// before the end tag does.
func (z *tokenizer) rawText(tag Tag) (start, stop int) {
	start = z.pos
	if tag == Plaintext {
		z.pos = len(z.src)
		return start, z.pos
	}
	if tag == Script {
		stop = scriptEnd(z.src, start)
	} else {
		stop = rawTextEnd(z.src, start, tagNames[tag])
	}
	end, _, _ := z.attributes(min(stop+len("</")+len(tagNames[tag]), len(z.src)))
	z.pos = min(end+1, len(z.src))
	return start, stop
}
