// Command cachecheck shows that Bazel's caching is real: a second
// `bazel test //...` runs no action at all, and after a change to one service
// only what depends on that service's source runs again.
//
// It judges by Bazel's build event protocol, never by the clock, and works in a
// clone of its own, so that the checkout it is started in stays as it is:
//
//	go run ./tools/cachecheck
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/inventive-weave/inventive-weave/lib/command"
)

// touched is the source that the check changes: the middle of a service, with
// dependents inside and outside of it.
const (
	touched       = "services/creators/activity/aggregator.go"
	touchedTarget = "//services/creators/activity"
	// These read every source, and so depend on the touched one by design.
	wholeTree = "//tools/format/..."
)

func main() { command.Main(run) }

func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	fs := command.NewFlagSet("cachecheck", "", "Shows that a second test run runs nothing, and that a change reruns only its dependents.", stdout)
	if err := command.Parse(fs, args); err != nil {
		return err
	}
	if err := command.NoArgs(fs); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(cacheDir(), "cachecheck-")
	if err != nil {
		return fmt.Errorf("make a scratch folder: %w", err)
	}
	defer os.RemoveAll(scratch)
	ws := &workspace{dir: filepath.Join(scratch, "clone"), events: filepath.Join(scratch, "events.json"), stderr: stderr}
	if err := ws.clone(ctx); err != nil {
		return err
	}
	defer ws.bazel(context.WithoutCancel(ctx), "clean", "--expunge")

	// First of all: a query has other options than a test, and the tests after it
	// are analyzed anew.
	dependents, err := ws.query(ctx, fmt.Sprintf("rdeps(//..., %s) union %s", touchedTarget, wholeTree))
	if err != nil {
		return err
	}

	fmt.Fprintln(stdout, "first run: whatever the disk cache does not have is built and tested")
	if _, err := ws.test(ctx); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "second run: nothing may run")
	second, err := ws.test(ctx)
	if err != nil {
		return err
	}
	if ran := second.ran(); len(ran) > 0 {
		return fmt.Errorf("the second run ran %d actions, the first of them for %s", len(ran), ran[0])
	}
	fmt.Fprintf(stdout, "  %d tests, all cached; no action ran\n", len(second.tests))

	fmt.Fprintf(stdout, "third run: after a change to %s only its dependents may run\n", touched)
	if err := ws.touch(); err != nil {
		return err
	}
	third, err := ws.test(ctx)
	if err != nil {
		return err
	}
	ran := third.ran()
	for _, label := range ran {
		if !slices.Contains(dependents, label) {
			return fmt.Errorf("%s ran again, but does not depend on %s", label, touched)
		}
	}
	if !slices.ContainsFunc(ran, func(l string) bool { return strings.HasPrefix(l, touchedTarget+":") }) {
		return fmt.Errorf("%s did not run again after the change", touchedTarget)
	}
	fmt.Fprintf(stdout, "  %d of %d tests ran again, %d targets had an action; all of them depend on it\n",
		third.executedTests(), len(third.tests), len(ran))
	return nil
}

// cacheDir is where bazelw keeps its own things: not in /tmp, which Bazel's
// sandbox hides from actions.
func cacheDir() string {
	base, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	dir := filepath.Join(base, "inventive-weave")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return ""
	}
	return dir
}

// workspace is a clone with an output base of its own.
type workspace struct {
	dir    string
	events string
	stderr io.Writer
}

func (w *workspace) clone(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "git", "clone", "--quiet", ".", w.dir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("clone the checkout: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// touch changes the source without changing what it does.
func (w *workspace) touch() error {
	path := filepath.Join(w.dir, touched)
	src, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("change a source: %w", err)
	}
	// Another value each time, lest the disk cache has it from an earlier check.
	src = fmt.Appendf(src, "\nvar cachecheck = %q\n\nfunc init() { _ = cachecheck }\n", w.dir)
	return os.WriteFile(path, src, 0o644)
}

// bazel runs the clone's launcher and returns its standard output.
func (w *workspace) bazel(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "./bazelw", args...)
	cmd.Dir = w.dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		w.stderr.Write(stderr.Bytes())
		return nil, fmt.Errorf("bazelw %s: %w", strings.Join(args, " "), err)
	}
	return stdout.Bytes(), nil
}

func (w *workspace) test(ctx context.Context) (*build, error) {
	if _, err := w.bazel(ctx, "test", "--build_event_json_file="+w.events, "--build_event_publish_all_actions", "//..."); err != nil {
		return nil, err
	}
	f, err := os.Open(w.events)
	if err != nil {
		return nil, fmt.Errorf("read build events: %w", err)
	}
	defer f.Close()
	return readBuild(f)
}

// query returns labels, with configurations among them: cquery, since query would
// also follow what these builds do not use, such as Bazel's coverage tools.
func (w *workspace) query(ctx context.Context, expr string) ([]string, error) {
	out, err := w.bazel(ctx, "cquery", "--output=label", expr)
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(out)), nil
}
