package templates

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// count writes a number with commas, as in 1,234,567.
func count(v any) (string, error) {
	var n int64
	switch v := v.(type) {
	case int:
		n = int64(v)
	case int64:
		n = v
	default:
		return "", fmt.Errorf("count: %T is not a number", v)
	}
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s, nil
}

// Bytes writes a size in the largest unit that leaves it at 1 or more, as in
// 12.3 KiB.
func Bytes(n int64) string {
	if n < 1024 {
		if n == 1 {
			return "1 byte"
		}
		return strconv.FormatInt(n, 10) + " bytes"
	}
	v, unit := float64(n)/1024, 0
	units := []string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	for v >= 1023.95 && unit < len(units)-1 {
		v /= 1024
		unit++
	}
	return digits(v) + " " + units[unit]
}

// digits writes a number with one digit after the point, unless that is a zero
// or the number is so large that nobody reads it.
func digits(v float64) string {
	if v >= 99.95 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}

// took writes how long something took, as in 3.2 ms.
func took(d time.Duration) string {
	switch {
	case d < 100*time.Microsecond:
		return "under 0.1 ms"
	case d < time.Second:
		return digits(float64(d)/float64(time.Millisecond)) + " ms"
	case d < time.Minute:
		return digits(d.Seconds()) + " s"
	default:
		d = d.Round(time.Second)
		return fmt.Sprintf("%d min %d s", int(d/time.Minute), int(d%time.Minute/time.Second))
	}
}

// secondsBetween is the time from a to b. A time.Duration would end at 292
// years, and data sets may hold 10,000.
func secondsBetween(a, b time.Time) float64 {
	return float64(b.Unix()-a.Unix()) + float64(b.Nanosecond()-a.Nanosecond())/1e9
}

// amount writes a number of seconds in the largest unit that leaves it at 2 or
// more (1 for the smallest ones), as in 33 days.
func amount(seconds float64) string {
	units := []struct {
		name    string
		seconds float64
		from    float64
	}{
		{"year", 365.2425 * 86400, 2},
		{"month", 365.2425 * 86400 / 12, 2},
		{"day", 86400, 2},
		{"hour", 3600, 2},
		{"minute", 60, 1},
		{"second", 1, 1},
	}
	for _, u := range units {
		// Months and years are means here; a calendar year is a hair less than
		// twelve of them.
		if n := math.Floor(seconds/u.seconds + 0.02); n >= u.from {
			s, _ := count(int64(n)) // an int64 is always a number
			if n == 1 {
				return s + " " + u.name
			}
			return s + " " + u.name + "s"
		}
	}
	return "under a second"
}

// span writes the time from a to b.
func span(a, b time.Time) string {
	if a.Equal(b) {
		return "one instant"
	}
	return amount(secondsBetween(a, b))
}

// ago writes when t was, seen from now.
func ago(t, now time.Time) string {
	s := secondsBetween(t, now)
	switch {
	case s <= -60:
		return "in " + amount(-s)
	case s < 60:
		return "just now"
	default:
		return amount(s) + " ago"
	}
}

// date writes a day in UTC.
func date(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// datetime writes a day and a time in UTC, to the minute.
func datetime(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04") }

// exact writes an instant in UTC with all its digits.
func exact(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// mailto returns the link for an email address, or "" for text that can't be
// one. Whatever has a meaning in a URL is escaped, so that an address can't
// add a subject, a copy or a text of its own.
func mailto(email string) string {
	local, domain, ok := cutLast(email, "@")
	if !ok || local == "" || domain == "" {
		return ""
	}
	for _, r := range email {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return ""
		}
	}
	return "mailto:" + url.QueryEscape(local) + "@" + url.QueryEscape(domain)
}

// cutLast is strings.Cut around the last occurrence of sep.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
