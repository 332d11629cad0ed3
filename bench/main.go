// Bench measures the creators service and its client against the simplest
// program for the same task, side by side.
//
// For each of several data sets, which it makes itself, it runs these in turn,
// several times over:
//
//   - pipeline: the creators server and creatorclient, as they are delivered;
//   - simplest: see the folder simplest;
//   - tokens and read: the floor, see the folder floor, on one core.
//
// Each run has processes of its own, client and server, which talk gRPC over
// the loopback. That the rankings are the same is checked every time. Of each
// process it takes wall time, processor time and peak memory, and it writes
// what came out as JSON, as Markdown tables and as a plot.
//
// Elapsed times on a machine that does something else mean little. Turns, and
// medians, keep what disturbs all programs alike out of the ratios, but not out
// of the times; processor times suffer less.
//
// It takes BUILD_WORKING_DIRECTORY from the environment, as creatorclient does.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/command"
	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
)

const description = `
Measures the creators service and its client against the simplest program for
the same task, and against the floor: reading the file, and finding its JSON
tokens. Prints the tables, and writes results.json, results.md, X
memory.svg. See docs/performance.md.

The data sets: --products, and smaller ones, a tenth each, with the first of
--distributions; and --products with the other distributions.

Examples:
  bench --products 1000000
  bench --products 10000000 --sizes 2 --distributions uniform
  bench --products 100000 --creators 10 --rounds 11 --out /tmp/results
`

func main() {
	command.Main(program{folder: os.Getenv("BUILD_WORKING_DIRECTORY")}.run)
}

// program is what the process gives besides arguments and streams.
type program struct {
	// folder is where relative paths of the user begin. Empty is the process's.
	folder string
}

// config is what the flags say.
type config struct {
	plan     plan
	programs programs
	rounds   int
	// simplestMax is the most products that the simplest program gets.
	simplestMax int64
	top         int
	runTimeout  time.Duration
	timeout     time.Duration
	out         string
	scratch     string
}

// run is the program: flags, programs, data sets, measurements, report.
func (p program) run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	cfg, err := parse(args, stdout)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, cfg.timeout, fmt.Errorf("it took longer than --timeout %v", cfg.timeout))
	defer cancel()

	folder, err := os.MkdirTemp(p.path(cfg.scratch), "weave-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // The data sets, which can be made again.
	r, err := measure(ctx, cfg, folder, stderr)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	out := p.path(cfg.out)
	if out == "" {
		out = filepath.Join(os.TempDir(), "weave-bench")
	}
	if err := r.save(out); err != nil {
		return fmt.Errorf("save results: %w", err)
	}
	if _, err := io.WriteString(stdout, r.markdown()); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "bench: results.json, results.md and plot.svg are in %s\n", out)
	return nil
}

// path resolves a path of the user. The empty one stays.
func (p program) path(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.folder, path)
}

// parse reads the flags and says what is wrong with them.
func parse(args []string, stdout io.Writer) (config, error) {
	cfg := config{programs: newPrograms()}
	var distributions string
	fs := command.NewFlagSet("bench", "[flags]", description, stdout)
	fs.Int64Var(&cfg.plan.products, "products", 1_000_000, "`number` of products of the largest data set, 100 to 10,000,000")
	fs.Int64Var(&cfg.plan.creators, "creators", 0, "`number` of creators, 10 to 1,000,000; 0 is a tenth of the products, 100,000 at most")
	fs.IntVar(&cfg.plan.sizes, "sizes", 3, "`number` of sizes of data sets, each a tenth of the one before")
	fs.StringVar(&distributions, "distributions", "uniform,zipf,one", "how creators share the products: a `list` of uniform, zipf and one, who has them all")
	fs.Uint64Var(&cfg.plan.seed, "seed", 1, "`number` that makes one data set differ from another")
	fs.IntVar(&cfg.rounds, "rounds", 5, "`number` of runs of each program and data set")
	fs.Int64Var(&cfg.simplestMax, "simplest_max", 2_000_000, "most `products` to run the simplest program with; it takes a gigabyte for a million")
	fs.IntVar(&cfg.top, "top", 10, "`number` of creators to ask for")
	fs.DurationVar(&cfg.runTimeout, "run_timeout", 2*time.Minute, "`time` after which to give up a run")
	fs.DurationVar(&cfg.timeout, "timeout", 30*time.Minute, "`time` after which to give up altogether")
	fs.StringVar(&cfg.out, "out", "", "`folder` for the results; weave-bench in the one for temporary files without it")
	fs.StringVar(&cfg.scratch, "scratch", "", "`folder` for data sets, which are deleted at the end; the one for temporary files without it")
	cfg.programs.registerFlags(fs)
	if err := command.Parse(fs, args); err != nil {
		return cfg, err
	}
	if err := command.NoArgs(fs); err != nil {
		return cfg, err
	}
	for name := range strings.SplitSeq(distributions, ",") {
		cfg.plan.distributions = append(cfg.plan.distributions, generate.Distribution(strings.TrimSpace(name)))
	}
	return cfg, cfg.validate()
}

func (c *config) validate() error {
	if err := c.plan.validate(); err != nil {
		return command.UsageError("%w", err)
	}
	switch {
	case c.rounds < 1 || c.rounds > 101:
		return command.UsageError("--rounds must be from 1 to 101, not %d", c.rounds)
	case c.top < 1:
		return command.UsageError("--top must be at least 1, not %d", c.top)
	case c.runTimeout <= 0 || c.timeout <= 0:
		return command.UsageError("--run_timeout and --timeout must be more than 0")
	}
	return nil
}
