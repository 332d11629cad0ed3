package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A plot is two panels side by side, of this size in pixels, with room around
// the axes.
const (
	panelWidth, panelHeight = 440, 330
	marginLeft, marginRight = 64, 112
	marginTop, marginBottom = 46, 46
	labelHeight             = 15
)

// style has the colours, for light and dark pages. Neighbouring lines differ in
// lightness too, and each is labelled at its end.
const style = `
  .page { fill: #ffffff; }
  text { font: 12px system-ui, sans-serif; fill: #52514e; }
  .title { font-size: 14px; font-weight: 600; fill: #0b0b0b; }
  .grid { stroke: #e6e5e1; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .a { --c: #2a6fc9; } .b { --c: #d9591c; } .c { --c: #3f8f4a; } .d { --c: #8a8984; }
  .line { stroke: var(--c); } .dot { fill: var(--c); }
  .dashed { stroke-dasharray: 5 4; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #1a1a19; }
    text { fill: #c3c2b7; }
    .title { fill: #ffffff; }
    .grid { stroke: #33332f; }
    .a { --c: #6ba6f2; } .b { --c: #f08a52; } .c { --c: #74c17e; } .d { --c: #a3a29c; }
  }
`

// panel is a chart with two logarithmic axes.
type panel struct {
	title  string
	format func(y float64) string // for the marks of the vertical axis
	lines  []line
}

// line is one of its lines.
type line struct {
	label  string
	class  string // for the colour, and dashes
	points []point
}

type point struct{ x, y float64 }

// plot draws time and memory against the number of products, of the data sets
// with the same distribution as the first.
func (r *results) plot() string {
	clock := panel{title: "Time from start to end", format: func(y float64) string {
		if y < 1 {
			return fmt.Sprintf("%g ms", math.Round(y*1e6)/1e3)
		}
		return fmt.Sprintf("%g s", y)
	}}
	for _, of := range []struct{ name, class string }{
		{pipelineName, "a"}, {simplestName, "b"}, {tokensName, "c"}, {readName, "d"},
	} {
		clock.lines = append(clock.lines, r.line(of.name, of.class, of.name, func(m *sample) float64 { return m.Client.Wall.Seconds() }))
	}
	memory := panel{title: "Peak memory", format: func(y float64) string {
		if y >= 1e9 {
			return fmt.Sprintf("%g GB", y/1e9)
		}
		return fmt.Sprintf("%g MB", y/1e6)
	}}
	for _, of := range []struct{ name, class string }{{pipelineName, "a"}, {simplestName, "b"}} {
		memory.lines = append(memory.lines,
			r.line(of.name, of.class, of.name+" client", func(m *sample) float64 { return float64(m.Client.PeakBytes) }),
			r.line(of.name, of.class+" dashed", of.name+" server", func(m *sample) float64 { return float64(m.Server.PeakBytes) }))
	}

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" role="img">`+"\n", 2*panelWidth, panelHeight)
	b.WriteString("<title>Time and peak memory against the number of products</title>\n")
	b.WriteString("<style>" + style + "</style>\n")
	b.WriteString(`<rect class="page" width="100%" height="100%"/>` + "\n")
	clock.draw(&b, 0)
	memory.draw(&b, panelWidth)
	b.WriteString("</svg>\n")
	return b.String()
}

// line takes a number from the medians of the contender of the given name.
func (r *results) line(name, class, label string, get func(*sample) float64) line {
	l := line{label: label, class: class}
	for i := range r.Sets {
		s := &r.Sets[i]
		if s.Data.Distribution != r.Sets[0].Data.Distribution {
			continue
		}
		if of := s.of(name); of != nil && get(&of.Median) > 0 {
			l.points = append(l.points, point{float64(s.Data.Products), get(&of.Median)})
		}
	}
	return l
}

// axis maps a range of whole decades to pixels.
type axis struct {
	low, high float64 // exponents of 10
	from, to  float64 // pixels
}

func newAxis(values []float64, from, to float64) axis {
	a := axis{math.Floor(math.Log10(slices.Min(values))), math.Ceil(math.Log10(slices.Max(values))), from, to}
	if a.low == a.high {
		a.low--
		a.high++
	}
	return a
}

func (a axis) at(v float64) float64 {
	return a.from + (math.Log10(v)-a.low)/(a.high-a.low)*(a.to-a.from)
}

// decades are the values at which the axis has marks.
func (a axis) decades() []float64 {
	var d []float64
	for e := a.low; e <= a.high; e++ {
		d = append(d, math.Pow(10, e))
	}
	return d
}

// draw draws the panel, with its left edge at the given pixel.
func (p *panel) draw(b *strings.Builder, left int) {
	var xs, ys []float64
	for _, l := range p.lines {
		for _, at := range l.points {
			xs, ys = append(xs, at.x), append(ys, at.y)
		}
	}
	if len(xs) == 0 {
		return
	}
	x := newAxis(xs, marginLeft, panelWidth-marginRight)
	y := newAxis(ys, panelHeight-marginBottom, marginTop)

	fmt.Fprintf(b, `<g transform="translate(%d 0)">`+"\n", left)
	fmt.Fprintf(b, `<text class="title" x="%d" y="24">%s</text>`+"\n", marginLeft, p.title)
	for _, v := range y.decades() {
		fmt.Fprintf(b, `<line class="grid" x1="%.0f" y1="%.1f" x2="%.0f" y2="%[2]f"/>`+"\n", x.from, y.at(v), x.to)
		fmt.Fprintf(b, `<text x="%.0f" y="%.1f" text-anchor="end">%s</text>`+"\n", x.from-8, y.at(v)+4, p.format(v))
	}
	for _, v := range x.decades() {
		fmt.Fprintf(b, `<text x="%.1f" y="%.0f" text-anchor="middle">%s</text>`+"\n", x.at(v), y.from+18, thousands(int64(v)))
	}
	fmt.Fprintf(b, `<text x="%.0f" y="%d" text-anchor="middle">products</text>`+"\n", (x.from+x.to)/2, panelHeight-8)
	for _, l := range p.lines {
		l.draw(b, x, y)
	}
	p.labels(b, x, y)
	b.WriteString("</g>\n")
}

func (l *line) draw(b *strings.Builder, x, y axis) {
	if len(l.points) == 0 {
		return
	}
	fmt.Fprintf(b, `<polyline class="line %s" points="`, l.class)
	for _, at := range l.points {
		fmt.Fprintf(b, "%.1f,%.1f ", x.at(at.x), y.at(at.y))
	}
	b.WriteString(`"/>` + "\n")
	for _, at := range l.points {
		fmt.Fprintf(b, `<circle class="dot %s" cx="%.1f" cy="%.1f" r="3.5"/>`+"\n", l.class, x.at(at.x), y.at(at.y))
	}
}

// labels writes the name of each line at its end, and apart from the others.
func (p *panel) labels(b *strings.Builder, x, y axis) {
	type label struct {
		text string
		x, y float64
	}
	var labels []label
	for _, l := range p.lines {
		if len(l.points) > 0 {
			end := l.points[len(l.points)-1]
			labels = append(labels, label{l.label, x.at(end.x) + 10, y.at(end.y) + 4})
		}
	}
	slices.SortFunc(labels, func(a, b label) int { return int(math.Round(a.y - b.y)) })
	for i := 1; i < len(labels); i++ {
		labels[i].y = max(labels[i].y, labels[i-1].y+labelHeight)
	}
	for _, l := range labels {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f">%s</text>`+"\n", l.x, l.y, l.text)
	}
}
