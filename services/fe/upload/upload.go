// Package upload reads the requests that carry a data set: a form as browsers
// send it, with or without a file, or the data set alone as JSON. It reads them
// as a stream, so that a file of any size needs the same memory, and it guards
// the server from bodies that are too large or too slow.
//
// It does not look into the data set; package dataset does.
package upload

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// Names of the form's fields.
const (
	FieldLimit = "limit" // how many creators to show
	FieldFile  = "file"  // the data set as a file
	FieldData  = "data"  // the data set as text
)

const (
	// maxText is how much pasted text is kept to be put back into the form, in
	// bytes. Browsers become slow beyond it.
	maxText = 1 << 20
	// maxForm bounds a form that is not multipart, which can't be read as a
	// stream, in bytes. Our own form sends one only for the example.
	maxForm = 4 << 20
	// maxField bounds the fields that hold no data set, in bytes.
	maxField = 64
	// maxParts bounds the parts of a multipart form.
	maxParts = 32
	// maxFileName is how much of a file's name is kept, in characters.
	maxFileName = 120
)

// Config says how much and how slowly clients may send.
type Config struct {
	// MaxBytes is the largest body, in bytes.
	MaxBytes int64
	// Idle is how long a client may send nothing.
	Idle time.Duration
	// Grace and BytesPerSecond bound the whole: a client has Grace, and a second
	// more for every BytesPerSecond bytes that it sends. The time in which the
	// server was not ready to read does not count.
	Grace          time.Duration
	BytesPerSecond int64
	// Drain bounds the time in which the rest of a body is read after the answer
	// is clear: browsers hear an answer only when they have sent everything.
	Drain time.Duration
	// NoForms refuses forms that are not multipart, for programs' calls.
	NoForms bool
}

// Source is where in the request the data set is.
type Source int

const (
	// None means that the request has no data set.
	None Source = iota
	// File is a file of a form.
	File
	// Text is text pasted into a form.
	Text
	// Body is the request's body as a whole.
	Body
)

// Request is a request that carries a data set.
type Request struct {
	// Limit is the field of that name, as it was sent, or "".
	Limit string
	// Source says what Data reads.
	Source Source
	// FileName is the file's name, or "".
	FileName string

	cfg    Config
	body   *body // the request's body, bounded and recorded
	parts  *parts
	data   *recorder
	text   keeper
	extra  bool   // text came beside the file
	long   bool   // the form was too long to be looked at in full
	failed *Error // what Finish found
}

// Open reads the request up to its data set, if it has one. The request is
// never nil: after an error it holds what was read, and Finish still has to be
// called. The error is always an *Error.
func Open(w http.ResponseWriter, r *http.Request, cfg Config) (*Request, error) {
	q := &Request{cfg: cfg, body: newBody(w, r, cfg)}
	q.text.max = maxText
	if err := q.open(r); err != nil {
		return q, err
	}
	return q, nil
}

func (q *Request) open(r *http.Request) error {
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return &Error{Kind: MediaType, Problem: "A compressed body is not accepted. Send the data set as it is."}
	}
	kind, boundary := mediaType(r.Header.Get("Content-Type"))
	large := r.ContentLength > q.cfg.MaxBytes
	switch {
	case large && (q.body.waiting || kind != "multipart/form-data"):
		return q.body.tooLarge()
	case kind == "application/json":
		q.Source = Body
		q.data = &recorder{r: q.body}
		return nil
	case kind == "multipart/form-data" && boundary != "":
		q.parts = newParts(q.body, boundary)
		if err := q.openParts(); err != nil || !large {
			return err
		}
		// Only now, so that the visitor gets back the rest of the form.
		return q.body.tooLarge()
	case kind == "application/x-www-form-urlencoded" && !q.cfg.NoForms:
		return q.openForm()
	case q.cfg.NoForms:
		return &Error{Kind: MediaType, Problem: "Send the data set as application/json, or as a multipart/form-data form with the field file."}
	default:
		return &Error{Kind: MediaType, Problem: "Send the data set as application/json or as a form."}
	}
}

// Data is the data set, or nil when the request has none.
func (q *Request) Data() io.Reader {
	if q.data == nil {
		return nil
	}
	return q.data
}

// Missing is why Data is nil, for a request that should have a data set.
func (q *Request) Missing() error {
	if q.long {
		return &Error{Kind: TooLarge, Field: FieldData, Problem: "The pasted text is too long.", Limit: maxForm}
	}
	return &Error{Kind: Malformed, Problem: "There is no data set in the request."}
}

// Text is the pasted text, as far as it has been read; cut says that more of it
// was sent than is kept.
func (q *Request) Text() (text string, cut bool) {
	return q.text.String(), q.text.cut
}

// TextIgnored says that text was pasted beside a file. It is known after
// Finish.
func (q *Request) TextIgnored() bool { return q.Source == File && q.extra }

// Err is why the request could not be read to where it was read, or nil. What
// reads Data sees the same error, but may wrap it in a way of its own.
func (q *Request) Err() error {
	if q.failed != nil {
		return q.failed
	}
	if err := q.body.failure(); err != nil {
		return err
	}
	if q.data != nil && q.data.err != nil {
		return &Error{Kind: Malformed, Problem: "The form ends before its data set does."}
	}
	return nil
}

// Finish reads the rest of the request, for a client that listens only when it
// has sent everything. What comes behind the data set is looked at: a limit
// that came too late is an error. To be called once, in any case, before the
// answer.
func (q *Request) Finish() error {
	if q.parts != nil && q.Err() == nil {
		if err := q.finishParts(); err != nil {
			q.failed = err
		}
	}
	err := q.Err()
	q.body.drain()
	return err
}

// TooSlow tells, after Finish, whether the client did not send its request in
// time. It waits for the answer, but the connection is at its end.
func (q *Request) TooSlow() bool {
	return q.body.slow || errors.Is(q.body.err, os.ErrDeadlineExceeded)
}

// recorder remembers the error that ended a reader, unless that is its end.
type recorder struct {
	r   io.Reader
	err error
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// keeper keeps the first max bytes written to it.
type keeper struct {
	buf bytes.Buffer
	max int
	cut bool
}

func (k *keeper) Write(p []byte) (int, error) {
	room := k.max - k.buf.Len()
	if len(p) > room {
		k.cut = true
		k.buf.Write(p[:room])
	} else {
		k.buf.Write(p)
	}
	return len(p), nil
}

// String is what was kept. A character that was cut in two is left out.
func (k *keeper) String() string {
	return string(bytes.ToValidUTF8(k.buf.Bytes(), nil))
}
