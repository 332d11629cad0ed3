package generate

import (
	"encoding/binary"
	"strconv"
	"time"
)

// The ids of creators and of products are numbered apart.
const (
	creatorIDs = 0x63726561746f7273
	productIDs = 0x70726f6475637473
)

// mix spreads the bits of x over all of the result, as splitmix64 does, so that
// the value of any place in a list is known without those in front of it.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// appendID appends an id in the form of a random UUID (version 4). The ids of a
// kind are distinct: mix maps no two numbers to one, and the four bits that the
// version takes from its result are kept at the end.
func appendID(b []byte, seed, kind, number uint64) []byte {
	bits := mix(mix(seed^kind) + number)
	high := bits&^0xf000 | 0x4000
	low := 0b10<<62 | mix(bits^kind)>>2&^0xf | bits>>12&0xf

	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], high)
	binary.BigEndian.PutUint64(raw[8:], low)
	const digits = "0123456789abcdef"
	for i, c := range raw {
		switch i {
		case 4, 6, 8, 10:
			b = append(b, '-')
		}
		b = append(b, digits[c>>4], digits[c&0xf])
	}
	return b
}

var (
	firstNames = [...]string{
		"ada", "alan", "barbara", "claude", "donald", "edsger", "frances", "grace",
		"hedy", "ivan", "jean", "katherine", "leslie", "margaret", "niklaus", "radia",
	}
	lastNames = [...]string{
		"adams", "baker", "carter", "diaz", "evans", "fischer", "garcia", "hansen",
		"ito", "jensen", "kim", "lopez", "meyer", "novak", "okafor", "patel",
	}
)

// appendEmail appends an address of its own for each number.
func appendEmail(b []byte, seed, number uint64) []byte {
	r := mix(seed + number)
	b = append(b, firstNames[r%16]...)
	b = append(b, '.')
	b = append(b, lastNames[r>>4%16]...)
	b = strconv.AppendUint(b, number+1, 10)
	return append(b, "@example.org"...)
}

// Products are created in the twelve years from 2012 on, by local time.
var (
	firstTime = time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC)
	lastTime  = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
)

// offsets are those of some places where people make things.
var offsets = [...]string{"+02:00", "+01:00", "Z", "-05:00", "-08:00", "+05:30", "+09:00", "-03:00"}

// appendTime appends the RFC 3339 time, in microseconds, that r stands for.
func appendTime(b []byte, r uint64) []byte {
	// Not via time.Time, whose formatting takes longer than all the rest.
	offset := offsets[r%uint64(len(offsets))]
	r >>= 3
	micros := r % uint64(lastTime.Sub(firstTime).Microseconds())
	second := micros / 1_000_000
	days, inDay := second/86400, second%86400

	year, month, day := civil(days)
	b = append(b, digit(year/1000), digit(year/100), digit(year/10), digit(year), '-')
	b = append(b, digit(month/10), digit(month), '-', digit(day/10), digit(day), 'T')
	hour, minute, sec, fraction := inDay/3600, inDay/60%60, inDay%60, micros%1_000_000
	b = append(b, digit(hour/10), digit(hour), ':', digit(minute/10), digit(minute), ':', digit(sec/10), digit(sec), '.')
	b = append(b, digit(fraction/100_000), digit(fraction/10_000), digit(fraction/1000),
		digit(fraction/100), digit(fraction/10), digit(fraction))
	return append(b, offset...)
}

func digit(n uint64) byte { return byte('0' + n%10) }

// civil gives the date that is the given number of days after 2012-01-01, up to
// the year 2099.
func civil(days uint64) (year, month, day uint64) {
	// From 2012-03-01 on, the leap day is the last of each four years.
	const janFeb2012 = 31 + 29
	if days < janFeb2012 {
		return 2012, 1 + days/31, 1 + days%31
	}
	days -= janFeb2012
	fours, days := days/1461, days%1461
	years := min(days/365, 3)
	days -= years * 365
	// The months from March on begin 153 days apart every five.
	m := (5*days + 2) / 153
	day = days - (153*m+2)/5 + 1
	year, month = 2012+4*fours+years, m+3
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
}
