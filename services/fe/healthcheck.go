package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/inventive-weave/inventive-weave/lib/command"
	"github.com/inventive-weave/inventive-weave/services/fe/server"
)

const healthcheckDescription = `
Asks the frontend on this machine whether it is healthy, through its operations
endpoint. It prints one line and exits with 0 when it is, with 1 otherwise.
A frontend is healthy while it answers; with --ready it also has to reach the
creators service.
`

// healthcheck is the subcommand.
func healthcheck(ctx context.Context, args []string, stdout io.Writer) error {
	defaults := server.DefaultConfig()
	fs := command.NewFlagSet("fe healthcheck", "[flags]", healthcheckDescription, stdout)
	host := fs.String("host", defaults.Host, "`address` that the server listens on; 0.0.0.0 is asked on this machine")
	port := fs.Int("metrics_port", defaults.MetricsPort, "`port` of the operations endpoint")
	ready := fs.Bool("ready", false, "ask whether it should get visitors, too")
	timeout := fs.Duration("timeout", 3*time.Second, "`time` that it gets to answer")
	if err := command.Parse(fs, args); err != nil {
		return err
	}
	if err := command.NoArgs(fs); err != nil {
		return err
	}
	if *port < 1 || *port > 65535 {
		return command.UsageError("--metrics_port must be from 1 to 65535, not %d", *port)
	}
	if *timeout <= 0 {
		return command.UsageError("--timeout must be more than 0")
	}

	target, path, word := net.JoinHostPort(*host, strconv.Itoa(*port)), "/healthz", "healthy"
	if *ready {
		path, word = "/readyz", "ready"
	}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	answer, err := ask(ctx, "http://"+target+path)
	if err != nil {
		return fmt.Errorf("%s gives no answer: %w", target, err)
	}
	if answer.status != http.StatusOK {
		return fmt.Errorf("%s is not %s: %s", target, word, strings.TrimPrefix(answer.line, "not ready: "))
	}
	_, err = fmt.Fprintf(stdout, "%s is %s\n", target, word)
	return err
}

// answer is what the operations endpoint says.
type answer struct {
	status int
	line   string
}

// ask gets the endpoint's answer, without any proxy in between.
func ask(ctx context.Context, address string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return answer{}, err
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		var outer *url.Error // which repeats the address
		if errors.As(err, &outer) {
			err = outer.Err
		}
		return answer{}, err
	}
	defer response.Body.Close()
	scanner := bufio.NewScanner(io.LimitReader(response.Body, 4096))
	scanner.Scan() // one line is all that there is
	return answer{response.StatusCode, scanner.Text()}, nil
}
