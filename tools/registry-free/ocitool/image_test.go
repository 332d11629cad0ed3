package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/require"
)

// makeLayout makes an image for linux and returns its layout's folder.
func makeLayout(t *testing.T, architecture string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "image")
	mustRun(t, "image", "--os", "linux", "--architecture", architecture, "--user", "65532:65532",
		"--tar", makeTar(t, "gzip", "program for "+architecture), "--created_by", "//oci:layer",
		"--entrypoint_file", textFile(t, "entrypoint", "/bin/app\n--host=0.0.0.0\n"),
		"--ports_file", textFile(t, "ports", "9070/tcp,9071/tcp"),
		"--labels_file", textFile(t, "labels", "title=a = b\n\nsource=here\n"),
		"--annotations_file", textFile(t, "annotations", "title=x\n"),
		"--output", dir)
	return dir
}

// readFolder returns a folder's files by name.
func readFolder(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(data)
		return err
	}))
	return files
}

func TestImage(t *testing.T) {
	t.Parallel()
	dir := makeLayout(t, "arm64")
	image, err := readImage(dir)
	require.NoError(t, err)
	require.NoError(t, validate.Image(image))

	config, err := image.ConfigFile()
	require.NoError(t, err)
	require.Equal(t, "linux", config.OS)
	require.Equal(t, "arm64", config.Architecture)
	require.True(t, config.Created.Equal(epoch.Time))
	require.Equal(t, v1.Config{
		User:         "65532:65532",
		Entrypoint:   []string{"/bin/app", "--host=0.0.0.0"},
		ExposedPorts: map[string]struct{}{"9070/tcp": {}, "9071/tcp": {}},
		Labels:       map[string]string{"title": "a = b", "source": "here"},
	}, config.Config)
	require.Equal(t, []v1.History{{Created: epoch, CreatedBy: "//oci:layer"}}, config.History)

	manifest, err := image.Manifest()
	require.NoError(t, err)
	require.Equal(t, types.OCIManifestSchema1, manifest.MediaType)
	require.Equal(t, types.OCIConfigJSON, manifest.Config.MediaType)
	require.Equal(t, map[string]string{"title": "x"}, manifest.Annotations)
	require.Len(t, manifest.Layers, 1)
	require.Equal(t, types.OCILayer, manifest.Layers[0].MediaType)

	require.Equal(t, readFolder(t, dir), readFolder(t, makeLayout(t, "arm64")), "the same inputs must make the same bytes")
}

// TestImageKeepsLayers: a layer's digest is its file's.
func TestImageKeepsLayers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		compress string
		want     types.MediaType
	}{
		{"", types.OCIUncompressedLayer},
		{"gzip", types.OCILayer},
	} {
		t.Run("compress "+test.compress, func(t *testing.T) {
			t.Parallel()
			layer := makeTar(t, test.compress, "program")
			dir := filepath.Join(t.TempDir(), "image")
			mustRun(t, "image", "--os", "linux", "--architecture", "amd64", "--tar", layer, "--output", dir)
			image, err := readImage(dir)
			require.NoError(t, err)
			var options []validate.Option
			if test.compress == "" {
				options = append(options, validate.Fast) // it would unzip every layer
			}
			require.NoError(t, validate.Image(image, options...))

			file, err := os.Open(layer)
			require.NoError(t, err)
			defer file.Close()
			want, _, err := v1.SHA256(file)
			require.NoError(t, err)
			manifest, err := image.Manifest()
			require.NoError(t, err)
			require.Equal(t, want, manifest.Layers[0].Digest)
			require.Equal(t, test.want, manifest.Layers[0].MediaType)
		})
	}
}

func TestImageErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"missing layer", []string{"--tar", "none"}, "layer none: open none: no such file"},
		{"label without value", []string{"--labels_file", textFile(t, "labels", "title")}, `"title" is not of the form key=value`},
		{"label twice", []string{"--labels_file", textFile(t, "labels", "a=1\na=2")}, "a is there twice"},
		{"missing entry point", []string{"--entrypoint_file", "none"}, "open none"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"image", "--os", "linux", "--architecture", "amd64", "--output", filepath.Join(t.TempDir(), "image")}
			_, err := ocitool(t, append(args, test.args...)...)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func makeIndexLayout(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "index")
	mustRun(t, "index", "--image", makeLayout(t, "amd64"), "--image", makeLayout(t, "arm64"), "--output", dir)
	return dir
}

func TestIndex(t *testing.T) {
	t.Parallel()
	dir := makeIndexLayout(t)
	top, err := layout.ImageIndexFromPath(dir)
	require.NoError(t, err)
	require.NoError(t, validate.Index(top))

	_, descriptor, err := readLayout(dir)
	require.NoError(t, err)
	require.Equal(t, types.OCIImageIndex, descriptor.MediaType)
	index, err := top.ImageIndex(descriptor.Digest)
	require.NoError(t, err)
	manifest, err := index.IndexManifest()
	require.NoError(t, err)
	var platforms []string
	for _, image := range manifest.Manifests {
		platforms = append(platforms, image.Platform.String())
	}
	require.Equal(t, []string{"linux/amd64", "linux/arm64"}, platforms)
	require.Equal(t, readFolder(t, dir), readFolder(t, makeIndexLayout(t)))

	file := filepath.Join(t.TempDir(), "digest")
	mustRun(t, "digest", "--layout", dir, "--output", file)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, descriptor.Digest.String()+"\n", string(text))
}

func TestIndexErrors(t *testing.T) {
	t.Parallel()
	amd64 := makeLayout(t, "amd64")
	for _, test := range []struct {
		name   string
		images []string
		want   string
	}{
		{"platform twice", []string{amd64, makeLayout(t, "amd64")}, "are both for linux/amd64"},
		{"index of an index", []string{makeIndexLayout(t)}, "want an image for one platform"},
		{"no layout", []string{t.TempDir()}, "read layout"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"index", "--output", filepath.Join(t.TempDir(), "index")}
			for _, image := range test.images {
				args = append(args, "--image", image)
			}
			_, err := ocitool(t, args...)
			require.ErrorContains(t, err, test.want)
		})
	}
}
