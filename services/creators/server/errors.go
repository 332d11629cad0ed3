package server

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/inventive-weave/inventive-weave/services/creators/activity"
)

// maxViolations bounds the problems that one answer lists. Further ones are
// counted.
const maxViolations = 20

// problems collects what is wrong with a request. No problem quotes the data.
type problems struct {
	violations []*errdetails.BadRequest_FieldViolation
	more       int64 // problems that are not among the violations
}

// add adds a problem of a field.
func (p *problems) add(field, description string) {
	if len(p.violations) == maxViolations {
		p.more++
		return
	}
	p.violations = append(p.violations, &errdetails.BadRequest_FieldViolation{Field: field, Description: description})
}

// addAt adds a problem of a field of an element of a list.
func (p *problems) addAt(list string, index int64, field, description string) {
	if len(p.violations) == maxViolations {
		p.more++ // before the text is made: there may be millions
		return
	}
	p.add(fmt.Sprintf("%s[%d].%s", list, index, field), description)
}

// err is nil when there are no problems, otherwise an *invalidError.
func (p *problems) err() error {
	if len(p.violations) == 0 {
		return nil
	}
	return &invalidError{p}
}

// invalidError says that a request is not valid.
type invalidError struct{ *problems }

// Error names the first problem, in the way that people read it, and says how
// many more there are.
func (e *invalidError) Error() string {
	first := e.violations[0]
	text := first.GetField() + ": " + first.GetDescription()
	if more := int64(len(e.violations)-1) + e.more; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

// statusOf is the one place where errors become what callers get. An error
// that it does not know stays as it is: package grpcserver logs it and answers
// INTERNAL.
func statusOf(err error) error {
	invalid := new(invalidError)
	limit := new(activity.LimitError)
	switch {
	case errors.As(err, &invalid):
		s, detailsErr := status.New(codes.InvalidArgument, invalid.Error()).
			WithDetails(&errdetails.BadRequest{FieldViolations: invalid.violations})
		if detailsErr != nil {
			return fmt.Errorf("add details to %q: %w", invalid.Error(), detailsErr)
		}
		return s.Err()
	case errors.As(err, &limit):
		return status.Errorf(codes.ResourceExhausted,
			"the data set has more than %d %s, the most that this server accepts (--max_%s)", limit.Max, limit.Kind, limit.Kind)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return status.FromContextError(err).Err()
	default:
		return err
	}
}
