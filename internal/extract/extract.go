package extract

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"mathsieve/internal/corpus"
	"mathsieve/internal/extract/charset"
	"mathsieve/internal/extract/dom"
	"mathsieve/internal/extract/language"
	"mathsieve/internal/extract/site"
)

// Reasons why a payload becomes no document.
const (
	// ReasonNotHTML: the declared type or the bytes are not HTML.
	ReasonNotHTML corpus.Reason = "not_html"
	// ReasonTooLarge: the payload exceeds Options.MaxBytes or its tree
	// Options.MaxNodes.
	ReasonTooLarge corpus.Reason = "too_large"
	// ReasonCharset: the bytes could not be decoded.
	ReasonCharset corpus.Reason = "charset_unknown"
	// ReasonEmpty: less than Options.MinTextBytes of text came out.
	ReasonEmpty corpus.Reason = "empty_text"
)

// Options are the settings of extraction.
type Options struct {
	// MaxBytes is the largest payload that is parsed, in bytes before and
	// after decoding to UTF-8.
	MaxBytes int `yaml:"max-bytes"`
	// MaxNodes is the largest number of nodes in the tree of a page.
	MaxNodes int `yaml:"max-nodes"`
	// MinTextBytes is the least length of a document's text in bytes; shorter
	// ones are dropped as empty_text.
	MinTextBytes int `yaml:"min-text-bytes"`
	// JSONBelow is the length of text in bytes under which the structured
	// data of a page (JSON-LD, state of a JavaScript application) is searched
	// for its text; 0 turns that off.
	JSONBelow int `yaml:"json-below"`
	// Comments keeps the comments below articles that hold no formula; those
	// of forums and question sites are always kept.
	Comments bool `yaml:"comments"`
	// WholePage keeps menus, footers and all other parts of the page.
	WholePage bool `yaml:"whole-page"`
	// ExpandMacros replaces the macros that a page defines, in its formulas,
	// hidden blocks or the configuration of its renderer, by what they stand
	// for. It is off by default: the author's TeX goes through as it is, and
	// only the definitions are left out.
	ExpandMacros bool `yaml:"expand-macros"`
	// SiteRules is the path of a YAML file with rules for the pages of single
	// hosts, which go before those built in; "" is none. Package site reads it.
	SiteRules string `yaml:"site-rules"`
	// LanguageModel is the path of a fastText model of languages, such as
	// lid.176.bin or lid.176.ftz, that tells the language of documents; with ""
	// it is told without a model. Package language does both.
	LanguageModel string `yaml:"language-model"`
}

// DefaultOptions returns the options that suit Common Crawl, whose records are
// cut at 1 MiB, or at 5 MiB since March 2025.
func DefaultOptions() Options {
	return Options{
		MaxBytes:     10 << 20,
		MaxNodes:     2_000_000,
		MinTextBytes: 1,
		JSONBelow:    200,
	}
}

// Validate reports the first option that makes no sense.
func (o Options) Validate() error {
	switch {
	case o.MaxBytes < 1 || o.MaxBytes > 1<<30:
		return fmt.Errorf("max-bytes is %d, want 1 to %d", o.MaxBytes, 1<<30)
	case o.MaxNodes < 1 || o.MaxNodes > 1<<28:
		return fmt.Errorf("max-nodes is %d, want 1 to %d", o.MaxNodes, 1<<28)
	case o.MinTextBytes < 0:
		return errors.New("min-text-bytes is negative")
	case o.JSONBelow < 0:
		return errors.New("json-below is negative")
	}
	return nil
}

// An Extractor makes documents out of web pages. It is immutable and may be
// shared by goroutines.
type Extractor struct {
	options  Options
	sites    *site.Rules
	language *language.Detector
}

// New returns an Extractor; the error is that of Options.Validate, or of a file
// that the options name.
func New(o Options) (*Extractor, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("extract options: %w", err)
	}
	e := &Extractor{options: o, sites: site.Default(), language: language.New()}
	if o.SiteRules != "" {
		rules, err := site.ReadFile(o.SiteRules)
		if err != nil {
			return nil, fmt.Errorf("extract.site-rules: %w", err)
		}
		e.sites = rules.Over(e.sites)
	}
	if o.LanguageModel != "" {
		detector, err := language.Load(o.LanguageModel)
		if err != nil {
			return nil, fmt.Errorf("extract.language-model: %w", err)
		}
		e.language = detector
	}
	return e, nil
}

// NewWorker returns a Worker with memory of its own.
func (e *Extractor) NewWorker() *Worker {
	w := &Worker{options: &e.options, sites: e.sites, language: e.language.NewWorker()}
	w.page.init(&e.options)
	return w
}

// A Worker extracts one page after another and reuses its memory. It serves
// one goroutine.
type Worker struct {
	options  *Options
	sites    *site.Rules
	language *language.Worker
	body     []byte
	page     page
}

// keptBytes is the size above which a worker's buffers are given back after a
// page, so that one giant page does not occupy memory for ever.
const keptBytes = 4 << 20

// An Input is the payload of an HTTP response.
type Input struct {
	// Body is the payload without transfer and content coding. It is not
	// changed, and not retained after Extract.
	Body []byte
	// ContentType is the value of the Content-Type header, "" if unknown.
	ContentType string
	// URL is the address of the page.
	URL string
}

