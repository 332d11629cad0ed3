// Package logtest is for tests that look at what was logged. Programs do not
// import it.
package logtest

import (
	"bytes"
	"encoding/json"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Buffer is a log that can be read while it is written. Its zero value is an
// empty one.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends to the log.
func (l *Buffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is the log so far.
func (l *Buffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Records are the records of a JSON log that have the given message, in order.
func (l *Buffer) Records(t *testing.T, message string) []map[string]any {
	t.Helper()
	var records []map[string]any
	for line := range bytes.Lines([]byte(l.String())) {
		var record map[string]any
		require.NoError(t, json.Unmarshal(line, &record))
		if record["msg"] == message {
			records = append(records, record)
		}
	}
	return records
}
