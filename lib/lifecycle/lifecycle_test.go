package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// journal is what happened, in order.
type journal struct {
	mu     sync.Mutex
	events []string
}

func (j *journal) add(event string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, event)
}

// part is a well-behaved component whose every step goes into the journal. Its
// calls in flight take the given time to end.
func part(j *journal, name string, inFlight time.Duration) Component {
	stop := make(chan struct{})
	var once sync.Once
	end := func() { once.Do(func() { close(stop) }) }
	return Component{
		Name: name,
		Serve: func() error {
			<-stop
			return nil
		},
		Drain: func(ctx context.Context) error {
			j.add("drain " + name)
			defer end()
			select {
			case <-time.After(inFlight):
				j.add("drained " + name)
				return nil
			case <-ctx.Done():
				j.add("cut " + name)
				return errors.New("calls in flight were cut")
			}
		},
		Force: func() {
			j.add("force " + name)
			end()
		},
	}
}

// stuck is a component that heeds Force, but whose Drain does not return.
func stuck(j *journal, name string) Component {
	stop := make(chan struct{})
	return Component{
		Name:  name,
		Serve: func() error { <-stop; return nil },
		Drain: func(context.Context) error {
			j.add("drain " + name)
			<-stop
			return nil
		},
		Force: func() {
			j.add("force " + name)
			close(stop)
		},
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	const timeout = 15 * time.Second
	errBroken := errors.New("broken")
	tests := []struct {
		name       string
		components func(*journal) []Component
		signal     bool // ends the context after a minute
		want       string
		wantIs     error
		wantEvents []string
		wantTime   time.Duration
	}{
		{
			name: "a clean stop, in reverse order",
			components: func(j *journal) []Component {
				return []Component{part(j, "ops", 0), part(j, "grpc", 2*time.Second), part(j, "web", time.Second)}
			},
			signal:     true,
			wantEvents: []string{"stopping", "drain web", "drained web", "drain grpc", "drained grpc", "drain ops", "drained ops"},
			wantTime:   time.Minute + 3*time.Second,
		},
		{
			name:       "nothing to serve",
			components: func(*journal) []Component { return nil },
			signal:     true,
			wantEvents: []string{"stopping"},
			wantTime:   time.Minute,
		},
		{
			name: "calls that do not end are cut, and the rest is told to stop too",
			components: func(j *journal) []Component {
				return []Component{part(j, "ops", time.Second), part(j, "grpc", time.Hour)}
			},
			signal: true,
			want:   "stop grpc: calls in flight were cut\nstop ops: calls in flight were cut",
			wantEvents: []string{
				"stopping", "drain grpc", "cut grpc", "force grpc", "drain ops", "cut ops", "force ops",
			},
			wantTime: time.Minute + timeout,
		},
		{
			name: "a drain that does not return is forced",
			components: func(j *journal) []Component {
				return []Component{stuck(j, "grpc")}
			},
			signal:     true,
			want:       "stop grpc: not done in time: context deadline exceeded",
			wantIs:     context.DeadlineExceeded,
			wantEvents: []string{"stopping", "drain grpc", "force grpc"},
			wantTime:   time.Minute + timeout + drainGrace,
		},
		{
			name: "one that fails brings the rest down",
			components: func(j *journal) []Component {
				return []Component{
					part(j, "ops", 0),
					{Name: "grpc", Serve: func() error { time.Sleep(time.Second); return errBroken }},
					part(j, "web", 0),
				}
			},
			want:       "grpc: broken",
			wantIs:     errBroken,
			wantEvents: []string{"stopping", "drain web", "drained web", "drain ops", "drained ops"},
			wantTime:   time.Second,
		},
		{
			name: "one that ends by itself brings the rest down",
			components: func(j *journal) []Component {
				return []Component{part(j, "ops", 0), {Name: "grpc", Serve: func() error { return nil }}}
			},
			want:       "grpc: stopped although nobody asked it to",
			wantEvents: []string{"stopping", "drain ops", "drained ops"},
		},
		{
			name: "a failure while stopping is told",
			components: func(j *journal) []Component {
				stop := make(chan struct{})
				return []Component{part(j, "ops", 0), {
					Name:  "grpc",
					Serve: func() error { <-stop; return errBroken },
					Drain: func(context.Context) error { close(stop); return nil },
				}}
			},
			signal:     true,
			want:       "grpc: broken",
			wantIs:     errBroken,
			wantEvents: []string{"stopping", "drain ops", "drained ops"},
			wantTime:   time.Minute,
		},
		{
			name: "a component that only knows force",
			components: func(j *journal) []Component {
				c := part(j, "cache", 0)
				c.Drain = nil
				return []Component{c}
			},
			signal:     true,
			wantEvents: []string{"stopping", "force cache"},
			wantTime:   time.Minute,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				if test.signal {
					time.AfterFunc(time.Minute, cancel)
				}
				defer cancel()
				j := &journal{}
				began := time.Now()
				err := Run(ctx, Config{ShutdownTimeout: timeout, OnStopping: func() { j.add("stopping") }}, test.components(j)...)
				if test.want == "" {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, test.want)
				}
				if test.wantIs != nil {
					require.ErrorIs(t, err, test.wantIs)
				}
				require.Equal(t, test.wantEvents, j.events)
				require.Equal(t, test.wantTime, time.Since(began))
			})
		})
	}
}

func TestRunGivesUpOnAComponentThatIgnoresForce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		release := make(chan struct{})
		began := time.Now()
		err := Run(ctx, Config{ShutdownTimeout: time.Second}, Component{
			Name:  "grpc",
			Serve: func() error { <-release; return nil },
			Drain: func(context.Context) error { <-release; return nil },
			Force: func() { <-release },
		})
		require.EqualError(t, err, "stop grpc: not done in time: context deadline exceeded; it still runs 5s after it was stopped by force")
		require.Equal(t, time.Second+drainGrace+forceTimeout, time.Since(began))
		close(release)
	})
}

func TestRunWithoutShutdownTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		j := &journal{}
		err := Run(ctx, Config{}, part(j, "grpc", time.Hour))
		require.EqualError(t, err, "stop grpc: calls in flight were cut")
	})
}

func TestRunLogsEachStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("terminated signal received"))
		var b bytes.Buffer
		log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
		require.NoError(t, Run(ctx, Config{Logger: log, ShutdownTimeout: time.Second}, part(&journal{}, "grpc", 0)))
		require.Equal(t, `level=INFO msg=stopping reason="terminated signal received" timeout=1s
level=INFO msg="component stopped" component=grpc duration=0s
level=INFO msg=stopped
`, b.String())
	})
}
