package server

import (
	"encoding/binary"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// The fields of StreamMostActiveCreatorsRequest and of the messages in it. A
// test compares them with the descriptors.
const (
	limitField    protowire.Number = 1
	creatorsField protowire.Number = 2
	productsField protowire.Number = 3

	creatorIDField    protowire.Number = 1
	creatorEmailField protowire.Number = 2

	idsField              protowire.Number = 1
	idLengthsField        protowire.Number = 2
	creatorIDsField       protowire.Number = 3
	creatorIDLengthsField protowire.Number = 4
	createSecondsField    protowire.Number = 5
	createNanosField      protowire.Number = 6
)

// decode makes the message of what is encoded, the same as package proto does.
// What is wrong, or not as programs usually write it, it leaves to that.
func (m *chunkMessage) decode() error {
	proto.Reset(m.StreamMostActiveCreatorsRequest)
	if m.decodeUsual() {
		return nil
	}
	return proto.Unmarshal(m.encoded, m.StreamMostActiveCreatorsRequest)
}

// decodeUsual reports false for a message that it can't decode, which then is
// half done.
func (m *chunkMessage) decodeUsual() bool {
	m.texts = m.texts[:0]
	for rest := m.encoded; len(rest) > 0; {
		f, ok := nextField(&rest)
		switch {
		case !ok:
			return false
		case f.is(limitField, protowire.VarintType):
			m.Limit = int32(f.varint)
		case f.is(creatorsField, protowire.BytesType):
			if !m.decodeCreator(f.bytes, len(m.encoded)-len(rest)) {
				return false
			}
		case f.is(productsField, protowire.BytesType) && m.Products == nil:
			if !m.decodeProducts(f.bytes) {
				return false
			}
		default:
			return false
		}
	}
	m.makeCreators()
	return true
}

// creatorTexts says where in the encoded message the texts of a creator are.
type creatorTexts struct {
	end       int // of the creator
	id, email struct{ from, to int }
}

// decodeCreator decodes the encoded creator that ends at the given index of the
// message.
func (m *chunkMessage) decodeCreator(encoded []byte, end int) bool {
	texts := creatorTexts{end: end}
	for rest := encoded; len(rest) > 0; {
		f, ok := nextField(&rest)
		if !ok || f.kind != protowire.BytesType || !utf8.Valid(f.bytes) {
			return false
		}
		to := end - len(rest)
		switch f.number {
		case creatorIDField:
			texts.id.from, texts.id.to = to-len(f.bytes), to
		case creatorEmailField:
			texts.email.from, texts.email.to = to-len(f.bytes), to
		default:
			return false
		}
	}
	m.texts = append(m.texts, texts)
	return true
}

// makeCreators makes the creators of their texts, all of which are one piece of
// memory.
func (m *chunkMessage) makeCreators() {
	n := len(m.texts)
	if n == 0 {
		return
	}
	text := string(m.encoded[:m.texts[n-1].end])
	m.creators = slices.Grow(m.creators[:0], n)[:n]
	m.listed = slices.Grow(m.listed[:0], n)[:n]
	for i := range m.texts {
		c, t := &m.creators[i], &m.texts[i]
		c.Id, c.Email = text[t.id.from:t.id.to], text[t.email.from:t.email.to]
		m.listed[i] = c
	}
	m.Creators = m.listed
}

// decodeProducts decodes the encoded columns.
func (m *chunkMessage) decodeProducts(encoded []byte) bool {
	c := &m.columns
	m.Products = c
	c.Ids, c.CreatorIds = nil, nil
	c.IdLengths, c.CreatorIdLengths = c.IdLengths[:0], c.CreatorIdLengths[:0]
	c.CreateSeconds, c.CreateNanos = c.CreateSeconds[:0], c.CreateNanos[:0]
	for rest := encoded; len(rest) > 0; {
		f, ok := nextField(&rest)
		if !ok || f.kind != protowire.BytesType {
			return false
		}
		switch f.number {
		case idsField:
			c.Ids = f.bytes
		case idLengthsField:
			c.IdLengths, ok = appendLengths(c.IdLengths, f.bytes)
		case creatorIDsField:
			c.CreatorIds = f.bytes
		case creatorIDLengthsField:
			c.CreatorIdLengths, ok = appendLengths(c.CreatorIdLengths, f.bytes)
		case createSecondsField:
			ok = len(f.bytes)%8 == 0
			c.CreateSeconds = slices.Grow(c.CreateSeconds, len(f.bytes)/8)
			for b := f.bytes; len(b) >= 8; b = b[8:] {
				c.CreateSeconds = append(c.CreateSeconds, int64(binary.LittleEndian.Uint64(b)))
			}
		case createNanosField:
			ok = len(f.bytes)%4 == 0
			c.CreateNanos = slices.Grow(c.CreateNanos, len(f.bytes)/4)
			for b := f.bytes; len(b) >= 4; b = b[4:] {
				c.CreateNanos = append(c.CreateNanos, int32(binary.LittleEndian.Uint32(b)))
			}
		default:
			return false
		}
		if !ok {
			return false
		}
	}
	return true
}

// appendLengths decodes packed lengths.
func appendLengths(lengths []uint32, packed []byte) ([]uint32, bool) {
	lengths = slices.Grow(lengths, len(packed))
	for len(packed) > 0 {
		if packed[0] < 0x80 {
			lengths, packed = append(lengths, uint32(packed[0])), packed[1:]
			continue
		}
		length, n := protowire.ConsumeVarint(packed)
		if n < 0 {
			return lengths, false
		}
		lengths, packed = append(lengths, uint32(length)), packed[n:]
	}
	return lengths, true
}

// field is an encoded field. By its kind, it has a varint or bytes.
type field struct {
	number protowire.Number
	kind   protowire.Type
	varint uint64
	bytes  []byte
}

func (f *field) is(number protowire.Number, kind protowire.Type) bool {
	return f.number == number && f.kind == kind
}

// nextField takes a field of one of these kinds off the front of rest.
func nextField(rest *[]byte) (f field, ok bool) {
	var n int
	if f.number, f.kind, n = protowire.ConsumeTag(*rest); n < 0 {
		return f, false
	}
	*rest = (*rest)[n:]
	switch f.kind {
	case protowire.VarintType:
		f.varint, n = protowire.ConsumeVarint(*rest)
	case protowire.BytesType:
		f.bytes, n = protowire.ConsumeBytes(*rest)
	default:
		return f, false
	}
	if n < 0 {
		return f, false
	}
	*rest = (*rest)[n:]
	return f, true
}
