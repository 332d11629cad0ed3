package chart

// Sizes of a bar chart, in pixels.
const (
	barPitch    = 42 // from one row's top to the next one's
	barBaseline = 14 // from a row's top to the foot of its text
	barTop      = 21 // from a row's top to its bar
	barHeight   = 8

	// minLength keeps a bar that is not empty visible.
	minLength = Percent(0.6)
)

// Bars is a chart of products per creator: a row for each, with its name and
// count over its bar.
type Bars struct {
	// Height is the chart's height, in pixels.
	Height int
	// Rows are the bars, from the top.
	Rows []Bar
	// Left is how many creators are not shown.
	Left int
}

// Bar is one row.
type Bar struct {
	Item
	// Label is the creator's name, cut to what fits.
	Label string
	// TextY is the baseline of the text and BarY the top of the bar, in pixels.
	TextY, BarY int
	// BarHeight is the bar's height, in pixels.
	BarHeight int
	// Length is the bar's length: the creator with the most products has 100%.
	Length Percent
}

// NewBars lays out the first MaxItems items.
func NewBars(items []Item) Bars {
	shown, left := first(items)
	var most int64
	for _, it := range shown {
		most = max(most, it.Products)
	}
	c := Bars{Left: left, Rows: make([]Bar, 0, len(shown))}
	for i, it := range shown {
		top := i * barPitch
		length := percentOf(float64(it.Products), float64(most))
		if it.Products > 0 {
			length = max(length, minLength)
		}
		c.Rows = append(c.Rows, Bar{
			Item:      it,
			Label:     shorten(it.Name, maxLabel),
			TextY:     top + barBaseline,
			BarY:      top + barTop,
			BarHeight: barHeight,
			Length:    length,
		})
	}
	if n := len(shown); n > 0 {
		c.Height = (n-1)*barPitch + barTop + barHeight
	}
	return c
}
