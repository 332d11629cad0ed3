package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// A layout, as the rules hand it on, is a folder with one image or one index
// of images in it.

func writeImageLayout(dir string, image v1.Image) error {
	path, err := layout.Write(dir, emptyIndex())
	if err != nil {
		return err
	}
	return path.AppendImage(image)
}

func emptyIndex() v1.ImageIndex { return mutate.IndexMediaType(empty.Index, types.OCIImageIndex) }

// readLayout opens a layout and returns the descriptor of the one thing in it.
func readLayout(dir string) (v1.ImageIndex, v1.Descriptor, error) {
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return nil, v1.Descriptor{}, fmt.Errorf("read layout %s: %w", dir, err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, v1.Descriptor{}, fmt.Errorf("read layout %s: %w", dir, err)
	}
	if len(manifest.Manifests) != 1 {
		return nil, v1.Descriptor{}, fmt.Errorf("layout %s holds %d images, want one", dir, len(manifest.Manifests))
	}
	return index, manifest.Manifests[0], nil
}

// readImage opens a layout that holds an image for one platform.
func readImage(dir string) (v1.Image, error) {
	index, descriptor, err := readLayout(dir)
	if err != nil {
		return nil, err
	}
	if !descriptor.MediaType.IsImage() {
		return nil, fmt.Errorf("%s holds %s, want an image for one platform", dir, descriptor.MediaType)
	}
	return index.Image(descriptor.Digest)
}

// indexCommand joins images for several platforms.
func indexCommand(fs *flag.FlagSet) func(context.Context, io.Writer, io.Writer) error {
	var images list
	fs.Var(&images, "image", "layout to take an image from; may be repeated")
	output := fs.String("output", "", "`folder` to write the layout to")
	return func(context.Context, io.Writer, io.Writer) error {
		if err := required("image", images.String(), "output", *output); err != nil {
			return err
		}
		resolved, remove, err := resolveLinks(images...)
		if err != nil {
			return err
		}
		defer remove()
		index, err := makeIndex(resolved)
		if err != nil {
			return err
		}
		path, err := layout.Write(*output, emptyIndex())
		if err != nil {
			return err
		}
		return path.AppendIndex(index)
	}
}

func makeIndex(dirs []string) (v1.ImageIndex, error) {
	index := emptyIndex()
	platforms := map[string]string{}
	for _, dir := range dirs {
		image, err := readImage(dir)
		if err != nil {
			return nil, err
		}
		config, err := image.ConfigFile()
		if err != nil {
			return nil, fmt.Errorf("read layout %s: %w", dir, err)
		}
		platform := config.Platform()
		if other, again := platforms[platform.String()]; again {
			return nil, fmt.Errorf("%s and %s are both for %s", other, dir, platform)
		}
		platforms[platform.String()] = dir
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: platform},
		})
	}
	return index, nil
}

// digestCommand writes the digest of what a layout holds.
func digestCommand(fs *flag.FlagSet) func(context.Context, io.Writer, io.Writer) error {
	dir := fs.String("layout", "", "`folder` of the layout")
	output := fs.String("output", "", "`file` to write")
	return func(context.Context, io.Writer, io.Writer) error {
		if err := required("layout", *dir, "output", *output); err != nil {
			return err
		}
		resolved, remove, err := resolveLinks(*dir)
		if err != nil {
			return err
		}
		defer remove()
		_, descriptor, err := readLayout(resolved[0])
		if err != nil {
			return err
		}
		return writeFile(*output, func(w io.Writer) error {
			_, err := fmt.Fprintln(w, descriptor.Digest)
			return err
		})
	}
}
