package dataset

// recordsInBuffer reads records for as long as each is whole in the buffer,
// made of known keys and plain strings only, and followed by a comma. It leaves
// pos in front of the first one that isn't, which record then reads or refuses.
//
// Whatever is read here, record must read to the same effect. The tests with
// small reads and the fuzz target compare the two.
func (d *decoder) recordsInBuffer() error {
	for {
		i := skipSpace(d.buf, d.pos)
		if d.buf[i] != '{' {
			return nil
		}
		if d.list == creators {
			i = d.creatorInBuffer(i + 1)
		} else {
			i = d.productInBuffer(i + 1)
		}
		if i == 0 {
			return nil
		}
		if d.buf[i] != ',' {
			if i = skipSpace(d.buf, i); d.buf[i] != ',' {
				return nil
			}
		}
		d.pos = i + 1
		var err error
		if d.list == creators {
			err = d.visitCreator()
		} else {
			err = d.visitProduct()
		}
		if err != nil {
			return err
		}
		d.index++
	}
}

// creatorInBuffer reads the inside of a creator from buf[i] on, with the
// closing bracket, and returns where it ends, or 0 if it isn't a plain one.
func (d *decoder) creatorInBuffer(i int) int {
	b := d.buf
	d.creator = Creator{}
	for {
		if b[i] != '"' {
			if i = skipSpace(b, i); b[i] != '"' {
				return 0
			}
		}
		var end int
		switch {
		case string(b[i:i+4]) == `"id"`:
			i = valueStart(b, i+4)
			end = skipPlain(b, i)
			d.creator.ID = b[i:end:end]
		case string(b[i:i+7]) == `"email"`:
			i = valueStart(b, i+7)
			end = skipPlain(b, i)
			d.creator.Email = b[i:end:end]
		default:
			return 0
		}
		if i == 0 || b[end] != '"' || end-i > d.maxString {
			return 0
		}
		i = end + 1
		if b[i] <= ' ' {
			i = skipSpace(b, i)
		}
		switch b[i] {
		case ',':
			i++
		case '}':
			return i + 1
		default:
			return 0
		}
	}
}

// productInBuffer does for products what creatorInBuffer does for creators.
func (d *decoder) productInBuffer(i int) int {
	b := d.buf
	d.product = Product{}
	for {
		if b[i] != '"' {
			if i = skipSpace(b, i); b[i] != '"' {
				return 0
			}
		}
		var end int
		switch {
		case string(b[i:i+4]) == `"id"`:
			i = valueStart(b, i+4)
			end = skipPlain(b, i)
			d.product.ID = b[i:end:end]
		case string(b[i:i+11]) == `"creatorId"`:
			i = valueStart(b, i+11)
			end = skipPlain(b, i)
			d.product.CreatorID = b[i:end:end]
		case string(b[i:i+12]) == `"createTime"`:
			i = valueStart(b, i+12)
			end = skipPlain(b, i)
			t, ok := parseTime(b, i, end)
			if !ok || !t.inRange() {
				return 0
			}
			d.product.Seconds, d.product.Nanos, d.product.HasTime = t.seconds, t.nanos, true
		default:
			return 0
		}
		if i == 0 || b[end] != '"' || end-i > d.maxString {
			return 0
		}
		i = end + 1
		if b[i] <= ' ' {
			i = skipSpace(b, i)
		}
		switch b[i] {
		case ',':
			i++
		case '}':
			return i + 1
		default:
			return 0
		}
	}
}

// valueStart returns the index of the text of the string whose key ends in
// front of b[i], or 0 if the value is not a string.
func valueStart(b []byte, i int) int {
	if b[i] != ':' {
		if i = skipSpace(b, i); b[i] != ':' {
			return 0
		}
	}
	i++
	if b[i] != '"' {
		if i = skipSpace(b, i); b[i] != '"' {
			return 0
		}
	}
	return i + 1
}
