package process

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// actVariable tells the test program to be one of the processes under test.
const actVariable = "PROCESS_TEST_ACT"

func TestMain(m *testing.M) {
	act := os.Getenv(actVariable)
	if act == "" {
		os.Exit(m.Run())
	}
	os.Exit(map[string]func() int{
		"client":    client,
		"fails":     fails,
		"waits":     func() int { time.Sleep(time.Hour); return 0 },
		"server":    func() int { return serves(syscall.SIGTERM) },
		"stubborn":  func() int { return serves(syscall.SIGUSR1) },
		"no server": fails,
	}[act]())
}

func client() int {
	memory := make([]byte, 64<<20)
	for i := range memory {
		memory[i] = byte(i)
	}
	until := time.Now().Add(50 * time.Millisecond)
	for time.Now().Before(until) { // at work
	}
	fmt.Printf("hello %d", memory[7])
	return 0
}

func fails() int {
	fmt.Fprintln(os.Stderr, "no more paper")
	return 3
}

// serves says that it serves, stops at the signal, and ignores SIGTERM
// otherwise.
func serves(stop os.Signal) int {
	signal.Ignore(syscall.SIGTERM)
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, stop)
	fmt.Fprintln(os.Stderr, "starting")
	fmt.Fprintln(os.Stderr, `{"msg":"serving","what":"operations","addr":"127.0.0.1:1"}`)
	fmt.Fprintln(os.Stderr, `{"msg":"serving","what":"grpc","addr":"127.0.0.1:2"}`)
	fmt.Fprintln(os.Stderr, strings.Repeat("x", 1<<20)) // longer than any line should be
	<-stopped
	return 0
}

// self is the command line of this program.
func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	return path
}

func TestRun(t *testing.T) {
	t.Parallel()
	stdout, usage, err := Run(t.Context(), []string{actVariable + "=client"}, self(t))
	require.NoError(t, err)
	require.Equal(t, "hello 7", string(stdout))
	require.Greater(t, usage.Wall, 50*time.Millisecond)
	require.Positive(t, usage.CPU)
	require.Greater(t, usage.PeakBytes, int64(64<<20))
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	_, usage, err := Run(t.Context(), []string{actVariable + "=fails"}, self(t))
	require.ErrorContains(t, err, "exit status 3: no more paper")
	require.Positive(t, usage.Wall)

	_, _, err = Run(t.Context(), nil, "/no such program")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestRunIsKilled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, _, err := Run(ctx, []string{actVariable + "=waits"}, self(t))
	require.ErrorContains(t, err, "killed")
}

// startSelf starts this program as a server.
func startSelf(t *testing.T, ctx context.Context, act string) (*Server, error) {
	t.Helper()
	return StartServer(ctx, "env", actVariable+"="+act, self(t))
}

func TestServer(t *testing.T) {
	t.Parallel()
	s, err := startSelf(t, t.Context(), "server")
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:2", s.Addr)
	usage, err := s.Stop()
	require.NoError(t, err)
	require.Positive(t, usage.PeakBytes)
}

func TestServerThatDoesNotServe(t *testing.T) {
	t.Parallel()
	_, err := startSelf(t, t.Context(), "no server")
	require.ErrorContains(t, err, "ended before it served")
	require.ErrorContains(t, err, "no more paper")
}

func TestServerThatDoesNotStop(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := startSelf(t, ctx, "stubborn")
	require.NoError(t, err)
	cancel()
	_, err = s.Stop()
	require.ErrorContains(t, err, "killed")
}

func TestTailKeepsTheEnd(t *testing.T) {
	t.Parallel()
	var text tail
	for i := range 2000 {
		fmt.Fprintf(&text, "line %d\n", i)
	}
	require.Len(t, text.text, tailBytes)
	require.True(t, strings.HasSuffix(text.after(), "line 1999"))
	require.Empty(t, new(tail).after())
}
