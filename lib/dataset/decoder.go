package dataset

import (
	"fmt"
	"io"
	"unicode/utf8"
)

// decoder reads a data set. What is usual, a record of plain strings that is
// whole in the buffer, it reads in fast.go without copying; everything else,
// and every error, falls to records.go.
type decoder struct {
	scanner
	visitor   Visitor
	maxString int

	// Where the decoder is, for error messages.
	list  list
	index int64 // of the record in the list, or noIndex
	field field // of the record, or noField

	// seen has the lists met so far.
	seen [products + 1]bool
	// objects has a bit for each value around pos, see nest.
	objects [maxDepth/64 + 1]uint64

	// values stores the text of fields that can't stay in the buffer.
	values [createTime + 1][]byte
	// The record being read, reused.
	creator Creator
	product Product

	creators, products int64
	hasTime            bool
	oldest, newest     instant
}

const noIndex = -1

// list is one of the lists of a data set.
type list int

const (
	noList list = iota
	creators
	products
)

func (l list) String() string {
	return [...]string{"", "Creators", "Products"}[l]
}

// field is a field of the records.
type field int

const (
	noField field = iota
	id
	email
	creatorID
	createTime
)

func (f field) String() string {
	return [...]string{"", "id", "email", "creatorId", "createTime"}[f]
}

func (d *decoder) summary() Summary {
	s := Summary{
		Bytes:    d.gone + int64(d.end),
		Creators: d.creators,
		Products: d.products,
		HasTime:  d.hasTime,
	}
	if d.hasTime {
		s.Oldest, s.Newest = d.oldest.time(), d.newest.time()
	}
	return s
}

// decode reads all of the input.
func (d *decoder) decode() error {
	d.index = noIndex
	if err := d.begin(); err != nil {
		return err
	}
	if d.peek() == '}' {
		d.pos++
	} else if err := d.entries(); err != nil {
		return err
	}
	if d.peek() != 0 || d.pos < d.end {
		return d.fail(d.pos, "there is more after the end of the data set")
	}
	if d.readErr != io.EOF {
		return d.ended("")
	}
	return nil
}

// entries reads the inside of the data set, with the closing bracket.
func (d *decoder) entries() error {
	for wanted := "a key or the end of the data set"; ; wanted = "a key" {
		if d.peek() != '"' {
			return d.unexpected(wanted)
		}
		if err := d.entry(); err != nil {
			return err
		}
		switch d.peek() {
		case ',':
			d.pos++
		case '}':
			d.pos++
			return nil
		default:
			return d.unexpected("a comma or the end of the data set")
		}
	}
}

// begin moves past the bracket that begins a data set.
func (d *decoder) begin() error {
	c := d.peek()
	if c == '{' {
		d.pos++
		return nil
	}
	if c == 0 && d.pos == d.end {
		return d.ended("there is no data")
	}
	if err := d.encoding(); err != nil {
		return err
	}
	if kind := kindOf(c); kind != "" {
		return d.fail(d.pos, "a data set must be an object, not "+kind)
	}
	return d.unexpected("the object that is a data set")
}

// encoding recognises, at the first byte that isn't white space, what saves
// text in another form than plain UTF-8.
func (d *decoder) encoding() error {
	for d.end-d.pos < 3 && d.more() {
	}
	for _, known := range [...]struct{ prefix, problem string }{
		{"\xef\xbb\xbf", "the file begins with a byte order mark, which JSON doesn't allow; save it as UTF-8 without one"},
		{"\xff\xfe", "the file is in UTF-16; save it as UTF-8"},
		{"\xfe\xff", "the file is in UTF-16; save it as UTF-8"},
		{"\x1f\x8b", "the file is compressed with gzip; unpack it first"},
		{"PK\x03", "the file is a zip archive; unpack it first"},
	} {
		start := d.buf[d.pos:d.end]
		if len(start) >= len(known.prefix) && string(start[:len(known.prefix)]) == known.prefix {
			return d.fail(d.pos, known.problem)
		}
	}
	return nil
}

// entry reads a key of the data set and its value.
func (d *decoder) entry() error {
	start := d.gone + int64(d.pos)
	l, err := d.listKey()
	if err != nil {
		return err
	}
	if l != noList {
		d.list, d.index = l, noIndex
		if d.seen[l] {
			// The key is still in the buffer, since listKey kept it.
			return d.fail(int(start-d.gone), "this list occurs a second time; a data set has it once")
		}
		d.seen[l] = true
	}
	if err := d.colon(); err != nil {
		return err
	}
	switch l {
	case noList:
		err = d.skip(1)
	default:
		err = d.records()
	}
	if err != nil {
		return err
	}
	d.list = noList
	return nil
}

// ended is the error for an input that ends too early, with the given problem,
// or that could not be read.
func (d *decoder) ended(problem string) error {
	if d.readErr != io.EOF {
		return fmt.Errorf("read data set: %w", d.readErr)
	}
	return d.fail(d.pos, problem)
}

// unexpected is the error for what is at pos where something else was wanted.
func (d *decoder) unexpected(wanted string) error {
	if d.pos == d.end {
		return d.ended("the data ends here, but " + wanted + " must follow")
	}
	for !utf8.FullRune(d.buf[d.pos:d.end]) && d.more() {
	}
	r, size := utf8.DecodeRune(d.buf[d.pos:d.end])
	if r == utf8.RuneError && size == 1 {
		return d.fail(d.pos, fmt.Sprintf("invalid UTF-8: byte 0x%02x", d.buf[d.pos]))
	}
	return d.fail(d.pos, fmt.Sprintf("expected %s, not %q", wanted, string(r)))
}

// fail is the error for the given problem of what is in buf[i], in the field
// where the decoder is.
func (d *decoder) fail(i int, problem string) error {
	line, column := d.place(i)
	e := &Error{Line: line, Column: column, Problem: problem}
	if d.list != noList {
		e.Path = d.list.String()
		if d.index != noIndex {
			e.Path += fmt.Sprintf("[%d]", d.index)
			if d.field != noField {
				e.Path += "." + d.field.String()
			}
		}
	}
	return e
}

// kindOf names the kind of value that begins with c, or gives "" if none does.
func kindOf(c byte) string {
	switch {
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == '"':
		return "a string"
	case c == 't' || c == 'f':
		return "a boolean"
	case c == 'n':
		return "null"
	case c == '-' || isDigit(c):
		return "a number"
	default:
		return ""
	}
}
