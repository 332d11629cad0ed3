package dataset_test

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/dataset"
	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
)

// benchmarkData is about 10 MB.
func benchmarkData(b *testing.B, indent bool) []byte {
	var out bytes.Buffer
	require.NoError(b, generate.Write(&out, generate.Config{
		Seed: 1, Creators: 10_000, Products: 60_000, Distribution: generate.Zipf, Indent: indent,
	}))
	return out.Bytes()
}

func benchmarkDecode(b *testing.B, data []byte) {
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	var records int
	v := dataset.Visitor{
		Creator: func(*dataset.Creator) error { records++; return nil },
		Product: func(*dataset.Product) error { records++; return nil },
	}
	for b.Loop() {
		_, err := dataset.Decode(bytes.NewReader(data), v)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(records), "ns/record")
}

func BenchmarkDecode(b *testing.B) {
	plain := benchmarkData(b, false)
	b.Run("plain", func(b *testing.B) { benchmarkDecode(b, plain) })
	b.Run("indented", func(b *testing.B) { benchmarkDecode(b, benchmarkData(b, true)) })
	b.Run("unknown keys", func(b *testing.B) {
		benchmarkDecode(b, bytes.ReplaceAll(plain, []byte(`,"creatorId"`), []byte(`,"tags":["a","b"],"price":12.50,"creatorId"`)))
	})
	b.Run("escapes", func(b *testing.B) {
		benchmarkDecode(b, bytes.ReplaceAll(plain, []byte(`"creatorId":"`), []byte(`"creatorId":"\u0041`)))
	})
	b.Run("not ASCII", func(b *testing.B) {
		benchmarkDecode(b, bytes.ReplaceAll(plain, []byte(`"creatorId":"`), []byte(`"creatorId":"köln-`)))
	})
	b.Run("one line", func(b *testing.B) {
		benchmarkDecode(b, bytes.ReplaceAll(plain, []byte("\n"), nil))
	})
}

// The floor: what it takes to find the tokens, without a meaning.
func BenchmarkJSONTextTokens(b *testing.B) {
	data := benchmarkData(b, false)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		d := jsontext.NewDecoder(bytes.NewReader(data))
		for {
			if _, err := d.ReadToken(); err != nil {
				if err != io.EOF {
					b.Fatal(err)
				}
				break
			}
		}
	}
}

func BenchmarkEncodingJSON(b *testing.B) {
	data := benchmarkData(b, false)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		var parsed struct {
			Creators []struct{ ID, Email string }
			Products []struct {
				ID, CreatorID string
				CreateTime    *time.Time
			}
		}
		require.NoError(b, json.Unmarshal(data, &parsed))
	}
}
