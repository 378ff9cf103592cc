package dom

// inTable is section 13.2.6.4.9, "in table".
func (p *parser) inTable() bool {
	tag := p.token.tag
	switch p.token.kind {
	case textToken:
		if p.top().props&tablePart != 0 && p.isSpace(flagDropNUL) {
			p.addText(flagDropNUL)
			return true
		}
	case commentToken:
		p.addComment(p.top().node)
		return true
	case doctypeToken:
		return true
	case endOfFileToken:
		return p.inBody()
	case startTagToken:
		switch tag {
		case Caption:
			p.clearTo(tableEnd)
			p.addMarker()
			p.addPart()
			p.mode = inCaption
			return true
		case Colgroup:
			p.clearTo(tableEnd)
			p.addPart()
			p.mode = inColumnGroup
			return true
		case Col:
			p.clearTo(tableEnd)
			p.addImplied(Colgroup)
			p.mode = inColumnGroup
			return false
		case Tbody, Tfoot, Thead:
			p.clearTo(tableEnd)
			p.addPart()
			p.mode = inTableBody
			return true
		case Td, Th, Tr:
			p.clearTo(tableEnd)
			p.addImplied(Tbody)
			p.mode = inTableBody
			return false
		case Table:
			if p.close(Table, inTableScope) {
				p.resetMode()
				return false
			}
			return true
		case Style, Script, Template:
			return p.inHead()
		case Input:
			if p.isHiddenInput() {
				p.addVoid()
				return true
			}
		case Form:
			if p.open[Template] == 0 && p.form == None {
				p.form = p.addVoid()
			}
			return true
		}
	case endTagToken:
		switch tag {
		case Table:
			if p.close(Table, inTableScope) {
				p.resetMode()
			}
			return true
		case Body, Caption, Col, Colgroup, Html, Tbody, Td, Tfoot, Th, Thead, Tr:
			return true
		case Template:
			return p.inHead()
		}
	}
	p.fostering = true
	done := p.inBody()
	p.fostering = false
	return done
}

// inCaption is section 13.2.6.4.11, "in caption".
func (p *parser) inCaption() bool {
	switch p.token.kind {
	case startTagToken:
		switch p.token.tag {
		case Caption, Col, Colgroup, Tbody, Td, Tfoot, Th, Thead, Tr:
			return !p.endCaption()
		}
	case endTagToken:
		switch p.token.tag {
		case Caption:
			p.endCaption()
			return true
		case Table:
			return !p.endCaption()
		case Body, Col, Colgroup, Html, Tbody, Td, Tfoot, Th, Thead, Tr:
			return true
		}
	case textToken, commentToken, doctypeToken, endOfFileToken:
	}
	return p.inBody()
}

func (p *parser) endCaption() bool {
	if !p.close(Caption, inTableScope) {
		return false
	}
	p.clearToMarker()
	p.mode = inTable
	return true
}

// inColumnGroup is section 13.2.6.4.12, "in column group".
func (p *parser) inColumnGroup() bool {
	switch p.token.kind {
	case textToken:
		if p.keepSpace() {
			return true
		}
	case commentToken:
		p.addComment(p.top().node)
		return true
	case doctypeToken:
		return true
	case endOfFileToken:
		return p.inBody()
	case startTagToken:
		switch p.token.tag {
		case Html:
			return p.inBody()
		case Col:
			p.addVoid()
			return true
		case Template:
			return p.inHead()
		}
	case endTagToken:
		switch p.token.tag {
		case Colgroup:
			if p.top().tag == Colgroup {
				p.pop()
				p.mode = inTable
			}
			return true
		case Col:
			return true
		case Template:
			return p.inHead()
		}
	}
	if p.top().tag != Colgroup {
		return true
	}
	p.pop()
	p.mode = inTable
	return false
}

// inTableBody is section 13.2.6.4.13, "in table body".
func (p *parser) inTableBody() bool {
	switch p.token.kind {
	case startTagToken:
		switch p.token.tag {
		case Tr:
			p.clearTo(bodyEnd)
			p.addPart()
			p.mode = inRow
			return true
		case Td, Th:
			p.clearTo(bodyEnd)
			p.addImplied(Tr)
			p.mode = inRow
			return false
		case Caption, Col, Colgroup, Tbody, Tfoot, Thead:
			return !p.endRowGroup()
		}
	case endTagToken:
		switch p.token.tag {
		case Tbody, Tfoot, Thead:
			if p.has(p.token.tag, inTableScope) {
				p.clearTo(bodyEnd)
				p.pop()
				p.mode = inTable
			}
			return true
		case Table:
			return !p.endRowGroup()
		case Body, Caption, Col, Colgroup, Html, Td, Th, Tr:
			return true
		}
	case textToken, commentToken, doctypeToken, endOfFileToken:
	}
	return p.inTable()
}

// endRowGroup closes the current tbody, thead or tfoot and reports whether
// there was one.
func (p *parser) endRowGroup() bool {
	if !p.closeAny(rowGroup, inTableScope) {
		return false
	}
	p.mode = inTable
	return true
}

// inRow is section 13.2.6.4.14, "in row".
func (p *parser) inRow() bool {
	switch p.token.kind {
	case startTagToken:
		switch p.token.tag {
		case Td, Th:
			p.clearTo(rowEnd)
			p.addPart()
			p.addMarker()
			p.mode = inCell
			return true
		case Caption, Col, Colgroup, Tbody, Tfoot, Thead, Tr:
			return !p.endRow()
		}
	case endTagToken:
		switch p.token.tag {
		case Tr:
			p.endRow()
			return true
		case Table:
			return !p.endRow()
		case Tbody, Tfoot, Thead:
			return !p.has(p.token.tag, inTableScope) || !p.endRow()
		case Body, Caption, Col, Colgroup, Html, Td, Th:
			return true
		}
	case textToken, commentToken, doctypeToken, endOfFileToken:
	}
	return p.inTable()
}

// endRow closes the current row and reports whether there was one.
func (p *parser) endRow() bool {
	if !p.has(Tr, inTableScope) {
		return false
	}
	p.clearTo(rowEnd)
	p.pop()
	p.mode = inTableBody
	return true
}

// inCell is section 13.2.6.4.15, "in cell".
func (p *parser) inCell() bool {
	switch p.token.kind {
	case startTagToken:
		switch p.token.tag {
		case Caption, Col, Colgroup, Tbody, Td, Tfoot, Th, Thead, Tr:
			return !p.endCell()
		}
	case endTagToken:
		switch p.token.tag {
		case Td, Th:
			if p.close(p.token.tag, inTableScope) {
				p.clearToMarker()
				p.mode = inRow
			}
			return true
		case Body, Caption, Col, Colgroup, Html:
			return true
		case Table, Tbody, Tfoot, Thead, Tr:
			if !p.has(p.token.tag, inTableScope) {
				return true
			}
			if !p.endCell() {
				p.mode = inRow
			}
			return false
		}
	case textToken, commentToken, doctypeToken, endOfFileToken:
	}
	return p.inBody()
}

// endCell closes the current cell and reports whether there was one.
func (p *parser) endCell() bool {
	if !p.closeAny(cell, inTableScope) {
		return false
	}
	p.clearToMarker()
	p.mode = inRow
	return true
}
