package main

import (
	"context"
	"flag"
	"io"

	"github.com/inventive-weave/inventive-weave/lib/command"
	"github.com/inventive-weave/inventive-weave/lib/logging"
	"github.com/inventive-weave/inventive-weave/services/creators/server"
)

const description = `
Serves the creators API on gRPC: it ranks the creators of products by how active
they are. Metrics, health and profiles are on the metrics port. SIGTERM or
Ctrl-C stops it once the calls in flight have ended.

The subcommand healthcheck asks a running server whether it is healthy; see
creators healthcheck --help.

Examples:
  creators
  creators --host 0.0.0.0 --grpc_port 9070 --metrics_port 9071
  creators --log_format text --log_level debug
  creators healthcheck
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
	fs := command.NewFlagSet("creators", "[flags]\n       creators healthcheck [flags]", description, stdout)
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
	fs.IntVar(&cfg.GRPCPort, "grpc_port", cfg.GRPCPort, "`port` of the creators API, gRPC; 0 picks a free one, which the log names")
	fs.IntVar(&cfg.MetricsPort, "metrics_port", cfg.MetricsPort, "`port` of the operations endpoint, HTTP; 0 picks a free one, which the log names")
	fs.IntVar(&cfg.MaxMessageBytes, "max_message_bytes", cfg.MaxMessageBytes, "`bytes` that one message of a client may have")
	fs.Int64Var(&cfg.MaxCreators, "max_creators", cfg.MaxCreators, "distinct `creators` that one data set may have; memory grows with them")
	fs.Int64Var(&cfg.MaxProducts, "max_products", cfg.MaxProducts, "`products` that one data set may have")
	fs.DurationVar(&cfg.ShutdownTimeout, "shutdown_timeout", cfg.ShutdownTimeout, "`time` that calls in flight get to end before they are cut")
}
