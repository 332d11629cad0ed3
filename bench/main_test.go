package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

// builtPrograms are the flags for the programs that Bazel built for this test.
// Under go test there are none, and the go command builds them.
func builtPrograms() []string { return strings.Fields(os.Getenv("BENCH_PROGRAMS")) }

// The true thing: all programs, small data sets.
func TestRun(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "results")
	var stdout, stderr bytes.Buffer
	args := append(builtPrograms(), "--products=1000", "--sizes=2", "--distributions=zipf,one", "--rounds=2", "--out=results", "--scratch="+t.TempDir())
	err := program{folder: filepath.Dir(out)}.run(t.Context(), args, nil, &stdout, &stderr)
	require.NoError(t, err, stderr.String())

	text, err := os.ReadFile(filepath.Join(out, "results.json"))
	require.NoError(t, err)
	var r results
	require.NoError(t, json.Unmarshal(text, &r))
	require.Len(t, r.Sets, 3)
	for _, s := range r.Sets {
		require.Positive(t, s.Data.Bytes)
		for _, name := range []string{pipelineName, simplestName, tokensName, readName} {
			got := s.of(name)
			require.NotNil(t, got, name)
			require.Len(t, got.Samples, 2)
			require.Positive(t, got.Median.Client.Wall)
			require.Equal(t, name == pipelineName || name == simplestName, got.Median.Server != nil)
		}
	}
	require.Equal(t, r.markdown(), stdout.String())
}

func TestRunStopsAtItsTimeouts(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--timeout", "--run_timeout"} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			// No program can be built or run in such a time.
			args := append(builtPrograms(), flag+"=1us", "--products=100", "--scratch="+t.TempDir())
			began := time.Now()
			err := program{}.run(t.Context(), args, nil, new(bytes.Buffer), new(bytes.Buffer))
			require.ErrorContains(t, err, "it took longer than "+flag)
			require.Less(t, time.Since(began), time.Minute)
		})
	}
}

func TestRunLeavesOutTheSimplest(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	args := append(builtPrograms(), "--products=200", "--sizes=1", "--distributions=uniform", "--rounds=1", "--simplest_max=100", "--out="+t.TempDir())
	require.NoError(t, program{}.run(t.Context(), args, nil, &stdout, &stderr))
	require.Contains(t, stdout.String(), "| pipeline |")
	require.NotContains(t, stdout.String(), "| simplest |")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"argument", []string{"file"}, `unknown argument "file"`},
		{"products", []string{"--products=1"}, "--products must be"},
		{"distributions", []string{"--distributions=uniform,gauss"}, `not "gauss"`},
		{"rounds", []string{"--rounds=0"}, "--rounds must be"},
		{"top", []string{"--top=0"}, "--top must be"},
		{"timeout", []string{"--timeout=0s"}, "must be more than 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := program{}.run(t.Context(), test.args, nil, new(bytes.Buffer), new(bytes.Buffer))
			require.ErrorContains(t, err, test.want)
			require.True(t, command.IsUsage(err))
		})
	}
}
