package grpcserver

import (
	"testing"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
)

// metric finds one metric of the fixture by its name and labels; nil when
// there is none.
func metric(t *testing.T, f *fixture, name string, labels map[string]string) *dto.Metric {
	t.Helper()
	families, err := f.registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
	metrics:
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if want, ok := labels[label.GetName()]; ok && want != label.GetValue() {
					continue metrics
				}
			}
			return m
		}
	}
	return nil
}

// handled is how many calls of a creators method ended with a code.
func handled(t *testing.T, f *fixture, method string, code codes.Code) float64 {
	t.Helper()
	m := metric(t, f, "grpc_server_handled_total", map[string]string{"grpc_method": method, "grpc_code": code.String()})
	require.NotNil(t, m)
	return m.GetCounter().GetValue()
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	f := start(t, &service{}, Config{})
	require.NoError(t, f.call(t))
	require.NoError(t, f.call(t))
	require.NoError(t, f.callStream(t, &creatorsv1.StreamMostActiveCreatorsRequest{}))

	tests := []struct {
		name, method, kind string
		want               float64
	}{
		{name: "grpc_server_started_total", method: "MostActiveCreators", kind: "unary", want: 2},
		{name: "grpc_server_handled_total", method: "MostActiveCreators", kind: "unary", want: 2},
		{name: "grpc_server_started_total", method: "StreamMostActiveCreators", kind: "client_stream", want: 1},
		{name: "grpc_server_msg_received_total", method: "StreamMostActiveCreators", kind: "client_stream", want: 1},
		{name: "grpc_server_msg_sent_total", method: "StreamMostActiveCreators", kind: "client_stream", want: 1},
	}
	for _, test := range tests {
		m := metric(t, f, test.name, map[string]string{
			"grpc_service": "weave.creators.v1.CreatorsService", "grpc_method": test.method, "grpc_type": test.kind, "grpc_code": "OK",
		})
		require.NotNil(t, m, test.name)
		require.Equal(t, test.want, m.GetCounter().GetValue(), "%s of %s", test.name, test.method)
	}
	m := metric(t, f, "grpc_server_handling_seconds", map[string]string{"grpc_method": "MostActiveCreators"})
	require.NotNil(t, m)
	require.EqualValues(t, 2, m.GetHistogram().GetSampleCount())
	require.Len(t, m.GetHistogram().GetBucket(), len(handlingBuckets()))
	for _, bucket := range m.GetHistogram().GetBucket() {
		require.Nil(t, bucket.GetExemplar())
	}
}

func TestMetricsExistBeforeTheFirstCall(t *testing.T) {
	t.Parallel()
	f := start(t, &service{}, Config{})
	require.NoError(t, f.callStream(t, &creatorsv1.StreamMostActiveCreatorsRequest{})) // it serves
	require.Zero(t, handled(t, f, "MostActiveCreators", codes.OK))
	require.Zero(t, handled(t, f, "MostActiveCreators", codes.Internal))
	require.NotNil(t, metric(t, f, "weave_grpc_panics_total", nil))
}

func TestMetricsOfTwoServersDoNotMix(t *testing.T) {
	t.Parallel()
	f := start(t, &service{}, Config{})
	_, err := New(Config{Registerer: f.registry})
	require.ErrorContains(t, err, "grpc server: register metrics: ")
}
