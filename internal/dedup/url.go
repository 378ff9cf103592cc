package dedup

import (
	"slices"
	"strings"

	"github.com/nlnwa/whatwg-url/url"

	"mathsieve/internal/address"
)

// maxURL is the length in bytes beyond which an address is taken as it is: the
// parser's time grows with the square of the length, to 30 ms for a hostile
// address of this one.
const maxURL = 4 << 10

// Canonical returns the canonical form of the address of a page: pages with
// equal canonical addresses are taken for captures of the same page, unseen.
// So only such differences are removed as make no other page:
//
//   - what the URL standard (https://url.spec.whatwg.org) equates: white space
//     around, case of scheme and host, international host names, spellings of
//     IP addresses, the default port, dot segments, backslashes;
//   - http becomes https, unless a port is given; a dot at the end of the host
//     is removed;
//   - percent-encoding (RFC 3986, 6.2.2): letters, digits and -._~ are written
//     plainly, all else that cannot stand plainly is encoded, in capitals;
//   - the fragment, unless it begins with "!" (pages that scripts make of it);
//   - session identifiers and campaign parameters (params.go); then parameters
//     are sorted by name, those of one name in their order, if all of them are
//     of the form name=value; an empty query is removed.
//
// "www.", names of index pages, trailing slashes, doubled slashes, the case of
// the path and user names stay: there are sites on which they matter, and
// where they do not, the text stages find the copy.
//
// An address of another scheme, one that the standard rejects and one that is
// longer than 4 KiB are returned without the white space around them.
// Canonical(Canonical(x)) is Canonical(x).
func Canonical(address string) string {
	trimmed := strings.TrimSpace(address)
	if len(trimmed) > maxURL {
		return trimmed
	}
	u, err := url.Parse(trimmed)
	if err != nil {
		return trimmed
	}
	scheme, port := u.Scheme(), u.Port()
	if scheme != "http" && scheme != "https" {
		return trimmed
	}
	if port == "" {
		scheme = "https"
	}
	dst := make([]byte, 0, len(trimmed)+16)
	dst = append(dst, scheme...)
	dst = append(dst, "://"...)
	if u.Username() != "" || u.Password() != "" {
		dst = append(dst, u.Username()...)
		if u.Password() != "" {
			dst = append(dst, ':')
			dst = append(dst, u.Password()...)
		}
		dst = append(dst, '@')
	}
	host := u.Hostname()
	if trimmed, ok := strings.CutSuffix(host, "."); ok && trimmed != "" && !strings.HasSuffix(trimmed, ".") {
		host = trimmed
	}
	dst = append(dst, host...)
	if port != "" {
		dst = append(dst, ':')
		dst = append(dst, port...)
	}
	dst = appendPath(dst, string(appendEncoded(nil, u.Pathname(), false)))
	dst = appendQuery(dst, string(appendEncoded(nil, u.Query(), true)))
	if hash := u.Hash(); len(hash) > 2 && strings.HasPrefix(hash, "#!") {
		dst = append(dst, '#')
		dst = appendEncoded(dst, hash[1:], true)
	}
	return string(dst)
}

// appendPath appends a path without the session identifiers in it.
func appendPath(dst []byte, path string) []byte {
	start := len(dst)
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if !isSessionSegment(segment) {
			dst = append(dst, '/')
			dst = append(dst, withoutSession(segment)...)
		}
	}
	if len(dst) == start {
		dst = append(dst, '/')
	}
	return dst
}

// appendQuery appends a question mark and the parameters that tell pages apart.
func appendQuery(dst []byte, query string) []byte {
	params := strings.Split(query, "&")
	sortable := true
	params = slices.DeleteFunc(params, func(p string) bool {
		name, value, ok := strings.Cut(p, "=")
		if p == "" || isSessionParam(name, value) || isCampaignParam(name) {
			return true
		}
		sortable = sortable && ok && name != ""
		return false
	})
	if sortable {
		slices.SortStableFunc(params, func(a, b string) int {
			nameA, _, _ := strings.Cut(a, "=")
			nameB, _, _ := strings.Cut(b, "=")
			return strings.Compare(nameA, nameB)
		})
	}
	for i, p := range params {
		dst = append(dst, "?&"[min(i, 1)])
		dst = append(dst, p...)
	}
	return dst
}

// appendEncoded appends s in the normal form of percent-encoding. A percent
// sign that encodes nothing stands for itself.
func appendEncoded(dst []byte, s string, query bool) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' {
			if v, ok := address.Unhex(s, i+1); ok {
				i += 2
				if isUnreserved(v) {
					dst = append(dst, v)
				} else {
					dst = appendEscape(dst, v)
				}
				continue
			}
		} else if isUnreserved(c) || strings.IndexByte("!$&'()*+,;=:@/", c) >= 0 || query && c == '?' {
			dst = append(dst, c)
			continue
		}
		dst = appendEscape(dst, c)
	}
	return dst
}

func appendEscape(dst []byte, c byte) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, '%', digits[c>>4], digits[c&15])
}

func isUnreserved(c byte) bool {
	return isASCIILetter(c) || isDigit(c) || c == '-' || c == '.' || c == '_' || c == '~'
}
