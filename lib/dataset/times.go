package dataset

import (
	"encoding/binary"
	"math/bits"
	"time"
)

const (
	// The first and the last second of the years 0001 to 9999 in UTC, in seconds
	// since 1970.
	firstSecond = -62135596800
	lastSecond  = 253402300799

	secondsPerDay = 24 * 60 * 60
	// The days from 0001-01-01 to 1970-01-01.
	daysToUnix = 719162
)

// instant is a point in time.
type instant struct {
	seconds int64 // since 1970-01-01T00:00:00Z
	nanos   int32 // within the second
}

func (t instant) before(u instant) bool {
	return t.seconds < u.seconds || t.seconds == u.seconds && t.nanos < u.nanos
}

func (t instant) time() time.Time {
	return time.Unix(t.seconds, int64(t.nanos)).UTC()
}

// inRange reports whether the year is one of 0001 to 9999 in UTC.
func (t instant) inRange() bool {
	return firstSecond <= t.seconds && t.seconds <= lastSecond
}

// parseTime reads the time between b[i] and b[end], which must be followed by
// padding or more data. It knows the shapes that programs write:
//
//	2023-04-06T21:01:59(.digits)(Z|+02:00|-02:00)
//
// and reports false for any other, which need not mean that it isn't a time:
// see parseAnyTime. The instant may be out of range.
func parseTime(b []byte, i, end int) (t instant, ok bool) {
	if end-i < len("2006-01-02T15:04:05Z") {
		return t, false
	}
	// Eight bytes at a time: with 0x30 taken from each digit and the separator
	// itself from each separator, a digit is 0 to 9 and a separator 0. Adding
	// 0x76 or 0x7f then sets the highest bit of whatever is larger.
	const (
		dateMask  = 0x2d30302d30303030 // 0000-00-
		dateLimit = 0x7f76767f76767676
		timeMask  = 0x30303a3030543030 // 00T00:00
		timeLimit = 0x76767f76767f7676
	)
	date := binary.LittleEndian.Uint64(b[i:]) ^ dateMask
	clock := binary.LittleEndian.Uint64(b[i+8:]) ^ timeMask
	if (date|(date+dateLimit)|clock|(clock+timeLimit))&highBits != 0 {
		return t, false
	}
	// Each digit that is followed by one becomes ten times itself plus that one.
	date = date*10 + date>>8
	clock = clock*10 + clock>>8
	year := uint(date&0xff)*100 + uint(date>>16&0xff)
	month := uint(date >> 40 & 0xff)
	day := uint(clock & 0xff)
	hour := uint(clock >> 24 & 0xff)
	minute := uint(clock >> 48 & 0xff)
	tens, ones := uint(b[i+17]-'0'), uint(b[i+18]-'0')
	second := 10*tens + ones
	if b[i+16] != ':' || tens > 5 || ones > 9 || hour > 23 || minute > 59 ||
		month-1 > 11 || day-1 >= daysIn(year, month) || year == 0 {
		return t, false
	}
	i += len("2006-01-02T15:04:05")

	if b[i] == '.' {
		var digits int
		t.nanos, digits = parseFraction(b, i+1)
		if digits == 0 {
			return t, false
		}
		i += 1 + digits
	}

	t.seconds = int64(daysBefore(year, month)+day-1)*secondsPerDay - daysToUnix*secondsPerDay +
		int64(hour*3600+minute*60+second)
	switch c := b[i]; {
	case c == 'Z' && i+1 == end:
		return t, true
	case (c == '+' || c == '-') && i+len("+00:00") == end:
		h1, h2, m1, m2 := uint(b[i+1]-'0'), uint(b[i+2]-'0'), uint(b[i+4]-'0'), uint(b[i+5]-'0')
		hours := 10*h1 + h2
		if h1 > 9 || h2 > 9 || hours > 23 || b[i+3] != ':' || m1 > 5 || m2 > 9 {
			return t, false
		}
		offset := int64(hours*3600 + (10*m1+m2)*60)
		if c == '+' {
			offset = -offset
		}
		t.seconds += offset
		return t, true
	default:
		return t, false
	}
}

// parseFraction reads the digits from b[i] on as a decimal fraction of a
// second, and counts them. Those after the ninth are dropped.
func parseFraction(b []byte, i int) (nanos int32, digits int) {
	x := binary.LittleEndian.Uint64(b[i:]) ^ lowBits*'0'
	// The first eight bytes, up to the first that is no digit, moved to the end
	// and with zeros in front.
	n := bits.TrailingZeros64((x|(x+lowBits*0x76))&highBits) >> 3
	if n == 0 {
		return 0, 0
	}
	x <<= 8 * (8 - n)
	x = x*10 + x>>8
	value := (x & 0x000000ff000000ff) * (100 + 1_000_000<<32)
	value += (x >> 16 & 0x000000ff000000ff) * (1 + 10_000<<32)
	nanos = int32(value>>32) * powersOf10[9-n]
	digits = n
	if n == 8 && isDigit(b[i+8]) {
		nanos += int32(b[i+8] - '0')
		for digits = 9; isDigit(b[i+digits]); digits++ {
		}
	}
	return nanos, digits
}

var powersOf10 = [...]int32{1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000}

// daysBeforeMonth counts the days of the year in front of the month, from 1 on.
var daysBeforeMonth = [...]uint{1: 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

// daysBefore counts the days from 0001-01-01 to the first day of the month.
func daysBefore(year, month uint) uint {
	y := year - 1
	days := 365*y + y/4 - y/100 + y/400 + daysBeforeMonth[month]
	if month > 2 && isLeap(year) {
		days++
	}
	return days
}

func daysIn(year, month uint) uint {
	if month == 2 && isLeap(year) {
		return 29
	}
	return daysBeforeMonth[month+1] - daysBeforeMonth[month]
}

func isLeap(year uint) bool {
	return year%4 == 0 && (year%100 != 0 || year%400 == 0)
}

// parseAnyTime reads all that time.Time.UnmarshalJSON does, at its pace. Since
// that method doesn't unescape, raw is the text as written.
func parseAnyTime(raw []byte) (instant, bool) {
	var t time.Time
	if t.UnmarshalText(raw) != nil {
		return instant{}, false
	}
	return instant{t.Unix(), int32(t.Nanosecond())}, true
}
