package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
)

// readers gives the same data in several ways.
func readers(data string) map[string]io.Reader {
	r := func() io.Reader { return strings.NewReader(data) }
	return map[string]io.Reader{
		"at once":               r(),
		"byte by byte":          iotest.OneByteReader(r()),
		"by halves":             iotest.HalfReader(r()),
		"the end with the data": iotest.DataErrReader(r()),
		"in uneven pieces":      &unevenReader{r(), rand.New(rand.NewPCG(1, 2))},
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, test := range goodFiles() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for how := range readers("") {
				for _, size := range []int{1, 16, bufferBytes} {
					got, summary, err := collect(readers(test.data)[how], size, MaxStringBytes)
					require.NoError(t, err, "%s, %d", how, size)
					require.Equal(t, test.want, got, "%s, %d", how, size)
					require.EqualValues(t, len(test.data), summary.Bytes, "%s, %d", how, size)
				}
			}
			want, ok := oracle([]byte(test.data))
			require.True(t, ok, "encoding/json reads it too")
			require.Equal(t, test.want, want)
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	for _, test := range badFiles() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for how := range readers("") {
				for _, size := range []int{1, 16, bufferBytes} {
					_, _, err := collect(readers(test.data)[how], size, MaxStringBytes)
					require.EqualError(t, err, test.want, "%s, %d", how, size)
					var place *Error
					require.ErrorAs(t, err, &place)
				}
			}
			_, ok := oracle([]byte(test.data))
			require.False(t, ok, "encoding/json refuses it too, or it is a documented difference")
		})
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	s, err := Decode(strings.NewReader(`{"Creators":[{"id":"a"}],"Products":[
		{"createTime":"2023-04-06T21:01:59.5+02:00"},{},{"createTime":"2023-04-06T19:01:59.25Z"},{"createTime":"2023-04-06T20:01:59Z"}]}`), Visitor{})
	require.NoError(t, err)
	require.Equal(t, Summary{
		Bytes: 168, Creators: 1, Products: 4, HasTime: true,
		Oldest: time.Date(2023, 4, 6, 19, 1, 59, 250_000_000, time.UTC),
		Newest: time.Date(2023, 4, 6, 20, 1, 59, 0, time.UTC),
	}, s)

	s, err = Decode(strings.NewReader(`{"Creators":[{"id":"a"}],"Products":[{}]}`), Visitor{})
	require.NoError(t, err)
	require.Equal(t, Summary{Bytes: 41, Creators: 1, Products: 1}, s)
}

func TestReaderError(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is broken")
	const whole = `{"Creators":[{"id":"a"},{"id":"b"}],"x":[true,-1.5e3,"\u00e9é"],"Products":[{"createTime":"2023-04-06T21:01:59Z"}]} `
	for n := range len(whole) + 1 {
		for how, r := range readers(whole[:n]) {
			_, _, err := collect(io.MultiReader(r, iotest.ErrReader(broken)), bufferBytes, MaxStringBytes)
			require.ErrorIs(t, err, broken, "%s, %d bytes", how, n)
			require.EqualError(t, err, "read data set: the disk is broken")
		}
	}

	_, err := Decode(neverReader{}, Visitor{})
	require.ErrorIs(t, err, io.ErrNoProgress)
	_, err = Decode(boastfulReader{}, Visitor{})
	require.EqualError(t, err, "read data set: the reader returned an impossible count")
}

type neverReader struct{}

func (neverReader) Read([]byte) (int, error) { return 0, nil }

type boastfulReader struct{}

func (boastfulReader) Read(p []byte) (int, error) { return len(p) + 1, nil }

func TestVisitorError(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	var b bytes.Buffer
	require.NoError(t, generate.Write(&b, generate.Config{Creators: 10, Products: 10}))
	for n := range 20 {
		seen := 0
		count := func() error {
			if seen++; seen > n {
				return enough
			}
			return nil
		}
		s, err := Decode(bytes.NewReader(b.Bytes()), Visitor{
			Creator: func(*Creator) error { return count() },
			Product: func(*Product) error { return count() },
		})
		require.Same(t, enough, err)
		require.Equal(t, n+1, seen)
		require.EqualValues(t, n+1, s.Creators+s.Products)
	}
}

func TestVisitorGetsRecordsWithoutDelay(t *testing.T) {
	t.Parallel()
	// Each record must arrive before the reader is asked for what follows it.
	r, w := io.Pipe()
	arrived := make(chan string)
	done := make(chan error)
	go func() {
		_, err := Decode(r, Visitor{Product: func(p *Product) error {
			arrived <- string(p.ID)
			return nil
		}})
		done <- err
	}()
	write := func(text string) {
		_, err := io.WriteString(w, text)
		require.NoError(t, err)
	}
	write(`{"Products":[`)
	for i := range 3 {
		write(fmt.Sprintf(`{"id":"%d"}`, i))
		require.Equal(t, fmt.Sprint(i), <-arrived)
		if i < 2 {
			write(",")
		}
	}
	write("]}")
	require.NoError(t, w.Close())
	require.NoError(t, <-done)
}

