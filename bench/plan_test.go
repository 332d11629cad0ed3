package main

import (
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/dataset"
	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
)

func TestDataSets(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		plan plan
		want []dataSet
	}{{
		"sizes, smallest first",
		plan{products: 10_000_000, sizes: 3, distributions: []generate.Distribution{generate.Uniform}},
		[]dataSet{
			{Products: 100_000, Creators: 10_000, Distribution: generate.Uniform},
			{Products: 1_000_000, Creators: 100_000, Distribution: generate.Uniform},
			{Products: 10_000_000, Creators: 100_000, Distribution: generate.Uniform},
		},
	}, {
		"other distributions of the largest only",
		plan{products: 1000, sizes: 2, distributions: generate.Distributions(), seed: 7},
		[]dataSet{
			{Products: 100, Creators: 10, Distribution: generate.Uniform, Seed: 7},
			{Products: 1000, Creators: 100, Distribution: generate.Uniform, Seed: 7},
			{Products: 1000, Creators: 100, Distribution: generate.Zipf, Seed: 7},
			{Products: 1000, Creators: 100, Distribution: generate.One, Seed: 7},
		},
	}, {
		"a fixed number of creators",
		plan{products: 5000, creators: 1_000_000, sizes: 1, distributions: []generate.Distribution{generate.One}},
		[]dataSet{{Products: 5000, Creators: 1_000_000, Distribution: generate.One}},
	}, {
		"no size below the smallest",
		plan{products: 500, sizes: 9, distributions: []generate.Distribution{generate.Zipf}},
		[]dataSet{{Products: 500, Creators: 50, Distribution: generate.Zipf}},
	}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, test.plan.validate())
			require.Equal(t, test.want, test.plan.dataSets())
		})
	}
}

func TestPlansThatMakeNoSense(t *testing.T) {
	t.Parallel()
	uniform := []generate.Distribution{generate.Uniform}
	for _, test := range []struct {
		name string
		plan plan
		want string
	}{
		{"few products", plan{products: 99, sizes: 1, distributions: uniform}, "--products must be from 100 to 10000000, not 99"},
		{"many products", plan{products: 10_000_001, sizes: 1, distributions: uniform}, "--products must be"},
		{"few creators", plan{products: 100, creators: 9, sizes: 1, distributions: uniform}, "--creators must be from 10 to 1000000, not 9"},
		{"many creators", plan{products: 100, creators: math.MaxInt64, sizes: 1, distributions: uniform}, "--creators must be"},
		{"no sizes", plan{products: 100, distributions: uniform}, "--sizes must be at least 1"},
		{"unknown distribution", plan{products: 100, sizes: 1, distributions: []generate.Distribution{"normal"}}, `not "normal"`},
		{"no distribution", plan{products: 100, sizes: 1, distributions: []generate.Distribution{""}}, `not ""`},
		{"twice", plan{products: 100, sizes: 1, distributions: append(uniform, uniform...)}, `"uniform" twice`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, test.plan.validate(), test.want)
		})
	}
}

func TestWriteDataSet(t *testing.T) {
	t.Parallel()
	d := dataSet{Products: 1000, Creators: 20, Distribution: generate.Zipf, Seed: 3}
	path, err := d.write(t.TempDir())
	require.NoError(t, err)
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	summary, err := dataset.Decode(file, dataset.Visitor{})
	require.NoError(t, err)
	require.EqualValues(t, 1000, summary.Products)
	require.EqualValues(t, 20, summary.Creators)
	require.Equal(t, d.Bytes, summary.Bytes)

	_, err = d.write(path)
	require.Error(t, err, "not a folder")
}
