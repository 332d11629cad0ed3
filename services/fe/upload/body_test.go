package upload

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clientBody is a client that takes its time before each read, on a clock of
// its own, and whose connection has deadlines.
type clientBody struct {
	clock    time.Time
	deadline time.Time
	pauses   []time.Duration // before each read
	each     int             // bytes per read
	last     error           // after the last one
}

func (c *clientBody) Read(p []byte) (int, error) {
	if len(c.pauses) == 0 {
		return 0, c.last
	}
	c.clock = c.clock.Add(c.pauses[0])
	c.pauses = c.pauses[1:]
	if !c.deadline.IsZero() && c.clock.After(c.deadline) {
		c.clock = c.deadline
		return 0, os.ErrDeadlineExceeded
	}
	return min(c.each, len(p)), nil
}

func (c *clientBody) pace(cfg Config) *pace {
	return &pace{
		cfg: cfg, body: c,
		deadline: func(t time.Time) error { c.deadline = t; return nil },
		now:      func() time.Time { return c.clock },
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	repeat := func(d time.Duration, n int) []time.Duration {
		pauses := make([]time.Duration, n)
		for i := range pauses {
			pauses[i] = d
		}
		return pauses
	}
	// 30 seconds of silence at most; a minute, and a second for each 1,000 bytes.
	cfg := Config{Idle: 30 * time.Second, Grace: time.Minute, BytesPerSecond: 1000}
	tests := []struct {
		name   string
		pauses []time.Duration
		each   int
		want   int64 // bytes read
		err    error
	}{
		{"at once", repeat(0, 100), 1000, 100_000, nil},
		{"steady for an hour", repeat(time.Second, 3600), 1000, 3_600_000, nil},
		{"silent for too long", []time.Duration{0, 31 * time.Second, 0}, 1000, 1000, os.ErrDeadlineExceeded},
		{"silent for long, but not for too long", []time.Duration{29 * time.Second, 29 * time.Second}, 1, 2, nil},
		{"a byte now and then", repeat(20*time.Second, 100), 1, 3, os.ErrDeadlineExceeded},
		{"half as fast as it should be", repeat(time.Second, 1000), 500, 59_500, os.ErrDeadlineExceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &clientBody{pauses: tt.pauses, each: tt.each, last: io.EOF, clock: time.Unix(1e9, 0)}
			n, err := io.Copy(io.Discard, c.pace(cfg))
			require.InDelta(t, tt.want, n, 1000)
			require.ErrorIs(t, err, tt.err)
			if tt.err == nil {
				require.Zero(t, c.deadline, "the connection lives on")
			}
		})
	}
}

// Creators may take the data slowly: that is not the client's fault.
func TestPaceCountsOnlyTheClientsTime(t *testing.T) {
	t.Parallel()
	c := &clientBody{pauses: make([]time.Duration, 10), each: 10, last: io.EOF, clock: time.Unix(1e9, 0)}
	p := c.pace(Config{Idle: 30 * time.Second, Grace: time.Minute, BytesPerSecond: 1000})
	for range 10 {
		_, err := p.Read(make([]byte, 10))
		require.NoError(t, err)
		c.clock = c.clock.Add(time.Hour)
	}
	_, err := p.Read(make([]byte, 10))
	require.ErrorIs(t, err, io.EOF)
}

func TestPaceEnds(t *testing.T) {
	t.Parallel()
	c := &clientBody{pauses: []time.Duration{time.Second, time.Second, 2 * time.Second}, each: 1 << 20, clock: time.Unix(1e9, 0)}
	p := c.pace(Config{Idle: time.Minute, Grace: time.Minute, BytesPerSecond: 1})
	p.end(3 * time.Second)
	_, err := io.Copy(io.Discard, p)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}

// Over a real connection, whose deadlines net/http keeps.
func TestSlowClientIsRefused(t *testing.T) {
	t.Parallel()
	got := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, err := Open(w, r, Config{
			MaxBytes: 1 << 20, Idle: 20 * time.Millisecond, Grace: time.Minute, BytesPerSecond: 1, Drain: time.Minute,
		})
		if err == nil {
			_, _ = io.Copy(io.Discard, q.Data())
			err = q.Finish()
		}
		got <- err
		w.WriteHeader(http.StatusRequestTimeout)
	}))
	t.Cleanup(server.Close)
	body, client := io.Pipe()
	t.Cleanup(func() { _ = client.Close() })
	go func() { _, _ = io.WriteString(client, `{"Crea`) }() // and nothing more
	resp, err := http.Post(server.URL, "application/json", body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusRequestTimeout, resp.StatusCode)
	var e *Error
	require.ErrorAs(t, <-got, &e)
	require.Equal(t, TooSlow, e.Kind)
}
