package server

import (
	"context"
	"errors"
	"fmt"
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
}

func newIntake(limits activity.Limits) *intake {
	return &intake{aggregator: activity.NewAggregator(limits)}
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
	for i, p := range products {
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		created := p.GetCreateTime()
		err := in.addProduct([]byte(p.GetId()), []byte(p.GetCreatorId()), created != nil, created.GetSeconds(), created.GetNanos())
		if err != nil {
			return err
		}
	}
	return nil
}

// addProduct takes in the next product. Every product of every call comes
// through here. It keeps neither slice, and does not allocate unless the
// creator is new or there are problems.
func (in *intake) addProduct(id, creatorID []byte, timed bool, seconds int64, nanos int32) error {
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
		if err := in.aggregator.AddProduct(creatorID, created); err != nil {
			return fmt.Errorf("add product %d: %w", in.products, err)
		}
	}
	in.products++
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
