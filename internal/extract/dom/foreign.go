package dom

import "strings"

// svgNames gives the SVG elements whose names have capitals, by their name in
// lower case.
var svgNames = capitals(`altGlyph altGlyphDef altGlyphItem animateColor
	animateMotion animateTransform clipPath feBlend feColorMatrix
	feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting
	feDisplacementMap feDistantLight feFlood feFuncA feFuncB feFuncG feFuncR
	feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset
	fePointLight feSpecularLighting feSpotLight feTile feTurbulence
	foreignObject glyphRef linearGradient radialGradient textPath`)

// svgAttributes is the same for the attributes of SVG elements.
var svgAttributes = capitals(`attributeName attributeType baseFrequency
	baseProfile calcMode clipPathUnits diffuseConstant edgeMode filterUnits
	glyphRef gradientTransform gradientUnits kernelMatrix kernelUnitLength
	keyPoints keySplines keyTimes lengthAdjust limitingConeAngle markerHeight
	markerUnits markerWidth maskContentUnits maskUnits numOctaves pathLength
	patternContentUnits patternTransform patternUnits pointsAtX pointsAtY
	pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits refX refY
	repeatCount repeatDur requiredExtensions requiredFeatures specularConstant
	specularExponent spreadMethod startOffset stdDeviation stitchTiles
	surfaceScale systemLanguage tableValues targetX targetY textLength viewBox
	viewTarget xChannelSelector yChannelSelector zoomAndPan`)

func capitals(names string) map[string]string {
	byLower := make(map[string]string)
	for name := range strings.FieldsSeq(names) {
		byLower[strings.ToLower(name)] = name
	}
	return byLower
}

// breaksOut marks the HTML start tags that end MathML and SVG.
var breaksOut = makeBreaksOut()

func makeBreaksOut() (table [numTags]bool) {
	for _, tag := range []Tag{
		B, Big, Blockquote, Body, Br, Center, Code, Dd, Div, Dl, Dt, Em, Embed, H1, H2, H3, H4, H5, H6,
		Head, Hr, I, Img, Li, Listing, Menu, Meta, Nobr, Ol, P, Pre, Ruby, S, Small, Span, Strong,
		Strike, Sub, Sup, Table, Tt, U, Ul, Var,
	} {
		table[tag] = true
	}
	return table
}

// inForeignContent reports whether the current token is content of the current
// MathML or SVG element, and not HTML in it: the tree construction dispatcher,
// section 13.2.6.
func (p *parser) inForeignContent() bool {
	is := p.top().props
	switch p.token.kind {
	case endOfFileToken:
		return false
	case textToken:
		return is&(textPoint|htmlPoint) == 0
	case startTagToken:
		switch tag := p.token.tag; {
		case is&htmlPoint != 0, is&annotationXML != 0 && tag == Svg:
			return false
		case is&textPoint != 0:
			return tag == Mglyph || tag == Malignmark
		}
	case endTagToken, commentToken, doctypeToken:
	}
	return true
}

// foreignContent is section 13.2.6.5, "in foreign content".
func (p *parser) foreignContent() bool {
	switch p.token.kind {
	case textToken:
		if p.framesetOK && !p.isSpace(flagDropNUL) {
			p.framesetOK = false
		}
		p.addText(0)
	case commentToken:
		p.addComment(p.top().node)
	case startTagToken:
		if breaksOut[p.token.tag] || p.token.tag == Font && p.isStyledFont() {
			p.breakOut()
			return modes[p.mode](p)
		}
		p.addForeign(p.top().ns)
	case endTagToken:
		if p.token.tag == P || p.token.tag == Br {
			p.breakOut()
			return modes[p.mode](p)
		}
		for i := len(p.stack) - 1; p.stack[i].ns != HTML; i-- {
			if e := &p.stack[i]; e.tag == p.token.tag && (e.tag != Other || p.sameName(e.node)) {
				p.popTo(i)
				return true
			}
		}
		return modes[p.mode](p)
	case doctypeToken, endOfFileToken:
	}
	return true
}

// isStyledFont reports whether the current tag has an attribute that only an
// HTML font element has.
func (p *parser) isStyledFont() bool {
	for _, name := range [...]string{"color", "face", "size"} {
		if _, ok := p.tree.findAttr(int32(p.token.start), name); ok {
			return true
		}
	}
	return false
}

// breakOut closes MathML and SVG elements up to one that has HTML content.
func (p *parser) breakOut() {
	i := len(p.stack)
	for p.stack[i-1].ns != HTML && p.stack[i-1].props&(textPoint|htmlPoint) == 0 {
		i--
	}
	p.popTo(i)
}

// addForeign inserts a MathML or SVG element for the current start tag token
// and opens it, as addElement does.
func (p *parser) addForeign(ns Namespace) {
	n := p.tree.newNode(Element, p.token.tag, p.token.start, p.token.attrs)
	p.tree.nodes[n].ns = ns
	p.place(n)
	switch {
	case p.token.selfClosing:
	case p.full():
		p.flatten()
	default:
		p.push(openElement{node: n, props: p.foreignProps(ns), tag: p.token.tag, ns: ns})
	}
}

// foreignProps returns the properties of the MathML or SVG element for the
// current start tag token.
func (p *parser) foreignProps(ns Namespace) props {
	switch p.token.tag {
	case Mi, Mo, Mn, Ms, Mtext:
		if ns == MathML {
			return special | scopeEnd | textPoint
		}
	case AnnotationXML:
		if ns != MathML {
			break
		}
		is := special | scopeEnd | annotationXML
		if v, ok := p.tree.findAttr(int32(p.token.start), "encoding"); ok {
			encoding := p.tree.value(v)
			if equalFold(encoding, "text/html") || equalFold(encoding, "application/xhtml+xml") {
				is |= htmlPoint
			}
		}
		return is
	case Foreignobject, Desc, Title:
		if ns == SVG {
			return special | scopeEnd | htmlPoint
		}
	}
	return 0
}
