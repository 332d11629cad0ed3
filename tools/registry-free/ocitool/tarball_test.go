package main

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/require"
)

func makeTarball(t *testing.T, dir, format string) string {
	t.Helper()
	output := filepath.Join(t.TempDir(), "image.tar")
	mustRun(t, "tarball", "--layout", dir, "--format", format, "--output", output,
		"--tags_file", textFile(t, "tags", "weave/app:latest\nweave/app:1.0\n"))
	return output
}

func TestTarballDocker(t *testing.T) {
	t.Parallel()
	dir := makeLayout(t, "amd64")
	path := makeTarball(t, dir, "docker")
	want, err := readImage(dir)
	require.NoError(t, err)
	for _, reference := range []string{"weave/app:latest", "weave/app:1.0"} {
		tag, err := name.NewTag(reference)
		require.NoError(t, err)
		got, err := tarball.ImageFromPath(path, &tag)
		require.NoError(t, err)
		require.NoError(t, validate.Image(got))
		wantConfig, err := want.ConfigName()
		require.NoError(t, err)
		gotConfig, err := got.ConfigName()
		require.NoError(t, err)
		require.Equal(t, wantConfig, gotConfig, "the image's id")
	}

	data, err := os.ReadFile(path)
	require.NoError(t, err)
	again, err := os.ReadFile(makeTarball(t, dir, "docker"))
	require.NoError(t, err)
	require.Equal(t, data, again)
	require.Equal(t, string(data), mustRun(t, "tarball", "--layout", dir, "--output", "-",
		"--tags_file", textFile(t, "tags", "weave/app:latest\nweave/app:1.0\n")))
}

func TestTarballOCI(t *testing.T) {
	t.Parallel()
	dir := makeIndexLayout(t)
	file, err := os.Open(makeTarball(t, dir, "oci"))
	require.NoError(t, err)
	defer file.Close()
	unpacked := t.TempDir()
	for archive := tar.NewReader(file); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		path := filepath.Join(unpacked, filepath.FromSlash(header.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoFileExists(t, path)
		data, err := io.ReadAll(archive)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, data, 0o600))
	}
	index, err := layout.ImageIndexFromPath(unpacked)
	require.NoError(t, err)
	require.NoError(t, validate.Index(index))
	manifest, err := index.IndexManifest()
	require.NoError(t, err)
	_, want, err := readLayout(dir)
	require.NoError(t, err)
	var names []string
	for _, image := range manifest.Manifests {
		require.Equal(t, want.Digest, image.Digest)
		names = append(names, image.Annotations[refName])
	}
	require.Equal(t, []string{"weave/app:latest", "weave/app:1.0"}, names)
}

func TestTarballErrors(t *testing.T) {
	t.Parallel()
	image, index := makeLayout(t, "amd64"), makeIndexLayout(t)
	for _, test := range []struct{ name, layout, format, tag, want string }{
		{"index as docker", index, "docker", "weave/app:1", "want --format docker for an image"},
		{"image as oci", image, "oci", "weave/app:1", "want --format docker for an image"},
		{"unknown format", image, "zip", "weave/app:1", `as "zip"`},
		{"no tag", image, "docker", "weave/app", "weave/app has no tag"},
		{"only a port", image, "docker", "localhost:5000/app", "localhost:5000/app has no tag"},
		{"bad name", image, "docker", "weave/App:1", "repository can only contain"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := ocitool(t, "tarball", "--layout", test.layout, "--format", test.format,
				"--tags_file", textFile(t, "tags", test.tag), "--output", filepath.Join(t.TempDir(), "out"))
			require.ErrorContains(t, err, test.want)
		})
	}
}