// Extract fills doc.Text and doc.Metadata with what the page says; Metadata.Extra
// and all other fields stay. It returns why the page is no document, or ""; after
// ReasonEmpty, Metadata.FormulasLost has the page's formulas.
// The result depends on the input and the options alone.
func (w *Worker) Extract(in Input, doc *corpus.Document) corpus.Reason {
	doc.Text = ""
	doc.Metadata = corpus.Metadata{Extra: doc.Metadata.Extra}
	if len(in.Body) > w.options.MaxBytes {
		return ReasonTooLarge
	}
	if !mayBeHTML(in.Body, in.ContentType) {
		return ReasonNotHTML
	}
	body, name := charset.Decode(w.body[:0], in.Body, in.ContentType)
	if !sameArray(body, in.Body) {
		w.body = body
		if cap(body) > keptBytes {
			w.body = nil
		}
	}
	if name == "" {
		return ReasonCharset
	}
	doc.Metadata.Charset = name
	if len(body) > 2*w.options.MaxBytes {
		return ReasonTooLarge
	}
	limits := w.options.limits()
	limits.ValidUTF8 = true // the decoder's output
	var err error
	if w.options.WholePage {
		err = w.page.tree.Parse(body, limits)
	} else {
		body, err = w.sites.Parse(in.URL, body, limits, &w.page.tree)
	}
	if err == nil {
		w.page.extract(body, doc)
	}
	switch {
	case err != nil:
		return ReasonTooLarge
	case len(doc.Text) < max(w.options.MinTextBytes, 1):
		w.page.tally.loseText(lossEmpty)
		w.page.tally.fill(&doc.Metadata)
		return ReasonEmpty
	}
	doc.Metadata.Language = w.language.Detect(doc.Text, doc.Metadata.Language)
	return ""
}

// mayBeHTML tells pages from images, archives, data and scripts, by the
// declared type and by the first bytes, which both lie.
func mayBeHTML(body []byte, contentType string) bool {
	mime, _, _ := strings.Cut(contentType, ";")
	mime = strings.ToLower(strings.TrimSpace(mime))
	head := bytes.TrimLeft(body[:min(len(body), 1024)], "\xef\xbb\xbf \t\r\n\f")
	if hasMagic(head) {
		return false
	}
	switch mime {
	case "text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml", "html", "text/xhtml":
		return len(head) == 0 || head[0] != '{' && head[0] != '[' || bytes.IndexByte(body, '<') >= 0
	case "", "text/plain", "application/octet-stream", "text/xml", "application/xml", "unknown/unknown", "*/*", "text", "content/unknown":
		return looksLikeHTML(head)
	}
	return false
}

// magics are the first bytes of what is no text at all.
var magics = [...]string{
	"%PDF-", "\x89PNG", "GIF8", "\xff\xd8\xff", "PK\x03\x04", "\x1f\x8b", "RIFF", "BM6", "OggS", "ID3", "\x00\x00\x01\x00",
	"\x7fELF", "MZ\x90", "7z\xbc\xaf", "Rar!", "wOFF", "wOF2", "\x00asm", "%!PS", "{\\rtf", "\xd0\xcf\x11\xe0", "BZh9", "\xfd7zXZ",
	"\x28\xb5\x2f\xfd",
}

func hasMagic(head []byte) bool {
	for _, m := range magics {
		if len(head) >= len(m) && string(head[:len(m)]) == m {
			return true
		}
	}
	return false
}

// looksLikeHTML looks for the tags that open a page among the first bytes of a
// payload of unknown type.
func looksLikeHTML(head []byte) bool {
	if bytes.IndexByte(head, 0) >= 0 && !utf16Like(head) && !hasStrayNULs(head) {
		return false
	}
	lower := bytes.ToLower(bytes.ReplaceAll(head, []byte{0}, nil))
	for _, tag := range [...]string{"<!doctype html", "<html", "<head", "<body", "<title", "<h1", "<table", "<div", "<p>", "<br", "<meta", "<script"} {
		if bytes.Contains(lower, []byte(tag)) {
			return true
		}
	}
	return false
}

// utf16Like reports whether the NULs of head are those of UTF-16 or UTF-32.
func utf16Like(head []byte) bool {
	return len(head) >= 2 && (head[0] == 0xff && head[1] == 0xfe || head[0] == 0xfe && head[1] == 0xff || head[0] == 0 || head[1] == 0)
}

// hasStrayNULs reports whether head begins as mark-up does and its NULs are the few
// that have got into a text; a binary file has more of them, or another beginning.
func hasStrayNULs(head []byte) bool {
	const one = 16 // in so many bytes
	return head[0] == '<' && one*bytes.Count(head, []byte{0}) <= len(head)
}

// limits returns the parser's limits.
func (o *Options) limits() dom.Options {
	return dom.Options{
		MaxBytes: 2*o.MaxBytes + 1, MaxNodes: o.MaxNodes, MaxDepth: 512, MaxFormatting: 512, MaxRepairs: 256 << 10,
		Wanted: wantedAttrs,
	}
}

// sameArray reports whether two slices end in the same array.
func sameArray(a, b []byte) bool {
	return cap(a) > 0 && cap(b) > 0 && &a[:cap(a)][cap(a)-1] == &b[:cap(b)][cap(b)-1]
}
