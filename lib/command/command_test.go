package command

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestExecute(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		err        error
		want       int
		wantStderr string
	}{
		{name: "done", want: 0},
		{name: "help", err: flag.ErrHelp, want: 0},
		{name: "wrapped help", err: fmt.Errorf("healthcheck: %w", flag.ErrHelp), want: 0},
		{name: "failed", err: errors.New("read data set: no such file"), want: 1, wantStderr: "tool: read data set: no such file\n"},
		{name: "used wrongly", err: UsageError("--top: %d is negative", -1), want: 2, wantStderr: "tool: --top: -1 is negative (see tool --help)\n"},
		{name: "wrapped usage", err: fmt.Errorf("configure: %w", UsageError("no port")), want: 2, wantStderr: "tool: configure: no port (see tool --help)\n"},
		{
			name: "many errors on one line",
			err:  errors.Join(errors.New("grpc server: cut"), errors.New("ops:\r\n\n  cut too\n")),
			want: 1, wantStderr: "tool: grpc server: cut; ops:; cut too\n",
		},
		{name: "canceled, but not by a signal", err: context.Canceled, want: 1, wantStderr: "tool: context canceled\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			var gotArgs []string
			run := func(_ context.Context, args []string, _ io.Reader, _, _ io.Writer) error {
				gotArgs = args
				return test.err
			}
			got := execute(t.Context(), run, []string{"/opt/bin/tool", "--flag", "value"}, strings.NewReader(""), &stdout, &stderr)
			require.Equal(t, test.want, got)
			require.Equal(t, test.wantStderr, stderr.String())
			require.Empty(t, stdout.String())
			require.Equal(t, []string{"--flag", "value"}, gotArgs)
		})
	}
}

func TestExecuteNamesTheSignal(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	run := func(ctx context.Context, _ []string, _ io.Reader, _, _ io.Writer) error {
		cancel(errors.New("interrupt signal received"))
		return fmt.Errorf("rank: %w", ctx.Err())
	}
	var stderr bytes.Buffer
	require.Equal(t, 1, execute(ctx, run, []string{"tool"}, nil, nil, &stderr))
	require.Equal(t, "tool: interrupt signal received\n", stderr.String())
}

func TestUsageError(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	err := UsageError("flag: %w", cause)
	require.True(t, IsUsage(err))
	require.True(t, IsUsage(fmt.Errorf("configure: %w", err)))
	require.ErrorIs(t, err, cause)
	require.EqualError(t, err, "flag: cause")
	require.False(t, IsUsage(cause))
	require.False(t, IsUsage(nil))
}

// processMode tells a copy of the test program, in its environment, which
// program to be.
const processMode = "COMMAND_TEST_PROCESS"

func TestMain(m *testing.M) {
	switch os.Getenv(processMode) {
	case "":
		os.Exit(m.Run())
	case "polite": // stops on the first signal
		Main(func(ctx context.Context, _ []string, _ io.Reader, stdout, _ io.Writer) error {
			fmt.Fprintln(stdout, "serving")
			<-ctx.Done()
			fmt.Fprintln(stdout, context.Cause(ctx))
			return nil
		})
	case "stubborn": // never stops
		Main(func(ctx context.Context, _ []string, _ io.Reader, stdout, _ io.Writer) error {
			fmt.Fprintln(stdout, "serving")
			<-ctx.Done()
			// The handler is removed just after ctx ends, by another goroutine.
			// A signal in between would be lost; the test sends them until the
			// process dies.
			fmt.Fprintln(stdout, "stopping")
			select {}
		})
	}
}

// process starts a copy of the test program and waits until it serves.
func process(t *testing.T, mode string) (*exec.Cmd, func() string) {
	t.Helper()
	executable, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), executable)
	// Nothing else: in Bazel's environment the test program handles SIGTERM.
	cmd.Env = []string{processMode + "=" + mode}
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line := func() string {
		var b strings.Builder
		for char := make([]byte, 1); ; {
			if n, err := stdout.Read(char); n == 0 || err != nil || char[0] == '\n' {
				return b.String()
			}
			b.WriteByte(char[0])
		}
	}
	require.Equal(t, "serving", line())
	return cmd, line
}

func TestMainStopsOnTheFirstSignal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		sent syscall.Signal
		want string
	}{
		{name: "SIGINT", sent: syscall.SIGINT, want: "interrupt signal received"},
		{name: "SIGTERM", sent: syscall.SIGTERM, want: "terminated signal received"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd, line := process(t, "polite")
			require.NoError(t, cmd.Process.Signal(test.sent))
			require.Equal(t, test.want, line())
			require.NoError(t, cmd.Wait(), "exit code 0")
		})
	}
}

func TestMainIsKilledByTheSecondSignal(t *testing.T) {
	t.Parallel()
	cmd, line := process(t, "stubborn")
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	require.Equal(t, "stopping", line())

	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			_ = cmd.Process.Signal(syscall.SIGINT) // an error when it is dead
		case err := <-ended:
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			state, ok := exit.Sys().(syscall.WaitStatus)
			require.True(t, ok)
			require.True(t, state.Signaled(), "it ended by itself: %v", err)
			require.Equal(t, syscall.SIGINT, state.Signal())
			return
		}
	}
}
