package generate_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
)

type file struct {
	Creators []struct{ ID, Email string }
	Products []struct {
		ID, CreatorID string
		CreateTime    time.Time
	}
}

func write(t *testing.T, c generate.Config) (text []byte, parsed file) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, generate.Write(&b, c))
	d := json.NewDecoder(bytes.NewReader(b.Bytes()))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&parsed))
	return b.Bytes(), parsed
}

func TestWrite(t *testing.T) {
	t.Parallel()
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	timeText := regexp.MustCompile(`"createTime": ?"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)"`)
	for _, test := range []struct {
		name   string
		config generate.Config
	}{
		{"uniform", generate.Config{Seed: 1, Creators: 100, Products: 5000}},
		{"zipf", generate.Config{Seed: 2, Creators: 100, Products: 5000, Distribution: generate.Zipf}},
		{"one", generate.Config{Seed: 3, Creators: 100, Products: 5000, Distribution: generate.One}},
		{"indented", generate.Config{Seed: 4, Creators: 3, Products: 7, Indent: true}},
		{"products first", generate.Config{Seed: 4, Creators: 3, Products: 7, ProductsFirst: true}},
		{"one of each", generate.Config{Creators: 1, Products: 1, Distribution: generate.Zipf}},
		{"no products", generate.Config{Creators: 2}},
		{"nothing", generate.Config{}},
		{"nothing, indented", generate.Config{Indent: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text, parsed := write(t, test.config)
			require.Len(t, parsed.Creators, int(test.config.Creators))
			require.Len(t, parsed.Products, int(test.config.Products))
			require.Len(t, timeText.FindAll(text, -1), int(test.config.Products))

			known, emails, counts := map[string]bool{}, map[string]bool{}, map[string]int{}
			for _, c := range parsed.Creators {
				require.Regexp(t, uuid, c.ID)
				known[c.ID], emails[c.Email] = true, true
			}
			require.Len(t, known, len(parsed.Creators), "ids are distinct")
			require.Len(t, emails, len(parsed.Creators), "addresses are distinct")
			ids := map[string]bool{}
			for _, p := range parsed.Products {
				require.Regexp(t, uuid, p.ID)
				require.True(t, known[p.CreatorID], "the creator is listed")
				require.False(t, known[p.ID])
				ids[p.ID] = true
				counts[p.CreatorID]++
			}
			require.Len(t, ids, len(parsed.Products))

			if len(parsed.Products) < 1000 {
				return
			}
			most := 0
			for _, n := range counts {
				most = max(most, n)
			}
			switch test.config.Distribution {
			case generate.One:
				require.Equal(t, 5000, most)
				require.NotZero(t, counts[parsed.Creators[50].ID])
			case generate.Zipf:
				require.Equal(t, most, counts[parsed.Creators[0].ID])
				require.Greater(t, most, 1000)
			default:
				require.Len(t, counts, 100)
				require.Less(t, most, 100)
			}
		})
	}
}

// The same seed must give the same bytes with any version, or numbers measured
// on them can't be compared. Zipf isn't here since it computes with floating
// point, which machines of different kinds may round differently.
func TestWriteIsReproducible(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		config generate.Config
		want   string
	}{
		{"uniform", generate.Config{Seed: 1, Creators: 100, Products: 1000}, "3a5ae2be0a090fcf"},
		{"one, indented", generate.Config{Seed: 1, Creators: 100, Products: 1000, Distribution: generate.One, Indent: true}, "32983a1467eeb790"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text, _ := write(t, test.config)
			sum := sha256.Sum256(text)
			require.Equal(t, test.want, hex.EncodeToString(sum[:8]))
		})
	}

	text, _ := write(t, generate.Config{Seed: 1, Creators: 100, Products: 1000})
	other, _ := write(t, generate.Config{Seed: 2, Creators: 100, Products: 1000})
	require.NotEqual(t, text, other)
}

func TestProductsFirst(t *testing.T) {
	t.Parallel()
	config := generate.Config{Seed: 1, Creators: 10, Products: 100}
	_, first := write(t, config)
	config.ProductsFirst = true
	text, second := write(t, config)
	require.Equal(t, first, second, "the same records")
	require.Less(t, bytes.Index(text, []byte("Products")), bytes.Index(text, []byte("Creators")))
}

// Every day of the years that times are made of.
func TestTimesAreSpread(t *testing.T) {
	t.Parallel()
	_, parsed := write(t, generate.Config{Seed: 1, Creators: 1, Products: 60_000})
	days := map[string]bool{}
	for _, p := range parsed.Products {
		local := p.CreateTime
		require.False(t, local.Year() < 2012 || local.Year() > 2023, local)
		days[local.Format(time.DateOnly)] = true
	}
	require.Len(t, days, 4383)
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		config generate.Config
		want   string
	}{
		{"creators", generate.Config{Creators: -1}, "generate data set: the number of creators is -1; it can't be negative"},
		{"products", generate.Config{Products: -2}, "generate data set: the number of products is -2; it can't be negative"},
		{"nobody", generate.Config{Products: 1}, "generate data set: 1 products need at least one creator"},
		{"distribution", generate.Config{Distribution: "normal"}, `generate data set: the distribution "normal" is not one of [uniform zipf one]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.EqualError(t, generate.Write(io.Discard, test.config), test.want)
		})
	}
	full := errors.New("the disk is full")
	require.ErrorIs(t, generate.Write(brokenWriter{full}, generate.Config{Creators: 1, Products: 1}), full)
	require.ErrorIs(t, generate.Write(brokenWriter{full}, generate.Config{Creators: 1, Products: 10_000}), full)
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func BenchmarkWrite(b *testing.B) {
	for _, distribution := range generate.Distributions() {
		b.Run(string(distribution), func(b *testing.B) {
			b.ReportAllocs()
			config := generate.Config{Creators: 10_000, Products: 60_000, Distribution: distribution}
			var size bytes.Buffer
			require.NoError(b, generate.Write(&size, config))
			b.SetBytes(int64(size.Len()))
			for b.Loop() {
				if err := generate.Write(io.Discard, config); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
