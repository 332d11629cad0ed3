package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// started runs the program on free ports until the test ends, and returns the
// addresses that its log names. There is no creators service.
func started(t *testing.T, args ...string) map[string]string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	log, stderr := io.Pipe()
	done := make(chan error, 1)
	go func() {
		// Nothing listens on port 1 of a machine of this century.
		err := run(ctx, append([]string{"--web_port", "0", "--metrics_port=0", "--creators_svc=127.0.0.1:1"}, args...), nil, io.Discard, stderr)
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

func portOf(t *testing.T, addr string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	return port
}

func TestServesPages(t *testing.T) {
	t.Parallel()
	addr := started(t)["web"]
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + addr + "/")
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Contains(t, string(body), "<form")
}

func TestHealthcheck(t *testing.T) {
	t.Parallel()
	addr := started(t)["operations"]
	port := portOf(t, addr)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"healthcheck", "--metrics_port", port, "--timeout=1m"}, nil, &out, io.Discard))
	require.Equal(t, addr+" is healthy\n", out.String())

	err := run(t.Context(), []string{"healthcheck", "--ready", "--metrics_port", port, "--timeout=1m"}, nil, io.Discard, io.Discard)
	require.ErrorContains(t, err, addr+" is not ready: creators is away: ")
	require.False(t, command.IsUsage(err))
}

func TestHealthcheckWithoutServer(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0") // accepts, and says nothing
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	err = run(t.Context(), []string{"healthcheck", "--metrics_port", port, "--timeout=50ms"}, nil, io.Discard, io.Discard)
	require.EqualError(t, err, listener.Addr().String()+" gives no answer: context deadline exceeded")
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
		{"unknown flag", []string{"--web_prot", "1"}, "unknown flag --web_prot, did you mean --web_port?"},
		{"bad value", []string{"--max_upload", "1G"}, `invalid value "1G" for --max_upload: want a whole number`},
		{"port out of range", []string{"--web_port", "70000"}, "--web_port must be from 0 to 65535, not 70000"},
		{"limit out of range", []string{"--max_upload", "0"}, "--max_upload must be at least 1, not 0"},
		{"log level", []string{"--log_level", "loud"}, `--log_level: unknown level "loud", want debug, info, warn or error`},
		{"healthcheck's argument", []string{"healthcheck", "now"}, `unknown argument "now"`},
		{"healthcheck's flag", []string{"healthcheck", "--web_port=1"}, "unknown flag --web_port"},
		{"healthcheck's timeout", []string{"healthcheck", "--timeout=0s"}, "--timeout must be more than 0"},
		{"healthcheck's port", []string{"healthcheck", "--metrics_port=0"}, "--metrics_port must be from 1 to 65535, not 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			err := run(t.Context(), tt.args, nil, &stdout, &stderr)
			require.EqualError(t, err, tt.want)
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
		"Usage: fe [flags] fe healthcheck [flags]",
		"--web_port PORT", "(default 9072)", "--metrics_port PORT", "(default 9073)", "--host ADDRESS", "(default 127.0.0.1)",
		"--creators_svc ADDRESS", "(default localhost:9070)", "--max_upload BYTES", "(default 268435456)",
		"--creators_timeout TIME", "(default 1m0s)", "--shutdown_timeout TIME", "(default 15s)", "--log_format FORMAT", "--log_level LEVEL",
	} {
		require.Contains(t, words, want)
	}
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	addr := started(t)["web"]
	err := run(t.Context(), []string{"--web_port", portOf(t, addr), "--metrics_port", "0"}, nil, io.Discard, io.Discard)
	require.EqualError(t, err, "cannot listen on "+addr+": address already in use; choose another port with --web_port")
	require.False(t, command.IsUsage(err))
}
