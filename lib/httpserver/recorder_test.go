package httpserver

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRecorder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		answer    func(w *recorder)
		wantCode  int
		wantBytes int64
		wantSent  bool // whether the status is out
	}{
		{name: "nothing", answer: func(*recorder) {}, wantCode: 200},
		{name: "write", answer: func(w *recorder) { _, _ = w.Write([]byte("abc")) }, wantCode: 200, wantBytes: 3, wantSent: true},
		{name: "status", answer: func(w *recorder) { w.WriteHeader(404) }, wantCode: 404, wantSent: true},
		{name: "the first status counts", answer: func(w *recorder) { w.WriteHeader(404); w.WriteHeader(500) }, wantCode: 404, wantSent: true},
		{name: "early hints are not the status", answer: func(w *recorder) { w.WriteHeader(103); w.WriteHeader(201) }, wantCode: 201, wantSent: true},
		{name: "only early hints", answer: func(w *recorder) { w.WriteHeader(103) }, wantCode: 200},
		{name: "switching protocols", answer: func(w *recorder) { w.WriteHeader(101) }, wantCode: 101, wantSent: true},
		{name: "copy", answer: func(w *recorder) { _, _ = io.Copy(w, strings.NewReader("abcd")) }, wantCode: 200, wantBytes: 4, wantSent: true},
		{name: "flush", answer: func(w *recorder) { w.Flush() }, wantCode: 200, wantSent: true},
		{name: "flush through the controller", answer: func(w *recorder) { _ = http.NewResponseController(w).Flush() }, wantCode: 200, wantSent: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := &recorder{ResponseWriter: httptest.NewRecorder()}
			test.answer(w)
			require.Equal(t, test.wantCode, w.code())
			require.Equal(t, test.wantBytes, w.bytes)
			require.Equal(t, test.wantSent, w.status != 0)
		})
	}
}
