package ops

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/lifecycle"
)

func TestComponent(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	registry := NewRegistry("creators")
	component, err := NewComponent(Config{Service: "creators", Registry: registry}, listener)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- lifecycle.Run(ctx, lifecycle.Config{ShutdownTimeout: time.Minute}, component) }()

	// This profile takes an hour, and must not hold up the stop.
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get("http://" + listener.Addr().String() + "/debug/pprof/heap?seconds=3600")
		if err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
	}()
	require.Eventually(t, func() bool { return inFlight(t, registry) == 1 }, 30*time.Second, time.Millisecond)
	stop()
	require.NoError(t, <-done)
	<-ended
}

// inFlight is how many requests the endpoint is answering.
func inFlight(t *testing.T, registry *prometheus.Registry) float64 {
	families, err := registry.Gather()
	require.NoError(t, err)
	total := 0.
	for _, family := range families {
		if family.GetName() == "http_requests_in_flight" {
			for _, metric := range family.GetMetric() {
				total += metric.GetGauge().GetValue()
			}
		}
	}
	return total
}

func TestComponentNeedsItsConfiguration(t *testing.T) {
	t.Parallel()
	_, err := NewComponent(Config{}, nil)
	require.ErrorContains(t, err, "no service name or no registry")
}
