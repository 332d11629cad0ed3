package creatorsclient_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/lib/dataset"
	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	request = creatorsv1.StreamMostActiveCreatorsRequest
	answer  = creatorsv1.StreamMostActiveCreatorsResponse
	stream  = grpc.ClientStreamingServer[request, answer]
)

// fakeService answers the streaming call with a function.
type fakeService struct {
	creatorsv1.UnimplementedCreatorsServiceServer
	handle func(stream) error
}

func (s fakeService) StreamMostActiveCreators(call stream) error { return s.handle(call) }

// serve starts a service, and a connection to it through memory.
func serve(t *testing.T, handle func(stream) error) (*grpc.ClientConn, *grpc.Server) {
	t.Helper()
	listener := bufconn.Listen(64 << 10)
	// With a window of its own choice, gRPC would take in up to 16 MiB.
	server := grpc.NewServer(grpc.InitialWindowSize(1<<20), grpc.InitialConnWindowSize(1<<20))
	creatorsv1.RegisterCreatorsServiceServer(server, fakeService{handle: handle})
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	conn, err := grpcclient.New(grpcclient.Config{
		Target: "passthrough:///memory",
		DialOptions: []grpc.DialOption{grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return listener.DialContext(ctx)
		})},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, conn.Close())
		server.Stop()
		<-served
	})
	return conn, server
}

// counts is what a service has received.
type counts struct{ messages, creators, products int64 }

func (c *counts) add(m *request) {
	c.messages++
	c.creators += int64(len(m.GetCreators()))
	c.products += int64(len(m.GetProducts().GetIdLengths()))
}

// countAll is a service that ranks nobody.
func countAll(call stream) error {
	var c counts
	for {
		m, err := call.Recv()
		if errors.Is(err, io.EOF) {
			return call.SendAndClose(c.answer())
		}
		if err != nil {
			return err
		}
		c.add(m)
	}
}

func (c *counts) answer() *answer {
	return &answer{Totals: &creatorsv1.DataSetTotals{CreatorCount: c.creators, ProductCount: c.products}}
}

func generated(t *testing.T, creators, products int64) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, generate.Write(&b, generate.Config{Creators: creators, Products: products}))
	return b.Bytes()
}

// endless is a data set without end.
func endless() io.Reader {
	return io.MultiReader(strings.NewReader(`{"Products":[`), repeat(
		`{"id":"f768821f-afa1-45be-9414-3a23d18a9e5e","creatorId":"4d1342d9-8d22-44d6-854c-42841f3395f2","createTime":"2023-04-06T21:01:59.752638+02:00"},`))
}

type repeat string

func (r repeat) Read(p []byte) (int, error) {
	n := 0
	for n+len(r) <= len(p) {
		n += copy(p[n:], r)
	}
	return n, nil
}

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

// cancelAfter calls cancel when it has read that many bytes.
type cancelAfter struct {
	r      io.Reader
	left   int
	cancel func()
}

func (c *cancelAfter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p[:min(len(p), 5000)])
	if c.left -= n; c.left < 0 {
		c.cancel()
	}
	return n, err
}

func TestCancel(t *testing.T) {
	t.Parallel()
	conn, _ := serve(t, countAll)
	client := creatorsclient.New(conn, creatorsclient.Config{ChunkBytes: 4000})
	for after := 0; after < 1_000_000; after += 37_003 {
		ctx, cancel := context.WithCancel(t.Context())
		got, err := client.MostActive(ctx, &cancelAfter{endless(), after, cancel}, 0)
		require.ErrorIs(t, err, context.Canceled, after)
		require.Nil(t, got)
	}
}

func TestCancelByTheServiceSide(t *testing.T) {
	t.Parallel()
	for messages := range 10 {
		ctx, cancel := context.WithCancel(t.Context())
		conn, _ := serve(t, func(call stream) error {
			for range messages {
				if _, err := call.Recv(); err != nil {
					return err
				}
			}
			cancel()
			return countAll(call)
		})
		got, err := creatorsclient.New(conn, creatorsclient.Config{}).MostActive(ctx, endless(), 0)
		require.ErrorIs(t, err, context.Canceled)
		require.Nil(t, got)
	}
}

func TestSlowReaderSendsWhatThereIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var received counts
		conn, _ := serve(t, func(call stream) error {
			for {
				m, err := call.Recv()
				if errors.Is(err, io.EOF) {
					return call.SendAndClose(received.answer())
				}
				if err != nil {
					return err
				}
				received.add(m)
			}
		})
		r, w := io.Pipe()
		done := make(chan error)
		go func() {
			_, err := creatorsclient.New(conn, creatorsclient.Config{FlushInterval: time.Second}).MostActive(t.Context(), r, 0)
			done <- err
		}()
		_, err := io.WriteString(w, `{"Products":[{"id":"p"}`)
		require.NoError(t, err)
		for range 3 {
			time.Sleep(time.Second)
			synctest.Wait()
			require.Equal(t, counts{messages: 1, products: 1}, received)
		}
		_, err = io.WriteString(w, `,{"id":"q"},{"id":"r"}`)
		require.NoError(t, err)
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, counts{messages: 2, products: 3}, received)
		_, err = io.WriteString(w, `],"Creators":[{"id":"a"}]}`)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		require.NoError(t, <-done)
		require.Equal(t, counts{messages: 3, creators: 1, products: 3}, received)
	})
}

// countingReader counts what is read from it.
type countingReader struct {
	r    io.Reader
	read atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read.Add(int64(n))
	return n, err
}

func TestSlowServerSlowsTheReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		next := make(chan struct{})
		conn, _ := serve(t, func(call stream) error {
			for range next {
				if _, err := call.Recv(); err != nil {
					return err
				}
			}
			return status.Error(codes.Aborted, "enough")
		})
		r := &countingReader{r: endless()}
		done := make(chan error)
		go func() {
			_, err := creatorsclient.New(conn, creatorsclient.Config{}).MostActive(t.Context(), r, 0)
			done <- err
		}()
		synctest.Wait()
		before := r.read.Load()
		for range 30 {
			next <- struct{}{}
		}
		synctest.Wait()
		after := r.read.Load()
		close(next)
		require.Equal(t, codes.Aborted, status.Code(<-done))

		// The file is not twice as large as what is sent.
		const ahead = 2 * 10 * creatorsclient.DefaultChunkBytes
		require.Less(t, before, int64(ahead), "the service had read nothing")
		require.Greater(t, after, int64(30*creatorsclient.DefaultChunkBytes), "the service had read 30 chunks")
		require.Less(t, after, int64(ahead+2*30*creatorsclient.DefaultChunkBytes))
	})
}

func TestDeadlineWhileTheReaderWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		conn, _ := serve(t, countAll)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, w := io.Pipe()
		got, err := creatorsclient.New(conn, creatorsclient.Config{}).MostActive(ctx, r, 0)
		require.Nil(t, got)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, w.Close())
	})
}

func BenchmarkMostActive(b *testing.B) {
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	creatorsv1.RegisterCreatorsServiceServer(server, fakeService{handle: countAll})
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	conn, err := grpcclient.New(grpcclient.Config{Target: "passthrough:///memory", DialOptions: []grpc.DialOption{
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
	}})
	require.NoError(b, err)
	var data bytes.Buffer
	require.NoError(b, generate.Write(&data, generate.Config{Creators: 10_000, Products: 100_000}))
	for _, chunkBytes := range []int{16 << 10, 64 << 10, 128 << 10, 256 << 10, 512 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("chunks of %d KiB", chunkBytes>>10), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(data.Len()))
			client := creatorsclient.New(conn, creatorsclient.Config{ChunkBytes: chunkBytes})
			for b.Loop() {
				_, err := client.MostActive(b.Context(), bytes.NewReader(data.Bytes()), 3)
				require.NoError(b, err)
			}
		})
	}
	require.NoError(b, conn.Close())
	server.Stop()
	<-served
}
