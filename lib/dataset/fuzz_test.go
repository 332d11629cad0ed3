package dataset

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/inventive-weave/inventive-weave/lib/dataset/generate"
)

// contents is a data set as a whole.
type contents struct {
	Creators []creatorText
	Products []productText
}

type creatorText struct{ ID, Email string }

type productText struct {
	ID, CreatorID string
	HasTime       bool
	Time          instant
}

// collect decodes data into memory. The buffer begins with the given size.
func collect(r io.Reader, size, maxString int) (contents, Summary, error) {
	var c contents
	d := decoder{maxString: maxString, visitor: Visitor{
		Creator: func(r *Creator) error {
			c.Creators = append(c.Creators, creatorText{string(r.ID), string(r.Email)})
			return nil
		},
		Product: func(r *Product) error {
			c.Products = append(c.Products, productText{
				ID: string(r.ID), CreatorID: string(r.CreatorID),
				HasTime: r.HasTime, Time: instant{r.Seconds, r.Nanos},
			})
			return nil
		},
	}}
	d.scanner.init(r, size)
	err := d.decode()
	return c, d.summary(), err
}

// unevenReader reads a random number of bytes at a time, sometimes none.
type unevenReader struct {
	r      io.Reader
	random *rand.Rand
}

func (u *unevenReader) Read(p []byte) (int, error) {
	return u.r.Read(p[:u.random.IntN(min(len(p), 40)+1)])
}

// oracleTime is a create time as encoding/json reads it.
type oracleTime struct {
	given bool
	time  time.Time
}

func (t *oracleTime) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	t.given = true
	return t.time.UnmarshalJSON(b)
}

// oracle reads data with encoding/json, and refuses what this package is
// documented to refuse.
func oracle(data []byte) (contents, bool) {
	var parsed struct {
		Creators []struct {
			ID    string `json:"id"`
			Email string `json:"email"`
		}
		Products []struct {
			ID         string     `json:"id"`
			CreatorID  string     `json:"creatorId"`
			CreateTime oracleTime `json:"createTime"`
		}
	}
	if !utf8.Valid(data) || json.Unmarshal(data, &parsed) != nil {
		return contents{}, false
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if first, _ := d.Token(); first != json.Delim('{') {
		return contents{}, false
	}
	lists := map[string]int{}
	for d.More() {
		key, _ := d.Token()
		for _, name := range []string{"Creators", "Products"} {
			if strings.EqualFold(key.(string), name) {
				lists[name]++
			}
		}
		var value json.RawMessage
		_ = d.Decode(&value)
	}
	if lists["Creators"] > 1 || lists["Products"] > 1 {
		return contents{}, false
	}
	var c contents
	for _, r := range parsed.Creators {
		c.Creators = append(c.Creators, creatorText(r))
	}
	for _, r := range parsed.Products {
		p := productText{ID: r.ID, CreatorID: r.CreatorID, HasTime: r.CreateTime.given}
		if p.HasTime {
			if y := r.CreateTime.time.UTC().Year(); y < 1 || y > 9999 {
				return contents{}, false
			}
			p.Time = instant{r.CreateTime.time.Unix(), int32(r.CreateTime.time.Nanosecond())}
		}
		c.Products = append(c.Products, p)
	}
	return c, true
}

// FuzzDecode compares the decoder with encoding/json, and with itself when the
// data comes in small pieces, which takes it through other code.
func FuzzDecode(f *testing.F) {
	for _, test := range goodFiles() {
		f.Add([]byte(test.data), uint64(1))
	}
	for _, test := range badFiles() {
		f.Add([]byte(test.data), uint64(2))
	}
	for _, indent := range []bool{false, true} {
		var b bytes.Buffer
		require.NoError(f, generate.Write(&b, generate.Config{Creators: 2, Products: 5, Indent: indent}))
		f.Add(b.Bytes(), uint64(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		got, summary, err := collect(bytes.NewReader(data), bufferBytes, MaxStringBytes)
		want, ok := oracle(data)
		require.Equal(t, ok, err == nil, "encoding/json accepts: %v; error: %v", ok, err)
		if err == nil {
			require.Equal(t, want, got)
			require.Equal(t, Summary{
				Bytes:    int64(len(data)),
				Creators: int64(len(want.Creators)),
				Products: int64(len(want.Products)),
				HasTime:  summary.HasTime, Oldest: summary.Oldest, Newest: summary.Newest,
			}, summary)
		} else {
			var place *Error
			require.ErrorAs(t, err, &place)
			require.True(t, utf8.ValidString(place.Error()) && !strings.ContainsAny(place.Error(), "\n\r"), "%q", place.Error())
		}

		random := rand.New(rand.NewPCG(seed, 0))
		inPieces, _, errInPieces := collect(&unevenReader{bytes.NewReader(data), random}, 1+random.IntN(50), MaxStringBytes)
		require.Equal(t, err, errInPieces)
		require.Equal(t, got, inPieces)
	})
}
