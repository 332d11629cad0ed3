package activity

import "hash/maphash"

// index finds the records by the ids of their creators. It is a hash table
// with open addressing: with linear probing, at most three quarters full, and
// without removal.
//
// A map would do, but for its speed: with many creators nearly every step of a
// look-up waits for memory, and of a map nothing but whole look-ups can be
// had, one after the other. Here, the steps of many of them go side by side;
// see Aggregator.AddProducts.
type index struct {
	seed  maphash.Seed
	slots []slot // as many as a power of two
	used  int
}

// slot is free when it has no record.
type slot struct {
	hash   uint64
	record *record
}

const firstSlots = 32

func newIndex() index {
	return index{seed: maphash.MakeSeed(), slots: make([]slot, firstSlots)}
}

// hash is what the other methods go by.
func (x *index) hash(id []byte) uint64 { return maphash.Bytes(x.seed, id) }

// guess returns the record that most likely has the id of the hash, or nil
// when there is none. It does not look at the records.
func (x *index) guess(hash uint64) *record {
	mask := uint64(len(x.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if s := &x.slots[i]; s.hash == hash || s.record == nil {
			return s.record
		}
	}
}

// find returns the record of the id, or nil when there is none.
func (x *index) find(hash uint64, id []byte) *record {
	mask := uint64(len(x.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := &x.slots[i]
		if s.record == nil || s.hash == hash && s.record.id == string(id) {
			return s.record
		}
	}
}

// insert adds a record that find does not find.
func (x *index) insert(hash uint64, r *record) {
	if 4*(x.used+1) > 3*len(x.slots) {
		old := x.slots
		x.slots = make([]slot, 2*len(old))
		for _, s := range old {
			if s.record != nil {
				x.place(s)
			}
		}
	}
	x.place(slot{hash, r})
	x.used++
}

// place puts a slot's content into the first free slot for it.
func (x *index) place(s slot) {
	mask := uint64(len(x.slots) - 1)
	i := s.hash & mask
	for x.slots[i].record != nil {
		i = (i + 1) & mask
	}
	x.slots[i] = s
}
