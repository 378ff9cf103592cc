package corpus

import (
	"fmt"
	"strconv"
)

// A span is a string of the row being read: a part of assembler.strings.
type span struct{ start, end int }

// An assembler builds one document from the fields of a row, of whatever tool.
// It is reused from row to row.
type assembler struct {
	name string // of the shard

	strings                 []byte // the decoded strings of the row, one after another
	id, url, text, date     span
	title, language, coding span
	file                    span
	metaURL, metaDate       span // from the metadata of tools that keep them there
	hasText                 bool
	offset                  int64 // -1: the row has no source
	score                   float64
	hasScore                bool
	tokens                  int64

	ownExtra []byte // the metadata's extra, if it was us who wrote the row
	extra    []byte // members of fields that are not ours: "key":value,"key":value
	scratch  []byte

	// formula form -> itself, so that the maps' keys are allocated once a shard.
	keys map[string]string
}

// maxKeys bounds assembler.keys: we write a dozen forms, others may write anything.
const maxKeys = 256

// reset prepares the assembler for the next row and empties doc's maps.
func (a *assembler) reset(doc *Document) {
	*a = assembler{
		name: a.name, keys: a.keys, offset: -1,
		strings: a.strings[:0], ownExtra: a.ownExtra[:0], extra: a.extra[:0], scratch: a.scratch,
	}
	clear(doc.Metadata.Formulas)
	clear(doc.Metadata.FormulasLost)
}

// add decodes a JSON string into the row's strings.
func (a *assembler) add(raw []byte, escaped bool) span {
	start := len(a.strings)
	a.strings = appendUnescaped(a.strings, raw, escaped)
	return span{start, len(a.strings)}
}

// finish fills doc from what was gathered of the row.
func (a *assembler) finish(doc *Document, row int64) {
	all := string(a.strings)
	of := func(s span) string { return all[s.start:s.end] }
	doc.ID, doc.URL, doc.Text, doc.Date = of(a.id), of(a.url), of(a.text), of(a.date)
	if doc.ID == "" {
		doc.ID = a.name + ":" + strconv.FormatInt(row, 10)
	}
	if doc.URL == "" {
		doc.URL = of(a.metaURL)
	}
	if doc.Date == "" {
		doc.Date = of(a.metaDate)
	}
	doc.Source = Source{File: of(a.file), Offset: a.offset}
	if a.offset < 0 {
		doc.Source = Source{File: a.name, Offset: row}
	}
	m := &doc.Metadata
	m.Title, m.Language, m.Charset = of(a.title), of(a.language), of(a.coding)
	m.Extra = a.appendExtra(m.Extra[:0])
	doc.Score = nil
	if a.hasScore {
		score := a.score
		doc.Score = &score
	}
	doc.TokenCount = int(a.tokens)
}

// appendExtra joins the extra we wrote earlier and the fields that are not ours.
func (a *assembler) appendExtra(dst []byte) []byte {
	if len(a.extra) == 0 {
		return append(dst, a.ownExtra...)
	}
	dst = append(dst, '{')
	own := scanner{data: a.ownExtra}
	switch {
	case len(a.ownExtra) == 0:
	case own.peek() != '{':
		dst = append(append(append(dst, `"extra":`...), a.ownExtra...), ',')
	default:
		own.pos++
		if own.peek() != '}' {
			dst = append(dst, a.ownExtra[own.pos:len(a.ownExtra)-1]...)
			dst = append(dst, ',')
		}
	}
	dst = append(dst, a.extra...)
	return append(dst, '}')
}

// addExtra keeps a field that is not ours; value is JSON.
func (a *assembler) addExtra(key string, value []byte) {
	a.extraKey(key)
	a.extra = append(a.extra, value...)
}

func (a *assembler) extraKey(key string) {
	if len(a.extra) > 0 {
		a.extra = append(a.extra, ',')
	}
	a.extra = appendString(a.extra, key)
	a.extra = append(a.extra, ':')
}

// object takes in a row that is a JSON object.
func (a *assembler) object(line []byte, doc *Document) error {
	s := scanner{data: line}
	if err := s.members(func(key []byte) error { return a.field(&s, key, doc) }); err != nil {
		return err
	}
	return s.end()
}

// members consumes an object and calls each with every key, to consume the value.
func (s *scanner) members(each func(key []byte) error) error {
	if err := s.take('{'); err != nil {
		return err
	}
	var unescaped []byte
	for first := true; ; first = false {
		more, err := s.next(first, '}')
		if err != nil || !more {
			return err
		}
		if s.peek() != '"' {
			return s.syntaxError()
		}
		key, escaped, err := s.rawString()
		if err != nil {
			return err
		}
		if escaped {
			unescaped = appendUnescaped(unescaped[:0], key, true)
			key = unescaped
		}
		if err := s.take(':'); err != nil {
			return err
		}
		s.peek()
		if err := each(key); err != nil {
			return err
		}
	}
}

// field takes in one top-level field.
func (a *assembler) field(s *scanner, key []byte, doc *Document) error {
	switch string(key) {
	case "text":
		return a.stringField(s, key, &a.text, &a.hasText)
	case "id":
		if c := s.peek(); c == '-' || c-'0' <= 9 {
			number, err := s.number()
			a.id = a.add(number, false)
			return err
		}
		return a.stringField(s, key, &a.id, nil)
	case "url":
		return a.stringField(s, key, &a.url, nil)
	case "date":
		return a.stringField(s, key, &a.date, nil)
	case "source":
		return a.source(s, key)
	case "metadata":
		return a.metadata(s, key, doc)
	}
	value, err := s.raw()
	if err != nil {
		return err
	}
	if !a.number(string(key), value) {
		a.addExtra(string(key), value)
	}
	return nil
}

