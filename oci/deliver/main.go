// Command deliver loads all images into the local engine, or pushes all of
// them to a registry. It is what `bazel run //oci:load` and `bazel run
// //oci:push` run.
//
// It runs each image's own oci_load or oci_push target, which do the work, and
// adds what concerns all of them: one registry, one order, one exit code.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

func main() {
	command.Main(func(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
		return run(ctx, args, delivery{runfiles: runfilesFolder(os.Args[0]), stdout: stdout, stderr: stderr})
	})
}

// delivery is what a run works with.
type delivery struct {
	runfiles       string // folder of the files that Bazel hands over
	stdout, stderr io.Writer
}

// target is an image's oci_load or oci_push target.
type target struct {
	repository string // weave/creators
	script     string // to run
	digest     string // file with the image's digest; only for push
}

func run(ctx context.Context, args []string, d delivery) error {
	if len(args) == 0 {
		return command.UsageError("want load or push")
	}
	switch args[0] {
	case "load":
		return load(ctx, args[1:], d)
	case "push":
		return push(ctx, args[1:], d)
	default:
		return command.UsageError("unknown subcommand %q, want load or push", args[0])
	}
}

const loadDescription = `
Loads all images into the local engine: docker, podman or nerdctl.
`

func load(ctx context.Context, args []string, d delivery) error {
	fs := command.NewFlagSet("bazel run //oci:load", "", loadDescription, d.stdout)
	if err := command.Parse(fs, args); err != nil {
		return err
	}
	targets, err := parseTargets(fs.Args(), 2)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if err := d.execute(ctx, d.stdout, t); err != nil {
			return fmt.Errorf("load %s: %w", t.repository, err)
		}
	}
	return nil
}

const pushDescription = `
Pushes all images to a registry, each for all its platforms: first every image
by its digest, then, once all are there, every tag. It prints a line for each
reference. Credentials are those of docker login.

Examples:
  bazel run //oci:push -- --registry registry.example.com/team --tag 1.4.0 --tag latest
  bazel run //oci:push -- --registry localhost:5000
`

// tagSyntax is what registries take as a tag.
var tagSyntax = regexp.MustCompile(`^\w[\w.-]{0,127}$`)

func push(ctx context.Context, args []string, d delivery) error {
	fs := command.NewFlagSet("bazel run //oci:push", "-- --registry HOST[/PREFIX] [--tag TAG]...", pushDescription, d.stdout)
	registry := fs.String("registry", "", "`host[/prefix]` to push to; the images are weave/creators and so on below it")
	insecure := fs.Bool("insecure", false, "talk plain HTTP to a registry that is not on this machine")
	var tags []string
	fs.Func("tag", "`tag` to set; may be repeated", func(tag string) error {
		if !tagSyntax.MatchString(tag) {
			return errors.New("want letters, digits, _, . and -, at most 128")
		}
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
		return nil
	})
	if err := command.Parse(fs, args); err != nil {
		return err
	}
	targets, err := parseTargets(fs.Args(), 3)
	if err != nil {
		return err
	}
	prefix := strings.TrimSuffix(*registry, "/")
	switch {
	case prefix == "":
		return command.UsageError("--registry is required: where to push to, as in registry.example.com/team")
	case strings.Contains(prefix, "://") || strings.ContainsAny(prefix, "@ "):
		return command.UsageError("--registry %s: want a host and perhaps a path, as in registry.example.com/team", *registry)
	}

	var common []string
	if *insecure {
		common = append(common, "--insecure")
	}
	digests := make([]string, len(targets))
	for i, t := range targets {
		repository := prefix + "/" + t.repository
		if digests[i], err = d.digest(t); err != nil {
			return fmt.Errorf("push %s: %w", repository, err)
		}
		if err := d.execute(ctx, d.stderr, t, slices.Concat(common, []string{"--repository", repository})...); err != nil {
			return fmt.Errorf("push %s: %w", repository, err)
		}
		fmt.Fprintf(d.stdout, "%s@%s\n", repository, digests[i])
	}
	if len(tags) == 0 {
		return nil
	}
	for i, t := range targets {
		repository := prefix + "/" + t.repository
		args := slices.Concat(common, []string{"--repository", repository})
		for _, tag := range tags {
			args = append(args, "--tag", tag)
		}
		if err := d.execute(ctx, d.stderr, t, args...); err != nil {
			return fmt.Errorf("tag %s: %w", repository, err)
		}
		for _, tag := range tags {
			fmt.Fprintf(d.stdout, "%s:%s@%s\n", repository, tag, digests[i])
		}
	}
	return nil
}

// parseTargets reads the arguments that the build adds: a repository and the
// target's files, joined by =.
func parseTargets(args []string, parts int) ([]target, error) {
	var targets []target
	for _, arg := range args {
		fields := strings.Split(arg, "=")
		if len(fields) != parts || slices.Contains(fields, "") {
			return nil, command.UsageError("unknown argument %q", arg)
		}
		t := target{repository: fields[0], script: fields[1]}
		if parts > 2 {
			t.digest = fields[2]
		}
		targets = append(targets, t)
	}
	if len(targets) == 0 {
		return nil, errors.New("there are no images")
	}
	return targets, nil
}

// execute runs a target's script.
func (d delivery) execute(ctx context.Context, stdout io.Writer, t target, args ...string) error {
	cmd := exec.CommandContext(ctx, d.file(t.script), args...)
	cmd.Stdout, cmd.Stderr = stdout, d.stderr
	// The script finds its files as Bazel's own libraries do.
	cmd.Env = append(os.Environ(), "RUNFILES_DIR="+d.runfiles, "RUNFILES_MANIFEST_FILE=", "JAVA_RUNFILES="+d.runfiles)
	return cmd.Run()
}

// digest reads the digest of an image that was built.
func (d delivery) digest(t target) (string, error) {
	text, err := os.ReadFile(d.file(t.digest))
	if err != nil {
		return "", err
	}
	digest := strings.TrimSpace(string(text))
	if !strings.HasPrefix(digest, "sha256:") {
		return "", fmt.Errorf("%s holds no digest: %q", t.digest, digest)
	}
	return digest, nil
}

func (d delivery) file(name string) string {
	return filepath.Join(d.runfiles, filepath.FromSlash(path.Clean(name)))
}

// runfilesFolder is where Bazel puts a program's files: in the folder that a
// caller names, otherwise beside the program.
func runfilesFolder(program string) string {
	if dir := os.Getenv("RUNFILES_DIR"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs(program + ".runfiles")
	if err != nil {
		return program + ".runfiles"
	}
	return dir
}
