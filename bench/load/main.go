// Load puts the plain call of a creators server under load: many clients at
// once, each with the same small data set, over the loopback. It starts the
// server, a process of its own, and prints what ghz and the system say.
//
// The clients are ghz, which runs as a program: its module needs dozens of
// others, most of them for a web server of its own, and none of them belongs
// into what the repository's programs are built from. Without --ghz_bin the go
// command fetches, builds and caches the version below.
//
// Clients and server share the machine, so the rate is what both reach
// together.
//
// It takes BUILD_WORKING_DIRECTORY from the environment, as creatorclient does.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/inventive-weave/inventive-weave/bench/process"
	"github.com/inventive-weave/inventive-weave/lib/command"
	"github.com/inventive-weave/inventive-weave/lib/dataset"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	"github.com/inventive-weave/inventive-weave/testdata"
)

const description = `
Starts a creators server and puts its plain call under load with ghz, which the
go command fetches unless --ghz_bin names one. Prints rates and latencies, and
the processor time and memory of the server.

Examples:
  load
  load --requests 100000 --concurrency 200 --connections 8
  load --top 0 mine.json
`

// ghzPackage is what the go command runs.
const ghzPackage = "github.com/bojand/ghz/cmd/ghz@v0.121.0"

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
	creators                           process.Program
	ghz                                string
	requests, concurrency, connections int
	top                                int
	timeout                            time.Duration
	file                               string
}

// run is the program: flags, request, server, load, report.
func (p program) run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	cfg, err := parse(args, stdout)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, cfg.timeout, fmt.Errorf("it took longer than --timeout %v", cfg.timeout))
	defer cancel()
	message, err := p.request(cfg)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "weave-load-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // The request, which can be made again.
	file := filepath.Join(folder, "request.pb")
	if err := os.WriteFile(file, message, 0o600); err != nil {
		return err
	}
	if err := cfg.creators.Locate(ctx, folder); err != nil {
		return err
	}

	fmt.Fprintf(stderr, "load: %d requests of %d bytes\n", cfg.requests, len(message))
	server, err := process.StartServer(ctx, cfg.creators.Path, "--grpc_port=0", "--metrics_port=0")
	if err != nil {
		return err
	}
	report, _, err := process.Run(ctx, nil, cfg.command(server.Addr, file)...)
	usage, stopErr := server.Stop()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("run ghz: %w", err)
	case stopErr != nil:
		return stopErr
	}
	fmt.Fprintf(stdout, "%s\nServer:\n  Processor time: %.2f s, %.0f µs per request\n  Peak memory:    %.1f MB\n",
		bytes.TrimRight(report, "\n"), usage.CPU.Seconds(),
		float64(usage.CPU.Microseconds())/float64(cfg.requests), float64(usage.PeakBytes)/1e6)
	return nil
}

// parse reads the flags and says what is wrong with them.
func parse(args []string, stdout io.Writer) (config, error) {
	cfg := config{creators: process.Program{Source: "services/creators"}}
	fs := command.NewFlagSet("load", "[flags] [file]", description, stdout)
	fs.IntVar(&cfg.requests, "requests", 20_000, "`number` of requests")
	fs.IntVar(&cfg.concurrency, "concurrency", 50, "`number` of requests at the same time")
	fs.IntVar(&cfg.connections, "connections", 2, "`number` of connections")
	fs.IntVar(&cfg.top, "top", 10, "`number` of creators to ask for; 0 asks for all")
	fs.DurationVar(&cfg.timeout, "timeout", 10*time.Minute, "`time` after which to give up")
	fs.StringVar(&cfg.ghz, "ghz_bin", "", "`path` of ghz; the go command runs "+ghzPackage+" without it")
	fs.StringVar(&cfg.creators.Path, "creators_bin", "", "`path` of the program creators; built with go build without it")
	if err := command.Parse(fs, args); err != nil {
		return cfg, err
	}
	switch {
	case fs.NArg() > 1:
		return cfg, command.UsageError("one file at a time, not %d", fs.NArg())
	case cfg.connections < 1 || cfg.concurrency < cfg.connections || cfg.requests < cfg.concurrency:
		return cfg, command.UsageError("want at least one connection, as many requests at a time as connections, and as many requests as at a time")
	case cfg.top < 0:
		return cfg, command.UsageError("--top must not be negative")
	case cfg.timeout <= 0:
		return cfg, command.UsageError("--timeout must be more than 0")
	}
	cfg.file = fs.Arg(0)
	return cfg, nil
}

// command is the command line of ghz. It asks the server for the description
// of the call.
func (c *config) command(addr, file string) []string {
	ghz := []string{"go", "run", ghzPackage}
	if c.ghz != "" {
		ghz = []string{c.ghz}
	}
	return append(ghz, "--insecure", "--call=weave.creators.v1.CreatorsService/MostActiveCreators",
		"--binary-file="+file, "--total="+strconv.Itoa(c.requests), "--concurrency="+strconv.Itoa(c.concurrency),
		"--connections="+strconv.Itoa(c.connections), addr)
}

// request encodes the plain call's request for the file, or for the example
// without one.
func (p program) request(cfg config) ([]byte, error) {
	data, err := p.read(cfg.file)
	if err != nil {
		return nil, err
	}
	request := &creatorsv1.MostActiveCreatorsRequest{Limit: int32(cfg.top)}
	_, err = dataset.Decode(bytes.NewReader(data), dataset.Visitor{
		Creator: func(c *dataset.Creator) error {
			request.Creators = append(request.Creators, &creatorsv1.Creator{Id: string(c.ID), Email: string(c.Email)})
			return nil
		},
		Product: func(p *dataset.Product) error {
			product := &creatorsv1.Product{Id: string(p.ID), CreatorId: string(p.CreatorID)}
			if p.HasTime {
				product.CreateTime = &timestamppb.Timestamp{Seconds: p.Seconds, Nanos: p.Nanos}
			}
			request.Products = append(request.Products, product)
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	return proto.Marshal(request)
}

// read reads the file, or the example without one.
func (p program) read(path string) ([]byte, error) {
	if path == "" {
		return testdata.Files.ReadFile("example1.json")
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(p.folder, path)
	}
	return os.ReadFile(path)
}
