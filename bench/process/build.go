package process

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

const module = "github.com/inventive-weave/inventive-weave/"

// Program is one that a benchmark needs.
type Program struct {
	// Source is the folder of its package, from the root of the repository.
	Source string
	// Path is the program itself. Locate sets it where it is empty, as it isn't
	// when Bazel has built the program.
	Path string
}

// Name is the last part of the source.
func (p *Program) Name() string { return filepath.Base(p.Source) }

// Locate makes the path absolute. A program without one is built with the go
// command, into folder, which takes the repository to be the working directory.
func (p *Program) Locate(ctx context.Context, folder string) (err error) {
	if p.Path != "" {
		p.Path, err = filepath.Abs(p.Path)
		return err
	}
	p.Path = filepath.Join(folder, p.Name())
	out, err := exec.CommandContext(ctx, "go", "build", "-o", p.Path, module+p.Source).CombinedOutput()
	if err == nil {
		return nil
	}
	if text := strings.TrimSpace(string(out)); text != "" {
		err = errors.New(text)
	}
	return fmt.Errorf("build %s: %w", p.Name(), err)
}
