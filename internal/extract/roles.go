package extract

import "mathsieve/internal/extract/dom"

// A tagRole is a set of facts about an element name that all passes share.
type tagRole uint16

const (
	roleBlock tagRole = 1 << iota // begins and ends a paragraph
	roleSkip                      // its content is no text
	roleMath                      // may carry a formula by its name alone
	roleCode                      // raw delimiters inside are text
	roleNav                       // structural boilerplate
	roleCell                      // td, th
	roleBare                      // none of its attributes says anything
)

func (r tagRole) flags() (f nodeFlag) {
	if r&roleCode != 0 {
		f |= nfCode
	}
	if r&roleNav != 0 {
		f |= nfNav
	}
	return f
}

// roles is indexed by tag.
var roles = [256]tagRole{
	dom.Address: roleBlock, dom.Article: roleBlock, dom.Aside: roleBlock | roleNav, dom.Blockquote: roleBlock,
	dom.Body: roleBlock, dom.Caption: roleBlock, dom.Center: roleBlock, dom.Dd: roleBlock, dom.Details: roleBlock,
	dom.Dialog: roleBlock | roleNav, dom.Dir: roleBlock, dom.Div: roleBlock, dom.Dl: roleBlock, dom.Dt: roleBlock,
	dom.Fieldset: roleBlock, dom.Figcaption: roleBlock, dom.Figure: roleBlock, dom.Footer: roleBlock, dom.Form: roleBlock,
	dom.H1: roleBlock, dom.H2: roleBlock, dom.H3: roleBlock, dom.H4: roleBlock, dom.H5: roleBlock, dom.H6: roleBlock,
	dom.Header: roleBlock, dom.Hgroup: roleBlock, dom.Hr: roleBlock | roleBare, dom.Html: roleBlock, dom.Legend: roleBlock,
	dom.Li: roleBlock, dom.Listing: roleBlock | roleCode, dom.Main: roleBlock, dom.Menu: roleBlock,
	dom.Nav: roleBlock | roleNav, dom.Ol: roleBlock, dom.Optgroup: roleBlock, dom.Option: roleBlock,
	dom.P: roleBlock, dom.Plaintext: roleBlock | roleCode, dom.Pre: roleBlock | roleCode, dom.Search: roleBlock | roleNav,
	dom.Section: roleBlock, dom.Summary: roleBlock, dom.Table: roleBlock, dom.Tbody: roleBlock | roleBare, dom.Tfoot: roleBlock,
	dom.Thead: roleBlock | roleBare, dom.Tr: roleBlock, dom.Td: roleBlock | roleCell, dom.Th: roleBlock | roleCell,
	dom.Ul: roleBlock, dom.Xmp: roleBlock | roleCode, dom.Textarea: roleBlock | roleCode,
	dom.Code: roleCode, dom.Frameset: roleBlock, dom.Noframes: roleSkip,

	dom.Script: roleSkip, dom.Style: roleSkip, dom.Template: roleSkip, dom.Svg: roleSkip | roleMath, dom.Iframe: roleSkip,
	dom.Title: roleSkip, dom.Select: roleSkip, dom.Datalist: roleSkip, dom.Canvas: roleSkip, dom.Audio: roleSkip, dom.Video: roleSkip,
	dom.Applet: roleSkip, dom.Noembed: roleSkip,

	dom.Br: roleBare, dom.Wbr: roleBare, dom.Link: roleBare, dom.Col: roleBare, dom.Font: roleBare, dom.Small: roleBare,
	dom.U: roleBare, dom.Colgroup: roleBare,

	dom.Math: roleMath, dom.Img: roleMath, dom.Image: roleMath, dom.MjxContainer: roleMath, dom.MjxMath: roleMath,
	dom.MjxAssistiveMml: roleMath, dom.Formula: roleMath, dom.Asciimath: roleMath, dom.TexMath: roleMath,
	dom.Var: roleMath,
}
