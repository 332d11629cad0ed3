package creatorsclient_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

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
