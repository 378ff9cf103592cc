package tex

import "strings"

// maxJoin is the longest control word, in letters, that JoinBroken restores.
const maxJoin = 24

// JoinBroken closes the gaps that vBulletin breaks into long words every few
// dozen characters: a backslash, letters, two blanks and letters become one
// control word where that is a known command ("\r  ightarrow").
func JoinBroken(s string) string {
	if !strings.Contains(s, "  ") || !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			i++
			continue
		}
		n := command(s[i:])
		b.WriteString(s[i : i+n])
		i += n
		rest := s[i:]
		if n < 2 || !isLetter(s[i-1]) || !strings.HasPrefix(rest, "  ") || len(rest) < 3 || !isLetter(rest[2]) {
			continue
		}
		k := 2
		for k < len(rest) && isLetter(rest[k]) {
			k++
		}
		head, tail := s[i-n+1:i], rest[2:k]
		// A known head with a one-letter tail is two tokens: "\in  t".
		if len(head)+len(tail) > maxJoin || (IsCommand(head) && len(tail) == 1) {
			continue
		}
		if IsCommand(head + tail) {
			b.WriteString(tail)
			i += k
		}
	}
	return b.String()
}

// wiris gives back the characters that the Wiris editor writes in place of
// those that would need escapes in an attribute.
var wiris = strings.NewReplacer("«", "<", "»", ">", "¨", `"`, "§", "&", "`", "'")

// WirisMathML turns the form in which the Wiris editor stores MathML in
// attributes («math»«mi»x«/mi»«/math») into MathML. It returns false when s is
// not in that form.
func WirisMathML(s string) (mathml string, ok bool) {
	if !strings.Contains(s, "«math") || !strings.Contains(s, "»") {
		return "", false
	}
	return wiris.Replace(s), true
}

// DropLabels deletes each \label{..} from a formula for which keep, asked with
// the label, says no. A nil keep keeps none.
func DropLabels(s string, keep func(label string) bool) string {
	const mark = `\label` // an unclosed one ends the search
	if !strings.Contains(s, mark) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			i++
			continue
		}
		n := command(s[i:])
		if s[i:i+n] == mark {
			if rest := skipSpace(s[i+n:]); strings.HasPrefix(rest, "{") {
				g := group(rest)
				if g == 0 {
					b.WriteString(s[i:])
					break
				}
				if keep == nil || !keep(rest[1:g-1]) {
					i = len(s) - len(rest) + g
					continue
				}
			}
		}
		b.WriteString(s[i : i+n])
		i += n
	}
	return b.String()
}
