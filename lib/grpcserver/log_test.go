package grpcserver

import (
	"context"
	"errors"
	"testing"

	"github.com/inventive-weave/inventive-weave/lib/logging"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

func TestCallsAreLogged(t *testing.T) {
	t.Parallel()
	for method, call := range calls {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			f := start(t, &service{}, Config{})
			require.NoError(t, call(f, t))

			lines := f.log.Records(t, "grpc call")
			require.Len(t, lines, 1)
			line := lines[0]
			require.Equal(t, "INFO", line["level"])
			require.Equal(t, "/weave.creators.v1.CreatorsService/"+method, line["method"])
			require.Equal(t, "OK", line["code"])
			require.Regexp(t, `^127\.0\.0\.1:\d+$`, line["peer"])
			require.Regexp(t, `^[0-9a-f]{32}$`, line["request_id"])
			require.Positive(t, line["duration_seconds"])
			require.NotContains(t, line, "error")
		})
	}
}

func TestDataIsNotLogged(t *testing.T) {
	t.Parallel()
	f := start(t, &service{
		unary: func(context.Context) error {
			return status.Error(codes.InvalidArgument, `creators[0].email: "ada@example.com" differs`)
		},
	}, Config{})
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "secret-token")
	_, err := f.client.MostActiveCreators(ctx, &creatorsv1.MostActiveCreatorsRequest{Creators: []*creatorsv1.Creator{{Id: "creator-17", Email: "ada@example.com"}}})
	require.Equal(t, codes.InvalidArgument, status.Code(err))

	require.Len(t, f.log.Records(t, "grpc call"), 1)
	for _, data := range []string{"ada", "creator-17", "secret-token"} {
		require.NotContains(t, f.log.String(), data)
	}
}

func TestCausesAreLogged(t *testing.T) {
	t.Parallel()
	f := start(t, &service{unary: func(context.Context) error { return errors.New("disk on fire") }}, Config{})
	require.Error(t, f.call(t))
	lines := f.log.Records(t, "grpc call")
	require.Len(t, lines, 1)
	require.Equal(t, "ERROR", lines[0]["level"])
	require.Equal(t, "disk on fire", lines[0]["error"])
}

func TestHandlersLogWithTheRequestID(t *testing.T) {
	t.Parallel()
	var seen []string
	f := start(t, &service{
		unary:  func(ctx context.Context) error { seen = append(seen, logging.RequestID(ctx)); return nil },
		stream: func(s grpc.ServerStream) error { seen = append(seen, logging.RequestID(s.Context())); return nil },
	}, Config{})
	require.NoError(t, f.call(t))
	require.NoError(t, f.callStream(t, &creatorsv1.StreamMostActiveCreatorsRequest{}))
	lines := f.log.Records(t, "grpc call")
	require.Equal(t, []string{lines[0]["request_id"].(string), lines[1]["request_id"].(string)}, seen)
	require.NotEqual(t, seen[0], seen[1])
}

func TestHealthChecksAreLoggedForDebugging(t *testing.T) {
	t.Parallel()
	f := start(t, &service{}, Config{})
	_, err := healthpb.NewHealthClient(f.conn).Check(t.Context(), &healthpb.HealthCheckRequest{}, grpc.WaitForReady(true))
	require.NoError(t, err)
	lines := f.log.Records(t, "grpc call")
	require.Len(t, lines, 1)
	require.Equal(t, "DEBUG", lines[0]["level"])
}

func TestLevelOf(t *testing.T) {
	t.Parallel()
	const call, check = "/weave.creators.v1.CreatorsService/MostActiveCreators", "/grpc.health.v1.Health/Check"
	tests := []struct {
		name   string
		method string
		code   codes.Code
		want   string
	}{
		{name: "fine", method: call, code: codes.OK, want: "INFO"},
		{name: "the caller's fault", method: call, code: codes.InvalidArgument, want: "INFO"},
		{name: "the caller left", method: call, code: codes.Canceled, want: "INFO"},
		{name: "too slow", method: call, code: codes.DeadlineExceeded, want: "WARN"},
		{name: "too much", method: call, code: codes.ResourceExhausted, want: "WARN"},
		{name: "away", method: call, code: codes.Unavailable, want: "WARN"},
		{name: "our fault", method: call, code: codes.Internal, want: "ERROR"},
		{name: "who knows", method: call, code: codes.Unknown, want: "ERROR"},
		{name: "probe", method: check, code: codes.OK, want: "DEBUG"},
		{name: "probe of a stopping server", method: check, code: codes.Unavailable, want: "DEBUG"},
		{name: "broken probe", method: check, code: codes.Internal, want: "ERROR"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, levelOf(test.method, test.code).String())
		})
	}
}

func TestCodeName(t *testing.T) {
	t.Parallel()
	for code := codes.OK; code <= codes.Unauthenticated; code++ {
		var parsed codes.Code
		require.NoError(t, parsed.UnmarshalJSON([]byte(`"`+codeName(code)+`"`)), "the names are those of gRPC")
		require.Equal(t, code, parsed)
	}
	require.Equal(t, "Code(99)", codeName(99))
}
