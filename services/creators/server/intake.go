package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

// intake takes in the data set of one call, however it comes: it validates the
// parts and hands them to the aggregation. What is wrong with them it collects
// as problems, whose indexes count over the whole call. The errors that its
// methods return end the call at once.
type intake struct {
	aggregator *activity.Aggregator
	limit      int
	creators   int64 // taken in so far: the index of the next one
	products   int64
	problems   problems
	*scratch
}

// scratch is memory of an intake that others use after it.
type scratch struct {
	// pending are valid products on their way to the aggregator, which takes
	// dozens at a time faster than one by one. Their creator ids are parts of
	// the message, or of texts.
	pending []activity.Product
	texts   []byte
}

const (
	maxPending = 64
	usualID    = 36 // bytes: a UUID
)

func newScratch() *scratch { return &scratch{pending: make([]activity.Product, 0, maxPending)} }

// release empties the scratch. It keeps no message alive.
func (s *scratch) release() {
	clear(s.pending[:cap(s.pending)])
	s.pending, s.texts = s.pending[:0], s.texts[:0]
}

func newIntake(limits activity.Limits, scratch *scratch) *intake {
	return &intake{aggregator: activity.NewAggregator(limits), scratch: scratch}
}

// setLimit takes the number of creators to return.
func (in *intake) setLimit(limit int32) {
	if limit < 0 {
		in.problems.add("limit", "must not be negative")
		return
	}
	in.limit = int(limit)
}

// addCreators takes in the next listed creators. Their texts are UTF-8: the
// decoder of the messages sees to that.
func (in *intake) addCreators(creators []*creatorsv1.Creator) error {
	for _, c := range creators {
		err := in.aggregator.AddCreator([]byte(c.GetId()), []byte(c.GetEmail()))
		if err != nil {
			conflict := new(activity.EmailConflictError)
			switch {
			case errors.Is(err, activity.ErrEmptyID):
				in.problems.addAt("creators", in.creators, "id", mustNotBeEmpty)
			case errors.As(err, &conflict):
				in.problems.addAt("creators", in.creators, "email",
					fmt.Sprintf("must be the same as in creators[%d], which lists the same creator", conflict.First))
			default:
				return fmt.Errorf("add creator %d: %w", in.creators, err)
			}
		}
		in.creators++
	}
	return nil
}

// addProducts takes in the next products, until ctx ends.
func (in *intake) addProducts(ctx context.Context, products []*creatorsv1.Product) error {
	in.texts = slices.Grow(in.texts, min(len(products), maxPending)*usualID)
	for _, p := range products {
		if len(in.pending) == maxPending {
			if err := in.flush(); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		start := len(in.texts)
		in.texts = append(in.texts, p.GetCreatorId()...)
		created := p.GetCreateTime()
		in.addProduct([]byte(p.GetId()), in.texts[start:], created != nil, created.GetSeconds(), created.GetNanos())
	}
	return in.flush()
}

// addProduct takes in the next product. Every product of every call comes
// through here. There has to be room among the pending ones, which keep
// creatorID until flush.
func (in *intake) addProduct(id, creatorID []byte, timed bool, seconds int64, nanos int32) {
	valid := in.checkText("id", id)
	valid = in.checkText("creator_id", creatorID) && valid
	var created activity.Instant
	if timed {
		var inRange bool
		if created, inRange = activity.At(seconds, nanos); !inRange {
			in.problems.addAt("products", in.products, "create_time", outOfRange(seconds))
			valid = false
		}
	}
	if valid {
		in.pending = append(in.pending, activity.Product{CreatorID: creatorID, Created: created})
	}
	in.products++
}

// flush hands the pending products to the aggregator.
func (in *intake) flush() error {
	err := in.aggregator.AddProducts(in.pending...)
	in.pending, in.texts = in.pending[:0], in.texts[:0]
	if err != nil {
		return fmt.Errorf("add products: %w", err)
	}
	return nil
}

// checkText tells whether a text of the next product is one.
func (in *intake) checkText(field string, text []byte) bool {
	switch {
	case len(text) == 0:
		in.problems.addAt("products", in.products, field, mustNotBeEmpty)
	case !utf8.Valid(text):
		in.problems.addAt("products", in.products, field, "must be valid UTF-8")
	default:
		return true
	}
	return false
}

const mustNotBeEmpty = "must not be empty"

// outOfRange says what is wrong with a time that activity.At does not accept.
func outOfRange(seconds int64) string {
	if seconds < activity.MinSeconds || seconds > activity.MaxSeconds {
		return "must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z"
	}
	return "nanos must be from 0 to 999999999"
}
