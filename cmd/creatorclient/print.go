package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
)

// What --output can be.
const (
	outputText = "text"
	outputJSON = "json"
)

// printText prints a ranking for people.
func printText(w io.Writer, r *creatorsclient.Ranking, local *time.Location) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "The top creators are:")
	for _, c := range r.Creators {
		fmt.Fprintf(out, "%d: %s (%s)\n", c.Rank, who(c), activity(c, local))
	}
	fmt.Fprintln(out, "---")
	return out.Flush()
}

// who names a creator: the address, or the id if there is none.
func who(c creatorsclient.Standing) string {
	if c.Email == "" {
		return "creator " + printable(c.ID)
	}
	return printable(c.Email)
}

// printable is text from a data set on one line, and without what a terminal
// might obey.
func printable(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return text
	}
	return strconv.Quote(text)
}

// activity says what a creator has done.
func activity(c creatorsclient.Standing, local *time.Location) string {
	switch {
	case c.Products == 0:
		return "no products yet"
	case !c.HasNewest:
		return fmt.Sprintf("products: %d, most recent creation: unknown", c.Products)
	default:
		return fmt.Sprintf("products: %d, most recent creation: %s", c.Products, timeText(c.Newest, local))
	}
}

// timeText is the instant in RFC 3339, with all its digits, in local time. It
// is in UTC if RFC 3339 can't express the local time, which has a year of four
// digits and is off by whole minutes.
func timeText(t time.Time, local *time.Location) string {
	t = t.In(local)
	if _, offset := t.Zone(); offset%60 != 0 || t.Year() < 1 || t.Year() > 9999 {
		t = t.UTC()
	}
	return t.Format(time.RFC3339Nano)
}

// rankingJSON is the output for programs. Fields are always there; new ones may
// be added.
type rankingJSON struct {
	// Creators has the most active creator first.
	Creators []standingJSON `json:"creators"`
	// CreatorCount and ProductCount count those of the whole data set.
	CreatorCount int64 `json:"creatorCount"`
	ProductCount int64 `json:"productCount"`
}

type standingJSON struct {
	// Rank counts from 1.
	Rank int    `json:"rank"`
	ID   string `json:"id"`
	// Email is empty if the data set has none.
	Email    string `json:"email"`
	Products int64  `json:"products"`
	// MostRecentCreation is in RFC 3339, or null without a product with a time.
	MostRecentCreation *string `json:"mostRecentCreation"`
}

// printJSON prints a ranking for programs.
func printJSON(w io.Writer, r *creatorsclient.Ranking, local *time.Location) error {
	result := rankingJSON{
		Creators:     make([]standingJSON, len(r.Creators)),
		CreatorCount: r.CreatorCount,
		ProductCount: r.ProductCount,
	}
	for i, c := range r.Creators {
		s := standingJSON{Rank: c.Rank, ID: c.ID, Email: c.Email, Products: c.Products}
		if c.HasNewest {
			text := timeText(c.Newest, local)
			s.MostRecentCreation = &text
		}
		result.Creators[i] = s
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(result)
}
