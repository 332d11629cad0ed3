package chart

import (
	"strconv"
	"time"
)

const (
	// maxTicks is how many marks an axis has at most.
	maxTicks = 4
	// labelChar is the width of a label's character, and labelGap the least
	// room between labels, on the narrowest telephone's screen.
	labelChar = Percent(2.2)
	labelGap  = Percent(1.5)
)

// Tick is a mark on a timeline's axis.
type Tick struct {
	X Percent
	// TextY is the baseline of the label, in pixels below the axis.
	TextY int
	// Label is the instant in UTC, as short as the marks' distance allows.
	Label string
	// Anchor is the label's text-anchor: those near an edge grow inwards.
	Anchor string
}

// step is a distance between ticks: a duration, or months for what has no
// fixed length.
type step struct {
	length time.Duration
	months int
	layout string
}

const day = 24 * time.Hour

// steps are the distances that people count in, the shortest one first.
func steps() []step {
	s := []step{}
	add := func(layout string, lengths ...time.Duration) {
		for _, l := range lengths {
			s = append(s, step{length: l, layout: layout})
		}
	}
	addMonths := func(layout string, months ...int) {
		for _, m := range months {
			s = append(s, step{months: m, layout: layout})
		}
	}
	add("15:04:05", time.Second, 5*time.Second, 15*time.Second, 30*time.Second)
	add("15:04", time.Minute, 5*time.Minute, 15*time.Minute, 30*time.Minute)
	add("2 Jan 15:04", time.Hour, 3*time.Hour, 6*time.Hour, 12*time.Hour)
	add("2 Jan 2006", day, 2*day, 7*day, 14*day)
	addMonths("Jan 2006", 1, 2, 3, 6)
	for years := 1; years <= 5000; years *= 10 {
		addMonths("2006", 12*years, 24*years, 60*years)
	}
	return s
}

// ticks returns up to maxTicks marks at round instants, whose labels do not run
// into each other. When none falls into the scale, the oldest instant is marked
// instead, in full.
func (s scale) ticks() []Tick {
	for _, st := range steps() {
		if s.tooFine(st) {
			continue
		}
		at := s.multiples(st)
		if len(at) == 0 {
			break
		}
		ticks := make([]Tick, len(at))
		for i, t := range at {
			ticks[i] = newTick(s.at(t), label(t, st))
		}
		if len(ticks) <= maxTicks && apart(ticks) {
			return ticks
		}
	}
	return []Tick{newTick(s.at(s.oldest), s.oldest.Format("2 Jan 2006 15:04:05.999"))}
}

// newTick makes a mark whose label stays within the chart: in the middle under
// it, unless an edge is too near.
func newTick(x Percent, label string) Tick {
	t := Tick{X: x, TextY: tickDrop, Label: label, Anchor: "middle"}
	switch left, right := t.extent(); {
	case left < 0:
		t.Anchor = "start"
	case right > 100:
		t.Anchor = "end"
	}
	return t
}

// extent is where the label begins and ends, by estimate.
func (t Tick) extent() (left, right Percent) {
	width := labelChar * Percent(len(t.Label)) // labels are ASCII
	switch t.Anchor {
	case "start":
		return t.X, t.X + width
	case "end":
		return t.X - width, t.X
	default:
		return t.X - width/2, t.X + width/2
	}
}

// apart tells whether no label runs into the next one.
func apart(ticks []Tick) bool {
	for i := 1; i < len(ticks); i++ {
		_, end := ticks[i-1].extent()
		if begin, _ := ticks[i].extent(); begin < end+labelGap {
			return false
		}
	}
	return true
}

// label formats t. The standard library pads years to four digits, which reads
// oddly under an axis of centuries but is never wrong.
func label(t time.Time, st step) string {
	if st.months >= 12 {
		return strconv.Itoa(t.Year())
	}
	return t.Format(st.layout)
}

// tooFine says that st has many more multiples in the scale than are wanted,
// which spares counting them one by one.
func (s scale) tooFine(st step) bool {
	length := st.length.Seconds()
	if st.months > 0 {
		length = float64(st.months) * 28 * day.Seconds()
	}
	return s.span()/length > 4*maxTicks
}

// multiples returns the multiples of st in the scale, ends included.
func (s scale) multiples(st step) []time.Time {
	var at []time.Time
	next := func(t time.Time) time.Time { return t.Add(st.length) }
	t := s.oldest.Truncate(st.length)
	if st.months > 0 {
		next = func(t time.Time) time.Time { return t.AddDate(0, st.months, 0) }
		month := 12*s.oldest.Year() + int(s.oldest.Month()) - 1
		month -= month % st.months
		t = time.Date(month/12, time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC)
	}
	for ; !t.After(s.newest); t = next(t) {
		if !t.Before(s.oldest) {
			at = append(at, t)
		}
	}
	return at
}
