package dom

import "bytes"

// addDoctype appends the current doctype token to the document and returns
// whether it asks for quirks mode.
func (p *parser) addDoctype() bool {
	n := p.tree.newNode(Doctype, Other, p.token.start, p.token.stop)
	p.tree.appendChild(Root, n)
	return isQuirky(p.src[p.token.start:p.token.stop])
}

// isQuirky reports whether a doctype with the given content puts the document
// into quirks mode, section 13.2.6.4.1.
func isQuirky(doctype []byte) bool {
	end := bytes.IndexAny(doctype, whitespace)
	if end < 0 {
		end = len(doctype)
	}
	if !equalFold(view(doctype[:end]), "html") {
		return true
	}
	rest := bytes.TrimLeft(doctype[end:], whitespace)
	if len(rest) == 0 {
		return false
	}
	if len(rest) < len("public") {
		return true
	}
	keyword, rest := rest[:len("public")], rest[len("public"):]
	switch {
	case equalFold(view(keyword), "system"):
		system, _, ok := quoted(rest)
		return !ok || isQuirkySystem(system)
	case equalFold(view(keyword), "public"):
		public, rest, ok := quoted(rest)
		if !ok || isQuirkyPublic(public) {
			return true
		}
		if rest = bytes.TrimLeft(rest, whitespace); len(rest) == 0 {
			return hasPrefixIn(public, quirkyWithoutSystem)
		}
		system, _, ok := quoted(rest)
		return !ok || isQuirkySystem(system)
	}
	return true
}

// quoted reads an identifier in quotes.
func quoted(b []byte) (id string, rest []byte, ok bool) {
	b = bytes.TrimLeft(b, whitespace)
	if len(b) == 0 || b[0] != '"' && b[0] != '\'' {
		return "", nil, false
	}
	end := bytes.IndexByte(b[1:], b[0])
	if end < 0 {
		return "", nil, false
	}
	return view(b[1 : 1+end]), b[end+2:], true
}

func isQuirkySystem(id string) bool {
	return equalFold(id, "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd")
}

func isQuirkyPublic(id string) bool {
	return equalFold(id, "-//w3o//dtd w3 html strict 3.0//en//") ||
		equalFold(id, "-/w3c/dtd html 4.0 transitional/en") ||
		equalFold(id, "html") || hasPrefixIn(id, quirkyPublic)
}

// quirkyWithoutSystem are the beginnings of public identifiers that ask for
// quirks mode if there is no system identifier.
const quirkyWithoutSystem = `-//w3c//dtd html 4.01 frameset//
-//w3c//dtd html 4.01 transitional//`

// quirkyPublic are the beginnings of public identifiers that ask for quirks
// mode in any case.
const quirkyPublic = `+//silmaril//dtd html pro v0r11 19970101//
-//as//dtd html 3.0 aswedit + extensions//
-//advasoft ltd//dtd html 3.0 aswedit + extensions//
-//ietf//dtd html 2.0 level 1//
-//ietf//dtd html 2.0 level 2//
-//ietf//dtd html 2.0 strict level 1//
-//ietf//dtd html 2.0 strict level 2//
-//ietf//dtd html 2.0 strict//
-//ietf//dtd html 2.0//
-//ietf//dtd html 2.1e//
-//ietf//dtd html 3.0//
-//ietf//dtd html 3.2 final//
-//ietf//dtd html 3.2//
-//ietf//dtd html 3//
-//ietf//dtd html level 0//
-//ietf//dtd html level 1//
-//ietf//dtd html level 2//
-//ietf//dtd html level 3//
-//ietf//dtd html strict level 0//
-//ietf//dtd html strict level 1//
-//ietf//dtd html strict level 2//
-//ietf//dtd html strict level 3//
-//ietf//dtd html strict//
-//ietf//dtd html//
-//metrius//dtd metrius presentational//
-//microsoft//dtd internet explorer 2.0 html strict//
-//microsoft//dtd internet explorer 2.0 html//
-//microsoft//dtd internet explorer 2.0 tables//
-//microsoft//dtd internet explorer 3.0 html strict//
-//microsoft//dtd internet explorer 3.0 html//
-//microsoft//dtd internet explorer 3.0 tables//
-//netscape comm. corp.//dtd html//
-//netscape comm. corp.//dtd strict html//
-//o'reilly and associates//dtd html 2.0//
-//o'reilly and associates//dtd html extended 1.0//
-//o'reilly and associates//dtd html extended relaxed 1.0//
-//sq//dtd html 2.0 hotmetal + extensions//
-//softquad software//dtd hotmetal pro 6.0::19990601::extensions to html 4.0//
-//softquad//dtd hotmetal pro 4.0::19971010::extensions to html 4.0//
-//spyglass//dtd html 2.0 extended//
-//sun microsystems corp.//dtd hotjava html//
-//sun microsystems corp.//dtd hotjava strict html//
-//w3c//dtd html 3 1995-03-24//
-//w3c//dtd html 3.2 draft//
-//w3c//dtd html 3.2 final//
-//w3c//dtd html 3.2//
-//w3c//dtd html 3.2s draft//
-//w3c//dtd html 4.0 frameset//
-//w3c//dtd html 4.0 transitional//
-//w3c//dtd html experimental 19960712//
-//w3c//dtd html experimental 970421//
-//w3c//dtd w3 html//
-//w3o//dtd w3 html 3.0//
-//webtechs//dtd mozilla html 2.0//
-//webtechs//dtd mozilla html//`
