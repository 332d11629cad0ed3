package server

import (
	"bytes"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

// mixedChunk has all that a chunk can have, with texts of several lengths.
func mixedChunk() *creatorsv1.StreamMostActiveCreatorsRequest {
	chunk := chunkOf(3)
	chunk.Limit = 7
	chunk.Creators = []*creatorsv1.Creator{{Id: "ann", Email: "ann@example.org"}, {}, {Email: "zoé@example.org"}, {Id: "日本"}}
	chunk.Products.Ids = append(chunk.Products.Ids, bytes.Repeat([]byte("x"), 300)...)
	chunk.Products.IdLengths = append(chunk.Products.IdLengths, 300)
	return chunk
}

func encode(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	require.NoError(t, err)
	return b
}

// requireDecodedAsProto decodes messages into the same memory, and compares
// each with what package proto makes of it.
func requireDecodedAsProto(t *testing.T, messages ...[]byte) {
	t.Helper()
	m := newChunkMessage()
	for i, message := range messages {
		want := new(creatorsv1.StreamMostActiveCreatorsRequest)
		wantErr := proto.Unmarshal(message, want)
		half := len(message) / 2
		err := newCodec().Unmarshal(mem.BufferSlice{mem.SliceBuffer(message[:half]), mem.SliceBuffer(message[half:])}, m)
		require.Equal(t, wantErr == nil, err == nil, "message %d: %v, not %v", i, err, wantErr)
		if wantErr == nil {
			require.True(t, proto.Equal(want, m.StreamMostActiveCreatorsRequest), "message %d: %v, not %v", i, m, want)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	type message = creatorsv1.StreamMostActiveCreatorsRequest
	mixed := encode(t, mixedChunk())
	unpacked := func(number protowire.Number, value uint64) []byte {
		columns := protowire.AppendVarint(protowire.AppendTag(nil, number, protowire.VarintType), value)
		return protowire.AppendBytes(protowire.AppendTag(nil, productsField, protowire.BytesType), columns)
	}
	column := func(number protowire.Number, packed ...byte) []byte {
		columns := protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), packed)
		return protowire.AppendBytes(protowire.AppendTag(nil, productsField, protowire.BytesType), columns)
	}
	for _, test := range []struct {
		name     string
		messages [][]byte
		usual    bool // no help of package proto is needed
	}{
		{"nothing", [][]byte{nil}, true},
		{"all there is", [][]byte{mixed}, true},
		{"a limit below 0", [][]byte{encode(t, &message{Limit: -1})}, true},
		{"an empty chunk after a full one", [][]byte{mixed, {}, mixed, encode(t, &message{Products: &creatorsv1.ProductColumns{}})}, true},
		{"a smaller chunk after a larger one", [][]byte{encode(t, chunkOf(50)), mixed, encode(t, chunkOf(1))}, true},
		{"creators behind products", [][]byte{append(encode(t, chunkOf(2)), encode(t, &message{Creators: mixedChunk().Creators, Limit: 2})...)}, true},
		{"products twice", [][]byte{append(mixed[:len(mixed):len(mixed)], mixed...)}, false},
		{"a length in more bytes than it needs", [][]byte{column(idLengthsField, 0x85, 0x80, 0x00)}, true},
		{"a length of more than 32 bits", [][]byte{column(idLengthsField, 0x85, 0x80, 0x80, 0x80, 0x80, 0x01)}, true},
		{"a length without an end", [][]byte{column(idLengthsField, 0x85), mixed}, false},
		{"half a time", [][]byte{column(createSecondsField, 1, 2, 3)}, false},
		{"half the nanoseconds", [][]byte{column(createNanosField, 1, 2, 3)}, false},
		{"lengths that are not packed", [][]byte{unpacked(idLengthsField, 7)}, false},
		{"an unknown column", [][]byte{column(99, 1), mixed}, false},
		{"an unknown field", [][]byte{protowire.AppendVarint(protowire.AppendTag(nil, 99, protowire.VarintType), 1), mixed}, false},
		{"an unknown field of a creator", [][]byte{protowire.AppendBytes(protowire.AppendTag(nil, creatorsField, protowire.BytesType), []byte{99<<3&0x7f | 2, 0}), mixed}, false},
		{"a creator that is not text", [][]byte{protowire.AppendBytes(protowire.AppendTag(nil, creatorsField, protowire.BytesType), []byte{1<<3 | 2, 1, 0xff}), mixed}, false},
		{"a field of another type", [][]byte{protowire.AppendVarint(protowire.AppendTag(nil, creatorsField, protowire.VarintType), 1)}, false},
		{"cut off", [][]byte{mixed[:len(mixed)-1], mixed}, false},
		{"not a message", [][]byte{[]byte("hello"), mixed}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			requireDecodedAsProto(t, test.messages...)
			m := newChunkMessage()
			m.encoded = test.messages[0]
			require.Equal(t, test.usual, m.decodeUsual())
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(f, mixedChunk()), encode(f, chunkOf(1)))
	f.Add([]byte{}, encode(f, mixedChunk()))
	f.Add(encode(f, chunkOf(2*maxPending)), []byte{0x10})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		requireDecodedAsProto(t, first, second)
	})
}

