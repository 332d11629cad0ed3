package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/inventive-weave/inventive-weave/lib/dataset"
	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
)

// explain turns the error of a ranking into one that says what to do.
func explain(err error, file string, cfg config) error {
	var place *dataset.Error
	if errors.As(err, &place) {
		return fmt.Errorf("%s: %w", file, err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return gaveUp(cfg)
	}
	s, ok := status.FromError(err)
	if !ok {
		return err
	}
	switch s.Code() {
	case codes.InvalidArgument:
		return fmt.Errorf("%s: the creators service refuses it: %s", file, refusal(s))
	case codes.ResourceExhausted:
		return fmt.Errorf("%s: the creators service refuses it: %s", file, s.Message())
	case codes.DeadlineExceeded:
		return gaveUp(cfg)
	case codes.Unavailable:
		return fmt.Errorf("cannot reach the creators service at %s: %s; start one with ./bazelw run //cmd/weave, or rank without it with --embedded",
			cfg.creatorsSvc, grpcclient.Reason(s.Message()))
	case codes.Unimplemented:
		return fmt.Errorf("the server at %s is not a creators service that takes streams: %s", cfg.creatorsSvc, s.Message())
	default:
		return fmt.Errorf("the creators service failed: %s: %s", s.Code(), s.Message())
	}
}

func gaveUp(cfg config) error {
	return fmt.Errorf("gave up after --timeout %s", cfg.timeout)
}

// refusal says what is wrong with a data set, in the words of the file.
func refusal(s *status.Status) string {
	for _, detail := range s.Details() {
		request, ok := detail.(*errdetails.BadRequest)
		if !ok || len(request.GetFieldViolations()) == 0 {
			continue
		}
		const most = 3
		violations := request.GetFieldViolations()
		var parts []string
		for _, v := range violations[:min(len(violations), most)] {
			parts = append(parts, inFile(v.GetField())+": "+inFile(v.GetDescription()))
		}
		if len(violations) > most {
			parts = append(parts, "and so on")
		}
		return strings.Join(parts, "; ")
	}
	return s.Message()
}

// inFile puts the names of the API's lists and fields in the way that data sets
// have them: products[17].creator_id is Products[17].creatorId there.
func inFile(text string) string {
	return strings.NewReplacer(
		"creators[", "Creators[", "products[", "Products[",
		".creator_id", ".creatorId", ".create_time", ".createTime",
	).Replace(text)
}
