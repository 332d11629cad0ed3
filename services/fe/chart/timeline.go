package chart

import "time"

const (
	// Pixels: dotTop is from a row's top to its dot's centre, tickDrop from the
	// axis to the foot of a tick's label.
	dotTop    = 27
	dotRadius = 6
	tickDrop  = 20
	// margin keeps the outermost dots inside of the chart.
	margin = Percent(3)
)

// Timeline is a chart of when the creators made their newest products: a row
// for each, with a dot on an axis of time that all rows share. Its rows are
// where the Bars of the same items have theirs.
type Timeline struct {
	// Height is the chart's height and AxisY the place of the axis under the
	// rows, in pixels.
	Height, AxisY int
	// Rows are the creators, from the top.
	Rows []Dot
	// Ticks are the marks on the axis, from the left. There are none when no
	// creator has a newest product.
	Ticks []Tick
	// Left is how many creators are not shown.
	Left int
}

// Dot is one row: the dot itself is there if the item has a newest product.
type Dot struct {
	Item
	// Label is the creator's name, cut to what fits beside a date.
	Label string
	// TextY is the baseline of the text and Y the dot's centre, in pixels.
	TextY, Y int
	// X is the dot's centre, and Radius is in pixels.
	X      Percent
	Radius int
}

// NewTimeline lays out the first MaxItems items.
func NewTimeline(items []Item) Timeline {
	shown, left := first(items)
	c := Timeline{Left: left, Rows: make([]Dot, 0, len(shown))}
	var s scale
	for i, it := range shown {
		top := i * barPitch
		c.Rows = append(c.Rows, Dot{
			Item:   it,
			Label:  shorten(it.Name, maxDotLabel),
			TextY:  top + barBaseline,
			Y:      top + dotTop,
			Radius: dotRadius,
		})
		if it.HasNewest {
			s.include(it.Newest.UTC())
		}
	}
	if len(shown) == 0 {
		return c
	}
	for i := range c.Rows {
		if d := &c.Rows[i]; d.HasNewest {
			d.X = s.at(d.Newest)
		}
	}
	c.AxisY = len(shown)*barPitch + 2
	c.Height = c.AxisY
	if s.has {
		c.Ticks = s.ticks()
		c.Height += tickDrop + 4
	}
	return c
}

// scale maps instants to positions.
type scale struct {
	has            bool
	oldest, newest time.Time // in UTC
}

// include widens the scale so that t is on it.
func (s *scale) include(t time.Time) {
	if !s.has || t.Before(s.oldest) {
		s.oldest = t
	}
	if !s.has || t.After(s.newest) {
		s.newest = t
	}
	s.has = true
}

// since is the time from the oldest instant to t, in seconds. A time.Duration
// would end at 292 years, and subtracting whole seconds first keeps the digits
// of short times.
func (s scale) since(t time.Time) float64 {
	return float64(t.Unix()-s.oldest.Unix()) + float64(t.Nanosecond()-s.oldest.Nanosecond())/1e9
}

// span is the time from the oldest to the newest instant, in seconds.
func (s scale) span() float64 { return s.since(s.newest) }

// at returns the position of t; everything is in the middle when there is only
// one instant.
func (s scale) at(t time.Time) Percent {
	span := s.span()
	if span == 0 {
		return 50
	}
	return margin + percentOf(s.since(t)*float64(100-2*margin)/100, span)
}
