package dataset

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestPlace(t *testing.T) {
	t.Parallel()
	// A mistake at a random place, far into data of several buffers.
	random := rand.New(rand.NewPCG(5, 6))
	for _, piece := range []string{`"x",`, "\"x\",\n", "\"é日😀\",", "\"é日😀\",\r\n \t", "[{\"é\":[]}],", strings.Repeat(" ", 100), strings.Repeat("\n", 30)} {
		for _, size := range []int{1, 100, 4000} {
			data := []byte(`{"a":[` + strings.Repeat("\n", random.IntN(3)) + strings.Repeat(piece, 1+random.IntN(10_000/len(piece))))
			line := 1 + bytes.Count(data, []byte("\n"))
			column := 1 + utf8.RuneCount(data[bytes.LastIndexByte(data, '\n')+1:])

			_, _, err := collect(&unevenReader{bytes.NewReader(append(data, '!')), random}, size, MaxStringBytes)
			var place *Error
			require.ErrorAs(t, err, &place)
			require.Equal(t, line, place.Line, "%q", piece)
			require.Equal(t, column, place.Column, "%q", piece)
		}
	}
}

func TestCharacters(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		var b []byte
		for range random.IntN(20) {
			b = utf8.AppendRune(b, []rune("aé日😀\x7f")[random.IntN(5)])
		}
		require.EqualValues(t, utf8.RuneCount(b), characters(b), "%q", b)
		// In two parts, cut anywhere, it is the same.
		cut := random.IntN(len(b) + 1)
		require.EqualValues(t, utf8.RuneCount(b), characters(b[:cut])+characters(b[cut:]), "%q %d", b, cut)
	}
}

func TestSkipPlain(t *testing.T) {
	t.Parallel()
	isPlain := func(c byte) bool { return c >= ' ' && c < 0x80 && c != '"' && c != '\\' }
	random := rand.New(rand.NewPCG(9, 10))
	for c := range 256 {
		for at := range 20 {
			// One byte of interest, then anything.
			b := bytes.Repeat([]byte{'~', ' ', '!', '#', '[', ']', 0x7f, 'a'}[random.IntN(8):][:1], 40)
			b[at] = byte(c)
			for i := at + 1; i < len(b)-padding; i++ {
				b[i] = byte(random.Uint32())
			}
			clear(b[len(b)-padding:])
			want := 0
			for isPlain(b[want]) {
				want++
			}
			require.Equal(t, want, skipPlain(b, 0), "%q", b)
		}
	}
}
