package tex

import (
	"strings"
)

// A plusRule says what "+" means in the query of a service.
type plusRule uint8

const (
	plusIsBlank plusRule = iota // forms: "+" is a blank, "%2B" a plus
	plusIsPlus                  // the query is TeX itself
)

// A service renders the TeX in the addresses of its images.
type service struct {
	host  string // part of the host and path, lower case; "" for any
	param string // parameter with the TeX, with its "="; "" for the whole query
	plus  plusRule
	whole bool // the TeX runs to the end of the query: "&" separates matrix cells
}

// services is tried from the top. The generic names of CGI programs come last.
var services = []service{
	{host: "chart.googleapis.com/chart", param: "chl="},
	{host: "chart.apis.google.com/chart", param: "chl="},
	{host: "google.com/chart", param: "chl="},
	{host: "zhihu.com/equation", param: "tex="},
	{host: "tex.z-dn.net", param: "f=", plus: plusIsPlus},
	{host: "math.jianshu.com/math", param: "formula="},
	{host: "render.githubusercontent.com/render/math", param: "math="},
	{host: "math.now.sh", param: "from=", plus: plusIsPlus},
	{host: "math.now.sh", param: "inline=", plus: plusIsPlus},
	{host: "math.vercel.app", param: "from=", plus: plusIsPlus},
	{host: "math.vercel.app", param: "inline=", plus: plusIsPlus},
	{host: "latex.csdn.net/", plus: plusIsPlus, whole: true},
	{host: "eqnedit.php", param: "latex=", plus: plusIsPlus, whole: true},
	{host: "latex.php", param: "latex="},
	{host: "tex.php", param: "latex="},
	{host: "tex.php", param: "tex="},
	{host: "tex.php", param: "formula="},
	{host: "tex.php", plus: plusIsPlus, whole: true},
	{host: "codecogs.com/", plus: plusIsPlus, whole: true},
	{host: ".latex?", plus: plusIsPlus, whole: true},
	{host: "svg.image?", plus: plusIsPlus, whole: true},
	{host: "png.image?", plus: plusIsPlus, whole: true},
	{host: "equation.render?", plus: plusIsPlus, whole: true},
	{host: "mathtex", plus: plusIsPlus, whole: true},
	{host: "mimetex", plus: plusIsPlus, whole: true},
	{host: "tex.cgi", plus: plusIsPlus, whole: true},
	{host: "/texer", param: "formula=", plus: plusIsPlus},
	{host: "", param: "latex="},
	{host: "", param: "formula="},
	{host: "", param: "tex="},
	{host: "", param: "math="},
	{host: "", param: "eq="},
}

// maxURL is the longest address, in bytes, that FromImageURL reads. Longer
// ones hold pictures (data:), not formulas.
const maxURL = 64 << 10

// FromImageURL returns the TeX in the address of an image that a formula
// service renders, cleaned as by [Clean]. The services differ in what "+" and
// "&" mean; percent codes are decoded once.
func FromImageURL(url string) (tex string, d Display, ok bool) {
	if len(url) > maxURL || strings.HasPrefix(url, "data:") {
		return "", Unknown, false
	}
	url = strings.TrimSpace(Unescape(url))
	if !strings.Contains(url, yuqueCard) {
		url, _, _ = strings.Cut(url, "#") // no server sees the fragment
	}
	lower := asciiLower(url)
	if raw, plus, ok := pathFormula(url, lower); ok {
		return finish(raw, plus)
	}
	q := strings.IndexByte(url, '?')
	if q < 0 {
		return "", Unknown, false
	}
	query, place := url[q+1:], lower[:q+1]
	for _, s := range services {
		if !strings.Contains(place, s.host) {
			continue
		}
		if s.host == "" && s.param == "eq=" && !strings.ContainsAny(query, `\%`) {
			continue
		}
		if strings.Contains(place, "chart") && s.param == "chl=" && !strings.Contains(asciiLower(query), "cht=tx") {
			continue
		}
		raw, found := s.value(query)
		if !found {
			continue
		}
		tex, d, ok := finish(raw, s.plus)
		if !ok || (s.host == "" && !plausible(tex)) {
			continue
		}
		return tex, d, true
	}
	return "", Unknown, false
}

