package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// started runs the program on free ports until the test ends, and returns the
// addresses that its log names.
func started(t *testing.T, args ...string) map[string]string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	log, stderr := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"--grpc_port", "0", "--metrics_port=0"}, args...), nil, io.Discard, stderr)
		_ = stderr.CloseWithError(io.EOF)
		done <- err
	}()
	t.Cleanup(func() { stop(); require.NoError(t, <-done) })

	addrs := make(map[string]string)
	lines := bufio.NewScanner(log)
	for len(addrs) < 2 && lines.Scan() {
		var record struct{ Msg, What, Addr string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &record))
		if record.Msg == "serving" {
			addrs[record.What] = record.Addr
		}
	}
	require.Len(t, addrs, 2)
	drained := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, log); close(drained) }()
	t.Cleanup(func() { stop(); <-drained })
	return addrs
}

func TestHealthcheck(t *testing.T) {
	t.Parallel()
	addr := started(t)["grpc"]
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"healthcheck", "--grpc_port", port, "--timeout=1m"}, nil, &out, io.Discard))
	require.Equal(t, addr+" is healthy\n", out.String())
}

func TestHealthcheckWithoutServer(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // accepts, and says nothing
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	err = run(t.Context(), []string{"healthcheck", "--grpc_port", port, "--timeout=50ms"}, nil, io.Discard, io.Discard)
	require.ErrorContains(t, err, listener.Addr().String()+" gives no answer: ")
	require.False(t, command.IsUsage(err))
}

func TestUsedWrongly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"unknown argument", []string{"serve"}, `unknown argument "serve"`},
		{"unknown flag", []string{"--grpc_prot", "1"}, "unknown flag --grpc_prot, did you mean --grpc_port?"},
		{"bad value", []string{"--grpc_port", "x"}, `invalid value "x" for --grpc_port: want a whole number`},
		{"port out of range", []string{"--metrics_port", "70000"}, "--metrics_port must be from 0 to 65535, not 70000"},
		{"limit out of range", []string{"--max_products", "0"}, "--max_products must be at least 1, not 0"},
		{"log format", []string{"--log_format", "xml"}, `--log_format: unknown format "xml", want json or text`},
		{"healthcheck's argument", []string{"healthcheck", "now"}, `unknown argument "now"`},
		{"healthcheck's flag", []string{"healthcheck", "--metrics_port=1"}, "unknown flag --metrics_port"},
		{"healthcheck's timeout", []string{"healthcheck", "--timeout=0s"}, "--timeout must be more than 0"},
		{"healthcheck's port", []string{"healthcheck", "--grpc_port=0"}, `"127.0.0.1:0" is not a server's address: the port must be from 1 to 65535`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			err := run(t.Context(), test.args, nil, &stdout, &stderr)
			require.EqualError(t, err, test.want)
			require.True(t, command.IsUsage(err))
			require.Empty(t, stdout.String()+stderr.String())
		})
	}
}

// The names and defaults are those that every program gives these flags.
func TestHelp(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"--help"}, nil, &out, io.Discard), flag.ErrHelp)
	words := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"Usage: creators [flags] creators healthcheck [flags]",
		"--grpc_port PORT", "(default 9070)", "--metrics_port PORT", "(default 9071)", "--host ADDRESS", "(default 127.0.0.1)",
		"--max_creators CREATORS", "(default 10000000)", "--max_products PRODUCTS", "(default 1000000000)",
		"--max_message_bytes BYTES", "(default 4194304)", "--shutdown_timeout TIME", "(default 15s)", "--log_format FORMAT", "--log_level LEVEL",
	} {
		require.Contains(t, words, want)
	}
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	addr := started(t)["grpc"]
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	err = run(t.Context(), []string{"--grpc_port", port, "--metrics_port", "0"}, nil, io.Discard, io.Discard)
	require.EqualError(t, err, "cannot listen on "+addr+": address already in use; choose another port with --grpc_port")
	require.False(t, command.IsUsage(err))
}
