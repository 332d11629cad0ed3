package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

const (
	module        = "github.com/inventive-weave/inventive-weave/"
	updateCommand = "./bazelw run //proto:update"
)

// protocVersion is the line of a stub that names the compiler. It says nothing
// about the code, and differs between machines with and without the registry.
var protocVersion = regexp.MustCompile(`(?m)^// [-\t ]*protoc +v.*\n`)

func main() { command.Main(run) }

func run(_ context.Context, args []string, _ io.Reader, stdout, _ io.Writer) error {
	fs := command.NewFlagSet("stubs", "[--check|--update] GENERATED...", "Keeps checked-in stubs equal to generated ones.", stdout)
	check := fs.Bool("check", false, "fail when a checked-in stub differs")
	update := fs.Bool("update", false, "write the checked-in stubs")
	if err := command.Parse(fs, args); err != nil {
		return err
	}
	if *check == *update || fs.NArg() == 0 {
		return command.UsageError("give --check or --update, and the generated files")
	}
	root := "."
	if *update {
		// bazel run says where the workspace is; the working directory is not in it.
		if root = os.Getenv("BUILD_WORKSPACE_DIRECTORY"); root == "" {
			return errors.New("BUILD_WORKSPACE_DIRECTORY is not set: run " + updateCommand)
		}
	}
	var stale []string
	for _, generated := range fs.Args() {
		dest, err := destination(generated)
		if err != nil {
			return err
		}
		want, err := os.ReadFile(generated)
		if err != nil {
			return fmt.Errorf("read generated stub: %w", err)
		}
		want = protocVersion.ReplaceAll(want, nil)
		path := filepath.Join(root, dest)
		have, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("read checked-in stub: %w", err)
		}
		if bytes.Equal(have, want) {
			continue
		}
		if *check {
			stale = append(stale, dest)
			continue
		}
		if err := os.WriteFile(path, want, 0o644); err != nil {
			return fmt.Errorf("write checked-in stub: %w", err)
		}
		fmt.Fprintln(stdout, "wrote", dest)
	}
	if len(stale) > 0 {
		return fmt.Errorf("%s: not what the .proto files generate; run %s", strings.Join(stale, ", "), updateCommand)
	}
	return nil
}

// destination returns the place in the repository of a generated file.
func destination(generated string) (string, error) {
	_, dest, found := strings.Cut(filepath.ToSlash(generated), module)
	if !found {
		return "", fmt.Errorf("%s: not in a folder of module %s", generated, module)
	}
	return dest, nil
}
