package dataset

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"unicode/utf8"
)

const (
	// bufferBytes is how much is read at once. Larger buffers gained nothing,
	// smaller ones cost system calls; a pipe gives at most this much.
	bufferBytes = 64 << 10

	// padding is how many zero bytes always follow the data in the buffer.
	// Loops then need no check for the end of the data, since a zero byte stops
	// them all, and may look ahead by as many bytes.
	padding = 16

	noMark = -1

	// maxEmptyReads is how often a reader may return nothing at all in a row.
	maxEmptyReads = 100
)

// scanner is a window on the input that moves forward. It knows where it is,
// but works out line and column only when asked.
type scanner struct {
	r io.Reader
	// buf holds data in buf[:end], then padding zeros.
	buf []byte
	// pos is the next byte to look at. pos <= end.
	pos, end int
	// mark is the first byte to keep in the buffer, or noMark to keep those from
	// pos on. mark <= pos.
	mark int
	// readErr is how the reader ended: io.EOF or its own error.
	readErr error

	// What was in front of buf[0]: bytes, line feeds, and the characters since
	// the last of these.
	gone, goneLines, goneColumns int64
	// nonASCII is set once a string held anything but ASCII. Until then, bytes
	// are characters.
	nonASCII bool
}

func (s *scanner) init(r io.Reader, size int) {
	s.r = r
	s.buf = make([]byte, size+padding)
	s.mark = noMark
}

// more reads from the reader, and reports whether there is anything new. It
// drops what is no longer needed, so pos and mark may move.
func (s *scanner) more() bool {
	if s.readErr != nil {
		return false
	}
	keep := s.pos
	if s.mark != noMark {
		keep = s.mark
		s.mark = 0
	}
	s.drop(keep)
	if s.end == len(s.buf)-padding {
		larger := make([]byte, 2*s.end+padding)
		copy(larger, s.buf[:s.end])
		s.buf = larger
	}
	ok := s.read()
	clear(s.buf[s.end : s.end+padding])
	return ok
}

// drop forgets buf[:keep].
func (s *scanner) drop(keep int) {
	old := s.buf[:keep]
	// Count is fast; LastIndexByte is not, if there is nothing to find.
	if lines := bytes.Count(old, []byte{'\n'}); lines > 0 {
		s.goneLines += int64(lines)
		s.goneColumns = 0
		old = old[bytes.LastIndexByte(old, '\n')+1:]
	}
	if s.nonASCII {
		s.goneColumns += characters(old)
	} else {
		s.goneColumns += int64(len(old))
	}
	s.gone += int64(keep)
	s.end = copy(s.buf, s.buf[keep:s.end])
	s.pos -= keep
}

// read adds to the data. It reports false at the end of the input, and then
// readErr is set.
func (s *scanner) read() bool {
	free := s.buf[s.end : len(s.buf)-padding]
	for range maxEmptyReads {
		n, err := s.r.Read(free)
		if n < 0 || n > len(free) {
			n, err = 0, errors.New("the reader returned an impossible count")
		}
		s.end += n
		s.readErr = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	s.readErr = io.ErrNoProgress
	return false
}

// peek skips white space and returns the byte at pos then. At the end of the
// input that is a zero, and pos is end.
func (s *scanner) peek() byte {
	if c := s.buf[s.pos]; c > ' ' { // Mostly there is none, and padding is zero.
		return c
	}
	return s.peekFurther()
}

func (s *scanner) peekFurther() byte {
	for {
		s.pos = skipSpace(s.buf, s.pos)
		if s.pos < s.end {
			return s.buf[s.pos]
		}
		if !s.more() {
			return 0
		}
	}
}

// here returns the byte at pos, zero at the end of the input.
func (s *scanner) here() byte {
	if s.pos == s.end && !s.more() {
		return 0
	}
	return s.buf[s.pos]
}

// place gives line and column, from 1, of buf[i].
func (s *scanner) place(i int) (line, column int) {
	before := s.buf[:i]
	lines, columns := s.goneLines, s.goneColumns
	if last := bytes.LastIndexByte(before, '\n'); last >= 0 {
		lines += int64(bytes.Count(before, []byte{'\n'}))
		columns = 0
		before = before[last+1:]
	}
	return int(lines) + 1, int(columns+characters(before)) + 1
}

// characters counts the code points that begin in b, which may end within one.
func characters(b []byte) int64 {
	n := len(b)
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b)
		n -= bits.OnesCount64(x >> 7 &^ (x >> 6) & lowBits)
	}
	for _, c := range b {
		if !utf8.RuneStart(c) {
			n--
		}
	}
	return int64(n)
}

// skipSpace returns the index of the first byte from i on that JSON doesn't
// take for white space. b ends with padding.
func skipSpace(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r' {
		i++
	}
	return i
}

const (
	lowBits  = 0x0101010101010101 // the lowest bit of each byte
	highBits = 0x8080808080808080 // the highest
)

// skipPlain returns the index of the first byte from i on that is not a
// printable ASCII character that stands for itself in a JSON string: a quote, a
// backslash, a control character or anything from 0x80 on. b ends with padding.
//
// Eight bytes at a time, a byte becomes one with the highest bit set if it is
// one of these. A borrow can set the bit for the byte after such a one too, but
// not for an earlier byte, and only the first counts.
func skipPlain(b []byte, i int) int {
	for {
		x := binary.LittleEndian.Uint64(b[i:])
		quote := x ^ lowBits*'"'
		backslash := x ^ lowBits*'\\'
		if special := (x | (x - lowBits*' ') | (quote - lowBits) | (backslash - lowBits)) & highBits; special != 0 {
			return i + bits.TrailingZeros64(special)>>3
		}
		i += 8
	}
}
