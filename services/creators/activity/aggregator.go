// Package activity ranks creators by how active they are: it counts products
// as they arrive and then answers who leads.
//
// It is pure computation. It knows neither gRPC nor generated types, does no
// input or output, and checks only what the ranking itself needs: the form of
// the ids (their encoding, the products' own ids) is its caller's business.
package activity

import "math"

// Stats says how active one creator is.
type Stats struct {
	// ID identifies the creator.
	ID string
	// Email is the address that the creator was listed with.
	Email string
	// Products counts the creator's products.
	Products int64
	// Newest is the create time of the newest of them. It is no time when none
	// of them has one.
	Newest Instant
}

// Totals counts what an Aggregator was given.
type Totals struct {
	// Creators counts the distinct creators, listed or not.
	Creators int64
	// Products counts the products.
	Products int64
}

// Aggregator collects one data set and ranks it. Creators and products may be
// added in any interleaving. It holds one record per distinct creator and
// nothing per product. It is for one goroutine at a time.
type Aggregator struct {
	limits   Limits
	index    map[string]*record
	records  slab[record]
	text     arena
	entries  int64 // calls of AddCreator so far
	products int64
}

// record is what is known of one creator. It fills one cache line.
type record struct {
	id, email string
	products  int64
	newest    Instant
	// place orders the creators as the data set first names them: the index of
	// the entry for a listed one; for the others, who come behind, the order
	// of their first products with the highest bit set.
	place uint64
}

const unlisted = 1 << 63

// NewAggregator returns an Aggregator of an empty data set.
func NewAggregator(limits Limits) *Aggregator {
	if limits.Creators == 0 {
		limits.Creators = math.MaxInt64
	}
	if limits.Products == 0 {
		limits.Products = math.MaxInt64
	}
	return &Aggregator{limits: limits, index: make(map[string]*record)}
}

// AddCreator adds an entry of the list of creators. Every entry is to be
// passed, in order, since EmailConflictError speaks of their indexes. An entry
// may repeat an earlier one; the first one gives the creator its place, which
// is also true for a creator that earlier products mentioned. AddCreator keeps
// neither slice.
//
// It returns ErrEmptyID, an *EmailConflictError or a *LimitError, and then has
// left the data set as it was.
func (a *Aggregator) AddCreator(id, email []byte) error {
	place := uint64(a.entries)
	a.entries++
	if len(id) == 0 {
		return ErrEmptyID
	}
	r, known := a.index[string(id)]
	switch {
	case !known:
		var err error
		if r, err = a.newRecord(id); err != nil {
			return err
		}
	case r.place < unlisted:
		if r.email != string(email) {
			return &EmailConflictError{First: int64(r.place)}
		}
		return nil
	}
	r.place = place
	r.email = a.text.keep(email)
	return nil
}

// AddProduct counts a product of a creator, who need not be listed. It does
// not keep the slice, and allocates only for a creator it has not met.
//
// It returns ErrEmptyID or a *LimitError, and then has left the data set as it
// was.
func (a *Aggregator) AddProduct(creatorID []byte, created Instant) error {
	if len(creatorID) == 0 {
		return ErrEmptyID
	}
	if a.products >= a.limits.Products {
		return &LimitError{Kind: Products, Max: a.limits.Products}
	}
	r, known := a.index[string(creatorID)]
	if !known {
		var err error
		if r, err = a.newRecord(creatorID); err != nil {
			return err
		}
	}
	a.products++
	r.products++
	if created.compare(r.newest) > 0 {
		r.newest = created
	}
	return nil
}

// newRecord makes the record of a creator that is not known yet, as one known
// from a product.
func (a *Aggregator) newRecord(id []byte) (*record, error) {
	n := len(a.index)
	if int64(n) >= a.limits.Creators {
		return nil, &LimitError{Kind: Creators, Max: a.limits.Creators}
	}
	r := a.records.next()
	r.id = a.text.keep(id)
	r.place = unlisted | uint64(n)
	a.index[r.id] = r
	return r, nil
}

// Totals returns what the data set holds so far.
func (a *Aggregator) Totals() Totals {
	return Totals{Creators: int64(len(a.index)), Products: a.products}
}
