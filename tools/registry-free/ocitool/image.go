package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// epoch is when everything was made, so that what is the same looks the same.
var epoch = v1.Time{Time: time.Unix(0, 0).UTC()}

// imageConfig is what an image is made from. The fields that end in File are
// paths of text files, "" when there is none.
type imageConfig struct {
	os, architecture string
	user             string
	tars             list   // layers, the lowest first
	createdBy        string // for the layers' history
	entrypointFile   string // an argument a line
	portsFile        string // separated by commas: 9070/tcp
	labelsFile       string // key=value a line
	annotationsFile  string // key=value a line
}

// imageCommand makes an image from layers and writes it as an OCI layout.
func imageCommand(fs *flag.FlagSet) func(context.Context, io.Writer, io.Writer) error {
	var cfg imageConfig
	fs.StringVar(&cfg.os, "os", "", "operating system, as Go names it")
	fs.StringVar(&cfg.architecture, "architecture", "", "processor, as Go names it")
	fs.StringVar(&cfg.user, "user", "", "`uid:gid` to run as")
	fs.Var(&cfg.tars, "tar", "archive to add as a layer; may be repeated")
	fs.StringVar(&cfg.createdBy, "created_by", "", "what the history says of the layers")
	fs.StringVar(&cfg.entrypointFile, "entrypoint_file", "", "`file` with an argument a line")
	fs.StringVar(&cfg.portsFile, "ports_file", "", "`file` with ports, separated by commas")
	fs.StringVar(&cfg.labelsFile, "labels_file", "", "`file` with key=value a line")
	fs.StringVar(&cfg.annotationsFile, "annotations_file", "", "`file` with key=value a line")
	output := fs.String("output", "", "`folder` to write the layout to")
	return func(context.Context, io.Writer, io.Writer) error {
		if err := required("os", cfg.os, "architecture", cfg.architecture, "output", *output); err != nil {
			return err
		}
		image, err := makeImage(cfg)
		if err != nil {
			return err
		}
		return writeImageLayout(*output, image)
	}
}

func makeImage(cfg imageConfig) (v1.Image, error) {
	config := &v1.ConfigFile{
		OS:           cfg.os,
		Architecture: cfg.architecture,
		Created:      epoch,
		RootFS:       v1.RootFS{Type: "layers"},
		Config:       v1.Config{User: cfg.user},
	}
	var err error
	if config.Config.Entrypoint, err = readLines(cfg.entrypointFile); err != nil {
		return nil, err
	}
	if config.Config.Labels, err = readPairs(cfg.labelsFile); err != nil {
		return nil, err
	}
	if config.Config.ExposedPorts, err = readPorts(cfg.portsFile); err != nil {
		return nil, err
	}
	annotations, err := readPairs(cfg.annotationsFile)
	if err != nil {
		return nil, err
	}

	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return nil, err
	}
	for _, path := range cfg.tars {
		layer, err := readLayer(path)
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", path, err)
		}
		image, err = mutate.Append(image, mutate.Addendum{
			Layer:   layer,
			History: v1.History{Created: epoch, CreatedBy: cfg.createdBy},
		})
		if err != nil {
			return nil, err
		}
	}
	if len(annotations) > 0 {
		image = mutate.Annotations(image, annotations).(v1.Image)
	}
	return image, nil
}

// readLayer takes an archive as it is, compressed or not.
func readLayer(path string) (v1.Layer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) { // gzip
		return static.NewLayer(data, types.OCIUncompressedLayer), nil
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}, tarball.WithMediaType(types.OCILayer))
}

// readLines returns a text file's lines without the empty ones. No file has no
// lines.
func readLines(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// readPairs returns a text file's lines of the form key=value.
func readPairs(path string) (map[string]string, error) {
	lines, err := readLines(path)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	pairs := make(map[string]string, len(lines))
	for _, line := range lines {
		key, value, found := strings.Cut(line, "=")
		if !found || key == "" {
			return nil, fmt.Errorf("%s: %q is not of the form key=value", path, line)
		}
		if _, again := pairs[key]; again {
			return nil, fmt.Errorf("%s: %s is there twice", path, key)
		}
		pairs[key] = value
	}
	return pairs, nil
}

// readPorts returns the ports in a text file that separates them by commas.
func readPorts(path string) (map[string]struct{}, error) {
	lines, err := readLines(path)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	ports := map[string]struct{}{}
	for port := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		ports[port] = struct{}{}
	}
	return ports, nil
}