// number takes in score and token_count where they have our meaning, and
// reports whether it did.
func (a *assembler) number(key string, value []byte) bool {
	switch key {
	case "score":
		f, err := strconv.ParseFloat(string(value), 64)
		if err != nil || !(f >= 0 && f <= 1) {
			return false
		}
		a.score, a.hasScore = f, true
		return true
	case "token_count":
		n, ok := integer(value)
		if !ok || n < 0 {
			return false
		}
		a.tokens = n
		return true
	}
	return false
}

// stringField takes in a string; null is as if the field were not there, and
// any other value is kept as extra.
func (a *assembler) stringField(s *scanner, key []byte, into *span, seen *bool) error {
	if s.peek() == '"' {
		raw, escaped, err := s.rawString()
		if err != nil {
			return err
		}
		*into = a.add(raw, escaped)
		if seen != nil {
			*seen = true
		}
		return nil
	}
	value, err := s.raw()
	if err == nil && string(value) != "null" {
		a.addExtra(string(key), value)
	}
	return err
}

// source takes in {"file":…,"offset":…}; other tools name their data set there.
func (a *assembler) source(s *scanner, key []byte) error {
	value, err := s.raw()
	if err != nil {
		return err
	}
	file, offset := span{}, int64(-1)
	if value[0] == '{' {
		fields := scanner{data: value}
		err = fields.members(func(key []byte) error {
			value, err := fields.raw()
			switch {
			case err != nil:
				return err
			case string(key) == "file" && value[0] == '"':
				inner := scanner{data: value}
				raw, escaped, err := inner.rawString()
				file = a.add(raw, escaped)
				return err
			case string(key) == "offset":
				offset, _ = integer(value)
			}
			return nil
		})
	}
	if offset < 0 {
		a.addExtra(string(key), value)
		return err
	}
	a.file, a.offset = file, offset
	return err
}

// metadata takes in the metadata object, ours or another tool's, which may also
// be the object's text as a string.
func (a *assembler) metadata(s *scanner, key []byte, doc *Document) error {
	value, err := s.raw()
	if err != nil || string(value) == "null" {
		return err
	}
	object := value
	if value[0] == '"' {
		inner := scanner{data: value}
		raw, escaped, err := inner.rawString()
		if err != nil {
			return err
		}
		a.scratch = appendUnescaped(a.scratch[:0], raw, escaped)
		object = a.scratch
	}
	if !a.metadataObject(object, doc) {
		a.addExtra(string(key), value)
	}
	return nil
}

// metadataObject takes what it knows from the metadata of a row. It reports
// whether that was all; if not, the metadata wants to be kept as it is too.
func (a *assembler) metadataObject(object []byte, doc *Document) (whole bool) {
	check := scanner{data: object}
	if check.peek() != '{' || check.skipValue(0) != nil || check.end() != nil {
		return false
	}
	whole = true
	s := scanner{data: object}
	err := s.members(func(key []byte) error {
		value, err := s.raw()
		if err != nil {
			return err
		}
		whole = a.metadataField(string(key), value, doc) && whole
		return nil
	})
	return whole && err == nil
}

// metadataField takes in one field of the metadata, whose value is valid JSON,
// and reports whether the field is one of ours.
func (a *assembler) metadataField(key string, value []byte, doc *Document) bool {
	var into *span
	ours := true
	switch key {
	case "title":
		into = &a.title
	case "language":
		into = &a.language
	case "charset":
		into = &a.coding
	case "url":
		into, ours = &a.metaURL, false
	case "date":
		into, ours = &a.metaDate, false
	case "formulas":
		return a.counts(value, &doc.Metadata.Formulas)
	case "formulas_lost":
		return a.counts(value, &doc.Metadata.FormulasLost)
	case "extra":
		a.ownExtra = append(a.ownExtra[:0], value...)
		return true
	default:
		return false
	}
	if value[0] != '"' {
		return ours && string(value) == "null"
	}
	s := scanner{data: value}
	raw, escaped, err := s.rawString()
	if err != nil {
		return false
	}
	*into = a.add(raw, escaped)
	return ours
}

// counts takes in an object of whole numbers.
func (a *assembler) counts(value []byte, into *map[string]int) bool {
	if value[0] != '{' {
		return string(value) == "null"
	}
	s := scanner{data: value}
	err := s.members(func(key []byte) error {
		value, err := s.raw()
		if err != nil {
			return err
		}
		n, ok := integer(value)
		if !ok {
			return fmt.Errorf("count %s: %w", key, errJSON)
		}
		if *into == nil {
			*into = make(map[string]int)
		}
		(*into)[a.key(key)] = int(n)
		return nil
	})
	if err != nil {
		clear(*into)
	}
	return err == nil
}

// key returns the string of a key, the same for the same key.
func (a *assembler) key(key []byte) string {
	if s, ok := a.keys[string(key)]; ok {
		return s
	}
	s := string(key)
	if a.keys == nil {
		a.keys = make(map[string]string)
	}
	if len(a.keys) < maxKeys {
		a.keys[s] = s
	}
	return s
}
