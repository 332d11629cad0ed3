package creatorsclient_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/lib/dataset"
	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

func TestMostActive(t *testing.T) {
	t.Parallel()
	newest := time.Date(2023, 4, 6, 19, 1, 59, 752_638_000, time.UTC)
	var limits []int32
	conn, _ := serve(t, func(call stream) error {
		for {
			m, err := call.Recv()
			if errors.Is(err, io.EOF) {
				return call.SendAndClose(&answer{
					Creators: []*creatorsv1.CreatorStats{
						{Creator: &creatorsv1.Creator{Id: "b", Email: "bob@example.org"}, ProductCount: math.MaxInt64, MostRecentCreateTime: timestamppb.New(newest)},
						{Creator: &creatorsv1.Creator{Id: "a"}},
					},
					Totals: &creatorsv1.DataSetTotals{CreatorCount: 12, ProductCount: 2},
				})
			}
			if err != nil {
				return err
			}
			limits = append(limits, m.GetLimit())
		}
	})
	const data = `{"Creators":[{"id":"b"}],"Products":[{"id":"p","createTime":"2023-04-06T21:01:59.752638+02:00"},{"id":"q"}]}`
	got, err := creatorsclient.New(conn, creatorsclient.Config{ChunkBytes: 1}).MostActive(t.Context(), strings.NewReader(data), 2)
	require.NoError(t, err)
	require.Equal(t, &creatorsclient.Ranking{
		Creators: []creatorsclient.Standing{
			{Rank: 1, ID: "b", Email: "bob@example.org", Products: math.MaxInt64, Newest: newest, HasNewest: true},
			{Rank: 2, ID: "a"},
		},
		CreatorCount: 12,
		ProductCount: 2,
		DataSet:      dataset.Summary{Bytes: int64(len(data)), Creators: 1, Products: 2, HasTime: true, Oldest: newest, Newest: newest},
	}, got)
	require.Equal(t, []int32{2, 0, 0}, limits, "one message for each record; the first has the limit")
}

func TestLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		limit int
		want  int32
	}{
		{"all", 0, 0},
		{"some", 3, 3},
		{"negative, for the service to refuse", -1, -1},
		{"more than a message can say", math.MaxInt, math.MaxInt32},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got int32
			conn, _ := serve(t, func(call stream) error {
				m, err := call.Recv()
				if err != nil {
					return err
				}
				got = m.GetLimit()
				return countAll(call)
			})
			_, err := creatorsclient.New(conn, creatorsclient.Config{}).MostActive(t.Context(), strings.NewReader(`{}`), test.limit)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestSeveralCallsAtOnce(t *testing.T) {
	t.Parallel()
	conn, _ := serve(t, countAll)
	client := creatorsclient.New(conn, creatorsclient.Config{ChunkBytes: 10_000})
	done := make(chan error)
	for i := range int64(8) {
		data := generated(t, 100+i, 1000*i)
		go func() {
			got, err := client.MostActive(t.Context(), bytes.NewReader(data), 0)
			if err == nil && (got.CreatorCount != 100+i || got.ProductCount != 1000*i) {
				err = errors.New("wrong counts")
			}
			done <- err
		}()
	}
	for range 8 {
		require.NoError(t, <-done)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	conn, _ := serve(t, countAll)
	data := generated(t, 1000, 10_000)
	var steps []creatorsclient.Progress
	client := creatorsclient.New(conn, creatorsclient.Config{
		ChunkBytes: 50_000,
		Progress:   func(p creatorsclient.Progress) { steps = append(steps, p) },
	})
	_, err := client.MostActive(t.Context(), bytes.NewReader(data), 0)
	require.NoError(t, err)
	require.Greater(t, len(steps), 10)
	for i := 1; i < len(steps); i++ {
		require.GreaterOrEqual(t, steps[i].Bytes, steps[i-1].Bytes)
		require.Greater(t, steps[i].Creators+steps[i].Products, steps[i-1].Creators+steps[i-1].Products)
	}
	require.Equal(t, creatorsclient.Progress{Bytes: int64(len(data)), Creators: 1000, Products: 10_000}, steps[len(steps)-1])
}

func TestBadDataCancelsTheCall(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is broken")
	good := string(generated(t, 1000, 5000))
	for _, test := range []struct {
		name string
		r    io.Reader
		want string
	}{
		{"at the beginning", strings.NewReader(`[]`), "line 1, column 1: a data set must be an object, not a list"},
		{"after some chunks", strings.NewReader(strings.TrimSuffix(good, "\n]}\n")),
			"line 6003, column 145: Products[4999]: the data ends here"},
		{"at the very end", strings.NewReader(good + "{}"), "more after the end"},
		{"of the reader", io.MultiReader(strings.NewReader(good[:len(good)/2]), iotest.ErrReader(broken)), "read data set: the disk is broken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ended := make(chan error, 1)
			conn, _ := serve(t, func(call stream) error {
				err := countAll(call)
				ended <- err
				return err
			})
			got, err := creatorsclient.New(conn, creatorsclient.Config{ChunkBytes: 10_000}).MostActive(t.Context(), test.r, 0)
			require.ErrorContains(t, err, test.want)
			require.Nil(t, got)
			var place *dataset.Error
			require.Equal(t, test.name != "of the reader", errors.As(err, &place))
			require.Equal(t, test.name == "of the reader", errors.Is(err, broken))
			// The service may not have heard of the call at all.
			select {
			case err := <-ended:
				require.Equal(t, codes.Canceled, status.Code(err))
			default:
			}
		})
	}
}

// refusal is what the service says of bad data.
func refusal(t *testing.T) error {
	s, err := status.New(codes.InvalidArgument, "products[17].creator_id: must not be empty").WithDetails(&errdetails.BadRequest{
		FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "products[17].creator_id", Description: "must not be empty"}},
	})
	require.NoError(t, err)
	return s.Err()
}

