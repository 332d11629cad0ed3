package server

import (
	"slices"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

// codec decodes the chunks of streams into memory that is there already, and
// leaves all other messages to gRPC's own codec. That one makes new columns and
// texts for each chunk. See docs/performance.md for what it costs.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(proto.Name)} }

func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(*chunkMessage)
	if !ok {
		return c.CodecV2.Unmarshal(data, v)
	}
	m.encoded = slices.Grow(m.encoded[:0], data.Len())[:data.Len()]
	data.CopyTo(m.encoded)
	return m.decode()
}

// chunkMessage is what the chunks of a stream are received into, one after the
// other. With our codec, what one leaves in memory the next one overwrites. For
// other codecs it is the message that it embeds.
type chunkMessage struct {
	*creatorsv1.StreamMostActiveCreatorsRequest
	encoded  []byte
	columns  creatorsv1.ProductColumns
	creators []creatorsv1.Creator
	listed   []*creatorsv1.Creator
	texts    []creatorTexts
}

func newChunkMessage() *chunkMessage {
	return &chunkMessage{StreamMostActiveCreatorsRequest: new(creatorsv1.StreamMostActiveCreatorsRequest)}
}
