package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/inventive-weave/inventive-weave/lib/command"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

func TestRequest(t *testing.T) {
	t.Parallel()
	message, err := program{}.request(config{top: 3})
	require.NoError(t, err)
	var request creatorsv1.MostActiveCreatorsRequest
	require.NoError(t, proto.Unmarshal(message, &request))
	require.EqualValues(t, 3, request.GetLimit())
	require.NotEmpty(t, request.GetCreators())
	require.NotEmpty(t, request.GetProducts())
	for _, p := range request.GetProducts() {
		require.NotEmpty(t, p.GetId())
		require.NotEmpty(t, p.GetCreatorId())
		require.NoError(t, p.GetCreateTime().CheckValid())
	}

	_, err = program{folder: t.TempDir()}.request(config{file: "missing.json"})
	require.ErrorContains(t, err, "missing.json")
}

func TestCommand(t *testing.T) {
	t.Parallel()
	cfg, err := parse([]string{"--requests=7", "--concurrency=3", "--connections=2"}, new(bytes.Buffer))
	require.NoError(t, err)
	line := cfg.command("127.0.0.1:1", "file")
	require.Equal(t, []string{"go", "run", ghzPackage}, line[:3])
	require.Contains(t, line, "--total=7")
	require.Equal(t, "127.0.0.1:1", line[len(line)-1])

	cfg.ghz = "/bin/ghz"
	require.Equal(t, "/bin/ghz", cfg.command("127.0.0.1:1", "file")[0])
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"files", []string{"a", "b"}, "one file at a time"},
		{"concurrency", []string{"--concurrency=1", "--connections=2"}, "as many requests at a time as connections"},
		{"requests", []string{"--requests=1"}, "as many requests as at a time"},
		{"connections", []string{"--connections=0"}, "at least one connection"},
		{"top", []string{"--top=-1"}, "--top must not be negative"},
		{"timeout", []string{"--timeout=-1s"}, "--timeout must be"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := program{}.run(t.Context(), test.args, nil, new(bytes.Buffer), new(bytes.Buffer))
			require.ErrorContains(t, err, test.want)
			require.True(t, command.IsUsage(err))
		})
	}
}