func TestServiceRefusesInTheMiddle(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		messages int
		data     func() io.Reader
	}{
		{"at once, of an endless data set", 0, endless},
		{"after some chunks, of an endless data set", 5, endless},
		{"at the end", 1, func() io.Reader { return strings.NewReader(`{"Products":[{"id":"p"}]}`) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			refused := refusal(t)
			conn, _ := serve(t, func(call stream) error {
				for range test.messages {
					if _, err := call.Recv(); err != nil {
						return err
					}
				}
				return refused
			})
			got, err := creatorsclient.New(conn, creatorsclient.Config{}).MostActive(t.Context(), test.data(), 0)
			require.Nil(t, got)
			s, ok := status.FromError(err)
			require.True(t, ok)
			require.Equal(t, codes.InvalidArgument, s.Code())
			require.Equal(t, "products[17].creator_id: must not be empty", s.Message())
			require.Len(t, s.Details(), 1)
		})
	}
}

// A reader that waits for data must not keep a refusal from the caller.
func TestServiceRefusesWhileTheReaderWaits(t *testing.T) {
	t.Parallel()
	refused := refusal(t)
	conn, _ := serve(t, func(call stream) error {
		if _, err := call.Recv(); err != nil {
			return err
		}
		return refused
	})
	r, w := io.Pipe()
	written := make(chan error)
	go func() {
		_, err := io.WriteString(w, `{"Products":[{"id":"p"},`)
		written <- err
		_, err = io.WriteString(w, `{"id":"q"},`) // This fills the Read that waits.
		written <- err
		_, err = io.WriteString(w, `{"id":"r"},`) // Nobody reads this.
		written <- err
	}()
	got, err := creatorsclient.New(conn, creatorsclient.Config{}).MostActive(t.Context(), r, 0)
	require.Nil(t, got)
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	require.NoError(t, <-written)
	require.NoError(t, <-written)
	require.NoError(t, r.Close())
	require.ErrorIs(t, <-written, io.ErrClosedPipe)
}

func TestServerStopsInTheMiddle(t *testing.T) {
	t.Parallel()
	for _, messages := range []int{0, 1, 40} {
		// The largest is after more than gRPC keeps to send again.
		halfway := make(chan struct{}, 100)
		conn, server := serve(t, func(call stream) error {
			for range messages {
				if _, err := call.Recv(); err != nil {
					return err
				}
			}
			halfway <- struct{}{}
			<-call.Context().Done()
			return call.Context().Err()
		})
		go func() {
			<-halfway
			server.Stop()
		}()
		got, err := creatorsclient.New(conn, creatorsclient.Config{}).MostActive(t.Context(), endless(), 0)
		require.Nil(t, got, messages)
		require.Equal(t, codes.Unavailable, status.Code(err), "%d: %v", messages, err)
	}
}

// What was sent must still be whole when gRPC sends it again.
func TestCallIsRepeated(t *testing.T) {
	t.Parallel()
	data := generated(t, 3000, 10_000)
	for _, failAfter := range []int{0, 1, 100, math.MaxInt} {
		var attempts atomic.Int32
		conn, _ := serve(t, func(call stream) error {
			if attempts.Add(1) > 2 {
				return countAll(call)
			}
			for range failAfter {
				if _, err := call.Recv(); err != nil {
					break
				}
			}
			return status.Error(codes.Unavailable, "going away")
		})
		client := creatorsclient.New(conn, creatorsclient.Config{ChunkBytes: 20_000})
		got, err := client.MostActive(t.Context(), bytes.NewReader(data), 0)
		require.NoError(t, err, failAfter)
		require.EqualValues(t, 3, attempts.Load())
		require.EqualValues(t, 3000, got.CreatorCount)
		require.EqualValues(t, 10_000, got.ProductCount)
	}
}

func TestServiceAnswersTooEarly(t *testing.T) {
	t.Parallel()
	conn, _ := serve(t, func(call stream) error {
		if _, err := call.Recv(); err != nil {
			return err
		}
		return call.SendAndClose(&answer{})
	})
	got, err := creatorsclient.New(conn, creatorsclient.Config{}).MostActive(t.Context(), endless(), 0)
	require.Nil(t, got)
	require.EqualError(t, err, "the creators service answered without having all of the data set")
}

func TestServiceMiscounts(t *testing.T) {
	t.Parallel()
	conn, _ := serve(t, func(call stream) error {
		return call.SendAndClose(&answer{Totals: &creatorsv1.DataSetTotals{ProductCount: 1}})
	})
	got, err := creatorsclient.New(conn, creatorsclient.Config{}).MostActive(t.Context(), strings.NewReader(`{"Products":[{},{}]}`), 0)
	require.Nil(t, got)
	require.Error(t, err)
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	refused := errors.New("connection refused")
	dial := func(context.Context, string) (net.Conn, error) { return nil, refused }
	conn, err := grpcclient.New(grpcclient.Config{Target: "passthrough:///nowhere", DialOptions: []grpc.DialOption{grpc.WithContextDialer(dial)}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })

	unread := iotest.ErrReader(errors.New("somebody reads"))
	got, err := creatorsclient.New(conn, creatorsclient.Config{}).MostActive(t.Context(), unread, 0)
	require.Nil(t, got)
	require.Equal(t, codes.Unavailable, status.Code(err), err)
	require.ErrorContains(t, err, "connection refused")

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err = creatorsclient.New(conn, creatorsclient.Config{WaitForReady: true}).MostActive(ctx, unread, 0)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
