package language

import (
	"strings"
	"unicode/utf8"
)

// doubt also stands for languages that are not told by their common words, since
// they share too many of them, but must not be taken for a neighbour.
const doubt = ""

// commonWords are the words that make up a third of ordinary prose. Without a
// tag stand Danish with Norwegian, and Slovak.
var commonWords = [...]struct{ tag, words string }{
	{"en", "the of and to in is that for it as with are be this by on not or from at which we have an can you if has was will but all its their there one when these then they your more our about what how"},
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
	{"id", "yang dan di dengan untuk ini dari dalam pada adalah tidak itu akan atau juga ke oleh sebagai dapat karena ada kita bahwa lebih jika maka"},
}

// wordTags maps a common word to the set of its languages, as bits of
// commonWords.
var wordTags = indexWords()

func indexWords() map[string]uint16 {
	index := map[string]uint16{}
	for i, l := range commonWords {
		for word := range strings.FieldsSeq(l.words) {
			index[word] |= 1 << i
		}
	}
	return index
}

// byWords returns the language of a text by its common words, or doubt. Fewer
// of them will do for the language that the page declares.
func byWords(prose []byte, declared string) string {
	var hits [len(commonWords)]int
	words := 0
	var buffer [16]byte
	for len(prose) > 0 {
		end := wordEnd(prose)
		if end == 0 {
			_, size := utf8.DecodeRune(prose)
			prose = prose[size:]
			continue
		}
		words++
		if end <= len(buffer) {
			set := wordTags[string(lower(append(buffer[:0], prose[:end]...)))]
			for i := range hits {
				hits[i] += int(set >> i & 1)
			}
		}
		prose = prose[end:]
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
	least, share := 6, 20 // hits, and words to one hit
	if tag == declared {
		least, share = 2, 50
	}
	if hits[best] < least || hits[best]*share < words || hits[best]*2 < second*3 {
		return doubt
	}
	return tag
}

// wordEnd returns the length of the word at the start of text, 0 if there is
// none. All that is not ASCII counts as a letter, but for General Punctuation.
func wordEnd(text []byte) int {
	for i, c := range text {
		isLetter := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf
		if !isLetter || c == 0xe2 || c == 0xc2 {
			return i
		}
	}
	return len(text)
}

// lower writes ASCII and Latin-1 letters in lower case.
func lower(word []byte) []byte {
	for i, c := range word {
		switch {
		case c >= 'A' && c <= 'Z':
			word[i] = c + 'a' - 'A'
		case c >= 0x80 && c <= 0x9e && i > 0 && word[i-1] == 0xc3:
			word[i] = c + 0x20
		}
	}
	return word
}
