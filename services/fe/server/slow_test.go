package server

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const halfForm = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n{\"Crea"

// Over real connections: net/http ends the context of a request whose body does
// not arrive, and the client still waits for its answer.
func TestClientsThatStopSending(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, path, kind, body string }{
		{"program", "/api/v1/activity", "application/json", `{"Crea`},
		{"form", "/activity", "multipart/form-data; boundary=b", halfForm},
	}
	for _, test := range tests {
		for _, hangUp := range []bool{false, true} {
			name := test.name + " pauses"
			if hangUp {
				name = test.name + " hangs up"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				cfg := settings(ranks(someCreators()))
				if !hangUp {
					cfg.idle = 20 * time.Millisecond
				}
				server := httptest.NewServer(newTestHandler(t, cfg))
				t.Cleanup(server.Close)
				conn, err := net.Dial("tcp", server.Listener.Addr().String())
				require.NoError(t, err)
				defer conn.Close()
				require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
				_, err = io.WriteString(conn, "POST "+test.path+" HTTP/1.1\r\nHost: weave\r\nContent-Type: "+test.kind+
					"\r\nContent-Length: 100000\r\n\r\n"+test.body)
				require.NoError(t, err)
				if hangUp {
					require.NoError(t, conn.(*net.TCPConn).CloseWrite())
				}

				response, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if hangUp {
					require.ErrorIs(t, err, io.ErrUnexpectedEOF, "no answer, and no empty success")
					return
				}
				require.NoError(t, err)
				require.Equal(t, http.StatusRequestTimeout, response.StatusCode)
				content, err := io.ReadAll(response.Body)
				require.NoError(t, err)
				require.Contains(t, string(content), "too slowly")
			})
		}
	}
}
