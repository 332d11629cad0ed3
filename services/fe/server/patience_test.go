package server

import (
	"context"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// readerFunc is an io.Reader for one test.
type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestPatience(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		// client is the time that each read takes, creators the time before it.
		client, creators time.Duration
		want             error
	}{
		{"all is well", time.Second, time.Second, nil},
		{"a slow client", time.Hour, time.Second, nil},
		{"slow creators", time.Second, 61 * time.Second, errStalled},
		{"creators just in time", time.Second, 59 * time.Second, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, r, stop := withPatience(t.Context(), readerFunc(func(p []byte) (int, error) {
					time.Sleep(tt.client)
					return len(p), nil
				}), time.Minute)
				for range 5 {
					time.Sleep(tt.creators)
					_, err := r.Read(make([]byte, 10))
					require.NoError(t, err)
				}
				time.Sleep(tt.creators) // and then for the answer
				require.Equal(t, tt.want, context.Cause(ctx))
				stop()
			})
		})
	}
}

// What MostActive leaves behind must not read beside Finish.
func TestPatienceStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var reading atomic.Bool
		_, r, stop := withPatience(t.Context(), readerFunc(func([]byte) (int, error) {
			reading.Store(true)
			time.Sleep(time.Hour)
			reading.Store(false)
			return 0, io.EOF
		}), time.Minute)
		go func() { _, _ = r.Read(nil) }()
		synctest.Wait()
		require.True(t, reading.Load())
		stop()
		require.False(t, reading.Load(), "stop waits for the read under way")
		_, err := r.Read(nil)
		require.ErrorIs(t, err, errStopped)
		time.Sleep(time.Hour)
	})
}
