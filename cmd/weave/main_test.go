package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/inventive-weave/inventive-weave/lib/command"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/testdata"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// freePorts lets every service pick its ports.
var freePorts = []string{"--creators_grpc_port=0", "--creators_metrics_port=0", "--fe_web_port=0", "--fe_metrics_port=0"}

// weave is the program at work.
type weave struct {
	addrs map[string]string // what it printed: addresses by what is there
	stop  context.CancelFunc
	done  chan error // gets what run returned
}

// start runs the program until the test ends, and reads what it prints.
func start(t *testing.T) *weave {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	w := &weave{addrs: make(map[string]string), stop: stop, done: make(chan error, 1)}
	out, stdout := io.Pipe()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		w.done <- run(ctx, freePorts, nil, stdout, io.Discard)
		_ = stdout.Close()
	}()
	t.Cleanup(func() { stop(); <-stopped })

	lines := bufio.NewScanner(out)
	for len(w.addrs) < 4 && lines.Scan() {
		what, addr, found := strings.Cut(lines.Text(), "  ")
		require.True(t, found, lines.Text())
		w.addrs[what] = strings.TrimSpace(addr)
	}
	return w
}

func TestWeave(t *testing.T) {
	t.Parallel()
	w := start(t)
	require.Contains(t, w.addrs, "creators gRPC")
	require.Contains(t, w.addrs, "creators operations")

	conn, err := grpc.NewClient(w.addrs["creators gRPC"], grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	answer, err := creatorsv1.NewCreatorsServiceClient(conn).MostActiveCreators(t.Context(), &creatorsv1.MostActiveCreatorsRequest{
		Creators: []*creatorsv1.Creator{{Id: "a", Email: "a@x"}, {Id: "b", Email: "b@x"}},
		Products: []*creatorsv1.Product{{Id: "1", CreatorId: "b"}},
	}, grpc.WaitForReady(true))
	require.NoError(t, err)
	require.Len(t, answer.GetCreators(), 2)
	require.Equal(t, "b@x", answer.GetCreators()[0].GetCreator().GetEmail())

	require.Equal(t, "ready\n", ask(t, http.MethodGet, w.addrs["creators operations"]+"readyz", nil))
	example, err := testdata.Files.ReadFile("example1.json")
	require.NoError(t, err)
	ranking := ask(t, http.MethodPost, w.addrs["fe web"]+"api/v1/activity?limit=1", bytes.NewReader(example))
	require.Contains(t, ranking, "sofie.jensen@example.org")
	require.Equal(t, "ready\n", ask(t, http.MethodGet, w.addrs["fe operations"]+"readyz", nil))

	w.stop()
	require.NoError(t, <-w.done)
}

// ask sends one HTTP request, with a JSON body if any, and returns the answer's body.
func ask(t *testing.T, method, url string, body io.Reader) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	require.NoError(t, err)
	req.Close = true // no idle connection outlives the test
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode, string(answer))
	return string(answer)
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	addr := start(t).addrs["creators gRPC"]
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	err = run(t.Context(), append(freePorts, "--creators_grpc_port", port), nil, io.Discard, io.Discard)
	require.EqualError(t, err, "cannot listen on "+addr+": address already in use; choose another port with --creators_grpc_port")
	require.False(t, command.IsUsage(err))
}

func TestUsedWrongly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"unknown argument", []string{"creators"}, `unknown argument "creators"`},
		{"a separate server's flag", []string{"--grpc_port=1"}, "unknown flag --grpc_port"},
		{"port out of range", []string{"--creators_metrics_port", "70000"}, "--creators_metrics_port must be from 0 to 65535, not 70000"},
		{"timeout", []string{"--shutdown_timeout=-1s"}, "--shutdown_timeout must not be negative"},
		{"log level", []string{"--log_level", "loud"}, `--log_level: unknown level "loud", want debug, info, warn or error`},
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

// The ports are those of the separate servers.
func TestHelp(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"--help"}, nil, &out, io.Discard), flag.ErrHelp)
	words := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"0 picks a free one (default 9070)", "0 picks a free one (default 9071)",
		"0 picks a free one (default 9072)", "0 picks a free one (default 9073)", "(default 127.0.0.1)", "(default 15s)",
	} {
		require.Contains(t, words, want)
	}
}
