package creatorsclient

import (
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
)

// frame is a message that is encoded already. gRPC returns its memory to the
// pool when it no longer needs it, to send it again for instance; then the
// frame is only a name for what was sent.
type frame struct {
	data     mem.BufferSlice
	progress Progress // after this frame
}

// String keeps those who log messages away from the data.
func (*frame) String() string { return "a chunk of a data set" }

// codec sends frames as they are, and everything else in the usual way.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(proto.Name)} }

func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	if f, ok := v.(*frame); ok {
		return f.data, nil
	}
	return c.CodecV2.Marshal(v)
}
