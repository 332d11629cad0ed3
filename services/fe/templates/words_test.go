package templates

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCount(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		n    any
		want string
	}{
		{"zero", 0, "0"},
		{"three digits", 999, "999"},
		{"four digits", 1000, "1,000"},
		{"seven digits", int64(1234567), "1,234,567"},
		{"negative", int64(-123456), "-123,456"},
		{"the largest", int64(math.MaxInt64), "9,223,372,036,854,775,807"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := count(tt.n)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
	_, err := count("7")
	require.EqualError(t, err, "count: string is not a number")
}

func TestBytes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		n    int64
		want string
	}{
		{"none", 0, "0 bytes"},
		{"one", 1, "1 byte"},
		{"just below", 1023, "1023 bytes"},
		{"a kibibyte", 1024, "1 KiB"},
		{"with a digit", 12_697, "12.4 KiB"},
		{"hundreds", 700 << 10, "700 KiB"},
		{"rounds up a unit", 1<<20 - 1, "1 MiB"},
		{"the usual limit", 256 << 20, "256 MiB"},
		{"gibibytes", 3 << 30, "3 GiB"},
		{"the largest", math.MaxInt64, "8 EiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, Bytes(tt.n))
		})
	}
}

func TestTook(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		d    time.Duration
		want string
	}{
		{"nothing", 0, "under 0.1 ms"},
		{"less than a millisecond", 949 * time.Microsecond, "0.9 ms"},
		{"milliseconds", 3249 * time.Microsecond, "3.2 ms"},
		{"many milliseconds", 321 * time.Millisecond, "321 ms"},
		{"seconds", 1440 * time.Millisecond, "1.4 s"},
		{"whole seconds", 2 * time.Second, "2 s"},
		{"minutes", 123 * time.Second, "2 min 3 s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, took(tt.d))
		})
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	now := time.Date(2023, 4, 6, 19, 1, 59, 752_638_000, time.UTC)
	tests := []struct {
		name      string
		t         time.Time
		ago, span string
	}{
		{"now", now, "just now", "one instant"},
		{"a moment ago", now.Add(-30 * time.Second), "just now", "30 seconds"},
		{"a blink ago", now.Add(-time.Millisecond), "just now", "under a second"},
		{"a minute ago", now.Add(-time.Minute), "1 minute ago", "1 minute"},
		{"an hour and a half ago", now.Add(-90 * time.Minute), "90 minutes ago", "90 minutes"},
		{"yesterday", now.AddDate(0, 0, -1), "24 hours ago", "24 hours"},
		{"last week", now.AddDate(0, 0, -7), "7 days ago", "7 days"},
		{"last spring", now.AddDate(-1, 0, 0), "12 months ago", "12 months"},
		{"years ago", now.AddDate(-3, 0, -3), "3 years ago", "3 years"},
		{"in antiquity", time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), "2,022 years ago", "2,022 years"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.ago, ago(tt.t, now))
			require.Equal(t, tt.span, span(tt.t, now))
		})
	}
	require.Equal(t, "in 2 days", ago(now.AddDate(0, 0, 2), now))
	require.Equal(t, "just now", ago(now.Add(30*time.Second), now), "clocks differ by a little")

	abroad := now.In(time.FixedZone("", 5*3600))
	require.Equal(t, "6 Apr 2023", date(abroad))
	require.Equal(t, "6 Apr 2023, 19:01", datetime(abroad))
	require.Equal(t, "2023-04-06T19:01:59.752638Z", exact(abroad))
}

func TestMailto(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, email, want string }{
		{"plain", "ada@example.com", "mailto:ada@example.com"},
		{"with a tag", "ada+weave@example.com", "mailto:ada%2Bweave@example.com"},
		{"with a query", "ada@example.com?bcc=eve@example.com", "mailto:ada%40example.com%3Fbcc%3Deve@example.com"},
		{"with an ampersand", "a&b@example.com", "mailto:a%26b@example.com"},
		{"with a percent", "a%0aBcc:b@example.com", "mailto:a%250aBcc%3Ab@example.com"},
		{"with quotes", `"><script>@example.com`, "mailto:%22%3E%3Cscript%3E@example.com"},
		{"with letters of elsewhere", "jürgen@例え.jp", "mailto:j%C3%BCrgen@%E4%BE%8B%E3%81%88.jp"},
		{"a script", "javascript:alert(1)", ""},
		{"a script with an at", "javascript:alert(1)@x", "mailto:javascript%3Aalert%281%29@x"},
		{"with a line break", "ada@example.com\nBcc: eve@example.com", ""},
		{"with a space", "ada lovelace@example.com", ""},
		{"with an invisible character", "ada\u200b@example.com", ""},
		{"with a direction mark", "ada\u202e@example.com", ""},
		{"no domain", "ada@", ""},
		{"no name", "@example.com", ""},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, mailto(tt.email))
		})
	}
}
