package main

import (
	"context"
	"flag"

	"github.com/inventive-weave/inventive-weave/bench/process"
)

// programs are what is measured.
type programs struct {
	creators, creatorclient, simplest, floor process.Program
}

func newPrograms() programs {
	return programs{
		creators:      process.Program{Source: "services/creators"},
		creatorclient: process.Program{Source: "cmd/creatorclient"},
		simplest:      process.Program{Source: "bench/simplest"},
		floor:         process.Program{Source: "bench/floor"},
	}
}

func (p *programs) all() []*process.Program {
	return []*process.Program{&p.creators, &p.creatorclient, &p.simplest, &p.floor}
}

// registerFlags declares where the programs are. Bazel passes these flags.
func (p *programs) registerFlags(fs *flag.FlagSet) {
	for _, of := range p.all() {
		fs.StringVar(&of.Path, of.Name()+"_bin", "", "`path` of the program "+of.Name()+"; built with go build without it")
	}
}

// locate finds the programs, and builds those without a path in folder.
func (p *programs) locate(ctx context.Context, folder string) error {
	for _, of := range p.all() {
		if err := of.Locate(ctx, folder); err != nil {
			return err
		}
	}
	return nil
}
