package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/inventive-weave/inventive-weave/bench/process"
)

// results are all measurements, as results.json has them.
type results struct {
	Machine machine   `json:"machine"`
	Began   time.Time `json:"began"`
	Ended   time.Time `json:"ended"`
	Rounds  int       `json:"rounds"`
	// LoadBefore and LoadAfter are the machine's load averages, 0 if unknown.
	// Before the first run it is what disturbs the measurements.
	LoadBefore float64 `json:"loadBefore"`
	LoadAfter  float64 `json:"loadAfter"`
	Sets       []set   `json:"sets"`
}

// set are the measurements with one data set.
type set struct {
	Data    dataSet  `json:"data"`
	Results []result `json:"results"`
}

// result are the measurements of one contender with one data set.
type result struct {
	Name string `json:"name"`
	// Median has the median of each number by itself.
	Median sample `json:"median"`
	// Fastest and Slowest are the extremes of the client's wall time.
	Fastest           time.Duration `json:"fastestNanos"`
	Slowest           time.Duration `json:"slowestNanos"`
	BytesPerSecond    float64       `json:"bytesPerSecond"`
	ProductsPerSecond float64       `json:"productsPerSecond"`
	Samples           []sample      `json:"samples"`
}

func (r *results) add(data dataSet, all []contender, samples map[string][]sample) {
	s := set{Data: data}
	for _, c := range all {
		if len(samples[c.name]) > 0 {
			s.Results = append(s.Results, summarize(c.name, data, samples[c.name]))
		}
	}
	r.Sets = append(r.Sets, s)
}

// summarize makes the result of one sample at least.
func summarize(name string, data dataSet, samples []sample) result {
	of := func(get func(s *sample) *process.Usage) process.Usage {
		return process.Usage{
			Wall:      median(samples, func(s *sample) time.Duration { return get(s).Wall }),
			CPU:       median(samples, func(s *sample) time.Duration { return get(s).CPU }),
			PeakBytes: median(samples, func(s *sample) int64 { return get(s).PeakBytes }),
		}
	}
	r := result{Name: name, Samples: samples}
	r.Median.Client = of(func(s *sample) *process.Usage { return &s.Client })
	if samples[0].Server != nil {
		u := of(func(s *sample) *process.Usage { return s.Server })
		r.Median.Server = &u
	}
	wall := func(a, b sample) int { return cmp.Compare(a.Client.Wall, b.Client.Wall) }
	r.Fastest = slices.MinFunc(samples, wall).Client.Wall
	r.Slowest = slices.MaxFunc(samples, wall).Client.Wall
	seconds := r.Median.Client.Wall.Seconds()
	r.BytesPerSecond = float64(data.Bytes) / seconds
	r.ProductsPerSecond = float64(data.Products) / seconds
	return r
}

// median is the middle of what get gives, or the mean of the two in the middle.
func median[T time.Duration | int64](samples []sample, get func(*sample) T) T {
	values := make([]T, len(samples))
	for i := range samples {
		values[i] = get(&samples[i])
	}
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// cpu is the processor time of client and server.
func (s *sample) cpu() time.Duration {
	if s.Server == nil {
		return s.Client.CPU
	}
	return s.Client.CPU + s.Server.CPU
}

// peak is the peak memory of client and server, in bytes, as if they had it at
// the same time.
func (s *sample) peak() int64 {
	if s.Server == nil {
		return s.Client.PeakBytes
	}
	return s.Client.PeakBytes + s.Server.PeakBytes
}

// of is the result of the given name, or nil.
func (s *set) of(name string) *result {
	for i := range s.Results {
		if s.Results[i].Name == name {
			return &s.Results[i]
		}
	}
	return nil
}

// title names the data set for people.
func (d *dataSet) title() string {
	return fmt.Sprintf("%s products of %s creators, %s", thousands(d.Products), thousands(d.Creators), d.Distribution)
}

// thousands writes a number with a comma every three digits.
func thousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// save writes the results as JSON, as Markdown and as plots.
func (r *results) save(folder string) error {
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetIndent("", " ")
	if err := out.Encode(r); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, content := range map[string]string{
		"results.json": text.String(),
		"results.md":   r.markdown(),
		"plot.svg":     r.plot(),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