func TestStringLimit(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, bufferBytes} {
		for how := range readers("") {
			run := func(data string) (contents, error) {
				c, _, err := collect(readers(data)[how], size, 100)
				return c, err
			}
			hundred := strings.Repeat("é", 50)
			c, err := run(`{"Creators":[{"id":"` + hundred + `","email":"` + hundred + `"},{}]}`)
			require.NoError(t, err)
			require.Equal(t, hundred, c.Creators[0].Email)

			_, err = run("{\"Creators\":[{\"id\":\"a\"},\n{\"id\":\"" + hundred + `x"},{}]}`)
			require.EqualError(t, err, "line 2, column 7: Creators[1].id: the string is longer than 100 bytes", how)
			_, err = run("{\"Creators\":[{\"id\":\"a\"},\n{\"id\":\"" + strings.Repeat("x", 101) + `"},{}]}`)
			require.EqualError(t, err, "line 2, column 7: Creators[1].id: the string is longer than 100 bytes", how)
			_, err = run(`{"Products":[{"createTime":"` + hundred + `x"}]}`)
			require.EqualError(t, err, "line 1, column 28: Products[0].createTime: the string is longer than 100 bytes", how)
			_, err = run(`{"Products":[{"createTime":"2023-04-06T21:01:59.` + strings.Repeat("0", 79) + `Z"},{}]}`)
			require.NoError(t, err)
			_, err = run(`{"Products":[{"createTime":"2023-04-06T21:01:59.` + strings.Repeat("0", 80) + `Z"},{}]}`)
			require.EqualError(t, err, "line 1, column 28: Products[0].createTime: the string is longer than 100 bytes", how)

			c, err = run(`{"` + hundred + `x":"` + hundred + `x","Creators":[{"` + hundred + `x":"` + hundred + `x","id":"a"}]}`)
			require.NoError(t, err, "what is ignored has no limit")
			require.Equal(t, []creatorText{{ID: "a"}}, c.Creators)
		}
	}

	longest := strings.Repeat("x", MaxStringBytes)
	_, err := Decode(strings.NewReader(`{"Creators":[{"id":"`+longest+`"}]}`), Visitor{})
	require.NoError(t, err)
	_, err = Decode(strings.NewReader(`{"Creators":[{"id":"`+longest+`x"}]}`), Visitor{})
	require.EqualError(t, err, "line 1, column 20: Creators[0].id: the string is longer than 1048576 bytes")
}

// repeated is n times the same text.
func repeated(text []byte, n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		for range n {
			_, _ = w.Write(text)
		}
		_ = w.Close()
	}()
	return r
}

func TestMemory(t *testing.T) {
	const megabytes = 6
	piece := func(text string) io.Reader { return repeated(bytes.Repeat([]byte(text), 1<<20/len(text)), megabytes) }
	for _, test := range []struct {
		name          string
		before, after string
		middle        io.Reader
	}{
		{"records", `{"Products":[`, `{}]}`, piece(`{"id":"p1","creatorId":"a","createTime":"2023-04-06T21:01:59.752638+02:00"},`)},
		{"a long value that is ignored", `{"x":"`, `"}`, piece("é0123456789\\n")},
		{"a long key", `{"`, `":1}`, piece("é0123456789\\n")},
		{"a long number", `{"x":1`, `}`, piece("0123456789")},
		{"a list of many values", `{"x":[`, `0]}`, piece(`{"a":[1,2]},`)},
		{"white space", `{`, `}`, piece(" \n")},
		{"a long id", `{"Products":[{"id":"`, `"}]}`, piece("0123456789")},
	} {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Decode(io.MultiReader(strings.NewReader(test.before), test.middle, strings.NewReader(test.after)), Visitor{})
			runtime.ReadMemStats(&after)
			limit := uint64(1 << 20)
			if test.name == "a long id" {
				require.ErrorContains(t, err, "longer than")
				limit = 8 << 20
			} else {
				require.NoError(t, err)
			}
			require.Less(t, after.TotalAlloc-before.TotalAlloc, limit, "all that was ever allocated, in bytes")
		})
	}
}

func TestAllocations(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, generate.Write(&b, generate.Config{Creators: 1000, Products: 1000}))
	for name, data := range map[string][]byte{
		"plain":        b.Bytes(),
		"unknown keys": bytes.ReplaceAll(b.Bytes(), []byte(`{"id"`), []byte(`{"x":[1,{"y":2.5}],"id"`)),
		"escapes":      bytes.ReplaceAll(b.Bytes(), []byte(`"id":"`), []byte(`"\u0069d":"\u0041`)),
		"case":         bytes.ReplaceAll(b.Bytes(), []byte(`"id":"`), []byte(`"ID":"`)),
	} {
		allocations := testing.AllocsPerRun(5, func() {
			_, err := Decode(bytes.NewReader(data), Visitor{})
			require.NoError(t, err)
		})
		require.Less(t, allocations, 20.0, "%s: 2000 records", name)
	}
}
