package activity

import (
	"errors"
	"fmt"
)

// ErrEmptyID is returned for a creator without an id.
var ErrEmptyID = errors.New("creator id is empty")

// EmailConflictError reports that one creator was listed with two different
// emails. It carries neither of them, nor the id, so that it may be logged.
type EmailConflictError struct {
	// First is the index among all listed creators, from 0, of the entry that
	// the rejected one contradicts.
	First int64
}

// Error implements error.
func (e *EmailConflictError) Error() string {
	return fmt.Sprintf("email differs from that of the same creator at index %d", e.First)
}

// Kind says what a limit counts.
type Kind string

// What the limits count.
const (
	Creators Kind = "creators"
	Products Kind = "products"
)

// LimitError reports that a data set has more creators or products than its
// Aggregator was told to accept.
type LimitError struct {
	// Kind says which of the limits was reached.
	Kind Kind
	// Max is the largest number that is accepted.
	Max int64
}

// Error implements error.
func (e *LimitError) Error() string {
	return fmt.Sprintf("more than %d %s", e.Max, e.Kind)
}

// Limits bound what one Aggregator accepts. Zero stands for no bound.
type Limits struct {
	// Creators bounds the distinct creators, listed ones and those known only
	// from products. They are what an Aggregator's memory grows with.
	Creators int64
	// Products bounds the products.
	Products int64
}
