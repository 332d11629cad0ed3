package main

import (
	"fmt"
	"strings"
	"time"
)

// markdown is the results as tables.
func (r *results) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d cores, %s, %s, %s. Medians of %d runs in turn.",
		r.Machine.CPU, r.Machine.Cores, r.Machine.Platform, r.Machine.Go, r.Began.Format("2006-01-02"), r.Rounds)
	if r.LoadBefore > 0 {
		fmt.Fprintf(&b, " Load average before the first run: %.1f.", r.LoadBefore)
	}
	b.WriteString("\n")
	for i := range r.Sets {
		s := &r.Sets[i]
		fmt.Fprintf(&b, "\n### %s (%s)\n\n", s.Data.title(), megabytes(s.Data.Bytes))
		s.table(&b)
	}
	r.ratios(&b)
	return b.String()
}

// table has a row for each contender.
func (s *set) table(b *strings.Builder) {
	b.WriteString("| | wall | fastest to slowest | CPU client | CPU server | peak client | peak server | per second | products per second |\n")
	b.WriteString("|:--|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i := range s.Results {
		r := &s.Results[i]
		serverCPU, clientPeak, serverPeak := "", "", ""
		if server := r.Median.Server; server != nil {
			serverCPU, serverPeak = seconds(server.CPU), megabytes(server.PeakBytes)
			// That of the floor says more about this program than about it.
			clientPeak = megabytes(r.Median.Client.PeakBytes)
		}
		fmt.Fprintf(b, "| %s | %s | %s to %s | %s | %s | %s | %s | %s | %s |\n", r.Name,
			seconds(r.Median.Client.Wall), seconds(r.Fastest), seconds(r.Slowest),
			seconds(r.Median.Client.CPU), serverCPU, clientPeak, serverPeak,
			megabytes(int64(r.BytesPerSecond)), thousands(int64(r.ProductsPerSecond)))
	}
}

// ratios has a row for each data set.
func (r *results) ratios(b *strings.Builder) {
	b.WriteString("\n### Ratios\n\n")
	b.WriteString("How many times the simplest program takes what the pipeline takes, and how many times the pipeline takes what the floor takes; client and server together.\n\n")
	b.WriteString("| products | creators | distribution | simplest: wall | simplest: CPU | simplest: peak memory | tokens: wall | read: wall |\n")
	b.WriteString("|--:|--:|:--|--:|--:|--:|--:|--:|\n")
	for i := range r.Sets {
		s := &r.Sets[i]
		pipeline, simplest := s.of(pipelineName), s.of(simplestName)
		wall, cpu, peak := "", "", ""
		if simplest != nil {
			wall = times(float64(simplest.Median.Client.Wall), float64(pipeline.Median.Client.Wall))
			cpu = times(float64(simplest.Median.cpu()), float64(pipeline.Median.cpu()))
			peak = times(float64(simplest.Median.peak()), float64(pipeline.Median.peak()))
		}
		floor := func(name string) string {
			return times(float64(pipeline.Median.Client.Wall), float64(s.of(name).Median.Client.Wall))
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n",
			thousands(s.Data.Products), thousands(s.Data.Creators), s.Data.Distribution,
			wall, cpu, peak, floor(tokensName), floor(readName))
	}
}

// times is a ratio.
func times(a, b float64) string {
	if b <= 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", a/b)
}

// seconds is a time in a unit that suits it.
func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// megabytes is a size in a unit that suits it.
func megabytes(n int64) string {
	switch {
	case n < 1e6:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	case n < 1e8:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	default:
		return thousands((n+5e5)/1e6) + " MB"
	}
}
