package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"
	"strconv"
	"time"

	"github.com/inventive-weave/inventive-weave/bench/process"
)

// contender is a program to measure, which may have a server.
type contender struct {
	name   string
	server []string // its command line; empty for none
	client func(addr, file string) []string
	// ranks says that the client prints a ranking, to be compared.
	ranks bool
	// environment of the client, besides that of this process.
	environment []string
	// maxProducts is the most products of a data set that it gets, 0 for any.
	maxProducts int64
}

// The names of the contenders, in the results too.
const (
	pipelineName = "pipeline"
	simplestName = "simplest"
	tokensName   = "tokens"
	readName     = "read"
)

func contenders(cfg config) []contender {
	p, top := cfg.programs, strconv.Itoa(cfg.top)
	oneCore := []string{"GOMAXPROCS=1"}
	return []contender{{
		name:   pipelineName,
		server: []string{p.creators.Path, "--grpc_port=0", "--metrics_port=0"},
		client: func(addr, file string) []string {
			return []string{p.creatorclient.Path, "--creators_svc=" + addr, "--top=" + top, "--output=json", "--progress=never", file}
		},
		ranks: true,
	}, {
		name:   simplestName,
		server: []string{p.simplest.Path, "serve"},
		client: func(addr, file string) []string {
			return []string{p.simplest.Path, "rank", "--server=" + addr, "--top=" + top, file}
		},
		ranks:       true,
		maxProducts: cfg.simplestMax,
	}, {
		name:        tokensName,
		client:      func(_, file string) []string { return []string{p.floor.Path, "tokens", file} },
		environment: oneCore,
	}, {
		name:        readName,
		client:      func(_, file string) []string { return []string{p.floor.Path, "read", file} },
		environment: oneCore,
	}}
}

// sample is one run.
type sample struct {
	Client process.Usage `json:"client"`
	// Server has what the server took from its start to its end. Nil without one.
	Server *process.Usage `json:"server,omitempty"`
}

// ranking is the answer, in what all clients print.
type ranking struct {
	Creators []struct {
		Rank               int
		ID, Email          string
		Products           int64
		MostRecentCreation time.Time
	}
	CreatorCount, ProductCount int64
}

// measure makes each data set in folder and runs all contenders on it, in
// turn. It says on log what it is doing.
func measure(ctx context.Context, cfg config, folder string, log io.Writer) (*results, error) {
	if err := cfg.programs.locate(ctx, folder); err != nil {
		return nil, err
	}
	r := &results{Machine: thisMachine(), Began: time.Now().UTC(), Rounds: cfg.rounds, LoadBefore: loadAverage()}
	all := contenders(cfg)
	for _, data := range cfg.plan.dataSets() {
		fmt.Fprintf(log, "bench: %s, %d times each\n", data.title(), cfg.rounds)
		file, err := data.write(folder)
		if err != nil {
			return nil, err
		}
		samples, err := rounds(ctx, cfg, all, data, file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", data.title(), err)
		}
		r.add(data, all, samples)
		if err := os.Remove(file); err != nil {
			return nil, err
		}
	}
	r.Ended = time.Now().UTC()
	r.LoadAfter = loadAverage()
	return r, nil
}

// rounds runs all contenders on a data set, in turn, and returns the samples
// by contender.
func rounds(ctx context.Context, cfg config, all []contender, data dataSet, file string) (map[string][]sample, error) {
	samples := map[string][]sample{}
	var first *ranking
	for round := range cfg.rounds {
		for i := range all {
			// Each round begins with another one, so that none always follows the
			// same.
			c := &all[(round+i)%len(all)]
			if c.maxProducts > 0 && data.Products > c.maxProducts {
				continue
			}
			s, got, err := c.run(ctx, cfg.runTimeout, file)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			samples[c.name] = append(samples[c.name], s)
			if got == nil {
				continue
			}
			if got.ProductCount != data.Products || got.CreatorCount != data.Creators {
				return nil, fmt.Errorf("%s counted %d products and %d creators", c.name, got.ProductCount, got.CreatorCount)
			}
			if first == nil {
				first = got
			} else if !reflect.DeepEqual(first, got) {
				return nil, fmt.Errorf("%s answered %+v, but the answer before was %+v", c.name, *got, *first)
			}
		}
	}
	return samples, nil
}

// run measures one run, and returns the ranking if there is one.
func (c *contender) run(ctx context.Context, timeout time.Duration, file string) (s sample, got *ranking, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("it took longer than --run_timeout %v", timeout))
	defer cancel()
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
	}()

	var addr string
	if len(c.server) > 0 {
		server, startErr := process.StartServer(ctx, c.server...)
		if startErr != nil {
			return s, nil, startErr
		}
		defer func() {
			u, stopErr := server.Stop()
			s.Server = &u
			if err == nil {
				err = stopErr
			}
		}()
		addr = server.Addr
	}
	stdout, u, err := process.Run(ctx, c.environment, c.client(addr, file)...)
	s.Client = u
	if err != nil || !c.ranks {
		return s, nil, err
	}
	got = new(ranking)
	if err := json.Unmarshal(stdout, got); err != nil {
		return s, nil, fmt.Errorf("read the ranking: %w", err)
	}
	// The clients write times in the time zones that they like.
	for i := range got.Creators {
		got.Creators[i].MostRecentCreation = got.Creators[i].MostRecentCreation.UTC()
	}
	return s, got, nil
}
