package dom

// A Tag is the name of an element as a small number, whatever its namespace:
// an svg a and an HTML a are both [A]. Elements whose name is not in this list
// have the tag [Other].
type Tag uint8

// The names that have a tag. Html, Svg and Math are elements; the namespaces
// are [HTML], [SVG] and [MathML].
const (
	Other Tag = iota // any name without a tag of its own

	// HTML.
	A
	Abbr
	Acronym
	Address
	Applet
	Area
	Article
	Aside
	Audio
	B
	Base
	Basefont
	Bdi
	Bdo
	Bgsound
	Big
	Blink
	Blockquote
	Body
	Br
	Button
	Canvas
	Caption
	Center
	Cite
	Code
	Col
	Colgroup
	Data
	Datalist
	Dd
	Del
	Details
	Dfn
	Dialog
	Dir
	Div
	Dl
	Dt
	Em
	Embed
	Fieldset
	Figcaption
	Figure
	Font
	Footer
	Form
	Frame
	Frameset
	H1
	H2
	H3
	H4
	H5
	H6
	Head
	Header
	Hgroup
	Hr
	Html
	I
	Iframe
	Image
	Img
	Input
	Ins
	Isindex
	Kbd
	Keygen
	Label
	Legend
	Li
	Link
	Listing
	Main
	Map
	Mark
	Marquee
	Menu
	Menuitem
	Meta
	Meter
	Nav
	Nobr
	Noembed
	Noframes
	Noscript
	Object
	Ol
	Optgroup
	Option
	Output
	P
	Param
	Picture
	Plaintext
	Pre
	Progress
	Q
	Rb
	Rp
	Rt
	Rtc
	Ruby
	S
	Samp
	Script
	Search
	Section
	Select
	Slot
	Small
	Source
	Span
	Strike
	Strong
	Style
	Sub
	Summary
	Sup
	Table
	Tbody
	Td
	Template
	Textarea
	Tfoot
	Th
	Thead
	Time
	Title
	Tr
	Track
	Tt
	U
	Ul
	Var
	Video
	Wbr
	Xmp

	// MathML.
	Math
	Mi
	Mn
	Mo
	Ms
	Mtext
	Mspace
	Mglyph
	Malignmark
	Maligngroup
	Mrow
	Mfrac
	Msqrt
	Mroot
	Mstyle
	Merror
	Mpadded
	Mphantom
	Mfenced
	Menclose
	Msub
	Msup
	Msubsup
	Munder
	Mover
	Munderover
	Mmultiscripts
	Mprescripts
	MathNone
	Mtable
	Mtr
	Mlabeledtr
	Mtd
	Mstack
	Mlongdiv
	Msrow
	Mscarries
	Mscarry
	Msline
	Msgroup
	Maction
	Semantics
	Annotation
	AnnotationXML
	Apply
	Bind
	Bvar
	Ci
	Cn
	Csymbol
	Cs
	Lambda
	Piecewise
	Piece
	Otherwise

	// SVG.
	Svg
	Circle
	Clippath
	Defs
	Desc
	Ellipse
	Filter
	Foreignobject
	G
	Line
	Lineargradient
	Marker
	Mask
	Metadata
	Path
	Pattern
	Polygon
	Polyline
	Radialgradient
	Rect
	Stop
	Switch
	Symbol
	SVGText
	Textpath
	Tspan
	Use
	View

	// Names that web pages give to formulas.
	MjxContainer
	MjxMath
	MjxAssistiveMml
	Formula
	Asciimath
	TexMath

	numTags = iota
)

