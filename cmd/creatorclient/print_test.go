package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
)

func TestTimeText(t *testing.T) {
	t.Parallel()
	newYork := time.FixedZone("EST", -5*60*60)
	kathmandu := time.FixedZone("", (5*60+45)*60)
	berlinIn1890 := time.FixedZone("LMT", 53*60+28)
	for _, test := range []struct {
		name  string
		t     time.Time
		local *time.Location
		want  string
	}{
		{"no fraction", time.Date(2023, 4, 6, 19, 1, 59, 0, time.UTC), summer, "2023-04-06T21:01:59+02:00"},
		{"microseconds", time.Date(2023, 4, 6, 19, 1, 59, 752_638_000, time.UTC), summer, "2023-04-06T21:01:59.752638+02:00"},
		{"nanoseconds", time.Date(2023, 4, 6, 19, 1, 59, 1, time.UTC), summer, "2023-04-06T21:01:59.000000001+02:00"},
		{"no padding", time.Date(2023, 4, 6, 19, 1, 59, 500_000_000, time.UTC), summer, "2023-04-06T21:01:59.5+02:00"},
		{"the day before", time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC), newYork, "2022-12-31T19:00:00-05:00"},
		{"quarter of an hour", time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC), kathmandu, "2023-01-01T05:45:00+05:45"},
		{"UTC", time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC, "2023-01-01T00:00:00Z"},
		{"an offset that has seconds", time.Date(1890, 1, 1, 0, 0, 0, 0, time.UTC), berlinIn1890, "1890-01-01T00:00:00Z"},
		{"five digits", time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC), summer, "9999-12-31T23:00:00Z"},
		{"the year 0", time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), newYork, "0001-01-01T00:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := timeText(test.t, test.local)
			require.Equal(t, test.want, got)
			back, err := time.Parse(time.RFC3339, got)
			require.NoError(t, err)
			require.True(t, back.Equal(test.t), "the instant")
		})
	}
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"usual", "ann@example.org", "ann@example.org"},
		{"beyond ASCII", "zoë@例え.jp 😀", "zoë@例え.jp 😀"},
		{"two lines", "ann\n2: bob", `"ann\n2: bob"`},
		{"what a terminal would obey", "\x1b[2Jann", `"\x1b[2Jann"`},
		{"the other way round", "ann\u202e", `"ann\u202e"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, printable(test.text))
		})
	}
}

func TestPrintTextKeepsToTheLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, printText(&out, &creatorsclient.Ranking{Creators: []creatorsclient.Standing{
		{Rank: 1, ID: "x\n", Products: 1}, {Rank: 2, ID: "y", Email: "a\r\nb", Products: 1},
	}}, time.UTC))
	require.Equal(t, "The top creators are:\n"+
		"1: creator \"x\\n\" (products: 1, most recent creation: unknown)\n"+
		"2: \"a\\r\\nb\" (products: 1, most recent creation: unknown)\n"+
		"---\n", out.String())
	require.Equal(t, 4, strings.Count(out.String(), "\n"))
}

func TestPrintJSONKeepsCharacters(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, printJSON(&out, &creatorsclient.Ranking{Creators: []creatorsclient.Standing{
		{Rank: 1, ID: "<&>", Email: "zoë \"z\""},
	}}, time.UTC))
	require.Contains(t, out.String(), `"id": "<&>",`)
	require.Contains(t, out.String(), `"email": "zoë \"z\"",`)
}
