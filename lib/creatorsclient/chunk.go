package creatorsclient

import (
	"encoding/binary"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/inventive-weave/inventive-weave/lib/dataset"
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

// noTime stands among the nanos for a product without a create time.
const noTime = -1

// chunk gathers records in the encoding in which they are sent. The message
// type would do as well, but for two things: its strings must be allocated, one
// by one for each creator, and it must not be used again after it was sent,
// since whoever observes a gRPC call may look at it later. A new message for
// each chunk made the client take twice as long.
type chunk struct {
	// creators has the fields of the listed creators, one after the other.
	creators []byte
	// columns are the columns of the products, from idsField on.
	columns [createNanosField][]byte
	// sent counts the records since the first chunk.
	sent Progress
}

// size is about how long the message will be: not the few bytes around the
// columns.
func (c *chunk) size() int {
	n := len(c.creators)
	for i := range c.columns {
		n += len(c.columns[i])
	}
	return n
}

func (c *chunk) addCreator(r *dataset.Creator) {
	b := protowire.AppendTag(c.creators, creatorsField, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(sizeBytes(creatorIDField, len(r.ID))+sizeBytes(creatorEmailField, len(r.Email))))
	b = appendBytes(b, creatorIDField, r.ID)
	c.creators = appendBytes(b, creatorEmailField, r.Email)
	c.sent.Creators++
}

func (c *chunk) addProduct(r *dataset.Product) {
	nanos := r.Nanos
	if !r.HasTime {
		nanos = noTime
	}
	column := &c.columns
	column[idsField-1] = append(column[idsField-1], r.ID...)
	column[idLengthsField-1] = protowire.AppendVarint(column[idLengthsField-1], uint64(len(r.ID)))
	column[creatorIDsField-1] = append(column[creatorIDsField-1], r.CreatorID...)
	column[creatorIDLengthsField-1] = protowire.AppendVarint(column[creatorIDLengthsField-1], uint64(len(r.CreatorID)))
	column[createSecondsField-1] = binary.LittleEndian.AppendUint64(column[createSecondsField-1], uint64(r.Seconds))
	column[createNanosField-1] = binary.LittleEndian.AppendUint32(column[createNanosField-1], uint32(nanos))
	c.sent.Products++
}

// frame encodes the message, and empties the chunk.
func (c *chunk) frame(limit int32, pool mem.BufferPool) *frame {
	products := 0
	for i := range c.columns {
		products += sizeBytes(protowire.Number(i+1), len(c.columns[i]))
	}
	size := sizeBytes(productsField, products) + len(c.creators)
	if limit != 0 {
		size += protowire.SizeTag(limitField) + protowire.SizeVarint(uint64(int64(limit)))
	}

	buffer := pool.Get(size)
	b := (*buffer)[:0]
	if limit != 0 {
		b = protowire.AppendTag(b, limitField, protowire.VarintType)
		b = protowire.AppendVarint(b, uint64(int64(limit)))
	}
	b = append(b, c.creators...)
	c.creators = c.creators[:0]
	if products > 0 {
		b = protowire.AppendTag(b, productsField, protowire.BytesType)
		b = protowire.AppendVarint(b, uint64(products))
	}
	for i := range c.columns {
		b = appendBytes(b, protowire.Number(i+1), c.columns[i])
		c.columns[i] = c.columns[i][:0]
	}
	*buffer = b
	return &frame{data: mem.BufferSlice{mem.NewBuffer(buffer, pool)}, progress: c.sent}
}

// appendBytes appends a field of type string or bytes, or a packed one. An
// empty one needs no bytes.
func appendBytes(b []byte, number protowire.Number, value []byte) []byte {
	if len(value) == 0 {
		return b
	}
	b = protowire.AppendTag(b, number, protowire.BytesType)
	return protowire.AppendBytes(b, value)
}

// sizeBytes is how much appendBytes appends.
func sizeBytes(number protowire.Number, length int) int {
	if length == 0 {
		return 0
	}
	return protowire.SizeTag(number) + protowire.SizeBytes(length)
}
