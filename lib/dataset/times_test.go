package dataset

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// parse reads a whole text with parseTime, as if a quote followed it.
func parse(text string) (instant, bool) {
	b := append([]byte("xx"+text+`"`), make([]byte, padding)...)
	return parseTime(b, 2, 2+len(text))
}

func TestParseTimeKnowsUsualShapes(t *testing.T) {
	t.Parallel()
	check := func(text string) {
		want, ok := parseAnyTime([]byte(text))
		require.True(t, ok, text)
		got, ok := parse(text)
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for year := 1; year < 10000; year++ {
		if year%7 != 0 && year%100 != 0 {
			continue // These have every kind of year, at a sixth of the time.
		}
		for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
			if got, ok := parse(day.Format("2006-01-02T15:04:05Z")); !ok || got.seconds != day.Unix() {
				require.FailNow(t, "wrong", "%v: %v, %v", day, got, ok)
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		at := time.Unix(random.Int64N(lastSecond-firstSecond)+firstSecond, random.Int64N(1e9)).UTC()
		zone := "Z"
		if random.IntN(4) > 0 {
			zone = fmt.Sprintf("%c%02d:%02d", "+-"[random.IntN(2)], random.IntN(24), random.IntN(60))
		}
		digits := random.IntN(25)
		fraction := ""
		if digits > 0 {
			fraction = "." + fmt.Sprintf("%09d%015d", at.Nanosecond(), random.Int64N(1e15))[:digits]
		}
		check(at.Format("2006-01-02T15:04:05") + fraction + zone)
	}
}

func TestParseTimeIsNeverWrong(t *testing.T) {
	t.Parallel()
	const alphabet = "0123456789-+:.,TtZz \"\\x\x00\x7f\xff"
	random := rand.New(rand.NewPCG(3, 4))
	for _, text := range []string{
		"2023-04-06T21:01:59Z", "2024-02-29T21:01:59.752638+02:00", "2023-04-06T21:01:59.123456789-23:59",
		"2023-04-06T21:01:59.12345678901234567890Z", "1900-02-28T00:00:00.5Z", "2000-12-31T23:59:59-00:00",
	} {
		for i := range text {
			for c := range 256 {
				compare(t, text[:i]+string([]byte{byte(c)})+text[i+1:])
			}
			compare(t, text[:i])
			compare(t, text[:i]+text[i+1:])
			compare(t, text[:i]+"0"+text[i:])
		}
		for range 20_000 {
			changed := []byte(text)
			for range 1 + random.IntN(3) {
				changed[random.IntN(len(changed))] = alphabet[random.IntN(len(alphabet))]
			}
			compare(t, string(changed))
		}
	}
}

// compare checks that parseTime agrees with the time package, or leaves the
// text to it.
func compare(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, `"`) {
		return // It can't be inside a string.
	}
	got, ok := parse(text)
	if !ok {
		return
	}
	want, ok := parseAnyTime([]byte(text))
	require.True(t, ok, "%q is not a time", text)
	require.Equal(t, want, got, text)
}

func FuzzParseTime(f *testing.F) {
	f.Add("2023-04-06T21:01:59.752638+02:00")
	f.Add("2024-02-29T00:00:00Z")
	f.Fuzz(compare)
}

func BenchmarkParseTime(b *testing.B) {
	const text = "2023-04-06T21:01:59.752638+02:00"
	padded := append([]byte(text+`"`), make([]byte, padding)...)
	b.Run("this package", func(b *testing.B) {
		for b.Loop() {
			if _, ok := parseTime(padded, 0, len(text)); !ok {
				b.Fatal("not a time")
			}
		}
	})
	b.Run("time.Time", func(b *testing.B) {
		var t time.Time
		for b.Loop() {
			if t.UnmarshalText(padded[:len(text)]) != nil {
				b.Fatal("not a time")
			}
		}
	})
}
