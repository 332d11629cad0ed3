package chart

import (
	"strconv"
	"time"
)

// maxTicks is how many labels fit under an axis on a telephone's screen.
const maxTicks = 4

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

// ticks returns up to maxTicks marks at round instants. When none falls into
// the scale, the oldest instant is marked instead, in full.
func (s scale) ticks() []Tick {
	for _, st := range steps() {
		if s.tooFine(st) {
			continue
		}
		at := s.multiples(st)
		if len(at) == 0 || len(at) > maxTicks {
			if len(at) == 0 {
				break
			}
			continue
		}
		ticks := make([]Tick, len(at))
		for i, t := range at {
			ticks[i] = newTick(s.at(t), label(t, st))
		}
		return ticks
	}
	return []Tick{newTick(s.at(s.oldest), s.oldest.Format("2 Jan 2006 15:04:05.999"))}
}

func newTick(x Percent, label string) Tick {
	t := Tick{X: x, TextY: tickDrop, Label: label, Anchor: "middle"}
	switch {
	case x < 15:
		t.Anchor = "start"
	case x > 85:
		t.Anchor = "end"
	}
	return t
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
