package dedup

import "strings"

// campaignParams are query parameters that advertisers, mailers and analytics
// add to the links that lead to a page; the page does not depend on them. Names
// that sites also use for their own ends ("ref", "source", "from", "cid") are
// not among them.
var campaignParams = map[string]bool{
	"gclid": true, "gclsrc": true, "dclid": true, "gbraid": true, "wbraid": true, // Google Ads
	"_ga": true, "_gl": true, "_gac": true, // Google Analytics
	"fbclid": true, "fb_action_ids": true, "fb_action_types": true, "fb_ref": true, "fb_source": true, // Facebook
	"msclkid": true, "yclid": true, "ysclid": true, "_openstat": true, // Bing, Yandex
	"twclid": true, "ttclid": true, "igshid": true, "igsh": true, "li_fat_id": true, // social networks
	"mc_cid": true, "mc_eid": true, // Mailchimp
	"_hsenc": true, "_hsmi": true, "__hstc": true, "__hssc": true, "__hsfp": true, "hsctatracking": true, // HubSpot
	"mkt_tok": true, "oly_anon_id": true, "oly_enc_id": true, "vero_id": true, "vero_conv": true,
	"s_kwcid": true, "ef_id": true, "wickedid": true, "rb_clickid": true, "irclickid": true,
}

// isCampaignParam reports whether a query parameter says only how a reader came
// to the page.
func isCampaignParam(name string) bool {
	name = strings.ToLower(name)
	for _, prefix := range []string{"utm_", "mtm_", "pk_", "piwik_", "hsa_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return campaignParams[name]
}

// isSessionParam reports whether a query parameter holds a session identifier:
// by its name, or by a name that is often used for one and a value that looks
// like one.
func isSessionParam(name, value string) bool {
	name = strings.ToLower(name)
	switch name {
	case "phpsessid", "jsessionid", "oscsid", "zenid", "cfid", "cftoken":
		return true
	case "sid", "s", "sessionid", "session_id", "session":
		return len(value) >= 26 && isToken(value)
	}
	return strings.HasPrefix(name, "aspsessionid")
}

// isToken reports whether s has letters and digits only, and at least four
// digits, as random identifiers have and words have not.
func isToken(s string) bool {
	digits := 0
	for i := range len(s) {
		switch {
		case isDigit(s[i]):
			digits++
		case !isASCIILetter(s[i]):
			return false
		}
	}
	return digits >= 4
}

// withoutSession removes a ";jsessionid=…" parameter from a path segment.
func withoutSession(segment string) string {
	const name = ";jsessionid="
	at := strings.Index(strings.ToLower(segment), name)
	if at < 0 {
		return segment
	}
	rest := segment[at+1:]
	if end := strings.IndexByte(rest, ';'); end >= 0 {
		rest = rest[end:]
	} else {
		rest = ""
	}
	shorter := segment[:at] + withoutSession(rest)
	if shorter == "." || shorter == ".." { // it would become a dot segment
		return segment
	}
	return shorter
}

// isSessionSegment reports whether a path segment is a cookieless ASP.NET
// session, such as (S(lit3py55t21z5v55vlm25s55)).
func isSessionSegment(segment string) bool {
	inner, ok := strings.CutPrefix(segment, "(S(")
	inner, ok2 := strings.CutSuffix(inner, "))")
	return ok && ok2 && len(inner) == 24 && isToken(inner)
}
