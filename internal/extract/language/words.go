package language

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// doubt also stands for languages that are not told by their common words, since
// they share too many of them, but must not be taken for a neighbour.
const doubt = ""

// commonWords are the words that make up a third of ordinary prose, and, for
// English, those of pages that have none: indices and references. Without a tag
// stand Danish with Norwegian, and Slovak.
var commonWords = [...]struct{ tag, words string }{
	{"en", "the of and to in is that for it as with are be this by on not or from at which we have an can you if has was will but all its their there one when these then they your more our about what how see page list file files data type name value class function method returns reference version source using used search help note example set default following user guide contents index members public string object new report line lines coverage classes package packages unit declaration includes included including include library license copyright rights reserved section entry syntax constants types functions overview field fields parameters description details names select next previous product products price item items free order into only such than where who up out he his she were been had does could would should over after before between through under"},
	{"de", "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man dann kann wenn"},
	{"fr", "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont avec ou son aux cette comme mais nous on leur être si ces sa tout vous deux même aussi dont"},
	{"es", "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había muy hasta desde"},
	{"it", "di e il la che in un è per una sono con non del si da le dei al come più i della gli nel alla ma anche lo se delle ha o questo dal su nella essere ci cui degli due tra quando"},
	{"pt", "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao das à seu sua ou quando muito nos já também pelo pela até isso entre são foi ser é"},
	{"nl", "de het een en van in is dat op te zijn met voor die niet er aan om ook als dan bij maar door naar worden of uit nog kan wordt heeft deze wij je wat hebben tot over we moet"},
	{"sv", "och i att det som en på är av för med den till inte om ett har jag vi men de så var kan från eller när man sin vid nu också över ska efter bara där alla blir finns"},
	{doubt, "og i at det er en den til af av på for som de med der ikke et han har jeg om vi men var et så kan fra eller når vil være blev ble ved også efter etter hvor alle du din dit mig meg sig seg hvis"},
	{"pl", "w i na z do się nie to jest że o jak od po przez dla są za ale oraz co który które tym jego ich czy tylko być może już także jej ma tak lub ze która"},
	{"cs", "a v se na je že s z do to o i pro jsou ve za by ale jako jeho po tak k od které který si však co při jeho nebo až také byl není podle ze jen už může"},
	{doubt, "a v sa na je že s z do to o i pre sú vo za by ale ako jeho po tak k od ktorý keď však pri ich alebo až tiež bol nie podľa zo len už môže"},
	{"hu", "a az és hogy nem is egy ez meg volt csak azt de ha már van még mint ki minden el vagy kell lehet majd így után ezt akkor azonban olyan aki amely nagyon"},
	{"tr", "ve bir bu da de için ile olarak çok olan daha gibi en kadar sonra her ne var ya değil ise olduğu göre veya o ki ancak tarafından"},
	{"ro", "de și în a la cu pe nu o care este că din un mai pentru sunt se ca fi sau ce al au prin dar după fost ale lui această"},
	{"ru", "и в не на что с как это по но из к у за от о для так же вы мы его все был бы только или при если есть быть может также чтобы их то уже"},
	{"uk", "і в не на що з як це по але із до у за від про для так ви ми його все був або при якщо є бути може також щоб їх та вже який які"},
	{"bg", "и в не на че с как това по но от към у за за до се да са ли ще или при ако е съм може също които който си като след"},
	{"id", "yang dan di dengan untuk ini dari dalam pada adalah tidak itu akan atau juga ke oleh sebagai dapat karena ada kita bahwa lebih jika maka"},
}

// A wordKey is the last sixteen bytes of a word.
type wordKey struct{ high, low uint64 }

func (k wordKey) add(c byte) wordKey { return wordKey{k.high<<8 | k.low>>56, k.low<<8 | uint64(c)} }

// A wordIndex maps common words to the sets of their languages, as bits of
// commonWords: a hash table with linear probing, as looking up each word of a
// text in a map took longer than all else.
type wordIndex [1 << wordIndexBits]struct {
	key  wordKey
	tags uint32
}

const wordIndexBits = 11

var wordTags = indexWords()

func indexWords() *wordIndex {
	var x wordIndex
	for i, l := range commonWords {
		for word := range strings.FieldsSeq(l.words) {
			key := wordKey{}
			for _, c := range []byte(word) {
				key = key.add(c)
			}
			at := x.find(key)
			x[at].key = key
			x[at].tags |= 1 << i
		}
	}
	return &x
}

// find returns where key is, or where it would go.
func (x *wordIndex) find(key wordKey) uint {
	at := uint((key.low ^ key.high*0xff51afd7ed558ccd) * 0x9e3779b97f4a7c15 >> (64 - wordIndexBits))
	for x[at].tags != 0 && x[at].key != key {
		at = (at + 1) % (1 << wordIndexBits)
	}
	return at
}

// byWords returns the language of a text by its common words, or doubt. Fewer
// of them will do for the language that the page declares.
func byWords(prose []byte, declared string) string {
	var hits [len(commonWords)]int
	words, latin := 0, 0 // latin ones begin with an ASCII letter
	for i := 0; i < len(prose); {
		key, start, last := wordKey{}, i, byte(0)
		for ; i < len(prose) && wordByte[prose[i]] != 0; i++ {
			c := wordByte[prose[i]]
			if last == 0xc3 && c >= 0x80 && c <= 0x9e {
				c += 0x20 // a capital of Latin-1
			}
			last = c
			key = key.add(c)
		}
		if i == start {
			_, size := utf8.DecodeRune(prose[i:])
			i += size
			continue
		}
		words++
		if prose[start] < utf8.RuneSelf {
			latin++
		}
		if i-start > 16 || i-start == 1 { // a letter alone is a word of some languages and a variable in all
			continue
		}
		for set := wordTags[wordTags.find(key)].tags; set != 0; set &= set - 1 {
			hits[bits.TrailingZeros32(set)]++
		}
	}
	best, second := 0, 0
	for i, n := range hits {
		if n > hits[best] {
			best = i
		}
	}
	for i, n := range hits {
		if i != best {
			second = max(second, n)
		}
	}
	tag := commonWords[best].tag
	// Enough common words, not too thinly spread, and so many times those of the next language.
	enough := func(least, spread int, lead float64) bool {
		return hits[best] >= least && hits[best]*spread >= words && float64(hits[best]) >= lead*float64(second)
	}
	switch {
	case enough(6, 20, 1.5), tag == declared && enough(2, 50, 1.5), declared == "" && latin*2 > words && (enough(3, 40, 4) || enough(2, 8, 4)):
		return tag
	}
	return doubt
}

// wordByte maps the bytes of words to lower case, and others to 0. All that is
// not ASCII counts as a letter, but for General Punctuation and the signs of
// Latin-1.
var wordByte = func() (table [256]byte) {
	for i := range table {
		switch c := byte(i); {
		case c >= 'A' && c <= 'Z':
			table[i] = c + 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= utf8.RuneSelf && c != 0xe2 && c != 0xc2:
			table[i] = c
		}
	}
	return table
}()
