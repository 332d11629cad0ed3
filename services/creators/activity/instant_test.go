package activity_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

func TestAt(t *testing.T) {
	t.Parallel()
	first := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	tests := []struct {
		name    string
		seconds int64
		nanos   int32
		want    bool
	}{
		{"first", first, 0, true},
		{"last", last, 999_999_999, true},
		{"1970", 0, 0, true},
		{"before the first", first - 1, 999_999_999, false},
		{"after the last", last + 1, 0, false},
		{"least", math.MinInt64, 0, false},
		{"most", math.MaxInt64, 0, false},
		{"negative nanos", 0, -1, false},
		{"too many nanos", 0, 1_000_000_000, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			at, ok := activity.At(test.seconds, test.nanos)
			require.Equal(t, test.want, ok)
			require.Equal(t, !test.want, at.IsZero())
			seconds, nanos := at.Unix()
			if test.want {
				require.Equal(t, test.seconds, seconds)
				require.Equal(t, test.nanos, nanos)
			} else {
				_, ok := activity.At(seconds, nanos)
				require.False(t, ok, "no time comes from no numbers")
			}
		})
	}
}

func TestNoTimeIsZero(t *testing.T) {
	t.Parallel()
	require.True(t, activity.Instant{}.IsZero())
}
