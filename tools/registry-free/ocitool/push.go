package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// pushConfig is what goes where.
type pushConfig struct {
	layout     string
	repository string
	tags       list
	insecure   bool // plain HTTP; the machine's own registries need no flag for it
}

// pushCommand uploads what a layout holds. Credentials are those of `docker
// login`. The flags --repository and --tag, short and long, are those of
// rules_oci's oci_push.
func pushCommand(fs *flag.FlagSet) func(context.Context, io.Writer, io.Writer) error {
	var cfg pushConfig
	fs.StringVar(&cfg.layout, "layout", "", "`folder` of the layout")
	for _, flagName := range []string{"repository", "r"} {
		fs.StringVar(&cfg.repository, flagName, "", "`registry/name` to push to")
	}
	for _, flagName := range []string{"tag", "t"} {
		fs.Var(&cfg.tags, flagName, "`tag` to set once the image is there; may be repeated")
	}
	fs.BoolVar(&cfg.insecure, "insecure", false, "talk plain HTTP to the registry")
	return func(ctx context.Context, stdout, stderr io.Writer) error {
		if err := required("layout", cfg.layout, "repository", cfg.repository); err != nil {
			return err
		}
		return push(ctx, cfg, stdout, stderr)
	}
}

// push uploads by digest, and tags only what is complete. It prints the
// reference with its digest to stdout, and each tag to stderr.
func push(ctx context.Context, cfg pushConfig, stdout, stderr io.Writer) error {
	var nameOptions []name.Option
	if cfg.insecure {
		nameOptions = append(nameOptions, name.Insecure)
	}
	repository, err := name.NewRepository(cfg.repository, nameOptions...)
	if err != nil {
		return err
	}
	for _, tag := range cfg.tags { // before anything is uploaded
		if _, err := name.NewTag(repository.Name()+":"+tag, name.StrictValidation); err != nil {
			return err
		}
	}
	resolved, remove, err := resolveLinks(cfg.layout)
	if err != nil {
		return err
	}
	defer remove()
	index, descriptor, err := readLayout(resolved[0])
	if err != nil {
		return err
	}
	options := []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain)}
	reference := repository.Digest(descriptor.Digest.String())
	var pushed remote.Taggable
	if descriptor.MediaType.IsIndex() {
		images, err := index.ImageIndex(descriptor.Digest)
		if err != nil {
			return err
		}
		if err := remote.WriteIndex(reference, images, options...); err != nil {
			return fmt.Errorf("push %s: %w", reference, err)
		}
		pushed = images
	} else {
		image, err := index.Image(descriptor.Digest)
		if err != nil {
			return err
		}
		if err := remote.Write(reference, image, options...); err != nil {
			return fmt.Errorf("push %s: %w", reference, err)
		}
		pushed = image
	}
	if _, err := fmt.Fprintln(stdout, reference); err != nil {
		return err
	}
	for _, tag := range cfg.tags {
		tagged := repository.Tag(tag)
		if err := remote.Tag(tagged, pushed, options...); err != nil {
			return fmt.Errorf("tag %s: %w", tagged, err)
		}
		fmt.Fprintf(stderr, "tagged %s\n", tagged)
	}
	return nil
}
