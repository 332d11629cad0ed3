package dataset

import (
	"bytes"
)

// maxKeyBytes is the longest key that can be one of ours, as written: ten
// characters of which each is an escape.
const maxKeyBytes = 10 * len(`\u0000`)

// listKey reads the key of a list at pos, without its colon.
func (d *decoder) listKey() (list, error) {
	key, err := d.key(make([]byte, 0, maxKeyBytes))
	if err != nil {
		return noList, err
	}
	for _, l := range [...]list{creators, products} {
		if isKey(key, l.String()) {
			return l, nil
		}
	}
	return noList, nil
}

// fieldKey reads the key of a field at pos, without its colon.
func (d *decoder) fieldKey() (field, error) {
	key, err := d.key(make([]byte, 0, maxKeyBytes))
	if err != nil {
		return noField, err
	}
	switch {
	case isKey(key, "id"):
		return id, nil
	case d.list == creators && isKey(key, "email"):
		return email, nil
	case d.list == products && isKey(key, "creatorId"):
		return creatorID, nil
	case d.list == products && isKey(key, "createTime"):
		return createTime, nil
	}
	return noField, nil
}

// key reads any key, using storage for one with escapes. It returns an empty
// key for one that is too long to be one of ours.
func (d *decoder) key(storage []byte) ([]byte, error) {
	raw, escaped, _, err := d.text(maxKeyBytes, letGo)
	if err != nil || !escaped {
		return raw, err
	}
	return appendUnescaped(storage, raw), nil
}

// isKey compares as encoding/json does.
func isKey(key []byte, name string) bool {
	return string(key) == name || bytes.EqualFold(key, []byte(name))
}

// records reads the value of a list: records, or null.
func (d *decoder) records() error {
	d.index = noIndex
	switch c := d.peek(); c {
	case '[':
		d.pos++
	case 'n':
		return d.literal("null")
	default:
		return d.wrongKind(c, "a list")
	}
	if d.peek() == ']' {
		d.pos++
		return nil
	}
	for d.index = 0; ; d.index++ {
		if err := d.recordsInBuffer(); err != nil {
			return err
		}
		if err := d.record(); err != nil {
			return err
		}
		switch d.peek() {
		case ',':
			d.pos++
		case ']':
			d.pos++
			return nil
		default:
			return d.unexpected("a comma or the end of the list")
		}
	}
}

// record reads one record, whatever it looks like, and hands it out.
func (d *decoder) record() error {
	d.creator, d.product = Creator{}, Product{}
	switch c := d.peek(); c {
	case '{':
		d.pos++
		if err := d.fields(); err != nil {
			return err
		}
	case 'n':
		if err := d.literal("null"); err != nil {
			return err
		}
	default:
		return d.wrongKind(c, "an object")
	}
	if d.list == creators {
		return d.visitCreator()
	}
	return d.visitProduct()
}

// fields reads the inside of a record, with the closing bracket.
func (d *decoder) fields() error {
	if d.peek() == '}' {
		d.pos++
		return nil
	}
	for wanted := "a key or the end of the object"; ; wanted = "a key" {
		if d.peek() != '"' {
			return d.unexpected(wanted)
		}
		f, err := d.fieldKey()
		if err != nil {
			return err
		}
		if err := d.colon(); err != nil {
			return err
		}
		d.field = f
		switch f {
		case noField:
			err = d.skip(3) // There are the data set, the list and the record around it.
		case id:
			// Records of both kinds have one, and only one of them is handed out.
			err = d.stringField(&d.creator.ID)
			d.product.ID = d.creator.ID
		case email:
			err = d.stringField(&d.creator.Email)
		case creatorID:
			err = d.stringField(&d.product.CreatorID)
		case createTime:
			err = d.timeField()
		}
		if err != nil {
			return err
		}
		d.field = noField
		switch d.peek() {
		case ',':
			d.pos++
		case '}':
			d.pos++
			return nil
		default:
			return d.unexpected("a comma or the end of the object")
		}
	}
}

// stringField reads a string, or null, which changes nothing.
func (d *decoder) stringField(value *[]byte) error {
	switch c := d.peek(); c {
	case '"':
		raw, escaped, _, err := d.text(d.maxString, refuse)
		if err != nil {
			return err
		}
		stored := d.values[d.field][:0]
		if escaped {
			stored = appendUnescaped(stored, raw)
		} else {
			stored = append(stored, raw...)
		}
		d.values[d.field], *value = stored, stored
		return nil
	case 'n':
		return d.literal("null")
	default:
		return d.wrongKind(c, "a string")
	}
}

// timeField reads a product's create time, or null, which changes nothing.
func (d *decoder) timeField() error {
	switch c := d.peek(); c {
	case '"':
		raw, _, _, err := d.text(d.maxString, refuse)
		if err != nil {
			return err
		}
		end := d.pos - 1
		start := end - len(raw)
		t, ok := parseTime(d.buf, start, end)
		if !ok {
			t, ok = parseAnyTime(raw)
		}
		if !ok {
			return d.fail(start-1, shown(raw)+" is not an RFC 3339 time")
		}
		if !t.inRange() {
			return d.fail(start-1, shown(raw)+" is not in the years 0001 to 9999 in UTC")
		}
		d.product.Seconds, d.product.Nanos, d.product.HasTime = t.seconds, t.nanos, true
		return nil
	case 'n':
		return d.literal("null")
	default:
		return d.wrongKind(c, "a string with an RFC 3339 time")
	}
}

func (d *decoder) visitCreator() error {
	d.creators++
	if d.visitor.Creator == nil {
		return nil
	}
	return d.visitor.Creator(&d.creator)
}

func (d *decoder) visitProduct() error {
	d.products++
	if d.product.HasTime {
		t := instant{d.product.Seconds, d.product.Nanos}
		if !d.hasTime {
			d.hasTime, d.oldest, d.newest = true, t, t
		} else if t.before(d.oldest) {
			d.oldest = t
		} else if d.newest.before(t) {
			d.newest = t
		}
	}
	if d.visitor.Product == nil {
		return nil
	}
	return d.visitor.Product(&d.product)
}

// wrongKind is the error for a value, beginning with c at pos, of another kind
// than the one that is wanted.
func (d *decoder) wrongKind(c byte, wanted string) error {
	if kind := kindOf(c); kind != "" && d.pos < d.end {
		return d.fail(d.pos, "must be "+wanted+", not "+kind)
	}
	return d.unexpected(wanted)
}
