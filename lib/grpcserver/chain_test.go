package grpcserver

import (
	"context"
	"errors"
	"strings"
	"testing"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// calls are the two kinds of calls, for what must be so for both.
var calls = map[string]func(*fixture, *testing.T, ...grpc.CallOption) error{
	"MostActiveCreators": (*fixture).call,
	"StreamMostActiveCreators": func(f *fixture, t *testing.T, options ...grpc.CallOption) error {
		return f.callStream(t, &creatorsv1.StreamMostActiveCreatorsRequest{}, options...)
	},
}

func TestPanic(t *testing.T) {
	t.Parallel()
	for method, call := range calls {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			panics := true
			handle := func() error {
				if panics {
					panics = false
					panic("at the disco")
				}
				return nil
			}
			f := start(t, &service{
				unary:  func(context.Context) error { return handle() },
				stream: func(grpc.ServerStream) error { return handle() },
			}, Config{})

			err := call(f, t)
			require.Equal(t, codes.Internal, status.Code(err))
			require.Equal(t, "internal error", status.Convert(err).Message(), "the panic is not for callers")
			require.NoError(t, call(f, t), "the server lives on")

			records := f.log.Records(t, "panic in a grpc handler")
			require.Len(t, records, 1)
			require.Equal(t, "at the disco", records[0]["panic"])
			require.Contains(t, records[0]["stack"], "grpcserver.(*service)."+method, "the stack leads to the handler")
			require.NotEmpty(t, records[0]["request_id"])

			lines := f.log.Records(t, "grpc call")
			require.Len(t, lines, 2)
			require.Equal(t, "INTERNAL", lines[0]["code"])
			require.Equal(t, "ERROR", lines[0]["level"])
			require.Equal(t, records[0]["request_id"], lines[0]["request_id"])
			require.NoError(t, testutil.GatherAndCompare(f.registry, strings.NewReader(`
				# HELP weave_grpc_panics_total Panics in gRPC handlers. Each is in the log, with its stack.
				# TYPE weave_grpc_panics_total counter
				weave_grpc_panics_total 1
			`), "weave_grpc_panics_total"))
		})
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		err         error
		wantCode    codes.Code
		wantMessage string
	}{
		{name: "a status", err: status.Error(codes.InvalidArgument, "limit: must not be negative"), wantCode: codes.InvalidArgument, wantMessage: "limit: must not be negative"},
		{name: "no status", err: errors.New("open /etc/secret"), wantCode: codes.Internal, wantMessage: "internal error"},
		{name: "deadline", err: context.DeadlineExceeded, wantCode: codes.DeadlineExceeded, wantMessage: "context deadline exceeded"},
		{name: "canceled", err: context.Canceled, wantCode: codes.Canceled, wantMessage: "context canceled"},
	}
	for _, test := range tests {
		for method, call := range calls {
			t.Run(test.name+" from "+method, func(t *testing.T) {
				t.Parallel()
				f := start(t, &service{
					unary:  func(context.Context) error { return test.err },
					stream: func(grpc.ServerStream) error { return test.err },
				}, Config{})
				err := call(f, t)
				require.Equal(t, test.wantCode, status.Code(err))
				require.Equal(t, test.wantMessage, status.Convert(err).Message())
				// The metrics count what the caller sees.
				require.Equal(t, 1., handled(t, f, method, test.wantCode))
			})
		}
	}
}

func TestMessageOverTheLimit(t *testing.T) {
	t.Parallel()
	const limit = 1000
	big := strings.Repeat("x", 2*limit)
	tests := []struct {
		name string
		call func(*fixture, *testing.T) error
	}{
		{name: "MostActiveCreators", call: func(f *fixture, t *testing.T) error {
			_, err := f.client.MostActiveCreators(t.Context(), &creatorsv1.MostActiveCreatorsRequest{Creators: []*creatorsv1.Creator{{Id: big}}})
			return err
		}},
		{name: "StreamMostActiveCreators", call: func(f *fixture, t *testing.T) error {
			return f.callStream(t, &creatorsv1.StreamMostActiveCreatorsRequest{Creators: []*creatorsv1.Creator{{Id: big}}})
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, &service{}, Config{MaxReceiveBytes: limit})
			require.NoError(t, f.call(t))

			err := test.call(f, t)
			require.Equal(t, codes.ResourceExhausted, status.Code(err))
			require.Contains(t, status.Convert(err).Message(), "larger than max (2006 vs. 1000)", "the limit is named")
			require.NoError(t, f.call(t), "the connection lives on")

			lines := f.log.Records(t, "grpc call")
			require.Len(t, lines, 3, "gRPC turns the message away before interceptors; it is logged all the same")
			require.Equal(t, "/weave.creators.v1.CreatorsService/"+test.name, lines[1]["method"])
			require.Equal(t, "RESOURCE_EXHAUSTED", lines[1]["code"])
			require.Equal(t, "WARN", lines[1]["level"])
			require.NotEmpty(t, lines[1]["request_id"])
			require.Equal(t, 1., handled(t, f, test.name, codes.ResourceExhausted))
		})
	}
}

func TestMessageThatIsNone(t *testing.T) {
	t.Parallel()
	f := start(t, &service{}, Config{})
	err := f.conn.Invoke(t.Context(), creatorsv1.CreatorsService_MostActiveCreators_FullMethodName, garbage{}, &emptypb.Empty{}, grpc.ForceCodec(garbageCodec{}))
	require.Equal(t, codes.Internal, status.Code(err))
	require.Len(t, f.log.Records(t, "grpc call"), 1)
	require.Equal(t, 1., handled(t, f, "MostActiveCreators", codes.Internal))
}

// garbage is a message that no protobuf decoder reads.
type garbage struct{}

type garbageCodec struct{}

func (garbageCodec) Marshal(any) ([]byte, error)     { return []byte{0xff, 0xff}, nil }
func (garbageCodec) Unmarshal(_ []byte, _ any) error { return nil }
func (garbageCodec) Name() string                    { return "proto" }

func TestUnknownMethod(t *testing.T) {
	t.Parallel()
	f := start(t, &service{}, Config{})
	long := "/weave.creators.v1.CreatorsService/" + strings.Repeat("M", 5000)
	for _, method := range []string{"/weave.creators.v1.CreatorsService/Invented", "/weave.invented.v1.Service/Call", long} {
		err := f.conn.Invoke(t.Context(), method, &emptypb.Empty{}, &emptypb.Empty{})
		require.Equal(t, codes.Unimplemented, status.Code(err))
		require.Equal(t, "unknown method "+clip(method), status.Convert(err).Message())
	}
	lines := f.log.Records(t, "grpc call")
	require.Len(t, lines, 3)
	require.Equal(t, "UNIMPLEMENTED", lines[0]["code"])
	require.Equal(t, "/weave.invented.v1.Service/Call", lines[1]["method"])
	require.Len(t, lines[2]["method"], 203)

	families, err := f.registry.Gather()
	require.NoError(t, err)
	require.NotEmpty(t, families)
	for _, family := range families {
		require.NotContains(t, family.String(), "nvented", "callers do not invent labels")
	}
}
