package creatorsclient

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/inventive-weave/inventive-weave/lib/dataset"
	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
	creatorsv1 "github.com/inventive-weave/inventive-weave/proto/creators/v1"
)

func TestFieldsAreThoseOfTheAPI(t *testing.T) {
	t.Parallel()
	request := (&creatorsv1.StreamMostActiveCreatorsRequest{}).ProtoReflect().Descriptor()
	creator := (&creatorsv1.Creator{}).ProtoReflect().Descriptor()
	columns := (&creatorsv1.ProductColumns{}).ProtoReflect().Descriptor()
	for _, test := range []struct {
		message protoreflect.MessageDescriptor
		field   protoreflect.Name
		want    protoreflect.FieldNumber
		kind    protoreflect.Kind
	}{
		{request, "limit", limitField, protoreflect.Int32Kind},
		{request, "creators", creatorsField, protoreflect.MessageKind},
		{request, "products", productsField, protoreflect.MessageKind},
		{creator, "id", creatorIDField, protoreflect.StringKind},
		{creator, "email", creatorEmailField, protoreflect.StringKind},
		{columns, "ids", idsField, protoreflect.BytesKind},
		{columns, "id_lengths", idLengthsField, protoreflect.Uint32Kind},
		{columns, "creator_ids", creatorIDsField, protoreflect.BytesKind},
		{columns, "creator_id_lengths", creatorIDLengthsField, protoreflect.Uint32Kind},
		{columns, "create_seconds", createSecondsField, protoreflect.Sfixed64Kind},
		{columns, "create_nanos", createNanosField, protoreflect.Sfixed32Kind},
	} {
		field := test.message.Fields().ByName(test.field)
		require.NotNil(t, field, test.field)
		require.Equal(t, test.want, field.Number(), test.field)
		require.Equal(t, test.kind, field.Kind(), test.field)
	}
	// A field that this package doesn't know would not be sent.
	require.Equal(t, 3, request.Fields().Len())
	require.Equal(t, 2, creator.Fields().Len())
	require.Equal(t, int(createNanosField), columns.Fields().Len())
}

// records lists what a data set or a message holds, a line for each record.
type records struct{ creators, products []string }

func (r *records) creator(id, email []byte) {
	r.creators = append(r.creators, fmt.Sprintf("%q %q", id, email))
}

func (r *records) product(id, creatorID []byte, hasTime bool, seconds int64, nanos int32) {
	line := fmt.Sprintf("%q %q", id, creatorID)
	if hasTime {
		line += fmt.Sprintf(" %d.%09d", seconds, nanos)
	}
	r.products = append(r.products, line)
}

// visitor lists the records of a data set.
func (r *records) visitor() dataset.Visitor {
	return dataset.Visitor{
		Creator: func(c *dataset.Creator) error { r.creator(c.ID, c.Email); return nil },
		Product: func(p *dataset.Product) error {
			r.product(p.ID, p.CreatorID, p.HasTime, p.Seconds, p.Nanos)
			return nil
		},
	}
}

// message lists the records of a message, whose columns must fit together.
func (r *records) message(t *testing.T, m *creatorsv1.StreamMostActiveCreatorsRequest) {
	t.Helper()
	for _, c := range m.GetCreators() {
		r.creator([]byte(c.GetId()), []byte(c.GetEmail()))
	}
	p := m.GetProducts()
	ids, creatorIDs := bytes.NewBuffer(p.GetIds()), bytes.NewBuffer(p.GetCreatorIds())
	require.Len(t, p.GetCreatorIdLengths(), len(p.GetIdLengths()))
	require.Len(t, p.GetCreateSeconds(), len(p.GetIdLengths()))
	require.Len(t, p.GetCreateNanos(), len(p.GetIdLengths()))
	for i, length := range p.GetIdLengths() {
		nanos := p.GetCreateNanos()[i]
		if nanos == -1 {
			require.Zero(t, p.GetCreateSeconds()[i])
		}
		r.product(ids.Next(int(length)), creatorIDs.Next(int(p.GetCreatorIdLengths()[i])), nanos != -1, p.GetCreateSeconds()[i], nanos)
	}
	require.Zero(t, ids.Len())
	require.Zero(t, creatorIDs.Len())
}

// unmarshal decodes a frame as the server does.
func unmarshal(t *testing.T, f *frame) *creatorsv1.StreamMostActiveCreatorsRequest {
	t.Helper()
	m := new(creatorsv1.StreamMostActiveCreatorsRequest)
	data := f.data.Materialize()
	require.NoError(t, proto.Unmarshal(data, m))
	require.Empty(t, m.ProtoReflect().GetUnknown())
	require.Empty(t, m.GetProducts().ProtoReflect().GetUnknown())
	// The standard encoder would have written the same bytes, except in the
	// order of the fields.
	require.Equal(t, proto.Size(m), len(data))
	return m
}

