package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

func TestRun(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"Creators": [{"id": "a"}, 1]}`), 0o600))
	broken := filepath.Join(t.TempDir(), "broken.json")
	require.NoError(t, os.WriteFile(broken, []byte(`{"Creators": [}`), 0o600))
	for _, test := range []struct {
		name    string
		args    []string
		want    string
		wantErr string
		usage   bool
	}{
		{name: "bytes", args: []string{"read", file}, want: "30\n"},
		{name: "tokens", args: []string{"tokens", file}, want: "10\n"},
		{name: "not JSON", args: []string{"tokens", broken}, wantErr: "read data set: "},
		{name: "no file", args: []string{"read", "missing"}, wantErr: "missing"},
		{name: "something else", args: []string{"write", file}, wantErr: `"write"`, usage: true},
		{name: "nothing", wantErr: "want what to do", usage: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var stdout bytes.Buffer
			err := run(t.Context(), test.args, nil, &stdout, nil)
			if test.wantErr != "" {
				require.ErrorContains(t, err, test.wantErr)
				require.Equal(t, test.usage, command.IsUsage(err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, stdout.String())
		})
	}
}
