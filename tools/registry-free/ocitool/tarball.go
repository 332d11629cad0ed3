package main

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// refName is the annotation that names an image inside of a layout.
const refName = "org.opencontainers.image.ref.name"

// tarballCommand packs a layout for `docker load` and its likes.
func tarballCommand(fs *flag.FlagSet) func(context.Context, io.Writer, io.Writer) error {
	dir := fs.String("layout", "", "`folder` of the layout")
	format := fs.String("format", "docker", "docker (an image) or oci (an index)")
	tagsFile := fs.String("tags_file", "", "`file` with repository:tag a line")
	output := fs.String("output", "", "`file` to write, - for standard output")
	return func(_ context.Context, stdout, _ io.Writer) error {
		if err := required("layout", *dir, "tags_file", *tagsFile, "output", *output); err != nil {
			return err
		}
		tags, err := readLines(*tagsFile)
		if err != nil {
			return err
		}
		for _, tag := range tags {
			if strings.LastIndex(tag, ":") <= strings.LastIndex(tag, "/") {
				return fmt.Errorf("%s: %s has no tag", *tagsFile, tag)
			}
			if _, err := name.NewTag(tag); err != nil {
				return fmt.Errorf("%s: %w", *tagsFile, err)
			}
		}
		resolved, remove, err := resolveLinks(*dir)
		if err != nil {
			return err
		}
		defer remove()
		files, err := tarballFiles(resolved[0], *format, tags)
		if err != nil {
			return err
		}
		if *output == "-" {
			return writeTarball(stdout, files)
		}
		return writeFile(*output, func(w io.Writer) error { return writeTarball(w, files) })
	}
}

// tarballFile is a file of a tarball.
type tarballFile struct {
	name string
	size int64
	open func() (io.ReadCloser, error)
}

func bytesFile(name string, data []byte) tarballFile {
	return tarballFile{name, int64(len(data)), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

func blobName(digest v1.Hash) string { return "blobs/" + digest.Algorithm + "/" + digest.Hex }

func tarballFiles(dir, format string, tags []string) ([]tarballFile, error) {
	index, descriptor, err := readLayout(dir)
	if err != nil {
		return nil, err
	}
	switch {
	case format == "docker" && descriptor.MediaType.IsImage():
		image, err := index.Image(descriptor.Digest)
		if err != nil {
			return nil, err
		}
		return dockerFiles(image, tags)
	case format == "oci" && descriptor.MediaType.IsIndex():
		images, err := index.ImageIndex(descriptor.Digest)
		if err != nil {
			return nil, err
		}
		return ociFiles(images, descriptor, tags)
	default:
		return nil, fmt.Errorf("cannot pack %s as %q, want --format docker for an image, --format oci for an index",
			descriptor.MediaType, format)
	}
}

// dockerFiles is an image as `docker save` writes it and every engine reads it.
func dockerFiles(image v1.Image, tags []string) ([]tarballFile, error) {
	files, blobs, err := imageFiles(image, true)
	if err != nil {
		return nil, err
	}
	manifest, err := json.Marshal([]struct {
		Config   string
		RepoTags []string
		Layers   []string
	}{{blobs[0], tags, blobs[1:]}})
	if err != nil {
		return nil, err
	}
	return append(files, bytesFile("manifest.json", manifest)), nil
}

// ociFiles is an index as an OCI layout, once a tag in its index.json.
func ociFiles(index v1.ImageIndex, descriptor v1.Descriptor, tags []string) ([]tarballFile, error) {
	raw, err := index.RawManifest()
	if err != nil {
		return nil, err
	}
	files := []tarballFile{
		bytesFile("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)),
		bytesFile(blobName(descriptor.Digest), raw),
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, platform := range manifest.Manifests {
		image, err := index.Image(platform.Digest)
		if err != nil {
			return nil, err
		}
		raw, err := image.RawManifest()
		if err != nil {
			return nil, err
		}
		more, _, err := imageFiles(image, false)
		if err != nil {
			return nil, err
		}
		for _, file := range append(more, bytesFile(blobName(platform.Digest), raw)) {
			if !seen[file.name] { // platforms may share layers
				seen[file.name] = true
				files = append(files, file)
			}
		}
	}
	top := v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex}
	for _, tag := range tags {
		named := descriptor
		named.Annotations = map[string]string{refName: tag}
		top.Manifests = append(top.Manifests, named)
	}
	text, err := json.Marshal(top)
	if err != nil {
		return nil, err
	}
	return append(files, bytesFile("index.json", text)), nil
}

// imageFiles are an image's configuration and layers, and their names in this
// order. Docker looks at the names' endings.
func imageFiles(image v1.Image, endings bool) ([]tarballFile, []string, error) {
	digest, err := image.ConfigName()
	if err != nil {
		return nil, nil, err
	}
	config, err := image.RawConfigFile()
	if err != nil {
		return nil, nil, err
	}
	layers, err := image.Layers()
	if err != nil {
		return nil, nil, err
	}
	files := []tarballFile{bytesFile(blobName(digest), config)}
	names := []string{blobName(digest)}
	for _, layer := range layers {
		digest, err := layer.Digest()
		if err != nil {
			return nil, nil, err
		}
		size, err := layer.Size()
		if err != nil {
			return nil, nil, err
		}
		layerName := blobName(digest)
		if endings {
			layerName += ".tar.gz"
		}
		files = append(files, tarballFile{layerName, size, layer.Compressed})
		names = append(names, layerName)
	}
	return files, names, nil
}

func writeTarball(w io.Writer, files []tarballFile) error {
	archive := tar.NewWriter(w)
	for _, file := range files {
		if err := writeTarballFile(archive, file); err != nil {
			return fmt.Errorf("write %s: %w", file.name, err)
		}
	}
	return archive.Close()
}

func writeTarballFile(archive *tar.Writer, file tarballFile) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: file.name, Mode: 0o644, Size: file.size, ModTime: time.Unix(0, 0)}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	content, err := file.open()
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.Copy(archive, content)
	return err
}
