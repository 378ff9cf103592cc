package language

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/abadojack/whatlanggo"
	"golang.org/x/text/language"

	"mathsieve/internal/fasttext"
)

// A Detector tells languages. It is immutable and may be shared by goroutines.
type Detector struct {
	model *fasttext.Model // nil without one
}

// New returns the detector that is built in.
func New() *Detector { return &Detector{} }

// Load returns a detector that asks the fastText model at path, whose labels
// are __label__ and the code of a language.
func Load(path string) (*Detector, error) {
	model, err := fasttext.LoadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load language model: %w", err)
	}
	if _, err := model.NewPredictor().Predict([]byte("a"), 1, 0); err != nil {
		return nil, fmt.Errorf("load language model: %w", err)
	}
	return &Detector{model: model}, nil
}

// NewWorker returns a Worker with memory of its own.
func (d *Detector) NewWorker() *Worker {
	w := &Worker{parsed: make(map[string]declaration)}
	if d.model != nil {
		w.predictor = d.model.NewPredictor()
	}
	return w
}

// A Worker tells the language of one text after the other. It serves one
// goroutine.
type Worker struct {
	predictor *fasttext.Predictor
	prose     []byte
	parsed    map[string]declaration
}

// Letters and probabilities below which a declared language is believed.
const (
	minLetters    = 30  // letters of prose, without which nothing is detected
	minTrigrams   = 100 // Latin letters, below which trigrams of the many languages that have them are guesses
	surely        = 0.8 // of the trigram profiles, against a declared language
	probably      = 0.5 // of the trigram profiles, where none is declared
	minPrediction = 0.3 // of the model
)

// Detect returns the BCP 47 tag of the language that a text is written in, ""
// if there is no telling. declared is the tag that the page gives, or "".
func (w *Worker) Detect(text, declared string) string {
	hint, base := w.parse(declared)
	w.prose = appendProse(w.prose[:0], text)
	found := w.find(base)
	if found == "" || found == base {
		return hint
	}
	return found
}

// find returns the language of the prose, "" in doubt.
func (w *Worker) find(declared string) string {
	script, letters := census(w.prose)
	if letters < minLetters {
		return ""
	}
	if w.predictor != nil {
		return w.predict()
	}
	if script != "" {
		return script
	}
	if found := byWords(w.prose, declared); found != doubt {
		return found
	}
	if declared == "en" && isPlain(w.prose) {
		return declared // most languages without other letters have their words above
	}
	if isLatin(w.prose) && (declared != "" || letters < minTrigrams) {
		return "" // no words speak against what is declared, and trigrams know less than whoever declared it
	}
	least := probably
	if declared != "" {
		least = surely
	}
	info := whatlanggo.Detect(string(w.prose))
	if info.Lang < 0 || info.Confidence < least {
		return "" // equal distances, which have no order, have confidence 0
	}
	code := info.Lang.Iso6391()
	if code == "" {
		code = info.Lang.Iso6393()
	}
	return baseOf(code)
}

func (w *Worker) predict() string {
	best, err := w.predictor.Predict(w.prose, 1, minPrediction)
	if err != nil || len(best) == 0 {
		return ""
	}
	return baseOf(strings.TrimPrefix(best[0].Label, "__label__"))
}

// census returns the language of a text whose script tells it, and how many
// letters the text has; an East Asian one counts for two.
func census(prose []byte) (tag string, letters int) {
	var han, kana, hangul, others int
	for i := 0; i < len(prose); {
		if c := prose[i]; c < utf8.RuneSelf {
			if c|0x20 >= 'a' && c|0x20 <= 'z' {
				others++
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(prose[i:])
		i += size
		switch {
		case r < 0x2e80:
			if unicode.IsLetter(r) {
				others++
			}
		case r >= 0x3041 && r <= 0x30ff && r != '・':
			kana += 2
		case unicode.Is(unicode.Han, r):
			han += 2
		case unicode.Is(unicode.Hangul, r):
			hangul += 2
		case unicode.IsLetter(r):
			others++
		}
	}
	letters = han + kana + hangul + others
	switch {
	case han+kana+hangul <= others:
		return "", letters
	case hangul > han+kana:
		return "ko", letters
	case kana*20 > han:
		return "ja", letters
	}
	return "zh", letters
}

// isLatin reports whether a text is mostly of Latin letters: more of its
// characters are letters of ASCII than are outside ASCII.
func isLatin(prose []byte) bool {
	letters, others := 0, 0
	for _, c := range prose {
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		case c >= 0xc0: // the first byte of a character
			others++
		}
	}
	return letters > others
}

// isPlain reports whether hardly a character of a text is outside ASCII.
func isPlain(prose []byte) bool {
	others := 0
	for _, c := range prose {
		others += int(c >> 7)
	}
	return others*100 < len(prose)
}

// otherCodes are codes of models and of the tags of pages that are not what
// BCP 47 says, or that mean the same language.
var otherCodes = map[string]string{
	"als": "gsw", // Alemannic in lid.176
	"pes": "fa", "arb": "ar", "zsm": "ms", "azj": "az", "uzn": "uz", "lvs": "lv", "ydd": "yi", "ekk": "et",
	"bh": "bho", "iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "tl": "fil", "cmn": "zh",
}

// baseOf returns the language of a code as it stands in results.
func baseOf(code string) string {
	if other := otherCodes[code]; other != "" {
		return other
	}
	return code
}

// A declaration is what parse returns for a declared tag.
type declaration struct{ tag, base string }

// maxParsed bounds Worker.parsed: pages declare some hundred tags.
const maxParsed = 1000

// parse is the function parse, which takes a microsecond, with a memory.
func (w *Worker) parse(declared string) (tag, base string) {
	if d, ok := w.parsed[declared]; ok {
		return d.tag, d.base
	}
	tag, base = parse(declared)
	if len(w.parsed) < maxParsed {
		w.parsed[strings.Clone(declared)] = declaration{tag, base}
	}
	return tag, base
}

// parse returns the canonical form of a declared tag and its language, both ""
// if it is none.
func parse(declared string) (tag, base string) {
	if declared == "" {
		return "", ""
	}
	t, err := language.Raw.Parse(declared)
	if err != nil || t.IsRoot() {
		return "", ""
	}
	b, _, _ := t.Raw()
	if b.String() == "und" {
		return "", ""
	}
	return t.String(), baseOf(b.String())
}
