// Package command is what the main functions of all programs share: the signal
// context, flags with good help, usage errors, exit codes, and one clear line
// for whatever went wrong.
//
// It reads no environment and no files, and knows nothing of servers; package
// lifecycle starts and stops those.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

// Exit codes of every program.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// Run is a program without its process: everything that it takes from the
// process is a parameter, so that tests can run it. args does not hold the
// program's name. ctx ends on the first SIGINT or SIGTERM.
type Run func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error

// Main runs a program and ends the process: with 0 when run returns nil or
// flag.ErrHelp, with 2 when it returns a usage error, with 1 otherwise. An
// error is printed to standard error as one line, "NAME: what happened".
//
// The first SIGINT or SIGTERM ends run's context. From then on signals are not
// caught, so that a second one kills a program that does not stop.
func Main(run Run) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, run, os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// execute is Main without the process.
func execute(ctx context.Context, run Run, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	name := "program"
	if len(args) > 0 {
		name = strings.TrimSuffix(filepath.Base(args[0]), ".exe")
		args = args[1:]
	}
	err := run(ctx, args, stdin, stdout, stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitDone
	case IsUsage(err):
		fmt.Fprintf(stderr, "%s: %s (see %s --help)\n", name, oneLine(err), name)
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		// "context canceled" says nothing to people; the cause names the signal.
		fmt.Fprintf(stderr, "%s: %s\n", name, oneLine(context.Cause(ctx)))
		return exitFailed
	default:
		fmt.Fprintf(stderr, "%s: %s\n", name, oneLine(err))
		return exitFailed
	}
}

// oneLine is err's message without line breaks, which errors.Join puts between
// its errors.
func oneLine(err error) string {
	var parts []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, "; ")
}

// usageError marks an error as the caller's: the program was used wrongly.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// UsageError makes an error that says that the program was used wrongly (exit
// code 2). It formats as fmt.Errorf does, %w included.
func UsageError(format string, a ...any) error {
	return &usageError{err: fmt.Errorf(format, a...)}
}

// IsUsage tells whether err, or an error that it wraps, is a usage error.
func IsUsage(err error) bool {
	var usage *usageError
	return errors.As(err, &usage)
}
