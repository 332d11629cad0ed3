package dataset

import "fmt"

// maxDepth is how deep values may nest, counting the data set itself. It is
// encoding/json's limit.
const maxDepth = 10_000

// skip checks the value at pos and moves past it. around counts the lists and
// objects around it. The memory it needs doesn't depend on the value.
func (d *decoder) skip(around int) error {
	depth := around
	for {
		// A value begins here.
		switch c := d.peek(); c {
		case '{', '[':
			if depth == maxDepth {
				return d.fail(d.pos, fmt.Sprintf("values nest deeper than %d", maxDepth))
			}
			d.pos++
			d.nest(depth, c == '{')
			depth++
			if first := d.peek(); first == c+2 { // ']' and '}' are two after their partners.
				break // The closing bracket is met below.
			}
			if c == '{' {
				if err := d.skipKey("a key or the end of the object"); err != nil {
					return err
				}
			}
			continue
		case '"':
			if err := d.skipText(); err != nil {
				return err
			}
		default:
			if err := d.skipScalar(c); err != nil {
				return err
			}
		}
		// A value, or an opening bracket, has ended here.
		for {
			if depth == around {
				return nil
			}
			object := d.inObject(depth - 1)
			closing, what := byte(']'), "a comma or the end of the list"
			if object {
				closing, what = '}', "a comma or the end of the object"
			}
			c := d.peek()
			if c == closing {
				d.pos++
				depth--
				continue
			}
			if c != ',' {
				return d.unexpected(what)
			}
			d.pos++
			if object {
				if err := d.skipKey("a key"); err != nil {
					return err
				}
			}
			break
		}
	}
}

// nest notes whether the value at that depth is an object, or else a list.
func (d *decoder) nest(depth int, object bool) {
	word, bit := depth/64, uint64(1)<<(depth%64)
	if object {
		d.objects[word] |= bit
	} else {
		d.objects[word] &^= bit
	}
}

// inObject reports what nest noted.
func (d *decoder) inObject(depth int) bool {
	return d.objects[depth/64]>>(depth%64)&1 == 1
}

// skipKey moves past a key and its colon.
func (d *decoder) skipKey(wanted string) error {
	if d.peek() != '"' {
		return d.unexpected(wanted)
	}
	if err := d.skipText(); err != nil {
		return err
	}
	return d.colon()
}

// colon moves past the colon after a key.
func (d *decoder) colon() error {
	if d.peek() != ':' {
		return d.unexpected("a colon after the key")
	}
	d.pos++
	return nil
}

// skipScalar moves past the number, true, false or null at pos, which begins
// with c.
func (d *decoder) skipScalar(c byte) error {
	switch {
	case c == 't':
		return d.literal("true")
	case c == 'f':
		return d.literal("false")
	case c == 'n':
		return d.literal("null")
	case c == '-' || isDigit(c):
		return d.skipNumber()
	default:
		return d.unexpected("a value")
	}
}

// literal moves past the given word, whose first letter is at pos.
func (d *decoder) literal(word string) error {
	for i := range len(word) {
		if d.here() != word[i] {
			return d.unexpected(word)
		}
		d.pos++
	}
	return nil
}

// skipNumber moves past a number. Its value doesn't matter, so no number is too
// large.
func (d *decoder) skipNumber() error {
	if d.here() == '-' {
		d.pos++
	}
	if d.here() == '0' {
		d.pos++
	} else if err := d.skipDigits(); err != nil {
		return err
	}
	if d.here() == '.' {
		d.pos++
		if err := d.skipDigits(); err != nil {
			return err
		}
	}
	if c := d.here(); c == 'e' || c == 'E' {
		d.pos++
		if c := d.here(); c == '+' || c == '-' {
			d.pos++
		}
		return d.skipDigits()
	}
	return nil
}

// skipDigits moves past one digit or more.
func (d *decoder) skipDigits() error {
	if !isDigit(d.here()) {
		return d.unexpected("a digit")
	}
	for isDigit(d.here()) {
		d.pos++
	}
	return nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
