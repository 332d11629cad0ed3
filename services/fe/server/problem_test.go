package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/inventive-weave/inventive-weave/lib/creatorsclient"
	"github.com/inventive-weave/inventive-weave/lib/dataset"
)

// secret stands in errors for what visitors must not see.
const secret = "10.1.2.3:9070"

func invalid(t *testing.T, violations ...*errdetails.BadRequest_FieldViolation) error {
	t.Helper()
	s, err := status.New(codes.InvalidArgument, secret).WithDetails(&errdetails.BadRequest{FieldViolations: violations})
	require.NoError(t, err)
	return s.Err()
}

// Each error becomes its status, for people and for programs alike, and says
// nothing that is not meant for them.
func TestErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want problemJSON
	}{
		{
			"bad data", fmt.Errorf("%s: %w", secret, &dataset.Error{Line: 120, Column: 22, Path: "Products[17].createTime", Problem: `"yesterday" is not an RFC 3339 time`}),
			problemJSON{Type: "/api#bad-data-set", Status: 400, Detail: `"yesterday" is not an RFC 3339 time.`, Line: 120, Column: 22, Field: "Products[17].createTime"},
		},
		{
			"data that creators refuses", invalid(t, &errdetails.BadRequest_FieldViolation{Field: "products[17].creator_id", Description: "must not be empty"}),
			problemJSON{Type: "/api#bad-data-set", Status: 400, Detail: "Must not be empty.", Field: "Products[17].creatorId"},
		},
		{
			"data that creators refuses in several places", invalid(t,
				&errdetails.BadRequest_FieldViolation{Field: "products[17].create_time", Description: "is out of range"},
				&errdetails.BadRequest_FieldViolation{Field: "creators[3].email", Description: "must be the same as in creators[1], which lists the same creator"}),
			problemJSON{Type: "/api#bad-data-set", Status: 400, Detail: "It could not be ranked.", Fields: []fieldProblemJSON{
				{"Products[17].createTime", "is out of range"},
				{"Creators[3].email", "must be the same as in Creators[1], which lists the same creator"},
			}},
		},
		{
			"data that creators refuses without saying where", status.Error(codes.InvalidArgument, secret),
			problemJSON{Type: "/api#bad-data-set", Status: 400, Detail: "It could not be ranked."},
		},
		{
			"too many creators", fmt.Errorf("rank: %w", status.Error(codes.ResourceExhausted, secret)),
			problemJSON{Type: "/api#too-large", Status: 413, Detail: "It, or its ranking, is larger than the ranking service takes. Show fewer creators, or split it."},
		},
		{
			"away", status.Error(codes.Unavailable, secret),
			problemJSON{Type: "/api#creators-away", Status: 503, Detail: "Nothing is wrong with your data set. Try again in a few seconds."},
		},
		{
			"slow", status.Error(codes.DeadlineExceeded, secret),
			problemJSON{Type: "/api#creators-too-slow", Status: 504, Detail: "The ranking service did not answer in time. Try again later."},
		},
		{
			"broken", status.Error(codes.Internal, secret),
			problemJSON{Type: "/api#creators-failed", Status: 502, Detail: "The ranking service could not rank this data set. The request below tells us why."},
		},
		{
			"unknown", status.Error(codes.Unknown, secret),
			problemJSON{Type: "/api#creators-failed", Status: 502, Detail: "The ranking service could not rank this data set. The request below tells us why."},
		},
		{
			"without a status", errors.New(secret),
			problemJSON{Type: "/api#creators-failed", Status: 502, Detail: "The ranking service could not rank this data set. The request below tells us why."},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, settings(fails(tt.err)))

			w := do(h, jsonRequest("/api/v1/activity", goodData))
			require.Equal(t, tt.want.Status, w.Code)
			require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
			require.NotContains(t, w.Body.String(), secret)
			var got problemJSON
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
			require.NotEmpty(t, got.Title)
			want := tt.want
			want.Title, want.RequestID = got.Title, requestID
			require.Equal(t, want, got)

			page := do(h, formOf(t, "/activity", "7", nil, goodData))
			require.Equal(t, tt.want.Status, page.Code)
			require.Equal(t, w.Header().Get("Retry-After"), page.Header().Get("Retry-After"))
			require.NotContains(t, page.Body.String(), secret)
			problem := text(byID(t, nodes(t, page.Body), "problem"))
			require.Contains(t, problem, got.Title)
			require.Contains(t, problem, got.Detail)
			require.Contains(t, problem, got.Field)
			require.Contains(t, problem, requestID)
			for _, f := range got.Fields {
				require.Contains(t, problem, f.Field+" : "+f.Detail)
			}

			if tt.want.Status == http.StatusServiceUnavailable {
				require.Equal(t, "5", w.Header().Get("Retry-After"))
			} else {
				require.Empty(t, w.Header().Get("Retry-After"))
			}
		})
	}
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	post := func(path, contentType, body string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		return r
	}
	crossSite := func(path string) *http.Request {
		r := jsonRequest(path, goodData)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		return r
	}
	otherOrigin := func(path string) *http.Request {
		r := jsonRequest(path, goodData)
		r.Header.Set("Origin", "https://evil.example")
		return r
	}
	large := strings.Repeat(" ", 2<<20)
	tests := []struct {
		name  string
		r     func(path string) *http.Request
		want  int
		named string // the type's name
	}{
		{"another type", func(p string) *http.Request { return post(p, "text/plain", goodData) }, 415, "unsupported-media-type"},
		{"no type", func(p string) *http.Request { return post(p, "", goodData) }, 415, "unsupported-media-type"},
		{"too large", func(p string) *http.Request { return jsonRequest(p, large) }, 413, "too-large"},
		{"too large as it turns out", func(p string) *http.Request {
			r := httptest.NewRequest(http.MethodPost, p, io.MultiReader(strings.NewReader(large)))
			r.Header.Set("Content-Type", "application/json")
			return r
		}, 413, "too-large"},
		{"too slow", func(p string) *http.Request {
			r := httptest.NewRequest(http.MethodPost, p, io.MultiReader(strings.NewReader("{"), iotest.ErrReader(os.ErrDeadlineExceeded)))
			r.Header.Set("Content-Type", "application/json")
			return r
		}, 408, "too-slow"},
		{"limit of nothing", func(p string) *http.Request { return jsonRequest(p+"?limit=0", goodData) }, 400, "bad-request"},
		{"limit below nothing", func(p string) *http.Request { return jsonRequest(p+"?limit=-1", goodData) }, 400, "bad-request"},
		{"limit over all", func(p string) *http.Request { return jsonRequest(p+"?limit=10001", goodData) }, 400, "bad-request"},
		{"limit that is no number", func(p string) *http.Request { return jsonRequest(p+"?limit=all", goodData) }, 400, "bad-request"},
		{"form without data", func(p string) *http.Request { return formOf(t, p, "5", nil, "") }, 400, "bad-request"},
		{"empty", func(p string) *http.Request { return jsonRequest(p, "") }, 400, "bad-data-set"},
		{"from another site", crossSite, 403, "cross-site"},
		{"from another origin", otherOrigin, 403, "cross-site"},
		{"put", func(p string) *http.Request { return httptest.NewRequest(http.MethodPut, p, nil) }, 405, "method-not-allowed"},
		{"get", func(p string) *http.Request { return httptest.NewRequest(http.MethodGet, p, nil) }, 405, "method-not-allowed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHandler(t, settings(ranks(someCreators())))

			w := do(h, tt.r("/api/v1/activity"))
			require.Equal(t, tt.want, w.Code)
			require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
			var got problemJSON
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
			require.Equal(t, "/api#"+tt.named, got.Type)
			require.Equal(t, requestID, got.RequestID)

			page := do(h, tt.r("/activity"))
			require.Equal(t, tt.want, page.Code)
			require.Equal(t, "text/html; charset=utf-8", page.Header().Get("Content-Type"))
			require.Equal(t, "no-store", page.Header().Get("Cache-Control"))
			require.Contains(t, page.Body.String(), requestID)
			if tt.want == http.StatusMethodNotAllowed {
				require.Equal(t, "POST", w.Header().Get("Allow"))
				require.Equal(t, "POST", page.Header().Get("Allow"))
			}
		})
	}
}

