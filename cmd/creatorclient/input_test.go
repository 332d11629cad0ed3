package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "data.json"), []byte(`{"a":1}`), 0o600))
	absolute := filepath.Join(folder, "data.json")
	for _, test := range []struct {
		name, folder, path string
		want               string
		size               int64
		wantErr            string
	}{
		{"no path", folder, "", "from stdin", -1, ""},
		{"a dash", folder, "-", "from stdin", -1, ""},
		{"in the folder of the user's shell", folder, "data.json", `{"a":1}`, 7, ""},
		{"below it", filepath.Dir(folder), filepath.Join(filepath.Base(folder), "data.json"), `{"a":1}`, 7, ""},
		{"an absolute path", "/elsewhere", absolute, `{"a":1}`, 7, ""},
		{"not in the folder of the user's shell", "/elsewhere", "data.json", "", 0, "open /elsewhere/data.json: no such file or directory"},
		{"in this folder", "", "input_test_missing.json", "", 0, "open input_test_missing.json: no such file or directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := setup()
			p.folder = test.folder
			in, err := p.open(test.path, strings.NewReader("from stdin"))
			if test.wantErr != "" {
				require.EqualError(t, err, test.wantErr)
				return
			}
			require.NoError(t, err)
			defer in.close()
			require.Equal(t, test.size, in.size)
			if test.want == "from stdin" {
				require.Equal(t, standardInput, in.name)
			} else {
				require.Equal(t, test.path, in.name)
			}
			got, err := io.ReadAll(in.reader)
			require.NoError(t, err)
			require.Equal(t, test.want, string(got))
		})
	}
}

func TestRemaining(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "data"))
	require.NoError(t, err)
	_, err = file.WriteString("0123456789")
	require.NoError(t, err)
	_, err = file.Seek(4, io.SeekStart)
	require.NoError(t, err)
	require.EqualValues(t, 6, remaining(file), "as after a shell has read the beginning")
	_, err = file.Seek(40, io.SeekStart)
	require.NoError(t, err)
	require.EqualValues(t, 0, remaining(file))
	require.NoError(t, file.Close())
	require.EqualValues(t, -1, remaining(file))

	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.EqualValues(t, -1, remaining(r))
	require.NoError(t, r.Close())
	require.NoError(t, w.Close())
	require.EqualValues(t, -1, remaining(strings.NewReader("x")))
}

func TestFolderAsInput(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	got := setup().result(t, nil, "--embedded", folder)
	require.EqualError(t, got.err, "read data set: read "+folder+": is a directory")
}

func TestFileIsNamedInErrors(t *testing.T) {
	t.Parallel()
	p := setup()
	p.folder = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(p.folder, "data.json"), []byte(`[]`), 0o600))
	got := p.result(t, nil, "--embedded", "data.json")
	require.EqualError(t, got.err, "data.json: line 1, column 1: a data set must be an object, not a list")
}