// tagNames holds the lower-case name of each tag.
var tagNames = [numTags]string{
	A:               "a",
	Abbr:            "abbr",
	Acronym:         "acronym",
	Address:         "address",
	Applet:          "applet",
	Area:            "area",
	Article:         "article",
	Aside:           "aside",
	Audio:           "audio",
	B:               "b",
	Base:            "base",
	Basefont:        "basefont",
	Bdi:             "bdi",
	Bdo:             "bdo",
	Bgsound:         "bgsound",
	Big:             "big",
	Blink:           "blink",
	Blockquote:      "blockquote",
	Body:            "body",
	Br:              "br",
	Button:          "button",
	Canvas:          "canvas",
	Caption:         "caption",
	Center:          "center",
	Cite:            "cite",
	Code:            "code",
	Col:             "col",
	Colgroup:        "colgroup",
	Data:            "data",
	Datalist:        "datalist",
	Dd:              "dd",
	Del:             "del",
	Details:         "details",
	Dfn:             "dfn",
	Dialog:          "dialog",
	Dir:             "dir",
	Div:             "div",
	Dl:              "dl",
	Dt:              "dt",
	Em:              "em",
	Embed:           "embed",
	Fieldset:        "fieldset",
	Figcaption:      "figcaption",
	Figure:          "figure",
	Font:            "font",
	Footer:          "footer",
	Form:            "form",
	Frame:           "frame",
	Frameset:        "frameset",
	H1:              "h1",
	H2:              "h2",
	H3:              "h3",
	H4:              "h4",
	H5:              "h5",
	H6:              "h6",
	Head:            "head",
	Header:          "header",
	Hgroup:          "hgroup",
	Hr:              "hr",
	Html:            "html",
	I:               "i",
	Iframe:          "iframe",
	Image:           "image",
	Img:             "img",
	Input:           "input",
	Ins:             "ins",
	Isindex:         "isindex",
	Kbd:             "kbd",
	Keygen:          "keygen",
	Label:           "label",
	Legend:          "legend",
	Li:              "li",
	Link:            "link",
	Listing:         "listing",
	Main:            "main",
	Map:             "map",
	Mark:            "mark",
	Marquee:         "marquee",
	Menu:            "menu",
	Menuitem:        "menuitem",
	Meta:            "meta",
	Meter:           "meter",
	Nav:             "nav",
	Nobr:            "nobr",
	Noembed:         "noembed",
	Noframes:        "noframes",
	Noscript:        "noscript",
	Object:          "object",
	Ol:              "ol",
	Optgroup:        "optgroup",
	Option:          "option",
	Output:          "output",
	P:               "p",
	Param:           "param",
	Picture:         "picture",
	Plaintext:       "plaintext",
	Pre:             "pre",
	Progress:        "progress",
	Q:               "q",
	Rb:              "rb",
	Rp:              "rp",
	Rt:              "rt",
	Rtc:             "rtc",
	Ruby:            "ruby",
	S:               "s",
	Samp:            "samp",
	Script:          "script",
	Search:          "search",
	Section:         "section",
	Select:          "select",
	Slot:            "slot",
	Small:           "small",
	Source:          "source",
	Span:            "span",
	Strike:          "strike",
	Strong:          "strong",
	Style:           "style",
	Sub:             "sub",
	Summary:         "summary",
	Sup:             "sup",
	Table:           "table",
	Tbody:           "tbody",
	Td:              "td",
	Template:        "template",
	Textarea:        "textarea",
	Tfoot:           "tfoot",
	Th:              "th",
	Thead:           "thead",
	Time:            "time",
	Title:           "title",
	Tr:              "tr",
	Track:           "track",
	Tt:              "tt",
	U:               "u",
	Ul:              "ul",
	Var:             "var",
	Video:           "video",
	Wbr:             "wbr",
	Xmp:             "xmp",
	Math:            "math",
	Mi:              "mi",
	Mn:              "mn",
	Mo:              "mo",
	Ms:              "ms",
	Mtext:           "mtext",
	Mspace:          "mspace",
	Mglyph:          "mglyph",
	Malignmark:      "malignmark",
	Maligngroup:     "maligngroup",
	Mrow:            "mrow",
	Mfrac:           "mfrac",
	Msqrt:           "msqrt",
	Mroot:           "mroot",
	Mstyle:          "mstyle",
	Merror:          "merror",
	Mpadded:         "mpadded",
	Mphantom:        "mphantom",
	Mfenced:         "mfenced",
	Menclose:        "menclose",
	Msub:            "msub",
	Msup:            "msup",
	Msubsup:         "msubsup",
	Munder:          "munder",
	Mover:           "mover",
	Munderover:      "munderover",
	Mmultiscripts:   "mmultiscripts",
	Mprescripts:     "mprescripts",
	MathNone:        "none",
	Mtable:          "mtable",
	Mtr:             "mtr",
	Mlabeledtr:      "mlabeledtr",
	Mtd:             "mtd",
	Mstack:          "mstack",
	Mlongdiv:        "mlongdiv",
	Msrow:           "msrow",
	Mscarries:       "mscarries",
	Mscarry:         "mscarry",
	Msline:          "msline",
	Msgroup:         "msgroup",
	Maction:         "maction",
	Semantics:       "semantics",
	Annotation:      "annotation",
	AnnotationXML:   "annotation-xml",
	Apply:           "apply",
	Bind:            "bind",
	Bvar:            "bvar",
	Ci:              "ci",
	Cn:              "cn",
	Csymbol:         "csymbol",
	Cs:              "cs",
	Lambda:          "lambda",
	Piecewise:       "piecewise",
	Piece:           "piece",
	Otherwise:       "otherwise",
	Svg:             "svg",
	Circle:          "circle",
	Clippath:        "clippath",
	Defs:            "defs",
	Desc:            "desc",
	Ellipse:         "ellipse",
	Filter:          "filter",
	Foreignobject:   "foreignobject",
	G:               "g",
	Line:            "line",
	Lineargradient:  "lineargradient",
	Marker:          "marker",
	Mask:            "mask",
	Metadata:        "metadata",
	Path:            "path",
	Pattern:         "pattern",
	Polygon:         "polygon",
	Polyline:        "polyline",
	Radialgradient:  "radialgradient",
	Rect:            "rect",
	Stop:            "stop",
	Switch:          "switch",
	Symbol:          "symbol",
	SVGText:         "text",
	Textpath:        "textpath",
	Tspan:           "tspan",
	Use:             "use",
	View:            "view",
	MjxContainer:    "mjx-container",
	MjxMath:         "mjx-math",
	MjxAssistiveMml: "mjx-assistive-mml",
	Formula:         "formula",
	Asciimath:       "asciimath",
	TexMath:         "tex-math",
}