// Once the first chunks have made room, columns come in without allocations,
// and creators with one for all of their texts.
func TestDecodeAllocatesNothing(t *testing.T) {
	chunk := chunkOf(1000)
	m := newChunkMessage()
	receive := func(encoded []byte) func() {
		data := mem.BufferSlice{mem.SliceBuffer(encoded)}
		return func() { require.NoError(t, newCodec().Unmarshal(data, m)) }
	}
	require.Zero(t, testing.AllocsPerRun(10, receive(encode(t, chunk))), "columns")
	for range 1000 {
		chunk.Creators = append(chunk.Creators, &creatorsv1.Creator{Id: "ann", Email: "ann@example.org"})
	}
	require.LessOrEqual(t, testing.AllocsPerRun(10, receive(encode(t, chunk))), 1.0, "columns and creators")
}

func TestFieldNumbers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		message proto.Message
		want    map[protoreflect.Name]protowire.Number
	}{
		{&creatorsv1.StreamMostActiveCreatorsRequest{}, map[protoreflect.Name]protowire.Number{
			"limit": limitField, "creators": creatorsField, "products": productsField,
		}},
		{&creatorsv1.Creator{}, map[protoreflect.Name]protowire.Number{
			"id": creatorIDField, "email": creatorEmailField,
		}},
		{&creatorsv1.ProductColumns{}, map[protoreflect.Name]protowire.Number{
			"ids": idsField, "id_lengths": idLengthsField, "creator_ids": creatorIDsField,
			"creator_id_lengths": creatorIDLengthsField, "create_seconds": createSecondsField, "create_nanos": createNanosField,
		}},
	} {
		fields := test.message.ProtoReflect().Descriptor().Fields()
		got := map[protoreflect.Name]protowire.Number{}
		for i := range fields.Len() {
			got[fields.Get(i).Name()] = fields.Get(i).Number()
		}
		require.Equal(t, test.want, got)
	}
}

// The service also works with a gRPC server that knows nothing of our codec.
func TestStreamWithoutOurCodec(t *testing.T) {
	t.Parallel()
	service, err := NewService(ServiceConfig{})
	require.NoError(t, err)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	creatorsv1.RegisterCreatorsServiceServer(server, service)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() { server.Stop(); require.NoError(t, <-served) }()
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer conn.Close()

	call, err := creatorsv1.NewCreatorsServiceClient(conn).StreamMostActiveCreators(t.Context())
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, call.Send(chunkOf(100)))
	}
	got, err := call.CloseAndRecv()
	require.NoError(t, err)
	require.EqualValues(t, 300, got.GetTotals().GetProductCount())
}

// BenchmarkDecode reports the time of a chunk, by both codecs.
func BenchmarkDecode(b *testing.B) {
	encoded := encode(b, chunkOf(3000))
	data := mem.BufferSlice{mem.SliceBuffer(encoded)}
	for _, subject := range []struct {
		name string
		into func() any
	}{
		{"ours", func() func() any { m := newChunkMessage(); return func() any { return m } }()},
		{"gRPC's", func() any { return new(creatorsv1.StreamMostActiveCreatorsRequest) }},
	} {
		b.Run(subject.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(encoded)))
			for b.Loop() {
				require.NoError(b, newCodec().Unmarshal(data, subject.into()))
			}
		})
	}
}
