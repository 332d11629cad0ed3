package oci_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/oci"
)

// platforms are what every image is made for.
var platforms = map[string]elf.Machine{
	"linux/amd64": elf.EM_X86_64,
	"linux/arm64": elf.EM_AARCH64,
}

// forEachImage runs a test on every image that Bazel made.
func forEachImage(t *testing.T, test func(t *testing.T, want oci.Image, index v1.ImageIndex)) {
	t.Helper()
	requireBazel(t)
	for _, image := range oci.Images() {
		t.Run(image.Service, func(t *testing.T) {
			t.Parallel()
			test(t, image, openIndex(t, image))
		})
	}
}

// requireBazel skips a test under plain `go test`, where there are no images.
func requireBazel(t *testing.T) {
	t.Helper()
	if os.Getenv("BAZEL_TEST") == "" {
		t.Skip("Bazel makes the images: ./bazelw test //oci/...")
	}
}

// forEachPlatform runs a test on every image and platform.
func forEachPlatform(t *testing.T, test func(t *testing.T, want oci.Image, platform string, image v1.Image)) {
	t.Helper()
	forEachImage(t, func(t *testing.T, want oci.Image, index v1.ImageIndex) {
		manifest, err := index.IndexManifest()
		require.NoError(t, err)
		require.Len(t, manifest.Manifests, len(platforms))
		for _, descriptor := range manifest.Manifests {
			t.Run(descriptor.Platform.String(), func(t *testing.T) {
				image, err := index.Image(descriptor.Digest)
				require.NoError(t, err)
				test(t, want, descriptor.Platform.String(), image)
			})
		}
	})
}

// layoutFolder is a service's images as Bazel made them, as real files: Bazel
// hands over links, which the library does not follow.
func layoutFolder(t *testing.T, image oci.Image) string {
	t.Helper()
	source, target := image.Service+"_image_index", t.TempDir()
	source, err := filepath.EvalSymlinks(source)
	require.NoError(t, err, "BUILD.bazel does not make this image")
	for _, pattern := range []string{"*", "blobs/*/*"} {
		files, err := filepath.Glob(filepath.Join(source, pattern))
		require.NoError(t, err)
		for _, file := range files {
			if info, err := os.Stat(file); err != nil || info.IsDir() {
				require.NoError(t, err)
				continue
			}
			name, err := filepath.Rel(source, file)
			require.NoError(t, err)
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(target, name)), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(target, name), data, 0o600))
		}
	}
	return target
}

// openIndex is what a service's layout holds.
func openIndex(t *testing.T, image oci.Image) v1.ImageIndex {
	t.Helper()
	top, err := layout.ImageIndexFromPath(layoutFolder(t, image))
	require.NoError(t, err)
	manifest, err := top.IndexManifest()
	require.NoError(t, err)
	require.Len(t, manifest.Manifests, 1)
	require.Equal(t, types.OCIImageIndex, manifest.Manifests[0].MediaType)
	index, err := top.ImageIndex(manifest.Manifests[0].Digest)
	require.NoError(t, err)
	return index
}

func TestLayout(t *testing.T) {
	t.Parallel()
	forEachImage(t, func(t *testing.T, want oci.Image, index v1.ImageIndex) {
		require.NoError(t, validate.Index(index))
		digest, err := index.Digest()
		require.NoError(t, err)
		text, err := os.ReadFile(want.Service + "_image_index.json.sha256")
		require.NoError(t, err)
		require.Equal(t, digest.String(), strings.TrimSpace(string(text)))

		manifest, err := index.IndexManifest()
		require.NoError(t, err)
		got := map[string]bool{}
		for _, descriptor := range manifest.Manifests {
			require.Equal(t, types.OCIManifestSchema1, descriptor.MediaType)
			got[descriptor.Platform.String()] = true
		}
		for platform := range platforms {
			require.True(t, got[platform], "no image for %s", platform)
		}
		require.Len(t, got, len(platforms))
	})
}

func TestConfig(t *testing.T) {
	t.Parallel()
	forEachPlatform(t, func(t *testing.T, want oci.Image, platform string, image v1.Image) {
		config, err := image.ConfigFile()
		require.NoError(t, err)
		require.Equal(t, platform, config.OS+"/"+config.Architecture)
		require.Equal(t, oci.User, config.Config.User)
		require.Equal(t, want.Entrypoint(), config.Config.Entrypoint)
		require.Empty(t, config.Config.Cmd)
		require.Empty(t, config.Config.Env)
		require.Empty(t, config.Config.WorkingDir)
		require.Empty(t, config.Config.Volumes)
		ports := map[string]struct{}{}
		for _, port := range want.Ports {
			ports[port.Exposed()] = struct{}{}
		}
		require.Equal(t, ports, config.Config.ExposedPorts)

		manifest, err := image.Manifest()
		require.NoError(t, err)
		require.Equal(t, manifest.Annotations, config.Config.Labels, "docker inspect shows labels only")
		annotations := manifest.Annotations
		if os.Getenv("STAMPED") != "" {
			require.Regexp(t, `^[0-9a-f]{40}(-dirty)?$`, annotations["org.opencontainers.image.revision"])
			require.NotEmpty(t, annotations["org.opencontainers.image.version"])
			delete(annotations, "org.opencontainers.image.revision")
			delete(annotations, "org.opencontainers.image.version")
		} else {
			require.True(t, config.Created.Equal(time.Unix(0, 0)), "an unstamped image depends on its sources only")
		}
		require.Equal(t, map[string]string{
			"org.opencontainers.image.title":  want.Title,
			"org.opencontainers.image.source": oci.Source,
		}, annotations)
	})
}

