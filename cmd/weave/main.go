package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/command"
	"github.com/inventive-weave/inventive-weave/lib/lifecycle"
	"github.com/inventive-weave/inventive-weave/lib/logging"
	creators "github.com/inventive-weave/inventive-weave/services/creators/server"
	fe "github.com/inventive-weave/inventive-weave/services/fe/server"
)

const description = `
Runs the whole backend in this process, each service on its own ports, and
prints the addresses. Ctrl-C stops it once the calls in flight have ended.

Examples:
  weave
  weave --log_format text --log_level debug
  weave --host 0.0.0.0
`

// stopGrace is what a service gets to stop beyond the shutdown timeout, which
// it keeps itself.
const stopGrace = 10 * time.Second

func main() { command.Main(run) }

// run is the program: flags, configuration, log, services, and the wait for
// their end.
func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	creatorsConfig := creators.DefaultConfig()
	creatorsConfig.FlagPrefix = "creators_"
	feConfig := fe.DefaultConfig()
	feConfig.FlagPrefix = "fe_"
	host, shutdownTimeout := creatorsConfig.Host, creatorsConfig.ShutdownTimeout
	var logs logging.Config

	fs := command.NewFlagSet("weave", "[flags]", description, stdout)
	fs.StringVar(&host, "host", host, "`address` to listen on; 0.0.0.0 is all of this machine's")
	fs.IntVar(&creatorsConfig.GRPCPort, "creators_grpc_port", creatorsConfig.GRPCPort, "`port` of the creators API, gRPC; 0 picks a free one")
	fs.IntVar(&creatorsConfig.MetricsPort, "creators_metrics_port", creatorsConfig.MetricsPort, "`port` of creators' operations endpoint, HTTP; 0 picks a free one")
	fs.Int64Var(&creatorsConfig.MaxCreators, "max_creators", creatorsConfig.MaxCreators, "distinct `creators` that one data set may have; memory grows with them")
	fs.Int64Var(&creatorsConfig.MaxProducts, "max_products", creatorsConfig.MaxProducts, "`products` that one data set may have")
	fs.IntVar(&feConfig.WebPort, "fe_web_port", feConfig.WebPort, "`port` of the frontend's pages, HTTP; 0 picks a free one")
	fs.IntVar(&feConfig.MetricsPort, "fe_metrics_port", feConfig.MetricsPort, "`port` of fe's operations endpoint, HTTP; 0 picks a free one")
	fs.DurationVar(&shutdownTimeout, "shutdown_timeout", shutdownTimeout, "`time` that each service's calls in flight get to end before they are cut")
	logs.RegisterFlags(fs)
	if err := command.Parse(fs, args); err != nil {
		return err
	}
	if err := command.NoArgs(fs); err != nil {
		return err
	}
	creatorsConfig.Host, creatorsConfig.ShutdownTimeout = host, shutdownTimeout
	feConfig.Host, feConfig.ShutdownTimeout = host, shutdownTimeout
	if err := creatorsConfig.Validate(); err != nil {
		return command.UsageError("%w", err)
	}
	if err := feConfig.Validate(); err != nil {
		return command.UsageError("%w", err)
	}
	logger, err := logging.New(stderr, logs)
	if err != nil {
		return command.UsageError("%w", err)
	}

	creatorsConfig.Logger = logger.With("service", "creators")
	creatorsServer, err := creators.New(ctx, creatorsConfig)
	if err != nil {
		return err
	}

	feConfig.Logger = logger.With("service", "fe")
	feConfig.CreatorsSvc = creatorsServer.GRPCAddr().String()
	feServer, err := fe.New(ctx, feConfig)
	if err != nil {
		creatorsServer.Close()
		return err
	}

	// A service comes after those that it calls.
	return serve(ctx, stdout, shutdownTimeout,
		service{"creators", creatorsServer, []address{
			{"gRPC", creatorsServer.GRPCAddr().String()},
			{"operations", "http://" + creatorsServer.MetricsAddr().String() + "/"},
		}},
		service{"fe", feServer, []address{
			{"web", "http://" + feServer.WebAddr().String() + "/"},
			{"operations", "http://" + feServer.MetricsAddr().String() + "/"},
		}},
	)
}

// service is a service to run, seen from here.
type service struct {
	name   string
	server interface {
		Run(ctx context.Context) error
	}
	addresses []address
}

// address is where a service can be reached.
type address struct{ what, value string }

// serve prints the addresses and runs the services until ctx ends, then stops
// them one after the other, the last one first.
func serve(ctx context.Context, stdout io.Writer, shutdownTimeout time.Duration, services ...service) error {
	var components []lifecycle.Component
	for _, s := range services {
		for _, a := range s.addresses {
			// Whoever closed standard output does not want to know.
			_, _ = fmt.Fprintf(stdout, "%-22s%s\n", s.name+" "+a.what, a.value)
		}
		running, stop := context.WithCancelCause(context.WithoutCancel(ctx))
		defer stop(nil)
		components = append(components, lifecycle.Component{
			Name:  s.name,
			Serve: func() error { return s.server.Run(running) },
			Drain: func(context.Context) error { stop(context.Cause(ctx)); return nil },
		})
	}
	return lifecycle.Run(ctx, lifecycle.Config{
		ShutdownTimeout: time.Duration(len(services)) * (shutdownTimeout + stopGrace),
	}, components...)
}
