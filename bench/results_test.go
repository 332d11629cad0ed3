package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/bench/process"
	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
)

func milliseconds(n ...int) []sample {
	samples := make([]sample, len(n))
	for i := range n {
		samples[i].Client.Wall = time.Duration(n[i]) * time.Millisecond
	}
	return samples
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		samples []sample
		want    time.Duration
	}{
		{"one", milliseconds(3), 3 * time.Millisecond},
		{"odd", milliseconds(9, 1, 4), 4 * time.Millisecond},
		{"even", milliseconds(9, 1, 4, 6), 5 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, median(test.samples, func(s *sample) time.Duration { return s.Client.Wall }))
		})
	}
}

// exampleResults has two sizes, and the simplest program for the smaller only.
func exampleResults() *results {
	run := func(wall time.Duration, megabytes int64, server bool) sample {
		s := sample{Client: process.Usage{Wall: wall, CPU: wall / 2, PeakBytes: megabytes * 1e6}}
		if server {
			s.Server = &process.Usage{Wall: 2 * wall, CPU: wall, PeakBytes: 2 * megabytes * 1e6}
		}
		return s
	}
	r := &results{
		Machine: machine{CPU: "Abacus", Cores: 2, Platform: "linux/amd64", Go: "go1.26.8"},
		Began:   time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Rounds:  3,
	}
	all := contenders(config{})
	r.add(dataSet{Products: 1_000_000, Creators: 100_000, Distribution: generate.Uniform, Bytes: 150e6}, all, map[string][]sample{
		pipelineName: {run(400*time.Millisecond, 20, true), run(500*time.Millisecond, 30, true), run(900*time.Millisecond, 40, true)},
		simplestName: {run(5*time.Second, 600, true)},
		tokensName:   {run(250*time.Millisecond, 5, false)},
		readName:     {run(50*time.Millisecond, 5, false)},
	})
	r.add(dataSet{Products: 10_000_000, Creators: 100_000, Distribution: generate.Uniform, Bytes: 1500e6}, all, map[string][]sample{
		pipelineName: {run(4*time.Second, 31, true)},
		tokensName:   {run(2500*time.Millisecond, 5, false)},
		readName:     {run(500*time.Millisecond, 5, false)},
	})
	return r
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	text := exampleResults().markdown()
	for _, want := range []string{
		"Abacus, 2 cores, linux/amd64, go1.26.8, 2026-01-02. Medians of 3 runs in turn.\n",
		"### 1,000,000 products of 100,000 creators, uniform (150 MB)\n",
		"| pipeline | 500 ms | 400 ms to 900 ms | 250 ms | 500 ms | 30.0 MB | 60.0 MB | 300 MB | 2,000,000 |\n",
		"| simplest | 5.00 s | 5.00 s to 5.00 s | 2.50 s | 5.00 s | 600 MB | 1,200 MB | 30.0 MB | 200,000 |\n",
		"| tokens | 250 ms | 250 ms to 250 ms | 125 ms |  |  |  | 600 MB | 4,000,000 |\n",
		"| 1,000,000 | 100,000 | uniform | 10.0 | 10.0 | 20.0 | 2.0 | 10.0 |\n",
		"| 10,000,000 | 100,000 | uniform |  |  |  | 1.6 | 8.0 |\n",
	} {
		require.Contains(t, text, want)
	}
}

func TestPlot(t *testing.T) {
	t.Parallel()
	svg := exampleResults().plot()
	lines, labels := 0, map[string]bool{}
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "polyline" {
				lines++
			}
		case xml.CharData:
			labels[string(token)] = true
		}
	}
	require.Equal(t, 8, lines)
	for _, label := range []string{"pipeline", "simplest", "tokens", "read", "pipeline client", "simplest server", "1,000,000", "10,000,000", "1 s", "10 s", "100 ms", "10 MB", "1 GB"} {
		require.True(t, labels[label], label)
	}
	require.NotContains(t, svg, "NaN")
	require.NotContains(t, svg, "Inf")
}

func TestPlotOfOneSize(t *testing.T) {
	t.Parallel()
	r := exampleResults()
	r.Sets = r.Sets[:1]
	svg := r.plot()
	require.NotContains(t, svg, "NaN")
	require.NotContains(t, svg, "Inf")
}

func TestSave(t *testing.T) {
	t.Parallel()
	r := exampleResults()
	folder := filepath.Join(t.TempDir(), "new")
	require.NoError(t, r.save(folder))
	text, err := os.ReadFile(filepath.Join(folder, "results.json"))
	require.NoError(t, err)
	var got results
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, *r, got)
	for _, name := range []string{"results.md", "plot.svg"} {
		require.FileExists(t, filepath.Join(folder, name))
	}
}
