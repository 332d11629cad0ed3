package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

// ocitool runs a subcommand and returns what it printed to standard output.
func ocitool(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), args, nil, &stdout, &stderr)
	return stdout.String(), err
}

// mustRun is ocitool where an error ends the test.
func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	stdout, err := ocitool(t, args...)
	require.NoError(t, err)
	return stdout
}

// textFile writes a file in the test's own folder.
func textFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{name: "nothing", want: "want a subcommand: digest, image, index, push, tar, tarball"},
		{name: "unknown subcommand", args: []string{"pull"}, want: `unknown subcommand "pull"`},
		{name: "unknown flag", args: []string{"image", "--base", "x"}, want: "unknown flag --base"},
		{name: "argument", args: []string{"digest", "x"}, want: `unknown argument "x"`},
		{name: "tar without output", args: []string{"tar", "--mtree", "x"}, want: "--output is required"},
		{name: "image without architecture", args: []string{"image", "--os", "linux"}, want: "--architecture is required"},
		{name: "index without images", args: []string{"index", "--output", "x"}, want: "--image is required"},
		{name: "digest without layout", args: []string{"digest"}, want: "--layout is required"},
		{name: "tarball without tags", args: []string{"tarball", "--layout", "x"}, want: "--tags_file is required"},
		{name: "push without repository", args: []string{"push", "--layout", "x"}, want: "--repository is required"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := ocitool(t, test.args...)
			require.ErrorContains(t, err, test.want)
			require.True(t, command.IsUsage(err))
		})
	}
}
