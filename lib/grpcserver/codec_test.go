package grpcserver

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

// countingCodec counts the requests that it decodes.
type countingCodec struct {
	encoding.CodecV2
	requests *atomic.Int64
}

func (c countingCodec) Unmarshal(data mem.BufferSlice, v any) error {
	if _, ok := v.(*creatorsv1.MostActiveCreatorsRequest); ok {
		c.requests.Add(1)
	}
	return c.CodecV2.Unmarshal(data, v)
}

func TestCodec(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	f := start(t, &service{}, Config{Codec: countingCodec{encoding.GetCodecV2(proto.Name), &requests}})
	for range 3 {
		_, err := f.client.MostActiveCreators(t.Context(), &creatorsv1.MostActiveCreatorsRequest{})
		require.NoError(t, err)
	}
	require.EqualValues(t, 3, requests.Load())
}
