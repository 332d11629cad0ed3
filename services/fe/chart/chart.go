// Package chart works out where the marks of the result page's charts go: a
// bar per creator for its products, and a timeline of the creators' newest
// products. Horizontal positions are percentages and vertical ones are pixels,
// so that a chart fills any width while its text keeps its size.
//
// It draws nothing: package templates turns the positions into inline SVG,
// where html/template escapes the names.
package chart

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// MaxItems is how many creators a chart shows at most; the table lists the
// rest.
const MaxItems = 20

// How many characters of a name fit beside a count, and beside a date, on a
// telephone's screen.
const (
	maxLabel    = 34
	maxDotLabel = 28
)

// Item is one creator, in the order of the ranking.
type Item struct {
	// Rank is the creator's place, from 1.
	Rank int
	// Name is what the chart calls the creator.
	Name string
	// Products is how many products the creator made. Never negative.
	Products int64
	// Newest is the create time of the newest of them.
	Newest time.Time
	// HasNewest says that there is such a time.
	HasNewest bool
}

// Percent is a horizontal position or length: 0 is the left edge, 100 the
// right one.
type Percent float64

// String returns the length as SVG has it, as in "62.5%".
func (p Percent) String() string {
	return strconv.FormatFloat(float64(p), 'f', -1, 64) + "%"
}

// percentOf returns part/whole as a percentage with two digits, which is finer
// than a pixel on any screen and keeps the page short. It is 0 when whole is.
func percentOf(part, whole float64) Percent {
	if whole == 0 {
		return 0
	}
	return Percent(float64(int64(part/whole*10_000+0.5)) / 100)
}

// shorten returns s, cut to max characters with an ellipsis as the last one.
func shorten(s string, max int) string {
	if utf8.RuneCountInString(s) <= max {
		return s
	}
	n := 0
	for i := range s {
		if n == max-1 {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// first returns the items that a chart shows, and how many it leaves out.
func first(items []Item) (shown []Item, left int) {
	if len(items) > MaxItems {
		return items[:MaxItems], len(items) - MaxItems
	}
	return items, 0
}
