// Creatorclient asks the creators service who the most active creators of a
// data set are, and prints the answer.
//
// It reads the data set, in the format of package dataset, from a file or from
// standard input, and sends it while it reads. The ranking goes to standard
// output, as text for people or as JSON for programs; print.go says what the
// JSON looks like. Everything else goes to standard error. The exit code is 0
// when there is a ranking, 1 when there is none, and 2 when the program was
// used wrongly.
//
// The only thing that it takes from the environment, besides the time zone, is
// BUILD_WORKING_DIRECTORY: "bazel run" starts programs in a folder of its own
// and puts the one of the user's shell there, where relative paths then begin.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/inventive-weave/inventive-weave/lib/command"
	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
)

const description = `
Prints the most active creators of a data set: those with the most products,
among equals those with the newest product first. The data set is the JSON file,
or standard input without one or for "-".

Examples:
  creatorclient testdata/example1.json
  creatorclient --embedded --top 10 testdata/example1.json
  cat testdata/example1.json | creatorclient --creators_svc localhost:9070
  creatorclient --output json data.json | jq .creators[0].email
`

func main() {
	command.Main(program{
		folder:     os.Getenv("BUILD_WORKING_DIRECTORY"),
		local:      time.Local,
		isTerminal: isTerminal,
	}.run)
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// program is what the process gives besides arguments and streams.
type program struct {
	// folder is where relative paths begin. Empty is the process's.
	folder string
	// local is the time zone to print times in.
	local *time.Location
	// isTerminal reports whether a stream is a terminal.
	isTerminal func(stream any) bool
}

// config is what the flags say.
type config struct {
	creatorsSvc string
	top         int
	output      string
	timeout     time.Duration
	embedded    bool
	progress    string
	file        string
}

// run is the program: flags, input, connection, question, answer.
func (p program) run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	cfg, err := parse(args, stdout)
	if err != nil {
		return err
	}
	in, err := p.open(cfg.file, stdin)
	if err != nil {
		return err
	}
	defer in.close()
	conn, err := connect(cfg)
	if err != nil {
		return err
	}
	defer conn.close()
	if in.interactive {
		fmt.Fprintln(stderr, "creatorclient: waiting for a data set on standard input; Ctrl-D ends it, Ctrl-C gives up")
	}

	if cfg.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, cfg.timeout)
		defer cancel()
	}
	bar := newProgress(cfg.progress, stderr, p.isTerminal(stderr), in.size)
	client := creatorsclient.New(conn, creatorsclient.Config{Progress: bar.update})
	ranking, err := client.MostActive(ctx, in.reader, cfg.top)
	bar.end()
	if err != nil {
		return explain(err, in.name, cfg)
	}
	if cfg.output == outputJSON {
		err = printJSON(stdout, ranking, p.local)
	} else {
		err = printText(stdout, ranking, p.local)
	}
	if err != nil {
		return fmt.Errorf("print ranking: %w", err)
	}
	return nil
}

// parse reads the flags and says what is wrong with them.
func parse(args []string, stdout io.Writer) (config, error) {
	var cfg config
	fs := command.NewFlagSet("creatorclient", "[flags] [file]", description, stdout)
	fs.StringVar(&cfg.creatorsSvc, "creators_svc", "localhost:9070", "`address` of the creators service, HOST:PORT")
	fs.IntVar(&cfg.top, "top", 3, "`number` of creators to print; 0 prints all")
	fs.StringVar(&cfg.output, "output", outputText, "`format` to print: text or json")
	fs.DurationVar(&cfg.timeout, "timeout", 0, "`time` after which to give up, as in 30s, reading included; 0 is never")
	fs.BoolVar(&cfg.embedded, "embedded", false, "rank in this process; needs no server")
	fs.StringVar(&cfg.progress, "progress", progressAuto, "`when` to show progress: always, never, or auto, which is on a terminal for more than 4 MB")
	if err := command.Parse(fs, args); err != nil {
		return cfg, err
	}

	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case fs.NArg() > 1:
		return cfg, command.UsageError("one file at a time, not %d", fs.NArg())
	case cfg.top < 0:
		return cfg, command.UsageError("--top must not be negative")
	case cfg.output != outputText && cfg.output != outputJSON:
		return cfg, command.UsageError("--output must be text or json, not %q", cfg.output)
	case cfg.timeout < 0:
		return cfg, command.UsageError("--timeout must not be negative")
	case cfg.progress != progressAuto && cfg.progress != progressAlways && cfg.progress != progressNever:
		return cfg, command.UsageError("--progress must be auto, always or never, not %q", cfg.progress)
	case cfg.embedded && given["creators_svc"]:
		return cfg, command.UsageError("--embedded uses no server, so --creators_svc can't be given with it")
	}
	cfg.file = fs.Arg(0)
	return cfg, nil
}
