package activity

import (
	"cmp"
	"slices"
)

// Top returns the limit most active creators, or all when limit is 0, the most
// active one first: more products come first; among equals the creator with
// the newer newest product, where no time is older than any; still equal, the
// listed creators in the order of the list, then the others in the order of
// their first products. It may be called any number of times, also between
// additions.
//
// A small limit does not sort everything: each record is looked at once, and
// most of them are no better than the last of the leaders so far.
func (a *Aggregator) Top(limit int) []Stats {
	n := a.index.used
	if limit <= 0 || limit > n {
		limit = n
	}
	// The leaders so far, and behind them the candidates since the last sort.
	// There is room for as many candidates as leaders, so that a sort is paid
	// for by the candidates that fill it.
	leaders := make([]*record, 0, min(2*limit, n))
	var last *record // of a full set of leaders
	for _, block := range a.records.blocks {
		for i := range block {
			r := &block[i]
			if last != nil && compare(r, last) > 0 {
				continue
			}
			leaders = append(leaders, r)
			if len(leaders) == 2*limit {
				slices.SortFunc(leaders, compare)
				leaders = leaders[:limit]
				last = leaders[limit-1]
			}
		}
	}
	slices.SortFunc(leaders, compare)
	leaders = leaders[:limit]

	stats := make([]Stats, limit)
	for i, r := range leaders {
		stats[i] = Stats{ID: r.id, Email: r.email, Products: r.products, Newest: r.newest}
	}
	return stats
}

// compare is negative when r ranks before s. It is zero only for the same
// record, since no two have the same place.
func compare(r, s *record) int {
	switch {
	case r.products != s.products:
		return cmp.Compare(s.products, r.products)
	case r.newest != s.newest:
		return s.newest.compare(r.newest)
	}
	return cmp.Compare(r.place, s.place)
}
