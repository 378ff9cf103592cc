package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// A Chart draws a curve, or what is below it, over two axes that begin at zero
// or at the least X.
type Chart struct {
	// Label says for those who do not see it what the chart shows.
	Label  string
	X, Y   Axis
	Points []Point // by X, ascending
	// Area fills the chart below the curve, and draws each point as a step to
	// the next one's X.
	Area bool
	// At draws an upright line at an X, with a name.
	At *Mark
}

// A Point is one point of a curve.
type Point struct{ X, Y float64 }

// A Mark is a place on the X axis.
type Mark struct {
	X    float64
	Name string
}

// An Axis is what a direction of a chart means.
type Axis struct {
	Name string
	// Min and Max are its ends. A logarithmic axis begins at 0 and is linear
	// up to 1.
	Min, Max    float64
	Logarithmic bool
	// Ticks are the values that are written beside it.
	Ticks []float64
}

// place returns where a value lies between the ends, in [0, 1].
func (a *Axis) place(v float64) float64 {
	low, high := a.Min, a.Max
	if a.Logarithmic {
		v, low, high = math.Log1p(max(v, 0)), 0, math.Log1p(a.Max)
	}
	if !(high > low) {
		return 0
	}
	return min(max((v-low)/(high-low), 0), 1)
}

// Tens are the ticks of a logarithmic axis up to top: 0, 1, 10, 100 and so on.
func Tens(top float64) []float64 {
	ticks := []float64{0}
	for v := 1.0; v <= top; v *= 10 {
		ticks = append(ticks, v)
	}
	return ticks
}

// Evenly are n+1 ticks from low to high.
func Evenly(low, high float64, n int) []float64 {
	ticks := make([]float64, 0, n+1)
	for i := range n + 1 {
		ticks = append(ticks, low+(high-low)*float64(i)/float64(n))
	}
	return ticks
}

// The frame of a chart in its own units.
const (
	width, height             = 720, 300
	left, right, top, bottom  = 64, 16, 26, 44
	plotWidth, plotHeight     = width - left - right, height - top - bottom
	tickLength, labelDistance = 5, 18
)

// draw returns the chart as an SVG element.
func (c *Chart) draw() template.HTML {
	x := func(v float64) float64 { return left + plotWidth*c.X.place(v) }
	y := func(v float64) float64 { return top + plotHeight*(1-c.Y.place(v)) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, height, template.HTMLEscapeString(c.Label))
	for _, v := range c.Y.Ticks {
		fmt.Fprintf(&b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>`, left, left+plotWidth, y(v), y(v))
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" text-anchor="end" dominant-baseline="middle">%s</text>`, left-8, y(v), tick(v))
	}
	for _, v := range c.X.Ticks {
		fmt.Fprintf(&b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>`, x(v), x(v), top+plotHeight, top+plotHeight+tickLength)
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, x(v), top+plotHeight+labelDistance, tick(v))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left+plotWidth, height-6, template.HTMLEscapeString(c.X.Name))
	fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`, left, top-12, template.HTMLEscapeString(c.Y.Name))
	if len(c.Points) > 0 {
		fmt.Fprintf(&b, `<path class="%s" d="%s"/>`, c.class(), c.path(x, y))
	}
	if c.At != nil {
		fmt.Fprintf(&b, `<line class="at" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>`, x(c.At.X), x(c.At.X), top, top+plotHeight)
		anchor, shift := "start", 6.0
		if c.X.place(c.At.X) > 0.75 {
			anchor, shift = "end", -6
		}
		fmt.Fprintf(&b, `<text class="name" x="%.1f" y="%d" text-anchor="%s">%s</text>`, x(c.At.X)+shift, top+14, anchor, template.HTMLEscapeString(c.At.Name))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

func (c *Chart) class() string {
	if c.Area {
		return "area"
	}
	return "curve"
}

// path is the curve as the commands of an SVG path.
func (c *Chart) path(x, y func(float64) float64) string {
	var b strings.Builder
	for i, p := range c.Points {
		switch {
		case i == 0 && c.Area:
			fmt.Fprintf(&b, "M%.1f %.1fV%.1f", x(p.X), y(c.Y.Min), y(p.Y))
		case i == 0:
			fmt.Fprintf(&b, "M%.1f %.1f", x(p.X), y(p.Y))
		case c.Area:
			fmt.Fprintf(&b, "H%.1fV%.1f", x(p.X), y(p.Y))
		default:
			fmt.Fprintf(&b, "L%.1f %.1f", x(p.X), y(p.Y))
		}
	}
	if c.Area {
		fmt.Fprintf(&b, "H%.1fV%.1fZ", x(c.X.Max), y(c.Y.Min))
	}
	return b.String()
}

// tick spells a value beside an axis.
func tick(v float64) string {
	if v >= 1000 && v == math.Trunc(v) {
		return Number(int64(v))
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// Number spells a number with a comma between thousands.
func Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
