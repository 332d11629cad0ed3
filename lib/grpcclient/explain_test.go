package grpcclient

import (
	"errors"
	"strings"
	"testing"

	"github.com/inventive-weave/inventive-weave/lib/grpcserver"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestMessagesOverALimitAreExplained(t *testing.T) {
	t.Parallel()
	big := []*creatorsv1.Creator{{Id: strings.Repeat("x", 2000)}}
	const tooMuch = "a message of 2006 bytes was sent, and the server takes at most 1000 in one: " +
		"send smaller ones over a streaming method, or raise the server's --max_message_bytes"
	tests := []struct {
		name   string
		answer *creatorsv1.MostActiveCreatorsResponse
		call   func(*testing.T, creatorsv1.CreatorsServiceClient) error
		want   string
	}{
		{
			name: "request",
			call: func(t *testing.T, client creatorsv1.CreatorsServiceClient) error {
				_, err := client.MostActiveCreators(t.Context(), &creatorsv1.MostActiveCreatorsRequest{Creators: big})
				return err
			},
			want: tooMuch,
		},
		{
			name: "message of a stream",
			call: func(t *testing.T, client creatorsv1.CreatorsServiceClient) error {
				stream, err := client.StreamMostActiveCreators(t.Context())
				require.NoError(t, err)
				require.NoError(t, stream.Send(&creatorsv1.StreamMostActiveCreatorsRequest{Creators: big}))
				_, err = stream.CloseAndRecv()
				return err
			},
			want: tooMuch,
		},
		{
			name: "answer",
			answer: &creatorsv1.MostActiveCreatorsResponse{Creators: []*creatorsv1.CreatorStats{
				{Creator: big[0]}, {Creator: big[0]},
			}},
			call: func(t *testing.T, client creatorsv1.CreatorsServiceClient) error {
				return callUnary(t.Context(), client)
			},
			want: "the answer has 4018 bytes, and this client takes at most 3000: ask for less",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, address := serve(t, &service{answer: test.answer}, grpcserver.Config{MaxReceiveBytes: 1000})
			err := test.call(t, dial(t, Config{Target: address, MaxMessageBytes: 3000}))
			require.Equal(t, codes.ResourceExhausted, status.Code(err))
			require.Equal(t, test.want, status.Convert(err).Message())
		})
	}
}

func TestExplainLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		nil,
		errors.New("grpc: received message larger than max (5 vs. 4)"),
		status.Error(codes.Internal, "grpc: received message larger than max (5 vs. 4)"),
		status.Error(codes.ResourceExhausted, "too many products"),
		status.Error(codes.ResourceExhausted, "larger than max (a vs. b)"),
	} {
		require.Equal(t, err, explainer{}.explain(err))
	}
}
