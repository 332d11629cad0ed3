package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/inventive-weave/inventive-weave/lib/dataset"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	// invalid is a refusal with so many problems.
	invalid := func(n int) error {
		request := new(errdetails.BadRequest)
		for i := range n {
			request.FieldViolations = append(request.FieldViolations, &errdetails.BadRequest_FieldViolation{
				Field: fmt.Sprintf("products[%d].creator_id", i), Description: "must not be empty",
			})
		}
		s, err := status.New(codes.InvalidArgument, "what the service says").WithDetails(&errdetails.ErrorInfo{}, request)
		require.NoError(t, err)
		return s.Err()
	}
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"data", &dataset.Error{Line: 2, Column: 3, Path: "Products[4].id", Problem: "must be a string, not a number"},
			"data.json: line 2, column 3: Products[4].id: must be a string, not a number"},
		{"a reader", errors.New("read data set: input/output error"), "read data set: input/output error"},
		{"time", fmt.Errorf("rank data set: %w", context.DeadlineExceeded), "gave up after --timeout 5s"},
		{"time, as the server sees it", status.Error(codes.DeadlineExceeded, "context deadline exceeded"), "gave up after --timeout 5s"},
		{"a refusal", invalid(1), "data.json: the creators service refuses it: Products[0].creatorId: must not be empty"},
		{"three refusals", invalid(3), "data.json: the creators service refuses it: " +
			"Products[0].creatorId: must not be empty; Products[1].creatorId: must not be empty; Products[2].creatorId: must not be empty"},
		{"many refusals", invalid(4), "data.json: the creators service refuses it: " +
			"Products[0].creatorId: must not be empty; Products[1].creatorId: must not be empty; Products[2].creatorId: must not be empty; and so on"},
		{"a refusal without details", invalid(0), "data.json: the creators service refuses it: what the service says"},
		{"too much", status.Error(codes.ResourceExhausted, "the data set has more than 10 products"),
			"data.json: the creators service refuses it: the data set has more than 10 products"},
		{"nobody there", status.Error(codes.Unavailable, `connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:9070: connect: connection refused"`),
			"cannot reach the creators service at localhost:9070: dial tcp 127.0.0.1:9070: connect: connection refused; start one with ./bazelw run //cmd/weave, or rank without it with --embedded"},
		{"lost", status.Error(codes.Unavailable, "error reading from server: EOF"),
			"cannot reach the creators service at localhost:9070: error reading from server: EOF; start one with ./bazelw run //cmd/weave, or rank without it with --embedded"},
		{"no address", status.Error(codes.Unavailable, "max retries exhausted: failed after 4 attempts: rpc error: code = Unavailable desc = no children to pick from"),
			"cannot reach the creators service at localhost:9070: no such host; start one with ./bazelw run //cmd/weave, or rank without it with --embedded"},
		{"lost for good", status.Error(codes.Unavailable, "max retries exhausted: failed after 4 attempts: rpc error: code = Unavailable desc = error reading from server: EOF"),
			"cannot reach the creators service at localhost:9070: error reading from server: EOF; start one with ./bazelw run //cmd/weave, or rank without it with --embedded"},
		{"somebody else", status.Error(codes.Unimplemented, "unknown service weave.creators.v1.CreatorsService"),
			"the server at localhost:9070 is not a creators service that takes streams: unknown service weave.creators.v1.CreatorsService"},
		{"a crash", status.Error(codes.Internal, "panic"), "the creators service failed: Internal: panic"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.EqualError(t, explain(test.err, "data.json", config{creatorsSvc: "localhost:9070", timeout: 5 * time.Second}), test.want)
		})
	}

	wrapped := fmt.Errorf("rank data set: %w", context.Canceled)
	require.ErrorIs(t, explain(wrapped, "", config{}), context.Canceled)
}
