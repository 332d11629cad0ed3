package logging

import (
	"context"
	"crypto/rand"
	"encoding/hex"
)

// RequestIDHeader is the HTTP header and the gRPC metadata key that hands a
// request id from one program to the next.
const RequestIDHeader = "x-request-id"

// maxRequestID bounds the ids that are taken from callers, in bytes.
const maxRequestID = 128

type requestIDKey struct{}

// WithRequestID returns a context that carries a request id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID is the request id that ctx carries, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// NewRequestID makes a request id that nobody else makes: 128 random bits in
// hexadecimal.
func NewRequestID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, by its documentation
	return hex.EncodeToString(b[:])
}

// ValidRequestID tells whether an id that a caller sent may be used: 1 to 128
// letters, digits, and characters of "-_.:/+=@", which are safe in a log, a
// header and a page.
func ValidRequestID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '_', c == '.', c == ':', c == '/', c == '+', c == '=', c == '@':
		default:
			return false
		}
	}
	return true
}

// RequestIDFrom is the request id for a request that came with the given id,
// possibly none: that one when it may be used, otherwise a new one.
func RequestIDFrom(id string) string {
	if ValidRequestID(id) {
		return id
	}
	return NewRequestID()
}
