package creatorsclient

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

func TestCodec(t *testing.T) {
	t.Parallel()
	c := newCodec()
	require.Equal(t, proto.Name, c.Name(), "for the server it is the usual one")

	f := &frame{data: mem.BufferSlice{mem.SliceBuffer("encoded already")}}
	got, err := c.Marshal(f)
	require.NoError(t, err)
	require.Equal(t, "encoded already", string(got.Materialize()))
	require.Equal(t, "a chunk of a data set", fmt.Sprint(f))

	m := &creatorsv1.Creator{Id: "a"}
	want, err := encoding.GetCodecV2(proto.Name).Marshal(m)
	require.NoError(t, err)
	got, err = c.Marshal(m)
	require.NoError(t, err)
	require.Equal(t, want.Materialize(), got.Materialize())
}
