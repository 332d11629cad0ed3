package main

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
	"github.com/inventive-weave/inventive-weave/lib/grpcclient"
	"github.com/inventive-weave/inventive-weave/services/creators/server"
)

// BenchmarkEndToEnd ranks a million products of 100,000 creators, over the
// loopback. Client and server are in this process, for profiles of both.
func BenchmarkEndToEnd(b *testing.B) {
	for _, distribution := range generate.Distributions() {
		b.Run(string(distribution), func(b *testing.B) {
			data := dataSet{Products: 1_000_000, Creators: 100_000, Distribution: distribution}
			path, err := data.write(b.TempDir())
			require.NoError(b, err)
			cfg := server.DefaultConfig()
			cfg.GRPCPort, cfg.MetricsPort = 0, 0
			service, err := server.New(b.Context(), cfg)
			require.NoError(b, err)
			ctx, stop := context.WithCancel(b.Context())
			served := make(chan error, 1)
			go func() { served <- service.Run(ctx) }()
			conn, err := grpcclient.New(grpcclient.Config{Target: service.GRPCAddr().String()})
			require.NoError(b, err)
			client := creatorsclient.New(conn, creatorsclient.Config{})

			b.ReportAllocs()
			b.SetBytes(data.Bytes)
			for b.Loop() {
				file, err := os.Open(path)
				require.NoError(b, err)
				ranking, err := client.MostActive(b.Context(), file, 10)
				require.NoError(b, err)
				require.Equal(b, data.Products, ranking.ProductCount)
				require.NoError(b, file.Close())
			}
			b.ReportMetric(float64(data.Products)*float64(b.N)/b.Elapsed().Seconds(), "products/s")

			require.NoError(b, conn.Close())
			stop()
			require.NoError(b, <-served)
		})
	}
}
