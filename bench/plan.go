package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
)

// The sizes that data sets may have.
const (
	minProducts, maxProducts = 100, 10_000_000
	minCreators, maxCreators = 10, 1_000_000
	// usualCreators is the most without --creators: from a million products on
	// the number of creators stays, which shows what memory depends on.
	usualCreators = 100_000
)

// plan says which data sets to measure.
type plan struct {
	products      int64 // of the largest
	creators      int64 // 0 goes by the products
	sizes         int
	distributions []generate.Distribution
	seed          uint64
}

func (p *plan) validate() error {
	switch {
	case p.products < minProducts || p.products > maxProducts:
		return fmt.Errorf("--products must be from %d to %d, not %d", minProducts, maxProducts, p.products)
	case p.creators != 0 && (p.creators < minCreators || p.creators > maxCreators):
		return fmt.Errorf("--creators must be from %d to %d, not %d", minCreators, maxCreators, p.creators)
	case p.sizes < 1:
		return fmt.Errorf("--sizes must be at least 1, not %d", p.sizes)
	}
	for i, d := range p.distributions {
		if !slices.Contains(generate.Distributions(), d) {
			return fmt.Errorf("--distributions knows %v, not %q", generate.Distributions(), d)
		}
		if slices.Contains(p.distributions[:i], d) {
			return fmt.Errorf("--distributions has %q twice", d)
		}
	}
	return nil
}

// dataSet is a data set to measure with.
type dataSet struct {
	Products     int64                 `json:"products"`
	Creators     int64                 `json:"creators"`
	Distribution generate.Distribution `json:"distribution"`
	Seed         uint64                `json:"seed"`
	Bytes        int64                 `json:"bytes"`
}

// dataSets are those of the plan, the smallest one first and the other
// distributions of the largest last.
func (p *plan) dataSets() []dataSet {
	var sets []dataSet
	products := p.products
	for range p.sizes {
		sets = append(sets, p.dataSet(products, p.distributions[0]))
		if products /= 10; products < minProducts {
			break
		}
	}
	slices.Reverse(sets)
	for _, d := range p.distributions[1:] {
		sets = append(sets, p.dataSet(p.products, d))
	}
	return sets
}

func (p *plan) dataSet(products int64, d generate.Distribution) dataSet {
	creators := p.creators
	if creators == 0 {
		creators = min(max(products/10, minCreators), usualCreators)
	}
	return dataSet{Products: products, Creators: creators, Distribution: d, Seed: p.seed}
}

// write makes the file of the data set in folder.
func (d *dataSet) write(folder string) (path string, err error) {
	path = filepath.Join(folder, fmt.Sprintf("%s-%d-%d.json", d.Distribution, d.Creators, d.Products))
	file, err := os.Create(path)
	if err != nil {
		return "", err
	}
	err = generate.Write(file, generate.Config{
		Seed: d.Seed, Creators: d.Creators, Products: d.Products, Distribution: d.Distribution,
	})
	info, statErr := file.Stat()
	for _, problem := range []error{statErr, file.Close()} {
		if err == nil {
			err = problem
		}
	}
	if err != nil {
		return "", fmt.Errorf("make data set: %w", err)
	}
	d.Bytes = info.Size()
	return path, nil
}