// checkFrames decodes data into frames and compares them with what a decoder
// finds in it.
func checkFrames(t *testing.T, data []byte, chunkBytes int, limit int32) {
	t.Helper()
	var want, got records
	summary, wantErr := dataset.Decode(bytes.NewReader(data), want.visitor())

	f := newFeed(bytes.NewReader(data), chunkBytes, limit, newBufferPool(chunkBytes))
	go f.run(context.Background())
	var last Progress
	n := 0
	for next := range f.frames {
		m := unmarshal(t, next)
		if n == 0 {
			require.Equal(t, limit, m.GetLimit())
		} else {
			require.Zero(t, m.GetLimit())
		}
		got.message(t, m)
		last = next.progress
		require.Len(t, got.creators, int(last.Creators))
		require.Len(t, got.products, int(last.Products))
		next.data.Free()
		n++
	}
	require.Equal(t, wantErr, f.err)
	if wantErr != nil {
		// What is whole is sent, in order, up to the chunk with the error.
		require.True(t, slices.Equal(got.creators, want.creators[:len(got.creators)]))
		require.True(t, slices.Equal(got.products, want.products[:len(got.products)]))
		return
	}
	require.Equal(t, want, got)
	require.Equal(t, summary, f.summary)
	require.Equal(t, Progress{Bytes: int64(len(data)), Creators: summary.Creators, Products: summary.Products}, last)
	require.Positive(t, n, "the first frame tells the limit")
}

// oddData is a data set with everything that is special in a message.
const oddData = `{"Creators":[{},{"id":"a"},{"email":"x@example.org"},{"id":"köln","email":"日本@example.org"}],
	"Products":[{},{"id":"p","creatorId":"a","createTime":"1969-12-31T23:59:59.999999999Z"},
	{"id":"q","createTime":"1970-01-01T00:00:00Z"},{"creatorId":"b"},{"createTime":"0001-01-01T00:00:00Z"}]}`

func TestFrames(t *testing.T) {
	t.Parallel()
	generated := func(config generate.Config) []byte {
		var b bytes.Buffer
		require.NoError(t, generate.Write(&b, config))
		return b.Bytes()
	}
	long := strings.Repeat("x", 100_000)
	for _, test := range []struct {
		name string
		data []byte
	}{
		{"nothing", []byte(`{}`)},
		{"odd", []byte(oddData)},
		{"an error at once", []byte(`[]`)},
		{"an error later", []byte(strings.Replace(oddData, "0001-01-01", "yesterday", 1))},
		{"usual", generated(generate.Config{Creators: 100, Products: 1000})},
		{"products first", generated(generate.Config{Creators: 100, Products: 1000, ProductsFirst: true})},
		{"only creators", generated(generate.Config{Creators: 100})},
		{"long ids", []byte(`{"Products":[{"id":"` + long + `","creatorId":"` + long + `"},{"id":"p"}],"Creators":[{"id":"` + long + `","email":"` + long + `"}]}`)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, chunkBytes := range []int{1, 20, 5000, DefaultChunkBytes} {
				for _, limit := range []int32{0, 3, -1} {
					checkFrames(t, test.data, chunkBytes, limit)
				}
			}
		})
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte(oddData), uint16(1), int32(0))
	f.Add([]byte(oddData), uint16(40), int32(3))
	f.Add([]byte(`{"Products":[{"id":"p"},null,{"id":"\ud800"}`), uint16(5), int32(-1))
	f.Fuzz(func(t *testing.T, data []byte, chunkBytes uint16, limit int32) {
		checkFrames(t, data, int(chunkBytes), limit)
	})
}

func TestFrameSizesAreBounded(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, generate.Write(&b, generate.Config{Creators: 5000, Products: 20_000}))
	f := newFeed(&b, 10_000, 0, newBufferPool(10_000))
	go f.run(context.Background())
	n := 0
	for next := range f.frames {
		require.Less(t, next.data.Len(), 10_000+200, "a chunk and a record")
		n++
	}
	require.NoError(t, f.err)
	require.Greater(t, n, 100)
}

func TestGatheringDoesNotAllocate(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	creator := &dataset.Creator{ID: []byte("c-1"), Email: []byte("ann@example.org")}
	product := &dataset.Product{ID: []byte("p-1"), CreatorID: []byte("c-1"), Seconds: random.Int64(), HasTime: true}
	var c chunk
	pool := newBufferPool(DefaultChunkBytes)
	fill := func() {
		for range 1000 {
			c.addCreator(creator)
			c.addProduct(product)
		}
		c.frame(0, pool).data.Free()
	}
	fill()
	// A frame, its slice and its buffer; the pool may have to make a new one.
	require.LessOrEqual(t, testing.AllocsPerRun(100, fill), 8.0, "for 2000 records")
}

func BenchmarkChunk(b *testing.B) {
	product := &dataset.Product{
		ID: []byte("f768821f-afa1-45be-9414-3a23d18a9e5e"), CreatorID: []byte("4d1342d9-8d22-44d6-854c-42841f3395f2"),
		Seconds: 1680807719, Nanos: 752638000, HasTime: true,
	}
	b.ReportAllocs()
	var c chunk
	pool := newBufferPool(DefaultChunkBytes)
	for b.Loop() {
		c.addProduct(product)
		if c.size() >= DefaultChunkBytes {
			c.frame(0, pool).data.Free()
		}
	}
}
