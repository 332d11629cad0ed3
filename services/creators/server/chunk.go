package server

import (
	"fmt"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

// noTime is what stands among the nanos for a product without a create time.
const noTime = -1

// addChunk takes in chunk number n of a stream, from 0. The error holds all
// problems of the chunk.
func (in *intake) addChunk(chunk *creatorsv1.StreamMostActiveCreatorsRequest, n int64) error {
	if n == 0 {
		in.setLimit(chunk.GetLimit())
	} else if chunk.GetLimit() != 0 {
		in.problems.add("limit", "may only be set in the first message of the call")
	}
	if err := in.addCreators(chunk.GetCreators()); err != nil {
		return err
	}
	if in.checkColumns(chunk.GetProducts(), n) {
		if err := in.addColumns(chunk.GetProducts()); err != nil {
			return err
		}
	}
	return in.problems.err()
}

// checkColumns tells whether the columns of chunk number n fit together.
func (in *intake) checkColumns(c *creatorsv1.ProductColumns, n int64) bool {
	products := len(c.GetIdLengths())
	for _, column := range []struct {
		name    string
		entries int
	}{
		{"creator_id_lengths", len(c.GetCreatorIdLengths())},
		{"create_seconds", len(c.GetCreateSeconds())},
		{"create_nanos", len(c.GetCreateNanos())},
	} {
		if column.entries != products {
			in.problems.add("products."+column.name,
				fmt.Sprintf("must have as many entries as id_lengths, which has %d, not %d (in chunk %d)", products, column.entries, n))
			return false
		}
	}
	for _, column := range []struct {
		name    string
		bytes   int
		lengths []uint32
	}{
		{"ids", len(c.GetIds()), c.GetIdLengths()},
		{"creator_ids", len(c.GetCreatorIds()), c.GetCreatorIdLengths()},
	} {
		var sum uint64 // of fewer than 2^32 lengths of less than 2^32: it does not overflow
		for _, length := range column.lengths {
			sum += uint64(length)
		}
		if sum != uint64(column.bytes) {
			in.problems.add("products."+column.name,
				fmt.Sprintf("must have as many bytes as its lengths add up to, which is %d, not %d (in chunk %d)", sum, column.bytes, n))
			return false
		}
	}
	return true
}

// addColumns takes in the products of columns that fit together.
func (in *intake) addColumns(c *creatorsv1.ProductColumns) error {
	ids, creatorIDs := c.GetIds(), c.GetCreatorIds()
	idLengths, creatorIDLengths := c.GetIdLengths(), c.GetCreatorIdLengths()
	seconds, nanos := c.GetCreateSeconds(), c.GetCreateNanos()
	for i := range idLengths {
		if len(in.pending) == maxPending {
			if err := in.flush(); err != nil {
				return err
			}
		}
		var id, creatorID []byte
		id, ids = ids[:idLengths[i]], ids[idLengths[i]:]
		creatorID, creatorIDs = creatorIDs[:creatorIDLengths[i]], creatorIDs[creatorIDLengths[i]:]
		timed := nanos[i] != noTime
		if !timed && seconds[i] != 0 {
			in.problems.addAt("products", in.products, "create_time", "seconds must be 0 where nanos is -1, which says that there is no time")
		}
		in.addProduct(id, creatorID, timed, seconds[i], nanos[i])
	}
	return in.flush()
}
