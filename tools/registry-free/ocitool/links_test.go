package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// linkFolder returns a folder whose files are links to those of dir, which is
// how Bazel's sandbox hands over an image.
func linkFolder(t *testing.T, dir string) string {
	t.Helper()
	linked := filepath.Join(t.TempDir(), "linked")
	for name := range readFolder(t, dir) {
		path := filepath.Join(linked, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.Symlink(filepath.Join(dir, name), path))
	}
	return linked
}

func TestResolveLinks(t *testing.T) {
	t.Parallel()
	plain := makeLayout(t, "amd64")
	linked := linkFolder(t, plain)
	folder := filepath.Join(t.TempDir(), "folder") // a link itself, which is how runfiles hold one
	require.NoError(t, os.Symlink(plain, folder))

	resolved, remove, err := resolveLinks(plain, linked, folder)
	require.NoError(t, err)
	require.Equal(t, plain, resolved[0], "nothing to do")
	for _, dir := range resolved {
		require.Equal(t, readFolder(t, plain), readFolder(t, dir))
		_, err := readImage(dir)
		require.NoError(t, err)
	}
	remove()
	require.DirExists(t, plain)
	require.NoDirExists(t, resolved[1])

	_, _, err = resolveLinks(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestLinkedLayouts(t *testing.T) {
	t.Parallel()
	plain := makeIndexLayout(t)
	index := filepath.Join(t.TempDir(), "index")
	mustRun(t, "index", "--image", linkFolder(t, makeLayout(t, "amd64")), "--image", linkFolder(t, makeLayout(t, "arm64")),
		"--output", index)
	require.Equal(t, readFolder(t, plain), readFolder(t, index))

	_, want, err := readLayout(plain)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "digest")
	mustRun(t, "digest", "--layout", linkFolder(t, plain), "--output", file)
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, want.Digest.String()+"\n", string(got))
	makeTarball(t, linkFolder(t, plain), "oci")
	address, _ := startRegistry(t)
	mustRun(t, "push", "--layout", linkFolder(t, plain), "-r", address+"/app")
}
