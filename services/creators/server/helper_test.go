package server_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/services/creators/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// inProcess starts the service without a network. configure may be nil.
func inProcess(t testing.TB, configure func(*server.Config)) creatorsv1.CreatorsServiceClient {
	t.Helper()
	cfg := server.DefaultConfig()
	if configure != nil {
		configure(&cfg)
	}
	p, err := server.NewInProcess(cfg)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return creatorsv1.NewCreatorsServiceClient(p.Conn)
}

// insecureCredentials is a connection in the clear, as all of ours are.
func insecureCredentials() grpc.DialOption {
	return grpc.WithTransportCredentials(insecure.NewCredentials())
}

// deadline is a context that ends long after any test has.
func deadline(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// stream sends chunks and returns the answer. That sending fails is no error
// here: the answer says why.
func stream(ctx context.Context, client creatorsv1.CreatorsServiceClient, chunks ...*creatorsv1.StreamMostActiveCreatorsRequest) (*creatorsv1.StreamMostActiveCreatorsResponse, error) {
	call, err := client.StreamMostActiveCreators(ctx)
	if err != nil {
		return nil, err
	}
	for _, chunk := range chunks {
		if call.Send(chunk) != nil {
			break
		}
	}
	return call.CloseAndRecv()
}

// columns is products in the form of the stream.
func columns(products ...*creatorsv1.Product) *creatorsv1.ProductColumns {
	c := new(creatorsv1.ProductColumns)
	for _, p := range products {
		c.Ids = append(c.Ids, p.GetId()...)
		c.IdLengths = append(c.IdLengths, uint32(len(p.GetId())))
		c.CreatorIds = append(c.CreatorIds, p.GetCreatorId()...)
		c.CreatorIdLengths = append(c.CreatorIdLengths, uint32(len(p.GetCreatorId())))
		seconds, nanos := int64(0), int32(-1)
		if at := p.GetCreateTime(); at != nil {
			seconds, nanos = at.GetSeconds(), at.GetNanos()
		}
		c.CreateSeconds = append(c.CreateSeconds, seconds)
		c.CreateNanos = append(c.CreateNanos, nanos)
	}
	return c
}

// product is a product of a creator; at is nil for no time.
func product(id, creator string, at *timestamppb.Timestamp) *creatorsv1.Product {
	return &creatorsv1.Product{Id: id, CreatorId: creator, CreateTime: at}
}

func creator(id, email string) *creatorsv1.Creator {
	return &creatorsv1.Creator{Id: id, Email: email}
}

// violation is a problem of a field that an answer names.
type violation struct{ field, description string }

// requireInvalid requires an INVALID_ARGUMENT with the message and the
// violations.
func requireInvalid(t testing.TB, err error, message string, want ...violation) {
	t.Helper()
	s, ok := status.FromError(err)
	require.True(t, ok, "not a status: %v", err)
	require.Equal(t, codes.InvalidArgument, s.Code(), "%v", err)
	require.Equal(t, message, s.Message())
	require.Len(t, s.Details(), 1)
	require.IsType(t, (*errdetails.BadRequest)(nil), s.Details()[0])
	var got []violation
	for _, v := range s.Details()[0].(*errdetails.BadRequest).GetFieldViolations() {
		got = append(got, violation{v.GetField(), v.GetDescription()})
	}
	require.Equal(t, want, got)
}