// value cuts the TeX out of a query.
func (s service) value(query string) (string, bool) {
	if s.param != "" {
		lower := asciiLower(query)
		for from := 0; ; {
			i := strings.Index(lower[from:], s.param)
			if i < 0 {
				return "", false
			}
			i += from
			if i == 0 || query[i-1] == '&' || query[i-1] == ';' || query[i-1] == '?' {
				query = query[i+len(s.param):]
				break
			}
			from = i + 1
		}
		if !s.whole {
			query, _, _ = strings.Cut(query, "&")
		}
		return query, query != ""
	}
	// Some put a name before the formula all the same.
	for _, name := range []string{"latex=", "formdata=", "formula=", "tex="} {
		if len(query) >= len(name) && strings.EqualFold(query[:len(name)], name) {
			query = query[len(name):]
			break
		}
	}
	return query, query != ""
}

// canvasPath is where the learning platform Canvas serves its formulas.
const canvasPath = "/equation_images/"

// yuqueCard stands before the formula in the fragments of Yuque's images.
const yuqueCard = "#card=math&code="

// pathFormula finds the services that have the TeX in the path.
func pathFormula(url, lower string) (raw string, plus plusRule, ok bool) {
	for _, mark := range []string{"i.upmath.me/svg/", "i.upmath.me/png/", "tex.s2cms.ru/svg/", "tex.s2cms.ru/png/", "math.now.sh/", "latex.vercel.app/"} {
		if i := strings.Index(lower, mark); i >= 0 && i+len(mark) < len(url) && url[i+len(mark)] != '?' {
			return url[i+len(mark):], plusIsPlus, true
		}
	}
	if _, card, ok := strings.Cut(url, yuqueCard); ok {
		code, _, _ := strings.Cut(card, "&")
		return code, plusIsPlus, code != ""
	}
	if i := strings.Index(lower, canvasPath); i >= 0 {
		// Encoded twice. The query is the scale.
		segment, _, _ := strings.Cut(url[i+len(canvasPath):], "?")
		return percentDecode(segment, false), plusIsPlus, segment != ""
	}
	// cgi-bin/mathtex.cgi/TEX, and any path segment with an encoded backslash.
	path := url
	if i := strings.IndexByte(path, '?'); i >= 0 {
		if strings.Contains(asciiLower(path[i:]), "%5c") {
			return "", 0, false
		}
		path = path[:i]
	}
	if i := strings.Index(asciiLower(path), "%5c"); i >= 0 {
		start := strings.LastIndexByte(path[:i], '/') + 1
		return path[start:], plusIsPlus, true
	}
	return "", 0, false
}

// finish decodes and cleans the TeX of an address.
func finish(raw string, plus plusRule) (string, Display, bool) {
	s := percentDecode(raw, plus == plusIsBlank)
	if plus == plusIsPlus {
		s = codecogs.Replace(s)
	}
	for _, image := range []string{".svg", ".png", ".gif"} {
		s = strings.TrimSuffix(s, image)
	}
	b, d := Clean(nil, s)
	return string(b), d, len(b) > 0
}

// codecogs decodes the entity names that CodeCogs has of its own.
var codecogs = strings.NewReplacer("&space;", " ", "&plus;", "+", "&hash;", "#", "&amp;", "&", "&lt;", "<", "&gt;", ">", "@plus;", "+", "@space;", " ", "@hash;", "#")

// plausible guards the parameters that any program may use.
func plausible(tex string) bool {
	v := survey(tex)
	return v.known > 0 || v.scripts > 0 || (v.wordRun == 0 && len(tex) < 60 && strings.ContainsAny(tex, "=+^_<>"))
}

// percentDecode decodes percent codes once; a "%" without two hexadecimal
// digits stays. plus tells whether "+" is a blank.
func percentDecode(s string, plus bool) string {
	if strings.IndexByte(s, '%') < 0 && (!plus || strings.IndexByte(s, '+') < 0) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		case s[i] == '+' && plus:
			b = append(b, ' ')
		default:
			b = append(b, s[i])
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

func isHex(c byte) bool { return isDigit(c) || ('a' <= c|0x20 && c|0x20 <= 'f') }

func unhex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// asciiLower is strings.ToLower for addresses: other bytes stay as they are,
// so that offsets hold.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
