package address

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// maxRawHost is the length in bytes beyond which no spelling of a host can have
// a canonical form of MaxHost: four bytes a character, three for each of them
// percent-encoded.
const maxRawHost = 12 * MaxHost

// international maps names as the URL standard does: UTS 46, not transitional,
// and without the rule against underscores.
var international = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.BidiRule())

// Host returns the canonical form of a host name or IP address, and its
// registrable domain. It reports false for what can be no host.
func Host(name string) (host, domain string, ok bool) {
	if name == "" || len(name) > maxRawHost {
		return "", "", false
	}
	if strings.HasPrefix(name, "[") {
		ip, err := netip.ParseAddr(strings.TrimSuffix(name[1:], "]"))
		if err != nil || !ip.Is6() || ip.Zone() != "" || !strings.HasSuffix(name, "]") {
			return "", "", false
		}
		host = "[" + ip.String() + "]"
		return host, host, true
	}
	host, ok = canonicalName(name)
	if !ok {
		return "", "", false
	}
	if last := host[strings.LastIndexByte(host, '.')+1:]; isNumber(last) {
		host, ok = ipv4(host)
		return host, host, ok
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		domain = host // a public suffix, or a single label
	}
	return host, domain, true
}

// canonicalName decodes and folds a name and checks its characters.
func canonicalName(name string) (string, bool) {
	ascii := true
	for i := range len(name) {
		ascii = ascii && name[i] < utf8.RuneSelf && name[i] != '%'
	}
	name = strings.ToLower(name)
	if !ascii || strings.Contains(name, "xn--") {
		decoded := percentDecoded(name)
		if !utf8.ValidString(decoded) {
			return "", false
		}
		var err error
		if name, err = international.ToASCII(decoded); err != nil {
			return "", false
		}
	}
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > MaxHost || name[0] == '.' || name[len(name)-1] == '.' || strings.Contains(name, "..") {
		return "", false
	}
	for i := range len(name) {
		if c := name[i]; c != '.' && !isUnreserved(c) || c == '~' {
			return "", false
		}
	}
	return name, true
}

func percentDecoded(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' {
			if v, ok := Unhex(s, i+1); ok {
				b = append(b, v)
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

// isNumber reports whether a label makes the URL standard read the whole host
// as an IPv4 address.
func isNumber(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return label != "" && strings.Trim(label, "0123456789") == ""
}

// ipv4 reads an IPv4 address of one to four numbers, decimal, octal or
// hexadecimal, the last of which fills the bytes that are left.
func ipv4(host string) (string, bool) {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return "", false
	}
	var address uint64
	for i, part := range parts {
		n, ok := ipv4Number(part)
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		if !ok || n>>bits != 0 {
			return "", false
		}
		address = address<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}).String(), true
}

func ipv4Number(s string) (uint64, bool) {
	base := 10
	switch {
	case strings.HasPrefix(s, "0x"):
		s, base = s[2:], 16
		if s == "" {
			return 0, true
		}
	case len(s) > 1 && s[0] == '0':
		s, base = s[1:], 8
	}
	if strings.HasPrefix(s, "+") {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, 33)
	return n, err == nil
}
