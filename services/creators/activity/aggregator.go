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

// Product is a product to count.
type Product struct {
	// CreatorID is the id of the creator, who need not be listed.
	CreatorID []byte
	// Created is the create time, or no time.
	Created Instant
}

// Aggregator collects one data set and ranks it. Creators and products may be
// added in any interleaving. It holds one record per distinct creator and
// nothing per product. It is for one goroutine at a time.
type Aggregator struct {
	limits   Limits
	index    index
	records  slab[record]
	text     arena
	entries  int64 // that AddCreator was given
	products int64
	touched  byte
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
	return &Aggregator{limits: limits, index: newIndex()}
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
	hash := a.index.hash(id)
	r := a.index.find(hash, id)
	switch {
	case r == nil:
		var err error
		if r, err = a.newRecord(hash, id); err != nil {
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

// batch is how many products are looked up side by side: more than the machine
// has loads from memory in flight.
const batch = 64

// AddProducts counts products. It does not keep the slices, and allocates only
// for creators that it has not met. It is at its best with dozens of products
// at a time.
//
// It returns ErrEmptyID or a *LimitError; it then has counted the products
// before the one that it was for, and not those behind.
func (a *Aggregator) AddProducts(products ...Product) error {
	for len(products) > batch {
		if err := a.addBatch(products[:batch]); err != nil {
			return err
		}
		products = products[batch:]
	}
	return a.addBatch(products)
}

// addBatch is AddProducts of a batch at most. What it waits for is memory, in
// three places per product: the slot, the record and the id that the record
// points to. So it goes to each of these places for all products before it
// goes to the next, in loops so short that the loads of many turns overlap.
func (a *Aggregator) addBatch(products []Product) error {
	var hashes [batch]uint64
	var guesses [batch]*record
	var ids [batch]string
	for i := range products {
		hashes[i] = a.index.hash(products[i].CreatorID)
	}
	for i := range products {
		guesses[i] = a.index.guess(hashes[i])
	}
	for i := range products {
		if r := guesses[i]; r != nil {
			ids[i] = r.id
		}
	}
	for i := range products {
		if id := ids[i]; id != "" {
			// An id may lie in two cache lines. The sum has no use but to keep
			// the loads.
			a.touched += id[0] + id[len(id)-1]
		}
	}

	for i := range products {
		p, r := &products[i], guesses[i]
		if len(p.CreatorID) == 0 {
			return ErrEmptyID
		}
		if a.products >= a.limits.Products {
			return &LimitError{Kind: Products, Max: a.limits.Products}
		}
		if ids[i] != string(p.CreatorID) { // new, met in this batch, or of the same hash as another
			if r = a.index.find(hashes[i], p.CreatorID); r == nil {
				var err error
				if r, err = a.newRecord(hashes[i], p.CreatorID); err != nil {
					return err
				}
			}
		}
		a.products++
		r.products++
		if p.Created.compare(r.newest) > 0 {
			r.newest = p.Created
		}
	}
	return nil
}

// newRecord makes the record of a creator that is not known yet, as one known
// from a product.
func (a *Aggregator) newRecord(hash uint64, id []byte) (*record, error) {
	n := a.index.used
	if int64(n) >= a.limits.Creators {
		return nil, &LimitError{Kind: Creators, Max: a.limits.Creators}
	}
	r := a.records.next()
	r.id = a.text.keep(id)
	r.place = unlisted | uint64(n)
	a.index.insert(hash, r)
	return r, nil
}

// Totals returns what the data set holds so far.
func (a *Aggregator) Totals() Totals {
	return Totals{Creators: int64(a.index.used), Products: a.products}
}
