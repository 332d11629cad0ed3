package dataset

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// longText is what to do with a string that is too long.
type longText int

const (
	refuse longText = iota
	letGo
)

// text reads the string at pos, which must be a quote, and moves pos past it.
// It returns what is between the quotes as written, valid until the next read
// from the input, and whether that has escapes.
//
// A string of more than max bytes is an error, or it is checked but not kept,
// and tooLong is true. Either way the memory that this needs depends on max and
// not on the string.
func (d *decoder) text(max int, policy longText) (raw []byte, escaped, tooLong bool, err error) {
	d.mark = d.pos
	d.pos++
	for {
		d.pos = skipPlain(d.buf, d.pos)
		if d.mark != noMark && d.pos-d.mark-1 > max {
			if policy == refuse {
				return nil, false, true, d.fail(d.mark, fmt.Sprintf("the string is longer than %d bytes", max))
			}
			d.mark = noMark
		}
		switch c := d.buf[d.pos]; {
		case d.pos == d.end:
			if !d.more() {
				return nil, false, false, d.unexpected("the end of a string")
			}
		case c == '"':
			mark := d.mark
			d.mark = noMark
			d.pos++
			if mark == noMark {
				return nil, escaped, true, nil
			}
			return d.buf[mark+1 : d.pos-1], escaped, false, nil
		case c == '\\':
			escaped = true
			if err := d.escape(); err != nil {
				return nil, false, false, err
			}
		case c < ' ':
			return nil, false, false, d.fail(d.pos, fmt.Sprintf("a string can't hold the control character %U as it is, only as \\u%04x", c, c))
		default:
			if err := d.character(); err != nil {
				return nil, false, false, err
			}
		}
	}
}

// skipText checks the string at pos, which must be a quote, and moves pos past
// it.
func (d *decoder) skipText() error {
	_, _, _, err := d.text(0, letGo)
	return err
}

// need reads until there are n bytes from pos on.
func (d *decoder) need(n int) error {
	for d.end-d.pos < n {
		if !d.more() {
			d.pos = d.end
			return d.unexpected("the end of a string")
		}
	}
	return nil
}

// escape moves pos past the escape that begins there.
func (d *decoder) escape() error {
	if err := d.need(2); err != nil {
		return err
	}
	switch d.buf[d.pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		d.pos += 2
		return nil
	case 'u':
		if err := d.need(6); err != nil {
			return err
		}
		if hex4(d.buf[d.pos+2:d.pos+6]) < 0 {
			return d.fail(d.pos, "\\u in a string must be followed by four hexadecimal digits")
		}
		d.pos += 6
		return nil
	default:
		return d.fail(d.pos, "a backslash in a string must be followed by one of \"\\/bfnrtu")
	}
}

// character moves pos past the character of more than one byte that begins
// there.
func (d *decoder) character() error {
	d.nonASCII = true
	for {
		r, size := utf8.DecodeRune(d.buf[d.pos:d.end])
		if r != utf8.RuneError || size > 1 {
			d.pos += size
			return nil
		}
		if utf8.FullRune(d.buf[d.pos:d.end]) {
			return d.fail(d.pos, fmt.Sprintf("invalid UTF-8: byte 0x%02x", d.buf[d.pos]))
		}
		if err := d.need(d.end - d.pos + 1); err != nil {
			return err
		}
	}
}

// appendUnescaped appends the text that raw, checked by text, stands for. Half
// a surrogate pair becomes U+FFFD, as in encoding/json.
func appendUnescaped(dst, raw []byte) []byte {
	for i := 0; i < len(raw); {
		c := raw[i]
		if c != '\\' {
			dst = append(dst, c)
			i++
			continue
		}
		c = raw[i+1]
		if c != 'u' {
			dst = append(dst, unescaped(c))
			i += 2
			continue
		}
		r := hex4(raw[i+2:])
		i += 6
		if utf16.IsSurrogate(r) {
			second := rune(-1)
			if i+6 <= len(raw) && raw[i] == '\\' && raw[i+1] == 'u' {
				second = hex4(raw[i+2:])
			}
			r = utf16.DecodeRune(r, second)
			if r != utf8.RuneError {
				i += 6
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// unescaped gives the character that a backslash and c stand for.
func unescaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	default: // a quote, a backslash or a slash
		return c
	}
}

// hex4 is the value of the first four hexadecimal digits of b, or -1 if they
// aren't.
func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}