// TestLayer: the image holds the service's static, stripped program and
// nothing else, owned by root, from no time in particular.
func TestLayer(t *testing.T) {
	t.Parallel()
	forEachPlatform(t, func(t *testing.T, want oci.Image, platform string, image v1.Image) {
		layers, err := image.Layers()
		require.NoError(t, err)
		require.Len(t, layers, 1)
		mediaType, err := layers[0].MediaType()
		require.NoError(t, err)
		require.Equal(t, types.OCILayer, mediaType)

		compressed, err := layers[0].Compressed()
		require.NoError(t, err)
		defer compressed.Close()
		zip, err := gzip.NewReader(compressed)
		require.NoError(t, err)
		require.True(t, zip.Header.ModTime.IsZero(), "the time of the build is in it")
		require.Empty(t, zip.Header.Name)

		archive := tar.NewReader(zip)
		header, err := archive.Next()
		require.NoError(t, err)
		require.Equal(t, want.Binary(), path.Clean("/"+header.Name))
		require.EqualValues(t, tar.TypeReg, header.Typeflag)
		require.EqualValues(t, 0o755, header.Mode)
		require.Zero(t, header.Uid)
		require.Zero(t, header.Gid)
		require.True(t, header.ModTime.Equal(time.Unix(0, 0)), "%s", header.ModTime)
		program, err := io.ReadAll(archive)
		require.NoError(t, err)
		requireStatic(t, program, platforms[platform])

		_, err = archive.Next()
		require.ErrorIs(t, err, io.EOF, "there is more than the program in it")
	})
}

func requireStatic(t *testing.T, program []byte, machine elf.Machine) {
	t.Helper()
	file, err := elf.NewFile(bytes.NewReader(program))
	require.NoError(t, err)
	defer file.Close()
	require.Equal(t, machine, file.Machine)
	for _, segment := range file.Progs {
		require.NotEqual(t, elf.PT_INTERP, segment.Type, "it wants a dynamic loader, which scratch does not have")
	}
	libraries, err := file.ImportedLibraries()
	require.NoError(t, err)
	require.Empty(t, libraries)
	_, err = file.Symbols()
	require.True(t, errors.Is(err, elf.ErrNoSymbols), "it is not stripped: %v", err)
	for _, section := range file.Sections {
		require.NotContains(t, section.Name, "debug", "it is not stripped")
	}
}

// TestSize prints what a pull costs, and bounds it. The lines are also among
// the test's outputs, in sizes.txt.
func TestSize(t *testing.T) {
	t.Parallel()
	requireBazel(t)
	var table strings.Builder
	for _, image := range oci.Images() {
		index := openIndex(t, image)
		digest, err := index.Digest()
		require.NoError(t, err)
		fmt.Fprintf(&table, "%-10s %-13s %25s %s\n", image.Service, "all platforms", "", digest)
		manifest, err := index.IndexManifest()
		require.NoError(t, err)
		for _, descriptor := range manifest.Manifests {
			size := compressedSize(t, index, descriptor)
			fmt.Fprintf(&table, "%-10s %-13s %5.1f MB of %4.1f allowed %s\n", image.Service, descriptor.Platform,
				float64(size)/1e6, float64(image.MaxBytes)/1e6, descriptor.Digest)
			require.LessOrEqual(t, size, image.MaxBytes, "%s for %s; look at what was added", image.Service, descriptor.Platform)
		}
	}
	fmt.Print(table.String())
	if outputs := os.Getenv("TEST_UNDECLARED_OUTPUTS_DIR"); outputs != "" {
		require.NoError(t, os.WriteFile(filepath.Join(outputs, "sizes.txt"), []byte(table.String()), 0o600))
	}
}

// compressedSize is how many bytes a pull of one platform's image transfers.
func compressedSize(t *testing.T, index v1.ImageIndex, descriptor v1.Descriptor) int64 {
	t.Helper()
	image, err := index.Image(descriptor.Digest)
	require.NoError(t, err)
	manifest, err := image.Manifest()
	require.NoError(t, err)
	size := descriptor.Size + manifest.Config.Size
	for _, layer := range manifest.Layers {
		size += layer.Size
	}
	return size
}
