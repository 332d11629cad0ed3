// Command ocitool makes, loads and pushes container images from the files that
// Bazel hands it. It does the work behind the stand-in modules rules_oci and
// tar.bzl, on machines that cannot have the genuine ones.
//
// It knows what this repository's BUILD files use of those rules and no more:
// what it does not know is an error, never a guess. People do not call it;
// `./bazelw build //oci/...` does. The same inputs make the same bytes.
package main

import (
	"context"
	"flag"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

func main() { command.Main(run) }

// subcommand declares its flags, which args are then parsed with, and returns
// what to do.
type subcommand func(fs *flag.FlagSet) func(ctx context.Context, stdout, stderr io.Writer) error

var subcommands = map[string]subcommand{
	"tar":     tarCommand,
	"image":   imageCommand,
	"index":   indexCommand,
	"digest":  digestCommand,
	"tarball": tarballCommand,
	"push":    pushCommand,
}

func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	known := strings.Join(slices.Sorted(maps.Keys(subcommands)), ", ")
	if len(args) == 0 {
		return command.UsageError("want a subcommand: %s", known)
	}
	declare, ok := subcommands[args[0]]
	if !ok {
		return command.UsageError("unknown subcommand %q, want one of %s", args[0], known)
	}
	fs := command.NewFlagSet("ocitool "+args[0], "[flags]", "", stdout)
	do := declare(fs)
	if err := command.Parse(fs, args[1:]); err != nil {
		return err
	}
	if err := command.NoArgs(fs); err != nil {
		return err
	}
	return do(ctx, stdout, stderr)
}

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// required is a usage error when a flag that a subcommand cannot do without is
// missing. pairs are names and values.
func required(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			return command.UsageError("--%s is required", pairs[i])
		}
	}
	return nil
}
