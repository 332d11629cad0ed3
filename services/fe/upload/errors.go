package upload

// Kind is a kind of error, as far as the answer depends on it.
type Kind int

const (
	// Malformed is a form that can't be read, or says something contradictory.
	Malformed Kind = iota
	// MediaType is a body of a type that is not accepted.
	MediaType
	// TooLarge is a body over the limit.
	TooLarge
	// TooSlow is a client that sends too slowly.
	TooSlow
)

// Error is a request that can't be read.
type Error struct {
	Kind Kind
	// Field is the form's field that it belongs to, or "".
	Field string
	// Problem says what is wrong, in a sentence for the visitor.
	Problem string
	// Limit is the limit that was exceeded, in bytes. TooLarge only.
	Limit int64
}

func (e *Error) Error() string { return e.Problem }
