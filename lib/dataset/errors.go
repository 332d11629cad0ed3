package dataset

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Error is a place in a file that is not a data set, and what is wrong there.
type Error struct {
	// Line counts from 1. Lines end with a line feed.
	Line int
	// Column counts the characters (Unicode code points) of the line, from 1.
	// It is the place of the value that is wrong, or of the first character
	// that JSON doesn't allow there.
	Column int
	// Path names the list, record and field, as in Products[17].createTime.
	// Empty when the error is not inside one of the lists.
	Path string
	// Problem says what is wrong, in English, without the place.
	Problem string
}

// Error gives the place and the problem, as in
//
//	line 120, column 22: Products[17].createTime: "yesterday" is not an RFC 3339 time
func (e *Error) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Problem)
	}
	return fmt.Sprintf("line %d, column %d: %s: %s", e.Line, e.Column, e.Path, e.Problem)
}

// shownBytes is how much of a value an error message repeats.
const shownBytes = 60

// shown makes text from a file fit for an error message of one line: in double
// quotes, with whatever can't be printed escaped, and cut when it is long.
func shown(text []byte) string {
	if len(text) <= shownBytes {
		return strconv.Quote(string(text))
	}
	cut := shownBytes
	for cut > shownBytes-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%s… (%d bytes)", strconv.Quote(string(text[:cut])), len(text))
}
