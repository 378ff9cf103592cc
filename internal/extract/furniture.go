package extract

import "bytes"

// furniture are the words of buttons and gaps that pages show between
// paragraphs, where they stand alone.
var furniture = map[string]bool{
	"Advertisement": true, "ADVERTISEMENT": true, "Advertisement - Continue Reading Below": true, "Share": true, "Share this": true,
	"Share this:": true, "Tweet": true, "Pin It": true, "Subscribe": true, "Read more": true, "Read More": true, "READ MORE": true,
	"Back to top": true, "Skip to content": true, "Skip to main content": true, "Story continues below advertisement": true,
	"Anzeige": true, "Teilen": true, "Publicité": true, "Publicidad": true, "Реклама": true, "Поделиться": true,
}

var furnitureShapes = shapesOf(furniture)

// isFurniture reports whether a paragraph is one of these.
func isFurniture(src []byte) bool {
	return furnitureShapes.has(view(src)) && furniture[view(src)]
}

// isContents reports whether a heading is that of a table of contents, of any
// level.
func isContents(heading []byte) bool {
	switch string(bytes.TrimLeft(heading, "\n# ")) {
	case "Contents", "Table of Contents", "Table of contents", "Inhaltsverzeichnis", "Sommaire", "Table des matières", "目录", "目次":
		return true
	}
	return false
}

// maxNavigation is the length in bytes of the longest line of navigation.
const maxNavigation = 600

// navigationLine returns the length of the line at the start of a paragraph if it
// is the one in which Texinfo and LaTeX2HTML link to the pages around: "Next: Sums,
// Up: Top", with two of its signposts or more; else 0.
func navigationLine(src []byte) int {
	start := 0
	for start < len(src) && (src[start] == mkStrong || src[start] == ' ') {
		start++
	}
	if len(src)-start < len("Up:") {
		return 0
	}
	switch src[start] {
	case 'N', 'P', 'U':
	default:
		return 0
	}
	end := bytes.IndexByte(src, mkBreak)
	if end < 0 {
		end = len(src)
	}
	line := src[start:end]
	if len(line) > maxNavigation || bytes.IndexByte(line, mkAtom) >= 0 {
		return 0
	}
	first, posts := false, 0
	for _, post := range [...]string{"Next:", "Up:", "Previous:", "Prev:"} {
		i := bytes.Index(line, []byte(post))
		if i >= 0 {
			posts++
			first = first || i == 0
		}
	}
	if !first || posts < 2 {
		return 0
	}
	return end
}
