package mathml

// A variant is the style of a token, MathML's mathvariant.
type variant uint8

const (
	variantNone variant = iota // the default: italic for one letter
	variantNormal
	variantBold
	variantItalic
	variantBoldItalic
	variantDoubleStruck
	variantScript
	variantBoldScript
	variantFraktur
	variantBoldFraktur
	variantSans
	variantSansBold
	variantSansItalic
	variantSansBoldItalic
	variantMono
)

// variantByName returns the variant with a MathML name.
func variantByName(name string) variant {
	switch name {
	case "normal":
		return variantNormal
	case "bold":
		return variantBold
	case "italic":
		return variantItalic
	case "bold-italic":
		return variantBoldItalic
	case "double-struck":
		return variantDoubleStruck
	case "script":
		return variantScript
	case "bold-script":
		return variantBoldScript
	case "fraktur":
		return variantFraktur
	case "bold-fraktur":
		return variantBoldFraktur
	case "sans-serif":
		return variantSans
	case "bold-sans-serif":
		return variantSansBold
	case "sans-serif-italic":
		return variantSansItalic
	case "sans-serif-bold-italic":
		return variantSansBoldItalic
	case "monospace":
		return variantMono
	}
	return variantNone
}

// command returns the LaTeX font command of a variant, "" for the default
// style.
func (v variant) command() string {
	switch v {
	case variantNone, variantItalic:
		return ""
	case variantNormal:
		return `\mathrm`
	case variantBold:
		return `\mathbf`
	case variantBoldItalic:
		return `\boldsymbol`
	case variantDoubleStruck:
		return `\mathbb`
	case variantScript, variantBoldScript:
		return `\mathcal`
	case variantFraktur, variantBoldFraktur:
		return `\mathfrak`
	case variantSans, variantSansBold, variantSansItalic, variantSansBoldItalic:
		return `\mathsf`
	case variantMono:
		return `\mathtt`
	}
	return ""
}

// alphabets are the runs of 52 Latin letters in the block Mathematical
// Alphanumeric Symbols, from U+1D400 on.
var alphabets = [...]variant{
	variantBold, variantItalic, variantBoldItalic, variantScript, variantBoldScript, variantFraktur, variantDoubleStruck,
	variantBoldFraktur, variantSans, variantSansBold, variantSansItalic, variantSansBoldItalic, variantMono,
}

// greekAlphabets are the runs of 58 Greek letters from U+1D6A8 on, digitSets
// the runs of ten digits from U+1D7CE on.
var (
	greekAlphabets = [...]variant{variantBold, variantItalic, variantBoldItalic, variantSansBold, variantSansBoldItalic}
	digitSets      = [...]variant{variantBold, variantDoubleStruck, variantSans, variantSansBold, variantMono}
)

// greekRun is the order of letters in each run of greekAlphabets.
var greekRun = []rune("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ∇αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ")

// plain returns the letter or digit that a mathematical alphanumeric symbol
// styles, and its style. The letters that Unicode had before (ℝ, ℋ, …) count
// too. ok is false for all other characters.
func plain(r rune) (letter rune, v variant, ok bool) {
	switch {
	case 0x1D400 <= r && r < 0x1D6A4:
		k := r - 0x1D400
		letter = 'A' + k%52
		if k%52 >= 26 {
			letter = 'a' + k%52 - 26
		}
		return letter, alphabets[k/52], true
	case r == 0x1D6A4:
		return 'ı', variantItalic, true
	case r == 0x1D6A5:
		return 'ȷ', variantItalic, true
	case 0x1D6A8 <= r && r < 0x1D6A8+58*5:
		k := r - 0x1D6A8
		return greekRun[k%58], greekAlphabets[k/58], true
	case 0x1D7CE <= r && r <= 0x1D7FF:
		k := r - 0x1D7CE
		return '0' + k%10, digitSets[k/10], true
	case 0x2102 <= r && r <= 0x213C:
		if l, ok := letterlike[r]; ok {
			return l.letter, l.variant, true
		}
	}
	return 0, variantNone, false
}

// letterlike are the styled letters of the block Letterlike Symbols.
var letterlike = map[rune]struct {
	letter  rune
	variant variant
}{
	'ℂ': {'C', variantDoubleStruck}, 'ℍ': {'H', variantDoubleStruck}, 'ℕ': {'N', variantDoubleStruck}, 'ℙ': {'P', variantDoubleStruck},
	'ℚ': {'Q', variantDoubleStruck}, 'ℝ': {'R', variantDoubleStruck}, 'ℤ': {'Z', variantDoubleStruck},
	'ℊ': {'g', variantScript}, 'ℋ': {'H', variantScript}, 'ℐ': {'I', variantScript}, 'ℒ': {'L', variantScript}, 'ℛ': {'R', variantScript},
	'ℬ': {'B', variantScript}, 'ℰ': {'E', variantScript}, 'ℱ': {'F', variantScript}, 'ℳ': {'M', variantScript}, 'ℯ': {'e', variantScript},
	'ℴ': {'o', variantScript},
	'ℌ': {'H', variantFraktur}, 'ℨ': {'Z', variantFraktur}, 'ℭ': {'C', variantFraktur},
}

// TeX returns the LaTeX of a styled letter or of a sign that only mathematics
// has, as the converter writes it in a token. ok is false for characters that
// stand for themselves and for those of ordinary text. It is safe for use by
// several goroutines.
func TeX(r rune) (tex string, ok bool) {
	if letter, v, styled := plain(r); styled {
		tex, command := symbol(letter), v.command()
		switch {
		case tex == "":
			tex = string(letter)
		case command == `\mathbf`:
			command = `\boldsymbol` // the other one has Latin letters only
		}
		if command == "" {
			return tex, true
		}
		return command + "{" + tex + "}", true
	}
	switch {
	case r >= 0x3d0 && r < 0x400, r == '‖', r == '℘', r >= 0x2135 && r < 0x2139, r >= 0x2190 && r < 0x2300,
		r >= 0x25a0 && r < 0x2600, r >= 0x27c0 && r < 0x2800, r >= 0x2900 && r < 0x2b00:
		tex = symbol(r)
	}
	return tex, tex != ""
}
