package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// makeTar writes an archive with one program in it and returns its path.
func makeTar(t *testing.T, compress, content string) string {
	t.Helper()
	program := textFile(t, "program", content)
	mtree := textFile(t, "mtree", fmt.Sprintf("#mtree\nbin uid=0 gid=0 mode=0755 time=0 type=dir\n"+
		"bin/app uid=0 gid=0 mode=0755 time=0 type=file content=%s\n", program))
	output := filepath.Join(t.TempDir(), "layer.tar")
	mustRun(t, "tar", "--mtree", mtree, "--compress", compress, "--output", output)
	return output
}

func TestTar(t *testing.T) {
	t.Parallel()
	for _, compress := range []string{"", "gzip"} {
		t.Run("compress "+compress, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(makeTar(t, compress, "hello"))
			require.NoError(t, err)
			again, err := os.ReadFile(makeTar(t, compress, "hello"))
			require.NoError(t, err)
			require.Equal(t, data, again, "the same inputs must make the same bytes")

			reader := io.Reader(bytes.NewReader(data))
			if compress == "gzip" {
				zip, err := gzip.NewReader(reader)
				require.NoError(t, err)
				require.Zero(t, zip.Header.ModTime)
				require.Empty(t, zip.Header.Name)
				reader = zip
			}
			archive := tar.NewReader(reader)
			header, err := archive.Next()
			require.NoError(t, err)
			require.Equal(t, "bin/", header.Name)
			require.EqualValues(t, tar.TypeDir, header.Typeflag)

			header, err = archive.Next()
			require.NoError(t, err)
			require.Equal(t, "bin/app", header.Name)
			require.EqualValues(t, tar.TypeReg, header.Typeflag)
			require.EqualValues(t, 0o755, header.Mode)
			require.Zero(t, header.Uid)
			require.Zero(t, header.Gid)
			require.Empty(t, header.Uname)
			require.True(t, header.ModTime.Equal(time.Unix(0, 0)))
			content, err := io.ReadAll(archive)
			require.NoError(t, err)
			require.Equal(t, "hello", string(content))

			_, err = archive.Next()
			require.ErrorIs(t, err, io.EOF)
		})
	}
}

func TestTarErrors(t *testing.T) {
	t.Parallel()
	const line = "app uid=0 gid=0 mode=0755 time=0 type=file content="
	for _, test := range []struct{ name, content, compress, want string }{
		{"missing file", filepath.Join(t.TempDir(), "none"), "", "no such file"},
		{"folder", t.TempDir(), "", "is not a regular file"},
		{"compression", "x", "xz", `unknown compression "xz"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			mtree := textFile(t, "mtree", line+test.content)
			_, err := ocitool(t, "tar", "--mtree", mtree, "--compress", test.compress, "--output", filepath.Join(t.TempDir(), "out"))
			require.ErrorContains(t, err, test.want)
		})
	}
}
