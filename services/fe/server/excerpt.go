package server

import (
	"strings"

	"github.com/inventive-weave/inventive-weave/services/fe/templates"
)

// excerptSide is how much of a line an excerpt shows on either side of the
// place, in characters.
const excerptSide = 50

// excerpt is the piece of text around a line and column (from 1, in
// characters), or nil when the text has no such place.
func excerpt(text string, line, column int64) *templates.Excerpt {
	if line < 1 || column < 1 {
		return nil
	}
	for ; line > 1; line-- {
		_, rest, found := strings.Cut(text, "\n")
		if !found {
			return nil
		}
		text = rest
	}
	text, _, _ = strings.Cut(text, "\n")
	runes := []rune(strings.TrimSuffix(text, "\r"))
	at := int(column) - 1
	if int64(len(runes)) < column-1 || strings.TrimSpace(text) == "" {
		return nil
	}
	from, to := max(0, at-excerptSide), min(len(runes), at+1+excerptSide)
	e := &templates.Excerpt{Before: string(runes[from:at])}
	if at < len(runes) {
		e.At = string(runes[at])
		e.After = string(runes[at+1 : to])
	} else {
		e.At = "⏎" // the mistake is that the line ends
	}
	if from > 0 {
		e.Before = "…" + e.Before
	} else {
		e.Before = strings.TrimLeft(e.Before, " \t") // the indentation tells nothing here
	}
	if to < len(runes) {
		e.After += "…"
	}
	return e
}
