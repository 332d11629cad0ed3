package activity

import "cmp"

// Instant is a point in time, to the nanosecond, from the year 1 to the year
// 9999. Its zero value is no time at all, and older than any other.
type Instant struct {
	// seconds since the beginning of the year 1, plus one: 0 is no time.
	seconds int64
	nanos   int32
}

// The range of an Instant, in seconds since 1970-01-01T00:00:00Z and
// nanoseconds within the second.
const (
	MinSeconds = -62135596800 // 0001-01-01T00:00:00Z
	MaxSeconds = 253402300799 // 9999-12-31T23:59:59Z
	MaxNanos   = 999_999_999
)

// At returns the instant at the given seconds since 1970-01-01T00:00:00Z and
// nanoseconds within that second. It returns false, and no time, when either
// is out of range.
func At(seconds int64, nanos int32) (Instant, bool) {
	if seconds < MinSeconds || seconds > MaxSeconds || nanos < 0 || nanos > MaxNanos {
		return Instant{}, false
	}
	return Instant{seconds: seconds - MinSeconds + 1, nanos: nanos}, true
}

// IsZero reports whether i is no time.
func (i Instant) IsZero() bool { return i.seconds == 0 }

// Unix returns what At made i from: seconds since 1970-01-01T00:00:00Z and
// nanoseconds within that second. Of no time it returns numbers that At does
// not accept.
func (i Instant) Unix() (seconds int64, nanos int32) {
	return i.seconds + MinSeconds - 1, i.nanos
}

// compare is negative when i is older than j, positive when it is newer.
func (i Instant) compare(j Instant) int {
	if i.seconds != j.seconds {
		return cmp.Compare(i.seconds, j.seconds)
	}
	return cmp.Compare(i.nanos, j.nanos)
}
