// Package dataset reads the JSON files that the creators service ranks:
//
//	{"Creators": [{"id": "…", "email": "…"}, …],
//	 "Products": [{"id": "…", "creatorId": "…", "createTime": "2023-04-06T21:01:59.752638+02:00"}, …]}
//
// Either list may come first or be missing. Keys match without regard to case
// and unknown keys are ignored, whatever their value. [Decode] reads a file as
// a stream: it hands out one record at a time and needs the same memory for a
// file of any size.
//
// It reads what encoding/json would read into the corresponding structs, with
// these differences, all of them towards an error:
//
//   - Invalid UTF-8 is an error anywhere; encoding/json replaces it.
//   - Each list may occur once; encoding/json lets a later list replace an
//     earlier one, which a stream can't do.
//   - The file must hold an object; encoding/json also takes null.
//   - A create time must lie in the years 0001 to 9999 in UTC.
//   - The strings that it hands out are at most [MaxStringBytes] long. Keys and
//     values that it ignores have no limit.
//
// As in encoding/json, null leaves a field as it is, a null record is one
// without fields, the last of several equal keys in a record wins, half a
// surrogate pair becomes U+FFFD, values nest at most 10,000 deep, and a create
// time is what [time.Time.UnmarshalJSON] takes.
//
// The package doesn't judge the data: empty or repeated ids, and creators that
// nobody lists, are for the creators service to accept or refuse.
package dataset

import (
	"io"
	"time"
)

// MaxStringBytes is the longest id, creator id, email or create time that
// [Decode] takes, in bytes as written in the file (an escape such as é
// counts as its six bytes).
const MaxStringBytes = 1 << 20

// Creator is one entry of the list of creators.
type Creator struct {
	// ID identifies the creator. Empty when the file has none.
	ID []byte
	// Email is the creator's address. Empty when the file has none.
	Email []byte
}

// Product is one entry of the list of products.
type Product struct {
	// ID identifies the product. Empty when the file has none.
	ID []byte
	// CreatorID is the id of the product's creator. Empty when the file has none.
	CreatorID []byte
	// Seconds is the create time in seconds since 1970-01-01T00:00:00Z, from
	// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z. 0 without HasTime.
	Seconds int64
	// Nanos are the nanoseconds within the second, from 0 to 999,999,999.
	Nanos int32
	// HasTime says whether the file gives a create time.
	HasTime bool
}

// Visitor receives the records in the order of the file. A nil function
// ignores its records, which are checked all the same.
//
// A record, and the bytes that it refers to, are valid only until the function
// returns. An error stops Decode, which returns that very error.
type Visitor struct {
	Creator func(*Creator) error
	Product func(*Product) error
}

// Summary says what a file holds.
type Summary struct {
	// Bytes is the length of what was read from the reader.
	Bytes int64
	// Creators and Products count the records of the lists, as they are: a
	// creator listed twice counts twice.
	Creators, Products int64
	// HasTime says whether any product has a create time.
	HasTime bool
	// Oldest and Newest are the first and the last create time, in UTC. Zero
	// without HasTime.
	Oldest, Newest time.Time
}

// Decode reads one data set from r to its end and hands its records to v.
//
// A file that is not a data set gives an [*Error], which says where and why.
// An error of r is returned as "read data set: …" and wraps the original. An
// error of v is returned as it is. Records in front of the error have been
// handed out by then, and the summary covers what was read so far.
func Decode(r io.Reader, v Visitor) (Summary, error) {
	d := decoder{visitor: v, maxString: MaxStringBytes}
	d.scanner.init(r, bufferBytes)
	err := d.decode()
	return d.summary(), err
}
