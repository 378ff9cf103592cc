package asciimath

import "strings"

// signs are strings that only AsciiMath explains between back-quotes: prose
// and program text do not have them.
var signs = []string{
	"sum_(", "prod_(", "int_(", "lim_(", "sum_{", "int_0", "int_a", "int_-", "^(", "_(", "+-", "-:", " xx ", "sqrt(", "sqrt ", "frac(",
	"hat(", "vec(", "bar(", "/_", "|->", "(:", "{:", " oo", "->oo", "=oo", " in RR", " in ZZ", " in NN", " in QQ", " nn ", " uu ", " ~~ ", "root(", "bb(", "text(",
}

// code are strings that speak against it.
var code = []string{";", "==", "&&", "::", "->(", "();", "{\n", "def ", "return ", "var ", "let ", "import ", "//", "/*", "#include", "</", "$(", "print", ".length", "()", "self."}

// LooksLike reports whether src, found between back-quotes on a page that does
// not say what these mean, can only be AsciiMath.
func LooksLike(src string) bool {
	if len(src) == 0 || len(src) > 400 {
		return false
	}
	for _, s := range code {
		if strings.Contains(src, s) {
			return false
		}
	}
	for _, s := range signs {
		if strings.Contains(src, s) {
			return true
		}
	}
	return false
}
