package main

import (
	"context"
	"flag"
	"io"

	"github.com/inventive-weave/inventive-weave/lib/command"
	"github.com/inventive-weave/inventive-weave/lib/logging"
	"github.com/inventive-weave/inventive-weave/services/fe/server"
)

const description = `
Serves the demo frontend: a page that ranks the creators of products, and the
same as a JSON API. It asks the creators service, which need not be there yet.
Metrics, health and profiles are on the metrics port. SIGTERM or Ctrl-C stops it
once the requests in flight have ended.

The subcommand healthcheck asks a running server whether it is healthy; see
fe healthcheck --help.

Examples:
  fe
  fe --creators_svc creators:9070 --host 0.0.0.0
  fe --max_upload 1073741824 --log_format text
  fe healthcheck
`

func main() { command.Main(run) }

// run is the program: flags, configuration, log, server, and the wait for its
// end.
func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "healthcheck" {
		return healthcheck(ctx, args[1:], stdout)
	}

	cfg := server.DefaultConfig()
	var logs logging.Config
	fs := command.NewFlagSet("fe", "[flags]\n       fe healthcheck [flags]", description, stdout)
	registerFlags(fs, &cfg)
	logs.RegisterFlags(fs)
	if err := command.Parse(fs, args); err != nil {
		return err
	}
	if err := command.NoArgs(fs); err != nil {
		return err
	}
	if err := cfg.Validate(); err != nil {
		return command.UsageError("%w", err)
	}

	logger, err := logging.New(stderr, logs)
	if err != nil {
		return command.UsageError("%w", err)
	}
	cfg.Logger = logger

	s, err := server.New(ctx, cfg)
	if err != nil {
		return err
	}
	return s.Run(ctx)
}

// registerFlags declares the flags that fill cfg, whose values are the
// defaults.
func registerFlags(fs *flag.FlagSet, cfg *server.Config) {
	fs.StringVar(&cfg.Host, "host", cfg.Host, "`address` to listen on; 0.0.0.0 is all of this machine's")
	fs.IntVar(&cfg.WebPort, "web_port", cfg.WebPort, "`port` of the pages and their API, HTTP; 0 picks a free one, which the log names")
	fs.IntVar(&cfg.MetricsPort, "metrics_port", cfg.MetricsPort, "`port` of the operations endpoint, HTTP; 0 picks a free one, which the log names")
	fs.StringVar(&cfg.CreatorsSvc, "creators_svc", cfg.CreatorsSvc, "`address` of the creators service")
	fs.DurationVar(&cfg.CreatorsTimeout, "creators_timeout", cfg.CreatorsTimeout, "`time` that creators may keep a request waiting; sending it does not count")
	fs.Int64Var(&cfg.MaxUpload, "max_upload", cfg.MaxUpload, "`bytes` that one request may have")
	fs.DurationVar(&cfg.ShutdownTimeout, "shutdown_timeout", cfg.ShutdownTimeout, "`time` that requests in flight get to end before they are cut")
}
