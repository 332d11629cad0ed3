package activity

import "strings"

// arena keeps short texts side by side in large blocks, so that each costs
// neither an allocation nor the rounding up of one.
type arena struct {
	block strings.Builder
}

const (
	firstBlock = 1 << 10
	maxBlock   = 64 << 10
)

// keep returns b as a string. The strings of a block share its memory, which
// is never written twice.
func (a *arena) keep(b []byte) string {
	if free := a.block.Cap() - a.block.Len(); free < len(b) {
		size := min(max(firstBlock, 2*a.block.Cap()), maxBlock)
		a.block = strings.Builder{}
		a.block.Grow(max(size, len(b)))
	}
	start := a.block.Len()
	a.block.Write(b)
	return a.block.String()[start:]
}

// slab hands out zero values of T from blocks that grow with their number, up
// to a point, and never move.
type slab[T any] struct {
	blocks [][]T
}

const (
	firstRecords = 16
	maxRecords   = 4096
)

func (s *slab[T]) next() *T {
	last := len(s.blocks) - 1
	if last < 0 || len(s.blocks[last]) == cap(s.blocks[last]) {
		size := firstRecords
		if last >= 0 {
			size = min(2*cap(s.blocks[last]), maxRecords)
		}
		s.blocks = append(s.blocks, make([]T, 0, size))
		last++
	}
	block := s.blocks[last]
	block = block[:len(block)+1]
	s.blocks[last] = block
	return &block[len(block)-1]
}