func TestUnknownPathsOfTheAPI(t *testing.T) {
	t.Parallel()
	w := do(newTestHandler(t, settings(nil)), httptest.NewRequest(http.MethodGet, "/api/v2/activity", nil))
	require.Equal(t, http.StatusNotFound, w.Code)
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
}

// A client that left is not answered, and the call behind it ends.
func TestClientThatLeaves(t *testing.T) {
	t.Parallel()
	entered, left := make(chan struct{}), make(chan error, 1)
	h := newTestHandler(t, settings(rankerFunc(func(ctx context.Context, r io.Reader, _ int) (*creatorsclient.Ranking, error) {
		_, _ = io.Copy(io.Discard, r)
		close(entered)
		<-ctx.Done()
		left <- ctx.Err()
		return nil, status.FromContextError(ctx.Err()).Err()
	})))
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/api/v1/activity", strings.NewReader(goodData))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	go func() {
		<-entered
		cancel()
	}()
	_, err = http.DefaultClient.Do(r)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, <-left, context.Canceled)
}

func TestCreatorsThatStalls(t *testing.T) {
	t.Parallel()
	cfg := settings(rankerFunc(func(ctx context.Context, r io.Reader, _ int) (*creatorsclient.Ranking, error) {
		_, _ = io.Copy(io.Discard, r)
		<-ctx.Done()
		return nil, status.FromContextError(ctx.Err()).Err()
	}))
	cfg.creatorsTimeout = 10 * time.Millisecond
	w := do(newTestHandler(t, cfg), jsonRequest("/api/v1/activity", goodData))
	require.Equal(t, http.StatusGatewayTimeout, w.Code)
	require.Contains(t, w.Body.String(), "/api#creators-too-slow")
}

// The table of kinds has no holes and no doubles.
func TestKinds(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for k := range kinds {
		info := k.info()
		require.NotEmpty(t, info.title, strconv.Itoa(int(k)))
		require.True(t, strings.HasSuffix(info.detail, "."), info.detail)
		require.GreaterOrEqual(t, info.status, 400)
		require.False(t, names[info.name], info.name)
		names[info.name] = true
	}
	require.Len(t, names, int(kinds))
}
